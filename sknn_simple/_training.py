"""Training: what for, who watches, and then until it is done.

The functions take the estimator for its parameters, and change nothing in it.
"""

import time
import warnings
from dataclasses import dataclass
from numbers import Integral

import numpy as np
from sklearn.utils.optimize import _check_optimize_result

from . import _parameters, _samples
from ._history import History
from ._monitor import Monitor
from ._resumption import Continuation, make_rng
from ._samples import LabelledSamples
from ._targets import BinaryTargets, RegressionTargets
from .network import (
    LOSSES,
    OPTIMIZERS,
    Adaptive,
    Epoch,
    Objective,
    Patience,
    Samples,
    minimize_lbfgs,
)


@dataclass
class Run:
    """One call of `fit` or `partial_fit`: what is learned, and from where.

    Attributes
    ----------
    samples : Samples
        To train on.

    held_out : LabelledSamples or None
        To validate on.

    targets : BinaryTargets or RegressionTargets

    objective : Objective

    rng : numpy.random.RandomState

    kept : Continuation or None
        What an earlier call left.

    split_seed : int or None
    """

    samples: Samples
    held_out: LabelledSamples | None
    targets: BinaryTargets | RegressionTargets
    objective: Objective
    rng: np.random.RandomState
    kept: Continuation | None
    split_seed: int | None


def prepare(estimator, samples, validation, targets, again):
    """Find out what to train on, what for, and from where.

    Parameters
    ----------
    estimator : BaseSimpleMLP

    samples : LabelledSamples

    validation : tuple
        X_val, y_val and sample_weight_val as the caller gave them.

    targets : BinaryTargets or RegressionTargets
        Not yet scaled to the samples, unless `again`.

    again : bool
        Whether to go on from the last call.

    Returns
    -------
    run : Run
    """
    kept = getattr(estimator, "_continuation", None) if again else None
    rng = make_rng(estimator, kept)
    split_seed = None if kept is None else kept.split_seed
    held_out = None
    if estimator.early_stopping and validation[0] is not None:
        with _samples.naming_validation_data():
            held_out = _samples.check_samples(
                estimator, *validation, reset=False, dtype=samples.X.dtype
            )
    elif estimator.early_stopping:
        if split_seed is None:
            split_seed = _make_split_seed(estimator, rng)
        samples, held_out = _samples.hold_out(estimator, samples, split_seed)
    if not again or (kept is None and estimator.t_ == 0):
        # Coefs from elsewhere were not trained on scaled targets.
        targets = targets.scaled_to(samples, center=estimator.fit_intercept)
    objective = Objective(
        targets.network_loss,
        estimator.activation,
        targets.out_activation,
        float(estimator.alpha),
    )
    return Run(
        _samples.encode(targets, samples),
        held_out,
        targets,
        objective,
        rng,
        kept,
        split_seed,
    )


def _make_split_seed(estimator, rng):
    """An integer random_state itself, as in `train_test_split`; or else draw one."""
    if isinstance(estimator.random_state, Integral):
        return int(estimator.random_state)
    return int(rng.randint(2**31 - 1))


def make_monitor(estimator, run, state, max_iter, adding):
    """Make what watches the training, on top of the history if `adding` to it."""
    # L-BFGS has a stopping rule of its own, unless it is to stop early.
    patient = estimator.solver in OPTIMIZERS or estimator.early_stopping
    patience = Patience(
        float(estimator.tol), estimator.n_iter_no_change if patient else np.inf
    )
    waited = None if run.kept is None else run.kept.patience
    if waited is not None and type(state.schedule) is Adaptive:
        patience.best, patience.count = waited.best, waited.count
    history = estimator._history.view() if adding else History()
    raw_y = isinstance(run.targets, RegressionTargets) and not run.targets.normalize
    return Monitor(
        state,
        run.objective,
        patience,
        max_iter,
        auto_rate=_parameters.auto_learning_rate(estimator, run.objective),
        constant_loss=constant_loss(run.objective, run.samples),
        to_scale="the inputs and y" if raw_y else "the inputs",
        history=history,
        verbose=estimator.verbose,
    )


