"""Fuzz of saved models, checkpoints, parameters and data, in watched processes.

    python tests/fuzz.py loader --cases 20000

Targets are ``loader``, ``checkpoint``, ``parameters``, ``data`` and ``memory``. Each
case must end in a finite model, or in a ValueError or TypeError that names its cause. A
case that ends its process, or takes more than 20 s, is a failure. Cases depend on their
number and ``--seed`` only.
"""

import argparse
import contextlib
import copy
import faulthandler
import functools
import gc
import io
import math
import os
import pickle
import re
import resource
import signal
import subprocess
import sys
import tempfile
import tracemalloc
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.datasets import load_iris

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor, network  # noqa: E402
from sknn_simple.callbacks import Checkpoint  # noqa: E402
from sknn_simple.callbacks.checkpoint_file import (  # noqa: E402
    read_checkpoint,
    write_checkpoint,
)

SECONDS = 20  # for one case
PER_PROCESS = 1000  # cases
X, Y = load_iris(return_X_y=True)
X, Y = X[::3] - X.mean(axis=0), Y[::3]


class CaseError(AssertionError):
    """A case that ended in neither a finite model nor a named error."""


# Hostile values --------------------------------------------------------------------


def scalars(rng):
    """Return a hostile value of any type."""
    choices = [
        *(None, True, "", "auto", b"sgd", [], {}, (), object(), 1j, {"kind": "sgd"}),
        *(0, -1, 1, 3, 2**31, 2**40, 2**62, 2**63, -(2**63), 10**400, 0.5, -0.5),
        *(math.nan, math.inf, -math.inf, 1e300, 5e-324, np.int8(3), np.float32(2)),
        *("relu", "identity", "softmax", "squared_error", "MT19937", "training"),
        *((4, -3, 30, 3, -30, 3), (2**40, 2**40), (4, 4, 3.0), [1.0, math.nan]),
    ]
    return choices[rng.randint(len(choices))]


def hostile_array(rng, array):
    """Return the array with another shape, type, layout or number."""
    flat = array.ravel()
    with np.errstate(all="ignore"):
        changes = [
            lambda: flat[:-1],
            lambda: np.append(flat, flat[:1]),
            lambda: np.repeat(flat, 2)[::2],
            lambda: array[::-1],
            lambda: array.T,
            lambda: array[None],
            lambda: array.astype(object),
            lambda: array.astype(np.float32),
            lambda: array.astype(">f8"),
            lambda: array.astype(np.int8),
            lambda: -array,
            lambda: array * 1e300,
            lambda: np.ma.masked_array(array),
            lambda: _with_number(rng, array, math.nan),
            lambda: _with_number(rng, array, 1e308),
            lambda: _with_number(rng, array, -1),
            lambda: np.zeros(2**10),
            lambda: np.broadcast_to(flat[:1], array.shape),
            lambda: array[:0],
        ]
        try:
            return changes[rng.randint(len(changes))]()
        except (TypeError, ValueError, OverflowError):
            return flat[:0]


def _with_number(rng, array, number):
    changed = array.copy()
    changed.flat[rng.randint(array.size)] = number
    return changed


def places(value):
    """Yield the container and the key of everything in nested plain data."""
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    else:
        return
    for key, part in items:
        yield value, key
        yield from places(part)


def mutate(rng, state, donor):
    """Change one to three places of a state; a donor has other valid parts."""
    for _ in range(rng.randint(1, 4)):
        found = list(places(state))
        container, key = found[rng.randint(len(found))]
        value, kind = container[key], rng.randint(8)
        if isinstance(value, np.ndarray) and value.size and kind < 6:
            container[key] = hostile_array(rng, value)
        elif kind == 0:
            del container[key]
        elif kind == 1:
            others = list(places(donor))
            other, name = others[rng.randint(len(others))]
            container[key] = copy.deepcopy(other[name])
        elif kind == 2 and isinstance(container, dict):
            container[str(rng.randint(99))] = value
        elif (
            isinstance(value, int | float) and not isinstance(value, bool) and kind < 6
        ):
            half = value / 2 if abs(value) < 2**64 else 0.5
            change = [-value, value + 1, value * 2**40, value - 1, half]
            container[key] = change[rng.randint(len(change))]
        elif isinstance(value, tuple) and value and kind < 6:
            numbers = [n if rng.rand() < 0.5 else scalars(rng) for n in value]
            container[key] = tuple(numbers[: rng.randint(1, len(numbers) + 2)])
        else:
            container[key] = scalars(rng)
    return state


