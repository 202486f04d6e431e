"""L-BFGS: a quasi-Newton method on all samples at once."""

import numpy as np
import scipy.optimize

from .backprop import make_evaluator
from .training import DONE, INTERRUPTED, NOT_FINITE, Block


def make_block(losses, ending):
    """Return the Block of iterations that ended with these losses."""
    return Block(np.array(losses), np.full(len(losses), np.nan), ending)


def minimize_lbfgs(
    state,
    samples,
    objective,
    *,
    tol,
    max_iter,
    max_fun,
    before_evaluation,
    end_block,
    block_size=1,
    make_evaluator=make_evaluator,
):
    """Train with L-BFGS-B; an iteration counts as an epoch.

    Parameters
    ----------
    state : TrainingState
        Changed in place after each iteration.

    samples : Samples
        Training samples, in the dtype of the parameters.

    objective : Objective
        Function to minimise.

    tol : float
        Training ends when no derivative exceeds this in absolute value, or when an
        iteration lowers the loss by a fraction of less than 2.2e-9, SciPy's `ftol`.

    max_iter, max_fun : int
        Maximum number of iterations, and of evaluations of the objective.

    before_evaluation : callable
        Called without arguments before each evaluation of the objective.

    end_block : callable
        Called with a Block after each `block_size` iterations, and with a shorter one
        at the end. True ends training. After Ctrl-C, the state is the one after the
        block's last iteration.

    block_size : int, default=1
        Number of iterations per block.

    make_evaluator : callable, default=make_evaluator
        Maker of the objective, from an `Engine`.

    Returns
    -------
    result : scipy.optimize.OptimizeResult

    References
    ----------
    R. H. Byrd et al., "A limited memory algorithm for bound constrained
    optimization", SIAM Journal on Scientific Computing 16 (1995).
    """
    parameters = state.parameters
    gradient = np.zeros_like(parameters.flat)
    evaluator = make_evaluator(parameters, samples, objective)

    def evaluate(flat):
        before_evaluation()
        return evaluator(flat.astype(gradient.dtype), gradient)

    def derivative(flat):
        # SciPy calls this for the point that it has just evaluated.
        return gradient.astype(np.float64)

    losses: list[float] = []  # since the last block
    finished = 0, None

    def end(ending):
        nonlocal losses, finished
        block = make_block(losses, ending)
        losses, finished = [], (0, None)
        return end_block(block)

    def iterate(intermediate_result):
        nonlocal finished
        # By key, which is ten times as fast as an attribute of SciPy's result.
        parameters.flat[:] = intermediate_result["x"]
        state.t += samples.X.shape[0]
        losses.append(float(intermediate_result["fun"]))
        # A single assignment: an interruption comes before it or after it.
        finished = len(losses), state.snapshot(with_rng=False)
        ending = DONE if state.is_finite(losses[-1]) else NOT_FINITE
        if (ending == NOT_FINITE or len(losses) == block_size) and end(ending):
            raise StopIteration

    try:
        result = scipy.optimize.minimize(
            evaluate,
            parameters.flat.astype(np.float64),
            method="L-BFGS-B",
            jac=derivative,
            callback=iterate,
            options={"maxiter": max_iter, "maxfun": max_fun, "gtol": tol},
        )
    except KeyboardInterrupt:
        n_finished, snapshot = finished
        if n_finished > 0:
            state.restore(snapshot)
            del losses[n_finished:]
            end(INTERRUPTED)
        raise
    if losses:
        end(DONE)
    return result
