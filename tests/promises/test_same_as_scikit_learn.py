"""Promise 4, scikit-learn: the same problem has the same solution.

On full batches, from the same initial weights, the trajectory of the weights is
scikit-learn's to 1e-10, for every activation, optimizer and number of outputs, weighted
or not. L-BFGS reaches the same optimum.
"""

import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from support import UNSTOPPED, diabetes, iris, weights_of

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple._conversion import ACTIVATIONS_IN_COMMON


def same_start(ours, theirs, X, y, **options):
    """Fit both from the weights that scikit-learn draws."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs.fit(X, y)
    options = {"init": "glorot_uniform", "average": False}
    return ours.set_params(random_state=theirs.random_state, **options).fit(X, y)


TRAJECTORIES = [
    {"solver": "sgd", "momentum": 0.0, "learning_rate_init": 0.1},
    {"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": False},
    {"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": True},
    {"solver": "sgd", "learning_rate": "invscaling", "power_t": 0.3},
    {"solver": "adam", "learning_rate_init": 0.01, "beta_1": 0.8, "epsilon": 1e-6},
]


@pytest.mark.parametrize("options", TRAJECTORIES, ids=str)
@pytest.mark.parametrize("activation", ACTIVATIONS_IN_COMMON)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_full_batch_trajectory_is_scikit_learns(options, activation, n_classes):
    X, y = iris()
    X, y = X[y < n_classes], y[y < n_classes]
    options = {"learning_rate_init": 0.02, **options}
    shared = {
        "hidden_layer_sizes": (5, 4),
        "activation": activation,
        "alpha": 0.05,
        "max_iter": 30,
        "batch_size": len(y),
        "random_state": 3,
        **UNSTOPPED,
        **options,
    }
    theirs = MLPClassifier(**shared)
    ours = same_start(SimpleMLPClassifier(**shared), theirs, X, y)
    np.testing.assert_allclose(weights_of(ours), weights_of(theirs), rtol=0, atol=1e-10)
    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-10)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X))


@pytest.mark.parametrize("options", TRAJECTORIES[:3], ids=str)
@pytest.mark.parametrize("n_outputs", [1, 3])
def test_full_batch_regression_trajectory_is_scikit_learns(options, n_outputs):
    """scikit-learn sums the squared error over outputs; it is averaged here."""
    X, y = diabetes(n_outputs)
    options = {"learning_rate_init": 0.02, **options}
    shared = {
        "hidden_layer_sizes": (5,),
        "activation": "logistic",
        "max_iter": 30,
        "batch_size": len(y),
        "random_state": 3,
        **UNSTOPPED,
        **options,
    }
    theirs = MLPRegressor(alpha=0.3, **shared)
    ours = SimpleMLPRegressor(normalize_y=False, alpha=0.3 / n_outputs, **shared)
    ours.set_params(learning_rate_init=n_outputs * options["learning_rate_init"])
    same_start(ours, theirs, X, y)
    np.testing.assert_allclose(weights_of(ours), weights_of(theirs), rtol=0, atol=1e-10)


@pytest.mark.scikit_learn("1.7")
def test_weighted_full_batch_trajectory_is_scikit_learns():
    X, y = iris()
    weights = np.random.RandomState(0).uniform(0, 3, len(y))
    shared = {
        "hidden_layer_sizes": (5,),
        "activation": "logistic",
        "solver": "sgd",
        "learning_rate_init": 0.05,
        "alpha": 0.2,
        "max_iter": 20,
        "batch_size": len(y),
        "random_state": 3,
        **UNSTOPPED,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs = MLPClassifier(**shared).fit(X, y, sample_weight=weights)
    ours = SimpleMLPClassifier(init="glorot_uniform", average=False, **shared)
    ours.fit(X, y, sample_weight=weights)
    np.testing.assert_allclose(weights_of(ours), weights_of(theirs), rtol=0, atol=1e-10)


@pytest.mark.scikit_learn("1.7")
def test_poisson_trajectory_is_scikit_learns():
    X, y = diabetes()
    y = np.random.RandomState(0).poisson(np.exp(0.3 * y))
    shared = {
        "hidden_layer_sizes": (5,),
        "activation": "logistic",
        "solver": "sgd",
        "loss": "poisson",
        "alpha": 1e-4,
        "learning_rate_init": 0.02,
        "momentum": 0.9,
        "max_iter": 20,
        "batch_size": len(y),
        "random_state": 3,
        **UNSTOPPED,
    }
    theirs = MLPRegressor(**shared)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        start = clone(theirs).set_params(max_iter=1, learning_rate_init=1e-300)
        start.fit(X, y)
        theirs.fit(X, y)
    ours = SimpleMLPRegressor(
        coefs_init=start.coefs_,
        intercepts_init=start.intercepts_,
        average=False,
        normalize_y=False,
        **shared,
    ).fit(X, y)
    np.testing.assert_allclose(weights_of(ours), weights_of(theirs), rtol=0, atol=1e-10)
    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-10)


def test_lbfgs_reaches_scikit_learns_optimum():
    X, y = iris()
    shared = {
        "hidden_layer_sizes": (),
        "activation": "logistic",
        "solver": "lbfgs",
        "alpha": 50.0,
        "max_iter": 1000,
        "tol": 1e-9,
        "random_state": 3,
    }
    theirs = MLPClassifier(**shared).fit(X, y)
    ours = SimpleMLPClassifier(init="normal", **shared).fit(X, y)
    # scikit-learn's stops when the loss falls by less than 2.2e-9, relatively.
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=2.2e-9)
    np.testing.assert_allclose(
        ours.predict_proba(X), theirs.predict_proba(X), atol=1e-4
    )
