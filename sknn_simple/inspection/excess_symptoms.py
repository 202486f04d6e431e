"""Symptoms of an excess: the loss of the samples is far above what training reached.

Each function returns a list of findings, as `finding.beyond` makes them. Its docstring
is the criterion, which the docstring of `diagnose` lists, with the terms it uses.
"""

from .._fit.kept_model import MUCH
from .advice import (
    check_sensors,
    cover_range,
    earlier_samples,
    far_lower_rate,
    larger_alpha,
    lower_momentum,
    lower_rate,
    missing_weights,
    names_of,
    one_of,
    whitened,
)
from .finding import beyond
from .order_symptoms import IN_ORDER
from .other_units import LEAST_EXCESS
from .training_symptoms import misleading_validation


def edited_weights(evidence):
    """The loss exceeds the training loss by more than 0.05 times the constant, and:
    after `partial_fit` or a warm start, the weights differ from those that it left,
    which explains more than 0.5 of the excess; or after another fit without
    `coefs_init`, the number of samples is as in that fit, and all weights to or from a
    unit (or an input) are 0.
    """
    if evidence.constant_loss <= 0 or not evidence.excess.edit_explains:
        return []
    how = "they are not those of the last call"
    if evidence.record.has_silent_unit:
        how = "all weights to or from a unit are 0"
    advice = one_of(
        "fit with warm_start=True, or partial_fit, to train these weights further",
        "a fit from scratch, with warm_start=False",
    )
    advice += " No action is needed if the weights were edited on purpose."
    return beyond(
        ["these samples"],
        [evidence.excess.size / evidence.constant_loss],
        above=LEAST_EXCESS,
        seen=f"{EXCESS}, and the weights were edited after training: {how}.",
        advice=advice,
    )


def average_worse(evidence):
    """As overfitting, but the samples may be the training samples, average=True, and in
    the second half of the epochs, the training loss rose between two epochs by more
    than half the excess. Or after `partial_fit` or a warm start, and at least 50 epochs
    or a rise of the training loss by more than 0.5 times the constant, the loss is
    above the loss of the last weights by more than 0.1 times the constant and half the
    excess.
    """
    if evidence.excess.average_is_outdated:
        return beyond(
            ["training"],
            [evidence.excess.gain_by_last_weights],
            above=MUCH,
            seen="The model, an average of weights, still includes weights trained on "
            "other data: the loss of the last weights is lower by {figure:.3g} times "
            "the loss of a constant prediction.",
            advice="average=False; or a fit from scratch, with warm_start=False.",
        )
    return excess_finding(
        evidence,
        "average_worse",
        seen="and the training loss jumped between epochs: the average of such "
        "different weights, which is the model, is far worse than the last weights.",
        advice=one_of(
            far_lower_rate(evidence),
            "average=False",
            lower_momentum(evidence),
            lower_rate(evidence),
        ),
    )


def final_iterate_worse(evidence):
    """As average_worse, but with average=False or fewer than 10 epochs, and the
    training loss is reached in a trial of 200 steps at 1/30 of the learning rate.
    """
    return excess_finding(
        evidence,
        "final_iterate_worse",
        seen="but not after a few smaller steps of training: the last steps overshot.",
        advice=one_of(
            far_lower_rate(evidence),
            lower_momentum(evidence),
            lower_rate(evidence),
            "learning_rate='adaptive'",
        ),
    )


def overfitting(evidence):
    """The training loss is below 0.9 times the constant, and exceeded, by more than
    0.25 times the constant, by the loss on `X` (also without the rows of outlying
    inputs), or by early stopping's last validation loss, which has risen by more than
    0.5 times the constant.
    """
    network, constant = evidence.network, evidence.training.constant
    if misleading_validation(evidence):
        return []
    is_small = (evidence.record.n_trained or evidence.n_samples) < 200
    cures = (
        whitened(evidence),
        earlier_samples(evidence),
        IN_ORDER if evidence.shared_errors else larger_alpha(evidence),
        "more samples",
        "fewer hidden units",
        None
        if network.early_stopping or is_small or evidence.shared_errors
        else "early_stopping=True",
    )
    memorised = "the network memorised its training samples (it overfits)"
    advice = one_of(
        check_sensors(evidence),
        cover_range(evidence),
        *cures,
        missing_weights(evidence),
    )
    seen = f"{memorised}, or these samples differ from the training samples"
    seen += f"{or_else(evidence)}.{beyond_training(evidence)}"
    findings = excess_finding(evidence, "overfitting", seen=seen, advice=advice)
    losses = network.history_["loss"]
    validation_losses = network.history_.get("validation_loss", [None])
    *_, validation_loss = validation_losses
    if validation_loss is None or constant <= 0:
        return findings
    # The best epoch may be no better on samples that are hard to predict.
    lowest = min(loss for loss in validation_losses if loss is not None)
    rose = validation_loss - lowest > 0.5 * constant
    return findings + beyond(
        ["the validation samples"],
        [(validation_loss - losses[-1]) / constant],
        above=0.25,
        # A network that has learned nothing has not memorised its samples.
        among=rose and losses[-1] < 0.9 * constant,
        seen=f"{EXCESS}: {memorised}.",
        advice=one_of(*cures),
    )


EXCESS = (
    "The loss on {worst} exceeds the training loss by {figure:.3g} times the loss of a "
    "constant prediction"
)


def or_else(evidence):
    """Name what may have happened after training on these very samples."""
    if evidence.record.may_have_changed_samples:
        return (
            ". Or the network was trained on these samples earlier, and on others "
            "since: it forgets"
        )
    # A second copy of the weights would show the edit.
    if evidence.are_new or evidence.record.published is not None:
        return ""
    return ". Or weights were edited after training on these samples"


def beyond_training(evidence):
    """Name features whose values here are beyond most training samples.

    The sentence is a part of a format string, in which names may have braces.
    """
    found = evidence.excess.beyond_training
    if not found.any():
        return ""
    names = names_of(evidence, found).replace("{", "{{").replace("}", "}}")
    are = "is" if found.sum() == 1 else "are"
    return (
        f" {names} {are} beyond most training samples here, and networks do not "
        "extrapolate."
    )


def excess_finding(evidence, kind, *, seen, advice):
    """Compare the loss with the training loss, if this kind explains the excess."""
    if evidence.excess.cause != kind:
        return []
    mark = ":" if kind == "overfitting" else ","
    return beyond(
        ["these samples"],
        [evidence.excess.size / evidence.constant_loss],
        above=0.25,
        seen=f"{EXCESS}{mark} {seen}",
        advice=advice,
    )
