"""Hidden layers: an activation for each, and their activations as features."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.special import log_expit
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags
from support import KINDS, UNSTOPPED, iris, round_trip

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

X, Y = iris()
QUICK = {"max_iter": 3, "random_state": 0, **UNSTOPPED}


@KINDS
def test_activations_by_hand(kind, y):
    model = kind((5, 4), ("softplus", "tanh"), **QUICK).fit(X, y)
    first = -log_expit(-(X @ model.coefs_[0] + model.intercepts_[0]))
    second = np.tanh(first @ model.coefs_[1] + model.intercepts_[1])
    found = model.hidden_activations(X)
    assert len(found) == 2
    np.testing.assert_allclose(found[0], first, rtol=1e-12)
    np.testing.assert_allclose(found[1], second, rtol=1e-12)
    np.testing.assert_array_equal(model.transform(X), found[1])
    np.testing.assert_allclose(model.transform(sparse.csr_array(X)), second, rtol=1e-9)
    assert model.fit(X.astype(np.float32), y).transform(X).dtype == np.float32


@KINDS
def test_the_tag_of_dtypes_names_those_that_transform_keeps(kind, y):
    kept = [
        dtype
        for dtype in ("int64", "float16", "float32", "float64")
        if kind((3,), **QUICK).fit_transform(X.astype(dtype), y).dtype == dtype
    ]
    assert sorted(get_tags(kind()).transformer_tags.preserves_dtype) == kept


@KINDS
def test_names_of_the_features(kind, y):
    model = kind((5, 3), **QUICK).fit(X, y)
    prefix = kind.__name__.lower()
    expected = [f"{prefix}{k}" for k in range(3)]
    assert model.get_feature_names_out().tolist() == expected
    frame = model.set_output(transform="pandas").transform(X)
    assert isinstance(frame, pd.DataFrame)
    assert frame.columns.tolist() == expected


def test_features_for_another_estimator_in_a_pipeline():
    network = SimpleMLPClassifier((8,), **QUICK)
    pipeline = make_pipeline(StandardScaler(), network, LogisticRegression())
    pipeline.fit(X, Y)
    alone = clone(network).fit(StandardScaler().fit_transform(X), Y)
    expected = LogisticRegression().fit(alone.transform(X), Y)
    np.testing.assert_allclose(
        pipeline.predict_proba(X), expected.predict_proba(alone.transform(X)), rtol=1e-6
    )
    both = make_union(StandardScaler(), network).fit(X, Y)
    assert both.transform(X).shape == (150, 4 + 8)


def test_without_hidden_layer_there_are_no_features():
    model = SimpleMLPRegressor((), **QUICK).fit(X, X[:, 0])
    assert model.hidden_activations(X) == []
    with pytest.raises(ValueError, match="hidden_layer_sizes must not be empty"):
        model.transform(X)


def test_activations_need_a_fit_and_finite_samples():
    model = SimpleMLPRegressor((3,), "relu", **QUICK)
    for method in (model.transform, model.hidden_activations):
        with pytest.raises(NotFittedError):
            method(X)
    with pytest.raises(NotFittedError):
        model.get_feature_names_out()
    model = SimpleMLPRegressor.from_coefs([[[1e300]], [[0.0]]], activation="relu")
    for method in (model.transform, model.hidden_activations):
        with pytest.raises(ValueError, match="the activations are not finite"):
            method([[1e300]])


@KINDS
def test_a_name_per_layer_is_the_name_for_all(kind, y):
    alike = [
        kind((5, 4), activation, **QUICK).fit(X, y)
        for activation in ("tanh", ("tanh", "tanh"), ["tanh", "tanh"])
    ]
    for model in alike[1:]:
        np.testing.assert_array_equal(model.coefs_[0], alike[0].coefs_[0])
    # They are the same architecture.
    alike[1].set_params(activation="tanh", warm_start=True).fit(X, y)
    alike[1].set_params(activation=("tanh", "relu"))
    with pytest.raises(ValueError, match=r"activation was 'tanh' .* can't become"):
        alike[1].fit(X, y)
    assert kind((), (), **QUICK).fit(X, y).n_layers_ == 2


@KINDS
def test_activations_per_layer_are_saved_and_resumed(kind, y):
    options = {**QUICK, "warm_start": True}
    whole = kind((5, 4), ["leaky_relu", "softplus"], **options).fit(X, y)
    again = round_trip(whole)
    np.testing.assert_array_equal(again.transform(X), whole.transform(X))
    np.testing.assert_array_equal(again.fit(X, y).coefs_[0], whole.fit(X, y).coefs_[0])


@KINDS
@pytest.mark.parametrize("activation", [("tanh",), ["tanh"] * 3, ("tanh", "cosine")])
def test_names_that_do_not_fit_the_layers(kind, y, activation):
    message = "activation must be .*one .*per hidden layer"
    with pytest.raises(ValueError, match=message):
        kind((5, 4), activation, **QUICK).fit(X, y)


def test_a_search_over_activations_per_layer():
    grid = {"activation": ["relu", ("relu", "tanh"), ("softplus", "leaky_relu")]}
    model = SimpleMLPClassifier((5, 4), **QUICK | {"max_iter": 30})
    search = GridSearchCV(model, grid, error_score="raise")
    search.fit(X, Y)
    assert len(set(search.cv_results_["mean_test_score"])) > 1
    assert search.transform(X).shape == (150, 4)
