"""Notation: how numbers and formulas of a step are written, in text and in HTML."""

import math

LOSS_FORMULAS = {
    "squared_error": "(a - y)^2 / 2",
    "absolute_error": "|a - y|",
    "poisson": "y * log(y / a) - y + a",
    "binary_log_loss": "-y * log(a) - (1 - y) * log(1 - a)",
    "softmax_log_loss": "-y * log(a)",
}


def number(value):
    """Three significant digits."""
    value += 0.0  # no minus zero
    if 1e3 <= abs(value) < 1e6:
        return f"{value:.0f}"
    return f"{value:.3g}"


def operand(value):
    """A number to stand behind an operator."""
    return f"({number(value)})" if value < 0 else number(value)


def updated(old, new):
    """A weight before and after a step, to as many decimals as it takes to see it."""
    change, size = abs(new - old), max(abs(old), abs(new))
    if change == 0 or not 1e-3 <= size < 1e6:
        return number(old), number(new)
    # The step to two digits, the weight to three.
    decimals = max(1 - math.floor(math.log10(change)), 2 - math.floor(math.log10(size)))
    decimals = min(max(decimals, 0), 15)
    return f"{old:.{decimals}f}", f"{new:.{decimals}f}"


def times(terms):
    """Terms as a product."""
    return " * ".join(terms)


def names(chain):
    """The product of a chain by names."""
    return times(factor.name for factor in chain)


def values(chain):
    """The product of a chain by values."""
    first, *others = chain
    return times([number(first.value), *(operand(f.value) for f in others)])


def abridged(terms, max_shown):
    """A sum; a long one by its ends, and how many terms lie between."""
    if len(terms) > max_shown:
        terms = [*terms[:2], f"... ({len(terms) - 3} more)", terms[-1]]
    return " + ".join(terms)


def activated(layer, neuron):
    """The neuron's activation as a formula of weighted sums."""
    z = f"z_{neuron.name}"
    if layer.activation == "softmax":
        return f"exp({z}) / sum of exp(z) over the outputs"
    return z if layer.activation == "identity" else f"{layer.activation}({z})"


def weighted_sum(neuron, max_shown):
    """The neuron's weighted sum, by names and by values."""
    by_name = [f"{w.name} * {w.factor.name}" for w in neuron.weights]
    by_value = [f"{operand(w.old)} * {operand(w.factor.value)}" for w in neuron.weights]
    texts = [abridged(terms, max_shown) for terms in (by_name, by_value)]
    if neuron.bias is not None:
        texts[0] += f" + {neuron.bias.name}"
        texts[1] += f" + {operand(neuron.bias.old)}"
    return texts


def error_lines(neuron, max_shown):
    """Lines that lead to the neuron's delta: (symbol, names, values, result)."""
    delta = f"dL/dz_{neuron.name}"
    [first, *_] = neuron.paths
    if neuron.slope is None:
        return [(delta, first[0].formula, "", neuron.delta)]
    error = f"dL/da_{neuron.name}"
    if len(first) == 1:
        lines = [(error, first[0].formula, "", neuron.error)]
    else:
        by_name = abridged([names(path) for path in neuron.paths], max_shown)
        by_value = abridged([values(path) for path in neuron.paths], max_shown)
        lines = [(error, by_name, by_value, neuron.error)]
    slope = neuron.slope
    formula = "" if slope.formula == number(slope.value) else slope.formula
    lines.append((slope.name, formula, "", slope.value))
    product = f"{number(neuron.error)} * {operand(slope.value)}"
    lines.append((delta, f"{error} * {slope.name}", product, neuron.delta))
    return lines


def derivative_chain(neuron, weight):
    """Names and values of the factors of a weight's derivative.

    Where several paths lead to the neuron, their sum is one factor.
    """
    if len(neuron.chains) == 1:
        return [(factor.name, factor.value) for factor in weight.chains[0]]
    return [
        (f"dL/da_{neuron.name}", neuron.error),
        (neuron.slope.name, neuron.slope.value),
        (weight.factor.name, weight.factor.value),
    ]


def loss_formula(step):
    """The loss as a formula of outputs a and targets y."""
    formula = f"L = {LOSS_FORMULAS[step.objective.loss]}"
    if len(step.targets) == 1:
        return formula
    how = "summed" if "log_loss" in step.objective.loss else "averaged"
    return f"{formula}, {how} over the {len(step.targets)} outputs"


def notes(step):
    """What a reader has to know beside the formulas."""
    notes = []
    objective = step.objective
    if step.layers[-1].neurons[0].slope is None:
        notes.append(
            f"The loss and the {objective.out_activation} output are a canonical pair: "
            "dL/dz = a - y, which is dL/da and da/dz already multiplied."
        )
    if step.standardised_by is not None:
        mean, scale = (", ".join(map(number, part)) for part in step.standardised_by)
        notes.append(
            f"The network is trained on (y - mean) / deviation, with mean {mean} and "
            f"deviation {scale}: outputs, targets and the weights of the output layer "
            "are in these units."
        )
    if step.penalty:
        notes.append(
            f"The penalty alpha={objective.alpha:g} adds {number(step.penalty)} to the "
            "loss, and to the derivative by each coef a multiple of the coef."
        )
    return notes


def more(n_more, what):
    """What stands for things that are not shown."""
    return f"... and {n_more} more {what}{'' if n_more == 1 else 's'}"
