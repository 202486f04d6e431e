"""State: everything that training changes."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .optimizers import SGD, Adam
from .parameters import Parameters
from .schedules import Schedule


def all_finite(array: np.ndarray) -> bool:
    """Return whether a contiguous array holds no infinity and no NaN."""
    # One BLAS product is enough, unless it overflows itself.
    flat = array.ravel(order="K")
    return math.isfinite(np.vdot(flat, flat)) or bool(np.isfinite(flat).all())


@dataclass
class TrainingState:
    """Everything that training changes, and hence needs in order to continue.

    Attributes
    ----------
    parameters : Parameters
        The weights and biases, changed by each step.

    optimizer : SGD, Adam or None
        None for L-BFGS.

    schedule : Schedule
        Learning-rate schedule; replaced, never changed in place.

    rng : numpy.random.RandomState
        Source of the order of the samples.

    t : int
        Number of rows seen.

    draws : bool
        Whether epochs draw from `rng`.

    average : ndarray of shape (n_parameters,), default=None
        Average of the parameters over the epochs; None if there is none. It starts as a
        copy of the parameters.

    n_averaged : int
        Number of epochs in the average.
    """

    parameters: Parameters
    optimizer: SGD | Adam | None
    schedule: Schedule
    rng: np.random.RandomState
    t: int = 0
    draws: bool = False
    average: np.ndarray | None = None
    n_averaged: int = 0

    @property
    def model_flat(self) -> np.ndarray:
        """The parameters to predict with: the average, if there is one."""
        return self.parameters.flat if self.average is None else self.average

    @property
    def model(self) -> Parameters:
        """The Parameters to predict with."""
        return self.parameters.view(self.model_flat)

    def vectors(self) -> dict[str, np.ndarray]:
        """Return the vectors that training writes to, by name."""
        assert self.optimizer is not None  # L-BFGS keeps no vectors here
        flat = self.parameters.flat
        vectors = {"parameters": flat} | self.optimizer.vectors(flat)
        return vectors if self.average is None else vectors | {"average": self.average}

    def add_to_average(self) -> None:
        """Add the parameters at the end of an epoch to their average.

        After epoch k they get the weight 4 / (k + 3). This polynomial-decay average
        forgets the first epochs, and does not depend on the number of epochs ahead.

        References
        ----------
        O. Shamir and T. Zhang, "Stochastic gradient descent for non-smooth
        optimization: convergence results and optimal averaging schemes", ICML 2013,
        with their eta = 3.
        """
        if self.average is not None:
            self.n_averaged += 1
            weight = 4 / (self.n_averaged + 3)
            self.average += weight * (self.parameters.flat - self.average)

    def move_to(self, flat: np.ndarray) -> None:
        """Set the parameters, from which a new average starts."""
        self.parameters.flat[:] = flat
        if self.average is not None:
            self.average[:], self.n_averaged = flat, 0

    def snapshot(self) -> tuple[Any, ...]:
        """Return a copy of the state at the end of an epoch, for `restore`.

        The rng is not part of it: copying its state takes longer than an epoch of a
        small network.
        """
        optimizer = self.optimizer and self.optimizer.snapshot()
        average = None if self.average is None else self.average.copy()
        flat = self.parameters.flat.copy()
        return flat, optimizer, self.schedule, self.t, average, self.n_averaged

    def restore(self, snapshot: tuple[Any, ...]) -> None:
        """Return to a `snapshot`; the rng stays as it is."""
        flat, optimizer, self.schedule, self.t, average, n_averaged = snapshot
        self.parameters.flat[:] = flat
        if average is not None:
            self.average, self.n_averaged = average.copy(), n_averaged
        if self.optimizer is not None:
            self.optimizer.restore(optimizer)

    def is_finite(self, loss: float) -> bool:
        """Return whether this loss and all parameters are finite."""
        return math.isfinite(loss) and all_finite(self.parameters.flat)


@dataclass
class Patience:
    """Counter of consecutive epochs whose loss is not below the best by more
    than `tol`.

    The best loss is the lowest so far, by however small a margin.

    Parameters
    ----------
    tol : float
        Decrease of the loss that counts as an improvement.

    n_epochs : float
        Number of epochs without improvement after which patience runs out; np.inf for
        never.

    best : float, default=inf
        Lowest loss so far.

    count : int, default=0
        Number of epochs since the last improvement.
    """

    tol: float
    n_epochs: float
    best: float = np.inf
    count: int = 0

    def runs_out(self, loss: float) -> bool:
        """Count an epoch; return True after `n_epochs` without improvement."""
        self.count = 0 if loss < self.best - self.tol else self.count + 1
        if loss < self.best:
            self.best = loss
        return self.ran_out

    @property
    def ran_out(self) -> bool:
        """Whether the last `n_epochs` epochs brought no improvement."""
        return self.count >= self.n_epochs

    def snapshot(self) -> tuple[float, int]:
        """Return the counts, for `restore`."""
        return self.best, self.count

    def restore(self, snapshot: tuple[float, int]) -> None:
        """Return to the counts of a `snapshot`."""
        self.best, self.count = snapshot
