"""What several test files share: data, estimators, callbacks and comparisons.

Everything that reaches into private parts of the package for more than one test file is
here as well, in one function each.
"""

import pickle
import subprocess
import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor, network
from sknn_simple.callbacks import Checkpoint
from sknn_simple.callbacks.checkpoint_file import read_checkpoint
from sknn_simple.network import LOSSES

ENGINES = list(network.ENGINES)
UNSTOPPED = {"n_iter_no_change": np.inf, "tol": 0.0}
"""Options with which training always runs for max_iter epochs."""


# Data -----------------------------------------------------------------------------


def iris():
    """Return standardised samples and their three classes."""
    X, y = load_iris(return_X_y=True)
    return StandardScaler().fit_transform(X), y


def diabetes(n_outputs=1):
    """Return 100 standardised samples and targets, of one or of three outputs."""
    X, y = load_diabetes(return_X_y=True)
    X = StandardScaler().fit_transform(X)[:100]
    y = StandardScaler().fit_transform(y[:100, None]).ravel()
    return X, y if n_outputs == 1 else np.column_stack([y, X[:, 0], -y])


def spectra(n_samples, seed, height=0.05):
    """Return standardised spectra, and the content of a minor constituent.

    Five substances make up most of the spectrum. The height of the peak of the sixth
    one is relative to theirs.
    """
    rng = np.random.default_rng(seed)
    channels = np.linspace(0, 10, 120)
    peaks = np.exp(-((channels - np.array([[1.3], [3], [4.7], [6.3], [8]])) ** 2))
    minor = height * np.exp(-6 * (channels - 3.9) ** 2)
    content = rng.uniform(0, 1, (n_samples, 1))
    X = rng.dirichlet(np.ones(5), n_samples) @ peaks + content * minor
    X *= rng.uniform(0.9, 1.1, (n_samples, 1))
    X += rng.normal(0, 0.1, (n_samples, 1)) + rng.normal(0, 0.0005, X.shape)
    y = content[:, 0] + rng.normal(0, 0.03, n_samples)
    return StandardScaler().fit_transform(X), y


LOSS_OUTPUTS = [(loss, out) for loss in LOSSES for out in LOSSES[loss].out_activations]
"""Each loss of the network with each output activation that it allows."""

LOSS_OPTIONS = {"quantile": 0.2, "huber": 0.3}
"""Options with which samples of `make_problem` lie on all branches of a loss."""


PERSISTENCE = np.array([0.99, 0.98, 0.97, 0.95, 0.9, 0.8, 0.5, 0])


def persistent(rng, n_rows, coefs=PERSISTENCE):
    """Return autoregressive columns of variance 1."""
    X = np.zeros((n_rows + 300, len(coefs)))
    steps = np.sqrt(1 - coefs**2) * rng.standard_normal(X.shape)
    for row in range(1, len(X)):
        X[row] = coefs * X[row - 1] + steps[row]
    return X[300:]


def overlapping_returns(n_rows, seed, signal=0.0, horizon=20):
    """Return persistent inputs, and returns of variance 1 plus a signal of one input.

    Each is over the days that follow, which it shares with the next rows.
    """
    rng = np.random.default_rng(seed)
    X = persistent(rng, n_rows)
    walk = np.cumsum(rng.standard_normal(n_rows + horizon)) / np.sqrt(horizon)
    return X, signal * X[:, 2] + walk[horizon:] - walk[:-horizon]


def make_problem(loss, n_outputs=3, seed=0):
    """Return seven samples, targets that the loss accepts, and integer weights."""
    rng = np.random.RandomState(seed)
    X = rng.standard_normal((7, 3))
    if loss == "softmax_log_loss":
        Y = np.eye(n_outputs)[rng.randint(n_outputs, size=7)]
    elif loss == "binary_log_loss":
        Y = rng.randint(2, size=(7, n_outputs)).astype(float)
    elif loss == "poisson":
        Y = rng.poisson(2, size=(7, n_outputs)).astype(float)
    else:
        Y = rng.uniform(0.1, 0.9, (7, n_outputs))
    return X, Y, rng.randint(0, 4, size=7).astype(float)


class Tensor:
    """Refuses to become an array, like a torch tensor that requires gradients."""

    shape = 12, 3
    ndim = 2

    def __len__(self):
        return 12

    def __array__(self, *args, **kwargs):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")


# Estimators -----------------------------------------------------------------------


CLASSIFIER = (SimpleMLPClassifier((6,), **UNSTOPPED, random_state=7), iris())
REGRESSOR = (SimpleMLPRegressor((6,), **UNSTOPPED, random_state=7), diabetes())
BOTH = pytest.mark.parametrize(
    ("estimator", "data"), [CLASSIFIER, REGRESSOR], ids=["classifier", "regressor"]
)
KINDS = pytest.mark.parametrize(
    ("kind", "y"),
    [
        (SimpleMLPClassifier, load_iris().target),
        (SimpleMLPRegressor, load_iris().data[:, 0].copy()),
    ],
    ids=["classifier", "regressor"],
)
SOLVERS = pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
STOCHASTIC = pytest.mark.parametrize("solver", ["sgd", "adam"])


