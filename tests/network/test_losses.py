"""Losses against SciPy, and against the best constant prediction."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import huber, logsumexp
from sklearn.metrics import mean_pinball_loss
from support import LOSS_OPTIONS, LOSS_OUTPUTS, make_problem

from sknn_simple.network import LOSSES, Objective, loss_and_delta


def loss_value(loss, raw, Y, weights=None, out_activation=None, option=None):
    raw = np.array(raw, float)
    out_activation = out_activation or next(iter(LOSSES[loss].out_activations))
    delta, scratch = np.empty_like(raw), np.empty_like(raw)
    objective = Objective(loss, out_activation=out_activation, loss_option=option)
    return loss_and_delta(objective, raw, Y, weights, delta, scratch)


def test_log_losses_equal_scipys_for_extreme_predictions():
    raw = np.array([[800.0, -30.0, 2.0], [-900.0, 0.0, 40.0]])
    Y = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    expected = (logsumexp(raw, axis=1) - (raw * Y).sum(axis=1)).sum()
    assert loss_value("softmax_log_loss", raw, Y) == pytest.approx(expected, rel=1e-14)
    expected = (np.logaddexp(0, raw) - raw * Y).sum()
    assert loss_value("binary_log_loss", raw, Y) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(("loss", "out_activation"), LOSS_OUTPUTS)
def test_the_loss_of_the_best_constant(loss, out_activation):
    """An optimizer finds no constant raw prediction with a lower loss."""
    _, Y, weights = make_problem(loss)
    option = LOSS_OPTIONS.get(loss)
    objective = Objective(loss, out_activation=out_activation, loss_option=option)
    best = objective.loss_of_constant(Y, weights) * LOSSES[loss].output_divisor(3)
    best *= LOSSES[loss].sample_divisor(weights.sum())

    def value(raw):
        everywhere = np.tile(raw, (7, 1))
        return loss_value(loss, everywhere, Y, weights, out_activation, option)

    found = minimize(value, np.full(3, 0.3), method="Nelder-Mead", tol=1e-10)
    # At the kinks of a loss, the simplex may collapse too early.
    found = minimize(value, found.x, method="Nelder-Mead", tol=1e-10)
    assert found.fun == pytest.approx(best, rel=1e-6)


@pytest.mark.parametrize(("loss", "out_activation"), LOSS_OUTPUTS)
def test_weights_multiply_each_samples_loss(loss, out_activation):
    _, Y, weights = make_problem(loss)
    raw = np.random.RandomState(1).standard_normal(Y.shape)
    each = [
        loss_value(loss, raw[[i]], Y[[i]], out_activation=out_activation)
        for i in range(7)
    ]
    together = loss_value(loss, raw, Y, weights, out_activation)
    assert together == pytest.approx(np.dot(weights, each), rel=1e-12)


@pytest.mark.parametrize("option", [0.05, 0.5, 0.7])
def test_quantile_and_huber_loss_equal_scikit_learns_and_scipys(option):
    _, Y, weights = make_problem("quantile")
    raw = np.random.RandomState(1).standard_normal(Y.shape)
    expected = mean_pinball_loss(Y, raw, sample_weight=weights, alpha=option)
    found = loss_value("quantile", raw, Y, weights, option=option)
    assert found == pytest.approx(expected * 3 * weights.sum(), rel=1e-12)
    found = loss_value("huber", raw, Y, option=option)
    assert found == pytest.approx(huber(option, raw - Y).sum(), rel=1e-12)


@pytest.mark.parametrize("quantile", [1e-9, 0.1, 0.5, 0.75, 1 - 1e-9])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_best_constant_of_the_quantile_loss_is_the_quantile(quantile, weighted):
    _, Y, weights = make_problem("quantile")
    weights = weights if weighted else None
    best = np.quantile(Y, quantile, axis=0, method="inverted_cdf", weights=weights)
    at_best = np.tile(best, (7, 1))
    expected = mean_pinball_loss(Y, at_best, sample_weight=weights, alpha=quantile)
    found = Objective("quantile", loss_option=quantile).loss_of_constant(Y, weights)
    assert found == pytest.approx(expected, rel=1e-12)


def test_the_best_constant_of_the_huber_loss_lies_between_median_and_mean():
    """A threshold below all distances gives the median, one above them the mean."""
    Y = np.array([[0.0, 5.0], [1.0, 5.0], [100.0, 5.0]])

    def of_constant(threshold):
        return Objective("huber", loss_option=threshold).loss_of_constant(Y, None)

    # Two outputs, of which the second is constant.
    assert of_constant(1e-3) == pytest.approx(1e-3 * 100 / 3 / 2, rel=1e-4)
    for large in (1e3, 1e300):
        assert of_constant(large) == pytest.approx(np.var(Y[:, 0]) / 2 / 2)


def test_a_huber_loss_beyond_all_errors_is_the_squared_error():
    _, Y, weights = make_problem("huber")
    raw = np.random.RandomState(1).standard_normal(Y.shape).astype(np.float32)
    for large in (1e3, 1e300):
        found = loss_value("huber", raw, Y, weights, option=large)
        expected = loss_value("squared_error", raw, Y, weights)
        assert found == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("loss", "option", "message"),
    [
        ("quantile", 0.0, "quantile must be above 0 and below 1, got 0.0"),
        ("quantile", 1, "quantile must be above 0 and below 1, got 1"),
        ("huber", -1.0, "huber_threshold must be above 0 and below inf, got -1.0"),
        ("huber", np.nan, "huber_threshold must be above 0"),
        ("squared_error", 0.5, "loss_option must be None with loss='squared_error'"),
    ],
)
def test_options_that_a_loss_does_not_take(loss, option, message):
    with pytest.raises(ValueError, match=message):
        Objective(loss, loss_option=option)
