"""Training: epochs of gradient descent, in blocks, until patience runs out.

A `Trainer` trains for as many epochs as its caller asks for, and returns their losses.
"""

from collections.abc import Iterator

import numpy as np

from .blocks import DONE, NOT_FINITE, PATIENCE_RAN_OUT, Block, Epoch
from .checks import check_batch_size, check_rows, check_samples, check_vectors
from .gradient import add_penalty_gradient, write_loss_gradient
from .losses import LOSSES
from .minibatches import Minibatches, Samples
from .objective import Objective
from .state import Patience, TrainingState


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
        Training samples; converted to the dtype of the parameters.

    objective : Objective
        Function to minimise.

    batch_size : int
        Number of samples per minibatch, at most all samples.

    shuffle : bool, default=True
        Whether each epoch draws a new order of the samples from ``state.rng``.

    Raises
    ------
    ValueError
        If there are no samples, their shapes do not fit the network or each other,
        their weights sum to 0, or `batch_size` is not a positive integer.
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
        samples = samples.astype(state.parameters.flat.dtype)
        check_samples(state.parameters, *samples)
        batch_size = check_batch_size(batch_size, samples.X.shape[0])
        if not isinstance(samples.X, np.ndarray):
            check_rows(samples.X)
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
        check_vectors(state.vectors(), self.gradient.flat, minibatches.samples.arrays())
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
