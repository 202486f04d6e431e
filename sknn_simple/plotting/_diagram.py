"""Where everything stands in the diagram of a network, in inches."""

import textwrap
from dataclasses import dataclass

import numpy as np

from ._appearance import text_width

RADIUS = 0.19
"""Of a neuron."""

FONT_SIZE = 9
LINE_HEIGHT = 0.16
"""Of a line of text at FONT_SIZE."""


@dataclass
class Column:
    """A layer in the diagram: which of its neurons are shown, and where.

    Attributes
    ----------
    neurons : ndarray of int
        Indices of the neurons that are shown.

    x : float

    y : ndarray of float
        Of each neuron that is shown.

    dots_y : float or None
        Of the dots that stand for those that are not.
    """

    neurons: np.ndarray
    x: float
    y: np.ndarray
    dots_y: float | None

    @property
    def n_rows(self):
        """With that of the dots."""
        return len(self.y) + (self.dots_y is not None)


@dataclass
class Diagram:
    """Positions of a diagram's parts, in inches from the middle of its left column.

    Attributes
    ----------
    columns : list of Column
        One a layer, the inputs first.

    heading_y, bias_y, foot_y : float
        Of the headings' upper ends, the biases' centres, and the line below.

    xlim, ylim : tuple of float
        What the diagram takes.
    """

    columns: list[Column]
    heading_y: float
    bias_y: float
    foot_y: float
    xlim: tuple[float, float]
    ylim: tuple[float, float]

    @property
    def size(self):
        """Width and height."""
        return np.diff(self.xlim)[0], np.diff(self.ylim)[0]


def shown_neurons(n_neurons, max_neurons):
    """Indices of the neurons that are shown, from the top and the bottom of a layer."""
    if n_neurons <= max_neurons:
        return np.arange(n_neurons)
    # The dots take the place of one.
    n_top, n_bottom = max_neurons // 2, (max_neurons - 1) // 2
    return np.r_[:n_top, n_neurons - n_bottom : n_neurons]


def wrap(name):
    """A name in at most three lines."""
    lines = []
    for line in str(name).splitlines():
        lines += textwrap.wrap(line, 26) or [""]
    if len(lines) > 3:
        lines = [*lines[:2], lines[2][:25] + "…"]
    return "\n".join(lines)


def lay_out(layer_sizes, max_neurons, labels, with_values, with_bias):
    """Find a place for everything.

    Parameters
    ----------
    layer_sizes : list of int

    max_neurons : int
        A layer with more is shown in part.

    labels : tuple of list of str
        The texts left of the inputs and right of the outputs that are shown.

    with_values : bool
        Whether there must be room for a number on each edge.

    with_bias : bool
        Whether there is a row for the biases.

    Returns
    -------
    diagram : Diagram
    """
    shown = [shown_neurons(n, max_neurons) for n in layer_sizes]
    n_rows = [len(s) + (len(s) < n) for s, n in zip(shown, layer_sizes, strict=True)]
    row, gap = _spacing(n_rows, labels, with_values)
    columns = []
    for i, (neurons, slots) in enumerate(zip(shown, n_rows, strict=True)):
        y = row * ((slots - 1) / 2 - np.arange(slots))
        dots_y = None
        if slots > len(neurons):
            middle = max_neurons // 2
            dots_y, y = y[middle], np.delete(y, middle)
        columns.append(Column(neurons, i * gap, y, dots_y))

    top = row * (max(n_rows) - 1) / 2
    heading_y = top + RADIUS + 0.12 + 3 * LINE_HEIGHT
    bias_y = -top - row if with_bias else -top
    foot_y = bias_y - RADIUS - 0.14
    left, right = (
        max((text_width(text, FONT_SIZE) for text in texts), default=0) + 0.2
        for texts in labels
    )
    left, right = (max(RADIUS + side, 0.6) for side in (left, right))
    width = left + columns[-1].x + right
    spare = max(0, 4.8 - width) / 2
    return Diagram(
        columns,
        heading_y,
        bias_y,
        foot_y,
        xlim=(-left - spare, columns[-1].x + right + spare),
        ylim=(foot_y - 0.5, heading_y + 0.1),
    )


def _spacing(n_rows, labels, with_values):
    """Distance between neurons, and between layers."""
    n_lines = max(text.count("\n") + 1 for texts in labels for text in [*texts, ""])
    row = max(0.5, (n_lines + 0.5) * LINE_HEIGHT)
    if with_values:
        # The numbers on the edges into n neurons stand 1 / (n + 1) of a row apart.
        n_places = max(n_rows[1:]) + 1
        return max(row, 0.8, 0.17 * n_places), max(2.5, 0.45 * n_places)
    widest = max(1.8, 8 / (len(n_rows) - 1))
    return row, np.clip(0.5 * row * max(n_rows), min(2.2, widest), widest)
