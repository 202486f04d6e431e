"""Other units: features behind a scaler that are far from what a scaler returns."""

import numpy as np

from .._fit.kept_model import MUCH
from .corrections import loss_of_scaled
from .outliers import wide_features

UNUSUAL_MEAN = 3
"""Distance of a mean from 0, in deviations of the training samples, that is unusual."""

MOVED_MEAN = 0.5
"""Distance of a mean from 0, beyond chance, that may explain an excess of the loss."""

LEAST_EXCESS = 0.05
"""A rise of the loss that counts, relative to the loss of a constant prediction."""

MANY = 20
"""Largest number of features to judge one by one, since each takes a pass."""


def features_in_other_units(evidence):
    """Return which features are far from 0 or wide, unlike what a scaler returns.

    If there are none, means that have moved less may explain most of an excess.
    """
    if not evidence.behind_scaler:
        return np.zeros(len(evidence.feature_names), bool)
    unusual = have_unusual_values(evidence)
    if unusual.any():
        return _that_matter(evidence, unusual)
    if not evidence.behind_centring_scaler:
        return unusual
    moved = _that_matter(evidence, _have_moved_means(evidence), LEAST_EXCESS)
    loss = loss_of_standardised(evidence.problem, evidence.inputs, moved)
    least = max(0.5 * evidence.excess.size, MUCH * evidence.constant_loss)
    explains = evidence.loss - loss > least
    return moved & explains


def have_unusual_values(evidence):
    """Return which features hardly any training samples can have had behind a scaler.

    They had another unit, or varied less.
    """
    return (np.abs(evidence.inputs.mean) > UNUSUAL_MEAN) | wide_features(evidence)


def _have_moved_means(evidence):
    """Return which means are farther from 0 than those of random samples.

    By chance, the mean of n samples is hardly more than 5 deviations / sqrt(n) away.
    """
    mean, deviation, *_ = evidence.inputs
    chance = 5 * np.maximum(deviation, 1) / np.sqrt(len(evidence.rows))
    return np.abs(mean) > MOVED_MEAN + chance


def _that_matter(evidence, found, least_excess=0.0):
    """Return the features without those that bypass the scaler.

    The network learned from these as they are: standardised, they raise the loss, or
    do not lower it by `least_excess` times the loss of a constant prediction.
    """
    if not 1 < found.sum() <= MANY:
        return found
    problem = evidence.small_problem
    least = loss_of_standardised(problem, evidence.inputs, found)
    for k in np.flatnonzero(found):
        others = without(found, k)
        loss = loss_of_standardised(problem, evidence.inputs, others)
        if loss < least + least_excess * evidence.constant_loss:
            found, least = others, loss
    return found


def without(features, k):
    """Return the mask of features without feature k."""
    return features & (np.arange(len(features)) != k)


def loss_of_standardised(problem, inputs, features):
    """Return the loss if these features, a mask, were standardised."""
    start = np.where(features, inputs.mean, 0)
    unit = np.where(features, inputs.deviation, 1)
    return loss_of_scaled(problem, start, unit)
