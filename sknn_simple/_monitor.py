"""What watches a fit: the stopping rule, early stopping, Ctrl-C.

The trainer says when an epoch begins and when it has ended; everything that
somebody may want to know or to decide then is here.
"""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from ._callback_bridge import CallbackBridge
from ._history import History
from ._validation import Validation
from .network import INTERRUPTED, NOT_FINITE, Objective, Patience, TrainingState


@dataclass
class Milestones:
    """Numbers of epochs at which somebody wants the model of a shorter fit.

    Attributes
    ----------
    epochs : list of int
        Those still to come, ascending, all below max_iter.

    look : callable
        Called as ``look(n_epochs, finish)`` after that many epochs, unless training
        ends with them. ``finish(warns)`` returns the estimator as a fit with
        max_iter=n_epochs leaves it, and raises, and if `warns` warns, as that does.

    finish : callable
    """

    epochs: list[int]
    look: Callable
    finish: Callable | None = None

    def pass_by(self, n_epochs):
        """To be called after an epoch or a block that training goes on from."""
        if self.epochs and self.epochs[0] == n_epochs:
            self.look(self.epochs.pop(0), self.finish)


class Best(NamedTuple):
    """The epoch with the best validation score: its number, weights and score."""

    epoch: int
    flat: np.ndarray
    score: float


class Finished(NamedTuple):
    """All that Ctrl-C goes back to: what there was after the last finished epoch.

    n_epochs : int, in the history
    snapshot : of the TrainingState, None before the first epoch
    counts : snapshot of the Patience
    best : Best, or None without validation
    """

    n_epochs: int
    snapshot: tuple | None = None
    counts: tuple | None = None
    best: Best | None = None


