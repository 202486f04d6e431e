"""Constraints: the values that the constructor's arguments may have, and defaults."""

import inspect
import math
from collections.abc import Set
from numbers import Integral, Real

import numpy as np
from sklearn.metrics import get_scorer_names
from sklearn.utils._param_validation import Interval, Options, StrOptions

from ..network import INITS, OPTIMIZERS, SCHEDULES
from ..network.activations import differentiable
from .scaled_auto import factor_of_auto


class FloatInterval(Interval):
    """An interval that excludes numbers beyond a float, such as 10**400."""

    def __contains__(self, value):
        try:
            return super().__contains__(value) and math.isfinite(value)
        except (TypeError, OverflowError):
            return False


class Names(StrOptions):
    """A set of names that a message describes, or lists in sorted order.

    The order of a set of strings changes from process to process.
    """

    def __init__(self, names, description=""):
        super().__init__(names)
        self.description = description

    def __str__(self):
        listed = ", ".join(map(repr, sorted(self.options)))
        return self.description or "one of " * (len(self.options) > 1) + listed


class ScaledAuto(Names):
    """'auto', or a multiple of it such as '3*auto'."""

    def __init__(self):
        super().__init__({"auto"}, "'auto', a multiple of it such as '3*auto'")

    def is_satisfied_by(self, value):
        return factor_of_auto(value) is not None


class CurrentNames(Set):
    """The names that a function returns now, since functions may be registered."""

    def __init__(self, names):
        self.names = names

    @classmethod
    def _from_iterable(cls, names):
        """Return the result of an operation on sets."""
        return set(names)

    def __contains__(self, name):
        return name in self.names()

    def __iter__(self):
        return iter(self.names())

    def __len__(self):
        return len(self.names())


class Boolean(Options):
    """Python's and NumPy's truth values."""

    def __init__(self):
        super().__init__((bool, np.bool_), {False, True})

    def __str__(self):
        return "True or False"


POSITIVE_INTEGER = Interval(Integral, 1, None, closed="left")
POSITIVE = FloatInterval(Real, 0, None, closed="neither")
NOT_NEGATIVE_INTEGER = Interval(Integral, 0, None, closed="left")
NOT_NEGATIVE = FloatInterval(Real, 0, None, closed="left")
BETWEEN_0_AND_1 = FloatInterval(Real, 0, 1, closed="neither")
BELOW_ONE = FloatInterval(Real, 0, 1, closed="left")
AUTO = Names({"auto"})
BOOLEAN = Boolean()
SCORER = Names(
    {"loss", *get_scorer_names()},
    "'loss', a name in sklearn.metrics.get_scorer_names()",
)

CONSTRAINTS: dict = {
    "hidden_layer_sizes": ["array-like", POSITIVE_INTEGER],
    "activation": [Names(CurrentNames(differentiable)), tuple, list],
    "solver": [Names({*OPTIMIZERS, "lbfgs"})],
    "alpha": [ScaledAuto(), NOT_NEGATIVE],
    "batch_size": [Names({"auto", "full"}), POSITIVE_INTEGER],
    "learning_rate": [Names({"auto", *SCHEDULES})],
    "learning_rate_init": [AUTO, POSITIVE],
    "power_t": [NOT_NEGATIVE],
    "max_iter": [AUTO, NOT_NEGATIVE_INTEGER],
    "shuffle": [BOOLEAN],
    "random_state": ["random_state"],
    "tol": [NOT_NEGATIVE],
    "verbose": [BOOLEAN, NOT_NEGATIVE_INTEGER],
    "warm_start": [BOOLEAN],
    "momentum": [FloatInterval(Real, 0, 1, closed="both")],
    "nesterovs_momentum": [BOOLEAN],
    "average": [BOOLEAN],
    "early_stopping": [BOOLEAN],
    "validation_fraction": [BELOW_ONE],
    "beta_1": [BELOW_ONE],
    "beta_2": [BELOW_ONE],
    "epsilon": [POSITIVE],
    "n_iter_no_change": [AUTO, POSITIVE_INTEGER, Options(Real, {np.inf})],
    "max_fun": [POSITIVE_INTEGER],
    "fit_intercept": [BOOLEAN],
    "init": [Names({*INITS})],
    "coefs_init": ["array-like", None],
    "intercepts_init": ["array-like", None],
    "scoring": [SCORER, callable, None],
    "engine": [Names({"auto", "numpy", "compiled"})],
}

OF_FUNCTIONS = {"activation", "out_activation", "loss"}
"""Options that name functions, which users may register and remove."""


def default_options(cls):
    """Return the defaults of the constructor's arguments, by name."""
    parameters = inspect.signature(cls.__init__).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not p.empty}
