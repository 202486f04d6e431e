"""Promise 8, all or nothing: a fit that raises changes nothing.

When `fit` or `partial_fit` raises, the estimator, what it has learned before, and a
caller's RandomState are as they were. (tests/test_faults.py raises at any line.)
"""

import copy
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import ShuffleSplit
from support import BOTH, SOLVERS, RaiseAtEnd, assert_same_weights, diabetes, round_trip

from sknn_simple import SimpleMLPRegressor
from sknn_simple.model_selection import EpochSearchCV


@pytest.mark.callbacks
@BOTH
@pytest.mark.parametrize("fitted_before", [False, True])
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@SOLVERS
def test_a_fit_that_raises_leaves_everything_as_it_was(
    estimator, data, fitted_before, solver
):
    X, y = data
    rng = np.random.RandomState(0)
    estimator = clone(estimator).set_params(solver=solver, max_iter=4, warm_start=True)
    if fitted_before:
        estimator.fit(X[:, :3], y)
    estimator.random_state = rng
    bomb = RaiseAtEnd(2, RuntimeError)
    estimator.set_callbacks(bomb)
    before, state_before = dict(estimator.__dict__), rng.get_state()[1].copy()
    pickled = pickle.dumps(estimator)
    X = X[:, :3] if fitted_before else X
    with pytest.raises(RuntimeError, match="boom"):
        estimator.fit(X, y)
    assert estimator.__dict__ == before
    assert bomb.torn_down == 1
    bomb.torn_down = 0
    assert pickle.dumps(estimator) == pickled
    np.testing.assert_array_equal(rng.get_state()[1], state_before)
    with pytest.raises(ValueError, match="NaN"):
        estimator.fit(X * np.nan, y)
    assert estimator.__dict__ == before


def test_a_partial_fit_that_raises_does_not_train():
    X, y = diabetes()
    regressor = SimpleMLPRegressor((5,), random_state=0).partial_fit(X, y)
    same = round_trip(regressor)
    with pytest.raises(ValueError, match="diverged"):
        regressor.set_params(learning_rate_init=1e200).partial_fit(X, y)
    regressor.set_params(learning_rate_init="auto").partial_fit(X, y)
    assert_same_weights(regressor, same.partial_fit(X, y))
    assert regressor.history_ == same.history_


@pytest.mark.callbacks
def test_a_partial_fit_that_raises_late_leaves_the_history():
    X, y = diabetes()
    model = SimpleMLPRegressor((5,), random_state=0).partial_fit(X, y)
    other, history = copy.copy(model), model.history_
    model.set_callbacks(RaiseAtEnd(0, RuntimeError))
    with pytest.raises(RuntimeError, match="boom"):
        model.partial_fit(X, y)
    assert model.history_ == history
    assert model.n_iter_ == 1
    model.set_callbacks().partial_fit(X, y)
    assert other.history_ == history


@pytest.mark.filterwarnings("ignore:Training stopped")
def test_a_search_that_fails_leaves_the_generator_of_its_splitter():
    X, y = diabetes()
    rng = np.random.RandomState(0)
    before = rng.get_state(legacy=False)
    broken = SimpleMLPRegressor(learning_rate_init=-1.0, random_state=0)
    failing = EpochSearchCV(
        broken,
        {"max_iter": [2, 3]},
        cv=ShuffleSplit(2, random_state=rng),
        error_score="raise",
    )
    with pytest.raises(ValueError, match="learning_rate_init"):
        failing.fit(X, y)
    np.testing.assert_equal(rng.get_state(legacy=False), before)
    failing.set_params(estimator__learning_rate_init=0.01).fit(X, y)
    assert rng.get_state(legacy=False)["state"]["pos"] != before["state"]["pos"]
