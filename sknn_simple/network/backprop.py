"""Backward pass: the derivatives of an objective, from the outputs down.

Where the forward pass computes Z = A_below @ coef + intercept and A = activation(Z),
the backward pass carries delta = d objective / d Z down:

    d objective / d coef      = A_below.T @ delta
    d objective / d intercept = sum of delta over samples
    delta below               = (delta @ coef.T) * activation'(A_below)

The formulas and their order follow chapter 2 of M. Nielsen, "Neural Networks and
Deep Learning" (2015), with samples as rows.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .activations import ACTIVATIONS, layer_activations
from .forward_pass import product
from .parameters import Parameters
from .workspace import Workspace


def backward(
    activations: Sequence[Any],
    delta: np.ndarray,
    parameters: Parameters,
    activation: str | Sequence[str] = "logistic",
    gradient: Parameters | None = None,
    workspace: Workspace | None = None,
) -> Parameters:
    """Pass the outputs' delta back through the network.

    Parameters
    ----------
    activations : list
        As `forward` returns it.

    delta : ndarray of shape (n_samples, n_outputs)
        Derivative of the objective with respect to the raw prediction.

    parameters : Parameters
        Weights and biases of the network.

    activation : str or sequence of str, default='logistic'
        Activation function of the hidden layers, one of `ACTIVATIONS`, or one function
        per hidden layer.

    gradient : Parameters, default=None
        Receives the derivatives; allocated when None.

    workspace : Workspace, default=None
        Memory to write to; allocated when None.

    Returns
    -------
    gradient : Parameters
        Derivative of the objective with respect to each coef and intercept.

    Raises
    ------
    ValueError
        If an activation is unknown, or their number is wrong.
    """
    names = layer_activations(activation, len(parameters.coefs) - 1)
    if gradient is None:
        gradient = parameters.zeros_like()
    if workspace is None:
        workspace = Workspace(parameters.layer_sizes, len(delta), delta.dtype)
    pass_backward(activations, delta, parameters, names, gradient, workspace)
    return gradient


def pass_backward(activations, delta, parameters, names, gradient, workspace):
    """Pass the outputs' delta back without checks.

    `names` has the activation of each hidden layer.
    """
    for i in range(len(parameters.coefs) - 1, -1, -1):
        below = activations[i]
        if i > 0:
            below.T.dot(delta, gradient.coefs[i])
        else:
            product(below.T, delta, gradient.coefs[0])
        if gradient.intercepts:
            # The sum over samples, which NumPy computes fastest as a product.
            workspace.ones.dot(delta, gradient.intercepts[i])
        if i > 0:
            delta = delta.dot(parameters.coefs[i].T, workspace.deltas[i - 1])
            derivative = ACTIVATIONS[names[i - 1]].derivative
            derivative(below, delta, workspace.scratch[i - 1])


def pass_to_inputs(activations, delta, coefs, names):
    """Return the derivatives with respect to X: one delta below the first layer.

    `names` has the activation of each hidden layer.
    """
    for below, coef, name in zip(
        activations[-2:0:-1], coefs[:0:-1], names[::-1], strict=True
    ):
        delta = delta.dot(coef.T)
        ACTIVATIONS[name].derivative(below, delta)
    return delta.dot(coefs[0].T)
