"""Symptoms of the loss: it is high, or far above the training loss.

Each function returns a list of findings, as `finding.beyond` makes them.
"""

import numpy as np

from .._fit.kept_model import MUCH
from .advice import (
    far_lower_rate,
    longer_training,
    lower_momentum,
    lower_rate,
    missing_weights,
    one_of,
    smaller_alpha,
    three_times_alpha,
)
from .finding import beyond
from .notation import printable
from .outliers import usual_loss, wide_features
from .training_symptoms import misleading_validation, too_few_epochs
from .trial import PROGRESS

NONLINEAR_UNITS = (
    "hidden units with an activation such as 'tanh', without which the network is a "
    "linear model"
)


def alpha_too_high(evidence):
    alpha = evidence.problem.objective.alpha
    if evidence.is_overpenalised:
        figure, threshold = evidence.penalised_loss, 0.9
        seen = (
            "The loss is {figure:.3g} times the loss of a constant prediction: "
            f"the penalty of alpha={alpha:g} outweighs the samples."
        )
    elif _may_be_penalised(evidence):
        figure, threshold = evidence.gain_by_auto_alpha, PROGRESS
        seen = (
            f"The penalty of alpha={alpha:g} keeps the network from learning more: a "
            "weaker one, tried on a copy, lowers the loss by {figure:.3g} times the "
            "loss of a constant prediction."
        )
    else:
        return []
    advice = f"alpha='auto', which gives {evidence.auto_alpha:.2g} here"
    if evidence.problem.is_stochastic and evidence.rate > evidence.auto_rate:
        advice += ", and learning_rate_init='auto'"
    return beyond(
        ["training"], [figure], above=threshold, seen=seen, advice=f"{advice}."
    )


def _may_be_penalised(evidence):
    """Return whether the penalty is high, and a trial can show what it costs."""
    if not evidence.problem.is_stochastic or not evidence.may_learn_more:
        return False
    return evidence.problem.objective.alpha > 5 * evidence.auto_alpha


def not_trained(evidence):
    if evidence.constant_loss <= 0 or not evidence.record.is_untrained:
        return []
    advice = "call fit with a max_iter above 0, or partial_fit."
    if evidence.network.stop_reason_ is None:
        advice = (
            "partial_fit, if these are initial weights. If they were trained "
            "elsewhere, pass samples and targets in the units of that training."
        )
    return beyond(
        ["training"],
        [evidence.relative_loss],
        above=0.9,
        seen="The network is not trained yet: it has not taken a single training step, "
        "and its loss is {figure:.3g} times the loss of a constant prediction.",
        advice=advice,
    )


def underfitting(evidence):
    if (
        evidence.constant_loss <= 0
        or evidence.is_overpenalised
        or evidence.record.is_untrained
        or evidence.has_only_outliers
        or evidence.has_weak_signal
        or _average_is_outdated(evidence)
    ):
        return []
    # If patience was lost, `stopped_on_plateau` has tried more epochs.
    is_tried = evidence.record.lost_patience or too_few_epochs(evidence)
    alpha, total_weight = evidence.network.alpha_, evidence.problem.samples.total_weight
    is_weak = alpha is None or alpha <= 0.001 * total_weight
    outcome = "the network has learned next to nothing"
    if evidence.relative_loss > 1.1:
        outcome = "the network predicts worse than that constant"
    return beyond(
        ["training"],
        [evidence.relative_loss],
        above=0.9,
        seen="The loss is {figure:.3g} times the loss of a constant prediction: "
        f"{outcome}.",
        advice=one_of(
            far_lower_rate(evidence),
            None if is_weak else smaller_alpha(evidence),
            None if is_tried else longer_training(evidence),
            "more hidden units" if evidence.activations else NONLINEAR_UNITS,
            smaller_alpha(evidence) if is_weak else None,
            "more informative inputs",
            missing_weights(evidence) if evidence.relative_loss > 1.1 else None,
        ),
    )


def scaled_unlike_training(evidence):
    cause = "the network was trained on scaled samples."
    advice = (
        "scale the samples as in training: diagnose the whole Pipeline instead of its "
        "last step."
    )
    if evidence.in_pipeline:
        cause = (
            "they are distributed unlike the training samples, as those of another "
            "instrument or place are."
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
    """Advise to check the units of features that are wide despite a fitted scaler."""
    are_wide = wide_features(evidence)
    if not evidence.behind_scaler or not are_wide.any():
        return None
    found = np.array(evidence.feature_names)[are_wide]
    names = [printable(name) for name in found]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return (
        f"check the unit of {', '.join(names[:5])}{more}: behind the scaler, the "
        f"deviation is {evidence.inputs.deviation[are_wide].max():.4g}"
    )


def average_worse(evidence):
    if _average_is_outdated(evidence):
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


def _average_is_outdated(evidence):
    """Return whether data have changed, but the average of the weights has not."""
    return evidence.gain_by_last_weights > MUCH


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
    memorised = "the network memorised its training samples (it overfits)."
    advice = one_of(*cures, missing_weights(evidence))
    findings = _excess(evidence, overfitting, seen=memorised, advice=advice)
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
        seen=f"{EXCESS}: {memorised}",
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
    if _average_is_outdated(evidence):
        return average_worse
    enough = trained + min(0.25 * excess, 0.1 * constant)
    if usual_loss(evidence) < enough:
        return None  # `outlying_inputs` names the cause
    if evidence.scaled_loss < enough or _are_in_other_units(evidence):
        return scaled_unlike_training
    if evidence.are_new or not evidence.problem.is_stochastic:
        return overfitting
    # Steps that harm the last weights, or their average, harm earlier losses as well.
    is_restless = evidence.record.largest_rise > 0.5 * excess
    if is_restless and evidence.network.average:
        return average_worse
    may_overshoot = is_restless or len(evidence.record.losses) < 10
    if may_overshoot and evidence.slower_trial.after < enough:
        return final_iterate_worse
    return overfitting


def _are_in_other_units(evidence):
    """Return whether wide features behind a scaler explain most of the excess.

    The rest may be overfitting.
    """
    are_wide = wide_features(evidence)
    if not evidence.behind_scaler or not are_wide.any():
        return False
    scaled_loss = evidence.loss_with_scaled(are_wide)
    explains = scaled_loss < (evidence.loss + evidence.training_loss) / 2
    return explains and scaled_loss < evidence.constant_loss
