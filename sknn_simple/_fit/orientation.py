"""Orientation: rows of X and y that are probably variables, and columns samples."""

import numpy as np
from scipy.sparse import issparse

MOST_ROWS = 10
"""Maximum number of rows that may be variables."""

RATIO = 50
"""Number of columns per row above which columns may be samples."""

ALMOST_LINEAR = 0.99
"""Correlation of X and y above which y is X in other units."""


def has_samples_in_columns(targets, samples):
    """Return whether X and y probably have one column per sample.

    Then they have equally many columns, far more than rows. So have data of an
    autoencoder, whose y is X, or close to it, maybe in other units or standardised:
    they are left out, and so are equal inputs in several rows.
    """
    X, Y, _ = samples
    n_rows, n_columns = X.shape
    is_wide = n_rows <= MOST_ROWS and n_columns > RATIO * n_rows
    if issparse(X) or not is_wide or Y.shape[1] != n_columns:
        return False
    X, Y = X.astype(np.float64), Y.astype(np.float64)
    if n_rows > 1 and np.ptp(X) == 0:  # StandardScaler makes a single row constant
        return False
    as_given = Y if targets.are_labels else Y * targets.scale + targets.mean
    with np.errstate(over="ignore", invalid="ignore"):
        return not any(_are_alike(X, part) for part in (Y, as_given))


def _are_alike(X, Y):
    """Return whether Y is close to X, or almost a multiple of it plus a constant.

    A single row may be such a multiple, since many relations are almost linear.
    """
    if np.mean((X - Y) ** 2) < 0.5 * Y.var():
        return True
    covariance = np.mean((X - X.mean()) * (Y - Y.mean()))
    return len(X) > 1 and covariance > ALMOST_LINEAR * X.std() * Y.std()
