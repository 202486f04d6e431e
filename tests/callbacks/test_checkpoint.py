"""Checkpoint: a fit that is cut and resumed gives the bits of one that is not."""

import os
import pickle
from contextlib import suppress

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import BaggingClassifier
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from support import (
    PowerError,
    RaiseAtBegin,
    RaiseAtEnd,
    assert_resumes,
    assert_same_estimator,
    cut_fit,
    saved_epochs,
)

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.callbacks import Checkpoint
from sknn_simple.model_selection import EpochSearchCV
from sknn_simple.network.optimizers import Adam

pytestmark = pytest.mark.callbacks

X, Y = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)
X_REAL, Y_REAL = (array[:120] for array in load_diabetes(return_X_y=True))
CLASSIFIER = SimpleMLPClassifier(
    (5,), max_iter=14, n_iter_no_change=np.inf, random_state=0
)
REGRESSOR = SimpleMLPRegressor(
    (5,), max_iter=14, n_iter_no_change=np.inf, random_state=0
)
OPTIMIZING = {
    "sgd": {"momentum": 0.0},
    "momentum": {"nesterovs_momentum": False},
    "nesterov": {},
    "invscaling": {"learning_rate": "invscaling"},
    "adaptive": {"learning_rate": "adaptive", "n_iter_no_change": 2, "tol": 0.05},
    "adam": {"solver": "adam"},
}


STOPPING = {
    "all epochs": {},
    "early": {"early_stopping": True},
    "by loss": {"early_stopping": True, "scoring": "loss"},
    "patience": {"n_iter_no_change": 3, "tol": 0.02},
    "scorer": {"early_stopping": True, "scoring": "accuracy", "n_iter_no_change": 4},
}


@pytest.mark.filterwarnings("ignore:Training stopped at max_iter")
@pytest.mark.parametrize("engine", ["numpy", "auto"])
@pytest.mark.parametrize("stopping", STOPPING.values(), ids=list(STOPPING))
@pytest.mark.parametrize("optimizing", OPTIMIZING.values(), ids=list(OPTIMIZING))
def test_a_resumed_fit_is_one_that_was_not_cut(tmp_path, optimizing, stopping, engine):
    estimator = clone(CLASSIFIER).set_params(engine=engine, **stopping)
    estimator.set_params(**optimizing)
    whole, path = clone(estimator).fit(X, Y), tmp_path / "run.ckpt"
    cut_fit(estimator, path, 1, X, Y)
    for n_epochs in (1, 3, 4):
        with suppress(PowerError):  # unless patience has run out
            Checkpoint.resume(
                path, X, Y, callbacks=[RaiseAtBegin(n_epochs, PowerError)]
            )
    assert_same_estimator(Checkpoint.resume(path, X, Y), whole)


@pytest.mark.parametrize("every", [1, 3])
def test_a_fit_may_be_cut_at_any_epoch_any_number_of_times(tmp_path, every):
    estimator = clone(REGRESSOR).set_params(early_stopping=True, solver="adam")
    whole = clone(estimator).fit(X_REAL, Y_REAL)
    for epoch in range(14):
        path = tmp_path / f"{epoch}.ckpt"
        cut_fit(estimator, path, epoch, X_REAL, Y_REAL, every=every)
        finished = epoch - epoch % every
        assert saved_epochs(path) == finished
        if finished < 12:
            for _ in range(2):
                with pytest.raises(PowerError):
                    Checkpoint.resume(
                        path, X_REAL, Y_REAL, callbacks=[RaiseAtBegin(1, PowerError)]
                    )
        assert_same_estimator(Checkpoint.resume(path, X_REAL, Y_REAL), whole)


@pytest.mark.parametrize("n_epochs", [74, 75, 76, 124])
def test_a_fit_is_cut_near_the_epoch_after_which_its_rate_drops(tmp_path, n_epochs):
    samples = np.random.RandomState(0).standard_normal((800, 2))
    estimator = clone(CLASSIFIER).set_params(max_iter="auto", batch_size=40)
    estimator.set_params(learning_rate="settling")
    path = tmp_path / "run.ckpt"
    whole, _ = assert_resumes(estimator, path, n_epochs, samples, samples[:, 0] > 0)
    rates = whole.history_["learning_rate"]
    assert rates == pytest.approx([0.3] * 75 + [0.3 / 20] * 50)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"normalize_y": False},
        {"loss": "poisson"},
        {"loss": "absolute_error", "early_stopping": True},
        {"shuffle": False, "fit_intercept": False},
        {"warm_start": True, "batch_size": 200},
    ],
    ids=str,
)
def test_regression(tmp_path, options):
    estimator = clone(REGRESSOR).set_params(**options)
    weights = np.linspace(0, 2, 120)
    for dtype in (np.float64, np.float32):
        path = tmp_path / np.dtype(dtype).name
        assert_resumes(estimator, path, 6, X_REAL.astype(dtype), Y_REAL, weights)


