"""Losses: the value, and the derivative by the outputs' pre-activations.

Every loss starts from ``raw_prediction``, the pre-activations of the output
layer (logits), so that nothing has to be clipped. For ``n`` samples and ``k``
outputs it returns

    sum_i w_i * loss(y_i, raw_i)        (w_i = 1 where no weights are given)

and overwrites ``delta``, shape ``(n, k)``, with d loss(y_i, raw_i) / d raw_i,
not weighted. ``raw_prediction`` is overwritten too. ``averaged`` says whether
the loss is meant per output: then value and ``delta`` are still sums over
outputs, and the objective divides both by ``k``.

Each loss is followed by that of the best constant answer, a sum over outputs of
means over samples: a network that learns anything has a lower one.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import entr, xlogy

from .activations import ACTIVATIONS, exp, logistic


def _weighted_sum(losses, sample_weight):
    """Sum of all ``losses``, shape ``(n,)`` or ``(n, k)``, with rows weighted."""
    if sample_weight is None:
        return losses.sum()
    return np.dot(sample_weight, losses).sum()


def squared_error(raw_prediction, Y, sample_weight, delta, out_activation, scratch):
    """(a - y)**2 / 2, where a is the activated output.

    The derivative by the raw output is (a - y) * da/draw.
    """
    out = ACTIVATIONS[out_activation]
    out.function(raw_prediction)
    np.subtract(raw_prediction, Y, delta)
    if sample_weight is None:
        errors = delta.ravel()
        value = errors.dot(errors)
    else:
        value = _weighted_sum(np.multiply(delta, delta, out=scratch), sample_weight)
    out.derivative(raw_prediction, delta, scratch)
    return 0.5 * value


def squared_error_of_constant(Y, sample_weight):
    """Half the variance: the mean is the best constant."""
    mean = np.average(Y, weights=sample_weight, axis=0)
    return 0.5 * np.average((Y - mean) ** 2, weights=sample_weight, axis=0).sum()


def absolute_error(raw_prediction, Y, sample_weight, delta, out_activation, scratch):
    """abs(a - y), with derivative sign(a - y) * da/draw, and 0 where a = y."""
    out = ACTIVATIONS[out_activation]
    out.function(raw_prediction)
    np.subtract(raw_prediction, Y, out=delta)
    value = _weighted_sum(np.abs(delta, out=scratch), sample_weight)
    np.sign(delta, out=delta)
    out.derivative(raw_prediction, delta, scratch)
    return value


def absolute_error_of_constant(Y, sample_weight):
    """Mean distance from the median, or with weights from the weighted median."""
    value = 0.0
    weights = np.ones(len(Y)) if sample_weight is None else sample_weight
    for y in Y.T:
        order = np.argsort(y)
        shares = np.cumsum(weights[order]) / weights.sum()
        median = y[order[np.searchsorted(shares, 0.5)]]
        value += np.average(np.abs(y - median), weights=weights)
    return value


def poisson(raw_prediction, Y, sample_weight, delta, out_activation, scratch):
    """Half the Poisson deviance: y log(y / mu) - y + mu, where mu = exp(raw).

    Exponential output and Poisson loss are a canonical pair: the derivative by
    the raw output is mu - y.
    """
    losses = xlogy(Y, Y)
    losses -= np.multiply(Y, raw_prediction, out=scratch)
    exp(raw_prediction)
    np.subtract(raw_prediction, Y, out=delta)
    losses += delta
    return _weighted_sum(losses, sample_weight)


def poisson_of_constant(Y, sample_weight):
    """The deviance from the mean."""
    mean = np.average(Y, weights=sample_weight, axis=0)
    deviance = np.average(xlogy(Y, Y), weights=sample_weight, axis=0)
    return (deviance - xlogy(mean, mean)).sum()


def binary_log_loss(raw_prediction, Y, sample_weight, delta, out_activation, scratch):
    """log(1 + exp(raw)) - y * raw, summed over outputs that are each yes or no.

    Logistic output and log-loss are a canonical pair: the derivative by the raw
    output is expit(raw) - y. log(1 + exp(z)) is taken as
    max(z, 0) + log1p(exp(-abs(z))), in which nothing overflows.
    """
    losses = np.maximum(raw_prediction, 0, out=delta)
    losses -= np.multiply(Y, raw_prediction, out=scratch)
    np.abs(raw_prediction, out=scratch)
    np.negative(scratch, out=scratch)
    np.exp(scratch, out=scratch)
    losses += np.log1p(scratch, out=scratch)
    value = _weighted_sum(losses, sample_weight)
    logistic(raw_prediction)
    np.subtract(raw_prediction, Y, out=delta)
    return value


def binary_log_loss_of_constant(Y, sample_weight):
    """The entropy of each output's share of ones."""
    # Weighted, a share of all may be rounded to more.
    share = np.minimum(np.average(Y, weights=sample_weight, axis=0), 1)
    return (entr(share) + entr(1 - share)).sum()


def softmax_log_loss(raw_prediction, Y, sample_weight, delta, out_activation, scratch):
    """log(sum_k exp(raw_k)) - sum_k y_k * raw_k, for one class in k.

    Softmax output and log-loss are a canonical pair: the derivative by the raw
    output is softmax(raw) - y.
    """
    raw_prediction -= np.maximum.reduce(raw_prediction, axis=1, keepdims=True)
    np.exp(raw_prediction, out=delta)
    normalizer = np.add.reduce(delta, axis=1, keepdims=True)  # (n_samples, 1)
    delta /= normalizer
    delta -= Y
    np.log(normalizer, out=normalizer)
    if sample_weight is None:
        return normalizer.sum() - np.vdot(Y, raw_prediction)
    raw_prediction -= normalizer
    raw_prediction *= Y
    return -_weighted_sum(raw_prediction, sample_weight)


def softmax_log_loss_of_constant(Y, sample_weight):
    """The entropy of the shares of the classes."""
    return entr(np.average(Y, weights=sample_weight, axis=0)).sum()


class Loss(NamedTuple):
    """A loss, the output activations that it takes, and how outputs add up."""

    function: Callable
    of_constant: Callable
    out_activations: tuple[str, ...]
    averaged: bool


_ELEMENTWISE = tuple(ACTIVATIONS)

LOSSES = {
    "squared_error": Loss(
        squared_error, squared_error_of_constant, _ELEMENTWISE, averaged=True
    ),
    "absolute_error": Loss(
        absolute_error, absolute_error_of_constant, _ELEMENTWISE, averaged=True
    ),
    "poisson": Loss(poisson, poisson_of_constant, ("exp",), averaged=True),
    "binary_log_loss": Loss(
        binary_log_loss, binary_log_loss_of_constant, ("logistic",), averaged=False
    ),
    "softmax_log_loss": Loss(
        softmax_log_loss, softmax_log_loss_of_constant, ("softmax",), averaged=False
    ),
}
"""Every loss that a network can be trained with."""
