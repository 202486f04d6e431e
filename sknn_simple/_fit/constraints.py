"""Constraints: the values that the constructor's arguments may have."""

import math
from numbers import Integral, Real

import numpy as np
from sklearn.metrics import get_scorer_names
from sklearn.utils._param_validation import Interval, Options, StrOptions

from ..network import ACTIVATIONS, INITS, OPTIMIZERS, SCHEDULES


class FloatInterval(Interval):
    """An interval that excludes numbers beyond a float, such as 10**400."""

    def __contains__(self, value):
        try:
            return super().__contains__(value) and math.isfinite(value)
        except (TypeError, OverflowError):
            return False


POSITIVE_INTEGER = Interval(Integral, 1, None, closed="left")
POSITIVE = FloatInterval(Real, 0, None, closed="neither")
NOT_NEGATIVE_INTEGER = Interval(Integral, 0, None, closed="left")
NOT_NEGATIVE = FloatInterval(Real, 0, None, closed="left")
BETWEEN_0_AND_1 = FloatInterval(Real, 0, 1, closed="neither")
BELOW_ONE = FloatInterval(Real, 0, 1, closed="left")
AUTO = StrOptions({"auto"})

CONSTRAINTS: dict = {
    "hidden_layer_sizes": ["array-like", POSITIVE_INTEGER],
    "activation": [StrOptions(set(ACTIVATIONS)), tuple, list],
    "solver": [StrOptions({*OPTIMIZERS, "lbfgs"})],
    "alpha": [AUTO, NOT_NEGATIVE],
    "batch_size": [StrOptions({"auto", "full"}), POSITIVE_INTEGER],
    "learning_rate": [StrOptions(set(SCHEDULES))],
    "learning_rate_init": [AUTO, POSITIVE],
    "power_t": [NOT_NEGATIVE],
    "max_iter": [AUTO, NOT_NEGATIVE_INTEGER],
    "shuffle": ["boolean"],
    "random_state": ["random_state"],
    "tol": [NOT_NEGATIVE],
    "verbose": ["verbose"],
    "warm_start": ["boolean"],
    "momentum": [FloatInterval(Real, 0, 1, closed="both")],
    "nesterovs_momentum": ["boolean"],
    "average": ["boolean"],
    "early_stopping": ["boolean"],
    "validation_fraction": [BELOW_ONE],
    "beta_1": [BELOW_ONE],
    "beta_2": [BELOW_ONE],
    "epsilon": [POSITIVE],
    "n_iter_no_change": [AUTO, POSITIVE_INTEGER, Options(Real, {np.inf})],
    "max_fun": [POSITIVE_INTEGER],
    "fit_intercept": ["boolean"],
    "init": [StrOptions(set(INITS))],
    "coefs_init": ["array-like", None],
    "intercepts_init": ["array-like", None],
    "scoring": [StrOptions({"loss", *get_scorer_names()}), callable, None],
    "engine": [StrOptions({"auto", "numpy", "compiled"})],
}
