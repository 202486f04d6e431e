"""Columns: statistics of the columns of a matrix."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import gen_batches
from sklearn.utils.sparsefuncs import mean_variance_axis, min_max_axis

BATCH_SIZE = 1000


class Columns(NamedTuple):
    """Statistics of the columns of a matrix, each of shape (n_columns,)."""

    mean: np.ndarray
    deviation: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray

    @classmethod
    def of(cls, X, sample_weight):
        """Measure a matrix whose rows may have weights."""
        if issparse(X):
            mean, variance = mean_variance_axis(X, axis=0, weights=sample_weight)
            deviation, extremes = np.sqrt(variance), min_max_axis(X, axis=0)
        else:
            mean = np.average(X, weights=sample_weight, axis=0)
            deviation = _deviation(X, mean, sample_weight)
            extremes = X.min(axis=0), X.max(axis=0)
        deviation[np.equal(*extremes)] = 0  # without the rounding of the mean
        return cls(mean, deviation, *extremes)

    @property
    def are_indicators(self):
        """Which columns hold only zeros and ones."""
        variance = self.mean * (1 - self.mean)  # values between 0 and 1 have less
        has_both = (self.lowest == 0) & (self.highest == 1)
        return has_both & np.isclose(self.deviation**2, variance, atol=0)


def _deviation(X, mean, sample_weight):
    """Return the standard deviations, without a copy of the matrix."""
    weights = np.ones(len(X)) if sample_weight is None else sample_weight
    sums = np.zeros_like(mean)
    for rows in gen_batches(len(X), BATCH_SIZE):
        sums += weights[rows] @ (X[rows] - mean) ** 2
    return np.sqrt(sums / weights.sum())
