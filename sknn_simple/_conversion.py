"""Fitted estimators from weights, and scikit-learn's own from fitted estimators."""

import numpy as np
from sklearn.preprocessing import LabelBinarizer

from ._monitor import History
from ._parameters import architecture, initial_learning_rate


def layer_arrays(coefs, intercepts):
    """Check and copy weights: lists of float32, if all are, or else float64 arrays."""
    coefs = [np.asarray(coef) for coef in coefs]
    given = [] if intercepts is None else [np.asarray(array) for array in intercepts]
    arrays = coefs + given
    if not coefs or any(coef.ndim != 2 or 0 in coef.shape for coef in coefs):
        raise ValueError(
            "coefs must be a list of arrays of shape (fan_in, fan_out), one a layer, "
            f"got shapes {[coef.shape for coef in coefs]}."
        )
    for above, below in zip(coefs[1:], coefs, strict=False):
        if above.shape[0] != below.shape[1]:
            raise ValueError(
                "coefs must fit together: each array has as many rows as the one "
                f"before has columns, got shapes {[coef.shape for coef in coefs]}."
            )
    expected = [(coef.shape[1],) for coef in coefs]
    if intercepts is not None and [array.shape for array in given] != expected:
        raise ValueError(
            f"intercepts must be None, or arrays of shapes {expected}, one a layer, "
            f"got shapes {[array.shape for array in given]}."
        )
    if not all(a.dtype.kind in "fiub" and np.isfinite(a).all() for a in arrays):
        raise ValueError("coefs and intercepts must hold finite real numbers.")
    single = all(array.dtype == np.float32 for array in arrays)
    dtype = np.float32 if single else np.float64
    if intercepts is None:
        given = [np.zeros(shape) for shape in expected]
    return (
        [np.array(coef, dtype, order="C") for coef in coefs],
        [np.array(array, dtype) for array in given],
    )


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
    targets = estimator._targets
    params["learning_rate_init"] = initial_learning_rate(
        estimator, targets.network_loss, targets.out_activation
    )
    other = kind(**params)
    for name in SHARED_ATTRIBUTES:
        if hasattr(estimator, name):
            setattr(other, name, getattr(estimator, name))
    other.coefs_ = [coef.copy() for coef in estimator.coefs_]
    other.intercepts_ = [intercept.copy() for intercept in estimator.intercepts_]
    # What scikit-learn's partial_fit counts on.
    other._no_improvement_count = 0
    return other


def label_binarizer(targets):
    """Make the LabelBinarizer with which scikit-learn decodes these labels."""
    if targets.multilabel:
        return LabelBinarizer().fit(np.eye(targets.n_outputs, dtype=int))
    return LabelBinarizer().fit(targets.classes)
