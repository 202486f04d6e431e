"""Activations against numerical derivatives and SciPy."""

import numpy as np
import pytest
from scipy.special import expit, softmax

from sknn_simple.network import ACTIVATIONS, OUT_ACTIVATIONS


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_derivative_from_its_output(name):
    Z = np.linspace(-3, 3, 12).reshape(4, 3)  # 0 is not among them

    def activated(Z):
        A = Z.copy()
        ACTIVATIONS[name].function(A)
        return A

    numerical = (activated(Z + 1e-6) - activated(Z - 1e-6)) / 2e-6
    delta = np.full_like(Z, 2.0)
    ACTIVATIONS[name].derivative(activated(Z), delta)
    np.testing.assert_allclose(delta, 2 * numerical, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_rows", [1, 1000])
def test_logistic_over_the_whole_range(dtype, n_rows):
    values = [-np.inf, -1e30, -800.0, -90.0, -5.0, 0.0, 5.0, 90.0, 800.0, np.inf]
    Z = np.array([values] * n_rows, dtype)
    expected = expit(Z.astype(np.float64))
    with np.errstate(over="ignore"):
        OUT_ACTIVATIONS["logistic"].function(Z)
    assert Z.dtype == dtype
    np.testing.assert_allclose(Z, expected, rtol=1e-6, atol=1e-37)


def test_softmax_equals_scipys_for_large_predictions():
    rows = np.array([[1000.0, 999.0, 0.0], [-1000.0, -999.0, -2000.0], [0.1, 0.2, 0.3]])
    expected = softmax(rows, axis=1)
    OUT_ACTIVATIONS["softmax"].function(rows)
    np.testing.assert_allclose(rows, expected, rtol=1e-14)
