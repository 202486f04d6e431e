"""Symptoms of the loss: it is high, or far above the training loss.

Each function returns a list of findings, as `finding.beyond` makes them. Its docstring
is the criterion, which the docstring of `diagnose` lists, with the terms it uses.
"""

from .._fit.shortfall import BY_RANKS, BY_RIDGE, FAR, SIMILAR, shortfall
from .advice import (
    far_lower_rate,
    inputs_to_scale,
    layers_of_tanh,
    longer_training,
    missing_weights,
    more_units,
    one_of,
    other_start,
    smaller_alpha,
    to_spread_values,
    whitened,
)
from .extreme_targets import in_two_parts
from .finding import beyond
from .order_symptoms import shows_only_shared_errors
from .outliers import outlying_features
from .restarts import restarts
from .training_symptoms import TRAINING, ended_as_meant, has_flat_loss, may_train_longer
from .trial import PROGRESS, loss_without_restart
from .unit_symptoms import (
    exploding_gradients,
    identical_units,
    linear_network,
    saturated_units,
)

TO_THE_MEDIAN = "absolute_error", "huber"
"""Losses whose best constant prediction is the median, or close to it."""

NONLINEAR_UNITS = (
    "hidden units with an activation such as 'tanh', without which the network is a "
    "linear model"
)


def alpha_too_high(evidence):
    """As underfitting, or the training loss, with the penalty, is above 1.5 times the
    constant; and alpha is above 5 times the value of 'auto' and above 0.02 times the
    sum of the sample weights (0.0005 times for numbers that neighbouring samples
    predict); without hidden layers, not as underfitting if in a trial as below, the
    loss falls by at most 0.075 times the constant. Or alpha is above 5 times the value
    of 'auto', and in a trial of 5000 steps at the rate of 'auto', the loss falls by
    more than 0.075 times the constant further under the penalty of 'auto'. Or a network
    with nonlinear hidden units has a loss above 0.5 times the constant, and in trials
    from new weights, on halves of 50 samples or more, the loss at the end is lower than
    the constant and than under its own penalty by more than 0.15 times the constant
    under 0.3, 0.1, 0.03, 0.01 or 0.003 times the penalty of 'auto'; not with inputs to
    be scaled.
    """
    alpha = evidence.problem.objective.alpha
    is_too_high = evidence.is_overpenalised or _auto_helps(evidence)
    if is_too_high and shows_only_shared_errors(evidence):
        return []
    if evidence.is_overpenalised:
        figure, threshold = evidence.penalised_loss, 0.9
        seen = (
            "The loss is {figure:.3g} times the loss of a constant prediction: "
            f"the penalty of alpha={alpha:g} outweighs the samples."
        )
    elif is_too_high:
        figure, threshold = evidence.trials.gain_by_auto_alpha, PROGRESS
        seen = (
            f"The penalty of alpha={alpha:g} keeps the network from learning more: a "
            "weaker one, tried on a copy, lowers the loss by {figure:.3g} times the "
            "loss of a constant prediction."
        )
    else:
        return _where_a_weaker_penalty_wins(evidence)
    advice = f"alpha='auto', which gives {evidence.automatic.alpha:.2g} here"
    if evidence.problem.is_stochastic and evidence.rate > evidence.automatic.rate:
        advice += ", and learning_rate_init='auto'"
    return beyond(TRAINING, [figure], above=threshold, seen=seen, advice=f"{advice}.")


def _where_a_weaker_penalty_wins(evidence):
    """Advise the multiple of 'auto' that does much better on held-out samples."""
    if evidence.is_overpenalised or _auto_helps(evidence):
        return []
    weaker = evidence.trials.weaker_penalty
    if weaker is None or evidence.shared_errors is not None:
        return []
    return beyond(
        TRAINING,
        [weaker.gain],
        above=2 * PROGRESS,
        seen=f"The penalty of alpha={evidence.problem.objective.alpha:g} is too high: "
        "under a weaker one, a copy that learned from half of the samples reaches "
        f"{weaker.loss:.3g} times the loss of a constant prediction on the other half. "
        "Maybe y depends on combinations of inputs, which look like noise to 'auto'.",
        advice=f"alpha='{weaker.factor:g}*auto'.",
    )


def _auto_helps(evidence):
    """Return whether the penalty is high, and a trial shows what it costs."""
    if not evidence.problem.is_stochastic or not evidence.trials.are_meaningful:
        return False
    if evidence.problem.objective.alpha <= 5 * evidence.automatic.alpha:
        return False
    return evidence.trials.gain_by_auto_alpha > PROGRESS


