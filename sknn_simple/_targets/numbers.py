"""Numbers: the targets of a regressor, which the network may learn standardised."""

import copy

import numpy as np

from ..network import LOSSES, OUT_ACTIVATIONS
from .base import Targets, on_diagonals
from .scaling import center_and_scale
from .score import r2


def _check_not_too_small(y, dtype):
    """Raise ValueError if an output is not 0, but below ten units of the dtype.

    Predictions in the units of y would be few numbers, or all 0.
    """
    largest = np.abs(y).max(axis=0, keepdims=True)
    limit = 10 * np.finfo(dtype).smallest_subnormal
    too_small = largest[(largest > 0) & (largest < limit)]
    if len(too_small):
        raise ValueError(
            f"y must be 0 or large enough for {dtype}, the dtype of X, got an output "
            f"with values of at most {too_small[0]:.3g}. {_advice_on_scale(dtype)}"
        )


def _advice_on_scale(dtype):
    return "Scale y" + ", or give X as float64" * (dtype == np.float32) + "."


def _advice_on_percent(y, low, high):
    """Return advice on numbers that may be percents of these bounds, or ""."""
    are_percents = (low, high) == (0, 1) and y.min() >= 0 and y.max() <= 100
    return " If y is in percent, divide it by 100." if are_percents else ""


NEAREST_TO_AN_END = 0.01
"""Least distance of initial predictions from an end of their range, relative to it."""


class NumericTargets(Targets):
    """Base of a regressor's targets.

    The network is trained on ``(y - mean) / scale``; both are of shape (n_outputs,). A
    subclass finds them in ``_mean_and_scale(Y, weights)``, and takes them back with the
    factor and the shift of raw predictions from ``_factor_and_shift()``.
    """

    bounded_by: str  # the option that bounds y, as messages name it

    def __init__(self, n_outputs, squeeze, is_scaled):
        self.n_outputs = n_outputs
        self.squeeze = squeeze  # whether y and predictions are of shape (n_samples,)
        self.is_scaled = is_scaled  # whether `scaled_to` scales y
        self.mean, self.scale = np.zeros(n_outputs), np.ones(n_outputs)

    def scaled_to(self, samples, center):
        """Return targets scaled by `samples`, if `is_scaled`.

        With `center`, they are also centred.
        """
        y, weights = samples.y, samples.sample_weight
        if weights is not None:
            y, weights = y[weights > 0], weights[weights > 0]
        _check_not_too_small(y, samples.X.dtype)
        if not self.is_scaled:
            return self
        mean, scale = self._mean_and_scale(y.reshape(len(y), -1), weights)
        scaled = copy.copy(self)
        scaled.mean = mean if center else np.zeros_like(mean)
        scaled.scale = scale
        return scaled

    def fold(self, parameters):
        """Put the scaling of y into the last layer, if its dtype can hold it."""
        coefs, intercepts = super().fold(parameters)
        dtype, (factor, shift) = parameters.flat.dtype, self._factor_and_shift()
        with np.errstate(over="ignore"):
            coefs[-1] = (coefs[-1] * factor).astype(dtype)
            intercepts[-1] = (intercepts[-1] * factor + shift).astype(dtype)
        if not (np.isfinite(coefs[-1]).all() and np.isfinite(intercepts[-1]).all()):
            raise ValueError(
                "y is too large: in the units of y, coefs_ or intercepts_ overflow "
                f"{dtype}, the dtype of X. Scale y."
            )
        return coefs, intercepts

    def lose_digits(self, dtype):
        """Return whether y varies by less than ten units in the last place."""
        varies = self.scale != 1  # the scale of a constant
        is_coarse = self.scale < 10 * np.finfo(dtype).eps * np.abs(self.mean)
        return bool((varies & is_coarse).any())

    def unfold(self, coefs, intercepts):
        """Take the scaling of y out of the last layer."""
        factor, shift = self._factor_and_shift()
        if coefs:
            coefs[-1] = coefs[-1] / factor
        if intercepts:
            intercepts[-1] = (intercepts[-1] - shift) / factor

    def score(self, raw_prediction, y, sample_weight):
        """Return the R^2 of raw predictions in the units of training."""
        factor, shift = self._factor_and_shift()
        prediction = self.predict(raw_prediction * factor + shift)
        return r2(y, prediction, sample_weight)

    def encode(self, y, dtype):
        """Return the columns of y, scaled if `is_scaled`."""
        Y = y.reshape(len(y), -1)
        if Y.shape[1] != self.n_outputs:
            raise ValueError(
                f"y must have as many outputs as the network, {self.n_outputs}, got "
                f"{Y.shape[1]}. To change their number, train a new network, with "
                "warm_start=False."
            )
        low, high = OUT_ACTIVATIONS[self.out_activation].target_bounds
        beyond = max(low - Y.min(), Y.max() - high)
        if beyond > 10 * np.finfo(dtype).eps:
            row = int(np.argmax(np.maximum(low - Y, Y - high).max(axis=1)))
            raise ValueError(
                f"y must lie in [{low}, {high}] for {self.bounded_by}, got values from "
                f"{Y.min():.6g} to {Y.max():.6g}, the one furthest off at index {row}."
                f"{_advice_on_percent(Y, low, high)}"
            )
        if beyond > 0:  # by the rounding of a scaler
            Y = np.clip(Y, low, high)
        with np.errstate(over="ignore"):
            Y = ((Y - self.mean) / self.scale).astype(dtype)
        if not np.isfinite(Y).all():
            raise ValueError(
                f"y must be finite in {Y.dtype}, the dtype of X, also when "
                f"standardised, got values from {y.min():.3g} to {y.max():.3g}. "
                f"{_advice_on_scale(Y.dtype)}"
            )
        return Y

    def slopes(self, response_method, raw_prediction):
        """Return the derivatives of the prediction by the raw prediction."""
        out, A = OUT_ACTIVATIONS[self.out_activation], raw_prediction.copy()
        slopes = np.ones_like(A)
        out.function(A)
        out.derivative(A, slopes)
        return slopes if self.squeeze else on_diagonals(slopes)

    def predict(self, raw_prediction):
        """Return predictions in the units of y, computed in place."""
        with np.errstate(over="ignore"):
            OUT_ACTIVATIONS[self.out_activation].function(raw_prediction)
        return raw_prediction[:, 0] if self.squeeze else raw_prediction


