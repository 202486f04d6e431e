"""Passes: the numbers of one sample's way through a network, forward and back."""

import numpy as np

from ..network import ACTIVATIONS, LOSSES, OUT_ACTIVATIONS, forward, loss_and_delta


def is_canonical(loss):
    """Whether a loss takes one output activation alone, with which delta is a - y."""
    return "identity" not in LOSSES[loss].out_activations


class Passes:
    """One sample in a Problem, layer by layer; each list has one array a layer.

    Delta is computed here by the chain rule from its parts; training has it in one go.

    Parameters
    ----------
    problem : Problem
        Of one sample.

    Attributes
    ----------
    inputs, weighted_sums, activations : list of ndarray

    errors : list of ndarray
        Derivatives of the loss by the activations; of a canonical output by the
        weighted sums.

    slopes : list of ndarray
        Derivatives of the activations by the weighted sums; 1 for a canonical output.

    deltas : list of ndarray
        Derivatives of the loss by the weighted sums.

    loss : float
        Without penalty.
    """

    def __init__(self, problem):
        X, Y, _ = problem.samples
        x = (X.toarray() if hasattr(X, "toarray") else X)[0]
        self._go_forward(x, problem.parameters, problem.objective)
        self._go_backward(Y[0], problem.parameters, problem.objective)

    def _go_forward(self, x, parameters, objective):
        coefs, intercepts = parameters.coefs, parameters.intercepts
        activations = forward(x[None], coefs, intercepts, objective.activation)
        self.inputs = [A[0] for A in activations[:-1]]
        self.weighted_sums = [
            below @ coef for below, coef in zip(self.inputs, coefs, strict=True)
        ]
        for i, intercept in enumerate(intercepts):
            self.weighted_sums[i] += intercept
        output = self.weighted_sums[-1].copy()[None]
        OUT_ACTIVATIONS[objective.out_activation].function(output)
        self.activations = [*self.inputs[1:], output[0]]

    def _go_backward(self, y, parameters, objective):
        *hidden, output = self.activations
        loss, out_activation = objective.loss, objective.out_activation
        self.loss, error = _loss(loss, out_activation, self.weighted_sums[-1], y)
        slope = np.ones_like(output)
        if not is_canonical(loss):
            # An identity output is its own weighted sum: this is the derivative by it.
            _, error = _loss(loss, "identity", output, y)
            slope = _slopes(out_activation, output)
        self.errors, self.slopes, self.deltas = [error], [slope], [error * slope]
        for coef, A in zip(parameters.coefs[:0:-1], hidden[::-1], strict=True):
            self.errors.insert(0, coef @ self.deltas[0])
            self.slopes.insert(0, _slopes(objective.activation, A))
            self.deltas.insert(0, self.errors[0] * self.slopes[0])

    def write_gradient(self, gradient, penalty):
        """Write the derivatives of the objective to `gradient`.

        `penalty` is that of each coef, shape (n_coefs,).
        """
        for i, (below, delta) in enumerate(zip(self.inputs, self.deltas, strict=True)):
            gradient.coefs[i][:] = np.outer(below, delta)
            if gradient.intercepts:
                gradient.intercepts[i][:] = delta
        gradient.flat_coefs += penalty


def _loss(name, out_activation, raw_prediction, y):
    """The loss of one sample, and its derivative by the raw prediction."""
    raw = raw_prediction.copy()[None]
    delta = np.empty_like(raw)
    value = loss_and_delta(
        name, out_activation, raw, y[None], None, delta, np.empty_like(raw)
    )
    n_averaged = LOSSES[name].n_averaged(len(y))
    return value / n_averaged, delta[0] / n_averaged


def _slopes(activation, A):
    """Derivatives of activations by their weighted sums."""
    slopes = np.ones((1, len(A)))
    ACTIVATIONS[activation].derivative(A[None], slopes)
    return slopes[0]
