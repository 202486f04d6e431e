"""Promise 3, continuation: training in parts is training in one go.

With sgd or adam, one engine and an integer seed, k calls of `partial_fit`, or
warm-started fits of k1 and k2 epochs, give the weights of a single fit to the last bit,
also when the model is pickled between the calls. Options other than the architecture
are read at each call, so that a changed rate or seed takes effect.
"""

import copy

import numpy as np
import pytest
from sklearn.base import clone
from support import (
    BOTH,
    CLASSIFIER,
    STOCHASTIC,
    UNSTOPPED,
    assert_same_weights,
    diabetes,
    iris,
    kept_state,
    round_trip,
    weights_of,
)

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

SCHEDULES = [
    {"solver": "sgd", "learning_rate": "constant", "momentum": 0.0},
    {"solver": "sgd", "learning_rate": "constant", "nesterovs_momentum": False},
    {"solver": "sgd", "learning_rate": "invscaling"},
    {"solver": "sgd", "learning_rate": "adaptive", "n_iter_no_change": 2, "tol": 0.1},
    {"solver": "sgd", "learning_rate": "settling", "n_iter_no_change": 4, "tol": 0.1},
    {"solver": "adam"},
]


@BOTH
@pytest.mark.parametrize("options", SCHEDULES, ids=str)
@pytest.mark.parametrize("pickled", [False, True])
@pytest.mark.filterwarnings("ignore:Training stopped at max_iter")
def test_k_calls_of_partial_fit_are_one_fit_of_k_epochs(
    estimator, data, options, pickled
):
    X, y = data
    estimator = clone(estimator).set_params(max_iter=8, batch_size=16, **options)
    whole = clone(estimator).fit(X, y)
    parts = clone(estimator)
    for _ in range(8):
        first = not hasattr(parts, "coefs_")
        classes = {"classes": np.unique(y)} if first and data is CLASSIFIER[1] else {}
        parts.partial_fit(X, y, **classes)
        parts = round_trip(parts) if pickled else parts
    assert_same_weights(whole, parts)
    assert parts.history_ == whole.history_
    assert parts.n_iter_ == whole.n_iter_ == 8
    assert parts.t_ == whole.t_ == 8 * len(y)
    assert parts.best_loss_ == whole.best_loss_


@BOTH
@pytest.mark.parametrize("options", SCHEDULES, ids=str)
@pytest.mark.parametrize("pickled", [False, True])
@pytest.mark.filterwarnings("ignore:Training stopped at max_iter")
def test_warm_started_fits_of_k1_and_k2_epochs_are_one_fit(
    estimator, data, options, pickled
):
    X, y = data
    estimator = clone(estimator).set_params(batch_size=16, **options)
    whole = clone(estimator).set_params(max_iter=8).fit(X, y)
    parts = clone(estimator).set_params(max_iter=5, warm_start=True).fit(X, y)
    parts = round_trip(parts) if pickled else parts
    parts.set_params(max_iter=3).fit(X, y)
    assert_same_weights(whole, parts)
    assert parts.loss_curve_ == whole.loss_curve_[5:]
    assert (parts.n_iter_, parts.t_) == (3, 8 * len(y))


@BOTH
def test_a_deep_copy_shares_only_the_history(estimator, data):
    """Copying it anew would take longer with each call."""
    X, y = data
    model = clone(estimator).set_params(max_iter=3, warm_start=True, batch_size=16)
    model.set_params(n_iter_no_change=np.inf).fit(X, y)
    copied = copy.deepcopy(model)
    assert copied._history.columns is model._history.columns
    for mine, other in zip(model.coefs_, copied.coefs_, strict=True):
        assert not np.shares_memory(mine, other)
    before = model.history_, [coef.copy() for coef in model.coefs_]
    copied.coefs_[0][:] = 0
    copied.fit(X, y).partial_fit(X, y)
    assert model.history_ == before[0]
    for mine, earlier in zip(model.coefs_, before[1], strict=True):
        np.testing.assert_array_equal(mine, earlier)
    assert_same_weights(copy.deepcopy(model).fit(X, y), model.fit(X, y))


def test_warm_start_keeps_the_optimizer():
    model = SimpleMLPClassifier(
        (5,), solver="adam", max_iter=3, batch_size=150, warm_start=True, **UNSTOPPED
    )
    X, y = iris()
    for k in (3, 6, 9):
        model.fit(X, y)
        assert kept_state(model).optimizer.n_steps == k


