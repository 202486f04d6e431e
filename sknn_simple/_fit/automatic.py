"""Automatic: what 'auto' stands for, or would stand for, in a training."""

import functools
from dataclasses import dataclass

from sklearn.base import BaseEstimator

from .._targets import Targets
from ..network import Samples
from .options import auto_learning_rate, auto_penalty


@dataclass(frozen=True, eq=False)
class Automatic:
    """The automatic options of an estimator for the samples of a training.

    Each is computed when it is first asked for, since it passes over the samples.
    """

    estimator: BaseEstimator
    targets: Targets
    samples: Samples
    in_stream: bool

    @functools.cached_property
    def rate(self):
        """The value of learning_rate_init="auto"."""
        return auto_learning_rate(
            self.estimator, self.targets, self.samples, self.in_stream
        )

    @functools.cached_property
    def alpha(self):
        """The value of alpha="auto"."""
        return auto_penalty(self.estimator, self.targets, self.samples).alpha

    @property
    def alpha_is_too_high(self):
        """Whether the penalty is so strong that it may prevent all learning.

        Sigmoids stay at weights of 0 from an alpha of about W / 10 on, and with the
        squared error of labels from about W / 50 on. A sine of 8 cycles is not learned
        from about W / 2000 on.
        """
        given = self.estimator.alpha
        least = self.samples.total_weight / (50 if self.targets.are_labels else 2000)
        if given == "auto" or given <= least:
            return False
        return given > 5 * self.alpha
