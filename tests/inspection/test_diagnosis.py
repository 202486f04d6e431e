"""Each finding of `diagnose` where its cause is planted, and nowhere else."""

import copy
import inspect
import itertools
import pickle
import re
import tracemalloc
from itertools import pairwise

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse
from sklearn.base import clone, is_classifier
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_iris,
    load_wine,
    make_circles,
    make_classification,
    make_moons,
)
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.metrics import log_loss, r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    OneHotEncoder,
    StandardScaler,
    TargetEncoder,
)
from support import ENGINES, UNSTOPPED

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.inspection import Finding, diagnose
from sknn_simple.inspection.codes import code_of
from sknn_simple.inspection.diagnosis import SYMPTOMS
from sknn_simple.inspection.gathering import gather_evidence

# What ends a fit with a warning is what is to be found here.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def standardised(load):
    X, y = load(return_X_y=True)
    return StandardScaler().fit_transform(X), y


IRIS, DIABETES = standardised(load_iris), standardised(load_diabetes)
# Every option that matters is stated, whatever the defaults are.
OPTIONS = {
    "alpha": 1e-4,
    "learning_rate_init": 0.1,
    "max_iter": 200,
    "n_iter_no_change": 10,
    "average": False,
    "init": "glorot_uniform",
    "random_state": 0,
}
CLASSIFIER = SimpleMLPClassifier((10,), **OPTIONS)
REGRESSOR = SimpleMLPRegressor((10,), **OPTIONS | {"learning_rate_init": 0.01})
HURRIED = {"max_iter": 3, "n_iter_no_change": np.inf}


def diagnosis_of(estimator, X, y, **params):
    return diagnose(clone(estimator).set_params(**params).fit(X, y), X, y)


def only(diagnosis, kind):
    """The one finding of a kind."""
    [finding] = [finding for finding in diagnosis if finding.kind == kind]
    return finding


# Units ----------------------------------------------------------------------------


@pytest.mark.parametrize(("n_equal", "share"), [(3, "30%"), (10, "100%")])
def test_all_of_the_equal_units_are_counted(n_equal, share):
    X, y = IRIS
    start = SimpleMLPClassifier((10,), max_iter=0, random_state=0).fit(X, y)
    coefs, intercepts = start.coefs_, start.intercepts_
    coefs[0][:, :n_equal], coefs[1][:n_equal] = 0.5, 0.5
    intercepts[0][:n_equal] = 0.5
    diagnosis = diagnosis_of(
        CLASSIFIER, X, y, coefs_init=coefs, intercepts_init=intercepts
    )
    assert only(diagnosis, "identical_units").seen.startswith(share)


@pytest.mark.parametrize("size", [1e-6, 1e6])
def test_units_are_compared_at_their_own_size(size):
    """One unit is far larger than the others, which are not equal for that."""
    X, y = IRIS
    model = clone(CLASSIFIER).fit(X, y)
    model.coefs_[0][:, 1:] *= size
    model.coefs_[0][:, 2] = 2 * model.coefs_[0][:, 3]
    assert "identical_units" not in diagnose(model, X, y).kinds


# Health ---------------------------------------------------------------------------


@pytest.mark.parametrize("load", [load_iris, load_wine, load_breast_cancer])
@pytest.mark.parametrize(
    "params",
    [
        {"max_iter": 400},
        {"activation": "tanh"},
        {"activation": "relu"},
        {"solver": "adam", "max_iter": 400},
        {"solver": "lbfgs"},
        {"early_stopping": True},
        {"loss": "squared_error", "max_iter": 400, "learning_rate_init": 0.5},
        {"hidden_layer_sizes": (10, 10), "activation": "tanh"},
        {"class_weight": "balanced", "max_iter": 400},
        {"hidden_layer_sizes": (), "max_iter": 1000},
    ],
    ids=str,
)
def test_a_healthy_classifier_has_no_finding(load, params):
    diagnosis = diagnosis_of(CLASSIFIER, *standardised(load), **params)
    assert diagnosis == ()
    assert str(diagnosis) == (
        "Nothing found: on these samples the network looks healthy.\n"
        "Overfitting shows on samples that it was not trained on."
    )


@pytest.mark.parametrize(
    "params",
    [
        {"max_iter": 500},
        {"activation": "relu"},
        {"loss": "absolute_error", "max_iter": 500},
        {"loss": "poisson", "max_iter": 500, "learning_rate_init": 0.001},
        {"early_stopping": True},
    ],
    ids=str,
)
def test_a_healthy_regressor_has_no_finding(params):
    assert diagnosis_of(REGRESSOR, *DIABETES, **params) == ()


# Inputs ---------------------------------------------------------------------------


def test_raw_inputs_are_named():
    frame = load_wine(as_frame=True).frame
    X, y = frame.drop(columns="target"), frame.target
    diagnosis = diagnosis_of(CLASSIFIER, X, y)
    finding = only(diagnosis, "unscaled_inputs")
    assert finding.where == ("magnesium", "proline")
    assert finding.figure == pytest.approx(X["proline"].std(ddof=0))
    assert finding.threshold == 10
    assert "StandardScaler" in finding.advice
    text = str(diagnosis)
    expected = f"{len(diagnosis)} findings\n\nunscaled_inputs (magnesium, proline)"
    assert text.startswith(expected)
    assert "for proline it is 314." in finding.seen
    assert "saturated_units (hidden layer 1)" in text
    assert max(map(len, text.splitlines())) < 80
    assert repr(diagnosis) == text


def test_narrow_inputs():
    X, y = IRIS
    X = X * [1, 1e-3, 1, 1e-2]
    finding = only(diagnosis_of(CLASSIFIER, X, y, **HURRIED), "unscaled_inputs")
    assert finding.where == ("x2", "x4")
    assert finding.figure == pytest.approx(np.abs(X[:, 1]).max())
    assert finding.threshold == 0.25
    # The other features are enough.
    assert diagnosis_of(CLASSIFIER, X, y) == ()


@pytest.mark.parametrize("shrunk", [False, True])
def test_narrow_inputs_are_judged_together(shrunk):
    """A hundred proportional inputs act like one that is ten times as wide."""
    t = np.random.RandomState(0).uniform(-1, 1, (200, 1))
    X, y = 0.24 * t + np.zeros(100), np.sin(3 * t[:, 0])
    X = X / 100 if shrunk else X
    model = SimpleMLPRegressor(random_state=0).fit(X, y)
    assert ("unscaled_inputs" in diagnose(model, X, y).kinds) == shrunk
    scaled = clone(model).fit(StandardScaler().fit_transform(X), y)
    gain = scaled.score(StandardScaler().fit_transform(X), y) - model.score(X, y)
    assert (gain > 0.03) == shrunk


def test_a_rare_feature_and_a_sparse_one_are_not_narrow():
    X, y = IRIS
    rare = np.zeros((150, 1))
    rare[[3, 77]] = 1
    usual = np.ones((150, 1))
    usual[3] = 0  # its mean is 12 deviations from 0, but it is no number to centre
    assert diagnosis_of(CLASSIFIER, np.hstack([X, rare, usual]), y) == ()
    digits, labels = load_digits(return_X_y=True)  # pixels at the edge are mostly 0
    assert diagnosis_of(CLASSIFIER, digits / 16, labels) == ()
    words = sparse.csr_array(np.hstack([X, 0.1 * rare]))
    assert diagnosis_of(CLASSIFIER, words, y) == ()


def test_uncentred_inputs():
    X, y = IRIS
    X = X + np.array([0, 0, 20, 0])
    finding = only(diagnosis_of(CLASSIFIER, X, y), "uncentred_inputs")
    assert finding.where == ("x3",)
    assert finding.figure == pytest.approx(20)
    sparse_finding = only(
        diagnosis_of(CLASSIFIER, sparse.csr_array(X), y), "uncentred_inputs"
    )
    assert sparse_finding.figure == pytest.approx(20)


def hours_of_a_year():
    """Return a season, an hour of the day, an input without rhythm, and targets."""
    hours = np.arange(24 * 365)
    season, hour = 2 * np.pi * hours / hours.size, 2 * np.pi * hours / 24
    noise = np.random.RandomState(0).standard_normal(hours.size)
    X = np.c_[np.cos(season), np.sin(hour), noise]
    return X, 4 * X[:, 0] + 3 * X[:, 1] + X[:, 2]


@pytest.mark.parametrize("n_hours", [1, 24, 500])
def test_inputs_that_hardly_vary_in_a_short_time_are_scaled(n_hours):
    """They vary in the training samples, which are all hours of the year."""
    X, y = hours_of_a_year()
    model = make_pipeline(StandardScaler(), clone(REGRESSOR).set_params(max_iter=5))
    last = slice(-n_hours, None)
    faults = {"constant_inputs", "uncentred_inputs", "unscaled_inputs"}
    assert not faults & set(diagnose(model.fit(X, y), X[last], y[last]).kinds)
    model[-1].partial_fit(model[:-1].transform(X[last]), y[last])
    assert not faults & set(diagnose(model, X[last], y[last]).kinds)


def test_inputs_far_from_0_are_named_on_new_samples():
    X, y = hours_of_a_year()
    X[:, 2] = 2015 + 3 * X[:, 2]  # years
    model = clone(REGRESSOR).set_params(max_iter=5).fit(X, y)
    finding = only(diagnose(model, X[-500:], y[-500:]), "uncentred_inputs")
    assert finding.where == ("x3",)


def test_outlying_inputs():
    X, y = IRIS
    cell = X.copy()
    cell[17, 1] = 1e4
    for values in (cell, StandardScaler().fit_transform(cell)):
        finding = only(diagnosis_of(CLASSIFIER, values, y), "outlying_inputs")
        assert finding.where == ("x2",)
        low, high = np.percentile(values[:, 1], [25, 75])
        assert finding.figure == pytest.approx((high - low) / values[:, 1].std())
        rows = "check and correct, or remove, row 17 of X; or QuantileTransformer"
        assert finding.advice.startswith(rows)
    cell[[5, 140], 1] = -1e4
    # Rows of weight 0 count, but are not to be checked.
    weights = np.ones(150)
    weights[[0, 17]] = 0
    model = clone(CLASSIFIER).fit(cell, y, sample_weight=weights)
    finding = only(diagnose(model, cell, y, weights), "outlying_inputs")
    rows = "check and correct, or remove, 2 rows of X, of which row 5 is the first;"
    assert finding.advice.startswith(rows)
    # Rare indicators and heavy tails such as those of incomes are no outliers.
    rng = np.random.RandomState(0)
    usual = np.c_[np.exp(rng.standard_normal((150, 2))), rng.poisson(0.1, 150)]
    assert "outlying_inputs" not in diagnosis_of(CLASSIFIER, usual, y).kinds


def test_a_tenth_of_the_rows_in_another_unit_is_named_before_a_transformer():
    rng = np.random.default_rng(0)
    X = rng.dirichlet(np.ones(5), 120)
    y = np.sin(6 * X[:, 0]) + np.sin(6 * X[:, 1])
    mixed = X.copy()
    mixed[30:42] *= 100  # percents among fractions
    model = make_pipeline(StandardScaler(), SimpleMLPRegressor(random_state=0))
    advice = only(diagnosis_of(model, mixed, y), "outlying_inputs").advice
    rows = "check and correct, or remove, 12 rows of X, of which row 30 is the first"
    assert advice.startswith(f"{rows}; or QuantileTransformer")
    usual = np.r_[0:30, 42:120]
    cured = clone(model).fit(mixed[usual], y[usual])
    assert cured.score(X, y) > 0.95 > clone(model).fit(mixed, y).score(X, y) + 0.5
    # More of them are a distribution.
    mixed[30:43] = 100 * X[30:43]
    advice = only(diagnosis_of(model, mixed, y), "outlying_inputs").advice
    assert advice.startswith("QuantileTransformer")


def spoil(X):
    """Return X with a code for missing values in 3 % of its values."""
    return np.where(np.random.RandomState(1).uniform(size=X.shape) < 0.03, -9999, X)


def test_a_code_for_missing_values_is_named():
    """As it is in the data, also if a Pipeline scales them; no scaler is a cure."""
    X, y = IRIS
    coded = spoil(X)
    count = np.count_nonzero(coded == -9999)
    assert 20 < count < 40
    advice = (
        f"if -9999, which occurs {count} times in X, is a code for missing values, "
        "replace it by NaN, and use SimpleImputer in a Pipeline."
    )
    scaled = make_pipeline(StandardScaler(), CLASSIFIER)
    for model in (CLASSIFIER, scaled):
        diagnosis = diagnosis_of(model, coded, y)
        assert only(diagnosis, "outlying_inputs").advice == advice
        assert "StandardScaler" not in str(diagnosis)
    only(diagnosis_of(CLASSIFIER, 1000 * spoil(X), y), "unscaled_inputs")
    texts = np.where(coded == -9999, "-9999", "usual")
    encoded = make_pipeline(OneHotEncoder(sparse_output=False), CLASSIFIER)
    assert "outlying_inputs" not in diagnosis_of(encoded, texts, y).kinds


REORDERED = ColumnTransformer(
    [("numbers", StandardScaler(), [2, 1]), ("answers", OneHotEncoder(), [0])],
    sparse_threshold=0,
)