def test_a_changed_rate_or_momentum_takes_effect():
    X, y = diabetes()
    start = SimpleMLPRegressor((5,), random_state=0, batch_size=10).partial_fit(X, y)
    slow, fast, free = (round_trip(start) for _ in range(3))
    slow.set_params(learning_rate_init=1e-12).partial_fit(X, y)
    fast.set_params(learning_rate_init=0.03).partial_fit(X, y)
    free.set_params(momentum=0.0, learning_rate_init=1e-12).partial_fit(X, y)
    assert fast.history_["learning_rate"][-1] == 0.03
    # The step that remains is the momentum of the first call.
    assert np.abs(weights_of(slow) - weights_of(start)).max() > 1e-4
    assert np.abs(weights_of(fast) - weights_of(start)).max() > 1e-2
    np.testing.assert_allclose(weights_of(free), weights_of(start), atol=1e-9)


def test_a_changed_seed_draws_another_order():
    X, y = diabetes()
    start = SimpleMLPRegressor((5,), random_state=0, batch_size=10).partial_fit(X, y)
    same, other = round_trip(start), round_trip(start)
    same.partial_fit(X, y)
    other.set_params(random_state=1).partial_fit(X, y)
    assert np.abs(weights_of(same) - weights_of(other)).max() > 1e-6


def test_partial_fit_draws_a_new_order_each_time():
    """The next epoch would be drawn in another order than the one before."""
    model = SimpleMLPRegressor((5,), random_state=0, batch_size=1, momentum=0.0)
    (X, y), orders = iris(), []
    for _ in range(2):
        model.partial_fit(X, y.astype(float))
        rng = copy.deepcopy(kept_state(model).rng)
        orders.append(rng.permutation(150).tolist())
    assert orders[0] != orders[1]
    assert model.n_iter_ == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hidden_layer_sizes", (5, 5)),
        ("activation", "tanh"),
        ("fit_intercept", False),
        ("loss", "absolute_error"),
        ("out_activation", "tanh"),
        ("normalize_y", False),
    ],
)
@pytest.mark.parametrize("warm_start", [False, True])
def test_a_changed_architecture_is_refused_by_name(name, value, warm_start):
    X, y = diabetes()
    regressor = SimpleMLPRegressor((5,), max_iter=2, warm_start=warm_start, **UNSTOPPED)
    regressor.fit(X, y).set_params(**{name: value})
    again = regressor.fit if warm_start else regressor.partial_fit
    with pytest.raises(ValueError, match=f"{name} was .* can't become"):
        again(X, y)


def test_partial_fit_continues_after_early_stopping():
    X, y = iris()
    model = SimpleMLPClassifier(
        (5,), early_stopping=True, max_iter=4, random_state=0, **UNSTOPPED
    ).fit(X, y)
    model.set_params(early_stopping=False).partial_fit(X, y)
    assert model.n_iter_ == len(model.loss_curve_) == 5
    assert model.best_loss_ == min(model.loss_curve_)
    assert model.history_["validation_score"][-1] is None
    assert {len(column) for column in model.history_.values()} == {5}
    assert model.t_ == 4 * 135 + 150
    same = round_trip(model)
    assert same.history_ == model.history_


def test_partial_fit_continues_the_counts_of_a_plain_fit():
    X, y = diabetes()
    model = SimpleMLPRegressor((5,), max_iter=3, random_state=0, **UNSTOPPED)
    coefs = model.fit(X, 10 + 3 * y).coefs_[0].copy()
    model.set_params(learning_rate_init=1e-300).partial_fit(X, 10 + 3 * y)
    assert (model.t_, model.n_iter_) == (400, 4)
    np.testing.assert_array_equal(model.coefs_[0], coefs)


@STOCHASTIC
def test_early_stopping_keeps_no_momentum(solver):
    X, y = iris()
    model = SimpleMLPClassifier(
        (5,),
        solver=solver,
        early_stopping=True,
        warm_start=True,
        max_iter=3,
        random_state=0,
        **UNSTOPPED,
    ).fit(X, y)
    assert all(
        part is None or np.isscalar(part)
        for part in np.atleast_1d(kept_state(model).optimizer.snapshot())
    )


@pytest.mark.parametrize("between", ["plain", "X_val"])
def test_a_warm_start_holds_out_the_same_rows(between):
    """Whatever kind of fit comes between, and although the seed is a RandomState."""
    validation_samples = []

    def keep_samples(estimator, X_val, y_val):
        validation_samples.append(X_val)
        return 0.0

    X, y = iris()
    model = SimpleMLPClassifier(
        (5,),
        early_stopping=True,
        warm_start=True,
        scoring=keep_samples,
        max_iter=2,
        random_state=np.random.RandomState(0),
        **UNSTOPPED,
    ).fit(X, y)
    if between == "plain":
        model.set_params(early_stopping=False).fit(X, y).set_params(early_stopping=True)
    else:
        model.fit(X, y, X_val=X, y_val=y)
    model.fit(X, y)
    held_out = [part for part in validation_samples if len(part) == 15]
    assert len(held_out) == 4  # two epochs in the first fit, and two in the last
    for part in held_out:
        np.testing.assert_array_equal(part, held_out[0])
