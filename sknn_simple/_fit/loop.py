"""Loop: runs the epochs of a session, on either engine or with L-BFGS."""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from ..network import DONE, NOT_FINITE, OPTIMIZERS
from ..network.lbfgs import make_block, minimize_lbfgs
from . import options
from .callback_bridge import without_fit_in_progress
from .initial_state import make_optimizer
from .kept_model import last_are_better
from .report import Report
from .session import Mode

BLOCK_SECONDS = 0.05
"""About how long a block of epochs takes. Ctrl-C loses an unfinished one."""

FIRST_BLOCK = 2**16
"""Maximum product of samples, parameters and epochs in the first block, unless that is
a single epoch."""


@dataclass
class Milestones:
    """Numbers of epochs at which a caller needs the model of a shorter fit.

    ``visit(n_epochs, finish)`` is called after each of them, unless training ends
    there. ``finish(warns)`` returns the estimator as a fit with max_iter=n_epochs
    leaves it, and raises the errors of that fit. With `warns`, it also warns like it.
    """

    epochs: list[int] = field(default_factory=list)  # ahead, ascending, below max_iter
    visit: Callable | None = None


class Loop:
    """Runs the epochs of a session, with the options of its estimator."""

    def __init__(self, estimator, session, callbacks, milestones=None):
        self.estimator = estimator
        self.session = session
        self.callbacks = callbacks
        self.milestones = milestones or Milestones()
        self.report = Report(estimator, session)

    def run(self):
        """Train, and return the report, whose warnings are still pending.

        Ctrl-C returns to the last finished epoch.
        """
        session = self.session
        if session.state.t == 0:
            self.report.check_data()
        try:
            # Numbers that overflow are found at the end of each block.
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                if session.max_iter == 0:
                    self._evaluate_start()
                elif self.estimator.solver in OPTIMIZERS:
                    self._descend()
                else:
                    self._minimize()
        except KeyboardInterrupt:
            # A search must end as well, instead of scoring an unfinished model.
            if session.n_epochs == 0 or _is_parallel_task():
                raise
            session.rewind()
            session.stop_reason = "interrupted"
            self.report.interrupted()
        session.keeps_last = last_are_better(session)
        self.report.check_model()
        if session.best is not None:
            session.state.move_to(session.best.flat)
            # The optimizer's state belongs to the weights of the last epoch.
            session.state.optimizer = make_optimizer(
                self.estimator, session.best.flat.dtype
            )
        self.report.ended()
        return self.report

    def _evaluate_start(self):
        """Find the loss of the initial weights, which are the model."""
        self.report.check_targets()
        session, parameters = self.session, self.session.state.parameters
        gradient = np.empty_like(parameters.flat)  # not used
        evaluate = session.engine.make_evaluator(
            parameters, gradient, session.samples, session.objective
        )
        session.first_loss = evaluate()
        session.stop_reason = "max_iter"

    def _descend(self):
        """Train with sgd or adam, in blocks of epochs.

        Nothing observes the network between the epochs of a block.
        """
        session = self.session
        n_samples = session.samples.X.shape[0]
        trainer = session.engine.trainer(
            session.state,
            session.samples,
            session.objective,
            batch_size=options.batch_size(self.estimator, n_samples),
            shuffle=self.estimator.shuffle,
        )
        session.begin_epochs(has_callbacks=bool(self.callbacks.callbacks))
        patience = session.patience if session.validation is None else None
        # The first block shows how long an epoch takes.
        work = n_samples * session.state.parameters.flat.size
        size = max(1, FIRST_BLOCK // work) if self._block_seconds else 1
        while session.n_epochs < session.max_iter:
            began = time.perf_counter()
            self.callbacks.begin_epoch()
            size = min(size, self._epochs_ahead())
            block = trainer.train(size, patience)
            if self._end_block(block):
                return
            self._pass_milestone()
            seconds = (time.perf_counter() - began) / size
            size = max(1, int(min(self._block_seconds / seconds, 100 * size)))
        self.report.check_progress()
        if session.mode is Mode.APPEND:
            self.report.appended()
        else:
            session.stop_reason = "max_iter"
            self.report.out_of_epochs()

    @property
    def _block_seconds(self):
        """How long a block takes; 0 if something observes each epoch on its own."""
        is_observed = (
            self.session.validation is not None
            or self.callbacks.callbacks
            or self.estimator.verbose
        )
        return 0.0 if is_observed else BLOCK_SECONDS

    def _minimize(self):
        """Train with L-BFGS."""
        session, estimator = self.session, self.estimator
        result = minimize_lbfgs(
            session.state,
            session.samples,
            session.objective,
            tol=session.patience.tol,
            max_iter=session.max_iter,
            max_fun=estimator.max_fun,
            before_evaluation=self.callbacks.begin_epoch,
            end_block=self._end_block,
            block_seconds=self._block_seconds,
            make_evaluator=session.engine.make_evaluator,
        )
        loss = float(result.fun)
        ending = DONE if session.state.is_finite(loss) else NOT_FINITE
        self.report.check_finite(make_block([loss], ending))
        if session.n_epochs == 0:  # nothing could be improved
            session.first_loss = loss
        self.callbacks.abandon_epoch()
        if session.stop_reason is not None:
            return
        if result.status == 0:
            session.stop_reason = "converged"
            if session.n_epochs > 0:
                self.report.converged()
            return
        session.stop_reason = "line_search"
        if result.status == 1:
            out_of_epochs = result.nit >= session.max_iter
            session.stop_reason = "max_iter" if out_of_epochs else "max_fun"
        self.report.not_converged(result)

    def _end_block(self, block):
        """Record a block, and return whether training ends with it."""
        session, report = self.session, self.report
        report.check_finite(block)
        validated = None
        if session.validation is not None:
            validated = session.validation.evaluate(session)
            report.check_validation(block, *validated)
            _, score = validated
            session.patience.runs_out(-score)
        ran_out = session.patience.ran_out
        is_due = ran_out or session.must_settle(block)
        slows_down = is_due and session.slow_down()
        if ran_out and not slows_down:
            session.stop_reason = "patience"  # which callbacks see
        session.record(block, validated)
        report.epoch()
        if self.callbacks.end_epoch():
            session.stop_reason = "callback"
        elif slows_down:
            report.slower(ran_out)
        elif ran_out:
            report.out_of_patience()
        return session.stop_reason is not None

    def _epochs_ahead(self):
        """Return the number of epochs until the next milestone, due drop or end."""
        session = self.session
        ends = [*self.milestones.epochs, session.settles_after, session.max_iter]
        return min(end for end in ends if end > session.n_epochs) - session.n_epochs

    def _pass_milestone(self):
        """Hand the model over if a milestone has been reached."""
        n_epochs = self.session.n_epochs
        if self.milestones.epochs[:1] == [n_epochs]:
            self.milestones.epochs.pop(0)
            self.milestones.visit(n_epochs, self._finish)

    def _finish(self, warns):
        """Return the estimator as if training had stopped here at `max_iter`."""
        session = self.session
        self.report.check_progress()
        if warns:
            report = replace(self.report, pending=[])
            report.out_of_epochs()
            report.give_warnings()
        session.keeps_last = last_are_better(session)
        fitted = without_fit_in_progress(self.estimator)
        vars(fitted).update(session.attributes(), max_iter=session.n_epochs)
        fitted.stop_reason_ = "max_iter"
        return fitted


def _is_parallel_task():
    """Return whether the fit is one of several of scikit-learn's, as in a search."""
    return any(
        frame.f_globals.get("__name__") == "sklearn.utils.parallel"
        for frame, _ in traceback.walk_stack(None)
    )
