"""Blocks: records of consecutive epochs, and how they ended."""

import math
from typing import NamedTuple

import numpy as np


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
