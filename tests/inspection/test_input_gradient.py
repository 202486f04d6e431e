"""input_gradient against numerical derivatives of the estimators' own responses."""

import re
from inspect import signature

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    RobustScaler,
    StandardScaler,
)
from small_networks import NETWORK, X, make

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.inspection import input_derivatives, input_gradient
from sknn_simple.network import ACTIVATIONS

RESPONSES = ["predict_proba", "predict_log_proba", "decision_function"]


def responses_of(model):
    return RESPONSES if hasattr(model, "classes_") else ["predict"]


def numerical(model, X, response_method, h=1e-5):
    """Return central differences: (n_samples, ..., n_features)."""
    response, scale = getattr(model, response_method), h * X.std(axis=0)
    steps = np.diag(scale)
    differences = [
        (response(X + step) - response(X - step)) / (2 * scale[j])
        for j, step in enumerate(steps)
    ]
    return np.stack(differences, axis=-1)


def check(model, X):
    """Compare the derivatives by inputs in units of their deviations."""
    deviations = X.std(axis=0)
    for response_method in responses_of(model):
        found = input_gradient(model, X, response_method=response_method)
        expected = numerical(model, X, response_method)
        assert found.shape == expected.shape
        largest = np.abs(expected * deviations).max()
        assert largest > 1e-4
        assert_allclose(
            found * deviations, expected * deviations, rtol=1e-6, atol=1e-7 * largest
        )
        if found.ndim == 3:
            for k in range(found.shape[1]):
                of_one = input_gradient(
                    model, X, response_method=response_method, output=k
                )
                assert_array_equal(of_one, found[:, k])


@NETWORK
def test_every_output_and_response(network):
    model, y = make(network)
    check(model.fit(X, y), X)


@pytest.mark.parametrize("activation", [*ACTIVATIONS, ("tanh", "softplus")])
@pytest.mark.parametrize("hidden", [(), (4,), (4, 3)])
@pytest.mark.parametrize("network", ["softmax", "several outputs", "poisson"])
def test_every_activation(activation, hidden, network):
    if isinstance(activation, tuple) and len(hidden) != 2:
        activation = activation[: len(hidden)]
    model, y = make(network, hidden, activation)
    # Wide weights, so that the units bend, but no sample is on a kink.
    check(model.set_params(init="uniform", max_iter=1).fit(X, y), X)


@pytest.mark.parametrize(
    "scalers",
    [
        [StandardScaler()],
        [StandardScaler(with_std=False)],
        [RobustScaler()],
        [MaxAbsScaler()],
        [MinMaxScaler()],
        [MinMaxScaler(), "passthrough", StandardScaler()],
    ],
)
def test_derivatives_are_by_the_inputs_of_a_pipeline(scalers):
    network, y = make("standardised")
    samples = X * [1e-3, 1.0, 1e2] + [1, 2, 3]
    check(make_pipeline(*scalers, network).fit(samples, y), samples)


def test_a_pipeline_within_a_pipeline():
    network, y = make("standardised")
    inner = make_pipeline(MinMaxScaler(), network)
    check(make_pipeline(StandardScaler(), inner).fit(X * 100, y), X * 100)


CLIPPING = [
    kind(clip=True)
    for kind in (MinMaxScaler, MaxAbsScaler)  # the latter clips from 1.9 on
    if "clip" in signature(kind).parameters
]


@pytest.mark.parametrize("step", [PCA(2), *CLIPPING])
def test_other_steps_are_refused(step):
    network, y = make("standardised")
    model = make_pipeline(StandardScaler(), step, network).fit(X, y)
    message = rf"must be scalers .*, got {type(step).__name__}\(.* pass the last step"
    with pytest.raises(ValueError, match=message):
        input_gradient(model, X)
    # What the message advises.
    check(model[-1], model[:-1].transform(X))


def test_samples_are_processed_in_blocks(monkeypatch):
    model, y = make("softmax")
    whole = input_gradient(model.fit(X, y), X)
    monkeypatch.setattr(input_derivatives, "_BLOCK", 40)
    assert_allclose(input_gradient(model, X), whole, rtol=1e-12)
    one = input_gradient(model, X[:1])
    assert_allclose(one, whole[:1], rtol=1e-12)


