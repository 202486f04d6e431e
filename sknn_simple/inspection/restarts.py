"""Restarts: a network trained from other initial weights, to see what they bring."""

from itertools import count, islice
from typing import NamedTuple

from .._fit.generators import seeded_generator
from .._fit.initial_state import drawn_parameters
from . import trial

N_RESTARTS = 5


class Restart(NamedTuple):
    """A training from the initial weights of `fit` with another `random_state`."""

    seed: int
    loss: float  # the lowest, on the samples that the trial did not learn from


def restarts(evidence):
    """Return the Restarts from the first seeds other than `random_state`.

    There are none for large networks or many samples.
    """
    network, problem = evidence.network, evidence.problem
    if not trial.affords_restarts(problem, network.n_iter_, N_RESTARTS):
        return []
    others = (seed for seed in count() if seed != network.random_state)
    return [_restart(evidence, seed) for seed in islice(others, N_RESTARTS)]


def _restart(evidence, seed):
    network, problem = evidence.network, evidence.problem
    rng = seeded_generator(seed)
    start = drawn_parameters(network, problem.targets, problem.samples, rng)
    return Restart(seed, trial.restarted(problem, start, network.n_iter_).after)
