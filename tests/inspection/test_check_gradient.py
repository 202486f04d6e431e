"""check_gradient agrees with every network, and finds planted errors."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from small_networks import NETWORK, NUMBERS, WEIGHTS, X, make

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.inspection import check_gradient
from sknn_simple.network import ACTIVATIONS


@NETWORK
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_gradient_of_every_network_is_right(network, activation):
    estimator, y = make(network, activation=activation)
    check = check_gradient(estimator, X, y, WEIGHTS)
    assert 0 < check.max_difference < 1e-6
    assert check.n_on_kink == 0
    assert not hasattr(estimator, "coefs_")
    estimator.fit(X, y, sample_weight=WEIGHTS)
    assert 0 < check_gradient(estimator, X, y, WEIGHTS).max_difference < 1e-6


@pytest.mark.parametrize("activation", ["logistic", "tanh", "relu"])
def test_a_planted_error_is_found(activation, monkeypatch):
    estimator, y = make("softmax", activation=activation)
    good = ACTIVATIONS[activation]

    def one_percent_off(A, delta, scratch=None):
        good.derivative(A, delta, scratch)
        delta *= 1.01

    monkeypatch.setitem(
        ACTIVATIONS, activation, replace(good, derivative=one_percent_off)
    )
    check = check_gradient(estimator, X, y)
    assert check.max_difference > 5e-3
    # It spoils what lies below a hidden layer, and nothing else.
    assert [layer.max_difference > 5e-3 for layer in check.layers] == [1, 1, 0]


def test_the_global_source_of_chance_is_left_alone():
    estimator, y = make("softmax")
    before = np.random.get_state(legacy=False)  # noqa: NPY002
    check_gradient(estimator.set_params(random_state=None), X, y)
    after = np.random.get_state(legacy=False)  # noqa: NPY002
    np.testing.assert_array_equal(before["state"]["key"], after["state"]["key"])
    assert before["state"]["pos"] == after["state"]["pos"]


def test_the_two_gradients_are_those_of_the_training():
    """The first step of a fit by plain full-batch descent goes along them."""
    estimator, y = make("softmax", class_weight={"a": 3, "b": 1, "c": 0.5})
    check = check_gradient(estimator, X, y, WEIGHTS)
    start = clone(estimator).set_params(learning_rate_init=1e-300, max_iter=1)
    start.set_params(batch_size=12).fit(X, y, sample_weight=WEIGHTS)
    stepped = clone(start).set_params(learning_rate_init=0.5)
    stepped.fit(X, y, sample_weight=WEIGHTS)
    for i, layer in enumerate(check.layers):
        coefs = (start.coefs_[i] - stepped.coefs_[i]) / 0.5
        np.testing.assert_allclose(layer.coefs.analytic, coefs, atol=1e-14)
        np.testing.assert_allclose(layer.coefs.numerical, coefs, atol=1e-9)
        intercepts = (start.intercepts_[i] - stepped.intercepts_[i]) / 0.5
        np.testing.assert_allclose(layer.intercepts.analytic, intercepts, atol=1e-14)
        assert layer.intercepts.difference.shape == intercepts.shape
    assert check.loss == pytest.approx(start.loss_, rel=1e-12)


def test_early_stopping_and_a_callers_generator_are_left_alone():
    estimator, y = make("softmax", early_stopping=True)
    rng = np.random.RandomState(3)
    estimator.set_params(random_state=rng)
    before = rng.get_state()[1].copy()
    assert check_gradient(estimator, X, y).max_difference < 1e-6
    np.testing.assert_array_equal(rng.get_state()[1], before)
    assert estimator.early_stopping


@NETWORK
def test_a_float32_model_is_checked_in_float64(network):
    estimator, y = make(network)
    estimator.fit(X.astype(np.float32), y)
    check = check_gradient(estimator, X.astype(np.float32), y)
    assert estimator.coefs_[0].dtype == np.float32
    assert check.layers[0].coefs.analytic.dtype == np.float64
    assert check.max_difference < 1e-6


@pytest.mark.parametrize("scale", [1e-4, 30, 1e4])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_inputs_of_any_scale(scale, activation):
    """At a scale of 30 a step has to be small for tanh to look straight."""
    estimator, y = make("several outputs", activation=activation)
    assert check_gradient(estimator, X * scale, y).max_difference < 1e-6


def test_a_step_does_not_take_a_kink_for_an_error():
    """Samples 1e-5 from the kink of a relu unit, on either side."""
    X = np.array([[1e-5], [-1e-5], [1.0], [-1.0]])
    regressor = SimpleMLPRegressor.from_coefs(
        [[[1.0]], [[1.0]]], [[0.0], [0.0]], activation="relu", alpha=0
    )
    check = check_gradient(regressor, X, [3, -1, 4, 1])
    assert check.n_on_kink == 0
    assert check.max_difference < 1e-6


IDENTITY = {"activation": "identity"}


@pytest.mark.parametrize(
    ("params", "y"),
    [
        ({"activation": "relu"}, [3.0, -1.0]),
        ({"activation": "identity", "out_activation": "relu"}, [3.0, -1.0]),
        ({"activation": "identity", "loss": "absolute_error"}, [0.0, -1.0]),
        ({"activation": "leaky_relu"}, [3.0, -1.0]),
        ({"activation": "identity", "out_activation": "leaky_relu"}, [3.0, -1.0]),
        ({"loss": "quantile", "quantile": 0.2} | IDENTITY, [0.0, -1.0]),
        ({"loss": "huber", "huber_threshold": 1.0} | IDENTITY, [1.0, -1.0]),
        ({"loss": "huber", "huber_threshold": 1.0} | IDENTITY, [-1.0, 1.5]),
    ],
)
@pytest.mark.parametrize("side", [1e-9, -1e-9])
def test_next_to_a_kink_nothing_is_judged_by_differences_across_it(params, y, side):
    regressor = SimpleMLPRegressor.from_coefs(
        [[[1.0]], [[1.0]]],
        [[0.0], [0.0]],
        normalize_y=False,
        alpha=0,
        **params,
    )
    check = check_gradient(regressor, [[side], [1.0]], y)
    assert check.n_on_kink > 0
    assert check.max_difference < 1e-6


def test_only_the_layers_with_a_kink_are_judged_by_it():
    coefs, intercepts = [[[1.0]]] * 3, [[0.0]] * 3
    n_on_kink = [
        check_gradient(
            SimpleMLPRegressor.from_coefs(
                coefs, intercepts, activation=activation, normalize_y=False
            ),
            [[0.0], [1.0]],
            [3, -1],
        ).n_on_kink
        for activation in [("identity", "relu"), ("relu", "identity"), "tanh"]
    ]
    # The bias of the first unit moves both, the bias of the second only itself.
    assert n_on_kink == [2, 1, 0]


def test_a_derivative_that_is_not_a_number_is_wrong(monkeypatch):
    def write_nan(A, delta, scratch=None):
        delta[:] = np.nan

    estimator, y = make("softmax")
    broken = replace(ACTIVATIONS["tanh"], derivative=write_nan)
    monkeypatch.setitem(ACTIVATIONS, "tanh", broken)
    assert check_gradient(estimator, X, y).max_difference == np.inf


def test_a_derivative_on_a_kink_is_not_judged():
    """At x = 0 the bias of the unit stands on the kink, its coef does not."""
    regressor = SimpleMLPRegressor.from_coefs(
        [[[1.0]], [[1.0]]], [[0.0], [0.0]], activation="relu", normalize_y=False
    )
    check = check_gradient(regressor, [[0.0], [1.0]], [3, -1])
    assert check.n_on_kink == 1
    assert np.isnan(check.layers[0].intercepts.numerical).tolist() == [True]
    assert np.isnan(check.layers[0].intercepts.difference).tolist() == [True]
    assert check.max_difference < 1e-6
    assert repr(check).endswith("since a sample lies on a kink: 1")


def test_at_an_optimum_rounding_is_no_error():
    *coefs, intercept = np.linalg.lstsq(np.c_[X, np.ones(12)], NUMBERS, rcond=None)[0]
    regressor = SimpleMLPRegressor.from_coefs(
        [np.c_[coefs]], [[intercept]], alpha=0, normalize_y=False
    )
    check = check_gradient(regressor, X, NUMBERS)
    assert np.abs(check.layers[0].coefs.analytic).max() < 1e-14
    assert check.max_difference < 1e-6


def test_where_an_answer_is_certain_rounding_is_no_error():
    """The slope of a softmax as steep as this is 0 in floating point."""
    network = SimpleMLPClassifier.from_coefs([[[0.0, 50.0, 150.0]]], alpha=0)
    check = check_gradient(network, [[1.0], [-0.1]], [2, 0], [1e-9, 1])
    assert check.max_difference < 1e-6


def test_where_a_loss_is_a_small_difference_rounding_is_no_error():
    """The deviance is a millionth of the terms that it is made of."""
    counter = SimpleMLPRegressor.from_coefs(
        [[[1e-3]]], [[11.832]], loss="poisson", alpha=0
    )
    check = check_gradient(counter, [[1e-6], [1e-9]], [137701.2, 137701.3])
    assert check.loss < 0.1
    assert check.max_difference < 1e-6


def test_the_check_prints_each_layer():
    estimator, y = make("binary", hidden=(4,), fit_intercept=False)
    check = check_gradient(estimator, sparse.csr_array(X), y)
    assert [layer.name for layer in check.layers] == ["hidden layer 1", "output layer"]
    assert check.layers[0].intercepts is None
    text = repr(check)
    assert f"{check.max_difference:.1e}" in text.splitlines()[0]
    assert "hidden layer 1   coefs       (3, 4)" in text
    assert "intercepts" not in text


def test_check_gradient_refuses_bad_data():
    estimator, y = make("softmax")
    with pytest.raises(
        ValueError, match="X and y must have the same number of samples, got 12"
    ):
        check_gradient(estimator, X, y[:5])
    with pytest.raises(ValueError, match="weight"):
        check_gradient(estimator, X, y, np.zeros(12))
    with pytest.raises(ValueError, match="contains NaN"):
        check_gradient(estimator, np.full_like(X, np.nan), y)
    with pytest.raises(ValueError, match="'alpha' parameter"):
        check_gradient(clone(estimator).set_params(alpha=-1), X, y)
    estimator.fit(X, y)
    with pytest.raises(ValueError, match="only the classes"):
        check_gradient(estimator, X, np.where(y == "a", "d", y))
    with pytest.raises(ValueError, match="X has 2 features"):
        check_gradient(estimator, X[:, :2], y)
    with pytest.raises(ValueError, match="activation was 'tanh'"):
        check_gradient(estimator.set_params(activation="relu"), X, y)
