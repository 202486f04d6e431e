"""Targets: y as the user gives it, and as the outputs of the network.

Each class encodes y as ``Y`` of shape ``(n_samples, n_outputs)``, names the loss
and the output activation of the network that learns it, and decodes raw
predictions (the output layer's pre-activations, of the same shape as ``Y``).
"""

import copy
import warnings
from statistics import NormalDist

import numpy as np
from scipy.special import expit, log_expit, log_softmax
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from .network import LOSSES, OUT_ACTIVATIONS
from .network.activations import softmax


class Targets:
    """Base of all targets."""

    classes = None  # labels, shape (n_classes,); None for a regressor
    multilabel = False  # whether a sample may have any number of labels
    is_scaled = False  # whether the network is trained on scaled targets
    n_outputs: int
    network_loss: str
    out_activation: str

    def scaled_to(self, samples, center):
        """Return the targets, standardised by `samples` if they are scaled."""
        return self

    def output_bias(self, Y, sample_weight):
        """Return the output's initial intercept, or None to draw it."""
        return None

    def fold(self, parameters):
        """Return coefs and intercepts of a network that predicts in the units of y.

        They may be views of `parameters`, which must not be used afterwards. A network
        without biases gets intercepts of zeros.
        """
        coefs, intercepts = parameters.coefs, parameters.intercepts
        return coefs, intercepts or [np.zeros_like(coef[0]) for coef in coefs]

    def lose_digits(self, dtype):
        """Return whether predictions of this dtype are too coarse for y."""
        return False

    def unfold(self, coefs, intercepts):
        """Convert lists of coefs and intercepts (or None) to the units of training."""


class LabelTargets(Targets):
    """Base of a classifier's targets, for 'log_loss' or a squared error."""

    out_activation = "logistic"
    log_loss = "binary_log_loss"

    def __init__(self, classes, loss):
        self.classes = np.asarray(classes)
        self.n_outputs = len(self.classes)
        self.network_loss = self.log_loss if loss == "log_loss" else loss

    def score(self, raw_prediction, y, sample_weight):
        """Return the accuracy on the labels `y`."""
        prediction = self.predict(raw_prediction)
        return accuracy_score(y, prediction, sample_weight=sample_weight)

    def decision(self, raw_prediction):
        """Return the result of `decision_function`."""
        return raw_prediction


def find_classes(labels):
    """Return the classes among labels, sorted, shape (n_classes,)."""
    try:
        return np.unique(labels)
    except TypeError as error:
        types = sorted({type(label).__name__ for label in labels})
        raise TypeError(
            f"labels must be sortable, got the types {types}. Convert them all to one "
            "type, such as str."
        ) from error


def label_codes(y, classes):
    """Return the index of each label in the sorted `classes`, shape (n_samples,)."""
    if y.ndim != 1:
        raise ValueError(f"y must be of shape (n_samples,), got {y.shape}.")
    try:
        codes = np.searchsorted(classes, y)
        codes[codes == len(classes)] = 0  # above all classes
        if (classes[codes] == y).all():
            return codes
    except TypeError:  # labels that cannot be compared with the classes
        pass
    known = classes.tolist()
    unseen = {str(label): label for label in y.tolist() if label not in known}
    some = [unseen[label] for label in sorted(unseen)][:10]
    also = "also " * any(label in known for label in y.tolist())
    raise ValueError(f"y must hold only the classes {known}, got {also}{some}.")


class BinaryTargets(LabelTargets):
    """Two classes, or one: a single output, positive for the last class.

    A single class, as in a small training fold, is predicted for every sample.
    """

    def __init__(self, classes, loss):
        super().__init__(classes, loss)
        self.n_outputs = 1

    def encode(self, y, dtype):
        """Return 1 for the last class and 0 for the other."""
        last = len(self.classes) - 1
        return (label_codes(y, self.classes) == last).astype(dtype).reshape(-1, 1)

    def predict(self, raw_prediction):
        """Return labels, shape (n_samples,)."""
        positive = raw_prediction[:, 0] > 0
        return self.classes[np.minimum(positive, len(self.classes) - 1).astype(int)]

    def decision(self, raw_prediction):
        """Return the result of `decision_function`, shape (n_samples,)."""
        return raw_prediction[:, 0]

    def log_probabilities(self, raw_prediction):
        """Return logarithms, shape (n_samples, n_classes), finite if the input is."""
        if len(self.classes) == 1:
            return np.zeros_like(raw_prediction)
        return log_expit(np.hstack([-raw_prediction, raw_prediction]))

    def probabilities(self, raw_prediction):
        """Return probabilities, shape (n_samples, n_classes)."""
        if len(self.classes) == 1:
            return np.ones_like(raw_prediction)
        return expit(np.hstack([-raw_prediction, raw_prediction]))


