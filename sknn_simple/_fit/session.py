"""Session: the state of one training."""

import math
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

import numpy as np

from ..network import (
    Objective,
    Parameters,
    Patience,
    Samples,
    TrainingState,
)
from ..network.schedules import Adaptive
from .history import History
from .options import Architecture
from .validation import Validation


class Mode(Enum):
    """How a training relates to the one before it.

    NEW : `fit`, which starts from new weights and keeps only the model.
    RESUME : a warm-started `fit`, which starts from the weights of the last call, if
        any, with an empty history.
    APPEND : `partial_fit`, which also appends to the history of the last call.
    """

    NEW = "new"
    RESUME = "resume"
    APPEND = "append"


class Best(NamedTuple):
    """The epoch with the best validation score: its number, parameters and score."""

    epoch: int
    flat: np.ndarray
    score: float


class Finished(NamedTuple):
    """The state after the last finished epoch, which Ctrl-C returns to.

    n_epochs : int, length of the history
    snapshot : of the TrainingState, None before the first epoch
    counts : snapshot of the Patience
    best : Best, or None without validation
    """

    n_epochs: int
    snapshot: tuple | None = None
    counts: tuple | None = None
    best: Best | None = None


@dataclass
class Continuation:
    """The state that `partial_fit` and a warm start continue from.

    Attributes
    ----------
    state : TrainingState
        Its rng is None unless random_state is an integer.

    patience : Patience or None

    seed : int or None
        The random_state that the rng was made from.

    split_seed : int or None
        Seed of the split that early stopping validates on.
    """

    state: TrainingState
    patience: Patience | None
    seed: int | None
    split_seed: int | None


