"""Symptoms of the training: the learning rate, and the stop.

Each function returns a list of findings, as `finding.beyond` makes them. Its docstring
is the criterion, which the docstring of `diagnose` lists, with the terms it uses.
"""

import math

import numpy as np

from .._fit import options
from .._fit.ending import has_levelled_off
from ..network import OPTIMIZERS
from .advice import (
    earlier_samples,
    far_lower_rate,
    higher_rate,
    inputs_to_scale,
    longer_training,
    lower_momentum,
    lower_rate,
    one_of,
)
from .finding import beyond
from .trial import FAR_BELOW, PROGRESS
from .unit_symptoms import dead_units, saturated_units

TRAINING = ("training",)

LEAST_FALL = 0.01
"""A fall of the loss in half of the epochs that counts, relative to the constant."""


def _losses(evidence):
    """Return the losses of 10 or more epochs of gradient descent, else None."""
    history = evidence.network.history_
    enough = len(history["loss"]) >= 10 and "learning_rate" in history
    return np.array(history["loss"]) if enough else None


def learning_rate_too_high(evidence):
    """In the second half of at least 10 epochs, the loss rises by more than 0.05 times
    the constant per epoch on average; or it ends more than 0.25 times the constant
    above its lowest value (with average=True, three times as much). After
    `partial_fit`, the largest rise does not count: other samples may have caused it;
    and none does if calls have fewer than about two thirds of the samples of `X`, or of
    500: their losses differ by chance.
    """
    losses, constant = evidence.training.steady, evidence.training.constant
    is_judged = _losses(evidence) is not None and len(losses) > 0 and constant > 0
    if not is_judged or evidence.is_overpenalised:
        return []
    half = losses[len(losses) // 2 :]
    # The average of the weights evens out what their losses show.
    tolerated = 3 if evidence.network.average else 1
    advice = one_of(
        inputs_to_scale(evidence),
        far_lower_rate(evidence),
        lower_momentum(evidence),
        lower_rate(evidence),
        "learning_rate='adaptive'",
        earlier_samples(evidence),
    )
    return beyond(
        TRAINING,
        [np.maximum(np.diff(half), 0).mean() / constant],
        above=0.05 * tolerated,
        seen="The loss oscillates: in the second half of training, its mean rise per "
        "epoch is {figure:.3g} times the loss of a constant prediction.",
        advice=advice,
    ) or beyond(
        TRAINING,
        [(losses[-1] - losses.min()) / constant],
        above=0.25 * tolerated,
        seen="The loss has risen again: it ended above its lowest value by "
        "{figure:.3g} times the loss of a constant prediction.",
        advice=advice,
    )


def learning_rate_too_low(evidence):
    """In the second half of at least 10 epochs, the loss falls in 9 of 10 epochs, by
    more than 0.25 of its whole fall and 0.01 times the constant, and so does the lowest
    validation loss, if there is one. Or the rate is below 1/30 of the value of 'auto',
    and in a trial of 5000 steps at the rate of 'auto', the loss falls by more than
    0.075 times the constant.
    """
    losses = _losses(evidence)
    if _is_far_too_slow(evidence):
        return beyond(
            TRAINING,
            [evidence.trials.gain_by_auto_rate],
            above=PROGRESS,
            seen=f"The learning rate of the last epoch was {evidence.rate:.2g}: a rate "
            f"of {evidence.automatic.rate:.2g}, tried on a copy, lowers the loss by "
            "{figure:.3g} times the loss of a constant prediction.",
            advice=one_of(higher_rate(evidence)),
        )
    if losses is None or losses[-1] >= losses[0]:
        return []
    half = losses[len(losses) // 2 - 1 :]
    if np.mean(np.diff(half) < 0) < 0.9 or _validation_ends_the_fall(evidence):
        return []
    tried = too_few_epochs(evidence) or stopped_on_plateau(evidence)
    return beyond(
        TRAINING,
        [(half[0] - half[-1]) / (losses[0] - losses[-1])],
        above=0.25,
        # A warm start of a network that has converged has hardly anything to gain.
        among=half[0] - half[-1] > LEAST_FALL * evidence.training.constant,
        seen="The loss was still falling steadily: {figure:.0%} of its fall came in "
        "the second half of training.",
        advice=one_of(
            inputs_to_scale(evidence),
            _higher_rate(evidence),
            "solver='adam'" if evidence.network.solver != "adam" else None,
            # As many epochs as another finding may advise.
            tried[0][-1].rstrip(".") if tried else longer_training(evidence),
        ),
    )


def _validation_ends_the_fall(evidence):
    """Return whether the validation loss gained nothing in its second half.

    A higher rate would only memorise the training samples faster.
    """
    recorded = evidence.network.history_.get("validation_loss", [])
    losses = [loss for loss in recorded if loss is not None]
    return len(losses) > 1 and _are_flat(losses, evidence)


def has_flat_loss(evidence):
    """Return whether the training loss gained nothing in its second half."""
    losses = _losses(evidence)
    return losses is not None and _are_flat(losses, evidence)


def _are_flat(losses, evidence):
    n_earlier = len(losses) // 2
    fall = min(losses[:n_earlier]) - min(losses[n_earlier:])
    return fall <= LEAST_FALL * evidence.training.constant


def _is_far_too_slow(evidence):
    """Return whether a rate far below the rate of 'auto' is to blame.

    Unscaled inputs would be the first cause.
    """
    may_be_tried = evidence.problem.is_stochastic and evidence.trials.are_meaningful
    if inputs_to_scale(evidence) or not may_be_tried:
        return False
    if evidence.rate > FAR_BELOW * evidence.automatic.rate:
        return False
    return evidence.trials.gain_by_auto_rate > PROGRESS


def stopped_by_max_iter(evidence):
    """`stop_reason_` is 'max_iter', and training could have stopped earlier, by
    patience (`n_iter_no_change`) or by L-BFGS's own rule; not after 100 epochs or more
    with 2,000 updates or more, nor if max_iter='auto' and the last fifth of the
    iterations of L-BFGS gained at most 0.01 times the constant.
    """
    network = evidence.network
    if network.stop_reason_ != "max_iter" or _as_asked(evidence):
        return []
    if evidence.record.is_untrained or evidence.training.is_held_back:
        return []
    max_iter = network.n_iter_
    seen = f"Training stopped at max_iter={max_iter} before the loss converged."
    advice, to_scale = "a larger max_iter.", inputs_to_scale(evidence)
    if to_scale:
        advice = f"{to_scale}. Then {advice}"
    elif _higher_rate(evidence):
        advice += " If the loss falls slowly, first try a higher learning_rate_init."
    return [(TRAINING, float(network.n_iter_), float(max_iter), seen, advice)]


def _higher_rate(evidence):
    """Advise a higher learning rate, unless another symptom asks for a lower one."""
    contrary = learning_rate_too_high, saturated_units, dead_units
    if any(symptom(evidence) for symptom in contrary):
        return None
    return higher_rate(evidence)


def _as_asked(evidence):
    """Return whether training was to end at `max_iter`, and not before it."""
    network, losses = evidence.network, evidence.record.losses
    if network.solver not in OPTIMIZERS:
        is_automatic = network.max_iter == "auto" and len(losses) > 0
        return is_automatic and has_levelled_off(losses, evidence.training.constant)
    n_samples = evidence.record.n_trained or evidence.n_samples
    patience = options.n_iter_no_change(network, n_samples)
    is_enough = network.n_iter_ >= options.enough_epochs(network, n_samples)
    return is_enough or math.isinf(patience) or evidence.record.ending.has_settled


def ended_as_meant(evidence):
    """Return whether training ended by its own rule, or after the epochs asked for."""
    ending = evidence.record.ending
    if ending.ran_out_of_epochs:
        return _as_asked(evidence)
    return ending.lost_patience or ending.stop_reason in ("converged", "line_search")


def too_few_epochs(evidence):
    """`stop_reason_` is 'max_iter', with infinite patience or after enough epochs (see
    stopped_by_max_iter), or max_iter='auto' has lowered the learning rate, and the
    network is not learned; in a trial of as many epochs or 5000 steps more, the loss
    falls by more than 0.075 times the constant.
    """
    record, ending = evidence.record, evidence.record.ending
    if record.is_untrained or not (ending.ran_out_of_epochs and _as_asked(evidence)):
        return []
    did = f"Training ended too early, at max_iter={evidence.network.n_iter_}"
    if ending.has_settled:
        n_epochs = ending.n_at_first_rate
        did = f"The learning rate dropped too early, after {n_epochs} epochs"
    return _more_epochs_help(evidence, did)


def stopped_on_plateau(evidence):
    """As too_few_epochs, but `stop_reason_` is 'patience', or patience has lowered the
    learning rate; also with L-BFGS. Under early stopping, only if the loss is above 0.5
    times the constant; neither with learning_rate_too_high, nor with a rate far below
    'auto'.
    """
    ending = evidence.record.ending
    if not ending.lost_patience:
        return []
    n_iter = evidence.network.n_iter_
    did = f"Patience ended the training on a plateau, after {n_iter} epochs"
    if ending.has_settled:
        did = "Patience lowered the learning rate on a plateau"
    return _more_epochs_help(evidence, did)


def misleading_validation(evidence):
    """Early stopping chose an epoch after which the training loss fell by more than
    0.075 times the constant (then stopped_by_max_iter, too_few_epochs and
    stopped_on_plateau do not appear); the loss is above 0.5 times the constant, and in
    a trial as for stopped_on_plateau, divided however few the samples are, it falls by
    more than 0.15 times the constant.
    """
    if not evidence.training.is_held_back or not may_train_longer(evidence):
        return []
    network, trial = evidence.network, evidence.trials.longer
    cause = "the held-out samples are too few, or unlike the others"
    other_samples = "a larger validation_fraction, or other X_val"
    if evidence.record.n_trained == evidence.n_samples:  # none were held out
        cause = "X_val and y_val are too few, unlike X and y, or in other units"
        other_samples = "X_val and y_val transformed like X and y, or more of them"
    return beyond(
        TRAINING,
        [trial.fall / evidence.constant_loss],
        above=2 * PROGRESS,  # some of the noise of small halves looks like progress
        seen=f"Early stopping chose epoch {network.best_epoch_} of {network.n_iter_}, "
        f"but {trial.n_epochs} epochs more, tried on a copy, lower the loss of these "
        "samples by {figure:.3g} times the loss of a constant prediction: "
        f"{cause}.",
        advice=one_of("early_stopping=False", other_samples),
    )


def _more_epochs_help(evidence, did):
    """Compare the fall of the loss in a longer training with the constant loss.

    `did` names what ended the training, or the epochs at its first rate.
    """
    if evidence.training.is_held_back or not may_train_longer(evidence):
        return []
    n_iter, trial = evidence.network.n_iter_, evidence.trials.longer
    more = f"{trial.n_epochs} more epochs"
    if evidence.record.ending.has_settled:
        more += " at the first rate"
    return beyond(
        TRAINING,
        [trial.fall / evidence.constant_loss],
        above=PROGRESS,
        seen=f"{did}: {more}, tried on a copy, lower the loss by {{figure:.3g}} times "
        "the loss of a constant prediction.",
        advice=one_of(
            "solver='lbfgs'" if evidence.problem.is_linear else None,
            longer_training(evidence, 2 * (n_iter + trial.n_epochs)),
        ),
    )


def may_train_longer(evidence):
    """Return whether a trial of more epochs shows a fault of the stop."""
    # A validation score may be as good as it gets while the loss is still high.
    is_validated = evidence.network.best_epoch_ is not None
    if is_validated and evidence.loss <= 0.5 * evidence.constant_loss:
        return False
    if learning_rate_too_high(evidence):  # a trial may reach a low loss by chance
        return False
    return evidence.trials.are_meaningful and not _is_far_too_slow(evidence)
