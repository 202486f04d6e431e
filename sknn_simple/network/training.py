"""Training: epochs of gradient descent, in blocks, until patience runs out.

A `Trainer` trains for as many epochs as its caller asks for, and returns their losses.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .backprop import add_penalty_gradient, check_shapes, write_loss_gradient
from .losses import LOSSES
from .minibatches import Minibatches, Samples
from .objective import Objective
from .optimizers import SGD, Adam, check_vectors
from .parameters import Parameters
from .schedules import Schedule


def all_finite(array: np.ndarray) -> bool:
    """Return whether a contiguous array holds no infinity and no NaN."""
    # One BLAS product is enough, unless it overflows itself.
    flat = array.ravel(order="K")
    return math.isfinite(np.vdot(flat, flat)) or bool(np.isfinite(flat).all())


class Epoch(NamedTuple):
    """Record of an epoch.

    Attributes
    ----------
    loss : float
        Mean loss over the minibatches, or their sum for 'sum_squared_error', penalty
        included.

    learning_rate : float or None
        Learning rate of the epoch; None for L-BFGS.

    validation_loss, validation_score : float or None
        Loss and score on the validation samples; None without them.
    """

    loss: float
    learning_rate: float | None = None
    validation_loss: float | None = None
    validation_score: float | None = None


DONE = 0
"""The `ending` of a `Block` whose epochs were all trained."""

PATIENCE_RAN_OUT = 1
"""The `ending` of a `Block` after whose last epoch `Patience` ran out."""

NOT_FINITE = 2
"""The `ending` of a `Block` in whose last epoch the loss or a weight was not finite."""


class Block(NamedTuple):
    """Records of consecutive epochs, and how they ended.

    Attributes
    ----------
    losses : ndarray of shape (n_epochs,), float64
        Loss of each epoch.

    learning_rates : ndarray of shape (n_epochs,), float64
        Learning rate of each epoch; NaN for L-BFGS.

    ending : int
        `DONE`, `PATIENCE_RAN_OUT` or `NOT_FINITE`.
    """

    losses: np.ndarray
    learning_rates: np.ndarray
    ending: int

    @property
    def last(self) -> Epoch:
        """The last Epoch."""
        loss, rate = float(self.losses[-1]), float(self.learning_rates[-1])
        return Epoch(loss, None if math.isnan(rate) else rate)


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

    def snapshot(self, with_rng: bool = True) -> tuple[Any, ...]:
        """Return a copy of the state at the end of an epoch, for `restore`.

        Copying the state of the rng takes longer than an epoch of a small network.
        """
        optimizer = self.optimizer and self.optimizer.snapshot()
        rng = self.rng.get_state(legacy=False) if with_rng and self.draws else None
        average = None if self.average is None else self.average.copy()
        training = self.parameters.flat.copy(), optimizer, self.schedule, rng, self.t
        return *training, average, self.n_averaged

    def restore(self, snapshot: tuple[Any, ...]) -> None:
        """Return to a `snapshot`; one without the rng leaves the rng as it is."""
        flat, optimizer, self.schedule, rng, self.t, average, n_averaged = snapshot
        self.parameters.flat[:] = flat
        if average is not None:
            self.average, self.n_averaged = average.copy(), n_averaged
        if self.optimizer is not None:
            self.optimizer.restore(optimizer)
        if rng is not None:
            self.rng.set_state(rng)

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


class Trainer:
    """Training of a network on minibatches, one block of epochs at a time.

    A minibatch B of n samples steps along the gradient of ::

        sum_{i in B} w_i * loss_i / (|B| * W / n)  +  alpha / (2 * W) * ||coefs||**2

    which on average is the gradient of the objective. A minibatch of zero total
    weight is skipped. With a loss that is summed over samples, the step is
    ``|B| * W / n`` times as long: along the gradient of ``sum_{i in B} w_i * loss_i``.

    Parameters
    ----------
    state : TrainingState
        Changed in place.

    samples : Samples
        Training samples, in the dtype of the parameters.

    objective : Objective
        Function to minimise.

    batch_size : int
        Number of samples per minibatch, at most all samples.

    shuffle : bool, default=True
        Whether each epoch draws a new order of the samples from ``state.rng``.

    Raises
    ------
    ValueError
        If the shapes of the samples do not fit the network, or each other.
    """

    def __init__(
        self,
        state: TrainingState,
        samples: Samples,
        objective: Objective,
        *,
        batch_size: int,
        shuffle: bool = True,
    ) -> None:
        check_shapes(state.parameters, *samples)
        self.state = state
        self.objective = objective
        self.penalties = objective.penalties(state.parameters) / samples.total_weight
        self.minibatches = Minibatches(samples, batch_size, shuffle, state.parameters)
        self.gradient = state.parameters.zeros_like()
        state.draws = self.minibatches.shuffle

    def train(self, n_epochs: int, patience: Patience | None = None) -> Block:
        """Train for `n_epochs`, or until patience runs out or a number is not finite.

        Parameters
        ----------
        n_epochs : int
            Maximum number of epochs, at least 1.

        patience : Patience, default=None
            Changed in place; None never runs out.

        Returns
        -------
        block : Block
            The loss of an epoch is the mean over its minibatches, weighted as in the
            objective.

        Raises
        ------
        KeyboardInterrupt
            On Ctrl-C. The state can then be one within an epoch: callers return to a
            snapshot.
        """
        state, minibatches = self.state, self.minibatches
        check_vectors(state.optimizer, state.parameters.flat)
        if patience is None:
            patience = Patience(0.0, np.inf)
        losses, rates, ending = [], [], DONE
        for _ in range(n_epochs):
            rate = state.schedule.learning_rate(state.t)
            loss = self._train_epoch(rate)
            state.t += minibatches.n_samples
            losses.append(loss)
            rates.append(rate)
            if not state.is_finite(loss):
                ending = NOT_FINITE
                break
            state.add_to_average()
            if patience.runs_out(loss):
                ending = PATIENCE_RAN_OUT
                break
        return Block(np.array(losses), np.array(rates), ending)

    def _train_epoch(self, learning_rate: float) -> float:
        """Pass over the samples once, and return the mean loss."""
        parameters, optimizer = self.state.parameters, self.state.optimizer
        objective, gradient = self.objective, self.gradient
        assert optimizer is not None  # L-BFGS has a loop of its own
        total_weight = self.minibatches.total_weight
        mean_weight = total_weight / self.minibatches.n_samples
        loss, loss_sum = LOSSES[objective.loss], 0.0
        for samples, workspace in self.minibatches.epoch(self.state.rng):
            n_rows, sample_weight = samples.X.shape[0], samples.sample_weight
            weight = n_rows if sample_weight is None else float(sample_weight.sum())
            if weight == 0:
                continue
            # The gradient of a summed loss is larger by the number of rows.
            length = n_rows * mean_weight if loss.summed else 1.0
            scale = length / (n_rows * mean_weight)
            loss_sum += write_loss_gradient(
                parameters, samples, scale, objective, gradient, workspace
            )
            if objective.alpha:
                strength = self.penalties * length
                penalty = add_penalty_gradient(parameters, strength, gradient)
                loss_sum += weight * penalty / length
            optimizer.step(parameters.flat, gradient.flat, learning_rate)
        return loss_sum / loss.sample_divisor(total_weight)


def epochs(
    state: TrainingState,
    samples: Samples,
    objective: Objective,
    *,
    batch_size: int,
    shuffle: bool = True,
) -> Iterator[Epoch]:
    """Train without end, and yield each epoch.

    Parameters
    ----------
    state, samples, objective, batch_size, shuffle
        As `Trainer` takes them.

    Yields
    ------
    Epoch
    """
    trainer = Trainer(state, samples, objective, batch_size=batch_size, shuffle=shuffle)
    while True:
        yield trainer.train(1).last
