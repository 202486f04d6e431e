"""Numbers: the targets of a regressor, which the network may learn standardised."""

import copy

import numpy as np

from ..network import LOSSES, OUT_ACTIVATIONS
from .base import Targets
from .scaling import center_and_scale
from .score import r2


class RegressionTargets(Targets):
    """Numbers; under an identity output they may be standardised.

    Under an exponential output they may be divided by their mean, so that the same
    learning rate and penalty suit counts of any size.
    """

    def __init__(self, n_outputs, squeeze, loss, out_activation, is_scaled):
        self.n_outputs = n_outputs
        self.squeeze = squeeze  # whether y and predictions are of shape (n_samples,)
        self.network_loss = loss
        self.out_activation = out_activation
        self.is_scaled = is_scaled  # whether `scaled_to` scales y
        # The network is trained on (y - mean) / scale; `mean` is 0 for counts.
        self.mean, self.scale = np.zeros(n_outputs), np.ones(n_outputs)

    def scaled_to(self, samples, center):
        """Return targets standardised by `samples`, if scaled.

        They are divided by a scale that outliers do not enlarge if the loss is robust.
        With `center`, they are also centred. Under an exponential output they are
        divided by their mean instead.
        """
        if not self.is_scaled:
            return self
        y, weights = samples.y, samples.sample_weight
        if weights is not None:
            y, weights = y[weights > 0], weights[weights > 0]
        robust = LOSSES[self.network_loss].robust
        mean, scale = center_and_scale(y.reshape(len(y), -1), weights, robust)
        if self.out_activation == "exp":
            mean, scale = np.zeros_like(mean), np.where(mean > 0, mean, 1.0)
        scaled = copy.copy(self)
        scaled.mean = mean if center else np.zeros_like(mean)
        scaled.scale = scale
        return scaled

    def _to_units_of_y(self):
        """Return the factor and the shift of raw predictions in the units of y."""
        if self.out_activation == "exp":
            return np.ones_like(self.scale), np.log(self.scale)
        return self.scale, self.mean

    def output_bias(self, Y, sample_weight):
        """Return log(mean) for an exponential output, so that it starts at the mean."""
        if self.out_activation != "exp":
            return None
        mean = np.average(Y, weights=sample_weight, axis=0)
        return np.log(mean, out=np.zeros_like(mean), where=mean > 0)

    def fold(self, parameters):
        """Put the scaling of y into the last layer, if its dtype can hold it."""
        coefs, intercepts = super().fold(parameters)
        dtype, (factor, shift) = parameters.flat.dtype, self._to_units_of_y()
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
        factor, shift = self._to_units_of_y()
        if coefs:
            coefs[-1] = coefs[-1] / factor
        if intercepts:
            intercepts[-1] = (intercepts[-1] - shift) / factor

    def score(self, raw_prediction, y, sample_weight):
        """Return the R^2 of raw predictions in the units of training."""
        factor, shift = self._to_units_of_y()
        prediction = self.predict(raw_prediction * factor + shift)
        return r2(y, prediction, sample_weight)

    def encode(self, y, dtype):
        """Return the columns of y, standardised if `is_scaled`."""
        Y = y.reshape(len(y), -1)
        if Y.shape[1] != self.n_outputs:
            raise ValueError(
                f"y must have as many outputs as in the first call, {self.n_outputs}, "
                f"got {Y.shape[1]}."
            )
        low, high = OUT_ACTIVATIONS[self.out_activation].bounds
        if Y.min() < low or Y.max() > high:
            what = f"out_activation={self.out_activation!r}"
            if self.network_loss == "poisson":
                what = "loss='poisson'"
            raise ValueError(
                f"y must lie in [{low}, {high}] for {what}, got values from "
                f"{Y.min():.6g} to {Y.max():.6g}."
            )
        with np.errstate(over="ignore"):
            Y = ((Y - self.mean) / self.scale).astype(dtype)
        if not np.isfinite(Y).all():
            advice = "Scale y" + ", or give X as float64" * (Y.dtype == np.float32)
            raise ValueError(
                f"y must be finite in {Y.dtype}, the dtype of X, also when "
                f"standardised, got values from {y.min():.3g} to {y.max():.3g}. "
                f"{advice}."
            )
        return Y

    def predict(self, raw_prediction):
        """Return predictions in the units of y, computed in place."""
        with np.errstate(over="ignore"):
            OUT_ACTIVATIONS[self.out_activation].function(raw_prediction)
        if self.out_activation == "exp" and not np.isfinite(raw_prediction).all():
            raise ValueError(
                "X is too large for this network, whose predictions for it are no "
                "longer finite."
            )
        return raw_prediction[:, 0] if self.squeeze else raw_prediction
