"""From an estimator's parameters to a trained network: where to start, then train.

The functions take the estimator for its parameters, and change nothing in it.
"""

import copy
import functools
import warnings
from dataclasses import dataclass
from numbers import Integral

import numpy as np
from sklearn.metrics import check_scoring
from sklearn.utils import check_random_state
from sklearn.utils.optimize import _check_optimize_result

from . import _parameters, _samples
from ._monitor import History, Monitor, Validation
from ._samples import LabelledSamples
from ._targets import BinaryTargets, RegressionTargets
from .network import (
    LOSSES,
    OPTIMIZERS,
    Adaptive,
    Epoch,
    Objective,
    Parameters,
    Patience,
    Samples,
    TrainingState,
    epochs,
    minimize_lbfgs,
)


@dataclass
class Continuation:
    """What `partial_fit` and a warm start go on from.

    Attributes
    ----------
    state : TrainingState
        Its rng is None where random_state is not an integer.

    patience : Patience

    seed : int or None
        The random_state that the rng was made from.

    split_seed : int or None
        Of the split that early stopping validates on.
    """

    state: TrainingState
    patience: Patience | None
    seed: int | None
    split_seed: int | None


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
    rng = _make_rng(estimator, kept)
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
        estimator.alpha,
    )
    return Run(
        encode(targets, samples), held_out, targets, objective, rng, kept, split_seed
    )


def _make_rng(estimator, kept):
    """Make the source of chance: the one of an earlier call with this seed goes on."""
    seed = None if kept is None else kept.seed
    if seed is not None and seed == estimator.random_state:
        return copy.deepcopy(kept.state.rng)
    return check_random_state(estimator.random_state)


def _make_split_seed(estimator, rng):
    """An integer random_state itself, as in `train_test_split`; or else draw one."""
    if isinstance(estimator.random_state, Integral):
        return int(estimator.random_state)
    return int(rng.randint(2**31 - 1))


def make_continuation(estimator, run, monitor):
    """Make what a next call goes on from, now that training is done."""
    state, seed = monitor.state, None
    if isinstance(estimator.random_state, Integral):
        seed = int(estimator.random_state)
    else:
        # The caller's own source of chance, or NumPy's global one, is asked again.
        state.rng = None
    # Only an adaptive rate goes on waiting, and not for another thing to improve.
    waits = type(state.schedule) is Adaptive and not estimator.early_stopping
    patience = monitor.patience if waits else None
    return Continuation(state, patience, seed, run.split_seed)


def encode(targets, samples):
    """Turn LabelledSamples into Samples, as the network sees them."""
    X, y, sample_weight = samples
    return Samples(X, targets.encode(y, X.dtype), sample_weight)


def make_state(estimator, run, again):
    """Make the state to train on: new, or where the last call ended."""
    before = None if run.kept is None else run.kept.state
    X, Y, sample_weight = run.samples
    if before is not None:
        parameters = before.parameters.copy()
    elif again:
        parameters = _unfolded(estimator, run.targets)
    else:
        widths = _parameters.hidden_layer_sizes(estimator)
        parameters = _parameters.initial_parameters(
            estimator,
            (X.shape[1], *widths, Y.shape[1]),
            run.targets,
            run.targets.output_bias(Y, sample_weight),
            run.rng,
            X.dtype,
        )
    return TrainingState(
        parameters,
        _parameters.make_optimizer(estimator, before and before.optimizer),
        _parameters.make_schedule(estimator, run.objective, before and before.schedule),
        run.rng,
        estimator.t_ if again else 0,
    )


def _unfolded(estimator, targets):
    """The published weights as they are trained: without the scaling of targets."""
    intercepts = estimator.intercepts_ if estimator.fit_intercept else ()
    parameters = Parameters.from_arrays(estimator.coefs_, intercepts)
    parameters.coefs[-1] /= targets.scale
    if intercepts:
        parameters.intercepts[-1] -= targets.mean
        parameters.intercepts[-1] /= targets.scale
    return parameters


