"""Small networks of every kind, and data for them."""

import numpy as np
import pytest
from sklearn.base import clone

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

RNG = np.random.RandomState(0)
X = RNG.standard_normal((12, 3))
WEIGHTS = RNG.randint(0, 3, 12).astype(float)
LABELS = np.array(["a", "b", "c"] * 4)
NUMBERS = RNG.uniform(0.1, 0.9, 12)

NETWORKS = {
    "softmax": (SimpleMLPClassifier(), LABELS),
    "binary": (SimpleMLPClassifier(), LABELS == "a"),
    "multilabel": (SimpleMLPClassifier(), (X > 0).astype(int)),
    "squared classifier": (SimpleMLPClassifier(loss="squared_error"), LABELS),
    "standardised": (SimpleMLPRegressor(), 100 + 20 * NUMBERS),
    "several outputs": (SimpleMLPRegressor(), np.c_[NUMBERS, X[:, 0]]),
    "logistic output": (SimpleMLPRegressor(out_activation="logistic"), NUMBERS),
    "tanh output": (SimpleMLPRegressor(out_activation="tanh"), NUMBERS),
    "relu output": (SimpleMLPRegressor(out_activation="relu"), NUMBERS),
    "absolute": (SimpleMLPRegressor(loss="absolute_error"), NUMBERS),
    "quantile": (SimpleMLPRegressor(loss="quantile", quantile=0.2), NUMBERS),
    "huber": (SimpleMLPRegressor(loss="huber", huber_threshold=0.3), NUMBERS),
    "leaky output": (SimpleMLPRegressor(out_activation="leaky_relu"), NUMBERS),
    "softplus output": (SimpleMLPRegressor(out_activation="softplus"), NUMBERS),
    "poisson": (SimpleMLPRegressor(loss="poisson"), np.c_[NUMBERS, NUMBERS**2]),
}
NETWORK = pytest.mark.parametrize("network", NETWORKS)


def make(network, hidden=(3, 2), activation="tanh", **params):
    estimator, y = NETWORKS[network]
    estimator = clone(estimator).set_params(
        hidden_layer_sizes=hidden,
        activation=activation,
        alpha=0.3,
        max_iter=3,
        n_iter_no_change=np.inf,
        learning_rate_init=0.03,
        momentum=0,
        average=False,
        random_state=0,
        **params,
    )
    return estimator, y
