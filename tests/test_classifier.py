"""Classifier: probabilities, decisions, multilabel and class weights."""

import numpy as np
import pytest
from scipy.special import expit, log_expit, log_softmax
from sklearn.base import clone
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.exceptions import DataConversionWarning
from sklearn.metrics import log_loss
from sklearn.multiclass import OneVsRestClassifier

from sknn_simple import SimpleMLPClassifier
from sknn_simple.inspection import diagnose

X, Y = load_iris(return_X_y=True)
QUICK = SimpleMLPClassifier(
    (5,), max_iter=5, n_iter_no_change=np.inf, random_state=0, init="glorot_uniform"
)


def fitted(y, X=X, **params):
    return clone(QUICK).set_params(**params).fit(X, y)


@pytest.mark.parametrize("loss", ["log_loss", "squared_error"])
def test_two_classes(loss):
    model = fitted(Y == 2, loss=loss)
    raw = model.decision_function(X)
    assert raw.shape == (150,)
    proba = model.predict_proba(X)
    np.testing.assert_array_equal(proba, np.column_stack([expit(-raw), expit(raw)]))
    np.testing.assert_array_equal(
        model.predict_log_proba(X), np.column_stack([log_expit(-raw), log_expit(raw)])
    )
    np.testing.assert_array_equal(model.predict(X), raw > 0)
    assert (model.out_activation_, model.n_outputs_) == ("logistic", 1)


def test_three_classes():
    model = fitted(Y)
    raw = model.decision_function(X)
    assert raw.shape == (150, 3)
    np.testing.assert_allclose(
        model.predict_log_proba(X), log_softmax(raw, axis=1), rtol=1e-12
    )
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)
    np.testing.assert_array_equal(model.predict(X), raw.argmax(axis=1))
    assert model.out_activation_ == "softmax"
    expected = log_loss(Y, model.predict_proba(X))
    one_more = fitted(Y, max_iter=6, batch_size=150, alpha=0.0, average=False)
    before = fitted(Y, batch_size=150, alpha=0.0, average=False)
    assert one_more.loss_ == pytest.approx(log_loss(Y, before.predict_proba(X)))
    assert expected < np.log(3)


def test_three_classes_under_squared_error_are_three_sigmoids():
    """Without hidden layers, each output is a network of its own."""
    options = {"hidden_layer_sizes": (), "loss": "squared_error", "batch_size": 150}
    options |= {"momentum": 0.0, "alpha": 0.0, "init": "uniform"}
    start = np.random.RandomState(0).standard_normal((4, 3))
    bias = np.zeros(3)
    model = clone(QUICK).set_params(
        coefs_init=[start], intercepts_init=[bias], learning_rate_init=3.0, **options
    )
    model.fit(X, Y)
    assert model.out_activation_ == "logistic"
    for k in range(3):
        alone = clone(QUICK).set_params(
            coefs_init=[start[:, [k]]],
            intercepts_init=[bias[:1]],
            learning_rate_init=1.0,  # the squared error is averaged over outputs
            **options,
        )
        alone.fit(X, k == Y)
        np.testing.assert_allclose(
            model.decision_function(X)[:, k], alone.decision_function(X), rtol=1e-10
        )
    sigmoids = expit(model.decision_function(X))
    np.testing.assert_allclose(
        model.predict_proba(X), sigmoids / sigmoids.sum(axis=1, keepdims=True)
    )
    np.testing.assert_allclose(
        model.predict_log_proba(X), np.log(model.predict_proba(X))
    )


def test_a_tie_predicts_the_first_class_and_no_label():
    """As in scikit-learn."""
    draw = SimpleMLPClassifier.from_coefs([[[0.0]]], classes=["no", "yes"])
    np.testing.assert_array_equal(draw.predict_proba([[1.0]]), [[0.5, 0.5]])
    assert draw.predict([[1.0]]) == ["no"]
    labels = clone(QUICK).set_params(hidden_layer_sizes=()).fit(X, (X > 3).astype(int))
    for array in (labels.coefs_[0], labels.intercepts_[0]):
        array[:] = 0
    predicted = labels.predict(X)
    assert predicted.dtype == int
    assert not predicted.any()


