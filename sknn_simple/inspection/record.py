"""Record: what a fitted network recorded of its training."""

from dataclasses import dataclass

import numpy as np

from .._base import BaseSimpleMLP
from .._fit import options
from .._fit.session import Mode


@dataclass(frozen=True, eq=False)
class Record:
    """The record of a network's training."""

    network: BaseSimpleMLP

    @property
    def losses(self):
        """Training loss of each epoch; empty if it is unknown."""
        return self.network.history_["loss"]

    @property
    def penalised_training_loss(self):
        """Training loss of the best epoch; infinite if it is unknown."""
        best_epoch = self.network.best_epoch_ or 0
        return self.losses[best_epoch - 1] if self.losses else np.inf

    @property
    def mode(self):
        """The Mode of a training like the last one, from the weights so far."""
        network = self.network
        is_fit = network._continuation is None or network.stop_reason_ is not None
        return Mode.RESUME if is_fit else Mode.APPEND

    @property
    def largest_rise(self):
        """The largest rise of the training loss in the second half of the epochs."""
        half = self.losses[len(self.losses) // 2 :]
        return max(np.diff(half), default=0)

    @property
    def has_slowed(self):
        """Whether the learning rate has dropped in a plain fit.

        In a stream, it falls if calls have fewer rows, or if the user lowers it.
        """
        network = self.network
        rates = network.history_.get("learning_rate", [])
        settles = network.learning_rate in ("auto", "settling")
        is_plain = settles and network._continuation is None
        return is_plain and len(rates) > 0 and rates[-1] < rates[0]

    @property
    def n_until_drop(self):
        """Number of epochs before the learning rate first dropped."""
        rates = self.network.history_["learning_rate"]
        return rates.count(rates[0])

    @property
    def lost_patience(self):
        """Whether patience first lowered the learning rate, or else ended training."""
        if self.has_slowed:
            due = options.settles_after(self.network, "settling", self.n_trained)
            return self.n_until_drop < due
        return self.network.stop_reason_ == "patience"

    @property
    def ran_out_of_epochs(self):
        """Whether `max_iter` first lowered the rate, or else ended training."""
        if self.has_slowed:
            return not self.lost_patience
        return self.network.stop_reason_ == "max_iter"

    @property
    def is_untrained(self):
        """Whether no training has changed the weights."""
        network = self.network
        begun = network.t_ > 0 or network.n_iter_ > 0
        # L-BFGS may have tried, and found nothing to improve.
        return not begun and network.stop_reason_ in (None, "max_iter")

    @property
    def n_trained(self):
        """Number of samples of the fit; None if it is unknown.

        It is unknown after `partial_fit` and warm starts, which may have had other
        samples in each call.
        """
        network = self.network
        if network.n_iter_ == 0 or network._continuation is not None:
            return None
        return network.t_ // network.n_iter_
