"""Trial: training continued on a copy of the network, to see what it would bring.

A trial learns from one half of the samples and is judged by the loss of the other
half, so that learning single samples does not count as progress. Fewer than 50 samples
are not divided, unless the judge must be independent. Restarts do not divide truth
tables and other toys of fewer than 12 samples.
"""

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..network import Constant, TrainingState, minimize_lbfgs
from .problem import loss_without_penalty

FEWEST_DIVIDED = 50
FEWEST_FOR_RESTARTS = 12  # the best of several may have memorised the most noise
MIN_STEPS = 5000
MAX_ROWS = 20_000
MAX_PRODUCTS = 1e9  # products of an activation and a weight; a few seconds
N_LOOKS = 10

FAR_BELOW = 1 / 30
"""Share of the rate of 'auto' below which a rate is compared with it in a trial."""

PROGRESS = 0.075
"""A fall of the loss that counts, relative to the loss of a constant prediction."""


class Trial(NamedTuple):
    """Losses without penalty, on the samples that the trial did not learn from."""

    n_epochs: int  # until the lowest loss
    before: float
    after: float  # the lowest loss at any look
    last: float  # at the last look

    @property
    def fall(self):
        return self.before - self.after


def longer(problem, n_epochs, enough, fewest_divided):
    """Train for `n_epochs` or 5000 steps, or until the loss falls by `enough`."""
    rate = problem.learning_rate
    return _train(problem, n_epochs, MIN_STEPS, rate, enough, fewest_divided)


def restarted(problem, start, n_epochs):
    """Train from other weights, at the first rate, for as long as `longer` may."""
    rate = problem.state.schedule.learning_rate_init
    problem = replace(problem, parameters=start)
    return _train(problem, n_epochs, MIN_STEPS, rate, math.inf, FEWEST_FOR_RESTARTS)


def loss_without_restart(problem):
    """Return the loss of the network on the samples that judge restarts."""
    _, judged = _halves(problem.samples, FEWEST_FOR_RESTARTS)
    return loss_without_penalty(problem, judged)


def affords_restarts(problem, n_epochs, n_restarts):
    """Return whether so many restarts together take a few seconds at most."""
    learned, _ = _halves(problem.samples, FEWEST_FOR_RESTARTS)
    n_rows = learned.X.shape[0]
    needed = n_restarts * _enough_epochs(problem, n_rows, n_epochs, MIN_STEPS)
    return needed <= _affordable_epochs(problem, n_rows)


def slower(problem):
    """Train for 200 steps at a thirtieth of the learning rate."""
    return _train(problem, 1, 200, problem.learning_rate / 30, math.inf)


def at_rate(problem, learning_rate):
    """Train for 5000 steps at another learning rate."""
    return _train(problem, 1, MIN_STEPS, learning_rate, math.inf)


def _train(
    problem, n_epochs, n_steps, learning_rate, enough, fewest_divided=FEWEST_DIVIDED
):
    learned, judged = _halves(problem.samples, fewest_divided)
    # The penalty stays as strong as it was, relative to the loss.
    share = learned.total_weight / problem.samples.total_weight
    objective = replace(problem.objective, alpha=problem.objective.alpha * share)
    parameters = problem.parameters.copy()
    train = _trainer(problem, parameters, learned, objective, learning_rate)
    n_rows = learned.X.shape[0]
    n_epochs = _enough_epochs(problem, n_rows, n_epochs, n_steps)
    step = max(1, int(min(n_epochs, _affordable_epochs(problem, n_rows))) // N_LOOKS)
    trained = replace(problem, parameters=parameters)
    before = lowest = loss_without_penalty(trained, judged)
    best = 0
    for look in range(1, N_LOOKS + 1):
        train(step)
        loss = loss_without_penalty(trained, judged)
        if loss < lowest:  # not if the trial diverges
            best, lowest = look, loss
        if before - lowest > enough:
            break
    return Trial(best * step, before, lowest, loss)


def _enough_epochs(problem, n_rows, n_epochs, n_steps):
    """Return `n_epochs`, or more if they are fewer than `n_steps` steps."""
    return max(n_epochs, math.ceil(n_steps * problem.batch_size / n_rows))


def _affordable_epochs(problem, n_rows):
    return MAX_PRODUCTS / (n_rows * problem.parameters.flat.size)


def _trainer(problem, parameters, samples, objective, learning_rate):
    """Return a function that trains the parameters for a number of epochs."""
    optimizer = problem.state.optimizer
    if optimizer is not None:
        options = {name: getattr(optimizer, name) for name in optimizer.OPTIONS}
        optimizer = type(optimizer)(**options)
    rng = np.random.RandomState(0)
    state = TrainingState(parameters, optimizer, Constant(learning_rate), rng)
    if problem.is_stochastic:
        batch_size = problem.batch_size
        trainer = problem.engine.trainer(
            state, samples, objective, batch_size=batch_size
        )
        return trainer.train
    return lambda n_iter: minimize_lbfgs(
        state,
        samples,
        objective,
        tol=0.0,
        max_iter=n_iter,
        max_fun=2 * n_iter,
        before_evaluation=lambda: None,
        end_block=lambda block: False,
        make_evaluator=problem.engine.make_evaluator,
    )


def _halves(samples, fewest_divided):
    """Return the samples to learn from, and the ones to judge by."""
    n_rows = samples.X.shape[0]
    if n_rows < fewest_divided:
        return samples, samples
    order = np.random.RandomState(0).permutation(n_rows)[:MAX_ROWS]
    return [samples.rows(np.sort(half)) for half in (order[::2], order[1::2])]
