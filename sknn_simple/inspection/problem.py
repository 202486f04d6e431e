"""Problem: the training problem of an estimator on given samples.

The next call of `partial_fit`, or in another mode of `fit`, would solve the same
problem, but not in float64. The estimator is not changed.
"""

import copy
from dataclasses import dataclass, replace
from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state

from .._fit import options
from .._fit.session import Mode
from .._fit.start import make_session
from .._targets import Targets
from ..network import (
    ACTIVATIONS,
    LOSSES,
    Engine,
    Objective,
    Parameters,
    Samples,
    TrainingState,
    loss_and_gradient,
)


@dataclass(frozen=True, eq=False)
class Problem:
    """A network's parameters, samples and objective, and how it is trained."""

    parameters: Parameters  # as trained: `coefs_` may contain the scale of y
    samples: Samples  # with targets and weights as the network sees them
    targets: Targets
    objective: Objective
    engine: Engine
    state: TrainingState  # before the next epoch
    batch_size: int

    @property
    def is_stochastic(self):
        """Whether the solver is sgd or adam."""
        return self.state.optimizer is not None

    @property
    def functions(self):
        """The Activation of each hidden layer."""
        return self.objective.functions(len(self.parameters.coefs) - 1)

    @property
    def is_linear(self):
        """Whether the network has no nonlinear hidden layer."""
        return set(self.functions) <= {ACTIVATIONS["identity"]}

    @property
    def has_squared_error(self):
        """Whether the loss is the squared error, in whichever unit."""
        squared_error = LOSSES["squared_error"].function
        return LOSSES[self.objective.loss].function is squared_error

    @property
    def learning_rate(self):
        """The learning rate of the next epoch."""
        return self.state.schedule.learning_rate(self.state.t)


def make_problem(estimator, X, y, sample_weight=None, mode=Mode.APPEND):
    """Make the problem of an estimator, at its fitted or else its initial weights."""
    estimator._validate_params()
    session = make_session(
        _detached(estimator), X, y, sample_weight, mode=mode, dtype=np.float64
    )
    state = _in_float64(session.state)
    return Problem(
        state.model.copy(),
        session.samples,
        session.targets,
        session.objective,
        session.engine,
        state,
        options.batch_size(estimator, session.samples.X.shape[0]),
    )


def loss_without_penalty(problem, samples, workspace=None):
    """Return the loss of samples without the penalty, and fill the workspace."""
    objective = replace(problem.objective, alpha=0.0)
    loss, _ = loss_and_gradient(
        problem.parameters, *samples, objective, workspace=workspace
    )
    return loss


def penalty(problem, alpha):
    """Return the penalty of a strength, which is a part of the objective."""
    objective = replace(problem.objective, alpha=alpha)
    squares = objective.penalties(problem.parameters) * problem.parameters.flat_coefs**2
    total_weight = problem.samples.total_weight
    return 0.5 * squares.sum() / LOSSES[objective.loss].sample_divisor(total_weight)


def _in_float64(state):
    """Return a copy of a TrainingState in float64."""
    parameters, optimizer = state.parameters, state.optimizer
    return replace(
        state,
        parameters=parameters.view(parameters.flat.astype(np.float64)),
        optimizer=optimizer and replace(optimizer, **_arrays_in_float64(optimizer)),
        **_arrays_in_float64(state),
    )


def _arrays_in_float64(owner):
    """Return the attributes that are arrays, by name, as copies in float64."""
    return {
        name: value.astype(np.float64)
        for name, value in vars(owner).items()
        if isinstance(value, np.ndarray)
    }


def _detached(estimator):
    """Return a copy without early stopping, and with a generator of its own."""
    estimator = copy.copy(estimator)
    estimator.early_stopping = False
    if not isinstance(estimator.random_state, Integral):
        source = check_random_state(estimator.random_state)
        estimator.random_state = copy.deepcopy(source)
    return estimator


def not_finite(loss):
    """Return the error for an objective that is not finite."""
    return ValueError(
        f"The objective must be finite to be differentiated, got {loss}. Scale the "
        "inputs (for instance with StandardScaler)."
    )


def layer_name(index, n_layers):
    """Return the name of a layer of weights; `index` counts from 0."""
    return "output layer" if index == n_layers - 1 else f"hidden layer {index + 1}"
