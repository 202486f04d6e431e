"""Record: what a fitted network recorded of its training."""

from dataclasses import dataclass

import numpy as np

from .._base import BaseSimpleMLP
from .._fit import options
from .._fit.ending import Ending
from .._fit.given_weights import were_edited
from .._fit.session import Mode
from ..network import SCHEDULES

ENOUGH_SAMPLES = 500
"""A number of samples whose mean loss differs little from that of others."""


@dataclass(frozen=True, eq=False)
class Record:
    """The record of a network's training."""

    network: BaseSimpleMLP

    @property
    def losses(self):
        """Training loss of each epoch; empty if it is unknown."""
        return self.network.history_["loss"]

    def penalised_training_loss(self, n_samples):
        """Return the training loss of the best epoch; infinite if it is unknown.

        In a stream, it is the mean loss of the last calls, of `n_samples` in all.
        """
        if not self.losses:
            return np.inf
        if self.network.best_epoch_ is not None:
            return self.losses[self.network.best_epoch_ - 1]
        return float(np.mean(self.losses[-self.n_calls(n_samples) :]))

    def n_calls(self, n_samples):
        """Return how many calls of a stream have as many samples, or 500, together.

        It is 1 for a fit, and for calls of `partial_fit` with all samples. Otherwise,
        the losses of single calls differ by chance.
        """
        if self.mode is Mode.RESUME or not self.losses:
            return 1
        per_call = self.network.t_ / self.network.n_iter_
        return max(1, round(min(n_samples, ENOUGH_SAMPLES) / per_call))

    @property
    def mode(self):
        """The Mode of a training like the last one, from the weights so far."""
        continuation = self.network._continuation
        is_fit = continuation is None or continuation.n_samples is not None
        return Mode.RESUME if is_fit else Mode.APPEND

    @property
    def may_have_changed_samples(self):
        """Whether there were several calls, which may have had different samples."""
        network = self.network
        if self.published is None:
            return False
        if self.mode is Mode.APPEND:
            return network.n_iter_ > 1
        return network.t_ > (self.n_trained or 0) * network.n_iter_

    @property
    def published(self):
        """The flat parameters that the last call published; None after a plain fit."""
        continuation = self.network._continuation
        return continuation and continuation.state.model_flat

    @property
    def jump(self):
        """The largest rise of the training loss in a stream; 0 in a fit.

        There, samples may have changed between two calls.
        """
        rises = np.diff(self.losses)
        return max(rises, default=0) if self.mode is Mode.APPEND else 0

    @property
    def steady_losses(self):
        """The training losses without the jump."""
        losses = np.array(self.losses)
        if self.jump > 0:
            losses[np.diff(losses).argmax() + 1 :] -= self.jump
        return losses

    @property
    def largest_rise(self):
        """The largest rise of the steady losses in the second half of the epochs."""
        half = self.steady_losses[len(self.losses) // 2 :]
        return max(np.diff(half), default=0)

    @property
    def has_silent_unit(self):
        """Whether all weights to or from a unit are 0, which training does not reach.

        The weights of an input that never varies decay, but not to 0.
        """
        network = self.network
        if network.coefs_init is not None:
            return False
        return not all(
            np.any(coef, axis=axis).all() for coef in network.coefs_ for axis in (0, 1)
        )

    @property
    def was_edited(self):
        """Whether weights were edited after training, as far as that is known.

        After a plain fit, there is no other copy of the weights.
        """
        network = self.network
        if self.is_untrained:
            return False
        if network._continuation is None:
            return self.has_silent_unit
        return were_edited(network, network._targets, network._continuation.state)

    @property
    def ending(self):
        """The Ending of the training.

        In a stream, the rate falls if calls have fewer rows, or if the user lowers it.
        """
        network, n_samples = self.network, self.n_trained
        rates = network.history_.get("learning_rate", [])
        schedule = options.learning_rate(network, is_new=not network._continuation)
        if n_samples is None or not SCHEDULES[schedule].settles:
            return Ending.of(rates, network.stop_reason_)
        due = options.settles_after(network, schedule, n_samples)
        return Ending.of(rates, network.stop_reason_, settles=True, settles_after=due)

    @property
    def is_untrained(self):
        """Whether no training has changed the weights."""
        network = self.network
        begun = network.t_ > 0 or network.n_iter_ > 0
        # L-BFGS may have tried, and found nothing to improve.
        return not begun and network.stop_reason_ in (None, "max_iter")

    @property
    def n_trained(self):
        """Number of samples of the last fit; None if it is unknown.

        It is unknown after `partial_fit`, which may have had others in each call.
        """
        network = self.network
        if network.n_iter_ == 0:
            return None
        if network._continuation is not None:
            return network._continuation.n_samples
        return network.t_ // network.n_iter_