# What a case must end in -----------------------------------------------------------


def names_of(kind):
    """Return a pattern of everything that an error may name."""
    options = "|".join(kind().get_params())
    return (
        rf"damaged|newer|diverged|\b(X|y|classes|sample_weight|{options})\b|[Ff]eature"
    )


def refused(function, pattern):
    """Call the function; return whether it refused with an error of this pattern."""
    try:
        with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
            function()
    except (ValueError, TypeError, AttributeError, ImportError) as error:
        if isinstance(error, AttributeError) and "partial_fit" not in str(error):
            raise
        if not re.search(pattern, str(error)):
            raise CaseError(f"names no cause: {error!r}") from error
        return True
    return False


def check_finite(model):
    """Check that a trained model and its predictions are finite."""
    parts = [*model.coefs_, *model.intercepts_, *model.history_.values()]
    for part in parts:
        numbers = np.array([n for n in np.ravel(part) if n is not None], float)
        if not np.isfinite(numbers).all():
            raise CaseError("a number of the model is not finite")


def use(model, X, y):
    """Predict with a model and train it further; return how it ended."""
    pattern = names_of(type(model))
    model.set_params(max_iter=2, verbose=False)
    if not hasattr(model, "coefs_"):
        return "unfitted"
    if refused(lambda: model.predict(X), pattern):
        return "prediction refused"
    step = model.partial_fit if _steps(model) else model.set_params(warm_start=True).fit
    if refused(lambda: step(X, y), pattern):
        return "training refused"
    check_finite(model)
    return "trained"


def _steps(model):
    return (
        isinstance(model.solver, str)
        and model.solver in network.OPTIMIZERS
        and (model.early_stopping is False)
    )


# Targets ---------------------------------------------------------------------------


@functools.cache
def models(engine):
    """Return fitted models of each kind, with targets to train them on."""
    options = {"random_state": 0, "engine": engine}
    short = {"max_iter": 2, "n_iter_no_change": math.inf, "warm_start": True}
    C, R = SimpleMLPClassifier, SimpleMLPRegressor
    names = np.array(["a", "b", "c"])[Y]
    made = [
        (C((4,), **options), Y),
        (C((4, 3), solver="adam", **options), names),
        (C((3,), learning_rate="adaptive", **options), np.eye(3, dtype=int)[Y]),
        (C((3,), loss="squared_error", learning_rate="invscaling", **options), Y == 0),
        (C((3,), early_stopping=True, **short, **options), Y),
        (R((4,), momentum=0.5, **options), X[:, 0]),
        (R((), solver="adam", fit_intercept=False, **options), X[:, :2]),
        (R((3,), loss="poisson", **options), Y),
        (R((3,), solver="lbfgs", **short, **options), X[:, 0]),
        (R((3,), early_stopping=True, **short, **options), X[:, 0]),
    ]
    fitted = []
    for model, y in made:
        if model.early_stopping or model.solver == "lbfgs":
            model.fit(X, y)
        else:
            labels = [np.unique(y)] if y.ndim == 1 and hasattr(model, "loss") else []
            is_classifier = isinstance(model, C) and labels
            model.partial_fit(X, y, **({"classes": labels[0]} if is_classifier else {}))
        fitted.append((model, y))
    return fitted


