"""Data errors: clearer messages for data that scikit-learn's validation refuses."""

import re

import numpy as np


def clearer_message(error, arrays):
    """Return a message that says more than scikit-learn's `error` does, or None.

    `arrays` are the data by name.
    """
    for pattern, describe in DESCRIPTIONS.items():
        if found := re.search(pattern, str(error)):
            return describe(found, arrays.get("X"), arrays.get("y"))
    return None


def is_missing(value):
    """Return whether a value is None, or differs from itself like NaN and NaT."""
    try:
        return value is None or bool(value != value)
    except TypeError:  # a comparison of pandas.NA is neither True nor False
        return True
    except ValueError:  # an array is not a missing value
        return False


def _one_dimension(found, X, y):
    """Describe X that is no table."""
    if np.ndim(y) == 2:
        next_step = "Were X and y swapped?"
    else:
        next_step = (
            "Reshape your data: X.reshape(-1, 1) is a single feature, X.reshape(1, -1) "
            "a single sample."
        )
    return (
        "X must have one row per sample and one column per feature, got shape "
        f"{np.shape(X)}. {next_step}"
    )


def _rows_of_different_lengths(found, X, y):
    lengths = [] if X is None else [np.size(row) for row in X]
    for row, length in enumerate(lengths):
        if length != lengths[0]:
            return (
                f"X must have rows of the same length, got {lengths[0]} in row 0 and "
                f"{length} in row {row}. Fill in the missing values, or drop such rows."
            )
    return None


def _missing_values(found, X, y):
    """Name the columns of a data frame, before scikit-learn's advice."""
    columns = [
        column
        for column in getattr(X, "columns", ())
        if any(map(is_missing, np.asarray(X[column], dtype=object)))
    ]
    if not columns:
        return None
    return f"X has missing values in the columns {columns}. {found.string}"


def _text(found, X, y):
    """Describe the first text among the samples."""
    text, where = _find_text(X)
    if text is None:
        return None
    next_step = "Encode categories as numbers, for instance with OneHotEncoder."
    if re.fullmatch(r"\s*[-+]?[\d.]*,\d+\s*", text):
        next_step = (
            "Write decimals with a point, or read the file with "
            "pandas.read_csv(..., decimal=',')."
        )
    return f"X must hold numbers, got the text {text[:60]!r}{where}. {next_step}"


def _find_text(X):
    """Return the first text that is no number, or None, and in which column it is."""
    columns = getattr(X, "columns", None)
    parts = [("", X)] if columns is None else [(c, X[c]) for c in columns]
    for column, values in parts:
        for value in np.asarray(values, dtype=object).flat:
            try:
                float(value)
            except ValueError:
                return str(value), "" if columns is None else f" in column {column!r}"
            except TypeError:
                continue
    return None, ""


def _different_lengths(found, X, y):
    n_rows, n_targets = found.groups()
    return (
        f"X and y must have the same number of samples, got {n_rows} and {n_targets}. "
        "Pass one target per row of X."
    )


def _shape_of_weights(found, X, y):
    given, expected = found.groups()
    return (
        f"sample_weight must be of shape {expected}, got {given}. Pass one weight per "
        "row of X."
    )


# Each takes the match of its pattern in the message, and X and y or None.
DESCRIPTIONS = {
    r"Expected (?:2D array|2D input|a 2-dim)": _one_dimension,
    r"inhomogeneous shape": _rows_of_different_lengths,
    r"^Input X contains NaN": _missing_values,
    r"could not convert string": _text,
    r"inconsistent numbers of samples: \[(\d+), (\d+)\]": _different_lengths,
    r"sample_weight.shape == (.*), expected (.*)!": _shape_of_weights,
}
"""Functions that describe an error, by a pattern in scikit-learn's message."""