@dataclass
class Monitor:
    """Watches one fit.

    Attributes
    ----------
    auto_rate : float
        What learning_rate_init="auto" stands for, for advice.

    constant_loss : float
        The loss of the best answer that is the same for every sample.

    to_scale : str
        What the caller might scale, for advice.

    finished : Finished

    stopped : bool
        Whether training was stopped, by patience, a callback or Ctrl-C.

    interrupted : bool
        Whether it was by Ctrl-C.
    """

    state: TrainingState
    objective: Objective
    patience: Patience
    max_iter: int
    auto_rate: float
    constant_loss: float
    to_scale: str
    history: History
    verbose: int = 0
    validation: Validation | None = None
    callbacks: CallbackBridge | None = None
    milestones: Milestones | None = None
    first_loss: float = math.nan
    stopped: bool = False
    interrupted: bool = False

    def __post_init__(self):
        self.n_earlier = self.history.n_epochs
        self.finished = Finished(self.n_earlier)

    @property
    def watched(self):
        """What patience is about."""
        return (
            "the training loss" if self.validation is None else "the validation score"
        )

    @property
    def n_epochs(self):
        """Finished epochs of this fit."""
        return self.finished.n_epochs - self.n_earlier

    @property
    def loss(self):
        """Loss of the last finished epoch; before the first, that at the start."""
        if self.n_epochs == 0:
            return self.first_loss
        return self.history.columns["loss"][self.finished.n_epochs - 1]

    @property
    def best_loss(self):
        """The lowest loss in the history, or None where patience is for a score."""
        if self.validation is not None:
            return None
        # L-BFGS may find nothing to improve: then there is but the loss at the start.
        return min(self.history.best_loss, self.loss)

    @property
    def best(self):
        """The best finished epoch, or None without validation."""
        return self.finished.best

    def begin_epoch(self):
        """To be called before each epoch."""
        if self.callbacks is not None:
            self.callbacks.begin_epoch()

    def end_one(self, block):
        return self.end_epoch(block.last)

    def end_epoch(self, epoch):
        """To be called after each epoch; True: there should be no further one."""
        self.check_finite(epoch)
        loss = watched = epoch.loss
        if self.finished.snapshot is None:
            self.first_loss = loss
        best = None
        if self.validation is not None:
            epoch = self._validate(epoch)
            best, watched = self._best(epoch), -epoch.validation_score
        self.history.append(epoch)
        self.patience.runs_out(watched)
        ran_out, slowed = self._finish(best)
        if self.verbose:
            self._print(epoch)
        if self.callbacks is not None and self.callbacks.end_epoch():
            self.stopped = True
        elif ran_out:
            self._lose_patience(epoch, slowed)
        return self.stopped

    @property
    def looks_between(self):
        """Whether somebody wants to look at each epoch before the next begins."""
        return bool(
            self.validation is not None or self.callbacks is not None or self.verbose
        )

    @property
    def n_epochs_ahead(self):
        """Epochs to train before anybody wants the model."""
        upcoming = [] if self.milestones is None else self.milestones.epochs
        return (upcoming[0] if upcoming else self.max_iter) - self.n_epochs

    def end_block(self, block):
        """To be called after epochs that nobody looked at; True: the last ones.

        Their patience has been counted.
        """
        if self.finished.snapshot is None:
            self.first_loss = block.losses[0]
        self.history.extend(block)
        if block.ending == NOT_FINITE:
            raise self._not_finite(block.last, self.n_epochs + len(block.losses))
        ran_out, slowed = self._finish()
        if block.ending == INTERRUPTED:
            raise KeyboardInterrupt
        if ran_out:
            self._lose_patience(block.last, slowed)
        return self.stopped

    def _finish(self, best=None):
        """Finish an epoch, the last one in the history, with all that it changes.

        Returns
        -------
        ran_out, slowed : bool
            Whether patience has run out, and whether a lower rate answers that.
        """
        ran_out = self.patience.ran_out
        slower = self.state.schedule.slower() if ran_out else None
        if ran_out:
            self.patience.count = 0
        if slower is not None:
            self.state.schedule = slower
        # One assignment, which an interruption leaves either undone or done.
        self.finished = Finished(
            self.history.n_epochs, self.state.snapshot(), self.patience.snapshot(), best
        )
        return ran_out, slower is not None

    def rewind(self):
        """Go back to the last finished epoch."""
        n_epochs, snapshot, counts, _ = self.finished
        self.history.rewind(n_epochs)
        self.state.restore(snapshot)
        self.patience.restore(counts)

    def check_finite(self, epoch):
        """Raise ValueError if the loss or a parameter has become infinite or NaN."""
        if not self.state.is_finite(epoch.loss):
            raise self._not_finite(epoch, self.n_epochs + 1)

    def _not_finite(self, epoch, n_epochs):
        what = "a coef or intercept" if math.isfinite(epoch.loss) else "the loss"
        return self._divergence(epoch, n_epochs, f"{what} is no longer finite")

    def _validate(self, epoch):
        """The epoch with its validation loss and score."""
        loss, score = self.validation.evaluate(self.state.parameters, self.objective)
        if not math.isfinite(loss):
            raise self._divergence(
                epoch, self.n_epochs + 1, "the validation loss is not finite"
            )
        if not math.isfinite(score):
            raise ValueError(
                "scoring must give a finite number on the validation data, got "
                f"{score} in epoch {self.n_epochs + 1}."
            )
        return epoch._replace(validation_loss=loss, validation_score=score)

    def _best(self, epoch):
        """The best epoch, now that this one has ended."""
        score = epoch.validation_score
        if self.best is not None and score <= self.best.score:
            return self.best
        flat = self.state.parameters.flat.copy()
        return Best(self.history.n_epochs + 1, flat, score)

    def _print(self, epoch):
        line = f"Epoch {self.n_epochs} of {self.max_iter}: loss = {epoch.loss:.8f}"
        if epoch.learning_rate is not None:
            line += f", learning rate = {epoch.learning_rate:g}"
        if epoch.validation_score is not None:
            line += f", validation score = {epoch.validation_score:.6f}"
        print(line)

    def _lose_patience(self, epoch, slowed):
        """Stop, unless a lower rate answers that there was no improvement."""
        message = (
            f"{self.watched.capitalize()} did not improve by more than "
            f"tol={self.patience.tol} for "
            f"{self.patience.n_epochs} consecutive epochs."
        )
        if slowed:
            if self.verbose:
                rate = self.state.schedule.learning_rate(self.state.t)
                print(f"{message} Setting the learning rate to {rate:g}.")
            return
        self.check_progress(epoch)
        if self.verbose:
            print(f"{message} Stopping.")
        self.stopped = True
        # Where there is nothing to learn, noise alone makes the loss a little higher.
        if self.validation is None and epoch.loss > 1.5 * self.constant_loss + 0.01:
            warnings.warn(
                f"Training ended at a loss of {epoch.loss:.6g}, far worse than to "
                f"answer the same for every sample, {self.constant_loss:.6g}. Scale "
                f"{self.to_scale} (for instance with StandardScaler), or change "
                "learning_rate_init or hidden_layer_sizes.",
                ConvergenceWarning,
                stacklevel=10,  # to the caller of fit
            )

    def check_progress(self, epoch):
        """Raise ValueError if training ends far above where it began."""
        # Minibatches alone end higher than they began, where there is nothing (more) to
        # learn by up to 1.8 times: only what is far worse than a constant has diverged.
        rose = epoch.loss > 1.5 * self.first_loss + max(self.patience.tol, 1e-4)
        if rose and epoch.loss > 3 * self.constant_loss:
            raise self._divergence(
                epoch,
                self.n_epochs,
                f"the loss rose from {self.first_loss:.6g} in the first epoch to "
                f"{epoch.loss:.6g}",
            )

    def _divergence(self, epoch, n_epochs, what):
        """The error that names the epoch, the rate and what to try."""
        rate = epoch.learning_rate
        if rate is None:
            return ValueError(
                f"Training diverged in epoch {n_epochs}: {what}. Try to scale "
                f"{self.to_scale} (for instance with StandardScaler)."
            )
        return ValueError(
            f"Training diverged in epoch {n_epochs}, at a learning rate of "
            f"{rate:g}: {what}. Try to lower learning_rate_init (its 'auto' is "
            f"{self.auto_rate:g} here), or to scale {self.to_scale} (for instance with "
            "StandardScaler)."
        )
