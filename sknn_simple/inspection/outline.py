"""Outline of a step: the blocks that both `to_text` and `to_html` show.

A block is a Heading, a Facts, a Card, or a note (a str).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..network import LOSSES, OUT_ACTIVATIONS
from .neuron import Chain, Factor, Weight
from .notation import (
    before_and_after,
    equals,
    is_exact,
    names_of,
    number,
    operand,
    printable,
    sum_of,
    symbol_of,
    terms_by_value,
    values_of,
)
from .step_notes import notes


class Heading(NamedTuple):
    level: int  # 3, 4 or 5, as in HTML
    text: str


class Facts(NamedTuple):
    """Given numbers with their names."""

    texts: list[str]


class Equation(NamedTuple):
    """A quantity: its formula by names, by values (or ""), and its result."""

    symbol: str
    by_name: str
    by_value: str
    result: str
    before_values: str  # "=", or "≈" if values are rounded
    before_result: str  # the same; "≈" also if the result is rounded

    @classmethod
    def of(cls, symbol, by_name, value, products=(), max_shown=math.inf):
        """Make the Equation of a value, which may be a sum of `products`."""
        by_value = sum_of(terms_by_value(products), max_shown)
        exact = all(is_exact(x) for factors in products for x in factors)
        signs = equals(exact), equals(exact and is_exact(value))
        return cls(symbol, by_name, by_value, number(value), *signs)

    def __str__(self):
        result = f"{self.before_result} {self.result}"
        if not self.by_value:
            named = " = ".join(filter(None, [self.symbol, self.by_name]))
            return f"{named} {result}"
        values = f"{self.before_values} {self.by_value} {result}"
        if not self.by_name:
            return f"{self.symbol} {values}"
        return f"{self.symbol} = {self.by_name}\n{' ' * len(self.symbol)} {values}"


class Update(NamedTuple):
    """A weight, and the factors of its derivative."""

    weight: Weight
    factors: Chain

    def new(self, learning_rate):
        """Return the Equation of the weight after the step."""
        weight = self.weight
        old, new = before_and_after(weight.old, weight.new)
        change = f"{old} - {number(learning_rate)} * {operand(weight.derivative)}"
        exact = is_exact(weight.old, old)
        exact &= is_exact(learning_rate) and is_exact(weight.derivative)
        signs = equals(exact), equals(exact and is_exact(weight.new, new))
        return Equation(f"new {weight.name}", "", change, new, *signs)

    @property
    def derivative(self):
        """The Equation of the derivative for the weight."""
        weight, by_name = self.weight, names_of(self.factors)
        products = [values_of(self.factors)]
        if weight.penalty:
            by_name += f" + strength * {weight.name}"
            products.append((weight.strength, weight.old))
        return Equation.of(f"∂L/∂{weight.name}", by_name, weight.derivative, products)


class Card(NamedTuple):
    """Equations, and updates of a neuron's weights; a str counts those not shown."""

    title: str
    equations: list[Equation]
    updates: Sequence[Update | str] = ()


def outline(step, max_shown):
    """Yield the blocks of a StepExplanation, with at most `max_shown` items each."""
    rate = number(step.learning_rate)
    yield Heading(3, f"One backpropagation step on one sample, learning rate {rate}")
    inputs, targets = _inputs(step), _targets(step)
    yield Facts(inputs[:max_shown] + _rest(inputs, max_shown, "input"))
    targets = targets[:max_shown] + _rest(targets, max_shown, "target")
    yield Facts(_label(step) + targets)
    yield from notes(step)
    yield Heading(4, "Forward pass")
    yield from _layers(step.layers, _forward_card, max_shown)
    yield Card("loss", [Equation.of("L", _loss_formula(step), step.loss)])
    yield Heading(4, "Backward pass")
    yield from _layers(reversed(step.layers), _backward_card, max_shown)


