"""The equivalences that the estimators promise, most of them to the last bit."""

import copy
import pickle
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_digits, load_iris, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import get_scorer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.network import ACTIVATIONS

UNSTOPPED = {"n_iter_no_change": np.inf, "tol": 0.0}


def iris():
    X, y = load_iris(return_X_y=True)
    return StandardScaler().fit_transform(X), y


def diabetes(n_outputs=1):
    X, y = load_diabetes(return_X_y=True)
    X = StandardScaler().fit_transform(X)[:100]
    y = StandardScaler().fit_transform(y[:100, None]).ravel()
    return X, y if n_outputs == 1 else np.column_stack([y, X[:, 0], -y])


def weights_of(estimator):
    return np.concatenate(
        [part.ravel() for part in (*estimator.coefs_, *estimator.intercepts_)]
    )


def assert_same_bits(a, b):
    np.testing.assert_array_equal(weights_of(a), weights_of(b))


CLASSIFIER = (SimpleMLPClassifier((6,), **UNSTOPPED, random_state=7), iris())
REGRESSOR = (SimpleMLPRegressor((6,), **UNSTOPPED, random_state=7), diabetes())
BOTH = pytest.mark.parametrize(
    ("estimator", "data"), [CLASSIFIER, REGRESSOR], ids=["classifier", "regressor"]
)
SOLVERS = pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
STOCHASTIC = pytest.mark.parametrize("solver", ["sgd", "adam"])


# Law 2: weights ---------------------------------------------------------------


@BOTH
@SOLVERS
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_integer_weights_equal_repetition_and_zero_equals_absence(
    estimator, data, solver
):
    X, y = data
    weights = np.random.RandomState(0).randint(0, 3, size=len(y))
    estimator = clone(estimator).set_params(solver=solver, max_iter=15, alpha=0.1)
    estimator.set_params(batch_size=10**6)
    weighted = clone(estimator).fit(X, y, sample_weight=weights)
    repeated = clone(estimator).fit(np.repeat(X, weights, 0), np.repeat(y, weights))
    np.testing.assert_allclose(
        weights_of(weighted), weights_of(repeated), rtol=1e-7, atol=1e-9
    )
    np.testing.assert_allclose(weighted.loss_curve_, repeated.loss_curve_, rtol=1e-9)


@pytest.mark.parametrize("loss", ["poisson", "squared_error"])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
def test_a_row_of_weight_zero_may_hold_anything(loss, kind):
    """Sentinels such as 9999 would overflow, and infinity times 0 is not 0."""
    X, y = diabetes()
    y = np.abs(y)
    odd_X, odd_y = np.vstack([X, np.full(10, 1e5)]), np.append(y, 1e160)
    weights = np.append(np.ones(100), 0.0)
    regressor = SimpleMLPRegressor(
        (), loss=loss, batch_size=101, max_iter=5, random_state=0, **UNSTOPPED
    )
    with_row = clone(regressor).fit(kind(odd_X), odd_y, sample_weight=weights)
    without = clone(regressor).fit(kind(X), y)
    np.testing.assert_allclose(weights_of(with_row), weights_of(without), rtol=1e-9)


@pytest.mark.parametrize("class_weight", ["balanced", {0: 3, 2: 0.5}])
@pytest.mark.parametrize("early_stopping", [False, True])
def test_class_weight_equals_its_sample_weight(class_weight, early_stopping):
    X, y = iris()
    X, y = X[20:], y[20:]
    own = np.random.RandomState(0).uniform(0.5, 2, len(y))
    by_class = np.ones(3)
    if class_weight == "balanced":
        by_class = own.sum() / (3 * np.bincount(y, own))
    else:
        by_class[[0, 2]] = 3, 0.5
    estimator = SimpleMLPClassifier(
        (5,),
        max_iter=20,
        n_iter_no_change=np.inf,
        early_stopping=early_stopping,
        random_state=0,
    )
    by_classes = clone(estimator).set_params(class_weight=class_weight)
    by_classes.fit(X, y, sample_weight=own)
    by_samples = clone(estimator).fit(X, y, sample_weight=own * by_class[y])
    np.testing.assert_allclose(
        weights_of(by_classes), weights_of(by_samples), rtol=1e-9
    )
    scores = by_samples.validation_scores_
    assert by_classes.validation_scores_ == (scores and pytest.approx(scores))


@STOCHASTIC
def test_a_minibatch_of_zero_total_weight_changes_nothing(solver):
    """Weight on one minibatch of five is training on that minibatch alone.

    W is the same for both, n is 5 times as large: so is the step of the loss, and
    of sgd with a fifth of the rate and 5 times the penalty.
    """
    X, y = diabetes()
    weights = np.zeros(100)
    weights[40:60] = 1
    regressor = SimpleMLPRegressor(
        (5,),
        solver=solver,
        learning_rate_init=0.01,
        batch_size=20,
        shuffle=False,
        random_state=0,
        normalize_y=False,
        alpha=0.0 if solver == "adam" else 0.1,
        max_iter=5,
        epsilon=1e-300,
        **UNSTOPPED,
    )
    one_in_five = clone(regressor).fit(X, y, sample_weight=weights)
    if solver == "sgd":
        regressor.set_params(learning_rate_init=0.05, alpha=0.1 / 5)
    alone = regressor.fit(X[40:60], y[40:60])
    np.testing.assert_allclose(weights_of(one_in_five), weights_of(alone), rtol=1e-9)
    if solver == "adam":
        np.testing.assert_allclose(one_in_five.loss_curve_, alone.loss_curve_)


