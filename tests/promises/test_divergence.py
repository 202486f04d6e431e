"""Promise 10, divergence: it is an error that says what to change.

Training that diverges raises a ValueError that names the epoch, the learning rate and a
next step. Noise is not taken for divergence.
"""

import itertools
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from support import BOTH, ENGINES, STOCHASTIC, UNSTOPPED, diabetes, iris

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.network import LOSSES


@BOTH
@STOCHASTIC
def test_divergence_names_epoch_rate_and_next_step(estimator, data, solver):
    X, y = data
    estimator = clone(estimator).set_params(
        solver=solver, activation="relu", learning_rate_init=1e160
    )
    with pytest.raises(ValueError, match=r"diverged in epoch \d.*1e\+160.*Lower"):
        estimator.fit(X, y)


def test_a_loss_that_only_rises_is_divergence():
    """Saturated sigmoids: nothing overflows, and nothing is learned."""
    X, y = load_iris(return_X_y=True)
    classifier = SimpleMLPClassifier(
        (10,), alpha=1e-4, learning_rate_init=100.0, n_iter_no_change=10, random_state=0
    )
    with pytest.raises(ValueError, match="the loss rose from"):
        classifier.fit(X, y)


@pytest.mark.filterwarnings("error")
def test_a_risen_loss_is_divergence_even_without_patience():
    X, y = iris()
    classifier = SimpleMLPClassifier(
        activation="relu", learning_rate_init=3.0, random_state=0, **UNSTOPPED
    )
    for max_iter in (8, 50):
        with pytest.raises(ValueError, match=r"diverged.*'auto' gives 0.02 here"):
            classifier.set_params(max_iter=max_iter).fit(X, y)


def test_float32_overflow_is_divergence():
    X, y = diabetes()
    with pytest.raises(ValueError, match="no longer finite"):
        SimpleMLPRegressor((5,), activation="relu").fit(
            X.astype(np.float32) * np.float32(1e37), y
        )


def test_a_coef_that_overflows_in_the_last_step_is_divergence():
    """The loss of an epoch is taken before its last step."""
    with pytest.raises(ValueError, match="a coef or intercept is no longer finite"):
        SimpleMLPRegressor(
            (),
            activation="identity",
            learning_rate_init=1e305,
            max_iter=1,
            normalize_y=False,
            batch_size=2,
            **UNSTOPPED,
        ).fit([[1e3], [-1e3]], [1e3, 5.0])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_noise_is_not_divergence():
    """With nothing to learn, the loss may end above where it began."""
    rng = np.random.RandomState(0)
    risen = 0
    for seed in range(300):
        X, y = rng.uniform(size=(40, 3)), rng.randint(0, 4, 40)
        X[X < 0.6] = 0
        model = SimpleMLPClassifier(
            alpha=1e-4, learning_rate_init=0.1, n_iter_no_change=10, random_state=seed
        ).fit(X, y)
        risen += model.loss_ > 1.3 * model.loss_curve_[0]
    assert risen > 0


def test_a_loss_a_little_higher_than_at_first_is_noise():
    """From the optimum, minibatches can only raise the loss."""
    X, y = diabetes()
    y = y + np.random.RandomState(0).standard_normal(100)
    best = SimpleMLPRegressor(
        (), solver="lbfgs", alpha=0.0, random_state=0, tol=1e-9
    ).fit(X, y)
    noisy = SimpleMLPRegressor(
        (),
        coefs_init=best.coefs_,
        intercepts_init=best.intercepts_,
        batch_size=5,
        learning_rate_init=0.012,
        momentum=0.9,
        n_iter_no_change=10,
        random_state=0,
        alpha=0.0,
    ).fit(X, y)
    assert 1.001 < noisy.loss_ / noisy.loss_curve_[0] < 1.5


def check_wobbling(model):
    """Check that the loss has not risen above an error of 1."""
    unit = LOSSES[model.loss].of_unit_error
    assert model.loss_ < max(model.loss_curve_[0], unit)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("solver", ["sgd", "adam"])
@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "poisson"])
@pytest.mark.parametrize("n_samples", [1, 2, 20])
def test_wobbling_around_a_constant_target_is_not_divergence(
    engine, solver, loss, n_samples
):
    """The loss of the best constant is 0: no multiple of it is a limit."""
    for seed in range(7):
        X = np.random.RandomState(seed).standard_normal((n_samples, 3))
        model = SimpleMLPRegressor(
            loss=loss, solver=solver, max_iter=300, random_state=seed, engine=engine
        )
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Training stopped at max_iter")
            model.fit(X, np.full(n_samples, 3.0))
        check_wobbling(model)


