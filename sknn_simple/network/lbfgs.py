"""L-BFGS: a quasi-Newton method on all samples at once."""

import numpy as np
import scipy.optimize

from .backprop import loss_and_gradient
from .training import DONE, NOT_FINITE, Block
from .workspace import Workspace


def minimize_lbfgs(
    state, samples, objective, *, tol, max_iter, max_fun, before_evaluation, end_block
):
    """Train with L-BFGS-B; an iteration counts as an epoch.

    Parameters
    ----------
    state : TrainingState
        Changed in place after each iteration.

    samples : Samples

    objective : Objective

    tol : float
        Training ends when no derivative is larger.

    max_iter, max_fun : int
        Maximum number of iterations, and of evaluations of the objective.

    before_evaluation : callable
        Called without arguments before each evaluation of the objective.

    end_block : callable
        Called with a Block of one epoch after each iteration; True ends training.

    Returns
    -------
    result : scipy.optimize.OptimizeResult

    References
    ----------
    R. H. Byrd et al., "A limited memory algorithm for bound constrained
    optimization", SIAM Journal on Scientific Computing 16 (1995).
    """
    parameters = state.parameters
    trial, gradient = parameters.copy(), parameters.zeros_like()
    workspace = Workspace(
        parameters.layer_sizes, samples.X.shape[0], parameters.flat.dtype
    )

    def evaluate(flat):
        before_evaluation()
        trial.flat[:] = flat
        loss, _ = loss_and_gradient(
            trial,
            samples.X,
            samples.Y,
            samples.sample_weight,
            objective,
            gradient,
            workspace,
        )
        return loss, gradient.flat.astype(np.float64)

    def iterate(intermediate_result):
        parameters.flat[:] = intermediate_result.x
        state.t += samples.X.shape[0]
        loss = float(intermediate_result.fun)
        ending = DONE if state.is_finite(loss) else NOT_FINITE
        if end_block(Block([loss], [None], ending)):
            raise StopIteration

    return scipy.optimize.minimize(
        evaluate,
        parameters.flat.astype(np.float64),
        method="L-BFGS-B",
        jac=True,
        callback=iterate,
        options={"maxiter": max_iter, "maxfun": max_fun, "gtol": tol},
    )
