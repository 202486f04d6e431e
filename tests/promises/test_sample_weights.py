"""Promise 2, weights: a weight counts as that many samples.

On full batches, integer weights give the same training as repeated samples, and a
weight of zero the same as an absent sample. `class_weight` gives the same training as
the sample weights that it stands for. On minibatches, the loss is the weighted mean
over all samples, and a minibatch without any weight is skipped.
"""

import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from support import BOTH, SOLVERS, STOCHASTIC, UNSTOPPED, diabetes, iris, weights_of

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor


@BOTH
@SOLVERS
@pytest.mark.parametrize("alpha", [0.1, "auto"])
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_integer_weights_equal_repetition_and_zero_equals_absence(
    estimator, data, solver, alpha
):
    X, y = data
    weights = np.random.RandomState(0).randint(0, 3, size=len(y))
    estimator = clone(estimator).set_params(solver=solver, max_iter=15, alpha=alpha)
    estimator.set_params(batch_size=10**6)
    weighted = clone(estimator).fit(X, y, sample_weight=weights)
    repeated = clone(estimator).fit(np.repeat(X, weights, 0), np.repeat(y, weights))
    np.testing.assert_allclose(
        weights_of(weighted), weights_of(repeated), rtol=1e-7, atol=1e-9
    )
    np.testing.assert_allclose(weighted.loss_curve_, repeated.loss_curve_, rtol=1e-9)


@BOTH
def test_the_scale_of_the_weights_does_not_matter(estimator, data):
    """Not even if whole numbers become others, with the automatic penalty."""
    X, y = data
    weights = np.random.RandomState(0).randint(1, 4, size=len(y))
    estimator = clone(estimator).set_params(alpha="auto", max_iter=15)
    model = clone(estimator).fit(X, y, sample_weight=weights)
    for scale in (1 / 3, 1 / len(y), 1000):
        scaled = clone(estimator).fit(X, y, sample_weight=scale * weights)
        np.testing.assert_allclose(weights_of(scaled), weights_of(model), rtol=1e-6)


@pytest.mark.parametrize("loss", ["poisson", "squared_error"])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
def test_a_row_of_weight_zero_may_hold_anything(loss, kind):
    """Sentinels such as 9999 would overflow, and infinity times 0 is not 0."""
    X, y = diabetes()
    y = np.abs(y)
    odd_X, odd_y = np.vstack([X, np.full(10, 1e5)]), np.append(y, 1e160)
    weights = np.append(np.ones(100), 0.0)
    regressor = SimpleMLPRegressor(
        (), loss=loss, batch_size=101, max_iter=5, random_state=0, **UNSTOPPED
    )
    with_row = clone(regressor).fit(kind(odd_X), odd_y, sample_weight=weights)
    without = clone(regressor).fit(kind(X), y)
    np.testing.assert_allclose(weights_of(with_row), weights_of(without), rtol=1e-9)


@pytest.mark.parametrize("class_weight", ["balanced", {0: 3, 2: 0.5}])
@pytest.mark.parametrize("early_stopping", [False, True])
def test_class_weight_equals_its_sample_weight(class_weight, early_stopping):
    X, y = iris()
    X, y = X[20:], y[20:]
    own = np.random.RandomState(0).uniform(0.5, 2, len(y))
    by_class = np.ones(3)
    if class_weight == "balanced":
        by_class = own.sum() / (3 * np.bincount(y, own))
    else:
        by_class[[0, 2]] = 3, 0.5
    estimator = SimpleMLPClassifier(
        (5,),
        max_iter=20,
        n_iter_no_change=np.inf,
        early_stopping=early_stopping,
        random_state=0,
    )
    by_classes = clone(estimator).set_params(class_weight=class_weight)
    by_classes.fit(X, y, sample_weight=own)
    by_samples = clone(estimator).fit(X, y, sample_weight=own * by_class[y])
    np.testing.assert_allclose(
        weights_of(by_classes), weights_of(by_samples), rtol=1e-9
    )
    scores = by_samples.validation_scores_
    assert by_classes.validation_scores_ == (scores and pytest.approx(scores))


@STOCHASTIC
def test_a_minibatch_of_zero_total_weight_changes_nothing(solver):
    """Weights on one minibatch of five give the training on that minibatch alone.

    The total weight is equal, but there are 5 times as many samples, so the step of the
    loss is 5 times as large. With sgd, 5 times the rate and a fifth of the penalty on
    the single minibatch make up for it; the steps of adam do not depend on scale.
    """
    X, y = diabetes()
    weights = np.zeros(100)
    weights[40:60] = 1
    regressor = SimpleMLPRegressor(
        (5,),
        solver=solver,
        learning_rate_init=0.01,
        batch_size=20,
        shuffle=False,
        random_state=0,
        normalize_y=False,
        alpha=0.0 if solver == "adam" else 0.1,
        max_iter=5,
        epsilon=1e-300,
        **UNSTOPPED,
    )
    one_in_five = clone(regressor).fit(X, y, sample_weight=weights)
    if solver == "sgd":
        regressor.set_params(learning_rate_init=0.05, alpha=0.1 / 5)
    alone = regressor.fit(X[40:60], y[40:60])
    np.testing.assert_allclose(weights_of(one_in_five), weights_of(alone), rtol=1e-9)
    if solver == "adam":
        np.testing.assert_allclose(one_in_five.loss_curve_, alone.loss_curve_)


def test_a_minibatch_of_zero_total_weight_is_skipped():
    X, y = load_iris(return_X_y=True)
    weights = (y > 0).astype(float)
    model = SimpleMLPClassifier(
        (5,), batch_size=50, shuffle=False, max_iter=2, **UNSTOPPED
    )
    model.fit(X, y, sample_weight=weights)
    assert np.isfinite(model.loss_)


@pytest.mark.scikit_learn("1.7")
def test_the_loss_of_weighted_minibatches_is_the_weighted_mean():
    """scikit-learn weights each minibatch by its number of rows instead."""
    X, y = load_iris(return_X_y=True)
    weights = np.where(y == 0, 100.0, 1.0)
    shared = {
        "batch_size": 50,
        "shuffle": False,
        "alpha": 0.0,
        "max_iter": 1,
        "learning_rate_init": 1e-300,
        "random_state": 0,
    }
    ours = SimpleMLPClassifier((5,), init="glorot_uniform", **shared, **UNSTOPPED)
    ours.fit(X, y, sample_weight=weights)
    log_p = ours.predict_log_proba(X)[np.arange(150), y]
    assert ours.loss_ == pytest.approx(-np.average(log_p, weights=weights))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs = MLPClassifier((5,), activation="logistic", solver="sgd", **shared)
        theirs.fit(X, y, sample_weight=weights)
    assert theirs.loss_ != pytest.approx(ours.loss_, rel=0.01)
