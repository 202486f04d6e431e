"""Losses against SciPy, and against the best constant prediction."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import logsumexp
from support import LOSS_OUTPUTS, make_problem

from sknn_simple.network import LOSSES, Objective, loss_and_delta


def loss_value(loss, raw, Y, weights=None, out_activation=None, option=None):
    raw = np.array(raw, float)
    out_activation = out_activation or LOSSES[loss].out_activations[0]
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
    objective = Objective(loss, out_activation=out_activation)
    n_averaged = LOSSES[loss].n_averaged(3)
    best = objective.loss_of_constant(Y, weights) * n_averaged * weights.sum()

    def value(raw):
        everywhere = np.tile(raw, (7, 1))
        return loss_value(loss, everywhere, Y, weights, out_activation)

    found = minimize(value, np.full(3, 0.3), method="Nelder-Mead", tol=1e-10)
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