def loader(rng, engine):
    """A changed state of a fitted model: load it, predict, and train further."""
    found = models(engine)
    model, y = found[rng.randint(len(found))]
    donor = found[rng.randint(len(found))][0].__getstate__()
    state = mutate(rng, copy.deepcopy(model.__getstate__()), donor)
    loaded = type(model)()
    if refused(lambda: loaded.__setstate__(state), "damaged|newer"):
        if hasattr(loaded, "coefs_"):
            raise CaseError("a refused state has left something in the model")
        return "refused"
    return use(loaded, X, y)


class PowerError(Exception):
    """Ends a fit in the middle."""


class Cut:
    """A callback that ends a fit before its sixth epoch."""

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        if context.task_name == "epoch" and context.task_id == 5:
            raise PowerError

    def on_fit_task_end(self, estimator, context):
        pass


@functools.cache
def checkpoints(engine):
    """Return the bytes and the content of checkpoints of cut and finished fits."""
    made = []
    options = {"max_iter": 8, "n_iter_no_change": math.inf, "random_state": 0}
    path = Path(tempfile.mkdtemp()) / "run.ckpt"
    for more in ({}, {"solver": "adam", "early_stopping": True}, {"momentum": 0.0}):
        for cut in (True, False):
            model = SimpleMLPClassifier((4,), engine=engine, **options, **more)
            model.set_callbacks(Checkpoint(path, every=2), *[Cut()] * cut)
            with contextlib.suppress(PowerError):
                model.fit(X, Y)
            made.append((path.read_bytes(), pickle.dumps(read_checkpoint(path))))
    return path, made


def checkpoint(rng, engine):
    """A changed checkpoint: of bytes, or of its content under a valid checksum."""
    path, made = checkpoints(engine)
    whole, content = made[rng.randint(len(made))]
    if rng.rand() < 0.3:
        changed = bytearray(whole)
        for _ in range(rng.randint(1, 5)):
            changed[rng.randint(len(changed))] = rng.randint(256)
        path.write_bytes(bytes(changed[: rng.randint(1, len(changed) + 1)]))
    else:
        donor = pickle.loads(made[rng.randint(len(made))][1])
        content = mutate(rng, pickle.loads(content), donor)
        try:
            write_checkpoint(path, content)
        except (pickle.PicklingError, TypeError, AttributeError):
            return "cannot be written"
    resumed = []
    pattern = r"run\.ckpt|diverged|\b(X|y|classes|every|max_iter)\b"
    if refused(lambda: resumed.append(Checkpoint.resume(path, X, Y)), pattern):
        return "refused"
    check_finite(resumed[0])
    return "resumed"


def parameters(rng, engine):
    """Layers, vectors, optimizers and samples for the network's own trainers."""
    sizes = [int(n) for n in rng.randint(1, 6, rng.randint(2, 5))]
    n_parameters = network.Parameters(sizes).flat.size
    flat = rng.standard_normal(n_parameters)
    if rng.rand() < 0.6:
        flat = hostile_array(rng, flat)
    if rng.rand() < 0.3:
        sizes[rng.randint(len(sizes))] = scalars(rng)
    vectors = [np.zeros(n_parameters) for _ in range(2)]
    if rng.rand() < 0.3:
        vectors[0] = hostile_array(rng, vectors[0] + 1)
    samples = [rng.standard_normal((9, n)) for n in (4, 2)] + [np.ones(9)]
    with contextlib.suppress(TypeError, IndexError, ValueError):
        samples[:2] = [rng.standard_normal((9, min(sizes[i], 99))) for i in (0, -1)]
    if rng.rand() < 0.3:
        k = rng.randint(3)
        samples[k] = hostile_array(rng, samples[k])
    optimizer = network.SGD(0.9, velocity=vectors[0])
    if rng.rand() < 0.5:
        optimizer = network.Adam(
            n_steps=1, first_moment=vectors[0], second_moment=vectors[1]
        )
    names = (
        r"\b(flat|layer_sizes|X|Y|sample_weight|first|second|velocity|first_moment|"
        r"second_moment|samples|shape|dtype|parameters|optimizer|contiguous|array)"
    )

    def train():
        made = network.Parameters(sizes, flat=flat)
        state = network.TrainingState(
            made, optimizer, network.Constant(0.01), np.random.RandomState(0)
        )
        trainer = network.ENGINES[engine].trainer(
            state, network.Samples(*samples), network.Objective(), batch_size=4
        )
        block = trainer.train(3)
        if block.ending == network.DONE and not np.isfinite(made.flat).all():
            raise CaseError("parameters are not finite")

    return "refused" if refused(train, names) else "trained"


