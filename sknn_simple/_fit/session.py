"""Session: the state of one training."""

import math
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, NamedTuple

import numpy as np

from .._targets import Targets
from ..network import (
    Engine,
    Objective,
    Patience,
    Samples,
    TrainingState,
)
from .architecture import Architecture
from .ending import Ending
from .fitted_attributes import fitted_attributes
from .generators import copy_of_generator
from .history import History
from .validation import Validation

MOST_REDRAWN = 2**17
"""Maximum number of samples to shuffle again on Ctrl-C: it takes some milliseconds."""


class Mode(Enum):
    """How a training relates to the previous one."""

    NEW = "new"  # `fit`: new weights; only the model is kept
    RESUME = "resume"  # a warm-started `fit`: the weights so far, an empty history
    APPEND = "append"  # `partial_fit`: one epoch, which is added to the history

    def max_iter(self, estimator):
        """Return the maximum number of epochs of a call, None if the data decide."""
        if self is Mode.APPEND:
            return 1
        return None if estimator.max_iter == "auto" else int(estimator.max_iter)


class Best(NamedTuple):
    """The epoch with the best validation score."""

    epoch: int
    flat: np.ndarray  # its parameters
    score: float


class Drawn(NamedTuple):
    """A state of the rng, from which the orders of later epochs can be drawn again."""

    n_epochs: int  # length of the history at this state
    state: dict


class Finished(NamedTuple):
    """The state after the last finished epoch, which Ctrl-C returns to."""

    n_epochs: int  # length of the history
    snapshot: tuple | None = None  # of the TrainingState, None before the first epoch
    counts: tuple | None = None  # snapshot of the Patience
    best: Best | None = None  # None without validation
    drawn: Drawn | None = None  # None if epochs draw nothing, or there is only one


@dataclass
class Continuation:
    """The state from which `partial_fit` and a warm start continue, if there is one."""

    state: TrainingState | None = None  # without rng unless random_state is an integer
    patience: Patience | None = None
    seed: int | None = None  # an integer random_state, the seed of the rng
    split_seed: int | None = None  # seed of the split of early stopping
    warned: tuple[str, ...] = ()  # topics of the warnings that are given only once
    n_samples: int | None = None  # of the last `fit`; None after partial_fit


