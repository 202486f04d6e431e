"""Targets that are refused, by an error that says what is wrong and where."""

import datetime
import re
from linecache import getline

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.datasets import load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MultiLabelBinarizer
from support import KINDS, UNSTOPPED

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.inspection import check_gradient

X, LABELS = load_iris(return_X_y=True)
NUMBERS = X[:, 0].copy()


@KINDS
def test_y_of_another_length_or_with_nan_or_missing(kind, y):
    with pytest.raises(ValueError, match="X and y must have the same number of"):
        kind().fit(X, y[:-1])
    bad = y.astype(float)
    bad[3] = np.nan
    with pytest.raises(
        ValueError, match="y must not have missing values, got nan at index"
    ):
        kind().fit(X, bad)
    with pytest.raises(ValueError, match="the target y is None"):
        kind().fit(X, None)
    with pytest.raises(
        ValueError, match=r"y .*dim|y must be of shape|dim 3|label type"
    ):
        kind().fit(X, np.zeros((150, 2, 2)))


MISSING = [None, np.nan, pd.NA, np.datetime64("NaT", "D")]


@KINDS
@pytest.mark.parametrize("missing", MISSING, ids=str)
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_missing_targets_of_any_type(kind, y, missing, method):
    """Labels that include them can't be sorted."""
    words = ["no", "yes"]
    labels = np.array(words * 75 if kind is SimpleMLPClassifier else y, object)
    labels[7] = missing
    known = {"classes": words} if kind is SimpleMLPClassifier else {}
    options = known if method == "partial_fit" else {}
    for given in (labels, labels.tolist(), pd.Series(labels)):
        with pytest.raises(
            ValueError,
            match=r"y must not have missing values, got \S+ at index 7\. Drop",
        ):
            getattr(kind(), method)(X, given, **options)


@pytest.mark.parametrize("convert", [np.array, list, pd.DataFrame])
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_a_missing_target_of_several_outputs(convert, method):
    """The sample still teaches the network its other outputs."""
    numbers = X[:, :2].copy()
    numbers[7, 1] = np.nan
    with pytest.raises(
        ValueError,
        match=r"missing values, got nan at index 7, output 1\. Drop this sample",
    ):
        getattr(SimpleMLPRegressor(), method)(X, convert(numbers))
    with pytest.raises(ValueError, match=r"got nan at index 7\. Drop this sample"):
        getattr(SimpleMLPRegressor(), method)(X, numbers[:, 1:])


def test_missing_targets_of_other_libraries():
    for labels in (
        pd.Series(["no", None] * 75, dtype="string"),
        pd.Series([1, None] * 75, dtype="Int64"),
        pl.Series(["no", None] * 75),
        np.array(["2001", "NaT"] * 75, "datetime64[Y]"),
    ):
        with pytest.raises(
            ValueError, match=r"y must not have missing values, got \S+ at index 1\."
        ):
            SimpleMLPClassifier().fit(X, labels)


@pytest.mark.scikit_learn("1.7")  # before, labels may be bytes
@pytest.mark.parametrize(
    "container",
    [np.array, list, pd.Series, pl.Series, lambda labels: np.array(labels, object)],
)
def test_labels_that_are_bytes(container):
    y = container([b"no", b"yes"] * 75)
    message = "^y must be texts or numbers, got bytes such as b'no'. Decode them with "
    with pytest.raises(ValueError, match=message) as error:
        SimpleMLPClassifier().fit(X, y)
    advice = str(error.value).removesuffix(".").partition(" with ")[2]
    model = SimpleMLPClassifier(max_iter=1, **UNSTOPPED)
    assert model.fit(X, eval(advice)).classes_.tolist() == ["no", "yes"]


@KINDS
def test_texts_and_numbers_instead_of_targets(kind, y):
    model = kind((2,), max_iter=1, **UNSTOPPED).fit(X, y)
    message = r"^y must hold one target per row, got the {}$"
    for method in ("fit", "score"):
        for samples in (X, pd.DataFrame(X).to_numpy()):
            with pytest.raises(
                ValueError,
                match=message.format(r"text 'species'\. Pass df\['species'\]\."),
            ):
                getattr(model, method)(samples, "species")
            with pytest.raises(ValueError, match=message.format(r"number 3\.")):
                getattr(model, method)(samples, 3)
    for method in ("fit", "score"):  # X has rows
        with pytest.raises(ValueError, match=r"^(?!X has no rows).*\by\b"):
            getattr(model, method)(X, [])