@pytest.mark.parametrize("steps", [StandardScaler(), REORDERED])
def test_outliers_beside_a_code_in_another_column(steps):
    """The advice is on their own column: neither the code nor its rows are named."""
    rng = np.random.default_rng(0)
    X = np.c_[rng.integers(1, 6, 400), rng.normal(size=(400, 2))]
    X[:20, 0] = -9999
    X[100:103, 1] = 5e3, 6e3, 7e3
    y = X[:, 2] + 0.3 * rng.normal(size=400)
    model = make_pipeline(steps, SimpleMLPRegressor(random_state=0))
    finding = only(diagnosis_of(model, X, y), "outlying_inputs")
    rows = "check and correct, or remove, 3 rows of X, of which row 100 is the first;"
    assert finding.advice.startswith(rows)
    X[100:103, 1] = 7000
    advice = only(diagnosis_of(model, X, y), "outlying_inputs").advice
    assert advice.startswith("if 7000, which occurs 3 times in X, is a code")


def test_codes_for_missing_values_among_new_samples_are_no_overfitting():
    X, y = IRIS
    model = make_pipeline(StandardScaler(), clone(CLASSIFIER)).fit(X, y)
    new = np.vstack([spoil(X), X[:10]]), np.r_[y, y[:10]]
    assert diagnose(model, *new).kinds == ("outlying_inputs",)
    # Without them, a network that is bad on new samples overfits all the same.
    wrong = np.where(np.arange(160) % 2, new[1], (new[1] + 1) % 3)
    assert "overfitting" in diagnose(model, new[0], wrong).kinds


def questionnaire(seed=0, n_samples=500):
    """Return answers from 1 to 5, and a target that depends on all of them."""
    rng = np.random.RandomState(seed)
    X = rng.randint(1, 6, (n_samples, 8)).astype(float)
    return X, 0.3 * X.sum(axis=1) + rng.standard_normal(n_samples)


def without_answers(X, share, code):
    missing = np.random.RandomState(1).uniform(size=X.shape) < share
    return np.where(missing, code, X)


SURVEY_MODEL = make_pipeline(StandardScaler(), SimpleMLPRegressor(random_state=0))
CODES = [(-9, 0.06), (9, 0.06), (99, 0.06), (-99, 0.01)]


@pytest.mark.parametrize(("code", "share"), CODES)
def test_codes_of_a_questionnaire_are_named_and_the_advice_is_a_cure(code, share):
    X, y = questionnaire()
    coded = without_answers(X, share, code)
    (finding,) = diagnosis_of(SURVEY_MODEL, coded, y)
    counts = np.count_nonzero(coded == code, axis=0)
    assert finding.kind == "missing_codes"
    assert finding.where == tuple(f"x{k + 1}" for k in np.flatnonzero(counts >= 3))
    assert finding.figure == counts.max()
    worst = f"x{counts.argmax() + 1} is {code} in {counts.max()} rows"
    assert worst in finding.seen
    assert "from 1 to 5" in finding.seen
    assert finding.advice == (
        f"if {code} stands for a missing value, replace it by NaN, and use "
        "SimpleImputer in a Pipeline."
    )
    new_X, new_y = questionnaire(seed=2, n_samples=2000)
    new_X = without_answers(new_X, share, code)
    advised = make_pipeline(
        FunctionTransformer(lambda X: np.where(code == X, np.nan, X)),
        SimpleImputer(),
        clone(SURVEY_MODEL),
    ).fit(coded, y)
    before = clone(SURVEY_MODEL).fit(coded, y).score(new_X, new_y)
    assert advised.score(new_X, new_y) > before + 0.01
    # The data still hold the code, but it no longer reaches the network.
    assert diagnose(advised, coded, y) == ()


def test_codes_among_texts_and_behind_encoders():
    X, y = questionnaire()
    frame = pd.DataFrame(without_answers(X, 0.06, 9), columns=list("abcdefgh"))
    frame["town"] = np.where(y > y.mean(), "north", "south")
    encoder, regressor = OneHotEncoder(), SURVEY_MODEL[-1]
    columns = ColumnTransformer(
        [("text", encoder, ["town", "b"]), ("number", StandardScaler(), ["a", "h"])]
    )
    for sparse_threshold in (0, 1):
        columns.set_params(sparse_threshold=sparse_threshold)
        model = make_pipeline(columns, regressor)
        finding = only(diagnosis_of(model, frame, y), "missing_codes")
        assert finding.where == ("number__a", "number__h")
    # A category of its own is as good as a missing value.
    model = make_pipeline(OneHotEncoder(), regressor)
    assert "missing_codes" not in diagnosis_of(model, frame, y).kinds


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas])
def test_codes_and_outliers_beside_dates_and_texts(convert):
    """Of such columns in this order, other libraries than pandas make no array."""
    X, y = questionnaire(n_samples=200)
    coded = without_answers(X, 0.06, 9)
    days = pd.date_range("2026-11-01", periods=len(y))
    frame = pd.DataFrame({"a": coded[:, 0].astype(int), "when": days, "town": "north"})
    frame["h"] = coded[:, 7]
    frame.loc[:4, "a"] = 7000
    model = make_pipeline(
        FunctionTransformer(lambda table: np.column_stack([table["a"], table["h"]])),
        StandardScaler(),
        SimpleMLPRegressor(max_iter=20, **UNSTOPPED, random_state=0),
    )
    diagnosis = diagnosis_of(model, convert(frame), y)
    assert only(diagnosis, "outlying_inputs").where == ("x1",)
    assert only(diagnosis, "missing_codes").where == ("x2",)


SEVERAL_CODES = {
    "98 or 99": [99] * 7 + [98] * 4,
    "97, 98 or 99": [97] * 3 + [98] * 3 + [99] * 5,
    "-99 or -9": [-99] * 5 + [-9] * 6,
    "-9 or 99": [-9] * 8 + [99] * 3,
    "-99, -9 or 9": [-99] * 3 + [9] * 3 + [-9] * 3,
}


@pytest.mark.parametrize("named", SEVERAL_CODES)
def test_several_codes_of_one_question(named):
    X, y = questionnaire()
    codes = SEVERAL_CODES[named]
    X[: len(codes), 2] = codes
    X[20:22, 4] = 99  # too few
    finding = only(diagnosis_of(SURVEY_MODEL, X, y), "missing_codes")
    assert (finding.where, finding.figure) == (("x3",), len(codes))
    seen = f"x3 is {named} in {len(codes)} rows, and all its other values are whole"
    assert f"{seen} numbers from 1 to 5." in finding.seen
    assert finding.advice.startswith(f"if {named} stands for a missing value, replace")
    weight = np.ones(len(X))
    weight[: len(codes) - 2] = 0
    assert diagnose(clone(SURVEY_MODEL).fit(X, y), X, y, weight) == ()


def test_codes_that_are_too_rare_or_too_near_are_no_codes():
    scale = np.repeat([1.0, 2, 3, 4, 5], 20)
    assert code_of(np.r_[scale, [-9, -9, 99, 99, 99]]) is None
    assert str(code_of(np.r_[scale, [8, 8, 8, 99, 99, 99]])) == "99"
    # A zero is no code, whatever its sign.
    assert code_of(np.r_[scale + 4, [-0.0] * 4]) is None


def usual_columns(n_samples, seed):
    rng = np.random.RandomState(seed)
    uniform = rng.uniform(size=n_samples)
    gains = np.array([0, 594, 2174, 3103, 5178, 7298, 15024, 41310, 99999])
    return np.c_[
        rng.poisson(3, n_samples),
        rng.geometric(0.3, n_samples),
        rng.negative_binomial(0.5, 0.2, n_samples),
        np.minimum(rng.negative_binomial(0.5, 0.1, n_samples), 10),
        rng.poisson(8, n_samples) * (uniform < 0.2),
        rng.randint(18, 100, n_samples),
        rng.randint(1970, 2030, n_samples),
        rng.randint(1, 13, n_samples),
        rng.randint(1, 6, n_samples) * 2 - 1,  # 9 is the last of the odd numbers
        uniform < 0.05,
        rng.choice([3, 6, 7], n_samples),
        rng.choice([4, 6, 8], n_samples),
        rng.choice([5, 6, 8], n_samples),
        rng.choice([0, 7, 8, 9], n_samples),
        rng.choice([0, 1, 2, 20], n_samples),
        rng.choice([1, 2, 9], n_samples, p=[0.1, 0.1, 0.8]),
        np.floor(rng.pareto(1, n_samples)),
        np.round(3 * rng.standard_normal(n_samples)),
        rng.choice(gains, n_samples, p=[0.9] + [0.0125] * 8),
    ].astype(float)


@pytest.mark.parametrize("n_samples", [50, 300, 3000])
def test_usual_columns_hold_no_codes(n_samples):
    for seed in range(10):
        columns = usual_columns(n_samples, seed).T
        assert [k for k, column in enumerate(columns) if code_of(column)] == []


TABLES = [load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine]


@pytest.mark.parametrize("load", TABLES)
def test_usual_tables_hold_no_codes(load):
    X, _ = load(return_X_y=True)
    for n_samples in (100, len(X)):
        columns = np.random.RandomState(0).permutation(X)[:n_samples].T
        assert not any(map(code_of, columns))


def test_standardised_inputs_with_an_extreme_value_are_not_to_be_scaled():
    """It is far from 0, but neither the mean nor the deviation is."""
    X = np.random.RandomState(0).standard_normal((2000, 3))
    X[0, 0] = 60
    X = StandardScaler().fit_transform(X)
    model = SimpleMLPRegressor(max_iter=15, random_state=0)
    finding = only(diagnosis_of(model, X, np.sin(X[:, 1])), "stopped_by_max_iter")
    assert "scale" not in finding.advice
    finding = only(diagnosis_of(model, X + 50, np.sin(X[:, 1])), "stopped_by_max_iter")
    assert "scale" in finding.advice


def test_constant_inputs():
    X, y = IRIS
    X = np.hstack([X, np.ones((150, 1)), np.zeros((150, 1))])
    finding = only(diagnosis_of(CLASSIFIER, X, y), "constant_inputs")
    assert (finding.where, finding.figure) == (("x5", "x6"), 2)
    # Without biases a column of ones is the bias.
    without = diagnosis_of(CLASSIFIER, X, y, fit_intercept=False)
    assert only(without, "constant_inputs").where == ("x6",)


def test_rows_of_weight_zero_are_left_out():
    X, y = IRIS
    model = clone(CLASSIFIER).fit(X, y)
    X, y = np.vstack([X, np.full((4, 4), 1e6)]), np.append(y, [0, 0, 0, 0])
    weights = np.append(np.ones(150), np.zeros(4))
    assert diagnose(model, X, y, weights) == ()
    assert diagnose(model, X, y).kinds != ()
    X[150:] = 0
    X[:150, 1] = 1  # the only value that counts
    model.fit(X, y, weights)
    assert only(diagnose(model, X, y, weights), "constant_inputs").where == ("x2",)


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
def test_weights_weigh_the_spread(kind):
    X, y = IRIS
    model = clone(CLASSIFIER).fit(X, y)
    X, y = kind(np.vstack([X, X * [500, 1, 1, 1]])), np.tile(y, 2)
    assert "unscaled_inputs" in diagnose(model, X, y).kinds
    weights = np.repeat([1, 1e-4], 150)
    assert "unscaled_inputs" not in diagnose(model, X, y, weights).kinds


# Targets --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "offset", "figure", "threshold"),
    [(77, 0, 77, 10), (0.01, 0, 0.01, 0.1), (1, 50, 50, 10)],
)
def test_unscaled_targets(scale, offset, figure, threshold):
    X, y = DIABETES
    y = (y - y.mean()) / y.std() * scale + offset
    params = {"learning_rate_init": 1e-5, "max_iter": 20}
    diagnosis = diagnosis_of(REGRESSOR, X, y, normalize_y=False, **params)
    finding = only(diagnosis, "unscaled_targets")
    assert finding.where == ("y",)
    assert finding.figure == pytest.approx(figure)
    assert finding.threshold == threshold
    assert finding.advice == "normalize_y=True."
    diagnosis = diagnosis_of(REGRESSOR, X, y, **params)
    assert "unscaled_targets" not in diagnosis.kinds


@pytest.mark.parametrize("output", ["relu", "leaky_relu"])
def test_unscaled_targets_of_a_relu_output(output):
    X, y = DIABETES
    Y, params = np.c_[y / 100, y], {"out_activation": output}
    raw = {"normalize_y": False, "learning_rate_init": 1e-5}
    finding = only(diagnosis_of(REGRESSOR, X, Y, **params | raw), "unscaled_targets")
    assert finding.where == ("y2",)
    assert finding.advice == "normalize_y=True."
    assert "unscaled_targets" not in diagnosis_of(REGRESSOR, X, Y, **params).kinds


@pytest.mark.parametrize("output", ["relu", "softplus"])
def test_targets_divided_by_their_deviation_may_have_a_large_mean(output):
    """Centred ones would lie outside the range of the output."""
    X, y = DIABETES
    options = {"out_activation": output, "random_state": 0}
    model = SimpleMLPRegressor(**options)
    assert diagnose(model.fit(X, 20 + y / y.std()), X, 20 + y / y.std()) == ()


