"""Stuck outputs: predictions where the output activation is flat, for all samples."""

import math

import numpy as np

from ..network import LOSSES, OUT_ACTIVATIONS, SGD

FLAT = 0.01
"""A slope of the output activation at which sgd hardly learns."""


def advice_on_stuck_outputs(session):
    """Return advice on outputs of a regressor that are stuck, or None.

    A loss whose derivative does not grow with the error cannot free them. There is no
    advice with infinite patience, which asks for a number of epochs only.
    """
    name, objective = session.targets.out_activation, session.objective
    is_flat_nowhere = name == "identity" or LOSSES[objective.loss].canonical
    is_endless = math.isinf(session.patience.n_epochs)
    if is_flat_nowhere or session.targets.are_labels or is_endless:
        return None
    model = session.state.parameters.view(session.kept_flat)
    weights = model.coefs, model.intercepts
    outputs = session.engine.predict(session.samples.X, *weights, objective.activation)
    out, slopes = OUT_ACTIVATIONS[name], np.ones_like(outputs)
    out.function(outputs)
    out.derivative(outputs, slopes)
    if slopes.max() >= FLAT:
        return None
    by_sgd = isinstance(session.state.optimizer, SGD) and not out.kinked
    adam = "solver='adam', or " if by_sgd else ""
    return (
        f"try {adam}out_activation='identity': all outputs are at an end of the range "
        f"of {name!r}, where they hardly learn"
    )
