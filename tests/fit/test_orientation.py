"""Orientation: samples in columns are warned of, few samples in rows are not."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.inspection import diagnose

NETWORK = SimpleMLPRegressor((5,), max_iter=5, n_iter_no_change=np.inf, random_state=0)


def maps(n_samples, n_variables, seed=0):
    """Return inputs of different sizes, and as many outputs."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(size=(n_samples, n_variables)) * np.geomspace(1, 1000, n_variables)
    return X, np.sin(X) + 10 * X[:, ::-1]


def is_warned_of(model, X, y):
    """Fit, and return whether a warning advises to transpose.

    Other warnings than a UserWarning are errors.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("error")
        warnings.simplefilter("always", UserWarning)
        model.fit(X, y)
    return any("X.T and y.T" in str(warning.message) for warning in caught)


@pytest.mark.parametrize("n_variables", [1, 2, 4, 10])
@pytest.mark.parametrize("scaler", [None, StandardScaler()])
def test_samples_in_columns_are_warned_of(n_variables, scaler):
    X, y = maps(1199, n_variables)
    model = NETWORK if scaler is None else make_pipeline(scaler, NETWORK)
    assert is_warned_of(model, X.T, y.T)
    assert "samples_in_columns" in diagnose(model, X.T, y.T).kinds
    y = y if n_variables > 1 else y[:, 0]
    assert not is_warned_of(model, X, y)
    assert "samples_in_columns" not in diagnose(model, X, y).kinds


def test_the_warning_and_the_finding_are_guesses():
    X, y = maps(1199, 2)
    guess = "X and y seem to have one column per sample: both have 1199 columns, "
    with pytest.warns(UserWarning, match=guess) as caught:
        NETWORK.fit(X.T, y.T)
    (message,) = (str(w.message) for w in caught if guess in str(w.message))
    assert message.endswith("If so, as in MATLAB, pass X.T and y.T.")
    found = {finding.kind: finding for finding in diagnose(NETWORK, X.T, y.T)}
    finding = found["samples_in_columns"]
    assert finding.seen == guess + "and 2 rows."
    assert finding.advice == "X.T and y.T, if so, as in MATLAB."


def test_rows_that_were_held_out_are_not_denied():
    X, y = maps(600, 12)
    network = clone(NETWORK).set_params(early_stopping=True)
    with pytest.warns(UserWarning, match="both have 600 columns, and only a few rows"):
        network.fit(X.T, y.T)


def test_labels_in_columns_are_warned_of():
    X, y = maps(300, 3)
    labels = (y > np.median(y, axis=0)).astype(int)
    network = SimpleMLPClassifier((5,), max_iter=5, n_iter_no_change=np.inf)
    assert is_warned_of(network, X.T, labels.T)
    assert not is_warned_of(network, X, labels)


def images(n_samples):
    """Return smooth images of 12 x 12 pixels, and noisy ones."""
    rng = np.random.default_rng(0)
    row, column = np.mgrid[:12, :12] / 12
    waves = rng.uniform(1, 5, (2, n_samples, 1, 1))
    X = np.sin(waves[0] * row + waves[1] * column).reshape(n_samples, -1)
    return X, X + 0.2 * rng.normal(size=X.shape)


def autoencoder():
    X, _ = images(8)
    return X, X


def denoiser():
    clean, noisy = images(8)
    return noisy, clean


def a_few_more_samples():
    X, y = maps(11, 200)
    return X, y


def spectra_to_concentrations():
    X, _ = images(6)
    return X, X[:, :3]


def images_to_smaller_images():
    X, _ = images(6)
    return X, X[:, ::2] ** 2


def as_many_outputs_as_a_square_design():
    return maps(10, 30)


def noisier_denoiser():
    clean, _ = images(8)
    return clean + np.random.default_rng(0).normal(size=clean.shape), clean


def day_profiles():
    """Return the loads of 7 days in quarters of an hour, and of the days after."""
    steps = np.random.default_rng(0).normal(size=(8, 96))
    profiles = np.cumsum(steps, axis=1)
    return profiles[:-1], profiles[1:]


def pairs_of_images():
    return np.random.default_rng(0).uniform(size=(2, 10, 400))


def curves():
    """Return few and long samples: 100 columns per row."""
    centers = np.linspace(0.2, 0.8, 6)[:, None]
    return np.exp(-(((np.linspace(0, 1, 600) - centers) / 0.1) ** 2))


def autoencoder_in_other_units():
    return curves(), 1000 * curves() + 5


def autoencoder_of_scaled_inputs():
    return curves() * 0.1 - 3, curves()


def constant_inputs():
    return np.full((6, 600), 0.1), curves()


HONEST = [
    autoencoder,
    denoiser,
    noisier_denoiser,
    day_profiles,
    pairs_of_images,
    autoencoder_in_other_units,
    autoencoder_of_scaled_inputs,
    constant_inputs,
    a_few_more_samples,
    spectra_to_concentrations,
    images_to_smaller_images,
    as_many_outputs_as_a_square_design,
]


@pytest.mark.parametrize("data", HONEST)
@pytest.mark.parametrize("scaler", [None, StandardScaler()])
def test_few_samples_in_rows_are_not_warned_of(data, scaler):
    X, y = data()
    model = NETWORK if scaler is None else make_pipeline(scaler, NETWORK)
    assert not is_warned_of(model, X, y)
    assert "samples_in_columns" not in diagnose(model, X, y).kinds


def test_few_rows_of_many_labels_are_not_warned_of():
    X = np.random.default_rng(0).uniform(size=(5, 60))
    network = SimpleMLPClassifier((5,), max_iter=5, n_iter_no_change=np.inf)
    assert not is_warned_of(network, X, (X[:, ::-1] > 0.5).astype(int))


def test_huge_inputs_in_float32_do_not_overflow():
    X = (1e20 * curves()).astype(np.float32)
    assert not is_warned_of(NETWORK, X, X)


def test_sparse_samples_are_rows():
    X, y = maps(300, 3)
    assert not is_warned_of(NETWORK, sparse.csr_array(X.T), y.T)


def test_calls_of_partial_fit_and_new_samples_may_have_few_rows():
    """Also where X and y have the same number of columns."""
    X, y = maps(100, 40)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stream = SimpleMLPRegressor((5,), random_state=0)
        stream.partial_fit(X[:3], y[:3])
    network = NETWORK.fit(X, y)
    for model in (stream, network):
        assert "samples_in_columns" not in diagnose(model, X[:3], y[:3]).kinds