def test_an_output_is_named_once_where_its_targets_are_far_and_wide():
    X, y = DIABETES
    y = (y - y.mean()) / y.std()
    Y = np.c_[20 * y + 1000, y + 1000]
    model = clone(REGRESSOR).set_params(normalize_y=False, max_iter=0).fit(X, Y)
    kind = "unscaled_targets"
    wide, far = (f for f in diagnose(model, X, Y) if f.kind == kind)
    assert (wide.where, far.where) == (("y1",), ("y2",))


def test_skewed_targets_that_are_fitted_well_are_no_mistake():
    x = np.random.RandomState(0).uniform(-1, 1, (300, 1))
    y = x[:, 0] + np.exp(12 * (x[:, 0] - 0.7))
    for max_iter, found in ((3, True), (2000, False)):
        model = SimpleMLPRegressor((20,), "tanh", solver="lbfgs", alpha=1e-6)
        diagnosis = diagnosis_of(model, x, y, max_iter=max_iter, random_state=0)
        assert ("skewed_targets" in diagnosis.kinds) == found


@pytest.mark.parametrize(("n_skewed", "found"), [(4, False), (6, True)])
def test_a_few_of_many_targets_are_not_blamed_for_being_skewed(n_skewed, found):
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(300, 3)), rng.normal(size=(300, 11))
    Y[:, :n_skewed] = np.exp(2 * Y[:, :n_skewed])
    diagnosis = diagnosis_of(REGRESSOR, X, Y)
    assert ("skewed_targets" in diagnosis.kinds) == found


FLAT = {
    "peak": lambda x: 100 * np.exp(-(((x - 5) / 0.4) ** 2)),
    "load": lambda x: 100 * np.maximum(0, x - 8),
    "exponential": lambda x: np.exp(x) / 220,
}


def flat_targets(shape, noise, seed):
    """Return inputs, noisy targets of which most are flat, and the truth."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(0, 10, (400, 1))
    truth = FLAT[shape](X[:, 0])
    return (X - 5) / 2.9, truth + noise * rng.normal(size=400), truth


@pytest.mark.parametrize("noise", [1, 3])
@pytest.mark.parametrize("shape", FLAT)
def test_targets_that_are_flat_but_for_noise_are_fitted_well(shape, noise):
    """Their noise is not to be fitted: loss='huber' would not help."""
    model = SimpleMLPRegressor((10,), "tanh", solver="lbfgs", random_state=0)
    for seed in range(3):
        X, y, truth = flat_targets(shape, noise, seed)
        assert "skewed_targets" not in diagnose(model.fit(X, y), X, y).kinds
        assert model.score(X, truth) > 0.998


@pytest.mark.parametrize("shape", ["peak", "load"])
def test_flat_targets_that_are_fitted_with_waves_are_found(shape):
    """The network is accurate at the large targets, and loss='huber' at all."""
    model = SimpleMLPRegressor(random_state=0)
    X, y, truth = flat_targets(shape, 0.2, 0)
    flat = truth < np.median(truth) + 1
    finding = only(diagnosis_of(model, X, y), "skewed_targets")
    assert "most of them, are fitted poorly" in finding.seen
    assert "loss='huber'" in finding.advice
    assert clone(model).fit(X, y).score(X, truth) > 0.98

    def error(loss):
        cured = clone(model).set_params(loss=loss).fit(X, y)
        return np.mean((cured.predict(X)[flat] - truth[flat]) ** 2)

    assert error("huber") < 0.3 * error("squared_error")


def test_the_advice_on_skewed_targets_suits_their_sign():
    X, y = DIABETES
    y = np.exp(3 * (y - y.mean()) / y.std())
    for targets, logarithm, counts, start in (
        (y, True, True, "loss='poisson'"),
        (y - 0.5, True, False, "TransformedTargetRegressor with np.log1p"),
        (y - 9, False, False, "loss='huber'"),
        (-np.sqrt(y), False, False, "check the lowest targets, such as -"),
    ):
        advice = only(diagnosis_of(REGRESSOR, X, targets), "skewed_targets").advice
        assert ("log1p" in advice) == logarithm
        assert ("poisson" in advice) == counts
        assert "loss='huber'" in advice
        assert advice.startswith(start)


def decades(n_samples, noise, seed):
    """Return inputs and targets over ten decades, with noise in some of them."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(0, 1, (n_samples, 3))
    exponent = 10 * X[:, 0] * np.sqrt(X[:, 1]) - 8
    return X, 10 ** (exponent + noise * rng.normal(size=n_samples))


@pytest.mark.parametrize("unit", [1, 1e-12])
@pytest.mark.parametrize("n_samples", [60, 150])
def test_the_first_advice_on_targets_over_decades_is_the_logarithm(n_samples, unit):
    (X, y), (X_new, y_new) = decades(n_samples, 0.05, 0), decades(1000, 0.05, 1)
    y, y_new = unit * y, unit * y_new
    network = make_pipeline(StandardScaler(), SimpleMLPRegressor(random_state=0))
    advice = only(diagnosis_of(network, X, y), "skewed_targets").advice
    first = "TransformedTargetRegressor with np.log and np.exp, since the targets span"
    assert advice.startswith(f"{first} more than two decades;")
    logarithm = TransformedTargetRegressor(network, func=np.log, inverse_func=np.exp)
    models = [logarithm, network]
    for loss in ("poisson", "huber"):
        models.append(clone(network).set_params(simplemlpregressor__loss=loss))
    scores, errors = [], []
    for model in models:
        predicted = model.fit(X, y).predict(X_new)
        scores.append(r2_score(y_new, predicted))
        ratio = np.maximum(predicted, 1e-14 * unit) / y_new
        errors.append(np.median(np.abs(np.log10(ratio))))
    assert scores[0] > max(scores[1:])
    assert errors[0] < 0.1 < min(errors[1:])


def test_noise_over_decades_leaves_the_total_to_poisson_loss():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1000, 3))
    y = np.exp(0.5 * X[:, 0] + 2 * rng.normal(size=1000))
    low, high = np.percentile(y, [10, 90])
    assert high > 100 * low
    network = SimpleMLPRegressor(random_state=0)
    advice = only(diagnosis_of(network, X, y), "skewed_targets").advice
    assert advice.startswith("loss='poisson'; or TransformedTargetRegressor")
    logarithm = TransformedTargetRegressor(network, func=np.log, inverse_func=np.exp)
    assert logarithm.fit(X, y).predict(X).sum() < 0.3 * y.sum()
    total = clone(network).set_params(loss="poisson").fit(X, y).predict(X).sum()
    assert total == pytest.approx(y.sum(), rel=0.2)


