"""Remarks of `diagnose`: what is no fault of the network, but may surprise."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.model_selection import TunedThresholdClassifierCV
from support import overlapping_returns

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.inspection import diagnose


def rare(n_samples, seed):
    """Return samples with 6% positive labels and a weak signal."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, 4))
    y = rng.random(n_samples) < expit(-2.8 + 0.5 * X[:, 0] + 0.3 * X[:, 1])
    return X, np.where(y, "rare", "usual")


@pytest.fixture(scope="module")
def network():
    return SimpleMLPClassifier(random_state=0).fit(*rare(1500, 0))


@pytest.mark.parametrize("seed", [0, 1])  # the training samples, and new ones
def test_a_class_that_is_never_predicted_is_a_remark(network, seed):
    X, y = rare(1500, seed)
    assert set(network.predict(X)) == {"usual"}
    assert roc_auc_score(y == "rare", network.predict_proba(X)[:, 0]) > 0.6
    diagnosis = diagnose(network, X, y)
    assert diagnosis == ()
    remark = " ".join(diagnosis.remark.split())
    share = np.mean(y == "rare")
    assert f"never predicts class rare ({share:.1%} of the samples)" in remark
    assert "TunedThresholdClassifierCV, or set class_weight='balanced'" in remark


def test_both_cures_predict_the_rare_class(network):
    X, y = rare(1500, 1)
    for cure in (
        clone(network).set_params(class_weight="balanced"),
        TunedThresholdClassifierCV(clone(network), cv=2),
    ):
        predicted = cure.fit(*rare(1500, 0)).predict(X)
        assert balanced_accuracy_score(y, predicted) > 0.53


def test_classes_that_are_predicted_or_hardly_occur_have_no_remark(network):
    balanced = clone(network).set_params(class_weight="balanced")
    X, y = rare(1500, 0)
    assert "never" not in diagnose(balanced.fit(X, y), X, y).remark
    few = np.r_[np.flatnonzero(y == "usual")[:100], np.flatnonzero(y == "rare")[:9]]
    assert "never" not in diagnose(network, X[few], y[few]).remark
    X, y = load_iris(return_X_y=True)
    model = SimpleMLPClassifier((5,), random_state=0).fit(X, y)
    assert "never" not in diagnose(model, X, y).remark


def test_squared_error_may_lose_a_class_for_another_reason(network):
    """Where an output is saturated, its probability ranks nothing."""
    X, y = rare(1500, 0)
    model = clone(network).set_params(loss="squared_error").fit(X, y)
    assert set(model.predict(X)) == {"usual"}
    assert "never" not in diagnose(model, X, y).remark


def test_of_several_classes_no_threshold_is_advised():
    X, y = rare(1500, 0)
    noisy = X[:, 2] + np.random.default_rng(1).normal(size=1500)
    y[(y == "usual") & (noisy > 0)] = "other"
    model = SimpleMLPClassifier(random_state=0).fit(X, y)
    assert set(model.predict(X)) == {"usual", "other"}
    remark = diagnose(model, X, y).remark
    assert "never predicts class rare (" in remark
    assert "Threshold" not in remark


def test_a_weak_signal_is_told_from_a_strong_one():
    """Of 100 samples, any network explains some noise."""
    rng = np.random.default_rng(2)
    X, noise = rng.normal(size=(100, 5)), rng.normal(size=100)
    model = SimpleMLPRegressor(random_state=2)
    diagnosis = diagnose(model.fit(X, noise), X, noise)
    assert diagnosis == ()
    assert "the signal is weak, or chance" in " ".join(diagnosis.remark.split())
    y = X[:, 0] + noise
    assert "weak" not in diagnose(model.fit(X, y), X, y).remark


@pytest.mark.filterwarnings("ignore:The network has learned next to nothing")
@pytest.mark.parametrize("alpha", ["auto", "10*auto", "100*auto"])
def test_errors_that_rows_share_call_for_no_weaker_penalty(alpha):
    """Though the loss is hardly below that of a constant prediction."""
    X, y = overlapping_returns(1500, seed=1)
    model = SimpleMLPRegressor(alpha=alpha, random_state=0).fit(X, y)
    diagnosis = diagnose(model, X, y)
    assert not {"alpha_too_high", "underfitting"} & {*diagnosis.kinds}
    remark = " ".join(diagnosis.remark.split())
    assert "Rows that follow each other share errors of y" in remark
    assert "TimeSeriesSplit with a gap, or GroupKFold." in remark
    shuffled = np.random.RandomState(0).permutation(1500)
    assert "share errors" not in diagnose(model, X[shuffled], y[shuffled]).remark


def test_new_samples_that_share_errors_ask_for_a_search_in_order():
    """Early stopping would hold out rows that share errors with training rows."""
    model = SimpleMLPRegressor(alpha=0.01, random_state=0).fit(
        *overlapping_returns(1500, seed=1)
    )
    (finding,) = diagnose(model, *overlapping_returns(1400, seed=2))
    assert finding.kind == "overfitting"
    assert "choose alpha from 'auto' to '100*auto'" in finding.advice
    assert "early_stopping" not in finding.advice
