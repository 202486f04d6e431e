"""Quartiles: the middle half of each column of a matrix, and outliers far from it."""

from typing import NamedTuple

import numpy as np


class Quartiles(NamedTuple):
    """The quartiles of each column, each of shape (n_columns,)."""

    low: np.ndarray
    middle: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, X):
        """Measure a dense matrix."""
        return cls(*np.percentile(X, [25, 50, 75], axis=0))

    def of_columns(self, columns):
        """Return the quartiles of some columns."""
        return Quartiles(*(quartile[columns] for quartile in self))

    @property
    def distance(self):
        """The distance between the first and the third quartile."""
        return self.high - self.low

    def relative_to(self, deviation):
        """Return the distance in standard deviations, 1 where there is no deviation."""
        known = {"out": np.ones_like(self.low), "where": deviation > 0}
        return np.divide(self.distance, deviation, **known)

    def are_dwarfed(self, deviation):
        """Return the columns that outliers spread, so that most values look alike.

        Where quartiles are equal, the column is mostly one value.
        """
        return (self.distance > 0) & (self.distance < 0.1 * deviation)

    def are_far(self, X):
        """Return which values of the matrix are outliers."""
        return abs(X - self.middle) > 10 * self.distance
