"""Memory that training writes to, allocated once."""

import numpy as np


class Workspace:
    """Arrays that the passes write to, allocated once.

    Parameters
    ----------
    layer_sizes : sequence of int

    n_rows : int
        The number of samples in a pass.

    dtype : dtype
    """

    def __init__(self, layer_sizes, n_rows, dtype):
        def arrays():
            return [np.empty((n_rows, size), dtype) for size in layer_sizes[1:]]

        self.activations = arrays()
        self.deltas = arrays()
        self.scratch = arrays()
        self.ones = np.ones(n_rows, dtype)
        self._gathered = {}

    def take(self, name, array, rows):
        """Gather `rows` of an array, in memory kept under this name."""
        if not isinstance(array, np.ndarray):
            return array[rows]
        if name not in self._gathered:
            self._gathered[name] = np.empty((len(rows), *array.shape[1:]), array.dtype)
        # With any other mode, take would fill a second buffer and copy it.
        return array.take(rows, axis=0, out=self._gathered[name], mode="clip")
