"""Time a fit against a bare NumPy loop and against scikit-learn.

Run it with

    python benchmarks/fit_time.py
    python benchmarks/fit_time.py --repeats 51

Every network is first checked to learn the same as its rivals; if it does not,
nothing is timed. The rivals then take turns, each with one BLAS thread, and the
median of each is reported. Other work on the machine changes the times much, the
ratios little.
"""

import os

# Has to be said before NumPy is imported.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

import argparse
import platform
import statistics
import sys
import time
import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import scipy
import sklearn
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_info

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.datasets import load_soft_targets

# As many epochs as max_iter says, whatever the loss does.
NEVER_STOP = {"tol": 0.0, "n_iter_no_change": np.inf}
SEED = 1

# Required: most times the bare loop's, least times faster than scikit-learn.
MOST_TIMES_BARE_LOOP = 1.25
LEAST_SPEEDUP = {"soft targets": 5.0, 32: 1.8, 200: 1.5}


def bare_loop(X, y, n_epochs):
    """The 3-4-1 network of the tutorials in plain NumPy; returns its outputs."""
    rng = np.random.RandomState(SEED)
    weights_0 = 2 * rng.random_sample((3, 4)) - 1
    weights_1 = 2 * rng.random_sample((4, 1)) - 1
    for _ in range(n_epochs):
        hidden = 1 / (1 + np.exp(-np.dot(X, weights_0)))
        output = 1 / (1 + np.exp(-np.dot(hidden, weights_1)))
        output_delta = (y - output) * output * (1 - output)
        hidden_delta = np.dot(output_delta, weights_1.T) * hidden * (1 - hidden)
        weights_1 += np.dot(hidden.T, output_delta)
        weights_0 += np.dot(X.T, hidden_delta)
    hidden = 1 / (1 + np.exp(-np.dot(X, weights_0)))
    return 1 / (1 + np.exp(-np.dot(hidden, weights_1)))


def plain_descent(n_epochs, learning_rate):
    """Parameters of gradient descent on all four rows at once."""
    return {
        "hidden_layer_sizes": (4,),
        "activation": "logistic",
        "solver": "sgd",
        "momentum": 0.0,
        "alpha": 0.0,
        "shuffle": False,
        "batch_size": 4,
        "learning_rate_init": learning_rate,
        "max_iter": n_epochs,
        "random_state": SEED,
        **NEVER_STOP,
    }


def soft_targets_regressor(n_epochs):
    """Our equivalent of the bare loop, which sums over its 4 rows: 4 times its rate."""
    return SimpleMLPRegressor(
        **plain_descent(n_epochs, learning_rate=4.0),
        out_activation="logistic",
        fit_intercept=False,
        init="uniform",
    )


def digits_parameters(**changes):
    """Parameters that both classifiers take, for the 64-100-10 network."""
    parameters = {
        "hidden_layer_sizes": (100,),
        "activation": "logistic",
        "solver": "sgd",
        "momentum": 0.9,
        "nesterovs_momentum": True,
        "learning_rate_init": 0.05,
        "alpha": 1e-4,
        "shuffle": True,
        "random_state": SEED,
        **NEVER_STOP,
    }
    return {**parameters, **changes}


def agree(what, ours, theirs, tolerance):
    """Say by how much two results differ; exit if it is too much."""
    pairs = zip(ours, theirs, strict=True)
    # Unlike Python's max, NumPy's finds a NaN wherever it is.
    difference = np.max([np.abs(a - b).max() for a, b in pairs])
    if not difference <= tolerance:
        sys.exit(
            f"Nothing was timed, since the results do not agree: {what} differ by "
            f"{difference:.1e}, more than {tolerance:.0e}."
        )
    print(f"  {what}: agree to {difference:.1e} (at most {tolerance:.0e})")


def check_soft_targets(X, y, n_epochs):
    """Compare with the bare loop, and with scikit-learn in the network it has."""
    ours = soft_targets_regressor(n_epochs).fit(X, y).predict(X)
    theirs = bare_loop(X, y[:, None], n_epochs)[:, 0]
    agree(f"outputs and the bare loop's, {n_epochs} epochs", [ours], [theirs], 1e-9)

    parameters = plain_descent(200, learning_rate=0.1)
    ours = SimpleMLPRegressor(**parameters, init="glorot_uniform", normalize_y=False)
    theirs = MLPRegressor(**parameters)
    what = "weights and scikit-learn's, identity output and biases, 200 epochs"
    agree(what, weights(ours.fit(X, y)), weights(theirs.fit(X, y)), 1e-10)


def check_digits(X, y):
    """Compare weights with scikit-learn's.

    The penalty is scaled differently there in a minibatch: only a full batch has one.
    """
    cases = [
        ("full batch, 20 epochs", {"batch_size": len(X), "max_iter": 20}),
        ("batches of 32, alpha=0, 3 epochs", {"batch_size": 32, "alpha": 0.0}),
        ("batches of 200, alpha=0, 3 epochs", {"batch_size": 200, "alpha": 0.0}),
    ]
    for name, changes in cases:
        parameters = digits_parameters(**{"max_iter": 3, "shuffle": False, **changes})
        ours = SimpleMLPClassifier(**parameters, init="glorot_uniform").fit(X, y)
        theirs = MLPClassifier(**parameters).fit(X, y)
        agree(
            f"weights and scikit-learn's, {name}", weights(ours), weights(theirs), 1e-10
        )


