"""Suggestions: "did you mean" for misspelt names and values."""

import difflib
import functools
import inspect

from sklearn.utils._param_validation import StrOptions

SYNONYMS = {
    "sigmoid": "logistic",
    "linear": "identity",
    "rectifier": "relu",
    "mse": "squared_error",
    "mean_squared_error": "squared_error",
    "mae": "absolute_error",
    "mean_absolute_error": "absolute_error",
    "cross_entropy": "log_loss",
    "crossentropy": "log_loss",
    "categorical_crossentropy": "log_loss",
    "binary_crossentropy": "log_loss",
    "gd": "sgd",
    "gradient_descent": "sgd",
    "bfgs": "lbfgs",
    "l-bfgs": "lbfgs",
    "xavier": "glorot_uniform",
    "lecun": "lecun_uniform",
    "numba": "compiled",
    "cython": "compiled",
    "epochs": "max_iter",
    "n_epochs": "max_iter",
    "num_epochs": "max_iter",
    "lr": "learning_rate_init",
    "eta": "learning_rate_init",
    "eta0": "learning_rate_init",
    "hidden_layers": "hidden_layer_sizes",
    "hidden_units": "hidden_layer_sizes",
    "layers": "hidden_layer_sizes",
    "weight_decay": "alpha",
    "l2": "alpha",
    "optimizer": "solver",
    "seed": "random_state",
    "patience": "n_iter_no_change",
    "bias": "fit_intercept",
    "use_bias": "fit_intercept",
    "metric": "scoring",
    "validation_split": "validation_fraction",
}
"""Names in other libraries, and their equivalents here."""


def did_you_mean(name, allowed):
    """Return " Did you mean ...?" for a name that is not allowed, or ""."""
    known = SYNONYMS.get(name.lower().replace(" ", "_"))
    if known in allowed:
        return f" Did you mean {known!r}?"
    close = difflib.get_close_matches(name.lower(), sorted(allowed), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


@functools.cache
def _option_names(cls):
    """Return the names of the constructor's parameters, or None if it has **kwargs."""
    parameters = inspect.signature(cls.__init__).parameters.values()
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return None
    return frozenset(p.name for p in parameters)


def check_option_names(cls, given):
    """Raise TypeError if one of the `given` names is not a parameter of `cls`."""
    allowed = _option_names(cls)
    for name in given if allowed is not None else ():
        if name not in allowed:
            raise TypeError(
                f"{cls.__name__} has no parameter {name!r}."
                f"{did_you_mean(name, allowed)}"
            )


def for_value(estimator):
    """Return " Did you mean ...?" for the first option with an unknown string."""
    for name, constraints in estimator._parameter_constraints.items():
        value = getattr(estimator, name)
        allowed = {
            option
            for constraint in constraints
            if isinstance(constraint, StrOptions)
            for option in constraint.options
        }
        if isinstance(value, str) and allowed and value not in allowed:
            return did_you_mean(value, allowed)
    return ""
