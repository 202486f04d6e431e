"""Layout of a network's diagram: the positions of its parts, in inches."""

import textwrap
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np

from ._style import text_width

RADIUS = 0.19  # of a neuron
FONT_SIZE = 9
LINE_HEIGHT = 0.16  # of a line of text of FONT_SIZE
FULL_WIDTH = 16.0  # columns are narrower in networks that would be wider


@dataclass(frozen=True, eq=False)
class Column:
    """A layer of the diagram, some of whose neurons are shown."""

    size: int  # of the whole layer
    neurons: np.ndarray  # indices of the neurons shown
    labels: list[str]  # names of these neurons, or empty
    x: float
    y: np.ndarray
    dots_y: float | None  # of the dots that stand for the other neurons
    side: float  # half the width of a neuron

    @property
    def n_rows(self):
        """Number of neurons shown, plus one for the dots."""
        return len(self.y) + (self.dots_y is not None)

    @property
    def points(self):
        """Centres of the neurons, shape (n_shown, 2)."""
        return np.column_stack([np.full(len(self.y), self.x), self.y])

    def placed(self, x, row):
        """Return the column at x, with its rows at a distance of `row`."""
        dots_y = self.dots_y and row * self.dots_y
        return replace(self, x=x, y=row * self.y, dots_y=dots_y)


class Diagram:
    """Positions of columns, of the headings above them and of the footnotes below.

    `row` is the distance between neurons, and `gaps` are those between columns.
    `above` and `below` are the distances from the outermost rows to headings and
    footnotes, and `foot_height` is the room for the footnotes.
    """

    def __init__(self, columns, row, gaps, above, below, foot_height):
        places = accumulate(gaps, initial=0.0)
        self.columns = [
            column.placed(x, row) for column, x in zip(columns, places, strict=True)
        ]
        top = row * (max(column.n_rows for column in columns) - 1) / 2
        self.heading_y = top + above + 3 * LINE_HEIGHT  # its upper end
        self.foot_y = -top - below
        left = _margin(columns[0])
        right = _margin(columns[-1]) + self.columns[-1].x
        spare = max(0, 4.8 - left - right) / 2
        self.xlim = -left - spare, right + spare
        self.ylim = self.foot_y - foot_height, self.heading_y + 0.1

    @property
    def size(self):
        """Width and height of a figure that holds the diagram."""
        return np.array([np.ptp(self.xlim), np.ptp(self.ylim)])


class NetworkDiagram(Diagram):
    """Positions of the layers, headings, biases and footnotes of a network.

    `max_neurons` is the maximum number of rows per layer, `headings` are the texts
    above the layers, and `names` those of the neurons (or None) by the number of their
    layer. `with_values` makes room for numbers on the edges, and `with_bias` for a row
    of biases.
    """

    def __init__(
        self, layer_sizes, max_neurons, headings, names, with_values, with_bias
    ):
        columns = [
            make_column(size, max_neurons, names.get(i), RADIUS)
            for i, size in enumerate(layer_sizes)
        ]
        row, gap = _spacing(columns, with_values)
        if not with_values:
            room = FULL_WIDTH - _margin(columns[0]) - _margin(columns[-1])
            needed = max(text_width(heading, FONT_SIZE) for heading in headings)
            gap = max(min(gap, room / (len(columns) - 1)), needed + 0.12)
        gaps = [gap] * (len(columns) - 1)
        above, below = RADIUS + 0.12, row * with_bias + RADIUS + 0.14
        super().__init__(columns, row, gaps, above, below, foot_height=0.5)
        self.bias_y = self.foot_y + RADIUS + 0.14


def _margin(column):
    """Return the width of a column's labels, or a little space."""
    widths = [text_width(label, FONT_SIZE) for label in column.labels]
    return max([column.side + 0.2 + width for width in widths] + [0.6])


def make_column(size, max_neurons, names, side):
    """Choose the neurons of a layer to show, in rows at a distance of 1."""
    neurons, n_rows = np.arange(size), min(size, max_neurons)
    y, dots_y = (n_rows - 1) / 2 - np.arange(n_rows), None
    if size > max_neurons:
        # The dots take one of the rows.
        n_top, n_bottom = max_neurons // 2, (max_neurons - 1) // 2
        neurons = np.r_[:n_top, size - n_bottom : size]
        dots_y, y = y[n_top], np.delete(y, n_top)
    labels = [_wrap(names[k]) for k in neurons] if names else []
    return Column(size, neurons, labels, 0.0, y, dots_y, side)


def _wrap(name):
    """Break a name into at most three lines."""
    lines = []
    for line in name.splitlines():
        lines += textwrap.wrap(line, 30) or [""]
    if len(lines) > 3:
        lines = [*lines[:2], lines[2][:29] + "…"]
    return "\n".join(lines)


def _spacing(columns, with_values):
    """Return the distances between neurons and between layers."""
    labels = [label for column in columns for label in column.labels]
    n_lines = max([label.count("\n") + 1 for label in labels] + [1])
    row = max(0.5, (n_lines + 0.5) * LINE_HEIGHT)
    if with_values:
        # Numbers on the edges into n neurons are 1 / (n + 1) of a row apart.
        n_places = max(column.n_rows for column in columns[1:]) + 1
        return max(row, 0.8, 0.17 * n_places), max(2.5, 0.6 * n_places)
    widest = max(1.8, 8 / (len(columns) - 1))
    height = row * max(column.n_rows for column in columns)
    return row, np.clip(height / 2, min(2.2, widest), widest)
