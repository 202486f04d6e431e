"""Forward and backward passes by hand, in any dtype and container."""

import tracemalloc

import numpy as np
import pytest
from scipy import sparse
from scipy.special import expit
from support import make_problem

from sknn_simple.network import (
    SGD,
    Constant,
    Objective,
    Parameters,
    Samples,
    Trainer,
    TrainingState,
    backward,
    draw_parameters,
    forward,
    loss_and_gradient,
    predict,
)


def test_forward_by_hand():
    """The 2-2-1 network of Zhou's tutorial: all weights (0, 1), biases 0."""
    coefs = [np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[0.0], [1.0]])]
    activations = forward(np.array([[2.0, 3.0]]), coefs)
    np.testing.assert_allclose(activations[1], 0.9526, atol=5e-5)
    assert expit(activations[2][0, 0]) == pytest.approx(0.7216325609518421, abs=1e-15)


def test_lists_and_integers_are_accepted():
    coefs, intercepts = [[[0, 0], [1, 1]], [[0], [1]]], [[0, 0], [0]]
    raw = forward([[2, 3]], coefs, intercepts)[-1]
    assert expit(raw[0, 0]) == pytest.approx(0.7216325609518421, abs=1e-15)
    parameters = Parameters.from_arrays(coefs, intercepts)
    assert parameters.flat.dtype == np.float64
    loss, _ = loss_and_gradient(parameters, [[2, 3]], [[1]])
    assert loss == pytest.approx((raw[0, 0] - 1) ** 2 / 2)


def test_a_sparse_matrix_of_integers_is_accepted():
    X, coefs = sparse.csr_matrix([[2, 3], [0, 1]]), [[[1], [-1]]]
    np.testing.assert_array_equal(forward(X, coefs)[-1], [[-1], [-1]])
    _, gradient = loss_and_gradient(Parameters.from_arrays(coefs), X, [[0], [0]])
    np.testing.assert_array_equal(gradient.coefs[0], [[-1], [-2]])


def test_forward_and_backward_leave_their_inputs_alone():
    X, _, _ = make_problem("squared_error")
    parameters = draw_parameters((3, 4, 3), np.random.RandomState(0))
    activations = forward(X, parameters.coefs, parameters.intercepts)
    before = [array.copy() for array in (*activations, X, parameters.flat)]
    delta = np.ones((7, 3))
    gradient = backward(activations, delta, parameters)
    for array, copy in zip((*activations, X, parameters.flat), before, strict=True):
        np.testing.assert_array_equal(array, copy)
    np.testing.assert_allclose(gradient.intercepts[1], 7.0)
    np.testing.assert_allclose(gradient.coefs[1], activations[1].T @ delta)


def test_backward_in_single_precision_without_a_workspace():
    parameters = draw_parameters((3, 4, 2), np.random.RandomState(0), dtype=np.float32)
    X, delta = np.ones((5, 3), np.float32), np.ones((5, 2), np.float32)
    activations = forward(X, parameters.coefs, parameters.intercepts)
    gradient = backward(activations, delta, parameters)
    double = parameters.view(parameters.flat.astype(np.float64))
    activations = forward(X.astype(float), double.coefs, double.intercepts)
    expected = backward(activations, delta.astype(float), double)
    np.testing.assert_allclose(gradient.flat, expected.flat, rtol=1e-5, atol=1e-7)


def test_samples_of_another_dtype_than_the_parameters():
    X, Y, weights = make_problem("squared_error")
    single = draw_parameters((3, 4, 3), np.random.RandomState(0), dtype=np.float32)
    _, gradient = loss_and_gradient(single, X, Y, weights)
    double = single.view(single.flat.astype(np.float64))
    _, expected = loss_and_gradient(double, X, Y, weights)
    assert gradient.flat.dtype == np.float32
    np.testing.assert_allclose(gradient.flat, expected.flat, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("hidden", [(), (40,), (5, 60000)], ids=str)
@pytest.mark.parametrize("n_samples", [1, 3277, 3278, 7000])
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_matrix])
def test_predict_is_the_last_of_forward_in_bounded_memory(hidden, n_samples, container):
    """Also where blocks end: at 65536 numbers of the widest layer, and a row more."""
    if hidden == (5, 60000):
        n_samples = n_samples % 9
    rng = np.random.RandomState(0)
    X = container(rng.standard_normal((n_samples, 2)))
    widths = (2, *hidden, 20)
    parameters = draw_parameters(widths, rng, "lecun_uniform")
    network = parameters.coefs, parameters.intercepts
    tracemalloc.start()
    raw_prediction = predict(X, *network, "logistic")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_allclose(
        raw_prediction, forward(X, *network, "logistic")[-1], rtol=1e-12, atol=1e-12
    )
    assert peak < raw_prediction.nbytes + 2.5 * 8 * (65536 + max(widths))


