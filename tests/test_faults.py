"""Faults: a call that is cut short leaves the estimator untouched, or a valid model.

A fault is an error raised at any line that the package executes, in any function that
it calls, or by a signal. The judge is an undisturbed training of the same number of
epochs. Both are then trained further, and must stay equal.
"""

import contextlib
import copy
import functools
import linecache
import os
import pickle
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import sklearn
from hypothesis import settings
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from support import ENGINES, Callback, assert_same_model, round_trip

import sknn_simple
from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple._fit.history import History
from sknn_simple.callbacks import Checkpoint
from sknn_simple.model_selection import EpochSearchCV
from sknn_simple.network import SGD, Adam, Parameters, Workspace, gradient

PACKAGE = str(Path(sknn_simple.__file__).parent)
ERRORS = [KeyboardInterrupt, MemoryError]


class FaultAtLine:
    """A context that raises an error before the n-th line that the package executes."""

    def __init__(self, error=None, number=None):
        self.error, self.number = error, number
        self.n_seen = 0
        self.place = None

    def __enter__(self):
        self.before = sys.gettrace()
        sys.settrace(self._enter)
        return self

    def __exit__(self, *_):
        sys.settrace(self.before)

    def _enter(self, frame, event, arg):
        ours = frame.f_code.co_filename.startswith(PACKAGE)
        return self._line if ours else None

    def _line(self, frame, event, arg):
        place = frame.f_code.co_filename, frame.f_lineno
        # Leaving a with block is a line event too, before __exit__ is called, and so is
        # a try, which runs nothing. No signal is ever handled there.
        line = linecache.getline(*place).lstrip()
        if event == "line" and not line.startswith(("with ", "try:")):
            self.n_seen += 1
            if self.n_seen == self.number:
                self.place = f"{place[0]}:{place[1]}"
                sys.settrace(self.before)
                raise self.error
        return self._line


class FaultAtCall:
    """A context that raises an error before or after the n-th call of a function."""

    def __init__(self, owner, name, error=None, number=None, after=False):
        self.owner, self.name = owner, name
        self.error, self.number, self.after = error, number, after
        self.n_seen = 0
        self.place = None

    def __enter__(self):
        self.function = getattr(self.owner, self.name)

        @functools.wraps(self.function)
        def counting(*args, **kwargs):
            self.n_seen += 1
            if self.n_seen != self.number:
                return self.function(*args, **kwargs)
            self.place = self.name
            if self.after:
                self.function(*args, **kwargs)
            raise self.error

        setattr(self.owner, self.name, counting)
        return self

    def __exit__(self, *_):
        setattr(self.owner, self.name, self.function)


X, Y = (array[::4] for array in load_iris(return_X_y=True))
X_REAL, Y_REAL = (array[:40] for array in load_diabetes(return_X_y=True))
SLOWING = {"learning_rate": "adaptive", "n_iter_no_change": 1, "tol": 0.05}
N_EPOCHS = 5


class Observer(Callback):
    """A callback that is shown the fitted estimator of each epoch."""

    def on_fit_task_begin(self, estimator, context, *, fitted_estimator):
        pass

    def on_fit_task_end(self, estimator, context, *, fitted_estimator):
        pass


def accuracy(estimator, X, y):
    return estimator.score(X, y)


def classifier(**options):
    return SimpleMLPClassifier(
        (3,), batch_size=16, max_iter=N_EPOCHS, **({"random_state": 0} | options)
    )


def regressor(**options):
    return SimpleMLPRegressor(
        (3,), batch_size=16, max_iter=N_EPOCHS, **({"random_state": 0} | options)
    )


CASES = {
    "numpy": classifier(engine="numpy", **SLOWING),
    "numpy adam": regressor(engine="numpy", solver="adam", warm_start=True, **SLOWING),
    "compiled": classifier(warm_start=True, **SLOWING),
    "compiled adam": regressor(solver="adam", **SLOWING),
    "early": classifier(
        engine="numpy", warm_start=True, early_stopping=True, scoring=accuracy
    ),
    "early by loss": regressor(early_stopping=True, scoring="loss"),
    "lbfgs": regressor(solver="lbfgs", warm_start=True),
    "numpy lbfgs": regressor(solver="lbfgs", warm_start=True, engine="numpy"),
    "rng": classifier(random_state=None, engine="numpy", warm_start=True, **SLOWING),
    "observed": classifier(warm_start=True, **SLOWING),
    "verbose": classifier(engine="numpy", verbose=1, warm_start=True, **SLOWING),
}


