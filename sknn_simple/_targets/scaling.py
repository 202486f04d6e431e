"""Scaling: the center and the scale by which numbers are standardised."""

from statistics import NormalDist

import numpy as np

QUARTILES_OF_NORMAL = 2 * NormalDist().inv_cdf(0.75)
TWENTIETHS_OF_NORMAL = 2 * NormalDist().inv_cdf(0.95)
"""Distances of the quartiles, and of the quantiles 0.05 and 0.95, of a normal
distribution of deviation 1."""


def center_and_scale(Y, weights, robust=False):
    """Return the weighted mean and standard deviation of each column.

    The scale of a constant is at least 1, so that its rounding errors do not grow.

    With `robust`, return the median, and the deviation of a normal distribution with
    the same quartiles. If most targets are nearly equal, the quartiles show only their
    noise: the scale is at least a tenth of the deviation of a normal distribution with
    the same quantiles 0.05 and 0.95. If the quartiles are equal, it is the standard
    deviation.
    """
    Y = Y.astype(np.float64)
    # Sums of very large numbers would overflow; powers of two change no digit.
    exponent = np.frexp(np.abs(Y).max(axis=0))[1]
    Y = np.ldexp(Y, -exponent)
    # The mean of a constant is exactly this constant.
    mean = Y[0] + np.average(Y - Y[0], weights=weights, axis=0)
    # Squares of very small numbers would vanish.
    largest = np.abs(Y - mean).max(axis=0)
    largest[largest == 0] = 1.0
    squares = ((Y - mean) / largest) ** 2
    scale = largest * np.sqrt(np.average(squares, weights=weights, axis=0))
    if robust:
        shares = 0.05, 0.25, 0.5, 0.75, 0.95
        options = {"weights": weights, "method": "inverted_cdf"}
        lowest, low, mean, high, highest = np.quantile(Y, shares, axis=0, **options)
        spread = (high - low) / QUARTILES_OF_NORMAL
        spread = np.maximum(spread, (highest - lowest) / TWENTIETHS_OF_NORMAL / 10)
        scale = np.where(high > low, spread, scale)
    mean, scale = np.ldexp(mean, exponent), np.ldexp(scale, exponent)
    only_rounding = scale <= 10 * np.finfo(np.float64).eps * np.abs(mean)
    scale[only_rounding] = np.maximum(scale[only_rounding], 1.0)
    return mean, scale
