"""Checks of the arrays that an engine reads and writes, before it does."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from .parameters import Parameters


def check_array(
    name: str, array: np.ndarray, shape: tuple[int, ...], dtype: Any
) -> None:
    """Raise ValueError unless an array of this shape and dtype can be written to."""
    flags = array.flags
    if not (
        array.shape == shape
        and array.dtype == dtype
        and (flags.c_contiguous and flags.aligned and flags.writeable)
    ):
        raise ValueError(
            f"{name} must be of shape {shape} and dtype {dtype}, contiguous, aligned "
            f"and writeable, got {array.shape}, {array.dtype} and strides "
            f"{array.strides}."
        )


def check_vectors(
    vectors: Mapping[str, np.ndarray],
    like: np.ndarray,
    read: Mapping[str, np.ndarray],
) -> None:
    """Check vectors of parameters, to which training writes.

    Parameters
    ----------
    vectors : dict of str to ndarray
        Vectors by name.

    like : ndarray of shape (n_parameters,)
        Vector whose shape and dtype the others must have.

    read : dict of str to ndarray
        Arrays that training reads, by name.

    Raises
    ------
    ValueError
        If training cannot write to a vector, or would change another array by it.
    """
    others = list(read.items())
    for name, vector in vectors.items():
        check_array(name, vector, like.shape, like.dtype)
        for other, array in others:
            if np.may_share_memory(array, vector):
                raise ValueError(f"{other} and {name} must not share memory.")
        others.append((name, vector))


def check_samples(
    parameters: Parameters,
    X: Any,
    Y: np.ndarray,
    sample_weight: np.ndarray | None,
) -> None:
    """Raise ValueError unless the samples fit the network, and have a weight."""
    n_samples, sizes = X.shape[0], parameters.layer_sizes
    if n_samples == 0:
        raise ValueError("X must have at least one row, got 0.")
    for name, array, shape in (
        ("X", X, (n_samples, sizes[0])),
        ("Y", Y, (n_samples, sizes[-1])),
        ("sample_weight", sample_weight, (n_samples,)),
    ):
        if array is not None and array.shape != shape:
            raise ValueError(
                f"{name} must be of shape {shape} for {n_samples} samples and a "
                f"network of layer_sizes {sizes}, got {array.shape}."
            )
    if sample_weight is not None and sample_weight.sum(dtype=np.float64) == 0:
        raise ValueError("The sample weights must not sum to 0.")


def check_batch_size(batch_size: Any, n_samples: int) -> int:
    """Return the number of samples per minibatch, at most all; check that it is one."""
    is_integer = isinstance(batch_size, int | np.integer)
    if not is_integer or batch_size < 1:
        raise ValueError(
            f"batch_size must be an integer of at least 1, got {batch_size!r}."
        )
    return min(int(batch_size), n_samples)


def check_rows(X: Any) -> None:
    """Raise ValueError unless X is a CSR matrix whose rows lie within its arrays."""
    if X.format != "csr":
        raise ValueError(f"X must be an array or a CSR matrix, got {X.format!r}.")
    check_indices(X)


def check_indices(X: Any) -> None:
    """Raise ValueError if the arrays of a CSR or CSC matrix point outside of it.

    Behind the last row or column, they may have spare memory.
    """
    n_rows, n_columns = X.shape if X.format == "csr" else X.shape[::-1]
    n_stored = min(X.indices.size, X.data.size)
    used = X.indices[: X.indptr.max(initial=0)]
    if (
        len(X.indptr) != n_rows + 1
        or not 0 <= used.min(initial=0) <= used.max(initial=0) < n_columns
        or X.indptr[0] != 0
        or (np.diff(X.indptr) < 0).any()
        or X.indptr[-1] > n_stored
    ):
        raise ValueError(
            f"X is a damaged {X.format.upper()} matrix: it must have indices from 0 to "
            f"{n_columns - 1} and an indptr of {n_rows + 1} numbers that begins with 0 "
            f"and never falls, up to {n_stored} at most. Build it again, for instance "
            "from coordinates with scipy.sparse.coo_array."
        )
