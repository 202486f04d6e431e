"""Symptoms of the units: activations or gradients that prevent learning.

Each function returns a list of findings, as `finding.beyond` makes them.
"""

import numpy as np

from ..network import ACTIVATIONS, layer_activations
from .finding import beyond
from .problem import layer_name

SCALE_INPUTS = "scale the inputs, for instance with StandardScaler"


def _hidden_layers(evidence):
    n_layers = len(evidence.activations) + 1
    return [layer_name(i, n_layers) for i in range(n_layers - 1)]


def _layers(evidence):
    """Return the Activation of each hidden layer, and the activations themselves."""
    given, values = evidence.problem.objective.activation, evidence.activations
    names = layer_activations(given, len(values))
    return zip([ACTIVATIONS[name] for name in names], values, strict=True)


def saturated_units(evidence):
    # When hardly any loss is left, saturated units do no harm.
    if evidence.loss < 0.1 * evidence.constant_loss:
        return []
    shares = []
    for activation, A in _layers(evidence):
        low, high = activation.bounds
        middle, half = (low + high) / 2, (high - low) / 2
        is_bounded = np.isfinite(half)
        shares.append(np.mean(np.abs(A - middle) > 0.98 * half) if is_bounded else 0)
    return beyond(
        _hidden_layers(evidence),
        shares,
        above=0.5,
        seen="{figure:.0%} of the activations of {first} lie within 1% of the ends of "
        "their range, where the derivative is almost 0: these units hardly learn.",
        advice=f"{SCALE_INPUTS}; smaller initial weights (init='lecun_uniform'), a "
        "larger alpha, or a lower learning_rate_init.",
    )


def dead_units(evidence):
    shares = []
    for activation, A in _layers(evidence):
        slopes = np.ones_like(A)
        activation.derivative(A, slopes)
        dead = activation.kinked & ~slopes.any(axis=0)
        shares.append(np.mean(dead))
    return beyond(
        _hidden_layers(evidence),
        shares,
        above=0.2,
        seen="{figure:.0%} of the units of {first} have a derivative of 0 for every "
        "sample, so they can never learn again.",
        advice="fit again with a lower learning_rate_init or scaled inputs, or with "
        "activation='tanh'.",
    )


def _gradient_ratios(evidence):
    *hidden, output = evidence.gradient_norms
    return np.array(hidden) / output if output > 0 else np.ones(len(hidden))


def vanishing_gradients(evidence):
    return beyond(
        _hidden_layers(evidence),
        _gradient_ratios(evidence),
        below=1e-3,
        seen="The gradient in {first} is {figure:.2g} times the gradient in the output "
        "layer: the lower layers hardly learn.",
        advice="fewer hidden layers, activation='tanh' or 'relu', or solver='adam'; if "
        "units are saturated or dead, fix that first.",
    )


def exploding_gradients(evidence):
    return beyond(
        _hidden_layers(evidence),
        _gradient_ratios(evidence),
        above=1e3,
        seen="The gradient in {first} is {figure:.2g} times the gradient in the output "
        "layer: no single learning rate suits both layers.",
        advice=f"{SCALE_INPUTS}; smaller initial weights (init='lecun_uniform'), a "
        "larger alpha, or solver='adam'.",
    )
