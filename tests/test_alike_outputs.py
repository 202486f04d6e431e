"""Many outputs that vary together, as pixels and curves do."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPRegressor


def alike(seed, n_columns):
    """Return 600 rows of columns that depend on four quantities."""
    rng = np.random.default_rng(seed)
    signal = np.tanh(rng.normal(size=(600, 4)) @ rng.normal(size=(4, n_columns)))
    noisy = signal + 0.1 * rng.normal(size=signal.shape)
    return StandardScaler().fit_transform(noisy)


@pytest.mark.parametrize(("n_columns", "width"), [(60, 4), (80, 100)])
@pytest.mark.parametrize("seed", range(2))
def test_a_linear_autoencoder_is_as_good_as_pca(n_columns, width, seed):
    X = alike(seed, n_columns)
    model = SimpleMLPRegressor((width,), "identity", random_state=seed).fit(X, X)
    pca = PCA(min(width, n_columns)).fit(X)
    rest = ((pca.inverse_transform(pca.transform(X)) - X) ** 2).mean()
    assert model.score(X, X) > 1 - rest - 0.01


def test_a_few_sigmoids_do_not_saturate_for_many_curves():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 5))
    level, slope = np.sin(X[:, 0]) + X[:, 1], np.cos(X[:, 2])
    Y = level[:, None] + 0.3 * slope[:, None] * np.linspace(0, 1, 256)
    model = SimpleMLPRegressor((2,), random_state=0).fit(X, Y)
    assert model.score(X, Y) > 0.8


@pytest.mark.parametrize(
    ("sizes", "activation", "n_outputs", "factor"),
    [
        ((30,), "logistic", 25, 5),
        ((16,), "logistic", 25, 4),
        ((16,), "relu", 25, 4),
        ((8,), "tanh", 25, 4),
        ((30, 4), ("identity", "logistic"), 25, 2),
        ((30,), "identity", 25, 4),
        ((30, 4), "identity", 25, 4),
        ((), "logistic", 25, 5),
        ((150,), "logistic", 144, 10),
    ],
)
def test_outputs_raise_the_rate_up_to_a_limit(sizes, activation, n_outputs, factor):
    X = np.random.default_rng(0).normal(size=(64, 3))
    y = np.sin(np.arange(64))
    model = SimpleMLPRegressor(sizes, activation, max_iter=1, n_iter_no_change=np.inf)
    one, many = (
        model.fit(X, Y).history_["learning_rate"][0]
        for Y in (y, np.repeat(y[:, None], n_outputs, axis=1))
    )
    assert many == pytest.approx(factor * one)
