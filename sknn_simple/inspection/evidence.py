"""Evidence: measurements of a fitted network, by which symptoms are recognised."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.extmath import row_norms
from sklearn.utils.sparsefuncs import mean_variance_axis, min_max_axis

from .._base import BaseSimpleMLP
from .._fit.report import constant_loss
from ..network import Samples, Workspace, loss_and_gradient
from .problem import Problem, make_problem


class Columns(NamedTuple):
    """Statistics of the columns of a matrix, each of shape (n_columns,)."""

    mean: np.ndarray
    deviation: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray


@dataclass(frozen=True, eq=False)
class Evidence:
    """Measurements of a fitted network on given samples."""

    network: BaseSimpleMLP
    problem: Problem  # without penalty and without samples of weight zero
    feature_names: list[str]
    inputs: Columns
    targets: Columns  # standardised if the network is trained on such targets
    activations: list[np.ndarray]  # per hidden layer, shape (n_samples, n_units)
    gradient_norms: np.ndarray  # per layer: root mean square over single samples
    loss: float  # without penalty
    constant_loss: float  # loss of the best constant prediction


def gather_evidence(network, feature_names, X, y, sample_weight):
    """Measure the forward and the backward pass of the samples."""
    problem = make_problem(network, X, y, sample_weight)
    objective = replace(problem.objective, alpha=0.0)
    problem = replace(
        problem, samples=_with_weight(problem.samples), objective=objective
    )
    X, Y, sample_weight = problem.samples
    workspace = Workspace(problem.parameters.layer_sizes, X.shape[0], np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        loss, _ = loss_and_gradient(
            problem.parameters, X, Y, sample_weight, objective, workspace=workspace
        )
        activations = workspace.activations[:-1]
        return Evidence(
            network,
            problem,
            feature_names,
            _columns(X, sample_weight),
            _columns(Y, sample_weight),
            activations,
            _gradient_norms([X, *activations], workspace.deltas),
            loss,
            constant_loss(objective, problem.samples),
        )


def _with_weight(samples):
    """Return the samples whose weight is above zero."""
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
    # The gradient of a sample is the outer product of its inputs and its delta.
    squares = [
        row_norms(A, squared=True) * row_norms(delta, squared=True)
        for A, delta in zip(inputs, deltas, strict=True)
    ]
    return np.sqrt([square.mean() for square in squares])
