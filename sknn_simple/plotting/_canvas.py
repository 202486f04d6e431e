"""Drawing the parts of a network's diagram on matplotlib axes."""

import numpy as np

from ._diagram import FONT_SIZE, RADIUS
from ._style import BLUE, ORANGE, SKY, VERMILION, text_width

INK = "black"  # of numbers on the light faces of neurons, in every style
MAX_WIDTH, MIN_WIDTH = 4.0, 0.4  # of a line, in points


def short(value):
    """Format a number in at most five characters and a sign.

    Only 0 is written as 0.
    """
    size = abs(value)
    if size == 0:
        text = "0"
    elif size < 0.0005 or size >= 99_999.5:
        digit, exponent = f"{value:.0e}".split("e")
        text = f"{digit}e{int(exponent)}"
    elif size < 0.0095:
        text = f"{value:.3f}"
    elif size < 9.995:
        text = f"{value:.2f}"
    else:
        text = f"{value:.1f}" if size < 99.95 else f"{value:.0f}"
    return text.replace("-", "\N{MINUS SIGN}")


def tints(values, largest):
    """Return light colours for values: blue or vermilion, fuller if larger."""
    from matplotlib.colors import to_rgb

    negative = np.asarray(values)[:, None] < 0
    colors = np.where(negative, to_rgb(VERMILION), to_rgb(BLUE))
    # The number must stay legible on the darkest face.
    return 1 - 0.7 * np.abs(values)[:, None] / largest * (1 - colors)


