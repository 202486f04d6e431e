"""Labels: the targets of a classifier, which one or more outputs encode."""

import numpy as np
from scipy.special import expit, log_expit, log_softmax
from sklearn.metrics import accuracy_score

from ..network.activations import softmax
from .base import Targets, on_diagonals
from .classes import are_multilabel, find_classes, label_codes, warn_of_quantities


class LabelTargets(Targets):
    """Base of a classifier's targets, for 'log_loss' or a squared error."""

    are_labels = True
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

    def slopes(self, response_method, raw_prediction):
        """Return the derivatives of a response by the raw prediction."""
        if response_method == "decision_function":
            return self.decision(on_diagonals(np.ones_like(raw_prediction)))
        of_logarithms = self.log_probability_slopes(raw_prediction)
        if response_method == "predict_log_proba":
            return of_logarithms
        return self.probabilities(raw_prediction.copy())[:, :, None] * of_logarithms


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

    def log_probability_slopes(self, raw_prediction):
        """Return slopes of log(1 - p) and log(p), shape (n_samples, n_classes, 1)."""
        if len(self.classes) == 1:
            return np.zeros_like(raw_prediction)[:, :, None]
        return np.stack([-expit(raw_prediction), expit(-raw_prediction)], axis=1)


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

    def log_probability_slopes(self, raw_prediction):
        """Return slopes, shape (n_samples, n_classes, n_outputs)."""
        probabilities = self.probabilities(raw_prediction.copy())
        slopes = on_diagonals(np.ones_like(raw_prediction)) - probabilities[:, None, :]
        if self.out_activation == "logistic":  # whose logarithms softmax takes
            slopes *= expit(-raw_prediction)[:, None, :]
        return slopes


class MultilabelTargets(LabelTargets):
    """Any number of labels per sample, as an indicator matrix: one output each."""

    multilabel = True

    def encode(self, y, dtype):
        """Return the indicator matrix as floats."""
        allowed = (
            f"y must be an indicator matrix of zeros and ones with {self.n_outputs} "
            "columns, one per label"
        )
        if y.ndim != 2 or y.shape[1] != self.n_outputs:
            raise ValueError(f"{allowed}, got shape {y.shape}.")
        others = y[~np.isin(y, (0, 1))]
        if len(others):
            raise ValueError(
                f"{allowed}, got {others[0]}. Convert y, for instance with "
                "(y > 0).astype(int)."
            )
        return y.astype(dtype)

    def predict(self, raw_prediction):
        """Return the indicator matrix, shape (n_samples, n_labels)."""
        return (raw_prediction > 0).astype(int)

    def log_probabilities(self, raw_prediction):
        return log_expit(raw_prediction)

    def probabilities(self, raw_prediction):
        return expit(raw_prediction)

    def log_probability_slopes(self, raw_prediction):
        """Return slopes, shape (n_samples, n_labels, n_labels)."""
        return on_diagonals(expit(-raw_prediction))


def label_targets(y, loss, classes=None):
    """Return the LabelTargets for `y`, (n_samples,) or (n_samples, n_labels).

    `classes` are all classes, if `y` may lack some.
    """
    if are_multilabel(y):
        return MultilabelTargets(np.arange(y.shape[1]), loss)
    if classes is None:
        classes = find_classes(y)
        warn_of_quantities(y, classes)
    else:
        classes = find_classes(classes)
    return (BinaryTargets if len(classes) <= 2 else MulticlassTargets)(classes, loss)
