"""Conversion of weights to fitted estimators, and of these to scikit-learn's own."""

import copy

import numpy as np
from sklearn.preprocessing import LabelBinarizer

from ._fit.architecture import Architecture
from ._fit.fitted_attributes import fitted_attributes
from ._fit.given_weights import weights_to_predict_with
from ._fit.history import History
from ._fit.scaled_auto import factor_of_auto
from .network import SCHEDULES, Parameters


def estimator_of_shape(kind, coefs, intercepts, options):
    """Make an unfitted estimator for given weights, and copy these to Parameters.

    The Parameters are float32 if all weights are, otherwise float64.
    """
    for name in ("hidden_layer_sizes", "fit_intercept"):
        if name in options:
            raise ValueError(
                f"{name} follows from the shapes of coefs and from the presence of "
                f"intercepts: leave it out, got {options[name]!r}."
            )
    parameters = Parameters.from_arrays(coefs, () if intercepts is None else intercepts)
    if intercepts is not None and not parameters.intercepts:
        raise ValueError(
            "intercepts must be None for a network without biases, got []."
        )
    if not np.isfinite(parameters.flat).all():
        raise ValueError("coefs and intercepts must hold finite numbers.")
    sizes, fit_intercept = parameters.layer_sizes, parameters.fit_intercept
    return kind(sizes[1:-1], fit_intercept=fit_intercept, **options), parameters


def make_fitted(estimator, parameters, targets):
    """Give an estimator these parameters, as if training had reached them."""
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
"""Fitted attributes that scikit-learn's networks have, too."""


ACTIVATIONS_IN_COMMON = ("identity", "logistic", "tanh", "relu")
"""Activations that scikit-learn's networks have, too: one for all hidden layers."""


def to_sklearn(estimator, kind):
    """Make a fitted estimator of scikit-learn's class `kind`."""
    activation = estimator._architecture.activation
    if activation not in ACTIVATIONS_IN_COMMON:
        raise ValueError(
            f"scikit-learn's {kind.__name__} has no equivalent of activation="
            f"{activation!r}, only of one of {list(ACTIVATIONS_IN_COMMON)} for all "
            "hidden layers."
        )
    options = vars(estimator) | vars(estimator._architecture)
    defaults = kind().get_params()
    params = {name: options[name] for name in defaults if name in options}
    # scikit-learn lacks these values of most parameters.
    alpha = estimator.alpha_
    substitutes = defaults if alpha is None else defaults | {"alpha": alpha}
    for name, value in [*params.items()]:
        if isinstance(value, str) and (value == "full" or factor_of_auto(value)):
            params[name] = substitutes[name]
    if SCHEDULES[params["learning_rate"]].settles:
        params["learning_rate"] = "adaptive"
    # Not the caller's RandomState, from which both would draw.
    other = kind(**copy.deepcopy(params))
    for name in ATTRIBUTES_IN_COMMON:
        if hasattr(estimator, name):
            setattr(other, name, getattr(estimator, name))
    coefs, intercepts = weights_to_predict_with(estimator)
    other.coefs_ = [coef.copy() for coef in coefs]
    other.intercepts_ = [intercept.copy() for intercept in intercepts]
    # scikit-learn's partial_fit reads these.
    other._no_improvement_count = 0
    other.best_loss_ = np.inf if other.best_loss_ is None else other.best_loss_
    return other


def label_binarizer(targets):
    """Make the LabelBinarizer of a scikit-learn network with these labels."""
    if targets.multilabel:
        return LabelBinarizer().fit(np.eye(targets.n_outputs, dtype=int))
    return LabelBinarizer().fit(targets.classes)
