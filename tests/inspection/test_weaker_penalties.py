"""Targets that depend on combinations of inputs only look like noise to 'auto'."""

import itertools
import re

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris

from sknn_simple import SimpleMLPClassifier
from sknn_simple.inspection import diagnose

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def monk_2():
    """Return one-hot attributes, and whether exactly two have their first value.

    S. B. Thrun et al., "The MONK's problems", 1991.
    """
    rows = np.array(list(itertools.product(*map(range, (3, 3, 2, 3, 4, 2)))))
    columns = [rows[:, [k]] == np.unique(rows[:, k]) for k in range(6)]
    return np.hstack(columns).astype(float), (rows == 0).sum(axis=1) == 2


def cube(n_inputs):
    """Return all rows of zeros and ones, and their sums."""
    X = np.array(list(itertools.product([0.0, 1.0], repeat=n_inputs)))
    return X, X.sum(axis=1)


def advised_alpha(finding):
    return re.search(r"alpha='(\S+)'", finding.advice)[1]


@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
def test_a_penalty_that_hides_monk_2_is_found_and_new_samples_confirm_it(solver):
    X, y = monk_2()
    order = np.random.default_rng(0).permutation(432)
    rows, new = order[:169], order[169:]
    model = SimpleMLPClassifier((20,), solver=solver, random_state=0)
    assert model.fit(X[rows], y[rows]).score(X[new], y[new]) < 0.75
    [finding, *_] = diagnose(model, X[rows], y[rows])
    assert finding.kind == "alpha_too_high"
    cured = clone(model).set_params(alpha=advised_alpha(finding)).fit(X[rows], y[rows])
    assert cured.score(X[new], y[new]) > 0.95
    assert "alpha_too_high" not in diagnose(cured, X[rows], y[rows]).kinds


TRUTH_TABLES = {
    "parity of 4": (*cube(4), lambda k: k % 2, "underfitting"),
    "parity of 5": (*cube(5), lambda k: k % 2, "underfitting"),
    "three of 6": (*cube(6), lambda k: k == 3, "alpha_too_high"),
}


@pytest.mark.parametrize("table", TRUTH_TABLES)
def test_a_truth_table_that_the_penalty_hides_is_no_fault_of_the_start(table):
    """The only finding names the penalty; and unless halves of the rows show that it
    is too high, that combinations cannot be told from noise.
    """
    X, k, function, kind = TRUTH_TABLES[table]
    y = function(k)
    model = SimpleMLPClassifier((10,), solver="lbfgs", random_state=0).fit(X, y)
    assert np.ptp(model.predict_proba(X)[:, 1]) < 0.01
    [finding] = diagnose(model, X, y)
    assert finding.kind == kind
    if kind == "underfitting":
        assert "Either y does not depend on X, or only through comb" in finding.seen
        assert "check on new samples" in finding.advice
    cured = clone(model).set_params(alpha=advised_alpha(finding)).fit(X, y)
    assert cured.score(X, y) == 1


def test_other_weights_that_help_on_halves_only_are_no_advice():
    """On all rows, all starts end at the constant."""
    X, k = cube(6)
    model = SimpleMLPClassifier(random_state=0).fit(X, k == 3)
    assert "local_minimum" not in diagnose(model, X, k == 3).kinds
    for seed in range(1, 6):
        other = clone(model).set_params(random_state=seed).fit(X, k == 3)
        assert np.ptp(other.predict_proba(X)[:, 1]) < 0.01


def test_weights_that_the_penalty_has_removed_are_no_other_fault():
    X, k = cube(5)
    model = SimpleMLPClassifier((10,), random_state=0).fit(X, k % 2)
    assert max(np.abs(coef).max() for coef in model.coefs_) < 0.1
    assert diagnose(model, X, k % 2).kinds == ("underfitting",)


@pytest.mark.parametrize("kind", [np.asarray, np.sign])
def test_a_weaker_penalty_is_not_said_to_help_with_noise(kind):
    rng = np.random.default_rng(1)
    X, y = kind(rng.normal(size=(80, 5))), rng.integers(2, size=80)
    model = SimpleMLPClassifier((5,), solver="lbfgs", random_state=0).fit(X, y)
    assert "alpha_too_high" not in diagnose(model, X, y).kinds


def test_classes_that_only_partial_fit_knows_are_no_obstacle():
    """A refit on these samples has fewer outputs."""
    X, k = cube(5)
    model = SimpleMLPClassifier(random_state=0)
    for _ in range(100):
        model.partial_fit(X, k % 2, classes=[0, 1, 2])
    assert diagnose(model, X, k % 2).kinds == ("underfitting",)


def test_saturated_units_are_not_to_have_a_smaller_and_a_larger_alpha():
    X, y = load_iris(return_X_y=True)
    model = SimpleMLPClassifier(
        (2,), solver="lbfgs", alpha=1e-3, max_iter=5000, random_state=7
    )
    found = {finding.kind: finding for finding in diagnose(model.fit(X, y), X, y)}
    assert "a larger alpha" in found["saturated_units"].advice
    assert "alpha" not in found["underfitting"].advice
