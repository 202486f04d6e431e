"""Fitted estimators from weights, and scikit-learn's own from fitted estimators."""

import numpy as np
from sklearn.preprocessing import LabelBinarizer

from ._history import History
from ._parameters import architecture, auto_learning_rate
from .network import Objective, Parameters


def layer_arrays(coefs, intercepts):
    """Copy weights: lists of float32, if all are, or else float64 arrays."""
    parameters = Parameters.from_arrays(coefs, () if intercepts is None else intercepts)
    if intercepts is not None and not parameters.intercepts:
        raise ValueError(
            "intercepts must be None for a network without biases, got []."
        )
    if not np.isfinite(parameters.flat).all():
        raise ValueError("coefs and intercepts must hold finite numbers.")
    return parameters.coefs, parameters.intercepts or [
        np.zeros(coef.shape[1], parameters.flat.dtype) for coef in parameters.coefs
    ]


def check_told_by_weights(params):
    """Refuse the parameters that are known from the weights."""
    for name in ("hidden_layer_sizes", "fit_intercept"):
        if name in params:
            raise ValueError(
                f"{name} is told by the shapes of coefs and by whether there are "
                f"intercepts: leave it out, got {params[name]!r}."
            )


def make_fitted(estimator, coefs, intercepts, targets):
    """Give an `estimator` these weights, as if it had been trained to them."""
    estimator._validate_params()
    estimator.n_features_in_ = coefs[0].shape[0]
    estimator.coefs_ = coefs
    estimator.intercepts_ = intercepts
    estimator.loss_ = np.nan
    estimator.best_loss_ = np.inf
    estimator.best_validation_score_ = None
    estimator.best_epoch_ = None
    estimator.n_iter_ = 0
    estimator.t_ = 0
    estimator.n_layers_ = len(coefs) + 1
    estimator.n_outputs_ = targets.n_outputs
    estimator.out_activation_ = targets.out_activation
    estimator._architecture = architecture(estimator)
    estimator._targets = targets
    estimator._history = History()
    return estimator


SHARED_ATTRIBUTES = (
    "classes_",
    "n_features_in_",
    "feature_names_in_",
    "loss_",
    "best_loss_",
    "loss_curve_",
    "validation_scores_",
    "best_validation_score_",
    "n_iter_",
    "t_",
    "n_layers_",
    "n_outputs_",
    "out_activation_",
)


def to_sklearn(estimator, kind):
    """Make the estimator of scikit-learn's class `kind` that predicts the same."""
    trained_as = estimator._architecture
    params = {
        name: trained_as.get(name, getattr(estimator, name))
        for name in kind().get_params()
        if hasattr(estimator, name)
    }
    if estimator.learning_rate_init == "auto":
        targets = estimator._targets
        objective = Objective(
            targets.network_loss, out_activation=targets.out_activation
        )
        params["learning_rate_init"] = auto_learning_rate(estimator, objective)
    other = kind(**params)
    for name in SHARED_ATTRIBUTES:
        if hasattr(estimator, name):
            setattr(other, name, getattr(estimator, name))
    other.coefs_ = [coef.copy() for coef in estimator.coefs_]
    other.intercepts_ = [intercept.copy() for intercept in estimator.intercepts_]
    # What scikit-learn's partial_fit counts on.
    other._no_improvement_count = 0
    other.best_loss_ = np.inf if other.best_loss_ is None else other.best_loss_
    return other


def label_binarizer(targets):
    """Make the LabelBinarizer with which scikit-learn decodes these labels."""
    if targets.multilabel:
        return LabelBinarizer().fit(np.eye(targets.n_outputs, dtype=int))
    return LabelBinarizer().fit(targets.classes)
