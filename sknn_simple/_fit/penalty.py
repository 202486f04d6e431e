"""Penalty: the one that alpha='auto' stands for, estimated from neighbouring samples.

Noisy targets need a strong penalty, or the network memorises them. So do inputs that
predict little. Both are estimated before training, from at most 500 samples.
"""

import copy
import math
from typing import NamedTuple

import numpy as np

from ..network import LOSSES
from .subsample import MOST_NUMBERS, MOST_SAMPLES, n_weighted, subsample

LARGEST_ALPHA = 1 / 200
"""Limit of alpha per sample, before the factors for sigmoid outputs and counts."""

FEW_SAMPLES, MANY_INPUTS = 40, 20
"""Number of samples below which the limit per sample is lower, in proportion, and of
inputs of variance 1 above which it is higher."""


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


def automatic_penalty(targets, samples, is_linear=False):
    """Return the Penalty for training on these Samples.

    ::

        alpha = w * min(c * sqrt(n_features) * exp(-3 * R^2), limit)
        limit = n / 200 * min(1, n / 40) * max(1, v / 20)

    with n distinct samples of mean weight w, and v, the sum of the variances of the
    inputs, at most 1 each. R^2 is the share of the variance of the targets that
    neighbours predict. c is 0.4 for labels and 1 for numbers. But numbers may have no
    noise at all: unless the loss is robust or targets repeat, c is at most
    3 * (1 - R^2), with an R^2 without twins (see `Neighbourhood.without_twins`). The
    limit lets a few samples be learned; there is none if the network has no hidden
    layer. The relevance of more than 8,388 inputs is not estimated: too few samples
    would be left for it.

    The factors of the inputs are their `Neighbourhood.scale` over their relevance.
    """
    loss = LOSSES[targets.network_loss]
    by_class = targets.classes is not None and not targets.multilabel
    neighbourhood = Neighbourhood(samples, by_class=by_class, fenced=loss.robust)
    n_features, n = samples.X.shape[1], neighbourhood.n_distinct
    # Rounded, since the last bits depend on the number of threads of BLAS.
    r2 = round(neighbourhood.r2(), 9)
    alpha = 0.4 if targets.classes is not None else 1.0
    if targets.classes is None and not loss.robust and neighbourhood.has_own_targets():
        apart = neighbourhood.without_twins().r2()
        alpha = min(1.0, 3 * (1 - round(min(r2, apart), 9)))
    alpha *= math.sqrt(n_features) * math.exp(-3 * r2)
    if not is_linear:
        limit = LARGEST_ALPHA * n * min(1, n / FEW_SAMPLES)
        variance = (np.minimum(neighbourhood.deviations, 1) ** 2).sum()
        alpha = min(alpha, limit * max(1.0, variance / MANY_INPUTS))
    alpha *= neighbourhood.mean_weight
    if loss.averaged:
        alpha /= targets.n_outputs
    # Errors of sigmoid outputs are small, and so is their pull on the weights.
    if not loss.canonical and targets.out_activation != "identity":
        alpha /= 10
    if targets.are_counts:
        alpha *= 1 + min(30.0, _dispersion(targets, samples, r2))
    factors = neighbourhood.scale()
    if n_features <= MOST_NUMBERS // MOST_SAMPLES:
        factors /= neighbourhood.relevance().round(9) + 0.1
    return Penalty(alpha, factors)


