"""What check_gradient and explain_step have in common: Pipelines, bad input."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from small_networks import LABELS, NETWORK, WEIGHTS, X, make

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.inspection import check_gradient, explain_step


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
    assert step.feature_names == list(features.columns)
    assert "x1 = -0.901  sepal length (cm)" in str(step)


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


@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
def test_an_objective_that_is_not_finite_is_refused(loss):
    regressor = SimpleMLPRegressor.from_coefs([[[1e3]]], loss=loss, normalize_y=False)
    with pytest.raises(ValueError, match="objective must be finite"):
        check_gradient(regressor, [[1e160]], [1.0])
    with pytest.raises(ValueError, match="objective must be finite"):
        explain_step(regressor, [1e160], 1.0)
