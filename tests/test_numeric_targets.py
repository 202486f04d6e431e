"""Numbers as network outputs: scaled for training, frozen after the first call."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.base import clone
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler
from support import UNSTOPPED, diabetes

from sknn_simple import SimpleMLPRegressor

X, Y = load_diabetes(return_X_y=True)
X = StandardScaler().fit_transform(X)[:120]
Y = Y[:120]
QUICK = SimpleMLPRegressor((5,), max_iter=5, n_iter_no_change=np.inf, random_state=0)


@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("fit_intercept", [False, True])
def test_normalize_y_is_training_on_standardised_targets(n_outputs, fit_intercept):
    X, y = diabetes(n_outputs)
    y = 50 + 20 * y
    weights = np.random.RandomState(0).uniform(0, 2, 100)
    mean = np.average(y, weights=weights, axis=0)
    scale = np.sqrt(np.average((y - mean) ** 2, weights=weights, axis=0))
    if not fit_intercept:
        mean = 0 * mean
    options = {"max_iter": 5, "random_state": 0, "fit_intercept": fit_intercept}
    scaled = SimpleMLPRegressor((5,), **UNSTOPPED, **options)
    scaled.fit(X, y, sample_weight=weights)
    plain = SimpleMLPRegressor((5,), normalize_y=False, **UNSTOPPED, **options)
    plain.fit(X, (y - mean) / scale, sample_weight=weights)
    np.testing.assert_allclose(scaled.predict(X), plain.predict(X) * scale + mean)
    np.testing.assert_allclose(scaled.loss_curve_, plain.loss_curve_)
    if not fit_intercept:
        np.testing.assert_array_equal(scaled.intercepts_[-1], 0 * plain.intercepts_[-1])


def test_given_weights_are_in_the_units_of_y():
    X, y = diabetes()
    y = 1000 + 300 * y
    trained = SimpleMLPRegressor((5,), max_iter=5, random_state=0, **UNSTOPPED)
    trained.fit(X, y)
    started = SimpleMLPRegressor(
        (5,),
        coefs_init=trained.coefs_,
        intercepts_init=trained.intercepts_,
        learning_rate_init=1e-300,
        max_iter=1,
        **UNSTOPPED,
    ).fit(X[:60], y[:60])
    np.testing.assert_allclose(started.predict(X), trained.predict(X), rtol=1e-10)


def test_coefs_are_a_plain_network_in_the_units_of_y():
    model = clone(QUICK).fit(X, 1000 + Y)
    hidden = expit(X @ model.coefs_[0] + model.intercepts_[0])
    np.testing.assert_allclose(
        model.predict(X), (hidden @ model.coefs_[1] + model.intercepts_[1]).ravel()
    )
    assert model.intercepts_[1][0] > 800


def test_the_scaling_of_y_is_frozen_after_the_first_call():
    """The later targets have another mean and scale, which play no part."""
    model = clone(QUICK).set_params(alpha=0.0, momentum=0.0, batch_size=120)
    predictions = model.partial_fit(X, Y).predict(X)
    model.set_params(learning_rate_init=1e-300).partial_fit(X, 100 + 5 * Y)
    np.testing.assert_array_equal(model.predict(X), predictions)
    errors = (predictions - (100 + 5 * Y)) / Y.std()
    assert model.loss_ == pytest.approx(np.mean(errors**2) / 2, rel=1e-10)
    message = "as many outputs as the network, 1, got 2. .* train a new network"
    with pytest.raises(ValueError, match=message):
        model.partial_fit(X, np.column_stack([Y, Y]))


def test_a_warm_start_at_the_optimum_keeps_the_units_of_y():
    X, _ = diabetes()
    y = X @ np.arange(10.0) + 7
    model = SimpleMLPRegressor(
        (),
        solver="lbfgs",
        warm_start=True,
        alpha=0.0,
        tol=1e-3,
        random_state=0,
        coefs_init=[np.arange(10.0)[:, None]],
        intercepts_init=[[7.0]],
    ).fit(X, y)
    assert model.n_iter_ == len(model.loss_curve_) == 0
    model.set_params(solver="sgd", learning_rate_init=1e-12, max_iter=1, **UNSTOPPED)
    model.fit(X, 10 * y)
    np.testing.assert_allclose(model.predict(X), y, atol=1e-6)


def test_the_scale_of_y_does_not_matter():
    small = clone(QUICK).fit(X, Y)
    large = clone(QUICK).fit(X, 1e6 * Y - 3e8)
    np.testing.assert_allclose(
        1e6 * small.predict(X) - 3e8, large.predict(X), rtol=1e-6, atol=1
    )
    assert small.score(X, Y) == pytest.approx(large.score(X, 1e6 * Y - 3e8))


@pytest.mark.parametrize("scale", [1e-170, 1e300])
def test_targets_near_the_ends_of_the_floating_range(scale):
    model = clone(QUICK).fit(X, scale * Y)
    np.testing.assert_allclose(
        model.predict(X) / scale, clone(QUICK).fit(X, Y).predict(X), rtol=1e-9
    )


def test_a_single_huge_target():
    """Its distance from the mean is finite, although their sum is not."""
    y = np.zeros(120)
    y[7] = np.finfo(float).max
    predictions = clone(QUICK).fit(X, y).predict(X)
    judge = clone(QUICK).fit(X, y / 2**1000).predict(X)
    np.testing.assert_array_equal(predictions, 2.0**1000 * judge)


@pytest.mark.parametrize("constant", [0.0, 1e6])
def test_a_constant_target_is_learned_as_it_is(constant):
    """The mean is subtracted; there is no deviation to divide by."""
    model = clone(QUICK).fit(X, np.full(120, constant))
    judge = clone(QUICK).set_params(normalize_y=False).fit(X, np.zeros(120))
    for ours, its in zip(model.coefs_, judge.coefs_, strict=True):
        np.testing.assert_array_equal(ours, its)
    np.testing.assert_allclose(model.predict(X), judge.predict(X) + constant)


def test_a_large_constant_is_predicted():
    model = clone(QUICK).set_params(max_iter=100).fit(X, np.full(120, 1e6))
    np.testing.assert_allclose(model.predict(X), 1e6, rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "low", "high"), [("tanh", -1.0, 1.0), ("logistic", 0.0, 1.0)]
)
def test_rounding_of_a_scaler_is_within_the_bounds_of_the_output(name, low, high):
    """MinMaxScaler((-1, 1)) returns 1.0000000000000002 for some data."""
    y = np.linspace(low, high, len(Y))
    beyond = y.copy()
    beyond[[0, -1]] = np.nextafter(low, -2), np.nextafter(high, 2)
    network = clone(QUICK).set_params(out_activation=name)
    expected = clone(network).fit(X, y).predict(X)
    np.testing.assert_allclose(network.fit(X, beyond).predict(X), expected, rtol=1e-9)
    with pytest.raises(ValueError, match="y must lie in"):
        network.fit(X, y + 1e-6)
