"""Ctrl-C keeps the last finished epoch; before the first, it is raised."""

import time
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import cross_val_score
from support import (
    ENGINES,
    SOLVERS,
    UNSTOPPED,
    Callback,
    RaiseAtEnd,
    assert_same_weights,
    diabetes,
    iris,
    kept_state,
    weights_of,
)

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple._fit.callback_bridge import CallbackBridge
from sknn_simple._fit.session import MOST_REDRAWN
from sknn_simple._fit.validation import Validation
from sknn_simple.network import SGD


class InterruptingScorer:
    """A scorer whose fourth call is interrupted by Ctrl-C."""

    def __init__(self):
        self.n_calls = 0

    def __call__(self, estimator, X, y):
        self.n_calls += 1
        if self.n_calls == 4:
            raise KeyboardInterrupt
        return estimator.score(X, y)


@pytest.mark.callbacks
@SOLVERS
def test_ctrl_c_keeps_the_last_finished_epoch(solver):
    X, y = diabetes()
    regressor = SimpleMLPRegressor((5,), solver=solver, random_state=0, max_iter=9)
    regressor.set_params(n_iter_no_change=np.inf, warm_start=True)
    whole = clone(regressor).set_params(max_iter=3, tol=0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        whole.fit(X, y)
    interrupted = clone(regressor).set_callbacks(RaiseAtEnd(2, KeyboardInterrupt))
    with pytest.warns(UserWarning, match="interrupted"):
        interrupted.fit(X, y)
    assert interrupted.n_iter_ == 3
    np.testing.assert_allclose(weights_of(interrupted), weights_of(whole), rtol=1e-12)


def test_ctrl_c_in_mid_epoch_restores_the_last_finished_one(monkeypatch):
    X, y = diabetes()
    regressor = SimpleMLPRegressor(
        (5,), random_state=0, batch_size=10, max_iter=5, warm_start=True, **UNSTOPPED
    )
    # Each epoch is finished on its own if it is shown, and its steps are Python's.
    regressor.set_params(verbose=True, engine="numpy")
    two = clone(regressor).set_params(max_iter=2).fit(X, y)
    step, calls = SGD.step, []

    def interrupted_step(self, *args):
        calls.append(None)
        if len(calls) == 25:
            raise KeyboardInterrupt
        step(self, *args)

    monkeypatch.setattr(SGD, "step", interrupted_step)
    with pytest.warns(UserWarning, match="interrupted after 2 epochs"):
        regressor.fit(X, y)
    assert_same_weights(regressor, two)
    assert (regressor.n_iter_, regressor.t_) == (2, 200)
    assert regressor.history_ == two.history_
    kept, other = kept_state(regressor), kept_state(two)
    np.testing.assert_array_equal(kept.optimizer.velocity, other.optimizer.velocity)
    # Both continue in the same order of samples.
    assert_same_weights(regressor.fit(X, y), two.set_params(max_iter=5).fit(X, y))


@pytest.mark.callbacks
@pytest.mark.parametrize("task_name", ["fit", "epoch"])
def test_ctrl_c_before_the_first_epoch_is_raised(task_name):
    class Impatient(Callback):
        def on_fit_task_begin(self, estimator, context):
            if context.task_name == task_name:
                raise KeyboardInterrupt

    X, y = diabetes()
    regressor = SimpleMLPRegressor((5,)).set_callbacks(Impatient())
    with pytest.raises(KeyboardInterrupt):
        regressor.fit(X, y)
    assert not hasattr(regressor, "coefs_")


def test_ctrl_c_in_a_scorer_undoes_the_epoch():
    """Weights, counts and sample order return to the end of the epoch before."""
    X, y = iris()
    model = SimpleMLPClassifier(
        (5,),
        early_stopping=True,
        warm_start=True,
        scoring=InterruptingScorer(),
        max_iter=9,
        random_state=0,
        batch_size=20,
    )
    with pytest.warns(UserWarning, match="after 3 epochs") as record:
        model.fit(X, y)
    assert len(record) == 1  # no ConvergenceWarning
    whole = clone(model).set_params(max_iter=3, scoring=None, **UNSTOPPED).fit(X, y)
    assert model.loss_ == whole.loss_ == model.loss_curve_[-1]
    assert (model.n_iter_, model.t_) == (3, whole.t_)
    for estimator in (model, whole):
        estimator.set_params(early_stopping=False, max_iter=2, **UNSTOPPED).fit(X, y)
    assert_same_weights(model, whole)


class DrawingScorer(InterruptingScorer):
    """One that draws from the generator of the model."""

    def __call__(self, estimator, X, y):
        score = super().__call__(estimator, X, y)
        return score + 0 * estimator.random_state.randint(10)


def test_ctrl_c_where_a_scorer_draws_from_the_generator_of_the_model():
    """The generator returns to the end of the epoch before."""
    X, y = iris()
    drawn = []
    for scorer, max_iter in ((DrawingScorer(), 9), (DrawingScorer(), 3)):
        model = SimpleMLPClassifier((5,), early_stopping=True, scoring=scorer)
        model.set_params(random_state=np.random.RandomState(0), batch_size=20)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.set_params(max_iter=max_iter).fit(X, y)
        assert model.n_iter_ == 3
        drawn.append(model.random_state.randint(2**31))
    assert drawn[0] == drawn[1]


class CountingRandomState(np.random.RandomState):
    """A generator that counts what it shuffles."""

    n_shuffled = 0

    def permutation(self, x):
        self.n_shuffled += x
        return super().permutation(x)


def test_ctrl_c_after_many_epochs_shuffles_few_again(monkeypatch):
    """The user would otherwise wait for a good part of the time of the training."""
    X = np.random.RandomState(0).standard_normal((2000, 2))
    model = SimpleMLPRegressor((2,), early_stopping=True, batch_size=500, max_iter=101)
    model.set_params(warm_start=True, **UNSTOPPED)
    whole = clone(model).set_params(random_state=CountingRandomState(0), max_iter=100)
    whole.fit(X, X[:, 0])
    evaluate, counts = Validation.evaluate, []

    def interrupted_evaluate(self, session):
        counts.append(session.state.rng.n_shuffled)
        if len(counts) == 101:
            raise KeyboardInterrupt
        return evaluate(self, session)

    monkeypatch.setattr(Validation, "evaluate", interrupted_evaluate)
    rng = CountingRandomState(0)
    with pytest.warns(UserWarning, match="after 100 epochs"):
        model.set_params(random_state=rng).fit(X, X[:, 0])
    assert 100 * 1800 > MOST_REDRAWN >= rng.n_shuffled - counts[-1]
    assert_same_weights(model, whole)
    assert rng.randint(2**31) == whole.random_state.randint(2**31)


def test_ctrl_c_in_a_scorer_under_lbfgs_undoes_the_iteration():
    X, y = iris()
    model = SimpleMLPClassifier(
        (5,),
        solver="lbfgs",
        early_stopping=True,
        scoring=InterruptingScorer(),
        random_state=0,
    )
    with pytest.warns(UserWarning, match="after 3 epochs"):
        model.fit(X, y)
    assert (model.n_iter_, model.t_) == (3, 3 * 135)


@pytest.mark.parametrize("engine", ENGINES)
def test_ctrl_c_without_callbacks_keeps_the_last_block_of_lbfgs(monkeypatch, engine):
    X, y = iris()
    model = SimpleMLPClassifier((5,), solver="lbfgs", random_state=0, engine=engine)
    begin_epoch, calls = CallbackBridge.begin_epoch, []

    def interrupted_begin(self):  # before each evaluation
        calls.append(None)
        if len(calls) == 8:
            raise KeyboardInterrupt
        time.sleep(0.02)  # a block takes 0.05 s
        begin_epoch(self)

    monkeypatch.setattr(CallbackBridge, "begin_epoch", interrupted_begin)
    with pytest.warns(UserWarning, match="interrupted"):
        model.fit(X, y)
    assert model.n_iter_ > 1
    whole = clone(model).set_params(max_iter=model.n_iter_)
    with pytest.warns(ConvergenceWarning):
        whole.fit(X, y)
    assert_same_weights(model, whole)
    assert (model.stop_reason_, model.t_) == ("interrupted", whole.t_)
    assert model.loss_curve_ == whole.loss_curve_


def test_ctrl_c_ends_a_cross_validation():
    """Its scores would otherwise include one of an unfinished model."""
    X, y = iris()
    model = SimpleMLPClassifier(
        (5,), early_stopping=True, scoring=InterruptingScorer(), random_state=0
    )
    with pytest.raises(KeyboardInterrupt):
        cross_val_score(model, X, y)
