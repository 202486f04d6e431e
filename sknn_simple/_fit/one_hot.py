"""One-hot: indicator matrices that are probably classes, with one label in each row."""

import numpy as np

ALMOST_ALL = 0.999
"""Share of rows with exactly one label above which labels are probably classes."""

FEWEST_ROWS = 30
"""Fewer rows may have one label each by chance."""


def share_with_one_label(targets, Y):
    """Return the share of rows of an indicator matrix that have exactly one label.

    It is 0 for other targets, and for matrices of one column or a few rows.
    """
    n_rows, n_labels = Y.shape
    if not targets.multilabel or n_labels < 2 or n_rows < FEWEST_ROWS:
        return 0.0
    return np.mean(Y.sum(axis=1) == 1)
