"""Copies: rows that occur more than once, and count as one row of their total weight.

They appear when rare classes are oversampled, and in repeated snapshots of a table. In
a frequency table, on the other hand, a row stands for several samples.
"""

import functools

import numpy as np
from scipy.sparse import csr_array, issparse

MOST_OTHERS = 0.05
"""Largest share of the repeated rows that may have other targets than the first of
them. If there are more, equal inputs are coarse rather than copied."""


def distinct_rows(samples):
    """Return which rows are distinct samples of nonzero weight, and their weights.

    Copies of a sample carry no information about noise: their weights are added to the
    first copy. But if many equal inputs have different targets, the inputs are coarse:
    equal samples may not be copies, and all are kept.
    """
    X, Y, weight = samples
    has_copies = _has_equal_rows(X)
    if weight is None:  # ones that take no memory
        rows, weight = np.arange(len(Y)), np.broadcast_to(1.0, len(Y))
    else:
        rows = np.flatnonzero(weight)
        weight = weight[rows].astype(np.float64)
    if not has_copies:
        return rows, weight
    _, first, group = np.unique(
        _row_numbers(X)[rows], return_index=True, return_inverse=True
    )
    first = rows[first[group]]
    differs = (Y[first] != Y[rows]).any(axis=1)
    if differs.sum() > MOST_OTHERS * np.count_nonzero(first != rows):
        return rows, weight
    distinct, group = np.unique(np.where(differs, rows, first), return_inverse=True)
    return distinct, np.bincount(group, weight)


def are_frequencies(samples, rows, weight):
    """Return whether the weights of these rows, which have labels, count samples.

    A frequency table, as of the answers to a few stimuli, has whole numbers as weights
    and repeats no row, but many inputs, each with several labels.
    """
    X, Y, given_weight = samples
    if given_weight is None or len(rows) < np.count_nonzero(given_weight):
        return False  # the weights are sums over copies
    are_whole = (weight == np.rint(weight)).all() and weight.sum() < 2**53
    if not are_whole or weight.max() <= 1 or not _has_equal_rows(X):
        return False
    numbers = np.column_stack([_row_numbers(X)[rows], _row_numbers(Y)[rows]])
    n_inputs, n_rows = len(np.unique(numbers[:, 0])), len(np.unique(numbers, axis=0))
    return n_rows == len(rows) >= 4 / 3 * n_inputs


def _has_equal_rows(X):
    """Return whether some rows are equal."""
    numbers = _row_numbers(X)
    # In place, and not kept for `distinct_rows`: large tables leave little memory.
    numbers.sort()
    return (numbers[1:] == numbers[:-1]).any()


def _row_numbers(X):
    """Return a 64-bit number for each row: equal rows have equal numbers.

    Different rows almost surely have different ones. The number is the sum of the bits
    of the values, each multiplied by a random odd number of its column: a universal
    hash [1]_.

    References
    ----------
    .. [1] J. L. Carter and M. N. Wegman, "Universal classes of hash functions", Journal
       of Computer and System Sciences 18 (1979).
    """
    odd = _odd_numbers(X.shape[1])
    if issparse(X):
        return csr_array((_bits(X.data), X.indices, X.indptr), shape=X.shape) @ odd
    numbers = np.empty(len(X), np.int64)
    size = max(1, 2**14 // X.shape[1])  # fits the cache
    for start in range(0, len(X), size):
        block = slice(start, start + size)
        numbers[block] = _bits(X[block]) @ odd
    return numbers


@functools.lru_cache(maxsize=1)  # for streams, since seeding takes longer than a step
def _odd_numbers(n):
    """Return random odd numbers, the same in each call."""
    return 2 * np.random.RandomState(0).randint(2**62, size=n, dtype=np.int64) + 1


def _bits(numbers):
    """Return the bits of numbers as integers.

    Round numbers differ only in their high bits, and a product keeps these high. They
    are therefore mixed into the low bits.
    """
    numbers = numbers + 0.0  # -0.0 becomes 0.0
    bits = numbers.view(f"i{numbers.itemsize}").astype(np.int64, copy=False)
    for shift in (32, 16):
        bits ^= bits >> shift
    return bits
