"""Rows of X far from the others, where no unit saturates."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPRegressor


def with_targets(X, rng):
    """Return X standardised, and noisy targets."""
    noise = 0.3 * rng.standard_normal(len(X))
    y = np.tanh(X[:, 0]) + np.sin(X[:, 1]) + noise
    return StandardScaler().fit_transform(X), y


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "softplus"])
@pytest.mark.parametrize("seed", range(2))
def test_a_single_row_does_not_make_training_diverge(activation, seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((2000, 10))
    X[7, 3] *= 100
    X, y = with_targets(X, rng)
    model = SimpleMLPRegressor(activation=activation, random_state=0)
    usual = np.arange(len(X)) != 7
    assert model.fit(X, y).score(X[usual], y[usual]) > 0.6


@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
@pytest.mark.parametrize(("df", "least"), [(3, 0.5), (2, 0)])
def test_heavy_tails_do_not_make_training_diverge(loss, df, least):
    rng = np.random.default_rng(0)
    X, y = with_targets(rng.standard_t(df, (2000, 10)), rng)
    if loss == "poisson":
        y, least = rng.poisson(np.exp(y)), 0
    model = SimpleMLPRegressor(activation="relu", loss=loss, random_state=0)
    assert model.fit(X, y).score(X, y) > least


def test_digits_do_not_make_training_diverge():
    """Of 64 pixels, some are black in a single image."""
    X, y = load_digits(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    model = SimpleMLPRegressor(activation="relu", random_state=0).fit(X, y)
    assert model.score(X, y) > 0.9


def first_rate(X, weights=None, **options):
    options = {
        "activation": "relu",
        "max_iter": 1,
        "n_iter_no_change": np.inf,
    } | options
    model = SimpleMLPRegressor(**options)
    y = np.sin(np.arange(X.shape[0])) ** 2
    return model.fit(X, y, weights).history_["learning_rate"][0]


def signs(n_inputs, longest=1.0):
    """Return rows of signs, and one that is as many times as long as the others."""
    X = np.sign(np.random.default_rng(0).standard_normal((640, n_inputs))) / 10
    X[7] *= longest
    return X


def test_the_rate_follows_the_longest_row():
    X = signs(8, 10)
    share = 100 / ((639 + 100) / 640)
    expected = 0.01 / (share / 5 - 1) ** 1.1
    assert first_rate(X) == pytest.approx(expected)
    assert first_rate(csr_array(X)) == pytest.approx(expected)
    assert first_rate(X, batch_size=128) == pytest.approx(4**1.1 * expected)
    assert first_rate(X, batch_size=8) == pytest.approx(expected / 4)
    assert first_rate(X, np.full(640, 3.0)) == pytest.approx(expected)
    assert first_rate(signs(8, 3)) == first_rate(signs(8)) == pytest.approx(0.01)
    # A row that weighs nothing does not count.
    weights = (np.arange(640) != 7).astype(float)
    assert first_rate(X, weights) == pytest.approx(0.01)


def test_the_rate_falls_further_for_more_than_30_inputs():
    X = 10 * signs(60, 5)  # the mean square is above 1
    mean = (639 + 25) / 640
    expected = 0.01 / (25 / mean / 5 - 1) ** 1.1
    assert first_rate(X) == pytest.approx(expected / 2**1.1 / np.sqrt(mean))
    # Small inputs are as good as few.
    assert first_rate(X / 100) == pytest.approx(expected)


@pytest.mark.parametrize(
    "options",
    [
        {"activation": "tanh"},
        {"activation": ("relu", "tanh"), "hidden_layer_sizes": (9, 9)},
        {"loss": "huber"},
        {"out_activation": "logistic"},
        {"solver": "adam"},
        {"batch_size": "full"},
    ],
)
def test_other_trainings_have_the_usual_rate(options):
    X, usual = signs(8, 10), signs(8)
    assert first_rate(X, **options) == first_rate(usual, **options)
