"""Loss unit: what the targets of a bounded output do to the size of the loss."""

import numpy as np

from ..network import LOSSES, OUT_ACTIVATIONS


def loss_unit(targets, samples):
    """Return the loss of the targets relative to the loss of standardised ones.

    It is 1, except for the numbers that a bounded output predicts, which are never
    standardised: there it is their variance, or for losses that grow linearly the
    standard deviation, as a mean over the outputs. For constants, it is 1 as well.
    """
    if targets.are_labels or not OUT_ACTIVATIONS[targets.out_activation].saturates:
        return 1.0
    Y, weights = samples.Y.astype(np.float64), samples.sample_weight
    distances = Y - np.average(Y, weights=weights, axis=0)
    variances = np.average(distances**2, weights=weights, axis=0)
    unit = np.mean(variances ** (LOSSES[targets.network_loss].degree / 2))
    return float(unit) or 1.0
