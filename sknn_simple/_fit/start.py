"""Start: makes a complete session from an estimator and its data."""

import copy
import math
from numbers import Integral

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import check_random_state

from ..network import (
    OPTIMIZERS,
    Adaptive,
    Parameters,
    Patience,
    TrainingState,
    draw_parameters,
)
from . import options
from .architecture import Architecture, activation, hidden_layer_sizes
from .history import History
from .samples import check_samples, encode
from .session import Mode, Session
from .validation import NO_VALIDATION_DATA, Validation, hold_out


def make_session(
    estimator,
    X,
    y,
    sample_weight=None,
    validation_data=NO_VALIDATION_DATA,
    *,
    mode,
    classes=None,
    dtype=None,
):
    """Make the session of a call of `fit` or `partial_fit`.

    Only `n_features_in_` and `feature_names_in_` of the estimator may change. `dtype`
    defaults to the dtype of the previous call or of X.
    """
    validation_data.check_request(estimator)
    architecture = Architecture.of(estimator)
    resumes = mode is not Mode.NEW and estimator.__sklearn_is_fitted__()
    earlier = estimator._continuation if resumes else None
    if resumes:
        architecture.check_same(estimator._architecture)
        dtype = dtype or estimator.coefs_[0].dtype
    dtype = dtype or (np.float64, np.float32)
    samples = check_samples(
        estimator, X, y, sample_weight, reset=not resumes, dtype=dtype
    )
    known = estimator._targets if resumes else None
    targets = known or estimator._make_targets(samples.y, classes)
    samples = estimator._weigh_classes(targets, samples)
    rng = _make_rng(estimator, earlier)
    samples, held_out, split_seed = _split(
        estimator, samples, validation_data, rng, earlier
    )
    if not resumes or (earlier is None and estimator.t_ == 0):
        # Coefs from elsewhere, as `from_coefs` sets them, have unscaled targets.
        targets = targets.scaled_to(samples, center=estimator.fit_intercept)
    samples = encode(targets, samples)
    state = _make_state(estimator, samples, targets, rng, earlier, resumes)
    _check_weighted_sums(state.parameters.coefs[0], samples.X)
    engine = options.engine_of(estimator)
    objective = options.make_objective(estimator, targets, samples)
    validation = held_out and Validation.of(
        estimator,
        targets,
        held_out,
        lambda X: engine.make_predictor(state.parameters, X, objective.activation),
    )
    appends, n_samples = resumes and mode is Mode.APPEND, samples.X.shape[0]
    return Session(
        mode=mode,
        architecture=architecture,
        targets=targets,
        samples=samples,
        objective=objective,
        state=state,
        engine=engine,
        validation=validation,
        patience=_make_patience(estimator, state, earlier, n_samples),
        history=estimator._history.view() if appends else History(),
        max_iter=(1 if mode is Mode.APPEND else options.max_iter(estimator, n_samples)),
        seed=_integer_seed(estimator),
        split_seed=split_seed,
    )


def _split(estimator, samples, validation_data, rng, earlier):
    """Return the training samples, the held-out ones or None, and the split seed."""
    split_seed = None if earlier is None else earlier.split_seed
    if not estimator.early_stopping:
        return samples, None, split_seed
    if validation_data.X_val is not None:
        return samples, validation_data.check(estimator, samples.X.dtype), split_seed
    if split_seed is None:
        # An integer random_state is the seed itself, as in `train_test_split`.
        split_seed = _integer_seed(estimator)
    if split_seed is None:
        split_seed = int(rng.randint(2**31 - 1))
    return *hold_out(estimator, samples, split_seed), split_seed


def _integer_seed(estimator):
    """Return the random_state if it is an integer, otherwise None."""
    seed = estimator.random_state
    return int(seed) if isinstance(seed, Integral) else None


def _make_rng(estimator, earlier):
    """Return a copy of the earlier generator of the same seed, or a new generator."""
    seed = None if earlier is None else earlier.seed
    if seed is not None and seed == estimator.random_state:
        return copy.deepcopy(earlier.state.rng)
    return check_random_state(estimator.random_state)


def _make_state(estimator, samples, targets, rng, earlier, resumes):
    """Make the initial state of training."""
    before = None if earlier is None else earlier.state
    if before is not None:
        parameters = before.parameters.copy()
    elif resumes:
        parameters = _unfolded(estimator, targets)
    else:
        parameters = _initial_parameters(estimator, samples, targets, rng)
    dtype = parameters.flat.dtype
    state = TrainingState(
        parameters,
        options.make_optimizer(estimator, dtype, before and before.optimizer),
        options.make_schedule(estimator, targets, samples, before and before.schedule),
        rng,
        estimator.t_ if resumes else 0,
        data_loss=math.nan if before is None else before.data_loss,
    )
    if estimator.average and estimator.solver in OPTIMIZERS:
        averaged = parameters.flat
        if before is not None and before.average is not None:
            averaged, state.n_averaged = before.average, before.n_averaged
        state.average = averaged.copy()
    return state


def _check_weighted_sums(coef, X):
    """Raise ValueError if the weighted sums of the first layer can overflow.

    Whether they do may depend on the order of their terms, in which engines differ.
    """
    numbers, weights = X.data if issparse(X) else X.ravel(), coef.ravel()
    with np.errstate(over="ignore", invalid="ignore"):
        # The Cauchy-Schwarz inequality is enough, unless its squares overflow.
        if np.isfinite(np.vdot(numbers, numbers) * np.vdot(weights, weights)):
            return
        largest_sums = abs(X) @ abs(coef)
    if not np.isfinite(largest_sums).all():
        raise ValueError(
            f"X is too large for the first layer, whose weighted sums can overflow "
            f"{X.dtype}: X is from {X.min():.3g} to {X.max():.3g}, and the coefs are "
            f"from {coef.min():.3g} to {coef.max():.3g}. Scale X (for instance with "
            "MaxAbsScaler)."
        )


def _make_patience(estimator, state, earlier, n_samples):
    """Make the patience; with an adaptive rate, earlier counts continue."""
    # L-BFGS has a stopping rule of its own, except under early stopping.
    has_patience = estimator.solver in OPTIMIZERS or estimator.early_stopping
    n_epochs = options.n_iter_no_change(estimator, n_samples)
    patience = Patience(float(estimator.tol), n_epochs if has_patience else np.inf)
    counts = None if earlier is None else earlier.patience
    if counts is not None and type(state.schedule) is Adaptive:
        patience.restore(counts.snapshot())
    return patience


def _unfolded(estimator, targets):
    """Return the fitted weights in the units of training."""
    coefs = list(estimator.coefs_)
    intercepts = list(estimator.intercepts_) if estimator.fit_intercept else []
    targets.unfold(coefs, intercepts)
    dtype = coefs[0].dtype
    return Parameters.from_arrays(
        [coef.astype(dtype) for coef in coefs],
        [intercept.astype(dtype) for intercept in intercepts],
    )


def _initial_parameters(estimator, samples, targets, rng):
    """Draw the initial parameters, or copy them from `coefs_init`, `intercepts_init`.

    These are in the units of y, like `coefs_` and `intercepts_`.
    """
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
            f"coefs_init and intercepts_init must be finite in {X.dtype.name}, the "
            "dtype of X, as given and after y is standardised."
        )
    return parameters


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
        raise ValueError(f"{required}, got {shapes}.")
    if not all(a.dtype.kind in "fiub" and np.isfinite(a).all() for a in arrays):
        raise ValueError(f"{name} must hold finite numbers, got {given!r}.")
    return arrays
