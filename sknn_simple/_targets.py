"""Targets: y as the user gives it, and as the outputs of the network.

Each class encodes y as ``Y`` of shape ``(n_samples, n_outputs)``, names the loss
and the output activation of the network that learns it, and turns raw
predictions (the output layer's pre-activations, of the same shape as ``Y``) back
into predictions.
"""

import copy

import numpy as np
from scipy.special import expit, log_expit, log_softmax
from sklearn.metrics import accuracy_score, r2_score
from sklearn.preprocessing import LabelEncoder
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from .network import OUT_ACTIVATIONS
from .network.activations import softmax


class Targets:
    """Base of all targets.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,) or None
        The labels; None for a regressor.

    multilabel : bool
        Whether a sample has any number of labels.

    is_scaled : bool
        Whether the network is trained on standardised targets.

    n_outputs : int

    network_loss, out_activation : str
        Loss and output activation of the network.
    """

    classes = None
    multilabel = False
    is_scaled = False
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
        dtype = parameters.flat.dtype
        return parameters.coefs, parameters.intercepts or [
            np.zeros(coef.shape[1], dtype) for coef in parameters.coefs
        ]

    def unfold(self, coefs, intercepts):
        """Convert lists of coefs and intercepts, or None, to the units of training."""


class LabelTargets(Targets):
    """Base of the targets of a classifier.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)

    loss : {'log_loss', 'squared_error'}
    """

    out_activation = "logistic"
    log_loss = "binary_log_loss"

    def __init__(self, classes, loss):
        self.classes = np.asarray(classes)
        self.n_outputs = len(self.classes)
        self.network_loss = self.log_loss if loss == "log_loss" else loss

    def score(self, raw_prediction, y, sample_weight):
        """Return the accuracy on the labels `y`."""
        return accuracy_score(
            y, self.predict(raw_prediction), sample_weight=sample_weight
        )

    def decision(self, raw_prediction):
        """Return the result of `decision_function`."""
        return raw_prediction


def label_codes(y, classes):
    """Return the index of each label in `classes`, shape (n_samples,)."""
    if y.ndim != 1:
        raise ValueError(f"y must be of shape (n_samples,), got {y.shape}.")
    encoder = LabelEncoder()
    encoder.classes_ = classes
    try:
        return encoder.transform(y)
    except ValueError as error:
        unseen = sorted(set(y.tolist()) - set(classes.tolist()), key=str)
        raise ValueError(
            f"y must hold only the classes {classes.tolist()}, got also {unseen}."
        ) from error


class BinaryTargets(LabelTargets):
    """Two classes, or one: a single output, positive for the last class.

    One class, as a small training fold may hold, is predicted for every output.
    """

    def __init__(self, classes, loss):
        super().__init__(classes, loss)
        self.n_outputs = 1

    def encode(self, y, dtype):
        """Return 1 for the last class, else 0."""
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
        """Shape (n_samples, n_classes), never -inf for a finite raw prediction."""
        if len(self.classes) == 1:
            return np.zeros_like(raw_prediction)
        return log_expit(np.hstack([-raw_prediction, raw_prediction]))

    def probabilities(self, raw_prediction):
        """Shape (n_samples, n_classes)."""
        if len(self.classes) == 1:
            return np.ones_like(raw_prediction)
        return expit(np.hstack([-raw_prediction, raw_prediction]))


class MulticlassTargets(LabelTargets):
    """Three or more classes: an output for each, of which the largest wins.

    Under squared error each output is a sigmoid, and the probabilities are the
    sigmoids, scaled to sum to one.
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
        # Beyond the lowest float there is -inf.
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
    """Any number of labels per sample, as an indicator matrix: an output for each."""

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


def kind_of_labels(y):
    """Return scikit-learn's `type_of_target`, or raise its error unless y is labels."""
    if np.ndim(y) == 0:
        raise ValueError(f"y must be array-like of shape (n_samples,), got {y!r}.")
    # Both cast NaN and huge numbers to integers, to see whether they are whole.
    with np.errstate(invalid="ignore"):
        kind = type_of_target(y, input_name="y")
        if not kind.startswith(("binary", "multi")):
            check_classification_targets(y)  # which raises
    return kind


def label_targets(y, loss, classes=None):
    """Make the targets for the kind of labels that `y` holds.

    Parameters
    ----------
    y : ndarray of shape (n_samples,) or (n_samples, n_labels)

    loss : {'log_loss', 'squared_error'}

    classes : ndarray of shape (n_classes,), default=None
        All classes, where `y` may lack some.

    Returns
    -------
    targets : LabelTargets
    """
    kind = kind_of_labels(y)
    if kind == "multiclass-multioutput":
        raise ValueError(
            "y must be labels of shape (n_samples,), or a multilabel indicator "
            "matrix of zeros and ones; got several columns of multiclass labels. Wrap "
            "the classifier in sklearn.multioutput.MultiOutputClassifier."
        )
    if kind == "multilabel-indicator":
        return MultilabelTargets(np.arange(y.shape[1]), loss)
    classes = LabelEncoder().fit(y if classes is None else classes).classes_
    return (BinaryTargets if len(classes) <= 2 else MulticlassTargets)(classes, loss)