def constant_loss(objective, samples):
    """The loss of the best answer that is the same for every sample."""
    loss = LOSSES[objective.loss]
    with np.errstate(over="ignore", invalid="ignore"):
        value = loss.of_constant(samples.Y, samples.sample_weight)
    if not np.isfinite(value):
        raise ValueError(
            f"y is too large for loss={objective.loss!r}: even that of the best "
            "constant answer is not finite. Scale y, as normalize_y=True does by the "
            "first y that it sees."
        )
    return float(value / samples.Y.shape[1] if loss.averaged else value)


def train(estimator, trainer_class, samples, monitor):
    """Train until done, and on Ctrl-C go back to the last finished epoch."""
    try:
        # The monitor finds what overflows.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            if estimator.solver in OPTIMIZERS:
                _descend(estimator, trainer_class, samples, monitor)
            else:
                _minimize(estimator, samples, monitor)
    except KeyboardInterrupt:
        # A search must end too, instead of scoring what is not finished.
        if monitor.n_epochs == 0 or _is_one_of_many(estimator._callback_fit_ctx):
            raise
        monitor.rewind()
        monitor.stopped = monitor.interrupted = True
        warnings.warn(
            f"Training was interrupted after {monitor.n_epochs} epochs; the "
            "model is that of the last finished one.",
            stacklevel=7,  # to the caller of fit
        )
    best = monitor.best
    if best is not None:
        monitor.state.parameters.flat[:] = best.flat
        # Momentum belongs to the last epoch's weights, not to the best ones.
        monitor.state.optimizer = _parameters.make_optimizer(estimator, best.flat.dtype)


def _is_one_of_many(task):
    """Whether this fit is a part of a task with others, as in a search."""
    while task.parent is not None and task.parent.sequential_subtasks:
        task = task.parent
    return task.parent is not None


def _descend(estimator, trainer_class, samples, monitor):
    """Train with sgd or adam, in blocks of epochs where nobody looks in between."""
    trainer = trainer_class(
        monitor.state,
        samples,
        monitor.objective,
        batch_size=_parameters.batch_size(estimator, samples.X.shape[0]),
        shuffle=estimator.shuffle,
    )
    # The first block tells how long an epoch takes. Blocks draw the orders of all
    # their epochs at once: not more than a million numbers, or one epoch's.
    size, largest = 1, 2**20 // samples.X.shape[0] + 1
    while monitor.n_epochs < monitor.max_iter:
        if monitor.looks_between:
            monitor.begin_epoch()
            block = trainer.train(1)
            stop = monitor.end_epoch(block.last)
        else:
            began = time.perf_counter()
            size = min(size, monitor.n_epochs_ahead)
            block = trainer.train(size, monitor.patience)
            stop = monitor.end_block(block)
            # Compiled loops hear Ctrl-C between blocks: these take some 0.05 s.
            seconds = (time.perf_counter() - began) / size
            size = max(1, int(min(0.05 / seconds, 100 * size, largest)))
        if stop:
            return
        if monitor.milestones is not None:
            monitor.milestones.pass_by(monitor.n_epochs)
    monitor.check_progress(block.last)


def _minimize(estimator, samples, monitor):
    """Train with L-BFGS."""
    result = minimize_lbfgs(
        monitor.state,
        samples,
        monitor.objective,
        before_evaluation=monitor.begin_epoch,
        end_block=monitor.end_one,
        tol=estimator.tol,
        max_iter=estimator.max_iter,
        max_fun=estimator.max_fun,
    )
    loss = float(result.fun)
    monitor.check_finite(Epoch(loss))
    if monitor.n_epochs == 0:  # there was nothing to improve
        monitor.first_loss = loss
    if monitor.callbacks is not None:
        monitor.callbacks.close()
    if not monitor.stopped:
        _check_optimize_result("lbfgs", result, estimator.max_iter)
