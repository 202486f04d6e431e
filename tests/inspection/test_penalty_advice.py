"""Advice on the penalty: a multiple of 'auto', where alpha is one."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from support import iris

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.inspection import diagnose
from sknn_simple.inspection.gathering import gather_evidence

X, LABELS = iris()
NETWORK = SimpleMLPClassifier((4,), max_iter=3, n_iter_no_change=np.inf, random_state=0)


@pytest.mark.parametrize(("alpha", "larger"), [("auto", "3*"), ("0.3*auto", "")])
def test_the_advice_on_overfitting_scales_auto(alpha, larger):
    rng = np.random.RandomState(0)
    X = rng.standard_normal((400, 10))
    y = 0.5 * X[:, 0] + rng.standard_normal(400)
    network = SimpleMLPRegressor(alpha=alpha, random_state=0).fit(X[:30], y[:30])
    [finding] = diagnose(network, X[30:], y[30:])
    assert finding.kind == "overfitting"
    assert finding.advice.startswith(f"a larger alpha, such as '{larger}auto'; more")
    losses = []
    for value in (alpha, f"{larger}auto"):
        network.set_params(alpha=value).fit(X[:30], y[:30])
        losses.append(((network.predict(X[30:]) - y[30:]) ** 2).mean())
    assert losses[1] < losses[0]


def test_with_more_inputs_than_samples_a_search_is_advised():
    """Co-expressed genes: "auto" is better than three times as much."""
    rng = np.random.RandomState(0)
    modules = rng.standard_normal((400, 30))
    X = modules.repeat(10, axis=1) + rng.standard_normal((400, 300))
    y = modules[:, :4].sum(axis=1) + rng.standard_normal(400)
    network = SimpleMLPRegressor(random_state=0).fit(X[:100], y[:100])
    [finding] = diagnose(network, X[100:], y[100:])
    assert finding.kind == "overfitting"
    assert finding.advice.startswith("the best alpha of a search, such as '0.3*auto', ")
    stronger = clone(network).set_params(alpha="3*auto").fit(X[:100], y[:100])
    assert stronger.score(X[100:], y[100:]) < network.score(X[100:], y[100:])


@pytest.mark.parametrize(("alpha", "named"), [(60.0, "60"), ("1e3*auto", "'1e3.auto'")])
def test_a_penalty_that_prevents_learning_is_named_as_given(alpha, named):
    automatic = clone(NETWORK).fit(X, LABELS).alpha_
    network = SimpleMLPClassifier((4,), solver="lbfgs", alpha=alpha, random_state=0)
    advice = rf"lower alpha from {named} \('auto' gives {automatic:.2g} here\)"
    with pytest.warns(ConvergenceWarning, match=advice):
        network.fit(X, LABELS)
    [finding] = diagnose(network, X, LABELS)
    assert finding.kind == "alpha_too_high"
    assert finding.advice == f"alpha='auto', which gives {automatic:.2g} here."


def test_a_trial_of_auto_has_the_factors_of_its_inputs():
    """It is the trial of a network whose alpha is 'auto', from the same weights."""
    rng = np.random.RandomState(0)
    X = rng.standard_normal((80, 60))
    y = (X[:, :3].sum(axis=1) > 0).astype(int)
    network = clone(NETWORK).set_params(alpha=30.0).fit(X, y)  # for 3 epochs
    tried = gather_evidence(network, X, y).trials
    gain = gather_evidence(network.set_params(alpha="auto"), X, y).trials
    assert tried.gain_by_auto == gain.gain_by_auto_rate > 0.1
    assert tried.gain_by_auto_rate < 0.1
