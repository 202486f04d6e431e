"""Symptoms of the targets: values that are hard to learn, or that mislead the loss.

Each function returns a list of findings, as `finding.beyond` makes them.
"""

import numpy as np
from scipy.stats import rankdata, skew
from sklearn.base import is_regressor

from .._fit.neighbourhood import Neighbourhood
from .._fit.quartiles import Quartiles
from .._targets.scaling import QUARTILES_OF_NORMAL
from ..network import OUT_ACTIVATIONS, Samples
from .advice import one_of
from .finding import beyond
from .notation import output_names

HUBER = "loss='huber'"


def constant_targets(evidence):
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
    Y = evidence.problem.samples.Y
    n_labels = Y.shape[1]
    if not evidence.problem.targets.multilabel or n_labels < 2:
        return []
    return beyond(
        ["y"],
        [np.mean(Y.sum(axis=1) == 1)],
        above=0.999,
        seen="y is an indicator matrix, and each row has exactly one label: the "
        f"network learns {n_labels} independent labels, not one of {n_labels} classes.",
        advice="class labels of shape (n_samples,), such as y.argmax(axis=1).",
    )


def targets_out_of_range(evidence):
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
    targets = evidence.problem.targets
    if not _is_unbounded_above(evidence) or targets.is_scaled or targets.are_counts:
        return []
    mean, deviation, lowest, highest = evidence.targets
    ratio = np.divide(
        np.abs(mean), deviation, out=np.zeros_like(mean), where=deviation > 0
    )
    criteria = [
        (deviation, {"above": 10}, "a standard deviation above 10"),
        (deviation, {"below": 0.1}, "a standard deviation below 0.1"),
    ]
    advice = (
        "divide y by its standard deviation, for instance with "
        "StandardScaler(with_mean=False) in a TransformedTargetRegressor."
    )
    if evidence.problem.objective.out_activation == "identity":
        advice = "normalize_y=True."
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
            advice=advice,
        )
        for where, *_ in found:
            unnamed &= ~np.isin(names, where)
        findings += found
    return findings


def skewed_targets(evidence):
    if not _is_unbounded(evidence) or not evidence.has_squared_error:
        return []
    Y, targets = evidence.problem.samples.Y, evidence.targets
    of_y = evidence.problem.targets
    # Targets that are constant up to rounding are not skewed.
    varies = targets.deviation > 1e-10 * np.abs(targets.mean)
    skewness = np.zeros(len(varies))
    skewness[varies] = np.abs(skew(Y[:, varies]))
    share = _share_of_outliers(Y)
    suspects = varies & ((skewness > 3) | (share > 0.5))
    poorly_fitted = _are_poorly_fitted(evidence, suspects)
    are_skewed = (skewness > 3) & poorly_fitted
    y = (Y * of_y.scale + of_y.mean)[:, are_skewed]
    return beyond(
        _target_names(evidence),
        skewness,
        above=3,
        among=are_skewed,
        seen="The skewness of the targets is {figure:.3g}, and they, or most of them, "
        "are fitted poorly: a few extreme ones outweigh all others in the squared "
        "error.",
        advice=_against_skewness(y),
    ) + beyond(
        _target_names(evidence),
        share,
        above=0.5,
        among=poorly_fitted & ~are_skewed,
        seen="A few extreme targets have {figure:.0%} of the squared distances from "
        "the median, and the targets, or most of them, are fitted poorly: the extreme "
        "ones outweigh all others in the squared error.",
        advice=one_of(_near_the_median(HUBER), "check these targets"),
    )


def _share_of_outliers(Y):
    """Return the outliers' share of the squared distances from the median.

    Outliers are more than 5 spreads away from it, where the spread is the deviation of
    a normal distribution of the same quartiles.
    """
    quartiles = Quartiles.of(Y)
    distances = np.abs(Y - quartiles.middle)
    is_far = distances > 5 * quartiles.distance / QUARTILES_OF_NORMAL
    squares = distances**2
    total = squares.sum(axis=0)
    # Where quartiles are equal, most targets are; those of a few targets tell little.
    is_known = (quartiles.distance > 0) & (len(Y) >= 20)
    share = squares.sum(axis=0, where=is_far)
    return np.divide(share, total, out=np.zeros_like(total), where=is_known)


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
    X, Y, sample_weight = evidence.problem.samples
    y = Y[:, column]
    squares = (y - np.median(y)) ** 2
    are_usual = squares <= np.median(squares)
    usual = np.median(squares[are_usual])
    if usual <= 1e-12 * y.var():  # most targets may be equal
        return False
    missed = np.median(errors[are_usual]) / usual
    if missed <= 0.1:
        return False
    ranks = Samples(X, rankdata(y)[:, None], sample_weight)
    return missed > 0.1 + 4 * Neighbourhood(ranks).noise


def _against_skewness(y):
    """Advise what suits skewed targets. A few low ones may be faults.

    Poisson loss is for amounts, since its predictions add up to the right total.
    """
    if y.size and (skew(y) < 0).all():
        lowest = f"check the lowest targets, such as {y.min():.4g}"
        return one_of(lowest, _near_the_median(HUBER))
    are_amounts = (y >= -1e-9 * np.abs(y).max(initial=0)).all()
    poisson = "loss='poisson'" if are_amounts else None
    return one_of(poisson, _near_the_median(_logarithms(y), HUBER))


def _near_the_median(*changes):
    """Advise changes that lower the predictions of skewed targets."""
    known = [*filter(None, changes)]
    predict = "predict" if known[1:] else "predicts"
    return (
        f"{', or '.join(known)}, which {predict} something nearer to the median than "
        "the mean"
    )


def _logarithms(y):
    """Advise logarithms after which targets are less skewed, if there are some."""
    for lowest, function, inverse in ((-1, np.log1p, np.expm1), (0, np.log, np.exp)):
        if (y > lowest).all() and (np.abs(skew(function(y))) < 3).all():
            names = f"np.{function.__name__} and np.{inverse.__name__}"
            return f"TransformedTargetRegressor with {names}"
    return None


def _is_unbounded(evidence):
    """Return whether the network is a regressor of any numbers."""
    low, _ = OUT_ACTIVATIONS[evidence.problem.objective.out_activation].target_bounds
    return _is_unbounded_above(evidence) and low == -np.inf


def _is_unbounded_above(evidence):
    """Return whether the network is a regressor of numbers of any size."""
    _, high = OUT_ACTIVATIONS[evidence.problem.objective.out_activation].target_bounds
    return is_regressor(evidence.network) and high == np.inf


def _target_names(evidence):
    return output_names("y", len(evidence.targets.mean))
