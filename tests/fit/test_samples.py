"""Bad input is refused before any work, by an error that says what and why."""

from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

X, LABELS = load_iris(return_X_y=True)
NUMBERS = X[:, 0].copy()
UNSTOPPED = {"n_iter_no_change": np.inf, "tol": 0.0}
KINDS = pytest.mark.parametrize(
    ("kind", "y"),
    [(SimpleMLPClassifier, LABELS), (SimpleMLPRegressor, NUMBERS)],
    ids=["classifier", "regressor"],
)

BAD_PARAMETERS = [
    ("hidden_layer_sizes", 0),
    ("hidden_layer_sizes", -3),
    ("hidden_layer_sizes", (5, 0)),
    ("hidden_layer_sizes", (5, 2.5)),
    ("hidden_layer_sizes", (True,)),
    ("hidden_layer_sizes", "5"),
    ("hidden_layer_sizes", None),
    ("hidden_layer_sizes", np.array(2.5)),
    ("hidden_layer_sizes", ((5,), 3)),
    ("activation", "sigmoid"),
    ("solver", "rmsprop"),
    ("alpha", -1e-9),
    ("alpha", np.nan),
    ("alpha", "0"),
    ("alpha", Fraction(1, 3)),
    ("alpha", 10**400),
    ("batch_size", 0),
    ("batch_size", 2.5),
    ("batch_size", "big"),
    ("learning_rate", "cyclic"),
    ("learning_rate_init", 0),
    ("learning_rate_init", -0.1),
    ("learning_rate_init", "fast"),
    ("learning_rate_init", 10**400),
    ("power_t", -1),
    ("max_iter", 0),
    ("max_iter", 1.5),
    ("shuffle", "yes"),
    ("random_state", -1),
    ("random_state", "seed"),
    ("tol", -1e-4),
    ("verbose", "loud"),
    ("warm_start", 2),
    ("momentum", -0.1),
    ("momentum", 1.1),
    ("nesterovs_momentum", None),
    ("early_stopping", "auto"),
    ("validation_fraction", -0.1),
    ("validation_fraction", 1.0),
    ("scoring", "speed"),
    ("scoring", 3),
    ("beta_1", 1.0),
    ("beta_2", -0.1),
    ("epsilon", 0.0),
    ("n_iter_no_change", 0),
    ("n_iter_no_change", 2.5),
    ("max_fun", 0),
    ("fit_intercept", "no"),
    ("init", "zeros"),
    ("coefs_init", 3),
    ("intercepts_init", "zeros"),
    ("loss", "hinge"),
    ("engine", "cuda"),
]


@KINDS
@pytest.mark.parametrize(("name", "value"), BAD_PARAMETERS)
def test_bad_parameters(kind, y, name, value):
    estimator = kind(**{name: value})
    with pytest.raises((ValueError, TypeError), match=name) as error:
        estimator.fit(X, y)
    assert str(value) in str(error.value) or repr(value) in str(error.value)
    assert not hasattr(estimator, "n_features_in_")


@pytest.mark.parametrize(
    "value", ["auto", 3, [1], {0: -1}, {0: np.nan}, {0: "a"}, {0: 10**400}]
)
def test_bad_class_weight(value):
    with pytest.raises(ValueError, match="class_weight"):
        SimpleMLPClassifier(class_weight=value).fit(X, LABELS)


@pytest.mark.parametrize(
    ("name", "value"), [("out_activation", "softmax"), ("normalize_y", "yes")]
)
def test_bad_parameters_of_the_regressor(name, value):
    with pytest.raises(ValueError, match=name):
        SimpleMLPRegressor(**{name: value}).fit(X, NUMBERS)


def test_a_parameter_changed_between_partial_fits_is_checked():
    regressor = SimpleMLPRegressor((3,)).partial_fit(X, NUMBERS)
    with pytest.raises(ValueError, match="momentum"):
        regressor.set_params(momentum=5).partial_fit(X, NUMBERS)


