"""Options: constraints of the constructor's arguments, and the values of "auto"."""

from dataclasses import dataclass, fields
from numbers import Integral, Real

import numpy as np
from sklearn.metrics import get_scorer_names
from sklearn.utils._param_validation import Interval, Options, StrOptions

from ..network import (
    ACTIVATIONS,
    ENGINES,
    INITS,
    LOSSES,
    OPTIMIZERS,
    SCHEDULES,
    WHY_NOT_COMPILED,
    Objective,
    layer_activations,
    suitable_learning_rate,
)
from .suggestions import did_you_mean


class FloatInterval(Interval):
    """An interval that excludes numbers beyond a float, such as 10**400."""

    def __contains__(self, value):
        try:
            return super().__contains__(value) and np.isfinite(float(value))
        except (TypeError, OverflowError):
            return False


POSITIVE_INTEGER = Interval(Integral, 1, None, closed="left")
POSITIVE = FloatInterval(Real, 0, None, closed="neither")
NOT_NEGATIVE = FloatInterval(Real, 0, None, closed="left")
BETWEEN_0_AND_1 = FloatInterval(Real, 0, 1, closed="neither")
BELOW_ONE = FloatInterval(Real, 0, 1, closed="left")

CONSTRAINTS: dict = {
    "hidden_layer_sizes": ["array-like", POSITIVE_INTEGER],
    "activation": [StrOptions(set(ACTIVATIONS)), tuple, list],
    "solver": [StrOptions({*OPTIMIZERS, "lbfgs"})],
    "alpha": [NOT_NEGATIVE],
    "batch_size": [StrOptions({"auto"}), POSITIVE_INTEGER],
    "learning_rate": [StrOptions(set(SCHEDULES))],
    "learning_rate_init": [StrOptions({"auto"}), POSITIVE],
    "power_t": [NOT_NEGATIVE],
    "max_iter": [POSITIVE_INTEGER],
    "shuffle": ["boolean"],
    "random_state": ["random_state"],
    "tol": [NOT_NEGATIVE],
    "verbose": ["verbose"],
    "warm_start": ["boolean"],
    "momentum": [FloatInterval(Real, 0, 1, closed="both")],
    "nesterovs_momentum": ["boolean"],
    "early_stopping": ["boolean"],
    "validation_fraction": [BELOW_ONE],
    "beta_1": [BELOW_ONE],
    "beta_2": [BELOW_ONE],
    "epsilon": [POSITIVE],
    "n_iter_no_change": [POSITIVE_INTEGER, Options(Real, {np.inf})],
    "max_fun": [POSITIVE_INTEGER],
    "fit_intercept": ["boolean"],
    "init": [StrOptions(set(INITS))],
    "coefs_init": ["array-like", None],
    "intercepts_init": ["array-like", None],
    "scoring": [StrOptions({"loss", *get_scorer_names()}), callable, None],
    "engine": [StrOptions({"auto", "numpy", "compiled"})],
}


def hidden_layer_sizes(estimator):
    """Return the option as a tuple of int; a single integer means one layer."""
    given = estimator.hidden_layer_sizes
    try:
        sizes = tuple(given)
    except TypeError:
        sizes = (given,)
    for size in sizes:
        if not isinstance(size, Integral) or isinstance(size, bool) or size < 1:
            raise ValueError(
                "hidden_layer_sizes must hold integers of at least 1, one per hidden "
                f"layer, got {given!r}."
            )
    return tuple(int(size) for size in sizes)


def activation(estimator):
    """Return the option as one name, or as a tuple if the hidden layers differ."""
    given = estimator.activation
    try:
        names = layer_activations(given, len(hidden_layer_sizes(estimator)))
    except ValueError as error:
        texts = [] if isinstance(given, str) else filter(_is_text, given)
        unknown = [name for name in texts if name not in ACTIVATIONS]
        hint = did_you_mean(unknown[0], ACTIVATIONS) if unknown else ""
        raise ValueError(f"{error}{hint}") from None
    return tuple(names) if len(set(names)) > 1 else (*names, given or "identity")[0]


