"""Losses: the value, and its derivative with respect to the outputs.

For ``n`` samples and ``k`` outputs a loss function returns

    sum_i w_i * loss(y_i, out_i)        (w_i = 1 where no weights are given)

and overwrites ``delta``, shape ``(n, k)``, with d loss(y_i, out_i) / d out_i,
not weighted. It overwrites ``out`` and ``scratch``, of the same shape, too.

Squared, absolute, quantile and Huber loss take any output activation: ``out``
holds the activated outputs. The other losses form a canonical pair with their output
activation. They are computed from the raw prediction (logits) in ``out``, so
that nothing has to be clipped.

A loss may depend on a number, its option, which is then the last argument of its
function and of its baseline.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from scipy.special import xlogy

from . import baselines
from .activations import ACTIVATIONS, NOT_COMPILED, exp, logistic


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


def absolute_error(out, Y, sample_weight, delta, scratch):
    """abs(a - y), with derivative sign(a - y), which is 0 where a = y."""
    np.subtract(out, Y, out=delta)
    value = _weighted_sum(np.abs(delta, out=scratch), sample_weight)
    np.sign(delta, out=delta)
    return value


def quantile_loss(out, Y, sample_weight, delta, scratch, quantile):
    """(1 - q) * (a - y) where a > y, else q * (y - a): the pinball loss.

    The derivative is 1 - q where a > y, -q where a < y, and 0 where a = y.
    """
    error = np.subtract(out, Y, out=scratch)
    np.multiply(error > 0, 1 - quantile, out=delta, casting="same_kind")
    delta -= np.multiply(error < 0, quantile, dtype=delta.dtype)
    return _weighted_sum(np.multiply(error, delta, out=scratch), sample_weight)


def sides_of_zero(error, *option):
    """Return the side of zero, where absolute and quantile loss have a kink."""
    return np.sign(error)


def huber(out, Y, sample_weight, delta, scratch, threshold):
    """(a - y)**2 / 2 up to abs(a - y) = t, and a straight line beyond.

    The derivative is a - y, clipped to [-t, t]; with this c, the loss is
    c * (a - y - c / 2).

    P. J. Huber, "Robust estimation of a location parameter", The Annals of Mathematical
    Statistics 35 (1964).
    """
    threshold = min(threshold, np.finfo(delta.dtype).max)
    error = np.subtract(out, Y, out=scratch)
    np.clip(error, -threshold, threshold, out=delta)
    losses = np.multiply(error - 0.5 * delta, delta, out=scratch)
    return _weighted_sum(losses, sample_weight)


def sides_of_threshold(error, threshold):
    """Return the side of the two points where the Huber loss turns linear."""
    return np.sign(error) * (np.abs(error) > threshold)


def poisson(raw, Y, sample_weight, delta, scratch):
    """Half the Poisson deviance: y log(y / mu) - y + mu, where mu = exp(raw).

    Exponential output and Poisson loss are a canonical pair: the derivative with
    respect to the raw prediction is mu - y.
    """
    losses = xlogy(Y, Y)
    losses -= np.multiply(Y, raw, out=scratch)
    exp(raw)
    np.subtract(raw, Y, out=delta)
    losses += delta
    return _weighted_sum(losses, sample_weight)


def binary_log_loss(raw, Y, sample_weight, delta, scratch):
    """log(1 + exp(raw)) - y * raw, summed over outputs that are each yes or no.

    Logistic output and log-loss are a canonical pair: the derivative with respect to
    the raw prediction is expit(raw) - y. log(1 + exp(z)) is computed as
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


