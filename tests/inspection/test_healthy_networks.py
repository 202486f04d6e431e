"""A hundred well-trained networks, over ten data sets, have no finding.

A support vector machine of scikit-learn is the judge of "well trained": on new samples
the networks are about as good.
"""

import functools

import numpy as np
import pytest
from sklearn.base import is_regressor
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_iris,
    load_wine,
    make_blobs,
    make_circles,
    make_classification,
    make_friedman1,
    make_moons,
)
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.inspection import diagnose

LOAD = {"return_X_y": True}
DATA = {
    "iris": lambda: load_iris(**LOAD),
    "wine": lambda: load_wine(**LOAD),
    "cancer": lambda: load_breast_cancer(**LOAD),
    "digits": lambda: load_digits(**LOAD),
    "moons": lambda: make_moons(500, noise=0.2, random_state=0),
    "circles": lambda: make_circles(500, noise=0.1, factor=0.5, random_state=0),
    "blobs": lambda: make_blobs(500, centers=5, cluster_std=2, random_state=0),
    "noisy labels": lambda: make_classification(1000, 10, flip_y=0.2, random_state=0),
    "diabetes": lambda: load_diabetes(**LOAD),
    "friedman": lambda: make_friedman1(1000, noise=2, random_state=0),
}
REGRESSION = {"diabetes", "friedman"}
# Rates and penalties are for classification. A tenth of the rate, and ten times the
# penalty, suit regression.
NETWORKS = {
    "default": {},
    "narrow": {"hidden_layer_sizes": (20,)},
    "tanh": {"activation": "tanh", "learning_rate_init": 0.03, "alpha": 1.0},
    "relu": {"activation": "relu", "learning_rate_init": 0.05, "alpha": 1.0},
    "adam": {"solver": "adam"},
    "lbfgs": {"solver": "lbfgs", "alpha": 0.3, "max_iter": 5000},
    "early stopping": {"early_stopping": True, "scoring": "loss"},
    "two layers": {
        "hidden_layer_sizes": (20, 20),
        "activation": "tanh",
        "learning_rate_init": 0.02,
        "alpha": 1.0,
    },
    "no average": {"average": False, "learning_rate_init": 0.1},
    "many epochs": {
        "max_iter": 600,
        "n_iter_no_change": np.inf,
        "learning_rate_init": 0.1,
        "alpha": 0.3,
    },
}


@functools.cache
def judged(data):
    """Return the halves of a data set, and the score of the judge."""
    parts = train_test_split(*DATA[data](), test_size=0.5, random_state=0)
    X, X_new, y, y_new = parts
    judge = SVC()
    if data in REGRESSION:
        judge, (mean, scale) = SVR(), (y.mean(), y.std())
        y, y_new = (y - mean) / scale, (y_new - mean) / scale
    score = make_pipeline(StandardScaler(), judge).fit(X, y).score(X_new, y_new)
    return X, X_new, y, y_new, score


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("options", NETWORKS)
def test_a_healthy_network_has_no_finding(data, options):
    X, X_new, y, y_new, score = judged(data)
    kind = SimpleMLPRegressor if data in REGRESSION else SimpleMLPClassifier
    network = kind(random_state=0).set_params(**NETWORKS[options])
    if is_regressor(network):
        for name, factor in (("learning_rate_init", 0.1), ("alpha", 10)):
            if name in NETWORKS[options]:
                network.set_params(**{name: factor * NETWORKS[options][name]})
    pipeline = make_pipeline(StandardScaler(), network).fit(X, y)
    assert pipeline.score(X_new, y_new) > score - 0.05
    assert diagnose(pipeline, X, y) == ()
    # The halves are random: new samples are in the same units, and of the same mean.
    # As many as in training could pass for the training samples.
    moved = {"scaled_unlike_training", "shifted_targets"}
    assert not moved & set(diagnose(pipeline, X_new[:-2], y_new[:-2]).kinds)