def hardness(n_samples, seed):
    """Return the inputs and the hardness of alloys, in HV."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(0, 1, (n_samples, 3))
    y = 200 + 200 * X[:, 0] + 150 * X[:, 1] * X[:, 2]
    return X, y + 5 * rng.normal(size=n_samples)


FAULTS = {
    "units": (
        lambda y: 9.8 * y,
        "check and correct, or remove, 7 rows of y, of which row 15 is the first;",
    ),
    "code": (
        lambda y: -999 * np.ones_like(y),
        "if -999, which occurs 7 times in y, is a code for missing values or failed "
        "measurements, remove the rows that contain it;",
    ),
    "both signs": (
        lambda y: y + 5000 * (-1.0) ** np.arange(len(y)),
        "check and correct, or remove, 7 rows of y, of which row 15 is the first;",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_corrupt_targets_are_named(fault):
    spoilt, start = FAULTS[fault]
    (X, y), (X_new, y_new) = hardness(120, 0), hardness(1000, 1)
    y[15::15] = spoilt(y[15::15])
    rows = np.arange(15, 120, 15)
    network = make_pipeline(StandardScaler(), SimpleMLPRegressor(random_state=0))
    advice = only(diagnosis_of(network, X, y), "skewed_targets").advice
    assert advice.startswith(start)
    before = clone(network).fit(X, y).score(X_new, y_new)
    assert before < 0.5
    others = np.delete(np.arange(len(y)), rows)
    removed = clone(network).fit(X[others], y[others])
    assert removed.score(X_new, y_new) > 0.95
    for loss in ("absolute_error", "huber"):
        assert f"loss='{loss}'" in advice
        robust = clone(network).set_params(simplemlpregressor__loss=loss).fit(X, y)
        assert robust.score(X_new, y_new) > before + 0.4
    assert "poisson" not in advice


def test_the_first_advice_on_amounts_with_many_zeros_keeps_their_total():
    rng = np.random.RandomState(0)
    X = rng.normal(size=(2000, 3))
    bought = rng.uniform(size=2000) < 1 / (1 + np.exp(0.6 - X[:, 0]))
    y = bought * 60 * np.exp(0.5 * X[:, 1]) * rng.gamma(1.2, 1 / 1.2, 2000)
    regressor = SimpleMLPRegressor(random_state=0)
    advice = only(diagnosis_of(regressor, X, y), "skewed_targets").advice
    assert advice.startswith(
        "loss='poisson'; or two models, SimpleMLPClassifier for whether y is 0, as 6"
    )
    assert "huber" not in advice
    assert "logarithm" not in advice
    poisson = SimpleMLPRegressor(loss="poisson", random_state=0)
    logarithm = TransformedTargetRegressor(
        regressor, func=np.log1p, inverse_func=np.expm1
    )
    huber = SimpleMLPRegressor(loss="huber", random_state=0)
    totals = [m.fit(X, y).predict(X).sum() for m in (poisson, logarithm, huber)]
    assert totals[0] == pytest.approx(y.sum(), rel=0.2)
    assert max(totals[1:]) < 0.5 * y.sum()
    classifier = SimpleMLPClassifier(random_state=0).fit(X, y == 0)
    sizes = regressor.fit(X[y != 0], y[y != 0]).predict(X)
    total = classifier.predict_proba(X)[:, 0] @ sizes
    assert total == pytest.approx(y.sum(), rel=0.2)


def test_targets_that_are_mostly_one_value_get_two_models():
    """They are of both signs, so Poisson loss is no choice; Huber loss learns 0."""
    rng = np.random.RandomState(2)
    X = rng.normal(size=(3000, 3))
    buys = 1 / (1 + np.exp(2.5 - 2 * X[:, 0]))
    size = np.exp(1 + 0.8 * X[:, 1])
    sign = rng.choice([1, 1, 1, -0.3], 3000)
    y = (rng.uniform(size=3000) < buys) * size * rng.lognormal(size=3000) * sign
    mean = buys * size * np.exp(0.5) * 0.675
    old, new = slice(2000), slice(2000, None)
    regressor = SimpleMLPRegressor(random_state=0)
    advice = only(diagnosis_of(regressor, X[old], y[old]), "skewed_targets").advice
    assert advice.startswith("two models, SimpleMLPClassifier for whether y is 0, as 8")
    assert "huber" not in advice
    classifier = SimpleMLPClassifier(random_state=0).fit(X[old], y[old] == 0)
    huber = SimpleMLPRegressor(loss="huber", random_state=0).fit(X[old], y[old])
    others = np.flatnonzero(y[old])
    sizes = regressor.fit(X[others], y[others]).predict(X[new])
    two_models = classifier.predict_proba(X[new])[:, 0] * sizes
    gain = r2_score(mean[new], two_models) - r2_score(mean[new], huber.predict(X[new]))
    assert gain > 0.2


@pytest.mark.filterwarnings("ignore:The network has learned next to nothing")
def test_a_loss_that_leads_to_the_median_is_blamed_where_most_targets_agree():
    rng = np.random.RandomState(0)
    X = rng.normal(size=(1000, 3))
    mean = np.exp(X[:, 0] - 2.5)
    y = rng.gamma(2, 50, 1000) * (rng.uniform(size=1000) < mean)
    model = SimpleMLPRegressor(loss="absolute_error", random_state=0)
    advice = only(diagnosis_of(model, X, y), "underfitting").advice
    assert advice.startswith(
        "loss='squared_error', since loss='absolute_error' leads to the median; two "
        "models, SimpleMLPClassifier for whether y is 0, as 8"
    )
    assert r2_score(100 * mean, model.fit(X, y).predict(X)) < 0
    cured = model.set_params(loss="squared_error").fit(X, y)
    assert r2_score(100 * mean, cured.predict(X)) > 0.5


def test_a_rate_that_falls_in_a_stream_is_not_lost_patience():
    """The automatic rate of small calls is lower."""
    rng = np.random.RandomState(0)
    X = rng.uniform(-1, 1, (600, 1))
    y = (np.sin(9 * X[:, 0]) > 0).astype(int)
    model = SimpleMLPClassifier(random_state=0)
    for _ in range(40):
        model.partial_fit(X[:500], y[:500], classes=[0, 1])
    for i in range(500, 560, 5):
        model.partial_fit(X[i : i + 5], y[i : i + 5])
    rates = model.history_["learning_rate"]
    assert rates[-1] < rates[0]
    assert not any("Patience" in finding.seen for finding in diagnose(model, X, y))


def test_a_plateau_on_which_the_rate_dropped_is_named():
    model = SimpleMLPClassifier((4,), learning_rate="settling", random_state=0)
    model.set_params(n_iter_no_change=5)
    found = diagnosis_of(model, *XOR)
    assert found.kinds == ("stopped_on_plateau", "underfitting")
    assert found[0].seen.startswith("Patience lowered the learning rate on a plateau")
    assert found[0].advice == "n_iter_no_change=float('inf') with max_iter=1100."
    cured = clone(model).set_params(n_iter_no_change=np.inf, max_iter=1100)
    assert cured.fit(*XOR).score(*XOR) == 1


def test_a_rate_that_dropped_before_the_loss_converged_is_named():
    """Not as lost patience: a number of epochs keeps the rate for longer."""
    X = np.linspace(-1, 1, 300)[:, np.newaxis]
    model, y = SimpleMLPRegressor(random_state=0), np.sin(12 * X[:, 0])
    finding = only(diagnosis_of(model, X, y), "too_few_epochs")
    assert finding.seen.startswith("The learning rate dropped too early, after 150 ep")
    assert finding.advice == "more epochs (max_iter=930)."
    cured = clone(model).set_params(max_iter=930).fit(X, y)
    assert cured.score(X, y) > 0.95 > model.fit(X, y).score(X, y) + 0.5


def test_a_few_low_targets_are_to_be_checked():
    """Here a sensor failed; without its zeros, the logarithms are learned."""
    rng = np.random.RandomState(0)
    X = rng.standard_normal((3000, 2))
    y = np.log1p(27_000 + 3000 * X[:, 0] + 300 * rng.standard_normal(3000))
    failed = np.arange(3000) % 250 == 0
    broken = np.where(failed, 0.0, y)
    model = SimpleMLPRegressor(random_state=0)
    finding = only(diagnosis_of(model, X, broken), "skewed_targets")
    code = "if 0, which occurs 12 times in y, is a code for missing values or failed"
    assert finding.advice.startswith(code)
    assert "poisson" not in finding.advice
    before = clone(model).fit(X, broken).score(X[~failed], y[~failed])
    for X_left, y_left, loss in (
        (X[~failed], y[~failed], "squared_error"),
        (X, broken, "huber"),
    ):
        cured = clone(model).set_params(loss=loss).fit(X_left, y_left)
        assert cured.score(X[~failed], y[~failed]) > max(before + 0.2, 0.9)


def test_skewed_targets():
    X, y = DIABETES
    y = np.exp(y / 40)
    for loss in ("squared_error", "mean_squared_error", "sum_squared_error"):
        params = HURRIED | {"loss": loss, "learning_rate_init": 1e-4}
        assert "skewed_targets" in diagnosis_of(REGRESSOR, X, y, **params).kinds
    finding = only(diagnosis_of(REGRESSOR, X, y), "skewed_targets")
    assert finding.figure == pytest.approx(pd.Series(y).skew(), rel=0.01)
    assert finding.figure > finding.threshold == 3
    assert "skewed_targets" not in diagnosis_of(REGRESSOR, X, np.log(y)).kinds
    poisson = diagnosis_of(REGRESSOR, X, y, loss="poisson", learning_rate_init=1e-4)
    assert "skewed_targets" not in poisson.kinds


@pytest.mark.parametrize("y", [np.full(442, 7.0), np.full((442, 2), 7.0)])
def test_from_a_constant_target_nothing_can_be_learned(y):
    X = DIABETES[0]
    assert diagnosis_of(REGRESSOR, X, y).kinds == ("constant_targets",)
    raw = diagnosis_of(REGRESSOR, X, y, normalize_y=False, max_iter=500)
    assert raw.kinds[0] == "constant_targets"
    assert "unscaled_targets" not in raw.kinds


@pytest.mark.parametrize("y", [np.zeros(150), np.tile([1, 0, 1], (150, 1))])
def test_from_a_single_class_nothing_can_be_learned(y):
    X, labels = IRIS
    assert diagnosis_of(CLASSIFIER, X, y).kinds == ("constant_targets",)
    some = clone(CLASSIFIER).fit(X, labels)
    for n_samples, found in ((50, True), (1, False), (51, False)):
        kinds = diagnose(some, X[:n_samples], labels[:n_samples]).kinds
        assert ("constant_targets" in kinds) == found


def test_a_target_that_is_constant_up_to_rounding_is_not_skewed():
    X, y = DIABETES[0], 7 + 1e-15 * np.arange(442)
    assert np.ptp(y) > 0
    model = clone(REGRESSOR).set_params(max_iter=2, n_iter_no_change=np.inf)
    diagnosis = diagnose(model.set_params(normalize_y=False).fit(X, y), X, y)
    assert "skewed_targets" not in diagnosis.kinds


# Units ----------------------------------------------------------------------------


@pytest.mark.parametrize(("activation", "far"), [("logistic", 4.6), ("tanh", 2.3)])
def test_saturated_units(activation, far):
    """Just as far out as 1% of the range, and 3 of 4 or 2 of 4 samples beyond."""

    def share_beyond(x):
        network = SimpleMLPRegressor.from_coefs(
            [[[1.0]], [[1.0]]], activation=activation, normalize_y=False
        )
        X = np.reshape(x, (-1, 1))
        y = network.predict(X) + np.array([0.5, -0.5, 0.5, -0.5])
        found = [f for f in diagnose(network, X, y) if f.kind == "saturated_units"]
        return [(f.where, f.figure) for f in found]

    assert share_beyond([far, -far, far, 0.5]) == [(("hidden layer 1",), 0.75)]
    assert share_beyond([far, -far, 0.3, 0.5]) == []
    assert share_beyond([far - 0.1, 0.1 - far, far - 0.1, 0.5]) == []


def test_saturated_layers_are_told_apart():
    X, y = IRIS
    model = clone(CLASSIFIER).set_params(hidden_layer_sizes=(5, 5)).fit(X, y)
    model.coefs_[1] *= 1000
    finding = only(diagnose(model, X, y), "saturated_units")
    assert finding.where == ("hidden layer 2",)
    assert finding.figure > 0.9


def test_saturation_is_no_harm_where_all_is_learned():
    X, y = np.array([[-8.0], [-7.0], [7.0], [8.0]]), [0, 0, 1, 1]
    certain = SimpleMLPClassifier.from_coefs([[[1.0]], [[20.0]]], [[0.0], [-10.0]])
    assert diagnose(certain, X, y) == ()
    assert "saturated_units" in diagnose(certain, X, [0, 1, 1, 1]).kinds


def test_dead_units():
    X, y = IRIS
    model = clone(CLASSIFIER).set_params(activation="relu").fit(X, y)
    assert "dead_units" not in diagnose(model, X, y).kinds
    n_dead = np.sum((X @ model.coefs_[0] + model.intercepts_[0]).max(axis=0) <= 0)
    assert n_dead == 0
    model.intercepts_[0][:2] = -100
    assert "dead_units" not in diagnose(model, X, y).kinds
    model.intercepts_[0][:3] = -100
    finding = only(diagnose(model, X, y), "dead_units")
    assert (finding.where, finding.figure) == (("hidden layer 1",), 0.3)


def test_layers_are_listed_in_their_order_and_the_worst_is_named():
    X, y = IRIS
    model = clone(CLASSIFIER).set_params(hidden_layer_sizes=(10,) * 4)
    model.set_params(activation="relu").fit(X, y)
    for intercepts, n_dead in zip(model.intercepts_, (4, 0, 9, 6), strict=False):
        intercepts[:n_dead] = -1000
    finding = only(diagnose(model, X, y), "dead_units")
    layers = [1, 3, 4]
    assert finding.where == tuple(f"hidden layer {layer}" for layer in layers)
    assert finding.figure == pytest.approx(0.9)
    assert finding.seen.startswith("90% of the units of hidden layer 3 have")


def test_units_are_judged_by_the_activation_of_their_layer():
    X, y = IRIS
    model = clone(CLASSIFIER).set_params(hidden_layer_sizes=(10, 10))
    model.set_params(activation=("tanh", "relu")).fit(X, y)
    for layer, kind in enumerate(("saturated_units", "dead_units")):
        # Pre-activations that saturate a tanh, and for which a relu is 0.
        broken = copy.deepcopy(model)
        broken.intercepts_[layer][:] = -100
        found = [f for f in diagnose(broken, X, y) if f.kind == kind]
        assert found[0].where == (f"hidden layer {layer + 1}",)
    for activation in ("leaky_relu", "softplus"):
        model = clone(CLASSIFIER).set_params(activation=activation).fit(X, y)
        model.intercepts_[0][:3] = -100
        assert "dead_units" not in diagnose(model, X, y).kinds


def test_dead_units_by_the_given_biases():
    biases = [np.full(10, -100.0), np.zeros(3)]
    options = {"activation": "relu", "intercepts_init": biases}
    found = diagnosis_of(CLASSIFIER, *IRIS, **options)
    advice = only(found, "dead_units").advice
    assert advice.startswith("biases nearer to 0 in intercepts_init; ")


def test_a_narrow_layer_saturates():
    X, y = make_circles(200, noise=0.05, factor=0.4, random_state=0)
    model = SimpleMLPClassifier((1,), random_state=0)
    advice = only(diagnosis_of(model, X, y), "saturated_units").advice
    assert advice.startswith("more hidden units; ")
    wider = clone(model).set_params(hidden_layer_sizes=(8,)).fit(X, y)
    assert wider.score(X, y) > model.fit(X, y).score(X, y) + 0.2


@pytest.mark.parametrize("momentum", [0.999, 1.0])
def test_a_momentum_far_too_high(momentum):
    X, y = make_moons(200, noise=0.2, random_state=0)
    model = SimpleMLPClassifier((10,), max_iter=286, random_state=0)
    advice = only(
        diagnosis_of(model, X, y, momentum=momentum), "saturated_units"
    ).advice
    assert advice.startswith(f"a lower momentum than {momentum:g}, such as 0.9; ")
    assert diagnosis_of(model, X, y, momentum=0.9) == ()


def test_vanishing_gradients():
    hidden = {"hidden_layer_sizes": (10,) * 7}
    finding = only(diagnosis_of(CLASSIFIER, *IRIS, **hidden), "vanishing_gradients")
    assert finding.where[0] == "hidden layer 1"
    assert finding.figure < finding.threshold == 1e-3
    tanh = diagnosis_of(CLASSIFIER, *IRIS, **hidden, activation="tanh")
    assert "vanishing_gradients" not in tanh.kinds


def test_exploding_gradients():
    X, y = IRIS
    hidden = {"hidden_layer_sizes": (10, 10), "activation": "identity"}
    model = clone(CLASSIFIER).set_params(**hidden).fit(X, y)
    assert "exploding_gradients" not in diagnose(model, X, y).kinds
    # The same function of the inputs, with more slope below the upper layers.
    model.coefs_[0] /= 1e4
    model.intercepts_[0] /= 1e4
    model.coefs_[1] *= 1e4
    finding = only(diagnose(model, X, y), "exploding_gradients")
    assert finding.where == ("hidden layer 1",)
    assert finding.figure > finding.threshold == 1e3


def test_the_ratio_of_gradients_is_that_of_single_samples():
    """Two samples whose gradients cancel out; the norms by hand."""
    network = SimpleMLPRegressor.from_coefs(
        [1e-4 * np.ones((2, 1)), [[2.0]]], activation="identity", normalize_y=False
    )
    x, hidden, error = np.array([3.0, 4.0]), 7e-4, 0.7
    X, y = [x, x], [2 * hidden - error, 2 * hidden + error]
    finding = only(diagnose(network, X, y), "exploding_gradients")
    assert finding.figure == pytest.approx(5 * 2 * error / (hidden * error))


def test_where_there_is_no_error_there_is_no_ratio_of_gradients():
    network = SimpleMLPRegressor.from_coefs(
        [[[1.0]], [[1.0]]], activation="relu", normalize_y=False
    )
    X = np.array([[0.5], [1.0], [2.0], [3.0]])
    assert diagnose(network, X, X[:, 0]) == ()


# Training -------------------------------------------------------------------------


def with_history(losses, data=IRIS, rate=0.1, model=None):
    """Diagnose a healthy model of iris, or another, with another record of training."""
    model = model or clone(CLASSIFIER).fit(*IRIS)
    model._history = type(model._history)()
    rates = [rate] * len(losses)
    model._history.__setstate__({"loss": losses, "learning_rate": rates})
    model.n_iter_, model.t_ = len(losses), 150 * len(losses)
    return diagnose(model, *data)


def test_a_rate_too_high():
    """A linear network rings, and not by chance as one with hidden units would."""
    options = {"momentum": 0.98, "nesterovs_momentum": False, "batch_size": 442}
    options |= {"init": "uniform"}
    network = clone(REGRESSOR).set_params(hidden_layer_sizes=(), max_iter=30, **options)
    finding = only(
        diagnosis_of(network, *DIABETES, learning_rate_init=0.8),
        "learning_rate_too_high",
    )
    assert finding.figure > finding.threshold
    assert "a lower learning_rate_init ('auto' gives 0.006 here)" in finding.advice


@pytest.mark.parametrize("rate", [10, 100])
def test_a_rate_too_high_is_named_before_what_it_does_to_the_units(rate):
    kinds = diagnosis_of(CLASSIFIER, *IRIS, learning_rate_init=rate).kinds
    assert kinds[0] == "learning_rate_too_high"
    assert "saturated_units" in kinds


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"init": "normal"}, "saturated_units"),
        ({"alpha": 0.01}, "underfitting"),
        ({"activation": "relu", "init": "lecun_uniform"}, "dead_units"),
    ],
    ids=str,
)
def test_a_rate_far_above_the_automatic_one_is_the_first_advice(options, kind):
    X, y = load_digits(return_X_y=True)
    model = SimpleMLPClassifier(
        30,
        loss="squared_error",
        batch_size=10,
        momentum=0,
        alpha=0,
        average=False,
        learning_rate_init=1000.0,
        max_iter=20,
        n_iter_no_change=np.inf,
        random_state=0,
    )
    advice = only(diagnosis_of(model, X / 16, y, **options), kind).advice
    advice = advice.removeprefix("fix the other findings first. Then ")
    assert advice.startswith("a lower learning_rate_init ('auto' gives 0.")
    assert advice.count("a lower learning_rate_init") == 1
    cured = clone(model).set_params(learning_rate_init=1.0, **options).fit(X / 16, y)
    assert cured.loss_ < model.set_params(**options).fit(X / 16, y).loss_ / 2


def test_a_loss_that_oscillates_or_rises():
    falling = np.geomspace(1.2, 0.05, 30)
    assert with_history(falling.tolist()) == ()
    swing = 0.3 * (-1.0) ** np.arange(30)
    finding = only(with_history((falling + swing).tolist()), "learning_rate_too_high")
    # It rises in every second of the 14 steps in the second half.
    losses = (falling + swing)[15:]
    rises = [b - a for a, b in pairwise(losses) if b > a]
    assert finding.figure == pytest.approx(sum(rises) / 14 / np.log(3))
    assert with_history((falling + swing / 20).tolist()) == ()
    rising = np.concatenate([falling, np.linspace(0.05, 0.6, 30)])
    finding = only(with_history(rising.tolist()), "learning_rate_too_high")
    assert finding.figure == pytest.approx(0.55 / np.log(3))
    assert "risen again" in finding.seen


def test_the_noise_of_a_loss_that_can_not_fall_is_no_oscillation():
    losses = (np.log(3) + 0.02 * (-1.0) ** np.arange(30)).tolist()
    assert with_history(losses) == ()


def test_a_loss_that_still_falls_steadily():
    finding = only(
        diagnosis_of(CLASSIFIER, *IRIS, learning_rate_init=0.02, max_iter=20),
        "learning_rate_too_low",
    )
    assert finding.figure > finding.threshold == 0.25
    assert "3 to 10 times 0.02, or 'auto'" in finding.advice


def test_a_rate_at_which_the_validation_loss_no_longer_falls_is_high_enough():
    """The training loss still falls: the network memorises its rare categories."""
    model = clone(CLASSIFIER).set_params(early_stopping=True).fit(*IRIS)
    falling = np.linspace(1.1, 0.5, 30)
    record = {"loss": falling.tolist(), "learning_rate": 30 * [0.1]}
    for validation_loss, found in ((falling, True), (np.maximum(falling, 0.9), False)):
        columns = record | {"validation_loss": validation_loss.tolist()}
        model._history = type(model._history)()
        model._history.__setstate__(columns)
        model.best_epoch_ = 1 + int(np.argmin(validation_loss))
        kinds = diagnose(model, *IRIS).kinds
        assert ("learning_rate_too_low" in kinds) == found


@pytest.mark.parametrize("max_iter", [1, 100, 1000])
@pytest.mark.parametrize("rate", [1e-6, 1e-4, 1e-3])
def test_a_rate_far_too_low_is_tried_against_the_automatic_one(rate, max_iter):
    options = {"learning_rate_init": rate, "max_iter": max_iter}
    found = diagnosis_of(CLASSIFIER, *IRIS, **options)
    finding = only(found, "learning_rate_too_low")
    assert finding.figure > finding.threshold == 0.075
    assert f"{rate:.2g}" in finding.seen
    assert finding.advice == "learning_rate_init='auto', which gives 0.3 here."
    # Epochs like these are no cure.
    assert not {"too_few_epochs", "stopped_on_plateau"} & set(found.kinds)


def test_a_constant_input_does_not_hide_a_rate_far_too_low():
    """No unit of its own makes it a variable."""
    X, y = IRIS
    with_ones = np.hstack([X, np.ones((len(X), 1))])
    found = diagnosis_of(CLASSIFIER, with_ones, y, learning_rate_init=1e-4)
    assert only(found, "learning_rate_too_low").advice.startswith(
        "learning_rate_init='auto'"
    )


def few_of_a_class():
    """Nine samples of a rare class, which depends on two of the inputs."""
    X = np.random.RandomState(0).standard_normal((3000, 4))
    product = X[:, 0] * X[:, 1]
    return X, product > np.quantile(product, 0.997)


# Each has another rate in a stream: for rare classes, and for full batches of few rows.
OF_ANOTHER_RATE_IN_STREAMS = pytest.mark.parametrize(
    ("model", "data"),
    [
        (SimpleMLPClassifier(max_iter=20, random_state=0), few_of_a_class()),
        (
            SimpleMLPRegressor(max_iter=20, random_state=0),
            (DIABETES[0][:12], DIABETES[1][:12]),
        ),
    ],
)


@OF_ANOTHER_RATE_IN_STREAMS
@pytest.mark.parametrize("warm_start", [False, True])
def test_trials_after_a_fit_begin_at_its_rate(model, data, warm_start):
    model = clone(model).set_params(warm_start=warm_start).fit(*data)
    evidence = gather_evidence(model, *data)
    rate = pytest.approx(model.history_["learning_rate"][0])
    assert evidence.problem.learning_rate == rate
    assert evidence.automatic.rate == rate


@OF_ANOTHER_RATE_IN_STREAMS
def test_trials_in_a_stream_begin_at_its_rate(model, data):
    X, y = data
    first = {"classes": [False, True]} if is_classifier(model) else {}
    model = clone(model).partial_fit(X, y, **first).partial_fit(X, y)
    evidence = gather_evidence(model, X, y)
    rate = pytest.approx(model.history_["learning_rate"][-1])
    assert evidence.problem.learning_rate == rate
    assert evidence.automatic.rate == rate


def test_the_automatic_rate_of_a_stream_is_not_to_be_replaced_by_itself():
    X, y = few_of_a_class()
    model = SimpleMLPClassifier(alpha=len(y), random_state=0)
    for _ in range(30):
        model.partial_fit(X, y, classes=[False, True])
    finding = only(diagnose(model, X, y), "alpha_too_high")
    assert "learning_rate_init" not in finding.advice


def in_calls(model, X, y, n_rows):
    """Return a copy of the model after one pass over the rows, some per call."""
    model, classes = clone(model), np.unique(y)
    for i in range(0, len(y), n_rows):
        part = slice(i, i + n_rows)
        model.partial_fit(X[part], y[part], classes=classes)
    return model


def shuffled_digits():
    X, y = load_digits(return_X_y=True)
    order = np.random.RandomState(0).permutation(len(y))
    return X[order] / 16, y[order]


def test_the_number_that_is_advised_for_calls_of_single_rows_is_better():
    """'auto' is there already: it is lower in calls of a few rows."""
    (X, y), seen = shuffled_digits(), slice(1300)
    model = SimpleMLPClassifier(alpha=1e-4, momentum=0, random_state=0)
    slow = in_calls(model, X[seen], y[seen], 1)
    (finding,) = diagnose(slow, X[seen], y[seen])
    assert finding.kind == "learning_rate_too_low"
    name, _, rate = finding.advice.rstrip(".").partition("=")
    better = in_calls(model.set_params(**{name: float(rate)}), X[seen], y[seen], 1)
    assert better.score(X[1300:], y[1300:]) > slow.score(X[1300:], y[1300:]) + 0.1
    assert diagnose(better, X[seen], y[seen]) == ()


@pytest.mark.parametrize("n_rows", [1, 4])
@pytest.mark.parametrize("average", [False, True])
def test_losses_of_a_few_rows_vary_without_a_fault(n_rows, average):
    X, y = shuffled_digits()
    model = SimpleMLPClassifier(alpha=1e-4, average=average, random_state=0)
    model = in_calls(model, X[:1300], y[:1300], n_rows)
    assert model.score(X[1300:], y[1300:]) > 0.9
    assert diagnose(model, X[:1300], y[:1300]) == ()
    assert diagnose(model, X[1300:], y[1300:]) == ()


def test_the_last_single_row_does_not_show_the_training_loss():
    """It is predicted well by chance, or by its own step; others are not."""
    rng = np.random.RandomState(0)
    X = rng.standard_normal((1500, 5))
    y = (X[:, 0] + 2 * rng.standard_normal(1500) > 0).astype(int)
    model = SimpleMLPClassifier(alpha=1e-4, average=False, random_state=0)
    model = in_calls(model, X[:1000], y[:1000], 1)
    model.partial_fit([[4, 0, 0, 0, 0]], [1])  # an easy row
    assert model.history_["loss"][-1] < 0.3
    kinds = diagnose(model, X[1000:], y[1000:]).kinds
    assert not {"overfitting", "shifted_targets", "final_iterate_worse"} & set(kinds)


@pytest.mark.parametrize("n_rows", [500, 1000])
def test_losses_of_many_rows_show_a_rate_that_is_too_high(n_rows):
    rng = np.random.RandomState(0)
    X = rng.standard_normal((20_000, 5))
    y = (X[:, 0] > 0).astype(int)
    model = SimpleMLPClassifier(
        (5,), alpha=0, learning_rate_init=100, average=False, random_state=0
    )
    model = in_calls(model, X, y, n_rows)
    assert "learning_rate_too_high" in diagnose(model, X, y).kinds


def test_a_rate_that_decays_to_nothing():
    X, y = make_moons(200, noise=0.2, random_state=0)
    model = SimpleMLPClassifier(
        (10,), learning_rate="invscaling", power_t=2, learning_rate_init=0.1
    ).set_params(random_state=0)
    finding = only(diagnosis_of(model, X, y), "learning_rate_too_low")
    assert finding.advice.startswith("learning_rate='constant'")
    cured = clone(model).set_params(learning_rate="constant").fit(X, y)
    assert cured.score(X, y) > model.fit(X, y).score(X, y) + 0.3


XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
TEXTBOOK = SimpleMLPClassifier(
    (2,),
    loss="sum_squared_error",
    learning_rate_init=0.5,
    batch_size="full",
    momentum=0,
    average=False,
    alpha=0,
    max_iter=1000,
    random_state=0,
)


@pytest.mark.parametrize("loss", ["sum_squared_error", "log_loss"])
def test_a_rate_that_the_advice_raises_is_not_replaced_by_a_lower_one(loss):
    """On XOR, 'auto' is lower than the rate of the textbook, and learns less."""
    model = clone(TEXTBOOK).set_params(loss=loss).fit(*XOR)
    advice = only(diagnose(model, *XOR), "learning_rate_too_low").advice
    assert "a learning_rate_init of 3 to 10 times 0.5" in advice
    assert "auto" not in advice
    losses = {
        rate: clone(model).set_params(learning_rate_init=rate).fit(*XOR).loss_
        for rate in (1.5, 5.0, "auto")
    }
    assert max(losses[1.5], losses[5.0]) < 0.2 * model.loss_ < losses["auto"]


def test_the_automatic_rate_is_named_only_if_it_is_clearly_higher():
    automatic = clone(CLASSIFIER).set_params(learning_rate_init="auto", max_iter=2)
    rate = automatic.fit(*IRIS).history_["learning_rate"][0]
    falling = np.linspace(1.0, 0.2, 21).tolist()
    for factor, named in ((0.1, True), (0.9, False), (1.0, False), (3.0, False)):
        diagnosis = with_history(falling, rate=factor * rate)
        advice = only(diagnosis, "learning_rate_too_low").advice
        assert f"of 3 to 10 times {factor * rate:.3g}" in advice
        assert ("or 'auto'" in advice) == named


RATE_ADVICE = re.compile(
    r"(?P<higher>higher learning_rate|3 to 10)|lower learning_rate|well below"
)


@pytest.mark.parametrize("options", [{}, {"max_iter": 50}, {"max_iter": 1}])
@pytest.mark.parametrize("solver", ["sgd", "adam"])
@pytest.mark.parametrize("scale", [1.0, 10.0, 1e3, 1e6])
def test_rates_are_advised_in_one_direction(scale, solver, options):
    """Unscaled inputs are to be scaled first: 'auto' suits them as they are."""
    X, y = load_iris(return_X_y=True)
    model = SimpleMLPClassifier(solver=solver, random_state=0, **options)
    diagnosis = diagnose(model.fit(scale * X, y), scale * X, y)
    advice = " ".join(finding.advice for finding in diagnosis)
    directions = {match["higher"] is None for match in RATE_ADVICE.finditer(advice)}
    assert len(directions) <= 1
    if scale >= 1e3:
        assert diagnosis.kinds[0] == "unscaled_inputs"
        assert not directions


def test_units_that_saturate_are_not_to_learn_faster():
    """Nor more slowly, where their inputs are large: to scale these helps."""
    X, y = load_iris(return_X_y=True)
    model = SimpleMLPClassifier(max_iter=1, random_state=0).fit(X, y)
    diagnosis = diagnose(model, X, y)
    assert diagnosis.kinds == ("saturated_units", "stopped_by_max_iter")
    for finding in diagnosis:
        assert finding.advice.startswith("scale the inputs")
        assert "learning_rate" not in finding.advice
    model.set_params(max_iter=20)
    rate = model.history_["learning_rate"][0]
    raw, slower, scaled = (
        log_loss(y, model.set_params(**change).fit(inputs, y).predict_proba(inputs))
        for inputs, change in [
            (X, {}),
            (X, {"learning_rate_init": rate / 10}),
            (IRIS[0], {"learning_rate_init": "auto"}),
        ]
    )
    assert scaled < 0.8 * raw < raw < slower


@pytest.mark.parametrize("activation", ["logistic", "tanh"])
@pytest.mark.parametrize("factor", [4, 20, 60])
def test_saturated_units_that_learn_slowly_need_a_higher_rate(activation, factor):
    X, y = make_moons(200, noise=0.2, random_state=0)
    rng = np.random.default_rng(0)
    model = SimpleMLPClassifier(
        (10,),
        activation=activation,
        coefs_init=[20 * rng.normal(size=(2, 10)), rng.normal(size=(10, 1)) / 3],
        max_iter=150,
        n_iter_no_change=np.inf,
        random_state=0,
    )
    auto = clone(model).fit(X, y)
    rate = auto.history_["learning_rate"][0]
    slow = clone(model).set_params(learning_rate_init=rate / factor).fit(X, y)
    finding = only(diagnose(slow, X, y), "saturated_units")
    cure = f"learning_rate_init='auto', which gives {rate:.2g} here"
    assert finding.advice.startswith(f"smaller weights in coefs_init; {cure}; or ")
    assert "well below" not in finding.advice
    slower = clone(model).set_params(learning_rate_init=rate / factor / 10).fit(X, y)
    assert auto.loss_ < slow.loss_ < slower.loss_


@pytest.mark.parametrize("kind", [SimpleMLPClassifier, SimpleMLPRegressor])
def test_inputs_that_are_large_together_are_to_be_scaled_first(kind):
    """None of them is wide, or 10 deviations from 0."""
    X = np.random.default_rng(0).normal(size=(400, 2))
    product = X[:, 0] * X[:, 1]
    y = product > 0 if kind is SimpleMLPClassifier else product
    model = kind(random_state=0)
    finding = only(diagnosis_of(model, X + 5, y), "saturated_units")
    assert finding.advice.startswith("scale the inputs")
    gain = clone(model).fit(X, y).score(X, y) - model.fit(X + 5, y).score(X + 5, y)
    assert gain > 0.1


def test_a_fit_and_its_diagnosis_agree_on_large_inputs():
    """Here, nothing can be learned; but neither knows that."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(400, 5)) + 5, rng.integers(2, size=400)
    model = SimpleMLPClassifier((10,), random_state=0)
    with pytest.warns(ConvergenceWarning, match="scale the inputs"):
        model.fit(X, y)
    assert "scale the inputs" in only(diagnose(model, X, y), "underfitting").advice