def with_value(value):
    bad = X.copy()
    bad[3, 1] = value
    return bad


BAD_X = [
    (with_value(np.nan), "NaN"),
    (with_value(np.inf), "infinity"),
    (sparse.csr_matrix(with_value(np.nan)), "NaN"),
    (np.empty((0, 4)), "minimum of 1 is required"),
    (np.empty((150, 0)), "minimum of 1 is required"),
    (X[:, 0], "Expected 2D array"),
    (X[:, :, None], "Found array with dim 3"),
    (X + 1j, "Complex data"),
    (np.array([["a"] * 4] * 150, dtype=object), "could not convert"),
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
def test_another_width_in_predict(kind, y):
    fitted = kind((3,), max_iter=1, n_iter_no_change=np.inf).fit(X, y)
    with pytest.raises(ValueError, match=r"X has 3 features, but .* 4"):
        fitted.predict(X[:, :3])


@KINDS
def test_y_of_another_length_or_with_nan_or_missing(kind, y):
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        kind().fit(X, y[:-1])
    bad = y.astype(float)
    bad[3] = np.nan
    with pytest.raises(ValueError, match="Input y contains NaN"):
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
    """Which can't be sorted, and so not told apart."""
    words = ["no", "yes"]
    labels = np.array(words * 75 if kind is SimpleMLPClassifier else y, object)
    labels[7] = missing
    known = {"classes": words} if kind is SimpleMLPClassifier else {}
    options = known if method == "partial_fit" else {}
    for given in (labels, labels.tolist(), pd.Series(labels)):
        with pytest.raises(ValueError, match=r"Input y contains NaN.* at index 7\."):
            getattr(kind(), method)(X, given, **options)


def test_missing_targets_of_other_libraries():
    for labels in (
        pd.Series(["no", None] * 75, dtype="string"),
        pd.Series([1, None] * 75, dtype="Int64"),
        pl.Series(["no", None] * 75),
        np.array(["2001", "NaT"] * 75, "datetime64[Y]"),
    ):
        with pytest.raises(ValueError, match=r"Input y contains NaN.* at index 1\."):
            SimpleMLPClassifier().fit(X, labels)


@KINDS
def test_masked_values(kind, y):
    """scikit-learn takes what the mask hides."""
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
def test_integers_that_no_float_can_hold(kind, y):
    huge = X.astype(object)
    huge[0, 0] = 10**400
    with pytest.raises(ValueError, match="X and y must hold numbers that a float can"):
        kind().fit(huge, y)
    with pytest.raises(ValueError, match="X must hold numbers that a float can hold"):
        kind(max_iter=2, n_iter_no_change=np.inf).fit(X, y).predict(huge)


def test_infinite_targets_among_objects():
    numbers = NUMBERS.astype(object)
    numbers[3] = np.inf
    with pytest.raises(ValueError, match="Input y contains infinity"):
        SimpleMLPRegressor().fit(X, numbers)


@pytest.mark.parametrize("classes", [{"a", "b"}, 2, "a", [], [["a", "b"]]])
def test_classes_that_are_no_list(classes):
    labels = np.array(["a", "b"] * 75)
    with pytest.raises(ValueError, match="classes must be array-like of shape"):
        SimpleMLPClassifier().partial_fit(X, labels, classes=classes)
    with pytest.raises(ValueError, match="Input classes contains NaN, None"):
        SimpleMLPClassifier().partial_fit(X, labels, classes=["a", "b", None])


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


def test_continuous_labels():
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        SimpleMLPClassifier().fit(X, NUMBERS + 0.05)


def test_several_columns_of_labels():
    with pytest.raises(ValueError, match="MultiOutputClassifier"):
        SimpleMLPClassifier().fit(X, np.column_stack([LABELS, LABELS]))


def test_complex_and_word_targets_for_the_regressor():
    with pytest.raises(ValueError, match="Complex data"):
        SimpleMLPRegressor().fit(X, NUMBERS + 1j)
    for dtype in (object, str):
        with pytest.raises(ValueError, match=r"y must be numbers .* got text"):
            SimpleMLPRegressor().fit(X, np.array(["1"] * 150, dtype=dtype))
    with pytest.raises(ValueError, match=r"y must be numbers .* got dates"):
        SimpleMLPRegressor().fit(X, NUMBERS.astype("datetime64[D]"))


@pytest.mark.parametrize(
    ("options", "y", "message"),
    [
        ({"loss": "poisson"}, -NUMBERS, r"y must lie in \[0, inf\].*poisson"),
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


def test_targets_that_float32_cannot_hold():
    with pytest.raises(ValueError, match=r"y must be finite as float32.*X as float64"):
        SimpleMLPRegressor(normalize_y=False).fit(X.astype(np.float32), 1e300 * NUMBERS)


@KINDS
@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (-np.ones(150), "Negative values in data passed to `sample_weight`"),
        (np.full(150, np.nan), "sample_weight contains NaN"),
        (np.zeros(150), "(?i)sample.weights? .*non-zero"),
        (np.ones(149), r"sample_weight.shape == \(149,\)"),
        (np.ones((150, 2)), "Sample weights must be 1D"),
        (np.full(150, 1e300), "sample_weight must have .* a sum of at most 1e"),
        (np.full(150, 5e-324), "sample_weight must have a mean of at least 7e-155"),
    ],
)
def test_bad_weights(kind, y, weights, message):
    with pytest.raises(ValueError, match=message):
        kind().fit(X, y, sample_weight=weights)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"coefs_init": [np.ones((4, 5))]}, r"coefs_init .*\(4, 5\), \(5, 1\).*got"),
        (
            {"coefs_init": [np.ones((4, 5)), np.ones((5, 2))]},
            r"coefs_init .*\(5, 1\).*\(5, 2\)",
        ),
        (
            {"coefs_init": [np.full((4, 5), np.nan), np.ones((5, 1))]},
            "coefs_init must hold finite numbers",
        ),
        (
            {"coefs_init": [np.full((4, 5), 1e300), np.ones((5, 1))]},
            "coefs_init and intercepts_init must be finite as float32",
        ),
        (
            {"coefs_init": [[[1, 2], [3]], [[1]]]},
            r"coefs_init .*\(4, 5\), \(5, 1\).*got",
        ),
        ({"intercepts_init": [np.ones(5)]}, r"intercepts_init .*\(5,\), \(1,\)"),
        ({"intercepts_init": np.array(2)}, r"intercepts_init .*\(5,\).*array\(2\)"),
        (
            {"intercepts_init": [np.ones(5), np.ones(1)], "fit_intercept": False},
            "intercepts_init must be None with fit_intercept=False",
        ),
    ],
)
def test_bad_initial_weights(options, message):
    with pytest.raises(ValueError, match=message):
        SimpleMLPRegressor((5,), **options).fit(X.astype(np.float32), NUMBERS)