def weights(network):
    """All arrays of a fitted estimator."""
    return [*network.coefs_, *network.intercepts_]


def with_compiled(ours, X, y):
    """The engine "numba" as another rival, where it is installed; checked to agree."""
    if find_spec("numba") is None:
        return {}
    compiled = clone(ours).set_params(engine="numba")
    agree(
        "coefs of the compiled engine and ours",
        weights(compiled.fit(X, y)),
        weights(ours.fit(X, y)),
        1e-9,
    )
    return {"ours, numba": lambda: compiled.fit(X, y)}


def median_times(rivals, repeats):
    """Median seconds of each function in a dict; they take turns."""
    times = {name: [] for name in rivals}
    for _ in range(repeats):
        for name, run in rivals.items():
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in times.items()}


def print_times(title, medians, n_epochs, requirements):
    """Print a table; `requirements` maps a rival to a text and whether it is met."""
    ours = medians["ours"]
    print(f"\n{title}, {n_epochs} epochs")
    print(f"  {'':14}{'ms':>9}{'us/epoch':>11}{'x our time':>12}  required")
    for name, seconds in medians.items():
        required, met = requirements.get(name, ("", None))
        verdict = "" if met is None else f": {'met' if met else 'MISSED'}"
        print(
            f"  {name:14}{seconds * 1e3:9.2f}{seconds * 1e6 / n_epochs:11.1f}"
            f"{seconds / ours:12.2f}  {required}{verdict}"
        )


def time_soft_targets(X, y, n_epochs, repeats):
    """A network so small that all but the overhead of Python is nothing."""
    column = y[:, None]
    regressor = soft_targets_regressor(n_epochs)
    rival = MLPRegressor(**plain_descent(n_epochs, learning_rate=0.1))
    rivals = {
        "ours": lambda: regressor.fit(X, y),
        "bare loop": lambda: bare_loop(X, column, n_epochs),
        "scikit-learn": lambda: rival.fit(X, y),
        **with_compiled(regressor, X, y),
    }
    medians = median_times(rivals, repeats)
    slowdown = medians["ours"] / medians["bare loop"]
    speedup = medians["scikit-learn"] / medians["ours"]
    least = LEAST_SPEEDUP["soft targets"]
    requirements = {
        "bare loop": (
            f"ours is {slowdown:.2f} x the bare loop, at most {MOST_TIMES_BARE_LOOP}",
            slowdown <= MOST_TIMES_BARE_LOOP,
        ),
        "scikit-learn": (f"at least {least}", speedup >= least),
    }
    print_times("Soft targets, 3-4-1, full batch", medians, n_epochs, requirements)


def time_digits(X, y, n_epochs, batch_size, repeats):
    """A network of the size that scikit-learn's users train."""
    parameters = digits_parameters(batch_size=batch_size, max_iter=n_epochs)
    classifier = SimpleMLPClassifier(**parameters)
    rival = MLPClassifier(**parameters)
    rivals = {
        "ours": lambda: classifier.fit(X, y),
        "scikit-learn": lambda: rival.fit(X, y),
        **with_compiled(classifier, X, y),
    }
    medians = median_times(rivals, repeats)
    speedup = medians["scikit-learn"] / medians["ours"]
    least = LEAST_SPEEDUP[batch_size]
    requirements = {"scikit-learn": (f"at least {least}", speedup >= least)}
    title = f"Digits, 64-100-10, batches of {batch_size}"
    print_times(title, medians, n_epochs, requirements)


def cpu_model():
    """Name of the processor."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def print_machine():
    """What the times depend on."""
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy "
        f"{scipy.__version__}, scikit-learn {sklearn.__version__}"
    )
    print(f"CPU: {cpu_model()}, {os.cpu_count()} cores")
    for pool in sorted(threadpool_info(), key=lambda pool: pool["prefix"]):
        name = f"{pool['internal_api']} {pool['version'] or ''}".strip()
        print(f"{pool['user_api']}: {name}, threads: {pool['num_threads']}")


def main():
    """Check, then time."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--soft-targets-epochs", type=int, default=5000)
    parser.add_argument("--digits-epochs", type=int, default=10)
    options = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)

    print_machine()
    soft_targets = load_soft_targets(return_X_y=True)
    X, y = load_digits(return_X_y=True)
    digits = StandardScaler().fit_transform(X), y

    print("\nAgreement, same initial weights")
    check_soft_targets(*soft_targets, options.soft_targets_epochs)
    check_digits(*digits)

    print(
        f"\nMedians of {options.repeats}. Scikit-learn has no sigmoid output and no "
        "network without\nbiases: on the soft targets its output is the identity, and "
        "it has biases."
    )
    time_soft_targets(*soft_targets, options.soft_targets_epochs, options.repeats)
    for batch_size in (32, 200):
        time_digits(*digits, options.digits_epochs, batch_size, options.repeats)


if __name__ == "__main__":
    main()
