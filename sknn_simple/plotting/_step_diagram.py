"""Layout of one explained step: the network, its loss, and a label per weight."""

import textwrap
from itertools import pairwise

import numpy as np

from ..inspection.notation import before_and_after, number
from ._annotation import layer_heading
from ._diagram import FONT_SIZE, LINE_HEIGHT, Diagram, make_column
from ._style import text_width

RADIUS = 0.37  # of a neuron, which holds two numbers
SMALL = 8  # font size of labels and footnotes
SMALL_LINE = 0.15  # height of a line of that size
SPACE = 0.1  # on each side of a label
HEADING_SPACE = 0.4  # between two headings
FRAME_TOP, FRAME_BOTTOM = 0.22, 0.5  # the frame of the loss, beyond its targets


def printed(value):
    """Write a number as `explain_step` does, with a true minus sign."""
    return with_minus(number(value))


def with_minus(text):
    return text.replace("-", "\N{MINUS SIGN}")


def coef_names(layer):
    """Return the names of a layer's coefs, neuron by neuron."""
    return [weight.name for neuron in layer.neurons for weight in neuron.weights]


def bias_names(layer):
    """Return the names of a layer's biases, if it has any."""
    return [n.bias.name for n in layer.neurons if n.bias is not None]


def _label(weight, with_new):
    """Label a weight with its value and derivative, optionally with its new value."""
    derivative = printed(weight.derivative)
    lines = [f"{weight.name} = {printed(weight.old)}", f"∂ = {derivative}"]
    if with_new:
        _, new = before_and_after(weight.old, weight.new)
        lines.append(f"→ {with_minus(new)}")
    return lines


def _output_label(neuron):
    """Label an output with ∂L/∂a, the derivative of the loss."""
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
    `labels` are lists of lines by the name of a weight or bias. `symbols` are the names
    of inputs in formulas if the diagram has other names beside them, else empty.
    `notes` are broken to the width of the diagram.
    """

    def __init__(self, step, input_names, output_names, loss_name, with_new, notes):
        self.step = step
        self.symbols = [
            "" if symbol == name else symbol
            for symbol, name in zip(step.inputs, input_names, strict=True)
        ]
        self.labels = {
            weight.name: _label(weight, with_new)
            for layer in step.layers
            for neuron in layer.neurons
            for weight in neuron.parameters
        }
        outputs = step.layers[-1].neurons
        self.output_labels = [_output_label(neuron) for neuron in outputs]
        self.targets = [f"{y} = {printed(value)}" for y, value in step.targets.items()]
        self.key = _key(step)
        self.loss = f"L = {printed(step.loss)}"
        self.headings = _headings(step, loss_name)
        frame_side = widest([self.targets, [self.loss]]) / 2 + 0.15
        columns = _make_columns(step, input_names, output_names, frame_side)
        self.label_height = (2 + with_new) * SMALL_LINE + 0.01
        has_biases = bool(step.parameters.intercepts)
        below = max(RADIUS + has_biases * (self.label_height + 0.05), FRAME_BOTTOM)
        # Labels between two layers are this part of a row apart, or more.
        n_places = max(_n_places(*pair) for pair in pairwise(columns[:-1]))
        row = max(
            below + RADIUS + LINE_HEIGHT + 0.1, n_places * (self.label_height + 0.05)
        )
        gaps = self._gaps(columns)
        n_characters = int(max(4.8, sum(gaps) + 1.2) / 0.07)
        self.notes = [line for n in notes for line in textwrap.wrap(n, n_characters)]
        above = RADIUS + LINE_HEIGHT + 0.15
        foot_height = (len(self.key) + len(self.notes)) * LINE_HEIGHT
        super().__init__(columns, row, gaps, above, below + 0.16, foot_height)
        left, right = self.xlim
        heading = text_width(self.headings[-1], FONT_SIZE) / 2 + 0.1
        self.xlim = left, max(right, self.columns[-1].x + heading)

    def _gaps(self, columns):
        """Return the distances between columns, with room for labels and headings."""
        layers, labels = self.step.layers, self.labels
        biases = [[], *([labels[b] for b in bias_names(layer)] for layer in layers)]
        sides = [max(RADIUS, widest(labels_below) / 2) for labels_below in biases]
        gaps = []
        for i, layer in enumerate(layers):
            half = widest([labels[coef] for coef in coef_names(layer)]) / 2
            n_places = _n_places(*columns[i : i + 2])
            gaps.append(n_places * (max(sides[i : i + 2]) + SPACE + half))
        room = widest(self.output_labels) + 2 * SPACE
        gaps.append(RADIUS + room + columns[-1].side)
        halves = [text_width(heading, FONT_SIZE) / 2 for heading in self.headings]
        return np.maximum(gaps, np.add(halves[:-1], halves[1:]) + HEADING_SPACE)

    def lines(self, i):
        """Return the ends of the lines into layer i, in the order of `coef_names`.

        The shape is (n_lines, 2, 2): start and end, each with x and y.
        """
        starts, ends = self.columns[i].points, self.columns[i + 1].points
        return np.array([[start, end] for end in ends for start in starts])

    def label_points(self, i):
        """Return the centres of the labels on these lines, shape (n_lines, 2).

        At this fraction of their lengths, the lines are equally far from each other.
        """
        n_in, n_out = self.columns[i].size, self.columns[i + 1].size
        share = 1 / (n_out + 1) if n_out <= n_in else n_in / (n_in + 1)
        lines = self.lines(i)
        return (1 - share) * lines[:, 0] + share * lines[:, 1]


def _make_columns(step, input_names, output_names, frame_side):
    """Make the columns: inputs, layers, and the frame of this half width."""
    widths = [len(layer.neurons) for layer in step.layers]
    sizes = [len(step.inputs), *widths, len(step.targets)]
    names = [input_names, *[None] * len(widths), output_names]
    sides = [*[RADIUS] * (len(sizes) - 1), frame_side]
    return [
        make_column(size, size, names_of, side)
        for size, names_of, side in zip(sizes, names, sides, strict=True)
    ]


def _n_places(left, right):
    """Return the number of parts in which labels divide a row between two columns."""
    return min(left.size, right.size) + 1


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
    # Up to four lines fit above the frame of the loss.
    return [*headings, "\n".join(["loss", *textwrap.wrap(loss_name, 22)])]
