"""Losses: the value, and the derivative by the outputs' pre-activations.

For ``n`` samples and ``k`` outputs a loss function returns

    sum_i w_i * loss(y_i, out_i)        (w_i = 1 where no weights are given)

and overwrites ``delta``, shape ``(n, k)``, with d loss(y_i, out_i) / d out_i,
not weighted. It overwrites ``out`` and ``scratch``, of the same shape, too.

Squared and absolute error take any output activation: ``out`` holds the
activated outputs. The other losses form a canonical pair with their output
activation. They are computed from the raw prediction (logits) in ``out``, so
that nothing has to be clipped.

Each loss is followed by the loss of the best constant prediction, a sum over
outputs of means over samples. A network that learns anything has a lower loss.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import entr, xlogy

from .activations import ACTIVATIONS, OUT_ACTIVATIONS, exp, logistic


def _weighted_sum(losses, sample_weight):
    """Return the weighted sum of ``losses``, shape ``(n,)`` or ``(n, k)``."""
    if sample_weight is None:
        return losses.sum()
    return np.dot(sample_weight, losses).sum()


def squared_error(out, Y, sample_weight, delta, scratch):
    """(a - y)**2 / 2, with derivative a - y."""
    np.subtract(out, Y, delta)
    if sample_weight is None:
        errors = delta.ravel()
        value = errors.dot(errors)
    else:
        value = _weighted_sum(np.multiply(delta, delta, out=scratch), sample_weight)
    return 0.5 * value


def squared_error_of_constant(Y, sample_weight):
    """Half the variance: the mean is the best constant."""
    mean = np.average(Y, weights=sample_weight, axis=0)
    return 0.5 * np.average((Y - mean) ** 2, weights=sample_weight, axis=0).sum()


def absolute_error(out, Y, sample_weight, delta, scratch):
    """abs(a - y), with derivative sign(a - y), which is 0 where a = y."""
    np.subtract(out, Y, out=delta)
    value = _weighted_sum(np.abs(delta, out=scratch), sample_weight)
    np.sign(delta, out=delta)
    return value


def absolute_error_of_constant(Y, sample_weight):
    """Mean distance from the (weighted) median."""
    value = 0.0
    weights = np.ones(len(Y)) if sample_weight is None else sample_weight
    for y in Y.T:
        order = np.argsort(y)
        shares = np.cumsum(weights[order]) / weights.sum()
        median = y[order[np.searchsorted(shares, 0.5)]]
        value += np.average(np.abs(y - median), weights=weights)
    return value


def poisson(raw, Y, sample_weight, delta, scratch):
    """Half the Poisson deviance: y log(y / mu) - y + mu, where mu = exp(raw).

    Exponential output and Poisson loss are a canonical pair: the derivative by
    the raw prediction is mu - y.
    """
    losses = xlogy(Y, Y)
    losses -= np.multiply(Y, raw, out=scratch)
    exp(raw)
    np.subtract(raw, Y, out=delta)
    losses += delta
    return _weighted_sum(losses, sample_weight)


def poisson_of_constant(Y, sample_weight):
    """The deviance from the mean."""
    mean = np.average(Y, weights=sample_weight, axis=0)
    deviance = np.average(xlogy(Y, Y), weights=sample_weight, axis=0)
    return (deviance - xlogy(mean, mean)).sum()


def binary_log_loss(raw, Y, sample_weight, delta, scratch):
    """log(1 + exp(raw)) - y * raw, summed over outputs that are each yes or no.

    Logistic output and log-loss are a canonical pair: the derivative by the raw
    prediction is expit(raw) - y. log(1 + exp(z)) is computed as
    max(z, 0) + log1p(exp(-abs(z))), in which nothing overflows.
    """
    losses = np.maximum(raw, 0, out=delta)
    losses -= np.multiply(Y, raw, out=scratch)
    np.abs(raw, out=scratch)
    np.negative(scratch, out=scratch)
    np.exp(scratch, out=scratch)
    losses += np.log1p(scratch, out=scratch)
    value = _weighted_sum(losses, sample_weight)
    logistic(raw)
    np.subtract(raw, Y, out=delta)
    return value


def binary_log_loss_of_constant(Y, sample_weight):
    """The entropy of each output's share of ones."""
    # Rounding may lift a weighted share above 1.
    share = np.minimum(np.average(Y, weights=sample_weight, axis=0), 1)
    return (entr(share) + entr(1 - share)).sum()