def test_sparse_samples():
    model, y = make("softmax")
    model.fit(X, y)
    found = input_gradient(model, csr_array(X))
    assert isinstance(found, np.ndarray)
    assert_allclose(found, input_gradient(model, X), rtol=1e-12)
    scaled = make_pipeline(MaxAbsScaler(), model).fit(csr_array(X), y)
    assert_allclose(
        input_gradient(scaled, csr_array(X)), input_gradient(scaled, X), rtol=1e-12
    )


@NETWORK
def test_float32(network):
    model, y = make(network)
    model.fit(X.astype(np.float32), y)
    pipeline = make_pipeline(StandardScaler(), model).fit(X.astype(np.float32), y)
    for estimator in (model, pipeline):
        for response_method in responses_of(model):
            found = input_gradient(
                estimator, X.astype(np.float32), response_method=response_method
            )
            assert found.dtype == np.float32
    check_32 = input_gradient(model, X.astype(np.float32))
    coefs = [coef.astype(float) for coef in model.coefs_]
    intercepts = [intercept.astype(float) for intercept in model.intercepts_]
    model.coefs_, model.intercepts_ = coefs, intercepts
    expected = input_gradient(model, X)
    assert_allclose(check_32, expected, rtol=1e-3, atol=1e-5 * np.abs(expected).max())


def test_a_single_class():
    model = SimpleMLPClassifier((2,), max_iter=1, n_iter_no_change=np.inf)
    model.fit(X, np.zeros(len(X)))
    assert_array_equal(input_gradient(model, X), np.zeros((12, 1, 3)))


def test_derivatives_of_a_sure_classifier():
    """Its probabilities are flat, and its log-probabilities are not."""
    model = SimpleMLPClassifier.from_coefs([[[50.0]]], classes=[0, 1])
    by_method = {
        method: input_gradient(model, [[1.0]], response_method=method)
        for method in RESPONSES
    }
    assert abs(by_method["predict_proba"]).max() < 1e-20
    assert_allclose(by_method["predict_log_proba"][0, 0], -50)
    assert_allclose(by_method["decision_function"], [[50.0]])


def test_the_defaults_are_predictions_and_probabilities():
    classifier, y = make("softmax")
    classifier.fit(X, y)
    assert_array_equal(
        input_gradient(classifier, X),
        input_gradient(classifier, X, response_method="predict_proba"),
    )
    regressor, y = make("several outputs")
    regressor.fit(X, y)
    assert_array_equal(
        input_gradient(regressor, X),
        input_gradient(regressor, X, response_method="predict"),
    )


def test_the_units_are_those_of_y():
    """A linear network of y = 5000 x1 - 300 x2 + 1e6."""
    model = SimpleMLPRegressor((), solver="lbfgs", alpha=0, tol=1e-10, max_iter=10000)
    y = X @ [5000, -300, 0] + 1e6
    found = input_gradient(model.fit(X, y), X)
    assert_allclose(found, np.tile([5000, -300, 0], (12, 1)), rtol=1e-4, atol=0.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"response_method": "predict"}, "one of ['predict_proba', "),
        ({"output": 3}, "integer from 0 to 2, a column of the response, got 3"),
        ({"output": -1}, "integer from 0 to 2"),
        ({"output": True}, "got True"),
        ({"output": "a"}, "got 'a'"),
        ({"response_method": "decision_function", "output": 0.0}, "got 0.0"),
    ],
)
def test_wrong_arguments(arguments, message):
    model, y = make("softmax")
    with pytest.raises(ValueError, match=re.escape(message)):
        input_gradient(model.fit(X, y), X, **arguments)


def test_wrong_estimators_and_samples():
    model, y = make("standardised")
    with pytest.raises(NotFittedError):
        input_gradient(model, X)
    with pytest.raises(TypeError, match="got StandardScaler"):
        input_gradient(StandardScaler().fit(X), X)
    model.fit(X, y)
    with pytest.raises(ValueError, match=r"'auto' or one of \['predict'\]"):
        input_gradient(model, X, response_method="predict_proba")
    with pytest.raises(ValueError, match="a single number per sample, got 0"):
        input_gradient(model, X, output=0)
    with pytest.raises(ValueError, match="X has 2 features"):
        input_gradient(model, X[:, :2])
    poisson = SimpleMLPRegressor.from_coefs([[[10.0]]], loss="poisson")
    with pytest.raises(ValueError, match="derivatives are not finite"):
        input_gradient(poisson, [[100.0]])
