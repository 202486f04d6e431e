"""How the time of an epoch grows with rows, width, depth and batch size."""

import numpy as np

from cases import Case
from training import Training, agreements, fits

BASE = {"rows": 1000, "width": 100, "depth": 1, "batch size": 32}
POINTS = {
    "rows": (100, 1000, 10_000, 100_000),
    "width": (4, 16, 64, 256, 1024),
    "depth": (1, 2, 4, 8),
    "batch size": (1, 8, 32, 200, 1000),
}
RIVALS = ("numpy", "compiled", "scikit-learn", "PyTorch", "JAX")
# An epoch is repeated until a fit takes about this many steps.
N_STEPS = 250


def training_at(sizes, quick):
    """20 features and 5 classes, in a network of these sizes."""
    rng = np.random.RandomState(0)
    X = rng.standard_normal((sizes["rows"], 20))
    steps_per_epoch = -(-sizes["rows"] // sizes["batch size"])
    return Training(
        X,
        np.arange(len(X)) % 5,
        hidden_layer_sizes=(sizes["width"],) * sizes["depth"],
        n_epochs=max(1, (20 if quick else N_STEPS) // steps_per_epoch),
        batch_size=sizes["batch size"],
        learning_rate=0.001,
        momentum=0.9,
        alpha=1e-4,
    )


def growth(chosen, quick):
    """A case for each size on each axis, the others being those of `BASE`."""
    chosen = [name for name in chosen if name in RIVALS]
    cases = []
    for axis, values in POINTS.items():
        for value in values[:2] if quick else values:
            training = training_at({**BASE, axis: value}, quick)
            rows = slice(max(200, training.batch_size))
            few = training.but(X=training.X[rows], y=training.y[rows], n_epochs=2)
            cases.append(
                Case(
                    "growth",
                    f"{axis} {value}",
                    "epoch",
                    fits(training, chosen, {}),
                    repeats=5,
                    agreements=agreements("weights", few, chosen),
                    note=", ".join(f"{axis} {value}" for axis, value in BASE.items()),
                    axis=axis,
                    value=value,
                )
            )
    return cases