def test_multilabel_is_one_network_with_one_output_per_label():
    X, y = make_multilabel_classification(60, n_features=5, n_classes=4, random_state=0)
    options = {"hidden_layer_sizes": (), "alpha": 0.0, "shuffle": False}
    options["learning_rate_init"] = 0.001
    model = fitted(
        y, X, **options, coefs_init=[np.zeros((5, 4))], intercepts_init=[np.zeros(4)]
    )
    assert model.predict(X).shape == y.shape
    assert set(np.unique(model.predict(X))) <= {0, 1}
    np.testing.assert_array_equal(model.predict(X), model.predict_proba(X) > 0.5)
    np.testing.assert_allclose(
        np.exp(model.predict_log_proba(X)), model.predict_proba(X), rtol=1e-12
    )
    assert 0 < model.score(X, y) <= 1
    alone = clone(QUICK).set_params(
        **options, coefs_init=[np.zeros((5, 1))], intercepts_init=[np.zeros(1)]
    )
    apart = OneVsRestClassifier(alone).fit(X, y)
    np.testing.assert_allclose(
        model.predict_proba(X), apart.predict_proba(X), rtol=1e-9
    )


def test_column_vector_warns_as_in_scikit_learn():
    with pytest.warns(DataConversionWarning):
        model = clone(QUICK).fit(X, Y[:, None])
    assert model.predict(X).shape == (150,)


def test_log_probabilities_are_never_infinite():
    model = SimpleMLPClassifier.from_coefs([[[2000.0]]], [[0.0]])
    np.testing.assert_array_equal(
        model.predict_log_proba([[1.0], [-1.0]]), [[-2000, 0], [0, -2000]]
    )
    many = SimpleMLPClassifier.from_coefs([[[2000.0, 0.0, -2000.0]]])
    np.testing.assert_array_equal(
        many.predict_log_proba([[1.0]]), [[0.0, -2000.0, -4000.0]]
    )
    lowest = np.finfo(float).min
    many = SimpleMLPClassifier.from_coefs([[[1e308, 0.0, -1e308]]])
    np.testing.assert_array_equal(many.predict_proba([[1.0]]), [[1, 0, 0]])
    np.testing.assert_array_equal(
        many.predict_log_proba([[1.0]]), [[0.0, -1e308, lowest]]
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_label_that_every_sample_has_at_any_weights(dtype):
    """Rounding may raise its weighted share above 1."""
    rng = np.random.RandomState(0)
    X, y = rng.standard_normal((300, 3)).astype(dtype), rng.randint(0, 2, (300, 2))
    y[:, 0] = 1
    model = SimpleMLPClassifier((2,), max_iter=1, n_iter_no_change=np.inf)
    shares = []
    for _ in range(20):
        weights = rng.uniform(0.5, 2, 300).astype(dtype)
        shares += np.average(y.astype(dtype), weights=weights, axis=0).tolist()
        if shares[-2] > 1:  # the share of the label that every sample has
            model.fit(X, y, sample_weight=weights)
            diagnose(model, X, y, weights)
    assert max(shares) > 1


def test_partial_fit_on_batches_that_lack_classes():
    model = clone(QUICK)
    model.partial_fit(X[:50], Y[:50], classes=[0, 1, 2])
    assert model.predict_proba(X).shape == (150, 3)
    for _ in range(200):
        for rows in (slice(0, 50), slice(50, 100), slice(100, 150)):
            model.partial_fit(X[rows], Y[rows])
    assert model.score(X, Y) > 0.5
    assert model.n_iter_ == len(model.loss_curve_) == 601


def test_class_weights_of_classes_that_are_absent():
    present = Y < 2
    model = clone(QUICK).set_params(class_weight={0: 1, 1: 2})
    model.partial_fit(X[present], Y[present], classes=[0, 1, 2])
    assert model.predict_proba(X).shape == (150, 3)


def test_a_dict_of_class_weights_needs_only_some_of_the_classes():
    model = clone(QUICK).set_params(class_weight={0: 2, 2: 5})
    model.partial_fit(X, Y, classes=[0, 1, 2])
    model.partial_fit(X[Y < 2], Y[Y < 2])
    plain = clone(QUICK).partial_fit(
        X, Y, classes=[0, 1, 2], sample_weight=np.array([2, 1, 5])[Y]
    )
    plain.partial_fit(X[Y < 2], Y[Y < 2], sample_weight=np.array([2, 1])[Y[Y < 2]])
    np.testing.assert_array_equal(model.coefs_[0], plain.coefs_[0])
    with pytest.raises(ValueError, match="not in class_weight"):
        clone(QUICK).set_params(class_weight={"0": 2}).fit(X, Y)


def test_class_weights_that_leave_nothing():
    with pytest.raises(ValueError, match=r"class_weight=.* leave no sample"):
        fitted(Y, class_weight={0: 0, 1: 0, 2: 0})


def test_balanced_with_a_class_of_no_weight():
    weights = (Y < 2).astype(float)
    model = clone(QUICK).set_params(class_weight="balanced")
    model.fit(X, Y, sample_weight=weights)
    plain = clone(QUICK).fit(X, Y, sample_weight=weights)
    np.testing.assert_allclose(model.coefs_[0], plain.coefs_[0])
