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
from ._monitor import Monitor, Validation
from .network import (
    LOSSES,
    OPTIMIZERS,
    Epoch,
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
    patience: Patience
    seed: int | None
    split_seed: int | None


def make_continuation(estimator, monitor, split_seed):
    """Make what a next call goes on from, now that training is done."""
    state, seed = monitor.state, None
    if isinstance(estimator.random_state, Integral):
        seed = int(estimator.random_state)
    else:
        # The caller's own source of chance, or NumPy's global one, is asked again.
        state.rng = None
    return Continuation(state, monitor.patience, seed, split_seed)


def make_rng(estimator, kept):
    """Make the source of chance: the one of an earlier call with this seed goes on."""
    if (
        kept is not None
        and kept.seed is not None
        and kept.seed == estimator.random_state
    ):
        return copy.deepcopy(kept.state.rng)
    return check_random_state(estimator.random_state)


def hold_out(estimator, samples, validation, kept, rng):
    """Find what early stopping validates on, if it is asked for.

    Parameters
    ----------
    samples : LabelledSamples

    validation : tuple
        X_val, y_val and sample_weight_val as the caller gave them.

    Returns
    -------
    training : LabelledSamples

    validation : LabelledSamples or None

    split_seed : int or None
        An integer `random_state` splits as `train_test_split` does with it. A later
        call splits with the same seed.
    """
    if not estimator.early_stopping:
        return samples, None, None
    if validation[0] is not None:
        with _samples.naming_validation_data():
            held_out = _samples.check_samples(
                estimator, *validation, reset=False, dtype=samples.X.dtype
            )
        return samples, held_out, None
    if kept is not None and kept.split_seed is not None:
        split_seed = kept.split_seed
    elif isinstance(estimator.random_state, Integral):
        split_seed = int(estimator.random_state)
    else:
        split_seed = int(rng.randint(2**31 - 1))
    return *_samples.hold_out(estimator, samples, split_seed), split_seed


def encode(targets, samples):
    """Turn LabelledSamples into Samples, as the network sees them."""
    X, y, sample_weight = samples
    return Samples(X, targets.encode(y, X.dtype), sample_weight)


def make_state(estimator, samples, targets, objective, rng, kept, again):
    """Make the state to train on: new, or where the last call ended."""
    before = None if kept is None else kept.state
    if before is not None:
        parameters = before.parameters.copy()
    elif again:
        parameters = _unfolded(estimator, targets)
    else:
        X, Y, sample_weight = samples
        widths = _parameters.hidden_layer_sizes(estimator)
        parameters = _parameters.initial_weights(
            estimator,
            (X.shape[1], *widths, Y.shape[1]),
            targets,
            targets.output_bias(Y, sample_weight),
            rng,
            X.dtype,
        )
    return TrainingState(
        parameters,
        _parameters.make_optimizer(estimator, before and before.optimizer),
        _parameters.make_schedule(estimator, objective, before and before.schedule),
        rng,
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


def make_monitor(estimator, state, objective, samples, kept, max_iter):
    """Make what watches the training; only an adaptive rate keeps its patience."""
    # L-BFGS has a stopping rule of its own, unless it is to stop early.
    patient = estimator.solver in OPTIMIZERS or estimator.early_stopping
    patience = Patience(
        estimator.tol, estimator.n_iter_no_change if patient else np.inf
    )
    adaptive = estimator.learning_rate == "adaptive" and not estimator.early_stopping
    if kept is not None and adaptive:
        patience.best, patience.count = kept.patience.best, kept.patience.count
    return Monitor(
        state,
        objective,
        patience,
        max_iter,
        auto_rate=_parameters.auto_learning_rate(estimator, objective),
        constant_loss=_constant_loss(objective, samples),
        verbose=estimator.verbose,
    )


def _constant_loss(objective, samples):
    """The loss of the best answer that is the same for every sample."""
    loss = LOSSES[objective.loss]
    value = loss.of_constant(samples.Y, samples.sample_weight)
    return float(value / samples.Y.shape[1] if loss.averaged else value)


def make_validation(estimator, targets, held_out, fitted_now):
    """Make what early stopping watches.

    `fitted_now` returns the estimator as it would be if training ended now.
    """
    X, y, sample_weight = held_out
    if estimator.scoring is None:
        score = functools.partial(targets.score, y=y, sample_weight=sample_weight)
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
        return Validation(encode(targets, held_out), score)


def train(estimator, samples, monitor):
    """Train until done, and on Ctrl-C go back to the last finished epoch."""
    run = _descend if estimator.solver in OPTIMIZERS else _minimize
    try:
        # The monitor finds what overflows.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            run(estimator, samples, monitor)
    except KeyboardInterrupt:
        if monitor.finished is None:
            raise
        monitor.rewind()
        warnings.warn(
            f"Training was interrupted after {monitor.n_epochs} epochs; the model is "
            "that of the last finished one.",
            stacklevel=5,
        )
    if monitor.best is not None:
        monitor.state.parameters.flat[:] = monitor.best.flat
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
    while monitor.n_epochs < monitor.max_iter:
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
    monitor.loss = float(result.fun)
    monitor.check_finite(Epoch(monitor.loss))
    if not monitor.stopped:
        _check_optimize_result("lbfgs", result, estimator.max_iter)
