"""W8: L-BFGS, whose iterations are SciPy's."""

import numpy as np

from cases import ENGINES, Case, Required, Rival
from sknn_simple.datasets import load_four_people
from training import Training, agreement, learned

from .layers import standardised_digits

XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])
PEOPLE = load_four_people(return_X_y=True)
# Data, hidden units, iterations, fits per timing, and the compiled engine's speed.
# With more iterations, scikit-learn stops earlier on the toys.
CASES = {
    "digits, 64-100-10": (None, 100, 20, 1, 1.5),
    "four people, 2-2-1": (PEOPLE, 2, 12, 20, 4),
    "XOR, 2-4-1": (XOR, 4, 30, 20, 4),
}


def repeated(fit, n_fits):
    """A function that fits `n_fits` times, to be long enough to time."""

    def run():
        for _ in range(n_fits):
            fit()

    return run


def lbfgs(chosen, quick):
    """W8."""
    chosen = [name for name in chosen if name in (*ENGINES, "scikit-learn")]
    cases = []
    for name, (data, n_hidden, n_iterations, n_fits, least) in CASES.items():
        X, y = data or standardised_digits(quick)
        training = Training(
            X,
            y,
            hidden_layer_sizes=(n_hidden,),
            n_epochs=n_iterations,
            alpha=1e-4,
            solver="lbfgs",
        )
        fits = learned(training, chosen)
        few = training.but(n_epochs=5)
        cases.append(
            Case(
                "W8",
                name,
                "iteration",
                {
                    rival: Rival(repeated(fit, n_fits), n_fits * n_iterations)
                    for rival, fit in fits.items()
                },
                repeats=11,
                agreements=[agreement("weights, 5 iterations", few, chosen, 1e-7)],
                required=[
                    Required("compiled", "scikit-learn", at_least=least),
                    Required("numpy", "scikit-learn", at_least=1),
                ],
                note="All rivals do the same iterations.",
            )
        )
    return cases