def data(rng, engine):
    """Hostile data and options of the estimators, through fit and partial_fit."""
    import strategies as drawn

    is_classifier = bool(rng.randint(2))
    kind = SimpleMLPClassifier if is_classifier else SimpleMLPRegressor
    n_samples = int(rng.choice([1, 2, 3, 12, 40]))

    def pick(values):
        values = list(values)
        return values[rng.randint(len(values))]

    kinds = drawn.LABELS if is_classifier else drawn.NUMBERS
    usual = rng.rand(4) < 0.5
    layout = "C" if usual[0] else pick([*drawn.LAYOUTS, *drawn.SPARSE_LAYOUTS])
    dtype = "float64"
    if usual[1] is False and layout in ("C", "Fortran", "list", "pandas"):
        dtype = pick(drawn.DTYPES)
    values = "ordinary" if usual[2] else pick(drawn.VALUES)
    recipe = drawn.Samples(values, n_samples, 3, layout, dtype, rng.randint(99))
    y = pick(name for name in kinds if name != "thousands")
    weights = "none at all" if usual[3] else pick(drawn.WEIGHTS)
    try:
        arguments = {
            "X": recipe.build(),
            "y": drawn.Column(y, n_samples, kinds, 0).build(),
            "sample_weight": drawn.Column(weights, n_samples, drawn.WEIGHTS, 0).build(),
        }
    except (TypeError, ValueError):  # a layout that does not exist for a dtype
        return "no such data"
    options = {"hidden_layer_sizes": (3,), "max_iter": 2, "engine": engine}
    possible = drawn.PARAMETERS | drawn.OWN_PARAMETERS[is_classifier]
    for name in rng.choice(sorted(possible), rng.randint(0, 3), replace=False):
        options[str(name)] = possible[name][rng.randint(len(possible[name]))]
    model = kind(**options)
    import test_adversarial

    pattern = "|".join([test_adversarial.CAUSES_IN_DATA, names_of(kind)])
    if rng.rand() < 0.3 and hasattr(model, "partial_fit"):
        if is_classifier:
            arguments["classes"] = [0, 1]
        step = functools.partial(model.partial_fit, **arguments)
    else:
        step = functools.partial(model.fit, **arguments)
    if refused(step, pattern):
        return "refused"
    check_finite(model)
    return "trained"


def memory(rng, engine):
    """A fit of many parameters, whose process must not grow."""
    solver = ["sgd", "adam", "lbfgs"][rng.randint(3)]
    options = {"engine": engine, "solver": solver, "early_stopping": rng.rand() < 0.3}
    kind, y = [(SimpleMLPClassifier, Y), (SimpleMLPRegressor, X[:, :2])][rng.randint(2)]
    model = kind((200,), learning_rate_init=0.01, max_iter=3, **options)
    samples = csr_matrix(X) if rng.rand() < 0.3 else X
    if rng.rand() < 0.3:
        refused(lambda: model.fit(samples, [10**400] * len(X)), ".")
    model.fit(samples, y).predict(samples)
    pickle.loads(pickle.dumps(model)).score(samples, y)
    return "trained"


TARGETS = {f.__name__: f for f in (loader, checkpoint, parameters, data, memory)}

