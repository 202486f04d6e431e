"""What activations and gradients may show: units and layers that do not learn.

Each yields where it is found, the figure, the threshold, what is seen, and what to
try: the parts of a Finding after its kind.
"""

import numpy as np

from .case import worst_first
from .problem import layer_name

SCALE = "scale the inputs, for instance with StandardScaler"


def _by_layer(case, figures, found):
    """The hidden layers where `found`, and the largest figure among them."""
    n_layers = len(case.activations) + 1
    names = [layer_name(i, n_layers) for i in range(n_layers - 1)]
    return worst_first(names, np.asarray(figures), np.asarray(found))


def saturated_units(case):
    activation = case.problem.objective.activation
    # Where hardly any loss is left, units may well be at their limits.
    learned = case.loss < 0.1 * case.constant_loss
    if learned or activation not in ("logistic", "tanh"):
        return
    middle, half = (0.5, 0.5) if activation == "logistic" else (0.0, 1.0)
    shares = [np.mean(np.abs(A - middle) > 0.98 * half) for A in case.activations]
    found = [share > 0.5 for share in shares]
    if any(found):
        where, worst = _by_layer(case, shares, found)
        yield (
            where,
            worst,
            0.5,
            f"{worst:.0%} of the activations of {where[0]} lie within 1% of the ends "
            "of their range, where the derivative is almost 0: they hardly learn.",
            f"{SCALE}; smaller initial weights (init='lecun_uniform'), a larger "
            "alpha, or a lower learning_rate_init.",
        )


def dead_units(case):
    if case.problem.objective.activation != "relu":
        return
    shares = [np.mean(A.max(axis=0) <= 0) for A in case.activations]
    found = [share > 0.2 for share in shares]
    if any(found):
        where, worst = _by_layer(case, shares, found)
        yield (
            where,
            worst,
            0.2,
            f"{worst:.0%} of the units of {where[0]} are 0 for every sample: their "
            "derivative is 0, so that they never learn again.",
            "fit anew with a lower learning_rate_init or scaled inputs, or with "
            "activation='tanh'.",
        )


def _gradient_ratios(case):
    *hidden, output = case.gradient_norms
    return np.array(hidden) / output if output > 0 else np.ones(len(hidden))


def vanishing_gradients(case):
    ratios = _gradient_ratios(case)
    found = ratios < 1e-3
    if found.any():
        where, worst = _by_layer(case, -ratios, found)
        yield (
            where,
            -worst,
            1e-3,
            f"The gradient in {where[0]} is {-worst:.2g} times that in the output "
            "layer: the lower layers hardly learn.",
            "fewer hidden layers, activation='tanh' or 'relu', or solver='adam'; if "
            "units are saturated or dead, that first.",
        )


def exploding_gradients(case):
    ratios = _gradient_ratios(case)
    found = ratios > 1e3
    if found.any():
        where, worst = _by_layer(case, ratios, found)
        yield (
            where,
            worst,
            1e3,
            f"The gradient in {where[0]} is {worst:.2g} times that in the output "
            "layer: a rate that suits one throws the other about.",
            f"{SCALE}; smaller initial weights (init='lecun_uniform'), a larger "
            "alpha, or solver='adam'.",
        )
