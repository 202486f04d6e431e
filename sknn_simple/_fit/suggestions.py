"""Suggestions: "did you mean" for misspelt names and values."""

import difflib
import functools
import inspect
from numbers import Real

from sklearn.utils._param_validation import StrOptions

EQUIVALENTS = {
    "logistic": ["sigmoid"],
    "identity": ["linear"],
    "relu": ["rectifier"],
    "leaky_relu": ["leakyrelu", "lrelu"],
    "quantile": ["pinball", "pinball_loss", "tau"],
    "huber": ["huber_loss", "smooth_l1"],
    "huber_threshold": ["delta", "huber_delta", "huber_slope"],
    "mean_squared_error": ["mse"],
    "sum_squared_error": ["sse", "sum_of_squares"],
    "absolute_error": ["mae", "mean_absolute_error"],
    "log_loss": [
        "cross_entropy",
        "crossentropy",
        "categorical_crossentropy",
        "binary_crossentropy",
    ],
    "sgd": ["gd", "gradient_descent"],
    "lbfgs": ["bfgs", "l-bfgs"],
    "glorot_uniform": ["xavier"],
    "lecun_uniform": ["lecun"],
    "compiled": ["numba"],
    "max_iter": ["epochs", "n_epochs", "num_epochs"],
    "learning_rate_init": ["lr", "lr_init", "eta", "eta0"],
    "hidden_layer_sizes": ["hidden", "hidden_layers", "hidden_units", "layers"],
    "alpha": ["weight_decay", "l2"],
    "solver": ["optimizer"],
    "random_state": ["seed"],
    "n_iter_no_change": ["patience"],
    "fit_intercept": ["bias", "use_bias"],
    "scoring": ["metric"],
    "validation_fraction": ["validation_split"],
}
"""Names here, and their equivalents in other libraries."""

SYNONYMS = {other: name for name, others in EQUIVALENTS.items() for other in others}


def did_you_mean(name, allowed):
    """Return " Did you mean ...?" for a name that is not allowed, or ""."""
    known = SYNONYMS.get(name.lower().replace(" ", "_"))
    if known in allowed:
        return f" Did you mean {known!r}?"
    close = difflib.get_close_matches(name.lower(), sorted(allowed), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


@functools.cache
def option_names(cls):
    """Return the names of the constructor's parameters, or None if it has **kwargs."""
    _self, *parameters = inspect.signature(cls.__init__).parameters.values()
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return None
    return frozenset(p.name for p in parameters)


def check_option_names(cls, given):
    """Raise TypeError if one of the `given` names is not a parameter of `cls`."""
    allowed = option_names(cls)
    for name in given if allowed is not None else ():
        if name not in allowed:
            raise TypeError(
                f"{cls.__name__} has no parameter {name!r}."
                f"{did_you_mean(name, allowed)}"
            )


def check_argument_names(cls, method_name, parameters, given):
    """Raise TypeError if a `given` name is not one of the parameters of a method."""
    unknown = [name for name in given if name not in parameters]
    if not unknown or any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return
    name, options = unknown[0], option_names(cls) or ()
    if name in options:
        hint = " Pass it to the constructor."
    elif not (hint := did_you_mean(name, parameters)):
        of_constructor = ", a parameter of the constructor?"
        hint = did_you_mean(name, options).replace("?", of_constructor)
    raise TypeError(f"{cls.__name__}.{method_name} has no parameter {name!r}.{hint}")


def for_names(cls, given):
    """Return " Did you mean ...?" for the first unknown name, or ""."""
    allowed = option_names(cls) or given
    hints = [did_you_mean(name, allowed) for name in given if name not in allowed]
    return hints[0] if hints else ""


def for_value(estimator):
    """Return a hint for the first option with an unknown string, or ""."""
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
        if name == "learning_rate" and isinstance(value, Real):
            return " A rate is given as learning_rate_init."
    return ""
