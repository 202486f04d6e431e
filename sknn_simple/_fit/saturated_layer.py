"""Saturated layers: hidden units at the ends of their range, for all samples."""

import numpy as np

from ..network import ACTIVATIONS, SGD
from ..network.forward_pass import forward
from .subsample import subsample

NEAR_END = 0.02
"""Distance from an end of the range, relative to its half, where units hardly learn."""


def share_of_saturated(function, activations):
    """Return the share of activations near an end of the range, 0 if it has no ends."""
    low, high = function.target_bounds
    middle, half = (low + high) / 2, (high - low) / 2
    if not np.isfinite(half):
        return 0.0
    return float(np.mean(abs(activations - middle) > (1 - NEAR_END) * half))


def advice_on_saturated_layer(session, scaling, initial_weights_are_given):
    """Return advice if a hidden layer is saturated for nearly all samples, or None.

    `scaling` is the Scaling of the samples.
    """
    objective = session.objective
    model = session.state.parameters.view(session.kept_flat)
    functions = objective.functions(len(model.coefs) - 1)
    X, *_ = subsample(session.samples)
    _, *hidden, _ = forward(X, model.coefs, model.intercepts, objective.activation)
    for function, activations in zip(functions, hidden, strict=True):
        if share_of_saturated(function, activations) > 0.99:
            break
    else:
        return None
    has_rate = session.history.last.learning_rate is not None
    changes = [
        "use other initial weights" if initial_weights_are_given else None,
        None if scaling.is_done else scaling.advice,
        None if function is ACTIVATIONS["tanh"] else "use activation='tanh'",
        "lower momentum" if isinstance(session.state.optimizer, SGD) else None,
        "lower learning_rate_init" if has_rate else "try another random_state",
    ]
    some = ", or ".join([change for change in changes if change][:2])
    return (
        f"{some}: all units of a hidden layer are saturated for nearly every sample, "
        "and hardly learn"
    )