@pytest.mark.filterwarnings("ignore:Training stopped at max_iter")
@pytest.mark.parametrize("options", [{}, {"average": False, "n_iter_no_change": 10}])
def test_the_reported_wobbles_are_not_divergence(options):
    X = np.random.RandomState(6).randn(20, 3)
    model = SimpleMLPRegressor(
        loss="absolute_error", max_iter=1000, random_state=6, **options
    )
    check_wobbling(model.fit(X, np.full(20, 3.0)))
    check_wobbling(model.set_params(learning_rate_init=0.005).fit(X, np.full(20, 3.0)))
    single = SimpleMLPRegressor(solver="adam", random_state=0)
    check_wobbling(single.fit(X[:1], [3.0]))


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error"])
def test_constant_targets_can_diverge(loss):
    X, _ = diabetes()
    model = SimpleMLPRegressor(
        activation="relu", loss=loss, learning_rate_init=1e3, random_state=0
    )
    with pytest.raises(ValueError, match=r"diverged in epoch \d.*1000.*Lower"):
        model.fit(X, np.full(len(X), 3.0))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"solver": "sgd"}, "diverged in epoch 1, at a learning rate of"),
        ({"solver": "lbfgs"}, "diverged in epoch 1"),
        ({"solver": "sgd", "alpha": 1e6}, "diverged in epoch"),
    ],
)
def test_a_penalty_that_diverges_is_not_blamed_on_the_rate(options, message):
    X, y = iris()
    model = SimpleMLPClassifier(random_state=0, **{"alpha": 1e300} | options)
    with pytest.raises(ValueError, match=rf"{message}.*\. Lower alpha from 1e\+"):
        model.fit(X, y)
    model.set_params(alpha=100.0).fit(X, y)


def test_a_rate_far_too_high_is_named_even_in_a_warning():
    """Saturated sigmoids may end below their first loss, which is no divergence."""
    X, y = load_iris(return_X_y=True)
    outcomes = []
    for rate, average in itertools.product((50.0, 200.0, 1e6), (False, True)):
        model = SimpleMLPClassifier(
            (10,), learning_rate_init=rate, random_state=0, average=average
        )
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                model.fit(X, y)
            except ValueError as error:
                outcome = f"error: {error}"
            else:
                outcome = f"warning: {caught[0].message}"
        assert f"at a learning rate of {rate:g}" in outcome
        assert "Lower learning_rate_init ('auto' gives" in outcome
        outcomes.append(outcome.partition(":")[0])
    assert set(outcomes) == {"error", "warning"}


def adaptive(max_iter, **options):
    """Return a regressor whose loss falls to epoch 3, and then rises more and more."""
    return SimpleMLPRegressor(
        (4,),
        learning_rate="adaptive",
        n_iter_no_change=2,
        tol=0.05,
        random_state=7,
        max_iter=max_iter,
        **options,
    )


def rising():
    """Return data on which it does."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(60, 4))
    return X, X[:, 0] * 5 + rng.normal(size=60)


@pytest.mark.filterwarnings("ignore:Training stopped at max_iter")
def test_early_stopping_returns_a_model_from_before_the_loss_rose():
    model = adaptive(60, early_stopping=True).fit(*rising())
    assert model.loss_curve_[-1] > 4 * model.loss_curve_[0]
    judge = adaptive(model.best_epoch_, early_stopping=True).fit(*rising())
    np.testing.assert_array_equal(model.coefs_[0], judge.coefs_[0])
    assert model.loss_curve_[judge.best_epoch_ - 1] < model.loss_curve_[0]


def test_early_stopping_does_not_return_a_model_that_diverged():
    """The scorer prefers every epoch to the one before, by less than tol."""
    epochs = itertools.count()
    model = adaptive(
        60, early_stopping=True, scoring=lambda estimator, X, y: next(epochs) / 100
    )
    message = (
        r"diverged in epoch 17, at a learning rate of .*: the loss rose from 0\.7.*"
        r"Lower learning_rate_init from 0\.049 to 0\.005"
    )
    with pytest.raises(ValueError, match=message):
        model.fit(*rising())