def r2(y, prediction, sample_weight=None):
    """Return scikit-learn's R^2, also of numbers whose squares overflow or vanish.

    Both are divided by the same power of two, which changes no digit.
    """
    y, prediction = (part.reshape(len(part), -1) for part in (y, prediction))
    if y.shape[1] == prediction.shape[1]:  # or else scikit-learn raises
        exponents = [np.frexp(np.abs(part).max(axis=0))[1] for part in (y, prediction)]
        # Where y is next to nothing, the squares of the predictions decide.
        room = np.finfo(prediction.dtype).maxexp // 2 - 12
        exponent = np.maximum(exponents[0], exponents[1] - room)
        y, prediction = (np.ldexp(part, -exponent) for part in (y, prediction))
    with np.errstate(over="ignore", invalid="ignore"):
        score = r2_score(y, prediction, sample_weight=sample_weight)
    if score == -np.inf:
        raise ValueError("y is too far from the predictions: R^2 would be infinite.")
    return score


class RegressionTargets(Targets):
    """Numbers; with an identity output they may be standardised.

    Parameters
    ----------
    n_outputs : int

    squeeze : bool
        Whether y, and so the predictions, are of shape (n_samples,).

    loss : {'squared_error', 'absolute_error', 'poisson'}

    out_activation : {'identity', 'logistic', 'tanh', 'relu', 'exp'}

    is_scaled : bool
        Whether `scaled_to` standardises y.

    Attributes
    ----------
    mean, scale : ndarray of shape (n_outputs,)
        The network is trained on (y - mean) / scale.
    """

    def __init__(self, n_outputs, squeeze, loss, out_activation, is_scaled):
        self.n_outputs = n_outputs
        self.squeeze = squeeze
        self.network_loss = loss
        self.out_activation = out_activation
        self.is_scaled = is_scaled
        self.mean, self.scale = np.zeros(n_outputs), np.ones(n_outputs)

    def scaled_to(self, samples, center):
        """Return targets standardised by the deviation of `samples`, if scaled.

        With `center`, the weighted mean is subtracted as well.
        """
        if not self.is_scaled:
            return self
        y, weights = samples.y, samples.sample_weight
        if weights is not None:
            y, weights = y[weights > 0], weights[weights > 0]
        Y = y.reshape(len(y), -1).astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            mean = np.average(Y, weights=weights, axis=0)
            # Squares of very large or small numbers would overflow or vanish.
            largest = np.abs(Y - mean).max(axis=0)
            largest[largest == 0] = 1.0
            squares = ((Y - mean) / largest) ** 2
        scale = largest * np.sqrt(np.average(squares, weights=weights, axis=0))
        # A y that is constant up to rounding keeps its scale.
        scale[scale <= 10 * np.finfo(np.float64).eps * np.abs(mean)] = 1.0
        scaled = copy.copy(self)
        scaled.mean = mean if center else np.zeros_like(mean)
        scaled.scale = scale
        return scaled

    def output_bias(self, Y, sample_weight):
        """Return log(mean) for an exponential output, which then starts at the mean."""
        if self.out_activation != "exp":
            return None
        mean = np.average(Y, weights=sample_weight, axis=0)
        return np.log(mean, out=np.zeros_like(mean), where=mean > 0)

    def fold(self, parameters):
        """Put the scaling of y into the last layer.

        Raises
        ------
        ValueError
            If the dtype of the parameters cannot hold the result.
        """
        coefs, intercepts = super().fold(parameters)
        dtype = parameters.flat.dtype
        with np.errstate(over="ignore"):
            coefs[-1] = (coefs[-1] * self.scale).astype(dtype)
            intercepts[-1] = (intercepts[-1] * self.scale + self.mean).astype(dtype)
        if not (np.isfinite(coefs[-1]).all() and np.isfinite(intercepts[-1]).all()):
            raise ValueError(
                "y is too large: in its units, coefs_ or intercepts_ are not finite as "
                f"{dtype}, the type of X. Scale y."
            )
        return coefs, intercepts

    def unfold(self, coefs, intercepts):
        """Take the scaling of y out of the last layer."""
        if coefs:
            coefs[-1] = coefs[-1] / self.scale
        if intercepts:
            intercepts[-1] = (intercepts[-1] - self.mean) / self.scale

    def score(self, raw_prediction, y, sample_weight):
        """Return R^2 on `y` of a network in the units of training."""
        prediction = self.predict(raw_prediction * self.scale + self.mean)
        return r2(y, prediction, sample_weight)

    def encode(self, y, dtype):
        """Return the columns of y, standardised if they are scaled."""
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
                f"y must be finite as {Y.dtype}, the type of X, also in units of its "
                f"deviation, got values from {y.min():.3g} to {y.max():.3g}. {advice}."
            )
        return Y

    def predict(self, raw_prediction):
        """Return predictions in the units of y; the raw ones are overwritten."""
        with np.errstate(over="ignore"):
            OUT_ACTIVATIONS[self.out_activation].function(raw_prediction)
        if self.out_activation == "exp" and not np.isfinite(raw_prediction).all():
            raise ValueError(
                "X is too large for this network, whose predictions for it are no "
                "longer finite."
            )
        return raw_prediction[:, 0] if self.squeeze else raw_prediction
