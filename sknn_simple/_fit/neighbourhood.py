"""Neighbourhood: noise and relevance, estimated from samples near each other.

It needs at most 500 samples, from which the automatic penalty is estimated.
"""

import functools
import math

import numpy as np

from .copies import are_frequencies, distinct_rows
from .distances import centred, dimension, squared_distances, standardised
from .kernel_ridge import (
    unexplained,
    unexplained_by_minor_directions,
    without_outliers,
)
from .row_order import runs_of, shared_errors
from .subsample import in_double_precision, some_rows

RARE = 0.4
"""Deviation of an indicator below which less than a fifth of the rows have it."""

REDUNDANT = 0.15
"""Share of independent inputs below which the others may hide minor directions."""


class Neighbourhood:
    """Some samples, standardised, and their nearness to each other.

    Sample j is a neighbour of sample i with the weight ``w_j * exp(-4 * d_ij / p)``,
    where d_ij is their squared distance and p the number of inputs that vary. A sample
    is not its own neighbour.

    Attributes
    ----------
    n_distinct : int
        Number of distinct samples of nonzero weight (see `distinct_rows`). In a
        frequency table of labels, it is the number of samples that rows stand for.

    mean_weight : float
        Mean of their weights. If classes weigh more or less, it is a mean over classes
        (see `_mean_weight`): where a few samples of a rare class weigh as much as all
        others, so does their noise.

    shares : ndarray of shape (n_outputs,)
        Mean of each target, over distinct samples: for labels, the shares of the
        classes.

    deviations : ndarray of shape (n_features,)
        Standard deviations of the inputs.

    n_varying : int
        Number of inputs that vary, at least 1.

    n_inputs : float
        Sum of the variances of the inputs, at most 1 each. If inputs vary together, it
        is smaller: it is multiplied by the square root of the share of the inputs that
        are independent.

    are_redundant : bool
        Whether most inputs depend on others.
    """

    def __init__(self, samples, by_class=False, fenced=False):
        rows, weight = distinct_rows(samples)
        self.n_distinct, counts = len(rows), None
        # Without repeated rows, large tables are not copied.
        Y = samples.Y if len(rows) == len(samples.Y) else samples.Y[rows]
        if by_class and are_frequencies(samples, rows, weight):
            counts, weight = weight, np.broadcast_to(1.0, len(rows))
            self.n_distinct = int(counts.sum())
        # From all samples: the subsample may lack a rare class.
        self.mean_weight = _mean_weight(weight, Y if by_class else None)
        with np.errstate(over="ignore"):  # of numbers, which have no shares
            self.shares = (
                Y.mean(axis=0) if counts is None else counts @ Y / counts.sum()
            )
        self._samples = samples
        self._runs = runs_of(rows, samples.X.shape[1]) if counts is None else None
        drawn = some_rows(self.n_distinct, samples.X.shape[1])
        if counts is not None:
            drawn = np.searchsorted(counts.cumsum(), drawn, side="right")
        rows, weight = rows[drawn], weight[drawn]
        X, Y = in_double_precision(samples, rows)
        self.weight = weight / weight.mean()
        self.fenced = fenced
        if fenced:
            Y = without_outliers(Y)
        self.X, self.deviations = standardised(X, self.weight)
        self.Y = centred(Y / (abs(Y).max() or 1), self.weight)
        self.n_varying = max(1, np.count_nonzero(self.X.any(axis=0)))
        distances = squared_distances(self.X)
        independent = min(1, dimension(distances) / self.n_varying)
        self.are_redundant = independent < REDUNDANT
        variance = float((np.minimum(self.deviations, 1) ** 2).sum())
        self.n_inputs = variance * math.sqrt(independent)
        distances *= -4 / self.n_varying
        self.nearness = np.exp(distances, out=distances)
        np.fill_diagonal(self.nearness, 0)

    @functools.cached_property
    def noise(self):
        """The share of the variance of the targets that looks like noise.

        It is the error of predicting each sample from the others by kernel ridge
        regression. Repeated measurements share the peculiarities of what was measured,
        which would pass for signal: if 5% of the samples are such twins, only the first
        of each takes part in a second try, and the larger error counts. So does the
        noise of `shared_errors`.
        """
        noise = self._largest(self._unexplained)
        # Rounded for the same reason as `r2`.
        return float(f"{min(noise, self.noise_in_minor_directions):.4g}")

    @functools.cached_property
    def noise_in_minor_directions(self):
        """As `noise`, if the directions in which inputs vary least predict most; or 1.

        Few inputs, or independent ones, have no such directions.
        """
        if not self.are_redundant:
            return 1.0
        noise = self._largest(self._unexplained_by_minor_directions)
        return float(f"{noise:.4g}")

    @functools.cached_property
    def shared_errors(self):
        """The SharedErrors of rows that follow each other, or None."""
        if self._runs is None:
            return None
        given = self._samples, self._runs, self.n_distinct
        return shared_errors(*given, self.relevance)

    def _largest(self, unexplained):
        """Return the largest share: of all rows, the first of twins, shared errors."""
        share, first = unexplained(slice(None)), self._are_first
        if first is not None:
            share = max(share, unexplained(first))
        if self.shared_errors is not None:
            share = max(share, self.shared_errors.noise)
        return share

    def _unexplained(self, rows):
        """Return the share of the variance that these rows do not explain."""
        nearness = self.nearness[rows][:, rows]
        return unexplained(nearness, self.Y[rows], self.weight[rows], self.fenced)

    def _unexplained_by_minor_directions(self, rows):
        return unexplained_by_minor_directions(
            self.X[rows], self.Y[rows], self.weight[rows]
        )

    @functools.cached_property
    def _are_first(self):
        """Which samples are the first of twins, or None if twins are few."""
        first = self._first_of_twins()
        return first if first.mean() < 0.95 else None

    def _first_of_twins(self):
        """Return which samples have no near-duplicate before them.

        Its squared distance is at most a 20th of the usual one to the 8th neighbour.
        For one input, the limit is 1 / 20**3, and for two, 1 / 20**1.5: there, random
        samples are often near each other. Where most samples have many equal ones,
        inputs are coarse, and none are twins.
        """
        with np.errstate(divide="ignore"):
            distances = -np.log(self.nearness)
        np.fill_diagonal(distances, np.inf)
        rank = max(1, min(8, (len(distances) - 1) // 4)) - 1
        usual = np.median(np.partition(distances, rank, axis=1)[:, rank])
        if usual < 1e-9:  # a rounding error
            return np.ones(len(distances), dtype=bool)
        near = 0.05 ** max(1, 3 / self.n_varying) * usual
        return ~np.tril(distances < near).any(axis=1)

    @functools.cached_property
    def r2(self):
        """The R^2 of predictions of each sample by its neighbours, at least 0.

        The prediction is a mean over neighbours [1]_ [2]_, weighted by the squares of
        their nearness. The mean of all samples takes part in it with the weight 0.1.
        The result is the best one of three bandwidths, each half of the one before:
        targets that vary quickly are predicted by the nearest neighbours only. If rows
        have `shared_errors`, these are not predicted.

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
        best = max(best, 1 - self.noise_in_minor_directions)
        if self.shared_errors is not None:
            best = min(best, 1 - self.shared_errors.noise)
        # Rounded, since the last bits depend on the number of threads of BLAS.
        return round(best, 9)

    def scale(self):
        """Return the standard deviations of the inputs, at most 1 each.

        Coefs of inputs that vary little, as indicators of categories and word counts
        do, must be large. Few samples cannot tell whether an input varies at all: its
        variance counts as at least a tenth of the mean variance.
        """
        variances = np.minimum(self.deviations, 1) ** 2
        return np.sqrt(np.maximum(variances, variances.mean() / 10 or 1.0))

    def scale_of_indicators(self):
        """Return the mean deviation of indicators of categories, others counting as 1.

        An indicator has two values, whose difference is 1. The product of the smallest
        and the largest standardised value is -1 only if there are two: the inequality
        of Bhatia and Davis (American Mathematical Monthly 107, 2000).

        Words of documents may be indicators, too, but count as 1 (see
        `_share_of_words`).
        """
        low, high = self.X.min(axis=0), self.X.max(axis=0)
        are_indicators = np.isclose(low * high, -1)
        are_indicators &= np.isclose(self.deviations * (high - low), 1)
        deviations = np.where(are_indicators, self.deviations, 1)
        varying = high > low  # others may vary among all samples
        if not varying.any():
            return 1.0
        share_of_words = self._share_of_words(are_indicators)
        return float(deviations[varying].mean()) ** (1 - share_of_words)

    def _share_of_words(self, are_indicators):
        """Return a number from 0, if indicators are of categories, to 1, if of words.

        A row has one category of each kind, so the sum of its indicators does not vary.
        Words do not exclude each other: the variance of the sum is at least the sum of
        the variances. The result is the ratio of the two. Frequent indicators do not
        take part, since yes and no are no words.
        """
        rare = are_indicators & (self.deviations < RARE)
        sums = self.X[:, rare] @ self.deviations[rare]
        independent = float((self.deviations[rare] ** 2).sum())
        return min(1.0, float(np.mean(sums**2)) / (independent or 1.0))

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
        outputs = self.weight[:, None] * standardised(self.Y, self.weight)[0]
        squares = ((self.X.T @ outputs / total) ** 2).sum(axis=1)
        beyond_chance = np.maximum(squares - n_outputs / total, 0) + 1 / total
        usual = self._mean_differences(self.nearness)
        targets_differ = squared_distances(self.Y)
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


def _mean_weight(weight, labels):
    """Return the mean weight, averaged over the classes if `labels` encode them.

    Each class counts by its part in the noise of the gradient of the log-loss, where
    the network predicts the shares p of the classes. For two classes of mean weights w,
    the result is p_2 * w_1 + p_1 * w_2: a rare class with large weights is noisy.
    """
    if labels is None or (weight == weight[0]).all():
        return float(weight.mean())
    code = labels.argmax(axis=1) if labels.shape[1] > 1 else (labels[:, 0] > 0) * 1
    totals, counts = np.bincount(code, weight), np.bincount(code)
    shares = totals / totals.sum()
    noise = shares * (1 - 2 * shares + np.sum(shares**2))
    if not noise.any():  # a single class
        return float(weight.mean())
    return float(np.average(totals / np.maximum(counts, 1), weights=noise))


def _relative(numbers):
    """Return nonnegative numbers relative to their mean, or ones if all are 0."""
    mean = numbers.mean()
    return numbers / mean if mean > 0 else np.ones_like(numbers)
