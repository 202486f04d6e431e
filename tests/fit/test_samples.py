"""X and weights: bad ones are refused before any work, good ones in any layout."""

import datetime
import functools
import pickle
import re

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.lib.recfunctions import (
    structured_to_unstructured,
    unstructured_to_structured,
)
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone, is_regressor
from sklearn.datasets import load_iris
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from support import ENGINES, KINDS, UNSTOPPED, Tensor

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

X, LABELS = load_iris(return_X_y=True)
NUMBERS = X[:, 0].copy()


def with_value(value):
    bad = X.copy()
    bad[3, 1] = value
    return bad


BAD_X = [
    (with_value(np.nan), "NaN"),
    (with_value(np.inf), r"X must be finite, got inf in the columns \[1\]\. Replace"),
    (sparse.csr_matrix(with_value(np.nan)), "NaN"),
    (np.empty((0, 4)), r"X has no rows, got shape \(0, 4\)\. Pass at least one"),
    (pd.DataFrame(), r"X has no rows, got shape \(0, 0\)\. Pass at least one"),
    ([], r"X has no rows, got shape \(0,\)\. Pass at least one"),
    (np.empty((150, 0)), "minimum of 1 is required"),
    (X[:, 0], r"X must have one row per sample .* got shape \(150,\)\. "),
    (
        X[:, :, None],
        r"must be two-dimensional, got shape \(150, 4, 1\)\. Use X.reshape\(len",
    ),
    (X + 1j, "Complex data"),
    (np.array([["a"] * 4] * 150, dtype=object), "must hold numbers, got the text 'a'"),
]


@KINDS
@pytest.mark.parametrize(("bad", "message"), BAD_X, ids=[case[1] for case in BAD_X])
def test_bad_inputs(kind, y, bad, message):
    with pytest.raises((ValueError, TypeError), match=message):
        kind().fit(bad, y)
    fitted = kind((3,), max_iter=1, n_iter_no_change=np.inf).fit(X, y)
    with pytest.raises((ValueError, TypeError), match=message):
        fitted.predict(bad)


@KINDS
def test_predict_with_another_number_of_features(kind, y):
    fitted = kind((3,), max_iter=1, n_iter_no_change=np.inf).fit(X, y)
    with pytest.raises(ValueError, match=r"X has 3 features, but .* 4"):
        fitted.predict(X[:, :3])


@KINDS
def test_masked_values(kind, y):
    """scikit-learn would train on the hidden values."""
    masked = np.ma.masked_array(X, X > 7)
    model = kind(max_iter=2, n_iter_no_change=np.inf)
    with pytest.raises(ValueError, match="X must not have masked values"):
        model.fit(masked, y)
    with pytest.raises(ValueError, match="y must not have masked values"):
        model.fit(X, np.ma.masked_array(y, y > 1))
    model.fit(np.ma.masked_array(X), y)  # nothing is masked
    with pytest.raises(ValueError, match="X must not have masked values"):
        model.predict(masked)


@KINDS
def test_integers_too_large_for_a_float(kind, y):
    huge = X.astype(object)
    huge[0, 0] = 10**400
    with pytest.raises(ValueError, match="X and y must hold numbers that a float can"):
        kind().fit(huge, y)
    with pytest.raises(ValueError, match="X must hold numbers that a float can hold"):
        kind(max_iter=2, n_iter_no_change=np.inf).fit(X, y).predict(huge)


@KINDS
def test_samples_at_both_ends_of_the_floating_range(kind, y):
    """scikit-learn's check sums them: infinity minus infinity."""
    extreme = np.finfo(float).max / 4 * np.sign(X - X.mean(axis=0))
    model = kind((3,), max_iter=2, n_iter_no_change=np.inf).fit(extreme, y)
    assert np.isfinite(model.score(extreme.tolist(), y))


