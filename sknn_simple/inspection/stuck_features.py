"""Stuck features: constant on new samples, though behind a scaler."""

from dataclasses import replace

import numpy as np

from .._fit.subsample import subsample
from ..network import Samples
from .other_units import MANY, loss_of_standardised

FEWEST_SAMPLES = 20
"""A number of samples in which few features are constant by chance."""


def stuck_features(evidence, least_gain):
    """Return which constant features seem to come from a broken sensor.

    They are far from their mean in training, which a scaler maps to 0; or the loss is
    higher than at that mean by more than `least_gain`. A rare event that does not occur
    in these samples is near to its mean.
    """
    suspects, far = _are_suspect(evidence), evidence.in_other_units
    stuck = suspects & far
    near = suspects & ~far
    if not 0 < near.sum() <= MANY:
        return stuck
    some = Samples(*subsample(evidence.problem.samples))
    problem = replace(evidence.problem, samples=some)
    centred = near | far
    least = loss_of_standardised(problem, evidence.inputs, centred)
    for k in np.flatnonzero(near):
        others = centred & (np.arange(len(centred)) != k)
        loss = loss_of_standardised(problem, evidence.inputs, others)
        stuck[k] = loss > least + least_gain
    return stuck


def _are_suspect(evidence):
    """Return which features are constant, unless they are codes, or at their mean."""
    _, _, lowest, highest = evidence.inputs
    if not evidence.behind_scaler or evidence.n_samples < FEWEST_SAMPLES:
        return np.zeros(len(lowest), bool)
    return (lowest == highest) & ~np.isin(lowest, (0, 1))
