"""L-BFGS: a quasi-Newton method on all samples at once."""

import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import scipy.optimize

from .blocks import DONE, NOT_FINITE, Block
from .gradient import make_evaluator
from .minibatches import Samples
from .objective import Objective
from .state import TrainingState

ROUNDING = 1e4 * sys.float_info.epsilon
"""Training ends when the loss falls by no more than this fraction of itself, or of its
square root if that is larger. Usually `tol` ends training earlier. The square root
counts because a small squared error is the difference of rounded numbers near 1. On
targets without noise, SciPy's own rule ends training far from the minimum."""


def make_block(losses: list[float], ending: int) -> Block:
    """Return the Block of iterations that ended with these losses."""
    return Block(np.array(losses), np.full(len(losses), np.nan), ending)


@dataclass
class _Iterations:
    """The iterations since the last block, which end the next block in due time."""

    state: TrainingState
    n_samples: int
    end_block: Callable[[Block], bool]
    block_seconds: float
    losses: list[float] = field(default_factory=list)
    due: float = 0.0  # time of the next block
    loss: float = math.inf  # of the last iteration
    has_converged: bool = False

    def add(self, intermediate_result: scipy.optimize.OptimizeResult) -> None:
        """Add an iteration, as the callback of SciPy; StopIteration ends training."""
        self.state.t += self.n_samples
        # By key, which is ten times as fast as an attribute of SciPy's result.
        before, self.loss = self.loss, float(intermediate_result["fun"])
        self.losses.append(self.loss)
        is_due = not math.isfinite(self.loss) or time.perf_counter() >= self.due
        if is_due and self.end():
            raise StopIteration
        size = abs(self.loss)  # which rounding may make negative
        least_gain = ROUNDING * max(size, math.sqrt(size))
        self.has_converged = before - self.loss <= least_gain
        if self.has_converged:
            raise StopIteration

    def end(self) -> bool:
        """End a block; return whether training ends with it."""
        ending = DONE if self.state.is_finite(self.loss) else NOT_FINITE
        block = make_block(self.losses, ending)
        self.losses = []
        stops = self.end_block(block)
        self.due = time.perf_counter() + self.block_seconds
        return stops


def minimize_lbfgs(
    state: TrainingState,
    samples: Samples,
    objective: Objective,
    *,
    tol: float,
    max_iter: int,
    max_fun: int,
    before_evaluation: Callable[[], object],
    end_block: Callable[[Block], bool],
    block_seconds: float = 0.0,
    make_evaluator: Callable[..., Callable] = make_evaluator,
) -> scipy.optimize.OptimizeResult:
    """Train with L-BFGS-B; an iteration counts as an epoch.

    Parameters
    ----------
    state : TrainingState
        Changed in place. When a block ends, it holds the weights of its last iteration.

    samples : Samples
        Training samples, in the dtype of the parameters.

    objective : Objective
        Function to minimise.

    tol : float
        Training ends when no derivative exceeds this in absolute value, or when
        rounding hides what an iteration gains.

    max_iter, max_fun : int
        Maximum number of iterations, and of evaluations of the objective.

    before_evaluation : callable
        Called without arguments before each evaluation of the objective.

    end_block : callable
        Called with a Block after the first iteration, after the first one that ends
        `block_seconds` later, and so on, and with the rest at the end. True ends
        training.

    block_seconds : float, default=0.0
        Time between blocks in seconds. 0 is a block per iteration.

    make_evaluator : callable, default=make_evaluator
        Maker of the objective, from an `Engine`.

    Returns
    -------
    result : scipy.optimize.OptimizeResult

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C. The state can then be one within a block.

    References
    ----------
    R. H. Byrd et al., "A limited memory algorithm for bound constrained
    optimization", SIAM Journal on Scientific Computing 16 (1995).
    """
    parameters = state.parameters
    gradient = np.zeros_like(parameters.flat)
    evaluator = make_evaluator(parameters, gradient, samples, objective)

    def evaluate(flat: np.ndarray) -> float:
        before_evaluation()
        parameters.flat[:] = flat
        return evaluator()

    def derivative(flat: np.ndarray) -> np.ndarray:
        # SciPy calls this for the point that it has just evaluated.
        return gradient.astype(np.float64)

    n_samples = samples.X.shape[0]
    iterations = _Iterations(state, n_samples, end_block, block_seconds)
    result = scipy.optimize.minimize(
        evaluate,
        parameters.flat.astype(np.float64),
        method="L-BFGS-B",
        jac=derivative,
        callback=iterations.add,
        options={"maxiter": max_iter, "maxfun": max_fun, "gtol": tol, "ftol": 0.0},
    )
    # Near a loss of 0, rounding ends the line search first.
    ends_at_0 = result.status == 2 and abs(result.fun) <= ROUNDING
    if iterations.has_converged or ends_at_0:
        result.status, result.success = 0, True
        result.message = "the loss hardly falls any more"
    # A failed line search leaves the last point that it tried.
    parameters.flat[:] = result.x
    if iterations.losses:
        iterations.end()
    return result
