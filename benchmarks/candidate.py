"""Candidates: rules of training that the defaults were chosen from.

A candidate trains with the library's own network, but may decay the rate, average the
weights, scale the initial weights and derive alpha from the shape of the data.
"""

import contextlib
import math
from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from sknn_simple.network import (
    SGD,
    Constant,
    Objective,
    Samples,
    Trainer,
    TrainingState,
    draw_parameters,
    predict,
)

with contextlib.suppress(ImportError):  # the compiled engine, if there is one
    from sknn_simple.network.compiled import Trainer


@dataclass
class Decaying(Constant):
    """learning_rate_init / (1 + t / decay_rows), where t is the number of rows seen."""

    decay_rows: float = math.inf

    def learning_rate(self, t):
        return self.learning_rate_init / (1 + t / self.decay_rows)

    def learning_rates(self, t, n_samples, n_epochs):
        begins = t + n_samples * np.arange(n_epochs)
        return self.learning_rate_init / (1 + begins / self.decay_rows)


class Candidate(BaseEstimator):
    """A network with sigmoids, trained by one rule.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int, default=(100,)

    rate : float, default=0.1
        Learning rate of the first epoch.

    rate_times_width : float or None, default=None
        If given, the rate is at most this over the width of the last hidden layer.

    momentum : float, default=0.9

    decay_rows : float, default=np.inf
        Number of rows after which the rate is half of `rate`.

    alpha : float, default=0.0001

    alpha_by_features : float, default=0.0
        If positive, alpha is this times the number of features, and at most the
        number of rows / 200.

    gain : float, default=1.0
        Factor of LeCun's initial weights in the hidden layers.

    averages : bool, default=False
        Whether to predict with weights that are averaged over the epochs.

    n_epochs : int, default=200

    n_updates : int, default=0
        Least number of updates, which may take more than `n_epochs`.

    random_state : int, default=0
    """

    def __init__(
        self,
        hidden_layer_sizes=(100,),
        *,
        rate=0.1,
        rate_times_width=None,
        momentum=0.9,
        decay_rows=np.inf,
        alpha=1e-4,
        alpha_by_features=0.0,
        gain=1.0,
        averages=False,
        n_epochs=200,
        n_updates=0,
        random_state=0,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.rate = rate
        self.rate_times_width = rate_times_width
        self.momentum = momentum
        self.decay_rows = decay_rows
        self.alpha = alpha
        self.alpha_by_features = alpha_by_features
        self.gain = gain
        self.averages = averages
        self.n_epochs = n_epochs
        self.n_updates = n_updates
        self.random_state = random_state

    def _train(self, X, Y, loss, out_activation):
        """Train on float64 samples; the result is in `parameters_`."""
        n_samples, n_features = X.shape
        rng = np.random.RandomState(self.random_state)
        sizes = (n_features, *self.hidden_layer_sizes, Y.shape[1])
        parameters = draw_parameters(sizes, rng, "lecun_uniform")
        for part in (*parameters.coefs[:-1], *parameters.intercepts[:-1]):
            part *= self.gain
        rate, alpha = self.rate, self.alpha
        if self.rate_times_width is not None:
            rate = min(rate, self.rate_times_width / self.hidden_layer_sizes[-1])
        if self.alpha_by_features:
            alpha = min(self.alpha_by_features * n_features, n_samples / 200)
        state = TrainingState(
            parameters, SGD(self.momentum, True), Decaying(rate, self.decay_rows), rng
        )
        trainer = Trainer(
            state,
            Samples(X, Y),
            Objective(loss, "logistic", out_activation, alpha),
            batch_size=32,
        )
        per_epoch = math.ceil(n_samples / 32)
        average = parameters.flat.copy()
        for k in range(max(self.n_epochs, math.ceil(self.n_updates / per_epoch))):
            trainer.train(1)
            average += min(1, 4 / (k + 4)) * (parameters.flat - average)
        self.parameters_ = parameters.view(average) if self.averages else parameters

    def _raw_prediction(self, X):
        parameters = self.parameters_
        return predict(X, parameters.coefs, parameters.intercepts, "logistic")


class CandidateClassifier(ClassifierMixin, Candidate):
    """A candidate with a softmax output."""

    def fit(self, X, y):
        """Train on the classes of `y`."""
        self.classes_, codes = np.unique(y, return_inverse=True)
        Y = np.eye(len(self.classes_))[codes]
        if len(self.classes_) > 2:
            self._train(X, Y, "softmax_log_loss", "softmax")
        else:
            self._train(X, Y[:, 1:], "binary_log_loss", "logistic")
        return self

    def predict_proba(self, X):
        """Return the probability of each class."""
        raw = self._raw_prediction(X)
        if raw.shape[1] == 1:
            raw = np.hstack([np.zeros_like(raw), raw])
        powers = np.exp(raw - raw.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def predict(self, X):
        """Return the most probable class of each sample."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


class CandidateRegressor(RegressorMixin, Candidate):
    """A candidate with an identity output, trained on standardised targets."""

    def fit(self, X, y):
        """Train on the targets `y`, shape (n_samples,)."""
        self.mean_, self.scale_ = y.mean(), y.std()
        self._train(
            X, (y[:, None] - self.mean_) / self.scale_, "squared_error", "identity"
        )
        return self

    def predict(self, X):
        """Return the predicted targets."""
        return self._raw_prediction(X)[:, 0] * self.scale_ + self.mean_