class MulticlassTargets(LabelTargets):
    """Three or more classes: one output each; the largest is predicted.

    Under squared error the outputs are sigmoids, and the probabilities are these
    sigmoids scaled to sum to one.
    """

    log_loss = "softmax_log_loss"

    def __init__(self, classes, loss):
        super().__init__(classes, loss)
        self.out_activation = "softmax" if loss == "log_loss" else "logistic"

    def encode(self, y, dtype):
        """Return a column per class: 1 in the column of the label, else 0."""
        codes = label_codes(y, self.classes)
        Y = np.zeros((len(codes), self.n_outputs), dtype=dtype)
        Y[np.arange(len(codes)), codes] = 1
        return Y

    def predict(self, raw_prediction):
        return self.classes[raw_prediction.argmax(axis=1)]

    def log_probabilities(self, raw_prediction):
        if self.out_activation == "logistic":
            raw_prediction = log_expit(raw_prediction)
        # Logarithms below the lowest float would be -inf.
        with np.errstate(over="ignore"):
            logarithms = log_softmax(raw_prediction, axis=1)
        return np.maximum(logarithms, np.finfo(logarithms.dtype).min)

    def probabilities(self, raw_prediction):
        if self.out_activation == "logistic":
            raw_prediction = log_expit(raw_prediction)
        with np.errstate(over="ignore"):
            softmax(raw_prediction)
        return raw_prediction


class MultilabelTargets(LabelTargets):
    """Any number of labels per sample, as an indicator matrix: one output each."""

    multilabel = True

    def encode(self, y, dtype):
        """Return the indicator matrix as floats."""
        if y.ndim != 2 or y.shape[1] != self.n_outputs or not np.isin(y, (0, 1)).all():
            raise ValueError(
                f"y must be an indicator matrix of zeros and ones with "
                f"{self.n_outputs} columns, one per label, got shape {y.shape}."
            )
        return y.astype(dtype)

    def predict(self, raw_prediction):
        """Return the indicator matrix, shape (n_samples, n_labels)."""
        return (raw_prediction > 0).astype(int)

    def log_probabilities(self, raw_prediction):
        return log_expit(raw_prediction)

    def probabilities(self, raw_prediction):
        return expit(raw_prediction)


def are_multilabel(y):
    """Return whether labels are a multilabel indicator matrix, or raise an error."""
    if np.ndim(y) == 0:
        raise ValueError(f"y must be array-like of shape (n_samples,), got {y!r}.")
    if isinstance(y, np.ndarray) and y.ndim == 1 and y.dtype.kind in "biu":
        return False  # type_of_target would validate the vector several times
    # Both functions cast NaN and huge numbers to integers to test if they are whole.
    with np.errstate(invalid="ignore"):
        kind = type_of_target(y, input_name="y")
        if kind.startswith("continuous"):
            raise ValueError(
                f"Unknown label type: {kind}. y must hold labels of classes, got "
                "continuous numbers. SimpleMLPRegressor predicts numbers."
            )
        if not kind.startswith(("binary", "multi")):
            check_classification_targets(y)  # which raises
    if kind == "multiclass-multioutput":
        raise ValueError(
            "y must be labels of shape (n_samples,), or a multilabel indicator "
            "matrix of zeros and ones; got several columns of multiclass labels. Wrap "
            "the classifier in sklearn.multioutput.MultiOutputClassifier."
        )
    return kind == "multilabel-indicator"


