"""A fit on unscaled inputs that predicts far less than similar samples do warns."""

import re

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    PowerTransformer,
    StandardScaler,
    label_binarize,
)
from support import spectra

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple._fit.shortfall import Shortfall
from sknn_simple.inspection import diagnose

RNG = np.random.default_rng(0)
# Mean frequencies of the first three formants of vowels, in Hz: G. E. Peterson and
# H. L. Barney, Journal of the Acoustical Society of America 24 (1952).
VOWELS = [[270, 2290, 3010], [530, 1840, 2480], [730, 1090, 2440], [300, 870, 2240]]
LABELS = np.arange(800) % 4
FORMANTS = np.array(VOWELS)[LABELS] * np.exp(RNG.normal(0, 0.1, (800, 3)))
X, X_NEW, Y, Y_NEW = FORMANTS[:400], FORMANTS[400:], LABELS[:400], LABELS[400:]
INDICATORS = label_binarize(Y, classes=range(4))
HEIGHT, HEIGHT_NEW = (F[:, 0] / 200 + np.sin(F[:, 1] / 300) for F in (X, X_NEW))

WARNING = "learned too little from inputs that are not scaled"


def r2_of(targets, predictions):
    return r2_score(targets, predictions, multioutput="variance_weighted")


def r2_in(message):
    return [
        float(number) for number in re.findall(r"(?:= |with )(-?\d\.\d\d)", message)
    ]


def test_labels_that_similar_samples_predict_are_to_be_learned_from_scaled_inputs():
    raw = SimpleMLPClassifier((30,), random_state=0)
    with pytest.warns(ConvergenceWarning, match=WARNING) as warned:
        raw.fit(X, Y)
    [message] = [str(warning.message) for warning in warned]
    assert message.endswith(" Scale the inputs (for instance with StandardScaler).")
    scaled = make_pipeline(StandardScaler(), clone(raw)).fit(X, Y)  # without a warning
    assert scaled.score(X_NEW, Y_NEW) > raw.score(X_NEW, Y_NEW) + 0.2


def test_numbers_that_similar_samples_predict_are_learned_from_scaled_inputs():
    raw = SimpleMLPRegressor((30,), "tanh", random_state=0)
    with pytest.warns(ConvergenceWarning, match=WARNING) as warned:
        raw.fit(X, HEIGHT)
    _, of_network = r2_in(str(warned[0].message))
    assert of_network == pytest.approx(raw.score(X, HEIGHT), abs=0.006)
    scaled = make_pipeline(StandardScaler(), clone(raw)).fit(X, HEIGHT)
    assert scaled.score(X_NEW, HEIGHT_NEW) > raw.score(X_NEW, HEIGHT_NEW) + 0.3


def test_the_warning_compares_r2_of_indicators():
    """It is 1 minus the relative Brier score."""
    few, labels = X[:60], INDICATORS[:60]
    model = SimpleMLPClassifier((30,), random_state=0)
    with pytest.warns(ConvergenceWarning, match=WARNING) as warned:
        model.fit(few, Y[:60])
    of_network = r2_of(labels, model.predict_proba(few))
    Z, centred = StandardScaler().fit_transform(few), labels - labels.mean(axis=0)
    kernel_ridges = [
        KernelRidge(alpha=0.1, kernel="rbf", gamma=gamma) for gamma in (1 / 3, 8 / 3)
    ]
    of_neighbours = max(
        r2_of(centred, cross_val_predict(model, Z, centred, cv=LeaveOneOut()))
        for model in kernel_ridges
    )
    expected = pytest.approx([of_neighbours, of_network], abs=0.006)
    assert r2_in(str(warned[0].message)) == expected


def test_early_stopping_is_judged_by_its_best_epoch():
    raw = SimpleMLPRegressor((30,), early_stopping=True, random_state=0)
    with pytest.warns(ConvergenceWarning, match=WARNING) as warned:
        raw.fit(X[:300], HEIGHT[:300], X_val=X[300:], y_val=HEIGHT[300:])
    _, of_network = r2_in(str(warned[0].message))
    assert of_network == pytest.approx(raw.score(X[:300], HEIGHT[:300]), abs=0.006)


@pytest.mark.parametrize("loss", ["absolute_error", "quantile"])
def test_predictions_that_are_no_means_are_not_judged(loss):
    SimpleMLPRegressor((30,), loss=loss, random_state=0).fit(X, HEIGHT)


