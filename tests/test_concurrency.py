"""Concurrent work gives the bits of sequential work, and leaves nothing behind."""

import copy
import multiprocessing
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from joblib.externals.loky import get_reusable_executor
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_digits, load_iris
from sklearn.model_selection import GridSearchCV, cross_val_score
from support import assert_same_model, assert_same_search, round_trip

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor, _base, _fitted, network
from sknn_simple._fit.history import History
from sknn_simple.callbacks import Checkpoint
from sknn_simple.model_selection import EpochSearchCV

N_THREADS = 8
X, Y = (array[:300] for array in load_digits(return_X_y=True))
X = X / 16
DIABETES = load_diabetes(return_X_y=True)
IRIS = load_iris(return_X_y=True)
NETWORK = SimpleMLPClassifier((30, 10), max_iter=4, n_iter_no_change=np.inf)


def at_once(tasks):
    """Run functions in threads that start at the same moment."""
    gate = threading.Barrier(len(tasks))

    def run(task):
        gate.wait()
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def assert_same_models(models, others):
    for model, other in zip(models, others, strict=True):
        assert_same_model(model, other)


@pytest.fixture(autouse=True)
def nothing_left(tmp_path, monkeypatch):
    """Check that no thread, process or open file outlives the test."""
    monkeypatch.chdir(tmp_path)
    threads = set(threading.enumerate())
    processes = set(multiprocessing.active_children())
    yield
    for thread in set(threading.enumerate()) - threads:
        thread.join(timeout=20)  # it may still be ending
        assert not thread.is_alive()
    assert set(multiprocessing.active_children()) <= processes
    assert os.listdir() == []
    if os.path.isdir("/proc/self/fd"):  # on Linux
        opened = [os.path.realpath(file) for file in Path("/proc/self/fd").iterdir()]
        assert not [name for name in opened if name.startswith(str(tmp_path))]


@pytest.mark.parametrize(
    ("estimator", "data", "methods"),
    [
        (
            NETWORK,
            (X, Y),
            ["predict", "predict_proba", "predict_log_proba"],
        ),
        (NETWORK, (X[Y < 2], Y[Y < 2]), ["predict_proba", "decision_function"]),
        (NETWORK, (X.astype(np.float32), Y), ["predict_proba"]),
        (SimpleMLPRegressor((20,), max_iter=3), DIABETES, ["predict"]),
    ],
)
@pytest.mark.filterwarnings("ignore:Training stopped at max_iter")
def test_one_model_predicts_for_many_threads(estimator, data, methods):
    model = clone(estimator).set_params(random_state=0).fit(*data)
    for method in methods:
        # Threads predict different parts, so that shared memory would show.
        parts = [data[0][i:] for i in range(N_THREADS)]
        predict = getattr(model, method)
        alone = [predict(part) for part in parts]

        def several(part, predict=predict):
            return [predict(part) for _ in range(5)]

        tasks = [lambda part=part: several(part) for part in parts]
        for results, expected in zip(at_once(tasks), alone, strict=True):
            for result in results:
                np.testing.assert_array_equal(result, expected)


def small_network(y, **options):
    """Return a fitted network for labels or numbers, which are repeated."""
    kind = SimpleMLPClassifier if isinstance(y[0], str) else SimpleMLPRegressor
    unfitted = kind((4,), max_iter=0, random_state=0, engine="numpy", **options)
    return unfitted.fit(X[:6], np.resize(y, 6))


THREE, TWO, ONE = ["bird", "cat", "dog"], ["green", "red"], ["red"]
REFITS = [
    *(
        (method, THREE, labels, {})
        for method in ("predict", "predict_proba", "predict_log_proba")
        for labels in (TWO, ONE)
    ),
    ("predict", THREE, ["blue", "green", "red"], {}),
    ("decision_function", THREE, TWO, {}),
    ("score", THREE, TWO, {}),
    ("transform", THREE, THREE, {"activation": "tanh"}),
    ("hidden_activations", THREE, THREE, {"activation": "tanh"}),
    ("predict", [1.0, 2.0], [3.0, 4.0], {"loss": "poisson"}),
]


def becoming(model, other):
    """Return a decorator of functions, at whose end `model` becomes like `other`."""

    def decorated(function):
        def interrupted(*args):
            result = function(*args)
            vars(model).update(vars(other))
            return result

        return interrupted

    return decorated


@pytest.mark.parametrize(("method", "y", "new_y", "new_options"), REFITS)
def test_a_prediction_during_a_refit_is_of_one_model(
    method, y, new_y, new_options, monkeypatch
):
    """A fit in another thread sets its attributes at several moments in the call."""
    model, other = small_network(y), small_network(new_y, **new_options)
    arguments = (X[:6], np.resize(y, 6)) if method == "score" else (X[:6],)
    before = getattr(model, method)(*arguments)
    refitting = becoming(model, other)
    engine = network.ENGINES["numpy"]
    engine = engine._replace(predict=refitting(engine.predict))
    monkeypatch.setitem(network.ENGINES, "numpy", engine)
    for name in ("knows_columns", "forward", "all_finite"):
        monkeypatch.setattr(_fitted, name, refitting(getattr(_fitted, name)))
    np.testing.assert_equal(getattr(model, method)(*arguments), before)
    after = getattr(other, method)(*arguments)
    np.testing.assert_equal(getattr(model, method)(*arguments), after)


def frame(names):
    return pd.DataFrame(DIABETES[0], columns=list("abcdefghij"))[list(names)]


