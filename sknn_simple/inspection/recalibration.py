"""Recalibration: what the best constant, added to each raw prediction, would gain."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .corrections import loss_of_recalibrated
from .training_losses import TrainingLosses

LEAST_SHIFT = 0.05
"""A gain by recalibration that counts, relative to the loss of a constant."""


@dataclass(frozen=True, eq=False)
class Recalibration:
    """The loss of given samples after recalibration."""

    training: TrainingLosses
    raw_prediction: np.ndarray  # before the output activation, as the outputs
    outputs: np.ndarray  # shape (n_samples, n_outputs)
    loss_before: float

    @cached_property
    def loss(self):
        """The loss if the best constant were added to each raw prediction."""
        return loss_of_recalibrated(self.training.problem, self.raw_prediction)

    @cached_property
    def expected_constant(self):
        """The constant loss of labels with the shares that the network predicts."""
        problem = self.training.problem
        objective, targets = problem.objective, problem.targets
        if not targets.are_labels or objective.loss != targets.log_loss:
            return self.training.constant
        return objective.loss_of_constant(self.outputs, problem.samples.sample_weight)

    @cached_property
    def gains_much(self):
        """Whether it lowers the loss by much, and by more than chance."""
        n_samples, n_outputs = self.outputs.shape
        constant = self.training.constant_of_samples
        # By chance, each constant gains about 1 / n_samples.
        by_chance = max(constant, self.expected_constant) / n_samples
        least = max(LEAST_SHIFT * constant, 10 * n_outputs * by_chance)
        return self.loss_before - self.loss > least
