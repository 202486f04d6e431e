"""Problem: what an estimator learns from given samples, and at which weights.

It is set up as the next call of `partial_fit` would set it up, but in float64, and
nothing in the estimator changes.
"""

import copy
from dataclasses import dataclass
from numbers import Integral

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state

from .._base import BaseSimpleMLP
from .._fit.session import Mode
from .._fit.start import make_session
from .._targets import Targets
from ..network import Objective, Parameters, Samples


@dataclass(frozen=True, eq=False)
class Problem:
    """What a network is trained for.

    Attributes
    ----------
    parameters : Parameters
        As they are trained: without the scaling of targets that `coefs_` contain.

    samples : Samples
        With the targets and the weights that the network sees.

    targets : Targets

    objective : Objective

    learning_rate : float
        Of the next epoch.
    """

    parameters: Parameters
    samples: Samples
    targets: Targets
    objective: Objective
    learning_rate: float


def make_problem(estimator, X, y, sample_weight=None):
    """Make the problem of a fitted estimator, or of one that is yet to be fitted.

    Parameters
    ----------
    estimator : SimpleMLPClassifier or SimpleMLPRegressor

    X : {array-like, sparse matrix} of shape (n_samples, n_features)

    y : array-like of shape (n_samples,) or (n_samples, n_outputs)

    sample_weight : array-like of shape (n_samples,), default=None

    Returns
    -------
    problem : Problem
    """
    check_kind(estimator)
    estimator._validate_params()
    estimator = _detached(estimator)
    if sample_weight is not None and not np.any(sample_weight):
        raise ValueError("sample_weight must not be zero for every sample.")
    session = make_session(
        estimator, X, y, sample_weight, mode=Mode.APPEND, dtype=np.float64
    )
    state = session.state
    return Problem(
        state.parameters.view(state.parameters.flat.astype(np.float64)),
        session.samples,
        session.targets,
        session.objective,
        state.schedule.learning_rate(state.t),
    )


def check_kind(estimator):
    """Refuse what is not one of our estimators, and say what to pass instead."""
    if isinstance(estimator, BaseSimpleMLP):
        return
    message = (
        "estimator must be a SimpleMLPClassifier or a SimpleMLPRegressor, got "
        f"{type(estimator).__name__}."
    )
    if isinstance(estimator, Pipeline):
        message += (
            " Pass the last step, pipeline[-1], and X as it sees it, "
            "pipeline[:-1].transform(X)."
        )
    elif hasattr(estimator, "best_estimator_"):
        message += " Pass its best_estimator_."
    raise TypeError(message)


def _detached(estimator):
    """A copy that holds nothing out, and draws from a generator of its own."""
    estimator = copy.copy(estimator)
    estimator.early_stopping = False
    if not isinstance(estimator.random_state, Integral):
        source = check_random_state(estimator.random_state)
        estimator.random_state = copy.deepcopy(source)
    return estimator


def not_finite(loss):
    """The error of an objective that can't be differentiated."""
    return ValueError(
        f"The objective must be finite to be differentiated, got {loss}. Scale the "
        "inputs (for instance with StandardScaler)."
    )


def layer_name(index, n_layers):
    """Name of a layer of weights, counted from 0."""
    return "output layer" if index == n_layers - 1 else f"hidden layer {index + 1}"


def one_sample(x, n_features="n_features"):
    """A sample, of shape (n_features,) or (1, n_features), as a matrix of one row."""
    if hasattr(x, "iloc") and x.ndim == 1:
        return x.to_frame().T  # a row of a data frame, with its names
    X = x if hasattr(x, "shape") else np.asarray(x)
    if X.ndim == 1:
        X = X.reshape(1, -1)
    if X.ndim != 2 or X.shape[0] != 1:
        raise ValueError(
            f"x must be one sample, of shape ({n_features},) or (1, {n_features}), got "
            f"shape {X.shape}."
        )
    return X
