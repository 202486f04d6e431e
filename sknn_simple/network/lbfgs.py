"""L-BFGS: a quasi-Newton method on all samples at once."""

import numpy as np
import scipy.optimize

from .backprop import make_evaluator
from .training import DONE, NOT_FINITE, Block


def block_of_iteration(state, loss):
    """Return the Block of an iteration that ended with this loss."""
    ending = DONE if state.is_finite(loss) else NOT_FINITE
    return Block(np.array([loss]), np.array([np.nan]), ending)


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
        Called with a Block of one epoch after each iteration. True ends training.

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

    def iterate(intermediate_result):
        # By key, which is ten times as fast as an attribute of SciPy's result.
        parameters.flat[:] = intermediate_result["x"]
        state.t += samples.X.shape[0]
        loss = float(intermediate_result["fun"])
        if end_block(block_of_iteration(state, loss)):
            raise StopIteration

    return scipy.optimize.minimize(
        evaluate,
        parameters.flat.astype(np.float64),
        method="L-BFGS-B",
        jac=derivative,
        callback=iterate,
        options={"maxiter": max_iter, "maxfun": max_fun, "gtol": tol},
    )
