"""Minibatches: the training samples in parts, in random order."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from .parameters import Parameters
from .workspace import Workspace


class Samples(NamedTuple):
    """The samples that a network learns from.

    All arrays have the dtype of the network's parameters.

    Attributes
    ----------
    X : {ndarray, CSR matrix} of shape (n_samples, n_features)
        Inputs.

    Y : ndarray of shape (n_samples, n_outputs)
        Targets, as the outputs of the network should be.

    sample_weight : ndarray of shape (n_samples,), default=None
        Weights of the samples. None gives every sample the weight 1.
    """

    X: np.ndarray
    Y: np.ndarray
    sample_weight: np.ndarray | None = None

    @property
    def total_weight(self) -> float:
        """Sum of the weights, W in the objective."""
        if self.sample_weight is None:
            return self.X.shape[0]
        return float(self.sample_weight.sum(dtype=np.float64))

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the dense arrays by name."""
        named = self._asdict().items()
        return {name: part for name, part in named if isinstance(part, np.ndarray)}

    def astype(self, dtype: np.dtype) -> "Samples":
        """Return the Samples in this dtype, without a copy of what has it already."""
        X, Y, w = self
        X, Y = X.astype(dtype, copy=False), Y.astype(dtype, copy=False)
        return Samples(X, Y, None if w is None else w.astype(dtype, copy=False))

    def rows(self, rows: slice | np.ndarray) -> "Samples":
        """Return the Samples of some rows; of a slice, dense arrays are views."""
        X, Y, w = self
        return Samples(X[rows], Y[rows], None if w is None else w[rows])


class Minibatches:
    """The minibatches of an epoch, in buffers that are allocated once."""

    def __init__(
        self, samples: Samples, batch_size: int, shuffle: bool, parameters: Parameters
    ) -> None:
        self.samples = samples
        self.n_samples = samples.X.shape[0]
        self.total_weight = samples.total_weight
        self.batch_size = batch_size
        # The order of a full batch is irrelevant.
        self.shuffle = shuffle and self.batch_size < self.n_samples
        self.starts = range(0, self.n_samples, self.batch_size)
        # The last minibatch may have fewer rows than the others.
        n_last = self.n_samples - self.starts[-1]
        self._workspaces = {
            n_rows: Workspace(parameters.layer_sizes, n_rows, parameters.flat.dtype)
            for n_rows in (self.batch_size, n_last)
        }
        self._in_order = None if self.shuffle else list(self._slices())

    def epoch(self, rng: np.random.RandomState) -> Iterable[tuple[Samples, Workspace]]:
        """Iterate over the minibatches of an epoch, each with a Workspace."""
        if self._in_order is None:
            return self._shuffled(rng.permutation(self.n_samples))
        return self._in_order

    def _slices(self) -> Iterator[tuple[Samples, Workspace]]:
        if self.batch_size == self.n_samples:
            yield self.samples, self._workspaces[self.n_samples]
            return
        for start in self.starts:
            rows = slice(start, start + self.batch_size)
            minibatch = self.samples.rows(rows)
            yield minibatch, self._workspaces[minibatch.X.shape[0]]

    def _shuffled(self, order: np.ndarray) -> Iterator[tuple[Samples, Workspace]]:
        X, Y, w = self.samples
        for start in self.starts:
            rows = order[start : start + self.batch_size]
            workspace = self._workspaces[len(rows)]
            minibatch = Samples(
                workspace.take("X", X, rows),
                workspace.take("Y", Y, rows),
                None if w is None else workspace.take("sample_weight", w, rows),
            )
            yield minibatch, workspace
