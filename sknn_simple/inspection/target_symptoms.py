"""Symptoms of the targets: values that are hard to learn, or that mislead the loss.

Each function returns a list of findings, as `finding.beyond` makes them. Its docstring
is the criterion, which the docstring of `diagnose` lists, with the terms it uses.
"""

import numpy as np
from scipy.stats import skew
from sklearn.base import is_regressor

from .._fit.one_hot import ALMOST_ALL, share_with_one_label
from ..network import OUT_ACTIVATIONS
from .extreme_targets import (
    against_outliers,
    against_skewness,
    noise_of_ranks,
    share_of_outliers,
)
from .finding import beyond
from .notation import output_names

MANY = 10
"""Number of targets from which a few skewed ones are not the cause of a poor fit."""


def constant_targets(evidence):
    """All samples, of which there are several, have the same target."""
    _, _, lowest, highest = evidence.targets
    return beyond(
        ["y"],
        [1],
        below=2,
        # A single sample does not show whether targets vary.
        among=(lowest == highest).all() and len(evidence.problem.samples.Y) > 1,
        seen="All samples have the same target: there is nothing to learn from them.",
        advice="samples of at least two classes."
        if evidence.problem.targets.are_labels
        else "check y, or how these samples were chosen.",
    )


def one_hot_targets(evidence):
    """The y of a classifier is an indicator matrix of at least 30 rows, and more than
    0.999 of them have exactly one label.
    """
    Y = evidence.problem.samples.Y
    n_labels = Y.shape[1]
    return beyond(
        ["y"],
        [share_with_one_label(evidence.problem.targets, Y)],
        above=ALMOST_ALL,
        seen="y is an indicator matrix, and each row has exactly one label: the "
        f"network learns {n_labels} independent labels, not one of {n_labels} classes.",
        advice="class labels of shape (n_samples,), such as np.argmax(y, axis=1).",
    )


def targets_out_of_range(evidence):
    """More than 0.01 of the targets lie outside the range of the output activation."""
    low, high = OUT_ACTIVATIONS[evidence.problem.objective.out_activation].output_range
    Y = evidence.problem.samples.Y
    return beyond(
        _target_names(evidence),
        np.mean((low > Y) | (high < Y), axis=0),
        above=0.01,
        seen="{figure:.0%} of the targets lie outside the range of the output "
        f"activation, from {low:g} to {high:g}: the network cannot predict them.",
        advice="out_activation='identity', which predicts any number.",
    )


def unscaled_targets(evidence):
    """Raw targets of an identity, relu or leaky relu output have a standard deviation
    above 10 or below 0.1, or with an identity output, a mean above 10 standard
    deviations.
    """
    targets = evidence.problem.targets
    can_be_scaled = OUT_ACTIVATIONS[targets.out_activation].homogeneous
    if not can_be_scaled or targets.is_scaled:
        return []
    mean, deviation, lowest, highest = evidence.targets
    ratio = np.divide(
        np.abs(mean), deviation, out=np.zeros_like(mean), where=deviation > 0
    )
    criteria = [
        (deviation, {"above": 10}, "a standard deviation above 10"),
        (deviation, {"below": 0.1}, "a standard deviation below 0.1"),
    ]
    if targets.out_activation == "identity":
        # Centred targets would lie outside the range of another output.
        criteria += [(ratio, {"above": 10}, "a mean more than 10 deviations from 0")]
    findings, unnamed, names = [], lowest < highest, _target_names(evidence)
    for figures, threshold, what in criteria:
        found = beyond(
            names,
            figures,
            **threshold,
            among=unnamed,
            seen=f"The network is trained on targets with {what} ({{figure:.4g}}): no "
            "single learning rate suits both the output and the hidden units.",
            advice="normalize_y=True.",
        )
        for where, *_ in found:
            unnamed &= ~np.isin(names, where)
        findings += found
    return findings


