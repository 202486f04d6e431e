"""Shares: targets near an end of the range of a bounded output."""

import numpy as np
import pytest
from scipy.special import expit

from sknn_simple import SimpleMLPRegressor

BOUNDED = ["logistic", "tanh"]


def make_shares(offset, n_outputs=1, n_samples=600, random_state=0):
    """Return normal inputs and the shares that sigmoids of them give.

    The mean is 0.18 at an offset of -2 and 0.08 at -3.
    """
    rng = np.random.default_rng(random_state)
    X = rng.normal(size=(n_samples, 5))
    coefs = rng.normal(size=(5, n_outputs))
    shares = expit(1.2 * X @ (coefs / np.linalg.norm(coefs, axis=0)) + offset)
    return X, shares.squeeze()


def in_range(shares, out_activation):
    """Return shares as targets of an output with this activation."""
    return 2 * shares - 1 if out_activation == "tanh" else shares


def initial(X, y, **options):
    """Return the untrained network for these samples."""
    return SimpleMLPRegressor((20,), max_iter=0, random_state=0, **options).fit(X, y)


@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("activation", ["logistic", "relu"])
@pytest.mark.parametrize("out_activation", BOUNDED)
def test_predictions_start_around_the_weighted_mean(
    out_activation, activation, n_outputs
):
    X, shares = make_shares(-2, n_outputs)
    weights = np.random.default_rng(1).integers(0, 3, len(X)) * 1.0
    options = {"activation": activation, "out_activation": out_activation}
    y = in_range(shares, out_activation)
    model = SimpleMLPRegressor((20,), max_iter=0, random_state=0, **options)
    start = model.fit(X, y, sample_weight=weights).predict(X)
    to_raw = {"logistic": lambda a: np.log(a / (1 - a)), "tanh": np.arctanh}
    raw = to_raw[out_activation](start)
    mean = np.average(raw, weights=weights, axis=0)
    target = to_raw[out_activation](np.average(y, weights=weights, axis=0))
    np.testing.assert_allclose(mean, target, rtol=1e-9)


@pytest.mark.parametrize("end", [0.0, 1.0])
def test_a_constant_at_an_end_starts_one_percent_from_it(end):
    X, _ = make_shares(0)
    start = initial(X, np.full(len(X), end), out_activation="logistic").predict(X)
    assert np.median(abs(start - end)) == pytest.approx(0.01, rel=0.2)


@pytest.mark.parametrize(
    "options",
    [
        {"init": "uniform"},
        {"init": "normal"},
        {"init": "glorot_uniform"},
        {"coefs_init": [np.ones((5, 20)), np.ones((20, 1))]},
        {"intercepts_init": [np.ones(20), np.ones(1)]},
        {"fit_intercept": False},
        {"out_activation": "identity", "normalize_y": False},
    ],
    ids=str,
)
def test_other_starts_do_not_depend_on_the_targets(options):
    X, shares = make_shares(-2)
    low, high = (
        initial(X, y, **{"out_activation": "logistic"} | options)
        for y in (shares, 1 - shares)
    )
    for ours, others in zip(low.intercepts_, high.intercepts_, strict=True):
        np.testing.assert_array_equal(ours, others)


def test_counts_start_at_their_mean_with_given_coefs():
    X, shares = make_shares(-2)
    counts = np.rint(20 * shares)
    coefs = [np.ones((5, 20)), np.zeros((20, 1))]
    start = initial(X, counts, loss="poisson", coefs_init=coefs).predict(X)
    np.testing.assert_allclose(start, counts.mean())


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error"])
@pytest.mark.parametrize("normalize_y", [True, False])
def test_tol_is_relative_to_the_spread_with_normalize_y(loss, normalize_y):
    """Patience runs out if tol is just above the first fall of the loss."""
    X, shares = make_shares(-2)
    options = {"loss": loss, "normalize_y": normalize_y, "alpha": 0.0}
    model = SimpleMLPRegressor(
        (5,), out_activation="logistic", random_state=0, max_iter=30, **options
    )
    losses = model.set_params(n_iter_no_change=np.inf).fit(X, shares).loss_curve_
    unit = shares.std() ** (2 if loss == "squared_error" else 1) if normalize_y else 1
    first = losses[0] - losses[1]
    for factor, runs_out in ((1.01, True), (0.99, False)):
        model.set_params(n_iter_no_change=1, tol=factor * first / unit)
        assert (model.fit(X, shares).n_iter_ == 2) is runs_out


@pytest.mark.parametrize("random_state", range(3))
@pytest.mark.parametrize("n_outputs", [1, 4])
@pytest.mark.parametrize("out_activation", BOUNDED)
def test_small_shares_are_learned_with_every_seed(
    out_activation, n_outputs, random_state
):
    """Without such a start, one of these networks in two predicted a constant."""
    X, shares = make_shares(-2, n_outputs)
    y = in_range(shares, out_activation)
    model = SimpleMLPRegressor(out_activation=out_activation, random_state=random_state)
    assert model.fit(X, y).score(X, y) > 0.9
