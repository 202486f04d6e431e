"""A quantity as classes is warned of; people, words and places as classes are not."""

import re

import numpy as np
import pytest
from sklearn.metrics import r2_score
from support import outcome

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

NETWORK = SimpleMLPClassifier((10,), max_iter=5, n_iter_no_change=np.inf)
NETWORK.set_params(random_state=0)


def prices(n_samples, n_values, seed=0):
    """Return inputs, and prices that were cast to whole numbers."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, 4))
    y = X @ [3, 2, 1, 0] + 2 * rng.normal(size=n_samples)
    return X, np.round(y * n_values / 24).astype(int)


@pytest.mark.parametrize("n_values", [70, 300])
@pytest.mark.parametrize("kind", [int, float])
def test_a_quantity_is_warned_of(n_values, kind):
    X, y = prices(1000, n_values)
    message = outcome(NETWORK, X, y.astype(kind))
    assert re.match(rf"y has {len(np.unique(y))} numbers as classes", message)
    assert "use SimpleMLPRegressor" in message
    names = np.char.add("price ", y.astype(str))
    assert outcome(NETWORK, X, names) == ""
    # More than half as many classes as samples have a warning of their own.
    assert outcome(NETWORK, X[:60], y[:60]).count("SimpleMLPRegressor") == 1


def test_the_regressor_predicts_the_quantity_better():
    X, y = prices(1000, 70)
    X_new, y_new = prices(1000, 70, seed=1)
    labels = SimpleMLPClassifier((10,), random_state=0)
    outcome(labels, X, y)
    score = r2_score(y_new, labels.predict(X_new))
    numbers = SimpleMLPRegressor((10,), random_state=0).fit(X, y)
    assert numbers.score(X_new, y_new) > score + 0.05


def people(rng):
    """Return noisy features of 60 people, whose numbers have no order."""
    y = rng.integers(0, 60, 1000)
    return rng.normal(size=(60, 8))[y] + rng.normal(size=(1000, 8)), y


def places(rng):
    """Return coordinates, and the fields of a map, which are numbered row by row."""
    X = rng.uniform(0, 10, (1000, 2))
    return X, X[:, 0].astype(int) * 10 + X[:, 1].astype(int)


def noise(rng):
    return rng.normal(size=(1000, 3)), rng.integers(0, 60, 1000)


def grades(rng):
    """Return 20 grades, which are few enough to be classes in order."""
    X = rng.normal(size=(1000, 3))
    return X, np.clip(np.round(3 * X[:, 0] + rng.normal(size=1000)), -9, 10).astype(int)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("load", [people, places, noise, grades])
def test_many_classes_are_no_quantity(load, seed):
    assert outcome(NETWORK, *load(np.random.default_rng(seed))) == ""
