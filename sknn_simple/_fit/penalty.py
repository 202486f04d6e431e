"""Penalty: the one that alpha='auto' stands for, estimated from neighbouring samples.

Noisy targets need a strong penalty, or the network memorises them. So do inputs that
predict little. Both are estimated before training.
"""

import math
from typing import NamedTuple

import numpy as np

from ..network import LOSSES
from .loss_unit import penalty_unit
from .neighbourhood import Neighbourhood

TEXTBOOK_SIZE = 10
"""Fewer distinct samples are a textbook example, which a neuron should fit."""

ENOUGH_BALANCED = 1300
"""Number of samples of two equal classes that tell as much as enough of a rare one."""


class Penalty(NamedTuple):
    """The L2 penalty of a training.

    Attributes
    ----------
    alpha : float
        Strength.

    input_factors : ndarray of shape (n_features,), default=None
        Factors of alpha for the coefs of each input; None is 1 for every input.
    """

    alpha: float
    input_factors: np.ndarray | None = None


def automatic_penalty(targets, samples, activations=("logistic",)):
    """Return the Penalty for training on these Samples.

    With n distinct samples of mean weight w, alpha is ::

        w * min(0.3 * n_features * noise**1.5, limit)
        limit = max(n / 60, v / 15) * min(1, n / 100)

    for numbers, with their `Neighbourhood.noise`, and v their `Neighbourhood.n_inputs`.
    Indicators of many categories lower it (see `_factor_of_categories`). For labels and
    counts it is ::

        w * min(c * sqrt(n_features) * exp(-3 * R^2), limit)
        limit = n / 200 * min(1, n / 40) * max(1, v / 3)

    where R^2 is the share of the variance of the targets that neighbours predict, and c
    is 1 for counts. For labels, c is 0.4, samples count less if classes are rare (see
    `_n_balanced`), weak signals raise alpha and its limit (see
    `_factor_of_weak_signals`), and indicators raise the limit (see
    `_factor_of_indicators`).

    The limits let a few samples be learned; if the network has no hidden layer, they
    hold only for fewer than 10 distinct samples. `activations` has one name per hidden
    layer.

    Steep units (all but sigmoids) have higher penalties. Since tanh(z) is
    2 * logistic(2 * z) - 1, sigmoids need coefs twice as large, before and after them,
    to represent the same function, and the squares are 4 times as large. So c is
    multiplied by s, which is 4 for one layer of steep units, 8 for two and 16 for more.
    For numbers, s is 4, and 1.5 * n_features * noise**2 takes the place of the first
    term. The limit is multiplied by s * min(1, n / 400), if this is above 1.

    If rows have `Neighbourhood.shared_errors`, alpha is multiplied by their design
    effect: so many rows tell as much as an independent one.

    If the loss is a mean over outputs, alpha is divided by their number. It is divided
    by 10 for labels whose sigmoid outputs do not form a canonical pair with the loss,
    and multiplied by the `penalty_unit` of numbers. For counts, it is multiplied by 1
    plus their dispersion (see `_dispersion`), at most 31.

    The factors of the inputs are their `Neighbourhood.scale` over their relevance.
    """
    loss = LOSSES[targets.network_loss]
    by_class = targets.are_labels and not targets.multilabel
    neighbourhood = Neighbourhood(samples, by_class=by_class, fenced=loss.robust)
    alpha = _per_weight(targets, neighbourhood, activations)
    alpha *= neighbourhood.mean_weight
    if neighbourhood.shared_errors is not None:
        alpha *= neighbourhood.shared_errors.design_effect
    if loss.averaged:
        alpha /= targets.n_outputs
    # Slopes of sigmoids are small, and so is the pull of errors on the weights.
    are_sigmoids = targets.out_activation == "logistic" and not loss.canonical
    if targets.are_labels and are_sigmoids:
        alpha /= 10
    alpha *= penalty_unit(targets, samples)
    if targets.are_counts:
        dispersion = _dispersion(targets, samples, neighbourhood.r2)
        alpha *= 1 + min(30.0, dispersion)
    relevance = neighbourhood.relevance().round(9)
    return Penalty(alpha, neighbourhood.scale() / (relevance + 0.1))


def neighbours_predict(targets, samples):
    """Return whether neighbours predict most of the variance of numbers."""
    if targets.are_labels or targets.are_counts:
        return False
    fenced = LOSSES[targets.network_loss].robust
    return Neighbourhood(samples, fenced=fenced).noise < 0.5


