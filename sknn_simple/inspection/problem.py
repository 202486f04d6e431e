"""Problem: the training problem of an estimator on given samples.

It is the problem that the next call of `partial_fit` would solve, but in float64. The
estimator is not changed.
"""

import copy
from dataclasses import dataclass
from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state

from .._fit.report import constant_loss
from .._fit.session import Mode
from .._fit.start import make_session
from .._targets import Targets
from ..network import Objective, Parameters, Samples


@dataclass(frozen=True, eq=False)
class Problem:
    """A network's parameters, samples and objective.

    Parameters are those that are trained: without the scaling of targets that `coefs_`
    contains. Samples have targets and weights as the network sees them. The learning
    rate is the rate of the next epoch.
    """

    parameters: Parameters
    samples: Samples
    targets: Targets
    objective: Objective
    learning_rate: float

    @property
    def constant_loss(self):
        """Loss of the best constant prediction, without penalty."""
        return constant_loss(self.objective, self.samples)

    @property
    def standardised_by(self):
        """Mean and deviation that standardise the targets; None if they are raw."""
        targets = self.targets
        return (targets.mean, targets.scale) if targets.is_scaled else None


def make_problem(estimator, X, y, sample_weight=None):
    """Make the problem of an estimator, at its fitted weights or at initial ones."""
    estimator._validate_params()
    session = make_session(
        _detached(estimator), X, y, sample_weight, mode=Mode.APPEND, dtype=np.float64
    )
    state = session.state
    return Problem(
        state.parameters.view(state.parameters.flat.astype(np.float64)),
        session.samples,
        session.targets,
        session.objective,
        state.schedule.learning_rate(state.t),
    )


def _detached(estimator):
    """Return a copy that holds nothing out, and has a random generator of its own."""
    estimator = copy.copy(estimator)
    estimator.early_stopping = False
    if not isinstance(estimator.random_state, Integral):
        source = check_random_state(estimator.random_state)
        estimator.random_state = copy.deepcopy(source)
    return estimator


def not_finite(loss):
    """Return the error of an objective that cannot be differentiated."""
    return ValueError(
        f"The objective must be finite to be differentiated, got {loss}. Scale the "
        "inputs (for instance with StandardScaler)."
    )


def layer_name(index, n_layers):
    """Return the name of a layer of weights, counted from 0."""
    return "output layer" if index == n_layers - 1 else f"hidden layer {index + 1}"
