"""Automatic: what 'auto' stands for, or would stand for, in a training."""

import functools
from dataclasses import dataclass

from sklearn.base import BaseEstimator

from .._targets import Targets
from ..network import Samples
from .options import auto_learning_rate, auto_penalty
from .penalty import neighbours_predict
from .scaled_auto import factor_of_auto


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
    def penalty(self):
        """The Penalty of alpha="auto"."""
        return auto_penalty(self.estimator, self.targets, self.samples)

    @property
    def alpha(self):
        """The value of alpha="auto"."""
        return self.penalty.alpha

    @property
    def alpha_is_usual(self):
        """Whether alpha is within a factor of 5 of the value of 'auto'."""
        alpha = self.estimator.alpha
        factor = factor_of_auto(alpha)
        if factor is None:
            return alpha / 5 <= self.alpha <= 5 * alpha
        return 1 / 5 <= factor <= 5

    @property
    def alpha_is_too_high(self):
        """Whether the penalty is so strong that it may prevent all learning.

        Sigmoids stay at weights of 0 from an alpha of about W / 10 on, and with the
        squared error of labels from about W / 50 on.
        """
        return self._alpha_is_above(1 / 50) or self.alpha_hides_a_curve

    @functools.cached_property
    def alpha_hides_a_curve(self):
        """Whether numbers that neighbours predict may be lost under the penalty.

        A sine of 8 cycles is not learned from an alpha of about W / 2000 on.
        """
        return self._alpha_is_above(1 / 2000) and neighbours_predict(
            self.targets, self.samples
        )

    def _alpha_is_above(self, share):
        given, limit = self.estimator.alpha, share * self.samples.total_weight
        factor = factor_of_auto(given)
        if factor is None:
            return given > limit and given > 5 * self.alpha
        return factor > 5 and factor * self.alpha > limit
