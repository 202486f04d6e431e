"""Outline of a step: the blocks that both `to_text` and `to_html` show.

A block is a Heading, a Facts, a Card, or a note (a str).
"""

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
    values_of,
)


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
    def of(cls, symbol, by_name, value, by_value="", operands=()):
        """Make the Equation of a value, computed from `operands` as in `by_value`."""
        exact = all(map(is_exact, operands))
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
        """The Equation of the derivative by the weight."""
        by_name, by_value = names_of(self.factors), values_of(self.factors)
        operands = [factor.value for factor in self.factors]
        if self.weight.penalty:
            by_name += f" + strength * {self.weight.name}"
            by_value += f" + {self.penalty}"
            operands += self.weight.strength, self.weight.old
        return Equation.of(
            f"∂L/∂{self.weight.name}",
            by_name,
            self.weight.derivative,
            by_value,
            operands,
        )

    @property
    def penalty(self):
        """The strength of the penalty times the weight, by values."""
        return f"{number(self.weight.strength)} * {operand(self.weight.old)}"


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
    yield Facts(targets[:max_shown] + _rest(targets, max_shown, "target"))
    yield from _notes(step)
    yield from _difference(step)
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
    texts = [_given(name, value) for name, value in step.targets.items()]
    given = step.y.tolist()
    # A label is encoded as 0 and 1: also show the label itself.
    if given != next(iter(step.targets.values())):
        texts[0] += f"  (given as {printable(str(given))})"
    return texts


def _notes(step):
    """Explain the canonical pair, the standardised targets and the penalty."""
    objective = step.objective
    if LOSSES[objective.loss].canonical:
        yield (
            f"The loss and the {objective.out_activation} output are a canonical pair: "
            "the product ∂L/∂a * ∂a/∂z simplifies to ∂L/∂z = a - y."
        )
    if step.standardised_by is not None:
        mean, scale = (", ".join(map(number, part)) for part in step.standardised_by)
        what = f"(y - mean) / deviation, with mean {mean} and deviation {scale}"
        if objective.out_activation == "exp":
            what = f"y / mean, with mean {scale}"
        yield (
            f"The network is trained on {what}: outputs, targets and the weights of "
            "the output layer are in these units."
        )
    if step.penalty:
        yield (
            f"The penalty alpha={objective.alpha:g} adds {number(step.penalty)} to the "
            "loss, and its strength times the coef to each derivative."
        )


def _difference(step):
    """Explain how the next step of training differs from this one."""
    if step.differs_by:
        plain, following = (
            float(np.linalg.norm(after.flat - step.parameters.flat))
            for after in (step.new_parameters, step.next_parameters)
        )
        length = f", {number(following / plain)} times as long" if plain else ""
        yield (
            "This is a plain step of gradient descent. With "
            f"{' and '.join(step.differs_by)}, the next step of partial_fit is a "
            f"different one{length}: see next_parameters."
        )


def _loss_formula(step):
    loss = LOSSES[step.objective.loss]
    formula = loss.formula.format(option=step.objective.loss_option)
    if len(step.targets) == 1:
        return formula
    how = "averaged" if loss.averaged else "summed"
    return f"{formula}, {how} over the {len(step.targets)} outputs"


def _forward_card(layer, neuron, max_shown):
    """Show a weighted sum and its activation."""
    operands = [x for w in neuron.weights for x in (w.old, w.factor.value)]
    by_name = sum_of([f"{w.name} * {w.factor.name}" for w in neuron.weights], max_shown)
    by_value = sum_of(
        [f"{operand(w.old)} * {operand(w.factor.value)}" for w in neuron.weights],
        max_shown,
    )
    if neuron.bias is not None:
        by_name += f" + {neuron.bias.name}"
        by_value += f" + {operand(neuron.bias.old)}"
        operands.append(neuron.bias.old)
    z = f"z_{neuron.name}"
    formula = OUT_ACTIVATIONS[layer.activation].formula.format(z=z)
    equations = [
        Equation.of(z, by_name, neuron.weighted_sum, by_value, operands),
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
    by_name, by_value, operands = first[0].formula, "", []
    if len(first) > 1:  # not an output
        operands = [factor.value for path in neuron.paths for factor in path]
        by_name = sum_of([names_of(path) for path in neuron.paths], max_shown)
        by_value = sum_of([values_of(path) for path in neuron.paths], max_shown)
    formula = "" if slope.formula == number(slope.value) else slope.formula
    product = error, slope
    equations = [
        Equation.of(error.name, by_name, error.value, by_value, operands),
        Equation.of(slope.name, formula, slope.value),
        Equation.of(
            delta,
            names_of(product),
            neuron.delta,
            values_of(product),
            [factor.value for factor in product],
        ),
    ]
    return Card(f"neuron {neuron.name}", equations, updates)


def update_of(neuron, weight):
    """Return the Update of a weight that leads to a neuron."""
    if len(neuron.paths) == 1:
        return Update(weight, weight.chains[0])
    return Update(weight, (_error(neuron), neuron.slope, weight.factor))


def _error(neuron):
    """Return the derivative of the loss by an activation, which is a sum over paths."""
    return Factor(f"∂L/∂a_{neuron.name}", neuron.error)
