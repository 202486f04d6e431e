"""Shortfall: how much worse a network predicts its targets than neighbours do."""

from typing import NamedTuple

import numpy as np
from scipy.stats import rankdata

from ..network import LOSSES, OUT_ACTIVATIONS, Samples, predict
from .neighbourhood import Neighbourhood
from .no_gain import capitalised
from .subsample import subsample

FAR = 0.15
"""A difference of R^2 that counts."""

SIMILAR = "similar samples predict"
BY_RANKS = "samples whose inputs have similar ranks predict"
BY_RIDGE = "ridge regression predicts"


class Shortfall(NamedTuple):
    """The R^2 of a network, and the higher one of other predictions.

    For labels, these are of their indicators. Both are of at most 500 samples. The
    network was trained on them, but the others predict each without its target: from
    similar samples, from those of similar ranks where a few values spread the inputs,
    or by ridge regression where minor directions of the inputs predict most.
    """

    network: float
    others: float
    by: str = SIMILAR

    @property
    def size(self):
        """The difference of the two; an R^2 below 0 counts as 0.

        A network may be worse than a constant where neighbours predict nothing.
        """
        return self.others - max(self.network, 0.0)

    def __str__(self):
        return (
            f"{self.by} y with R^2 = {self.others:.2f}, the network with "
            f"{self.network:.2f}"
        )


def shortfall(parameters, samples, objective):
    """Return the Shortfall of a network on its training samples, None if it is small.

    The loss must be the squared error or log-loss, so that the outputs are means.
    """
    network = network_r2(parameters, samples, objective)
    if network is None or not network < 1 - FAR:  # as for most networks
        return None
    neighbourhood = Neighbourhood(samples)
    are_minor = neighbourhood.noise_in_minor_directions < 1
    by = BY_RIDGE if are_minor else SIMILAR
    found = Shortfall(network, 1 - neighbourhood.noise, by)
    if neighbourhood.shared_errors is not None:  # ranks of a few rows share them, too
        return found if found.size > FAR else None
    by_ranks = found._replace(others=1 - _noise_of_ranks(samples), by=BY_RANKS)
    if by_ranks.size > max(0.0, found.size) + FAR:
        return by_ranks
    return found if found.size > FAR else None


def _noise_of_ranks(samples):
    X, Y, weight = subsample(samples)
    return Neighbourhood(Samples(rankdata(X, axis=0), Y, weight)).noise


def _predicts_means(loss):
    """Return whether a Loss is the squared error, in any unit, or log-loss."""
    is_log_loss = loss.canonical and loss.for_labels
    return is_log_loss or loss.function is LOSSES["squared_error"].function


def network_r2(parameters, samples, objective):
    """Return the R^2 of a network on some samples, over all outputs together.

    None if the outputs are no means.
    """
    if not _predicts_means(LOSSES[objective.loss]):
        return None
    X, Y, weight = subsample(samples)
    out = predict(X, parameters.coefs, parameters.intercepts, objective.activation)
    OUT_ACTIVATIONS[objective.out_activation].function(out)
    mean = np.average(Y, weights=weight, axis=0)
    variance = float((weight @ (Y - mean) ** 2).sum())
    return 1 - float((weight @ (Y - out) ** 2).sum()) / variance if variance else 1.0


def from_unscaled_inputs(advice):
    """Return a warning about a Shortfall of a complete fit on raw inputs, or None."""
    session, scaling = advice.session, advice.scaling
    if not (scaling.are_inputs_large or scaling.are_inputs_small):
        return None
    parameters = session.state.parameters.view(session.kept_flat)
    found = shortfall(parameters, session.samples, session.objective)
    if found is None:
        return None
    cause = advice.against_cause(session.history.last.learning_rate, session.loss)
    return (
        f"The network has learned too little from inputs that are not scaled: {found}. "
        f"{capitalised(cause)}."
    )