@dataclass
class Session:
    """One training: its task, its state, and its records."""

    mode: Mode
    architecture: Architecture
    columns: dict[str, Any]  # n_features_in_, and feature_names_in_ if X has names
    targets: Targets
    samples: Samples  # for training
    objective: Objective
    state: TrainingState  # parameters, optimizer, schedule and random state
    engine: Engine
    validation: Validation | None
    patience: Patience  # of the validation score if there is one, else of the loss
    history: History
    max_iter: int  # maximum number of epochs of this training
    settles_after: float  # epochs after which the rate drops at the latest; or inf
    seed: int | None  # as in Continuation
    split_seed: int | None
    warned: tuple[str, ...]
    first_loss: float = math.nan
    stop_reason: str | None = None  # set by the Loop when it ends training
    keeps_last: bool = False  # set by the Loop if the average is far worse
    n_earlier: int = field(init=False)
    finished: Finished = field(init=False)
    shares_rng: bool = field(init=False, default=False)

    def __post_init__(self):
        self.n_earlier = self.history.n_epochs
        self.finished = Finished(self.n_earlier)

    @property
    def n_epochs(self):
        """Finished epochs of this training."""
        return self.finished.n_epochs - self.n_earlier

    @property
    def ending(self):
        """The Ending of this training, as far as it has come."""
        rates = self.history.columns["learning_rate"]
        return Ending.of(
            rates[self.n_earlier : self.finished.n_epochs],
            self.stop_reason,
            settles=self.state.schedule.settles,
            settles_after=self.settles_after,
        )

    @property
    def best(self):
        """The best finished epoch, or None without validation."""
        return self.finished.best

    @property
    def kept_flat(self):
        """The parameters that the model keeps: of the best epoch, or on average."""
        if self.best is not None:
            return self.best.flat
        state = self.state
        return state.parameters.flat if self.keeps_last else state.model_flat

    @property
    def loss(self):
        """Loss of the last finished epoch, or the initial loss before the first."""
        if self.n_epochs == 0:
            return self.first_loss
        return self.history.columns["loss"][self.finished.n_epochs - 1]

    def begin_epochs(self, has_callbacks):
        """Remember where the rng begins."""
        if self.state.draws:
            self._own_rng()
        # Callbacks and scorers may draw from a generator that the caller owns.
        calls = has_callbacks or (self.validation and self.validation.scorer)
        self.shares_rng = self.seed is None and bool(calls)
        if self.state.draws and self.max_iter > 1:
            n_epochs = self.finished.n_epochs
            drawn = Drawn(n_epochs, self.state.rng.get_state(legacy=False))
            self.finished = self.finished._replace(drawn=drawn)

    def _own_rng(self):
        """Copy the generator that an earlier call left, before it draws.

        The estimator keeps the original if training fails, and so do its copies.
        """
        if self.mode is not Mode.NEW and self.seed is not None:
            self.state.rng = copy_of_generator(self.state.rng)

    def _drawn(self):
        """Return the state of the rng after this epoch, or after an earlier one.

        A copy takes longer than an epoch of a small network, and to draw the orders of
        many epochs again would keep the user waiting after Ctrl-C.
        """
        drawn, n_epochs = self.finished.drawn, self.history.n_epochs
        if drawn is None:
            return None
        n_redrawn = (n_epochs - drawn.n_epochs) * self.samples.X.shape[0]
        if n_redrawn <= MOST_REDRAWN and not self.shares_rng:
            return drawn
        return Drawn(n_epochs, self.state.rng.get_state(legacy=False))

    def must_settle(self, block):
        """Return whether a still constant rate must drop after this Block."""
        n_epochs = self.n_epochs + len(block.losses)
        schedule = self.state.schedule
        has_dropped = block.learning_rates[-1] < schedule.learning_rate_init
        return n_epochs == self.settles_after and not has_dropped

    def slow_down(self):
        """Let patience start again; return whether the learning rate can drop."""
        self.patience.count = 0
        slower = self.state.schedule.slower()
        if slower is None:
            return False
        self.state.schedule = slower
        return True

    def record(self, block, validated):
        """Add the epochs of a Block, which are then finished.

        `validated` is the validation loss and score of a Block of a single epoch, or
        None without validation.
        """
        if self.finished.snapshot is None:
            self.first_loss = float(block.losses[0])
        best = None
        if validated is not None:
            _, score = validated
            best = self._best(score)
        self.history.extend(block, validated)
        # One assignment, which an interruption leaves either undone or done.
        snapshot, counts = self.state.snapshot(), self.patience.snapshot()
        self.finished = Finished(
            self.history.n_epochs, snapshot, counts, best, self._drawn()
        )

    def _best(self, score):
        """Return the best epoch so far, including the current one with this score."""
        if self.best is not None and score <= self.best.score:
            return self.best
        flat = self.state.model_flat.copy()
        return Best(self.history.n_epochs + 1, flat, score)

    def rewind(self):
        """Return to the last finished epoch."""
        n_epochs, snapshot, counts, _, drawn = self.finished
        self.history.rewind(n_epochs)
        self.state.restore(snapshot)
        self.patience.restore(counts)
        if drawn is not None:
            self.state.rng.set_state(drawn.state)
            for _ in range(n_epochs - drawn.n_epochs):
                self.state.rng.permutation(self.samples.X.shape[0])

    def progress(self):
        """Return everything that training has changed, before an epoch begins."""
        epoch, flat, score = self.best or (None, None, None)
        rng = self.state.rng.get_state(legacy=False) if self.state.draws else None
        return {
            "n_epochs": self.n_epochs,
            "state": replace(self.state, rng=None),
            "rng": rng,
            "patience": self.patience,
            "best_epoch": epoch,
            "best_flat": flat,
            "best_score": score,
            "first_loss": self.first_loss,
            "history": self.history.view(),
        }

    def restore(self, progress):
        """Continue an earlier session from its `progress`, before training begins."""
        state, epoch = progress["state"], progress["best_epoch"]
        if progress["n_epochs"] == 0:
            return
        self.state.draws = state.draws
        self.state.restore(state.snapshot())
        if state.draws:
            self._own_rng()
            self.state.rng.set_state(progress["rng"])
        self.patience.restore(progress["patience"].snapshot())
        best = epoch and Best(epoch, progress["best_flat"], progress["best_score"])
        self.first_loss = progress["first_loss"]
        self.history = progress["history"]
        snapshot = self.state.snapshot()
        self.finished = Finished(
            self.history.n_epochs, snapshot, self.patience.snapshot(), best
        )

    def attributes(self, best=True):
        """Return the fitted attributes, as if training had ended here.

        Under early stopping, the coefs are those of the best epoch, or with
        `best=False` those of the last epoch.
        """
        flat = self.kept_flat if best else self.state.model_flat
        # L-BFGS may find nothing to improve: its history is then empty.
        best_loss = min(self.history.best_loss, self.loss)
        return self.columns | fitted_attributes(
            self.architecture,
            self.targets,
            self.state.parameters.view(flat.copy()),
            self.history.view(),
            t=self.state.t,
            loss=self.loss,
            best_loss=best_loss if self.validation is None else None,
            best=self.best,
            alpha=self.objective.alpha,
            engine=self.engine.name,
            stop_reason=self.stop_reason,
        )

    def continuation(self):
        """Return the state for the next call, or None after a plain `fit`.

        A fit of no epoch has only begun.
        """
        if self.mode is Mode.NEW and self.n_epochs > 0:
            return None
        # Without a seed, the next call draws from the caller's generator again.
        state = self.state if self.seed is not None else replace(self.state, rng=None)
        # Counts continue only for a rate that can drop, and only those of the loss.
        keeps = state.schedule.drops_on_plateau and self.validation is None
        return Continuation(
            state,
            self.patience if keeps else None,
            self.seed,
            self.split_seed,
            self.warned,
            None if self.mode is Mode.APPEND else self.samples.X.shape[0],
        )
