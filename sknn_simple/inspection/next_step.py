"""The next step of training, which may differ from the plain step explained."""

import copy

import numpy as np

from ..network import Adam


def next_parameters(problem):
    """Return the model after the next epoch on the problem's samples.

    None for L-BFGS, which takes no such steps. The problem is not changed.
    """
    if not problem.is_stochastic:
        return None
    state = copy.deepcopy(problem.state)
    trainer = problem.engine.trainer(
        state, problem.samples, problem.objective, batch_size=problem.batch_size
    )
    trainer.train(1)
    return state.model


def differences(problem, following, plain):
    """Return the options because of which two steps differ, such as 'momentum=0.9'."""
    if following is None:
        return ()
    optimizer, state = problem.state.optimizer, problem.state
    step = np.abs(plain.flat - problem.parameters.flat).max()
    if np.abs(following.flat - plain.flat).max() <= 1e-9 * step:
        return ()
    if isinstance(optimizer, Adam):
        options = ["solver='adam'"]
    else:
        options = [f"momentum={optimizer.momentum:g}"] if optimizer.momentum else []
    # The first average is the step itself.
    return (*options, "average=True") if state.n_averaged else tuple(options)