def _is_text(value):
    return isinstance(value, str)


def batch_size(estimator, n_samples):
    """Return the number of samples per minibatch."""
    given = estimator.batch_size
    return min(32 if given == "auto" else int(given), n_samples)


@dataclass(frozen=True)
class Architecture:
    """The options that cannot change once a network has been trained.

    A classifier has neither `out_activation` nor `normalize_y`: its targets decide.
    """

    hidden_layer_sizes: tuple[int, ...]
    activation: str | tuple[str, ...]
    fit_intercept: bool
    loss: str
    out_activation: str | None = None
    normalize_y: bool | None = None

    @classmethod
    def of(cls, estimator):
        """Return the architecture that the options of an estimator define."""
        options = vars(estimator)
        given = {f.name: options[f.name] for f in fields(cls) if f.name in options}
        sizes, names = hidden_layer_sizes(estimator), activation(estimator)
        return cls(**given | {"hidden_layer_sizes": sizes, "activation": names})

    def check_same(self, earlier):
        """Raise ValueError unless the `earlier` architecture is the same."""
        for name, value in vars(self).items():
            before = getattr(earlier, name)
            if value != before:
                raise ValueError(
                    f"{name} was {before!r} when this network was first trained, and "
                    f"can't become {value!r} in partial_fit or with warm_start=True. "
                    "Set it back, or fit a new network with warm_start=False."
                )


def _with_options(kind, previous, estimator, **known):
    """Return a `kind` with the estimator's options, in the state of `previous`."""
    options = {name: getattr(estimator, name) for name in kind.OPTIONS} | known
    return previous.copy(**options) if type(previous) is kind else kind(**options)


def make_optimizer(estimator, dtype, previous=None):
    """Make the optimizer, in the state of a `previous` one of the same kind."""
    if estimator.solver not in OPTIMIZERS:
        return None
    if estimator.solver == "adam" and np.dtype(dtype).type(estimator.epsilon) == 0:
        raise ValueError(
            f"epsilon must be greater than 0 in {np.dtype(dtype).name}, the dtype of "
            f"X, got {estimator.epsilon!r}, which rounds to 0. Increase epsilon."
        )
    return _with_options(OPTIMIZERS[estimator.solver], previous, estimator)


def auto_learning_rate(estimator, targets):
    """Return the value of learning_rate_init="auto" for these targets."""
    width, *_ = *reversed(hidden_layer_sizes(estimator)), 1
    return suitable_learning_rate(
        estimator.solver, targets.network_loss, targets.out_activation, width
    )


def make_objective(estimator, targets):
    """Make the objective of training on these targets."""
    loss, out_activation = targets.network_loss, targets.out_activation
    option = LOSSES[loss].option
    return Objective(
        loss,
        activation(estimator),
        out_activation,
        float(estimator.alpha),
        None if option is None else float(getattr(estimator, option.name)),
    )


def make_schedule(estimator, targets, previous=None):
    """Make the learning-rate schedule, which is constant unless the solver is sgd."""
    rate = estimator.learning_rate_init
    if rate == "auto":
        rate = auto_learning_rate(estimator, targets)
    name = estimator.learning_rate if estimator.solver == "sgd" else "constant"
    return _with_options(
        SCHEDULES[name], previous, estimator, learning_rate_init=float(rate)
    )


def engine_of(estimator):
    """Return the Engine of the option `engine`.

    Raises
    ------
    ImportError
        If the compiled engine is required but was not built.
    """
    name = estimator.engine
    if name == "auto":
        return list(ENGINES.values())[-1]
    if name not in ENGINES:
        raise ImportError(
            "engine='compiled' needs the compiled engine, which was not built when "
            f"sknn_simple was installed ({WHY_NOT_COMPILED}). Install a C++ compiler "
            "and reinstall sknn_simple, or use engine='auto' or 'numpy'."
        ) from WHY_NOT_COMPILED
    return ENGINES[name]