def skewed_targets(evidence):
    """The skewness of targets without a lower bound is above 3, or of at least 20,
    those more than 5 spreads (by the quartiles) from the median have more than 0.5 of
    the squared distances from it; the loss is the squared error; and the mean squared
    error is above 0.1 times the variance, or at the half of the targets nearest to
    their median, the median squared error, relative to the median squared distance, is
    above 0.1 plus 4 times the share of noise in the ranks of all targets (estimated as
    for alpha='auto'). Of 10 targets or more, at least half are so. If at most 0.1 of
    the samples have targets beyond 5 spreads and beyond a gap (a distance from the
    median that is 1.5 times the next smaller one), also among the logarithms, the
    advice names their common value, or else their rows. Otherwise, it is the logarithm
    first if the quantile 0.9 of positive targets is above 100 times the quantile 0.1,
    and the share of noise in their ranks is at most 0.5.
    """
    if not _is_unbounded(evidence) or not evidence.problem.has_squared_error:
        return []
    Y, targets = evidence.problem.samples.Y, evidence.targets
    # Targets that are constant up to rounding are not skewed.
    varies = targets.deviation > 1e-10 * np.abs(targets.mean)
    skewness = np.zeros(len(varies))
    skewness[varies] = np.abs(skew(Y[:, varies]))
    share = share_of_outliers(Y)
    are_skewed, have_outliers = varies & (skewness > 3), varies & (share > 0.5)
    missed = _are_poorly_fitted(evidence, are_skewed | have_outliers)
    if len(missed) >= MANY and missed.mean() < 0.5:
        return []
    return [
        *_skewed(evidence, skewness, missed & are_skewed),
        *_with_outliers(evidence, share, missed & have_outliers & ~are_skewed),
    ]


def _skewed(evidence, skewness, columns):
    if not columns.any():
        return []
    return beyond(
        _target_names(evidence),
        skewness,
        above=3,
        among=columns,
        seen="The skewness of the targets is {figure:.3g}, and they, or most of them, "
        "are fitted poorly: a few extreme ones outweigh all others in the squared "
        "error.",
        advice=against_skewness(evidence, columns),
    )


def _with_outliers(evidence, share, columns):
    if not columns.any():
        return []
    return beyond(
        _target_names(evidence),
        share,
        above=0.5,
        among=columns,
        seen="A few extreme targets have {figure:.0%} of the squared distances from "
        "the median, and the targets, or most of them, are fitted poorly: the extreme "
        "ones outweigh all others in the squared error.",
        advice=against_outliers(evidence, columns),
    )


def _are_poorly_fitted(evidence, suspects):
    """Return which of the suspected outputs miss all targets, or most of them.

    The squared error is above 0.1 of the variance of all.
    """
    Y = evidence.problem.samples.Y
    errors = (evidence.outputs - Y) ** 2
    missed = suspects & (errors.mean(axis=0) > 0.1 * Y.var(axis=0))
    for column in np.flatnonzero(suspects & ~missed):
        missed[column] = _misses_most(evidence, errors[:, column], column)
    return missed


def _misses_most(evidence, errors, column):
    """Return whether squared errors are high at the half nearest to the median.

    A few targets may have most of the variance of all. Noise, as it is estimated from
    the ranks of similar samples, is tolerated: most targets may be flat but for noise.
    """
    y = evidence.problem.samples.Y[:, column]
    squares = (y - np.median(y)) ** 2
    are_usual = squares <= np.median(squares)
    usual = np.median(squares[are_usual])
    if usual <= 1e-12 * y.var():  # most targets may be equal
        return False
    missed = np.median(errors[are_usual]) / usual
    if missed <= 0.1:
        return False
    return missed > 0.1 + 4 * noise_of_ranks(evidence, column)


def _is_unbounded(evidence):
    """Return whether the network is a regressor of any numbers."""
    out = OUT_ACTIVATIONS[evidence.problem.objective.out_activation]
    low, high = out.target_bounds
    return is_regressor(evidence.network) and (low, high) == (-np.inf, np.inf)


def _target_names(evidence):
    return output_names("y", len(evidence.targets.mean))