def test_a_warm_start_that_has_converged_is_not_slow():
    """Its loss still falls steadily, but only by a trifle."""
    X = np.array(list(itertools.product([-1.0, 1.0], repeat=4)))
    y = X @ [2, -1, 0.5, 0.1] + 0.1 * np.random.RandomState(0).standard_normal(16)
    model = SimpleMLPRegressor(warm_start=True, random_state=0)
    losses = model.fit(X, y).fit(X, y).loss_curve_
    middle = losses[len(losses) // 2]
    assert (np.diff(losses) < 0).all()
    assert middle - losses[-1] > 0.25 * (losses[0] - losses[-1])
    assert model.score(X, y) > 0.99
    assert diagnose(model, X, y) == ()


def test_lbfgs_has_no_rate_to_raise():
    params = {"solver": "lbfgs", "max_iter": 4}
    finding = only(diagnosis_of(CLASSIFIER, *IRIS, **params), "stopped_by_max_iter")
    assert finding.advice == "a larger max_iter."


def test_the_share_of_the_fall_in_the_second_half():
    linear = np.linspace(1.0, 0.2, 21).tolist()
    finding = only(with_history(linear), "learning_rate_too_low")
    assert finding.figure == pytest.approx(0.6, abs=0.1)
    assert with_history(np.geomspace(1.0, 0.01, 21).tolist()) == ()


def test_stopped_by_max_iter():
    finding = only(diagnosis_of(CLASSIFIER, *IRIS, max_iter=20), "stopped_by_max_iter")
    assert (finding.figure, finding.threshold) == (20, 20)
    for params in (
        {"max_iter": 20, "n_iter_no_change": np.inf},  # as many as were asked for
        {"max_iter": 400},
        {"max_iter": 2000, "n_iter_no_change": 10},
        {"max_iter": 2000, "n_iter_no_change": 10, "learning_rate": "adaptive"},
    ):
        diagnosis = diagnosis_of(CLASSIFIER, *IRIS, **params)
        assert "stopped_by_max_iter" not in diagnosis.kinds


def test_patience_that_runs_out_in_the_last_epoch_is_in_time():
    n_epochs = clone(CLASSIFIER).fit(*IRIS).n_iter_
    for max_iter, found in ((n_epochs, False), (n_epochs - 1, True)):
        diagnosis = diagnosis_of(CLASSIFIER, *IRIS, max_iter=max_iter)
        assert ("stopped_by_max_iter" in diagnosis.kinds) == found
    watching = clone(CLASSIFIER).set_params(early_stopping=True)
    n_epochs = clone(watching).fit(*IRIS).n_iter_
    for max_iter, found in ((n_epochs, False), (n_epochs - 1, True)):
        diagnosis = diagnosis_of(watching, *IRIS, max_iter=max_iter)
        assert ("stopped_by_max_iter" in diagnosis.kinds) == found


def test_lowering_an_adaptive_rate_is_not_the_end_of_training():
    params = {"learning_rate": "adaptive", "max_iter": 25}
    finding = only(diagnosis_of(CLASSIFIER, *IRIS, **params), "stopped_by_max_iter")
    assert (finding.figure, finding.threshold) == (25, 25)


REASONS = ["max_iter", "patience", "callback", "interrupted", "converged", None]


@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
@pytest.mark.parametrize("reason", REASONS)
def test_no_other_end_of_training_is_reported(solver, reason):
    model = clone(CLASSIFIER).set_params(solver=solver).fit(*IRIS)
    model.stop_reason_ = reason
    found = "stopped_by_max_iter" in diagnose(model, *IRIS).kinds
    assert found == (reason == "max_iter")


def test_lbfgs_stopped_by_max_iter():
    params = {"solver": "lbfgs", "max_iter": 4, "n_iter_no_change": np.inf}
    assert diagnosis_of(CLASSIFIER, *IRIS, **params).kinds == ("stopped_by_max_iter",)


def test_underfitting():
    X, y = IRIS
    labels = np.random.RandomState(0).permutation(y)
    finding = only(diagnosis_of(CLASSIFIER, X, labels, max_iter=3), "underfitting")
    assert 0.9 < finding.figure < 1.2
    # An answer that knows nothing has a loss of log 3.
    model = clone(CLASSIFIER).set_params(**HURRIED).fit(X, labels)
    loss = -np.log(model.predict_proba(X)[np.arange(150), labels]).mean()
    finding = only(diagnose(model, X, labels), "underfitting")
    assert finding.figure == pytest.approx(loss / np.log(3), rel=1e-9)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"max_iter": 5000},
        {"alpha": 0.1},
        {"solver": "lbfgs"},
        {"max_iter": 500, "n_iter_no_change": np.inf},
        {"max_iter": 500, "batch_size": "full", "alpha": 0.0},
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", [SimpleMLPClassifier, SimpleMLPRegressor])
def test_a_linear_model_is_first_advised_hidden_units_and_no_epochs(kind, options):
    X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    model = kind((), random_state=0, **options)
    [finding] = diagnosis_of(model, X, y)
    assert finding.kind == "underfitting"
    assert finding.advice.startswith("hidden units with an activation such as 'tanh'")
    assert "max_iter" not in finding.advice
    cured = clone(model).set_params(hidden_layer_sizes=(10,), activation="tanh")
    assert cured.set_params(max_iter=5000).fit(X, y).score(X, y) > 0.9


