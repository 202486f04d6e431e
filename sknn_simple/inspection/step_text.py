"""A step as plain text."""

from textwrap import fill

from . import notation
from .notation import number, operand


def step_to_text(step, max_shown):
    """The step in two passes, forward and backward."""
    rate = number(step.learning_rate)
    lines = [
        f"One backpropagation step on one sample, at a learning rate of {rate}",
        "",
        *_sample(step, max_shown),
        "",
        *(fill(note, 79) for note in notation.notes(step)),
        "",
        "FORWARD",
    ]
    for layer in step.layers:
        lines += ["", f"{layer.name} ({layer.activation})"]
        for neuron in layer.neurons[:max_shown]:
            lines += _forward(neuron, layer, max_shown)
        lines += _more(layer.neurons, max_shown, "  ", "neuron")
    lines += ["", f"loss: {notation.loss_formula(step)} = {number(step.loss)}"]
    lines += ["", "BACKWARD"]
    for layer in reversed(step.layers):
        lines += ["", f"{layer.name} ({layer.activation})"]
        for neuron in layer.neurons[:max_shown]:
            lines += ["", f"  neuron {neuron.name}", *_backward(neuron, max_shown)]
            for weight in neuron.weights[:max_shown]:
                lines += _update(neuron, weight, rate)
            lines += _more(neuron.weights, max_shown, "    ", "weight")
            if neuron.bias is not None:
                lines += _update(neuron, neuron.bias, rate)
        lines += _more(layer.neurons, max_shown, "  ", "neuron")
    return "\n".join(line for line, before in _neighbours(lines) if line or before)


def _neighbours(lines):
    """Each line and the one before, to drop the second of two empty ones."""
    return zip(lines, ["", *lines], strict=False)


def _more(things, max_shown, indent, what):
    n_more = len(things) - max_shown
    return [indent + notation.more(n_more, what)] if n_more > 0 else []


def _sample(step, max_shown):
    """The sample, its names and its target."""
    lines = []
    for k, (name, value) in enumerate(step.inputs.items()):
        if k < max_shown:
            called = f"  {step.feature_names[k]}" if step.feature_names else ""
            lines.append(f"  {name} = {number(value)}{called}")
    lines += _more(step.inputs, max_shown, "  ", "input")
    given = step.y.tolist()
    for k, (name, value) in enumerate(step.targets.items()):
        if k < max_shown:
            # A label says more than the 0 or 1 that it stands for.
            label = "" if given == value else f"  (given as {given})"
            lines.append(f"  {name} = {number(value)}{label if k == 0 else ''}")
    return lines + _more(step.targets, max_shown, "  ", "target")


def _forward(neuron, layer, max_shown):
    by_name, by_value = notation.weighted_sum(neuron, max_shown)
    z, a = f"z_{neuron.name}", f"a_{neuron.name}"
    indent = " " * (3 + len(z))
    return [
        f"  {z} = {by_name}",
        f"{indent}= {by_value}",
        f"{indent}= {number(neuron.weighted_sum)}",
        f"  {a} = {notation.activated(layer, neuron)} = {number(neuron.activation)}",
    ]


def _backward(neuron, max_shown):
    lines = []
    for symbol, by_name, by_value, result in notation.error_lines(neuron, max_shown):
        lines += _equation(symbol, by_name, by_value, number(result))
    return lines


def _update(neuron, weight, rate):
    """The derivative by a weight, and what becomes of the weight."""
    chain = notation.derivative_chain(neuron, weight)
    by_name = notation.times(name for name, _ in chain)
    (_, first), *others = chain
    by_value = notation.times([number(first), *(operand(value) for _, value in others)])
    if weight.penalty:
        by_name += " + penalty"
        by_value += f" + {operand(weight.penalty)}"
    derivative = number(weight.derivative)
    old, new = notation.updated(weight.old, weight.new)
    return [
        f"    {weight.name} ({weight.source} -> {weight.target})",
        *_equation(f"  dL/d{weight.name}", by_name, by_value, derivative),
        f"      new {weight.name} = {old} - {rate} * "
        f"{operand(weight.derivative)} = {new}",
    ]


def _equation(symbol, by_name, by_value, result):
    """A formula, on two lines if it has values to be put in."""
    if not by_value:
        return ["    " + " = ".join(filter(None, [symbol, by_name, result]))]
    indent = " " * (5 + len(symbol))
    return [f"    {symbol} = {by_name}", f"{indent}= {by_value} = {result}"]
