"""Symptoms of an excess: the loss of the samples is far above what training reached.

Each function returns a list of findings, as `finding.beyond` makes them. Its docstring
is the criterion, which the docstring of `diagnose` lists, with the terms it uses.
"""

import numpy as np

from .._fit.kept_model import MUCH
from .advice import (
    earlier_samples,
    far_lower_rate,
    lower_momentum,
    lower_rate,
    missing_weights,
    one_of,
    three_times_alpha,
)
from .finding import beyond
from .notation import output_names, printable
from .other_units import LEAST_EXCESS, have_unusual_values
from .recalibration import LEAST_SHIFT
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


def scaled_unlike_training(evidence):
    """As overfitting, but the training loss is reached on the samples when all
    features, or all but those of zeros and ones, are standardised, or scaled to [0, 1].
    Or, in a Pipeline with a scaler, more than 0.5 of the excess is gone, and the loss
    is below the constant, when features with a mean beyond 3 or a deviation above 10
    are standardised; or if there are none, and the scaler centres, those with a mean
    beyond 0.5 + 5 d / sqrt(n) for n samples, where d is the deviation, at least 1. The
    units and their gradients are then not judged.
    """
    cause = "the network was trained on scaled samples."
    advice = (
        "scale the samples as in training: diagnose the whole Pipeline instead of its "
        "last step."
    )
    if evidence.in_pipeline:
        cause = (
            "they are distributed unlike the training samples, as samples of another "
            "instrument or place may be."
        )
        advice = one_of(
            _sensors(evidence),
            _units(evidence),
            "scale such samples by their own means and deviations before you predict",
            "train on samples of both kinds",
        )
    return _excess(
        evidence,
        "scaled_unlike_training",
        seen=f"but most of that is gone if these samples are scaled: {cause}",
        advice=advice,
    )


def _sensors(evidence):
    """Advise to check constant features that a scaler expects to vary."""
    stuck = evidence.excess.stuck
    if not stuck.any():
        return None
    are = "is" if stuck.sum() == 1 else "are"
    return (
        f"check {_names(evidence, stuck)}, which {are} constant here, as from a broken "
        "sensor"
    )


def _units(evidence):
    """Advise to check the units of features that are far from what a scaler returns."""
    mean, deviation, *_ = evidence.inputs
    found = evidence.excess.in_other_units & ~evidence.excess.stuck
    if not found.any():
        return None
    k = np.where(found, np.abs(mean) + deviation, 0).argmax()
    otherwise = ""
    if have_unusual_values(evidence)[k]:
        otherwise = " (or such values were rare or absent in training)"
    return (
        f"check the unit of {_names(evidence, found)}: behind the scaler, the mean is "
        f"{mean[k]:.4g} and the deviation {deviation[k]:.4g}{otherwise}"
    )


def _names(evidence, found):
    """Return the first names of the features of a mask."""
    names = [printable(name) for name in np.array(evidence.feature_names)[found]]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"{', '.join(names[:5])}{more}"


def shifted_targets(evidence):
    """On new samples, recalibration (the best constant added to each raw prediction)
    lowers the loss by more than 0.05 times the constant. For n samples and k outputs,
    it also does so by more than 10 k / n times the larger of the constant and the loss
    of a constant prediction of the mean outputs. And it removes more than 0.5 of the
    excess, or leaves a loss that, relative to these constants, exceeds the training
    loss by at most 0.25. The advice is not to recalibrate if this leaves the constant
    or more.
    """
    # Where the targets vary less than in training, there may be no excess.
    causes = (None, "shifted_targets")
    if evidence.excess.cause not in causes or not evidence.excess.shift_explains:
        return []
    name, mean_error = _largest_mean_error(evidence)
    rest = evidence.recalibration.loss / evidence.constant_loss
    outcome, cause, correction = _after_recalibration(evidence, rest)
    return beyond(
        [name],
        [evidence.loss / evidence.constant_loss - rest],
        above=LEAST_SHIFT,
        seen=f"{mean_error}: adding a constant to the outputs lowers the "
        f"loss by {{figure:.3g}} times the loss of a constant prediction{outcome}. "
        f"{cause} measured differently here, for instance by another sensor"
        f"{_or_else(evidence)}.",
        advice=one_of(
            _sensors(evidence),
            _units(evidence),
            earlier_samples(evidence),
            correction,
            "train on samples like these",
            "check for inputs that are not known yet when the network predicts",
            missing_weights(evidence),
        ),
    )


def _after_recalibration(evidence, rest):
    """Return what the relative loss after recalibration means, its cause, and advice.

    Recalibration is no cure if a constant prediction remains better.
    """
    if rest >= 1:
        advice = "check that each feature has the place and meaning it had in training"
        cause = "The inputs mean something else, or were"
        return f", but leaves {rest:.3g} times that loss", cause, advice
    if evidence.problem.targets.are_labels:
        cause = "The shares of the classes differ from those in training, or"
        advice = (
            "recalibrate the network on such samples, for instance with a "
            "CalibratedClassifierCV of a FrozenEstimator"
        )
    else:
        cause = "The mean of y differs from that in training, or"
        advice = (
            "correct predictions for such samples by the mean error on some of them"
        )
    return "", f"{cause} the inputs were", advice


def _or_else(evidence):
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


def _largest_mean_error(evidence):
    """Return the name of the output furthest off on average, and a sentence."""
    mean, deviation, *_ = evidence.targets
    weight = evidence.problem.samples.sample_weight
    predicted = np.average(evidence.outputs, weights=weight, axis=0)
    distance = np.abs(predicted - mean) / np.where(deviation > 0, deviation, np.inf)
    k, of_y = distance.argmax(), evidence.problem.targets
    if of_y.are_labels:
        name = f"class {of_y.classes[k if len(mean) > 1 else -1]}"
        what, truth = "probability", "its share"
    else:
        name = output_names("y", len(mean))[k]
        what, truth = "prediction", "its mean"
        predicted, mean = (part * of_y.scale + of_y.mean for part in (predicted, mean))
    means = f"{predicted[k]:.3g}, but {truth} is {mean[k]:.3g}"
    return name, f"The mean {what} of {{worst}} is {means}"


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
    return _excess(
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
    return _excess(
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
        earlier_samples(evidence),
        three_times_alpha(evidence),
        "more samples",
        "fewer hidden units",
        None if network.early_stopping or is_small else "early_stopping=True",
    )
    memorised = "the network memorised its training samples (it overfits)"
    advice = one_of(_sensors(evidence), *cures, missing_weights(evidence))
    seen = f"{memorised}, or these samples differ from the training samples"
    seen += f"{_or_else(evidence)}."
    findings = _excess(evidence, "overfitting", seen=seen, advice=advice)
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


def _excess(evidence, kind, *, seen, advice):
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