def _warn_of_quantities(y, classes):
    """Warn of labels like a quantity, as scikit-learn's classifiers do."""
    if y.dtype.kind in "iuf" and len(y) > 20 and len(classes) > len(y) / 2:
        warnings.warn(
            f"y has {len(classes)} classes in {len(y)} samples. If y is a quantity, "
            "use SimpleMLPRegressor.",
            stacklevel=2,
        )


def label_targets(y, loss, classes=None):
    """Return the LabelTargets for `y`, (n_samples,) or (n_samples, n_labels).

    `classes` are all classes, if `y` may lack some.
    """
    if are_multilabel(y):
        return MultilabelTargets(np.arange(y.shape[1]), loss)
    if classes is None:
        classes = find_classes(y)
        _warn_of_quantities(y, classes)
    else:
        classes = find_classes(classes)
    return (BinaryTargets if len(classes) <= 2 else MulticlassTargets)(classes, loss)


def r2(y, prediction, sample_weight=None):
    """Return scikit-learn's R^2, even for numbers whose squares overflow or vanish.

    Both arrays are divided by the same power of two, which changes no digit.
    """
    y, prediction = (part.reshape(len(part), -1) for part in (y, prediction))
    if y.shape[1] == prediction.shape[1]:  # otherwise scikit-learn raises
        exponents = [np.frexp(np.abs(part).max(axis=0))[1] for part in (y, prediction)]
        # If y is much smaller than the predictions, their squares set the limit.
        room = np.finfo(prediction.dtype).maxexp // 2 - 12
        exponent = np.maximum(exponents[0], exponents[1] - room)
        y, prediction = (np.ldexp(part, -exponent) for part in (y, prediction))
    with np.errstate(over="ignore", invalid="ignore"):
        score = r2_score(y, prediction, sample_weight=sample_weight)
    if score == -np.inf:
        raise ValueError("y is too far from the predictions: R^2 would be infinite.")
    return score


QUARTILES_OF_NORMAL = 2 * NormalDist().inv_cdf(0.75)
TWENTIETHS_OF_NORMAL = 2 * NormalDist().inv_cdf(0.95)
"""Distances of the quartiles, and of the quantiles 0.05 and 0.95, of a normal
distribution of deviation 1."""


def center_and_scale(Y, weights, robust=False):
    """Return the weighted mean and standard deviation of each column.

    The scale of a constant is at least 1, so that its rounding errors do not grow.

    With `robust`, return the median, and the deviation of a normal distribution with
    the same quartiles. If most targets are nearly equal, the quartiles show only their
    noise: the scale is at least a tenth of the deviation of a normal distribution with
    the same quantiles 0.05 and 0.95. If the quartiles are equal, it is the standard
    deviation.
    """
    Y = Y.astype(np.float64)
    # Sums of very large numbers would overflow; powers of two change no digit.
    exponent = np.frexp(np.abs(Y).max(axis=0))[1]
    Y = np.ldexp(Y, -exponent)
    # The mean of a constant is exactly this constant.
    mean = Y[0] + np.average(Y - Y[0], weights=weights, axis=0)
    # Squares of very small numbers would vanish.
    largest = np.abs(Y - mean).max(axis=0)
    largest[largest == 0] = 1.0
    squares = ((Y - mean) / largest) ** 2
    scale = largest * np.sqrt(np.average(squares, weights=weights, axis=0))
    if robust:
        shares = 0.05, 0.25, 0.5, 0.75, 0.95
        options = {"weights": weights, "method": "inverted_cdf"}
        lowest, low, mean, high, highest = np.quantile(Y, shares, axis=0, **options)
        spread = (high - low) / QUARTILES_OF_NORMAL
        spread = np.maximum(spread, (highest - lowest) / TWENTIETHS_OF_NORMAL / 10)
        scale = np.where(high > low, spread, scale)
    mean, scale = np.ldexp(mean, exponent), np.ldexp(scale, exponent)
    only_rounding = scale <= 10 * np.finfo(np.float64).eps * np.abs(mean)
    scale[only_rounding] = np.maximum(scale[only_rounding], 1.0)
    return mean, scale


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