@KINDS
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_matrix])
def test_samples_whose_weighted_sums_overflow(kind, y, engine, dtype, container):
    """Engines add in different orders, so that only one of them might overflow."""
    large = np.full((150, 30), np.finfo(dtype).max, dtype)
    model = kind((3,), engine=engine, max_iter=2, random_state=0)
    message = rf"X is too large for the first layer.*overflow {dtype.__name__}: X is"
    for solver in ("sgd", "adam", "lbfgs"):
        with pytest.raises(ValueError, match=message):
            model.set_params(solver=solver).fit(container(large), y)
    labels = {} if is_regressor(model) else {"classes": np.unique(y)}
    model.set_params(solver="sgd").partial_fit(np.zeros_like(large), y, **labels)
    with pytest.raises(ValueError, match=message):
        model.partial_fit(container(large), y)


@pytest.mark.parametrize("solver", ["sgd", "adam"])
@pytest.mark.parametrize("loss", ["squared_error", "sum_squared_error"])
def test_the_automatic_rate_for_huge_samples_has_all_digits(solver, loss):
    """Divided by such inputs and weights it would become 0, or lose digits."""
    X, weights = np.full((12, 1), 5e307), np.full(12, 1e150)
    model = SimpleMLPRegressor((3,), solver=solver, loss=loss, random_state=0)
    model.set_params(max_iter=1, **UNSTOPPED).fit(X, np.arange(12), weights)
    assert model.history_["learning_rate"][0] >= np.finfo(float).tiny


def test_samples_too_large_for_the_network():
    line = SimpleMLPRegressor.from_coefs([[[2.0], [-2.0]]])
    assert line.predict([[4e307, 4e307]]) == 0
    for samples in ([[1e308, -1e308]], [[1e308, 1e308]]):
        with pytest.raises(ValueError, match="X is too large for this network"):
            line.predict(samples)
    exponential = SimpleMLPRegressor.from_coefs([[[1.0]]], loss="poisson")
    assert np.isfinite(exponential.predict([[709.0]]))
    with pytest.raises(ValueError, match="X is too large for this network"):
        exponential.predict([[710.0]])


@KINDS
@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (
            np.where(np.arange(150) == 3, -2.0, 1),
            r"sample_weight must not be negative, got -2 at index 3\. Drop such .*"
            r"REINFORCE\), subtract their minimum\.$",
        ),
        (
            np.where(np.arange(150) == 3, np.nan, 1),
            r"sample_weight must be finite, got nan at index 3\. Replace this weight",
        ),
        (
            pd.Series([1.0, None] * 75, dtype="Float64"),
            "sample_weight must be finite, got .+ at index 1\\.",
        ),
        ([1] * 149 + [-np.inf], "sample_weight must be finite, got -inf at index 149"),
        (np.zeros(150), "(?i)sample.weights? .*non-zero"),
        (
            np.ones(149),
            r"sample_weight must be of shape \(150,\), got \(149,\)\. Pass one weight",
        ),
        (np.ones((150, 2)), "Sample weights must be 1D"),
        (
            "weight",
            "sample_weight must hold one weight per row, got the text 'weight'. Pass "
            r"an array, such as df\['weight'\]\.$",
        ),
        (
            "balanced",
            r"'balanced'\. For a classifier, use class_weight=\"balanced\"\.$",
        ),
        (np.full(150, 1e300), "sample_weight must have .* a sum of at most 1e"),
        (np.full(150, 5e-324), "sample_weight must have a mean of at least 7e-155"),
    ],
)
def test_bad_weights(kind, y, weights, message):
    with pytest.raises(ValueError, match=message):
        kind().fit(X, y, sample_weight=weights)


@KINDS
def test_weights_for_score_are_those_of_fit(kind, y):
    model = kind((3,), max_iter=2, **UNSTOPPED).fit(X, y)
    assert model.score(X, y, 2) == model.score(X, y) == model.score(X, y, np.ones(150))
    for weights, message in (
        (np.where(np.arange(150) == 3, np.nan, 1), "must be finite, got nan at index"),
        (np.ones(149), r"must be of shape \(150,\), got \(149,\)"),
    ):
        with pytest.raises(ValueError, match=f"^sample_weight {message}"):
            model.score(X, y, weights)


def test_weights_too_large_for_float32():
    with pytest.raises(ValueError, match=r"must be finite, got 1e\+300 at index 0"):
        SimpleMLPClassifier().fit(X.astype("f4"), LABELS, np.full(150, 1e300))


