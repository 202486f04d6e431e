"""Excess: why the loss of the samples is far above what training reached."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from .._fit.kept_model import ENOUGH_EPOCHS, MUCH
from .corrections import loss_of_scaled
from .extrapolation import features_beyond_training
from .other_units import LEAST_EXCESS, features_in_other_units, loss_of_standardised
from .outliers import usual_loss
from .problem import loss_without_penalty
from .stuck_features import stuck_features

if TYPE_CHECKING:
    from .evidence import Evidence


@dataclass(frozen=True, eq=False)
class Excess:
    """The excess of the loss over the training loss, and what may explain it."""

    evidence: Evidence

    @property
    def size(self):
        """The difference of the losses, without penalty."""
        return self.evidence.loss - self.evidence.training.loss

    @cached_property
    def cause(self):
        """The kind of finding that explains a large excess; None if it is small."""
        evidence, training, size = self.evidence, self.evidence.training, self.size
        constant = evidence.constant_loss
        # A network that has learned nothing has not memorised its samples.
        if size <= 0.25 * constant or training.loss >= 0.9 * training.constant:
            return None
        if self.edit_explains:
            return "edited_weights"
        if self.average_is_outdated:
            return "average_worse"
        enough = training.loss + min(0.25 * size, 0.1 * constant)
        if usual_loss(evidence) < enough:
            return "outlying_inputs"
        if self._scaled_loss < enough or self._units_explain:
            return "scaled_unlike_training"
        if not evidence.are_new and evidence.problem.is_stochastic:
            # Steps that harm the last weights, or their average, harm earlier losses.
            is_restless = training.largest_rise > 0.5 * size
            if is_restless and evidence.network.average:
                return "average_worse"
            may_overshoot = is_restless or len(evidence.record.losses) < 10
            if may_overshoot and evidence.trials.slower.after < enough:
                return "final_iterate_worse"
        return "shifted_targets" if self.shift_explains else "overfitting"

    @cached_property
    def edit_explains(self):
        """Whether weights were edited after training, which explains most of it.

        After a plain fit, only an edit that leaves zeros is known, but not its effect.
        """
        evidence, record = self.evidence, self.evidence.record
        if not record.was_edited:
            return False
        if record.published is None:
            return not evidence.are_new
        size = max(self.size, LEAST_EXCESS * evidence.constant_loss)
        before_edit = self._loss_of(record.published.astype(np.float64))
        return evidence.loss - before_edit > 0.5 * size

    @cached_property
    def gain_by_last_weights(self):
        """How much lower the relative loss of the last weights is than the average's.

        It is 0 if they are unknown, as after a plain fit, or if the average is so short
        that it lags behind, though no loss shows that samples have changed.
        """
        constant, state = self.evidence.constant_loss, self.evidence.problem.state
        has_jumped = self.evidence.training.jump > 0.5 * constant
        is_short = state.n_averaged < ENOUGH_EPOCHS and not has_jumped
        if state.n_averaged == 0 or is_short or constant <= 0:
            return 0.0
        return (self.evidence.loss - self._loss_of(state.parameters.flat)) / constant

    @property
    def average_is_outdated(self):
        """Whether data have changed, but the average of the weights has not.

        Where the last weights are hardly better, they have forgotten earlier data.
        """
        constant = self.evidence.constant_loss
        gain = self.gain_by_last_weights * constant
        return gain > max(MUCH * constant, 0.5 * self.size)

    @cached_property
    def in_other_units(self):
        """Which features seem to be in another unit than those of the training."""
        return features_in_other_units(self.evidence)

    @cached_property
    def beyond_training(self):
        """Which features are beyond most training samples."""
        return features_beyond_training(self.evidence)

    @cached_property
    def stuck(self):
        """Which features are constant, as from a broken sensor."""
        return stuck_features(self.evidence)

    @cached_property
    def shift_explains(self):
        """Whether a constant error of the outputs explains most of the excess."""
        evidence, training = self.evidence, self.evidence.training
        recalibration, constant = evidence.recalibration, evidence.constant_loss
        expected = recalibration.expected_constant
        has_learned = training.loss < max(constant, expected)
        if constant <= 0 or not has_learned or not evidence.are_others:
            return False
        if self.edit_explains or not recalibration.gains_much:
            return False
        # Classes of more equal shares have a higher constant loss than in training.
        rest = recalibration.loss / constant - training.loss / expected
        return rest <= 0.25 or evidence.loss - recalibration.loss >= 0.5 * self.size

    @property
    def _scaled_loss(self):
        """The loss on scaled samples, the best of three usual ways to scale."""
        problem, inputs = self.evidence.problem, self.evidence.inputs
        return min(
            loss_of_standardised(problem, inputs, True),
            loss_of_standardised(problem, inputs, ~inputs.are_indicators),
            loss_of_scaled(problem, inputs.lowest, inputs.highest - inputs.lowest),
        )

    @property
    def _units_explain(self):
        """Whether features in other units explain most; the rest may be overfitting."""
        evidence = self.evidence
        features = self.in_other_units
        loss = loss_of_standardised(evidence.problem, evidence.inputs, features)
        explains = loss < (evidence.loss + evidence.training.loss) / 2
        return explains and loss < evidence.constant_loss

    def _loss_of(self, flat):
        """Return the loss of other weights of the network on the samples."""
        problem = self.evidence.problem
        other = replace(problem, parameters=problem.parameters.view(flat))
        return loss_without_penalty(other, problem.samples)
