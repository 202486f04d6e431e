"""Drawing the parts of a network's diagram."""

import numpy as np

from ._appearance import BLUE, VERMILLION
from ._diagram import FONT_SIZE, RADIUS, Column

WIDEST = 4.0
"""Width of the line of a layer's largest weight, in points."""


def short(value):
    """A number in at most five characters and a sign."""
    size = abs(value)
    if size == 0:
        text = "0"
    elif size < 0.005 or size >= 99_999.5:
        text = f"{value:.0e}"
    elif size < 9.995:
        text = f"{value:.2f}"
    else:
        text = f"{value:.1f}" if size < 99.95 else f"{value:.0f}"
    return text.replace("-", "\N{MINUS SIGN}")


class Canvas:
    """Axes to draw a diagram in, made as large as the axes are.

    Attributes
    ----------
    scale : float
        How many inches an inch of the diagram is, for texts and widths of lines.
    """

    def __init__(self, ax, diagram):
        self.ax = ax
        self.diagram = diagram
        ax.set(xlim=diagram.xlim, ylim=diagram.ylim, aspect="equal")
        ax.set_axis_off()
        # How large the axes are is only known when the figure has been laid out.
        ax.figure.canvas.figure.draw_without_rendering()
        self.scale = ax.transData.get_matrix()[0, 0] / ax.figure.dpi

    def write(self, x, y, text, size=FONT_SIZE, **kwargs):
        kwargs = {"ha": "center", "va": "center", "zorder": 4, **kwargs}
        return self.ax.text(x, y, text, fontsize=size * self.scale, **kwargs)

    def write_heading(self, x, text):
        self.write(x, self.diagram.heading_y, text, va="top", linespacing=1.15)

    def write_foot(self, x, text):
        self.write(x, self.diagram.foot_y, text, size=FONT_SIZE - 1, color="0.3")

    def write_beside(self, column, texts, ha):
        side = RADIUS + 0.1
        x = column.x + (side if ha == "left" else -side)
        for y, text in zip(column.y, texts, strict=False):
            self.write(x, y, text, ha=ha, linespacing=1.15)

    def draw_edges(self, left, right, coef, largest, with_values, edge_kw):
        """Draw the weights `coef` between the neurons that two columns show."""
        from matplotlib.collections import LineCollection

        i, j = np.indices(coef.shape).reshape(2, -1)
        order = np.argsort(np.abs(coef), axis=None, kind="stable")
        i, j, weights = i[order], j[order], coef.ravel()[order]
        starts = np.column_stack([np.full(len(i), left.x), left.y[i]])
        ends = np.column_stack([np.full(len(j), right.x), right.y[j]])
        share = np.abs(weights) / (largest or 1)
        widths = self.scale * np.where(share > 0, 0.4 + (WIDEST - 0.4) * share, 0)
        faintest = 0.5 if with_values else 0.12
        style = {
            "linewidths": widths,
            "colors": np.where(weights < 0, VERMILLION, BLUE),
            # Dashes are as long on all lines.
            "linestyles": [
                (0, (6 / width, 3 / width)) if weight < 0 else "solid"
                for weight, width in zip(weights, widths, strict=True)
            ],
            "alpha": faintest + (1 - faintest) * share,
            "capstyle": "butt",
            "zorder": 1,
        }
        segments = np.stack([starts, ends], axis=1)
        edges = LineCollection(segments, **{**style, **edge_kw})
        self.ax.add_collection(edges, autolim=False)
        if with_values:
            # At this part of their way all edges are equally far from each other.
            points = starts + (ends - starts) / (right.n_rows + 1)
            for point, weight in zip(points, weights, strict=True):
                self._write_value(*point, weight)
        return edges

    def _write_value(self, x, y, weight):
        box = {"boxstyle": "square,pad=0.1", "color": "white", "linewidth": 0}
        color = VERMILLION if weight < 0 else BLUE
        self.write(x, y, short(weight), size=8, color=color, bbox=box, zorder=2)

    def draw_neurons(self, column, activations, neuron_kw):
        """Draw the circles of a column, and dots for those that are not shown."""
        from matplotlib.collections import PatchCollection
        from matplotlib.colors import to_rgb
        from matplotlib.patches import Circle

        faces = np.ones((len(column.y), 3))
        if activations is not None:
            largest = np.abs(activations).max()
            if largest >= 0.005:
                # Beside others of the layer it is a zero.
                activations = np.round(activations, 2)
            largest = max(1.0, largest)
            for k, activation in enumerate(activations[column.neurons]):
                color = np.array(to_rgb(VERMILLION if activation < 0 else BLUE))
                # Never so dark that the number could not be read.
                faces[k] -= 0.7 * abs(activation) / largest * (1 - color)
                self.write(column.x, column.y[k], short(activation), size=7.5)
        if column.dots_y is not None:
            for shift in (-0.1, 0, 0.1):
                dot = Circle((column.x, column.dots_y + shift), 0.025, color="0.2")
                self.ax.add_patch(dot)
        style = {"facecolors": faces, "edgecolors": "0.2", "linewidths": self.scale}
        neurons = PatchCollection(
            [Circle((column.x, y), RADIUS) for y in column.y],
            **{**style, "zorder": 3, **neuron_kw},
        )
        self.ax.add_collection(neurons, autolim=False)
        return neurons

    def draw_bias(self, x):
        """Draw the input of the biases, always 1; returns it as a column."""
        from matplotlib.patches import Rectangle

        side, y = 1.6 * RADIUS, self.diagram.bias_y
        corner = (x - side / 2, y - side / 2)
        style = {"facecolor": "0.92", "edgecolor": "0.2", "linewidth": self.scale}
        self.ax.add_patch(Rectangle(corner, side, side, zorder=3, **style))
        self.write(x, y, "1")
        self.write_foot(x, "bias")
        return Column(np.zeros(1, int), x, np.array([y]), None)

    def add_legend(self, with_activations):
        """Say what the lines and the colours of neurons mean."""
        from matplotlib.lines import Line2D

        width = 2 * self.scale
        handles = [
            Line2D([], [], color=BLUE, lw=width, label="positive weight"),
            Line2D(
                [],
                [],
                color=VERMILLION,
                lw=width,
                linestyle=(0, (3, 1.5)),
                label="negative weight",
            ),
        ]
        if with_activations:
            style = {"color": "0.2", "markersize": 9 * self.scale, "linestyle": ""}
            face = {"markerfacecolor": "#7fb8d8", "label": "activation"}
            handles.append(Line2D([], [], marker="o", **style, **face))
        self.ax.legend(
            handles=handles,
            loc="lower center",
            ncols=len(handles),
            frameon=False,
            fontsize=FONT_SIZE * self.scale,
            borderaxespad=0.2,
        )