class Neighbourhood:
    """Some samples, standardised, and their nearness to each other.

    Sample j is a neighbour of sample i with the weight ``w_j * exp(-4 * d_ij / p)``,
    where d_ij is their squared distance and p the number of inputs that vary. A sample
    is not its own neighbour.

    Attributes
    ----------
    n_distinct : float
        Number of distinct samples of nonzero weight; an estimate if there are more
        than `MOST_SAMPLES`.

    mean_weight : float
        Mean of their weights. If classes weigh more or less, it is the mean weight in
        a class, averaged over classes by their total weights: where a few samples of a
        rare class weigh as much as all others, their noise does, too.

    deviations : ndarray of shape (n_features,)
        Standard deviations of the inputs.
    """

    def __init__(self, samples, by_class=False, fenced=False):
        n_samples = n_weighted(samples)
        X, Y, weight = subsample(samples)
        n_drawn = len(Y)
        X, Y, weight = _merged(X, Y, weight)
        self.n_distinct = n_samples * len(Y) / n_drawn
        self.mean_weight = _mean_weight(weight, Y if by_class else None)
        if n_drawn < n_samples and samples.sample_weight is not None:
            # Those drawn may lack a rare class: its weight is known from all samples.
            weighted = samples.sample_weight != 0
            labels = samples.Y[weighted] if by_class else None
            mean_weight = _mean_weight(samples.sample_weight[weighted], labels)
            self.mean_weight = mean_weight * n_drawn / len(Y)
        self.weight = weight / weight.mean()
        if fenced:
            Y = _fenced(Y)
        self.X, self.deviations = _standardised(X, self.weight)
        self.Y = _centred(Y / (abs(Y).max() or 1), self.weight)
        n_varying = max(1, np.count_nonzero(self.X.any(axis=0)))
        exponents = _squared_distances(self.X)
        exponents *= -4 / n_varying
        self.nearness = np.exp(exponents, out=exponents)
        np.fill_diagonal(self.nearness, 0)

    def has_own_targets(self):
        """Return whether nine tenths of these samples share their target with none."""
        _, counts = np.unique(self.Y, axis=0, return_counts=True)
        return (counts == 1).sum() >= 0.9 * len(self.Y)

    def without_twins(self):
        """Return a copy in which samples that are much nearer than usual are far apart.

        Repeated measurements of a thing share what is peculiar to it. They tell nothing
        of how well other things predict it.
        """
        with np.errstate(divide="ignore"):
            distances = -np.log(self.nearness)
        np.fill_diagonal(distances, np.inf)
        eighth = min(8, len(distances)) - 1
        usual = np.median(np.partition(distances, eighth, axis=1)[:, eighth])
        apart = copy.copy(self)
        apart.nearness = np.where(distances < 0.05 * usual, 0.0, self.nearness)
        return apart

    def r2(self):
        """Return the R^2 of predictions of each sample by its neighbours, at least 0.

        The prediction is a mean over neighbours [1]_ [2]_, weighted by the squares of
        their nearness. The mean of all samples takes part in it with the weight 0.1.
        The result is the best one of three bandwidths, each half of the one before:
        targets that vary quickly are predicted by the nearest neighbours only.

        References
        ----------
        .. [1] E. A. Nadaraya, "On estimating regression", Theory of Probability and
           Its Applications 9 (1964).
        .. [2] G. S. Watson, "Smooth regression analysis", Sankhya A 26 (1964).
        """
        weight, Y, nearness = self.weight, self.Y, self.nearness**2
        variance = float((weight @ Y**2).sum())
        if variance <= 1e-24 * weight.sum():  # constant, or a rare class is not drawn
            return 0.0
        best = 0.0
        for _ in range(3):
            sums = nearness @ (weight[:, None] * Y)
            errors = Y - sums / (nearness @ weight + 0.1)[:, None]
            best = max(best, 1 - float((weight @ errors**2).sum()) / variance)
            nearness **= 2
            nearness **= 2
        return best

    def scale(self):
        """Return the standard deviations of the inputs, at most 1 each.

        Coefs of inputs that vary little, as indicators of categories and word counts
        do, must be large. Few samples cannot tell whether an input varies at all: its
        variance counts as at least a tenth of the mean variance.
        """
        variances = np.minimum(self.deviations, 1) ** 2
        return np.sqrt(np.maximum(variances, variances.mean() / 10 or 1.0))

    def relevance(self):
        """Return how much each input helps to predict, shape (n_features,), of mean 1.

        One measure is the sum of the squared correlations with the targets, less what
        chance explains. The other one also detects interactions: how much more the
        input differs between neighbours whose targets differ [1]_ [2]_. The result is
        the mean of both, each divided by its mean over the inputs.

        References
        ----------
        .. [1] K. Kira and L. A. Rendell, "A practical approach to feature selection",
           ICML 1992 (Relief).
        .. [2] M. Robnik-Sikonja and I. Kononenko, "Theoretical and empirical analysis
           of ReliefF and RReliefF", Machine Learning 53 (2003).
        """
        n_outputs, total = self.Y.shape[1], self.weight.sum()
        outputs = self.weight[:, None] * _standardised(self.Y, self.weight)[0]
        squares = ((self.X.T @ outputs / total) ** 2).sum(axis=1)
        beyond_chance = np.maximum(squares - n_outputs / total, 0) + 1 / total
        usual = self._mean_differences(self.nearness)
        targets_differ = _squared_distances(self.Y)
        targets_differ *= self.nearness
        # Where neighbours hardly differ, the ratio would be one of rounding errors.
        ratio, varies = np.ones_like(usual), usual > 1e-6
        differing = self._mean_differences(targets_differ)
        np.divide(differing, usual, out=ratio, where=varies)
        return (_relative(beyond_chance) + _relative(np.maximum(ratio - 1, 0))) / 2

    def _mean_differences(self, nearness):
        """Return the mean of (x_i - x_j)**2 over pairs, for each input."""
        weighted = self.weight[:, None] * self.X
        totals = nearness @ self.weight
        sums = totals @ (weighted * self.X) - (weighted * (nearness @ weighted)).sum(0)
        return 2 * sums / (self.weight @ totals or 1)


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


