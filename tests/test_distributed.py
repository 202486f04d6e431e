"""A Dask cluster of two workers. The judge does the same work in this process."""

import contextlib
import multiprocessing
import os
import signal
import threading
import tracemalloc
import uuid
from functools import partial

import joblib
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import Client, LocalCluster
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from support import assert_same_model, assert_same_search

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.model_selection import EpochSearchCV

X, Y = load_iris(return_X_y=True)
FOLDS = list(StratifiedKFold(3).split(X, Y))
# Arrays of this size are scattered over the workers, not sent with each task.
SCATTERED = [X, Y, *(indices for fold in FOLDS for indices in fold)]
NETWORK = SimpleMLPClassifier((5,), n_iter_no_change=np.inf, random_state=0)
PIPELINE = make_pipeline(StandardScaler(), NETWORK)
GRID = {
    "simplemlpclassifier__learning_rate_init": [0.01, 0.1, 0.3],
    "simplemlpclassifier__max_iter": [2, 10],
}
SEARCHES = pytest.mark.parametrize("kind", [GridSearchCV, EpochSearchCV])
N_PARTITIONS, N_ROWS, N_FEATURES = 10, 10_000, 20


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """Start two workers of one thread each; check that nothing is left of them."""
    before = set(multiprocessing.active_children())
    folder = tmp_path_factory.mktemp("dask")
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            dashboard_address=":0",
            local_directory=str(folder),
        ) as cluster,
        Client(cluster) as client,
    ):
        # It would remove the copies of scattered data that survive a kill.
        client.amm.stop()
        yield client
    assert set(multiprocessing.active_children()) <= before
    assert not any("IO loop" in thread.name for thread in threading.enumerate())
    assert not list(folder.glob("dask-scratch-space/worker-*"))


class Accuracy:
    """A scorer that records the calling process, and kills it at the deadly call."""

    def __init__(self, folder, deadly_call=np.inf):
        folder.mkdir()
        self.folder = folder
        self.deadly_call = deadly_call
        self.at_home = os.getpid()

    def __call__(self, estimator, X, y):
        if os.getpid() != self.at_home:
            (self.folder / uuid.uuid4().hex).write_text(str(os.getpid()))
            if len(list(self.folder.iterdir())) >= self.deadly_call:
                # Only one of two concurrent calls can create this file.
                with contextlib.suppress(FileExistsError):
                    self.folder.with_name("died").touch(exist_ok=False)
                    os.kill(os.getpid(), signal.SIGKILL)
        return estimator.score(X, y)

    def callers(self):
        """Return the process of each call."""
        return [int(file.read_text()) for file in self.folder.iterdir()]


@SEARCHES
def test_a_search_on_a_cluster_is_the_local_one(client, kind, tmp_path):
    accuracy = Accuracy(tmp_path / "calls")
    search = kind(PIPELINE, GRID, cv=FOLDS, scoring=accuracy, return_train_score=True)
    judge = clone(search).fit(X, Y)
    with joblib.parallel_config("dask", scatter=SCATTERED):
        search.fit(X, Y)
    assert_same_search(search, judge)
    assert_same_model(search.best_estimator_[-1], judge.best_estimator_[-1])
    workers = set(client.run(os.getpid).values())
    assert set(accuracy.callers()) <= workers
    assert len(accuracy.callers()) == 2 * len(FOLDS) * 6


def test_samples_and_weights_are_sent_unless_scattered(client):
    weights = np.linspace(0.5, 2, len(X))
    name = "simplemlpclassifier__sample_weight"
    search = EpochSearchCV(PIPELINE, GRID, cv=3, every_epoch=True)
    judge = clone(search).fit(X, Y, **{name: weights})
    with joblib.parallel_config("dask"):
        search.fit(X, Y, **{name: weights})
    assert_same_search(search, judge)
    assert_same_model(search.best_estimator_[-1], judge.best_estimator_[-1])
    for ours, its in zip(search.validation_curves_, judge.validation_curves_, strict=1):
        np.testing.assert_array_equal(ours["mean_test_score"], its["mean_test_score"])