def test_predict_takes_other_dtypes_and_no_samples():
    rng = np.random.RandomState(0)
    parameters = draw_parameters((2, 3, 1), rng, "lecun_uniform", dtype=np.float32)
    network = parameters.coefs, parameters.intercepts
    X = rng.standard_normal((5, 2))
    np.testing.assert_array_equal(
        predict(X, *network, "tanh"), forward(X, *network, "tanh")[-1]
    )
    assert predict(X[:0], *network, "tanh").shape == (0, 1)
    coefs = [coef.astype(np.float64) for coef in parameters.coefs]
    assert predict(X.astype(np.float32), coefs, [], "tanh").dtype == np.float64


def test_samples_too_large_for_a_network_give_infinity_without_a_warning():
    assert np.isinf(forward([[1e200]], [[[1e200]]], [[0]])[-1]).all()
    X, coefs = np.array([[1e200]]), [np.array([[1e200]])]
    assert np.isinf(predict(X, coefs, [], "relu"))
    coefs = [np.array([[1e200, 1e200]]), np.array([[1.0], [-1.0]])]
    assert np.isnan(predict(X, coefs, [], "identity"))


def test_invalid_objectives_and_parameters():
    with pytest.raises(ValueError, match=r"loss must be one of .* got 'log_loss'"):
        Objective("log_loss")
    with pytest.raises(ValueError, match=r"activation must be one of .* 'sigmoid'"):
        Objective(activation="sigmoid")
    parameters, one = Parameters((1, 1)), np.ones((1, 1))
    for use in (
        lambda: forward([[1]], [[[1]]], activation="sigmoid"),
        lambda: predict(one, [one], [], "sigmoid"),
        lambda: backward([one, one], one, parameters, "sigmoid"),
    ):
        with pytest.raises(ValueError, match=r"activation must be one of .* 'sigmoid'"):
            use()
    with pytest.raises(ValueError, match=r"init must be one of .* got 'he'"):
        draw_parameters((1, 1), np.random.RandomState(0), "he")
    with pytest.raises(ValueError, match=r"intercepts must be .*\(3,\), \(1,\)"):
        Parameters.from_arrays([np.ones((2, 3)), np.ones((3, 1))], [[1, 2], [3]])
    with pytest.raises(TypeError, match="coefs and intercepts must be lists of arrays"):
        Parameters.from_arrays(None)
    with pytest.raises(ValueError, match=r"out_activation must be .* got 'softmax'"):
        Objective(out_activation="softmax")


def as_floats(array):
    return None if array is None else np.array(array, float)


@pytest.mark.parametrize(
    ("X", "Y", "weights", "message"),
    [
        ([[1], [2]], [1, 2], None, r"Y must be of shape \(2, 1\) .* got \(2,\)"),
        ([[1], [2]], [[1]], None, r"Y must be of shape \(2, 1\) .* got \(1, 1\)"),
        ([[1], [2]], [[1, 2]] * 2, None, r"Y must be of shape \(2, 1\) .* \(2, 2\)"),
        ([[1, 2]], [[1]], None, r"^X must be of shape \(1, 1\) .* got \(1, 2\)"),
        ([[1]], [[1]], [1, 2], r"sample_weight must be of shape \(1,\) .* got \(2,\)"),
        ([[1]], [[1]], [0], "sample weights must not sum to 0"),
    ],
)
def test_shapes_that_do_not_fit(X, Y, weights, message):
    parameters = Parameters((1, 1))
    with pytest.raises(ValueError, match=message):
        loss_and_gradient(parameters, X, Y, weights)
    if weights == [0]:
        return  # a Trainer skips such minibatches
    state = TrainingState(parameters, SGD(), Constant(0.1), np.random.RandomState(0))
    samples = Samples(*map(as_floats, (X, Y, weights)))
    with pytest.raises(ValueError, match=message):
        Trainer(state, samples, Objective(), batch_size=1)
