"""Networks are found, fed, named and replaced inside Pipelines."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sknn_simple import SimpleMLPClassifier
from sknn_simple._pipeline import (
    final_network,
    fitted_network,
    input_names,
    network_input,
    parameter_prefix,
    replace_network,
)

RNG = np.random.RandomState(0)
X, Y = RNG.normal(size=(20, 3)), np.arange(20) % 2
NETWORK = SimpleMLPClassifier((2,), max_iter=1, n_iter_no_change=np.inf)


def pipeline(*steps):
    return make_pipeline(*steps, clone(NETWORK))


def nested():
    inner = Pipeline([("pca", PCA(2)), ("mlp", clone(NETWORK))])
    return Pipeline([("scale", StandardScaler()), ("inner", inner)])


class OwnFitPipeline(Pipeline):
    def fit(self, X, y=None, **params):
        return super().fit(X, y, **params)


class OwnFitNetwork(SimpleMLPClassifier):
    def fit(self, X, y):
        return super().fit(X, y)


def test_a_network_is_found_alone_and_in_pipelines():
    assert final_network(NETWORK) is NETWORK
    steps = nested()
    assert final_network(steps) is steps.steps[-1][1].steps[-1][1]


@pytest.mark.parametrize(
    "estimator",
    [
        None,
        LinearRegression(),
        make_pipeline(NETWORK, StandardScaler()),
        Pipeline([]),
        make_pipeline(StandardScaler(), "passthrough"),
        GridSearchCV(NETWORK, {}),
    ],
)
def test_no_network_is_found_where_an_estimator_does_not_end_in_one(estimator):
    assert final_network(estimator) is None
    with pytest.raises(TypeError, match="estimator must be a SimpleMLPClassifier"):
        fitted_network(estimator)


def test_subclasses_with_a_fit_of_their_own_count_unless_excluded():
    network = OwnFitNetwork()
    for estimator in (network, make_pipeline(network)):
        assert final_network(estimator) is network
        assert final_network(estimator, inherited_fit=True) is None
    for estimator in (
        OwnFitPipeline([("mlp", NETWORK)]),
        make_pipeline(OwnFitPipeline([("mlp", NETWORK)])),
    ):
        assert final_network(estimator) is NETWORK
        assert final_network(estimator, inherited_fit=True) is None
    assert final_network(make_pipeline(NETWORK), inherited_fit=True) is NETWORK


def test_a_missing_or_unfitted_network_is_reported():
    with pytest.raises(
        TypeError, match=r"got Pipeline that ends in LinearRegression\."
    ):
        fitted_network(make_pipeline(StandardScaler(), LinearRegression()))
    search = GridSearchCV(NETWORK, {}, cv=2).fit(X, Y)
    with pytest.raises(TypeError, match=r"got GridSearchCV\. Pass its best_"):
        fitted_network(search)
    with pytest.raises(NotFittedError):
        fitted_network(nested())


def test_the_network_sees_what_all_steps_before_it_return():
    estimator = nested().fit(X, Y)
    scaled = estimator["scale"].transform(X)
    expected = estimator["inner"]["pca"].transform(scaled)
    np.testing.assert_array_equal(network_input(estimator, X), expected)
    alone = pipeline().fit(X, Y)
    assert network_input(alone, X) is X
    assert network_input(alone[-1], X) is X


def test_parameters_carry_the_names_of_the_steps():
    assert parameter_prefix(NETWORK) == ""
    assert parameter_prefix(pipeline()) == "simplemlpclassifier__"
    estimator = nested()
    assert parameter_prefix(estimator) == "inner__mlp__"
    estimator.set_params(**{f"{parameter_prefix(estimator)}alpha": 0.5})
    assert final_network(estimator).alpha == 0.5


def test_replacing_a_network_leaves_the_original_alone():
    estimator, other = nested().fit(X, Y), clone(NETWORK).fit(X[:, :2], 1 - Y)
    network = final_network(estimator)
    replaced = replace_network(estimator, other)
    assert final_network(replaced) is other
    assert final_network(estimator) is network
    assert replaced["scale"] is estimator["scale"]
    expected = other.predict_proba(network_input(estimator, X))
    np.testing.assert_array_equal(replaced.predict_proba(X), expected)
    assert replace_network(network, other) is other


def test_inputs_are_named_by_features_by_steps_or_by_number():
    names = ["length", "width", "height"]
    frame = pd.DataFrame(X, columns=names)
    numbered = ["x1", "x2", "x3"]
    for estimator, data, expected in [
        (clone(NETWORK), X, numbered),
        (clone(NETWORK), frame, names),
        (pipeline(), X, numbered),
        (pipeline(StandardScaler()), X, numbered),
        (pipeline(StandardScaler()), frame, names),
        (pipeline(StandardScaler().set_output(transform="pandas")), frame, names),
        (pipeline(FunctionTransformer()), frame, names),
        (pipeline(FunctionTransformer(np.asarray)), frame, numbered),
        (pipeline(PCA(2)), X, ["pca0", "pca1"]),
        (nested(), frame, ["pca0", "pca1"]),
        (make_pipeline(StandardScaler(), pipeline(StandardScaler())), X, numbered),
        (make_pipeline(StandardScaler(), pipeline(StandardScaler())), frame, names),
    ]:
        assert input_names(estimator.fit(data, Y)) == expected, estimator
    text = pipeline(CountVectorizer()).fit(["yes", "no"] * 10, Y)
    assert input_names(text) == ["no", "yes"]
