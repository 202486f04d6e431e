"""A fit of so many layers that the network is a constant names its depth."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_wine
from sklearn.preprocessing import StandardScaler
from support import outcome

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.inspection import diagnose

DATA = {"wine": load_wine(return_X_y=True), "diabetes": load_diabetes(return_X_y=True)}
MODELS = {"wine": SimpleMLPClassifier, "diabetes": SimpleMLPRegressor}


def deep(name, n_layers, **options):
    X, y = DATA[name]
    model = MODELS[name]((10,) * n_layers, random_state=0, **options)
    return model, StandardScaler().fit_transform(X), y


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("wine", {}),
        ("wine", {"solver": "adam"}),
        ("wine", {"early_stopping": True}),
        ("diabetes", {}),
        ("diabetes", {"solver": "lbfgs"}),
    ],
    ids=str,
)
def test_seven_layers_of_sigmoids_are_named_and_both_cures_help(name, options):
    model, X, y = deep(name, 7, **options)
    message = outcome(model, X, y)
    assert message.startswith("The network has learned next to nothing")
    advice = "use activation='tanh', or at most 2 hidden layers: through 7 layers"
    assert advice in message
    score, least = model.score(X, y), {"wine": 0.95, "diabetes": 0.4}[name]
    for cure in ({"activation": "tanh"}, {"hidden_layer_sizes": (10,) * 2}):
        cured = clone(model).set_params(**cure)
        assert "nothing" not in outcome(cured, X, y)
        assert cured.score(X, y) > least > score


def test_diagnose_advises_the_same():
    model, X, y = deep("wine", 7, solver="lbfgs")
    outcome(model, X, y)
    finding = diagnose(model, X, y)[0]
    assert finding.kind == "vanishing_gradients"
    assert finding.advice.startswith("activation='tanh'; at most 2 hidden layers; or ")
    assert "adam" not in finding.advice


def test_depth_is_not_blamed_where_it_does_no_harm():
    for n_layers in (4, 5):
        assert outcome(*deep("wine", n_layers)) == ""
    assert outcome(*deep("diabetes", 7, activation="tanh")) == ""
    X = np.random.default_rng(0).normal(size=(200, 4))
    coins = np.arange(200) % 2
    model = SimpleMLPClassifier((10,) * 2, random_state=0)
    assert "layers" not in outcome(model, X, coins)


@pytest.mark.parametrize(("n_layers", "slope"), [(3, 0.2), (4, 0.35)])
def test_fewer_layers_may_hide_a_weak_signal(n_layers, slope):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(300, 5))
    y = slope * (X[:, 0] + X[:, 1]) + rng.normal(size=300)
    model = SimpleMLPRegressor((10,) * n_layers, random_state=0)
    assert f"2 hidden layers: through {n_layers} layers" in outcome(model, X, y)
    for cure in ({"activation": "tanh"}, {"hidden_layer_sizes": (10,) * 2}):
        cured = clone(model).set_params(**cure)
        assert outcome(cured, X, y) == ""
        assert cured.score(X, y) > model.score(X, y) + slope**2
