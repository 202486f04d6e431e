"""Multiples of the automatic penalty, such as alpha='3*auto'."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV
from support import KINDS, iris

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple._fit.automatic import Automatic
from sknn_simple._fit.scaled_auto import factor_of_auto, stronger, weaker
from sknn_simple.inspection.problem import make_problem
from sknn_simple.model_selection import EpochSearchCV

X, LABELS = iris()
QUICK = {"max_iter": 3, "n_iter_no_change": np.inf, "random_state": 0}
NETWORK = SimpleMLPClassifier((4,), **QUICK)


@pytest.mark.parametrize(
    ("alpha", "factor"),
    [
        ("auto", 1),
        ("3*auto", 3),
        (" 0.1 * auto ", 0.1),
        (np.str_("1.25* auto"), 1.25),
        ("1e-3*auto", 0.001),
    ],
)
@KINDS
def test_alpha_is_a_factor_times_that_of_auto(kind, y, alpha, factor):
    automatic = kind((4,), **QUICK).fit(X, y)
    scaled = kind((4,), alpha=alpha, **QUICK).fit(X, y)
    assert scaled.alpha_ == pytest.approx(factor * automatic.alpha_)
    assert automatic.alpha_ > 0
    loaded = pickle.loads(pickle.dumps(scaled))
    assert (loaded.alpha, loaded.alpha_) == (alpha, scaled.alpha_)
    assert clone(scaled).alpha == alpha
    assert np.array_equal(scaled.coefs_[0], automatic.coefs_[0]) == (factor == 1)


BAD = ["3auto", "auto*3", "3**auto", "3*median", "*auto", "a*auto", "3*", "3*auto*"]
BAD += ["0*auto", "-1*auto", "inf*auto", "nan*auto", "1e400*auto", "1/3*auto", "", "*"]


@pytest.mark.parametrize("alpha", BAD)
def test_other_texts_are_refused_before_any_work(alpha):
    network = SimpleMLPRegressor(alpha=alpha)
    for method in (network.fit, network.partial_fit):
        with pytest.raises(ValueError, match="alpha") as error:
            method("no samples", None)
        message = str(error.value)
        assert "must be 'auto', a multiple of it such as '3*auto' or a float" in message
        assert f"Got {alpha!r} instead. " in message
        assert "write a positive number before '*auto', as in alpha=" in message


def test_a_number_in_quotes_is_advised_without_them():
    with pytest.raises(ValueError, match=r"Write alpha=0\.1\.$"):
        SimpleMLPClassifier(alpha="0.1").fit(X, LABELS)


def test_each_call_scales_the_penalty_of_its_samples():
    stream, warm = clone(NETWORK), clone(NETWORK).set_params(warm_start=True)
    for n_samples, alpha in ((150, "auto"), (60, "3*auto"), (150, 0.5), (90, "2*auto")):
        rows = np.random.RandomState(0).permutation(150)[:n_samples]
        automatic = clone(NETWORK).fit(X[rows], LABELS[rows]).alpha_
        expected = (factor_of_auto(alpha) or 0.5 / automatic) * automatic
        for network in (stream, warm):
            network.set_params(alpha=alpha)
        stream.partial_fit(X[rows], LABELS[rows], classes=[0, 1, 2])
        warm.fit(X[rows], LABELS[rows])
        assert stream.alpha_ == pytest.approx(expected)
        assert warm.alpha_ == pytest.approx(expected)


def test_searches_over_multiples_and_numbers():
    """One training serves both numbers of epochs in an EpochSearchCV."""
    grid = {"alpha": ["0.1*auto", "auto", 0.5, "1000*auto"], "max_iter": [5, 20]}
    ordinary = GridSearchCV(NETWORK, grid, cv=2, scoring="neg_log_loss").fit(X, LABELS)
    shared = EpochSearchCV(NETWORK, grid, cv=2, scoring="neg_log_loss").fit(X, LABELS)
    assert shared.best_params_ == ordinary.best_params_
    scores = ordinary.cv_results_["mean_test_score"]
    np.testing.assert_array_equal(shared.cv_results_["mean_test_score"], scores)
    assert len(set(scores)) == len(scores)
    assert list(ordinary.cv_results_["param_alpha"][::2]) == grid["alpha"]


def test_the_factors_of_inputs_are_kept():
    """Of 400 inputs, ten are informative. As a number, alpha blurs them."""
    rng = np.random.RandomState(0)
    X = rng.standard_normal((1200, 400))
    y = (X[:, :10].sum(axis=1) + rng.standard_normal(1200) > 0).astype(int)

    def loss(alpha):
        network = SimpleMLPClassifier((5,), alpha=alpha, random_state=0)
        network.fit(X[:200], y[:200])
        return log_loss(y[200:], network.predict_proba(X[200:])), network.alpha_

    scaled, alpha = loss("3*auto")
    assert scaled < loss(alpha)[0] - 0.05


@pytest.mark.parametrize(
    ("factor", "up", "down"),
    [
        (1, "3*auto", "0.3*auto"),
        (3, "10*auto", "auto"),
        (10, "30*auto", "3*auto"),
        (0.3, "auto", "0.1*auto"),
        (0.1, "0.3*auto", "0.03*auto"),
        (2, "6*auto", "0.7*auto"),
        (1e-4, "0.0003*auto", "3e-05*auto"),
    ],
)
def test_advised_multiples_are_round(factor, up, down):
    assert (stronger(factor), weaker(factor)) == (up, down)
    assert factor_of_auto(up) / factor == pytest.approx(3, rel=0.12)
    assert factor / factor_of_auto(down) == pytest.approx(3, rel=0.12)


@pytest.mark.parametrize("factor", [0.1, 0.5, 3, 10])
def test_a_multiple_is_as_usual_as_its_number(factor):
    number = factor * clone(NETWORK).fit(X, LABELS).alpha_
    usual = []
    for alpha in (f"{factor}*auto", number):
        network = clone(NETWORK).set_params(alpha=alpha).fit(X, LABELS)
        problem = make_problem(network, X, LABELS)
        automatic = Automatic(network, problem.targets, problem.samples, False)
        usual.append(automatic.alpha_is_usual)
    assert usual == [factor in (0.5, 3)] * 2