# Law 3: going on --------------------------------------------------------------


def round_trip(estimator):
    return pickle.loads(pickle.dumps(estimator))


SCHEDULES = [
    {"solver": "sgd", "learning_rate": "constant", "momentum": 0.0},
    {"solver": "sgd", "learning_rate": "constant", "nesterovs_momentum": False},
    {"solver": "sgd", "learning_rate": "invscaling"},
    {"solver": "sgd", "learning_rate": "adaptive", "n_iter_no_change": 2, "tol": 0.1},
    {"solver": "adam"},
]


@BOTH
@pytest.mark.parametrize("options", SCHEDULES, ids=str)
@pytest.mark.parametrize("pickled", [False, True])
@pytest.mark.filterwarnings("ignore:Training stopped after max_iter")
def test_partial_fit_k_times_is_a_fit_of_k_epochs(estimator, data, options, pickled):
    X, y = data
    estimator = clone(estimator).set_params(max_iter=8, batch_size=16, **options)
    whole = clone(estimator).fit(X, y)
    parts = clone(estimator)
    for _ in range(8):
        first = not hasattr(parts, "coefs_")
        classes = {"classes": np.unique(y)} if first and data is CLASSIFIER[1] else {}
        parts.partial_fit(X, y, **classes)
        parts = round_trip(parts) if pickled else parts
    assert_same_bits(whole, parts)
    assert parts.history_ == whole.history_
    assert parts.n_iter_ == whole.n_iter_ == 8
    assert parts.t_ == whole.t_ == 8 * len(y)
    assert parts.best_loss_ == whole.best_loss_


@BOTH
@pytest.mark.parametrize("options", SCHEDULES, ids=str)
@pytest.mark.parametrize("pickled", [False, True])
@pytest.mark.filterwarnings("ignore:Training stopped after max_iter")
def test_warm_started_fits_go_on(estimator, data, options, pickled):
    X, y = data
    estimator = clone(estimator).set_params(batch_size=16, **options)
    whole = clone(estimator).set_params(max_iter=8).fit(X, y)
    parts = clone(estimator).set_params(max_iter=5, warm_start=True).fit(X, y)
    parts = round_trip(parts) if pickled else parts
    parts.set_params(max_iter=3).fit(X, y)
    assert_same_bits(whole, parts)
    assert parts.loss_curve_ == whole.loss_curve_[5:]
    assert (parts.n_iter_, parts.t_) == (3, 8 * len(y))


def test_a_changed_rate_or_momentum_is_obeyed():
    X, y = diabetes()
    start = SimpleMLPRegressor((5,), random_state=0, batch_size=10).partial_fit(X, y)
    slow, fast, free = (pickle.loads(pickle.dumps(start)) for _ in range(3))
    slow.set_params(learning_rate_init=1e-12).partial_fit(X, y)
    fast.set_params(learning_rate_init=0.03).partial_fit(X, y)
    free.set_params(momentum=0.0, learning_rate_init=1e-12).partial_fit(X, y)
    assert fast.history_["learning_rate"][-1] == 0.03
    # What is left of the movement is the momentum of the first call.
    assert np.abs(weights_of(slow) - weights_of(start)).max() > 1e-4
    assert np.abs(weights_of(fast) - weights_of(start)).max() > 1e-2
    np.testing.assert_allclose(weights_of(free), weights_of(start), atol=1e-9)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hidden_layer_sizes", (5, 5)),
        ("activation", "tanh"),
        ("fit_intercept", False),
        ("loss", "absolute_error"),
        ("out_activation", "tanh"),
        ("normalize_y", False),
    ],
)
@pytest.mark.parametrize("warm_start", [False, True])
def test_a_changed_architecture_is_refused_by_name(name, value, warm_start):
    X, y = diabetes()
    regressor = SimpleMLPRegressor((5,), max_iter=2, warm_start=warm_start, **UNSTOPPED)
    regressor.fit(X, y).set_params(**{name: value})
    again = regressor.fit if warm_start else regressor.partial_fit
    with pytest.raises(ValueError, match=f"{name} was .* can't become"):
        again(X, y)


# Law 4: scikit-learn's trajectory -----------------------------------------------