def test_class_weights_whose_products_are_too_large():
    classifier = SimpleMLPClassifier(class_weight={0: 1e300})
    with pytest.raises(ValueError, match="class_weight with sample_weight must have"):
        classifier.fit(X, LABELS, sample_weight=np.full(150, 1e100))
    with pytest.raises(ValueError, match="class_weight with sample_weight must have"):
        classifier.fit(X.astype(np.float32), LABELS)


@KINDS
@pytest.mark.parametrize("layout", ["F", "strided", "reversed", "readonly", "list"])
def test_every_layout_gives_the_same_bits_and_is_left_alone(kind, y, layout):
    """Training does not write to the data, either."""
    data = {
        "F": np.asfortranarray(X),
        "strided": np.repeat(X, 2, axis=1)[:, ::2],
        "reversed": X[::-1].copy()[::-1],
        "readonly": X.copy(),
        "list": X.tolist(),
    }[layout]
    if layout == "readonly":
        data.flags.writeable = False
    before = np.array(data)
    estimator = kind((4,), max_iter=3, n_iter_no_change=np.inf, random_state=0)
    plain = clone(estimator).fit(X, y)
    other = clone(estimator).fit(data, y)
    np.testing.assert_array_equal(plain.coefs_[0], other.coefs_[0])
    np.testing.assert_array_equal(np.array(data), before)


def test_plain_arrays_of_several_outputs_need_no_validation(monkeypatch):
    """scikit-learn's takes longer than a call of `partial_fit` with a few rows."""
    X, Y = np.eye(4), np.arange(8).reshape(4, 2)
    options = {"hidden_layer_sizes": (3,), "random_state": 0}
    validated = SimpleMLPRegressor(**options).partial_fit(X.tolist(), Y.tolist())
    monkeypatch.setattr("sknn_simple._fit.samples.validate_data", None)
    for y in (Y, Y.astype(float), np.asfortranarray(Y), Y.astype(np.float16)):
        plain = SimpleMLPRegressor(**options).partial_fit(X, y)
        np.testing.assert_array_equal(plain.coefs_[0], validated.coefs_[0])


@pytest.mark.parametrize(
    "y",
    [np.zeros((4, 0)), np.full((4, 2), np.inf), np.zeros((3, 2)), np.zeros((4, 2, 2))],
)
def test_arrays_of_several_outputs_are_still_checked(y):
    with pytest.raises(ValueError, match="y"):
        SimpleMLPRegressor((3,)).partial_fit(np.eye(4), y)


@KINDS
def test_plain_float32_samples_need_no_validation(kind, y, monkeypatch):
    """scikit-learn's takes five times as long as a prediction for one sample."""
    model = kind((3,), max_iter=2, **UNSTOPPED).fit(X, y)
    row = X[:1].astype(np.float32)
    validated = model.predict(row.tolist()), model.hidden_activations(row.tolist())
    monkeypatch.setattr("sknn_simple._fitted.validate_data", None)
    np.testing.assert_array_equal(model.predict(row), validated[0])
    np.testing.assert_array_equal(model.hidden_activations(row), validated[1])


@KINDS
def test_predicting_before_fitting(kind, y):
    with pytest.raises(ValueError, match="not fitted yet"):
        kind().predict(X)
    for attribute in ("loss_curve_", "history_", "validation_scores_", "coefs_"):
        assert not hasattr(kind(), attribute)


@KINDS
def test_what_is_checked_before_predicting(kind, y):
    """Predict skips scikit-learn's checks for arrays that need no conversion."""
    model = kind((3,), max_iter=2, n_iter_no_change=np.inf).fit(X, y)
    expected = model.predict(X)
    np.testing.assert_array_equal(model.predict(X.tolist()), expected)
    np.testing.assert_array_equal(model.predict(np.asfortranarray(X)), expected)
    bad = {
        "NaN": with_value(np.nan),
        "X must be finite": with_value(np.inf),
        "features": X[:, 1:],
        "X has no rows": X[:0],
        r"shape \(4,\)\. Reshape your data": X[0],
    }
    for message, samples in bad.items():
        with pytest.raises(ValueError, match=message):
            model.predict(samples)
    # Finite, although their sum is not.
    assert np.isfinite(model.predict(np.full_like(X, 1e308))).all()
    named = clone(model).fit(pd.DataFrame(X).add_prefix("x"), y)
    with pytest.warns(UserWarning, match="valid feature names"):
        named.predict(X)


