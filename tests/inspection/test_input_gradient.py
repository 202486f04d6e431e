"""input_gradient against numerical derivatives of the estimators' own responses."""

import re
import tracemalloc
from inspect import signature

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA, FastICA, IncrementalPCA, TruncatedSVD
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import (
    RFE,
    SelectFromModel,
    SelectKBest,
    SelectorMixin,
    VarianceThreshold,
    f_regression,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)
from sklearn.random_projection import GaussianRandomProjection, SparseRandomProjection
from small_networks import NETWORK, RNG, X, make

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.inspection import input_derivatives, input_gradient
from sknn_simple.inspection.linear_transformers import LINEAR_TRANSFORMERS
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


TRANSFORMERS = {
    StandardScaler: [StandardScaler(), StandardScaler(with_std=False)],
    RobustScaler: [RobustScaler()],
    MaxAbsScaler: [MaxAbsScaler()],
    MinMaxScaler: [MinMaxScaler()],
    SelectorMixin: [
        SelectKBest(f_regression, k=2),
        VarianceThreshold(1e-4),
        SelectFromModel(Ridge(), max_features=2, threshold=-np.inf),
        RFE(Ridge(), n_features_to_select=2),
    ],
    SimpleImputer: [SimpleImputer(), SimpleImputer(missing_values=-9)],
    PCA: [PCA(2), PCA(whiten=True)],
    IncrementalPCA: [IncrementalPCA(2), IncrementalPCA(2, whiten=True)],
    TruncatedSVD: [TruncatedSVD(2, random_state=0)],
    FastICA: [FastICA(2, tol=0.1, random_state=0)],
    GaussianRandomProjection: [GaussianRandomProjection(2, random_state=0)],
    SparseRandomProjection: [SparseRandomProjection(2, density=0.7, random_state=0)],
}
WIDE = np.c_[X * [1e-2, 1.0, 1e1] + [1, 2, 3], X[:, :2] * X[:, 1:]]


@pytest.mark.parametrize("kind", LINEAR_TRANSFORMERS)
def test_derivatives_are_by_the_inputs_of_a_pipeline(kind):
    network, y = make("standardised")
    for transformer in TRANSFORMERS[kind]:
        check(make_pipeline(transformer, network).fit(WIDE, y), WIDE)


def test_a_classifier_after_several_steps():
    network, y = make("softmax")
    steps = [SimpleImputer(), StandardScaler(), SelectKBest(k=4), PCA(3, whiten=True)]
    model = make_pipeline(*steps, "passthrough", network).fit(WIDE, y)
    check(model, WIDE)
    selected = model[2].get_support()
    assert_array_equal((input_gradient(model, WIDE) != 0).any(axis=(0, 1)), selected)


def test_pipelines_within_a_pipeline():
    network, y = make("standardised")
    first = make_pipeline(MaxAbsScaler(), make_pipeline(PCA(4), "passthrough"))
    last = make_pipeline(SelectKBest(f_regression, k=2), network)
    check(make_pipeline(first, StandardScaler(), last).fit(WIDE, y), WIDE)


def test_whitened_components_without_variance():
    """Divided by the machine epsilon, as scikit-learn does in `transform`."""
    pca = PCA(2, whiten=True).fit(X)
    pca.explained_variance_[1] = 0
    network = SimpleMLPRegressor.from_coefs([[[1.0], [1e-16]]])
    check(make_pipeline(pca, network), X)


@pytest.mark.filterwarnings("ignore:Skipping features without any observed values")
@pytest.mark.parametrize("missing", [np.nan, -9])
@pytest.mark.parametrize("keep", [False, True])
def test_an_imputer_and_missing_values(missing, keep):
    network, y = make("standardised")
    gaps = WIDE.copy()
    gaps[:, 1] = gaps[:3, 0] = missing
    imputer = SimpleImputer(
        missing_values=missing, add_indicator=True, keep_empty_features=keep
    )
    model = make_pipeline(imputer, StandardScaler(), network).fit(gaps, y)
    check(model, WIDE)
    message = (
        "no missing values, got 15 that SimpleImputer.*, step 'simpleimputer', fills in"
        ".* pass pipeline"
    )
    with pytest.raises(ValueError, match=f"(?s){message}"):  # on several lines
        input_gradient(model, gaps)
    # What the message advises, with columns that vary.
    filled = model[:1].transform(gaps)
    check(model[1:], filled + 0.1 * RNG.normal(size=filled.shape))


class OwnScaler(StandardScaler):
    def transform(self, X):
        return super().transform(X) ** 3


CLIPPING = [
    kind(clip=True)
    for kind in (MinMaxScaler, MaxAbsScaler)  # the latter clips from 1.9 on
    if "clip" in signature(kind).parameters
]


@pytest.mark.parametrize(
    "step",
    [
        PolynomialFeatures(include_bias=False),
        ColumnTransformer([("scale", StandardScaler(), [0, 2])]),
        OwnScaler(),
        *CLIPPING,
    ],
)
def test_other_steps_are_refused(step):
    network, y = make("standardised")
    model = make_pipeline(step, PCA(2), network).fit(X, y)
    name = type(step).__name__
    message = (
        f"must be scalers .*, got {name}.* as step '{name.lower()}'.* pass pipeline"
    )
    with pytest.raises(ValueError, match=message):
        input_gradient(model, X)
    # What the message advises.
    check(model[1:], model[:1].transform(X))


def test_samples_are_processed_in_blocks(monkeypatch):
    model, y = make("softmax")
    whole = input_gradient(model.fit(X, y), X)
    monkeypatch.setattr(input_derivatives, "_BLOCK", 40)
    assert_allclose(input_gradient(model, X), whole, rtol=1e-12)
    one = input_gradient(model, X[:1])
    assert_allclose(one, whole[:1], rtol=1e-12)


def test_blocks_suit_the_inputs_of_a_pipeline():
    """The peak memory is little more than the result, though few inputs are kept."""
    samples = np.random.default_rng(0).normal(size=(1500, 1000))
    selector = SelectKBest(f_regression, k=2).fit(samples, samples[:, 0])
    network = SimpleMLPRegressor.from_coefs([[[1.0], [2.0]]])
    tracemalloc.start()
    gradient = input_gradient(make_pipeline(selector, network), samples)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.5 * gradient.nbytes


def test_sparse_samples():
    model, y = make("softmax")
    model.fit(X, y)
    found = input_gradient(model, csr_array(X))
    assert isinstance(found, np.ndarray)
    assert_allclose(found, input_gradient(model, X), rtol=1e-12)
    steps = SimpleImputer(), MaxAbsScaler(), TruncatedSVD(2, random_state=0)
    reduced = make_pipeline(*steps, model).fit(csr_array(X), y)
    assert_allclose(
        input_gradient(reduced, csr_array(X)), input_gradient(reduced, X), rtol=1e-12
    )


@NETWORK
def test_float32(network):
    model, y = make(network)
    model.fit(X.astype(np.float32), y)
    pipeline = make_pipeline(StandardScaler(), PCA(), model).fit(
        X.astype(np.float32), y
    )
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
