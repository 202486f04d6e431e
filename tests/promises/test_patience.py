"""Promise 9, patience: training stops exactly when it should, with the best weights.

`n_iter_no_change=5` stops after exactly 5 epochs without improvement. Early stopping
returns the weights of the best epoch. `n_iter_ == len(loss_curve_)`.
"""

import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from support import BOTH, CLASSIFIER, SOLVERS, Callback, iris, weights_of

from sknn_simple import SimpleMLPClassifier


class Recorder(Callback):
    """A callback that keeps the weights of each epoch."""

    def __init__(self):
        self.weights = {}

    def on_fit_task_begin(self, estimator, context, *, fitted_estimator=None):
        if context.task_name == "epoch" and context.task_id == 0:
            self.weights[0] = weights_of(fitted_estimator)

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        if context.task_name == "epoch":
            self.weights[context.task_id + 1] = weights_of(fitted_estimator)


@SOLVERS
def test_patience_stops_after_exactly_n_iter_no_change_epochs(solver):
    """With a tol that no epoch can reach, only the first one counts as progress."""
    # L-BFGS has patience in early stopping only: its tol bounds the gradient.
    tol, scoring = (1e-9, lambda *_: 1.0) if solver == "lbfgs" else (10.0, None)
    X, y = iris()
    classifier = SimpleMLPClassifier(
        (5,),
        solver=solver,
        n_iter_no_change=5,
        tol=tol,
        random_state=0,
        early_stopping=solver == "lbfgs",
        scoring=scoring,
    ).fit(X, y)
    assert classifier.n_iter_ == len(classifier.loss_curve_) == 6


@pytest.mark.callbacks
@BOTH
@SOLVERS
@pytest.mark.parametrize("scoring", [None, "loss", "scorer"])
@pytest.mark.parametrize("own_validation", [False, True])
@pytest.mark.filterwarnings("ignore:Training stopped at max_iter")
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_early_stopping_returns_the_best_epoch(
    estimator, data, solver, scoring, own_validation
):
    X, y = data
    scorer = "accuracy" if data is CLASSIFIER[1] else "neg_median_absolute_error"
    estimator = clone(estimator).set_params(
        solver=solver,
        early_stopping=True,
        validation_fraction=0.3,
        n_iter_no_change=4,
        tol=1e-4,
        max_iter=25,
        scoring=scorer if scoring == "scorer" else scoring,
    )
    recorder = Recorder()
    watched = clone(estimator).set_callbacks(recorder)
    if own_validation:
        order = np.random.RandomState(0).permutation(len(y))
        X, y = X[order], y[order]
        validation = {"X_val": X[:30], "y_val": y[:30]}
        watched.fit(X[30:], y[30:], **validation)
        X_val, y_val = X[:30], y[:30]
    else:
        watched.fit(X, y)
        stratify = y if data is CLASSIFIER[1] else None
        _, X_val, _, y_val = train_test_split(
            X, y, test_size=0.3, random_state=7, stratify=stratify
        )
    scores = watched.validation_scores_
    assert watched.n_iter_ == len(watched.loss_curve_) == len(scores)
    best = watched.best_epoch_
    assert best == np.argmax(scores) + 1
    assert watched.best_validation_score_ == max(scores)
    assert watched.best_loss_ is None
    # A callback has kept the weights of that epoch.
    np.testing.assert_array_equal(weights_of(watched), recorder.weights[best])
    if scoring is None:
        assert watched.score(X_val, y_val) == pytest.approx(max(scores), rel=1e-9)
    if scoring == "loss":
        assert scores == [-loss for loss in watched.history_["validation_loss"]]
    assert {len(column) for column in watched.history_.values()} == {len(scores)}


def test_patience_with_a_score_does_not_count_for_the_loss():
    X, y = iris()
    model = SimpleMLPClassifier(
        (5,),
        learning_rate="adaptive",
        early_stopping=True,
        warm_start=True,
        max_iter=5,
        tol=0.0,
        n_iter_no_change=2,
        random_state=0,
        batch_size=150,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X, y).set_params(early_stopping=False, max_iter=10).fit(X, y)
    # The loss falls in every epoch, so the rate stays.
    assert (np.diff(model.loss_curve_) < 0).all()
    assert len(set(model.history_["learning_rate"])) == 1
