"""The loops of `loops.py` compiled, each for one network: near the limit."""

import math

import numpy as np
from numba import njit

_compile = njit(nogil=True, cache=True, error_model="numpy")


@_compile
def _sigmoid(x):
    return 1 / (1 + math.exp(-x))


@_compile
def _soft_targets(X, y, first, second, n_epochs):
    hidden = np.empty(4)
    for _ in range(n_epochs):
        first_step = np.zeros((3, 4))
        second_step = np.zeros(4)
        for i in range(4):
            total = 0.0
            for j in range(4):
                z = 0.0
                for k in range(3):
                    z += X[i, k] * first[k, j]
                hidden[j] = _sigmoid(z)
                total += hidden[j] * second[j, 0]
            output = _sigmoid(total)
            output_delta = (y[i] - output) * output * (1 - output)
            for j in range(4):
                delta = output_delta * second[j, 0] * hidden[j] * (1 - hidden[j])
                second_step[j] += hidden[j] * output_delta
                for k in range(3):
                    first_step[k, j] += X[i, k] * delta
        for j in range(4):
            second[j, 0] += second_step[j]
            for k in range(3):
                first[k, j] += first_step[k, j]


@_compile
def _people(X, y, first, second, first_bias, second_bias, n_epochs, shuffle):
    order = np.arange(4)
    for _ in range(n_epochs):
        if shuffle:
            np.random.shuffle(order)  # noqa: NPY002  numba's own
        for i in order:
            hidden_0 = _sigmoid(
                X[i, 0] * first[0, 0] + X[i, 1] * first[1, 0] + first_bias[0]
            )
            hidden_1 = _sigmoid(
                X[i, 0] * first[0, 1] + X[i, 1] * first[1, 1] + first_bias[1]
            )
            output = _sigmoid(
                hidden_0 * second[0, 0] + hidden_1 * second[1, 0] + second_bias[0]
            )
            delta = 0.2 * (output - y[i]) * output * (1 - output)
            delta_0 = delta * second[0, 0] * hidden_0 * (1 - hidden_0)
            delta_1 = delta * second[1, 0] * hidden_1 * (1 - hidden_1)
            second[0, 0] -= hidden_0 * delta
            second[1, 0] -= hidden_1 * delta
            second_bias[0] -= delta
            for k in range(2):
                first[k, 0] -= X[i, k] * delta_0
                first[k, 1] -= X[i, k] * delta_1
            first_bias[0] -= delta_0
            first_bias[1] -= delta_1


def soft_targets(X, y, start, n_epochs):
    """As `loops.soft_targets`."""
    coefs = start.copy().coefs
    _soft_targets(X, y, *coefs, n_epochs)
    return coefs


def people(X, y, start, n_epochs, shuffle=False):
    """As `loops.people`."""
    trained = start.copy()
    arrays = [*trained.coefs, *trained.intercepts]
    _people(X, y, *arrays, n_epochs, shuffle)
    return arrays
