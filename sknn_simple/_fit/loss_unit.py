"""Loss unit: what targets that are not scaled do to the sizes of loss and weights."""

import numpy as np

from ..network import LOSSES, OUT_ACTIVATIONS


def spreads(samples):
    """Return the weighted standard deviation of each target, shape (n_outputs,)."""
    Y, weights = samples.Y.astype(np.float64), samples.sample_weight
    distances = Y - np.average(Y, weights=weights, axis=0)
    return np.sqrt(np.average(distances**2, weights=weights, axis=0))


def loss_unit(targets, samples):
    """Return the loss of the targets relative to the loss of standardised ones.

    It is 1, except for numbers under an output whose targets cannot be scaled: there it
    is their variance, or for losses that grow linearly the standard deviation, as a
    mean over the outputs. For constants, it is 1 as well.
    """
    if _may_be_scaled(targets):
        return 1.0
    degree = LOSSES[targets.network_loss].degree
    return float(np.mean(spreads(samples) ** degree)) or 1.0


def penalty_unit(targets, samples):
    """Return the `loss_unit`, divided by the `weight_units`."""
    if _may_be_scaled(targets):
        return 1.0
    degree = LOSSES[targets.network_loss].degree
    units = spreads(samples) ** degree / weight_units(targets, samples)
    return float(np.mean(units)) or 1.0


def weight_units(targets, samples):
    """Return the size of the output coefs of targets that are not scaled.

    It is their spread, divided by the slope at their mean if that is above 1, as of
    an exponential. It is at least 1: small targets of softplus lie where it is an
    exponential, and a bounded output has no large ones.
    """
    _, Y, weights = samples
    means = np.average(Y.astype(np.float64), weights=weights, axis=0)[None]
    slopes = np.ones_like(means)
    OUT_ACTIVATIONS[targets.out_activation].derivative(means, slopes)
    return np.maximum(1.0, spreads(samples) / np.maximum(1.0, slopes[0]))


def _may_be_scaled(targets):
    return targets.are_labels or not OUT_ACTIVATIONS[targets.out_activation].has_units