@SEARCHES
def test_an_error_on_a_worker_is_that_of_the_local_search(client, kind):
    network = SimpleMLPRegressor((), learning_rate_init=1e30, random_state=0)
    search = kind(network, {"max_iter": [3]}, cv=3, error_score="raise")
    with (
        joblib.parallel_config("dask"),
        pytest.raises(ValueError, match=r"diverged in epoch .* rate of 1e\+30"),
    ):
        search.fit(X, X[:, 0])


@pytest.mark.callbacks
@SEARCHES
def test_a_progress_bar_follows_workers_on_the_same_machine(client, kind, capfd):
    from sklearn.callback import ProgressBar

    search = kind(NETWORK, {"learning_rate_init": [0.01, 0.1]}, cv=FOLDS)
    search.set_callbacks(ProgressBar(max_propagation_depth=1))
    with joblib.parallel_config("dask"):
        search.fit(X, Y)
    assert capfd.readouterr().out.count("candidate-split") == 2 * len(FOLDS)


def write_partitions(folder):
    """Write samples of two classes to Parquet files, and return them as arrays."""
    rng = np.random.RandomState(0)
    shape = (N_PARTITIONS, N_ROWS, N_FEATURES)
    X = rng.standard_normal(shape).astype(np.float32)
    y = (X[:, :, 0] > X[:, :, 1]).astype(np.int64)
    for i in range(N_PARTITIONS):
        table = pa.table({f"x{j}": X[i, :, j] for j in range(N_FEATURES)} | {"y": y[i]})
        pq.write_table(table, folder / f"part-{i}.parquet")
    return X, y


def pass_over(network, paths):
    """Train on one partition after another."""
    for path in paths:
        table = pq.read_table(path)
        y = table["y"].to_numpy()
        columns = [column.to_numpy() for column in table.drop_columns(["y"]).columns]
        network.partial_fit(np.column_stack(columns), y, classes=[0, 1])
    return network


def test_a_pass_over_parquet_holds_a_few_partitions_at_once(tmp_path):
    X, _ = write_partitions(tmp_path)
    paths = sorted(tmp_path.glob("*.parquet"))
    # The automatic alpha is estimated from 500 rows, which takes 6 MB.
    network = SimpleMLPClassifier((10,), alpha=1e-4, engine="numpy", random_state=0)
    pass_over(clone(network), paths[:1])  # also imports what it needs
    pool = pa.proxy_memory_pool(pa.default_memory_pool())
    usual_pool = pa.default_memory_pool()
    pa.set_memory_pool(pool)
    tracemalloc.start()
    try:
        pass_over(network, paths)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        pa.set_memory_pool(usual_pool)
    assert network.t_ == N_PARTITIONS * N_ROWS
    # At once: the file, its columns, its rows, and the memory of training.
    assert X[0].nbytes < peak + pool.max_memory() < 5 * X[0].nbytes == X.nbytes / 2


def test_workers_pass_over_parquet_side_by_side(client, tmp_path):
    X, y = write_partitions(tmp_path)
    paths = sorted(tmp_path.glob("*.parquet"))
    # Compiling for float32 would take longer than the rest of this file.
    network = SimpleMLPClassifier((10,), engine="numpy", random_state=0)
    networks = [clone(network).set_params(alpha=alpha) for alpha in (0, 1)]
    futures = client.map(partial(pass_over, paths=paths), networks)
    for judge, network in zip(networks, client.gather(futures), strict=True):
        for X_part, y_part in zip(X, y, strict=True):
            judge.partial_fit(X_part, y_part, classes=[0, 1])
        assert_same_model(network, judge)


@SEARCHES
def test_a_worker_killed_in_the_middle_of_a_search_changes_nothing(
    client, kind, tmp_path
):
    """Must come last in this file: replacing a worker takes a while."""
    accuracy = Accuracy(tmp_path / "calls", deadly_call=7)
    search = kind(PIPELINE, GRID, cv=FOLDS, scoring=accuracy)
    judge = clone(search).fit(X, Y)
    client.wait_for_workers(2)
    before = client.run(os.getpid)
    with joblib.parallel_config("dask", scatter=SCATTERED):
        search.fit(X, Y)
    assert_same_search(search, judge)
    assert_same_model(search.best_estimator_[-1], judge.best_estimator_[-1])
    # A new process repeated the work of the killed one.
    assert len(set(before.values()) - set(client.run(os.getpid).values())) == 1
    assert len(accuracy.callers()) > len(FOLDS) * len(judge.cv_results_["params"])
