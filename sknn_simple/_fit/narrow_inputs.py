"""Narrow inputs: they always lie near their mean, and training is slow to use them."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import issparse

from .columns import Columns

REACH = 0.25
"""Largest distance of a narrow input from its mean."""


class NarrowInputs(NamedTuple):
    """Which inputs of the samples are narrow, and whether they are small together."""

    reach: np.ndarray  # the largest distance from the mean, shape (n_features,)
    are_narrow: np.ndarray  # shape (n_features,)
    are_small: bool  # the sum of their variances is below 1
    have_others: bool  # some other input varies, too

    @classmethod
    def of(cls, samples):
        """Measure the samples whose weight is not 0.

        A rare word, for instance, is not narrow: most of its values are the lowest. In
        sparse samples, no input is.
        """
        X, _, weight = samples
        if weight is not None and not weight.all():
            X, weight = X[weight != 0], weight[weight != 0]
        mean, deviation, lowest, highest = Columns.of(X, weight)
        reach = np.maximum(highest - mean, mean - lowest)
        are_narrow = (lowest < highest) & (reach < REACH) & (not issparse(X))
        for column in np.flatnonzero(are_narrow):  # by columns, which saves memory
            are_extreme = np.isin(X[:, column], (lowest[column], highest[column]))
            are_narrow[column] = np.mean(are_extreme) <= 0.5
        are_small = bool(are_narrow.any()) and np.linalg.norm(deviation[are_narrow]) < 1
        return cls(reach, are_narrow, are_small, (deviation[~are_narrow] > 0).any())
