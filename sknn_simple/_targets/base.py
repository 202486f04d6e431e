"""Base of all targets: y as the user gives it, and as the outputs of the network.

A subclass encodes y as ``Y`` of shape ``(n_samples, n_outputs)``, names the loss and
the output activation of the network that learns it, and decodes raw predictions (the
output layer's pre-activations, of the same shape as ``Y``). ``slopes`` are derivatives
of what a method of the estimator returns by the raw predictions: they have one more
axis, of length n_outputs.
"""

import numpy as np


class Targets:
    """Base of all targets."""

    classes = None  # labels, shape (n_classes,); None for a regressor
    are_labels = False  # whether they are a classifier's
    multilabel = False  # whether a sample may have any number of labels
    are_counts = False  # whether they are counts, under an exponential output
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


def on_diagonals(rows):
    """Return a diagonal matrix per row: shape (n, k) becomes (n, k, k)."""
    return rows[:, :, None] * np.eye(rows.shape[1], dtype=rows.dtype)