def marked(cases):
    """Return the names of tests, with a mark on those whose case needs callbacks."""
    return [
        pytest.param(name, marks=pytest.mark.callbacks if case == "observed" else ())
        for name, case in cases.items()
    ]


def seeded(estimator):
    """Return a complete copy, with its own RandomState in place of None."""
    estimator = round_trip(estimator)
    if estimator.random_state is None:
        estimator.random_state = np.random.RandomState(7)
    return estimator


def data_of(estimator):
    return (X, Y) if isinstance(estimator, SimpleMLPClassifier) else (X_REAL, Y_REAL)


def fit(estimator, n_epochs):
    return estimator.set_params(max_iter=n_epochs).fit(*data_of(estimator))


def partial_fit(estimator, n_epochs):
    classes = {"classes": [0, 1, 2]} if hasattr(estimator, "class_weight") else {}
    for _ in range(n_epochs):
        estimator.partial_fit(*data_of(estimator), **classes)
    return estimator


def global_state():
    return np.geterr(), sklearn.get_config(), list(warnings.filters)


def assert_same(model, other):
    """Check that two models have learned and predict the same, and draw the same."""
    assert_same_model(model, other)
    if isinstance(model.random_state, np.random.RandomState):
        np.testing.assert_equal(
            model.random_state.get_state(legacy=False),
            other.random_state.get_state(legacy=False),
        )
    X, _ = data_of(model)
    np.testing.assert_array_equal(model.predict(X), other.predict(X))


class Sweep:
    """One call, disturbed at one place after another.

    Parameters
    ----------
    estimator : estimator
        State before the call.

    train : callable
        `fit` or `partial_fit`, above.

    n_epochs : int
    """

    def __init__(self, estimator, train, n_epochs):
        self.before = seeded(estimator).set_params(max_iter=n_epochs)
        self.train, self.n_epochs = train, n_epochs
        self.wholes = {}

    def undisturbed(self, n_epochs):
        """Return the model after `n_epochs`, and a copy that is trained further."""
        if n_epochs not in self.wholes:
            model = self.train(seeded(self.before), n_epochs)
            self.wholes[n_epochs] = model, train_further(seeded(model))
        return self.wholes[n_epochs]

    def n_places(self, fault):
        """Count the places where a fault of this kind can occur."""
        # The first call may also compile or import.
        self.train(seeded(self.before), self.n_epochs)
        with fault:
            self.train(seeded(self.before), self.n_epochs)
        return fault.n_seen

    def check(self, fault):
        """Check that a disturbed model is unchanged or valid.

        Returns
        -------
        disturbed : bool
            False if the fault did not occur: the number of lines depends on the sizes
            of blocks, and so on run times.
        """
        model, surroundings = seeded(self.before), global_state()
        attributes, pickled = dict(vars(model)), pickle.dumps(model)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with fault:
                try:
                    self.train(model, self.n_epochs)
                    raised = None
                except BaseException as error:
                    raised = error
        assert global_state() == surroundings, fault.place
        if fault.place is None:
            return False
        if raised is not None:
            assert fault.error in (type(raised), type(raised.__cause__)), raised
            assert vars(model) == attributes
            assert pickle.dumps(model) == pickled
            return True
        assert fault.error is KeyboardInterrupt
        assert any("interrupted after" in str(w.message) for w in caught)
        n_earlier = getattr(self.before, "n_iter_", 0)
        n_epochs = model.n_iter_ - (n_earlier if self.train is partial_fit else 0)
        assert 0 < n_epochs <= self.n_epochs
        whole, later = self.undisturbed(n_epochs)
        assert_same(model, whole)
        if hasattr(model, "_continuation"):
            assert_same(train_further(model), later)
        return True


def disturb_at_line(sweep, error, number):
    """Disturb at this line, or at an earlier one if this run has fewer."""
    while not sweep.check(FaultAtLine(error, number)):
        number = number * 9 // 10


def train_further(model):
    """Train for some more epochs, with an adaptive rate if possible."""
    model.set_callbacks()
    if model.solver == "lbfgs":
        return fit(model, 4)
    return partial_fit(model.set_params(early_stopping=False, **SLOWING), 4)


