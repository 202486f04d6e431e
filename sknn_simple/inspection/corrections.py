"""Corrections: the loss that remains if inputs or outputs are corrected.

Other weights have the same effect, so the samples, dense or sparse, stay as they are.
"""

from dataclasses import replace

import numpy as np
from scipy.optimize import minimize

from ..network import Parameters, loss_and_gradient
from .problem import loss_without_penalty


def loss_of_scaled(problem, start, unit):
    """Return the loss of the samples if their inputs were (X - start) / unit.

    A unit of 0, as of a constant input, counts as 1.
    """
    first, *others = problem.parameters.coefs
    bias, *biases = _intercepts(problem.parameters)
    first = first / np.where(unit > 0, unit, 1)[:, None]
    parameters = Parameters.from_arrays(
        [first, *others], [bias - start @ first, *biases]
    )
    scaled = replace(problem, parameters=parameters)
    return loss_without_penalty(scaled, problem.samples)


def loss_of_recalibrated(problem, raw_prediction):
    """Return the loss if the best constant were added to each raw prediction."""
    _, Y, sample_weight = problem.samples
    identity = np.eye(raw_prediction.shape[1])
    objective = replace(problem.objective, alpha=0.0, activation=(), input_factors=None)

    def relative_loss(constants, unit):
        output = Parameters.from_arrays([identity], [constants])
        samples = raw_prediction, Y, sample_weight
        loss, gradient = loss_and_gradient(output, *samples, objective)
        return loss / unit, gradient.intercepts[0] / unit

    start = np.zeros(len(identity))
    loss, _ = relative_loss(start, 1)
    if not 0 < loss < np.inf:
        return loss
    best = minimize(relative_loss, start, loss, jac=True, method="L-BFGS-B")
    return best.fun * loss


def _intercepts(parameters):
    """Return the intercepts, which are 0 in a network without biases."""
    return parameters.intercepts or [np.zeros(n) for n in parameters.layer_sizes[1:]]