def test_classification_with_weights_text_labels_and_sparse_samples(tmp_path):
    estimator = clone(CLASSIFIER).set_params(class_weight={"a": 1, "b": 2, "c": 0.5})
    labels = np.array(["a", "b", "c"])[Y]
    path = tmp_path / "run.ckpt"
    whole, resumed = assert_resumes(estimator, path, 5, X, labels)
    assert resumed.classes_.tolist() == ["a", "b", "c"]
    np.testing.assert_array_equal(resumed.predict_proba(X), whole.predict_proba(X))
    estimator.set_params(class_weight="balanced", early_stopping=True)
    assert_resumes(estimator, path, 5, sparse.csr_array(X), labels.astype(object))


def test_the_callers_own_validation_data(tmp_path):
    estimator = clone(CLASSIFIER).set_params(early_stopping=True)
    validation = {"X_val": X[::3], "y_val": Y[::3], "sample_weight_val": np.ones(50)}
    path = tmp_path / "run.ckpt"
    assert_resumes(estimator, path, 5, X[1::3], Y[1::3], **validation)
    with pytest.raises(ValueError, match="y_val must be"):
        Checkpoint.resume(path, X[1::3], Y[1::3], X_val=X[::3], y_val=Y[1::3])


@pytest.mark.parametrize("early_stopping", [False, True])
def test_every_source_of_chance(tmp_path, early_stopping):
    path = tmp_path / "run.ckpt"
    estimator = clone(CLASSIFIER).set_params(early_stopping=early_stopping)
    estimator.set_params(random_state=np.random.RandomState(3))
    whole, resumed = assert_resumes(estimator, path, 5, X, Y)
    assert whole.random_state.randint(2**31) == resumed.random_state.randint(2**31)

    estimator.set_params(random_state=None)
    kept = np.random.get_state()  # noqa: NPY002
    try:
        np.random.seed(5)  # noqa: NPY002
        whole = clone(estimator).fit(X, Y)
        np.random.seed(5)  # noqa: NPY002
        cut_fit(estimator, path, 5, X, Y)
        np.random.seed(6)  # noqa: NPY002
        resumed = Checkpoint.resume(path, X, Y)
        assert_same_estimator(resumed, whole)
        assert resumed.random_state is None
        assert Checkpoint.resume(path, X, Y).random_state is None
    finally:
        np.random.set_state(kept)  # noqa: NPY002


@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_a_warm_started_fit(tmp_path, solver):
    """The file also keeps the training before, and the next fit continues it."""
    estimator = clone(CLASSIFIER).set_params(warm_start=True, solver=solver)
    estimator.fit(X, Y)
    whole, resumed = assert_resumes(estimator, tmp_path / "run.ckpt", 5, X, Y)
    resumed.set_callbacks()
    assert_same_estimator(resumed.fit(X, Y), whole.fit(X, Y))
    assert resumed.t_ == 3 * 14 * 150


def test_a_checkpoint_does_not_change_the_fit(tmp_path):
    for every in (1, 4, 100):
        watched = clone(CLASSIFIER).set_callbacks(Checkpoint(tmp_path / "c", every))
        assert_same_estimator(watched.fit(X, Y), clone(CLASSIFIER).fit(X, Y))
    assert os.listdir(tmp_path) == ["c"]


def test_a_fit_that_ctrl_c_ended_can_be_resumed(tmp_path):
    path = tmp_path / "run.ckpt"
    model = clone(CLASSIFIER).set_callbacks(
        Checkpoint(path, every=2), RaiseAtEnd(6, KeyboardInterrupt)
    )
    with pytest.warns(UserWarning, match="interrupted after 7 epochs"):
        model.fit(X, Y)
    assert model.n_iter_ == 7
    assert_same_estimator(Checkpoint.resume(path, X, Y), clone(CLASSIFIER).fit(X, Y))


