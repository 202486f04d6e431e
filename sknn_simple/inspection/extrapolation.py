"""Extrapolation: features beyond most training samples, as time is in the future."""

import numpy as np

from .corrections import loss_of_scaled
from .other_units import LEAST_EXCESS, MANY, have_unusual_values
from .problem import loss_without_penalty

FAR_MEAN = 1.7
"""A mean, in deviations of the training samples, as at the end of a uniform range."""

FAR_END = 1
"""Distance from the mean of the training samples, beyond which all samples are."""


def features_beyond_training(evidence):
    """Return which features behind a scaler are beyond most training samples.

    They matter: moved back to the mean of training, they change the loss.
    """
    mean, _, lowest, highest = evidence.inputs
    if not (evidence.behind_centring_scaler and evidence.are_others):
        return np.zeros(len(mean), bool)
    is_beyond = (np.abs(mean) > FAR_MEAN) & (lowest < highest)
    is_beyond &= (lowest > FAR_END) | (highest < -FAR_END)
    is_beyond &= ~have_unusual_values(evidence)
    if is_beyond.sum() > MANY:
        return is_beyond
    problem, least = evidence.small_problem, LEAST_EXCESS * evidence.constant_loss
    loss = loss_without_penalty(problem, problem.samples)
    for k in np.flatnonzero(is_beyond):
        start = np.where(np.arange(len(mean)) == k, mean, 0)
        moved = loss_of_scaled(problem, start, np.ones_like(mean))
        is_beyond[k] = abs(moved - loss) > least
    return is_beyond
