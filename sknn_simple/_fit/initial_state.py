"""Initial state: the parameters, optimizer and schedule that training starts from."""

import numpy as np

from ..network import (
    OPTIMIZERS,
    OUT_ACTIVATIONS,
    SCHEDULES,
    TrainingState,
    draw_parameters,
    predict,
)
from .architecture import activation, hidden_layer_sizes
from .given_weights import fitted_parameters, insert_initial_weights, were_edited
from .loss_unit import weight_units

CLOSE_TO_MEAN = 0.3
"""Factor of the output coefs of relus, so that no output starts beyond its kink."""


def make_state(estimator, targets, samples, rate, rng, before, resumes, schedule):
    """Make the initial state of training, at a learning rate with this schedule.

    `before` is the state that an earlier training left, or None. Without it, a training
    that `resumes` starts from the fitted weights. With it, this happens only if they
    have been edited since.
    """
    if before is not None:
        parameters = before.parameters.copy()
    elif resumes:
        parameters = fitted_parameters(estimator, targets)
    else:
        parameters = drawn_parameters(estimator, targets, samples, rng)
        insert_initial_weights(estimator, targets, parameters)
    state = TrainingState(
        parameters,
        make_optimizer(estimator, parameters.flat.dtype, before and before.optimizer),
        _make_schedule(estimator, schedule, rate, before and before.schedule),
        rng,
        estimator.t_ if resumes else 0,
    )
    if estimator.average and estimator.solver in OPTIMIZERS:
        averaged = parameters.flat
        if before is not None and before.average is not None:
            averaged, state.n_averaged = before.average, before.n_averaged
        state.average = averaged.copy()
    if before is not None and were_edited(estimator, targets, before):
        state.move_to(fitted_parameters(estimator, targets).flat)
    return state


def drawn_parameters(estimator, targets, samples, rng):
    """Draw the initial parameters, before the options replace any of them."""
    X, Y, _ = samples
    layer_sizes = (X.shape[1], *hidden_layer_sizes(estimator), Y.shape[1])
    try:
        parameters = draw_parameters(
            layer_sizes,
            rng,
            estimator.init,
            activation(estimator),
            estimator.fit_intercept,
            X.dtype,
        )
    except ValueError as error:
        raise ValueError(f"hidden_layer_sizes is too large: {error}") from error
    except MemoryError as error:
        raise MemoryError(
            f"hidden_layer_sizes is too large for {X.shape[1]} inputs: {error}. Use "
            "smaller layers."
        ) from error
    if estimator.fit_intercept:
        _start_at_mean(estimator, targets, samples, parameters)
    return parameters


def _start_at_mean(estimator, targets, samples, parameters):
    """Set the output intercepts so that predictions start at the mean of the targets.

    A bounded output would otherwise start far from a mean near an end of its range, and
    momentum could carry it to where it hardly learns. A relu could start at 0 for all
    samples, and stay there. Textbooks use other distributions than 'lecun_uniform', or
    their own coefs, and their numbers are kept.
    """
    X, Y, sample_weight = samples
    bias = targets.output_bias(Y, sample_weight)
    coef, intercept = parameters.coefs[-1], parameters.intercepts[-1]
    if targets.are_counts:
        intercept[:] = bias
        return
    is_default = estimator.init == "lecun_uniform" and estimator.coefs_init is None
    if bias is None or not is_default:
        return
    intercept[:] = bias
    out = OUT_ACTIVATIONS[targets.out_activation]
    if out.saturates:
        coef /= np.ptp(out.target_bounds)  # tanh(z) is 2 * logistic(2 * z) - 1
    elif out.homogeneous:
        coef *= CLOSE_TO_MEAN
    else:
        coef *= weight_units(targets, samples)
    layers = parameters.coefs, parameters.intercepts
    with np.errstate(over="ignore", invalid="ignore"):
        start = predict(X, *layers, activation(estimator))
        intercept -= np.average(start, weights=sample_weight, axis=0) - bias


def make_optimizer(estimator, dtype, previous=None):
    """Make the optimizer, in the state of a `previous` one of the same kind."""
    if estimator.solver not in OPTIMIZERS:
        return None
    if estimator.solver == "adam":
        _check_epsilon(estimator.epsilon, np.dtype(dtype))
    return _with_options(OPTIMIZERS[estimator.solver], previous, estimator)


def _check_epsilon(epsilon, dtype):
    """Raise ValueError if adam's epsilon becomes 0 or infinite in this dtype."""
    with np.errstate(over="ignore"):
        rounded = dtype.type(epsilon)
    if rounded == 0 or rounded == np.inf:
        change = "Increase" if rounded == 0 else "Decrease"
        raise ValueError(
            f"epsilon must be greater than 0 in {dtype.name}, the dtype of X, and "
            f"finite, got {epsilon!r}, which rounds to {rounded:g}. {change} epsilon."
        )


def _make_schedule(estimator, name, rate, previous):
    """Make the learning-rate schedule of this name."""
    return _with_options(SCHEDULES[name], previous, estimator, learning_rate_init=rate)


def _with_options(kind, previous, estimator, **known):
    """Return a `kind` with the estimator's options, in the state of `previous`."""
    given = {name: getattr(estimator, name) for name in kind.OPTIONS} | known
    return previous.copy(**given) if type(previous) is kind else kind(**given)