def softmax_log_loss(raw, Y, sample_weight, delta, scratch):
    """log(sum_k exp(raw_k)) - sum_k y_k * raw_k, for one class out of k.

    Softmax output and log-loss are a canonical pair: the derivative by the raw
    prediction is softmax(raw) - y.
    """
    raw -= np.maximum.reduce(raw, axis=1, keepdims=True)
    np.exp(raw, out=delta)
    normalizer = np.add.reduce(delta, axis=1, keepdims=True)  # (n_samples, 1)
    delta /= normalizer
    delta -= Y
    np.log(normalizer, out=normalizer)
    if sample_weight is None:
        return normalizer.sum() - np.vdot(Y, raw)
    raw -= normalizer
    raw *= Y
    return -_weighted_sum(raw, sample_weight)


def softmax_log_loss_of_constant(Y, sample_weight):
    """The entropy of the shares of the classes."""
    return entr(np.average(Y, weights=sample_weight, axis=0)).sum()


@dataclass(frozen=True, kw_only=True)
class Loss:
    """A loss, and everything that other modules know about it."""

    function: Callable
    of_constant: Callable  # loss of the best constant, from Y and the sample weights
    out_activations: tuple[str, ...]  # output activations that the loss takes
    canonical: bool  # whether the two are differentiated together
    averaged: bool  # whether the objective averages over outputs, or else sums
    for_labels: bool = False  # whether targets are labels, coded as 0 and 1
    kinked: bool = False  # whether the derivative jumps where output and target meet
    title: str  # name for axes and headings
    formula: str  # the loss of the output a, as text
    slope: str = "{a} - {y}"  # its derivative; by the pre-activation if canonical
    code: int  # number in the compiled loops

    def n_averaged(self, n_outputs):
        """Return the number of outputs that the objective averages over."""
        return n_outputs if self.averaged else 1


LOSSES = {
    "squared_error": Loss(
        function=squared_error,
        of_constant=squared_error_of_constant,
        out_activations=tuple(ACTIVATIONS),
        canonical=False,
        averaged=True,
        title="Half squared error",
        formula="(a - y)^2 / 2",
        code=0,
    ),
    "absolute_error": Loss(
        function=absolute_error,
        of_constant=absolute_error_of_constant,
        out_activations=tuple(ACTIVATIONS),
        canonical=False,
        averaged=True,
        kinked=True,
        title="Absolute error",
        formula="|a - y|",
        slope="sign({a} - {y})",
        code=1,
    ),
    "poisson": Loss(
        function=poisson,
        of_constant=poisson_of_constant,
        out_activations=("exp",),
        canonical=True,
        averaged=True,
        title="Half Poisson deviance",
        formula="y * log(y / a) - y + a",
        code=2,
    ),
    "binary_log_loss": Loss(
        function=binary_log_loss,
        of_constant=binary_log_loss_of_constant,
        out_activations=("logistic",),
        canonical=True,
        averaged=False,
        for_labels=True,
        title="Log-loss",
        formula="-y * log(a) - (1 - y) * log(1 - a)",
        code=3,
    ),
    "softmax_log_loss": Loss(
        function=softmax_log_loss,
        of_constant=softmax_log_loss_of_constant,
        out_activations=("softmax",),
        canonical=True,
        averaged=False,
        for_labels=True,
        title="Log-loss",
        formula="-y * log(a)",
        code=4,
    ),
}
"""The losses that a network can be trained with."""


def loss_and_delta(
    loss, out_activation, raw_prediction, Y, sample_weight, delta, scratch
):
    """Return the weighted sum of losses, and write its derivative to `delta`.

    Parameters
    ----------
    loss, out_activation : str

    raw_prediction : ndarray of shape (n_samples, n_outputs)
        Overwritten.

    Y : ndarray of shape (n_samples, n_outputs)

    sample_weight : ndarray of shape (n_samples,) or None

    delta : ndarray of shape (n_samples, n_outputs)
        Receives the derivative by the raw prediction, not weighted.

    scratch : ndarray of shape (n_samples, n_outputs)
        Overwritten.

    Returns
    -------
    loss : float
        A sum over samples and over outputs.
    """
    entry = LOSSES[loss]
    if entry.canonical:
        return float(entry.function(raw_prediction, Y, sample_weight, delta, scratch))
    out = OUT_ACTIVATIONS[out_activation]
    out.function(raw_prediction)
    value = float(entry.function(raw_prediction, Y, sample_weight, delta, scratch))
    out.derivative(raw_prediction, delta, scratch)
    return value