@pytest.mark.parametrize("container", [np.asarray, list, pd.Series])
@pytest.mark.parametrize("kind", [SimpleMLPClassifier, SimpleMLPRegressor])
def test_an_infinite_target_is_named(kind, container):
    numbers = NUMBERS.astype(float)
    numbers[3] = -np.inf
    message = (
        r"^y must be finite, got -inf at index 3\. Drop this sample, or fill in its "
        r"value\. np\.log of 0 gives -inf, but np\.log1p does not\.$"
    )
    with pytest.raises(ValueError, match=message):
        kind().fit(X, container(numbers))
    columns = np.column_stack([NUMBERS, -numbers])
    message = r"^y must be finite, got inf at index 3, output 1\. .* that have it\.$"
    with pytest.raises(ValueError, match=message):
        SimpleMLPRegressor().fit(X, columns)
    network = SimpleMLPRegressor(early_stopping=True)
    with pytest.raises(ValueError, match=r"y_val must be finite, got -inf at index 3"):
        network.fit(X, NUMBERS, X_val=X, y_val=container(numbers))


def test_infinite_targets_among_objects():
    numbers = NUMBERS.astype(object)
    numbers[3] = np.inf
    with pytest.raises(
        ValueError, match=r"y must be finite, got inf at index 3\. Drop"
    ):
        SimpleMLPRegressor().fit(X, numbers)
    with pytest.raises(
        ValueError, match=r"got inf at index 3, output 0\. Drop this sample, fill in"
    ):
        SimpleMLPRegressor().fit(X, np.column_stack([numbers, NUMBERS]))


def test_labels_of_a_later_call():
    labels = np.array([0, 1] * 75)
    model = SimpleMLPClassifier((2,)).partial_fit(X, labels, classes=[0, 1])
    with pytest.raises(ValueError, match=r"y must be of shape \(n_samples,\), got"):
        model.partial_fit(X, np.column_stack([labels, labels]))
    mixed = labels.astype(object)
    mixed[3:5] = "a", 7
    with pytest.raises(
        ValueError, match=r"only the classes \[0, 1\], got also \[7, 'a'"
    ):
        model.partial_fit(X, mixed)


def test_labels_of_which_none_is_known():
    labels = np.array([0, 1] * 75)
    model = SimpleMLPClassifier((2,)).partial_fit(X, labels, classes=[0, 1])
    with pytest.raises(ValueError, match=r"the classes \[0, 1\], got \[3\]\. Drop"):
        model.partial_fit(X, np.full(150, 3))


@pytest.mark.parametrize(
    ("convert", "types", "dtype"),
    [
        (int, ["int"], "int"),
        (float, ["float"], "float"),
        (bool, ["bool"], "bool"),
        (lambda label: int(label) if label < 2 else "none", ["int", "str"], "str"),
    ],
)
def test_labels_that_are_objects(convert, types, dtype):
    labels = np.array([convert(label) for label in LABELS], object)
    message = (
        "Unknown label type: object. y must have a dtype of numbers or texts, got "
        f"objects of the types {types}. Convert them, for instance with "
        f"y.astype({dtype})."
    )
    for given in (labels, pd.Series(labels)):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            SimpleMLPClassifier().fit(X, given)
    model = SimpleMLPClassifier((2,), max_iter=1, **UNSTOPPED)
    assert len(model.fit(X, labels.astype(dtype)).classes_) == len(set(labels))


def test_an_indicator_matrix_of_minus_ones():
    with pytest.raises(
        ValueError,
        match=r"zeros and ones with 2 columns.* got -1\. Convert y, .* \(y > 0\)",
    ):
        SimpleMLPClassifier().fit(X, np.c_[LABELS == 0, LABELS > 0] * 2 - 1)


@KINDS
def test_structured_targets(kind, y):
    structured = np.array([(value,) for value in y], [("flux", y.dtype)])
    model = kind((2,), max_iter=1, **UNSTOPPED).fit(X, structured["flux"])
    for method in ("fit", "score"):
        with pytest.raises(
            ValueError,
            match=r"^y must be .* fields \['flux'\]\. Pass one field, such as y",
        ):
            getattr(model, method)(X, structured)


def test_continuous_labels():
    message = r"Unknown label type: continuous.* SimpleMLPRegressor predicts numbers\.$"
    for y in (NUMBERS, X[:, :2]):
        with pytest.raises(ValueError, match=f"^{message}"):
            SimpleMLPClassifier().fit(X, y)
    with pytest.raises(ValueError, match=f"^{message}"):
        SimpleMLPClassifier().partial_fit(X, NUMBERS, classes=[0, 1])


@pytest.mark.parametrize("shape", [(150, 3), (150,)])
def test_probabilities_as_labels(shape):
    probabilities = np.random.default_rng(0).random(shape)
    message = (
        r"^Unknown label type: continuous.* got numbers between 0 and 1, .*"
        r'softmax .*SimpleMLPRegressor\(out_activation="logistic"\); or .*_weight\.$'
    )
    with pytest.raises(ValueError, match=message):
        SimpleMLPClassifier().fit(X, probabilities)
    SimpleMLPRegressor((2,), out_activation="logistic", max_iter=1, **UNSTOPPED).fit(
        X, probabilities
    )


