"""What the estimators' parameters may be, one by one and together."""

from numbers import Integral, Real

import numpy as np
from sklearn.metrics import get_scorer_names
from sklearn.utils._param_validation import Interval, Options, StrOptions

from .network import (
    ACTIVATIONS,
    INITS,
    OPTIMIZERS,
    SCHEDULES,
    draw_parameters,
    suitable_learning_rate,
)


class FloatInterval(Interval):
    """An interval of those numbers that NumPy takes for floats.

    A fraction is a Real, and so is an integer of 400 digits, but neither is such a
    number.
    """

    def __contains__(self, value):
        try:
            return super().__contains__(value) and np.isfinite(float(value))
        except (TypeError, OverflowError):
            return False


PARAMETER_CONSTRAINTS: dict = {
    "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
    "activation": [StrOptions(set(ACTIVATIONS))],
    "solver": [StrOptions({*OPTIMIZERS, "lbfgs"})],
    "alpha": [FloatInterval(Real, 0, None, closed="left")],
    "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
    "learning_rate": [StrOptions(set(SCHEDULES))],
    "learning_rate_init": [
        StrOptions({"auto"}),
        FloatInterval(Real, 0, None, closed="neither"),
    ],
    "power_t": [FloatInterval(Real, 0, None, closed="left")],
    "max_iter": [Interval(Integral, 1, None, closed="left")],
    "shuffle": ["boolean"],
    "random_state": ["random_state"],
    "tol": [FloatInterval(Real, 0, None, closed="left")],
    "verbose": ["verbose"],
    "warm_start": ["boolean"],
    "momentum": [FloatInterval(Real, 0, 1, closed="both")],
    "nesterovs_momentum": ["boolean"],
    "early_stopping": ["boolean"],
    "validation_fraction": [FloatInterval(Real, 0, 1, closed="left")],
    "beta_1": [FloatInterval(Real, 0, 1, closed="left")],
    "beta_2": [FloatInterval(Real, 0, 1, closed="left")],
    "epsilon": [FloatInterval(Real, 0, None, closed="neither")],
    "n_iter_no_change": [
        Interval(Integral, 1, None, closed="left"),
        Options(Real, {np.inf}),
    ],
    "max_fun": [Interval(Integral, 1, None, closed="left")],
    "fit_intercept": ["boolean"],
    "init": [StrOptions(set(INITS))],
    "coefs_init": ["array-like", None],
    "intercepts_init": ["array-like", None],
    "scoring": [StrOptions({"loss", *get_scorer_names()}), callable, None],
    "engine": [StrOptions({"auto", "numpy", "numba"})],
}


def hidden_layer_sizes(estimator):
    """The parameter as a tuple of int: one width is one layer."""
    given = estimator.hidden_layer_sizes
    try:
        sizes = tuple(given)
    except TypeError:
        sizes = (given,)
    for size in sizes:
        if not isinstance(size, Integral) or isinstance(size, bool) or size < 1:
            raise ValueError(
                "hidden_layer_sizes must hold integers of at least 1, one a hidden "
                f"layer, got {given!r}."
            )
    return tuple(int(size) for size in sizes)


def batch_size(estimator, n_samples):
    """Rows of a minibatch; "auto" is what the defaults were measured with."""
    if estimator.batch_size == "auto":
        return min(32, n_samples)
    return min(int(estimator.batch_size), n_samples)


def architecture(estimator):
    """The parameters that a network keeps once it has been trained."""
    names = ["activation", "fit_intercept", "loss", "out_activation", "normalize_y"]
    fixed = {
        name: getattr(estimator, name) for name in names if hasattr(estimator, name)
    }
    return {"hidden_layer_sizes": hidden_layer_sizes(estimator), **fixed}


def check_architecture(estimator, again):
    """Check the widths, and that a network trained `again` is still the same one.

    Returns
    -------
    architecture : dict
    """
    now = architecture(estimator)
    for name, value in now.items():
        before = estimator._architecture[name] if again else value
        if value != before:
            raise ValueError(
                f"{name} was {before!r} when this network was first trained, and can't "
                f"become {value!r} in partial_fit or with warm_start=True. Set it back "
                "or fit anew with warm_start=False."
            )
    return now


