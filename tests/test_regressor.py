"""Regressor: losses against linear models, output ranges and R^2."""

import warnings

import numpy as np
import pytest
from scipy.special import expit
from sklearn.base import clone
from sklearn.datasets import load_diabetes
from sklearn.exceptions import DataConversionWarning
from sklearn.linear_model import (
    HuberRegressor,
    LinearRegression,
    PoissonRegressor,
    QuantileRegressor,
)
from sklearn.metrics import (
    d2_tweedie_score,
    mean_absolute_error,
    mean_pinball_loss,
    mean_poisson_deviance,
    r2_score,
)
from sklearn.multioutput import MultiOutputRegressor
from sklearn.preprocessing import StandardScaler
from support import UNSTOPPED

from sknn_simple import SimpleMLPRegressor
from sknn_simple.network import ACTIVATIONS

X, Y = load_diabetes(return_X_y=True)
X = StandardScaler().fit_transform(X)[:120]
Y = Y[:120]
QUICK = SimpleMLPRegressor((5,), max_iter=5, n_iter_no_change=np.inf, random_state=0)
LINEAR = SimpleMLPRegressor(
    (), solver="lbfgs", alpha=0.0, tol=1e-12, max_iter=2000, random_state=0
)


def test_without_hidden_layers_it_is_linear_regression():
    np.testing.assert_allclose(
        clone(LINEAR).fit(X, Y).predict(X),
        LinearRegression().fit(X, Y).predict(X),
        rtol=1e-4,
    )


def test_poisson_is_scikit_learns_poisson_regression():
    counts = np.random.RandomState(0).poisson(Y / 30)
    model = clone(LINEAR).set_params(loss="poisson").fit(X, counts)
    reference = PoissonRegressor(alpha=0, max_iter=1000, tol=1e-9).fit(X, counts)
    np.testing.assert_allclose(model.predict(X), reference.predict(X), rtol=1e-3)
    deviance = mean_poisson_deviance(counts, model.predict(X))
    # The network is trained on counts / mean.
    assert model.loss_ * counts.mean() == pytest.approx(deviance / 2, rel=1e-9)
    assert model.out_activation_ == "exp"


@pytest.mark.parametrize("n_outputs", [1, 2])
def test_poisson_is_training_on_counts_divided_by_their_mean(n_outputs):
    counts = np.random.RandomState(0).poisson(np.outer(Y, [1, 1 / 30][:n_outputs]) / 9)
    counts, weights = counts.squeeze(), np.random.RandomState(1).uniform(0, 1, 120)
    model = clone(QUICK).set_params(loss="poisson", learning_rate_init=0.01, alpha=0.1)
    by_hand = clone(model).set_params(normalize_y=False)
    mean = np.average(counts, weights=weights, axis=0)
    for _ in range(2):  # the mean of the first call stays
        model.partial_fit(X, counts, sample_weight=weights)
        by_hand.partial_fit(X, counts / mean, sample_weight=weights)
        weights = weights[::-1]
        np.testing.assert_allclose(model.predict(X), by_hand.predict(X) * mean)
        assert model.loss_ == pytest.approx(by_hand.loss_)
    np.testing.assert_allclose(model.coefs_[-1], by_hand.coefs_[-1])
    np.testing.assert_allclose(
        model.intercepts_[-1], by_hand.intercepts_[-1] + np.log(mean)
    )
    again = SimpleMLPRegressor.from_coefs(
        model.coefs_, model.intercepts_, loss="poisson", max_iter=0
    )
    np.testing.assert_allclose(again.predict(X), model.predict(X))


def test_poisson_without_intercepts_is_not_scaled():
    counts = np.random.RandomState(0).poisson(Y / 30)
    model = clone(QUICK).set_params(loss="poisson", fit_intercept=False)
    raw = clone(model).set_params(normalize_y=False)
    prediction = model.fit(X, counts).predict(X)
    np.testing.assert_array_equal(prediction, raw.fit(X, counts).predict(X))