def softmax_log_loss(raw, Y, sample_weight, delta, scratch):
    """log(sum_k exp(raw_k)) - sum_k y_k * raw_k, for one class out of k.

    Softmax output and log-loss are a canonical pair: the derivative with respect to
    the raw prediction is softmax(raw) - y.
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


class LossOption(NamedTuple):
    """A number that a loss depends on, in the open interval from `low` to `high`."""

    name: str
    default: float
    low: float
    high: float


COMPILED = (
    squared_error,
    absolute_error,
    poisson,
    binary_log_loss,
    softmax_log_loss,
    quantile_loss,
    huber,
)
"""What the compiled loops have, in the order of their codes."""


@dataclass(frozen=True, kw_only=True)
class Loss:
    """A loss, and everything that other modules know about it.

    Parameters
    ----------
    function : callable
        ``function(out, Y, sample_weight, delta, scratch)`` returns the weighted sum of
        the losses, and overwrites `delta` with the derivatives with respect to `out`,
        not weighted. All but the weights, which may be None, are of shape (n_samples,
        n_outputs). It may overwrite `out` and `scratch`, too.

    of_constant : callable, default=None
        ``of_constant(Y, sample_weight)`` returns the loss of the best constant
        prediction: a sum over outputs of means over samples. None searches for it.

    option : LossOption, default=None
        A parameter of the estimators that is the last argument of both functions. For
        built-in losses; other losses are registered once per value.

    out_activations : collection of str, default=ACTIVATIONS
        Names of the output activations that the loss takes.

    canonical : bool, default=False
        Whether `out` is the raw prediction, with respect to which `delta` then is.

    averaged : bool, default=True
        Whether the objective averages over outputs, or else sums.

    summed : bool, default=False
        Whether the objective sums over samples, or else averages.

    factor : float, default=1.0
        Factor of `function` in the objective.

    scored : bool, default=False
        Whether the negative loss is the default score of validation.

    robust : bool, default=False
        Whether the derivative is bounded, so that outliers hardly count.

    degree : int, default=2
        Power of a small error that the loss grows with: 1 or 2.

    for_labels : bool, default=False
        Whether the targets are labels, coded as 0 and 1.

    sides : callable, default=None
        ``sides(error)`` returns the side of each kink, for a loss that has some.

    of_unit_error : float, default=0.5
        Loss of a prediction that is wrong by 1, or of even odds for labels. Warnings
        measure losses by it.

    title : str, default='Loss'
        Name for axes and headings.

    formula : str
        The loss of the output a and the target y, as text.

    slope : str, default=''
        The derivative by ``{a}``, with the target ``{y}``, as text. Explanations show
        both.

    Raises
    ------
    ValueError
        If `function` does not return a number, or does not overwrite `delta`.
    """

    function: Callable
    of_constant: Callable | None = None
    option: LossOption | None = None
    out_activations: Collection[str] = field(
        default_factory=lambda: ACTIVATIONS, repr=False
    )
    canonical: bool = False
    averaged: bool = True
    summed: bool = False
    factor: float = 1.0
    scored: bool = False
    robust: bool = False
    degree: int = 2
    for_labels: bool = False
    sides: Callable | None = None
    of_unit_error: float = 0.5
    title: str = "Loss"
    formula: str
    slope: str = ""

    def __post_init__(self) -> None:
        out, Y, scratch = np.full((2, 1), 0.5), np.ones((2, 1)), np.empty((2, 1))
        delta = np.full((2, 1), np.nan)
        option = () if self.option is None else (self.option.default,)
        with np.errstate(all="ignore"):
            value = self.function(out, Y, None, delta, scratch, *option)
        if value is None or np.ndim(value) or np.isnan(delta).any():
            does = f"returns {type(value).__name__}"
            if np.isnan(delta).any():
                does = "does not overwrite it, or writes NaN"
            raise ValueError(
                "function(out, Y, sample_weight, delta, scratch) must return a number, "
                "the sum of the losses, and overwrite delta with the derivatives, got "
                f"a function that {does}. Write, for instance, delta[:] = out - Y."
            )

    @property
    def code(self) -> int:
        """Number in the compiled loops; NOT_COMPILED if these lack the function."""
        if self.function in COMPILED:
            return COMPILED.index(self.function)
        return NOT_COMPILED

    def of_best_constant(
        self, Y: np.ndarray, sample_weight: np.ndarray | None, *arguments: float
    ) -> float:
        """Return the loss of the best constant prediction, as `of_constant` does."""
        if self.of_constant is not None:
            return self.of_constant(Y, sample_weight, *arguments)
        bounds = None if self.canonical else (Y.min(axis=0), Y.max(axis=0))
        return baselines.by_search(self.function, Y, sample_weight, arguments, bounds)

    def output_divisor(self, n_outputs: int) -> float:
        """Return the number by which the objective divides the sum over outputs."""
        return (n_outputs if self.averaged else 1) / self.factor

    def sample_divisor(self, total_weight: float) -> float:
        """Return the number by which the objective divides the sum over samples."""
        return 1.0 if self.summed else total_weight


_SQUARED_ERROR = Loss(
    function=squared_error,
    of_constant=baselines.squared_error,
    title="Half squared error",
    formula="(a - y)^2 / 2",
    slope="{a} - {y}",
)

LOSSES: dict[str, Loss] = {
    "squared_error": _SQUARED_ERROR,
    "mean_squared_error": replace(
        _SQUARED_ERROR,
        factor=2.0,
        of_unit_error=1.0,
        title="Mean squared error",
        formula="(a - y)^2",
        slope="2 * ({a} - {y})",
    ),
    "sum_squared_error": replace(
        _SQUARED_ERROR,
        averaged=False,
        summed=True,
        title="Half the sum of squared errors",
    ),
    "absolute_error": Loss(
        function=absolute_error,
        of_constant=baselines.absolute_error,
        robust=True,
        degree=1,
        sides=sides_of_zero,
        of_unit_error=1.0,
        title="Absolute error",
        formula="|a - y|",
        slope="sign({a} - {y})",
    ),
    "quantile": Loss(
        function=quantile_loss,
        of_constant=baselines.quantile,
        option=LossOption("quantile", 0.5, 0.0, 1.0),
        scored=True,
        robust=True,
        degree=1,
        sides=sides_of_zero,
        title="Quantile loss",
        formula="max({option:g} * (y - a), (1 - {option:g}) * (a - y))",
        slope="1 - {option:g} if {a} > {y}, -{option:g} if {a} < {y}",
    ),
    "huber": Loss(
        function=huber,
        of_constant=baselines.huber,
        option=LossOption("huber_threshold", 1.0, 0.0, np.inf),
        robust=True,
        sides=sides_of_threshold,
        title="Huber loss",
        formula="(a - y)^2 / 2 if |a - y| <= {option:g}, "
        "else {option:g} * (|a - y| - {option:g} / 2)",
        slope="{a} - {y}, clipped to +-{option:g}",
    ),
    "poisson": Loss(
        function=poisson,
        of_constant=baselines.poisson,
        out_activations=("exp",),
        canonical=True,
        of_unit_error=np.e - 2,
        title="Half Poisson deviance",
        formula="y * log(y / a) - y + a",
        slope="{a} - {y}",
    ),
    "binary_log_loss": Loss(
        function=binary_log_loss,
        of_constant=baselines.binary_log_loss,
        out_activations=("logistic",),
        canonical=True,
        averaged=False,
        for_labels=True,
        of_unit_error=np.log(2),
        title="Log-loss",
        formula="-y * log(a) - (1 - y) * log(1 - a)",
        slope="{a} - {y}",
    ),
    "softmax_log_loss": Loss(
        function=softmax_log_loss,
        of_constant=baselines.softmax_log_loss,
        out_activations=("softmax",),
        canonical=True,
        averaged=False,
        for_labels=True,
        of_unit_error=np.log(2),
        title="Log-loss",
        formula="-y * log(a)",
        slope="{a} - {y}",
    ),
}
"""The losses that a network can be trained with: a dict of name to `Loss`.

A new entry may be used at once, by its name. The user guide shows an example under
"Your own activation or loss".
"""
