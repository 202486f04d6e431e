"""Stuck features: constant on new samples, though behind a scaler that centres."""

import numpy as np

from .other_units import LEAST_EXCESS, MANY, loss_of_standardised, without

FEWEST_SAMPLES = 20
"""A number of samples in which few features are constant by chance."""


def stuck_features(evidence):
    """Return which constant features seem to come from a broken sensor.

    They are far from 0, their mean in training; or the loss is much higher than at that
    mean. A rare event that does not occur in these samples is near to its mean.
    """
    suspects, far = _are_suspect(evidence), evidence.excess.in_other_units
    stuck = suspects & far
    near = suspects & ~far
    if not 0 < near.sum() <= MANY:
        return stuck
    problem = evidence.small_problem
    centred = near | far
    least = loss_of_standardised(problem, evidence.inputs, centred)
    for k in np.flatnonzero(near):
        loss = loss_of_standardised(problem, evidence.inputs, without(centred, k))
        stuck[k] = loss > least + LEAST_EXCESS * evidence.constant_loss
    return stuck


def _are_suspect(evidence):
    """Return which features are constant, at other values than -1, 0 and 1.

    A scaler maps what was constant in training to 0, and MaxAbsScaler to 1 or -1. An
    indicator of a category may be 0 or 1 in all new samples.
    """
    _, _, lowest, highest = evidence.inputs
    is_centred, n_samples = evidence.behind_centring_scaler, len(evidence.rows)
    if not is_centred or n_samples < FEWEST_SAMPLES:
        return np.zeros(len(lowest), bool)
    return (lowest == highest) & ~np.isin(lowest, (-1, 0, 1))