@pytest.mark.parametrize("size", [1e-3, 1, 1e6])
@pytest.mark.parametrize("activation", ["logistic", "relu"])
def test_poisson_learns_counts_of_any_size(size, activation):
    y = size * Y / Y.mean()
    model = SimpleMLPRegressor(loss="poisson", activation=activation, random_state=0)
    assert d2_tweedie_score(y, model.fit(X, y).predict(X), power=1) > 0.3
    if size >= 1:  # the gradients of smaller counts are small, too
        model.set_params(normalize_y=False).fit(X, y)
        assert d2_tweedie_score(y, model.predict(X), power=1) > 0.3


def test_absolute_error_finds_the_median():
    """The judge is median regression by linear programming."""
    model = SimpleMLPRegressor(
        (),
        loss="absolute_error",
        learning_rate_init=0.05,
        learning_rate="adaptive",
        momentum=0.9,
        n_iter_no_change=10,
        max_iter=3000,
        tol=1e-6,
        alpha=0.0,
        random_state=0,
    ).fit(X[:, :2], Y)
    best = QuantileRegressor(alpha=0).fit(X[:, :2], Y)
    found = mean_absolute_error(Y, model.predict(X[:, :2]))
    assert found == pytest.approx(
        mean_absolute_error(Y, best.predict(X[:, :2])), rel=2e-3
    )


# As steps of a kinked loss keep their size, their rate has to fall.
KINKED = SimpleMLPRegressor(
    (),
    loss="quantile",
    learning_rate_init=0.05,
    learning_rate="adaptive",
    max_iter=3000,
    tol=1e-6,
    alpha=0.0,
    random_state=0,
)


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_quantile_loss_is_quantile_regression(quantile, weighted):
    """The judge is linear programming; weights count."""
    weights = np.random.RandomState(0).randint(0, 3, 120) if weighted else None
    model = clone(KINKED).set_params(quantile=quantile).fit(X[:, :2], Y, weights)
    best = QuantileRegressor(quantile=quantile, alpha=0).fit(X[:, :2], Y, weights)
    found, expected = (
        mean_pinball_loss(Y, m.predict(X[:, :2]), sample_weight=weights, alpha=quantile)
        for m in (model, best)
    )
    assert expected - 1e-9 <= found <= 1.003 * expected


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("normalize_y", [False, True])
def test_without_inputs_it_is_the_quantile_of_y(quantile, normalize_y):
    y = np.random.RandomState(0).exponential(size=101)
    model = clone(KINKED).set_params(quantile=quantile, normalize_y=normalize_y)
    model.set_params(batch_size=101, momentum=0, learning_rate="constant")
    model.set_params(learning_rate_init=0.1, max_iter=5000, n_iter_no_change=np.inf)
    constant = model.fit(np.zeros((101, 1)), y).predict([[0.0]])
    expected = np.quantile(y, quantile, method="inverted_cdf")
    assert constant == pytest.approx(expected, abs=2e-3)


def test_the_huber_loss_is_huber_regression():
    """scikit-learn scales the errors; its scale times epsilon is the threshold."""
    y = Y + 500 * (np.arange(120) % 10 == 0)
    reference = HuberRegressor(epsilon=1.35, alpha=0, tol=1e-12, max_iter=10000)
    reference.fit(X[:, :3], y)
    threshold = reference.epsilon * reference.scale_
    model = clone(LINEAR).set_params(loss="huber", huber_threshold=threshold)
    model.set_params(normalize_y=False).fit(X[:, :3], y)
    np.testing.assert_allclose(model.coefs_[0].ravel(), reference.coef_, rtol=2e-3)
    np.testing.assert_allclose(model.intercepts_[0], reference.intercept_, rtol=1e-5)
    least_squares = LinearRegression().fit(X[:, :3], y)
    assert abs(least_squares.intercept_ - reference.intercept_) > 10


