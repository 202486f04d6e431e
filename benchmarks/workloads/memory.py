"""W7: how much memory a call needs beyond its input, at its peak.

Each is measured in a process of its own, which runs this file.
"""

import ctypes
import sys
import warnings
from functools import partial
from pathlib import Path

import numpy as np
from sklearn.neural_network import MLPClassifier

CALLS = ("fit", "fit, 10 classes", "fit, early stopping", "predict")
LIMITED = CALLS[:2]
N_FEATURES = 100
# Where to write 5, to have VmHWM begin anew.
FORGET_PEAK = Path("/proc/self/clear_refs")


def memory(chosen, quick):
    """W7; early stopping copies its training samples, and has no limit."""
    from cases import ENGINES, Case, Required, Rival

    if peak_is_unknown():
        return []
    n_rows = 20_000 if quick else 500_000
    names = [name for name in chosen if name in (*ENGINES, "scikit-learn")]
    return [
        Case(
            "W7",
            call,
            "the input's size",
            {name: Rival(lambda n=name, c=call: share(n, c, n_rows)) for name in names},
            repeats=1,
            measure=lambda run: run(),
            is_share=True,
            required=[
                Required(engine, None, at_most=0.15)
                for engine in (ENGINES if call in LIMITED else ())
            ],
            note="100 hidden units, 2 epochs, and two classes where not 10.",
        )
        for call in (CALLS[:1] if quick else CALLS)
    ]


def share(name, call, n_rows):
    """The peak beyond the input of a call, as a share of the input."""
    from machine import run_python

    return float(run_python(__file__, name, call, str(n_rows)))


def peak_is_unknown():
    """Whether it is; says so."""
    unknown = not FORGET_PEAK.exists()
    if unknown:
        print("  Skipped: only Linux reports the peak memory of a call.")
    return unknown


def peak_beyond_now(run):
    """Call `run`; return the peak of resident memory meanwhile, minus that before."""
    before = status("VmRSS")
    FORGET_PEAK.write_text("5")
    run()
    return status("VmHWM") - before


def status(field):
    """A figure of this process in bytes, as Linux gives it."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"/proc/self/status has no {field}.")


def network(name, early_stopping):
    """A classifier of this name."""
    parameters = {
        "hidden_layer_sizes": (100,),
        "solver": "sgd",
        "max_iter": 2,
        "random_state": 0,
        "early_stopping": early_stopping,
    }
    if name == "scikit-learn":
        return MLPClassifier(**parameters, activation="logistic")
    from sknn_simple import SimpleMLPClassifier

    return SimpleMLPClassifier(**parameters, engine=name)


def labels(X, call):
    """Two classes or ten."""
    if call == "fit, 10 classes":
        return np.arange(len(X)) % 10
    return X[:, 0] > 0


def measure(name, call, n_rows):
    """Run the call once small, so that all code is loaded, then measure it."""
    rng = np.random.default_rng(0)
    classifier = network(name, early_stopping=call == "fit, early stopping")
    X = rng.standard_normal((1000, N_FEATURES), dtype=np.float32)
    classifier.fit(X, labels(X, call)).predict(X)

    X = np.empty((n_rows, N_FEATURES), dtype=np.float32)
    rng.standard_normal(out=X, dtype=np.float32)
    y = labels(X, call)
    # Memory that was freed but kept would be reused, and hide the call's own.
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
    predict, fit = partial(classifier.predict, X), partial(classifier.fit, X, y)
    return peak_beyond_now(predict if call == "predict" else fit) / X.nbytes


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    _, name, call, n_rows = sys.argv
    print(measure(name, call, int(n_rows)))