def test_ctrl_c_right_after_resuming_returns_the_checkpoint(tmp_path):
    path = tmp_path / "run.ckpt"
    estimator = clone(CLASSIFIER).set_params(solver="adam")
    cut_fit(estimator, path, 6, X, Y)
    with pytest.warns(UserWarning, match="interrupted after 6 epochs"):
        model = Checkpoint.resume(
            path, X, Y, callbacks=[RaiseAtBegin(0, KeyboardInterrupt)]
        )
    assert_same_estimator(
        model.set_params(max_iter=6), clone(estimator).set_params(max_iter=6).fit(X, Y)
    )
    assert_same_estimator(Checkpoint.resume(path, X, Y), clone(estimator).fit(X, Y))


def test_ctrl_c_within_the_first_resumed_epoch_undoes_its_steps(tmp_path, monkeypatch):
    path, step, steps = tmp_path / "run.ckpt", Adam.step, []
    estimator = clone(CLASSIFIER).set_params(
        solver="adam", engine="numpy", warm_start=True
    )
    cut_fit(estimator, path, 6, X, Y)

    def interrupted_step(*arguments):
        steps.append(None)
        if len(steps) == 3:
            raise KeyboardInterrupt
        step(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(Adam, "step", interrupted_step)
        with pytest.warns(UserWarning, match="interrupted after 6 epochs"):
            model = Checkpoint.resume(path, X, Y)
    model.set_callbacks().set_params(max_iter=2)
    whole = clone(estimator).set_params(max_iter=6).fit(X, Y).set_params(max_iter=2)
    assert_same_estimator(model.fit(X, Y), whole.fit(X, Y))


def test_divergence_is_found_as_without_the_cut(tmp_path):
    path = tmp_path / "run.ckpt"
    estimator = clone(REGRESSOR).set_params(learning_rate_init=2.0, batch_size=200)
    with pytest.raises(ValueError, match="the loss rose from") as whole:
        clone(estimator).fit(X_REAL, Y_REAL)
    cut_fit(estimator, path, 5, X_REAL, Y_REAL)
    with pytest.raises(ValueError, match="the loss rose from") as resumed:
        Checkpoint.resume(path, X_REAL, Y_REAL)
    assert str(resumed.value) == str(whole.value)


def test_path_must_be_a_path():
    with pytest.raises(
        TypeError, match=r"path must be a str or an os\.PathLike, got 5"
    ):
        Checkpoint(5)
    with pytest.raises(
        TypeError, match=r"path must be a str or an os\.PathLike, got N"
    ):
        Checkpoint.resume(None, X, Y)


@pytest.mark.parametrize("every", [0, -1, 1.5, True, "10", None])
def test_every_must_be_a_number_of_epochs(every):
    with pytest.raises(ValueError, match="every must be an integer of at least 1"):
        Checkpoint("run.ckpt", every=every)


def test_fits_that_cannot_be_checkpointed_are_refused(tmp_path):
    path = tmp_path / "run.ckpt"

    def refuses(message, estimator, path=path):
        estimator.set_callbacks(Checkpoint(path))
        before = dict(estimator.__dict__)
        with pytest.raises(ValueError, match=message):
            estimator.fit(X, Y)
        assert estimator.__dict__ == before

    refuses("must be in a folder that exists", clone(CLASSIFIER), tmp_path / "no" / "c")
    refuses("is not a checkpoint", clone(CLASSIFIER), tmp_path)
    refuses("needs solver='sgd' or", clone(CLASSIFIER).set_params(solver="lbfgs"))
    unpicklable = clone(CLASSIFIER).set_params(
        early_stopping=True, scoring=lambda estimator, X, y: estimator.score(X, y)
    )
    refuses("a parameter of it can't be pickled", unpicklable)
    pipeline = make_pipeline(StandardScaler(), clone(CLASSIFIER))
    refuses("in a Pipeline on its last step.*, got Pipeline", pipeline)
    model = clone(CLASSIFIER).set_callbacks(Checkpoint(path))
    with pytest.raises(ValueError, match="with fit only, got a call of partial_fit"):
        model.partial_fit(X, Y, classes=[0, 1, 2])
    assert not hasattr(model, "coefs_")
    assert os.listdir(tmp_path) == []


# A worker that ends as soon as it has begun makes scikit-learn's thread for
# workers' callbacks fail.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(
    ("search", "n_jobs"), [(GridSearchCV, 1), (GridSearchCV, 2), (EpochSearchCV, 1)]
)
def test_a_search_refuses_a_checkpoint(tmp_path, search, n_jobs):
    model = clone(CLASSIFIER).set_callbacks(Checkpoint(tmp_path / "run.ckpt"))
    grid = {"simplemlpclassifier__max_iter": [2, 3]}
    pipeline = make_pipeline(StandardScaler(), model)
    searching = search(pipeline, grid, cv=2, n_jobs=n_jobs)
    with pytest.raises(ValueError, match="of which this is a clone"):
        searching.fit(X, Y)
    # Also if the search propagates callbacks of its own.
    from sklearn.callback import ScoringMonitor

    searching.set_callbacks(ScoringMonitor(scoring="accuracy"))
    searching.set_params(error_score="raise")
    with pytest.raises(ValueError, match="of which this is a clone"):
        searching.fit(X, Y)
    assert os.listdir(tmp_path) == []


