"""From the same weights, the steps are those of Keras, in the units of its page.

The judge descends on the objective that Keras documents: a mean over the samples of a
minibatch and the outputs, plus c times the sum of the squared kernels.
"""

import numpy as np
import pytest
from scipy.special import expit, softmax

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

RNG = np.random.default_rng(0)
N, K, C, RATE, N_EPOCHS = 50, 5, 0.01, 0.1, 3
X = RNG.normal(size=(N, 3))
COEFS = [RNG.normal(size=(3, 4)), RNG.normal(size=(4, K))]
INTERCEPTS = [RNG.normal(size=4), RNG.normal(size=K)]
CODES = np.arange(N) % K
LABELS = (X @ RNG.normal(size=(3, K)) > RNG.normal(size=(N, K))).astype(int)
NUMBERS = 3 * X @ RNG.normal(size=(3, K)) + 2
REGRESSION = {"normalize_y": False}

# The slopes of the loss of samples, their targets in Keras, the estimator, its targets,
# and the factors of 2 c n and of the rate.
CASES = {
    "softmax": (
        lambda z, Y: softmax(z, axis=1) - Y,
        np.eye(K)[CODES],
        (SimpleMLPClassifier, {"classes": range(K)}, CODES),
        (1, 1),
    ),
    "sigmoids": (
        lambda z, Y: (expit(z) - Y) / K,
        LABELS,
        (SimpleMLPClassifier, {"multilabel": True}, LABELS),
        (K, 1 / K),
    ),
    "mse": (
        lambda z, Y: 2 * (z - Y) / K,
        NUMBERS,
        (SimpleMLPRegressor, REGRESSION | {"loss": "mean_squared_error"}, NUMBERS),
        (1, 1),
    ),
    "half of mse": (
        lambda z, Y: 2 * (z - Y) / K,
        NUMBERS,
        (SimpleMLPRegressor, REGRESSION, NUMBERS),
        (1 / 2, 2),
    ),
}


def kernels_of_keras(slopes, Y, batch_size, nesterov):
    """Return the kernels after some epochs of ``SGD(RATE, 0.9, nesterov)``."""
    parameters = [array.copy() for array in (*COEFS, *INTERCEPTS)]
    velocities = [np.zeros_like(array) for array in parameters]
    for start in [*range(0, N, batch_size)] * N_EPOCHS:
        x = X[start : start + batch_size]
        first, second, bias, out_bias = parameters
        hidden = np.maximum(x @ first + bias, 0)
        z = hidden @ second + out_bias
        delta = slopes(z, Y[start : start + batch_size]) / len(x)
        hidden_delta = (delta @ second.T) * (hidden > 0)
        gradient = [
            x.T @ hidden_delta + 2 * C * first,
            hidden.T @ delta + 2 * C * second,
            hidden_delta.sum(axis=0),
            delta.sum(axis=0),
        ]
        for array, velocity, slope in zip(
            parameters, velocities, gradient, strict=True
        ):
            velocity *= 0.9
            velocity -= RATE * slope
            array += 0.9 * velocity - RATE * slope if nesterov else velocity
    return parameters[:2]


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("batch_size", [N, 20])
@pytest.mark.parametrize("case", CASES)
def test_the_steps_of_keras(case, batch_size, nesterov):
    slopes, Y, (kind, options, y), (of_alpha, of_rate) = CASES[case]
    network = kind.from_coefs(
        COEFS,
        INTERCEPTS,
        activation="relu",
        alpha=2 * C * N * of_alpha,
        learning_rate_init=RATE * of_rate,
        learning_rate="constant",
        momentum=0.9,
        nesterovs_momentum=nesterov,
        batch_size=batch_size,
        shuffle=False,
        average=False,
        max_iter=N_EPOCHS,
        n_iter_no_change=np.inf,
        warm_start=True,
        **options,
    ).fit(X, y)
    expected = kernels_of_keras(slopes, Y, batch_size, nesterov)
    for ours, theirs in zip(network.coefs_, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-13)
