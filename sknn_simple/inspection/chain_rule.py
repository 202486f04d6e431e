"""ChainRule: the factors of backpropagation for one sample, kept apart."""

import numpy as np

from ..network import LOSSES, OUT_ACTIVATIONS, forward, layer_activations


class ChainRule:
    """Forward and backward pass of the single sample of a Problem.

    Each list has one array per layer. Training computes deltas at once; here they are
    products of errors and slopes. In the output layer of a canonical pair, errors are
    derivatives with respect to the weighted sums, and slopes are 1.
    """

    def __init__(self, problem):
        parameters, objective = problem.parameters, problem.objective
        X, Y, _ = problem.samples
        x = (X.toarray() if hasattr(X, "toarray") else X)[0]
        coefs, intercepts = parameters.coefs, parameters.intercepts
        activations = forward(x[None], coefs, intercepts, objective.activation)
        self.inputs = [A[0] for A in activations[:-1]]
        self.weighted_sums = [
            a @ coef for a, coef in zip(self.inputs, coefs, strict=True)
        ]
        for i, intercept in enumerate(intercepts):
            self.weighted_sums[i] += intercept
        output = self.weighted_sums[-1].copy()[None]
        OUT_ACTIVATIONS[objective.out_activation].function(output)
        self.activations = [*self.inputs[1:], output[0]]

        loss = LOSSES[objective.loss]
        divisor = loss.output_divisor(output.size)
        predicted = self.weighted_sums[-1] if loss.canonical else self.activations[-1]
        error, scratch = np.empty_like(output), np.empty_like(output)
        value = loss.function(
            predicted.copy()[None], Y, None, error, scratch, *objective.loss_arguments
        )
        self.loss = float(value) / divisor
        self.errors = [error[0] / divisor]  # ∂L/∂a
        self.slopes = [np.ones(output.size)]  # ∂a/∂z
        if not loss.canonical:
            self.slopes = [_slopes(objective.out_activation, output[0])]
        self.deltas = [self.errors[0] * self.slopes[0]]  # ∂L/∂z
        names = layer_activations(objective.activation, len(coefs) - 1)
        layers = zip(names[::-1], coefs[:0:-1], self.inputs[:0:-1], strict=True)
        for name, coef, a in layers:
            self.errors.insert(0, coef @ self.deltas[0])
            self.slopes.insert(0, _slopes(name, a))
            self.deltas.insert(0, self.errors[0] * self.slopes[0])

    def gradient_like(self, parameters):
        """Return the derivatives of the loss in the layout of `parameters`."""
        gradient = parameters.zeros_like()
        for i, (a, delta) in enumerate(zip(self.inputs, self.deltas, strict=True)):
            gradient.coefs[i][:] = np.outer(a, delta)
            if gradient.intercepts:
                gradient.intercepts[i][:] = delta
        return gradient


def _slopes(activation, a):
    """Return the derivatives of activations, shape (len(a),)."""
    slopes = np.ones((1, len(a)))
    OUT_ACTIVATIONS[activation].derivative(a[None], slopes)
    return slopes[0]