def round_trip(model):
    """Return the model as a pickle restores it."""
    return pickle.loads(pickle.dumps(model))


def kept_state(model):
    """Return the state of training that a model keeps for its next call."""
    return model._continuation.state


# Callbacks ------------------------------------------------------------------------


class Callback:
    """A callback that does nothing, to derive others from."""

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        pass


class RaiseAtEnd(Callback):
    """A callback that raises an error at the end of an epoch, counted from 0."""

    def __init__(self, epoch, error):
        self.epoch = epoch
        self.error = error
        self.torn_down = 0

    def teardown(self, estimator, context):
        self.torn_down += 1

    def on_fit_task_end(self, estimator, context):
        if context.task_name == "epoch" and context.task_id == self.epoch:
            raise self.error("boom")


class RaiseAtBegin(Callback):
    """A callback that raises an error before an epoch, counted from 0."""

    def __init__(self, epoch, error):
        self.epoch = epoch
        self.error = error

    def on_fit_task_begin(self, estimator, context):
        if context.task_name == "epoch" and context.task_id == self.epoch:
            raise self.error


# Checkpoints ----------------------------------------------------------------------


class PowerError(Exception):
    """Ends a fit in the middle, as a power cut would."""


def cut_fit(estimator, path, epoch, *data, every=1, **validation):
    """Fit with a Checkpoint until before `epoch`, and lose everything but its file."""
    cut = round_trip(estimator)
    cut.set_callbacks(Checkpoint(path, every=every), RaiseAtBegin(epoch, PowerError))
    with pytest.raises(PowerError):
        cut.fit(*data, **validation)


def assert_resumes(estimator, path, epoch, *data, every=1, **validation):
    """Check that a fit that is cut and resumed is the one that is not.

    Returns
    -------
    whole, resumed : estimator
    """
    whole = round_trip(estimator).fit(*data, **validation)
    cut_fit(estimator, path, epoch, *data, every=every, **validation)
    resumed = Checkpoint.resume(path, *data, **validation)
    assert_same_estimator(resumed, whole)
    assert_same_estimator(Checkpoint.resume(path, *data, **validation), whole)
    return whole, resumed


def saved_epochs(path):
    """Return the number of epochs in a checkpoint, or None if its fit has ended."""
    saved = read_checkpoint(path)
    return saved["progress"]["n_epochs"] if saved["fitted"] is None else None


# Files ----------------------------------------------------------------------------

ROOT = Path(__file__).parent.parent


def source_files():
    """Return the files of the checkout, or of the unpacked source distribution."""
    if not (ROOT / ".git").exists():
        return (ROOT / "sknn_simple.egg-info" / "SOURCES.txt").read_text().splitlines()
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    process = subprocess.run(
        listing, cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [name for name in process.stdout.splitlines() if (ROOT / name).exists()]


def in_other_byte_order(value):
    """Return plain data as a machine of the other byte order would have saved them."""
    if isinstance(value, dict):
        return {name: in_other_byte_order(part) for name, part in value.items()}
    if isinstance(value, list):
        return [in_other_byte_order(part) for part in value]
    if isinstance(value, np.ndarray):
        return value.astype(value.dtype.newbyteorder())
    return value


# Comparisons ----------------------------------------------------------------------

LEARNED = [
    "n_iter_",
    "t_",
    "loss_",
    "best_loss_",
    "best_epoch_",
    "best_validation_score_",
    "history_",
]
"""Fitted attributes of training, besides the weights."""


def weights_of(model):
    """Return all coefs and intercepts in one vector."""
    return np.concatenate(
        [part.ravel() for part in (*model.coefs_, *model.intercepts_)]
    )


def assert_same_weights(model, other):
    """Check that two models have the same weights to the last bit."""
    parts = (*model.coefs_, *model.intercepts_)
    others = (*other.coefs_, *other.intercepts_)
    for one, another in zip(parts, others, strict=True):
        assert one.dtype == another.dtype
        np.testing.assert_array_equal(one, another)


def assert_same_model(model, other):
    """Check that two models have learned the same to the last bit."""
    assert_same_weights(model, other)
    for name in LEARNED:
        assert getattr(model, name) == getattr(other, name), name


def assert_same_estimator(estimator, other):
    """Check that two fitted estimators have the same options and learned the same."""
    assert_same_model(estimator, other)
    if not isinstance(estimator.random_state, np.random.RandomState):
        assert repr(estimator) == repr(other)


def assert_same_search(search, judge):
    """Check that two searches scored and chose the same; times may differ."""
    for name, column in judge.cv_results_.items():
        if not name.endswith("_time"):
            np.testing.assert_array_equal(search.cv_results_[name], column, name)
    assert search.best_params_ == judge.best_params_


def outcome(model, X, y):
    """Fit, and return the error or the warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model.fit(X, y)
        except ValueError as error:
            return str(error)
    return " ".join(str(warning.message) for warning in caught)
