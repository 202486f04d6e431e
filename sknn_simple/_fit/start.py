"""Start: makes a complete session from an estimator and its data."""

import copy
from numbers import Integral

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import check_random_state

from ..network import LOSSES, OPTIMIZERS, Objective, Patience
from . import options
from .architecture import Architecture, activation
from .generators import seeded_generator
from .given_weights import fitted_dtype
from .history import History
from .initial_state import make_state
from .samples import check_samples, encode
from .session import Continuation, Mode, Session
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

    `dtype` defaults to the dtype of the previous call or of X. An estimator that is not
    fitted gets its columns at once. A fitted one keeps its model until training ends,
    since callbacks and other threads may use it; it only loses names of columns if X
    has none.
    """
    validation_data.check_request(estimator)
    architecture = Architecture.of(estimator)
    resumes = mode is not Mode.NEW and estimator.__sklearn_is_fitted__()
    if resumes:
        architecture.check_same(estimator._architecture)
        dtype = dtype or fitted_dtype(estimator)
    earlier = (resumes and estimator._continuation) or Continuation()
    dtype = dtype or (np.float64, np.float32)
    # Coefs from elsewhere, as `from_coefs` sets them, have seen no data.
    is_first = not resumes or (earlier.state is None and estimator.t_ == 0)
    fitting = copy.copy(estimator) if estimator.__sklearn_is_fitted__() else estimator
    learns_names = is_first and not (resumes and hasattr(fitting, "feature_names_in_"))
    labelled = check_samples(
        fitting, X, y, sample_weight, reset=learns_names, dtype=dtype
    )
    columns = _columns_of(fitting, estimator, resumes)
    known = estimator._targets if resumes else None
    targets = known or estimator._make_targets(labelled.y, classes)
    labelled = estimator._weigh_classes(targets, labelled)
    rng = _make_rng(estimator, earlier)
    labelled, held_out, split_seed = _split(
        fitting, labelled, validation_data, rng, earlier
    )
    if is_first:
        targets = targets.scaled_to(labelled, center=estimator.fit_intercept)
    samples = encode(targets, labelled)
    is_given = validation_data.X_val is not None
    appends = mode is Mode.APPEND
    rate = options.learning_rate_init(estimator, targets, samples, in_stream=appends)
    schedule = options.learning_rate(estimator, is_new=mode is Mode.NEW)
    state = make_state(
        estimator, targets, samples, rate, rng, earlier.state, resumes, schedule
    )
    _check_weighted_sums(state.parameters.coefs[0], samples.X)
    objective = _make_objective(estimator, targets, samples)
    engine, n_samples = options.engine(estimator, objective), samples.X.shape[0]
    return Session(
        mode=mode,
        architecture=architecture,
        columns=columns,
        targets=targets,
        samples=samples,
        objective=objective,
        state=state,
        engine=engine,
        validation=held_out
        and Validation.of(
            estimator, targets, held_out, engine, state.parameters, is_given
        ),
        patience=_make_patience(estimator, targets, samples, state.schedule, earlier),
        history=estimator._history.view() if resumes and appends else History(),
        max_iter=1 if appends else options.max_iter(estimator, schedule, n_samples),
        settles_after=options.settles_after(estimator, schedule, n_samples),
        seed=_integer_seed(estimator),
        split_seed=split_seed,
        warned=earlier.warned,
    )


def _columns_of(fitting, estimator, resumes):
    """Return the fitted attributes for the columns of X, which `fitting` has learned.

    The estimator loses names of columns if X has none.
    """
    given = fitting.n_features_in_
    if resumes and given != estimator.n_features_in_:
        raise ValueError(
            f"X has {given} features, but {type(estimator).__name__} is expecting "
            f"{estimator.n_features_in_} features as input."
        )
    if not hasattr(fitting, "feature_names_in_"):
        vars(estimator).pop("feature_names_in_", None)
        return {"n_features_in_": given}
    return {"n_features_in_": given, "feature_names_in_": fitting.feature_names_in_}


def _make_rng(estimator, earlier):
    """Return the earlier generator of the same seed, or a new generator."""
    if earlier.seed is not None and earlier.seed == estimator.random_state:
        return earlier.state.rng  # which the session copies before it draws
    seed = _integer_seed(estimator)
    if seed is None:
        return check_random_state(estimator.random_state)
    return seeded_generator(seed)


def _split(estimator, samples, validation_data, rng, earlier):
    """Return the training samples, the held-out ones or None, and the split seed."""
    split_seed = earlier.split_seed
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


def _make_objective(estimator, targets, samples):
    """Make the objective of training on these targets, encoded in `samples`."""
    option = LOSSES[targets.network_loss].option
    penalty = options.penalty(estimator, targets, samples)
    return Objective(
        targets.network_loss,
        activation(estimator),
        targets.out_activation,
        penalty.alpha,
        None if option is None else float(getattr(estimator, option.name)),
        penalty.input_factors,
    )


def _make_patience(estimator, targets, samples, schedule, earlier):
    """Make the patience; if the rate can drop, earlier counts continue."""
    # L-BFGS has a stopping rule of its own, except under early stopping.
    has_patience = estimator.solver in OPTIMIZERS or estimator.early_stopping
    n_epochs = options.n_iter_no_change(estimator, samples.X.shape[0])
    tol = options.tol(estimator, targets, samples)
    patience = Patience(tol, n_epochs if has_patience else np.inf)
    if earlier.patience is not None and schedule.drops_on_plateau:
        patience.restore(earlier.patience.snapshot())
    return patience
