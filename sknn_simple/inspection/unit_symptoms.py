"""Symptoms of the units: activations, weights or gradients that prevent learning.

Each function returns a list of findings, as `finding.beyond` makes them. Its docstring
is the criterion, which the docstring of `diagnose` lists, with the terms it uses.

Linear and saturated units do no harm in a network that has hardly any loss left. The
penalty may make units linear, and their gradients small.
"""

import numpy as np

from .._fit.depth import changes_of_depth
from .._fit.saturated_layer import share_of_saturated
from ..network import ACTIVATIONS
from .advice import (
    automatic_rate,
    far_lower_rate,
    inputs_to_scale,
    larger_alpha,
    larger_inputs,
    lower_momentum,
    lower_rate,
    more_units,
    one_of,
    smaller_alpha,
    smaller_weights,
)
from .finding import beyond


def identical_units(evidence):
    """More than 0.2 of the units of a hidden layer have the same incoming weights as
    another one.
    """
    shares = []
    for i in range(len(evidence.activations)):
        parameters = evidence.problem.parameters
        incoming = np.vstack([parameters.coefs[i], *parameters.intercepts[i : i + 1]])
        # Rounding errors may tell identical units apart.
        largest = np.abs(incoming).max(axis=0)
        largest[largest == 0] = 1.0
        units = np.round(np.vstack([incoming / largest, np.log(largest)]), 6)
        _, counts = np.unique(units, axis=1, return_counts=True)
        shares.append(counts[counts > 1].sum() / incoming.shape[1])
    return beyond(
        evidence.hidden_layers,
        shares,
        above=0.2,
        seen="{figure:.0%} of the units of {worst} have the same weights as another "
        "unit: they started with equal weights, so they learn the same.",
        advice="random initial weights, without coefs_init and intercepts_init.",
    )


def linear_network(evidence):
    """No hidden unit has different derivatives for different samples, and the network
    is not learned.
    """
    if evidence.learned or not evidence.activations:
        return []
    if evidence.is_overpenalised or evidence.has_decayed:
        return []
    bends = [np.ptp(slopes, axis=0) > 1e-6 for slopes in evidence.slopes]
    # Dead and saturated units do not bend either, but they are not linear.
    is_alive = all((slopes > 0.005).all() for slopes in evidence.slopes)
    return beyond(
        ["hidden layers"],
        [np.concatenate(bends).mean()],
        below=1e-9,
        # A single sample does not show whether units are linear.
        among=is_alive and len(evidence.activations[0]) > 1,
        seen="No hidden unit is nonlinear on these samples: however many layers it "
        "has, the network is a linear model.",
        advice="activation='logistic', 'tanh' or 'relu'."
        if ACTIVATIONS["identity"] in evidence.problem.functions
        else one_of("larger initial weights", smaller_alpha(evidence)),
    )


def saturated_units(evidence):
    """More than 0.5 of the activations of a sigmoid or tanh layer lie within 1% of the
    ends of their range, and the network is not learned.
    """
    if evidence.learned:
        return []
    layers = zip(evidence.problem.functions, evidence.activations, strict=True)
    shares = [share_of_saturated(*layer) for layer in layers]
    return beyond(
        evidence.hidden_layers,
        shares,
        above=0.5,
        seen="{figure:.0%} of the activations of {worst} lie within 1% of the ends of "
        "their range, where the derivative is almost 0: these units hardly learn.",
        advice=one_of(
            inputs_to_scale(evidence),
            far_lower_rate(evidence),
            more_units(evidence),
            lower_momentum(evidence),
            smaller_weights(evidence),
            automatic_rate(evidence),
            larger_alpha(evidence),
        ),
    )


def dead_units(evidence):
    """More than 0.19 of the units of a relu layer, and more than two of ten, are 0 for
    every sample, though their weights have not decayed (to a norm below 0.1, with a
    bias below 3).
    """
    shares, widths = [], []
    for i, slopes in enumerate(evidence.slopes):
        dead = ~slopes.any(axis=0) & ~_decayed(evidence.problem.parameters, i)
        kinked = evidence.problem.functions[i].kinked
        shares.append(dead.mean() if kinked else 0)
        widths.append(dead.size)
    return beyond(
        evidence.hidden_layers,
        shares,
        above=0.19,
        among=shares > 0.15 + 0.5 / np.array(widths),  # a narrow layer may lose a unit
        seen="{figure:.0%} of the units of {worst} have a derivative of 0 for every "
        "sample, so they can never learn again.",
        advice=one_of(
            inputs_to_scale(evidence),
            far_lower_rate(evidence),
            _smaller_biases(evidence),
            lower_momentum(evidence),
            lower_rate(evidence),
            "activation='tanh'",
        ),
    )


def _decayed(parameters, i):
    """Return which units of hidden layer i the penalty has removed.

    The weights of a unit that is not needed decay, but not its bias.
    """
    sizes = np.linalg.norm(parameters.coefs[i], axis=0)
    biases = np.abs(parameters.intercepts[i]) if parameters.intercepts else 0 * sizes
    return (sizes < 0.1) & (biases < 3)


def _smaller_biases(evidence):
    given = evidence.network.intercepts_init is not None
    return "biases nearer to 0 in intercepts_init" if given else None


def _gradient_ratios(evidence):
    *hidden, output = evidence.gradient_norms
    return np.array(hidden) / output if output > 0 else np.ones(len(hidden))


def vanishing_gradients(evidence):
    """The gradient of the coefs of a hidden layer is below 1e-3 times that in the
    output layer (norms for single samples, root mean square over the samples).
    """
    if evidence.is_overpenalised or evidence.has_decayed:
        return []
    to_scale = larger_inputs(evidence) or inputs_to_scale(evidence)
    is_deep = len(evidence.activations) > 1
    is_flat = ACTIVATIONS["logistic"] in evidence.problem.functions
    # Through many layers, adam learns no more than sgd.
    changes = changes_of_depth(evidence.problem.functions) or (
        "activation='tanh' or 'relu'" if is_flat else None,
        "fewer hidden layers" if is_deep else None,
        None if evidence.network.solver == "adam" else "solver='adam'",
    )
    others = (
        far_lower_rate(evidence),
        *changes,
        "if units are saturated or dead, fix that first",
    )
    return beyond(
        evidence.hidden_layers,
        _gradient_ratios(evidence),
        below=1e-3,
        seen="The gradient in {worst} is {figure:.2g} times the gradient in the output "
        "layer: the lower layers hardly learn.",
        # The gradient in a single layer is as small as the inputs.
        advice=one_of(to_scale, *others) if is_deep or not to_scale else f"{to_scale}.",
    )


def exploding_gradients(evidence):
    """The same ratio as in vanishing_gradients is above 1e3."""
    return beyond(
        evidence.hidden_layers,
        _gradient_ratios(evidence),
        above=1e3,
        seen="The gradient in {worst} is {figure:.2g} times the gradient in the output "
        "layer: no single learning rate suits both layers.",
        advice=one_of(
            inputs_to_scale(evidence),
            far_lower_rate(evidence),
            smaller_weights(evidence),
            larger_alpha(evidence),
            "solver='adam'",
        ),
    )
