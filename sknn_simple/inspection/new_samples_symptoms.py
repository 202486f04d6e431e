"""Symptoms of new samples: they differ from the training samples.

Each function returns a list of findings, as `finding.beyond` makes them. Its docstring
is the criterion, which the docstring of `diagnose` lists, with the terms it uses.
"""

import numpy as np

from .advice import (
    check_sensors,
    check_units,
    cover_range,
    earlier_samples,
    missing_weights,
    one_of,
)
from .excess_symptoms import beyond_training, excess_finding, or_else
from .finding import beyond
from .notation import output_names
from .recalibration import LEAST_SHIFT


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
            f"instrument or place may be.{beyond_training(evidence)}"
        )
        advice = one_of(
            check_sensors(evidence),
            check_units(evidence),
            cover_range(evidence),
            "scale such samples by their own means and deviations before you predict",
            "train on samples of both kinds",
        )
    return excess_finding(
        evidence,
        "scaled_unlike_training",
        seen=f"but most of that is gone if these samples are scaled: {cause}",
        advice=advice,
    )


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
        f"{or_else(evidence)}.{beyond_training(evidence)}",
        advice=one_of(
            check_sensors(evidence),
            check_units(evidence),
            cover_range(evidence),
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
