"""Saturated layers: hidden units at the ends of their range, for all samples."""

import numpy as np

from ..network import SGD
from ..network.forward_pass import forward
from .subsample import subsample

NEAR_END = 0.02
"""Distance from an end of the range, relative to its half, where units hardly learn."""


def advice_on_saturated_layer(session, scaling):
    """Return advice if a hidden layer is saturated for nearly all samples, or None.

    `scaling` is the Scaling of the samples.
    """
    objective = session.objective
    model = session.state.parameters.view(session.kept_flat)
    functions = objective.functions(len(model.coefs) - 1)
    X, *_ = subsample(session.samples)
    _, *hidden, _ = forward(X, model.coefs, model.intercepts, objective.activation)
    for function, activations in zip(functions, hidden, strict=True):
        low, high = function.target_bounds
        middle, half = (low + high) / 2, (high - low) / 2
        if not np.isfinite(half):
            continue
        if np.mean(abs(activations - middle) > (1 - NEAR_END) * half) > 0.99:
            return _advice(session, scaling, is_tanh=low < 0)
    return None


def _advice(session, scaling, is_tanh):
    changes = [
        None if scaling.is_done else scaling.advice,
        None if is_tanh else "use activation='tanh'",
        "lower momentum" if isinstance(session.state.optimizer, SGD) else None,
        "lower learning_rate_init",
    ]
    first, second, *_ = filter(None, changes)
    return (
        f"{first}, or {second}: all units of a hidden layer are saturated for nearly "
        "every sample, and hardly learn"
    )
