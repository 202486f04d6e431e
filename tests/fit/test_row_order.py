"""Rows that follow each other and share the errors of their targets."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import load_diabetes, load_digits, load_iris
from sklearn.model_selection import train_test_split
from support import PERSISTENCE, overlapping_returns, persistent

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple._fit.neighbourhood import Neighbourhood
from sknn_simple.network import Samples


def shared_errors(X, y):
    return Neighbourhood(Samples(X, np.reshape(y, (X.shape[0], -1)))).shared_errors


def test_the_design_effect_is_that_of_the_autocorrelation():
    """The variance of a mean of 20 sums, relative to independent ones."""
    lags = np.arange(1, 20)
    expected = 1 + 2 * np.sum((1 - lags / 20) ** 2)
    found = [
        shared_errors(*overlapping_returns(3000, seed)).design_effect
        for seed in range(4)
    ]
    assert 0.8 * expected < np.mean(found) < 1.1 * expected


@pytest.mark.parametrize("signal", [0, 1])
def test_shared_errors_are_not_memorised(signal):
    """Compared with the penalty of independent rows, on later rows."""
    X, y = overlapping_returns(3000, 0, signal=signal)
    train, later = slice(0, 1500), slice(1520, None)
    found = shared_errors(X[train], y[train])
    model = SimpleMLPRegressor(random_state=0).fit(X[train], y[train])
    shuffled = np.random.RandomState(0).permutation(1500)
    other = SimpleMLPRegressor(random_state=0).fit(X[shuffled], y[shuffled])
    assert model.alpha_ > found.design_effect * other.alpha_ > 7 * other.alpha_
    gain = model.score(X[later], y[later]) - other.score(X[later], y[later])
    assert gain > 0.15


def test_the_direction_of_overlapping_returns_is_not_memorised():
    X, y = overlapping_returns(3000, 2, signal=1)
    train, later = slice(0, 1500), slice(1520, None)
    model = SimpleMLPClassifier(random_state=0).fit(X[train], y[train] > 0)
    weak = SimpleMLPClassifier(alpha=model.alpha_ / 30, random_state=0)
    weak.fit(X[train], y[train] > 0)
    accuracies = [fitted.score(X[later], y[later] > 0) for fitted in (model, weak)]
    assert accuracies[0] > accuracies[1] + 0.01


@pytest.mark.parametrize("kind", [np.float32, csr_array])
def test_sparse_and_single_precision_rows_share_as_much(kind):
    X, y = overlapping_returns(1000, 0)
    found = shared_errors(kind(X), y)
    np.testing.assert_allclose(found, shared_errors(X, y), rtol=0.01)


def test_copies_and_rows_without_weight_do_not_count():
    X, y = overlapping_returns(600, 0)
    samples = Samples(X, y[:, None])
    expected = Neighbourhood(samples).shared_errors
    twice = Samples(X.repeat(2, axis=0), y.repeat(2)[:, None])
    assert Neighbourhood(twice).shared_errors == expected
    weight = np.arange(1200) % 2 * 1.0
    noise = np.random.RandomState(0).standard_normal((600, 9))
    X, y = np.stack([noise[:, :8], X], 1), np.stack([noise[:, 8], y], 1)
    half = Samples(X.reshape(1200, 8), y.reshape(1200, 1), weight)
    assert Neighbourhood(half).shared_errors == expected


def test_visits_of_a_few_patients_share_errors():
    rng = np.random.default_rng(0)
    patient = np.arange(40).repeat(30)
    X = rng.normal(size=(40, 6))[patient] + 0.4 * rng.normal(size=(1200, 6))
    y = rng.normal(size=40)[patient] + 0.5 * rng.normal(size=1200)
    assert shared_errors(X, y).design_effect > 7
    shuffled = rng.permutation(1200)
    assert shared_errors(X[shuffled], y[shuffled]) is None


def signals(X):
    """Return signals of every strength."""
    yield 0 * X[:, 0]
    yield X[:, 0] - 0.5 * X[:, 1]
    yield 5 * (np.sin(2 * X[:, 0]) + 0.7 * X[:, 1] * X[:, 2])
    yield np.maximum(X[:, 0], X[:, 1])


@pytest.mark.parametrize("coefs", [PERSISTENCE, np.full(8, 0.98)], ids=["mix", "slow"])
def test_series_with_independent_errors_share_none(coefs):
    rng = np.random.default_rng(0)
    X = persistent(rng, 1500, coefs)
    for signal in signals(X):
        y = signal + rng.standard_normal(1500)
        assert shared_errors(X, y) is None


@pytest.mark.parametrize("load", [load_iris, load_diabetes, load_digits])
def test_ordinary_tables_share_none_in_any_order(load):
    X, y = load(return_X_y=True)
    rng = np.random.RandomState(0)
    labels = (y[:, None] == np.unique(y)) * 1.0 if load is not load_diabetes else y
    for order in np.arange(len(X)), rng.permutation(len(X)), y.argsort(kind="stable"):
        assert shared_errors(X[order], labels[order]) is None
    for column in rng.permutation(X.shape[1])[:3]:
        order = X[:, column].argsort()
        assert shared_errors(X[order], labels[order]) is None


@pytest.mark.parametrize("n_others", [0, 3])
@pytest.mark.parametrize("n_cycles", [1, 4, 8])
def test_a_table_sorted_by_an_input_shares_none(n_others, n_cycles):
    rng = np.random.default_rng(0)
    x = np.linspace(-1, 1, 1000)
    X = np.column_stack([x, rng.standard_normal((1000, n_others))])
    for noise in (0, 0.3, 1):
        y = np.sin(n_cycles * np.pi * x) + noise * rng.standard_normal(1000)
        assert shared_errors(X / X.std(axis=0), y) is None


def test_a_random_split_hides_the_order():
    """Its test part shares the errors, too: a score of it rewards learning them."""
    assert (
        shared_errors(
            *train_test_split(*overlapping_returns(3000, 0), random_state=0)[::2]
        )
        is None
    )