def test_calls_of_a_stream_are_not_judged():
    stream = SimpleMLPClassifier((30,), random_state=0)
    for _ in range(20):
        stream.partial_fit(X, Y, classes=range(4))


def test_a_few_epochs_that_are_asked_for_are_not_judged():
    options = {"max_iter": 30, "n_iter_no_change": np.inf, "random_state": 0}
    assert SimpleMLPClassifier((30,), **options).fit(X, Y).score(X, Y) < 0.8


def test_labels_that_nothing_predicts_are_no_shortfall():
    labels = RNG.permutation(Y)
    with pytest.warns(ConvergenceWarning) as warned:
        SimpleMLPClassifier((30,), random_state=0).fit(X, labels)
    assert not any(WARNING in str(warning.message) for warning in warned)


def test_a_penalty_that_is_too_strong_is_named_first():
    with pytest.warns(ConvergenceWarning, match=WARNING) as warned:
        SimpleMLPRegressor((30,), alpha=1.0, random_state=0).fit(X, HEIGHT)
    message = str(warned[0].message)
    assert re.search(
        r"Lower alpha from 1 \('auto' gives .* here\).*, and scale", message
    )


def test_a_network_below_a_constant_is_no_shortfall_if_neighbours_predict_nothing():
    found = Shortfall(network=-0.5, others=0.1)
    assert found.size == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("hidden_layer_sizes", "rows", "kind"),
    [((), slice(150), "underfitting"), ((100,), slice(150, None), "overfitting")],
)
def test_minor_directions_that_count_are_to_be_whitened(hidden_layer_sizes, rows, kind):
    """The linear model learns them too slowly, and the other network memorises."""
    X, y = spectra(650, 1, height=0.01)
    model = SimpleMLPRegressor(hidden_layer_sizes, random_state=0)
    model.fit(X[:150], y[:150])
    [finding] = [f for f in diagnose(model, X[rows], y[rows]) if f.kind == kind]
    assert "PCA(20, whiten=True) before the network, since the dir" in finding.advice
    assert ("ridge regression predicts" in finding.seen) == (kind == "underfitting")
    cured = make_pipeline(PCA(20, whiten=True), clone(model)).fit(X[:150], y[:150])
    assert model.score(X[150:], y[150:]) < 0.5 < 0.9 < cured.score(X[150:], y[150:])


@pytest.mark.parametrize("seed", range(2))
def test_a_serial_dilution_is_to_be_learned_from_the_logarithm_of_the_dose(seed):
    rng = np.random.default_rng(seed)
    dose = np.repeat(100 / 3.0 ** np.arange(10), 4)[:, np.newaxis]
    response = 3 + 97 / (1 + (0.3 / dose[:, 0]) ** 1.2)
    y, y_new = (response + rng.normal(0, 5, 40) for _ in range(2))
    network = SimpleMLPRegressor(random_state=0)
    raw = make_pipeline(StandardScaler(), network).fit(dose, y)
    [finding] = diagnose(raw, dose, y)
    assert finding.kind == "underfitting"
    assert "samples whose inputs have similar ranks predict y" in finding.seen
    assert finding.advice.startswith(
        "the logarithm of x1; or PowerTransformer in place"
    )
    for step in (FunctionTransformer(np.log), PowerTransformer()):
        cured = make_pipeline(step, StandardScaler(), clone(network)).fit(dose, y)
        assert cured.score(dose, y_new) > raw.score(dose, y_new) + 0.2


def test_a_linear_model_of_inputs_that_vary_together_needs_lbfgs():
    """As Ridge regression shows; the steps along minor directions are too small."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((700, 1)) + 0.1 * rng.standard_normal((700, 10))
    X, coef = StandardScaler().fit_transform(X), rng.standard_normal(10)
    y = X @ (coef - coef.mean())
    y += 0.3 * y.std() * rng.standard_normal(700)
    model = SimpleMLPRegressor((), random_state=0).fit(X[:500], y[:500])
    [finding] = diagnose(model, X[:500], y[:500])
    assert finding.kind == "too_few_epochs"
    assert finding.advice.startswith("solver='lbfgs'; or more epochs")
    exact = clone(model).set_params(solver="lbfgs").fit(X[:500], y[:500])
    assert exact.score(X[500:], y[500:]) > model.score(X[500:], y[500:]) + 0.1
    ridge = Ridge().fit(X[:500], y[:500])
    assert exact.score(X[500:], y[500:]) > ridge.score(X[500:], y[500:]) - 0.03