def test_cross_validation_and_ensembles_refuse_a_checkpoint(tmp_path):
    path = tmp_path / "run.ckpt"
    clone(CLASSIFIER).set_callbacks(Checkpoint(path)).fit(X, Y)
    before = path.read_bytes()
    model = clone(CLASSIFIER).set_callbacks(Checkpoint(path))
    with pytest.raises(ValueError, match="of which this is a clone"):
        cross_val_score(model, X, Y, cv=2)
    with pytest.raises(ValueError, match="of which this is a clone"):
        BaggingClassifier(model).fit(X, Y)
    assert path.read_bytes() == before
    assert_same_estimator(model.fit(X, Y), clone(CLASSIFIER).fit(X, Y))
    # A clone of a clone is refused too, but it may have its own Checkpoint.
    other = clone(clone(model))
    with pytest.raises(ValueError, match="of which this is a clone"):
        other.fit(X, Y)
    other.set_callbacks(Checkpoint(path)).fit(X, Y)


def test_in_a_pipeline(tmp_path):
    path = tmp_path / "run.ckpt"
    raw = load_iris().data
    model = clone(CLASSIFIER).set_callbacks(
        Checkpoint(path, every=2), RaiseAtBegin(7, PowerError)
    )
    pipeline = make_pipeline(StandardScaler(), model)
    with pytest.raises(PowerError):
        pipeline.fit(raw, Y)
    network = Checkpoint.resume(path, pipeline[:-1].fit_transform(raw), Y)
    whole = make_pipeline(StandardScaler(), clone(CLASSIFIER)).fit(raw, Y)
    assert_same_estimator(network, whole[-1])


def test_with_a_progress_bar_and_a_scoring_monitor(tmp_path, capsys):
    from sklearn.callback import ProgressBar, ScoringMonitor

    path, scores = tmp_path / "run.ckpt", ScoringMonitor(scoring="accuracy")
    model = clone(CLASSIFIER)
    model.set_callbacks(
        ProgressBar(), Checkpoint(path, every=5), scores, RaiseAtBegin(7, PowerError)
    )
    with pytest.raises(PowerError):
        model.fit(X, Y)
    after = ScoringMonitor(scoring="accuracy")
    resumed = Checkpoint.resume(path, X, Y, callbacks=[ProgressBar(), after])
    rows = [row for row in after.get_logs().data if row["task_name"] == "epoch"]
    assert len(rows) == 9
    assert rows[-1]["accuracy"] == resumed.score(X, Y)
    assert "SimpleMLPClassifier" in capsys.readouterr().out


def test_a_checkpoint_is_pickled_and_shown(tmp_path):
    checkpoint = Checkpoint(tmp_path / "run.ckpt", every=3)
    model = clone(CLASSIFIER).set_callbacks(checkpoint).fit(X, Y)
    restored = pickle.loads(pickle.dumps(model))
    assert repr(restored._skl_callbacks) == repr([checkpoint])
    assert "every=3" in repr(checkpoint)
    assert_same_estimator(restored.fit(X, Y), model)


def test_a_relative_path_belongs_to_where_it_was_given(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    model = clone(CLASSIFIER).set_callbacks(Checkpoint("run.ckpt"))
    monkeypatch.chdir(tmp_path / "elsewhere")
    model.fit(X, Y)
    assert os.listdir(tmp_path / "elsewhere") == []
    assert_same_estimator(Checkpoint.resume(tmp_path / "run.ckpt", X, Y), model)
