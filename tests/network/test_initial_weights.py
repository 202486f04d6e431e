"""Initial weights: bounds and variances."""

import numpy as np
import pytest

from sknn_simple.network import INITS, draw_parameters


@pytest.mark.parametrize("init", INITS)
def test_initial_weights_stay_within_their_bounds(init):
    flat = draw_parameters((50, 80, 30), np.random.RandomState(0), init)
    first, last = flat.coefs
    if init == "normal":
        assert first.std() == pytest.approx(1, abs=0.05)
        return
    bounds = {
        "glorot_uniform": (np.sqrt(2 / 130), np.sqrt(2 / 110)),
        "lecun_uniform": (2 * np.sqrt(3 / 50), np.sqrt(3 / 80)),
        "uniform": (1, 1),
    }[init]
    for coef, bound in zip((first, last), bounds, strict=True):
        assert 0.99 * bound < np.abs(coef).max() <= bound
        assert abs(coef.mean()) < 0.05 * bound


def test_lecun_uniform_gives_pre_activations_of_unit_variance():
    rng = np.random.RandomState(0)
    options = {"init": "lecun_uniform", "fit_intercept": False}
    X = rng.standard_normal((500, 200))
    for activation, deviation in (("tanh", 1), ("relu", 1), ("logistic", 2)):
        parameters = draw_parameters(
            (200, 300, 2), rng, activation=activation, **options
        )
        Z = X @ parameters.coefs[0]
        assert Z.std() == pytest.approx(deviation, rel=0.02)


def test_glorots_bound_is_that_of_each_layers_activation():
    names = "logistic", "relu"
    mixed = draw_parameters(
        (50, 80, 60, 30), np.random.RandomState(0), activation=names
    )
    for layer, name in enumerate(("logistic", "relu", "relu")):
        alike = draw_parameters(
            (50, 80, 60, 30), np.random.RandomState(0), activation=name
        )
        np.testing.assert_array_equal(mixed.coefs[layer], alike.coefs[layer])
        np.testing.assert_array_equal(mixed.intercepts[layer], alike.intercepts[layer])
    assert draw_parameters((3, 2), np.random.RandomState(0), activation=()).flat.any()
