"""Advice: whether training was in vain, the likely cause, and what to change."""

import functools
from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator

from ..network import ACTIVATIONS
from .automatic import Automatic
from .depth import advice_on_depth, gradients_may_vanish
from .hidden_interactions import (
    AGAINST_RARE_CATEGORIES,
    advice_on_hidden_interactions,
    are_rare_categories,
    have_decayed,
    is_about_constant,
    may_combine,
)
from .loss_unit import loss_unit
from .no_gain import NoGain, least_gain
from .sample_loss import SampleLoss
from .saturated_layer import advice_on_saturated_layer
from .scaling_advice import Scaling
from .session import Mode, Session
from .stuck_outputs import advice_on_stuck_outputs
from .subsample import subsample

AGAINST_CONSTANT_INPUTS = (
    "check X and the steps that prepare it: every column has a single value, from "
    "which nothing can be learned"
)


@dataclass
class Advice:
    """The likely faults of a training so far, and what to change.

    It passes over all samples: it is for warnings and errors only.
    """

    estimator: BaseEstimator
    session: Session

    @functools.cached_property
    def loss(self):
        """The SampleLoss of the training."""
        return SampleLoss(self.session)

    @functools.cached_property
    def automatic(self):
        """The Automatic options for the samples of the training."""
        session = self.session
        in_stream = session.mode is Mode.APPEND
        return Automatic(self.estimator, session.targets, session.samples, in_stream)

    @functools.cached_property
    def scaling(self):
        """Scaling of the samples."""
        return Scaling(self.session.targets, self.session.samples)

    def no_gain(self):
        """Return the NoGain of a training, or None if the model has a lower loss."""
        session = self.session
        loss, constant = session.history.last.loss, self.loss.of_constant
        most = (1 - least_gain(*session.samples.X.shape)) * constant
        # Where a known fault hides a much larger gain, a small gain counts as none.
        if loss > 0.9 * constant and (
            self.scaling.are_inputs_large or self.automatic.alpha_hides_a_curve
        ):
            most = 0.9 * constant
        if loss <= most:
            return None
        if session.best is not None or not self.automatic.alpha_is_too_high:
            loss = self.loss.of(self.session.kept_flat)
            if loss <= most:
                return None
        # If the penalty alone is that large, the advice is to lower alpha.
        if loss <= 1.5 * constant or not self.automatic.alpha_is_too_high:
            loss = self.loss.of_last
        # If nothing can be learned, noise alone makes the loss slightly higher.
        noise, least = self.loss.of_unit_error, session.patience.tol
        if constant > 0:
            noise = 0.01 * loss_unit(session.targets, session.samples)
            if self.scaling.is_y_raw:  # the loss may be of any size
                noise = least = 0.0
        is_far_above = loss > 1.5 * constant + noise
        if not is_far_above and not loss > most > least:
            return None
        rate = session.history.last.learning_rate
        cause = self.against_cause(rate, loss)
        if cause is None and not is_far_above:
            cause = advice_on_saturated_layer(
                session, self.scaling, self._initial_weights_are_given
            ) or advice_on_depth(self._activations)
        if session.best is not None and cause is None:
            return None  # patience ends early where there is nothing to learn
        hidden = None if cause or is_far_above else self._on_hidden_signal(loss)
        are_constant = self.scaling.are_inputs_constant and not is_far_above
        if are_constant:
            advice = AGAINST_CONSTANT_INPUTS
        else:
            advice = self._against_no_gain(cause, hidden, is_far_above)
        return NoGain(
            loss=loss,
            constant=constant,
            rate=rate,
            is_far_above=is_far_above,
            cause=cause,
            may_be_hidden=hidden is not None,
            advice=advice,
            are_inputs_constant=are_constant,
        )

    def _on_hidden_signal(self, loss):
        """Return the advice if interactions or rare categories may matter, or None."""
        if self.is_linear or gradients_may_vanish(self._activations):
            return None
        if not is_about_constant(loss, self.loss.of_constant):
            return None
        X, _, _ = subsample(self.session.samples)
        if not may_combine(X):
            return None
        if are_rare_categories(X):
            is_sgd = self.estimator.solver == "sgd"
            return AGAINST_RARE_CATEGORIES if is_sgd else None
        return advice_on_hidden_interactions(self.estimator.alpha)

    @property
    def _besides_hidden_signal(self):
        """Other advice where interactions or rare categories may matter."""
        if not self.scaling.is_done:
            yield self.scaling.advice
        if self.session.ending.lost_patience and not self._have_decayed:
            yield self._to_train_longer

    @property
    def _have_decayed(self):
        """Whether the penalty has left hardly any weights in a layer."""
        return have_decayed(self.session.state.parameters.coefs)

    @property
    def is_short(self):
        """Whether patience ended training so early that it may be a plateau.

        Targets that do not depend on X are learned for long, and in vain.
        """
        session = self.session
        return session.ending.n_at_first_rate <= 2 * session.patience.n_epochs

    def _against_no_gain(self, cause, hidden, is_far_above):
        """Return the advice, which begins with the one against a cause, if known.

        `hidden` is the advice on interactions or rare categories, or None.
        """
        if hidden is not None:
            return "; or ".join([hidden, *self._besides_hidden_signal])
        other = self._to_add_nonlinearity if self.is_linear else self._to_train_longer
        if is_far_above:
            weights = "" if self.estimator.coefs_init is None else "coefs_init, "
            change = f"change {weights}learning_rate_init or hidden_layer_sizes"
            return cause or self.scaling.or_advice(change)
        to_scale = self.scaling.advice
        if cause is None:
            no_scaling = self.is_linear or self.scaling.is_done
            return other if no_scaling else f"{to_scale}, or {other}"
        may_train = cause == to_scale and self.session.stop_reason != "converged"
        return f"{cause}, or {other}" if may_train or self.is_linear else cause

    def against_cause(self, rate, loss):
        """Return the advice against a likely cause, or None."""
        if self.automatic.alpha_is_too_high or self._is_rate_too_high(rate, loss):
            return self.to_shorten_steps(rate)
        if self.scaling.against_outliers is not None:
            return self.scaling.against_outliers
        if self.scaling.is_far_off:
            return self.scaling.advice
        if rate is not None and self._initial_rate < self.automatic.rate / 30:
            auto = f"('auto' gives {self.automatic.rate:g} here)"
            return f"raise learning_rate_init from {self._initial_rate:g} {auto}"
        if self._has_dead_layer:
            other = "another random_state"
            if self._initial_weights_are_given:
                other = "other initial weights and biases"
            return (
                f"try {other}, or activation='tanh': all units of a hidden layer are 0 "
                "for every sample, and can't learn any more"
            )
        return advice_on_stuck_outputs(self.session)

    @property
    def _initial_weights_are_given(self):
        """Whether training did not start from weights that it drew itself."""
        given = self.estimator.coefs_init, self.estimator.intercepts_init
        resumes = self.session.mode is Mode.RESUME
        return resumes or any(arrays is not None for arrays in given)

    @property
    def _to_train_longer(self):
        """The advice to train longer, by the option that ended training."""
        session = self.session
        option, value = "max_iter", session.max_iter
        if session.ending.lost_patience:
            option, value = "n_iter_no_change", session.patience.n_epochs
        return (
            f"increase {option} from {value}: with more epochs, training may leave a "
            "plateau"
        )

    def explains(self, no_gain):
        """Return whether a NoGain has a known cause, such as a linear model.

        From inputs that are all alike, no model can learn anything.
        """
        if no_gain.has_cause:
            return True
        return self.is_linear and not self.scaling.are_inputs_constant

    def is_stuck(self, no_gain):
        """Return whether the last half of the epochs gained nothing, and why is known.

        Training that is infinitely patient may be slow: a loss that hardly falls is
        not yet a sign of steps that are too long. But from a loss above that of a
        constant prediction, which the biases alone could reach, it must fall.
        """
        if no_gain is None or not self.explains(no_gain):
            return False
        n_epochs, history = self.session.n_epochs, self.session.history
        last = slice(history.n_epochs - n_epochs, history.n_epochs)
        losses = np.array(history.columns["loss"][last])
        earlier, later = losses[: n_epochs // 2], losses[n_epochs // 2 :]
        if earlier.min() - later.min() > 0.01 * self.loss.of_constant:
            return False
        rises = np.diff(later).max() > 0.01 * self.loss.of_constant
        are_raw = self.scaling.against_outliers or self.scaling.is_far_off
        if rises or no_gain.is_above or are_raw or self._has_dead_layer:
            return True
        if no_gain.may_be_hidden:
            return self._have_decayed
        return self.is_linear  # which has no plateaus

    @property
    def _activations(self):
        """The Activation of each hidden layer."""
        n_hidden = len(self.session.state.parameters.coefs) - 1
        return self.session.objective.functions(n_hidden)

    @property
    def is_linear(self):
        """Whether the network has no nonlinear hidden layer."""
        return set(self._activations) <= {ACTIVATIONS["identity"]}

    @property
    def _to_add_nonlinearity(self):
        """The advice to make a linear network nonlinear."""
        are_labels = self.session.targets.are_labels
        limit = "separate classes by straight lines" if are_labels else "fit a plane"
        return (
            "use hidden units with an activation such as 'tanh': without them, the "
            f"network is a linear model, and can only {limit}"
        )

    @functools.cached_property
    def _has_dead_layer(self):
        """Whether all units of a layer are 0 for every sample, and thus untrainable."""
        if not any(activation.kinked for activation in self._activations):
            return False
        gradient = self.loss.gradient
        coefs = self.session.state.parameters.coefs
        # Inputs of zeros leave the coefs without a gradient, but not the intercepts.
        first = gradient.coefs[0], *gradient.intercepts[:1]
        moves = any(part.any() for part in first)
        return not moves and all(layer.any() for layer in coefs)

    def _is_rate_too_high(self, rate, loss):
        """Return whether the learning rate may prevent all learning.

        Steps that are too long would not end at the loss of a constant prediction,
        which may be the lowest loss of a linear model.
        """
        if (
            self.is_linear
            and abs(loss - self.loss.of_constant) < 1e-3 * self.loss.of_constant
        ):
            return False
        # Without momentum, a rate moves the weights a tenth as far.
        is_plain = self.estimator.solver == "sgd" and self.estimator.momentum == 0
        return (rate or 0) > (100 if is_plain else 10) * self.automatic.rate

    @property
    def _initial_rate(self):
        """The learning rate that a schedule starts from; an adaptive one ends low."""
        return self.session.state.schedule.learning_rate_init

    def to_shorten_steps(self, rate):
        """Return the advice against steps that are too long."""
        if self.automatic.alpha_is_too_high:
            given, auto = self.estimator.alpha, self.automatic.alpha
            given = repr(str(given)) if isinstance(given, str) else f"{given:g}"
            changes = [f"lower alpha from {given} ('auto' gives {auto:.2g} here)"]
            if rate is not None and self._initial_rate > self.automatic.rate:
                changes.append(self._to_lower_rate)
            if self.scaling.is_far_off:
                changes.append(self.scaling.advice)
            return ", and ".join(changes)
        if rate is None:
            return f"try to {self.scaling.advice}"
        return self.scaling.or_advice(self._to_lower_rate)

    @property
    def _to_lower_rate(self):
        """The advice to lower the learning rate."""
        rate, auto = self._initial_rate, self.automatic.rate
        if rate > auto:
            return f"lower learning_rate_init ('auto' gives {auto:g} here)"
        return f"lower learning_rate_init from {rate:.2g} to {rate / 10:.1g}"
