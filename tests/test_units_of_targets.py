"""Units of y: relu outputs learn the same in any unit, softplus about the same."""

import pickle

import numpy as np
import pytest
from scipy.special import expit
from sklearn.base import clone

from sknn_simple import SimpleMLPRegressor
from sknn_simple.network import ACTIVATIONS, Activation

RELUS = {
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, z / 100),
}


def make_flow(n_zeros, n_outputs=1, n_samples=300, random_state=0):
    """Return normal inputs and amounts, of which this share is 0."""
    rng = np.random.default_rng(random_state)
    X = rng.normal(size=(n_samples, 5))
    z = X[:, [0]] + np.sin(2 * X[:, 1:2]) + 0.3 * X[:, 2 : 2 + n_outputs]
    return X, np.maximum(0, z - np.quantile(z, n_zeros, axis=0)).squeeze()


def make(out_activation, **options):
    defaults = {"max_iter": 5, "n_iter_no_change": np.inf, "random_state": 0}
    return SimpleMLPRegressor((8,), out_activation=out_activation, **defaults | options)


@pytest.mark.parametrize("unit", [2.0**-30, 2.0**14])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"solver": "adam"},
        {"solver": "lbfgs", "max_iter": 500, "tol": 1e-2},
        {"fit_intercept": False},
        {"loss": "quantile", "quantile": 0.8},
        {"loss": "huber", "activation": "relu"},
        {"early_stopping": True, "scoring": "loss"},
    ],
    ids=str,
)
@pytest.mark.parametrize("out_activation", RELUS)
def test_predictions_in_other_units_have_the_same_bits(out_activation, options, unit):
    """Multiplication by a power of two is exact."""
    X, y = make_flow(0.3, n_outputs=2)
    weights = np.random.default_rng(1).uniform(0, 2, len(X))
    ours, others = (
        make(out_activation, **options).fit(X, c * y, sample_weight=weights)
        for c in (unit, 1)
    )
    np.testing.assert_array_equal(ours.predict(X), unit * others.predict(X))
    assert ours.loss_ == others.loss_


@pytest.mark.parametrize("out_activation", RELUS)
def test_other_units_change_only_the_rounding(out_activation):
    X, y = make_flow(0.3)
    ours, others = (make(out_activation).fit(X, c * y) for c in (86400, 1))
    np.testing.assert_allclose(ours.predict(X), 86400 * others.predict(X), rtol=1e-9)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("out_activation", RELUS)
def test_coefs_are_a_plain_network_in_the_units_of_y(out_activation, dtype):
    X, y = make_flow(0.3, n_outputs=2)
    X = X.astype(dtype)
    model = make(out_activation).fit(X, 1000 * y)
    (W_1, W_2), (b_1, b_2) = model.coefs_, model.intercepts_
    expected = RELUS[out_activation](expit(X @ W_1 + b_1) @ W_2 + b_2)
    np.testing.assert_allclose(
        model.predict(X), expected, rtol=100 * np.finfo(dtype).eps, atol=1e-3
    )
    assert model.score(X, 1000 * y) > -1


@pytest.mark.parametrize("n_zeros", [0.0, 0.3, 0.8])
@pytest.mark.parametrize("out_activation", RELUS)
def test_training_is_on_y_divided_by_a_scale_without_centring(out_activation, n_zeros):
    X, y = make_flow(n_zeros)
    y = 500 * y
    scale = np.clip(y.mean(), y.std() / 2, y.std())
    start = [np.full((5, 8), 0.1), np.full((8, 1), 0.2)], [np.ones(8), np.ones(1)]
    options = {"learning_rate_init": 0.01, "alpha": 0.1}
    plain = make(out_activation, normalize_y=False, **options)
    plain.set_params(coefs_init=start[0], intercepts_init=start[1]).fit(X, y / scale)
    scaled = make(out_activation, **options).set_params(
        coefs_init=[start[0][0], scale * start[0][1]],
        intercepts_init=[start[1][0], scale * start[1][1]],
    )
    scaled.fit(X, y)
    np.testing.assert_allclose(
        scaled.predict(X), scale * plain.predict(X), rtol=1e-9, atol=1e-9 * scale
    )


@pytest.mark.parametrize("out_activation", RELUS)
def test_training_resumes_bit_for_bit_through_a_pickle(out_activation):
    X, y = make_flow(0.3)
    whole = make(out_activation, learning_rate_init=0.01).fit(X, 1000 * y)
    parts = clone(whole).set_params(max_iter=3, warm_start=True).fit(X, 1000 * y)
    parts = pickle.loads(pickle.dumps(parts)).set_params(max_iter=2)
    np.testing.assert_array_equal(parts.fit(X, 1000 * y).predict(X), whole.predict(X))


@pytest.mark.parametrize("out_activation", RELUS)
def test_the_scale_is_that_of_the_first_call(out_activation):
    X, y = make_flow(0.0)
    scale = np.clip(y.mean(), y.std() / 2, y.std())
    model = make(out_activation, alpha=0.0, momentum=0.0, batch_size="full")
    predictions = model.partial_fit(X, y).predict(X)
    model.set_params(learning_rate_init=1e-300).partial_fit(X, 5 * y)
    np.testing.assert_array_equal(model.predict(X), predictions)
    errors = (predictions - 5 * y) / scale
    assert model.loss_ == pytest.approx(np.mean(errors**2) / 2, rel=1e-10)


