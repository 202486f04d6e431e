"""Target checks: labels that are missing, and numbers that a network cannot learn."""

import numpy as np
from sklearn.utils.validation import column_or_1d

from .tables import columns_with_dates
from .text_columns import advice_on_comma
from .values import is_missing, is_text

NEXT_STEP = "Drop this sample, or fill in its value."
NEXT_STEP_FOR_OUTPUTS = (
    "Drop this sample, fill in the value, or train a network per output on the samples "
    "that have it."
)


def check_not_missing(y, name="y", next_step=None):
    """Raise ValueError if a label is missing; such labels cannot be sorted."""
    if y is None or hasattr(y, "toarray"):
        return
    labels, y = y, np.asarray(y)
    if isinstance(labels, list | tuple) and y.dtype.kind == "U":
        y = np.asarray(labels, object)  # otherwise NaN becomes the text "nan"
    if y.ndim == 0 or y.dtype.kind not in "fcmMO":
        return
    if y.dtype.kind == "O":
        missing = np.array([is_missing(v) for v in y.flat], bool).reshape(y.shape)
    else:
        missing = y != y
    if missing.any():
        where = tuple(np.argwhere(missing)[0])
        raise ValueError(
            f"{name} must not have missing values, got {y[where]!s} at index "
            f"{where[0]}{_column_and_cure(y, where, next_step)}"
        )


def check_numbers(y):
    """Raise ValueError unless a regressor can predict `y`."""
    y = np.asarray(y)
    if columns_with_dates(y):
        raise ValueError(
            "y must be numbers for a regressor, got dates or times. Convert durations, "
            "for instance to days with y / np.timedelta64(1, 'D'), and dates to "
            "durations, with y - y.min()."
        )
    values = y.flat if y.dtype.kind in "OSU" else ()
    texts = [value for value in values if isinstance(value, str | bytes)]
    if texts:
        words = [str(text) for text in texts if is_text(text)]
        text = words[0] if words else str(texts[0])
        next_step = "Convert y to numbers, or use SimpleMLPClassifier for labels."
        if not words:
            next_step = "Convert y to numbers, for instance with y.astype(float)."
        raise ValueError(
            f"y must be numbers for a regressor, got the text {text[:60]!r}. "
            f"{advice_on_comma(text) or next_step}"
        )


def check_finite(y):
    """Raise ValueError if a number is infinite."""
    if np.isinf(y).any():
        raise ValueError(infinite_target(y))


def infinite_target(y):
    """Return the message about the first infinite number."""
    where = tuple(np.argwhere(np.isinf(y))[0])
    of_log = " np.log of 0 gives -inf, but np.log1p does not." if y[where] < 0 else ""
    return (
        f"y must be finite, got {y[where]} at index {where[0]}"
        f"{_column_and_cure(y, where)}{of_log}"
    )


def _column_and_cure(y, where, next_step=None):
    """Return the end of a message about an invalid value of y, after its row."""
    if y.shape[1:] > (1,):
        return f", output {where[1]}. {next_step or NEXT_STEP_FOR_OUTPUTS}"
    return f". {next_step or NEXT_STEP}"


def check_shape(y):
    """Return y as a dense array, a single column as a vector."""
    if hasattr(y, "toarray"):
        y = y.toarray()
    if y.ndim > 2:
        raise ValueError(
            f"y must be of shape (n_samples,) or (n_samples, n_outputs), got {y.shape}."
        )
    if y.ndim == 2 and y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    return y


def plain_labels(y):
    """Return y, with NumPy's strings of variable length as objects."""
    is_strings = getattr(getattr(y, "dtype", None), "kind", None) == "T"
    return y.astype(object) if is_strings else y
