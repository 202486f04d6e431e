"""Options: constraints of the constructor's arguments, and the values of "auto"."""

import functools
from dataclasses import dataclass, fields
from numbers import Integral, Real

import numpy as np
from scipy.sparse import issparse
from sklearn.metrics import get_scorer_names
from sklearn.utils._param_validation import Interval, Options, StrOptions

from ..network import (
    ACTIVATIONS,
    INITS,
    OPTIMIZERS,
    SCHEDULES,
    Trainer,
    suitable_learning_rate,
)
from ..network.interruption import hearing_ctrl_c_later


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
BELOW_ONE = FloatInterval(Real, 0, 1, closed="left")

CONSTRAINTS: dict = {
    "hidden_layer_sizes": ["array-like", POSITIVE_INTEGER],
    "activation": [StrOptions(set(ACTIVATIONS))],
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
    "engine": [StrOptions({"auto", "numpy", "numba"})],
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
    activation: str
    fit_intercept: bool
    loss: str
    out_activation: str | None = None
    normalize_y: bool | None = None

    @classmethod
    def of(cls, estimator):
        """Return the architecture that the options of an estimator define."""
        options = vars(estimator)
        given = {f.name: options[f.name] for f in fields(cls) if f.name in options}
        return cls(**given | {"hidden_layer_sizes": hidden_layer_sizes(estimator)})

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
            f"epsilon must be more than 0 as {np.dtype(dtype).name}, the type of X, "
            f"got {estimator.epsilon!r}, which is rounded to 0."
        )
    return _with_options(OPTIMIZERS[estimator.solver], previous, estimator)


def auto_learning_rate(estimator, objective):
    """Return the value of learning_rate_init="auto" for this network."""
    widths = hidden_layer_sizes(estimator)
    return suitable_learning_rate(
        estimator.solver,
        objective.loss,
        objective.out_activation,
        widths[-1] if widths else 1,
    )


def make_schedule(estimator, objective, previous=None):
    """Make the learning-rate schedule, which is constant unless the solver is sgd."""
    rate = estimator.learning_rate_init
    if rate == "auto":
        rate = auto_learning_rate(estimator, objective)
    name = estimator.learning_rate if estimator.solver == "sgd" else "constant"
    return _with_options(
        SCHEDULES[name], previous, estimator, learning_rate_init=float(rate)
    )


@functools.cache
def _compiled_trainer():
    """Return the compiled Trainer, or the error of its import."""
    try:
        with hearing_ctrl_c_later():
            from ..network.compiled import Trainer
    except MemoryError:  # says nothing about numba, and passes
        raise
    except Exception as error:  # a broken numba may raise anything
        return error
    return Trainer


def trainer_class(estimator, X):
    """Return the Trainer of the option `engine`.

    "auto" depends only on what stays the same in all calls of a training, so that a
    training in parts is the same as one in one go.

    Raises
    ------
    ImportError, TypeError
        If the compiled engine is asked for, but not possible.
    """
    engine = estimator.engine
    if engine == "numpy" or estimator.solver not in OPTIMIZERS:
        return Trainer
    if issparse(X):
        if engine == "auto":
            return Trainer
        raise TypeError(
            "engine='numba' takes dense X, got a sparse one: use engine='auto' or "
            "'numpy', or X.toarray()."
        )
    found = _compiled_trainer()
    if not isinstance(found, Exception):
        return found
    if engine == "auto":
        return Trainer
    raise ImportError(
        "engine='numba' needs numba, which can't be imported here "
        f'({found}): pip install "sknn-simple[fast]", or use engine="auto" or "numpy".'
    ) from found
