"""Initial state: the parameters, optimizer and schedule that training starts from."""

import numpy as np

from ..network import (
    OPTIMIZERS,
    SCHEDULES,
    Parameters,
    TrainingState,
    draw_parameters,
)
from ..network.parameters import TRANSPOSED
from .architecture import activation, hidden_layer_sizes


def make_state(estimator, targets, samples, rate, rng, before, resumes):
    """Make the initial state of training, at a learning rate.

    `before` is the state that an earlier training left, or None. Without it, a training
    that `resumes` starts from the fitted weights.
    """
    if before is not None:
        parameters = before.parameters.copy()
    elif resumes:
        parameters = _fitted_parameters(estimator, targets)
    else:
        parameters = _initial_parameters(estimator, targets, samples, rng)
    state = TrainingState(
        parameters,
        make_optimizer(estimator, parameters.flat.dtype, before and before.optimizer),
        _make_schedule(estimator, rate, before and before.schedule),
        rng,
        estimator.t_ if resumes else 0,
    )
    if estimator.average and estimator.solver in OPTIMIZERS:
        averaged = parameters.flat
        if before is not None and before.average is not None:
            averaged, state.n_averaged = before.average, before.n_averaged
        state.average = averaged.copy()
    return state


def _fitted_parameters(estimator, targets):
    """Return the fitted weights in the units of training."""
    coefs = list(estimator.coefs_)
    intercepts = list(estimator.intercepts_) if estimator.fit_intercept else []
    targets.unfold(coefs, intercepts)
    dtype = coefs[0].dtype
    return Parameters.from_arrays(
        [coef.astype(dtype) for coef in coefs],
        [intercept.astype(dtype) for intercept in intercepts],
    )


def _initial_parameters(estimator, targets, samples, rng):
    """Draw the initial parameters, except those that the options give."""
    X, Y, sample_weight = samples
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
    output_bias = targets.output_bias(Y, sample_weight)
    if output_bias is not None and estimator.fit_intercept:
        parameters.intercepts[-1][:] = output_bias
    if estimator.coefs_init is not None or estimator.intercepts_init is not None:
        _insert_given(estimator, targets, parameters)
    return parameters


def _insert_given(estimator, targets, parameters):
    """Write `coefs_init` and `intercepts_init` over the parameters.

    The options are in the units of y, like `coefs_` and `intercepts_`.
    """
    if estimator.intercepts_init is not None and not estimator.fit_intercept:
        raise ValueError(
            "intercepts_init must be None with fit_intercept=False, got "
            f"{estimator.intercepts_init!r}."
        )
    coefs = _given_arrays(estimator, "coefs_init", parameters.coefs)
    intercepts = _given_arrays(estimator, "intercepts_init", parameters.intercepts)
    # Numbers that overflow the dtype of X are rejected below.
    with np.errstate(over="ignore"):
        targets.unfold(coefs, intercepts)
        for arrays, parts in (
            (coefs, parameters.coefs),
            (intercepts, parameters.intercepts),
        ):
            for part, array in zip(parts, arrays or parts, strict=True):
                part[:] = array
    if not np.isfinite(parameters.flat).all():
        raise ValueError(
            "coefs_init and intercepts_init must be finite in "
            f"{parameters.flat.dtype.name}, the dtype of X, as given and after y is "
            "standardised."
        )


def _given_arrays(estimator, name, parts):
    """Return copies of the arrays of an option, of the shapes of `parts`, or None."""
    given = getattr(estimator, name)
    if given is None:
        return None
    expected = [part.shape for part in parts]
    required = f"{name} must be a list of arrays of shapes {expected}, one per layer"
    try:
        arrays = [np.array(array) for array in given]
    except (RuntimeError, TypeError, ValueError) as error:  # no list of arrays
        raise ValueError(f"{required}, got {given!r}.") from error
    shapes = [array.shape for array in arrays]
    if shapes != expected:
        are_transposed = [shape[::-1] for shape in shapes] == expected
        hint = f" {TRANSPOSED}" * are_transposed
        raise ValueError(f"{required}, got {shapes}.{hint}")
    if not all(a.dtype.kind in "fiub" and np.isfinite(a).all() for a in arrays):
        raise ValueError(f"{name} must hold finite numbers, got {given!r}.")
    return arrays


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


def _make_schedule(estimator, rate, previous):
    """Make the learning-rate schedule, which is constant unless the solver is sgd."""
    name = estimator.learning_rate if estimator.solver == "sgd" else "constant"
    return _with_options(SCHEDULES[name], previous, estimator, learning_rate_init=rate)


def _with_options(kind, previous, estimator, **known):
    """Return a `kind` with the estimator's options, in the state of `previous`."""
    given = {name: getattr(estimator, name) for name in kind.OPTIONS} | known
    return previous.copy(**given) if type(previous) is kind else kind(**given)
