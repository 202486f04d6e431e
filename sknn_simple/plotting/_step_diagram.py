"""Layout of one explained step: the network, its loss, and a label per weight."""

import textwrap
from itertools import pairwise

import numpy as np

from ..inspection.notation import before_and_after, number
from ._annotation import layer_heading
from ._diagram import FONT_SIZE, LINE_HEIGHT, Diagram, make_column
from ._style import text_width

RADIUS = 0.33  # of a neuron, which holds two numbers
SMALL = 8  # font size of labels and footnotes
SMALL_LINE = 0.15  # height of a line of that size
SPACE = 0.1  # on each side of a label
FRAME_TOP, FRAME_BOTTOM = 0.22, 0.5  # the frame of the loss, beyond its targets


def printed(value):
    """Write a number as `explain_step` does, with a true minus sign."""
    return with_minus(number(value))


def with_minus(text):
    return text.replace("-", "\N{MINUS SIGN}")


def _label(weight, with_new):
    """Label a weight with its value and derivative, optionally with its new value."""
    derivative = printed(weight.derivative)
    lines = [f"{weight.name} = {printed(weight.old)}", f"∂ = {derivative}"]
    if with_new:
        _, new = before_and_after(weight.old, weight.new)
        lines.append(f"→ {with_minus(new)}")
    return lines


def _output_label(neuron):
    """Label an output with the derivative of the loss by it."""
    [[error]] = neuron.paths
    return [error.name, f"= {printed(error.value)}"]


def widest(labels):
    """Return the width of the widest line of some labels, in inches."""
    return max(
        (text_width(line, SMALL) for lines in labels for line in lines), default=0
    )


class StepDiagram(Diagram):
    """Positions and texts of a StepExplanation.

    The columns are the inputs, the layers, and a frame with the targets and the loss.
    Labels are lists of lines. Those of weights have the shape of a layer's neurons, and
    within it of their inputs. `notes` are broken to the width of the diagram.
    """

    def __init__(self, step, feature_names, output_names, loss_name, with_new, notes):
        neurons = [layer.neurons for layer in step.layers]
        self.labels = [
            [[_label(weight, with_new) for weight in n.weights] for n in layer]
            for layer in neurons
        ]
        self.bias_labels = [
            [_label(n.bias, with_new) for n in layer if n.bias is not None]
            for layer in neurons
        ]
        self.output_labels = [_output_label(neuron) for neuron in neurons[-1]]
        self.targets = [f"{y} = {printed(value)}" for y, value in step.targets.items()]
        self.key = _key(step)
        self.loss = f"L = {printed(step.loss)}"
        self.headings = _headings(step, loss_name)
        sizes = [len(step.inputs), *map(len, neurons), len(step.targets)]
        names = [feature_names, *[None] * len(neurons), output_names]
        columns = [make_column(n, n, of) for n, of in zip(sizes, names, strict=True)]
        for column in columns[:-1]:
            column.side = RADIUS
        columns[-1].side = widest([self.targets, [self.loss]]) / 2 + 0.15
        self.label_height = (2 + with_new) * SMALL_LINE + 0.01
        # Labels between two layers are at least this part of a row apart.
        n_places = max(min(pair) + 1 for pair in pairwise(sizes[:-1]))
        bias_height = self.label_height + 0.05 if self.bias_labels[0] else 0
        below = max(RADIUS + bias_height, FRAME_BOTTOM)
        row = below + RADIUS + LINE_HEIGHT + 0.1
        row = max(row, (self.label_height + 0.05) * n_places)
        gaps = self._gaps(columns)
        n_characters = int(max(4.8, sum(gaps) + 1.2) / 0.07)
        self.notes = [line for n in notes for line in textwrap.wrap(n, n_characters)]
        above = RADIUS + LINE_HEIGHT + 0.15
        foot_height = len(self.notes) * LINE_HEIGHT
        super().__init__(columns, row, gaps, above, below + 0.16, foot_height)

    def _gaps(self, columns):
        """Return the distances between columns, with room for labels and headings."""
        sides = [max(RADIUS, widest(labels) / 2) for labels in [[], *self.bias_labels]]
        gaps = []
        for i, layer in enumerate(self.labels):
            half = max(map(widest, layer)) / 2
            n_places = min(columns[i].size, columns[i + 1].size) + 1
            side = max(sides[i : i + 2])
            gaps.append(n_places * (side + SPACE + half))
        room = widest(self.output_labels) + 2 * SPACE
        gaps.append(RADIUS + room + columns[-1].side)
        halves = [text_width(heading, FONT_SIZE) / 2 for heading in self.headings]
        return np.maximum(gaps, np.add(halves[:-1], halves[1:]) + 0.12)

    def lines(self, i):
        """Return the ends of the lines into layer i, shape (n_out, n_in, 2, 2)."""
        starts, ends = self.columns[i].points, self.columns[i + 1].points
        lines = np.empty((len(ends), len(starts), 2, 2))
        lines[:, :, 0], lines[:, :, 1] = starts, ends[:, None]
        return lines

    def label_points(self, i):
        """Return the centres of the labels of layer i, shape (n_out, n_in, 2).

        At this fraction of their lengths, the lines are equally far from each other.
        """
        n_in, n_out = self.columns[i].size, self.columns[i + 1].size
        share = 1 / (n_out + 1) if n_out <= n_in else n_in / (n_in + 1)
        lines = self.lines(i)
        return (1 - share) * lines[:, :, 0] + share * lines[:, :, 1]


def _key(step):
    """Describe the numbers of the two passes."""
    biases = " and biases b" if step.parameters.intercepts else ""
    penalty = " + penalty" if step.penalty else ""
    return [
        f"→ forward: activations in circles, weights w{biases}",
        f"← backward: ∂L/∂z in circles, ∂ = ∂L/∂w{penalty} below each weight",
    ]


def _headings(step, loss_name):
    """Return the heading of each column."""
    n_layers = len(step.layers)
    headings = [layer_heading(0, n_layers, len(step.inputs), "")]
    for i, layer in enumerate(step.layers, start=1):
        size = len(layer.neurons)
        headings.append(layer_heading(i, n_layers, size, layer.activation))
    return [*headings, f"loss\n{loss_name}".replace(" (", "\n(").rstrip()]