@pytest.mark.parametrize("dtype", [int, float])
def test_labels_that_look_like_a_quantity(dtype):
    """The condition is the one of scikit-learn's classifiers."""
    model = SimpleMLPClassifier((2,), max_iter=1, **UNSTOPPED)
    with pytest.warns(UserWarning, match="76 classes in 150 .* use SimpleMLPRegressor"):
        model.fit(X, (np.arange(150) % 76).astype(dtype))
    model.fit(X, (np.arange(150) % 75).astype(dtype))
    model.fit(X, (np.arange(150) % 76).astype(str))
    model.fit(X[:20], np.arange(20))
    SimpleMLPClassifier().partial_fit(X, np.arange(150) % 76, classes=range(76))


def test_the_warning_of_a_quantity_names_the_line_of_the_caller():
    model, y = SimpleMLPClassifier((2,), max_iter=1, **UNSTOPPED), np.arange(150) % 76
    message = "76 classes in 150"
    with pytest.warns(UserWarning, match=message) as in_inspection:
        check_gradient(model, X, y)
    with pytest.warns(UserWarning, match=message) as in_fit:
        model.fit(X, y)
    with pytest.warns(UserWarning, match=message) as in_pipeline:
        make_pipeline(model).fit(X, y)
    for (warning,), call in (
        (in_inspection, "check_gradient(model, X, y)"),
        (in_fit, "model.fit(X, y)"),
        (in_pipeline, "make_pipeline(model).fit(X, y)"),
    ):
        assert warning.filename == __file__
        assert getline(__file__, warning.lineno).strip() == call


def test_labels_too_large_for_an_integer():
    """scikit-learn's type_of_target casts them to integers."""
    bad = np.where(LABELS == 0, np.nan, LABELS)
    with pytest.raises(
        ValueError, match="y must not have missing values, got nan at index"
    ):
        SimpleMLPClassifier().partial_fit(X, bad, classes=[1, 2])
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        SimpleMLPClassifier().fit(X, LABELS * 1e300)


def test_several_columns_of_labels():
    with pytest.raises(ValueError, match="MultiOutputClassifier"):
        SimpleMLPClassifier().fit(X, np.column_stack([LABELS, LABELS]))


LABEL_LISTS = [["a"], ["a", "b"], []] * 50
LABEL_PAIRS = pd.Series([["a", "b"], ["a", "c"]] * 75)


@pytest.mark.parametrize(
    "labels",
    [
        LABEL_LISTS,
        tuple(map(tuple, LABEL_LISTS)),
        list(map(set, LABEL_LISTS)),
        [frozenset("ab"), frozenset("ac")] * 75,
        pd.Series(LABEL_LISTS),
        LABEL_PAIRS,
        LABEL_PAIRS.to_numpy(),
    ],
    ids=["lists", "tuples", "sets", "equal sets", "series", "pairs", "array of pairs"],
)
def test_lists_of_labels_need_a_multilabel_binarizer(labels):
    message = r"one label per row, .* got the labels .*a'.*MultiLabelBinarizer"
    with pytest.raises(ValueError, match=message):
        SimpleMLPClassifier().fit(X, labels)
    matrix = MultiLabelBinarizer().fit_transform(labels)
    options = {"max_iter": 1, **UNSTOPPED}
    model = SimpleMLPClassifier((2,), **options).fit(X, matrix)
    assert model.predict(X).shape == matrix.shape
    lists = matrix.tolist()  # of zeros and ones
    assert model.fit(X, lists).predict(X).shape == matrix.shape


def test_complex_and_word_targets_for_the_regressor():
    with pytest.raises(ValueError, match="Complex data"):
        SimpleMLPRegressor().fit(X, NUMBERS + 1j)
    for dtype in (object, str):
        with pytest.raises(
            ValueError, match=r"y must be numbers .* the text '1'\. Conv"
        ):
            SimpleMLPRegressor().fit(X, np.array(["1"] * 150, dtype=dtype))
    for text, advice in (
        ("151.0", r"for instance with y\.astype\(float\)"),
        ("151,0", r"Write decimals with a point, or .*decimal=','\)"),
        ("high", "Convert y to numbers, or use SimpleMLPClassifier for labels"),
    ):
        with pytest.raises(ValueError, match=rf"got the text '{text}'\. .*{advice}\."):
            SimpleMLPRegressor().fit(X, [text] + ["1.5"] * 149)
    with pytest.raises(ValueError, match=r"y must be numbers .* got dates"):
        SimpleMLPRegressor().fit(X, NUMBERS.astype("datetime64[D]"))
    with pytest.raises(ValueError, match=r"y must be numbers .* got dates"):
        SimpleMLPRegressor().fit(X, [datetime.date(2026, 1, 1)] * 150)


