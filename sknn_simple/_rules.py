"""Rules: what a value in a file must be, as text and as a test.

A test may raise any error for a value of the wrong type: the value is then refused.
"""

import math
from collections.abc import Callable
from contextlib import contextmanager
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils._param_validation import make_constraint

DAMAGED = "This file is damaged or was written by another program"


class RuleError(ValueError):
    """A value breaks a rule, which the message states."""


@contextmanager
def explaining(cause):
    """Raise ValueError with this cause, and the broken rule, if a rule is broken."""
    try:
        yield
    except RuleError as broken:
        raise ValueError(f"{cause}: {broken}.") from None


class Rule(NamedTuple):
    """What a value must be."""

    text: str
    holds: Callable[[Any], bool]
    kinds: tuple[str, ...] = ()  # of the part that the value is, if it is one
    may_be_missing: bool = False

    def check(self, name, value):
        """Raise RuleError, which names `name`, unless the rule holds for the value."""
        try:
            holds = self.holds(value)
        except MemoryError:
            raise
        except Exception:  # from objects that a file may contain
            holds = False
        if not holds:
            given = f"{type(value).__name__} {value!r:.80}".replace("\n", " ")
            raise RuleError(f"{name} must be {self.text}, got {given}")


def optional(rule):
    """Allow None as well."""
    return Rule(
        f"{rule.text}, or None",
        lambda value: value is None or rule.holds(value),
        rule.kinds,
    )


def or_missing(rule):
    """Allow the value to be missing."""
    return rule._replace(may_be_missing=True)


def part(*kinds):
    """Allow a part of one of these kinds."""
    return Rule(
        f"of kind {' or '.join(kinds)}",
        lambda value: type(value) is dict and value.get("kind") in kinds,
        kinds,
    )


def instance_of(*types):
    """Allow objects of these types."""
    return Rule(
        " or ".join(each.__name__ for each in types),
        lambda value: isinstance(value, types),
    )


BOOLEAN = instance_of(bool, np.bool_)


def integer(low, high=2**62):
    """Allow integers from `low` to `high`, by default what 64 bits hold."""
    return Rule(
        f"an integer from {low} to {high}",
        lambda value: (
            isinstance(value, Integral)
            and not isinstance(value, bool)
            and low <= value <= high
        ),
    )


def number(low=-math.inf, *, or_infinite=False, or_nan=False):
    """Allow finite numbers of at least `low`."""
    text = "a finite number" + f" of at least {low}" * math.isfinite(low)
    return Rule(
        text + ", or infinite" * or_infinite + ", or NaN" * or_nan,
        lambda value: (
            isinstance(value, Real)
            and (
                (math.isfinite(value) and value >= low)
                or (or_infinite and value == math.inf)
                or (or_nan and math.isnan(value))
            )
        ),
    )


def constrained(constraints):
    """Allow values that satisfy scikit-learn's parameter constraints."""
    constraints = [make_constraint(constraint) for constraint in constraints]
    return Rule(
        " or ".join(map(str, constraints)),
        lambda value: any(each.is_satisfied_by(value) for each in constraints),
    )


def one_of(names):
    """Allow only these names."""
    return Rule(
        f"one of {list(names)}",
        lambda value: isinstance(value, str) and value in names,
    )


def equal_to(expected):
    """Allow only this value: a number, a text, a tuple of these, or None."""
    return Rule(
        repr(expected),
        # 3.0 and True equal integers, also within a tuple.
        lambda value: type(value) is type(expected) and repr(value) == repr(expected),
    )


def _is_array(value):
    return type(value) in (np.ndarray, np.memmap)


def array(dtype, shape, low=-math.inf):
    """Allow contiguous arrays of finite numbers of at least `low`."""
    return Rule(
        f"a contiguous array of finite {np.dtype(dtype)} of shape {shape}"
        + f", at least {low}" * math.isfinite(low),
        lambda value: (
            _is_array(value)
            and value.dtype == dtype
            and value.shape == shape
            and value.flags.c_contiguous
            and bool(np.isfinite(value).all())
            and bool((value >= low).all())
        ),
    )


def list_of(rules):
    """Allow lists with one value per rule."""
    return Rule(
        f"a list of {[rule.text for rule in rules]}",
        lambda value: (
            isinstance(value, list)
            and len(value) == len(rules)
            and all(rule.holds(each) for rule, each in zip(rules, value, strict=True))
        ),
    )


def column_of(rule, length):
    """Allow lists of this length whose values satisfy the rule."""
    return Rule(
        f"a list of length {length}, each {rule.text}",
        lambda value: (
            type(value) is list and len(value) == length and all(map(rule.holds, value))
        ),
    )


def labels(low, high):
    """Allow arrays of `low` to `high` different labels in sorted order."""
    return Rule(
        f"an array of {low} to {high} different labels in sorted order",
        lambda value: (
            _is_array(value)
            and value.ndim == 1
            and low <= len(value) <= high
            and np.array_equal(np.unique(value), value)
        ),
    )


def names(length):
    """Allow arrays of `length` texts."""
    return Rule(
        f"an array of {length} names",
        lambda value: (
            _is_array(value)
            and value.shape == (length,)
            and all(isinstance(each, str) for each in value)
        ),
    )


RANDOM_STATE = Rule(
    "the state of a RandomState",
    lambda value: (
        value["bit_generator"] == "MT19937"
        and _is_array(key := value["state"]["key"])
        and (key.dtype, key.shape) == (np.uint32, (624,))
        and bool(key.any())
        # NumPy does not check the position within the 624 numbers.
        and integer(0, 624).holds(value["state"]["pos"])
        and integer(0, 1).holds(value["has_gauss"])
        and number().holds(value["gauss"])
    ),
)
