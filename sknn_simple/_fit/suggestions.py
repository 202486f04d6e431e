"""Suggestions: "did you mean" for misspelt names and values."""

import difflib
import functools
import inspect
import math
import re
from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, TypeVar, cast

from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import Interval, Options, StrOptions

from ..network import ACTIVATIONS, LOSSES, Activation, Loss
from ..network.activations import NOT_COMPILED
from .constraints import OF_FUNCTIONS
from .other_names import (
    EQUIVALENTS,
    LOG_LOSS_OF_NUMBERS,
    REASONS,
    REMARKS,
    REMARKS_ON_VALUES,
    TO_SCALE_AUTO,
)

Method = TypeVar("Method", bound=Callable[..., Any])

PERCENTAGES = ("quantile", "validation_fraction")
"""Parameters between 0 and 1 that other libraries have in percent."""

TO_REGISTER = "as the user guide shows under 'Your own activation or loss'."


def _suggestion(name, allowed):
    """Return the most similar allowed name, or None, and a reason, or None.

    Only names of other libraries have reasons: a typing error needs none.
    """
    other = re.sub("[ -]", "_", name.lower())
    equivalent = [n for n in EQUIVALENTS if n in allowed and other in EQUIVALENTS[n]]
    # With a lower cutoff, 'iterations' would be close to 'activation', and 'log_cosh'
    # to 'log_loss'.
    similar = difflib.get_close_matches(other, sorted(allowed), n=1, cutoff=0.76)
    similar = equivalent + similar
    misspelt = {e: n for n in EQUIVALENTS if n in allowed for e in EQUIVALENTS[n]}
    close = difflib.get_close_matches(other, misspelt, n=1, cutoff=0.9)
    similar += [misspelt[name] for name in close]
    if not similar:
        return None, None
    return similar[0], REASONS.get(similar[0]) if equivalent else None


def did_you_mean(name, allowed, which=""):
    """Return " Did you mean ...?" for a name that is not allowed, or ""."""
    return _question(*_suggestion(name, allowed), which)


def _question(similar, reason, which=""):
    if similar is None:
        return ""
    return f" Did you mean {similar!r}{which}?" + (f" {reason}" if reason else "")


def _for_name(name, allowed):
    """Return a hint for a parameter that does not exist, or ""."""
    return f" {REMARKS[name]}" if name in REMARKS else did_you_mean(name, allowed)


def _listing(names):
    return f" The parameters are {', '.join(names)}."


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
            hint = _for_name(name, allowed) or _listing(sorted(allowed))
            raise TypeError(f"{cls.__name__} has no parameter {name!r}.{hint}")


def check_arguments(estimator, method_name, signature, args, given):
    """Raise TypeError unless a method takes these arguments and names of arguments."""
    _self, *parameters = signature.parameters.values()
    names = [parameter.name for parameter in parameters]
    required = [p.name for p in parameters if p.default is p.empty]
    if not isinstance(estimator, BaseEstimator):
        raise TypeError(
            f"{method_name} must be called on an estimator, not on its class. Create "
            "one with parentheses, as in SimpleMLPClassifier()."
            f"{method_name}({', '.join(required)})."
        )
    method = f"{type(estimator).__name__}.{method_name}"
    unknown = [name for name in given if name not in names]
    if unknown and not any(p.kind is p.VAR_KEYWORD for p in parameters):
        hint = _for_argument(unknown[0], names, option_names(type(estimator)) or ())
        raise TypeError(f"{method} has no parameter {unknown[0]!r}.{hint}")
    try:
        signature.bind(estimator, *args, **given)
    except TypeError as error:
        raise TypeError(f"{method}: {error}.{_listing(names)}") from None


def explaining_arguments(method: Method) -> Method:
    """Name the class of the estimator in errors of wrong arguments of `method`.

    The arguments are checked only after an error, so that predictions stay fast.
    """
    signature = inspect.signature(method)

    @functools.wraps(method)
    def explaining_method(estimator=None, /, *args, **kwargs):
        try:
            return method(estimator, *args, **kwargs)
        except (AttributeError, TypeError):
            check_arguments(estimator, method.__name__, signature, args, kwargs)
            raise

    return cast(Method, explaining_method)


