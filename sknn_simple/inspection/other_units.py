"""Other units: features behind a scaler that are far from what a scaler returns."""

from dataclasses import replace

import numpy as np

from .._fit.subsample import subsample
from ..network import Samples
from .corrections import loss_of_scaled
from .outliers import wide_features

UNUSUAL_MEAN = 3
"""Distance of a mean from 0, in deviations of the training samples, that is unusual."""

MANY = 20
"""Largest number of features to judge one by one, since each takes a pass."""


def features_in_other_units(evidence):
    """Return which features are far from 0 or wide, unlike what a scaler returns.

    Features that bypass the scaler are left out: the network learned from these as
    they are.
    """
    mean, *_ = evidence.inputs
    found = (np.abs(mean) > UNUSUAL_MEAN) | wide_features(evidence)
    if not evidence.behind_scaler:
        return np.zeros_like(found)
    if not 1 < found.sum() <= MANY:
        return found
    some = Samples(*subsample(evidence.problem.samples))
    problem = replace(evidence.problem, samples=some)
    least = loss_of_standardised(problem, evidence.inputs, found)
    for k in np.flatnonzero(found):
        others = found & (np.arange(len(found)) != k)
        loss = loss_of_standardised(problem, evidence.inputs, others)
        if loss < least:
            found, least = others, loss
    return found


def loss_of_standardised(problem, inputs, features):
    """Return the loss if these features, a mask, were standardised."""
    start = np.where(features, inputs.mean, 0)
    unit = np.where(features, inputs.deviation, 1)
    return loss_of_scaled(problem, start, unit)
