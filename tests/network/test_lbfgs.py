"""L-BFGS ends by the largest derivative, or where SciPy sees no more decrease."""

import numpy as np
import pytest
from support import ENGINES, iris

from sknn_simple.network import ENGINES as IMPLEMENTATIONS
from sknn_simple.network import (
    Constant,
    Objective,
    Samples,
    TrainingState,
    draw_parameters,
    minimize_lbfgs,
)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("tol", [1e-2, 1e-12])
def test_what_ends_it(engine, tol):
    """The documentation of `tol` names both: 2.2e-9 is SciPy's `ftol`."""
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
    make_evaluator(start, samples, objective)(start.flat, gradient)
    is_flat = np.abs(gradient).max() <= tol
    decreases = -np.diff(losses) / np.maximum(losses[:-1], 1)
    ftol = 1e7 * np.finfo(float).eps
    assert (decreases[:-1] > ftol).all()
    assert (decreases[-1] <= ftol) == (not is_flat)
    assert is_flat == (tol == 1e-2)
