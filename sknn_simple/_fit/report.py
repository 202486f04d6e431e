"""Report: progress, warnings and errors of divergence."""

import functools
import math
import warnings
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning

from ..network import ACTIVATIONS, LOSSES, NOT_FINITE, layer_activations
from .options import (
    alpha_is_too_high,
    auto_alpha,
    auto_learning_rate,
    enough_epochs,
    root_mean_square,
)
from .session import Session


def constant_loss(objective, samples):
    """Return the loss of the best constant prediction, without penalty."""
    with np.errstate(over="ignore", invalid="ignore"):
        value = objective.loss_of_constant(samples.Y, samples.sample_weight)
    if not np.isfinite(value):
        raise ValueError(
            f"y is too large for loss={objective.loss!r}: even the loss of the best "
            "constant prediction is not finite. Scale y, for instance with "
            "normalize_y=True from the first call on."
        )
    return value


class NoGain(NamedTuple):
    """A loss that is not below that of a constant prediction, with an advice."""

    loss: float  # without penalty, unless the penalty is far too strong
    constant: float
    rate: float | None  # the learning rate of the last epoch
    is_far_above: bool
    cause: str | None  # the advice against a likely cause
    advice: str

    def __str__(self):
        constant = f"the loss of a constant prediction ({self.constant:.6g})"
        if self.is_far_above:
            rate = "" if self.rate is None else f", at a learning rate of {self.rate:g}"
            return f"far above {constant}{rate}. {_capitalised(self.advice)}."
        return (
            f"about {constant}: the network has learned next to nothing. If y depends "
            f"on X, {self.advice}."
        )