HUGE = 10**400
DATES = [datetime.datetime(2020, 1, day) for day in range(1, 13)]
LABELS_OF_12 = [0, 1] * 6
ROWS = [[1.0, 2.0, 3.0]] * 6 + [[0.0, -1.0, 1.0]] * 6


def _generator():
    return (i for i in range(12))


HOSTILE = {
    "X": {
        "huge": [[HUGE, 1, 1], *ROWS[1:]],
        "dates": [[date] * 3 for date in DATES],
        "NumPy's dates": np.array([[date] * 3 for date in DATES], "M8[s]"),
        "NumPy's dates in lists": [[np.datetime64(date)] * 3 for date in DATES],
        "a date among numbers": [[1, 2.0, np.datetime64(date)] for date in DATES],
        "times among objects": np.full((12, 3), np.timedelta64(3, "D"), object),
        "times": np.ones((12, 3), "m8[s]"),
        "dates in a frame": pd.DataFrame(dict.fromkeys("abc", DATES)),
        "a date in a frame": pd.DataFrame(ROWS, columns=list("abc")).assign(a=DATES),
        "a time among a frame's objects": pd.DataFrame(ROWS, dtype=object).assign(
            a=pd.Series([np.timedelta64(3, "D")] * 12, dtype=object)
        ),
        "text": "abc",
        "texts": [["a", "b", "c"]] * 12,
        "generator": _generator(),
        "set": {1, 2},
        "tensor": Tensor(),
        "same names": pd.DataFrame(ROWS, columns=["a", "a", "b"]),
    },
    "y": {
        "2**63": [2**63, *LABELS_OF_12[1:]],
        "2**64": [2**64, *LABELS_OF_12[1:]],
        "huge": [HUGE, *LABELS_OF_12[1:]],
        "dates": DATES,
        "text": "abcdefghijkl",
        "bytes": b"abcdefghijkl",
        "objects": [object() for _ in range(12)],
        "mixed": np.array([0, "a"] * 6, object),
        "generator": _generator(),
        "set": set(range(12)),
        "tensor": Tensor(),
    },
    "sample_weight": {
        "huge": [HUGE, *LABELS_OF_12[1:]],
        "huge number": HUGE,
        "dates": DATES,
        "NumPy's dates": np.array(DATES, "M8[s]"),
        "a time among numbers": [np.timedelta64(3, "D"), *LABELS_OF_12[1:]],
        "text": "abcdefghijkl",
        "texts": ["a"] * 12,
        "generator": _generator(),
        "set": {1, 2},
        "tensor": Tensor(),
    },
}
CASES = [(name, kind) for name, kinds in HOSTILE.items() for kind in kinds]


def _takes(model, name, kind):
    """Return whether these are data that the model should take."""
    return name == "y" and kind in ("2**63", "2**64") and is_regressor(model)


@pytest.mark.parametrize("model", [SimpleMLPClassifier((2,)), SimpleMLPRegressor((2,))])
@pytest.mark.parametrize(("name", "kind"), CASES, ids=str)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_hostile_data_are_refused_by_name(model, name, kind):
    """In the first and in later calls, in predictions and as validation data."""
    good = {"X": ROWS, "y": LABELS_OF_12, "sample_weight": None}
    data = good | {name: HOSTILE[name][kind]}
    model = clone(model).set_params(max_iter=2, random_state=0)
    if _takes(model, name, kind):
        assert np.isfinite(model.fit(**data).score(**data))
        return
    refused = functools.partial(
        pytest.raises,
        (ValueError, TypeError),
        match=rf"\b{name}\b",
    )
    with refused():
        model.fit(**data)
    model.fit(**good)
    with refused():
        model.score(**data)
    with refused():
        model.partial_fit(**data)
    if name == "X":
        with refused():
            model.predict(data["X"])
    model.set_params(early_stopping=True)
    validation = {f"{key}_val": value for key, value in data.items()}
    with pytest.raises((ValueError, TypeError), match=f"validation data .*{name}"):
        model.fit(**good, **validation)


