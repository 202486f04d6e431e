"""Outliers: extreme values of the inputs, which make most samples look alike."""

import numpy as np
from scipy.sparse import issparse

from .._fit.columns import Columns
from .._fit.quartiles import Quartiles
from .._fit.subsample import some_rows
from .codes import LEAST_COUNT
from .problem import loss_without_penalty

SHARE_OF_FAULTS = 0.1
"""Share of the rows that may be faults; more of them are a skewed distribution."""


def outlying_features(evidence):
    """Return which features extreme values spread; none of sparse inputs."""
    deviation = evidence.inputs.deviation
    if issparse(evidence.problem.samples.X):
        return np.zeros(len(deviation), bool)
    return evidence.quartiles.are_dwarfed(deviation)


def extreme_values(evidence, features):
    """Return which values of some features are extreme, shape (n_samples, n_some)."""
    X = evidence.problem.samples.X[:, features]
    return evidence.quartiles.of_columns(features).are_far(X)


def usual_loss(evidence):
    """Return the loss of the samples without outliers, or of all if there are none."""
    outlying = outlying_features(evidence)
    if not outlying.any():
        return evidence.loss
    usual = np.flatnonzero(~extreme_values(evidence, outlying).any(axis=1))
    if len(usual) == 0:
        return evidence.loss
    samples = evidence.problem.samples.rows(usual)
    return loss_without_penalty(evidence.problem, samples)


def wide_features(evidence):
    """Return which features vary widely: not those that only outliers spread."""
    deviation = evidence.inputs.deviation
    outlying = outlying_features(evidence)
    if outlying.any():
        outlying &= evidence.quartiles.distance < 10
    return (deviation > 10) & ~outlying


def repeated_outlier(evidence, are_extreme):
    """Return the value of most extreme values of features, and its number, or None.

    It is found in the data before the steps of a Pipeline, in the columns whose extreme
    values are in the same rows. None if the data are not numbers: steps encode them.
    """
    try:
        X = np.asarray(evidence.X)
        X = X if X.dtype.kind == "f" else X.astype(float)
    except (TypeError, ValueError):
        return None
    if X.ndim != 2:
        return None
    some = some_rows(len(evidence.rows), X.shape[1])
    quartiles = Quartiles.of(X[evidence.rows[some]])
    outlying = quartiles.are_dwarfed(Columns.of(X, None).deviation)
    X = X[:, outlying][evidence.rows]
    are_far = quartiles.of_columns(outlying).are_far(X)
    places = {rows.tobytes() for rows in are_extreme.T}
    are_same = np.array([rows.tobytes() in places for rows in are_far.T], bool)
    return most_frequent(X[are_far & are_same])


def most_frequent(outliers):
    """Return the value of several, and half, of them, and its number, or None."""
    values, counts = np.unique(outliers, return_counts=True)
    if counts.max(initial=0) < max(LEAST_COUNT, len(outliers) / 2):
        return None
    return values[counts.argmax()], counts.max()


def if_code(value, count, name):
    """Return the condition of an advice on a repeated value of X or y."""
    return (
        f"if {value:.10g}, which occurs {count} times in {name}, is a code for missing "
        "values"
    )


def check_rows(numbers, name):
    """Advise to check some rows of X or y, which count from 0."""
    rows = f"row {numbers[0]} of {name}"
    if len(numbers) > 1:
        first = f"row {numbers[0]} is the first"
        rows = f"{len(numbers)} rows of {name}, of which {first}"
    return f"check and correct, or remove, {rows}"