def _given_arrays(name, given, parts):
    """`coefs_init` or `intercepts_init` as arrays of the shapes of `parts`."""
    expected = [part.shape for part in parts]
    required = f"{name} must be a list of arrays of shapes {expected}, one a layer"
    try:
        arrays = [np.asarray(array) for array in given]
    except (TypeError, ValueError) as error:  # no list, or a ragged array
        raise ValueError(f"{required}, got {given!r}.") from error
    shapes = [array.shape for array in arrays]
    if shapes != expected:
        raise ValueError(f"{required}, got {shapes}.")
    if not all(a.dtype.kind in "fiub" and np.isfinite(a).all() for a in arrays):
        raise ValueError(f"{name} must hold finite numbers, got {given!r}.")
    return arrays


def _fill(parts, arrays):
    """Copy each array into the part that it is for."""
    for part, array in zip(parts, arrays, strict=True):
        part[:] = array


def initial_parameters(estimator, layer_sizes, targets, output_bias, rng, dtype):
    """The parameters that training begins with: drawn, or copies of the given ones.

    The given ones are in the units of y, as `coefs_` and `intercepts_` are.

    Returns
    -------
    parameters : Parameters
    """
    parameters = draw_parameters(
        layer_sizes,
        rng,
        estimator.init,
        estimator.activation,
        estimator.fit_intercept,
        dtype,
    )
    if output_bias is not None and estimator.fit_intercept:
        parameters.intercepts[-1][:] = output_bias
    coefs, intercepts = estimator.coefs_init, estimator.intercepts_init
    if intercepts is not None and not estimator.fit_intercept:
        raise ValueError(
            "intercepts_init must be None with fit_intercept=False, got "
            f"{intercepts!r}."
        )
    # What is too large for this dtype is refused below.
    with np.errstate(over="ignore"):
        if coefs is not None:
            coefs = _given_arrays("coefs_init", coefs, parameters.coefs)
            coefs[-1] = coefs[-1] / targets.scale
            _fill(parameters.coefs, coefs)
        if intercepts is not None:
            intercepts = _given_arrays(
                "intercepts_init", intercepts, parameters.intercepts
            )
            intercepts[-1] = (intercepts[-1] - targets.mean) / targets.scale
            _fill(parameters.intercepts, intercepts)
    if not np.isfinite(parameters.flat).all():
        raise ValueError(
            "coefs_init and intercepts_init must be finite as "
            f"{np.dtype(dtype).name}, the type of X, also in units of the deviation of "
            "y."
        )
    return parameters


def _renewed(kind, previous, estimator, **known):
    """`previous` under the estimator's options, or a new one if of another kind."""
    options = {name: getattr(estimator, name) for name in kind.OPTIONS} | known
    return previous.copy(**options) if type(previous) is kind else kind(**options)


def make_optimizer(estimator, dtype, previous=None):
    """The optimizer that the parameters ask for, in the state of `previous`."""
    if estimator.solver not in OPTIMIZERS:
        return None
    if estimator.solver == "adam" and np.dtype(dtype).type(estimator.epsilon) == 0:
        raise ValueError(
            f"epsilon must be more than 0 as {np.dtype(dtype).name}, the type of X, "
            f"got {estimator.epsilon!r}, which is rounded to 0."
        )
    return _renewed(OPTIMIZERS[estimator.solver], previous, estimator)


def auto_learning_rate(estimator, objective):
    """What learning_rate_init="auto" stands for in this network."""
    widths = hidden_layer_sizes(estimator)
    return suitable_learning_rate(
        estimator.solver,
        objective.loss,
        objective.out_activation,
        widths[-1] if widths else 1,
    )


def make_schedule(estimator, objective, previous=None):
    """Make the learning-rate schedule; only sgd has any but the constant one."""
    rate = estimator.learning_rate_init
    if rate == "auto":
        rate = auto_learning_rate(estimator, objective)
    name = estimator.learning_rate if estimator.solver == "sgd" else "constant"
    return _renewed(
        SCHEDULES[name], previous, estimator, learning_rate_init=float(rate)
    )