@KINDS
@pytest.mark.parametrize(
    ("validation", "message"),
    [
        ({"X_val": X}, "X_val is given, but y_val is not"),
        ({"y_val": NUMBERS}, "y_val is given, but X_val is not"),
        ({"sample_weight_val": np.ones(150)}, "sample_weight_val is given, but X_val"),
        ({"X_val": X[:, :3], "y_val": LABELS}, "X_val.* 3 features"),
        ({"X_val": X * np.nan, "y_val": LABELS}, "X_val.*NaN"),
        ({"X_val": X[:5], "y_val": LABELS}, "X_val.*inconsistent"),
        (
            {"X_val": X, "y_val": LABELS, "sample_weight_val": -np.ones(150)},
            "sample_weight_val.*Negative",
        ),
    ],
)
def test_bad_validation_data(kind, y, validation, message):
    with pytest.raises(ValueError, match=message):
        kind(early_stopping=True).fit(X, y, **validation)


def test_validation_labels_that_training_does_not_know():
    with pytest.raises(ValueError, match=r"y_val.*\[0, 1\], got also \[2\]"):
        SimpleMLPClassifier(early_stopping=True).fit(
            X[:100], LABELS[:100], X_val=X, y_val=LABELS
        )


@KINDS
def test_validation_data_without_early_stopping(kind, y):
    with pytest.raises(ValueError, match="early_stopping is False"):
        kind().fit(X, y, X_val=X, y_val=y)