def same_start(ours, theirs, X, y, **options):
    """Fit both from the weights that scikit-learn draws."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs.fit(X, y)
    return ours.set_params(init="glorot_uniform", random_state=theirs.random_state).fit(
        X, y
    )


TRAJECTORIES = [
    {"solver": "sgd", "momentum": 0.0, "learning_rate_init": 0.1},
    {"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": False},
    {"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": True},
    {"solver": "sgd", "learning_rate": "invscaling", "power_t": 0.3},
    {"solver": "adam", "learning_rate_init": 0.01, "beta_1": 0.8, "epsilon": 1e-6},
]


@pytest.mark.parametrize("options", TRAJECTORIES, ids=str)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_full_batch_trajectory_is_scikit_learns(options, activation, n_classes):
    X, y = iris()
    X, y = X[y < n_classes], y[y < n_classes]
    options = {"learning_rate_init": 0.02, **options}
    shared = {
        "hidden_layer_sizes": (5, 4),
        "activation": activation,
        "alpha": 0.05,
        "max_iter": 30,
        "batch_size": len(y),
        "random_state": 3,
        **UNSTOPPED,
        **options,
    }
    theirs = MLPClassifier(**shared)
    ours = same_start(SimpleMLPClassifier(**shared), theirs, X, y)
    np.testing.assert_allclose(weights_of(ours), weights_of(theirs), rtol=0, atol=1e-10)
    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-10)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X))


@pytest.mark.parametrize("options", TRAJECTORIES[:3], ids=str)
@pytest.mark.parametrize("n_outputs", [1, 3])
def test_full_batch_regression_trajectory_is_scikit_learns(options, n_outputs):
    """scikit-learn's squared error is summed over outputs, ours is averaged."""
    X, y = diabetes(n_outputs)
    options = {"learning_rate_init": 0.02, **options}
    shared = {
        "hidden_layer_sizes": (5,),
        "activation": "logistic",
        "max_iter": 30,
        "batch_size": len(y),
        "random_state": 3,
        **UNSTOPPED,
        **options,
    }
    theirs = MLPRegressor(alpha=0.3, **shared)
    ours = SimpleMLPRegressor(normalize_y=False, alpha=0.3 / n_outputs, **shared)
    ours.set_params(learning_rate_init=n_outputs * options["learning_rate_init"])
    same_start(ours, theirs, X, y)
    np.testing.assert_allclose(weights_of(ours), weights_of(theirs), rtol=0, atol=1e-10)


def test_weighted_full_batch_trajectory_is_scikit_learns():
    X, y = iris()
    weights = np.random.RandomState(0).uniform(0, 3, len(y))
    shared = {
        "hidden_layer_sizes": (5,),
        "activation": "logistic",
        "solver": "sgd",
        "learning_rate_init": 0.05,
        "alpha": 0.2,
        "max_iter": 20,
        "batch_size": len(y),
        "random_state": 3,
        **UNSTOPPED,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs = MLPClassifier(**shared).fit(X, y, sample_weight=weights)
    ours = SimpleMLPClassifier(init="glorot_uniform", **shared)
    ours.fit(X, y, sample_weight=weights)
    np.testing.assert_allclose(weights_of(ours), weights_of(theirs), rtol=0, atol=1e-10)


def test_poisson_trajectory_is_scikit_learns():
    X, y = diabetes()
    y = np.random.RandomState(0).poisson(np.exp(0.3 * y))
    shared = {
        "hidden_layer_sizes": (5,),
        "activation": "logistic",
        "solver": "sgd",
        "loss": "poisson",
        "learning_rate_init": 0.02,
        "max_iter": 20,
        "batch_size": len(y),
        "random_state": 3,
        **UNSTOPPED,
    }
    theirs = MLPRegressor(**shared)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        start = clone(theirs).set_params(max_iter=1, learning_rate_init=1e-300)
        start.fit(X, y)
        theirs.fit(X, y)
    ours = SimpleMLPRegressor(
        coefs_init=start.coefs_, intercepts_init=start.intercepts_, **shared
    ).fit(X, y)
    np.testing.assert_allclose(weights_of(ours), weights_of(theirs), rtol=0, atol=1e-10)
    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-10)


def test_lbfgs_reaches_scikit_learns_optimum():
    X, y = iris()
    shared = {
        "hidden_layer_sizes": (),
        "activation": "logistic",
        "solver": "lbfgs",
        "alpha": 50.0,
        "max_iter": 1000,
        "tol": 1e-9,
        "random_state": 3,
    }
    theirs = MLPClassifier(**shared).fit(X, y)
    ours = SimpleMLPClassifier(init="normal", **shared).fit(X, y)
    # Both end by L-BFGS-B's own test, a relative fall of the loss below 2.2e-9.
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=2.2e-9)
    np.testing.assert_allclose(
        ours.predict_proba(X), theirs.predict_proba(X), atol=1e-4
    )


# Law 5: sparse input and float32 ----------------------------------------------


@BOTH
@SOLVERS
@pytest.mark.parametrize("kind", ["csr_matrix", "csc_matrix", "csr_array", "csc_array"])
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_sparse_equals_dense(estimator, data, solver, kind):
    X, y = data
    X = np.where(np.abs(X) > 0.8, X, 0.0)
    estimator = clone(estimator).set_params(solver=solver, max_iter=10)
    dense = clone(estimator).fit(X, y)
    from_sparse = clone(estimator).fit(getattr(sparse, kind)(X), y)
    np.testing.assert_allclose(
        weights_of(from_sparse), weights_of(dense), rtol=1e-7, atol=1e-9
    )
    np.testing.assert_allclose(
        from_sparse.predict(getattr(sparse, kind)(X)), dense.predict(X), atol=1e-7
    )


