"""Loss unit: what targets that are not scaled do to the sizes of loss and weights."""

import numpy as np

from ..network import LOSSES, OUT_ACTIVATIONS

FEWEST = 32
"""Number of samples that show the spread of the targets."""


def spreads(samples):
    """Return the weighted standard deviation of each target, shape (n_outputs,)."""
    Y, weights = samples.Y.astype(np.float64), samples.sample_weight
    distances = Y - np.average(Y, weights=weights, axis=0)
    return np.sqrt(np.average(distances**2, weights=weights, axis=0))


def losses_of(errors, targets):
    """Return the losses of errors of this size.

    Of the Huber loss, the threshold of targets that are not scaled is taken to be 1.
    """
    loss = LOSSES[targets.network_loss]
    if loss.robust and loss.degree == 2:
        return errors * np.minimum(errors, 1)
    return errors**loss.degree


def loss_unit(targets, samples):
    """Return the loss of the targets relative to the loss of standardised ones.

    It is 1, except for numbers under an output whose targets cannot be scaled: there it
    is their variance, or for losses that grow linearly the standard deviation, as a
    mean over the outputs. For constants, it is 1 as well.
    """
    if has_usual_units(targets, samples):
        return 1.0
    return float(np.mean(losses_of(spreads(samples), targets))) or 1.0


def penalty_unit(targets, samples):
    """Return the `loss_unit`, divided by the `weight_units`."""
    if has_usual_units(targets, samples):
        return 1.0
    losses = losses_of(spreads(samples), targets)
    return float(np.mean(losses / weight_units(targets, samples))) or 1.0


def weight_units(targets, samples):
    """Return the size of the output coefs of targets that are not scaled.

    It is their spread, divided by the slope at their mean if that is above 1, as of
    an exponential. It is at least 1: small targets of softplus lie where it is an
    exponential, and a bounded output has no large ones.
    """
    if has_usual_units(targets, samples):
        return np.ones(samples.Y.shape[1])
    _, Y, weights = samples
    means = np.average(Y.astype(np.float64), weights=weights, axis=0)[None]
    slopes = np.ones_like(means)
    OUT_ACTIVATIONS[targets.out_activation].derivative(means, slopes)
    return np.maximum(1.0, spreads(samples) / np.maximum(1.0, slopes[0]))


def has_usual_units(targets, samples):
    """Return whether the sizes are those of standardised targets, as far as known.

    A few rows, as in the calls of a stream, do not show the spread; if the range of the
    output is bounded, it is at least not far above 1.
    """
    out = OUT_ACTIVATIONS[targets.out_activation]
    is_unknown = len(samples.Y) < FEWEST and not out.saturates
    return targets.are_labels or not out.has_units or is_unknown
