"""Row order: whether rows that follow each other share the errors of their targets.

So do daily rows whose targets are returns over a month, and the visits of one patient.
Where inputs persist, too, neighbours are mostly rows close in order, and their shared
errors pass for a signal.
"""

from typing import NamedTuple

import numpy as np

from .distances import squared_distances, standardised
from .kernel_ridge import runs_left_out, without_outliers
from .subsample import MOST_NUMBERS, in_double_precision

N_RUNS, LENGTH = 25, 20
"""Number of runs, spread evenly over the rows, and maximum number of rows in each."""

N_BEYOND = 2
"""Number of runs that may be beyond the range of the others, as both ends of a table
that is sorted by an input."""

LEAST_EFFECT, LEAST_NOISE = 7, 0.4
"""Design effect of the errors, and their share of the variance of the targets, which a
signal that the predictions miss hardly reaches."""

FEWEST_CHANGES = 40
"""Number of changes between low and high targets below which the rows may be sorted."""

ALIKE = 0.2
"""Share of the variance between runs, of targets and of inputs, without which rows that
follow each other are no neighbours, or do not share errors."""


class SharedErrors(NamedTuple):
    """Errors of the targets that rows share with those that follow.

    Attributes
    ----------
    design_effect : float
        How many times larger the variance of a sum of errors is than if they were
        independent [1]_: n rows tell as much as ``n / design_effect`` independent ones.

    noise : float
        The share of the variance of the targets that they are.

    References
    ----------
    .. [1] L. Kish, "Survey sampling", Wiley 1965, chapter 5.4.
    """

    design_effect: float
    noise: float


def runs_of(rows, n_features):
    """Return runs of these rows, spread evenly, shape (n_runs, length).

    None if they are too few to have the least design effect, which is at most the
    length.
    """
    length = min(LENGTH, len(rows) // N_RUNS, MOST_NUMBERS // n_features // N_RUNS)
    if length <= LEAST_EFFECT:
        return None
    first = np.arange(N_RUNS) * (len(rows) - length) // (N_RUNS - 1)
    return rows[np.add.outer(first, np.arange(length))]


def shared_errors(samples, runs, n_rows, relevance):
    """Return the SharedErrors of rows that follow each other, None if there are none.

    Each run is predicted from the others. If errors are independent, the mean error of
    m rows has 1 / m of the variance of an error. How many times larger it is, is the
    design effect. The two runs of the largest errors do not count for it.

    A signal must not pass for errors: the best of three predictions counts (see
    `_errors`), and the design effect and the errors must be large. Nor must the order
    of a sorted table: targets must go up and down, and inputs come back to values.

    Parameters
    ----------
    samples : Samples
        Inputs and targets.

    runs : ndarray of shape (n_runs, length)
        Numbers of the rows of each run, as `runs_of` returns them.

    n_rows : int
        Number of rows that the runs are taken from.

    relevance : callable
        Returns the relevance of the inputs, of mean 1. Most tables do not need it.
    """
    X, Y = in_double_precision(samples, runs.ravel())
    equal, length = np.ones(len(Y)), runs.shape[1]
    X, Y = (standardised(part, equal)[0] for part in (X, without_outliers(Y)))
    if n_rows * _share_of_changes(Y, length) < FEWEST_CHANGES or _is_sorted(X, length):
        return None
    if min(_alike(X, length), _alike(Y, length)) < ALIKE:
        return None
    errors = _errors(X, Y, length, relevance())
    noise = np.mean(errors**2) / np.mean(Y**2)
    errors = errors[np.mean(errors**2, axis=(1, 2)).argsort()[:-N_BEYOND]]
    effect = length * np.mean(errors.mean(axis=1) ** 2) / np.mean(errors**2)
    if effect < LEAST_EFFECT or noise < LEAST_NOISE:
        return None
    # Rounded, since the last bits depend on the number of threads of BLAS.
    return SharedErrors(float(f"{effect:.3g}"), float(f"{noise:.3g}"))


def _share_of_changes(Y, length):
    """Return how often a target is above its mean, and the next one below, or so."""
    above = (Y > 0).reshape(N_RUNS, length, -1)
    return np.mean((above[:, 1:] != above[:, :-1]).any(axis=2))


def _is_sorted(X, length):
    """Return whether most runs are beyond all others along an input."""
    runs = X.reshape(N_RUNS, length, -1)
    low, high = runs.min(axis=1), runs.max(axis=1)
    order = low.argsort(axis=0)
    low, high = (np.take_along_axis(part, order, axis=0) for part in (low, high))
    are_apart = low[1:] > np.maximum.accumulate(high)[:-1]
    return are_apart.mean(axis=0).max() > 0.5


def _alike(columns, length):
    """Return the share of the variance of columns that is between runs."""
    runs = columns.reshape(N_RUNS, length, -1)
    total = np.mean(columns**2)
    return 1 - np.mean(runs.var(axis=1, ddof=1)) / total if total else 0.0


def _errors(X, Y, length, relevance):
    """Return the errors of runs of rows, predicted from all others.

    The smallest count, of a constant, of linear ridge regression, and of kernel ridge
    regression with a wide or a narrow Gaussian kernel of all inputs, or with a wide one
    of inputs scaled by the root of their relevance.
    """
    relevant = X * np.sqrt(relevance)
    wide, of_relevant = (
        np.exp(-squared_distances(inputs) / X.shape[1]) for inputs in (X, relevant)
    )
    kernels = X @ X.T / X.shape[1], wide, wide**8, of_relevant
    errors = [runs_left_out(kernel, Y, length) for kernel in kernels]
    errors.append(Y.reshape(N_RUNS, length, -1))
    return min(errors, key=lambda errors: np.mean(errors**2))
