"""Subsample: at most 500 samples, from which automatic options are estimated."""

import numpy as np
from sklearn.utils.random import sample_without_replacement

MOST_SAMPLES, MOST_NUMBERS = 500, 2**22
"""Maximum number of samples, and of values of X, in the estimates."""


def n_weighted(samples):
    """Return the number of samples whose weight is not 0."""
    weight = samples.sample_weight
    return len(samples.Y) if weight is None else np.count_nonzero(weight)


def some_rows(n_samples, n_features):
    """Return the numbers of the rows of a subsample, the same in each call."""
    most = max(2, min(MOST_SAMPLES, MOST_NUMBERS // n_features))
    if n_samples <= most:
        return np.arange(n_samples)
    return sample_without_replacement(n_samples, most, random_state=0)


def subsample(samples):
    """Return X, Y and weights of some samples in float64, the same in each call.

    No weight is 0.
    """
    weight = samples.sample_weight
    drawn = some_rows(n_weighted(samples), samples.X.shape[1])
    rows = drawn if weight is None else np.flatnonzero(weight)[drawn]
    weight = np.ones(len(rows)) if weight is None else weight[rows]
    return *in_double_precision(samples, rows), weight.astype(np.float64)


def in_double_precision(samples, rows):
    """Return dense X and Y of some rows in float64."""
    X, Y = samples.X[rows], samples.Y[rows]
    X = X if isinstance(X, np.ndarray) else X.toarray()
    return X.astype(np.float64), Y.astype(np.float64)
