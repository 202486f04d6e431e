"""Baselines: the loss of the best constant prediction, for each loss.

Each is a sum over outputs of means over samples. A network that learns anything has a
lower loss.
"""

import numpy as np
from scipy.optimize import brentq, minimize
from scipy.special import entr, xlogy


def squared_error(Y, sample_weight):
    """Half the variance: the mean is the best constant."""
    mean = np.average(Y, weights=sample_weight, axis=0)
    return 0.5 * np.average((Y - mean) ** 2, weights=sample_weight, axis=0).sum()


def quantile(Y, sample_weight, quantile):
    """The loss of the (weighted) quantile."""
    value = 0.0
    weights = np.ones(len(Y)) if sample_weight is None else sample_weight
    for y in Y.T:
        order = np.argsort(y)
        shares = np.cumsum(weights[order]) / weights.sum()
        at = min(np.searchsorted(shares, quantile), len(y) - 1)
        errors = y[order[at]] - y
        losses = np.maximum((1 - quantile) * errors, -quantile * errors)
        value += np.average(losses, weights=weights)
    return value


def absolute_error(Y, sample_weight):
    """Mean distance from the (weighted) median."""
    return 2 * quantile(Y, sample_weight, 0.5)


def huber(Y, sample_weight, threshold):
    """The loss of Huber's M-estimate, where the clipped errors balance."""
    value = 0.0
    for y in Y.T.astype(np.float64):
        low, high = y.min(), y.max()

        def clipped(constant, y=y):
            return np.clip(constant - y, -threshold, threshold)

        def balance(constant):
            return np.average(clipped(constant), weights=sample_weight)

        best = low
        if low < high:
            best = brentq(balance, low, high, xtol=1e-12 * (high - low), maxiter=1000)
        slopes = clipped(best)
        losses = slopes * (best - y - 0.5 * slopes)
        value += np.average(losses, weights=sample_weight)
    return value


def poisson(Y, sample_weight):
    """The deviance from the mean."""
    mean = np.average(Y, weights=sample_weight, axis=0)
    deviance = np.average(xlogy(Y, Y), weights=sample_weight, axis=0)
    return (deviance - xlogy(mean, mean)).sum()


def binary_log_loss(Y, sample_weight):
    """The entropy of each output's share of ones."""
    # Rounding may lift a weighted share above 1.
    share = np.minimum(np.average(Y, weights=sample_weight, axis=0), 1)
    return (entr(share) + entr(1 - share)).sum()


def softmax_log_loss(Y, sample_weight):
    """The entropy of the shares of the classes."""
    return entr(np.average(Y, weights=sample_weight, axis=0)).sum()


def by_search(function, Y, sample_weight, arguments, bounds):
    """The lowest loss that a search finds, for losses without a formula here.

    The best output lies within the `bounds` of the targets. They are None for logits.
    """
    weights = np.ones(len(Y)) if sample_weight is None else sample_weight
    total, start = weights.sum(), np.zeros(Y.shape[1])
    if bounds is not None:
        start = np.average(Y, weights=weights, axis=0).clip(*bounds)

    def mean_loss(constant):
        out = np.tile(constant, (len(Y), 1)).astype(Y.dtype)
        delta, scratch = np.empty_like(out), np.empty_like(out)
        value = function(out, Y, sample_weight, delta, scratch, *arguments)
        return value / total, weights.dot(delta) / total

    limits = None if bounds is None else np.transpose(bounds)
    return minimize(mean_loss, start, method="L-BFGS-B", jac=True, bounds=limits).fun