def starts(case):
    """Yield sweeps of a first call, and of a call that continues."""
    new = CASES[case]
    if case == "observed":
        new = clone(new).set_callbacks(Observer())
    again = seeded(new)
    yield Sweep(new, fit, N_EPOCHS)
    if new.warm_start:
        yield Sweep(fit(again, 3), fit, N_EPOCHS)
    elif new.solver != "lbfgs" and not new.early_stopping:
        yield Sweep(new, partial_fit, 1)
        yield Sweep(partial_fit(again, 3), partial_fit, 1)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("case", marked({case: case for case in CASES}))
def test_a_fault_at_any_line(case, error):
    """The suite tries eight of the lines, the soak profile some hundreds."""
    for sweep in starts(case):
        n_lines = sweep.n_places(FaultAtLine())
        n_faults = min(n_lines, settings.default.max_examples // 12)
        for number in np.linspace(1, n_lines, n_faults, dtype=int):
            disturb_at_line(sweep, error, number)


CALLS = {
    "step of sgd": ("numpy", SGD, "step"),
    "step of adam": ("numpy adam", Adam, "step"),
    "parameters": ("compiled", Parameters, "__init__"),
    "workspace": ("numpy", Workspace, "__init__"),
    "velocity": ("numpy", np, "zeros_like"),
    "history": ("early", History, "extend"),
    "block": ("compiled adam", History, "extend"),
    "scorer": ("early", SimpleMLPClassifier, "score"),
    "begin": ("observed", Observer, "on_fit_task_begin"),
    "end": ("observed", Observer, "on_fit_task_end"),
    "setup": ("observed", Observer, "setup"),
    "teardown": ("observed", Observer, "teardown"),
    "loss of lbfgs": ("numpy lbfgs", gradient, "loss_and_gradient"),
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize(
    "call", marked({name: case for name, (case, *_) in CALLS.items()})
)
def test_a_fault_before_or_after_any_call(call, error):
    case, owner, name = CALLS[call]
    for sweep in starts(case):
        n_calls = sweep.n_places(FaultAtCall(owner, name))
        for number in range(1, n_calls + 1):
            for after in (False, True):
                fault = FaultAtCall(owner, name, error, number, after)
                assert sweep.check(fault) or name == "extend"


# Searches ------------------------------------------------------------------------

GRID = {"learning_rate_init": [0.01, 0.1], "max_iter": [1, 2]}


class SearchSweep:
    """A search, disturbed at one place after another."""

    def __init__(self, search):
        self.before = search

    def n_places(self, fault):
        with fault:
            clone(self.before).fit(X, Y)
        return fault.n_seen

    def check(self, fault):
        search, surroundings = copy.copy(self.before), global_state()
        attributes = dict(vars(search))
        with fault:
            try:
                search.fit(X, Y)
                raised = None
            except BaseException as error:
                raised = error
        assert global_state() == surroundings, fault.place
        # As in GridSearchCV, an interrupted refit is kept; other errors are raised.
        if raised is None and fault.place is not None:
            assert fault.error is KeyboardInterrupt
            assert search.best_estimator_.n_iter_ == 1
        elif raised is not None:
            assert type(raised) is fault.error
            assert vars(search) == attributes
        return fault.place is not None


@pytest.mark.filterwarnings("ignore:Training was interrupted after 1 epoch")
@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("fitted_before", [False, True])
def test_a_fault_at_any_line_of_a_search(fitted_before, error):
    network = classifier(engine="numpy", n_iter_no_change=np.inf)
    search = EpochSearchCV(network, GRID, cv=2, error_score="raise", every_epoch=True)
    sweep = SearchSweep(search.fit(X, Y) if fitted_before else search)
    n_lines = sweep.n_places(FaultAtLine())
    n_faults = min(n_lines, settings.default.max_examples // 2)
    for number in np.linspace(1, n_lines, n_faults, dtype=int):
        disturb_at_line(sweep, error, number)


class Interruption(Callback):
    """A callback that presses Ctrl-C at the end of an epoch."""

    def __init__(self):
        self.n_fits = 0

    def on_fit_task_begin(self, estimator, context):
        self.n_fits += context.task_name == "fit"

    def on_fit_task_end(self, estimator, context):
        if context.task_name == "epoch":
            raise KeyboardInterrupt


@pytest.mark.callbacks
@pytest.mark.parametrize("search", [GridSearchCV, EpochSearchCV])
@pytest.mark.parametrize("in_pipeline", [False, True])
def test_ctrl_c_ends_a_search_instead_of_one_of_its_fits(search, in_pipeline):
    interruption = Interruption()
    network = classifier(n_iter_no_change=np.inf).set_callbacks(interruption)
    model = make_pipeline(StandardScaler(), network) if in_pipeline else network
    name = "simplemlpclassifier__max_iter" if in_pipeline else "max_iter"
    search = search(model, {name: [2, 3]}, cv=2)
    with pytest.raises(KeyboardInterrupt):
        search.fit(X, Y)
    assert not hasattr(search, "best_score_")
    assert interruption.n_fits == 1


# Files and signals -----------------------------------------------------------------


@pytest.mark.callbacks
@pytest.mark.parametrize("error", ERRORS)
def test_a_fault_leaves_a_whole_checkpoint_or_none(tmp_path, error, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda file: None)
    network = classifier(warm_start=True, **SLOWING, early_stopping=True)
    network.set_params(tol=0.0, n_iter_no_change=3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = clone(network).fit(X, Y)
        lines = FaultAtLine()
        with lines:
            clone(network).set_callbacks(Checkpoint(tmp_path / "all", 1)).fit(X, Y)
        n_faults = settings.default.max_examples // 3
        for number in np.linspace(1, lines.n_seen, n_faults, dtype=int):
            path = tmp_path / f"{number}"
            model = clone(network).set_callbacks(Checkpoint(path, 1))
            with FaultAtLine(error, number), contextlib.suppress(error):
                model.fit(X, Y)
            if path.exists():
                assert_same(Checkpoint.resume(path, X, Y).set_callbacks(), whole)
            else:
                assert not hasattr(model, "coefs_")


SHOT_AT = """
import os, random, signal, sys, time, warnings
import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_iris
from sknn_simple import SimpleMLPClassifier

warnings.simplefilter("ignore")
signal.signal(signal.SIGINT, signal.default_int_handler)

def shoot(_, frame):
    if frame.f_globals is not globals():  # otherwise the fit has ended
        os.kill(os.getpid(), signal.SIGINT)

# A thread could only send the signal when training releases the GIL.
signal.signal(signal.SIGALRM, shoot)
engine, n_shots, patience = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
X, y = load_iris(return_X_y=True)
network = SimpleMLPClassifier(
    (3,), batch_size=75, learning_rate="adaptive", n_iter_no_change=patience,
    tol=1e-3, max_iter=100 * patience, warm_start=True, random_state=0, engine=engine,
)
network.fit(X, y)  # also compiles and imports
began = time.perf_counter()
n_epochs = clone(network).fit(X, y).n_iter_
duration = time.perf_counter() - began
ends, random = [], random.Random(0)
for i in range(n_shots):
    model = clone(network)
    try:
        delay = (i + random.random()) / n_shots * duration
        signal.setitimer(signal.ITIMER_REAL, delay)
        model.fit(X, y)
        signal.setitimer(signal.ITIMER_REAL, 0)  # the fit ended before the signal
    except KeyboardInterrupt:
        assert vars(model) == vars(clone(network))
        ends.append(0)
        continue
    ends.append(model.n_iter_)
    whole = clone(network).set_params(max_iter=model.n_iter_).fit(X, y)
    for a, b in ((model, whole), (model.partial_fit(X, y), whole.partial_fit(X, y))):
        for one, other in zip(a.coefs_, b.coefs_, strict=True):
            np.testing.assert_array_equal(one, other)
        assert a.history_ == b.history_
        assert (a.t_, a.best_loss_) == (b.t_, b.best_loss_)
print(len({end for end in ends if 0 < end < n_epochs}), n_epochs, duration, ends)
"""


PATIENCE = {"numpy": 40, "compiled": 1000}


@pytest.mark.parametrize("engine", ENGINES)
def test_real_signals_at_random_moments(engine):
    patience = PATIENCE[engine]
    n_shots = settings.default.max_examples // 8
    command = [sys.executable, "-c", SHOT_AT, engine, str(n_shots), str(patience)]
    process = subprocess.run(command, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    assert (
        int(process.stdout.split()[0]) > 3
    )  # number of different epochs that were interrupted
