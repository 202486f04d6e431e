"""Where a training starts: anew, where the last call ended, or from a checkpoint."""

import copy
from dataclasses import dataclass
from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state

from . import _parameters
from .network import Adaptive, Parameters, Patience, TrainingState


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


def make_rng(estimator, kept):
    """Make the source of chance: the one of an earlier call with this seed goes on."""
    seed = None if kept is None else kept.seed
    if seed is not None and seed == estimator.random_state:
        return copy.deepcopy(kept.state.rng)
    return check_random_state(estimator.random_state)


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
        _parameters.make_optimizer(
            estimator, parameters.flat.dtype, before and before.optimizer
        ),
        _parameters.make_schedule(estimator, run.objective, before and before.schedule),
        run.rng,
        estimator.t_ if again else 0,
    )


def progress_of(monitor):
    """What a training has changed between two epochs, for `go_on` in another process.

    Everything else is made again by a fit of the same estimator on the same data.

    Returns
    -------
    progress : dict
        To be pickled at once: it shares memory with the training.
    """
    return {
        "finished": monitor.finished,
        "draws": monitor.state.draws,
        "first_loss": monitor.first_loss,
        "history": monitor.history.view(),
    }


def go_on(monitor, progress):
    """Take a training that has not begun to where `progress_of` saw it."""
    finished = progress["finished"]
    if finished.snapshot is None:  # no epoch was finished
        return
    state = monitor.state
    state.draws = progress["draws"]
    state.restore(finished.snapshot)
    monitor.patience.restore(finished.counts)
    monitor.first_loss = progress["first_loss"]
    monitor.history = progress["history"]
    # Another snapshot: training goes on in the memory of the given one.
    monitor.finished = finished._replace(snapshot=state.snapshot())


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

    Raises
    ------
    ValueError
        If a float of their type cannot hold them.
    """
    coefs, dtype = parameters.coefs, parameters.flat.dtype
    intercepts = parameters.intercepts or [
        np.zeros(coef.shape[1], dtype) for coef in coefs
    ]
    with np.errstate(over="ignore"):
        coefs[-1] = (coefs[-1] * targets.scale).astype(dtype)
        intercepts[-1] = (intercepts[-1] * targets.scale + targets.mean).astype(dtype)
    if not (np.isfinite(coefs[-1]).all() and np.isfinite(intercepts[-1]).all()):
        raise ValueError(
            f"y is too large: in its units, coefs_ or intercepts_ are not finite as "
            f"{dtype}, the type of X. Scale y."
        )
    return coefs, intercepts
