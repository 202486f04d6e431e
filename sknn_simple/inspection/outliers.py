"""Outliers: extreme values of the inputs, which make most samples look alike."""

import numpy as np
from scipy.sparse import issparse

from .._fit.quartiles import Quartiles
from .._fit.subsample import some_rows
from .columns import Columns
from .problem import loss_without_penalty

FEW = 0.1
"""Share of the rows that may be faults; more of them are a skewed distribution."""


def outlying_features(evidence):
    """Return which features extreme values spread; none of sparse inputs."""
    deviation = evidence.inputs.deviation
    if issparse(evidence.problem.samples.X):
        return np.zeros(len(deviation), bool)
    return evidence.quartiles.are_dwarfed(deviation)


def outlying_rows(evidence):
    """Return which samples have extreme values, shape (n_samples,)."""
    columns = outlying_features(evidence)
    X = evidence.problem.samples.X[:, columns]
    return evidence.quartiles.of_columns(columns).are_far(X).any(axis=1)


def usual_loss(evidence):
    """Return the loss of the samples without outliers, or of all if there are none."""
    if not outlying_features(evidence).any():
        return evidence.loss
    usual = np.flatnonzero(~outlying_rows(evidence))
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


def repeated_outlier(X):
    """Return the value of most extreme values, and its number, or None.

    None also if the data are not numbers: other steps of a Pipeline may encode them.
    """
    X = np.asarray(X)
    try:
        X = X if X.dtype.kind == "f" else X.astype(float)
    except (TypeError, ValueError):
        return None
    if X.ndim != 2:
        return None
    quartiles = Quartiles.of(X[some_rows(*X.shape)])
    outlying = quartiles.are_dwarfed(Columns.of(X, None).deviation)
    X = X[:, outlying]
    return most_frequent(X[quartiles.of_columns(outlying).are_far(X)])


def most_frequent(outliers):
    """Return the value of at least 3, and half, of them, and its number, or None."""
    values, counts = np.unique(outliers, return_counts=True)
    if counts.max(initial=0) < max(3, len(outliers) / 2):
        return None
    return values[counts.argmax()], counts.max()


def check_rows(numbers, name):
    """Advise to check some rows of X or y, which count from 0."""
    rows = f"row {numbers[0]} of {name}"
    if len(numbers) > 1:
        first = f"row {numbers[0]} is the first"
        rows = f"{len(numbers)} rows of {name}, of which {first}"
    return f"check and correct, or remove, {rows}"
