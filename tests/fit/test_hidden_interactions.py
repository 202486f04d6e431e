"""A fit that ends at a constant names the penalty, which may hide interactions."""

import itertools
import re

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import OneHotEncoder
from support import outcome

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

BEGINNING = "The network has learned next to nothing: training ended after "


def parity(n_inputs):
    X = np.array(list(itertools.product([0.0, 1.0], repeat=n_inputs)))
    return X, X.sum(axis=1) % 2


@pytest.mark.parametrize("low", [0, -1])
@pytest.mark.parametrize(
    ("options", "n_inputs"),
    [
        ({"solver": "lbfgs"}, 5),
        ({"solver": "lbfgs"}, 6),
        ({"solver": "adam"}, 5),
        ({}, 5),
        ({}, 6),
        ({"max_iter": 3000, "n_iter_no_change": np.inf}, 5),
        ({"alpha": "0.3*auto"}, 6),
    ],
    ids=str,
)
def test_parity_that_the_penalty_hides_is_warned_of_and_the_advice_helps(
    options, n_inputs, low
):
    """With every solver, after any number of epochs; scaled inputs would not help."""
    X, y = parity(n_inputs)
    X = low + (1 - low) * X
    model = SimpleMLPClassifier(random_state=0, **options)
    message = outcome(model, X, y)
    assert np.ptp(model.predict_proba(X)[:, 1]) < 0.01
    assert message.startswith(BEGINNING)
    assert "scale" not in message
    alpha = re.search(r"try alpha='(\S+)', and check on new samples", message)[1]
    cured = clone(model).set_params(alpha=alpha)
    assert "nothing" not in outcome(cured, X, y)
    assert cured.score(X, y) == 1


def test_only_a_penalty_that_adapts_is_named():
    """A number, or a weak multiple, is hardly the reason; nor is it for one input."""
    X, y = parity(6)
    for alpha in (1.0, "0.01*auto"):
        model = SimpleMLPClassifier((1,), alpha=alpha, solver="lbfgs", random_state=0)
        assert "combinations" not in outcome(model, X, y)
    model = SimpleMLPClassifier((2,), solver="lbfgs", random_state=0)
    assert "combinations" not in outcome(model, X[:, :1], y)


def test_rare_categories_have_advice_of_their_own_that_helps():
    """3,000 users with an effect each, and as many items; each has two rows."""
    rng = np.random.default_rng(0)
    codes = rng.integers(3000, size=(9000, 2))
    effects = 0.6 * rng.normal(size=(2, 3000))
    logits = effects[0][codes[:, 0]] + effects[1][codes[:, 1]] - 1
    X, y = OneHotEncoder().fit_transform(codes), logits > rng.logistic(size=9000)
    model = SimpleMLPClassifier((4,), random_state=0)
    message = outcome(model, X[:6000], y[:6000])
    assert np.ptp(model.predict_proba(X)[:, 1]) < 0.01
    assert message.startswith(BEGINNING)
    assert "combinations" not in message
    assert "MaxAbsScaler" not in message
    assert "use solver='adam', or hidden_layer_sizes=()" in message
    for options in ({"solver": "adam"}, {"hidden_layer_sizes": ()}):
        cured = clone(model).set_params(**options)
        assert outcome(cured, X[:6000], y[:6000]) == ""
        assert roc_auc_score(y[6000:], cured.predict_proba(X[6000:])[:, 1]) > 0.56


def test_categories_as_indicators_are_not_to_be_scaled():
    rng = np.random.default_rng(0)
    X = OneHotEncoder(sparse_output=False).fit_transform(rng.integers(12, size=(80, 2)))
    y = rng.standard_normal(80)
    model = SimpleMLPRegressor(learning_rate_init=1e6, random_state=0)
    for inputs in (X, 2 * X - 1):
        assert "scale" not in outcome(model, inputs, y)
    assert "scale" in outcome(model, 2 * X + 1, y)


@pytest.mark.parametrize("seed", range(3))
def test_continuous_noise_has_no_hidden_interactions(seed):
    """Neighbours would show them; to end at the constant is right."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(200, 4)), rng.integers(2, size=200)
    model = SimpleMLPClassifier(solver="lbfgs", random_state=0)
    assert outcome(model, X, y) == ""
