"""The defaults learn what a small network can learn, and follow from the data."""

import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_wine,
    make_circles,
    make_moons,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import d2_tweedie_score, log_loss, r2_score
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler, normalize
from support import (
    CLASSIFIER,
    ENGINES,
    STOCHASTIC,
    Callback,
    diabetes,
    iris,
    kept_state,
    weights_of,
)

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.model_selection import EpochSearchCV
from sknn_simple.network import LOSSES

XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])


def spirals():
    """Return two noisy spirals of one and a half turns."""
    rng = np.random.RandomState(0)
    angle = 3 * np.pi * np.sqrt(rng.random_sample(400))
    y = rng.randint(0, 2, 400)
    turned = angle + np.pi * y
    X = angle[:, None] * np.column_stack([np.cos(turned), np.sin(turned)])
    return X + 0.2 * rng.standard_normal(X.shape), y


def checkers():
    """Return a board of two by two."""
    X = np.random.RandomState(0).uniform(-1, 1, (400, 2))
    return X, (X[:, 0] * X[:, 1] > 0).astype(int)


@pytest.mark.parametrize(("sizes", "n_solved"), [((4,), 8), ((100,), 10)])
def test_xor_is_learned(sizes, n_solved):
    solved = [
        SimpleMLPClassifier(sizes, random_state=seed).fit(*XOR).score(*XOR) == 1
        for seed in range(10)
    ]
    assert sum(solved) >= n_solved


MOONS = make_moons(400, noise=0.15, random_state=0)
CIRCLES = make_circles(400, noise=0.1, factor=0.5, random_state=0)


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize(
    ("data", "sizes", "accuracy"),
    [
        (MOONS, (8,), 0.965),
        (MOONS, (100,), 0.965),
        (CIRCLES, (100,), 0.99),
        (checkers(), (8,), 0.96),
        (spirals(), (100,), 0.97),
        (spirals(), (32, 32), 0.95),
    ],
)
def test_toys_are_learned(data, sizes, accuracy, early_stopping):
    model = SimpleMLPClassifier(sizes, early_stopping=early_stopping, random_state=0)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    pipeline = make_pipeline(StandardScaler(), model)
    # Early stopping trains on a tenth less.
    least = accuracy - 0.02 * early_stopping
    assert cross_val_score(pipeline, *data, cv=folds).mean() >= least


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error"])
def test_single_rows_teach_a_regressor(loss):
    """Their gradients are mostly noise, and the momentum is high."""
    X, y = diabetes()
    model = SimpleMLPRegressor(loss=loss, batch_size=1, max_iter=10, random_state=0)
    with pytest.warns(ConvergenceWarning, match="max_iter=10"):
        model.fit(X, y)
    assert model.score(X, y) > 0.4


def test_single_rows_teach_a_classifier():
    X, y = iris()
    model = SimpleMLPClassifier((30,), random_state=0)
    order = np.random.RandomState(0).permutation(np.tile(np.arange(len(X)), 5))
    for row in order[:, None]:
        model.partial_fit(X[row], y[row], classes=[0, 1, 2])
    assert model.score(X, y) > 0.9


@pytest.mark.parametrize("scatter", [0.05, 1.0, "log-normal"])
@pytest.mark.parametrize("n_samples", [150, 1500])
def test_counts_do_not_make_training_diverge(scatter, n_samples):
    """A single large count may outweigh all others of its minibatch."""
    for seed in range(3):
        rng = np.random.RandomState(seed)
        X = rng.standard_normal((n_samples, 5))
        mean = np.exp(X[:, 0] - 0.5 * X[:, 1])
        if scatter == "log-normal":
            y = np.floor(mean * np.exp(2 * rng.standard_normal(n_samples)))
        else:
            y = rng.poisson(scatter * mean)
        model = SimpleMLPRegressor(loss="poisson", random_state=seed).fit(X, y)
        assert d2_tweedie_score(y, model.predict(X), power=1) > 0.05


