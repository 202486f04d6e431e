"""Evidence: measurements of a fitted network, by which symptoms are recognised."""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from .._base import BaseSimpleMLP, MatrixLike
from .._fit.advice import least_gain
from .._fit.automatic import Automatic
from .._fit.kept_model import ENOUGH_EPOCHS, MUCH
from .._fit.penalty import neighbours_predict
from .._fit.quartiles import Quartiles
from .._fit.scaling_advice import Scaling
from .._fit.session import Mode
from .._fit.subsample import subsample
from ..network import ACTIVATIONS, LOSSES, Samples
from . import trial
from .codes import codes_of_features
from .columns import Columns
from .corrections import loss_of_recalibrated, loss_of_scaled
from .excess import cause_of_excess
from .other_units import features_in_other_units, loss_of_standardised
from .problem import Problem, layer_name, loss_without_penalty, penalty
from .record import Record
from .stuck_features import stuck_features

LEAST_SHIFT = 0.05  # of the loss of a constant prediction, gained by recalibration


@dataclass(frozen=True, eq=False, kw_only=True)
class Evidence:
    """Measurements of a fitted network on given samples."""

    network: BaseSimpleMLP
    record: Record  # of its training
    n_samples: int  # with those of weight zero
    rows: np.ndarray  # of the samples of the problem, among all of them
    problem: Problem  # without samples of weight zero
    feature_names: list[str]
    inputs: Columns
    targets: Columns  # standardised if the network is trained on such targets
    activations: list[np.ndarray]  # per hidden layer, shape (n_samples, n_units)
    raw_prediction: np.ndarray  # before the output activation, same shape as outputs
    outputs: np.ndarray  # as the targets, shape (n_samples, n_outputs)
    gradient_norms: np.ndarray  # per layer: root mean square over single samples
    loss: float  # without penalty
    constant_loss: float  # loss of the best constant prediction
    X: MatrixLike  # as given, before the other steps of a Pipeline
    given_y: ArrayLike
    in_pipeline: bool
    behind_scaler: bool  # a step of the Pipeline scales features, maybe not all
    behind_centring_scaler: bool  # and maps their mean or median in training to 0
    behind_target_encoder: bool
    is_weighted: bool  # by a given sample_weight

    @cached_property
    def y(self):
        """The targets of a regressor in their own units, shape (n_samples, n_outputs).

        Standardising y rounds away the last digits of small values.
        """
        y = np.asarray(self.given_y, dtype=float)
        return y.reshape(len(y), -1)[self.rows]

    @cached_property
    def quartiles(self):
        """Quartiles of dense inputs, estimated from some of the samples."""
        return Quartiles.of(self.small_problem.samples.X)

    @cached_property
    def small_problem(self):
        """The problem with only some of the samples, to measure it often."""
        some = Samples(*subsample(self.problem.samples))
        return replace(self.problem, samples=some)

    @cached_property
    def codes(self):
        """A Code for each feature that may hold codes for missing values."""
        return codes_of_features(self)

    @cached_property
    def scaling(self):
        """The Scaling of the samples, which the warnings of `fit` refer to."""
        return Scaling(*self._training)

    @property
    def rate(self):
        """The learning rate before it dropped in a plain fit, else of the last epoch.

        Without an epoch, it is the rate of the next one.
        """
        rates = self.network.history_.get("learning_rate")
        if not rates:
            return self.problem.learning_rate
        return rates[0] if self.record.ending.has_settled else rates[-1]

    @property
    def has_squared_error(self):
        """Whether the loss is the squared error, in whichever unit."""
        loss = LOSSES[self.problem.objective.loss]
        return loss.function is LOSSES["squared_error"].function

    @property
    def training_constant(self):
        """The constant loss of the training samples, as far as it is known."""
        is_scaled = self.problem.targets.is_scaled and self.has_squared_error
        if not (self.are_new and is_scaled):
            return self.constant_loss
        # They had a mean of 0 and a standard deviation of 1.
        Y = np.outer([-1.0, 1.0], np.ones(self.outputs.shape[1]))
        return self.problem.objective.loss_of_constant(Y, None)

    @property
    def penalised_training_loss(self):
        """The training loss of the best epoch, or in a stream, of the last calls."""
        return self.record.penalised_training_loss(self.n_samples)

    @property
    def losses_vary_by_chance(self):
        """Whether the losses are those of few rows, as in calls of a stream."""
        return self.record.n_calls(self.n_samples) > 1

    @cached_property
    def training_loss(self):
        """The training loss of the best epoch without the penalty, if that is known."""
        loss = self.penalised_training_loss
        # The penalty is relative to the number of samples, which must be known.
        # Where it outweighs the samples, it may be the larger part.
        is_known = self.network.alpha_ and self.record.n_trained
        if not is_known or loss > self.training_constant:
            return loss
        share = self.n_samples / self.record.n_trained
        return np.fmax(loss - share * penalty(self.problem, self.network.alpha_), 0.0)

    @cached_property
    def gain_by_last_weights(self):
        """How much lower the relative loss of the last weights is than the average's.

        It is 0 if they are unknown, as after a plain fit, or if the average is so short
        that it lags behind, though no loss shows that samples have changed.
        """
        state = self.problem.state
        has_jumped = (
            not self.losses_vary_by_chance
            and self.record.jump > 0.5 * self.constant_loss
        )
        is_short = state.n_averaged < ENOUGH_EPOCHS and not has_jumped
        if state.n_averaged == 0 or is_short or self.constant_loss <= 0:
            return 0.0
        last = replace(self.problem, parameters=state.parameters)
        fall = self.loss - loss_without_penalty(last, last.samples)
        return fall / self.constant_loss

    @property
    def average_is_outdated(self):
        """Whether data have changed, but the average of the weights has not.

        Where the last weights are hardly better, they have forgotten earlier data.
        """
        gain = self.gain_by_last_weights * self.constant_loss
        excess = self.loss - self.training_loss
        return gain > max(MUCH * self.constant_loss, 0.5 * excess)

    @property
    def is_held_back(self):
        """Whether the training loss fell much after the epoch of early stopping.

        The model of more epochs would be the same.
        """
        best_epoch = self.network.best_epoch_
        if best_epoch is None:
            return False
        lowest = min(self.record.losses[best_epoch:], default=np.inf)
        fall = self.record.losses[best_epoch - 1] - lowest
        return fall > trial.PROGRESS * self.training_constant

    @property
    def are_new(self):
        """Whether, by their number, these are not the samples of the fit.

        TargetEncoder encodes each sample of the fit without its own target, but any
        other by all targets. A network that trained on the latter would memorise them.
        """
        if self.behind_target_encoder:
            return True
        network, n_samples, n_held_out = self.network, self.n_samples, 0
        if network.best_epoch_ is not None:  # early stopping may have held some out
            n_held_out = math.ceil(network.validation_fraction * n_samples)
        return self.record.n_trained not in (None, n_samples, n_samples - n_held_out)

    @property
    def are_others(self):
        """Whether, by their number or their loss, these are not samples of the fit.

        The model may have a lower loss than training recorded, but not if a constant
        added to its outputs lowers it much further.
        """
        excess = self.loss - self.training_loss
        if self.are_new or excess > MUCH * self.constant_loss:
            return True
        return excess < -MUCH * self.constant_loss and self.is_off_on_average

    @property
    def expected_constant(self):
        """The constant loss of labels with the shares that the network predicts."""
        objective, targets = self.problem.objective, self.problem.targets
        if not targets.are_labels or objective.loss != targets.log_loss:
            return self.training_constant
        weight = self.problem.samples.sample_weight
        return objective.loss_of_constant(self.outputs, weight)

    @cached_property
    def recalibrated_loss(self):
        """The loss if the best constant were added to each raw prediction."""
        return loss_of_recalibrated(self.problem, self.raw_prediction)

    @property
    def is_off_on_average(self):
        """Whether recalibration lowers the loss by much, and by more than chance."""
        n_samples, n_outputs = self.outputs.shape
        # By chance, each constant gains about 1 / n_samples.
        by_chance = max(self.constant_loss, self.expected_constant) / n_samples
        least = max(LEAST_SHIFT * self.constant_loss, 10 * n_outputs * by_chance)
        return self.loss - self.recalibrated_loss > least

    @cached_property
    def edit_explains_excess(self):
        """Whether weights were edited after training, which explains most of an excess.

        After a plain fit, only an edit that leaves zeros is known, but not its effect.
        """
        if not self.record.was_edited:
            return False
        if self.record.published is None:
            return not self.are_new
        excess = max(self.loss - self.training_loss, LEAST_SHIFT * self.constant_loss)
        return self.loss - self._loss_before_edit > 0.5 * excess

    @property
    def _loss_before_edit(self):
        """The loss of the weights that the last call published."""
        flat = self.record.published.astype(np.float64)
        parameters = self.problem.parameters.view(flat)
        published = replace(self.problem, parameters=parameters)
        return loss_without_penalty(published, published.samples)

    @cached_property
    def cause_of_excess(self):
        """The kind of finding that explains a loss far above that of training."""
        return cause_of_excess(self)

    @property
    def may_be_a_short_part(self):
        """Whether the training samples, or those of a stream, may vary more."""
        is_stream = self.record.n_trained is None and not self.record.is_untrained
        return self.are_new or is_stream

    @property
    def learned(self):
        """Whether training has left hardly any loss."""
        if self.are_new and self.training_loss < 0.1 * self.training_constant:
            return True
        return self.loss < 0.1 * self.constant_loss

    @property
    def has_weak_signal(self):
        """Whether a suitable penalty left a small gain that chance does not explain.

        A weaker penalty would fit noise. But a small gain is no weak signal if
        neighbours predict much more.
        """
        least = least_gain(self.n_samples, self.problem.samples.X.shape[1])
        if self.relative_loss > 1 - least:
            return False
        if not self.penalty_is_usual:
            return False
        return self.relative_loss <= 0.9 or not neighbours_predict(*self._training)

    @property
    def penalty_is_usual(self):
        """Whether alpha is 'auto', or within a factor of 5 of it."""
        alpha = self.network.alpha
        return alpha == "auto" or alpha / 5 <= self.automatic.alpha <= 5 * alpha

    @property
    def has_only_outliers(self):
        """Whether outliers alone make a robust loss high: most targets are met."""
        if not LOSSES[self.problem.objective.loss].robust:
            return False
        Y = self.problem.samples.Y
        errors, spread = abs(Y - self.outputs), abs(Y - np.median(Y, axis=0))
        return bool(np.median(errors) < 0.7 * np.median(spread))

    @property
    def relative_loss(self):
        """The loss relative to the constant loss, which must not be 0."""
        # A high loss on other samples may be overfitting instead.
        trained = self.training_loss if self.are_new else self.penalised_training_loss
        loss = self.recalibrated_loss if self.are_others else self.loss
        return min(loss / self.constant_loss, trained / self.training_constant)

    @property
    def penalised_loss(self):
        """The relative loss; with the penalty if weights of 0 would be better."""
        with_penalty = self.penalised_training_loss / self.training_constant
        return with_penalty if 1.5 < with_penalty < np.inf else self.relative_loss

    @cached_property
    def automatic(self):
        """The Automatic options for a training like the last one."""
        in_stream = self.record.mode is Mode.APPEND
        return Automatic(self.network, *self._training, in_stream)

    @cached_property
    def is_overpenalised(self):
        """Whether nothing is learned, under a penalty that may be the reason."""
        nothing_to_learn = self.constant_loss <= 0
        if nothing_to_learn or self.record.is_untrained or self.penalised_loss <= 0.9:
            return False
        return self.automatic.alpha_is_too_high and not self._needs_hidden_units

    @property
    def is_linear(self):
        """Whether the network has no nonlinear hidden layer."""
        return set(self.problem.functions) <= {ACTIVATIONS["identity"]}

    @property
    def _needs_hidden_units(self):
        """Whether a linear model learns nothing under the penalty of 'auto', either."""
        if not self.is_linear or self.penalised_loss > 1.5 or not self.may_learn_more:
            return False
        return self._gain(self._trial_of_auto_alpha) <= trial.PROGRESS

    @property
    def may_learn_more(self):
        """Whether a trial from here shows what an option would have brought."""
        # On other samples, a trial would show what more samples bring.
        if self.are_others or self.record.is_untrained or self.constant_loss <= 0:
            return False
        return min(self.loss, self.training_loss) >= 0.1 * self.constant_loss

    @cached_property
    def is_far_too_slow(self):
        """Whether a learning rate far below the rate of 'auto' is to blame."""
        if not self.problem.is_stochastic or not self.may_learn_more:
            return False
        if self.rate > trial.FAR_BELOW * self.automatic.rate:
            return False
        return self.gain_by_auto_rate > trial.PROGRESS

    @property
    def _training(self):
        return self.problem.targets, self.problem.samples

    @property
    def hidden_layers(self):
        """Names of the hidden layers."""
        n_hidden = len(self.activations)
        return [layer_name(i, n_hidden + 1) for i in range(n_hidden)]

    @cached_property
    def slopes(self):
        """Derivatives of the activations, in the same shapes."""
        slopes = [np.ones_like(A) for A in self.activations]
        parts = self.problem.functions, self.activations, slopes
        for function, A, slope in zip(*parts, strict=True):
            function.derivative(A, slope)
        return slopes

    @cached_property
    def longer_trial(self):
        """The Trial of more epochs, at a constant learning rate."""
        n_epochs, enough = self.network.n_iter_, 0.5 * self.loss
        # Where early stopping has judged otherwise, new samples must be the judge.
        fewest = 2 if self.is_held_back else trial.FEWEST_DIVIDED
        return trial.longer(self.problem, n_epochs, enough, fewest)

    @cached_property
    def gain_by_auto_rate(self):
        """The fall of the relative loss at the rate of 'auto'."""
        alpha = self.problem.objective.alpha
        return self._gain(trial.changed(self.problem, self.automatic.rate, alpha))

    @cached_property
    def gain_by_auto_alpha(self):
        """How much more the relative loss falls under the penalty of 'auto', too."""
        return self._gain(self._trial_of_auto_alpha) - self.gain_by_auto_rate

    @cached_property
    def _trial_of_auto_alpha(self):
        """The Trial at the rate, and under the penalty, of 'auto'."""
        auto = self.automatic
        return trial.changed(self.problem, auto.rate, auto.alpha)

    def _gain(self, result):
        return result.fall / self.constant_loss

    @cached_property
    def slower_trial(self):
        """The Trial of a few steps at a lower learning rate."""
        return trial.slower(self.problem)

    @cached_property
    def scaled_loss(self):
        """The loss on scaled samples, the best of three usual ways to scale."""
        inputs = self.inputs
        return min(
            loss_of_standardised(self.problem, inputs, True),
            loss_of_standardised(self.problem, inputs, ~inputs.are_indicators),
            loss_of_scaled(self.problem, inputs.lowest, inputs.highest - inputs.lowest),
        )

    @cached_property
    def in_other_units(self):
        """Which features seem to be in another unit than those of the training."""
        return features_in_other_units(self)

    @cached_property
    def stuck(self):
        """Which features are constant, as from a broken sensor."""
        return stuck_features(self, LEAST_SHIFT * self.constant_loss)

    @cached_property
    def loss_in_usual_units(self):
        """The loss when features in other units are standardised."""
        return loss_of_standardised(self.problem, self.inputs, self.in_other_units)
