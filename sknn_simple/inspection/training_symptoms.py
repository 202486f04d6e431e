"""Symptoms of the training: the learning rate, the stop, and the final losses.

Each function returns a list of findings, as `finding.beyond` makes them.
"""

import numpy as np

from .._fit.options import enough_epochs
from ..network import OPTIMIZERS
from .finding import beyond

TRAINING = ("training",)


def _losses_and_rate(evidence):
    """Return the losses and the last rate of 10 or more epochs, or None for both."""
    history = evidence.network.history_
    if len(history["loss"]) < 10 or "learning_rate" not in history:
        return None, None
    return np.array(history["loss"]), history["learning_rate"][-1]


def learning_rate_too_high(evidence):
    losses, rate = _losses_and_rate(evidence)
    if losses is None:
        return []
    scale = max(losses[0] - losses.min(), evidence.constant_loss)
    if scale <= 0:
        return []
    half = losses[len(losses) // 2 :]
    advice = (
        f"a learning_rate_init well below {rate:.3g}, learning_rate='adaptive', or "
        "scaled inputs."
    )
    return beyond(
        TRAINING,
        [np.maximum(np.diff(half), 0).mean() / scale],
        above=0.05,
        seen="The loss oscillates: in the second half of training it rises by "
        "{figure:.0%} per epoch, relative to its fall or to a constant prediction.",
        advice=advice,
    ) or beyond(
        TRAINING,
        [(losses[-1] - losses.min()) / scale],
        above=0.25,
        seen="The loss has risen again: it ended {figure:.0%} above its lowest value, "
        "relative to its fall or to a constant prediction.",
        advice=advice,
    )


def learning_rate_too_low(evidence):
    losses, rate = _losses_and_rate(evidence)
    if losses is None or losses[-1] >= losses[0]:
        return []
    half = losses[len(losses) // 2 - 1 :]
    if np.mean(np.diff(half) < 0) < 0.9:
        return []
    return beyond(
        TRAINING,
        [(half[0] - half[-1]) / (losses[0] - losses[-1])],
        above=0.25,
        seen="The loss was still falling steadily: {figure:.0%} of its fall came in "
        "the second half of training.",
        advice=f"a learning_rate_init of 3 to 10 times {rate:.3g}, or 'auto'; "
        "solver='adam'; or more epochs (max_iter).",
    )


def stopped_by_max_iter(evidence):
    network = evidence.network
    # With infinite patience, the user asked for exactly `max_iter` epochs.
    enough = enough_epochs(network, evidence.problem.samples.X.shape[0])
    is_enough = network.n_iter_no_change == np.inf or network.n_iter_ >= enough
    as_asked = network.solver in OPTIMIZERS and is_enough
    if network.stop_reason_ != "max_iter" or as_asked:
        return []
    max_iter = network.n_iter_ if network.max_iter == "auto" else network.max_iter
    seen = f"Training stopped at max_iter={max_iter} before the loss converged."
    advice = (
        "a larger max_iter; if the loss falls slowly, a higher "
        "learning_rate_init first."
    )
    return [(TRAINING, float(network.n_iter_), float(max_iter), seen, advice)]


def underfitting(evidence):
    if evidence.constant_loss <= 0:
        return []
    # A high loss on other samples may be overfitting instead.
    loss = min(evidence.loss, _trained_loss(evidence))
    return beyond(
        TRAINING,
        [loss / evidence.constant_loss],
        above=0.9,
        seen="The loss is {figure:.2f} times the loss of a constant prediction: the "
        "network has learned next to nothing.",
        advice="fix the other findings first; then more epochs, more hidden units, a "
        "smaller alpha, or more informative inputs.",
    )


def _trained_loss(evidence):
    """Return the training loss of the best epoch; infinite if it is unknown."""
    losses = evidence.network.history_["loss"]
    return losses[(evidence.network.best_epoch_ or 0) - 1] if losses else np.inf


def overfitting(evidence):
    history, constant = evidence.network.history_, evidence.constant_loss
    losses = history["loss"]
    if not losses or constant <= 0:
        return []
    compared = [("these samples", evidence.loss, _trained_loss(evidence))]
    validation_loss = history.get("validation_loss", [None])[-1]
    if validation_loss is not None:
        compared.append(("the validation samples", validation_loss, losses[-1]))
    return [
        finding
        for where, loss, trained in compared
        for finding in beyond(
            [where],
            [(loss - trained) / constant],
            above=0.25,
            # A network that has learned nothing has not memorised its samples.
            among=trained < 0.9 * constant,
            seen="The loss on {first} exceeds the training loss by {figure:.2f} times "
            "the loss of a constant prediction: the network memorised its training "
            "samples (it overfits).",
            advice="more samples, a larger alpha, fewer hidden units, or "
            "early_stopping=True.",
        )
    ]
