"""Data frames of pandas, polars and pyarrow: columns that hold no numbers are named."""

import datetime
import re

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse
from support import UNSTOPPED

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

SIZES = [1.0, 2.0, 3.0, 4.0]
LABELS = [0, 1, 0, 1]
FRAMES = [pd.DataFrame, pl.DataFrame, pa.table]
WRONG_VALUES = {
    "missing": ([None, 2.0, 3.0, 4.0], "NaN (missing values) in the columns ['when']"),
    "infinite": ([np.inf, 2.0, 3.0, 4.0], "must be finite, got inf in the columns ['"),
    "texts": (["u", "v", "u", "v"], "numbers, got the text 'u' in column 'when'. Enc"),
}


def refusals(X):
    """The errors of `fit` and `predict`, which are the same but for their cause."""
    good = pd.DataFrame({"size": SIZES, "when": SIZES})
    model = SimpleMLPClassifier((2,), max_iter=1, **UNSTOPPED).fit(good, LABELS)
    with pytest.raises((TypeError, ValueError)) as of_fit:
        SimpleMLPClassifier().fit(X, LABELS)
    with pytest.raises((TypeError, ValueError)) as of_predict:
        model.predict(X)
    assert of_fit.type is of_predict.type
    assert str(of_fit.value) == str(of_predict.value)
    return of_fit.value


@pytest.mark.parametrize(
    ("values", "message"), WRONG_VALUES.values(), ids=[*WRONG_VALUES]
)
def test_all_kinds_of_frames_have_the_same_messages(values, message):
    errors = [refusals(frame({"size": SIZES, "when": values})) for frame in FRAMES]
    assert {str(error) for error in errors} == {str(errors[0])}
    assert {type(error) for error in errors} == {ValueError}
    assert message in str(errors[0])


def test_columns_named_like_attributes_of_frames():
    for name in ("columns", "dtype", "schema", "column_names"):
        for frame in FRAMES:
            X = frame({name: [None, 2.0, 3.0, 4.0], "size": SIZES})
            with pytest.raises(ValueError, match=rf"NaN .* in the columns \['{name}'"):
                SimpleMLPClassifier().fit(X, LABELS)


DAY = datetime.datetime(2026, 11, 1)
TIMES = {
    "datetime": [DAY] * 4,
    "missing": [None, None, None, DAY],
    "date": [DAY.date()] * 4,
    "time": [datetime.time(3)] * 4,
    "duration": [datetime.timedelta(hours=1)] * 4,
}
ARROW_TIMES = [
    pa.array([DAY] * 4, pa.timestamp("s", "UTC")),
    pa.array([DAY.date()] * 4, pa.date64()),
    pa.array([DAY.date()] * 4).dictionary_encode(),
    pa.array([datetime.time(3)] * 4, pa.time32("s")),
]


def are_refused_as_dates(X):
    message = "X must hold numbers, got dates or times in the columns ['when']. Conv"
    return str(refusals(X)).startswith(message)


@pytest.mark.parametrize("values", TIMES.values(), ids=[*TIMES])
@pytest.mark.parametrize("frame", FRAMES)
def test_dates_and_times_are_refused(frame, values):
    """scikit-learn would read most of them as numbers since 1970."""
    assert are_refused_as_dates(frame({"size": SIZES, "when": values}))


@pytest.mark.parametrize("values", ARROW_TIMES, ids=lambda values: str(values.type))
def test_times_of_pyarrow_are_refused(values):
    assert are_refused_as_dates(pa.table({"size": SIZES, "when": values}))


def test_columns_of_pyarrow_with_equal_names():
    table = pa.Table.from_arrays([pa.array(SIZES)] * 2, ["size", "size"])
    message = r"^X must have unique column names, .* of the names \['size'\]\. Rename"
    with pytest.raises(ValueError, match=message):
        SimpleMLPClassifier().fit(table, LABELS)


@pytest.mark.parametrize(
    ("value", "shown", "advice"),
    [
        (
            pd.Interval(0.0, 1.0),
            "Interval(0.0, 1.0, closed='right')",
            "Pass the numbers of the intervals: pandas.cut(..., labels=False).",
        ),
        ([1, 2], "[1, 2]", "Make a column of each element, for instance with numpy."),
        ((1, 2), "(1, 2)", "Make a column of each element, for instance with numpy."),
        (np.ones(2), "array([1., 1.])", "Make a column of each element, for in"),
        ({1}, "{1}", "Make columns of the labels in it with MultiLabelBinarizer."),
        ({"u": 1}, "{'u': 1}", "Make columns of its entries, for instance with"),
        (len, "<built-in function len>", "Convert such values to numbers, or drop"),
    ],
    ids=["interval", "list", "tuple", "array", "set", "dict", "function"],
)
def test_objects_are_shown_with_their_column(value, shown, advice):
    frame = pd.DataFrame({"size": SIZES, "when": [None, value, value, value]})
    array, rows = frame.to_numpy(), [[size, value] for size in SIZES]
    for X, name in ((frame, "'when'"), (array, "1"), (rows, "1")):
        with pytest.raises((TypeError, ValueError)) as error:
            SimpleMLPClassifier().fit(X, LABELS)
        start = (
            f"X must hold numbers, got the object {shown} in column {name}. {advice}"
        )
        assert str(error.value).startswith(start)


@pytest.mark.parametrize("frame", [pl.DataFrame, pa.table])
def test_lists_in_frames_of_other_libraries(frame):
    message = r"numbers, got the object array\(\[1, 2\]\) in column 'when'\. Make a co"
    X = frame({"size": SIZES, "when": [[1, 2]] * 4})
    assert re.search(message, str(refusals(X)))


def test_record_batches():
    """scikit-learn would read columns in another order as those of the fit."""
    batch = pa.record_batch({"size": SIZES, "when": SIZES[::-1]})
    assert "X must be an array or data frame, got a RecordBatch" in str(refusals(batch))
    table = pa.Table.from_batches([batch])
    model = SimpleMLPRegressor((2,), max_iter=1, **UNSTOPPED).fit(table, SIZES)
    with pytest.raises(ValueError, match=r"should match those that were passed"):
        model.predict(table.select(["when", "size"]))


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "dia"])
def test_columns_of_sparse_matrices_are_shown(form):
    X = np.zeros((4, 3))
    X[0] = 1.0
    for value, message in ((np.nan, "X contains NaN"), (np.inf, "X must be finite")):
        X[2, 1] = value
        with pytest.raises(ValueError, match=rf"^{message}.* in the columns \[1\]\. "):
            SimpleMLPClassifier().fit(sparse.coo_array(X).asformat(form), LABELS)
