"""Numerical gradient: derivatives of the objective by finite differences alone."""

from itertools import compress

import numpy as np

from ..network import LOSSES, OUT_ACTIVATIONS, Workspace, forward, loss_and_gradient

STEPS = tuple(2.0**-k for k in (10, 13, 16, 19, 22, 25))
"""Steps to try, the largest first. Adding a power of two to a weight is exact."""


def numerical_gradient(problem, largest):
    """Return the derivatives of a problem's objective, and the largest number seen.

    A derivative is NaN if a sample lies on a kink. The largest number is the largest of
    all derivatives (`largest` is the largest known before), values of the objective and
    its terms: rounding errors hide derivatives that are much smaller.
    """
    differences = _Differences(problem, largest)
    n_parameters = problem.parameters.flat.size
    flat = np.array([differences.derivative(i) for i in range(n_parameters)])
    known = np.abs(flat[~np.isnan(flat)]).max(initial=0)
    return problem.parameters.view(flat), max(differences.largest, known)


class _Differences:
    """Evaluates the objective of a problem at small distances."""

    def __init__(self, problem, largest):
        self.problem = problem
        parameters, n_rows = problem.parameters, problem.samples.X.shape[0]
        self.trial = parameters.copy()
        self.largest = max(self._size_of_terms(), largest)
        self.scratch = parameters.zeros_like()
        self.workspace = Workspace(parameters.layer_sizes, n_rows, np.float64)
        self.sides_at_start = self._sides_of_kinks()

    def _size_of_terms(self):
        """Return the mean size of the terms y * (1 + z), which may nearly cancel."""
        _, Y, sample_weight = self.problem.samples
        terms = np.abs(Y) * (1 + np.abs(self._forward()[-1]))
        return float(np.average(terms.sum(axis=1), weights=sample_weight))

    def _forward(self):
        X, activation = self.problem.samples.X, self.problem.objective.activation
        return forward(X, self.trial.coefs, self.trial.intercepts, activation)

    def derivative(self, i):
        """Return the derivative for the `i`-th parameter, or NaN on a kink."""
        best, smallest_doubt = np.nan, np.inf
        for step in STEPS:
            losses = [self._loss(i, multiple * step) for multiple in (-2, -1, 1, 2)]
            if None in losses:
                continue
            near = (losses[2] - losses[1]) / (2 * step)
            far = (losses[3] - losses[0]) / (4 * step)
            # The second-order errors of the two are in the ratio 1 to 4, and cancel.
            estimate = (4 * near - far) / 3
            doubt = abs(estimate - near)
            if doubt < smallest_doubt:
                best, smallest_doubt = estimate, doubt
            if doubt <= 1e-5 * max(abs(estimate), 1e-4 * self.largest):
                break
        return best

    def _loss(self, i, move):
        """Return the objective after moving a parameter, or None beyond a kink."""
        problem, flat = self.problem, self.trial.flat
        flat[i] += move
        loss, _ = loss_and_gradient(
            self.trial,
            *problem.samples,
            problem.objective,
            self.scratch,
            self.workspace,
        )
        sides = self._sides_of_kinks()
        flat[i] = problem.parameters.flat[i]
        if np.isfinite(loss):
            self.largest = max(self.largest, loss)
        same_side = all(map(np.array_equal, sides, self.sides_at_start))
        return loss if same_side else None

    def _sides_of_kinks(self):
        """Return the side of each kink that each sample is on; [] without kinks."""
        objective = self.problem.objective
        kinked = [function.kinked for function in self.problem.functions]
        output = OUT_ACTIVATIONS[objective.out_activation]
        sides_of_loss = LOSSES[objective.loss].sides
        if not (any(kinked) or output.kinked or sides_of_loss):
            return []
        _, *hidden, A = self._forward()
        sides = [units > 0 for units in compress(hidden, kinked)]
        output.function(A)
        if output.kinked:
            sides.append(A > 0)
        if sides_of_loss:
            errors = A - self.problem.samples.Y
            sides.append(sides_of_loss(errors, *objective.loss_arguments))
        return sides
