"""Problem: the training problem of an estimator on given samples.

The next call of `partial_fit` would solve the same problem, but not in float64. The
estimator is not changed.
"""

import copy
from dataclasses import dataclass
from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state

from .._fit.session import Mode
from .._fit.start import make_session
from .._targets import Targets
from ..network import Objective, Parameters, Samples


@dataclass(frozen=True, eq=False)
class Problem:
    """A network's parameters, samples and objective."""

    parameters: Parameters  # as trained: `coefs_` may contain the scale of y
    samples: Samples  # with targets and weights as the network sees them
    targets: Targets
    objective: Objective
    learning_rate: float  # of the next epoch


def make_problem(estimator, X, y, sample_weight=None):
    """Make the problem of an estimator, at its fitted or else its initial weights."""
    estimator._validate_params()
    session = make_session(
        _detached(estimator), X, y, sample_weight, mode=Mode.APPEND, dtype=np.float64
    )
    state = session.state
    return Problem(
        state.model.view(state.model.flat.astype(np.float64)),
        session.samples,
        session.targets,
        session.objective,
        state.schedule.learning_rate(state.t),
    )


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