@pytest.mark.skipif(not hasattr(np.dtypes, "StringDType"), reason="new in NumPy 2")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_strings_of_variable_length_are_labels():
    y = np.array(["yes", "no"] * 6, np.dtypes.StringDType())
    options = {"max_iter": 3, "random_state": 0}
    model = SimpleMLPClassifier((2,), **options).fit(ROWS, y)
    judge = SimpleMLPClassifier((2,), **options).fit(ROWS, y.astype(object))
    assert model.classes_.tolist() == ["no", "yes"]
    assert model.predict(ROWS).tolist() == judge.predict(ROWS).tolist()
    assert model.score(ROWS, y) == judge.score(ROWS, y.astype(object))
    model.set_params(early_stopping=True).fit(ROWS, y, X_val=ROWS, y_val=y)
    model.set_params(early_stopping=False).partial_fit(ROWS, y, classes=np.unique(y))
    assert pickle.loads(pickle.dumps(model)).score(ROWS, y) == model.score(ROWS, y)
    missing = np.array(["yes", None] * 6, np.dtypes.StringDType(na_object=None))
    with pytest.raises(
        ValueError, match=r"y must not have missing values, got None at index 1\. Drop"
    ):
        model.fit(ROWS, missing)
    with pytest.raises(ValueError, match="y must be numbers for a regressor"):
        SimpleMLPRegressor().fit(ROWS, y)


def test_an_unknown_key_of_class_weight_is_named():
    labels = np.array(["setosa", "versicolor"] * 6)
    model = SimpleMLPClassifier(class_weight={"setosa": 2, "virginica": 3})
    message = re.escape(
        "The keys ['virginica'] of class_weight are not among the classes ['setosa', "
        "'versicolor'], of which ['versicolor'] are not in class_weight."
    )
    with pytest.raises(ValueError, match=f"^{message}"):
        model.fit(ROWS, labels)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_text_among_the_samples_is_shown_with_its_column(frame):
    colours = frame({"size": [1.0, 2.0, 3.0], "colour": ["red", "blue", "red"]})
    named = r"X must hold numbers, got the text 'red' in column 'colour'\. Encode"
    with pytest.raises(ValueError, match=named):
        SimpleMLPClassifier().fit(colours, [0, 1, 0])
    with pytest.raises(ValueError, match=r"got the text 'red' in column 1\. Encode"):
        SimpleMLPClassifier().fit(colours.to_numpy(), ["red", "blue", "red"])


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
@pytest.mark.parametrize("text", ["3,5", "-1.000,25", ",5"])
def test_decimal_commas(frame, text):
    table = frame({"age": [1.0, 2.0, 3.0], "size": [text, "4.5", "1"]})
    message = f"X must hold numbers, got the text '{text}' in column 'size'. Write dec"
    with pytest.raises(ValueError, match=f"{message}.*decimal=','"):
        SimpleMLPClassifier().fit(table, [0, 1, 0])


TO_NUMERIC = (
    "mostly numbers: convert {} with pandas.to_numeric(..., errors='coerce'), then "
    "fill the gaps with SimpleImputer."
)
ENCODE = (
    "Encode categories as numbers, for instance with OneHotEncoder, and short texts "
    "with TfidfVectorizer, or drop columns such as names."
)


@pytest.mark.parametrize("text", ["?", "NA", "", "$5", "34 years"])
def test_a_column_that_is_mostly_numbers(text):
    """Numbers may be text, too, and occur often."""
    table = pd.DataFrame({"size": [1, 2, 3, 4], "age": [text, "21", text, None]})
    message = (
        f"X must hold numbers, got the text {text!r} in column 'age'. Column 'age' is "
    ) + TO_NUMERIC.format("it")
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        SimpleMLPClassifier().fit(table, [0, 1, 0, 1])
    table["age"] = [text, "old", "21", "21"]
    with pytest.raises(ValueError, match=f"{re.escape(ENCODE)}$"):
        SimpleMLPClassifier().fit(table, [0, 1, 0, 1])


