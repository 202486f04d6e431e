"""Codes: whole numbers far from a scale, as questionnaires code missing answers."""

import re
from typing import NamedTuple

import numpy as np
from scipy.sparse import issparse

from .columns import Columns

CODE = re.compile(r"-\d|-?(9*[789]|77+|88+)")
"""Usual codes: -9 to -1, 7, 8, 9, 77, 88, 97, 98, 99, 998, 999, -99, -999, ..."""

LEAST_COUNT, LEAST_GAP = 3, 4


class Code(NamedTuple):
    """Values of a column that may be codes, and the scale of all other values."""

    values: np.ndarray
    count: int  # of the rows that have one of the values
    low: float
    high: float

    @property
    def gap(self):
        """The distance between the values and the scale."""
        return max(self.low - self.values[-1], self.values[0] - self.high)

    @property
    def is_plausible(self):
        """Whether the values are far from the scale, in its own width."""
        return self.gap >= max(LEAST_GAP, self.high - self.low)

    def __str__(self):
        return " or ".join(f"{value:.0f}" for value in self.values)


def codes_of_features(evidence):
    """Return a Code for each input of the network that holds one, by its number.

    It is recognised in the data before the steps of a Pipeline. An encoded or imputed
    column no longer holds it.
    """
    X = evidence.X
    X = np.empty((0, 0)) if issparse(X) else np.asarray(X)
    found = {}
    for column in X.T if X.ndim == 2 else ():
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
    if len(values) < 3 or (values % 1).any():
        return None
    k = np.diff(values).argmax() + 1
    parts = slice(None, k), slice(k, None)
    for part, others in (parts, parts[::-1]):
        scale, count = values[others], counts[part].sum()
        code = Code(values[part], count, scale[0], scale[-1])
        if (
            code.is_plausible
            and all(map(_may_be_code, code.values))
            and counts[part].min() >= LEAST_COUNT
            and count <= counts[others].sum()
            and 1 < len(scale) > (code.high - code.low) / 2
        ):
            return code
    return None


def _may_be_code(value):
    return value % 1 == 0 and CODE.fullmatch(f"{value:.0f}")


def _numbers(column):
    """Return a column as numbers, or as NaN if it holds others."""
    try:
        return column.astype(float, copy=False)
    except (TypeError, ValueError):
        return np.full(len(column), np.nan)


def _features_with(evidence, code, rows):
    """Return which features are the column of a code, shifted and scaled at most."""
    X = evidence.problem.samples.X
    coded, others = Columns.of(X[rows], None), Columns.of(X[~rows], None)
    gap = np.maximum(others.lowest - coded.highest, coded.lowest - others.highest)
    width = others.highest - others.lowest
    expected = code.gap / (code.high - code.low) * width
    return np.flatnonzero((width > 0) & np.isclose(gap, expected, rtol=1e-3))
