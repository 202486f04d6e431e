"""Report: progress, warnings and errors of divergence."""

import math
from dataclasses import dataclass, field

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning

from .._caller import warn_caller
from ..network import NOT_FINITE
from .advice import Advice
from .data_warnings import data_warnings
from .ending import has_levelled_off
from .kept_model import held_back_by_early_stopping, outdated_average
from .no_gain import capitalised
from .options import enough_epochs
from .sample_loss import constant_loss
from .session import Mode, Session
from .shortfall import from_unscaled_inputs
from .stream_fault import in_other_units, stream_fault
from .validation_fault import unlike_training


@dataclass
class Report:
    """Prints progress, collects warnings, and raises the errors of divergence.

    Warnings wait until training has ended.
    """

    estimator: BaseEstimator
    session: Session
    pending: list[tuple[str, type]] = field(default_factory=list)  # warnings

    @property
    def advice(self):
        """Advice for the training so far."""
        return Advice(self.estimator, self.session)

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

    def check_data(self):
        """Warn of data that are probably not what the user means."""
        for message in data_warnings(self.estimator, self.session):
            self._warn(message, UserWarning)

    def give_warnings(self):
        """Issue the pending warnings."""
        for message, category in self.pending:
            warn_caller(message, category)

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

    def slower(self, ran_out):
        """Print the reduced learning rate, and whether patience ran out, if verbose."""
        if self.estimator.verbose:
            rate = self.session.state.schedule.learning_rate(self.session.state.t)
            why = f"{self.no_improvement} " if ran_out else ""
            print(f"{why}Setting the learning rate to {rate:g}.")

    def out_of_patience(self):
        """Report that patience has ended training."""
        self.check_progress()
        if self.estimator.verbose:
            print(self.no_improvement)
        self._warn_of(self.advice.no_gain())

    def _warn_of(self, no_gain):
        """Warn of a NoGain, unless it has no known cause after many epochs."""
        if no_gain is None:
            return
        if no_gain.has_cause or self.advice.is_short:
            ended = f"training ended after {_epochs(self.session.n_epochs)}"
            self._warn(no_gain.after(ended))

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
        n_epochs = session.n_epochs
        is_endless = session.patience.n_epochs == math.inf
        if is_endless and n_epochs < 50:  # too few to be called stuck
            return
        advice = self.advice
        no_gain = advice.no_gain()
        stopped = f"training stopped at max_iter={_epochs(n_epochs)}"
        if is_endless:
            if advice.is_stuck(no_gain):
                self._warn_of(no_gain)
        elif self._epochs_are_enough:
            self._warn_of(no_gain)
        elif no_gain is not None and no_gain.are_inputs_constant:
            self._warn(no_gain.after(stopped))
        else:
            if no_gain is None or no_gain.cause is None:
                stopped += f", before {self.watched} stopped improving"
                message = f"{capitalised(stopped)}. Increase"
            else:  # more epochs help, but not alone
                no_gain = no_gain._replace(advice=no_gain.cause)
                message = f"{no_gain.after(stopped)} Then increase"
            self._warn(
                f"{message} max_iter, or set n_iter_no_change=float('inf') to train "
                "for exactly max_iter epochs."
            )

    def converged(self):
        """Warn if L-BFGS has ended as it should, but in vain, for a known cause."""
        advice = self.advice
        no_gain = advice.no_gain()
        if no_gain is not None and advice.explains(no_gain):
            self._warn_of(no_gain)

    def not_converged(self, result):
        """Warn that L-BFGS has not converged, from its scipy OptimizeResult."""
        if self._iterations_are_enough:
            self.converged()
            return
        advice = self.advice
        scale = f", or {advice.scaling.advice}" if advice.scaling.is_far_off else ""
        why, then = result.message, "Increase max_iter or max_fun"
        if self.session.stop_reason == "line_search":
            why = "no step lowers the loss, or rounding hides that it does"
            then = f"Increase tol from {self.estimator.tol:g}"
        self._warn(
            f"lbfgs failed to converge after {result.nit} iterations ({why}). "
            f"{then}{scale}."
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
            n_epochs = self.session.history.n_epochs + len(block.losses)
            raise self._divergence(epoch, n_epochs, f"{what} is no longer finite")

    def check_validation(self, block, loss, score):
        """Raise ValueError unless the validation loss and score are finite."""
        n_epochs = self.session.history.n_epochs + 1
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
        """Raise ValueError if the model is far above where training began.

        Under early stopping, the model is that of the best epoch.
        """
        session = self.session
        # If nothing (more) can be learned, minibatches alone can end 1.8 times above
        # their start: only a loss far above a constant prediction has diverged. On
        # constant targets, whose constant prediction has no loss, steps of an ordinary
        # size end above 0.
        number = session.best.epoch if session.best else session.history.n_epochs
        epoch, first_loss = session.history.epoch(number), session.first_loss
        rose = epoch.loss > 1.5 * first_loss + max(session.patience.tol, 1e-4)
        if not rose:
            return
        advice = self.advice
        limit = max(3 * advice.loss.of_constant, advice.loss.of_unit_error)
        # Momentum may carry the weights far before it ebbs.
        if number - session.n_earlier < 10:
            limit *= 10
        if epoch.loss > limit:
            raise self._divergence(
                epoch,
                number,
                f"the loss rose from {first_loss:.6g} in the first epoch to "
                f"{epoch.loss:.6g}",
            )

    @property
    def _wrong_units(self):
        """What is wrong with the scale of y in a warm start, or None."""
        is_warm = self.session.mode is Mode.RESUME
        return in_other_units(self.session) if is_warm else None

    @property
    def _epochs_are_enough(self):
        """Whether `max_iter` may end training by sgd or adam without a warning."""
        session = self.session
        enough = enough_epochs(self.estimator, session.samples.X.shape[0])
        return session.ending.has_settled or session.n_epochs >= enough

    @property
    def _iterations_are_enough(self):
        """Whether the automatic limit ended L-BFGS where it hardly gained any more."""
        session, advice = self.session, self.advice
        if (self.estimator.max_iter, session.stop_reason) != ("auto", "max_iter"):
            return False
        losses = session.history.column("loss")
        levels_off = has_levelled_off(losses, advice.loss.of_constant)
        return levels_off and not advice.scaling.is_far_off

    @property
    def _is_complete(self):
        """Whether a fit has ended by its own rule, or after enough epochs."""
        session = self.session
        if session.n_epochs == 0 or session.mode is Mode.APPEND:
            return False
        if session.stop_reason != "max_iter":
            return session.stop_reason in ("patience", "converged")
        return self._epochs_are_enough

    def check_model(self):
        """Warn if the model of a fit is far worse than it could be."""
        advice, wrong_units = self.advice, self._wrong_units
        with np.errstate(over="ignore", invalid="ignore"):
            if wrong_units is not None and advice.loss.is_high:
                message = wrong_units
            else:
                message = unlike_training(advice)
                message = message or held_back_by_early_stopping(advice)
                message = message or outdated_average(advice)
                if message is None and self._is_complete and not self.pending:
                    message = from_unscaled_inputs(advice)
        if message is not None:
            self._warn(message)

    def appended(self):
        """Warn of a fault that a call of `partial_fit` shows, once per stream."""
        session, fault = self.session, stream_fault(self.advice)
        if fault is not None and fault.topic not in session.warned:
            session.warned = (*session.warned, fault.topic)
            self._warn(fault.message)

    def _divergence(self, epoch, n_epochs, what):
        """Return the error that names the epoch, the rate and a next step.

        In a stream, the epochs of all calls count, as in `n_iter_`.
        """
        rate = epoch.learning_rate
        where = f"Training diverged in epoch {n_epochs}"
        if rate is not None:
            where += f", at a learning rate of {rate:g}"
        advice = capitalised(self.advice.to_shorten_steps(rate))
        return ValueError(f"{where}: {what}. {self._wrong_units or f'{advice}.'}")


def _epochs(number):
    return "1 epoch" if number == 1 else f"{number} epochs"
