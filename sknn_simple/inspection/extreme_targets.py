"""Extreme targets: those that outweigh all others in the squared error, and cures."""

import numpy as np
from scipy.stats import rankdata, skew

from .._fit.neighbourhood import Neighbourhood
from .._fit.quartiles import Quartiles
from .._targets.scaling import QUARTILES_OF_NORMAL
from ..network import Samples
from .advice import one_of
from .outliers import SHARE_OF_FAULTS, check_rows, if_code, most_frequent

FEWEST = 20
"""Number of targets below which their quartiles tell little."""

GAP_RATIO = 1.5
"""Ratio of two distances from the median, between which there is a gap."""

TWO_DECADES = 100
"""Ratio of the quantiles 0.9 and 0.1 of targets that span orders of magnitude."""

ABSOLUTE, HUBER = "loss='absolute_error'", "loss='huber'"


def share_of_outliers(Y):
    """Return the outliers' share of the squared distances from the median."""
    squares = (Y - np.median(Y, axis=0)) ** 2
    share = squares.sum(axis=0, where=are_outliers(Y))
    total = squares.sum(axis=0)
    return np.divide(share, total, out=np.zeros_like(total), where=total > 0)


def are_outliers(Y):
    """Return which targets are more than 5 spreads away from the median.

    The spread is the deviation of a normal distribution of the same quartiles. Where
    these are equal, most targets are, and none is an outlier.
    """
    quartiles = Quartiles.of(Y)
    spread = quartiles.distance / QUARTILES_OF_NORMAL
    is_known = (spread > 0) & (len(Y) >= FEWEST)
    return is_known & (np.abs(Y - quartiles.middle) > 5 * spread)


def noise_of_ranks(evidence, column):
    """Return the share of noise in the ranks of an output, by similar samples."""
    X, Y, sample_weight = evidence.problem.samples
    ranks = rankdata(Y[:, column])[:, None]
    return Neighbourhood(Samples(X, ranks, sample_weight)).noise


def against_outliers(evidence, columns):
    """Advise what suits targets of which a few have most of the variance."""
    first = _first_advice(evidence, columns)
    typical = _for_most_targets(evidence.y[:, columns], HUBER)
    return first or one_of(typical, "check these targets")


def against_skewness(evidence, columns):
    """Advise what suits skewed targets. A few low ones may be faults.

    Poisson loss is for amounts, since its predictions add up to the right total.
    """
    first = _first_advice(evidence, columns)
    if first:
        return first
    y = evidence.y[:, columns]
    if (skew(y) < 0).all():
        lowest = f"check the lowest targets, such as {y.min():.4g}"
        return one_of(lowest, _for_most_targets(y, HUBER))
    are_amounts = (y >= -1e-9 * np.abs(y).max()).all()
    poisson = "loss='poisson'" if are_amounts else None
    return one_of(poisson, _for_most_targets(y, _logarithms(y), HUBER))


def _first_advice(evidence, columns):
    """Advise to check a few targets, or logarithms for several decades, or None."""
    y = evidence.y[:, columns]
    are_suspect = np.column_stack([_are_suspect(column) for column in y.T])
    rows = evidence.rows[are_suspect.any(axis=1)]
    if 0 < len(rows) <= SHARE_OF_FAULTS * len(y):
        check = _check_targets(y[are_suspect], rows)
        return one_of(check, _near_the_median(ABSOLUTE, HUBER))
    lowest, low, high = np.percentile(y, [0, 10, 90], axis=0)
    if not ((lowest > 0) & (high > TWO_DECADES * low)).all():
        return None
    # Where noise has the larger part of the decades, totals would be far too low.
    if any(noise_of_ranks(evidence, k) > 0.5 for k in np.flatnonzero(columns)):
        return None
    return one_of(
        f"{_transformed(np.log, np.exp)}, since the targets span more than two decades",
        "loss='poisson', whose predictions add up to about the right total",
    )


def _are_suspect(y):
    """Return which targets of an output are outliers beyond a gap.

    Skewed targets may span orders of magnitude: suspect ones must be outliers among
    the logarithms, too.
    """
    are_far = are_outliers(y)
    if not are_far.any():
        return are_far
    y = y - min(y.min(), 0)
    y = np.log1p(y / np.median(y[y > 0]))
    distances = np.abs(y - np.median(y))
    order = distances.argsort()
    nearer, farther = distances[order[:-1]], distances[order[1:]]
    is_far = (are_far & are_outliers(y))[order[1:]]
    has_gap = is_far & (farther > GAP_RATIO * nearer)
    least = farther[has_gap.argmax()] if has_gap.any() else np.inf
    return are_far & (distances >= least)


def _check_targets(suspects, rows):
    """Advise on a value that most suspect targets have, or else on their rows."""
    repeated = most_frequent(suspects)
    if repeated is None:
        return check_rows(rows, "y")
    code = if_code(*repeated, "y")
    return f"{code} or failed measurements, remove the rows that contain it"


def _for_most_targets(y, *changes):
    """Advise changes that suit most targets, or two models if half are equal."""
    return in_two_parts(y) or _near_the_median(*changes)


def in_two_parts(y):
    """Advise two models if half of the targets are equal, or None.

    This value is their median, and all that a loss that resists outliers would learn.
    """
    middle = np.median(y, axis=0)
    share = (y == middle).mean(axis=0).min()
    if share < 0.5:
        return None
    value = f"{middle[0]:.4g}" if len(middle) == 1 else "at its median"
    return (
        f"two models, SimpleMLPClassifier for whether y is {value}, as {share:.0%} of "
        "the targets are, and a regressor for the other samples"
    )


def _near_the_median(*changes):
    """Advise changes that lower the predictions of skewed targets."""
    known = [*filter(None, changes)]
    predict = "predict" if known[1:] else "predicts"
    return (
        f"{', or '.join(known)}, which {predict} values closer to the median than to "
        "the mean"
    )


def _logarithms(y):
    """Advise logarithms after which targets are less skewed, if there are some."""
    for lowest, function, inverse in ((-1, np.log1p, np.expm1), (0, np.log, np.exp)):
        if (y > lowest).all() and (np.abs(skew(function(y))) < 3).all():
            return _transformed(function, inverse)
    return None


def _transformed(function, inverse):
    names = f"np.{function.__name__} and np.{inverse.__name__}"
    return f"TransformedTargetRegressor with {names}"
