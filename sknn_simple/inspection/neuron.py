"""Neurons of an explained step: every number and every factor, by name."""

import math
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor of a product of derivatives.

    Attributes
    ----------
    name : str
        Name in formulas, such as "∂L/∂a_o", "w5" or "x1". The name of an input is in
        quotes unless it is a single word, and long ones are shortened.

    value : float

    formula : str
        Formula of a derivative, such as "a_o - y"; empty for other factors.
    """

    name: str
    value: float
    formula: str = ""


Chain = tuple[Factor, ...]


def product(chain: Chain) -> float:
    """Return the product of the factors' values."""
    return math.prod(factor.value for factor in chain)


def lengthened(chains: tuple[Chain, ...], slope: Factor | None) -> tuple[Chain, ...]:
    """Return the chains, each with the slope as its last factor if there is one."""
    return chains if slope is None else tuple((*chain, slope) for chain in chains)


# A frozen dataclass takes much longer to create, and networks have many weights.
@dataclass(slots=True, eq=False)
class Weight:
    """A coef or an intercept, and how the step changes it.

    Attributes
    ----------
    name : str
        Name, such as "w5", or "b1" for an intercept. Coefs are numbered neuron by
        neuron, from the first hidden layer to the output layer.

    source, target : str
        The input or neuron that a coef starts from ("1" for an intercept), and the
        neuron that it leads to.

    factor : Factor
        The input that the weight multiplies.

    old, new : float
        The weight before and after the step.

    strength : float
        Strength of the penalty: alpha / W for a coef, times the factor of its input if
        there are such factors; 0 for an intercept.

    penalty : float
        Part of the derivative due to the penalty: strength * old.

    derivative : float
        Derivative of the objective: the products of `chains` and `penalty`, summed.

    chains : tuple of tuple of Factor
        Factors of the chain rule: one product per neuron of the next layer through
        which the weight acts.
    """

    name: str
    source: str
    target: str
    factor: Factor
    old: float
    new: float
    strength: float
    penalty: float
    derivative: float
    upstream: tuple[Chain, ...] = field(repr=False)

    @property
    def chains(self) -> tuple[Chain, ...]:
        return tuple((*chain, self.factor) for chain in self.upstream)


@dataclass(slots=True, eq=False)
class Neuron:
    """A neuron, with its numbers in the forward and in the backward pass.

    Attributes
    ----------
    name : str
        "h1" is the first hidden neuron; with several hidden layers, "h2.1" is the first
        of the second layer. "o", or "o1" and so on, are the outputs.

    inputs : ndarray of shape (fan_in,)

    weighted_sum, activation : float

    delta : float
        Derivative of the loss with respect to the weighted sum.

    paths : tuple of tuple of Factor
        Products that add up to ∂L/∂a, the derivative of the loss with respect to the
        activation: one per neuron of the next layer. An output has a single factor;
        where output activation and loss form a canonical pair, it is `delta` itself.

    slope : Factor or None
        Derivative of the activation with respect to the weighted sum; None in a
        canonical pair.

    chains : tuple of tuple of Factor
        Products that add up to `delta`.

    weights : tuple of Weight
        One per input.

    bias : Weight or None
        None in a network without biases.
    """

    name: str
    inputs: np.ndarray
    weighted_sum: float
    activation: float
    delta: float
    paths: tuple[Chain, ...] = field(repr=False)
    slope: Factor | None
    weights: tuple[Weight, ...] = field(repr=False)
    bias: Weight | None

    @property
    def parameters(self) -> tuple[Weight, ...]:
        """The weights, then the bias if there is one."""
        return self.weights if self.bias is None else (*self.weights, self.bias)

    @property
    def error(self) -> float:
        """The sum of the products of `paths`."""
        return math.fsum(map(product, self.paths))

    @property
    def chains(self) -> tuple[Chain, ...]:
        return lengthened(self.paths, self.slope)


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A layer of neurons.

    Attributes
    ----------
    name : str

    activation : str
        Name of the layer's activation function.

    neurons : tuple of Neuron
    """

    name: str
    activation: str
    neurons: tuple[Neuron, ...] = field(repr=False)


def find_weight(layers, name):
    """Return the places of the layer, the neuron and the weight or bias of a name.

    The last is a place in the `parameters` of the neuron. None if there is no such
    name.
    """
    for i, layer in enumerate(layers):
        for j, neuron in enumerate(layer.neurons):
            for k, weight in enumerate(neuron.parameters):
                if weight.name == name:
                    return i, j, k
    return None