def not_trained(evidence):
    """No step of training has changed the weights (made by `from_coefs`, or by a fit
    with max_iter=0), and the loss is above 0.9 times the constant.
    """
    if evidence.constant_loss <= 0 or not evidence.record.is_untrained:
        return []
    advice = "call fit with a max_iter above 0, or partial_fit."
    if evidence.network.stop_reason_ is None:
        advice = (
            "partial_fit, if these are initial weights. If they were trained "
            "elsewhere, pass samples and targets in the units of that training."
        )
    return beyond(
        TRAINING,
        [evidence.relative_loss],
        above=0.9,
        seen="The network is not trained yet: it has not taken a single training step, "
        "and its loss is {figure:.3g} times the loss of a constant prediction.",
        advice=advice,
    )


def local_minimum(evidence):
    """A network with hidden layers is not learned, though its training ended by
    patience, by L-BFGS's own rule, or after all epochs of a training that
    too_few_epochs may judge; in a trial as for stopped_on_plateau, the loss falls by at
    most 0.075 times the constant, but in the best of 5 trials from other random initial
    weights (of 12 samples or more, on halves), it ends lower by more than 0.15 times
    the constant, and on all samples, from these weights, by more than 0.075; under
    early stopping, only if the loss is above 0.5 times the constant, and not if the
    training loss fell later as for misleading_validation; neither with alpha_too_high,
    identical_units, linear_network or learning_rate_too_high, nor with a rate far below
    'auto', nor with inputs to be scaled.
    """
    tried = restarts(evidence) if _may_be_in_a_local_minimum(evidence) else []
    if not tried:
        return []
    here, constant = loss_without_restart(evidence.problem), evidence.constant_loss
    best, *_, worst = sorted(tried, key=lambda restart: restart.loss)
    gain = (here - best.loss) / constant
    return beyond(
        TRAINING,
        [gain],
        above=2 * PROGRESS,
        among=gain > 2 * PROGRESS and _other_start_helps(evidence, best.seed),
        seen="Training seems to have ended in a local minimum, at "
        f"{here / constant:.3g} times the loss of a constant prediction: {len(tried)} "
        "copies, trained from other random initial weights, reach "
        f"{best.loss / constant:.3g} to {worst.loss / constant:.3g} times that loss.",
        advice=one_of(other_start(evidence, best.seed), more_units(evidence)),
    )


def _other_start_helps(evidence, seed):
    """Return whether a fit to all samples from other weights ends lower, too."""
    loss = evidence.refit.loss(random_state=seed, coefs_init=None, intercepts_init=None)
    return evidence.loss - loss > PROGRESS * evidence.constant_loss


def _may_be_in_a_local_minimum(evidence):
    """Return whether training ended by itself, and nothing else explains its loss."""
    if not evidence.activations or evidence.training.is_held_back:
        return False
    if not (ended_as_meant(evidence) and may_train_longer(evidence)):
        return False
    causes = alpha_too_high, identical_units, linear_network
    if inputs_to_scale(evidence) or any(cause(evidence) for cause in causes):
        return False
    return evidence.trials.longer.fall <= PROGRESS * evidence.constant_loss


def underfitting(evidence):
    """The loss on `X` (if new, recalibrated) and the training loss, if it is known, are
    above 0.9 times the constant, after any training; with alpha='auto', or within a
    factor of 5 of it, the gain is below 0.05 and, for n samples of p inputs, below 2 (p
    + 1) / n: a weak signal is no fault, unless neighbouring samples predict the
    numbers. Not if a weaker penalty wins as for alpha_too_high. If the gain is below
    0.001, and a fit under such a penalty halves the loss, the advice is to try it. Or a
    fit with squared error or log-loss ended by its own rule, or after all epochs of a
    training that too_few_epochs may judge, and on the training samples, the R^2 of its
    predictions (for labels, of their indicators) is by more than 0.15 below that of
    predicting each sample from its neighbours, from those of similar ranks (by 0.15
    better, and without missing_codes or outlying_inputs), or by ridge regression from
    all others if the directions in which the inputs vary least predict most.
    """
    if (
        evidence.constant_loss <= 0
        or evidence.is_overpenalised
        or evidence.record.is_untrained
        or evidence.excess.average_is_outdated
        or _where_a_weaker_penalty_wins(evidence)
    ):
        return []
    if shows_only_shared_errors(evidence):
        return _less_than_neighbours(evidence)
    return (
        _less_than_neighbours(evidence)
        or _penalty_may_hide_combinations(evidence)
        or _next_to_nothing(evidence)
    )