@SOLVERS
@pytest.mark.parametrize("y_dtype", [np.float32, np.float64, np.int64])
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_float32_stays_float32(solver, y_dtype):
    X, y = diabetes()
    X, y = X.astype(np.float32), np.round(10 * y).astype(y_dtype)
    weights = np.ones(100)
    regressor = SimpleMLPRegressor((5,), solver=solver, max_iter=5, **UNSTOPPED)
    regressor.fit(X, y, sample_weight=weights)
    classifier = SimpleMLPClassifier((5,), solver=solver, max_iter=5, **UNSTOPPED)
    classifier.fit(X, y > 0, sample_weight=weights)
    for estimator in (regressor, classifier):
        for part in (*estimator.coefs_, *estimator.intercepts_):
            assert part.dtype == np.float32
    assert regressor.predict(X).dtype == np.float32
    assert classifier.predict_proba(X).dtype == np.float32
    assert classifier.predict_log_proba(X).dtype == np.float32
    assert classifier.decision_function(X).dtype == np.float32


@STOCHASTIC
def test_float32_trains_in_float32(solver, monkeypatch):
    seen = set()
    from sknn_simple.network import optimizers

    step = optimizers.OPTIMIZERS[solver].step

    def spy(self, parameters, gradient, learning_rate):
        seen.update({parameters.dtype, gradient.dtype})
        step(self, parameters, gradient, learning_rate)

    monkeypatch.setattr(optimizers.OPTIMIZERS[solver], "step", spy)
    X, y = diabetes()
    SimpleMLPRegressor(
        (5,), solver=solver, max_iter=2, engine="numpy", **UNSTOPPED
    ).fit(X.astype(np.float32), y, sample_weight=np.ones(100))
    assert seen == {np.dtype(np.float32)}


def test_float32_model_continues_in_float32():
    X, y = diabetes()
    regressor = SimpleMLPRegressor((5,)).partial_fit(X.astype(np.float32), y)
    assert regressor.partial_fit(X, y).coefs_[0].dtype == np.float32


# Law 7: the same bits -----------------------------------------------------------

SCRIPT = """
import sys, numpy as np
from sklearn.datasets import load_digits
from sknn_simple import SimpleMLPClassifier
X, y = load_digits(return_X_y=True)
m = SimpleMLPClassifier((16,), random_state=5, max_iter=3, n_iter_no_change=np.inf)
m.fit(X / 16, y)
sys.stdout.buffer.write(m.predict_proba(X[:50] / 16).tobytes())
"""


def test_same_bits_in_another_process_under_threads_and_again():
    X, y = load_digits(return_X_y=True)
    X = X / 16
    estimator = SimpleMLPClassifier(
        (16,), random_state=5, max_iter=3, n_iter_no_change=np.inf
    )
    with ThreadPoolExecutor(4) as pool:
        models = list(pool.map(lambda _: clone(estimator).fit(X, y), range(4)))
    models.append(clone(estimator).fit(X, y))
    models.append(models[-1].fit(X, y))
    first = models[0].predict_proba(X[:50]).tobytes()
    assert {model.predict_proba(X[:50]).tobytes() for model in models} == {first}
    other = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True)
    assert other.returncode == 0, other.stderr.decode()
    assert other.stdout == first


def test_one_model_predicts_the_same_from_many_threads():
    X, y = iris()
    model = SimpleMLPClassifier((20, 20), random_state=0, max_iter=3, **UNSTOPPED)
    expected = model.fit(X, y).predict_proba(X)
    with ThreadPoolExecutor(8) as pool:
        for result in pool.map(lambda _: model.predict_proba(X), range(200)):
            np.testing.assert_array_equal(result, expected)


def test_a_callers_random_state_is_drawn_from():
    X, y = diabetes()
    rng = np.random.RandomState(0)
    first = SimpleMLPRegressor((5,), random_state=rng, max_iter=2, **UNSTOPPED)
    second = SimpleMLPRegressor((5,), random_state=rng, max_iter=2, **UNSTOPPED)
    a, b = weights_of(first.fit(X, y)), weights_of(second.fit(X, y))
    assert not np.array_equal(a, b)


# Law 8: all or nothing ------------------------------------------------------------


class Bomb:
    """A callback that raises at the end of an epoch."""

    def __init__(self, epoch, error):
        self.epoch = epoch
        self.error = error
        self.torn_down = 0

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        self.torn_down += 1

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        if context.task_name == "epoch" and context.task_id == self.epoch:
            raise self.error("boom")


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
    bomb = Bomb(2, RuntimeError)
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
    assert_same_bits(regressor, same.partial_fit(X, y))
    assert regressor.history_ == same.history_


