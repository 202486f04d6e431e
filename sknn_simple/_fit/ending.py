"""Ending: why a training ended, or before that why its learning rate first dropped."""

import math
from typing import NamedTuple


def has_levelled_off(losses, constant_loss):
    """Return whether the last fifth of the iterations of L-BFGS gained next to nothing.

    That is at most a hundredth of the loss of a constant prediction.
    """
    return losses[-1 - len(losses) // 5] - losses[-1] <= 0.01 * constant_loss


class Ending(NamedTuple):
    """The end of a training.

    A schedule that settles lowers its rate when training might otherwise end. The drops
    of an adaptive one are an ordinary part of training.
    """

    n_epochs: int
    n_at_first_rate: int  # equal to n_epochs unless the rate has settled
    settles_after: float  # epochs after which the rate drops at the latest; or inf
    stop_reason: str | None

    @classmethod
    def of(cls, rates, stop_reason, *, settles=False, settles_after=math.inf):
        """Return the Ending after epochs at these rates of a schedule."""
        n_epochs = len(rates)
        n_at_first_rate = rates.count(rates[0]) if settles and n_epochs else n_epochs
        return cls(n_epochs, n_at_first_rate, settles_after, stop_reason)

    @property
    def has_settled(self):
        """Whether the learning rate has dropped for the last epochs."""
        return self.n_at_first_rate < self.n_epochs

    @property
    def lost_patience(self):
        """Whether patience first lowered the learning rate, or else ended training."""
        if self.has_settled:
            return self.n_at_first_rate < self.settles_after
        return self.stop_reason == "patience"

    @property
    def ran_out_of_epochs(self):
        """Whether `max_iter` first lowered the rate, or else ended training."""
        if self.has_settled:
            return not self.lost_patience
        return self.stop_reason == "max_iter"
