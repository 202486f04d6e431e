"""Data errors: clearer messages for data that scikit-learn's validation refuses."""

import math
import re
from collections.abc import Sized
from numbers import Number
from typing import Any, NamedTuple

import numpy as np

from .tables import columns_of
from .target_checks import infinite_target
from .text_columns import TextColumn, advice_on_texts
from .values import is_missing, is_object


class Data(NamedTuple):
    """Data as given; None for those that are not checked together."""

    X: Any = None
    y: Any = None
    sample_weight: Any = None


def clearer_message(error, data):
    """Return a message about Data that says more than scikit-learn's, or None."""
    for pattern, describe in DESCRIPTIONS.items():
        if found := re.search(pattern, str(error)):
            return describe(found, data)
    return None


def check_is_data(name, data):
    """Raise ValueError if X or y is a text, a number, lazy or a structured array.

    A text may be the name of a file or column; tables of FITS files are structured.
    """
    if type(data).__name__ == "LazyFrame":  # of polars
        raise ValueError(
            f"{name} must hold data, got a LazyFrame, which is a query. Pass its "
            "collect()."
        )
    fields = getattr(getattr(data, "dtype", None), "names", None)
    if fields is not None:
        raise ValueError(_structured_array(name, [*fields]))
    if type(data).__name__ == "RecordBatch":  # of pyarrow
        raise ValueError(
            f"{name} must be an array or data frame, got a RecordBatch, whose "
            "column names scikit-learn does not read. Pass "
            "pyarrow.Table.from_batches([batch])."
        )
    if not isinstance(data, str | bytes | Number):
        return
    is_text = not isinstance(data, Number)
    got = f"got the {'text' if is_text else 'number'} {data!r:.60}"
    if name == "y":
        next_step = f" Pass df[{data!r:.60}]." if is_text else ""
        raise ValueError(f"y must hold one target per row, {got}.{next_step}")
    next_step = "Pass one row per sample."
    if is_text:
        next_step = "Read the file first, for instance with pandas.read_csv."
    raise ValueError(f"{name} must be an array or data frame, {got}. {next_step}")


def check_are_weights(sample_weight):
    """Raise ValueError if the weights are a text, which may be the name of a column."""
    if isinstance(sample_weight, str):
        next_step = f"Pass an array, such as df[{sample_weight!r:.60}]."
        if sample_weight == "balanced":
            next_step = 'For a classifier, use class_weight="balanced".'
        raise ValueError(
            "sample_weight must hold one weight per row, got the text "
            f"{sample_weight!r:.60}. {next_step}"
        )


def _structured_array(name, fields):
    got = f"got a structured array of the fields {fields[:5]}"
    if name == "y":
        next_step = (
            f"Pass one field, such as y[{fields[0]!r}]; if they are times and events, "
            "follow 'Times until an event' in the user guide."
        )
        return f"y must be an array of labels or numbers, {got}. {next_step}"
    return (
        f"{name} must be a plain array or a data frame, {got}. Convert it with "
        "numpy.lib.recfunctions.structured_to_unstructured or pandas.DataFrame."
    )


def check_no_lists_of_labels(y):
    """Raise ValueError if the rows of y are sets or lists of any number of labels."""
    is_list = isinstance(y, list | tuple)
    is_object = getattr(getattr(y, "dtype", None), "kind", None) == "O"
    if not is_list and (not is_object or np.ndim(y) == 0):
        return
    rows = [row for row in y if isinstance(row, list | tuple | set | frozenset)]
    if is_list and len({len(row) for row in rows if isinstance(row, list | tuple)}) < 2:
        rows = [row for row in rows if isinstance(row, set | frozenset)]
    if rows:
        raise ValueError(
            "y must hold one label per row, or be a multilabel indicator matrix of "
            f"zeros and ones, got the labels {rows[0]!r:.60}. Convert such rows with "
            "sklearn.preprocessing.MultiLabelBinarizer().fit_transform(y)."
        )


def in_columns(names):
    """Return " in the columns ...", or "" for no names."""
    where = f" in the columns {names[:5]}" if names else ""
    return where + f" and in {len(names) - 5} more" * (len(names) > 5)


def _one_dimension(found, data):
    """Describe an X that is not a table."""
    if message := _no_rows(found, data):
        return message
    if np.ndim(data.y) == 2:
        next_step = "Were X and y swapped?"
    elif hasattr(data.X, "to_frame"):  # a Series
        next_step = (
            "Use X.to_frame() for a single feature, or select a single row of a table "
            "as a table, for instance with df.iloc[[0]]."
        )
    else:
        next_step = (
            "Reshape your data: X.reshape(-1, 1) is a single feature, X.reshape(1, -1) "
            "a single sample."
        )
    return (
        "X must have one row per sample and one column per feature, got shape "
        f"{np.shape(data.X)}. {next_step}"
    )


def _three_dimensions(found, data):
    """Advise by the shape of y, which shows what a sample is."""
    shape, shape_y = np.shape(data.X), np.shape(data.y)
    if len(shape) <= 2:
        return None
    whole, vectors = "X.reshape(len(X), -1)", f"X.reshape(-1, {shape[-1]})"
    next_step = f"Use {whole}."
    if shape_y == shape[:-1]:
        next_step = f"y has one target per feature vector: use {vectors} and y.ravel()."
    elif shape_y == (math.prod(shape[:-1]),):
        next_step = f"y has one target per feature vector: use {vectors}."
    elif data.y is None:
        next_step = (
            f"Use {whole} if each X[i] is a sample, or {vectors} if the last axis "
            "holds the features."
        )
    return f"X must be two-dimensional, got shape {shape}. {next_step}"


def _no_rows(found, data):
    shape = np.shape(data.X)
    if shape[:1] != (0,):
        return None
    return f"X has no rows, got shape {shape}. Pass at least one sample."