def test_all_columns_of_text_are_named_at_once():
    ages, names = [20, "?", 22, True], ["Ann", "Bob", "Cy", "Di"]
    table = pd.DataFrame({"age": ages, "name": names, "one": 1.0, "kids": ages})
    message = (
        "X must hold numbers, got the text '?' in column 'age', 'Ann' in column "
        "'name', '?' in column 'kids'. Columns 'age', 'kids' are "
        f"{TO_NUMERIC.format('them')} {ENCODE}"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        SimpleMLPClassifier().fit(table, [0, 1, 0, 1])
    with pytest.raises(ValueError, match=r"'\?' in column 0, 'Ann' in column 1, '"):
        SimpleMLPClassifier().fit(table.to_numpy().tolist(), [0, 1, 0, 1])
    with pytest.raises(ValueError, match=r"text '\?' in column 0\. Column 0 is"):
        SimpleMLPClassifier().fit(table["age"], [0, 1, 0, 1])
    wide = pd.DataFrame(dict.fromkeys("abcdefg", names))
    message = f"'Ann' in column 'e' and in 2 more columns. {ENCODE}"
    with pytest.raises(ValueError, match=f"{re.escape(message)}$"):
        SimpleMLPClassifier().fit(wide, [0, 1, 0, 1])


VECTORIZE = (
    r"Put a TfidfVectorizer, which takes one column of texts, before the network in a "
    r"Pipeline\."
)
DOCUMENTS = ["the cat sat on the mat", "a dog barked at the cat", "short one"]


@pytest.mark.parametrize(
    "texts", [DOCUMENTS, np.array(DOCUMENTS, object), pd.DataFrame({"d": DOCUMENTS})]
)
def test_documents_need_a_vectorizer(texts):
    with pytest.raises(ValueError, match=f"text 'the cat .* column [^.]*. {VECTORIZE}"):
        SimpleMLPClassifier().fit(texts, [0, 1, 0])
    model = make_pipeline(TfidfVectorizer(), SimpleMLPClassifier((2,), max_iter=1))
    model.set_params(simplemlpclassifier__n_iter_no_change=np.inf)
    assert model.fit(DOCUMENTS, [0, 1, 0]).predict(DOCUMENTS).shape == (3,)


@pytest.mark.parametrize("kind", [list, np.array, pd.Series, pd.DataFrame])
def test_short_sentences_are_documents_if_there_is_nothing_else(kind):
    reviews = kind(["I love it", "what a bore", "great movie", "awful"])
    with pytest.raises(ValueError, match=f"column 0. {VECTORIZE}$"):
        SimpleMLPClassifier().fit(reviews, [0, 1, 0, 1])


def test_short_texts_among_other_columns_are_categories():
    table = pd.DataFrame({"city": ["New York", "Los Angeles", "New York"], "rooms": 1})
    with pytest.raises(ValueError, match=f"'city'. {re.escape(ENCODE)}$"):
        SimpleMLPClassifier().fit(table, [0, 1, 0])


def test_documents_among_categories():
    table = pd.DataFrame({"kind": ["a", "b", "a"], "text": DOCUMENTS})
    with pytest.raises(ValueError, match=f"{VECTORIZE} Encode categ"):
        SimpleMLPClassifier().fit(table, [0, 1, 0])


DAYS = pd.to_datetime(["2026-01-01", "2026-02-01", "2026-03-01"])


@pytest.mark.parametrize(
    "dates",
    [
        DAYS,
        DAYS.tz_localize("UTC"),
        DAYS - DAYS[0],
        DAYS.to_period("M"),
        pd.Series(DAYS.astype(object), dtype=object),
        [day.date() for day in DAYS],
        [None, None, DAYS[0]],
    ],
    ids=[
        "dates",
        "in a time zone",
        "times",
        "periods",
        "Timestamps",
        "Python's dates",
        "missing",
    ],
)
def test_a_column_of_dates_is_named(dates):
    table = pd.DataFrame({"size": [1.0, 2.0, 3.0], "name": ["a", "b", "c"]})
    table["when"] = dates
    message = r"^X must hold numbers, got dates or times in the columns \[{}\]\. Conv"
    for kind in (SimpleMLPClassifier, SimpleMLPRegressor):
        with pytest.raises(ValueError, match=message.format("'when'")):
            kind().fit(table, [0, 1, 0])
        with pytest.raises(ValueError, match=message.format("'when'")):
            kind().fit(table[["size", "when"]], [0, 1, 0])
    with pytest.raises(ValueError, match=message.format("2")):
        SimpleMLPClassifier().fit(table.astype(object).to_numpy(), [0, 1, 0])


@KINDS
def test_missing_values_are_shown_with_their_columns(kind, y):
    table = pd.DataFrame(X.copy(), columns=["a", "b", "c", "d"])
    table.loc[7, "b"] = np.nan
    objects = table.astype(object)
    objects.loc[9, "d"] = None
    message = (
        r"^X contains NaN \(missing values\) in the columns {}\. Fill them with "
        r"SimpleImputer, or drop these rows\.$"
    )
    with pytest.raises(ValueError, match=message.format(r"\['b'\]")):
        kind().fit(table, y)
    with pytest.raises(ValueError, match=message.format(r"\['b', 'd'\]")):
        kind().fit(objects, y)
    with pytest.raises(ValueError, match=message.format(r"\['b'\]")):
        kind((2,), max_iter=1, **UNSTOPPED).fit(table.fillna(0), y).predict(table)
    with pytest.raises(ValueError, match=message.format(r"\[1\]")):
        kind().fit(table.to_numpy(), y)
    many = r"\[0, 1, 2, 3, 4\] and in 3 more"
    with pytest.raises(ValueError, match=message.format(many)):
        kind().fit(np.full((150, 8), np.nan), y)


@KINDS
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_missing_values_that_scikit_learn_is_told_to_overlook(kind, y, container):
    model = kind((2,), max_iter=1, **UNSTOPPED).fit(X, y)
    with (
        config_context(assume_finite=True),
        pytest.raises(ValueError, match=r"^X contains NaN \(missing values\)"),
    ):
        model.predict(container(with_value(np.nan)))


@KINDS
def test_infinite_values_are_shown_with_their_columns(kind, y):
    table = pd.DataFrame(X.copy(), columns=["a", "b", "c", "d"])
    table.loc[[7, 9], ["b", "d"]] = -np.inf
    message = r"^X must be finite, got {} in the columns \['b', 'd'\]\. {}"
    for given in (table, table.astype(object)):
        with pytest.raises(
            ValueError,
            match=message.format("-inf", r"np\.log of 0 gives -inf, but np\.log1p"),
        ):
            kind().fit(given, y)
    finite = pd.DataFrame(X, columns=table.columns)
    model = kind((2,), max_iter=1, **UNSTOPPED).fit(finite, y)
    with pytest.raises(ValueError, match=message.format("inf", "Replace infinity by")):
        model.predict(-table)
    model.fit(X.astype("f4"), y)
    with pytest.raises(ValueError, match=r"got 1e\+300 .* \[1\]\. Scale .* float32 "):
        model.predict(with_value(1e300))


@KINDS
def test_samples_and_targets_in_the_wrong_order(kind, y):
    message = r"got shape \(150,\)\. Were X and y swapped\?$"
    for swapped in (y, y.tolist(), pd.Series(y)):
        with pytest.raises(ValueError, match=message):
            kind().fit(swapped, X)
    with pytest.raises(ValueError, match=r"got shape \(150,\)\. Reshape your data:"):
        kind().fit(X[:, 0], y)
    for series in (pd.Series(X[:, 0]), pl.Series(X[:, 0])):
        with pytest.raises(ValueError, match=r"\(150,\)\. Use X\.to_frame\(\) for"):
            kind().fit(series, y)


@KINDS
def test_cubes_with_a_target_per_feature_vector(kind, y):
    """A row of 15 x 40 numbers would be a sample, but y shows that it is not."""
    cube, y = X.reshape(10, 15, 4), y.reshape(10, 15)
    message = r"two-dimensional, got shape \(10, 15, 4\)\. {}\.$"
    vectors = r"y has one target per feature vector: use X\.reshape\(-1, 4\)"
    for given in (cube, cube.tolist()):
        with pytest.raises(
            ValueError, match=message.format(rf"{vectors} and y\.ravel\(\)")
        ):
            kind().fit(given, y)
    with pytest.raises(ValueError, match=message.format(vectors)):
        kind().fit(cube, y.ravel())
    with pytest.raises(
        ValueError, match=message.format(r"Use X\.reshape\(len\(X\), -1\)")
    ):
        kind().fit(cube, y[:, 0])
    model = kind((2,), max_iter=1, **UNSTOPPED)
    model.fit(cube.reshape(-1, 4), y.ravel())
    either = (
        r"Use X\.reshape\(len\(X\), -1\) if each X\[i\] is a sample, or "
        r"X\.reshape\(-1, 4\) if the last axis holds the features"
    )
    with pytest.raises(ValueError, match=message.format(either)):
        model.predict(cube)


@KINDS
def test_texts_and_numbers_instead_of_samples(kind, y):
    model = kind((2,), max_iter=1, **UNSTOPPED).fit(X, y)
    for given, advice in (
        ("iris.csv", "text 'iris.csv'. Read the file first, for instance with pandas"),
        (5, "number 5. Pass one row per sample."),
    ):
        message = re.escape(f"X must be an array or data frame, got the {advice}")
        with pytest.raises(ValueError, match=f"^{message}"):
            model.fit(given, "species")
        with pytest.raises(ValueError, match=f"^{message}"):
            model.predict(given)


@KINDS
def test_queries_that_were_not_run(kind, y):
    query = pl.DataFrame(X).lazy()
    message = r"X must hold data, got a LazyFrame, .* Pass its collect\(\)\.$"
    with pytest.raises(ValueError, match=message):
        kind().fit(query, y)
    with pytest.raises(ValueError, match=message):
        kind(max_iter=1, n_iter_no_change=np.inf).fit(X, y).predict(query)
    with pytest.raises(ValueError, match=r"y must hold data, .* Pass its collect"):
        kind().fit(X, query)


def test_columns_of_labels_of_different_types():
    y = pd.DataFrame({"number": [0, 1] * 75, "text": ["a", "b", "c"] * 50})
    for labels in (y, y.to_numpy()):
        with pytest.raises(ValueError, match=r"y\.astype\(str\).*MultiOutputClassif"):
            SimpleMLPClassifier().fit(X, labels)
    network = SimpleMLPClassifier(max_iter=1, n_iter_no_change=np.inf)
    model = MultiOutputClassifier(network).fit(X, y.astype(str))
    assert model.predict(X).shape == (150, 2)


def test_a_regressor_of_periods():
    with pytest.raises(ValueError, match=r"got dates or times\. Convert .*timedelta64"):
        SimpleMLPRegressor().fit([[0], [1], [2]], DAYS.to_period("M"))


@KINDS
def test_structured_arrays(kind, y):
    """Such as the tables of FITS files."""
    names = ["a", "b", "c", "d"]
    structured = unstructured_to_structured(X, names=names)
    message = (
        r"^X must be a plain array or a data frame, got a structured array of the "
        r"fields \['a', 'b', 'c', 'd'\]\. Convert it with numpy\.lib\.recf"
    )
    for given in (structured, structured.view(np.recarray)):
        with pytest.raises(ValueError, match=message):
            kind().fit(given, y)
    model = kind((2,), max_iter=1, **UNSTOPPED)
    model.fit(structured_to_unstructured(structured), y)
    with pytest.raises(ValueError, match=message):
        model.predict(structured)
    model.fit(pd.DataFrame(structured), y)


@KINDS
def test_rows_of_different_lengths(kind, y):
    message = r"X must have rows of the same length, got 2 in row 0 and 1 in row 2\."
    with pytest.raises(ValueError, match=message):
        kind().fit([[1.0, 2.0], [3.0, 4.0], [5.0]], [0, 1, 0])


@KINDS
def test_samples_and_targets_of_different_lengths(kind, y):
    message = (
        r"X and y must have the same number of samples, got 150 and {}\. Pass one "
        r"target per row of X\. \(train_test_split returns X_train, X_test, y_train, "
        r"y_test, in this order\.\)"
    )
    with pytest.raises(ValueError, match=message.format(149)):
        kind().fit(X, y[1:])
    with pytest.raises(
        ValueError, match=r"got 4 and 150\. X has 150 columns: if .* sample, pass X\.T"
    ):
        kind().fit(X.T, y)
    model = kind((2,), max_iter=1, n_iter_no_change=np.inf).fit(X, y)
    for other in (y[1:], [*y, y[0]], list(y[1:])):
        with pytest.raises(ValueError, match=message.format(len(other))):
            model.score(X, other)