def _per_weight(targets, neighbourhood, activations):
    """Return alpha for samples of weight 1."""
    n = neighbourhood.n_distinct
    n_steep = sum(name != "logistic" for name in activations)
    factor = 2.0 ** (1 + min(n_steep, 3)) if n_steep else 1.0
    if targets.are_labels:
        n_balanced = _n_balanced(neighbourhood)
        alpha, limit = _for_labels_or_counts(neighbourhood, n_balanced, 0.4 * factor)
        of_weak_signals = _factor_of_weak_signals(neighbourhood, n_balanced)
        alpha *= of_weak_signals
        limit *= of_weak_signals * _factor_of_indicators(neighbourhood)
    elif targets.are_counts:
        alpha, limit = _for_labels_or_counts(neighbourhood, n, factor)
    else:
        factor = min(factor, 4.0)
        alpha, limit = _for_numbers(neighbourhood, are_steep=factor > 1)
    limit *= max(1, factor * min(1, n / 400))
    return min(alpha, limit) if activations or n < TEXTBOOK_SIZE else alpha


def _for_numbers(neighbourhood, are_steep):
    """Return alpha per weight for numbers, and its limit."""
    n, n_features = neighbourhood.n_distinct, neighbourhood.X.shape[1]
    noise, factor = neighbourhood.noise, _factor_of_categories(neighbourhood)
    alpha = n_features * (1.5 * noise**2 if are_steep else 0.3 * noise**1.5)
    limit = max(n / 60, neighbourhood.n_inputs / 15) * min(1, n / 100)
    return factor * alpha, factor * limit


def _factor_of_categories(neighbourhood):
    """Return a factor, at most 1, for numbers that depend on many categories.

    A sample has few neighbours of the same categories, so the noise is overestimated,
    as with the fixed effects of a panel. Where inputs are many, they may be words: a
    sample has more of them, each predicts less, and the factor is larger.
    """
    n, n_features = neighbourhood.n_distinct, neighbourhood.X.shape[1]
    scale = neighbourhood.scale_of_indicators() / 0.4
    return min(1.0, max(scale, 2 * n_features / n)) ** 1.25


def _for_labels_or_counts(neighbourhood, n, c):
    """Return alpha per weight for n labels or counts, and its limit."""
    alpha = c * math.sqrt(neighbourhood.X.shape[1]) * math.exp(-3 * neighbourhood.r2)
    return alpha, n / 200 * min(1, n / 40) * max(1, neighbourhood.n_inputs / 3)


def _factor_of_indicators(neighbourhood):
    """Return a factor, at least 1, of the limit for labels.

    Indicators of many categories vary little, so the penalty on them is weak.
    """
    return max(1.0, 0.5 / neighbourhood.scale_of_indicators())


def _factor_of_weak_signals(neighbourhood, n_balanced):
    """Return a factor, at most 3, for labels that nothing predicts from other samples.

    Few samples cannot show this, nor can a few samples of a rare class, nor more inputs
    than samples.
    """
    n, n_features = neighbourhood.n_distinct, neighbourhood.X.shape[1]
    if neighbourhood.r2 >= 0.1 or n_features >= n:
        return 1.0
    are_enough = max(n_balanced / n, min(1, n_balanced / ENOUGH_BALANCED))
    certainty = min(1, n / 100) * are_enough**2
    return 1 + 2 * certainty * math.exp(-100 * (1 - neighbourhood.noise))


def _n_balanced(neighbourhood):
    """Return how many samples of two equal classes would be as informative.

    A share s of a class has the variance s * (1 - s), which is how strongly its samples
    hold the weights against a penalty. But the noise of a few samples is large.
    """
    n, shares = neighbourhood.n_distinct, neighbourhood.shares
    return max(min(n, 40), n * 4 * float(np.mean(shares * (1 - shares))))


def _dispersion(targets, samples, r2):
    """Return the variance of the noise of counts, relative to their mean.

    Whole numbers are counts, whose noise is at least Poisson's. Of the variance that
    neighbours do not explain, the squared mean may be a signal that they miss.
    """
    _, Y, weight = samples
    mean = np.average(Y, axis=0, weights=weight)
    variance = np.average((Y - mean) ** 2, axis=0, weights=weight)
    y = Y * targets.scale
    are_counts = (abs(y - np.rint(y)) <= 1e-6 * y).all(axis=0)
    of_poisson = are_counts / np.maximum(targets.scale, 0.1)
    unexplained = (1 - r2) * variance / np.maximum(mean, 1e-9) - mean
    return float(np.mean(np.maximum(of_poisson, unexplained)))