@pytest.mark.parametrize(
    ("rows", "fraction", "message"),
    [
        (range(5), 0.1, "holds out 1 of 5 samples: too few"),
        (range(50), 0.0, "holds out 0 of 50 samples: too few"),
        ((0, 1, 2, 3, 50, 51, 52, 100), 0.4, "at least 2 samples of it, but class 2"),
    ],
)
def test_early_stopping_on_too_few_rows(rows, fraction, message):
    rows = list(rows)
    classifier = SimpleMLPClassifier(early_stopping=True, validation_fraction=fraction)
    with pytest.raises(ValueError, match=message):
        classifier.fit(X[rows], LABELS[rows])


def test_early_stopping_on_one_row_of_each_class():
    rows = [0, 1, 50, 51, 100, 101]
    classifier = SimpleMLPClassifier(early_stopping=True, validation_fraction=0.34)
    assert np.isfinite(classifier.fit(X[rows], LABELS[rows]).loss_)


def test_early_stopping_with_no_weight_left_for_a_part():
    weights = np.zeros(150)
    weights[0] = 1
    with pytest.raises(ValueError, match="sample_weight is zero for every sample"):
        SimpleMLPRegressor(early_stopping=True, random_state=0).fit(
            X, NUMBERS, sample_weight=weights
        )


def test_early_stopping_with_next_to_no_weight_left_for_a_part():
    weights = np.full(150, 1e-200)
    weights[0] = 1
    with pytest.raises(ValueError, match=r"sample_weight of the .* part that early"):
        SimpleMLPRegressor(early_stopping=True, random_state=0).fit(
            X, NUMBERS, sample_weight=weights
        )


def test_class_weights_that_multiply_to_too_much():
    classifier = SimpleMLPClassifier(class_weight={0: 1e300})
    with pytest.raises(ValueError, match="class_weight with sample_weight must have"):
        classifier.fit(X, LABELS, sample_weight=np.full(150, 1e100))
    with pytest.raises(ValueError, match="class_weight with sample_weight must have"):
        classifier.fit(X.astype(np.float32), LABELS)


def test_class_weights_for_dates():
    days = np.array(["2000-01-01", "2000-01-02", "2000-01-03"], "datetime64[D]")
    with pytest.raises(TypeError, match="class_weight can't tell labels of datetime64"):
        SimpleMLPClassifier(class_weight={0: 1}).fit(X, days[LABELS])


@pytest.mark.parametrize("name", ["batch_size", "max_iter"])
@pytest.mark.parametrize("engine", ["numpy", "auto"])
def test_integers_of_any_type_are_the_same_parameter(name, engine):
    """NumPy's small ones overflow in arithmetic, its unsigned ones turn to floats."""
    options = {"engine": engine, "random_state": 0, "max_iter": 3} | UNSTOPPED
    expected = SimpleMLPRegressor((3,), **options | {name: 100}).fit(X, NUMBERS)
    for integer in (np.int8(100), np.uint64(100)):
        found = SimpleMLPRegressor((3,), **options | {name: integer}).fit(X, NUMBERS)
        np.testing.assert_array_equal(found.coefs_[0], expected.coefs_[0])


@pytest.mark.parametrize("engine", ["numpy", "auto"])
def test_a_patience_that_no_float_can_hold(engine):
    options = {"engine": engine, "random_state": 0, "max_iter": 3}
    endless = SimpleMLPRegressor((3,), n_iter_no_change=np.inf, **options)
    patient = SimpleMLPRegressor((3,), n_iter_no_change=10**400, **options)
    with pytest.warns(ConvergenceWarning):
        patient.fit(X, NUMBERS)
    assert patient.loss_curve_ == endless.fit(X, NUMBERS).loss_curve_


