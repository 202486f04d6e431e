"""Distances between rows of standardised columns."""

import numpy as np


def centred(columns, weight):
    """Return columns of mean 0."""
    return columns - weight @ columns / weight.sum()


def standardised(columns, weight):
    """Return columns of mean 0 and variance 1, and their deviations before.

    Constant columns become zeros.
    """
    largest = abs(columns).max(axis=0)
    largest = np.where(largest > 0, largest, 1)
    columns = centred(columns / largest, weight)  # no square overflows
    # Unlike a product, a mean does not depend on the number of threads of BLAS.
    deviations = np.sqrt(np.average(columns**2, axis=0, weights=weight))
    columns /= np.where(deviations > 1e-9, deviations, np.inf)
    return columns, largest * deviations


def dimension(distances):
    """Return how many independent inputs of equal variance have such distances.

    The squared distances of k normal inputs have the mean 2 k and the variance 8 k.
    """
    n_pairs = max(1, len(distances) * (len(distances) - 1))
    mean = distances.sum() / n_pairs
    variance = (distances**2).sum() / n_pairs - mean**2
    # Rounded, since the last bits depend on the number of threads of BLAS.
    return float(f"{2 * mean**2 / variance:.3g}") if variance > 0 else 1.0


def squared_distances(rows):
    """Return the squared distance of each pair of rows, in a single product."""
    squares, ones = (rows**2).sum(axis=1), np.ones(len(rows))
    left = np.column_stack([-2 * rows, squares, ones])
    return left @ np.column_stack([rows, ones, squares]).T