def _layers(layers, card, max_shown):
    for layer in layers:
        yield Heading(5, f"{layer.name} ({layer.activation})")
        for neuron in layer.neurons[:max_shown]:
            yield card(layer, neuron, max_shown)
        yield from _rest(layer.neurons, max_shown, "neuron")


def _rest(things, max_shown, what):
    n_more = len(things) - max_shown
    return [f"... and {n_more} more {what}{'s' * (n_more > 1)}"] if n_more > 0 else []


def _inputs(step):
    return [_given(symbol_of(x), value) for x, value in step.inputs.items()]


def _given(name, value):
    return f"{name} {equals(is_exact(value))} {number(value)}"


def _targets(step):
    """Write the targets; those that were encoded with their values as given."""
    targets, given = step.targets.items(), np.ravel(step.y).tolist()
    if len(given) < len(targets):
        return [_given(name, target) for name, target in targets]
    return [
        _given(name, target)
        + ("" if y == target else f"  (given as {printable(str(y))})")
        for (name, target), y in zip(targets, given, strict=True)
    ]


def _label(step):
    """Write the label that several targets stand for, if there is one."""
    is_label = np.size(step.y) < len(step.targets)
    label = printable(str(np.ravel(step.y).tolist()[0]))
    return [f"y = {label}  (one target per class)"] if is_label else []


def _loss_formula(step):
    loss = LOSSES[step.objective.loss]
    formula = loss.formula.format(option=step.objective.loss_option)
    if len(step.targets) == 1:
        return formula
    how = "averaged" if loss.averaged else "summed"
    return f"{formula}, {how} over the {len(step.targets)} outputs"


def _forward_card(layer, neuron, max_shown):
    """Show a weighted sum and its activation."""
    names = [f"{w.name} * {w.factor.name}" for w in neuron.weights]
    products = [(w.old, w.factor.value) for w in neuron.weights]
    if neuron.bias is not None:
        names.append(neuron.bias.name)
        products.append((neuron.bias.old,))
        max_shown += 1
    by_name = sum_of(names, max_shown)
    z = f"z_{neuron.name}"
    formula = OUT_ACTIVATIONS[layer.activation].formula.format(z=z)
    equations = [
        Equation.of(z, by_name, neuron.weighted_sum, products, max_shown),
        Equation.of(f"a_{neuron.name}", formula, neuron.activation),
    ]
    return Card(f"neuron {neuron.name}", equations)


def _backward_card(layer, neuron, max_shown):
    """Show delta as a product, and the updates of the weights."""
    updates = [update_of(neuron, weight) for weight in neuron.weights[:max_shown]]
    updates += _rest(neuron.weights, max_shown, "weight")
    if neuron.bias is not None:
        updates.append(update_of(neuron, neuron.bias))
    error, slope = _error(neuron), neuron.slope
    [first, *_], delta = neuron.paths, f"∂L/∂z_{neuron.name}"
    if slope is None:
        equations = [Equation.of(delta, first[0].formula, neuron.delta)]
        return Card(f"neuron {neuron.name}", equations, updates)
    by_name, products = first[0].formula, []
    if len(first) > 1:  # not an output
        by_name = sum_of([names_of(path) for path in neuron.paths], max_shown)
        products = [values_of(path) for path in neuron.paths]
    formula = "" if slope.formula == number(slope.value) else slope.formula
    chain = error, slope
    equations = [
        Equation.of(error.name, by_name, error.value, products, max_shown),
        Equation.of(slope.name, formula, slope.value),
        Equation.of(delta, names_of(chain), neuron.delta, [values_of(chain)]),
    ]
    return Card(f"neuron {neuron.name}", equations, updates)


def update_of(neuron, weight):
    """Return the Update of a weight that leads to a neuron."""
    if len(neuron.paths) == 1:
        return Update(weight, weight.chains[0])
    return Update(weight, (_error(neuron), neuron.slope, weight.factor))


def _error(neuron):
    """Return ∂L/∂a, the derivative for an activation, which is a sum over paths."""
    return Factor(f"∂L/∂a_{neuron.name}", neuron.error)