def _merged(X, Y, weight):
    """Return each sample once, with the sum of the weights of equal ones.

    Copies of a sample carry no information about noise. But if any equal inputs have
    different targets, the inputs are coarse: equal samples may not be copies, and all
    are kept.
    """
    numbers: dict[bytes, int] = {}
    rows = (row.tobytes() for row in X + 0.0)  # -0.0 becomes 0.0
    group = np.array([numbers.setdefault(row, len(numbers)) for row in rows])
    if len(numbers) == len(X):
        return X, Y, weight
    _, first = np.unique(group, return_index=True)
    if (Y[first[group]] != Y).any():
        return X, Y, weight
    return X[first], Y[first], np.bincount(group, weight)


def _mean_weight(weight, labels):
    """Return the mean weight; the mean over classes if `labels` encode classes."""
    if labels is None or (weight == weight[0]).all():
        return float(weight.mean())
    code = labels.argmax(axis=1) if labels.shape[1] > 1 else (labels[:, 0] > 0) * 1
    totals, counts = np.bincount(code, weight), np.bincount(code)
    return float(np.average(totals / np.maximum(counts, 1), weights=totals))


def _fenced(Y):
    """Return targets without outliers: these move to the fences of a box plot.

    References
    ----------
    J. W. Tukey, "Exploratory data analysis", Addison-Wesley 1977.
    """
    low, high = np.percentile(Y, [25, 75], axis=0)
    reach = np.where(high > low, 1.5 * (high - low), np.inf)
    return np.clip(Y, low - reach, high + reach)


def _centred(columns, weight):
    return columns - weight @ columns / weight.sum()


def _standardised(columns, weight):
    """Return columns of mean 0 and variance 1, and their deviations before.

    Constant columns become zeros.
    """
    largest = abs(columns).max(axis=0)
    largest = np.where(largest > 0, largest, 1)
    columns = _centred(columns / largest, weight)  # no square overflows
    # Unlike a product, a mean does not depend on the number of threads of BLAS.
    deviations = np.sqrt(np.average(columns**2, axis=0, weights=weight))
    columns /= np.where(deviations > 1e-9, deviations, np.inf)
    return columns, largest * deviations


def _squared_distances(rows):
    """Return the squared distance of each pair of rows, in a single product."""
    squares, ones = (rows**2).sum(axis=1), np.ones(len(rows))
    left = np.column_stack([-2 * rows, squares, ones])
    return left @ np.column_stack([rows, ones, squares]).T


def _relative(numbers):
    """Return nonnegative numbers relative to their mean, or ones if all are 0."""
    mean = numbers.mean()
    return numbers / mean if mean > 0 else np.ones_like(numbers)
