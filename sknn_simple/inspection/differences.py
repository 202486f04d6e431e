"""Differences: the objective's derivatives by small steps, and by nothing else."""

import numpy as np

from ..network import OUT_ACTIVATIONS, Workspace, forward, loss_and_gradient

STEPS = tuple(2.0**-k for k in (10, 13, 16, 19, 22, 25))
"""Steps to try, the largest first; powers of two are added to weights exactly."""


class Differences:
    """Differentiates the objective by taking small steps.

    Parameters
    ----------
    problem : Problem

    largest : float
        The largest derivative, as far as is known.

    Attributes
    ----------
    largest : float
        Also the largest value of the objective that was seen, and of its terms.
        Derivatives far below can't be told from rounding errors.
    """

    def __init__(self, problem, largest):
        self.problem = problem
        parameters, n_rows = problem.parameters, problem.samples.X.shape[0]
        self.trial = parameters.copy()
        self.largest = max(self._terms(), largest)
        self.scratch = parameters.zeros_like()
        self.workspace = Workspace(parameters.layer_sizes, n_rows, np.float64)
        self.home = self._sides()

    def _terms(self):
        """The mean size of the terms whose small difference a loss may be."""
        X, Y, sample_weight = self.problem.samples
        parameters, activation = self.trial, self.problem.objective.activation
        *_, raw_prediction = forward(
            X, parameters.coefs, parameters.intercepts, activation
        )
        terms = np.abs(Y) * (1 + np.abs(raw_prediction))
        return float(np.average(terms.sum(axis=1), weights=sample_weight))

    def derivative(self, i):
        """The derivative by the `i`-th parameter, or NaN on a kink."""
        best, smallest_doubt = np.nan, np.inf
        for step in STEPS:
            losses = [self._loss(i, multiple * step) for multiple in (-2, -1, 1, 2)]
            if None in losses:
                continue
            near = (losses[2] - losses[1]) / (2 * step)
            far = (losses[3] - losses[0]) / (4 * step)
            # The errors of second order, which are as 1 to 4, cancel out.
            estimate = (4 * near - far) / 3
            doubt = abs(estimate - near)
            if doubt < smallest_doubt:
                best, smallest_doubt = estimate, doubt
            if doubt <= 1e-5 * max(abs(estimate), 1e-4 * self.largest):
                break
        return best

    def _loss(self, i, move):
        """The objective after a move of a parameter, or None beyond a kink."""
        flat = self.trial.flat
        flat[i] += move
        loss, _ = loss_and_gradient(
            self.trial,
            *self.problem.samples,
            self.problem.objective,
            self.scratch,
            self.workspace,
        )
        sides = self._sides()
        flat[i] = self.problem.parameters.flat[i]
        if np.isfinite(loss):
            self.largest = max(self.largest, loss)
        at_home = all(map(np.array_equal, sides, self.home))
        return loss if at_home else None

    def _sides(self):
        """On which side of each kink the samples are; empty if there is no kink."""
        objective, (X, Y, _) = self.problem.objective, self.problem.samples
        loss_has_kink = objective.loss == "absolute_error"
        if "relu" not in (objective.activation, objective.out_activation) and (
            not loss_has_kink
        ):
            return []
        _, *hidden, output = forward(
            X, self.trial.coefs, self.trial.intercepts, objective.activation
        )
        sides = [A > 0 for A in hidden] if objective.activation == "relu" else []
        OUT_ACTIVATIONS[objective.out_activation].function(output)
        if objective.out_activation == "relu":
            sides.append(output > 0)
        if loss_has_kink:
            sides.append(np.sign(output - Y))
        return sides