@SOLVERS
def test_ctrl_c_keeps_the_last_finished_epoch(solver):
    X, y = diabetes()
    regressor = SimpleMLPRegressor((5,), solver=solver, random_state=0, max_iter=9)
    regressor.set_params(n_iter_no_change=np.inf, warm_start=True)
    whole = clone(regressor).set_params(max_iter=3, tol=0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        whole.fit(X, y)
    interrupted = clone(regressor).set_callbacks(Bomb(2, KeyboardInterrupt))
    with pytest.warns(UserWarning, match="interrupted"):
        interrupted.fit(X, y)
    assert interrupted.n_iter_ == 3
    np.testing.assert_allclose(weights_of(interrupted), weights_of(whole), rtol=1e-12)


def test_ctrl_c_in_mid_epoch_goes_back_to_the_last_finished_one(monkeypatch):
    from sknn_simple.network import optimizers

    X, y = diabetes()
    regressor = SimpleMLPRegressor(
        (5,), random_state=0, batch_size=10, max_iter=5, warm_start=True, **UNSTOPPED
    ).set_params(engine="numpy")  # compiled loops are not interrupted in mid-epoch
    two = clone(regressor).set_params(max_iter=2).fit(X, y)
    step, calls = optimizers.SGD.step, []

    def interrupted_step(self, *args):
        calls.append(None)
        if len(calls) == 25:
            raise KeyboardInterrupt
        step(self, *args)

    monkeypatch.setattr(optimizers.SGD, "step", interrupted_step)
    with pytest.warns(UserWarning, match="interrupted after 2 epochs"):
        regressor.fit(X, y)
    assert_same_bits(regressor, two)
    assert (regressor.n_iter_, regressor.t_) == (2, 200)
    assert regressor.history_ == two.history_
    kept, other = regressor._continuation.state, two._continuation.state
    np.testing.assert_array_equal(kept.optimizer.velocity, other.optimizer.velocity)
    # Both go on in the same order of samples.
    assert_same_bits(regressor.fit(X, y), two.set_params(max_iter=5).fit(X, y))


def test_ctrl_c_before_the_first_epoch_is_raised():
    X, y = diabetes()
    regressor = SimpleMLPRegressor((5,))

    class Impatient(Bomb):
        def on_fit_task_begin(self, estimator, context):
            raise self.error

    regressor.set_callbacks(Impatient(0, KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        regressor.fit(X, y)
    assert not hasattr(regressor, "coefs_")


# Law 9: patience and early stopping ----------------------------------------------


@SOLVERS
def test_patience_stops_after_exactly_so_many_epochs(solver):
    """With a tol that no epoch can reach, only the first one counts as progress."""
    # L-BFGS, whose tol is one of the gradient, is patient in early stopping alone.
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


@BOTH
@SOLVERS
@pytest.mark.parametrize("scoring", [None, "loss", "scorer"])
@pytest.mark.parametrize("own_validation", [False, True])
@pytest.mark.filterwarnings("ignore:Training stopped after max_iter")
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
        from sklearn.model_selection import train_test_split

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
    # The weights after that epoch, as a callback saw them then.
    np.testing.assert_array_equal(weights_of(watched), recorder.weights[best])
    if scoring is None:
        assert watched.score(X_val, y_val) == pytest.approx(max(scores), rel=1e-9)
    if scoring == "loss":
        assert scores == [-loss for loss in watched.history_["validation_loss"]]
    assert {len(column) for column in watched.history_.values()} == {len(scores)}


class Recorder(Bomb):
    """A callback that keeps the weights of the fitted estimator it is shown."""

    def __init__(self):
        super().__init__(-1, None)
        self.weights = {}

    def on_fit_task_begin(self, estimator, context, *, fitted_estimator=None):
        if context.task_name == "epoch" and context.task_id == 0:
            self.weights[0] = weights_of(fitted_estimator)

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        if context.task_name == "epoch":
            self.weights[context.task_id + 1] = weights_of(fitted_estimator)


def test_validation_loss_is_that_of_log_loss():
    from sklearn.metrics import log_loss

    X, y = iris()
    order = np.random.RandomState(0).permutation(len(y))
    X, y = X[order], y[order]
    weights = np.random.RandomState(1).uniform(0.5, 2, 50)
    classifier = SimpleMLPClassifier(
        (5,), early_stopping=True, max_iter=1, n_iter_no_change=np.inf, alpha=3.0
    )
    classifier.fit(
        X[50:], y[50:], X_val=X[:50], y_val=y[:50], sample_weight_val=weights
    )
    expected = log_loss(y[:50], classifier.predict_proba(X[:50]), sample_weight=weights)
    assert classifier.history_["validation_loss"] == [pytest.approx(expected, rel=1e-9)]


# Law 10: divergence ---------------------------------------------------------------


@BOTH
@STOCHASTIC
def test_divergence_names_epoch_rate_and_what_to_try(estimator, data, solver):
    X, y = data
    estimator = clone(estimator).set_params(
        solver=solver, activation="relu", learning_rate_init=1e160
    )
    with pytest.raises(ValueError, match=r"diverged in epoch \d.*1e\+160.*lower"):
        estimator.fit(X, y)


def test_a_loss_that_only_rises_is_divergence():
    """Saturated sigmoids: nothing overflows, and nothing is learned."""
    X, y = load_iris(return_X_y=True)
    classifier = SimpleMLPClassifier((10,), learning_rate_init=50.0, random_state=0)
    with pytest.raises(ValueError, match="the loss rose from"):
        classifier.fit(X, y)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_noise_is_not_divergence():
    """There is nothing to learn: the loss ends above where it began, by chance."""
    rng = np.random.RandomState(0)
    risen = 0
    for seed in range(300):
        X, y = rng.uniform(size=(40, 3)), rng.randint(0, 4, 40)
        X[X < 0.6] = 0
        model = SimpleMLPClassifier(random_state=seed).fit(X, y)
        risen += model.loss_ > 1.3 * model.loss_curve_[0]
    assert risen > 0


@pytest.mark.filterwarnings("error")
def test_a_risen_loss_is_divergence_without_patience_too():
    X, y = iris()
    classifier = SimpleMLPClassifier(
        activation="relu", learning_rate_init=3.0, random_state=0, **UNSTOPPED
    )
    for max_iter in (8, 50):
        with pytest.raises(ValueError, match=r"diverged.* 'auto' is 0.1 here"):
            classifier.set_params(max_iter=max_iter).fit(X, y)


def test_training_far_worse_than_a_constant_is_warned_of():
    X, y = load_wine(return_X_y=True)
    with pytest.warns(ConvergenceWarning, match="answer the same for every sample"):
        SimpleMLPClassifier(random_state=0).fit(X, y)


def test_float32_overflow_is_divergence():
    X, y = diabetes()
    with pytest.raises(ValueError, match="no longer finite"):
        SimpleMLPRegressor((5,), activation="relu").fit(
            X.astype(np.float32) * np.float32(1e37), y
        )


# Scaling of targets ---------------------------------------------------------------


@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("fit_intercept", [False, True])
def test_normalize_y_is_training_on_standardised_targets(n_outputs, fit_intercept):
    X, y = diabetes(n_outputs)
    y = 50 + 20 * y
    weights = np.random.RandomState(0).uniform(0, 2, 100)
    mean = np.average(y, weights=weights, axis=0)
    scale = np.sqrt(np.average((y - mean) ** 2, weights=weights, axis=0))
    if not fit_intercept:
        mean = 0 * mean
    options = {"max_iter": 5, "random_state": 0, "fit_intercept": fit_intercept}
    scaled = SimpleMLPRegressor((5,), **UNSTOPPED, **options)
    scaled.fit(X, y, sample_weight=weights)
    plain = SimpleMLPRegressor((5,), normalize_y=False, **UNSTOPPED, **options)
    plain.fit(X, (y - mean) / scale, sample_weight=weights)
    np.testing.assert_allclose(scaled.predict(X), plain.predict(X) * scale + mean)
    np.testing.assert_allclose(scaled.loss_curve_, plain.loss_curve_)
    if not fit_intercept:
        np.testing.assert_array_equal(scaled.intercepts_[-1], 0 * plain.intercepts_[-1])


def test_given_weights_are_in_the_units_of_y():
    X, y = diabetes()
    y = 1000 + 300 * y
    trained = SimpleMLPRegressor((5,), max_iter=5, random_state=0, **UNSTOPPED)
    trained.fit(X, y)
    started = SimpleMLPRegressor(
        (5,),
        coefs_init=trained.coefs_,
        intercepts_init=trained.intercepts_,
        learning_rate_init=1e-300,
        max_iter=1,
        **UNSTOPPED,
    ).fit(X[:60], y[:60])
    np.testing.assert_allclose(started.predict(X), trained.predict(X), rtol=1e-10)


# What goes on from what -------------------------------------------------------------


def test_partial_fit_goes_on_after_early_stopping_and_adds_up():
    X, y = iris()
    model = SimpleMLPClassifier(
        (5,), early_stopping=True, max_iter=4, random_state=0, **UNSTOPPED
    ).fit(X, y)
    model.set_params(early_stopping=False).partial_fit(X, y)
    assert model.n_iter_ == len(model.loss_curve_) == 5
    assert model.best_loss_ == min(model.loss_curve_)
    assert model.history_["validation_score"][-1] is None
    assert {len(column) for column in model.history_.values()} == {5}
    assert model.t_ == 4 * 135 + 150
    same = round_trip(model)
    assert same.history_ == model.history_


def test_the_best_loss_is_not_the_last():
    X, y = diabetes()
    model = SimpleMLPRegressor((5,), random_state=0, batch_size=10)
    for rate in (0.05, 0.05, 0.8):
        model.set_params(learning_rate_init=rate).partial_fit(X, y)
    assert model.best_loss_ == min(model.loss_curve_) < model.loss_


def test_patience_for_a_score_is_not_patience_for_a_loss():
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
    # The loss falls in each epoch, and so the rate does not.
    assert (np.diff(model.loss_curve_) < 0).all()
    assert len(set(model.history_["learning_rate"])) == 1


@STOCHASTIC
def test_early_stopping_keeps_no_momentum(solver):
    X, y = iris()
    model = SimpleMLPClassifier(
        (5,),
        solver=solver,
        early_stopping=True,
        warm_start=True,
        max_iter=3,
        random_state=0,
        **UNSTOPPED,
    ).fit(X, y)
    assert all(
        part is None or np.isscalar(part)
        for part in np.atleast_1d(model._continuation.state.optimizer.snapshot())
    )


@pytest.mark.parametrize("between", ["plain", "X_val"])
def test_a_warm_start_holds_out_the_same_rows(between, monkeypatch):
    from sknn_simple import _samples

    seeds, hold_out = [], _samples.hold_out
    monkeypatch.setattr(
        _samples,
        "hold_out",
        lambda estimator, samples, seed: (
            seeds.append(seed) or hold_out(estimator, samples, seed)
        ),
    )
    X, y = iris()
    model = SimpleMLPClassifier(
        (5,),
        early_stopping=True,
        warm_start=True,
        max_iter=2,
        random_state=np.random.RandomState(0),
        **UNSTOPPED,
    ).fit(X, y)
    if between == "plain":
        model.set_params(early_stopping=False).fit(X, y).set_params(early_stopping=True)
    else:
        model.fit(X, y, X_val=X, y_val=y)
    model.fit(X, y)
    assert len(seeds) == 2
    assert seeds[0] == seeds[1]


def test_a_changed_seed_draws_another_order():
    X, y = diabetes()
    start = SimpleMLPRegressor((5,), random_state=0, batch_size=10).partial_fit(X, y)
    same, other = round_trip(start), round_trip(start)
    same.partial_fit(X, y)
    other.set_params(random_state=1).partial_fit(X, y)
    assert np.abs(weights_of(same) - weights_of(other)).max() > 1e-6


def test_partial_fit_after_a_plain_fit_goes_on_counting():
    X, y = diabetes()
    model = SimpleMLPRegressor((5,), max_iter=3, random_state=0, **UNSTOPPED)
    coefs = model.fit(X, 10 + 3 * y).coefs_[0].copy()
    model.set_params(learning_rate_init=1e-300).partial_fit(X, 10 + 3 * y)
    assert (model.t_, model.n_iter_) == (400, 4)
    np.testing.assert_array_equal(model.coefs_[0], coefs)


def test_partial_fits_share_their_history_until_they_part():
    """Nothing is copied, for that would take longer with each call."""
    X, y = iris()
    first = SimpleMLPClassifier((3,), random_state=0)
    first.partial_fit(X, y, classes=[0, 1, 2])
    second, losses = copy.copy(first), first.loss_curve_
    columns = first._history.columns
    assert first.partial_fit(X, y)._history.columns is columns
    second.partial_fit(X[::2], y[::2])
    assert second.loss_curve_[:1] == losses == first.loss_curve_[:1]
    assert second.loss_curve_[1] != first.loss_curve_[1]
    assert (len(first.loss_curve_), len(second.loss_curve_)) == (2, 2)
    assert first.best_loss_ == min(first.loss_curve_)
    assert second.best_loss_ == min(second.loss_curve_)


def test_a_partial_fit_that_fails_late_leaves_the_history():
    X, y = diabetes()
    model = SimpleMLPRegressor((5,), random_state=0).partial_fit(X, y)
    other, history = copy.copy(model), model.history_
    model.set_callbacks(Bomb(0, RuntimeError))
    with pytest.raises(RuntimeError, match="boom"):
        model.partial_fit(X, y)
    assert model.history_ == history
    assert model.n_iter_ == 1
    model.set_callbacks().partial_fit(X, y)
    assert other.history_ == history


class InterruptingScorer:
    """A scorer during whose fourth call the user presses Ctrl-C."""

    def __init__(self):
        self.n_calls = 0

    def __call__(self, estimator, X, y):
        self.n_calls += 1
        if self.n_calls == 4:
            raise KeyboardInterrupt
        return estimator.score(X, y)


def test_ctrl_c_in_a_scorer_undoes_the_epoch():
    """Weights, counts and the order of samples are those after the epoch before."""
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
    assert len(record) == 1  # none of epochs that were not enough
    whole = clone(model).set_params(max_iter=3, scoring=None, **UNSTOPPED).fit(X, y)
    assert model.loss_ == whole.loss_ == model.loss_curve_[-1]
    assert (model.n_iter_, model.t_) == (3, whole.t_)
    for estimator in (model, whole):
        estimator.set_params(early_stopping=False, max_iter=2, **UNSTOPPED).fit(X, y)
    assert_same_bits(model, whole)


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


def test_a_warm_start_at_the_optimum_keeps_the_units_of_y():
    X, _ = diabetes()
    y = X @ np.arange(10.0) + 7
    model = SimpleMLPRegressor(
        (),
        solver="lbfgs",
        warm_start=True,
        alpha=0.0,
        tol=1e-3,
        random_state=0,
        coefs_init=[np.arange(10.0)[:, None]],
        intercepts_init=[[7.0]],
    ).fit(X, y)
    assert model.n_iter_ == len(model.loss_curve_) == 0
    model.set_params(solver="sgd", learning_rate_init=1e-12, max_iter=1, **UNSTOPPED)
    model.fit(X, 10 * y)
    np.testing.assert_allclose(model.predict(X), y, atol=1e-6)


def test_weights_count_in_validation():
    X, y = iris()
    order = np.random.RandomState(0).permutation(150)
    X, y = X[order], y[order]
    weights = np.random.RandomState(1).uniform(0, 5, 60)
    for scoring, metric in ((None, "accuracy"), ("neg_log_loss", "neg_log_loss")):
        model = SimpleMLPClassifier(
            (5,),
            early_stopping=True,
            scoring=scoring,
            max_iter=3,
            random_state=0,
            learning_rate_init=0.01,
            **UNSTOPPED,
        )
        model.fit(X[60:], y[60:], X_val=X[:60], y_val=y[:60], sample_weight_val=weights)
        expected = get_scorer(metric)(model, X[:60], y[:60], sample_weight=weights)
        assert model.best_validation_score_ == pytest.approx(expected, rel=1e-12)


def test_a_coef_that_overflows_in_the_last_step_is_divergence():
    """The loss of an epoch is taken before its last step."""
    with pytest.raises(ValueError, match="a coef or intercept is no longer finite"):
        SimpleMLPRegressor(
            (),
            activation="identity",
            learning_rate_init=1e305,
            max_iter=1,
            normalize_y=False,
            batch_size=2,
            **UNSTOPPED,
        ).fit([[1e3], [-1e3]], [1e3, 5.0])


def test_a_loss_a_little_higher_than_at_first_is_noise():
    """From the optimum, minibatches can only raise the loss."""
    X, y = diabetes()
    y = y + np.random.RandomState(0).standard_normal(100)
    best = SimpleMLPRegressor(
        (), solver="lbfgs", alpha=0.0, random_state=0, tol=1e-9
    ).fit(X, y)
    noisy = SimpleMLPRegressor(
        (),
        coefs_init=best.coefs_,
        intercepts_init=best.intercepts_,
        batch_size=5,
        learning_rate_init=0.012,
        random_state=0,
        alpha=0.0,
    ).fit(X, y)
    assert 1.001 < noisy.loss_ / noisy.loss_curve_[0] < 1.5


def test_the_options_of_lbfgs():
    X, y = diabetes()
    base = SimpleMLPRegressor((5,), solver="lbfgs", random_state=0, tol=1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        full = clone(base).set_params(n_iter_no_change=1).fit(X, y)
        few = clone(base).set_params(max_fun=1).fit(X, y)
    coarse = clone(base).set_params(tol=0.05).fit(X, y)
    assert few.n_iter_ <= 1
    assert 0 < coarse.n_iter_ < full.n_iter_


AUTO_RATES = [
    (SimpleMLPClassifier, 10, {}, 0.1),
    (SimpleMLPClassifier, 100, {"solver": "adam"}, 0.01),
    (SimpleMLPClassifier, 10, {"loss": "squared_error"}, 1.0),
    (SimpleMLPClassifier, 100, {"loss": "squared_error"}, 0.3),
    (SimpleMLPClassifier, 100, {"loss": "squared_error", "solver": "adam"}, 0.003),
    (SimpleMLPRegressor, 5, {}, 0.05),
    (SimpleMLPRegressor, 100, {}, 0.005),
    (SimpleMLPRegressor, 100, {"solver": "adam"}, 0.003),
    (SimpleMLPRegressor, 100, {"out_activation": "logistic"}, 0.3),
    (SimpleMLPRegressor, 10, {"loss": "poisson"}, 0.003),
    (SimpleMLPRegressor, 100, {"loss": "poisson"}, 0.001),
]


@pytest.mark.parametrize(("kind", "width", "options", "rate"), AUTO_RATES)
def test_automatic_rates_are_as_documented_and_recorded(kind, width, options, rate):
    X, y = iris()
    model = kind((width,), max_iter=1, **UNSTOPPED, **options).fit(X, y > 0)
    assert model.history_["learning_rate"] == [pytest.approx(rate)]


@pytest.mark.parametrize(("n_rows", "steps"), [(100, 4), (20, 1)])
def test_automatic_batches_have_32_rows(n_rows, steps):
    X, y = diabetes()
    model = SimpleMLPRegressor((5,), solver="adam").partial_fit(X[:n_rows], y[:n_rows])
    assert model._continuation.state.optimizer.n_steps == steps


def test_warnings_point_at_the_caller():
    X, y = load_wine(return_X_y=True)
    with pytest.warns(ConvergenceWarning) as far_worse:
        SimpleMLPClassifier(random_state=0).fit(X, y)
    with pytest.warns(ConvergenceWarning) as too_short:
        SimpleMLPClassifier(random_state=0, max_iter=1).fit(X, y)
    model = SimpleMLPClassifier(random_state=0)
    model.set_callbacks(Bomb(1, KeyboardInterrupt))
    with pytest.warns(UserWarning, match="interrupted") as interrupted:
        model.fit(X, y)
    for record in (far_worse, too_short, interrupted):
        assert record[0].filename == __file__
