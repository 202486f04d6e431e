"""Tests of values: missing, date, text or another object."""

from datetime import date, time, timedelta
from numbers import Number

import numpy as np


def is_missing(value):
    """Return whether a value is None, or differs from itself like NaN and NaT."""
    try:
        return value is None or bool(value != value)
    except TypeError:  # a comparison of pandas.NA is neither True nor False
        return True
    except ValueError:  # an array is not a missing value
        return False


def is_date(value):
    """Return whether a value is a date or time, which would become a huge number."""
    is_any = isinstance(value, date | time | timedelta | np.datetime64 | np.timedelta64)
    is_any = is_any or type(value).__name__ == "Period"  # of pandas
    return is_any and not is_missing(value)


def is_text(value):
    """Return whether a value is a text that is not a number."""
    try:
        float(value)
    except (TypeError, ValueError) as error:
        return isinstance(error, ValueError)
    return False


def is_object(value):
    """Return whether a value is no number, text, date or missing value."""
    if isinstance(value, str | bytes | Number | np.generic):
        return False
    return not (is_date(value) or is_missing(value))
