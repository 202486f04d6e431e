"""Training losses: what a training reached, comparable with the loss of samples."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .._fit.session import Mode
from .problem import Problem, penalty
from .record import Record
from .trial import PROGRESS

ENOUGH_SAMPLES = 500
"""A number of samples whose mean loss differs little from that of others."""


@dataclass(frozen=True, eq=False)
class TrainingLosses:
    """The losses of a network's training, comparable with the loss of given samples.

    They are for as many samples of the training as are given.
    """

    record: Record
    problem: Problem  # of the given samples
    n_samples: int  # with those of weight zero
    constant_of_samples: float  # loss of their best constant prediction
    are_new: bool  # the given samples are not the samples of the fit

    @property
    def constant(self):
        """The constant loss of the training samples, as far as it is known."""
        problem, targets = self.problem, self.problem.targets
        is_standardised = targets.is_scaled and targets.out_activation == "identity"
        if not (self.are_new and is_standardised and problem.has_squared_error):
            return self.constant_of_samples
        # They had a mean of 0 and a standard deviation of 1.
        Y = np.outer([-1.0, 1.0], np.ones(problem.samples.Y.shape[1]))
        return problem.objective.loss_of_constant(Y, None)

    @cached_property
    def loss(self):
        """The training loss of the best epoch without the penalty, if that is known."""
        loss, alpha = self.penalised_loss, self.record.network.alpha_
        n_trained = self.record.n_trained
        # The penalty is relative to the number of samples, which must be known.
        # Where it outweighs the samples, it may be the larger part.
        if not (alpha and n_trained) or loss > self.constant:
            return loss
        share = self.n_samples / n_trained
        return np.fmax(loss - share * penalty(self.problem, alpha), 0.0)

    @property
    def penalised_loss(self):
        """The training loss of the best epoch; infinite if it is unknown.

        In a stream, it is the mean loss of the last calls, of `n_samples` in all.
        """
        losses, best_epoch = self.record.losses, self.record.network.best_epoch_
        if not losses:
            return np.inf
        if best_epoch is not None:
            return losses[best_epoch - 1]
        return float(np.mean(losses[-self._n_calls :]))

    @property
    def is_held_back(self):
        """Whether the training loss fell much after the epoch of early stopping.

        The model of more epochs would be the same.
        """
        best_epoch = self.record.network.best_epoch_
        if best_epoch is None:
            return False
        losses = self.record.losses
        fall = losses[best_epoch - 1] - min(losses[best_epoch:], default=np.inf)
        return fall > PROGRESS * self.constant

    @property
    def jump(self):
        """The largest rise of the loss in a stream; 0 in a fit.

        There, samples may have changed between two calls.
        """
        if self.record.mode is not Mode.APPEND:
            return 0
        return max(np.diff(self._comparable), default=0)

    @property
    def steady(self):
        """The losses without the jump; none if they differ by chance."""
        losses, jump = np.array(self._comparable), self.jump
        if jump > 0:
            losses[np.diff(losses).argmax() + 1 :] -= jump
        return losses

    @property
    def largest_rise(self):
        """The largest rise of the steady losses in the second half of the epochs."""
        losses = self.steady
        return max(np.diff(losses[len(losses) // 2 :]), default=0)

    @property
    def _comparable(self):
        """The losses whose rises have a cause; none if calls of few rows vary them."""
        return self.record.losses if self._n_calls == 1 else []

    @property
    def _n_calls(self):
        """How many calls of a stream have as many samples, or 500, together.

        It is 1 for a fit, and for calls of `partial_fit` with all samples. Otherwise,
        the losses of single calls differ by chance.
        """
        network = self.record.network
        if self.record.mode is Mode.RESUME or not self.record.losses:
            return 1
        per_call = network.t_ / network.n_iter_
        return max(1, round(min(self.n_samples, ENOUGH_SAMPLES) / per_call))
