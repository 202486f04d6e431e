"""Orientation: rows of X and y that are probably variables, and columns samples."""

import numpy as np
from scipy.sparse import issparse

MOST_ROWS = 10
"""Maximum number of rows that may be variables."""

RATIO = 10
"""Number of columns per row above which columns may be samples."""


def has_samples_in_columns(targets, samples):
    """Return whether X and y probably have one column per sample.

    Then they have equally many columns, far more than rows. So have data of an
    autoencoder, whose y is X, or close to it, maybe one of them standardised: they are
    left out.
    """
    X, Y, _ = samples
    n_rows, n_columns = X.shape
    is_wide = n_rows <= MOST_ROWS and n_columns > RATIO * n_rows
    if issparse(X) or not is_wide or Y.shape[1] != n_columns:
        return False
    as_given = Y if targets.are_labels else Y * targets.scale + targets.mean
    return not any(_are_alike(X, part) for part in (Y, as_given))


def _are_alike(X, Y):
    return np.mean((X - Y) ** 2) < 0.5 * Y.var()
