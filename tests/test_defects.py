"""Defects of scikit-learn 1.9's own multi-layer perceptron that are absent here."""

import copy
import warnings

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

X, Y = load_iris(return_X_y=True)
UNSTOPPED = {"n_iter_no_change": np.inf, "tol": 0.0}


def test_the_gradient_is_that_of_the_reported_loss_for_any_number_of_outputs():
    """A small full-batch step lowers the loss by rate * ||gradient||**2."""
    y, rate = X[:, :3] @ np.ones((3, 3)), 1e-6
    model = SimpleMLPRegressor(
        (5,), learning_rate_init=rate, momentum=0.0, batch_size=150, normalize_y=False
    )
    model.partial_fit(X, y)
    before = [part.copy() for part in (*model.coefs_, *model.intercepts_)]
    model.partial_fit(X, y)
    after = (*model.coefs_, *model.intercepts_)
    gradient = [(b - a) / rate for b, a in zip(before, after, strict=True)]
    # An epoch's loss is that before its step.
    _, loss, next_loss = model.partial_fit(X, y).loss_curve_
    squared_norm = sum(np.sum(part**2) for part in gradient)
    assert (loss - next_loss) / rate == pytest.approx(squared_norm, rel=1e-4)


@pytest.mark.parametrize("batch_size", [10, 50, 150])
def test_the_penalty_is_the_same_at_every_batch_size(batch_size):
    """Where the loss is flat, only the penalty moves the coefs: by the same factor."""
    alpha, rate, epochs = 30.0, 1e-3, 4
    coefs = [np.ones((4, 3)), np.zeros((3, 1))]
    model = SimpleMLPRegressor(
        (3,),
        alpha=alpha,
        learning_rate_init=rate,
        momentum=0.0,
        coefs_init=coefs,
        intercepts_init=[np.zeros(3), np.zeros(1)],
        normalize_y=False,
        batch_size=batch_size,
        max_iter=epochs,
        **UNSTOPPED,
    ).fit(X, np.zeros(150))
    steps = epochs * 150 // batch_size
    np.testing.assert_allclose(model.coefs_[0], (1 - rate * alpha / 150) ** steps)


def test_the_loss_of_a_clipped_probability_is_not_clipped():
    model = SimpleMLPClassifier(
        (),
        coefs_init=[[[1000.0]]],
        intercepts_init=[[0.0]],
        alpha=0.0,
        learning_rate_init=1e-300,
        max_iter=1,
        **UNSTOPPED,
    ).fit([[1.0], [-1.0]], [0, 1])
    assert model.loss_ == pytest.approx(1000)


def test_weighted_minibatches_make_the_loss_of_the_weighted_whole():
    """scikit-learn weighs each minibatch by its rows, whatever their weights."""
    weights = np.where(Y == 0, 100.0, 1.0)
    shared = {
        "batch_size": 50,
        "shuffle": False,
        "alpha": 0.0,
        "max_iter": 1,
        "learning_rate_init": 1e-300,
        "random_state": 0,
    }
    ours = SimpleMLPClassifier((5,), init="glorot_uniform", **shared, **UNSTOPPED)
    ours.fit(X, Y, sample_weight=weights)
    log_p = ours.predict_log_proba(X)[np.arange(150), Y]
    assert ours.loss_ == pytest.approx(-np.average(log_p, weights=weights))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs = MLPClassifier((5,), activation="logistic", solver="sgd", **shared)
        theirs.fit(X, Y, sample_weight=weights)
    assert theirs.loss_ != pytest.approx(ours.loss_, rel=0.01)


def test_a_minibatch_of_zero_total_weight_does_not_crash():
    weights = (Y > 0).astype(float)
    model = SimpleMLPClassifier(
        (5,), batch_size=50, shuffle=False, max_iter=2, **UNSTOPPED
    )
    model.fit(X, Y, sample_weight=weights)
    assert np.isfinite(model.loss_)


def test_partial_fit_draws_a_new_order_each_time():
    """With a constant model, an epoch's order shows in nothing but the weights."""
    model = SimpleMLPRegressor((5,), random_state=0, batch_size=1, momentum=0.0)
    orders = []
    for _ in range(2):
        model.partial_fit(X, Y.astype(float))
        rng = copy.deepcopy(model._continuation.state.rng)
        orders.append(rng.permutation(150).tolist())
    assert orders[0] != orders[1]
    assert model.n_iter_ == 2


def test_warm_start_keeps_the_optimizer():
    model = SimpleMLPClassifier(
        (5,), solver="adam", max_iter=3, batch_size=150, warm_start=True, **UNSTOPPED
    )
    for k in (3, 6, 9):
        model.fit(X, Y)
        assert model._continuation.state.optimizer.n_steps == k
