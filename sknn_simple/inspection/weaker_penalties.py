"""Weaker penalties: what they would bring to a network, by trial.

The targets may depend on combinations of inputs only, as in XOR. Neighbours do not show
it, so they look like noise, and 'auto' stands for a strong penalty.
"""

from dataclasses import replace
from typing import NamedTuple

from .._fit.depth import gradients_may_vanish
from .._fit.generators import seeded_generator
from .._fit.initial_state import drawn_parameters
from . import trial
from .advice import inputs_to_scale

FACTORS = 0.3, 0.1, 0.03, 0.01, 0.003
"""Multiples of 'auto' to try, if they are weaker than the penalty of the network."""


class WeakerPenalty(NamedTuple):
    """A penalty with its effect on held-out samples, relative to the constant loss."""

    factor: float  # of 'auto'
    loss: float
    gain: float  # compared with the penalty of the network, and with the constant


def better_on_held_out(evidence):
    """Return the WeakerPenalty that does best on held-out samples, or None.

    Of those that do about as well, it is the strongest. The network is trained afresh
    under its own penalty, too, so that all learn from the same samples, equally long.
    To save time, most are tried only if one of them helps.
    """
    factors = _weaker_factors(evidence)
    n_samples, constant = evidence.problem.samples.X.shape[0], evidence.constant_loss
    if not factors or n_samples < trial.FEWEST_DIVIDED:
        return None
    if evidence.loss <= 0.5 * constant or not _affords_a_trial(evidence):
        return None
    own = _trained_afresh(evidence, evidence.problem.objective).after
    first = factors[:2][-1]  # 0.1, if the network has the penalty of 'auto'
    losses = {first: _held_out_loss(evidence, first)}
    if min(own, constant) - losses[first] <= trial.PROGRESS * constant:
        return None
    for factor in factors:
        if factor != first:
            losses[factor] = _held_out_loss(evidence, factor)
    about_lowest = min(losses.values()) + trial.PROGRESS * constant
    factor = next(factor for factor in factors if losses[factor] <= about_lowest)
    gain = min(own, constant) - losses[factor]
    return WeakerPenalty(factor, losses[factor] / constant, gain / constant)


def first_to_learn(evidence):
    """Return the largest factor of 'auto' under which a refit learns the samples.

    None unless the network predicts hardly more than a constant.
    """
    if not evidence.is_constant or not _affords_a_trial(evidence):
        return None
    if evidence.problem.objective.alpha > 5 * evidence.automatic.alpha:
        return None  # 'auto' comes first
    for factor in _weaker_factors(evidence):
        if evidence.refit.loss(alpha=f"{factor:g}*auto") < 0.5 * evidence.constant_loss:
            return factor
    return None


def _weaker_factors(evidence):
    """Return the factors to try; none where the penalty is hardly the reason."""
    problem = evidence.problem
    is_judged = evidence.trials.are_meaningful and not evidence.training.is_held_back
    if problem.is_linear or not is_judged or inputs_to_scale(evidence):
        return []
    # A single input has no combinations; deep sigmoids may learn as little from others.
    n_features = problem.samples.X.shape[1]
    if n_features == 1 or gradients_may_vanish(problem.functions):
        return []
    auto, alpha = evidence.automatic.alpha, problem.objective.alpha
    return [factor for factor in FACTORS if factor * auto < alpha / 1.5]


def _affords_a_trial(evidence):
    return trial.affords_restarts(evidence.problem, evidence.network.n_iter_, 1)


def _objective(evidence, factor):
    """Return the objective under a multiple of the penalty of 'auto'."""
    penalty = evidence.automatic.penalty
    penalty = penalty._replace(alpha=factor * penalty.alpha)
    return replace(evidence.problem.objective, **penalty._asdict())


def _held_out_loss(evidence, factor):
    """Return the loss at the end of a training under a multiple of 'auto'."""
    return _trained_afresh(evidence, _objective(evidence, factor)).last


def _trained_afresh(evidence, objective):
    problem, network = evidence.problem, evidence.network
    rng = seeded_generator(0)
    start = drawn_parameters(network, problem.targets, problem.samples, rng)
    problem = replace(problem, objective=objective)
    return trial.restarted(problem, start, network.n_iter_)