class RegressionTargets(NumericTargets):
    """Numbers, standardised or at least scaled if the output is homogeneous."""

    def __init__(self, n_outputs, squeeze, is_scaled, loss, out_activation):
        super().__init__(n_outputs, squeeze, is_scaled)
        self.network_loss = loss
        self.out_activation = out_activation

    @property
    def bounded_by(self):
        return f"out_activation={self.out_activation!r}"

    def _mean_and_scale(self, Y, weights):
        """Return center and scale; those of a robust loss ignore outliers.

        Only an identity output can be shifted by its intercept. For others, the center
        is 0, and the scale is the size of the center of y, but at least half the spread
        and at most the spread: if many targets are 0, their center is a usual size.
        """
        robust = LOSSES[self.network_loss].robust
        center, spread = center_and_scale(Y, weights, robust=robust)
        if self.out_activation == "identity":
            return center, spread
        size = abs(center)
        scale = np.where(np.ptp(Y, axis=0) > 0, size.clip(spread / 2, spread), size)
        return np.zeros_like(center), np.where(scale > 0, scale, 1.0)

    def _factor_and_shift(self):
        return self.scale, self.mean

    def output_bias(self, Y, sample_weight):
        """Return where the activation is the mean, or None to draw the intercept.

        The mean is kept off the ends of the range, where the output hardly learns.
        """
        out = OUT_ACTIVATIONS[self.out_activation]
        if out.inverse is None or not (out.has_units or self.is_scaled):
            return None
        mean = np.average(Y, weights=sample_weight, axis=0)
        low, high = out.target_bounds
        width = high - low
        if width == np.inf:
            width = np.where(np.ptp(Y, axis=0) > 0, Y.std(axis=0, dtype=float), 1.0)
        margin = NEAREST_TO_AN_END * width
        return out.inverse(mean.clip(low + margin, high - margin))


class CountTargets(NumericTargets):
    """Counts, or other amounts of at least 0, under an exponential output.

    They may be divided by their mean, so that the same learning rate and penalty suit
    counts of any size.
    """

    are_counts = True
    network_loss = "poisson"
    out_activation = "exp"
    bounded_by = "loss='poisson'"

    def output_bias(self, Y, sample_weight):
        """Return log(mean), so that the predictions start at the mean."""
        mean = np.average(Y, weights=sample_weight, axis=0)
        return np.log(mean, out=np.zeros_like(mean), where=mean > 0)

    def _mean_and_scale(self, Y, weights):
        """Return zeros, so that counts stay positive, and the means as the scale."""
        mean, _ = center_and_scale(Y, weights)
        return np.zeros_like(mean), np.where(mean > 0, mean, 1.0)

    def _factor_and_shift(self):
        """Return ones and log(scale): the exponential of a sum is a product."""
        return np.ones_like(self.scale), np.log(self.scale)

    def predict(self, raw_prediction):
        prediction = super().predict(raw_prediction)
        if not np.isfinite(prediction).all():
            raise ValueError(
                "X is too large for this network, whose predictions for it are no "
                "longer finite."
            )
        return prediction