def folded(parameters, targets):
    """Put the scaling of targets into the last layer, which then predicts y.

    Parameters
    ----------
    parameters : Parameters
        Not to be used any more: the arrays returned are its views.

    Returns
    -------
    coefs, intercepts : list of ndarray
    """
    coefs, dtype = parameters.coefs, parameters.flat.dtype
    intercepts = parameters.intercepts or [
        np.zeros(coef.shape[1], dtype) for coef in coefs
    ]
    coefs[-1] = (coefs[-1] * targets.scale).astype(dtype)
    intercepts[-1] = (intercepts[-1] * targets.scale + targets.mean).astype(dtype)
    return coefs, intercepts


def make_monitor(estimator, run, state, max_iter, adding):
    """Make what watches the training, on top of the history if `adding` to it."""
    # L-BFGS has a stopping rule of its own, unless it is to stop early.
    patient = estimator.solver in OPTIMIZERS or estimator.early_stopping
    patience = Patience(
        estimator.tol, estimator.n_iter_no_change if patient else np.inf
    )
    waited = None if run.kept is None else run.kept.patience
    if waited is not None and type(state.schedule) is Adaptive:
        patience.best, patience.count = waited.best, waited.count
    history = estimator._history.copy() if adding else History()
    return Monitor(
        state,
        run.objective,
        patience,
        max_iter,
        auto_rate=_parameters.auto_learning_rate(estimator, run.objective),
        constant_loss=_constant_loss(run.objective, run.samples),
        history=history,
        verbose=estimator.verbose,
    )


def _constant_loss(objective, samples):
    """The loss of the best answer that is the same for every sample."""
    loss = LOSSES[objective.loss]
    value = loss.of_constant(samples.Y, samples.sample_weight)
    return float(value / samples.Y.shape[1] if loss.averaged else value)


def make_validation(estimator, run, fitted_now):
    """Make what early stopping watches.

    `fitted_now` returns the estimator as it would be if training ended now.
    """
    X, y, sample_weight = run.held_out
    if estimator.scoring is None:
        score = functools.partial(run.targets.score, y=y, sample_weight=sample_weight)
    elif estimator.scoring == "loss":
        score = None
    else:
        scorer = check_scoring(estimator, estimator.scoring)
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}

        def score(raw_prediction):
            try:
                return float(scorer(fitted_now(), X, y, **weights))
            except (TypeError, ValueError) as error:
                raise ValueError(
                    f"scoring={estimator.scoring!r} failed on the validation data: "
                    f"{error}"
                ) from error

    with _samples.naming_validation_data():
        return Validation(encode(run.targets, run.held_out), score)


def train(estimator, samples, monitor):
    """Train until done, and on Ctrl-C go back to the last finished epoch."""
    run = _descend if estimator.solver in OPTIMIZERS else _minimize
    try:
        # The monitor finds what overflows.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            run(estimator, samples, monitor)
    except KeyboardInterrupt:
        if monitor.n_epochs == 0:
            raise
        monitor.rewind()
        monitor.stopped = True
        warnings.warn(
            f"Training was interrupted after {monitor.n_epochs} epochs; the "
            "model is that of the last finished one.",
            stacklevel=7,  # to the caller of fit
        )
    best = monitor.best
    if best is not None:
        monitor.state.parameters.flat[:] = best.flat
        # Momentum belongs to the last epoch's weights, not to the best ones.
        monitor.state.optimizer = _parameters.make_optimizer(estimator)


def _descend(estimator, samples, monitor):
    """Train with sgd or adam."""
    run = epochs(
        monitor.state,
        samples,
        monitor.objective,
        batch_size=_parameters.batch_size(estimator, samples.X.shape[0]),
        shuffle=estimator.shuffle,
    )
    for _ in range(monitor.max_iter):
        monitor.begin_epoch()
        epoch = next(run)
        if monitor.end_epoch(epoch):
            return
    monitor.check_progress(epoch)


def _minimize(estimator, samples, monitor):
    """Train with L-BFGS."""
    result = minimize_lbfgs(
        monitor.state,
        samples,
        monitor.objective,
        monitor,
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