@pytest.mark.parametrize(
    ("load", "least"), [(load_wine, 0.45), (load_breast_cancer, 0.85)]
)
def test_inputs_that_are_not_scaled_do_not_make_training_diverge(load, least):
    """Rounding decides how well a single network does."""
    X, y = load(return_X_y=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        models = [SimpleMLPClassifier(random_state=seed) for seed in range(5)]
        scores = [cross_val_score(model, X, y, cv=3) for model in models]
    assert np.mean(scores) > least


# The values of "auto" ------------------------------------------------------------


@pytest.mark.parametrize(
    ("n_rows", "batch_size", "max_iter"),
    [(4, "auto", 2000), (90, "auto", 667), (2000, "auto", 100), (90, "full", 2000)],
)
def test_the_number_of_epochs_follows_from_the_updates(n_rows, batch_size, max_iter):
    X = np.random.RandomState(0).standard_normal((n_rows, 2))
    model = SimpleMLPClassifier(
        (2,), batch_size=batch_size, n_iter_no_change=np.inf, random_state=0
    )
    assert model.fit(X, X[:, 0] > 0).n_iter_ == max_iter


@pytest.mark.parametrize(
    ("n_rows", "n_high", "n_low"), [(90, 500, 334), (2000, 75, 50), (32, 2000, 0)]
)
def test_the_last_epochs_are_for_a_lower_rate(n_rows, n_high, n_low):
    """Even if patience never runs out. A single minibatch has no noise to settle."""
    X = np.random.RandomState(0).standard_normal((n_rows, 2))
    model = SimpleMLPClassifier((2,), learning_rate="settling", random_state=0)
    model.set_params(learning_rate_init=0.1, n_iter_no_change=np.inf)
    rates = model.fit(X, X[:, 0] > 0).history_["learning_rate"]
    assert rates == pytest.approx([0.1] * n_high + [0.1 / 20] * n_low)


@pytest.mark.parametrize(
    ("patience", "n_epochs"), [(40, [41, 40, 40]), (73, [74, 51]), (74, [75, 50])]
)
def test_a_rate_that_patience_has_lowered_drops_no_sooner_again(patience, n_epochs):
    """With a tol that no epoch can reach, only the first one counts as progress."""
    X = np.random.RandomState(0).standard_normal((2000, 2))
    model = SimpleMLPClassifier((2,), learning_rate="settling", random_state=0)
    model.set_params(learning_rate_init=0.1, n_iter_no_change=patience, tol=9)
    rates = model.fit(X, X[:, 0] > 0).history_["learning_rate"]
    expected = np.repeat([0.1, 0.1 / 20, 0.1 / 400][: len(n_epochs)], n_epochs)
    assert rates == pytest.approx(expected)


def test_a_number_of_epochs_lowers_no_rate():
    """So that the model after k epochs is the same for all numbers."""
    X = np.random.RandomState(0).standard_normal((2000, 2))
    model = SimpleMLPClassifier((2,), learning_rate="settling", random_state=0)
    model.set_params(n_iter_no_change=np.inf, max_iter=125)
    assert len(set(model.fit(X, X[:, 0] > 0).history_["learning_rate"])) == 1


@pytest.mark.callbacks
@pytest.mark.parametrize("engine", ENGINES)
def test_the_rate_drops_after_the_same_epoch_however_long_blocks_are(engine):
    """A callback sees each epoch, so that blocks end after each."""
    X, y = iris()
    model = SimpleMLPClassifier((3,), engine=engine, random_state=0)
    watched = clone(model).set_callbacks(Callback()).fit(X, y)
    model.fit(X, y)
    assert watched.history_ == model.history_
    assert weights_of(watched).tobytes() == weights_of(model).tobytes()
    assert model.history_["learning_rate"].count(0.3) == 300


NOISY = np.random.RandomState(0).standard_normal((600, 3))
NOISY_LABELS = (NOISY[:, 0] + np.random.RandomState(1).standard_normal(600) > 1).astype(
    int
)


@pytest.mark.parametrize(
    ("schedule", "options"),
    [
        ("settling", {}),
        ("settling", {"max_iter": 100}),
        ("constant", {"n_iter_no_change": 12}),
        ("constant", {"learning_rate_init": 0.3}),
        ("constant", {"early_stopping": True}),
        ("constant", {"warm_start": True}),
        ("constant", {"solver": "adam"}),
    ],
)
def test_the_automatic_schedule_is_one_of_the_others(schedule, options):
    automatic = SimpleMLPClassifier((5,), random_state=0, **options)
    named = clone(automatic).set_params(learning_rate=schedule)
    rates = []
    for model in (automatic, named):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(NOISY, NOISY_LABELS)
        rates.append(model.history_["learning_rate"])
    assert rates[0] == rates[1]
    assert weights_of(automatic).tobytes() == weights_of(named).tobytes()
    assert (min(rates[0]) < max(rates[0])) == (schedule == "settling")


def test_a_stream_keeps_its_learning_rate():
    model = SimpleMLPClassifier((5,), random_state=0)
    for _ in range(40):
        model.partial_fit(NOISY, NOISY_LABELS, classes=[0, 1])
    assert len(set(model.history_["learning_rate"])) == 1


@pytest.mark.parametrize("seed", range(5))
def test_rare_events_are_predicted_as_often_as_they_occur(seed):
    """As by a logistic regression: so the sum of the probabilities is right."""
    rng = np.random.RandomState(seed)
    X = rng.standard_normal((3000, 6))
    y = rng.uniform(size=3000) < 1 / (1 + np.exp(3.5 - X[:, 0]))
    predicted = SimpleMLPClassifier(random_state=seed).fit(X, y).predict_proba(X)[:, 1]
    assert predicted.mean() == pytest.approx(y.mean(), rel=0.15)


def test_rare_events_of_few_samples_are_predicted_as_often_as_they_occur():
    """Also where the loss still falls, so that patience would not lower the rate."""
    errors = []
    for seed in range(16):
        rng = np.random.RandomState(seed)
        X = rng.standard_normal((400, 6))
        y = rng.uniform(size=400) < 1 / (1 + np.exp(3 - 2 * np.sin(2 * X[:, 0])))
        model = SimpleMLPClassifier(random_state=seed).fit(X, y)
        errors.append(model.predict_proba(X)[:, 1].mean() / y.mean() - 1)
    assert np.abs(errors).mean() < 0.03


@pytest.mark.parametrize("seed", range(3))
def test_rare_events_are_predicted_from_codes_of_many_values(seed):
    """One column per code and few events: a network could memorise them all."""
    rng = np.random.RandomState(seed)
    codes = np.column_stack([rng.randint(100, size=6000), rng.randint(300, size=6000)])
    effects = rng.standard_normal(100)[codes[:, 0]] + rng.standard_normal(6000)
    p = 1 / (1 + np.exp(4.5 - effects))
    y, train = rng.uniform(size=6000) < p, np.arange(6000) < 3000
    X = OneHotEncoder().fit_transform(codes)
    models = SimpleMLPClassifier(random_state=0), LogisticRegression()
    losses = [
        log_loss(y[~train], model.fit(X[train], y[train]).predict_proba(X[~train]))
        for model in models
    ]
    constant = log_loss(y[~train], np.full(3000, y[train].mean()))
    assert losses[0] < min(constant, losses[1] + 0.01)


@pytest.mark.parametrize("quantile", [0.05, 0.95])
def test_quantiles_cover_their_share(quantile):
    rng = np.random.RandomState(0)
    X = rng.standard_normal((5000, 3))
    y = 4 * np.sin(X[:, 0]) + 3 * X[:, 1] + 0.2 * rng.standard_normal(5000)
    model = SimpleMLPRegressor(loss="quantile", quantile=quantile, random_state=0)
    share = (y <= model.fit(X, y).predict(X)).mean()
    assert share == pytest.approx(quantile, abs=0.04)


@pytest.mark.parametrize(("n_rows", "patience"), [(20, 500), (90, 167), (2000, 10)])
def test_patience_follows_from_the_updates(n_rows, patience):
    X = np.random.RandomState(0).standard_normal((n_rows, 2))
    model = SimpleMLPClassifier((2,), tol=9.0, random_state=0, max_iter=999)
    model.set_params(learning_rate="constant")
    model.fit(X, X[:, 0] > 0)
    assert (model.n_iter_, model.stop_reason_) == (patience + 1, "patience")


def test_iterations_of_lbfgs_are_many_for_numbers_and_patience_is_long():
    rng = np.random.RandomState(0)
    X, noise = rng.standard_normal((1000, 5)), rng.standard_normal(1000)
    options = {"solver": "lbfgs", "tol": 0.0, "alpha": 0.0, "random_state": 0}
    with pytest.warns(ConvergenceWarning, match="after 1000 iterations"):
        SimpleMLPRegressor(**options).fit(X, noise)
    with pytest.warns(ConvergenceWarning, match="after 200 iterations"):
        SimpleMLPClassifier(**options).fit(X, noise > 0)
    stopped = SimpleMLPRegressor(**options, early_stopping=True).fit(X, noise)
    assert stopped.stop_reason_ == "patience"
    assert stopped.n_iter_ == stopped.best_epoch_ + 50


@pytest.mark.parametrize("seed", range(3))
def test_early_stopping_of_lbfgs_crosses_plateaus(seed):
    x = np.random.default_rng(seed).uniform(-1, 1, (1400, 1))
    y = np.sin(10 * x[:, 0])
    model = SimpleMLPRegressor(solver="lbfgs", early_stopping=True, random_state=seed)
    assert model.fit(2 * x[:400], y[:400]).score(2 * x[400:], y[400:]) > 0.95


def test_weights_count_like_repeated_samples_for_the_penalty_and_the_rate():
    X, y = diabetes()
    X = 3 * X
    weights = np.random.RandomState(0).randint(0, 4, 100)
    model = SimpleMLPRegressor((3,), batch_size="full", max_iter=5, random_state=0)
    weighted = clone(model).fit(X, y, weights)
    repeated = clone(model).fit(np.repeat(X, weights, 0), np.repeat(y, weights))
    assert weighted.history_["learning_rate"] == pytest.approx(
        repeated.history_["learning_rate"]
    )
    np.testing.assert_allclose(weights_of(weighted), weights_of(repeated), rtol=1e-9)


def test_a_search_trains_the_automatic_number_of_epochs_separately():
    X, y = iris()
    model = SimpleMLPClassifier((3,), random_state=0, n_iter_no_change=np.inf)
    search = EpochSearchCV(model, {"max_iter": [5, "auto", 20]}, cv=3).fit(X, y)
    for i, max_iter in enumerate([5, "auto", 20]):
        alone = cross_val_score(clone(model).set_params(max_iter=max_iter), X, y, cv=3)
        assert search.cv_results_["mean_test_score"][i] == alone.mean()
    with pytest.raises(ValueError, match="'auto' is not a number of epochs"):
        EpochSearchCV(model, {"alpha": [0, 1]}, every_epoch=True).fit(X, y)


# Averages ------------------------------------------------------------------------


@STOCHASTIC
@pytest.mark.parametrize("engine", ["numpy", "auto"])
def test_the_model_is_the_average_of_shamir_and_zhang(solver, engine):
    """A recursion equals the explicit weights of its epochs."""
    X, y = diabetes()
    model = SimpleMLPRegressor(
        (4,), solver=solver, engine=engine, normalize_y=False, random_state=0
    )
    raw = clone(model).set_params(average=False)
    last = []
    for _ in range(12):
        model.partial_fit(X, y)
        last.append(weights_of(raw.partial_fit(X, y)))
    shares = np.ones(1)
    for k in range(2, 13):
        shares = np.append(shares * (1 - 4 / (k + 3)), 4 / (k + 3))
    assert shares.sum() == pytest.approx(1)
    np.testing.assert_allclose(weights_of(model), shares @ np.array(last), rtol=1e-10)
    assert model.loss_curve_ == raw.loss_curve_
    assert kept_state(model).n_averaged == 12


def test_the_average_does_not_depend_on_max_iter():
    estimator, (X, y) = CLASSIFIER
    short, long = (
        clone(estimator).set_params(max_iter=n, warm_start=True).fit(X, y)
        for n in (4, 9)
    )
    short.set_params(max_iter=5).fit(X, y)
    np.testing.assert_array_equal(weights_of(short), weights_of(long))


@pytest.mark.parametrize("engine", ["numpy", "auto"])
def test_last_weights_that_are_far_better_than_their_average_are_kept(engine):
    """In the valley of five units, the average is of different functions."""
    X = np.linspace(-np.pi, np.pi, 50)[:, np.newaxis]
    y = np.sin(3 * X[:, 0])
    model = SimpleMLPRegressor(
        (5,), n_iter_no_change=np.inf, max_iter=500, engine=engine, random_state=0
    ).fit(X, y)
    last = clone(model).set_params(average=False).fit(X, y)
    np.testing.assert_array_equal(weights_of(model), weights_of(last))
    average = clone(model).set_params(warm_start=True).fit(X, y)
    assert average.score(X, y) < 0.7 < 0.8 < model.score(X, y)
    search = EpochSearchCV(model, {"max_iter": [500, 510]}, cv=[(range(50),) * 2])
    search.fit(X, y)
    assert search.cv_results_["mean_test_score"][0] == model.score(X, y)


def test_validation_watches_the_average():
    X, y = diabetes()
    model = SimpleMLPRegressor(
        (4,), early_stopping=True, max_iter=6, n_iter_no_change=np.inf, random_state=0
    )
    model.fit(X, y, X_val=X, y_val=y)
    error = np.mean((model.predict(X) - y) ** 2) / 2 / y.var()
    assert -model.best_validation_score_ == pytest.approx(error)


def test_lbfgs_has_no_average():
    X, y = load_diabetes(return_X_y=True)
    model = SimpleMLPRegressor((), solver="lbfgs", random_state=0, tol=1e-6)
    with_average, without = (
        clone(model).set_params(average=average).fit(X, y) for average in (True, False)
    )
    np.testing.assert_array_equal(weights_of(with_average), weights_of(without))


# Initial weights -----------------------------------------------------------------


@pytest.mark.parametrize("kind", [SimpleMLPClassifier, SimpleMLPRegressor])
def test_no_epoch_gives_the_initial_network(kind):
    X, y = iris()
    options = {"random_state": 0, "batch_size": 16, "n_iter_no_change": np.inf}
    model = kind((5,), max_iter=0, **options).fit(X, y)
    assert (model.n_iter_, model.stop_reason_, model.loss_curve_) == (0, "max_iter", [])
    assert np.isfinite(model.loss_)
    whole = kind((5,), max_iter=4, **options).fit(X, y)
    for _ in range(4):
        model.partial_fit(X, y)
    np.testing.assert_array_equal(weights_of(model), weights_of(whole))


# Conventions of textbooks --------------------------------------------------------


@pytest.mark.parametrize("loss", ["mean_squared_error", "sum_squared_error"])
@pytest.mark.parametrize("engine", ["numpy", "auto"])
@pytest.mark.parametrize("batch_size", [25, "full"])
def test_other_squared_errors_are_multiples_of_the_default(loss, engine, batch_size):
    X, y = diabetes()
    model = SimpleMLPRegressor(
        (4,),
        batch_size=batch_size,
        engine=engine,
        max_iter=6,
        n_iter_no_change=np.inf,
        random_state=0,
    )
    half = clone(model).set_params(alpha=10).fit(X, y)
    other = clone(model).set_params(loss=loss, alpha=10 * LOSSES[loss].factor).fit(X, y)
    multiple = 100 if LOSSES[loss].summed else 2
    np.testing.assert_allclose(weights_of(other), weights_of(half), rtol=1e-9)
    np.testing.assert_allclose(
        other.loss_curve_, multiple * np.array(half.loss_curve_), rtol=1e-9
    )


def test_steps_along_a_sum_over_uneven_minibatches():
    """Without a penalty, three rows pull three times as much as one."""
    X, y = diabetes()
    model = SimpleMLPRegressor(
        (),
        loss="sum_squared_error",
        coefs_init=[np.zeros((10, 1))],
        intercepts_init=[np.zeros(1)],
        normalize_y=False,
        average=False,
        alpha=0,
        momentum=0,
        batch_size=60,
        shuffle=False,
        learning_rate_init=1e-3,
    )
    coef, bias = np.zeros(10), 0.0
    for rows in (slice(60), slice(60, 100)):
        error = X[rows] @ coef + bias - y[rows]
        coef, bias = coef - 1e-3 * X[rows].T @ error, bias - 1e-3 * error.sum()
    model.partial_fit(X, y)
    np.testing.assert_allclose(model.coefs_[0][:, 0], coef, rtol=1e-10)


# Precision -----------------------------------------------------------------------


@pytest.mark.parametrize("value", [1.1e20, 1e300, 0.1, -1e-310])
def test_a_constant_target_is_centred_to_exactly_zero(value):
    X, _ = iris()
    y = np.full(len(X), value)
    model = SimpleMLPRegressor(
        (5,), max_iter=0, coefs_init=[np.zeros((4, 5)), np.zeros((5, 1))]
    )
    model.set_params(intercepts_init=[np.zeros(5), np.full(1, value)]).fit(X, y)
    assert model.loss_ == 0
    np.testing.assert_array_equal(model.predict(X), y)


def test_float32_says_when_it_is_too_coarse_for_y():
    X, _ = diabetes()
    y = 1e6 + 0.02 * X[:, 0]
    model = SimpleMLPRegressor((5,), random_state=0)
    with pytest.warns(UserWarning, match="too coarse for a y that varies so little"):
        clone(model).fit(X.astype(np.float32), y)
    assert clone(model).fit(X, y).score(X, y) > 0.99
    shifted = clone(model).fit(X.astype(np.float32), y - 1e6)
    assert shifted.score(X.astype(np.float32), y - 1e6) > 0.99


# Plateaus ------------------------------------------------------------------------


def test_a_fit_that_patience_ended_on_a_plateau_is_warned_of():
    X, y = load_wine(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    model = SimpleMLPClassifier(n_iter_no_change=10, random_state=0)
    with pytest.warns(ConvergenceWarning, match=r"next to nothing.*n_iter_no_change"):
        model.fit(X + 50, y)  # so far from 0 that the hidden units are saturated
    assert model.stop_reason_ == "patience"
    assert model.score(X, y) < 0.4
    # The advice helps, and there is no warning.
    assert model.fit(X, y).score(X, y) > 0.95


@pytest.mark.parametrize("seed", [0, 1])
def test_outlying_targets_do_not_throw_the_weights_off(seed):
    """One of 20,000 log-normal targets is 60 deviations away from the mean."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((40_000, 5))
    y = np.exp(1.5 * (X[:, 0] + 0.5 * rng.standard_normal(40_000)))
    model = SimpleMLPRegressor(random_state=0).fit(X[:20_000], y[:20_000])
    best = np.exp(1.5 * X[:, 0] + 0.75**2 / 2)  # the expectation, which is not known
    assert r2_score(best[20_000:], model.predict(X[20_000:])) > 0.7


def test_several_layers_of_tanh_learn_from_many_samples_with_adam():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((25_000, 5))
    y = np.sin(3 * X[:, 0]) * X[:, 1] + np.abs(X[:, 2]) ** 1.5
    noisy = y + 0.2 * rng.standard_normal(25_000)
    model = SimpleMLPRegressor(
        (100, 50), activation="tanh", solver="adam", random_state=0
    )
    score = model.fit(X[:20_000], noisy[:20_000]).score(X[20_000:], y[20_000:])
    assert score > 0.975


def test_linear_networks_are_as_good_as_linear_models():
    """Where the signal is weak, the noise of minibatches must not decide."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((8000, 40))
    y = X[:, :8].sum(axis=1) / 8**0.5 + 3 * rng.standard_normal(8000)
    train, test = slice(4000), slice(4000, None)
    r2 = [
        model.fit(X[train], y[train]).score(X[test], y[test])
        for model in (SimpleMLPRegressor((), random_state=0), LinearRegression())
    ]
    assert r2[0] > r2[1] - 0.01
    labels = y > 1
    losses = [
        log_loss(
            labels[test], model.fit(X[train], labels[train]).predict_proba(X[test])
        )
        for model in (SimpleMLPClassifier((), random_state=0), LogisticRegression())
    ]
    assert losses[0] < losses[1] + 0.01


def test_linear_networks_on_rows_of_words_reach_the_minimum():
    """At the rate of standardised inputs, 125 epochs are far too few for these."""
    rng = np.random.default_rng(0)
    frequency = 1 / np.arange(3, 303)
    topics = 0.7 * frequency / frequency.sum() + 0.3 * rng.dirichlet([0.05] * 300, 5)
    y = rng.integers(5, size=500)
    X = normalize([rng.multinomial(40, topics[topic]) for topic in y])
    losses = [
        log_loss(
            y,
            SimpleMLPClassifier((), solver=solver, random_state=0)
            .fit(X, y)
            .predict_proba(X),
        )
        for solver in ("sgd", "lbfgs")
    ]
    assert losses[0] == pytest.approx(losses[1], rel=0.05)