def test_more_units_of_identity_are_no_advice():
    X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    model = SimpleMLPClassifier((4,), "identity", random_state=0)
    finding = only(diagnosis_of(model, X, y), "underfitting")
    assert "hidden units with an activation such as 'tanh'" in finding.advice
    assert "more hidden units" not in finding.advice


@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
def test_a_linear_model_that_could_learn_is_first_advised_a_weaker_penalty(solver):
    X, y = IRIS[0][:100], IRIS[1][:100]
    model = SimpleMLPClassifier((), alpha=1e3, solver=solver, random_state=0)
    assert diagnosis_of(model, X, y).kinds == ("alpha_too_high",)
    X, y = make_circles(100, noise=0.1, factor=0.5, random_state=0)
    assert diagnosis_of(model, X, y)[0].advice.startswith("hidden units")


def test_more_epochs_that_a_trial_has_seen_in_vain_are_no_advice():
    model = SimpleMLPClassifier((4,), n_iter_no_change=np.inf, random_state=0)
    advice = only(diagnosis_of(model, NOISE[:, :5], COINS), "underfitting").advice
    assert "more epochs" not in advice
    assert "more hidden units" in advice


@pytest.mark.parametrize("loss", ["huber", "absolute_error"])
def test_outliers_that_a_robust_loss_ignores_are_no_underfitting(loss):
    """They make most of the loss, for a constant and for a good fit alike."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((1000, 3))
    truth = 10 + 3 * X[:, 0] + X[:, 1] ** 2
    y = np.where(rng.random(1000) < 0.04, -999.0, truth + rng.normal(0, 0.5, 1000))
    model = SimpleMLPRegressor(loss=loss, random_state=0).fit(X, y)
    assert np.corrcoef(model.predict(X), truth)[0, 1] > 0.99
    assert "underfitting" not in diagnose(model, X, y).kinds
    shuffled = rng.permutation(y)
    model.fit(X, shuffled)
    assert "underfitting" in diagnose(model, X, shuffled).kinds


def test_the_advice_on_underfitting_stands_alone_if_there_is_no_other_finding():
    X = NOISE[:, :5]
    model = SimpleMLPClassifier((4,), random_state=0).fit(X, COINS)
    diagnosis = diagnose(model, X, COINS)
    assert diagnosis.kinds == ("underfitting",)
    inputs = "more informative inputs, since y may hardly depend on these"
    alpha = "more hidden units; or a smaller alpha, such as '0.3*auto'."
    # The automatic penalty is seldom the reason: a weaker one would memorise noise.
    assert diagnosis[0].advice.startswith(f"{inputs}; {alpha}")
    hurried = {"max_iter": 3, "alpha": 1e-3}
    diagnosis = diagnosis_of(model, X, COINS, **hurried)
    assert len(diagnosis) > 1
    advice = only(diagnosis, "underfitting").advice
    assert advice.startswith("fix the other findings first. Then more epochs (max_it")
    # A penalty that weak is hardly the reason.
    assert "more hidden units; or a smaller alpha than 0.001." in advice
    hurried["alpha"] = 0
    without = only(diagnosis_of(model, X, COINS, **hurried), "underfitting")
    assert "alpha" not in without.advice


@pytest.mark.parametrize("rate", ["auto", 0.05, 1e-3])
@pytest.mark.parametrize("max_iter", [10, 100, 600])
@pytest.mark.parametrize("solver", ["sgd", "adam"])
@pytest.mark.parametrize("patience", [10, np.inf])
def test_a_report_names_one_number_of_epochs(rate, max_iter, solver, patience):
    model = clone(TEXTBOOK).set_params(solver=solver, n_iter_no_change=patience)
    model.set_params(learning_rate_init=rate, max_iter=max_iter)
    diagnosis = diagnose(model.fit(*XOR), *XOR)
    numbers = re.findall(r"max_iter=(\d+)", " ".join(f.advice for f in diagnosis))
    assert len(set(numbers)) <= 1


@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
@pytest.mark.parametrize("alpha", ["auto", 0.5, 75.0])
def test_options_are_not_blamed_before_training(solver, alpha):
    X, y = IRIS
    start = SimpleMLPClassifier(
        (10,), solver=solver, alpha=alpha, max_iter=0, random_state=0
    ).fit(X, y)
    diagnosis = diagnose(start, X, y)
    assert diagnosis.kinds == ("not_trained",)
    assert "max_iter above 0" in diagnosis[0].advice
    made = SimpleMLPClassifier.from_coefs(
        start.coefs_, start.intercepts_, classes=start.classes_, alpha=75.0
    )
    diagnosis = diagnose(made, X, y)
    assert diagnosis.kinds == ("not_trained",)
    assert diagnosis[0].advice.startswith("partial_fit, if these are initial weights")
    made.partial_fit(X, y)
    assert "not_trained" not in diagnose(made, X, y).kinds
    # Weights from elsewhere may well be trained.
    trained = clone(CLASSIFIER).fit(X, y)
    continued = clone(start).set_params(
        coefs_init=trained.coefs_, intercepts_init=trained.intercepts_
    )
    assert diagnose(continued.fit(X, y), X, y) == ()


@pytest.mark.parametrize("init", ["glorot_uniform", "lecun_uniform"])
def test_the_data_and_the_weights_are_judged_before_training(init):
    X, y = IRIS
    start = SimpleMLPClassifier((10,), max_iter=0, init=init, random_state=0)
    unscaled = diagnose(start.fit(1000 * X, y), 1000 * X, y)
    assert unscaled.kinds[:3] == ("unscaled_inputs", "not_trained", "saturated_units")
    coefs, intercepts = start.fit(X, y).coefs_, start.intercepts_
    start.set_params(coefs_init=[1000 * coefs[0], coefs[1]], intercepts_init=intercepts)
    large = diagnose(start.fit(X, y), X, y)
    assert large.kinds[:2] == ("not_trained", "saturated_units")
    for finding in (*unscaled, *large):
        assert "alpha" not in finding.advice
        assert "learning_rate_init" not in finding.advice


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("activation", ["logistic", "tanh", "relu"])
def test_a_penalty_far_too_strong_is_not_blamed_on_the_units(solver, activation):
    """The weights shrink until the units are linear and their gradients vanish."""
    options = {"solver": solver, "activation": activation, "learning_rate_init": "auto"}
    penalised = diagnosis_of(CLASSIFIER, *IRIS, alpha=450.0, **options)
    finding = only(penalised, "alpha_too_high")
    assert finding.figure == pytest.approx(1, abs=0.05)
    assert "alpha=450 " in finding.seen
    assert diagnosis_of(CLASSIFIER, *IRIS, alpha=1.0, **options) == ()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("alpha", [1e140, 1e160, 1e300])
def test_a_penalty_that_overflows_is_not_blamed_on_the_rate(engine, alpha):
    """Adam makes no steps, and the loss is 1e160 with an error of 1e144."""
    options = {"solver": "adam", "learning_rate_init": "auto", "engine": engine}
    options |= {"max_iter": "auto", "n_iter_no_change": "auto"}
    kinds = diagnosis_of(CLASSIFIER, *IRIS, alpha=alpha, **options).kinds
    assert kinds == ("alpha_too_high",)


def test_a_strong_penalty_that_costs_little_is_no_mistake():
    model = SimpleMLPRegressor(random_state=0)
    automatic = clone(model).fit(*DIABETES).alpha_
    assert diagnosis_of(model, *DIABETES, alpha=10 * automatic) == ()


@pytest.mark.parametrize("alpha", [1.0, 10.0])
def test_a_penalty_under_which_a_network_learns_too_little(alpha):
    X, y = make_moons(200, noise=0.2, random_state=0)
    model = SimpleMLPClassifier((10,), random_state=0)
    finding = only(diagnosis_of(model, X, y, alpha=alpha), "alpha_too_high")
    assert finding.figure > finding.threshold == 0.075
    weaker, stronger = (
        clone(model).set_params(alpha=value).fit(X, y) for value in ("auto", alpha)
    )
    assert weaker.score(X, y) > stronger.score(X, y) + 0.1
    assert f"gives {weaker.alpha_:.2g} here" in finding.advice


SINE = np.linspace(-1.7, 1.7, 200)[:, None]
EIGHT_CYCLES = np.sin(2 * np.pi * 8 * np.linspace(0, 1, 200))


@pytest.mark.parametrize("solver", ["lbfgs", "sgd"])
@pytest.mark.parametrize("alpha", [0.5, 10.0])
def test_a_penalty_under_which_a_clean_curve_is_not_learned(solver, alpha):
    """Fit warns, too, and names the cause."""
    model = SimpleMLPRegressor((20,), "tanh", solver=solver, random_state=0)
    model.set_params(alpha=alpha)
    with pytest.warns(ConvergenceWarning, match=f"lower alpha from {alpha:g} "):
        model.fit(SINE, EIGHT_CYCLES)
    assert model.score(SINE, EIGHT_CYCLES) < 0.1
    diagnosis = diagnose(model, SINE, EIGHT_CYCLES)
    assert "alpha='auto'" in only(diagnosis, "alpha_too_high").advice


def test_a_weak_signal_under_a_penalty_three_times_as_strong_as_usual():
    """A weaker one would fit noise: on new samples, it is worse than a constant."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(8000, 15))
    y = rng.uniform(size=8000) < 1 / (1 + np.exp(-0.25 * (X[:, 0] + X[:, 1])))
    X, y, X_new, y_new = X[:4000], y[:4000], X[4000:], y[4000:]
    usual = SimpleMLPClassifier(random_state=0).fit(X, y).alpha_
    losses = []
    for alpha in (3 * usual, 0.3):
        model = SimpleMLPClassifier(alpha=alpha, random_state=0).fit(X, y)
        losses.append(log_loss(y_new, model.predict_proba(X_new)))
        if alpha > usual:
            assert "underfitting" not in diagnose(model, X, y).kinds
    constant = log_loss(y_new, np.full(len(y_new), y.mean()))
    assert losses[0] < constant < losses[1]


