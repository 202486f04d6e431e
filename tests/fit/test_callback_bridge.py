"""scikit-learn's callbacks, with every solver."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from support import SOLVERS, assert_same_weights

from sknn_simple import SimpleMLPClassifier
from sknn_simple._fit.loop import Milestones

X, Y = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)
BASE = SimpleMLPClassifier((5,), max_iter=6, n_iter_no_change=np.inf, random_state=0)
pytestmark = [
    pytest.mark.callbacks,
    pytest.mark.filterwarnings("ignore:lbfgs failed to converge"),
]


class Observer:
    """A callback that keeps what it is shown, and may stop the fit."""

    def __init__(self, stop_at=None):
        self.stop_at = stop_at
        self.began, self.ended, self.calls = [], [], []

    def setup(self, estimator, context):
        self.calls.append("setup")

    def teardown(self, estimator, context):
        self.calls.append("teardown")

    def on_fit_task_begin(
        self,
        estimator,
        context,
        *,
        X=None,
        y=None,
        metadata=None,
        fitted_estimator=None,
    ):
        self.calls.append(f"begin {context.task_name}")
        if context.task_name == "epoch":
            self.began.append(fitted_estimator)
            self.data = X, y, metadata

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        self.calls.append(f"end {context.task_name}")
        if context.task_name == "epoch":
            self.ended.append(fitted_estimator)
            return context.task_id == self.stop_at
        return None


@SOLVERS
def test_one_subtask_per_epoch_in_order(solver):
    observer = Observer()
    model = clone(BASE).set_params(solver=solver).set_callbacks(observer).fit(X, Y)
    assert model.n_iter_ == 6
    epochs = ["begin epoch", "end epoch"] * 6
    assert observer.calls == ["setup", "begin fit", *epochs, "end fit", "teardown"]


@SOLVERS
def test_fitted_estimator_predicts_as_of_its_epoch(solver):
    observer = Observer()
    model = clone(BASE).set_params(solver=solver).set_callbacks(observer).fit(X, Y)
    for k in (1, 3, 6):
        stopped = clone(BASE).set_params(solver=solver, max_iter=k).fit(X, Y)
        seen = observer.ended[k - 1]
        np.testing.assert_array_equal(seen.predict_proba(X), stopped.predict_proba(X))
        assert seen.loss_curve_ == stopped.loss_curve_
        assert (seen.n_iter_, seen.t_, seen.loss_) == (k, 150 * k, stopped.loss_)
        if k < 6:
            assert_same_weights(observer.began[k], seen)
    assert_same_weights(observer.ended[-1], model)
    kept = pickle.loads(pickle.dumps(observer.ended[2]))
    assert kept.loss_curve_ == model.loss_curve_[:3]


def test_the_first_epoch_begins_with_the_initial_weights():
    observer = Observer()
    clone(BASE).set_params(init="uniform").set_callbacks(observer).fit(X, Y)
    first = observer.began[0]
    rng = np.random.RandomState(0)
    np.testing.assert_array_equal(first.coefs_[0], 2 * rng.random_sample((4, 5)) - 1)
    assert first.n_iter_ == 0
    assert first.loss_curve_ == []


def test_hooks_get_the_callers_data():
    observer = Observer()
    labels, weights = [("a", "b", "c")[k] for k in Y], np.ones(150)
    data = X.tolist()
    clone(BASE).set_callbacks(observer).fit(data, labels, sample_weight=weights)
    assert observer.data[0] is data
    assert observer.data[1] is labels
    assert observer.data[2] == {"sample_weight": weights}


@SOLVERS
def test_a_callbacks_true_stops_the_fit(solver):
    model = clone(BASE).set_params(solver=solver, n_iter_no_change=50, tol=1e-9)
    model.set_callbacks(Observer(stop_at=2)).fit(X, Y)
    stopped = clone(BASE).set_params(solver=solver, max_iter=3).fit(X, Y)
    assert model.n_iter_ == len(model.loss_curve_) == 3
    assert_same_weights(model, stopped)


def test_the_last_fitted_estimator_knows_that_patience_has_run_out():
    observer = Observer()
    model = clone(BASE).set_params(max_iter=50, n_iter_no_change=2, tol=1.0)
    model.set_callbacks(observer).fit(X, Y)
    reasons = [seen.stop_reason_ for seen in observer.ended]
    assert reasons == [None] * (model.n_iter_ - 1) + ["patience"]


def test_under_early_stopping_fitted_estimator_is_the_best_so_far():
    observer = Observer()
    model = SimpleMLPClassifier(
        (5,), early_stopping=True, max_iter=30, n_iter_no_change=np.inf, random_state=0
    )
    model.set_callbacks(observer).fit(X, Y)
    for k in (5, 30):
        best = int(np.argmax(model.validation_scores_[:k])) + 1
        assert observer.ended[k - 1].best_epoch_ == best
        assert_same_weights(observer.ended[k - 1], observer.ended[best - 1])


@SOLVERS
def test_callbacks_do_not_change_the_result(solver):
    model = clone(BASE).set_params(solver=solver).fit(X, Y)
    watched = clone(BASE).set_params(solver=solver).set_callbacks(Observer())
    assert_same_weights(watched.fit(X, Y), model)


def test_callbacks_see_partial_fit_as_a_fit_of_one_epoch():
    observer = Observer()
    model = clone(BASE).set_callbacks(observer)
    model.partial_fit(X, Y, classes=[0, 1, 2]).partial_fit(X, Y)
    assert len(observer.ended) == 2
    assert observer.ended[1].loss_curve_ == model.loss_curve_


@SOLVERS
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_scoring_monitor_alone_in_a_pipeline_and_in_a_search(solver, n_jobs):
    from sklearn.callback import ScoringMonitor

    def lines(log):
        return [row for row in log.data if row["task_name"] == "epoch"]

    model = clone(BASE).set_params(solver=solver)
    monitor = ScoringMonitor(scoring="accuracy")
    clone(model).set_callbacks(monitor).fit(X, Y)
    alone = [row["accuracy"] for row in lines(monitor.get_logs())]
    assert len(alone) == 6
    assert alone[-1] == clone(model).fit(X, Y).score(X, Y)

    pipeline = make_pipeline(StandardScaler(), clone(model).set_callbacks(monitor))
    pipeline.fit(X, Y)
    assert len(lines(monitor.get_logs())) == 6

    inside = ScoringMonitor(scoring="accuracy")
    search = GridSearchCV(
        make_pipeline(StandardScaler(), clone(model).set_callbacks(inside)),
        {"simplemlpclassifier__alpha": [0.1, 1.0]},
        cv=2,
        n_jobs=n_jobs,
    )
    search.fit(X, Y)
    assert len(lines(inside.get_logs())) == 6 * (2 * 2 + 1)


@SOLVERS
@pytest.mark.parametrize("within", ["alone", "pipeline", "search", "2 processes"])
def test_progress_bar_alone_in_a_pipeline_and_in_a_search(solver, within, capsys):
    """Set on the outermost estimator, it shows a bar for the fits within."""
    from sklearn.callback import ProgressBar

    outermost = clone(BASE).set_params(solver=solver)
    if within != "alone":
        outermost = make_pipeline(StandardScaler(), outermost)
    if within in ("search", "2 processes"):
        grid = {"simplemlpclassifier__alpha": [0.1, 1.0]}
        n_jobs = 2 if within == "2 processes" else 1
        outermost = GridSearchCV(outermost, grid, cv=2, n_jobs=n_jobs)
    outermost.set_callbacks(ProgressBar(max_propagation_depth=None)).fit(X, Y)
    shown = capsys.readouterr().out
    assert "SimpleMLPClassifier" in shown
    assert "100%" in shown


def test_the_model_of_a_milestone_is_that_of_a_shorter_fit():
    """It has no attributes of callbacks in the middle of a fit."""
    found = []

    def visit(n_epochs, finish):
        found.append(finish(warns=False))

    options = {"random_state": 0, "n_iter_no_change": np.inf}
    model = SimpleMLPClassifier((3,), max_iter=4, **options)
    model._fit_with_milestones(Milestones([2], visit), X, Y)
    shorter = SimpleMLPClassifier((3,), max_iter=2, **options).fit(X, Y)
    assert vars(found[0]).keys() == vars(shorter).keys()
