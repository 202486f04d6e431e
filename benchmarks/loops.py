"""The tutorials' bare NumPy loops, and the products that no training can do without.

Each loop takes a Training and returns the trained arrays.
"""

import numpy as np


def soft_targets(training):
    """The 3-4-1 network without biases, all rows at once; its rate is 1."""
    X, y = training.X, training.Y
    first, second = training.start().coefs
    for _ in range(training.n_epochs):
        hidden = 1 / (1 + np.exp(-np.dot(X, first)))
        output = 1 / (1 + np.exp(-np.dot(hidden, second)))
        output_delta = (y - output) * output * (1 - output)
        hidden_delta = np.dot(output_delta, second.T) * hidden * (1 - hidden)
        second += np.dot(hidden.T, output_delta)
        first += np.dot(X.T, hidden_delta)
    return [first, second]


def people(training):
    """The 2-2-1 network with biases, row by row; its rate is 0.1 for (y - output)^2."""
    X, y, start = training.X, training.y, training.start()
    (first, second), (first_bias, second_bias) = start.coefs, start.intercepts
    rng = np.random.RandomState(0)
    for _ in range(training.n_epochs):
        for i in rng.permutation(len(X)) if training.shuffle else range(len(X)):
            x = X[i]
            hidden = 1 / (1 + np.exp(-(np.dot(x, first) + first_bias)))
            output = 1 / (1 + np.exp(-(np.dot(hidden, second) + second_bias)))
            output_delta = 0.2 * (output - y[i]) * output * (1 - output)
            hidden_delta = np.dot(second, output_delta) * hidden * (1 - hidden)
            second -= hidden[:, None] * output_delta
            second_bias -= output_delta
            first -= x[:, None] * hidden_delta
            first_bias -= hidden_delta
    return [first, second, first_bias, second_bias]


class MatrixProducts:
    """The five products of an epoch of a network with one hidden layer, alone."""

    def __init__(self, X, coefs, batch_size):
        (n_features, n_hidden), (_, n_outputs) = (coef.shape for coef in coefs)

        def memory(*shape):
            # Numbers of an ordinary size: subnormal ones would take longer.
            return np.full(shape, 0.01, dtype=X.dtype)

        self.X, self.coefs = X, coefs
        self.batch_size = batch_size
        self.hidden = memory(batch_size, n_hidden)
        self.output = memory(batch_size, n_outputs)
        self.output_delta = memory(batch_size, n_outputs)
        self.hidden_delta = memory(batch_size, n_hidden)
        self.gradients = memory(n_features, n_hidden), memory(n_hidden, n_outputs)

    def epoch(self):
        """Forward two, backward three, for each whole minibatch."""
        first, second = self.coefs
        first_gradient, second_gradient = self.gradients
        for start in range(0, len(self.X) - self.batch_size + 1, self.batch_size):
            X = self.X[start : start + self.batch_size]
            np.dot(X, first, out=self.hidden)
            np.dot(self.hidden, second, out=self.output)
            np.dot(self.hidden.T, self.output_delta, out=second_gradient)
            np.dot(self.output_delta, second.T, out=self.hidden_delta)
            np.dot(X.T, self.hidden_delta, out=first_gradient)