@pytest.mark.filterwarnings("ignore:Training stopped at max_iter")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (frame("abcd"), frame("bac")),
        (frame("abcd"), frame("abcd").to_numpy()),
        (frame("abcd").to_numpy(), frame("bac")),
        (frame("abcd").to_numpy(), frame("bac").to_numpy()),
    ],
)
def test_a_model_is_whole_until_a_refit_with_other_columns_ends(before, after):
    """A scorer sees the estimator that is fitted from outside, as a thread does."""
    y = DIABETES[1]
    model = SimpleMLPRegressor((4,), max_iter=2, random_state=0).fit(before, y)
    expected, widths = model.predict(before), []

    def score(estimator, X, y):
        old = before if hasattr(model, "feature_names_in_") else np.asarray(before)
        np.testing.assert_array_equal(model.predict(old), expected)
        widths.append(estimator.n_features_in_)
        return -float(np.abs(estimator.predict(X) - y).mean())

    model.set_params(early_stopping=True, scoring=score).fit(after, y)
    assert widths == 2 * [after.shape[1]]
    assert model.n_features_in_ == after.shape[1] == len(model.coefs_[0])
    assert hasattr(model, "feature_names_in_") == isinstance(after, pd.DataFrame)
    if hasattr(model, "feature_names_in_"):
        assert list(model.feature_names_in_) == list(after.columns)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, round_trip])
def test_a_copy_during_training_is_of_one_call(copied, monkeypatch):
    """A call of partial_fit ends in another thread when the weights are copied."""
    stream = SimpleMLPRegressor((4,), random_state=0).partial_fit(*DIABETES)
    later = copy.copy(stream).partial_fit(*DIABETES)
    model, judge = copy.copy(stream), copy.copy(stream)
    training = becoming(model, later)
    monkeypatch.setattr(_base, "weights_to_save", training(_base.weights_to_save))
    monkeypatch.setattr(History, "__deepcopy__", training(History.__deepcopy__))
    copied_model = copied(model)
    assert_same_model(copied_model, judge)
    assert_same_model(copied_model.partial_fit(*DIABETES), judge.partial_fit(*DIABETES))


OPTIONS = {
    "sgd": {},
    "adam": {"solver": "adam", "alpha": 0.1},
    "full batch": {"batch_size": 300},
    "adaptive": {"learning_rate": "adaptive", "n_iter_no_change": 1, "tol": 0.5},
    "early": {"early_stopping": True, "scoring": "accuracy"},
    "lbfgs": {"solver": "lbfgs"},
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("options", OPTIONS.values(), ids=list(OPTIONS))
@pytest.mark.parametrize("engine", ["numpy", "auto"])
def test_models_fit_in_many_threads(engine, options):
    network = clone(NETWORK).set_params(engine=engine, **options)
    seeds = [seed // 2 for seed in range(N_THREADS)]  # each seed twice
    networks = [clone(network).set_params(random_state=seed) for seed in seeds]
    alone = [clone(network).fit(X, Y) for network in networks]
    fits = [lambda network=network: network.fit(X, Y) for network in networks]
    assert_same_models(at_once(fits), alone)


def test_different_trainings_side_by_side():
    """Both engines, both dtypes and all solvers, and partial_fit, at the same time."""
    networks = [
        clone(NETWORK).set_params(random_state=0, **options)
        for options in (
            {"engine": "numpy"},
            {"engine": "auto"},
            {"engine": "auto", "solver": "adam"},
            {"engine": "numpy", "solver": "adam"},
        )
    ]

    def train(network, dtype):
        network = clone(network).fit(X.astype(dtype), Y)
        for _ in range(3):
            network.partial_fit(X[:100].astype(dtype), Y[:100])
        return network

    cases = [(n, dtype) for n in networks for dtype in (np.float32, np.float64)]
    alone = [train(*case) for case in cases]
    tasks = [lambda case=case: train(*case) for case in cases]
    assert_same_models(at_once(tasks), alone)


@pytest.mark.callbacks
def test_checkpoints_side_by_side(tmp_path):
    def train(name):
        path = tmp_path / name
        model = clone(NETWORK).set_params(random_state=0)
        model.set_callbacks(Checkpoint(path, every=1)).fit(X, Y)
        resumed = Checkpoint.resume(path, X, Y)
        path.unlink()
        return resumed

    models = at_once([lambda i=i: train(f"{i}.ckpt") for i in range(4)])
    alone = clone(NETWORK).set_params(random_state=0).fit(X, Y)
    assert_same_models(models, [alone] * 4)


# Newer Pythons warn that forked processes inherit the locks of threads; so do some
# versions of polars, once it was imported.
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:Using fork:RuntimeWarning")
@pytest.mark.parametrize("backend", ["loky", "threading", "multiprocessing"])
def test_backends_of_joblib_give_the_same(backend):
    network = SimpleMLPClassifier(
        (5,), random_state=0, max_iter=5, n_iter_no_change=np.inf
    )
    grid = {"learning_rate_init": [0.01, 0.1], "max_iter": [2, 5]}
    searches = [kind(network, grid, cv=3) for kind in (GridSearchCV, EpochSearchCV)]
    alone = [clone(search).fit(*IRIS) for search in searches]
    scores = cross_val_score(network, *IRIS, cv=3)
    with joblib.parallel_config(backend, n_jobs=2):
        np.testing.assert_array_equal(cross_val_score(network, *IRIS, cv=3), scores)
        found = [search.fit(*IRIS) for search in searches]
    if backend == "loky":  # joblib would keep these processes
        get_reusable_executor().shutdown(wait=True)
    for search, expected in zip(found, alone, strict=True):
        assert_same_search(search, expected)
        assert_same_models([search.best_estimator_], [expected.best_estimator_])
