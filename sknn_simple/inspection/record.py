"""Record: what a fitted network recorded of its training."""

import math
from dataclasses import dataclass

import numpy as np

from .._base import BaseSimpleMLP
from .._fit import options
from .._fit.ending import Ending
from .._fit.given_weights import were_edited
from .._fit.session import Mode
from ..network import SCHEDULES


@dataclass(frozen=True, eq=False)
class Record:
    """The record of a network's training."""

    network: BaseSimpleMLP

    @property
    def losses(self):
        """Training loss of each epoch; empty if it is unknown."""
        return self.network.history_["loss"]

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

    def may_be_of(self, n_samples):
        """Return whether the last fit may have had so many samples, as far as known.

        Early stopping may have held some out.
        """
        network, n_held_out = self.network, 0
        if network.best_epoch_ is not None:
            n_held_out = math.ceil(network.validation_fraction * n_samples)
        return self.n_trained in (None, n_samples, n_samples - n_held_out)