@pytest.mark.parametrize(
    ("options", "y", "message"),
    [
        ({"loss": "poisson"}, -NUMBERS, r"y must lie in \[0, inf\].*poisson.*at index"),
        ({"out_activation": "logistic"}, NUMBERS, r"y must lie in \[0, 1\].*logistic"),
        ({"out_activation": "tanh"}, NUMBERS, r"y must lie in \[-1, 1\].*tanh"),
        (
            {"loss": "poisson", "out_activation": "tanh"},
            NUMBERS,
            "out_activation must be left",
        ),
    ],
)
def test_targets_out_of_range(options, y, message):
    with pytest.raises(ValueError, match=message):
        SimpleMLPRegressor(**options).fit(X, y)


@pytest.mark.parametrize(
    ("largest", "is_percent"), [(100, True), (20, True), (101, False)]
)
def test_shares_in_percent(largest, is_percent):
    y = np.linspace(0, largest, 150)
    message = f"from 0 to {largest}, the one furthest off at index 149\\."
    message += r" If y is in percent, divide it by 100\." * is_percent
    with pytest.raises(ValueError, match=f"{message}$"):
        SimpleMLPRegressor(out_activation="logistic").fit(X, y)
    with pytest.raises(ValueError, match=r"from -1 to 100, .* off at index 1\.$"):
        SimpleMLPRegressor(out_activation="logistic").fit(X, [-1, 100] * 75)
    with pytest.raises(
        ValueError, match=f"from 0 to {largest}, .* off at index 149\\.$"
    ):
        SimpleMLPRegressor(out_activation="tanh").fit(X, y)


def test_targets_too_large_for_float32():
    with pytest.raises(ValueError, match=r"y must be finite in float32.*X as float64"):
        SimpleMLPRegressor(normalize_y=False).fit(X.astype(np.float32), 1e300 * NUMBERS)


@pytest.mark.parametrize(
    "options", [{}, {"normalize_y": False}, {"loss": "poisson"}, {"loss": "huber"}]
)
def test_targets_too_small_for_float32(options):
    """Their predictions would be few numbers, or all 0."""
    regressor = SimpleMLPRegressor((3,), max_iter=1, **UNSTOPPED, **options)
    message = (
        r"^y must be 0 or large enough for float32, the dtype of X, got an output with "
        r"values of at most 7\.9e-(50|45)\. Scale y, or give X as float64\.$"
    )
    halves = X.astype(np.float32)
    tiny = 1e-50 * NUMBERS
    for y in (tiny, 1e-45 * NUMBERS, np.column_stack([NUMBERS, tiny])):
        for method in ("fit", "partial_fit"):
            with pytest.raises(ValueError, match=message):
                getattr(regressor, method)(halves, y)
    heavy = np.arange(150) > 0
    with pytest.raises(ValueError, match="large enough"):
        regressor.fit(halves, np.where(heavy, tiny, 1), sample_weight=heavy)
    regressor.fit(X, tiny)
    regressor.fit(halves, np.zeros(150))
    regressor.fit(halves, np.where(NUMBERS > 5, NUMBERS, 1e-50))  # some may vanish
    regressor.partial_fit(halves, tiny)  # in a later call, all may


@pytest.mark.parametrize("engine", ["numpy", "auto"])
def test_targets_too_large_for_their_loss(engine):
    regressor = SimpleMLPRegressor((3,), normalize_y=False, engine=engine)
    with pytest.raises(ValueError, match="y is too large for loss='squared_error'"):
        regressor.fit(X, 1e200 * NUMBERS)
    with pytest.raises(ValueError, match=r"y must be finite in float64.*Scale y\."):
        SimpleMLPRegressor((3,)).fit(X, np.sign(NUMBERS - 6) * np.finfo(float).max)
    regressor = SimpleMLPRegressor((3,), loss="absolute_error", normalize_y=False)
    with pytest.raises(
        ValueError, match=r"diverged in epoch 1.*scale the inputs and y"
    ):
        regressor.fit(X, np.full(150, np.finfo(float).max))


def test_targets_too_large_for_coefs_in_their_units():
    """One step goes from 0.88 to 1.1 times 1.7e308."""
    step = {"learning_rate_init": 1.9, "momentum": 0.0, "max_iter": 1, **UNSTOPPED}
    regressor = SimpleMLPRegressor(
        (), alpha=0.0, fit_intercept=False, coefs_init=[[[1.5e308]]], **step
    )
    with pytest.raises(
        ValueError, match="in the units of y, coefs_ or intercepts_ overflow"
    ):
        regressor.fit([[1.0], [-1.0]], [1.7e308, -1.7e308])
