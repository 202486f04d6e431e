"""L-BFGS: what ends it, and its blocks of iterations."""

import time
from itertools import chain

import numpy as np
import pytest
from support import ENGINES, iris

from sknn_simple import SimpleMLPRegressor
from sknn_simple.network import (
    DONE,
    Constant,
    Objective,
    Samples,
    TrainingState,
    draw_parameters,
    minimize_lbfgs,
)
from sknn_simple.network import ENGINES as IMPLEMENTATIONS


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("tol", [1e-2, 1e-12])
def test_what_ends_it(engine, tol):
    """Either all derivatives are at most `tol`, or the loss hardly falls any more."""
    X, labels = iris()
    samples = Samples(X, np.eye(3)[labels], None)
    objective = Objective("softmax_log_loss", "tanh", "softmax", 0.1)
    start = draw_parameters((4, 3, 3), np.random.RandomState(0))
    state, losses = TrainingState(start, None, Constant(0.1), None), []
    make_evaluator = IMPLEMENTATIONS[engine].make_evaluator
    minimize_lbfgs(
        state,
        samples,
        objective,
        tol=tol,
        max_iter=10_000,
        max_fun=10_000,
        before_evaluation=lambda: None,
        end_block=lambda block: losses.extend(block.losses),
        make_evaluator=make_evaluator,
    )
    gradient = np.zeros_like(start.flat)
    make_evaluator(start, gradient, samples, objective)()
    is_flat = np.abs(gradient).max() <= tol
    loss = np.array(losses[1:])
    are_enough = -np.diff(losses) > 1e4 * np.finfo(float).eps * np.fmax(loss, loss**0.5)
    assert are_enough[:-1].all()
    assert are_enough[-1] == is_flat
    assert is_flat == (tol == 1e-2)


def iterations(block_seconds, before_evaluation=lambda: None):
    """Train on iris; return the state, and the losses and endings of its blocks."""
    X, labels = iris()
    start = draw_parameters((4, 3, 3), np.random.RandomState(0))
    state, blocks = TrainingState(start, None, Constant(0.1), None), []
    minimize_lbfgs(
        state,
        Samples(X, np.eye(3)[labels], None),
        Objective("softmax_log_loss", "tanh", "softmax", 0.1),
        tol=0.0,
        max_iter=10,
        max_fun=1000,
        before_evaluation=before_evaluation,
        end_block=lambda block: blocks.append(block),
        block_seconds=block_seconds,
    )
    losses = [block.losses.tolist() for block in blocks]
    return state, losses, [block.ending for block in blocks]


def test_blocks_hold_the_same_iterations():
    state, losses, _ = iterations(0.0)
    assert [len(block) for block in losses] == 10 * [1]
    other, blocks, endings = iterations(1000.0)
    assert [len(block) for block in blocks] == [1, 9]
    assert list(chain(*blocks)) == list(chain(*losses))
    assert endings == [DONE, DONE]
    np.testing.assert_array_equal(other.parameters.flat, state.parameters.flat)
    assert other.t == state.t == 1500


def test_a_block_ends_with_the_first_iteration_after_its_time():
    _, blocks, _ = iterations(0.05, before_evaluation=lambda: time.sleep(0.02))
    first, *middle, last = map(len, blocks)
    assert first == 1
    assert len(middle) > 1
    assert max(*middle, last) <= 3


def test_a_failed_line_search_leaves_the_weights_before_it():
    """It tries steps along a slope without an end, until it gives up."""

    def make_evaluator(parameters, gradient, samples, objective):
        def evaluate():
            gradient[:] = -1e6
            tried.append(parameters.flat.copy())
            return -1e6 * parameters.flat.sum()

        return evaluate

    tried, blocks = [], []
    start = draw_parameters((4, 3), np.random.RandomState(0))
    before = start.flat.copy()
    result = minimize_lbfgs(
        TrainingState(start, None, Constant(0.1), None),
        Samples(np.ones((2, 4)), np.ones((2, 3)), None),
        Objective(),
        tol=0.0,
        max_iter=100,
        max_fun=1000,
        before_evaluation=lambda: None,
        end_block=blocks.append,
        make_evaluator=make_evaluator,
    )
    assert (result.status, blocks) == (2, [])
    assert not np.array_equal(tried[-1], before)
    np.testing.assert_array_equal(start.flat, before)


@pytest.mark.parametrize("engine", ENGINES)
def test_rounding_may_make_a_small_loss_negative(engine):
    """For rates without noise, the Poisson deviance ends some 1e-18 below 0."""
    X = np.random.default_rng(0).normal(size=(50, 3))
    model = SimpleMLPRegressor(
        (), loss="poisson", solver="lbfgs", alpha=0, tol=1e-10, engine=engine
    ).fit(X, np.exp(1 + X[:, 0]))
    assert abs(model.loss_) < 1e-12
    assert model.stop_reason_ == "converged"