@pytest.mark.parametrize("name", ["tol", "alpha", "learning_rate_init", "momentum"])
def test_numbers_of_any_type_are_the_same_parameter(name):
    """Numba knows no long double."""
    options = {"random_state": 0, "max_iter": 3, "n_iter_no_change": np.inf}
    expected = SimpleMLPRegressor((3,), **options | {name: 0.25}).fit(X, NUMBERS)
    for number in (np.longdouble(0.25), np.float16(0.25)):
        found = SimpleMLPRegressor((3,), **options | {name: number}).fit(X, NUMBERS)
        np.testing.assert_array_equal(found.coefs_[0], expected.coefs_[0])


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
def test_samples_at_both_ends_of_what_floats_can_hold(kind, y):
    """scikit-learn's own check adds them up: infinity minus infinity."""
    extreme = np.finfo(float).max * np.sign(X - X.mean(axis=0))
    model = kind((3,), max_iter=2, n_iter_no_change=np.inf).fit(extreme, y)
    assert np.isfinite(model.score(extreme.tolist(), y))


@pytest.mark.parametrize("engine", ["numpy", "auto"])
def test_targets_too_large_for_their_loss(engine):
    regressor = SimpleMLPRegressor((3,), normalize_y=False, engine=engine)
    with pytest.raises(ValueError, match="y is too large for loss='squared_error'"):
        regressor.fit(X, 1e200 * NUMBERS)
    with pytest.raises(ValueError, match=r"y must be finite as float64.*Scale y\."):
        SimpleMLPRegressor((3,)).fit(X, np.sign(NUMBERS - 6) * np.finfo(float).max)
    regressor = SimpleMLPRegressor((3,), loss="absolute_error", normalize_y=False)
    with pytest.raises(
        ValueError, match=r"diverged in epoch 1.*scale the inputs and y"
    ):
        regressor.fit(X, np.full(150, np.finfo(float).max))


@KINDS
def test_an_epsilon_that_float32_cannot_hold(kind, y):
    """What underflows would be divided by 0."""
    model = kind((3,), solver="adam", epsilon=1e-50, max_iter=2, **UNSTOPPED)
    assert np.isfinite(model.fit(X, y).loss_)
    with pytest.raises(ValueError, match="epsilon must be more than 0 as float32"):
        model.fit(X.astype(np.float32), y)


def test_targets_too_large_for_coefs_in_their_units():
    """One step goes from 0.88 to 1.1 times 1.7e308."""
    step = {"learning_rate_init": 1.9, "momentum": 0.0, "max_iter": 1, **UNSTOPPED}
    regressor = SimpleMLPRegressor(
        (), alpha=0.0, fit_intercept=False, coefs_init=[[[1.5e308]]], **step
    )
    with pytest.raises(ValueError, match="in its units, coefs_ or intercepts_ are not"):
        regressor.fit([[1.0], [-1.0]], [1.7e308, -1.7e308])


def test_validation_data_with_an_infinite_loss():
    regressor = SimpleMLPRegressor((), normalize_y=False, early_stopping=True)
    with pytest.raises(ValueError, match=r"epoch 1.*the validation loss is not finite"):
        regressor.fit(X, NUMBERS, X_val=1e200 * X, y_val=NUMBERS)


def test_labels_that_no_integer_can_hold():
    """scikit-learn's type_of_target casts them to see whether they are whole."""
    bad = np.where(LABELS == 0, np.nan, LABELS)
    with pytest.raises(ValueError, match="Input y contains NaN"):
        SimpleMLPClassifier().partial_fit(X, bad, classes=[1, 2])
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        SimpleMLPClassifier().fit(X, LABELS * 1e300)


def test_a_scorer_that_fails():
    regressor = SimpleMLPRegressor(early_stopping=True, scoring="accuracy")
    with pytest.raises(ValueError, match="scoring='accuracy' failed on the validation"):
        regressor.fit(X, NUMBERS)