def test_a_clean_curve_that_is_not_learned_is_no_weak_signal():
    model = SimpleMLPRegressor(random_state=0).fit(SINE, EIGHT_CYCLES)
    assert 0.02 < model.score(SINE, EIGHT_CYCLES) < 0.1
    assert diagnose(model, SINE, EIGHT_CYCLES).kinds == ("underfitting",)


def test_lbfgs_that_has_converged_needs_no_more_iterations():
    rng = np.random.RandomState(0)
    X, y = rng.standard_normal((200, 3)), rng.standard_normal(200)
    model = SimpleMLPRegressor((5,), solver="lbfgs", alpha=3.0, random_state=0)
    assert model.fit(X, y).stop_reason_ == "converged"
    advice = only(diagnose(model, X, y), "underfitting").advice
    assert "max_iter" not in advice
    assert "more hidden units" in advice


NOISE = np.random.RandomState(1).standard_normal((200, 20))
COINS = np.random.RandomState(2).randint(0, 2, 200)
MEMORISING = SimpleMLPClassifier(
    (50,),
    "relu",
    solver="adam",
    alpha=1e-4,
    max_iter=60,
    n_iter_no_change=np.inf,
    random_state=0,
)


def test_overfitting_shows_on_other_samples():
    model = clone(MEMORISING).fit(NOISE[:100], COINS[:100])
    assert diagnose(model, NOISE[:100], COINS[:100]) == ()
    finding = only(diagnose(model, NOISE[100:], COINS[100:]), "overfitting")
    assert finding.where == ("these samples",)
    assert finding.figure > 1


def test_a_warm_start_is_judged_by_the_samples_of_its_last_fit():
    """As in active learning, which adds samples in each round."""
    rng = np.random.RandomState(0)
    X = rng.standard_normal((1000, 8))
    y = X[:, 0] * X[:, 1] + np.sin(2 * X[:, 2]) + 0.2 * rng.standard_normal(1000)
    warm = SimpleMLPRegressor(warm_start=True, random_state=0)
    for n_samples in (60, 70):
        warm.fit(X[:n_samples], y[:n_samples])
        gap = warm.score(X[:n_samples], y[:n_samples]) - warm.score(X[100:], y[100:])
        assert gap > 0.25
        assert diagnose(warm, X[100:], y[100:]).kinds == ("overfitting",)
        loaded = pickle.loads(pickle.dumps(warm))
        assert diagnose(loaded, X[100:], y[100:]).kinds == ("overfitting",)
        assert diagnose(warm, X[:n_samples], y[:n_samples]) == ()


def test_the_advice_on_overfitting_depends_on_the_samples():
    for n_samples, early_stopping in ((199, False), (200, True)):
        X = np.random.RandomState(1).standard_normal((n_samples, 20))
        coins = np.random.RandomState(2).randint(0, 2, n_samples)
        for alpha, number in ((1e-4, "such as 0.0003 (three times"), (0.0, None)):
            model = clone(MEMORISING).set_params(alpha=alpha).fit(X, coins)
            advice = only(diagnose(model, X[:99], 1 - coins[:99]), "overfitting").advice
            assert advice.startswith("a larger alpha")
            assert ("three times" in advice) == (number is not None)
            assert (number or "") in advice
            assert ("early_stopping=True" in advice) == early_stopping


def spectra():
    """Concentrations from spectra, of which the last 30 are of another batch."""
    rng = np.random.RandomState(1)
    wavelengths = np.linspace(0, 1, 100)
    bands = np.exp(-50 * (wavelengths - rng.uniform(size=(5, 1))) ** 2)
    concentrations = rng.uniform(size=(120, 5))
    concentrations[90:] = concentrations[90:] / 2 + rng.uniform(size=5)
    X = concentrations @ bands * (1 + 0.1 * rng.standard_normal((120, 1)))
    X += 0.05 * rng.standard_normal((120, 1))
    X = (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)
    X = StandardScaler().fit(X[:90]).transform(X)
    y = concentrations[:, 0]
    return X[:90], y[:90], X[90:], y[90:]


@pytest.mark.parametrize("outlier", [0.0, 1e5])
def test_large_samples_are_not_copied(outlier):
    """Quartiles and deviations of all rows took most of the time."""
    X = np.random.RandomState(0).normal(size=(10_000, 200))
    y = X[:, 0].copy()
    X[:20, 3] += outlier
    model = SimpleMLPRegressor((2,), max_iter=1, random_state=0).fit(X, y)
    tracemalloc.start()
    found = diagnose(model, X[1:], y[1:])  # new samples, without a trial
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert ("outlying_inputs" in found.kinds) == (outlier > 0)
    assert peak < 0.6 * X.nbytes


@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_new_samples_are_not_blamed_on_the_training(solver):
    """A copy of the network would learn them in a trial."""
    X, y, X_new, y_new = spectra()
    model = SimpleMLPRegressor(solver=solver, alpha=1.0, random_state=0).fit(X, y)
    assert model.score(X, y) > 0.9
    assert diagnose(model, X, y) == ()
    # The concentrations in the new batch are higher.
    assert diagnose(model, X_new, y_new).kinds == ("shifted_targets",)


def test_training_is_tried_on_its_own_samples_only():
    X, y = make_circles(400, noise=0.1, factor=0.5, random_state=0)
    X, X_new, y, y_new = X[:300], X[300:], y[:300], y[300:]
    hurried = clone(CLASSIFIER).set_params(**HURRIED)
    assert "too_few_epochs" in diagnose(hurried.fit(X, y), X, y).kinds
    assert "too_few_epochs" not in diagnose(hurried, X_new, y_new).kinds
    # Early stopping has held out some of the samples of the fit.
    impatient = clone(CLASSIFIER).set_params(early_stopping=True, n_iter_no_change=5)
    impatient.set_params(learning_rate_init=0.02).fit(X, y)
    assert "stopped_on_plateau" in diagnose(impatient, X, y).kinds
    assert "stopped_on_plateau" not in diagnose(impatient, X_new, y_new).kinds


@pytest.mark.parametrize("n_samples", [60, 300])
def test_enough_epochs_are_counted_in_the_samples_of_the_fit(n_samples):
    X, y = make_circles(300, noise=0.1, factor=0.5, random_state=0)
    for max_iter, found in ((190, True), (200, False)):  # of 10 updates each
        model = SimpleMLPClassifier(
            solver="adam", learning_rate_init=0.001, max_iter=max_iter, random_state=0
        )
        kinds = diagnose(model.fit(X, y), X[:n_samples], y[:n_samples]).kinds
        assert model.stop_reason_ == "max_iter"
        assert ("stopped_by_max_iter" in kinds) == found


def test_the_average_of_restless_training_is_no_overfitting():
    X, y = IRIS
    model = clone(CLASSIFIER).set_params(average=True).fit(X, y)
    model.coefs_[-1] *= -1
    calm = np.geomspace(1.2, 0.05, 30)
    restless = calm + 20 * (np.arange(30) == 20)
    for losses, n_new, kind in (
        (restless, 150, "average_worse"),
        (calm, 150, "overfitting"),
        (restless, 100, "overfitting"),
    ):
        found = with_history(losses.tolist(), (X[:n_new], y[:n_new]), model=model)
        assert {"average_worse", "overfitting"} & set(found.kinds) == {kind}


@pytest.mark.parametrize("seed", range(3))
def test_lbfgs_that_has_learned_may_lose_patience(seed):
    X, y = make_circles(400, noise=0.1, factor=0.5, random_state=0)
    model = SimpleMLPClassifier((20,), solver="lbfgs", early_stopping=True)
    model.set_params(n_iter_no_change=10, random_state=seed).fit(X, y)
    assert model.stop_reason_ == "patience"
    assert diagnose(model, X, y) == ()


