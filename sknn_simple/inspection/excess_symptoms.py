"""Symptoms of an excess: the loss of the samples is far above what training reached.

Each function returns a list of findings, as `finding.beyond` makes them.
"""

import numpy as np

from .._fit.kept_model import MUCH
from .advice import (
    far_lower_rate,
    lower_momentum,
    lower_rate,
    missing_weights,
    one_of,
    three_times_alpha,
)
from .data_symptoms import outlying_inputs
from .evidence import LEAST_SHIFT
from .finding import beyond
from .notation import output_names, printable
from .outliers import usual_loss
from .training_symptoms import misleading_validation


def scaled_unlike_training(evidence):
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
            _units(evidence),
            "scale such samples by their own means and deviations before you predict",
            "train on samples of both kinds",
        )
    return _excess(
        evidence,
        scaled_unlike_training,
        seen=f"but most of that is gone if these samples are scaled: {cause}",
        advice=advice,
    )


def _units(evidence):
    """Advise to check the units of features that are far from what a scaler returns."""
    found = evidence.in_other_units
    if not found.any():
        return None
    named = np.array(evidence.feature_names)[found]
    names = [printable(name) for name in named]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    mean, deviation, *_ = evidence.inputs
    k = np.where(found, np.abs(mean) + deviation, 0).argmax()
    return (
        f"check the unit of {', '.join(names[:5])}{more}: behind the scaler, the mean "
        f"is {mean[k]:.4g} and the deviation {deviation[k]:.4g}"
    )


def shifted_targets(evidence):
    # Where the targets vary less than in training, there may be no excess.
    causes = (None, shifted_targets)
    if not _are_shifted(evidence) or _cause_of_excess(evidence) not in causes:
        return []
    if evidence.problem.targets.are_labels:
        cause = "The shares of the classes differ from those in training"
        advice = (
            "recalibrate the network on such samples, for instance with a "
            "CalibratedClassifierCV of a FrozenEstimator"
        )
    else:
        cause = "The mean of y differs from that in training"
        advice = (
            "correct predictions for such samples by the mean error on some of them"
        )
    name, mean_error = _largest_mean_error(evidence)
    return beyond(
        [name],
        [(evidence.loss - evidence.recalibrated_loss) / evidence.constant_loss],
        above=LEAST_SHIFT,
        seen=f"{mean_error}: adding a constant to the outputs lowers the "
        "loss by {figure:.3g} times the loss of a constant prediction. "
        f"{cause}, or inputs have another meaning here.",
        advice=one_of(
            _units(evidence),
            advice,
            "train on samples like these",
            "check for inputs that are not known yet when the network predicts",
            missing_weights(evidence),
        ),
    )


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


def _are_shifted(evidence):
    """Return whether a constant error of the outputs explains most of the excess."""
    constant, expected = evidence.constant_loss, evidence.expected_constant
    loss, trained = evidence.loss, evidence.training_loss
    has_learned = trained < max(constant, expected)
    if constant <= 0 or not has_learned or not evidence.are_others:
        return False
    if not evidence.is_off_on_average:
        return False
    gain = loss - evidence.recalibrated_loss
    # Classes of more equal shares have a higher constant loss than in training.
    rest = evidence.recalibrated_loss / constant - trained / expected
    return rest <= 0.25 or gain >= 0.5 * (loss - trained)


def average_worse(evidence):
    if evidence.average_is_outdated:
        return beyond(
            ["training"],
            [evidence.gain_by_last_weights],
            above=MUCH,
            seen="The model, an average of weights, still includes weights trained on "
            "other data: the loss of the last weights is lower by {figure:.3g} times "
            "the loss of a constant prediction.",
            advice="average=False; or a fit from scratch, with warm_start=False.",
        )
    return _excess(
        evidence,
        average_worse,
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
    return _excess(
        evidence,
        final_iterate_worse,
        seen="but not after a few smaller steps of training: the last steps overshot.",
        advice=one_of(
            far_lower_rate(evidence),
            lower_momentum(evidence),
            lower_rate(evidence),
            "learning_rate='adaptive'",
        ),
    )


def overfitting(evidence):
    network, constant = evidence.network, evidence.training_constant
    if misleading_validation(evidence):
        return []
    is_small = (evidence.record.n_trained or evidence.n_samples) < 200
    cures = (
        three_times_alpha(evidence),
        "more samples",
        "fewer hidden units",
        None if network.early_stopping or is_small else "early_stopping=True",
    )
    memorised = "the network memorised its training samples (it overfits)"
    advice = one_of(*cures, missing_weights(evidence))
    seen = f"{memorised}, or these samples differ from the training samples."
    findings = _excess(evidence, overfitting, seen=seen, advice=advice)
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


def _excess(evidence, symptom, *, seen, advice):
    """Compare the loss with the training loss, if `symptom` explains the excess."""
    if _cause_of_excess(evidence) is not symptom:
        return []
    excess = evidence.loss - evidence.training_loss
    return beyond(
        ["these samples"],
        [excess / evidence.constant_loss],
        above=0.25,
        seen=f"{EXCESS}{':' if symptom is overfitting else ','} {seen}",
        advice=advice,
    )


def _cause_of_excess(evidence):
    """Return the symptom that explains a loss far above the training loss, or None."""
    constant, trained = evidence.constant_loss, evidence.training_loss
    excess = evidence.loss - trained
    # A network that has learned nothing has not memorised its samples.
    if excess <= 0.25 * constant or trained >= 0.9 * evidence.training_constant:
        return None
    if evidence.average_is_outdated:
        return average_worse
    enough = trained + min(0.25 * excess, 0.1 * constant)
    if usual_loss(evidence) < enough:
        return outlying_inputs
    if evidence.scaled_loss < enough or _are_in_other_units(evidence):
        return scaled_unlike_training
    if evidence.are_new or not evidence.problem.is_stochastic:
        return shifted_targets if _are_shifted(evidence) else overfitting
    # Steps that harm the last weights, or their average, harm earlier losses as well.
    is_restless = evidence.record.largest_rise > 0.5 * excess
    if is_restless and evidence.network.average:
        return average_worse
    may_overshoot = is_restless or len(evidence.record.losses) < 10
    if may_overshoot and evidence.slower_trial.after < enough:
        return final_iterate_worse
    return shifted_targets if _are_shifted(evidence) else overfitting


def _are_in_other_units(evidence):
    """Return whether features in other units explain most of the excess.

    The rest may be overfitting.
    """
    loss = evidence.loss_in_usual_units
    explains = loss < (evidence.loss + evidence.training_loss) / 2
    return explains and loss < evidence.constant_loss
