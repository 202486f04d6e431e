"""Gathering: the evidence of a fitted network, from its passes over given samples."""

from dataclasses import replace

import numpy as np
from sklearn import preprocessing
from sklearn.utils.extmath import row_norms

from .._fit.columns import Columns
from .._fit.sample_loss import constant_loss
from .._pipeline import fitted_network, has_step, input_names, network_input
from ..network import OUT_ACTIVATIONS, Workspace
from .evidence import Evidence
from .problem import loss_without_penalty, make_problem
from .recalibration import Recalibration
from .record import Record
from .refit import Refit
from .training_losses import TrainingLosses

SCALERS = (
    preprocessing.MaxAbsScaler,
    preprocessing.MinMaxScaler,
    preprocessing.PowerTransformer,
    preprocessing.QuantileTransformer,
    preprocessing.RobustScaler,
    preprocessing.StandardScaler,
)
"""Transformers after which the features of the training samples are about as wide."""

CENTRING = {
    preprocessing.PowerTransformer: "standardize",
    preprocessing.RobustScaler: "with_centering",
    preprocessing.StandardScaler: "with_mean",
}
"""Those that map the middle of the training samples to 0, and the option to do so."""


def gather_evidence(estimator, X, y, sample_weight=None):
    """Measure the forward and the backward pass of the samples.

    The estimator is a fitted network, or a Pipeline that ends in one.
    """
    network, given_X, given_weight = fitted_network(estimator), X, sample_weight
    network_X, feature_names = network_input(estimator, X), input_names(estimator)
    record = Record(network)
    problem = make_problem(network, network_X, y, sample_weight, record.mode)
    n_samples = problem.samples.X.shape[0]
    rows = _rows_with_weight(problem.samples)
    if len(rows) < n_samples:
        problem = replace(problem, samples=problem.samples.rows(rows))
    X, Y, sample_weight = problem.samples
    workspace = Workspace(problem.parameters.layer_sizes, X.shape[0], np.float64)
    loss = loss_without_penalty(problem, problem.samples, workspace)
    *activations, _ = workspace.activations
    raw_prediction, outputs = _predictions(problem, [X, *activations][-1])
    constant = constant_loss(problem.objective, problem.samples)
    are_new = _are_new(estimator, record, n_samples)
    training = TrainingLosses(record, problem, n_samples, constant, are_new)
    return Evidence(
        network=network,
        record=record,
        training=training,
        n_samples=n_samples,
        rows=rows,
        problem=problem,
        feature_names=feature_names,
        inputs=Columns.of(X, sample_weight),
        targets=Columns.of(Y, sample_weight),
        activations=activations,
        outputs=outputs,
        gradient_norms=_gradient_norms([X, *activations], workspace.deltas),
        loss=loss,
        constant_loss=constant,
        recalibration=Recalibration(training, raw_prediction, outputs, loss),
        are_new=are_new,
        X=given_X,
        given_y=y,
        in_pipeline=estimator is not network,
        behind_scaler=has_step(estimator, SCALERS),
        behind_centring_scaler=any(
            has_step(estimator, (scaler,), option)
            for scaler, option in CENTRING.items()
        ),
        refit=Refit(network, problem, network_X, y, given_weight),
    )


def _rows_with_weight(samples):
    """Return the numbers of the rows whose weight is above zero."""
    if samples.sample_weight is None:
        return np.arange(samples.X.shape[0])
    return np.flatnonzero(samples.sample_weight > 0)


def _are_new(estimator, record, n_samples):
    """Return whether, by their number, these are not the samples of the fit.

    TargetEncoder encodes each sample of the fit without its own target, but any other
    by all targets. A network that trained on the latter would memorise them.
    """
    is_behind_encoder = has_step(estimator, (preprocessing.TargetEncoder,))
    return is_behind_encoder or not record.may_be_of(n_samples)


def _predictions(problem, last_activations):
    """Return the outputs before and after their activation function."""
    parameters = problem.parameters
    raw_prediction = last_activations @ parameters.coefs[-1]
    if parameters.intercepts:
        raw_prediction += parameters.intercepts[-1]
    outputs = raw_prediction.copy()
    OUT_ACTIVATIONS[problem.objective.out_activation].function(outputs)
    return raw_prediction, outputs


def _gradient_norms(inputs, deltas):
    # The gradient of a sample is the outer product of its inputs and its delta.
    squares = [
        row_norms(A, squared=True) * row_norms(delta, squared=True)
        for A, delta in zip(inputs, deltas, strict=True)
    ]
    return np.sqrt([square.mean() for square in squares])
