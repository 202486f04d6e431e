"""Columns: statistics of the columns of a matrix."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.sparsefuncs import mean_variance_axis, min_max_axis


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
            return cls(mean, np.sqrt(variance), *min_max_axis(X, axis=0))
        mean = np.average(X, weights=sample_weight, axis=0)
        variance = np.average((X - mean) ** 2, weights=sample_weight, axis=0)
        return cls(mean, np.sqrt(variance), X.min(axis=0), X.max(axis=0))
