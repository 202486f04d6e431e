"""Kept model: whether the weights that a fit keeps are worse than its last ones."""

import numpy as np

from .sample_loss import SampleLoss
from .session import Mode

MUCH = 0.1
"""A difference of losses that counts, relative to the loss of a constant prediction."""

IN_VAIN = 10
"""Number of epochs without a better score after which early stopping is judged."""

ENOUGH_EPOCHS = 50
"""Number of epochs after which an average has caught up with steady training."""


def last_are_better(session):
    """Return whether the last weights of a new fit are far better than their average.

    While a few units still turn, their average computes another function than any of
    the networks that it averages. A later fit may have other samples, and its average
    keeps what the earlier ones have shown.
    """
    state = session.state
    has_average = session.best is None and state.n_averaged >= ENOUGH_EPOCHS
    if session.mode is not Mode.NEW or not has_average:
        return False
    loss = SampleLoss(session)
    with np.errstate(over="ignore", invalid="ignore"):
        return loss.of(state.average) - loss.of_last > MUCH * loss.of_constant


def held_back_by_early_stopping(advice):
    """Return a warning about a best epoch that learned nothing, or None.

    Later epochs must have learned much.
    """
    session = advice.session
    best, losses = session.best, session.history.columns["loss"]
    if best is None or session.n_epochs < best.epoch + IN_VAIN:
        return None
    constant, last = advice.loss.of_constant, session.loss
    if losses[best.epoch - 1] - last <= MUCH * constant or last > constant / 2:
        return None
    loss = advice.loss.of(best.flat)
    if loss <= 0.99 * constant:  # weak dependence is learned before the noise
        return None
    by_loss = "" if advice.estimator.scoring == "loss" else "scoring='loss', "
    next_step = "increase validation_fraction, or pass X_val and y_val"
    if session.validation.is_given:
        next_step = "check that X_val and y_val have the units of X and y"
    return (
        f"Early stopping chose epoch {best.epoch} of {session.n_epochs}, whose loss on "
        f"the training samples ({loss:.6g}) is no better than the loss of a constant "
        f"prediction ({constant:.6g}); the last epoch reached {last:.6g}. If y depends "
        "on X, the held-out samples are too few, or unlike the others: set "
        f"{by_loss}early_stopping=False, or {next_step}."
    )


def outdated_average(advice):
    """Return a warning about an average with weights of an earlier fit, or None."""
    session = advice.session
    state = session.state
    holds_earlier = state.n_averaged > session.n_epochs >= ENOUGH_EPOCHS
    if session.mode is not Mode.RESUME or not holds_earlier:
        return None
    loss, last = advice.loss.of(state.average), advice.loss.of_last
    if loss - last <= MUCH * advice.loss.of_constant:
        return None
    return (
        "The model, an average of weights, still includes weights of the earlier fit: "
        f"its loss on the training samples is {loss:.6g}, but the last weights have a "
        f"loss of {last:.6g}. Set average=False, or warm_start=False to fit from "
        "scratch."
    )