def _for_argument(name, names, options):
    """Return a hint for an unknown argument of a method with these `names`."""
    if name in options:
        return " Pass it to the constructor."
    return (
        _for_name(name, names)
        or did_you_mean(name, options, ", a parameter of the constructor")
        or _listing(names)
    )


def for_names(cls, given):
    """Return a hint for the first unknown name, or ""."""
    allowed = option_names(cls) or given
    hints = [_for_name(name, allowed) for name in given if name not in allowed]
    return hints[0] if hints else ""


def for_value(name, options, constraints):
    """Return a hint for the value of an option that constraints refuse, or ""."""
    value = options[name]
    if name == "learning_rate" and isinstance(value, Real):
        return f" Write learning_rate_init={value}."
    if name == "hidden_layer_sizes":
        return " Write (10,) for one layer of 10 units."
    sizes = options.get("hidden_layer_sizes")
    if name == "activation" and all(isinstance(n, Integral) for n in (sizes, value)):
        return f" For two hidden layers, write {(sizes, value)}."
    if name in PERCENTAGES and isinstance(value, Real) and 1 < value < 100:
        return f" Write {name}={value / 100:g}."
    is_function = callable(value) or isinstance(value, Activation | Loss)
    if name in OF_FUNCTIONS and is_function:
        return for_function(name)
    number = _as_number(value, constraints)
    if number is not None:
        shown = f"float('{number}')" if number == math.inf else repr(number)
        return f" Write {name}={shown}."
    if name == "alpha" and isinstance(value, str):
        return f" {TO_SCALE_AUTO}"
    return _for_text(name, value, constraints) if isinstance(value, str) else ""


def for_function(name):
    """Return a hint for an option whose value is a function in place of its name."""
    return f" Register the function, and pass its name as {name}, {TO_REGISTER}"


def not_registered(option, name):
    """Return the message for a fitted network, one of whose functions is missing."""
    return (
        f"This model has {option}={name!r}, which is not registered. Register it in "
        f"this process first, {TO_REGISTER}"
    )


def why_refused(option, name):
    """Return why a registered function of the user's own is not allowed, or ""."""
    entry: Any = (LOSSES if option == "loss" else ACTIVATIONS).get(name)
    if entry is None or entry.code != NOT_COMPILED:
        return ""
    if option == "loss" and entry.for_labels:
        return " It is registered, but for classifiers, with for_labels=True."
    if option == "loss":
        return " It is registered, but without for_labels=True, for regressors."
    if entry.derivative is None:
        return " It is registered, but without a derivative."
    return (
        " It is registered, but this is also a built-in output. Register it under "
        "another name."
    )


def for_unknown_function(value, allowed):
    """Return a hint for the name of a function that is not registered."""
    similar, reason = _suggestion(value, allowed)
    hint = _question(similar, reason)
    if similar is not None and reason is None:
        return hint
    own = " If it is a function of your own, register it in this process, "
    return hint + own + TO_REGISTER


def _for_text(name, value, constraints):
    """Return a hint for a text that is not among the allowed ones, or ""."""
    if name in OF_FUNCTIONS and (why := why_refused(name, value)):
        return why
    remark = REMARKS_ON_VALUES.get(name, {}).get(value.lower())
    if remark is not None:
        return f" {remark}"
    names = [c.options for c in constraints if isinstance(c, StrOptions)]
    allowed = set().union(*names)
    hint = did_you_mean(value, allowed)
    is_for_labels = name == "loss" and "log_loss" not in allowed
    if not hint and is_for_labels and did_you_mean(value, {"log_loss"}):
        return f" {LOG_LOSS_OF_NUMBERS}"
    return for_unknown_function(value, allowed) if name in OF_FUNCTIONS else hint


def _as_number(value, constraints):
    """Return the number that a text or a float stands for, if it is allowed."""
    if not isinstance(value, str | Real):
        return None
    intervals = [c for c in constraints if isinstance(c, Interval | Options)]
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return None
    numbers = [int(number), number] if number.is_integer() else [number]
    allowed = (n for n in numbers if any(c.is_satisfied_by(n) for c in intervals))
    return next(allowed, None)
