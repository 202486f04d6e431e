"""Case: a fitted network on given samples, and all that its symptoms show in."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.extmath import row_norms
from sklearn.utils.sparsefuncs import mean_variance_axis, min_max_axis

from .._fit.report import constant_loss
from ..network import Samples, Workspace, loss_and_gradient
from .problem import Problem, make_problem


class Columns(NamedTuple):
    """Where the columns of a matrix lie; arrays of shape (n_columns,)."""

    mean: np.ndarray
    deviation: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray


@dataclass(frozen=True, eq=False)
class Case:
    """What is known of a network.

    Attributes
    ----------
    estimator : SimpleMLPClassifier or SimpleMLPRegressor

    problem : Problem
        Without penalty, and without rows of weight zero.

    features : list of str
        Their names, or where they are in X, as in "X[:, 0]".

    inputs, targets : Columns
        Targets as the network sees them.

    activations : list of ndarray of shape (n_samples, n_units)
        Of the hidden layers.

    gradient_norms : ndarray of shape (n_layers - 1,)
        Of the coefs of each layer: norm of the gradient by one sample, root mean square
        over samples.

    loss, constant_loss : float
        On these samples: of the network, and of the best constant answer.

    history : dict of list
    """

    estimator: object
    problem: Problem
    features: list[str]
    inputs: Columns
    targets: Columns
    activations: list[np.ndarray]
    gradient_norms: np.ndarray
    loss: float
    constant_loss: float
    history: dict[str, list]


def make_case(estimator, X, y, sample_weight):
    """Pass the samples through the network, in both directions."""
    problem = make_problem(estimator, X, y, sample_weight)
    with np.errstate(over="ignore", invalid="ignore"):
        return _examine(estimator, problem)


def _examine(estimator, problem):
    problem = replace(
        problem,
        samples=_counting(problem.samples),
        objective=replace(problem.objective, alpha=0.0),
    )
    samples, parameters = problem.samples, problem.parameters
    n_rows = samples.X.shape[0]
    workspace = Workspace(parameters.layer_sizes, n_rows, np.float64)
    loss, _ = loss_and_gradient(
        parameters, *samples, problem.objective, workspace=workspace
    )
    activations = workspace.activations[:-1]
    names = getattr(
        estimator,
        "feature_names_in_",
        [f"X[:, {k}]" for k in range(samples.X.shape[1])],
    )
    return Case(
        estimator,
        problem,
        list(names),
        _columns(samples.X, samples.sample_weight),
        _columns(samples.Y, samples.sample_weight),
        activations,
        _gradient_norms([samples.X, *activations], workspace.deltas),
        loss,
        constant_loss(problem.objective, samples),
        estimator.history_,
    )


def _counting(samples):
    """The samples that have a weight above zero."""
    X, Y, sample_weight = samples
    if sample_weight is None:
        return samples
    counts = sample_weight > 0
    return Samples(X[counts], Y[counts], sample_weight[counts])


def _columns(X, sample_weight):
    if issparse(X):
        mean, variance = mean_variance_axis(X, axis=0, weights=sample_weight)
        return Columns(mean, np.sqrt(variance), *min_max_axis(X, axis=0))
    mean = np.average(X, weights=sample_weight, axis=0)
    variance = np.average((X - mean) ** 2, weights=sample_weight, axis=0)
    return Columns(mean, np.sqrt(variance), X.min(axis=0), X.max(axis=0))


def _gradient_norms(inputs, deltas):
    """The gradient by one sample is the outer product of its inputs and its delta."""
    squares = [
        row_norms(A, squared=True) * row_norms(delta, squared=True)
        for A, delta in zip(inputs, deltas, strict=True)
    ]
    return np.sqrt([square.mean() for square in squares])


def worst_first(names, figures, found):
    """The names where `found`, by figure from the largest, and the largest figure."""
    order = np.argsort(-figures, kind="stable")
    return tuple(names[k] for k in order if found[k]), float(figures[found].max())