def test_large_factors_are_short():
    model = SimpleMLPRegressor.from_coefs([np.full((1, 1), 1e14)])
    finding = only(diagnose(model, [[1.0], [2.0], [3.0]], [1, 2, 4]), "not_trained")
    assert f"{finding.figure:.3g} times" in finding.seen
    model.partial_fit([[1.0], [2.0], [3.0]], [1, 2, 4])
    finding = only(diagnose(model, [[1.0], [2.0], [3.0]], [1, 2, 4]), "underfitting")
    assert f"loss is {finding.figure:.3g} times" in finding.seen
    assert finding.figure > 1e6


def test_what_was_never_learned_was_not_memorised():
    X, y = IRIS
    labels = np.random.RandomState(0).permutation(y)
    for losses, found in (([1.0] * 12, False), ([0.9] * 12, True)):
        diagnosis = with_history(losses, data=(X, labels))
        assert ("underfitting" in diagnosis.kinds) == (not found)
        assert ("overfitting" in diagnosis.kinds) == found


def products_with_wrong_labels(seed, n_samples, wrong):
    """The product of two inputs is positive or not; a share of labels is wrong."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, 2))
    return X, (X[:, 0] * X[:, 1] > 0) ^ (rng.uniform(size=n_samples) < wrong)


def test_two_held_out_samples_may_mislead_early_stopping():
    """Without early stopping, the networks that are found are far better."""
    model = SimpleMLPClassifier(
        early_stopping=True, validation_fraction=0.02, random_state=0
    )
    n_found = 0
    for seed in range(10):
        X, y = products_with_wrong_labels(seed, 100, wrong=0.1)
        new = products_with_wrong_labels(100 + seed, 1000, wrong=0)
        early = clone(model).fit(X, y)
        diagnosis = diagnose(early, X, y)
        assert not {"stopped_on_plateau", "too_few_epochs"} & set(diagnosis.kinds)
        if "misleading_validation" in diagnosis.kinds:
            n_found += 1
            cured = clone(model).set_params(early_stopping=False).fit(X, y)
            assert cured.score(*new) > early.score(*new) + 0.15
            # More patience would not help: the best epoch stays the same.
            more = {"n_iter_no_change": np.inf, "max_iter": early.n_iter_ + 100}
            assert clone(early).set_params(**more).fit(X, y).score(X, y) == (
                pytest.approx(early.score(X, y))
            )
            assert "max_iter" not in str(diagnosis)
            assert "overfitting" not in diagnosis.kinds
    assert n_found > 0


@pytest.mark.parametrize("n_samples", [20, 40, 300])
def test_early_stopping_that_finds_nothing_to_learn_is_right(n_samples):
    for seed in range(5):
        rng = np.random.default_rng(seed)
        X, y = rng.normal(size=(n_samples, 4)), rng.normal(size=n_samples)
        model = SimpleMLPRegressor(early_stopping=True, random_state=seed)
        assert "misleading_validation" not in diagnose(model.fit(X, y), X, y).kinds


def test_overfitting_shows_in_early_stoppings_validation():
    diagnosis = diagnosis_of(MEMORISING, NOISE, COINS, early_stopping=True)
    finding = only(diagnosis, "overfitting")
    assert finding.where == ("the validation samples",)
    constant = -np.log([COINS.mean(), 1 - COINS.mean()]) @ [
        COINS.mean(),
        1 - COINS.mean(),
    ]
    model = clone(MEMORISING).set_params(early_stopping=True).fit(NOISE, COINS)
    gap = model.history_["validation_loss"][-1] - model.loss_
    assert finding.figure == pytest.approx(gap / constant)


# All of them ----------------------------------------------------------------------


def test_a_model_without_a_record_is_judged_by_the_rest():
    model = clone(CLASSIFIER).fit(*IRIS)
    bare = SimpleMLPClassifier.from_coefs(model.coefs_, model.intercepts_)
    assert diagnose(bare, *IRIS) == ()


def test_early_stopping_set_after_the_fit():
    X, y = IRIS
    model = clone(CLASSIFIER).fit(X, y)
    assert diagnose(model.set_params(early_stopping=True), X, y) == ()
    model = clone(CLASSIFIER).set_params(early_stopping=True, warm_start=True)
    model.fit(X, y).set_params(early_stopping=False).partial_fit(X, y)
    assert diagnose(model.set_params(early_stopping=True), X, y) == ()


def test_float32_models_and_several_outputs():
    X, y = DIABETES
    params = {"max_iter": 500}
    Y = np.c_[y, X[:, 0]]
    assert diagnosis_of(REGRESSOR, X.astype(np.float32), Y, **params) == ()
    labels = (X[:, :3] > 0).astype(int)
    assert diagnosis_of(CLASSIFIER, X, labels, **params) == ()


def test_findings_are_values_and_every_kind_is_documented():
    diagnosis = diagnosis_of(CLASSIFIER, IRIS[0] * 100, IRIS[1])
    assert all(isinstance(finding, Finding) for finding in diagnosis)
    for finding in diagnosis:
        assert finding.figure != finding.threshold
        assert finding.seen.endswith(".")
        assert finding.advice.endswith(".")
    for symptom in SYMPTOMS:
        assert f"\n{symptom.__name__} " in inspect.getdoc(diagnose)


def test_every_criterion_is_listed_in_full():
    listed = " ".join(inspect.getdoc(diagnose).split())
    for symptom in SYMPTOMS:
        criterion = " ".join(symptom.__doc__.split())
        assert f" {symptom.__name__} {criterion} " in listed


def test_a_pipeline_is_diagnosed_on_what_its_network_sees():
    frame = load_wine(as_frame=True).frame
    X, y = frame.drop(columns="target"), frame.target
    weights = np.where(y == 0, 0.0, 1.0)
    pipeline = make_pipeline(
        FunctionTransformer(lambda X: 100 * X, feature_names_out="one-to-one"),
        clone(CLASSIFIER),
    ).fit(X, y)
    # Features keep the names that the steps before the network give them.
    finding = only(diagnose(pipeline, X, y), "unscaled_inputs")
    assert {"magnesium", "proline"} <= set(finding.where)
    assert "for proline it is 3.14" in finding.seen
    assert finding.figure == pytest.approx(100 * X["proline"].std(ddof=0))
    network, inputs = pipeline[-1], pipeline[:-1].transform(X)
    assert diagnose(pipeline, X, y, weights) == diagnose(network, inputs, y, weights)
    pipeline = make_pipeline(StandardScaler(), pipeline[-1]).fit(X, y)
    assert "unscaled_inputs" not in diagnose(pipeline, X, y).kinds
    nested = make_pipeline(StandardScaler(), make_pipeline(clone(CLASSIFIER)))
    assert "unscaled_inputs" not in diagnose(nested.fit(X, y), X, y).kinds


def test_a_feature_in_another_unit_behind_a_scaler_is_named_first():
    """The network overfits as well, which is not what spoils its predictions."""
    X, y = make_classification(600, 20, flip_y=0.1, random_state=0)
    table = pd.DataFrame(X, columns=[f"f{i}" for i in range(20)])
    old, new = table[:300], table[300:].assign(f5=1000 * table["f5"])
    model = make_pipeline(StandardScaler(), clone(CLASSIFIER)).fit(old, y[:300])
    assert "overfitting" in diagnose(model, table[300:], y[300:]).kinds
    found = diagnose(model, new, y[300:])
    assert found.kinds[:2] == ("scaled_unlike_training", "unscaled_inputs")
    assert not {"saturated_units", "overfitting"} & set(found.kinds)
    assert found[0].advice.startswith("check the unit of f5: behind the scaler, the")
    assert "StandardScaler" not in str(found)
    raw = clone(CLASSIFIER).fit(old, y[:300])  # there is no scaler yet
    assert (
        "StandardScaler" in only(diagnose(raw, new, y[300:]), "unscaled_inputs").advice
    )


def test_a_feature_that_the_scaler_leaves_out_is_to_be_scaled():
    X, y = IRIS
    X = 1000 * X
    scaler = ColumnTransformer(
        [("scaled", StandardScaler(), [0, 1, 3]), ("raw", "passthrough", [2])]
    )
    model = make_pipeline(scaler, clone(CLASSIFIER)).fit(X[::2], y[::2])
    found = diagnose(model, X[::2], y[::2])
    assert "StandardScaler in a Pipeline" in only(found, "unscaled_inputs").advice
    found = diagnose(model, X[1::3], y[1::3])
    assert "let the scaler of the Pipeline" in only(found, "unscaled_inputs").advice


def test_rows_that_a_target_encoder_saw_otherwise_are_not_trained_on():
    """Encoded by their own targets, rare categories of no effect can be memorised."""
    rng = np.random.RandomState(0)
    x, codes = rng.normal(size=4000), rng.randint(0, 1000, 4000).astype(str)
    X, y = (
        pd.DataFrame({"x": x, "code": codes}),
        rng.uniform(size=4000) < 1 / (1 + np.exp(3 - x)),
    )
    encoder = TargetEncoder()
    columns = ColumnTransformer(
        [
            ("x", StandardScaler(), ["x"]),
            ("code", make_pipeline(encoder, StandardScaler()), ["code"]),
        ]
    )
    model = make_pipeline(columns, SimpleMLPClassifier(random_state=0)).fit(X, y)
    Z = model[:-1].transform(X)
    assert "stopped_on_plateau" in diagnose(model[-1], Z, y).kinds  # of leaked targets
    assert diagnose(model, X, y) == ()
    seen_by_fit = clone(model[:-1]).fit_transform(X, y)
    assert diagnose(model[-1], seen_by_fit, y) == ()


@pytest.mark.parametrize(
    ("kind", "name"),
    [(SimpleMLPClassifier, "shifted_targets"), (SimpleMLPRegressor, "underfitting")],
)
def test_missing_weights_of_the_fit_are_named(kind, name):
    rng = np.random.RandomState(0)
    X, weights = rng.normal(size=(600, 3)), np.repeat([1.0, 1e-3], 300)
    y = np.where(weights == 1, X[:, 0] > 0, rng.randint(0, 2, 600)).astype(int)
    model = kind(random_state=0).fit(X, y, sample_weight=weights)
    hint = "if the fit had a sample_weight, pass it to diagnose, too."
    assert only(diagnose(model, X, y), "overfitting").advice.endswith(hint)
    assert diagnose(model, X, y, weights) == ()
    new = np.arange(100, 600)  # which the fit gave other weights, if any
    assert hint not in only(diagnose(model, X[new], y[new]), "overfitting").advice
    rare = rng.uniform(size=600) < 0.05
    weights = np.where(rare, 20.0, 1.0)
    model = kind(random_state=0).fit(X, 1 * rare, sample_weight=weights)
    # Without the weights, the classes have other shares than in the fit.
    assert only(diagnose(model, X, 1 * rare), name).advice.endswith(hint)


def test_the_estimator_is_not_changed():
    model = clone(CLASSIFIER).set_params(early_stopping=True).fit(*IRIS)
    before = {name: repr(value) for name, value in vars(model).items()}
    diagnose(model, *IRIS)
    assert {name: repr(value) for name, value in vars(model).items()} == before


def test_bad_input():
    X, y = IRIS
    with pytest.raises(NotFittedError, match="not fitted yet"):
        diagnose(CLASSIFIER, X, y)
    pipeline = make_pipeline(StandardScaler(), clone(CLASSIFIER))
    with pytest.raises(NotFittedError, match="not fitted yet"):
        diagnose(pipeline, X, y)
    with pytest.raises(TypeError, match="got Pipeline that ends in StandardScaler"):
        diagnose(pipeline[:-1], X, y)
    model = clone(CLASSIFIER).fit(X, y)
    with pytest.raises(ValueError, match="X has 3 features"):
        diagnose(model, X[:, :3], y)
    with pytest.raises(ValueError, match="only the classes"):
        diagnose(model, X, y + 5)
    with pytest.raises(ValueError, match="weight"):
        diagnose(model, X, y, np.zeros(150))


def test_sparse_inputs_are_not_advised_a_scaler_that_refuses_them():
    counts = np.random.RandomState(0).poisson(0.2, (200, 300))
    X, y = sparse.csr_array(100.0 * counts), counts[:, :20].sum(axis=1) > 4
    model = SimpleMLPClassifier(max_iter=5, random_state=0)
    advice = " ".join(f.advice for f in diagnose(model.fit(X, y), X, y))
    assert "MaxAbsScaler" in advice
    assert "StandardScaler" not in advice
    MaxAbsScaler().fit(X)  # does not refuse them


def test_entries_stored_in_parts_are_judged_by_their_sums():
    X = 40.0 * (np.random.RandomState(0).rand(100, 6) < 0.5)
    indices, indptr = np.tile(range(6), 200), 12 * np.arange(101)
    halves = sparse.csr_array((np.hstack([X / 2, X / 2]).ravel(), indices, indptr))
    y = X[:, 0] > 0
    model = SimpleMLPClassifier(max_iter=3, random_state=0).fit(X, y)
    of_dense, of_halves = (diagnose(model, given, y) for given in (X, halves))
    figure = only(of_dense, "unscaled_inputs").figure
    assert only(of_halves, "unscaled_inputs").figure == pytest.approx(figure)
