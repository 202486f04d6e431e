"""Memory that training writes to, allocated once, and addition in place."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.linalg.blas import daxpy, saxpy


def add_multiple(vector: np.ndarray, factor: float, other: np.ndarray) -> None:
    """Add factor * other to `vector`, in one pass of BLAS instead of two of NumPy."""
    axpy = daxpy if vector.dtype == np.float64 else saxpy
    total = axpy(other, vector, a=factor)
    if total is not vector:  # BLAS cannot write to a vector of this kind
        vector[...] = total


class Workspace:
    """Arrays that the passes write to, allocated once.

    Parameters
    ----------
    layer_sizes : sequence of int
        Number of inputs, of units in each hidden layer, and of outputs.

    n_rows : int
        Number of samples in a pass.

    dtype : dtype
        Dtype of the network's parameters.
    """

    def __init__(
        self,
        layer_sizes: Sequence[int],
        n_rows: int,
        dtype: np.dtype | type[np.floating],
    ) -> None:
        def arrays() -> list[np.ndarray]:
            return [np.empty((n_rows, size), dtype) for size in layer_sizes[1:]]

        self.activations = arrays()
        self.deltas = arrays()
        self.scratch = arrays()
        self.ones = np.ones(n_rows, dtype)
        self._gathered: dict[str, np.ndarray] = {}

    def take(self, name: str, array: Any, rows: np.ndarray) -> Any:
        """Copy `rows` of an array into the memory kept under this name."""
        if not isinstance(array, np.ndarray):
            return array[rows]
        if name not in self._gathered:
            shape = (len(rows), *array.shape[1:])
            self._gathered[name] = np.empty(shape, array.dtype)
        # In any other mode, `take` would fill a second buffer and copy it.
        return array.take(rows, axis=0, out=self._gathered[name], mode="clip")
