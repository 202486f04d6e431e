"""Drawing one explained step on matplotlib axes."""

from itertools import chain

import numpy as np

from ._canvas import INK, Canvas, tints
from ._diagram import LINE_HEIGHT
from ._step_diagram import (
    FRAME_BOTTOM,
    FRAME_TOP,
    RADIUS,
    SMALL,
    SMALL_LINE,
    bias_names,
    coef_names,
    printed,
    widest,
)
from ._style import foreground

FADED = 0.65  # opacity of labels beside a highlighted path
THIN, THICK = 0.8, 2.4  # lines, in points


class StepCanvas(Canvas):
    """Axes that show a StepExplanation, arranged by a StepDiagram.

    Numbers of the forward pass stand above those of the backward pass, and have another
    colour. `path` is a WeightPath to highlight, or None.
    """

    def __init__(self, ax, diagram, step, path):
        super().__init__(ax, diagram)
        self.step, self.path = step, path
        self.forward, self.backward = self.positive, self.negative
        self.ink = foreground()

    def _label_weight(self, point, name):
        """Write the label of a weight, faded beside a path."""
        is_faded = self.path and name not in self.path.weights
        colors = self.forward, self.backward, self.ink
        alpha = FADED if is_faded else 1
        self._write_label(point, self.diagram.labels[name], colors, alpha=alpha)

    def _write_label(self, point, lines, colors, **kwargs):
        """Write the lines of a label over a point, in one colour each."""
        from matplotlib.patches import Rectangle

        x, y = point
        width, height = widest([lines]) + 0.1, SMALL_LINE * len(lines)
        style = {"color": self.background, "linewidth": 0, "zorder": 1.5}
        corner = x - width / 2, y - height / 2
        self.ax.add_patch(Rectangle(corner, width, height, **style))
        y += (height - SMALL_LINE) / 2
        for line, color in zip(lines, colors, strict=False):
            self.write(x, y, line, size=SMALL, color=color, zorder=2, **kwargs)
            y -= SMALL_LINE

    def draw_weights(self, i, edge_kw):
        """Draw a line and a label for each weight of a layer, and label its biases."""
        diagram, layer = self.diagram, self.step.layers[i]
        names = coef_names(layer)
        is_on_path = [self.path is not None and n in self.path.weights for n in names]
        edges = self._draw_lines(diagram.lines(i), is_on_path, edge_kw)
        for point, name in zip(diagram.label_points(i), names, strict=True):
            self._label_weight(point, name)
        below = RADIUS + 0.05 + diagram.label_height / 2
        points, names = diagram.columns[i + 1].points, bias_names(layer)
        for (x, y), name in zip(points, names, strict=False):
            self._label_weight((x, y - below), name)
        return edges

    def _draw_lines(self, lines, is_on_path, edge_kw):
        from matplotlib.collections import LineCollection
        from matplotlib.colors import to_rgb

        is_on_path = np.array(is_on_path)
        style = {
            "colors": np.where(
                is_on_path[:, None], to_rgb(self.backward), to_rgb(self.ink)
            ),
            "linewidths": np.where(is_on_path, THICK, THIN) * self.scale,
            "alpha": np.where(is_on_path, 1.0, 0.25 if self.path else 0.45),
            "zorder": 1,
        }
        edges = LineCollection(lines, **(style | edge_kw))
        self.ax.add_collection(edges, autolim=False)
        return edges

    def draw_inputs(self, neuron_kw):
        """Draw the inputs as circles with one number."""
        column, inputs = self.diagram.columns[0], self.step.inputs
        values = list(inputs.values())
        for point, name, value in zip(
            column.points, self.diagram.symbols, values, strict=True
        ):
            self._write_neuron(point, name, [value])
        faces = tints(np.abs(values), max(1.0, np.abs(values).max()))
        circles = self._sectors(column, (0, 360), faces, self._are_sources(0, inputs))
        return self._add_neurons([circles], neuron_kw)

    def draw_layer(self, i, neuron_kw):
        """Draw the neurons of a layer: activations above derivatives."""
        column, layers = self.diagram.columns[i + 1], self.step.layers
        neurons, names = layers[i].neurons, [n.name for n in layers[i].neurons]
        for point, neuron in zip(column.points, neurons, strict=True):
            self._write_neuron(point, neuron.name, [neuron.activation, neuron.delta])
        activations = np.abs([neuron.activation for neuron in neurons])
        faces = tints(activations, max(1.0, activations.max()))
        sources = self._are_sources(i + 1, names)
        upper = self._sectors(column, (0, 180), faces, sources)
        largest = max(abs(n.delta) for layer in layers for n in layer.neurons)
        faces = tints([-abs(neuron.delta) for neuron in neurons], largest or 1.0)
        reached = [
            self.path is not None and name in self.path.neurons for name in names
        ]
        lower = self._sectors(column, (180, 360), faces, reached, self.backward)
        return self._add_neurons([upper, lower], neuron_kw)

    def _are_sources(self, column, names):
        path = self.path
        return [path is not None and path.multiplies(column, name) for name in names]

    def _write_neuron(self, point, name, values):
        """Write the name above a neuron, and its numbers inside."""
        x, y = point
        self.write(x, y + RADIUS + 0.1, name)
        y += 0.12 * (len(values) - 1)
        for k, value in enumerate(values):
            self.write(x, y - 0.24 * k, printed(value), size=7.5, color=INK)

    def _sectors(self, column, angles, faces, is_bold, bold_color=None):
        """Return the same sector of each circle, its colour, and that of its edge."""
        from matplotlib.patches import Wedge

        bold_color = bold_color or self.forward
        wedges = [Wedge(point, RADIUS, *angles) for point in column.points]
        edges = [(bold_color, THICK) if bold else ("0.2", 1) for bold in is_bold]
        return list(zip(wedges, faces, edges, strict=True))

    def _add_neurons(self, parts, neuron_kw):
        wedges, faces, edges = zip(*chain(*parts), strict=True)
        colors, widths = zip(*edges, strict=True)
        style = {"edgecolors": colors, "linewidths": np.array(widths) * self.scale}
        return self.add_patches(wedges, faces, style | neuron_kw)

    def draw_loss(self):
        """Draw a frame with targets and loss, and a line to it from each output."""
        from matplotlib.patches import FancyBboxPatch

        diagram, (outputs, column) = self.diagram, self.diagram.columns[-2:]
        left, width = column.x - column.side, 2 * column.side
        bottom, top = column.y[-1] - FRAME_BOTTOM, column.y[0] + FRAME_TOP
        ends = np.column_stack([np.full(len(column.y), left), column.y])
        lines = np.stack([outputs.points, ends], axis=1)
        self._draw_lines(lines, [self.path is not None] * len(lines), {})
        x = (outputs.x + RADIUS + left) / 2
        for y, label in zip(outputs.y, diagram.output_labels, strict=True):
            self._write_label((x, y), label, [self.backward] * 2)
        for point, target in zip(column.points, diagram.targets, strict=True):
            self.write(*point, target)
        style = {"facecolor": "none", "edgecolor": self.ink, "linewidth": self.scale}
        style["boxstyle"] = "round,pad=0,rounding_size=0.1"
        self.ax.add_patch(FancyBboxPatch((left, bottom), width, top - bottom, **style))
        self.write(column.x, bottom + 0.2, diagram.loss, weight="bold")

    def write_footnotes(self):
        """Write the key of the two passes, and the notes of the diagram."""
        lines, y = [*self.diagram.key, *self.diagram.notes], self.diagram.foot_y
        colors = [self.forward, self.backward] + [self.ink] * len(lines)
        x = np.mean(self.diagram.xlim) - widest([lines]) / 2
        for line, color in zip(lines, colors, strict=False):
            self.write(x, y, line, size=SMALL, color=color, ha="left")
            y -= LINE_HEIGHT
