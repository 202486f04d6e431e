"""Excess: why the loss of the samples is far above what training reached."""

from .outliers import usual_loss


def cause_of_excess(evidence):
    """Return the kind of finding that explains a loss far above the training loss.

    None if there is no such excess.
    """
    constant, trained = evidence.constant_loss, evidence.training_loss
    excess = evidence.loss - trained
    # A network that has learned nothing has not memorised its samples.
    if excess <= 0.25 * constant or trained >= 0.9 * evidence.training_constant:
        return None
    if evidence.edit_explains_excess:
        return "edited_weights"
    if evidence.average_is_outdated:
        return "average_worse"
    enough = trained + min(0.25 * excess, 0.1 * constant)
    if usual_loss(evidence) < enough:
        return "outlying_inputs"
    if evidence.scaled_loss < enough or _are_in_other_units(evidence):
        return "scaled_unlike_training"
    if evidence.are_new or not evidence.problem.is_stochastic:
        return "shifted_targets" if are_shifted(evidence) else "overfitting"
    # Steps that harm the last weights, or their average, harm earlier losses as well.
    is_restless = (
        not evidence.losses_vary_by_chance
        and evidence.record.largest_rise > 0.5 * excess
    )
    if is_restless and evidence.network.average:
        return "average_worse"
    may_overshoot = is_restless or len(evidence.record.losses) < 10
    if may_overshoot and evidence.slower_trial.after < enough:
        return "final_iterate_worse"
    return "shifted_targets" if are_shifted(evidence) else "overfitting"


def are_shifted(evidence):
    """Return whether a constant error of the outputs explains most of the excess."""
    constant, expected = evidence.constant_loss, evidence.expected_constant
    loss, trained = evidence.loss, evidence.training_loss
    has_learned = trained < max(constant, expected)
    if constant <= 0 or not has_learned or not evidence.are_others:
        return False
    if evidence.edit_explains_excess or not evidence.is_off_on_average:
        return False
    gain = loss - evidence.recalibrated_loss
    # Classes of more equal shares have a higher constant loss than in training.
    rest = evidence.recalibrated_loss / constant - trained / expected
    return rest <= 0.25 or gain >= 0.5 * (loss - trained)


def _are_in_other_units(evidence):
    """Return whether features in other units explain most of the excess.

    The rest may be overfitting.
    """
    loss = evidence.loss_in_usual_units
    explains = loss < (evidence.loss + evidence.training_loss) / 2
    return explains and loss < evidence.constant_loss