class Canvas:
    """Axes that show a diagram, scaled to fit."""

    def __init__(self, ax, diagram):
        from matplotlib.colors import to_rgb

        self.ax = ax
        self.diagram = diagram
        ax.set(xlim=diagram.xlim, ylim=diagram.ylim, aspect="equal")
        # Unlike `set_axis_off`, this keeps the background, which labels share.
        for part in (ax.xaxis, ax.yaxis, ax.spines[:]):
            part.set_visible(False)
        self.background = ax.get_facecolor()
        is_dark = sum(to_rgb(self.background)) < 1.5
        self.positive, self.negative = (SKY, ORANGE) if is_dark else (BLUE, VERMILION)
        # The layout of the figure sets the size of the axes.
        ax.figure.canvas.figure.draw_without_rendering()
        # Length of an inch of the diagram in the figure, for texts and line widths.
        self.scale = ax.transData.get_matrix()[0, 0] / ax.figure.dpi

    def write(self, x, y, text, size=FONT_SIZE, **kwargs):
        kwargs = {"ha": "center", "va": "center", "zorder": 4, **kwargs}
        kwargs["parse_math"] = False  # dollar signs in names are not formulas
        self.ax.text(x, y, text, fontsize=size * self.scale, **kwargs)

    def write_layer(self, column, heading, labels_ha):
        """Write the heading above a column, and the labels beside its neurons."""
        heading_y = self.diagram.heading_y
        self.write(column.x, heading_y, heading, va="top", linespacing=1.15)
        side = column.side + 0.1
        x = column.x + (side if labels_ha == "left" else -side)
        for y, label in zip(column.y, column.labels, strict=False):
            self.write(x, y, label, ha=labels_ha, linespacing=1.15)

    def write_foot(self, x, text):
        self.write(x, self.diagram.foot_y, text, size=FONT_SIZE - 1, alpha=0.8)

    def write_foot_between(self, left, right, text):
        """Write a text between two columns, on two lines if these are close."""
        if text_width(text, FONT_SIZE - 1) > right.x - left.x - 0.5:
            text = text.replace(" ", "\n", 1)
        self.write_foot((left.x + right.x) / 2, text)

    def draw_edges(self, starts, column, coef, largest, with_values, edge_kw):
        """Draw the weights `coef` from points to the neurons of a column.

        The largest absolute weight of the layer, `largest`, has the widest line.
        """
        from matplotlib.collections import LineCollection

        order = np.argsort(np.abs(coef), axis=None, kind="stable")
        i, j = np.unravel_index(order, coef.shape)
        weights, starts, ends = coef[i, j], starts[i], column.points[j]
        share = np.abs(weights) / (largest or 1)
        widths = np.where(share > 0, MIN_WIDTH + (MAX_WIDTH - MIN_WIDTH) * share, 0)
        widths *= self.scale
        faintest = 0.5 if with_values else 0.12
        style = {
            "linewidths": widths,
            "colors": np.where(weights < 0, self.negative, self.positive),
            # Dashes have the same length on all lines.
            "linestyles": [
                (0, (6 / width, 3 / width)) if weight < 0 else "solid"
                for weight, width in zip(weights, widths, strict=True)
            ],
            "alpha": faintest + (1 - faintest) * share,
            "capstyle": "butt",
            "zorder": 1,
        }
        edges = LineCollection(np.stack([starts, ends], axis=1), **(style | edge_kw))
        self.ax.add_collection(edges, autolim=False)
        if with_values:
            # At this fraction of their length, edges are equally far from each other.
            points = starts + (ends - starts) / (column.n_rows + 1)
            box = {"boxstyle": "square,pad=0.1", "linewidth": 0}
            box["color"] = self.background
            for point, weight in zip(points, weights, strict=True):
                style = {
                    "color": self.negative if weight < 0 else self.positive,
                    "zorder": 2,
                }
                self.write(*point, short(weight), size=8, bbox=box, **style)
        return edges

    def draw_neurons(self, column, activations, neuron_kw):
        """Draw the circles of a column, and dots for the neurons not shown."""
        from matplotlib import rcParams
        from matplotlib.patches import Circle

        faces = np.ones((len(column.y), 3))
        if activations is not None:
            largest = np.abs(activations).max()
            shown = activations[column.neurons]
            faces = tints(shown, max(1.0, largest))
            for y, activation in zip(column.y, shown, strict=True):
                self.write(column.x, y, short(activation), size=7, color=INK)
        if column.dots_y is not None:
            for shift in (-0.1, 0, 0.1):
                point = column.x, column.dots_y + shift
                dot = Circle(point, 0.025, color=rcParams["text.color"])
                self.ax.add_patch(dot)
        circles = [Circle(point, RADIUS) for point in column.points]
        return self.add_patches(circles, faces, neuron_kw)

    def add_patches(self, patches, faces, patch_kw):
        """Draw neurons in the colours `faces`."""
        from matplotlib.collections import PatchCollection

        style = {"facecolors": faces, "edgecolors": "0.2", "linewidths": self.scale}
        neurons = PatchCollection(patches, **(style | {"zorder": 3} | patch_kw))
        self.ax.add_collection(neurons, autolim=False)
        return neurons

    def draw_bias(self, x):
        """Draw the constant input of the biases, and return its centre."""
        from matplotlib.patches import Rectangle

        side, y = 1.6 * RADIUS, self.diagram.bias_y
        corner = (x - side / 2, y - side / 2)
        style = {"facecolor": "0.92", "edgecolor": "0.2", "linewidth": self.scale}
        self.ax.add_patch(Rectangle(corner, side, side, zorder=3, **style))
        self.write(x, y, "1", color=INK)
        self.write_foot(x, "bias")
        return np.array([[x, y]])

    def add_legend(self, with_activations):
        from matplotlib.lines import Line2D

        signs = {
            "positive": (self.positive, "-"),
            "negative": (self.negative, (0, (3, 1.5))),
        }
        width = 2 * self.scale
        handles = [
            Line2D([], [], lw=width, color=color, ls=style, label=f"{sign} weight")
            for sign, (color, style) in signs.items()
        ]
        if with_activations:
            style = {"color": "0.2", "markersize": 9 * self.scale, "ls": ""}
            style |= {"markerfacecolor": "#7fb8d8", "label": "activation"}
            handles.append(Line2D([], [], marker="o", **style))
        self.ax.legend(
            handles=handles,
            loc="lower center",
            ncols=len(handles),
            frameon=False,
            fontsize=FONT_SIZE * self.scale,
            borderaxespad=0.2,
        )
