"""Activations against numerical derivatives and SciPy."""

import numpy as np
import pytest
from scipy.special import expit, log_expit, softmax

from sknn_simple.network import ACTIVATIONS, OUT_ACTIVATIONS, layer_activations


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


@pytest.mark.parametrize("name", ["logistic", "tanh"])
def test_inverse_of_an_activation(name):
    Z = np.linspace(-3, 3, 12).reshape(4, 3)
    A = Z.copy()
    ACTIVATIONS[name].function(A)
    np.testing.assert_allclose(ACTIVATIONS[name].inverse(A), Z, rtol=1e-12)


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


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softplus_equals_scipys_over_the_whole_range(dtype):
    Z = np.array([[-np.inf, -800, -90, -5, 0, 5, 90, 800, np.inf]], dtype)
    A, slopes = Z.copy(), np.ones_like(Z)
    ACTIVATIONS["softplus"].function(A)
    ACTIVATIONS["softplus"].derivative(A, slopes)
    assert A.dtype == dtype
    exact = 4 * np.finfo(dtype).eps
    np.testing.assert_allclose(A, -log_expit(-Z.astype(float)), rtol=exact, atol=1e-40)
    np.testing.assert_allclose(slopes, expit(Z.astype(float)), rtol=exact, atol=1e-40)


def test_leaky_relu_keeps_a_hundredth_of_negative_numbers():
    Z = np.array([[-200.0, -0.0, 0.0, 3.0, -np.inf, np.inf]])
    A, slopes = Z.copy(), np.ones_like(Z)
    ACTIVATIONS["leaky_relu"].function(A)
    ACTIVATIONS["leaky_relu"].derivative(A, slopes)
    np.testing.assert_array_equal(A, [[-2, 0, 0, 3, -np.inf, np.inf]])
    np.testing.assert_array_equal(slopes, [[0.01, 0.01, 0.01, 1, 0.01, 1]])


def test_one_name_stands_for_all_layers():
    assert layer_activations("tanh", 2) == ("tanh", "tanh")
    assert layer_activations(["relu", "tanh"], 2) == ["relu", "tanh"]
    assert layer_activations((), 0) == ()


@pytest.mark.parametrize(
    ("activation", "message"),
    [
        ("sigmoid", r"must be one of \['identity'.*got 'sigmoid'"),
        (("relu", "sigmoid"), r"must be one of .*one per hidden layer, got \('relu'"),
        (("relu", ["relu"]), "must be one of"),
        (3, "must be one of"),
        (("relu",), "one name per hidden layer, here 2, got"),
        (("relu",) * 3, "one name per hidden layer, here 2, got"),
    ],
)
def test_other_names_or_numbers_of_names(activation, message):
    with pytest.raises(ValueError, match=message):
        layer_activations(activation, 2)