def test_a_scorer_of_probabilities_for_a_regressor():
    regressor = SimpleMLPRegressor(early_stopping=True, scoring="neg_log_loss")
    with pytest.raises(ValueError, match="scoring='neg_log_loss' failed on the valid"):
        regressor.fit(X, NUMBERS)


def test_a_scorer_that_gives_no_number():
    regressor = SimpleMLPRegressor(early_stopping=True, scoring=lambda *_: np.nan)
    with pytest.raises(ValueError, match=r"scoring must give a finite number.*nan"):
        regressor.fit(X, NUMBERS)


def test_partial_fit_with_unknown_classes_or_none():
    classifier = SimpleMLPClassifier((3,))
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        classifier.partial_fit(X, LABELS)
    with pytest.raises(ValueError, match=r"only the classes \[0, 1\], got also \[2\]"):
        classifier.partial_fit(X, LABELS, classes=[0, 1])
    assert not hasattr(classifier, "classes_")
    classifier.partial_fit(X, LABELS, classes=[0, 1, 2])
    with pytest.raises(ValueError, match=r"got also \[3\]"):
        classifier.partial_fit(X, LABELS + 1)
    with pytest.raises(ValueError, match="classes must be the same in each call"):
        classifier.partial_fit(X, LABELS, classes=[0, 1, 2, 3])


def test_partial_fit_refuses_what_needs_all_samples():
    with pytest.raises(ValueError, match="early_stopping must be False"):
        SimpleMLPRegressor(early_stopping=True).partial_fit(X, NUMBERS)
    with pytest.raises(ValueError, match="class_weight must be a dict or None"):
        SimpleMLPClassifier(class_weight="balanced").partial_fit(X, LABELS, classes=[0])


def test_there_is_no_partial_fit_for_lbfgs():
    assert not hasattr(SimpleMLPRegressor(solver="lbfgs"), "partial_fit")
    with pytest.raises(AttributeError, match="partial_fit"):
        SimpleMLPRegressor(solver="lbfgs").partial_fit(X, NUMBERS)


def test_there_is_no_partial_fit_for_what_is_no_solver():
    for solver in (["sgd"], np.array(["sgd", "adam"]), None):
        assert not hasattr(SimpleMLPRegressor(solver=solver), "partial_fit")


@KINDS
def test_predicting_before_fitting(kind, y):
    with pytest.raises(ValueError, match="not fitted yet"):
        kind().predict(X)
    for attribute in ("loss_curve_", "history_", "validation_scores_", "coefs_"):
        assert not hasattr(kind(), attribute)


@KINDS
@pytest.mark.parametrize("layout", ["F", "strided", "reversed", "readonly", "list"])
def test_layouts_and_the_callers_data(kind, y, layout):
    """Whatever the layout, the same bits; and the data are as they were."""
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


@KINDS
def test_what_is_checked_before_predicting(kind, y):
    """An array that needs nothing done to it is not checked by scikit-learn."""
    model = kind((3,), max_iter=2, n_iter_no_change=np.inf).fit(X, y)
    expected = model.predict(X)
    np.testing.assert_array_equal(model.predict(X.tolist()), expected)
    np.testing.assert_array_equal(model.predict(np.asfortranarray(X)), expected)
    bad = {
        "NaN": np.where(np.arange(X.size).reshape(X.shape) == 7, np.nan, X),
        "infinity": np.where(np.arange(X.size).reshape(X.shape) == 7, np.inf, X),
        "features": X[:, 1:],
        "0 sample": X[:0],
        "1D array": X[0],
    }
    for message, samples in bad.items():
        with pytest.raises(ValueError, match=message):
            model.predict(samples)
    # Finite, although their sum is not.
    assert np.isfinite(model.predict(np.full_like(X, 1e308))).all()
    named = clone(model).fit(pd.DataFrame(X).add_prefix("x"), y)
    with pytest.warns(UserWarning, match="valid feature names"):
        named.predict(X)
