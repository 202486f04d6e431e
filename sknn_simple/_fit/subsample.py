"""Subsample: at most 500 samples, from which automatic options are estimated."""

import numpy as np
from sklearn.utils.random import sample_without_replacement

MOST_SAMPLES, MOST_NUMBERS = 500, 2**22
"""Maximum number of samples, and of values of X, in the estimates."""


def rows_of_weight(samples):
    """Return the numbers of the rows whose weight is not 0."""
    if samples.sample_weight is None:
        return np.arange(len(samples.Y))
    return np.flatnonzero(samples.sample_weight)


def subsample(samples, rows):
    """Return X, Y and weights of some rows in float64, the same in each call."""
    X, Y, weight = samples
    most = max(2, min(MOST_SAMPLES, MOST_NUMBERS // X.shape[1]))
    if len(rows) > most:
        rows = rows[sample_without_replacement(len(rows), most, random_state=0)]
    X, Y = X[rows], Y[rows]
    weight = np.ones(len(rows)) if weight is None else weight[rows]
    X = X if isinstance(X, np.ndarray) else X.toarray()
    return [part.astype(np.float64) for part in (X, Y, weight)]
