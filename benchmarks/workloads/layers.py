"""W4 and W5: classifiers of the sizes that scikit-learn's users train."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler

from cases import AS_FAST_AS_A_BARE_LOOP, Case, Required, Rival, faster
from loops import MatrixProducts
from training import Training, agreements, fits

# Batch size: epochs, fewer epochs of slow rivals, and the engines' required speeds.
DIGITS = {
    1: (5, {"PyTorch": 1, "skorch": 1}, faster(numpy=2.2, compiled=18, jax=1.5)),
    10: (10, {"PyTorch": 5, "skorch": 3}, faster(numpy=2, compiled=7, jax=1.3)),
    32: (15, {"PyTorch": 10, "skorch": 5}, faster(numpy=1.8, compiled=4, jax=1.3)),
    200: (40, {"PyTorch": 30, "skorch": 15}, faster(numpy=1.5, compiled=2, jax=1.25)),
}
# float32 sums of 784 products differ by rounding, and so does what follows.
FLOAT32_TOLERANCE = 1e-4
LARGE = {
    np.float64: (None, faster(numpy=1.4, compiled=1.5)),
    np.float32: (FLOAT32_TOLERANCE, faster(numpy=1.15, compiled=1.2)),
}


def standardised_digits(quick):
    """The images of handwritten digits, and the digits."""
    X, y = load_digits(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    return (X[:400], y[:400]) if quick else (X, y)


def digits(chosen, quick):
    """W4."""
    X, y = standardised_digits(quick)
    cases = []
    for batch_size, (n_epochs, fewer, required) in DIGITS.items():
        training = Training(
            X,
            y,
            hidden_layer_sizes=(100,),
            n_epochs=1 if quick else n_epochs,
            batch_size=batch_size,
            # The smaller the batches, the more they disagree.
            learning_rate=0.002 if batch_size == 1 else 0.05,
            momentum=0.9,
            alpha=1e-4,
        )
        few = training.but(n_epochs=1 if batch_size == 1 else 3)
        cases.append(
            Case(
                "W4",
                f"batches of {batch_size}",
                "epoch",
                fits(training, chosen, {} if quick else fewer),
                repeats=5 if batch_size == 1 else 9,
                agreements=agreements("weights", few, chosen),
                required=[*required, AS_FAST_AS_A_BARE_LOOP],
            )
        )
    return cases


def large(chosen, quick):
    """W5; the C++ loop has no float32, and no more to show than the products."""
    chosen = [name for name in chosen if name != "C++ loop"]
    n_samples = 1000 if quick else 20_000
    rng = np.random.RandomState(0)
    X = rng.standard_normal((n_samples, 784))
    y = rng.randint(10, size=n_samples)
    cases = []
    for dtype, (tolerance, required) in LARGE.items():
        training = Training(
            X.astype(dtype),
            y,
            hidden_layer_sizes=(256,),
            n_epochs=1 if quick else 2,
            batch_size=200,
            learning_rate=0.05,
            momentum=0.9,
            alpha=1e-4,
        )
        few = training.but(X=training.X[:1000], y=y[:1000], n_epochs=2)
        rivals = fits(training, chosen, {})
        if "matrix products" in chosen:
            products = MatrixProducts(training.X, training.start().coefs, 200)
            rivals["matrix products"] = Rival(products.epoch)
        within = Required("compiled", "matrix products", at_most=1.2)
        cases.append(
            Case(
                "W5",
                np.dtype(dtype).name,
                "epoch",
                rivals,
                repeats=7,
                agreements=agreements("weights, 1000 rows", few, chosen, tolerance),
                required=[*required, within],
                note="The matrix products are the five of a step, alone.",
            )
        )
    return cases
