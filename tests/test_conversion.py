"""Models made from given weights, and converted to scikit-learn's estimators."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.datasets import (
    load_iris,
    make_multilabel_classification,
    make_regression,
)
from sklearn.exceptions import NotFittedError
from sklearn.neural_network import MLPClassifier, MLPRegressor
from support import Tensor

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

X, Y = load_iris(return_X_y=True)
QUICK = {"max_iter": 5, "n_iter_no_change": np.inf, "random_state": 0}
MULTI_X, MULTI_Y = make_multilabel_classification(50, random_state=0)
CLASSIFIERS = [
    (X, Y, {}),
    (X, np.array(["a", "b", "c"])[Y], {"activation": "relu", "solver": "adam"}),
    (X, Y == 1, {"loss": "squared_error"}),
    (X, Y == 1, {"hidden_layer_sizes": (), "fit_intercept": False}),
    (X.astype(np.float32), Y, {"hidden_layer_sizes": (4, 3), "activation": "tanh"}),
    (MULTI_X, MULTI_Y, {"learning_rate": "adaptive"}),
]
REGRESSORS = [
    (X, X[:, 0], {}),
    (X, X[:, :2], {"loss": "absolute_error"}),
    (X, X[:, 0], {"loss": "quantile", "quantile": 0.9}),
    (
        X,
        X[:, 0],
        {"loss": "huber", "activation": ["relu"]},
    ),
    pytest.param(
        *(X, Y, {"loss": "poisson", "activation": "tanh"}),
        marks=pytest.mark.scikit_learn("1.7"),
    ),
]


@pytest.mark.parametrize(("X", "y", "options"), CLASSIFIERS)
def test_to_sklearn_classifier_predicts_the_same(X, y, options):
    ours = SimpleMLPClassifier(**{"hidden_layer_sizes": (5,), **QUICK, **options})
    theirs = ours.fit(X, y).to_sklearn()
    assert type(theirs) is MLPClassifier
    np.testing.assert_array_equal(theirs.predict(X), ours.predict(X))
    np.testing.assert_allclose(
        theirs.predict_proba(X), ours.predict_proba(X), rtol=1e-5, atol=1e-12
    )
    assert theirs.get_params()["solver"] == ours.solver
    assert isinstance(theirs.learning_rate_init, float)
    assert theirs.loss_curve_ == ours.loss_curve_
    theirs.partial_fit(X, y)


@pytest.mark.parametrize(("X", "y", "options"), REGRESSORS)
def test_to_sklearn_regressor_predicts_the_same(X, y, options):
    ours = SimpleMLPRegressor((5,), **QUICK, **options).fit(X, y)
    theirs = ours.to_sklearn()
    assert type(theirs) is MLPRegressor
    np.testing.assert_allclose(theirs.predict(X), ours.predict(X), rtol=1e-12)
    theirs.coefs_[0][:] = 0
    assert (ours.coefs_[0] != 0).any()


def test_to_sklearn_keeps_the_penalty_of_training():
    ours = SimpleMLPRegressor((5,), batch_size="full", **QUICK).fit(X, Y)
    assert ours.to_sklearn().alpha == ours.alpha_ != MLPRegressor().alpha
    assert ours.to_sklearn().batch_size == MLPRegressor().batch_size
    scaled = clone(ours).set_params(alpha="3*auto").fit(X, Y)
    assert scaled.to_sklearn().alpha == pytest.approx(3 * ours.alpha_)
    given = clone(ours).set_params(alpha=0.25).fit(X, Y)
    assert given.to_sklearn().alpha == 0.25
    untrained = SimpleMLPRegressor.from_coefs(ours.coefs_, ours.intercepts_)
    assert untrained.to_sklearn().alpha == MLPRegressor().alpha


def test_to_sklearn_names_a_schedule_that_scikit_learn_has():
    X, y = make_regression(50, 3, random_state=0)
    for ours, theirs in (("auto", "constant"), ("settling", "adaptive")):
        model = SimpleMLPRegressor((3,), learning_rate=ours, random_state=0, max_iter=2)
        converted = model.set_params(n_iter_no_change=np.inf).fit(X, y).to_sklearn()
        assert converted.learning_rate == theirs
        converted.partial_fit(X, y)


def test_to_sklearn_refuses_edited_weights_that_do_not_fit():
    model = SimpleMLPClassifier((5,), **QUICK).fit(X, Y)
    model.coefs_.insert(1, np.eye(5))
    model.intercepts_.insert(1, np.zeros(5))
    with pytest.raises(ValueError, match="coefs_ must be a list of arrays of shapes"):
        model.to_sklearn()


def test_to_sklearn_leaves_the_callers_generator_alone():
    rng = np.random.RandomState(0)
    model = SimpleMLPClassifier((2,), max_iter=0, random_state=rng).fit(X, Y)
    other, before = model.to_sklearn(), rng.get_state(legacy=False)
    other.random_state.random_sample()
    np.testing.assert_equal(rng.get_state(legacy=False), before)


def test_a_poisson_network_needs_a_scikit_learn_with_losses(monkeypatch):
    class Earlier(BaseEstimator):
        """Stands for the MLPRegressor of scikit-learn 1.6, which has no `loss`."""

    monkeypatch.setattr("sknn_simple.regressor.MLPRegressor", Earlier)
    model = SimpleMLPRegressor(loss="poisson", **QUICK).fit(X, Y)
    with pytest.raises(ValueError, match=r"'exp'.*since scikit-learn 1\.7"):
        model.to_sklearn()


def test_to_sklearn_where_there_is_no_equivalent():
    with pytest.raises(ValueError, match="one class only"):
        SimpleMLPClassifier(**QUICK).fit(X, np.zeros(150)).to_sklearn()
    with pytest.raises(ValueError, match="squared_error"):
        SimpleMLPClassifier(loss="squared_error", **QUICK).fit(X, Y).to_sklearn()
    with pytest.raises(ValueError, match="out_activation='logistic'"):
        SimpleMLPRegressor(out_activation="logistic", **QUICK).fit(
            X, Y / 2
        ).to_sklearn()
    with pytest.raises(ValueError, match="not fitted"):
        SimpleMLPRegressor().to_sklearn()


@pytest.mark.parametrize(("X", "y", "options"), CLASSIFIERS)
def test_from_coefs_predicts_as_the_network_did(X, y, options):
    model = SimpleMLPClassifier(**{"hidden_layer_sizes": (5,), **QUICK, **options})
    model.fit(X, y)
    params = model.get_params()
    del params["hidden_layer_sizes"], params["fit_intercept"]
    multilabel = y.ndim == 2
    copy = SimpleMLPClassifier.from_coefs(
        model.coefs_,
        model.intercepts_ if model.fit_intercept else None,
        classes=None if multilabel else model.classes_,
        multilabel=multilabel,
        **params,
    )
    np.testing.assert_array_equal(copy.predict_proba(X), model.predict_proba(X))
    np.testing.assert_array_equal(copy.predict(X), model.predict(X))
    copy.partial_fit(X, y)
    assert copy.n_iter_ == 1


def test_from_scikit_learn_and_back():
    theirs = MLPRegressor(hidden_layer_sizes=(5,), random_state=0, tol=0.5)
    theirs.fit(X, X[:, 0])
    ours = SimpleMLPRegressor.from_coefs(
        theirs.coefs_, theirs.intercepts_, activation="relu"
    )
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-12)
    np.testing.assert_array_equal(ours.to_sklearn().predict(X), theirs.predict(X))


@pytest.mark.parametrize(
    "options",
    [{"loss": "poisson"}, {"out_activation": "softplus"}, {"loss": "absolute_error"}],
)
def test_a_regressor_is_rebuilt_from_what_it_publishes(options):
    ours = SimpleMLPRegressor((5,), **QUICK, **options).fit(X, Y)
    rebuilt = SimpleMLPRegressor.from_coefs(
        ours.coefs_,
        ours.intercepts_,
        loss=ours.loss,
        out_activation=ours.out_activation_,
    )
    np.testing.assert_array_equal(rebuilt.predict(X), ours.predict(X))
    assert rebuilt.out_activation_ == ours.out_activation_
    rebuilt.partial_fit(X, Y)


def test_only_poisson_has_an_exponential_output():
    weights = [np.ones((4, 1))], [np.zeros(1)]
    with pytest.raises(ValueError, match=r"'out_activation' parameter.*Got 'exp'"):
        SimpleMLPRegressor.from_coefs(*weights, out_activation="exp")
    with pytest.raises(ValueError, match=r"must be left at 'identity'.*'softplus'"):
        SimpleMLPRegressor.from_coefs(
            *weights, loss="poisson", out_activation="softplus"
        )


def test_weights_that_are_set_before_a_fit_do_not_make_a_model():
    model = SimpleMLPClassifier((2,), random_state=0)
    model.coefs_ = [np.ones((4, 2)), np.ones((2, 3))]
    model.intercepts_ = [np.ones(2), np.ones(3)]
    for use in (lambda: model.predict(X), lambda: pickle.dumps(model)):
        with pytest.raises(NotFittedError, match=r"\bSimpleMLPClassifier\.from_coefs"):
            use()
    expected = SimpleMLPClassifier((2,), random_state=0).fit(X, Y)
    with pytest.warns(UserWarning, match="coefs_ or intercepts_ were set before"):
        model.fit(X, Y)
    assert (model.coefs_[0] == expected.coefs_[0]).all()
    built = SimpleMLPClassifier.from_coefs(expected.coefs_, expected.intercepts_)
    assert (built.predict(X) == expected.predict(X)).all()


def test_training_continues_from_given_weights():
    """Given weights are in the units of y, whatever `normalize_y` is."""
    rng = np.random.RandomState(0)
    coefs, intercepts = [rng.randn(4, 5), rng.randn(5, 1)], [rng.randn(5), rng.randn(1)]
    y = 1000 * X[:, 0]
    given = SimpleMLPRegressor.from_coefs(coefs, intercepts, random_state=0)
    given.set_params(shuffle=False).partial_fit(X, y)
    started = SimpleMLPRegressor(
        (5,), coefs_init=coefs, intercepts_init=intercepts, **QUICK, shuffle=False
    ).partial_fit(X, y)
    np.testing.assert_allclose(given.predict(X), started.predict(X), rtol=1e-10)


@pytest.mark.parametrize("method", ["partial_fit", "fit"])
def test_given_weights_take_the_names_of_the_first_columns(method):
    weights = [np.ones((4, 1))], [np.zeros(1)]
    frame = pd.DataFrame(X, columns=list("abcd"))
    model = SimpleMLPRegressor.from_coefs(*weights, warm_start=True, **QUICK)
    model.set_params(max_iter=1)
    getattr(model, method)(frame, Y)
    assert list(model.feature_names_in_) == list("abcd")
    with pytest.raises(ValueError, match="feature names should match"):
        model.partial_fit(frame[list("bacd")], Y)
    unnamed = SimpleMLPRegressor.from_coefs(*weights, warm_start=True, **QUICK)
    getattr(unnamed.set_params(max_iter=1), method)(X, Y)
    with pytest.warns(UserWarning, match="was fitted without feature names"):
        unnamed.partial_fit(frame, Y)
    assert not hasattr(unnamed, "feature_names_in_")


def test_given_weights_refuse_another_number_of_columns():
    model = SimpleMLPRegressor.from_coefs([np.ones((4, 1))], [np.zeros(1)])
    with pytest.raises(ValueError, match=r"X has 3 features, but .* expecting 4"):
        model.partial_fit(X[:, :3], Y)


def test_two_softmax_outputs_become_one():
    coef = np.random.RandomState(0).randn(4, 2)
    model = SimpleMLPClassifier.from_coefs([coef], [[1.0, -1.0]], classes=["n", "y"])
    raw = X @ coef + [1.0, -1.0]
    softmax = np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict_proba(X), softmax, rtol=1e-10)
    assert set(model.predict(X)) <= {"n", "y"}


@pytest.mark.parametrize(
    ("coefs", "intercepts", "message"),
    [
        ([], None, "coefs must be a list"),
        ([[1.0, 2.0]], None, r"coefs must be .* \(fan_in, fan_out\)"),
        (
            [np.ones((2, 3)), np.ones((2, 1))],
            None,
            "each with as many rows as the one before",
        ),
        ([np.ones((2, 1))], [[1.0, 2.0]], r"intercepts must be .*\(1,\)"),
        ([np.ones((2, 1))], [], "intercepts must be"),
        ([np.full((2, 1), np.nan)], None, "finite"),
        ([np.ones((2, 1)) + 1j], None, "must be real, got complex"),
        ([[[1.0], [None]]], None, r"be real, got None at coefs\[0\]\[1, 0\]\."),
        ([np.ones((2, 1))], [[None]], r"be real, got None at intercepts\[0\]\[0\]"),
    ],
)
def test_bad_weights(coefs, intercepts, message):
    for kind in (SimpleMLPClassifier, SimpleMLPRegressor):
        with pytest.raises(ValueError, match=message):
            kind.from_coefs(coefs, intercepts)


@pytest.mark.parametrize(
    "coefs", [np.zeros(4000), [np.zeros(4000)], list(np.zeros(4000)), np.ones((400, 1))]
)
def test_a_flat_vector_is_refused_in_short(coefs):
    with pytest.raises(
        ValueError, match=r"Parameters\(.*\) cuts a flat vector"
    ) as error:
        SimpleMLPRegressor.from_coefs(coefs)
    assert len(str(error.value)) < 400


def test_layers_of_which_one_is_missing():
    """It may be among the coefs or among the intercepts."""
    coefs, intercepts = [np.ones((2, 3)), np.ones((3, 1))], [np.ones(3), np.ones(1)]
    first = r"got 1 coefs of shapes \[\(2, 3\)\] and 2 intercepts of .*\(3,\), \(1,\)\]"
    with pytest.raises(ValueError, match=first):
        SimpleMLPRegressor.from_coefs(coefs[:1], intercepts)
    second = r"got 2 coefs of shapes .* and 1 intercepts of shapes \[\(3,\)\]\. Is a"
    with pytest.raises(ValueError, match=second):
        SimpleMLPRegressor.from_coefs(coefs, intercepts[:1])


@pytest.mark.parametrize(
    ("coefs", "intercepts"),
    [
        ([[[0.5, -1.0]]], [[0.0]]),
        ([np.ones((3, 2)), np.ones((1, 3))], None),
        ([np.ones((3, 2)), np.ones((1, 3))], [np.ones(3), np.ones(1)]),
    ],
)
def test_transposed_coefs(coefs, intercepts):
    """As PyTorch and many tutorials have them."""
    with pytest.raises(ValueError, match=r"one column per unit: transpose them\?$"):
        SimpleMLPRegressor.from_coefs(coefs, intercepts)
    SimpleMLPRegressor.from_coefs([np.transpose(coef) for coef in coefs], intercepts)


def test_no_transposition_is_suggested_that_would_not_fit():
    for intercepts in (None, [np.ones(3), np.ones(1)]):
        with pytest.raises(ValueError, match=r"got shapes \[\(3, 2\), \(1, 2\)\]\.$"):
            SimpleMLPRegressor.from_coefs(
                [np.ones((3, 2)), np.ones((1, 2))], intercepts
            )


def test_bad_classes_and_parameters():
    with pytest.raises(ValueError, match="classes must be 2 different labels"):
        SimpleMLPClassifier.from_coefs([np.ones((2, 1))], classes=[1, 2, 3])
    with pytest.raises(ValueError, match="in sorted order"):
        SimpleMLPClassifier.from_coefs([np.ones((2, 1))], classes=["male", "female"])
    with pytest.raises(ValueError, match=r"fit_intercept follows from .* leave it out"):
        SimpleMLPRegressor.from_coefs([np.ones((2, 1))], fit_intercept=False)
    with pytest.raises(ValueError, match="activation"):
        SimpleMLPClassifier.from_coefs([np.ones((2, 1))], activation="sigmoid")


def test_what_cannot_become_an_array_is_refused_by_name():
    weights, ragged = np.ones((2, 1)), [[1.0], [1.0, 2.0]]
    for coefs, intercepts in ((Tensor(), None), ([Tensor()], None), ([ragged], None)):
        for kind in (SimpleMLPClassifier, SimpleMLPRegressor):
            with pytest.raises((TypeError, ValueError), match="coefs and intercepts"):
                kind.from_coefs(coefs, intercepts)
    for classes in (Tensor(), np.array([1, "a"], object), 5):
        with pytest.raises((TypeError, ValueError), match=r"\bclasses\b"):
            SimpleMLPClassifier.from_coefs([weights], classes=classes)


@pytest.mark.parametrize("activation", ["leaky_relu", "softplus", ("relu", "tanh")])
def test_scikit_learn_lacks_some_activations(activation):
    for kind, y in ((SimpleMLPClassifier, Y), (SimpleMLPRegressor, X[:, 0])):
        model = kind((5, 4), activation, **QUICK).fit(X, y)
        with pytest.raises(ValueError, match=r"no equivalent of activation=.*relu"):
            model.to_sklearn()


def test_from_coefs_takes_an_activation_per_layer():
    model = SimpleMLPClassifier((5, 4), ["relu", "tanh"], **QUICK).fit(X, Y)
    same = SimpleMLPClassifier.from_coefs(
        model.coefs_, model.intercepts_, activation=("relu", "tanh")
    )
    np.testing.assert_array_equal(same.decision_function(X), model.decision_function(X))
    with pytest.raises(ValueError, match="one name per hidden layer, here 2"):
        SimpleMLPClassifier.from_coefs(model.coefs_, activation=("relu",))
