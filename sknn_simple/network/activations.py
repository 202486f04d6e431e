"""Activation functions, each with its derivative written from its own output.

A function takes the pre-activations ``Z`` of a layer, shape
``(n_samples, n_units)``, and overwrites them with the activations ``A``. A
derivative takes ``A`` and the derivative of the loss by ``A``, and overwrites
the latter with the derivative of the loss by ``Z``. ``scratch`` is an array of
the same shape that a derivative may write to; it is allocated when not given.

NumPy may warn of an overflow in exp, which is harmless: callers silence it.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import expit

# From here on NumPy's exp, which is vectorised, beats SciPy's expit, which is one call.
_LARGE = 512


def identity(Z):
    """A = Z."""


def identity_derivative(A, delta, scratch=None):
    """dA/dZ = 1."""


def logistic(Z):
    """A = 1 / (1 + exp(-Z))."""
    if Z.size < _LARGE:
        expit(Z, Z)
    else:
        # An exp that overflows to infinity gives the right answer, 0.
        np.negative(Z, out=Z)
        np.exp(Z, out=Z)
        np.add(Z, 1, out=Z)
        np.reciprocal(Z, out=Z)


def logistic_derivative(A, delta, scratch=None):
    """dA/dZ = A * (1 - A)."""
    delta *= A
    delta -= np.multiply(delta, A, scratch)


def tanh(Z):
    """A = tanh(Z)."""
    np.tanh(Z, out=Z)


def tanh_derivative(A, delta, scratch=None):
    """dA/dZ = 1 - A**2."""
    part = np.multiply(delta, A, out=scratch)
    part *= A
    delta -= part


def relu(Z):
    """A = max(Z, 0)."""
    np.maximum(Z, 0, out=Z)


def relu_derivative(A, delta, scratch=None):
    """dA/dZ = 1 where A > 0, else 0."""
    delta *= A > 0


def exp(Z):
    """A = exp(Z)."""
    np.exp(Z, out=Z)


def softmax(Z):
    """A = exp(Z) / sum(exp(Z)) over the units of each row."""
    Z -= Z.max(axis=1, keepdims=True)
    np.exp(Z, out=Z)
    Z /= Z.sum(axis=1, keepdims=True)


class Activation(NamedTuple):
    """An activation function and its derivative."""

    function: Callable
    derivative: Callable


ACTIVATIONS = {
    "identity": Activation(identity, identity_derivative),
    "logistic": Activation(logistic, logistic_derivative),
    "tanh": Activation(tanh, tanh_derivative),
    "relu": Activation(relu, relu_derivative),
}
"""The activations that a hidden layer can have."""


OUT_ACTIVATIONS = {
    **{name: activation.function for name, activation in ACTIVATIONS.items()},
    "exp": exp,
    "softmax": softmax,
}
"""The functions that an output layer can have.

The last two come with losses that are differentiated together with them.
"""


def check_activation(name):
    """Raise ValueError unless a hidden layer can have this activation."""
    if name not in ACTIVATIONS:
        raise ValueError(
            f"activation must be one of {list(ACTIVATIONS)}, got {name!r}."
        )
