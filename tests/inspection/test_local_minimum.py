"""A network stuck in a local minimum is found, and no other network is."""

import re

import numpy as np
import pytest
from sklearn.base import clone, is_classifier

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.inspection import diagnose

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
TEXTBOOK = {
    "batch_size": "full",
    "learning_rate": "constant",
    "learning_rate_init": 1.0,
    "momentum": 0,
    "alpha": 0,
    "average": False,
    "max_iter": 5000,
    "n_iter_no_change": np.inf,
}
ON_XOR = {
    "defaults": SimpleMLPClassifier((2,)),
    "lbfgs": SimpleMLPClassifier((2,), solver="lbfgs"),
    "lbfgs without a penalty": SimpleMLPClassifier((2,), solver="lbfgs", alpha=0),
    "textbook": SimpleMLPClassifier((2,), activation="logistic", **TEXTBOOK),
    "tanh": SimpleMLPClassifier((2,), activation="tanh", **TEXTBOOK),
    "regressor": SimpleMLPRegressor((2,), out_activation="logistic", **TEXTBOOK),
}


def local_minimum(model, X, y):
    """Return the finding on a local minimum, or None."""
    found = [f for f in diagnose(model, X, y) if f.kind == "local_minimum"]
    return found[0] if found else None


def best_seed(finding):
    """Return the seed that the advice names."""
    return int(re.search(r"such as (\d+)", finding.advice)[1])


def with_other_weights(model, finding):
    return clone(model).set_params(random_state=best_seed(finding))


@pytest.mark.parametrize("model", ON_XOR.values(), ids=ON_XOR)
def test_the_seeds_that_fail_on_xor_are_found_and_the_advice_helps(model):
    n_failed = 0
    for seed in range(20):
        model = clone(model).set_params(random_state=seed).fit(*XOR)
        has_failed = np.mean((model.predict(XOR[0]) > 0.5) == XOR[1]) < 1
        finding = local_minimum(model, *XOR)
        assert (finding is not None) == has_failed
        if has_failed:
            n_failed += 1
            assert best_seed(finding) != seed
            cured = with_other_weights(model, finding).fit(*XOR)
            assert cured.score(*XOR) > 0.95
            larger = clone(model).set_params(hidden_layer_sizes=(8,)).fit(*XOR)
            assert larger.score(*XOR) > 0.95
    assert 0 < n_failed < 20


def test_the_losses_that_others_reach_are_told():
    model = SimpleMLPClassifier((2,), random_state=1).fit(*XOR)
    finding = local_minimum(model, *XOR)
    constant = np.log(2)

    def loss(seed):
        other = clone(model).set_params(random_state=seed).fit(*XOR)
        return -np.log(other.predict_proba(XOR[0])[range(4), XOR[1]]).mean() / constant

    here, *others = map(loss, (1, 0, 2, 3, 4, 5))
    told = [float(number) for number in re.findall(r"\d\.\d+", finding.seen)]
    assert told == pytest.approx([here, min(others), max(others)], abs=0.02)
    assert finding.figure == pytest.approx(here - min(others), abs=0.02)


def test_the_same_is_found_again_and_the_model_stays_the_same():
    model = SimpleMLPClassifier((2,), random_state=1).fit(*XOR)
    before = [coef.copy() for coef in model.coefs_]
    assert diagnose(model, *XOR) == diagnose(model, *XOR)
    for coef, same in zip(before, model.coefs_, strict=True):
        np.testing.assert_array_equal(coef, same)


def test_a_regressor_stuck_on_a_bump():
    """Three relus can fit it, unless they all rise, or have died."""
    X = np.linspace(-1, 1, 40)[:, None]
    y = np.maximum(0, 1 - 2 * np.abs(X[:, 0]))
    n_failed = 0
    for seed in range(5):
        model = SimpleMLPRegressor((3,), activation="relu", random_state=seed).fit(X, y)
        has_failed = model.score(X, y) < 0.5
        finding = local_minimum(model, X, y)
        assert (finding is not None) == has_failed
        if has_failed:
            n_failed += 1
            cured = with_other_weights(model, finding).fit(X, y)
            assert cured.score(X, y) > model.score(X, y) + 0.3
    assert 0 < n_failed < 5


def test_given_initial_weights_are_to_be_replaced():
    start = SimpleMLPClassifier((2,), max_iter=0, random_state=1).fit(*XOR)
    given = {"coefs_init": start.coefs_, "intercepts_init": start.intercepts_}
    model = SimpleMLPClassifier((2,), random_state=0, **given).fit(*XOR)
    assert model.score(*XOR) < 1
    advice = local_minimum(model, *XOR).advice
    assert advice.startswith("random initial weights, without coefs_init and inter")
    seed = int(re.search(r"random_state=(\d+)", advice)[1])
    cured = SimpleMLPClassifier((2,), random_state=seed).fit(*XOR)
    assert cured.score(*XOR) == 1


@pytest.mark.parametrize("n_samples", [20, 45, 100])
@pytest.mark.parametrize("kind", [SimpleMLPClassifier, SimpleMLPRegressor])
@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
@pytest.mark.parametrize("alpha", ["auto", 1e-3])
def test_noise_that_other_seeds_memorise_better_is_no_minimum(
    n_samples, kind, solver, alpha
):
    for seed in range(3):
        rng = np.random.default_rng(seed)
        X, noise = rng.normal(size=(n_samples, 4)), rng.normal(size=n_samples)
        model = kind((2,), solver=solver, alpha=alpha, random_state=seed)
        y = noise > 0 if is_classifier(model) else noise
        assert local_minimum(model.fit(X, y), X, y) is None
        signal = X[:, 0] * X[:, 1] + noise
        y = signal > 0 if is_classifier(model) else signal
        assert local_minimum(model.fit(X, y), X, y) is None


def test_a_training_that_was_cut_short_is_no_minimum():
    for model in (
        SimpleMLPClassifier((2,), max_iter=5, random_state=1),
        SimpleMLPClassifier((2,), max_iter=5, n_iter_no_change=np.inf, random_state=1),
        SimpleMLPClassifier((2,), solver="lbfgs", max_iter=3, random_state=1),
    ):
        assert local_minimum(model.fit(*XOR), *XOR) is None
    stream = SimpleMLPClassifier((2,), random_state=1)
    for _ in range(200):
        stream.partial_fit(*XOR, classes=[0, 1])
    assert local_minimum(stream, *XOR) is None


def test_scaling_comes_before_other_weights():
    X = 1000 * XOR[0] + 5000
    model = SimpleMLPClassifier((2,), random_state=1).fit(X, XOR[1])
    assert model.score(X, XOR[1]) < 1
    assert local_minimum(model, X, XOR[1]) is None


def test_large_tables_are_not_tried():
    """Five trainings of this network would take minutes."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(5000, 100))
    y = X[:, 0] * X[:, 1] > 0
    options = {"batch_size": "full", "max_iter": 60, "n_iter_no_change": np.inf}
    model = SimpleMLPClassifier((100,), random_state=0, **options).fit(X, y)
    assert local_minimum(model, X, y) is None