def _less_than_neighbours(evidence):
    """Compare the network with predictions of each sample from similar ones."""
    if evidence.are_others or not ended_as_meant(evidence):
        return []
    problem = evidence.problem
    found = shortfall(problem.parameters, problem.samples, problem.objective)
    if found is None:
        return []
    if found.by == BY_RANKS and (evidence.codes or outlying_features(evidence).any()):
        return []  # a few values, which other findings name, are wrong
    cures = {
        BY_RIDGE: (whitened(evidence),),
        BY_RANKS: (to_spread_values(evidence),),
        SIMILAR: (
            *_likely_causes(evidence),
            None if problem.is_linear else layers_of_tanh(evidence),
            _more_epochs(evidence),
            "Nystroem, with a StandardScaler behind it, before the network",
        ),
    }
    advice = one_of(*cures[found.by])
    seen = f"The network has learned too little: {found}."
    return [(TRAINING, found.size, FAR, seen, advice)]


def _next_to_nothing(evidence):
    """Compare the loss with the loss of a constant prediction."""
    if evidence.has_only_outliers or evidence.has_weak_signal:
        return []
    outcome = "the network has learned next to nothing"
    if evidence.relative_loss > 1.1:
        outcome = "the network predicts worse than that constant"
    return beyond(
        TRAINING,
        [evidence.relative_loss],
        above=0.9,
        seen="The loss is {figure:.3g} times the loss of a constant prediction: "
        f"{outcome}.",
        advice=one_of(
            *_against_the_median(evidence),
            *_likely_causes(evidence),
            _more_epochs(evidence),
            "more informative inputs, since y may hardly depend on these",
            None if evidence.problem.is_linear else "more hidden units",
            _weaker_alpha(evidence),
            missing_weights(evidence) if evidence.relative_loss > 1.1 else None,
        ),
    )


def _against_the_median(evidence):
    """Advise against a loss that leads to the median, which half of the targets are."""
    loss = evidence.network.loss
    two_models = in_two_parts(evidence.y) if loss in TO_THE_MEDIAN else None
    if two_models is not None:
        yield f"loss='squared_error', since loss={loss!r} leads to the median"
        yield two_models


def _penalty_may_hide_combinations(evidence):
    """Advise the multiple of 'auto' under which the network learns these samples.

    Held-out samples do not show what it learns, if each combination of inputs occurs
    only once, as in a truth table. So nothing shows that it is not noise.
    """
    if evidence.has_only_outliers or evidence.has_weak_signal:
        return []
    if evidence.trials.penalty_to_learn is None or local_minimum(evidence):
        return []
    return beyond(
        TRAINING,
        [evidence.relative_loss],
        above=0.9,
        seen="The loss is {figure:.3g} times the loss of a constant prediction: the "
        "network has learned next to nothing. Either y does not depend on X, or only "
        "through combinations of inputs, as in XOR, which the penalty of "
        f"alpha={evidence.problem.objective.alpha:g} hides.",
        advice=f"alpha='{evidence.trials.penalty_to_learn:g}*auto', which learns these "
        "samples, and a check on new samples, since it would also memorise noise.",
    )


def _likely_causes(evidence):
    """Advise against faults that are likely to explain a high loss."""
    alpha, total_weight = evidence.network.alpha_, evidence.problem.samples.total_weight
    # Otherwise it is hardly the reason.
    is_strong = (
        alpha is not None
        and alpha > 0.001 * total_weight
        and not evidence.automatic.alpha_is_usual
    )
    return (
        far_lower_rate(evidence),
        inputs_to_scale(evidence),
        NONLINEAR_UNITS if evidence.problem.is_linear else None,
        _weaker_alpha(evidence) if is_strong else None,
    )


def _weaker_alpha(evidence):
    """Advise a smaller alpha, unless another symptom asks for a larger one."""
    if saturated_units(evidence) or exploding_gradients(evidence):
        return None
    return smaller_alpha(evidence)


def _more_epochs(evidence):
    """Advise more epochs, unless they have been tried, or cannot help."""
    # If patience was lost, or all epochs are over, another symptom has tried more.
    is_tried = ended_as_meant(evidence) and may_train_longer(evidence)
    # A linear model has no plateaus.
    is_at_the_end = evidence.problem.is_linear and has_flat_loss(evidence)
    if is_tried or is_at_the_end or evidence.record.ending.lost_patience:
        return None
    return longer_training(evidence)
