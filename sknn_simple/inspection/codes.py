"""Codes: whole numbers far from a scale, as questionnaires code missing answers."""

import re
from contextlib import suppress
from typing import NamedTuple

import numpy as np
from scipy.sparse import issparse

from .._fit.columns import Columns
from .._fit.tables import columns_of

CODE = re.compile(r"-[1-9]|-?(9*[789]|77+|88+)")
"""Usual codes: -9 to -1, 7, 8, 9, 77, 88, 97, 98, 99, 998, 999, -99, -999, ..."""

LEAST_COUNT, LEAST_DISTANCE = 3, 4
"""How often a code occurs, and how far it is from the scale."""


class Code(NamedTuple):
    """Values of a column that may be codes, and the scale of all other values."""

    values: np.ndarray
    count: int  # of the rows that have one of the values
    low: float
    high: float

    @property
    def reach(self):
        """The range of the whole column, in ranges of the scale."""
        highest = max(self.high, self.values[-1])
        lowest = min(self.low, self.values[0])
        return (highest - lowest) / (self.high - self.low)

    def __str__(self):
        *others, last = (f"{value:.0f}" for value in self.values)
        return " or ".join(filter(None, [", ".join(others), last]))


def codes_of_features(evidence):
    """Return a Code for each input of the network that holds one, by its number.

    It is recognised in the data before the steps of a Pipeline. An encoded or imputed
    column no longer holds it.
    """
    found = {}
    for _, column in () if issparse(evidence.X) else columns_of(evidence.X):
        numbers = _numbers(column)[evidence.rows]
        code = code_of(numbers)
        if code is not None:
            rows = np.isin(numbers, code.values)
            found |= dict.fromkeys(_features_with(evidence, code, rows), code)
    return found


def code_of(column):
    """Return the Code of a column of numbers, or None.

    All other values are whole numbers, and at least half of those within their range
    occur. Counts and amounts that reach as far have larger gaps.
    """
    known = column[np.isfinite(column)]
    # Most columns end in other values, and need not be sorted.
    if len(known) == 0 or not (_may_be_code(known.min()) or _may_be_code(known.max())):
        return None
    values, counts = np.unique(known, return_counts=True)
    if (values % 1).any():
        return None
    scale = _scale(values, counts)
    are_codes = ~np.isin(values, scale)
    count, n_others = counts[are_codes].sum(), counts[~are_codes].sum()
    is_dense = 1 < len(scale) > np.ptp(scale) / 2
    if not (is_dense and 0 < count <= n_others):
        return None
    return Code(values[are_codes], count, scale[0], scale[-1])


def _scale(values, counts):
    """Return sorted values without those at both ends that may be codes.

    Codes are far from all values between them, by the width of these.
    """
    if len(values) == 1:
        return values
    gaps = np.diff(values)
    k = gaps.argmax() + 1
    parts = slice(None, k), slice(k, None)
    for codes, others in (parts, parts[::-1]):
        if (
            gaps.max() >= max(LEAST_DISTANCE, np.ptp(values[others]))
            and counts[codes].min() >= LEAST_COUNT
            and all(map(_may_be_code, values[codes]))
        ):
            return _scale(values[others], counts[others])
    return values


def _may_be_code(value):
    return value % 1 == 0 and CODE.fullmatch(f"{value:.0f}")


def _numbers(column):
    """Return a column as numbers, or as NaN if it holds others, such as dates."""
    if column.ndim == 1 and column.dtype.kind not in "mM":
        with suppress(TypeError, ValueError):
            return column.astype(float, copy=False)
    return np.full(len(column), np.nan)


def _features_with(evidence, code, rows):
    """Return which features are the column of a code, shifted and scaled at most."""
    X = evidence.problem.samples.X
    scale = Columns.of(X[~rows], None)
    width = scale.highest - scale.lowest
    reach = evidence.inputs.highest - evidence.inputs.lowest
    return np.flatnonzero((width > 0) & np.isclose(reach, code.reach * width, 1e-3))