def _rows_of_different_lengths(found, data):
    rows = data.X if isinstance(data.X, list | tuple) else []
    lengths = [len(row) if isinstance(row, Sized) else 1 for row in rows]
    for row, length in enumerate(lengths):
        if length != lengths[0]:
            return (
                f"X must have rows of the same length, got {lengths[0]} in row 0 and "
                f"{length} in row {row}. Fill in the missing values, or drop such rows."
            )
    return _objects(found, data)


def _missing_values(found, data):
    return missing_values(data.X)


def missing_values(X):
    """Return the message about missing values in X, with their columns."""
    columns = [name for name, values in columns_of(X) if _has_missing(values)]
    return (
        f"X contains NaN (missing values){in_columns(columns)}. Fill them with "
        "SimpleImputer, or drop these rows."
    )


def _infinite_values(found, data):
    """Name the columns with numbers that are infinite in the dtype."""
    dtype = found[1]
    columns = {name: _infinite(values, dtype) for name, values in columns_of(data.X)}
    columns = {name: values for name, values in columns.items() if len(values)}
    value = next((values[0] for values in columns.values()), np.inf)
    next_step = "Replace infinity by NaN and use SimpleImputer, or drop these rows."
    if value == -np.inf:
        next_step = f"np.log of 0 gives -inf, but np.log1p does not. {next_step}"
    elif value != np.inf:
        next_step = f"Scale these columns: {dtype} can't hold such numbers."
    return f"X must be finite, got {value}{in_columns([*columns])}. {next_step}"


def _infinite(values, dtype):
    """Return the values of a column that are infinite in a dtype."""
    return values[np.isinf(values.astype(dtype))]


def _infinite_targets(found, data):
    return infinite_target(np.asarray(data.y, dtype=float))


def _weight_that_is_not_finite(found, data):
    """Show the first such weight; found[1] is the dtype of a number too large."""
    as_float = np.dtype(found[1] or float).type
    for index, weight in enumerate(np.asarray(data.sample_weight)):
        if is_missing(weight) or np.isinf(as_float(weight)):
            return (
                f"sample_weight must be finite, got {weight} at index {index}. Replace "
                "this weight, or drop the sample."
            )
    return None


def _has_missing(values):
    if values.dtype.kind == "f":
        return np.isnan(values).any()
    return any(map(is_missing, values))


def _text(found, data):
    """Show a text of each column that holds some, and how to convert the columns."""
    columns = columns_of(data.X)
    is_alone = len(columns) == 1
    columns = [TextColumn.of(name, values, is_alone) for name, values in columns]
    columns = [column for column in columns if column.texts]
    if not columns:
        return None
    shown = ", ".join(column.first_text for column in columns[:5])
    more = f" and in {len(columns) - 5} more columns" * (len(columns) > 5)
    advice = advice_on_texts(columns)
    return f"X must hold numbers, got the text {shown}{more}. {advice}"


ADVICE = "Convert such values to numbers, or drop the column."
ADVICE_ON_OBJECTS = {
    "Interval": "Pass the numbers of the intervals: pandas.cut(..., labels=False).",
    "dict": "Make columns of its entries, for instance with DictVectorizer.",
    "set": "Make columns of the labels in it with MultiLabelBinarizer.",
    **dict.fromkeys(
        ["list", "tuple", "ndarray"],
        "Make a column of each element, for instance with numpy.stack; for "
        "varying numbers of labels, use MultiLabelBinarizer.",
    ),
}
"""How to convert objects of a type to numbers."""


def _objects(found, data):
    """Show an object that is no number, and how to convert it."""
    for name, values in columns_of(data.X):
        for value in filter(is_object, values):
            advice = ADVICE_ON_OBJECTS.get(type(value).__name__, ADVICE)
            # scikit-learn's checks of estimators look for the words of this error.
            cause = f" ({found[0]})" if found[0].startswith("float") else ""
            return (
                f"X must hold numbers, got the object {value!r:.60} in column "
                f"{name!r}. {advice}{cause}"
            )
    return None


def _different_lengths(found, data):
    n_rows, n_targets = found.groups()
    next_step = (
        "Pass one target per row of X. (train_test_split returns X_train, X_test, "
        "y_train, y_test, in this order.)"
    )
    if np.shape(data.X)[1:] == (int(n_targets),):
        next_step = f"X has {n_targets} columns: if each is a sample, pass X.T."
    return (
        f"X and y must have the same number of samples, got {n_rows} and {n_targets}. "
        f"{next_step}"
    )


def _shape_of_weights(found, data):
    given, expected = found.groups()
    return (
        f"sample_weight must be of shape {expected}, got {given}. Pass one weight per "
        "row of X."
    )


# Each takes the match of its pattern in the message, and the Data.
DESCRIPTIONS = {
    r"Expected (?:2D array|2D input|a 2-dim)": _one_dimension,
    r"Found array with dim": _three_dimensions,
    r"Found array with 0 sample|at least one array or dtype": _no_rows,
    r"inhomogeneous shape": _rows_of_different_lengths,
    r"^Input X contains NaN": _missing_values,
    r"^Input X contains infinity.* dtype\('(\w+)'\)": _infinite_values,
    r"^Input y contains infinity": _infinite_targets,
    r"^Input sample_weight .* (?:NaN|dtype\('(\w+)'\))": _weight_that_is_not_finite,
    r"could not convert string": _text,
    r"float\(\) argument must be.*|setting an array element": _objects,
    r"inconsistent numbers of samples: \[(\d+), (\d+)\]": _different_lengths,
    r"sample_weight.shape == (.*), expected (.*)!": _shape_of_weights,
}
"""Functions that describe an error, by a pattern in scikit-learn's message."""
