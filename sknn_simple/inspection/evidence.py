"""Evidence: measurements of a fitted network, by which symptoms are recognised."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from .._base import BaseSimpleMLP, MatrixLike
from .._fit.automatic import Automatic
from .._fit.columns import Columns
from .._fit.depth import gradients_may_vanish
from .._fit.hidden_interactions import have_decayed, is_about_constant
from .._fit.kept_model import MUCH
from .._fit.neighbourhood import Neighbourhood
from .._fit.no_gain import least_gain
from .._fit.penalty import neighbours_predict
from .._fit.quartiles import Quartiles
from .._fit.scaling_advice import Scaling
from .._fit.session import Mode
from .._fit.subsample import subsample
from ..network import LOSSES, Samples
from .codes import codes_of_features
from .excess import Excess
from .problem import Problem, layer_name
from .recalibration import Recalibration
from .record import Record
from .refit import Refit
from .training_losses import TrainingLosses
from .trial import PROGRESS
from .trials import Trials


@dataclass(frozen=True, eq=False, kw_only=True)
class Evidence:
    """Measurements of a fitted network on given samples.

    All that is not a field is computed when a symptom first asks for it: facts about
    the samples; trials, made on copies of the network; and last, what explains an
    excess of the loss.
    """

    network: BaseSimpleMLP
    record: Record  # of its training
    training: TrainingLosses
    n_samples: int  # with those of weight zero
    rows: np.ndarray  # of the samples of the problem, among all of them
    problem: Problem  # without samples of weight zero
    feature_names: list[str]
    inputs: Columns
    targets: Columns  # standardised if the network is trained on such targets
    activations: list[np.ndarray]  # per hidden layer, shape (n_samples, n_units)
    outputs: np.ndarray  # as the targets, shape (n_samples, n_outputs)
    gradient_norms: np.ndarray  # per layer: root mean square over single samples
    loss: float  # without penalty
    constant_loss: float  # loss of the best constant prediction
    recalibration: Recalibration
    are_new: bool  # by their number, these are not the samples of the fit
    X: MatrixLike  # as given, before the other steps of a Pipeline
    given_y: ArrayLike
    in_pipeline: bool
    behind_scaler: bool  # a step of the Pipeline scales features, maybe not all
    behind_centring_scaler: bool  # and maps their mean or median in training to 0
    refit: Refit

    @property
    def is_weighted(self):
        """Whether there is a given sample_weight."""
        return self.refit.sample_weight is not None

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
        return Scaling(self.problem.targets, self.problem.samples)

    @cached_property
    def shared_errors(self):
        """The SharedErrors of rows that follow each other, or None."""
        targets = self.problem.targets
        by_class = targets.are_labels and not targets.multilabel
        return Neighbourhood(self.problem.samples, by_class=by_class).shared_errors

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

    @property
    def rate(self):
        """The learning rate before it dropped in a plain fit, else of the last epoch.

        Without an epoch, it is the rate of the next one.
        """
        rates = self.network.history_.get("learning_rate")
        if not rates:
            return self.problem.learning_rate
        return rates[0] if self.record.ending.has_settled else rates[-1]

    @cached_property
    def automatic(self):
        """The Automatic options for a training like the last one."""
        problem, in_stream = self.problem, self.record.mode is Mode.APPEND
        return Automatic(self.network, problem.targets, problem.samples, in_stream)

    @property
    def may_be_a_short_part(self):
        """Whether the training samples, or those of a stream, may vary more."""
        is_stream = self.record.n_trained is None and not self.record.is_untrained
        return self.are_new or is_stream

    @cached_property
    def are_others(self):
        """Whether, by their number or their loss, these are not samples of the fit.

        The model may have a lower loss than training recorded, but not if a constant
        added to its outputs lowers it much further.
        """
        least, excess = MUCH * self.constant_loss, self.excess.size
        if self.are_new or excess > least:
            return True
        return excess < -least and self.recalibration.gains_much

    @property
    def learned(self):
        """Whether training has left hardly any loss."""
        if self.are_new and self.training.loss < 0.1 * self.training.constant:
            return True
        return self.loss < 0.1 * self.constant_loss

    @property
    def relative_loss(self):
        """The loss relative to the constant loss, which must not be 0."""
        # A high loss on other samples may be overfitting instead.
        training = self.training
        trained = training.loss if self.are_new else training.penalised_loss
        loss = self.recalibration.loss if self.are_others else self.loss
        return min(loss / self.constant_loss, trained / training.constant)

    @property
    def is_constant(self):
        """Whether the network predicts hardly more than the best constant."""
        return is_about_constant(self.loss, self.constant_loss)

    @property
    def has_decayed(self):
        """Whether the penalty has left hardly any weights, and a constant."""
        problem = self.problem
        if problem.objective.alpha == 0 or gradients_may_vanish(problem.functions):
            return False
        return self.is_constant and have_decayed(problem.parameters.coefs)

    @property
    def penalised_loss(self):
        """The relative loss; with the penalty if weights of 0 would be better."""
        with_penalty = self.training.penalised_loss / self.training.constant
        return with_penalty if 1.5 < with_penalty < np.inf else self.relative_loss

    @property
    def has_weak_signal(self):
        """Whether a suitable penalty left a small gain that chance does not explain.

        A weaker penalty would fit noise. But a small gain is no weak signal if
        neighbours predict much more.
        """
        targets, samples = self.problem.targets, self.problem.samples
        least = least_gain(self.n_samples, samples.X.shape[1])
        if self.relative_loss > 1 - least or not self.automatic.alpha_is_usual:
            return False
        return self.relative_loss <= 0.9 or not neighbours_predict(targets, samples)

    @property
    def has_only_outliers(self):
        """Whether outliers alone make a robust loss high: most targets are met."""
        if not LOSSES[self.problem.objective.loss].robust:
            return False
        Y = self.problem.samples.Y
        errors, spread = abs(Y - self.outputs), abs(Y - np.median(Y, axis=0))
        return bool(np.median(errors) < 0.7 * np.median(spread))

    @cached_property
    def is_overpenalised(self):
        """Whether nothing is learned, under a penalty that may be the reason."""
        nothing_to_learn = self.constant_loss <= 0
        if nothing_to_learn or self.record.is_untrained or self.penalised_loss <= 0.9:
            return False
        return self.automatic.alpha_is_too_high and not self._needs_hidden_units

    @property
    def _needs_hidden_units(self):
        """Whether a linear model learns nothing under the penalty of 'auto', either."""
        if not self.problem.is_linear or self.penalised_loss > 1.5:
            return False
        return self.trials.are_meaningful and self.trials.gain_by_auto <= PROGRESS

    @cached_property
    def trials(self):
        """The Trials of other options."""
        return Trials(self)

    @cached_property
    def excess(self):
        """The Excess of the loss over the training loss."""
        return Excess(self)
