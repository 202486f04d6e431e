"""Tests of values: missing, date or text."""

from datetime import date, time, timedelta

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


def holds_dates(array):
    """Return whether data hold dates or times."""
    if isinstance(array, list | tuple):
        array = np.asarray(array)
    # A data frame has several.
    dtypes = [array.dtype] if hasattr(array, "dtype") else getattr(array, "dtypes", ())
    kinds = {getattr(dtype, "kind", None) for dtype in dtypes}
    if "O" in kinds:
        values = np.asarray(array).flat
        return any(map(is_date, values))
    return bool(kinds & {"m", "M"})