@pytest.mark.parametrize("constant", [0.0, 1e-5, 7.0, 1e6])
@pytest.mark.parametrize("out_activation", RELUS)
def test_constant_columns_are_learned_in_any_unit(out_activation, constant):
    X, y = make_flow(0.3)
    model = make(out_activation, max_iter=100)
    model.fit(X, np.c_[y, np.full(len(y), constant)])
    np.testing.assert_allclose(
        model.predict(X)[:, 1], constant, rtol=0.1, atol=0.1 * (constant == 0)
    )


@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_leaky_outputs_learn_targets_below_0(solver):
    """A start at 0 left the R^2 of adam below 0.6: the slope there is 0.01."""
    X = np.random.default_rng(0).normal(size=(300, 5))
    y = X[:, 0] + np.sin(X[:, 1]) - 5
    model = SimpleMLPRegressor(
        out_activation="leaky_relu", solver=solver, random_state=0
    )
    assert model.fit(X, y).score(X, y) > 0.9


def test_predictions_of_scaled_relu_outputs_start_around_the_mean():
    X, y = make_flow(0.3)
    scaled, raw = (
        make("relu", max_iter=0, normalize_y=flag).fit(X, 1000 * y)
        for flag in (True, False)
    )
    start = scaled.predict(X)
    assert start.mean() == pytest.approx(1000 * y.mean())
    assert start.min() > 0
    assert (
        raw.intercepts_[-1]
        == make("identity", max_iter=0, normalize_y=False).fit(X, y).intercepts_[-1]
    )


@pytest.mark.parametrize("n_zeros", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_outputs_are_not_dead(solver, n_zeros):
    """At their drawn intercepts, one in four of these networks predicted only 0."""
    for seed in range(4):
        X, y = make_flow(n_zeros, random_state=seed)
        model = SimpleMLPRegressor(
            (20,), out_activation="relu", solver=solver, random_state=seed
        )
        assert model.fit(X, 1e-3 * y).score(X, 1e-3 * y) > 0.8


@pytest.mark.parametrize("unit", [1e-3, 0.1, 1.0, 11.574, 1000.0, 86400.0])
@pytest.mark.parametrize("loss", ["squared_error", "huber"])
def test_softplus_learns_in_any_unit(loss, unit):
    """The R^2 was -5 in the smallest unit, and training diverged in the largest."""
    X, y = make_flow(0.3)
    model = SimpleMLPRegressor(
        (20,), loss=loss, out_activation="softplus", random_state=0
    )
    assert model.fit(X, unit * y).score(X, unit * y) > 0.7


@pytest.mark.parametrize("n_rows", [1, 2, 8])
def test_softplus_learns_streams_of_large_targets(n_rows):
    """A few rows do not show the unit."""
    X, y = make_flow(0.0, n_samples=400)
    model = SimpleMLPRegressor(out_activation="softplus", random_state=0)
    for start in [*range(0, 400, n_rows)] * 2:
        rows = slice(start, start + n_rows)
        model.partial_fit(X[rows], 10 * y[rows])
    assert model.score(X, 10 * y) > 0.6


@pytest.mark.parametrize("unit", [1e-3, 1.0, 1e4])
def test_softplus_starts_around_the_mean(unit):
    X, y = make_flow(0.3, n_outputs=2)
    start = make("softplus", max_iter=0).fit(X, unit * y)
    hidden = expit(X @ start.coefs_[0] + start.intercepts_[0])
    raw = (hidden @ start.coefs_[1] + start.intercepts_[1]).mean(axis=0)
    np.testing.assert_allclose(np.logaddexp(0, raw), unit * y.mean(axis=0), rtol=1e-9)


def test_an_own_homogeneous_output_is_scaled(monkeypatch):
    monkeypatch.setitem(ACTIVATIONS, "own", ACTIVATIONS["relu"])
    X, y = make_flow(0.3)
    ours, others = (make("own").fit(X, c * y).predict(X) / c for c in (2.0**14, 1))
    np.testing.assert_array_equal(ours, others)


@pytest.mark.parametrize("unit", [0.01, 1, 1000])
@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
def test_an_exponential_output_with_an_inverse_learns_in_any_unit(
    monkeypatch, solver, unit
):
    """Its slope is its value, so its coefs need not grow with the targets."""
    own = Activation(
        function=lambda Z: np.exp(Z, out=Z),
        derivative=lambda A, delta, scratch=None: np.multiply(A, delta, out=delta),
        formula="exp({z})",
        slope="{a}",
        inverse=np.log,
        target_bounds=(0, np.inf),
    )
    monkeypatch.setitem(ACTIVATIONS, "own", own)
    X = np.random.default_rng(0).normal(size=(600, 4))
    y = unit * np.exp(0.6 * X[:, 0] + 0.4 * np.sin(2 * X[:, 1]))
    model = SimpleMLPRegressor(out_activation="own", solver=solver, random_state=0)
    assert model.fit(X[:400], y[:400]).score(X[400:], y[400:]) > 0.9