def test_the_threshold_is_in_the_units_that_the_network_is_trained_in():
    """With normalize_y these are spreads of y, otherwise units of y."""
    huber = clone(QUICK).set_params(loss="huber", huber_threshold=0.3)
    low, median, high = np.sort(Y)[[29, 59, 89]]  # of 120
    spread = (high - low) / 1.3489795003921634
    by_hand = clone(huber).set_params(normalize_y=False)
    by_hand.fit(X, (Y - median) / spread)
    expected = by_hand.predict(X) * spread + median
    np.testing.assert_allclose(clone(huber).fit(X, Y).predict(X), expected, rtol=1e-9)
    linear = clone(LINEAR).set_params(loss="huber")
    outputs = [
        clone(linear)
        .set_params(normalize_y=normalize_y, huber_threshold=threshold)
        .fit(X, Y)
        .predict(X)
        for normalize_y, threshold in ((True, 0.5), (False, 0.5 * spread))
    ]
    np.testing.assert_allclose(*outputs, rtol=1e-3)


def test_quantiles_have_the_units_of_y():
    quantile = clone(QUICK).set_params(loss="quantile", quantile=0.8)
    expected = 1000 * clone(quantile).fit(X, Y).predict(X) - 7
    found = clone(quantile).fit(X, 1000 * Y - 7).predict(X)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_options_of_a_loss_may_change_between_calls():
    """The quantile is read afresh: the network moves up from the lower one."""
    model = clone(QUICK).set_params(loss="quantile", quantile=0.1, warm_start=True)
    model.set_params(max_iter=100, average=False).fit(X, Y)
    below = np.mean(model.predict(X) >= Y)
    above = np.mean(model.set_params(quantile=0.9).fit(X, Y).predict(X) >= Y)
    assert below < 0.3 < 0.7 < above


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "poisson"])
def test_a_quantile_without_its_loss_is_warned_of(loss):
    model = SimpleMLPRegressor((2,), loss=loss, quantile=0.95, max_iter=1, **UNSTOPPED)
    message = rf"^quantile=0\.95 has no effect with loss='{loss}'\. Set loss='quantile'"
    for method in ("fit", "partial_fit"):
        with pytest.warns(UserWarning, match=message):
            getattr(clone(model), method)(X, Y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.set_params(quantile=0.5).fit(X, Y)
        model.set_params(quantile=0.95, loss="quantile").fit(X, Y)


@pytest.mark.parametrize(
    "options", [{"quantile": 0}, {"quantile": 1.0}, {"huber_threshold": 0.0}]
)
def test_options_of_a_loss_are_checked(options):
    [name] = options
    with pytest.raises(ValueError, match=f"The '{name}' parameter .* must be a float"):
        SimpleMLPRegressor(**options).fit(X, Y)


@pytest.mark.parametrize("out_activation", ACTIVATIONS)
def test_out_activation_bounds_the_output(out_activation):
    y = (Y - Y.min()) / np.ptp(Y)
    model = clone(QUICK).set_params(out_activation=out_activation).fit(X, y)
    low, high = {
        "logistic": (0, 1),
        "tanh": (-1, 1),
        "relu": (0, np.inf),
        "softplus": (0, np.inf),
    }.get(out_activation, (-np.inf, np.inf))
    far = model.predict(1e3 * X)
    assert far.min() >= low
    assert far.max() <= high
    assert model.out_activation_ == out_activation
    if out_activation == "logistic":
        raw = expit(X @ model.coefs_[0] + model.intercepts_[0]) @ model.coefs_[1]
        np.testing.assert_allclose(
            model.predict(X), expit(raw + model.intercepts_[1]).ravel()
        )


def test_several_outputs_are_networks_of_their_own_without_hidden_layer():
    y = np.column_stack([Y, -2 * Y + 30 * X[:, 0], X[:, 1]])
    joint = clone(LINEAR).fit(X, y)
    assert joint.predict(X).shape == (120, 3)
    apart = MultiOutputRegressor(clone(LINEAR)).fit(X, y)
    np.testing.assert_allclose(joint.predict(X), apart.predict(X), rtol=1e-2, atol=0.1)


def test_a_poisson_network_begins_at_the_mean():
    """At 1 where the mean is 0."""
    y = np.column_stack([np.arange(120) % 2, np.zeros(120), np.full(120, 3.0)])
    model = clone(QUICK).set_params(loss="poisson", learning_rate_init=1e-300)
    intercepts = model.fit(X, y).intercepts_
    np.testing.assert_allclose(intercepts[-1], np.log([0.5, 1, 3]), atol=1e-15)


def test_column_vector_warns_as_in_scikit_learn():
    with pytest.warns(DataConversionWarning):
        model = clone(QUICK).fit(X, Y[:, None])
    assert model.predict(X).shape == (120,)


@pytest.mark.parametrize("scale", [1e300, 1e200, 1e-200, 1e-300])
def test_r2_does_not_depend_on_the_scale_of_y(scale):
    """scikit-learn's squares overflow to NaN, or vanish, which scores 1."""
    y = X[:, 0] - X[:, 1]
    options = {"hidden_layer_sizes": (3,), "random_state": 0, "early_stopping": True}
    plain, scaled = (SimpleMLPRegressor(**options).fit(X, f * y) for f in (1.0, scale))
    assert scaled.score(X, scale * y) == pytest.approx(plain.score(X, y), rel=1e-6)
    np.testing.assert_allclose(
        scaled.validation_scores_, plain.validation_scores_, rtol=1e-6
    )


def test_r2_of_columns_at_both_ends_is_the_mean_of_theirs():
    model = SimpleMLPRegressor((2,), random_state=0).fit(X, X[:, :2])
    scales, y = np.array([1e200, 1e-200]), X[:, 2:4]
    expected = r2_score(y, model.predict(X))
    model.predict = lambda X, predict=model.predict: predict(X) * scales
    assert model.score(X, y * scales) == pytest.approx(expected, rel=1e-12)


def test_r2_of_ordinary_numbers_is_scikit_learns_to_the_last_bit():
    y = np.column_stack([X[:, 0], 1e3 * X[:, 1]])
    model = SimpleMLPRegressor((3,), max_iter=20, n_iter_no_change=np.inf).fit(X, y)
    weights = np.arange(len(X))
    expected = r2_score(y, model.predict(X), sample_weight=weights)
    assert model.score(X, y, sample_weight=weights) == expected


def test_r2_of_targets_at_both_ends_of_the_floating_range():
    y = np.finfo(float).max * np.array([1.0] * 20 + [-1.0] * 20)
    assert SimpleMLPRegressor.from_coefs([[[0.0]]]).score(np.ones((40, 1)), y) == 0


def test_a_huge_y_with_another_number_of_outputs_is_refused():
    """scikit-learn's check that it is finite overflows."""
    model = SimpleMLPRegressor((2,), random_state=0).fit(X, X[:, :3])
    huge = np.repeat([[1.5e308, -1.5e308]], len(X), axis=0)
    with pytest.raises(ValueError, match="different number of output"):
        model.score(X, huge)


def test_r2_at_the_lower_end_of_the_floating_range():
    y = 2.0**-511 * np.array([1, -1] * 20)
    score = SimpleMLPRegressor.from_coefs([[[1.0]]]).score(np.ones((40, 1)), y)
    assert score == pytest.approx(-(2.0**1022), rel=1e-12)


def test_r2_below_the_floating_range():
    line = SimpleMLPRegressor.from_coefs([[[1e300]]])
    with pytest.raises(ValueError, match="too far from the predictions"):
        line.score([[1.0], [2.0]], [1.0, 2.0])


@pytest.mark.parametrize("engine", ["fast", None, ["numpy"]])
def test_an_invalid_engine_is_refused_by_fit_alone(engine):
    model = clone(QUICK).fit(X, Y)
    expected = model.predict(X)
    model.set_params(engine=engine)
    np.testing.assert_array_equal(model.predict(X), expected)
    with pytest.raises(ValueError, match="'engine' parameter"):
        model.fit(X, Y)


OUTLIERS = {
    "a hundredth far off": lambda y, rng: y[:10] + 1000 * rng.choice([-1, 1], 10),
    "a hundredth in another unit": lambda y, rng: y[:10] * 1000,
}


@pytest.mark.parametrize("loss", ["absolute_error", "quantile", "huber"])
@pytest.mark.parametrize("outliers", OUTLIERS.values(), ids=OUTLIERS)
def test_outliers_do_not_change_what_a_robust_loss_learns(outliers, loss):
    """Their deviation would make all other targets alike."""
    rng = np.random.RandomState(0)
    X = rng.standard_normal((2000, 5))
    truth = X[:, 0] + np.sin(2 * X[:, 1]) + 0.5 * X[:, 2] * X[:, 3]
    y = truth + 0.5 * rng.standard_normal(2000)
    y[:10] = outliers(y, rng)
    model = SimpleMLPRegressor(loss=loss, random_state=0).fit(X[:1000], y[:1000])
    assert model.score(X[1000:], truth[1000:]) > 0.9


@pytest.mark.parametrize(("quantile", "tolerance"), [(0.1, 0.05), (0.9, 0.05)])
def test_quantiles_of_skewed_targets(quantile, tolerance):
    rng = np.random.RandomState(0)
    X = rng.standard_normal((8000, 4))
    noise = 0.65 * rng.standard_normal(8000)
    y = np.exp(1.5 * (0.7 * X[:, 0] + 0.3 * X[:, 1] * X[:, 2] + noise))
    model = SimpleMLPRegressor(loss="quantile", quantile=quantile, random_state=0)
    prediction = model.fit(X[:4000], y[:4000]).predict(X[4000:])
    constant = np.full(4000, np.quantile(y[:4000], quantile))
    losses = [
        mean_pinball_loss(y[4000:], guess, alpha=quantile)
        for guess in (prediction, constant)
    ]
    assert losses[0] < 0.98 * losses[1]
    covered = np.mean(y[4000:] <= prediction)
    assert covered == pytest.approx(quantile, abs=tolerance)


@pytest.mark.parametrize("loss", ["absolute_error", "quantile", "huber"])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_robust_losses_are_scaled_by_the_quartiles(loss, fit_intercept):
    rng = np.random.RandomState(0)
    X, y = rng.standard_normal((201, 3)), np.exp(rng.standard_normal(201))
    options = {"loss": loss, "fit_intercept": fit_intercept, "random_state": 0}
    options |= {"max_iter": 5, "learning_rate_init": 0.01, "alpha": 0.1}
    options |= {"n_iter_no_change": np.inf}
    low, median, high = np.sort(y)[[50, 100, 150]]
    spread = (high - low) / 1.3489795003921634
    center = median if fit_intercept else 0.0
    scaled = SimpleMLPRegressor(**options).fit(X, y).predict(X)
    raw = SimpleMLPRegressor(normalize_y=False, **options).fit(X, (y - center) / spread)
    np.testing.assert_allclose(scaled, raw.predict(X) * spread + center, rtol=1e-9)
    # A weight of 2 is the same as two rows, and equal quartiles are no scale.
    twice = np.r_[np.arange(201), np.arange(100)]
    weights = np.r_[np.full(100, 2.0), np.ones(101)]
    targets = SimpleMLPRegressor(batch_size="full", **options)
    np.testing.assert_allclose(
        targets.fit(X, y, sample_weight=weights).predict(X),
        clone(targets).fit(X[twice], y[twice]).predict(X),
        rtol=1e-9,
    )
    rare = np.r_[np.zeros(180), np.ones(21)]
    assert np.isfinite(targets.fit(X, rare).predict(X)).all()


@pytest.mark.parametrize("noise", [0.0, 1e-6, 1e-3])
def test_noise_on_equal_targets_is_not_their_spread(noise):
    """The quartiles of targets that are mostly 0 show nothing but the noise."""
    rng = np.random.RandomState(0)
    X = rng.standard_normal((1000, 4))
    y = np.where(X[:, 0] > 0.8, 50 * (X[:, 0] + 0.2 * X[:, 1]), 0.0)
    y += noise * rng.standard_normal(1000)
    model = SimpleMLPRegressor(loss="huber", random_state=0).fit(X[:500], y[:500])
    errors = np.abs(model.predict(X[500:]) - y[500:])
    assert errors.mean() < 0.5 * np.abs(y[500:] - np.median(y)).mean()
