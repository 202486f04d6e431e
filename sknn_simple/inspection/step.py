"""Step: one backpropagation step, neuron by neuron, with every factor by name."""

import math
from dataclasses import dataclass, field
from numbers import Integral

import numpy as np

from ..network import Objective, Parameters
from .step_html import step_to_html
from .step_text import step_to_text


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor of a product of derivatives.

    Attributes
    ----------
    name : str
        Such as "dL/da_o", "w5" or "x1".

    value : float

    formula : str
        What a derivative was computed from, such as "a_o - y"; empty for the others.
    """

    name: str
    value: float
    formula: str = ""


Chain = tuple[Factor, ...]


def product(chain):
    """The product of the factors' values."""
    return math.prod(factor.value for factor in chain)


# A frozen one takes far longer to make, and there may be very many.
@dataclass(slots=True, eq=False)
class Weight:
    """A coef or an intercept, and how the step changes it.

    Attributes
    ----------
    name : str
        Such as "w5", or "b1" for an intercept. Coefs are counted neuron by neuron,
        from the first hidden layer to the outputs.

    source, target : str
        What it joins: an input or a neuron, "1" for an intercept, and a neuron.

    factor : Factor
        The value of the input, by which the weighted sum changes with this weight.

    old, new : float
        Its value before and after the step.

    penalty : float
        What the penalty adds to the derivative: alpha / W * old for a coef.

    derivative : float
        Of the objective. It is the sum of the products of the `chains`, and `penalty`.

    chains : tuple of tuple of Factor
        The factors that the chain rule multiplies: one product for each neuron above
        that the weight acts through.
    """

    name: str
    target: str
    factor: Factor
    old: float
    new: float
    penalty: float
    derivative: float
    upstream: tuple[Chain, ...] = field(repr=False)

    @property
    def source(self):
        return self.factor.name.removeprefix("a_")

    @property
    def chains(self):
        return tuple((*chain, self.factor) for chain in self.upstream)


@dataclass(frozen=True, slots=True, eq=False)
class Neuron:
    """A neuron: what went through it in both directions.

    Attributes
    ----------
    name : str
        "h1" is the first hidden neuron, or "h2.1" the first of the second hidden layer
        where there are several; "o", or "o1" and so on, are the outputs.

    inputs : ndarray of shape (fan_in,)

    weights : tuple of Weight
        One for each input.

    bias : Weight or None

    weighted_sum, activation : float

    delta : float
        Derivative of the loss by the weighted sum.

    paths : tuple of tuple of Factor
        Products that add up to the derivative of the loss by the activation, dL/da: one
        for each neuron above. For an output it is a single factor; where output
        activation and loss are a canonical pair, this is `delta` itself.

    slope : Factor or None
        Derivative of the activation by the weighted sum; None in a canonical pair.

    chains : tuple of tuple of Factor
        Products that add up to `delta`.
    """

    name: str
    inputs: np.ndarray
    weights: tuple[Weight, ...] = field(repr=False)
    bias: Weight | None
    weighted_sum: float
    activation: float
    delta: float
    paths: tuple[Chain, ...] = field(repr=False)
    slope: Factor | None

    @property
    def error(self):
        """What the `paths` add up to."""
        return math.fsum(map(product, self.paths))

    @property
    def chains(self):
        last = () if self.slope is None else (self.slope,)
        return tuple((*path, *last) for path in self.paths)


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A layer of neurons.

    Attributes
    ----------
    name : str

    activation : str
        The name of its activation function.

    neurons : tuple of Neuron
    """

    name: str
    activation: str
    neurons: tuple[Neuron, ...] = field(repr=False)


@dataclass(frozen=True, eq=False, repr=False)
class StepExplanation:
    """One backpropagation step on one sample.

    Attributes
    ----------
    inputs : dict of str to float
        The sample: "x1" is its first feature, and so on.

    feature_names : list of str or None
        What the features are called.

    y : ndarray
        The target as given, shape (), or (n_outputs,).

    targets : dict of str to float
        What the outputs should be: "y", or "y1" and so on. Of a regressor that trains
        on standardised targets, the standardised ones.

    standardised_by : tuple of ndarray or None
        The mean and the deviation, each of shape (n_outputs,), that standardise y.

    objective : Objective

    loss, penalty : float
        The two parts of the objective before the step.

    learning_rate : float

    layers : tuple of Layer
        From the first hidden layer to the output layer.

    parameters, gradient, new_parameters : Parameters
        The same numbers as arrays: what is trained before the step, the derivatives of
        the objective, and what is trained after it.
    """

    inputs: dict[str, float]
    feature_names: list[str] | None
    y: np.ndarray
    targets: dict[str, float]
    standardised_by: tuple[np.ndarray, np.ndarray] | None
    objective: Objective
    loss: float
    penalty: float
    learning_rate: float
    layers: tuple[Layer, ...]
    parameters: Parameters
    gradient: Parameters
    new_parameters: Parameters

    def to_text(self, max_shown=6):
        """Lay the step out as plain text.

        Parameters
        ----------
        max_shown : int, default=6
            Most neurons of a layer, and weights of a neuron, to show; a line says how
            many more there are.

        Returns
        -------
        text : str

        Raises
        ------
        ValueError
            If `max_shown` is no integer of at least 1.
        """
        _check_max_shown(max_shown)
        return step_to_text(self, max_shown)

    def to_html(self, max_shown=6):
        """Lay the step out as HTML, complete in itself.

        Parameters
        ----------
        max_shown : int, default=6
            As in `to_text`.

        Returns
        -------
        html : str

        Raises
        ------
        ValueError
            If `max_shown` is no integer of at least 1.
        """
        _check_max_shown(max_shown)
        return step_to_html(self, max_shown)

    def __str__(self):
        return self.to_text()

    __repr__ = __str__

    def _repr_html_(self):
        return self.to_html()


def _check_max_shown(max_shown):
    if not isinstance(max_shown, Integral) or max_shown < 1:
        raise ValueError(
            f"max_shown must be an integer of at least 1, got {max_shown!r}."
        )
