"""Outliers: extreme values of the inputs, which make most samples look alike."""

import numpy as np
from scipy.sparse import issparse

from .._fit.quartiles import Quartiles
from .problem import loss_without_penalty


def outlying_features(evidence):
    """Return which features extreme values spread; none of sparse inputs."""
    deviation = evidence.inputs.deviation
    if issparse(evidence.problem.samples.X):
        return np.zeros(len(deviation), bool)
    return evidence.quartiles.are_dwarfed(deviation)


def are_outliers(evidence):
    """Return which inputs are extreme values, shape (n_samples, n_features)."""
    X = evidence.problem.samples.X
    return evidence.quartiles.are_far(X) & outlying_features(evidence)


def usual_loss(evidence):
    """Return the loss of the samples without outliers, or of all if there are none."""
    if not outlying_features(evidence).any():
        return evidence.loss
    usual = np.flatnonzero(~are_outliers(evidence).any(axis=1))
    if len(usual) == 0:
        return evidence.loss
    samples = evidence.problem.samples.rows(usual)
    return loss_without_penalty(evidence.problem, samples)


def wide_features(evidence):
    """Return which features vary widely: not those that only outliers spread."""
    deviation = evidence.inputs.deviation
    outlying = outlying_features(evidence)
    if outlying.any():
        outlying &= evidence.quartiles.distance < 10
    return (deviation > 10) & ~outlying


def repeated_outlier(X):
    """Return the value of most extreme values, and its number, or None.

    None also if the data are not numbers: other steps of a Pipeline may encode them.
    """
    try:
        X = np.asarray(X, dtype=float)
    except (TypeError, ValueError):
        return None
    if X.ndim != 2:
        return None
    quartiles = Quartiles.of(X)
    outlying = quartiles.are_dwarfed(X.std(axis=0))
    outliers = X[quartiles.are_far(X) & outlying]
    values, counts = np.unique(outliers, return_counts=True)
    if counts.max(initial=0) < max(3, len(outliers) / 2):
        return None
    return values[counts.argmax()], counts.max()
