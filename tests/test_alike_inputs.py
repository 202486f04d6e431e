"""Many inputs that vary together, as spectra do, or around another value than 0."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor


def spectra(seed, n_samples=150, n_inputs=500):
    """Return sums of five bands, with a baseline and noise, and their heights."""
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, n_inputs)
    centers, widths = rng.uniform(0, 1, 5), rng.uniform(0.05, 0.2, 5)
    bands = np.exp(-(((place - centers[:, None]) / widths[:, None]) ** 2))
    heights = rng.uniform(0, 1, (n_samples, 5))
    baseline = 0.3 * rng.standard_normal((n_samples, 1)) * (1 + place)
    noise = 0.01 * rng.standard_normal((n_samples, n_inputs))
    return 0.5 + heights @ bands + baseline + noise, heights


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "softplus", "tanh"])
@pytest.mark.parametrize("seed", range(3))
def test_spectra_do_not_make_training_diverge(activation, seed):
    X, heights = spectra(seed)
    X, y = StandardScaler().fit_transform(X), heights[:, 0]
    model = SimpleMLPRegressor(activation=activation, random_state=0)
    assert model.fit(X[:100], y[:100]).score(X[100:], y[100:]) > 0.7


def test_classes_are_told_apart_by_inputs_far_from_0():
    scores = []
    for seed in range(5):
        X, heights = spectra(seed)
        y = heights[:, 0] > heights[:, 1]
        model = SimpleMLPClassifier(random_state=0).fit(X[:100], y[:100])
        scores.append(model.score(X[100:], y[100:]))
    assert np.mean(scores) > 0.8


@pytest.mark.parametrize("n_rows", [1, 7, 40, 2000])
def test_independent_inputs_leave_the_rate_as_it_is(n_rows):
    X = np.random.default_rng(0).standard_normal((n_rows, 120))
    model = SimpleMLPRegressor(max_iter=0, batch_size="full").partial_fit(X, X[:, 0])
    few = SimpleMLPRegressor(batch_size="full").partial_fit(X[:, :20], X[:, 0])
    rate, expected = (m.history_["learning_rate"][0] for m in (model, few))
    assert rate == pytest.approx(expected, rel=0.1)


def test_the_rate_follows_the_largest_eigenvalue_of_the_weighted_inputs():
    X, heights = spectra(0, 60, 100)
    weights = np.random.default_rng(0).integers(0, 4, 60)
    model = SimpleMLPRegressor(batch_size="full", max_iter=1, random_state=0)
    rates = [
        model.fit(*data).history_["learning_rate"][0]
        for data in (
            (X, heights, weights),
            (csr_array(X), heights, weights),
            [np.repeat(part, weights, axis=0) for part in (X, heights)],
        )
    ]
    assert rates == pytest.approx([rates[0]] * 3, rel=1e-3)
    size = max(1, np.sqrt(np.average((X**2).mean(axis=1), weights=weights)))
    largest = np.linalg.eigvalsh((weights * X.T) @ X / weights.sum())[-1] / size
    few = model.fit(X[:, :20] / 100, heights).history_["learning_rate"][0]
    assert rates[0] == pytest.approx(few / (largest / 30), rel=1e-3)
