"""Faults that later calls show: a stream that diverges, or y in other units."""

from typing import NamedTuple

import numpy as np

from .scaling_advice import FAR_FROM_1

FAR_FROM_MEAN = 100
"""Distance of targets from their mean, in spreads, that takes long to learn."""


class StreamFault(NamedTuple):
    """A fault of a stream, of which it is enough to warn once."""

    topic: str
    message: str


def stream_fault(advice):
    """Return the StreamFault that the last epoch shows, or None."""
    losses = advice.session.history.columns["loss"][-100:]
    if losses[-1] <= 100 * advice.loss.of_unit_error:  # as in almost every call
        return None
    if len(losses) > 1 and (fault := _outgrown_scale(advice, losses[-1])):
        return fault
    return _divergence(advice, losses) if len(losses) >= 10 else None


def _outgrown_scale(advice, loss):
    """Return the StreamFault of a y far beyond the scale of the first call, or None.

    A network follows a slow drift.
    """
    spreads = _distance_from_mean(advice.session)
    if spreads <= FAR_FROM_MEAN or loss < advice.loss.of_constant / 2:
        return None
    return StreamFault(
        "scale",
        "y has outgrown the scale that the first call set: half of the targets of this "
        f"call are more than {spreads:.3g} spreads away from the mean, both as in the "
        "first call. Training may be very slow, or diverge. Start again with "
        "normalize_y=False and y divided by its usual size, or with a first call whose "
        "y varies as much as later ones.",
    )


def _distance_from_mean(session):
    """Return how many spreads half of the targets are away from the first mean.

    Counts adapt to any scale, and only identity outputs know the first mean.
    """
    targets, Y = session.targets, session.samples.Y
    if not targets.is_scaled or targets.out_activation != "identity":
        return 0.0
    return float(np.median(np.abs(Y), axis=0).max())


def in_other_units(session):
    """Return what is wrong with the scale of y in a warm-started fit, or None."""
    distance = _distance_from_mean(session)
    if distance == 0:
        return None
    spreads = session.samples.Y.std(axis=0)
    smallest = float(spreads.min(initial=1.0, where=spreads > 0))
    if distance > FAR_FROM_MEAN:
        seen = f"half of the targets are {distance:.3g} or more spreads of the first y "
        seen += "away from its mean"
    elif smallest < 1 / FAR_FROM_1:
        seen = f"targets vary by only {smallest:.2g} times the spread in the first fit"
    else:
        return None
    return (
        "y does not suit the scale that the first fit set, and that a warm start "
        f"keeps: {seen}. Training may be very slow, stop too early, or diverge. Set "
        "warm_start=False to fit from scratch."
    )


def _divergence(advice, losses):
    """Return the StreamFault of a loss far above the usual one, or None."""
    usual, squares = float(np.median(losses)), np.square(advice.session.samples.Y)
    # About the loss of predictions that are wrong by the size of the targets.
    of_size = advice.loss.of_unit_error * (1 + float(np.mean(squares)))
    if losses[-1] <= 100 * max(usual, of_size):
        return None
    option, in_order = "learning_rate_init", ""
    if advice.estimator.solver == "sgd" and advice.estimator.momentum:
        option = f"momentum or {option}"
        if not advice.session.targets.are_labels:
            in_order = " Use momentum=0 if rows come in the order of time."
    return StreamFault(
        "divergence",
        f"Training diverges: the loss of this call of partial_fit is {losses[-1]:.3g}, "
        f"the median of the last {len(losses)} calls {usual:.3g}. Start again with a "
        f"lower {option}.{in_order}",
    )