@dataclass
class Report:
    """Prints progress, collects warnings, and raises the errors of divergence.

    Warnings wait until training has ended, so that they point to the caller.
    """

    estimator: BaseEstimator
    session: Session
    pending: list[tuple[str, type]] = field(default_factory=list)  # warnings

    @functools.cached_property
    def constant_loss(self):
        """The loss of the best constant prediction, without penalty."""
        return constant_loss(self.session.objective, self.session.samples)

    @property
    def unit(self):
        """The loss of a prediction that is wrong by about the spread of targets."""
        return LOSSES[self.session.objective.loss].of_unit_error

    # Both pass over all samples, and are needed for warnings and errors only.
    @property
    def auto_rate(self):
        """The value of learning_rate_init="auto"."""
        session = self.session
        return auto_learning_rate(self.estimator, session.targets, session.samples)

    @property
    def auto_alpha(self):
        """The value of alpha="auto"."""
        session = self.session
        return auto_alpha(session.targets, session.samples)

    @property
    def alpha_is_too_high(self):
        """Whether the penalty is so strong that it may prevent all learning."""
        session = self.session
        return alpha_is_too_high(self.estimator, session.targets, session.samples)

    @property
    def is_unscaled(self):
        """Whether the inputs are far from standardised."""
        return root_mean_square(self.session.samples) > 3

    @property
    def scale(self):
        """The advice to scale the data."""
        targets = self.session.targets
        raw_y = targets.classes is None and not targets.is_scaled
        what = "the inputs and y" if raw_y else "the inputs"
        return f"scale {what} (for instance with StandardScaler)"

    @property
    def watched(self):
        """The name of the quantity that patience watches."""
        if self.session.validation is None:
            return "the training loss"
        return "the validation score"

    @property
    def no_improvement(self):
        """The reason for which patience has run out."""
        patience = self.session.patience
        return (
            f"{self.watched.capitalize()} did not improve by more than "
            f"tol={patience.tol} for {patience.n_epochs} consecutive epochs."
        )

    def check_precision(self):
        """Warn if the dtype of X cannot hold predictions in the units of y."""
        dtype = self.session.state.parameters.flat.dtype
        if self.session.targets.lose_digits(dtype):
            self._warn(
                f"Predictions have the dtype of X, {dtype}, too coarse for a y that "
                "varies so little around its mean. Subtract the mean from y, or "
                "pass X as float64.",
                UserWarning,
            )

    def give_warnings(self, stacklevel):
        """Issue the pending warnings."""
        for message, category in self.pending:
            warnings.warn(message, category, stacklevel=stacklevel + 1)

    def _warn(self, message, category=ConvergenceWarning):
        self.pending.append((message, category))

    def epoch(self):
        """Print the last epoch, if verbose."""
        if not self.estimator.verbose:
            return
        session = self.session
        epoch = session.history.last
        line = (
            f"Epoch {session.n_epochs} of {session.max_iter}: loss = {epoch.loss:.8f}"
        )
        if epoch.learning_rate is not None:
            line += f", learning rate = {epoch.learning_rate:g}"
        if epoch.validation_score is not None:
            line += f", validation score = {epoch.validation_score:.6f}"
        print(line)

    def ended(self):
        """Print why training has ended, if verbose."""
        session = self.session
        if self.estimator.verbose and session.stop_reason is not None:
            print(f"Stopped after {_epochs(session.n_epochs)}: {session.stop_reason}.")

    def slower(self):
        """Print the reduced learning rate, if verbose."""
        if self.estimator.verbose:
            rate = self.session.state.schedule.learning_rate(self.session.state.t)
            print(f"{self.no_improvement} Setting the learning rate to {rate:g}.")

    def out_of_patience(self):
        """Report that patience has ended training."""
        self.check_progress()
        if self.estimator.verbose:
            print(self.no_improvement)
        no_gain = self._no_gain()
        if no_gain is not None:
            self._warn_of(no_gain)

    def _evaluate(self):
        """Return loss and gradient of the last parameters, without penalty."""
        session, parameters = self.session, self.session.state.parameters
        gradient = parameters.zeros_like()
        evaluate = session.engine.make_evaluator(
            parameters, session.samples, replace(session.objective, alpha=0.0)
        )
        return evaluate(parameters.flat, gradient.flat), gradient

    def _warn_of(self, no_gain):
        """Warn of a NoGain, unless it has no known cause after many epochs."""
        session = self.session
        # Targets that do not depend on X are learned for long, and in vain.
        is_short = session.n_epochs <= 2 * session.patience.n_epochs
        if no_gain.is_far_above or no_gain.cause or is_short:
            ended = f"Training ended at a loss of {no_gain.loss:.6g} after "
            self._warn(f"{ended}{_epochs(session.n_epochs)}, {no_gain}")

    def _no_gain(self):
        """Return the NoGain of the last epoch, or None if its loss is lower."""
        session = self.session
        if session.validation is not None:
            return None
        # If nothing can be learned, noise alone makes the loss slightly higher.
        loss, constant = session.history.last.loss, self.constant_loss
        if loss <= 0.95 * constant:
            return None
        # If the penalty alone is that large, the advice is to lower alpha.
        if loss <= 1.5 * constant or not self.alpha_is_too_high:
            loss, _ = self._evaluate()
        noise = 0.01 if constant > 0 else self.unit
        is_far_above = loss > 1.5 * constant + noise
        if not is_far_above and not loss > 0.95 * constant > session.patience.tol:
            return None
        cause, rate = self._cause(), session.history.last.learning_rate
        if is_far_above:
            others = "change learning_rate_init or hidden_layer_sizes"
            advice = cause or f"try to {self.scale}, or {others}"
        elif cause is None and self.is_linear:
            advice = self._more_than_linear
        elif cause in (None, self.scale):
            others = self._more_than_linear if self.is_linear else self._more_epochs
            advice = f"{self.scale}, or {others}"
        else:
            advice = cause
        return NoGain(loss, constant, rate, is_far_above, cause, advice)

    @property
    def _more_epochs(self):
        """The advice to train longer, by the option that ended training."""
        by_patience = self.session.stop_reason == "patience"
        option = "n_iter_no_change" if by_patience else "max_iter"
        return f"increase {option}: with more epochs, training may leave a plateau"

    def _cause(self):
        """Return the advice against the likely cause of a training in vain, or None."""
        rate = self.session.history.last.learning_rate
        if self._steps_are_far_too_long(rate):
            return self._shorten_steps(rate)
        if self.is_unscaled:
            return self.scale
        if self._has_dead_layer:
            return (
                "try another random_state, or activation='tanh': all units of a hidden "
                "layer are 0 for every sample, and can't learn any more"
            )
        return None

    @property
    def _activations(self):
        """The Activation of each hidden layer."""
        n_hidden = len(self.session.state.parameters.coefs) - 1
        names = layer_activations(self.session.objective.activation, n_hidden)
        return [ACTIVATIONS[name] for name in names]

    @property
    def is_linear(self):
        """Whether the network has no nonlinear hidden layer."""
        return set(self._activations) <= {ACTIVATIONS["identity"]}

    @property
    def _more_than_linear(self):
        """The advice to make a linear network nonlinear."""
        is_regressor = self.session.targets.classes is None
        limit = "fit a plane" if is_regressor else "separate classes by straight lines"
        return (
            "use hidden units with an activation such as 'tanh': without them, the "
            f"network is a linear model, and can only {limit}"
        )

    @property
    def _has_dead_layer(self):
        """Whether all units of a layer are 0 for every sample, and thus untrainable."""
        if not any(activation.kinked for activation in self._activations):
            return False
        _, gradient = self._evaluate()
        coefs = self.session.state.parameters.coefs
        return not gradient.coefs[0].any() and all(layer.any() for layer in coefs)

    def interrupted(self):
        """Warn that Ctrl-C has ended training."""
        self._warn(
            f"Training was interrupted after {_epochs(self.session.n_epochs)}. The "
            "estimator keeps the model of the last finished epoch.",
            UserWarning,
        )

    def out_of_epochs(self):
        """Warn that `max_iter` has ended training too soon, or without a gain."""
        session = self.session
        n_epochs, n_samples = session.n_epochs, session.samples.X.shape[0]
        is_endless = session.patience.n_epochs == math.inf
        if is_endless and n_epochs < 50:  # too few to be called stuck
            return
        no_gain = self._no_gain()
        if is_endless:
            if no_gain is not None and self._is_stuck(no_gain):
                self._warn_of(no_gain)
        elif n_epochs >= enough_epochs(self.estimator, n_samples):
            if no_gain is not None:
                self._warn_of(no_gain)
        else:
            seen, then = f"before {self.watched} stopped improving.", "Increase"
            if no_gain is not None and no_gain.cause is not None:
                # More epochs help, but not alone.
                no_gain = no_gain._replace(advice=no_gain.cause)
                seen = f"at a loss of {no_gain.loss:.6g}, {no_gain}"
                then = "Then increase"
            self._warn(
                f"Training stopped at max_iter={_epochs(n_epochs)}, {seen} {then} "
                "max_iter, or set n_iter_no_change=float('inf') to train for exactly "
                "max_iter epochs."
            )

    def _is_stuck(self, no_gain):
        """Return whether the last half of the epochs gained nothing.

        Only a known cause counts.

        Training that is infinitely patient may be slow: a loss that hardly falls is
        not yet a sign of steps that are too long.
        """
        n_epochs, history = self.session.n_epochs, self.session.history
        if no_gain.cause is None:
            return False
        last = slice(history.n_epochs - n_epochs, history.n_epochs)
        losses = np.array(history.columns["loss"][last])
        earlier, later = losses[: n_epochs // 2], losses[n_epochs // 2 :]
        if earlier.min() - later.min() > 0.01 * self.constant_loss:
            return False
        rises = np.diff(later).max() > 0.01 * self.constant_loss
        return rises or self.is_unscaled or self._has_dead_layer

    def not_converged(self, result):
        """Warn that L-BFGS has not converged, from its scipy OptimizeResult."""
        self._warn(
            f"lbfgs failed to converge after {result.nit} iterations "
            f"({result.message}). Increase max_iter or max_fun, or {self.scale}."
        )

    def check_targets(self):
        """Raise ValueError if y is too large for the loss."""
        constant_loss(self.session.objective, self.session.samples)

    def check_finite(self, block):
        """Raise ValueError if a Block ended with a number that is not finite."""
        if block.ending == NOT_FINITE:
            self.check_targets()
            epoch = block.last
            what = "a coef or intercept" if math.isfinite(epoch.loss) else "the loss"
            n_epochs = self.session.n_epochs + len(block.losses)
            raise self._divergence(epoch, n_epochs, f"{what} is no longer finite")

    def check_validation(self, block, loss, score):
        """Raise ValueError unless the validation loss and score are finite."""
        n_epochs = self.session.n_epochs + 1
        if not math.isfinite(loss):
            raise self._divergence(
                block.last, n_epochs, "the validation loss is not finite"
            )
        if not math.isfinite(score):
            raise ValueError(
                "scoring must return a finite number for the validation data, got "
                f"{score} in epoch {n_epochs}."
            )

    def check_progress(self):
        """Raise ValueError if training ends far above where it began."""
        session = self.session
        # If nothing (more) can be learned, minibatches alone can end 1.8 times above
        # their start: only a loss far above a constant prediction has diverged. On
        # constant targets, whose constant prediction has no loss, steps of an ordinary
        # size end above 0.
        epoch, first_loss = session.history.last, session.first_loss
        rose = epoch.loss > 1.5 * first_loss + max(session.patience.tol, 1e-4)
        if rose and epoch.loss > max(3 * self.constant_loss, self.unit):
            raise self._divergence(
                epoch,
                session.n_epochs,
                f"the loss rose from {first_loss:.6g} in the first epoch to "
                f"{epoch.loss:.6g}",
            )

    def _divergence(self, epoch, n_epochs, what):
        """Return the error that names the epoch, the rate and a next step."""
        rate = epoch.learning_rate
        where = f"Training diverged in epoch {n_epochs}"
        if rate is not None:
            where += f", at a learning rate of {rate:g}"
        advice = _capitalised(self._shorten_steps(rate))
        return ValueError(f"{where}: {what}. {advice}.")

    def _steps_are_far_too_long(self, rate):
        """Return whether the penalty or the learning rate may prevent all learning."""
        return self.alpha_is_too_high or (rate or 0) > 10 * self.auto_rate

    def _shorten_steps(self, rate):
        """Return the advice against steps that are too long."""
        if self.alpha_is_too_high:
            given, auto = self.session.objective.alpha, self.auto_alpha
            changes = [f"lower alpha from {given:g} ('auto' gives {auto:.2g} here)"]
            if rate is not None and rate > self.auto_rate:
                changes.append(self._lower_rate(rate))
            if self.is_unscaled:
                changes.append(self.scale)
            return ", and ".join(changes)
        if rate is None:
            return f"try to {self.scale}"
        return f"{self._lower_rate(rate)}, or {self.scale}"

    def _lower_rate(self, rate):
        """Return the advice to lower the learning rate."""
        if rate > self.auto_rate:
            return f"lower learning_rate_init ('auto' gives {self.auto_rate:g} here)"
        return f"lower learning_rate_init to {rate / 10:.1g}"


def _epochs(number):
    return "1 epoch" if number == 1 else f"{number} epochs"


def _capitalised(clause):
    return clause[0].upper() + clause[1:]
