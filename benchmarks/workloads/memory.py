"""W7: how much memory a call needs beyond its input, at its peak.

Each is measured in a process of its own, which runs this file.
"""

import sys
import warnings
from pathlib import Path

import numpy as np
from sklearn.neural_network import MLPClassifier

CALLS = ("fit", "fit, early stopping", "predict")
N_FEATURES = 100


def memory(chosen, quick):
    """W7, of which the limit is for a plain fit."""
    from cases import ENGINES, Case, Required, Rival

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
            required=[Required(e, None, at_most=0.15) for e in ENGINES]
            if call == "fit"
            else [],
            note="Labels of two classes, 100 hidden units, 2 epochs.",
        )
        for call in (CALLS[:1] if quick else CALLS)
    ]


def share(name, call, n_rows):
    """The peak beyond the input of a call, as a share of the input."""
    from machine import run_python

    return float(run_python(__file__, name, call, str(n_rows)))


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


def measure(name, call, n_rows):
    """Run the call once small, so that all code is loaded, then measure it."""
    rng = np.random.default_rng(0)
    classifier = network(name, early_stopping=call == "fit, early stopping")
    X = rng.standard_normal((1000, N_FEATURES), dtype=np.float32)
    classifier.fit(X, X[:, 0] > 0).predict(X)

    X = np.empty((n_rows, N_FEATURES), dtype=np.float32)
    rng.standard_normal(out=X, dtype=np.float32)
    y = X[:, 0] > 0
    before = status("VmRSS")
    # Forget the peak so far.
    Path("/proc/self/clear_refs").write_text("5")
    if call == "predict":
        classifier.predict(X)
    else:
        classifier.fit(X, y)
    return (status("VmHWM") - before) / X.nbytes


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    _, name, call, n_rows = sys.argv
    print(measure(name, call, int(n_rows)))
