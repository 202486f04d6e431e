"""Forward pass: the prediction of a network, layer by layer.

A layer computes Z = A_below @ coef + intercept and A = activation(Z). The output layer
keeps its Z, the raw prediction.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .activations import ACTIVATIONS, layer_activations

# Number of activations of a layer that fit a second-level cache with their inputs.
_BLOCK = 2**16


def forward(
    X: Any,
    coefs: Sequence[ArrayLike],
    intercepts: Sequence[ArrayLike] = (),
    activation: str | Sequence[str] = "logistic",
) -> list[Any]:
    """Pass samples through the network.

    Parameters
    ----------
    X : {array-like, CSR matrix} of shape (n_samples, n_features)
        Samples.

    coefs : list of array-like of shape (fan_in, fan_out)
        Weights of each layer.

    intercepts : list of array-like of shape (fan_out,), default=()
        Biases of each layer. Empty for a network without biases.

    activation : str or sequence of str, default='logistic'
        Activation function of the hidden layers, one of `ACTIVATIONS`, or one function
        per hidden layer.

    Returns
    -------
    activations : list
        `X`, the activations of each hidden layer, and last the raw prediction:
        the output layer's pre-activations, shape (n_samples, n_outputs).

    Raises
    ------
    ValueError
        If an activation is unknown, or their number is wrong.
    """
    names = layer_activations(activation, len(coefs) - 1)
    coefs = [as_floats(coef) for coef in coefs]
    intercepts = [as_floats(intercept) for intercept in intercepts]
    with np.errstate(over="ignore"):
        return pass_forward(as_floats(X), coefs, intercepts, names, [None] * len(coefs))


def pass_forward(X, coefs, intercepts, names, out):
    """Pass `X` forward without checks, into the arrays of `out` (None allocates).

    `names` has the activation of each hidden layer.
    """
    activations = [X]
    for i, coef in enumerate(coefs):
        below = activations[i]
        # Only samples can be sparse.
        Z = below.dot(coef, out[i]) if i > 0 else product(X, coef, out[0])
        if intercepts:
            Z += intercepts[i]
        if i < len(names):
            ACTIVATIONS[names[i]].function(Z)
        activations.append(Z)
    return activations


def as_floats(array):
    """Convert lists and integers to float64; return arrays of floats unchanged."""
    if hasattr(array, "dtype") and array.dtype.kind == "f":
        return array
    return array.astype(float) if hasattr(array, "astype") else np.array(array, float)


def product(A, B, out=None):
    """Return A @ B, where A may be sparse."""
    if isinstance(A, np.ndarray):
        return A.dot(B, out)
    if out is None:
        return A @ B
    out[...] = A @ B
    return out


def predict(
    X: Any,
    coefs: Sequence[np.ndarray],
    intercepts: Sequence[np.ndarray],
    activation: str | Sequence[str],
) -> np.ndarray:
    """Return the raw prediction, computed in blocks of rows to save memory.

    Parameters
    ----------
    X : {ndarray, CSR matrix} of shape (n_samples, n_features)
        Samples, in the dtype of the parameters.

    coefs, intercepts : list of ndarray
        Weights and biases of each layer, as `forward` takes them.

    activation : str or sequence of str
        Activation function of the hidden layers, or of each.

    Returns
    -------
    raw_prediction : ndarray of shape (n_samples, n_outputs)
        Infinite or NaN where the samples are too large for the network.

    Raises
    ------
    ValueError
        If an activation is unknown, or their number is wrong.
    """
    names = layer_activations(activation, len(coefs) - 1)
    n_samples, widths = X.shape[0], [coef.shape[1] for coef in coefs]
    n_rows = _BLOCK // max(widths) + 1
    with np.errstate(over="ignore", invalid="ignore"):
        if n_samples <= n_rows:
            return pass_forward(X, coefs, intercepts, names, [None] * len(coefs))[-1]
        dtype = np.result_type(X.dtype, *coefs, *intercepts)
        raw_prediction = np.empty((n_samples, widths[-1]), dtype)
        hidden = [np.empty((n_rows, width), dtype) for width in widths[:-1]]
        for start in range(0, n_samples, n_rows):
            out = raw_prediction[start : start + n_rows]
            memory = [*(units[: len(out)] for units in hidden), out]
            block = X[start : start + n_rows]
            pass_forward(block, coefs, intercepts, names, memory)
    return raw_prediction


def make_predictor(parameters, X, activation):
    """Return the raw prediction of samples as a function of flat parameters.

    Parameters
    ----------
    parameters : Parameters
        Their layout and dtype; not changed.

    X : {ndarray, CSR matrix} of shape (n_samples, n_features)
        Samples, in the dtype of the parameters.

    activation : str or sequence of str
        Activation function of the hidden layers, or of each.

    Returns
    -------
    raw_prediction : callable
        ``raw_prediction(flat)`` returns what `predict` does.
    """

    def raw_prediction(flat):
        network = parameters.view(flat)
        return predict(X, network.coefs, network.intercepts, activation)

    return raw_prediction
