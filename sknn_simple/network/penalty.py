"""Penalty: how its strength follows the noise of the labels and the use of the inputs.

An objective that `adapts` penalises the coefs of an epoch by ::

    factor * alpha / (2 * W) * (sum_h factor_h * ||coefs[0][h]||**2 + ||others||**2)

    factor = sqrt(5 * loss / loss of even odds)
    factor_h = sqrt(mean / (q_h + mean / 10)),  q_h = ||coefs[0][h]||**2

The loss is the mean over the epoch before, without penalty: labels that cannot be
learned are noise, which a stronger penalty keeps from being memorised. The weights of
input h are penalised more if they are small: the network hardly uses this input. In the
first epoch, all factors are 1; later, factor * alpha is at most W / 200, so that a few
samples can be learned at all.

Both are rough versions of Bayesian estimates of the strength: D. J. C. MacKay, "A
practical Bayesian framework for backpropagation networks", Neural Computation 4 (1992),
and automatic relevance determination, in R. M. Neal, "Bayesian learning for neural
networks" (1996).
"""

import math

import numpy as np

from .losses import LOSSES

LARGEST_ALPHA = 1 / 200
"""The largest alpha that is chosen automatically, as a share of W."""

LEAST_FACTOR = 0.05
"""The least value of `factor` above."""


def penalty_factors(objective, parameters, data_loss, total_weight):
    """Return the factor of alpha for each coef in the next epoch.

    Parameters
    ----------
    objective : Objective

    parameters : Parameters
        The weights and biases before the epoch.

    data_loss : float
        Mean loss over the epoch before, without penalty; NaN before the first.

    total_weight : float
        Sum of the sample weights.

    Returns
    -------
    factors : float or ndarray of shape (n_coefs,)
        1.0 if no factor differs from 1.
    """
    of_even_odds = LOSSES[objective.loss].of_even_odds
    adapts = objective.adapts and objective.alpha > 0 and not math.isnan(data_loss)
    if of_even_odds is None or not adapts:
        return 1.0
    even_odds = of_even_odds(parameters.layer_sizes[-1])
    if even_odds == 0:  # softmax of a single output, which is always right
        return 1.0
    factor = max(math.sqrt(5 * data_loss / even_odds), LEAST_FACTOR)
    factor = min(factor, LARGEST_ALPHA * total_weight / objective.alpha)
    factors = np.full_like(parameters.flat_coefs, factor)
    coef = parameters.coefs[0]
    squares = np.square(coef, dtype=np.float64).sum(axis=1)
    mean = squares.mean()
    if 0 < mean < np.inf:
        relevance = np.sqrt(mean / (squares + mean / 10))
        factors[: coef.size].reshape(coef.shape)[:] *= relevance[:, None]
    return factors