# Processes -------------------------------------------------------------------------


def memory_used():
    """Return the bytes that Python and NumPy have allocated, and the process's peak."""
    gc.collect()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return tracemalloc.get_traced_memory()[0], 1000 * peak


def run_here(target, engine, first, last, seed):
    """Run cases in this process, which an alarm ends if one of them hangs."""
    outcomes, failed = Counter(), []
    has_alarm = hasattr(signal, "alarm")
    # A leak grows in both parts of the second half, a cache that is made larger in one.
    marks = [first + (last - first) * part // 4 for part in (2, 3, 4)]
    used = []
    if target == "memory":
        tracemalloc.start()
    for case in range(first, last):
        if target == "memory" and case in marks:
            used.append(memory_used())
        # The process that watches reads the number of the last case.
        print(f"case {case}", flush=True)
        if has_alarm:
            signal.alarm(SECONDS)
        rng = np.random.RandomState([seed, case])
        np.random.seed(case)  # noqa: NPY002 - for estimators without a seed
        try:
            outcomes[TARGETS[target](rng, engine)] += 1
        except Exception as error:
            failed.append(f"case {case}: {type(error).__name__}: {error}")
        if has_alarm:
            signal.alarm(0)
    if target == "memory":
        before, between, after = *used, memory_used()
        n_fits = marks[2] - marks[1]
        grown = min(between[0] - before[0], after[0] - between[0]), after[1] - before[1]
        outcomes["bytes grown per fit"] = round(grown[0] / n_fits)
        outcomes["kB grown in the second half"] = grown[1] // 1000
        # Python and NumPy count what they allocate: caches grow by up to 9 kB. Pages
        # of the process are counted too, since C++ and BLAS allocate as well: malloc
        # adds up to 900 kB of its own.
        limits = 10_000 + 50 * n_fits, 2_000_000 + 2000 * n_fits
        if grown[0] > limits[0] or grown[1] > limits[1]:
            failed.append(f"memory has grown by {grown} bytes in {n_fits} fits")
    return outcomes, failed


def watch(target, engine, first, last, seed):
    """Run cases in another process, and return outcomes and failures."""
    command = [sys.executable, __file__, target, "--engine", engine, "--within"]
    command += [f"{first},{last}", "--seed", str(seed)]
    environment = {"OMP_NUM_THREADS": "1"} | os.environ
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    *lines, result = done.stdout.splitlines() or [""]
    if done.returncode == 0:
        outcomes, failed = eval(result, {"Counter": Counter})
        return Counter(outcomes), failed, last
    seen = [line for line in (*lines, result) if line.startswith("case ")]
    case = int(seen[-1].split()[1]) if seen else first
    how = f"case {case}: process ended with status {done.returncode}"
    return Counter(), [f"{how}\n{done.stderr[-2000:]}"], case + 1


def main(arguments=None):
    """Run the cases of a target under each engine; return the number of failures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--engine", choices=network.ENGINES)
    parser.add_argument("--within", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.within:
        faulthandler.enable()
        warnings.simplefilter("ignore")
        first, last = map(int, given.within.split(","))
        outcomes, failed = run_here(given.target, given.engine, first, last, given.seed)
        print(repr((dict(outcomes), failed)))
        return 0
    n_failed = 0
    for engine in [given.engine] if given.engine else network.ENGINES:
        outcomes, first = Counter(), 0
        size = given.cases if given.target == "memory" else PER_PROCESS
        while first < given.cases:
            last = min(first + size, given.cases)
            found, failed, first = watch(given.target, engine, first, last, given.seed)
            outcomes.update(found)  # a sum would leave out zeros
            n_failed += len(failed)
            for failure in failed:
                print(failure, flush=True)
        print(f"{given.target}, {engine} engine: {given.cases} cases, {dict(outcomes)}")
    print(f"{n_failed} failures")
    return n_failed


if __name__ == "__main__":
    sys.exit(min(main(), 1))
