"""Fitted estimators from weights, and scikit-learn's own from fitted estimators."""

import numpy as np
from sklearn.preprocessing import LabelBinarizer

from ._fit.history import History
from ._fit.options import Architecture, auto_learning_rate
from ._fit.session import fitted_attributes
from .network import Objective, Parameters


def layer_parameters(coefs, intercepts):
    """Copy weights to Parameters: float32 if all of them are, or else float64."""
    parameters = Parameters.from_arrays(coefs, () if intercepts is None else intercepts)
    if intercepts is not None and not parameters.intercepts:
        raise ValueError(
            "intercepts must be None for a network without biases, got []."
        )
    if not np.isfinite(parameters.flat).all():
        raise ValueError("coefs and intercepts must hold finite numbers.")
    return parameters


def check_not_given(params):
    """Raise ValueError if an option is given that the weights determine."""
    for name in ("hidden_layer_sizes", "fit_intercept"):
        if name in params:
            raise ValueError(
                f"{name} follows from the shapes of coefs and from the presence of "
                f"intercepts: leave it out, got {params[name]!r}."
            )


def make_fitted(estimator, parameters, targets):
    """Give an `estimator` these parameters, as if it had been trained to them."""
    estimator._validate_params()
    estimator.n_features_in_ = parameters.layer_sizes[0]
    attributes = fitted_attributes(
        Architecture.of(estimator), targets, parameters, History()
    )
    vars(estimator).update(attributes)
    return estimator


ATTRIBUTES_IN_COMMON = (
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
"""Fitted attributes that scikit-learn's networks have as well."""


def to_sklearn(estimator, kind):
    """Make the estimator of scikit-learn's class `kind` that predicts the same."""
    options = vars(estimator) | vars(estimator._architecture)
    params = {name: options[name] for name in kind().get_params() if name in options}
    if estimator.learning_rate_init == "auto":
        targets = estimator._targets
        objective = Objective(
            targets.network_loss, out_activation=targets.out_activation
        )
        params["learning_rate_init"] = auto_learning_rate(estimator, objective)
    other = kind(**params)
    for name in ATTRIBUTES_IN_COMMON:
        if hasattr(estimator, name):
            setattr(other, name, getattr(estimator, name))
    other.coefs_ = [coef.copy() for coef in estimator.coefs_]
    other.intercepts_ = [intercept.copy() for intercept in estimator.intercepts_]
    # scikit-learn's partial_fit needs these.
    other._no_improvement_count = 0
    other.best_loss_ = np.inf if other.best_loss_ is None else other.best_loss_
    return other


def label_binarizer(targets):
    """Make the LabelBinarizer that scikit-learn's network decodes these labels with."""
    if targets.multilabel:
        return LabelBinarizer().fit(np.eye(targets.n_outputs, dtype=int))
    return LabelBinarizer().fit(targets.classes)