@dataclass
class Session:
    """One training: its task, its state, and its records.

    Attributes
    ----------
    mode : Mode

    architecture : Architecture

    targets : LabelTargets or RegressionTargets

    samples : Samples
        The training samples.

    objective : Objective

    state : TrainingState
        Parameters, optimizer, schedule and source of random numbers.

    trainer_class : type
        Trainer of the engine.

    validation : Validation or None

    patience : Patience
        Of the validation score if there is a validation, else of the loss.

    history : History

    max_iter : int
        Maximum number of epochs of this training.

    seed, split_seed : int or None
        As in `Continuation`.

    first_loss : float
        Loss of the first epoch.

    stop_reason : str or None
        None while the training runs; then 'max_iter', 'patience', 'callback' or
        'interrupted', and for 'lbfgs' also 'converged', 'max_fun' or 'line_search'.
    """

    mode: Mode
    architecture: Architecture
    targets: Any
    samples: Samples
    objective: Objective
    state: TrainingState
    trainer_class: type
    validation: Validation | None
    patience: Patience
    history: History
    max_iter: int
    seed: int | None
    split_seed: int | None
    first_loss: float = math.nan
    stop_reason: str | None = None
    n_earlier: int = field(init=False)
    finished: Finished = field(init=False)

    def __post_init__(self):
        self.n_earlier = self.history.n_epochs
        self.finished = Finished(self.n_earlier)

    @property
    def n_epochs(self):
        """Finished epochs of this training."""
        return self.finished.n_epochs - self.n_earlier

    @property
    def best(self):
        """The best finished epoch, or None without validation."""
        return self.finished.best

    @property
    def loss(self):
        """Loss of the last finished epoch, or the initial loss before the first."""
        if self.n_epochs == 0:
            return self.first_loss
        return self.history.columns["loss"][self.finished.n_epochs - 1]

    def record(self, block, validated=None):
        """Add the epochs of a Block that has ended.

        Parameters
        ----------
        block : Block
            A single epoch if there is a validation.

        validated : tuple of float, default=None
            Validation loss and score.

        Returns
        -------
        slowed : bool
            Whether patience ran out and the learning rate drops. If it cannot drop,
            `stop_reason` becomes 'patience'.
        """
        if self.finished.snapshot is None:
            self.first_loss = block.losses[0]
        best = None
        if validated is not None:
            _, score = validated
            self.patience.runs_out(-score)
            best = self._best(score)
        self.history.extend(block, *validated or ())
        exhausted = self.patience.ran_out
        slower = self.state.schedule.slower() if exhausted else None
        if exhausted:
            self.patience.count = 0
        if slower is not None:
            self.state.schedule = slower
        # One assignment, which an interruption leaves either undone or done.
        self.finished = Finished(
            self.history.n_epochs, self.state.snapshot(), self.patience.snapshot(), best
        )
        if exhausted and slower is None:
            self.stop_reason = "patience"
        return slower is not None

    def _best(self, score):
        """Return the best epoch, given the score of the epoch that has just ended."""
        if self.best is not None and score <= self.best.score:
            return self.best
        flat = self.state.parameters.flat.copy()
        return Best(self.history.n_epochs + 1, flat, score)

    def rewind(self):
        """Return to the last finished epoch."""
        n_epochs, snapshot, counts, _ = self.finished
        self.history.rewind(n_epochs)
        self.state.restore(snapshot)
        self.patience.restore(counts)

    def progress(self):
        """Return what the training has changed so far, for `restore` elsewhere.

        Everything else follows from the estimator and the data. The dict shares memory
        with the session: pickle it at once.
        """
        return {
            "finished": self.finished,
            "draws": self.state.draws,
            "first_loss": self.first_loss,
            "history": self.history.view(),
        }

    def restore(self, progress):
        """Take a session that has not begun to the `progress` of an earlier one."""
        finished = progress["finished"]
        if finished.snapshot is None:  # no epoch was finished
            return
        self.state.draws = progress["draws"]
        self.state.restore(finished.snapshot)
        self.patience.restore(finished.counts)
        self.first_loss = progress["first_loss"]
        self.history = progress["history"]
        # Another snapshot, since training continues in the memory of the given one.
        self.finished = finished._replace(snapshot=self.state.snapshot())

    def attributes(self, best=True):
        """Return the fitted attributes, as if training had just ended.

        With `best`, the coefs of the best epoch under early stopping, else of the last.
        """
        parameters = self.state.parameters
        use_best = best and self.best is not None
        flat = self.best.flat if use_best else parameters.flat
        attributes = fitted_attributes(
            self.architecture,
            self.targets,
            parameters.view(flat.copy()),
            self.history.view(),
            t=self.state.t,
            loss=self.loss,
            # L-BFGS may find nothing to improve: its history is then empty.
            best_loss=min(self.history.best_loss, self.loss),
            best=self.best,
            stop_reason=self.stop_reason,
        )
        if self.validation is not None:
            attributes["best_loss_"] = None
        return attributes

    def continuation(self):
        """Return the state for the next call, or None after a plain `fit`."""
        if self.mode is Mode.NEW:
            return None
        if self.seed is None:
            # The next call draws from the caller's generator again.
            self.state.rng = None
        # Only an adaptive rate keeps its counts, and only while it watches the loss.
        keeps = type(self.state.schedule) is Adaptive and self.validation is None
        patience = self.patience if keeps else None
        return Continuation(self.state, patience, self.seed, self.split_seed)


def fitted_attributes(
    architecture: Architecture,
    targets,
    parameters: Parameters,
    history: History,
    *,
    t=0,
    loss=math.nan,
    best_loss=math.inf,
    best=None,
    stop_reason=None,
):
    """Return all attributes of a fitted estimator by name.

    Parameters
    ----------
    architecture : Architecture

    targets : LabelTargets or RegressionTargets

    parameters : Parameters
        As trained. The fitted coefs and intercepts are views of them.

    history : History

    t : int, default=0
        Rows seen in training.

    loss, best_loss : float, default=nan and inf
        Loss of the last epoch, and the lowest loss.

    best : Best, default=None
        The best epoch under early stopping.

    stop_reason : str, default=None

    Returns
    -------
    attributes : dict
    """
    coefs, intercepts = targets.fold(parameters)
    attributes = {
        "coefs_": coefs,
        "intercepts_": intercepts,
        "loss_": loss,
        "best_loss_": best_loss,
        "best_validation_score_": best and best.score,
        "best_epoch_": best and best.epoch,
        "n_iter_": history.n_epochs,
        "t_": t,
        "n_layers_": len(coefs) + 1,
        "n_outputs_": targets.n_outputs,
        "out_activation_": targets.out_activation,
        "stop_reason_": stop_reason,
        "_architecture": architecture,
        "_targets": targets,
        "_history": history,
        "_continuation": None,
    }
    if targets.classes is not None:
        attributes["classes_"] = targets.classes
    return attributes
