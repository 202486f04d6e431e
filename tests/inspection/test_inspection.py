"""What check_gradient and explain_step have in common: Pipelines, bad input."""

import re
from html import unescape

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.ensemble import BaggingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, TunedThresholdClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from small_networks import LABELS, NETWORK, WEIGHTS, X, make

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.inspection import check_gradient, diagnose, explain_step
from sknn_simple.plotting import NetworkDisplay


@NETWORK
def test_a_pipeline_is_checked_and_explained_as_its_last_step(network):
    estimator, y = make(network)
    pipeline = make_pipeline(StandardScaler(), estimator)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        check_gradient(pipeline, X, y)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        explain_step(pipeline, X[0], y[0])
    pipeline.fit(X, y)
    inputs = pipeline[:-1].transform(X)
    check = check_gradient(pipeline, X, y, WEIGHTS)
    assert check.max_difference < 1e-6
    assert repr(check) == repr(check_gradient(estimator, inputs, y, WEIGHTS))
    step = explain_step(pipeline, X[0], y[0])
    assert list(step.inputs.values()) == inputs[0].tolist()
    assert step.feature_names is None
    assert str(step) == str(explain_step(estimator, inputs[0], y[0]))


def test_a_pipeline_names_the_inputs_of_its_network():
    frame = load_iris(as_frame=True).frame
    features = frame.drop(columns="target")
    network = SimpleMLPClassifier((2,), max_iter=1, n_iter_no_change=np.inf)
    pipeline = make_pipeline(StandardScaler(), network).fit(features, frame.target)
    step = explain_step(pipeline, features.iloc[0], frame.target.iloc[0])
    assert step.feature_names == list(step.inputs) == list(features.columns)
    assert '"sepal length (cm)" ≈ -0.9007' in str(step)


def test_inputs_have_one_name_in_formulas_diagrams_and_diagnoses():
    """The name of the feature; x1, x2, ... only without one."""
    names = ["weight", "a_height", "shoe size", "s" * 40]
    X = np.random.RandomState(0).standard_normal((20, 4))
    X[:, 1] += 100
    y = np.arange(20) % 2
    network = SimpleMLPClassifier((2,), max_iter=1, n_iter_no_change=np.inf)
    for data, expected in [(pd.DataFrame(X, columns=names), names), (X, None)]:
        network.fit(data, y)
        inputs = expected or ["x1", "x2", "x3", "x4"]
        step = explain_step(network, data[:1], y[0])
        assert list(step.inputs) == inputs
        weights = step.layers[0].neurons[0].weights
        assert [weight.source for weight in weights] == inputs
        uncentred = diagnose(network, data, y)[0]
        assert (uncentred.kind, uncentred.where) == ("uncentred_inputs", (inputs[1],))
        shown = {t.get_text() for t in NetworkDisplay.from_estimator(network).ax_.texts}
        assert set(inputs[:3]) < shown
        for text in (str(step), unescape(step.to_html())):
            assert ("x1" in text) == (expected is None)
            if expected:
                terms = 'w1 * weight + w2 * a_height + w3 * "shoe size" + w4 * "ssss'
                assert terms in text
                assert f'"{"s" * 29}…" ≈ ' in text
                assert '∂a_h1/∂z_h1 * "shoe size"' in str(step)


def test_names_that_are_not_unique_name_nothing():
    twice = FunctionTransformer(
        feature_names_out=lambda _, names: ["same"] * len(names)
    )
    network = SimpleMLPClassifier((2,), max_iter=1, n_iter_no_change=np.inf)
    pipeline = make_pipeline(twice, network).fit(X, LABELS)
    step = explain_step(pipeline, X[0], LABELS[0])
    assert list(step.inputs) == [f"x{i + 1}" for i in range(X.shape[1])]


@pytest.mark.parametrize("inspect", [check_gradient, explain_step])
def test_what_is_not_one_of_our_estimators(inspect):
    with pytest.raises(TypeError, match="got Pipeline that ends in StandardScaler"):
        inspect(make_pipeline(StandardScaler()), X, LABELS)
    search = GridSearchCV(SimpleMLPClassifier((2,), max_iter=1), {"alpha": [0]}, cv=2)
    search.estimator.set_params(n_iter_no_change=np.inf)
    with pytest.raises(TypeError, match=r"got GridSearchCV. Pass its best_estimator_"):
        inspect(search.fit(X, LABELS), X, LABELS)
    with pytest.raises(TypeError, match=r"must be a SimpleMLPClassifier, .* got str"):
        inspect("model", X, LABELS)


@pytest.mark.parametrize(
    ("outer", "place", "inner"),
    [
        (
            CalibratedClassifierCV,
            "its calibrated_classifiers_[0].estimator, and the samples of its fit",
            lambda outer: outer.calibrated_classifiers_[0].estimator,
        ),
        (
            TunedThresholdClassifierCV,
            "its estimator_, and the samples of its fit",
            lambda outer: outer.estimator_,
        ),
        (
            BaggingClassifier,
            "one of its estimators_, and the samples of its fit",
            lambda outer: outer.estimators_[0],
        ),
    ],
)
def test_the_network_inside_another_estimator_is_named(outer, place, inner):
    X, y = load_breast_cancer(return_X_y=True)
    network = SimpleMLPClassifier((2,), max_iter=1, n_iter_no_change=np.inf)
    outer = outer(make_pipeline(StandardScaler(), network)).fit(X, y)
    with pytest.raises(TypeError, match=rf"got \w+\. Pass {re.escape(place)}"):
        diagnose(outer, X, y)
    diagnose(inner(outer), X, y)


@pytest.mark.parametrize("inspect", [check_gradient, diagnose, explain_step])
def test_a_class_instead_of_an_estimator(inspect):
    message = (
        r"got the class SimpleMLPClassifier\. Create it first, "
        r"SimpleMLPClassifier\(\), and fit it\.$"
    )
    with pytest.raises(TypeError, match=message):
        inspect(SimpleMLPClassifier, X, LABELS)


@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
def test_an_objective_that_is_not_finite_is_refused(loss):
    regressor = SimpleMLPRegressor.from_coefs([[[1e3]]], loss=loss, normalize_y=False)
    with pytest.raises(ValueError, match="objective must be finite"):
        check_gradient(regressor, [[1e160]], [1.0])
    with pytest.raises(ValueError, match="objective must be finite"):
        explain_step(regressor, [1e160], 1.0)


def test_a_penalty_may_overflow_only_where_there_is_one():
    """Weights of a network that has nearly diverged."""
    coefs = [np.full((2, 3), 1e200), np.full((3, 1), 1e200)]
    intercepts = [np.zeros(3), np.zeros(1)]
    network = SimpleMLPClassifier.from_coefs(coefs, intercepts, classes=[0, 1], alpha=0)
    step = explain_step(network, [0.5, -1.0], 0)
    assert step.penalty == 0
    assert np.isfinite(step.gradient.flat).all()
    repr(step)
    with pytest.raises(ValueError, match="objective must be finite"):
        explain_step(network.set_params(alpha=0.1), [0.5, -1.0], 0)
