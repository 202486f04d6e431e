"""input_gradient: the derivatives of predictions with respect to the inputs."""

import copy
from numbers import Integral
from typing import Any, Literal

import numpy as np
from sklearn.base import is_classifier

from .._base import MatrixLike
from .._pipeline import fitted_network
from ..network import forward, layer_activations
from ..network.backprop import pass_to_inputs
from .linear_transformers import pass_back, through_transformers

OF_CLASSIFIERS = ("predict_proba", "predict_log_proba", "decision_function")
"""The responses of a classifier that have derivatives; 'auto' is the first."""

_BLOCK = 2**18
"""About the number of values per array while samples are processed in blocks."""


def input_gradient(
    estimator: Any,
    X: MatrixLike,
    *,
    response_method: Literal[
        "auto", "predict", "predict_proba", "predict_log_proba", "decision_function"
    ] = "auto",
    output: int | None = None,
) -> np.ndarray:
    """Compute the derivatives of a network's predictions with respect to its inputs.

    A derivative is the change of a prediction per unit of an input, at a given sample,
    exact by the chain rule. Uses are sensitivity analysis, physical rates dy/dx,
    saliency maps and adversarial examples.

    Parameters
    ----------
    estimator : SimpleMLPClassifier, SimpleMLPRegressor or Pipeline
        A fitted estimator. A Pipeline must end in one. The derivatives are then with
        respect to the inputs of the Pipeline, in their units. The steps before the
        network must be linear: scalers (StandardScaler, MinMaxScaler, MaxAbsScaler,
        RobustScaler), feature selectors, projections (PCA, IncrementalPCA,
        TruncatedSVD, FastICA, random projections) or SimpleImputer, also in nested
        Pipelines.

    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        Samples. A SimpleImputer must have nothing to fill in.

    response_method : {'auto', 'predict', 'predict_proba', 'predict_log_proba', \
            'decision_function'}, default='auto'
        Method of the estimator whose result is differentiated. 'auto' is 'predict' for
        a regressor, whose derivatives are in units of y per unit of X, and
        'predict_proba' for a classifier. Where probabilities are close to 0 or 1, their
        derivatives are almost 0; the derivatives of 'predict_log_proba' and of the
        logits ('decision_function') are not. The derivatives of a sample's log-loss are
        minus those of 'predict_log_proba' for its class.

    output : int, default=None
        Column of the response to differentiate: a class, label or target. None
        differentiates all columns.

    Returns
    -------
    gradient : ndarray of shape (n_samples, n_features) or \
            (n_samples, n_columns, n_features)
        ``gradient[i, k, j]`` is the derivative of column k of the response to sample i,
        with respect to input j, in the dtype of `coefs_`. It is 0 for inputs that were
        not selected. There is no axis of columns if `output` is given, or if the
        response has shape (n_samples,).

    Raises
    ------
    TypeError
        If `estimator` neither is nor ends in a classifier or regressor of this package.
    NotFittedError
        If it is not fitted yet.
    ValueError
        If `X` does not match the training data, a step of the Pipeline is not linear or
        fills in missing values, or the response or its column does not exist.

    See Also
    --------
    sknn_simple.inspection.check_gradient :
        The derivatives with respect to the weights, compared with numerical ones.
    sknn_simple.inspection.explain_step :
        One training step, with every factor of the chain rule.

    Notes
    -----
    On a kink of relu or leaky_relu, where there is no derivative, the result is the
    slope below it, as in training.

    References
    ----------
    .. [1] K. Simonyan, A. Vedaldi and A. Zisserman, "Deep inside convolutional
       networks: visualising image classification models and saliency maps", ICLR
       Workshop 2014.

    Examples
    --------
    Of the petal's length and width, in cm, the width changes the probability of
    virginica (the last class) most:

    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknn_simple import SimpleMLPClassifier
    >>> from sknn_simple.inspection import input_gradient
    >>> X, y = load_iris(return_X_y=True)
    >>> network = SimpleMLPClassifier((10,), random_state=0)
    >>> model = make_pipeline(StandardScaler(), network).fit(X, y)
    >>> length, width = input_gradient(model, X[100:], output=2)[:, 2:].mean(axis=0)
    >>> bool(0 < length < width)
    True
    """
    network = copy.copy(fitted_network(estimator))  # another thread may refit it
    response_method = _check_response(network, response_method)
    X, backwards = through_transformers(estimator, X)
    X, coefs, intercepts = network._validated(X)
    n_inputs = pass_back(backwards, np.zeros((1, X.shape[1]))).shape[1]
    n_rows = _BLOCK // _values_per_row(n_inputs, coefs) + 1
    gradient = None
    for start in range(0, X.shape[0], n_rows):
        rows = X[start : start + n_rows]
        with np.errstate(over="ignore", invalid="ignore"):
            part = _of_rows(network, rows, coefs, intercepts, response_method, output)
            part = pass_back(backwards, part).astype(coefs[0].dtype, copy=False)
        network._check_finite("derivatives", part, rows)
        if gradient is None:
            gradient = np.empty((X.shape[0], *part.shape[1:]), part.dtype)
        gradient[start : start + n_rows] = part
    return gradient


def _values_per_row(n_inputs, coefs):
    """Return the number of values in the largest array of one sample."""
    n_features, n_outputs = len(coefs[0]), coefs[-1].shape[1]
    widest = max(coef.shape[1] for coef in coefs)
    return max(widest, n_outputs * max(n_outputs, n_features, n_inputs))


def _check_response(network, given):
    """Return the method to differentiate, or raise ValueError."""
    allowed = OF_CLASSIFIERS if is_classifier(network) else ("predict",)
    if given != "auto" and given not in allowed:
        raise ValueError(
            f"response_method must be 'auto' or one of {list(allowed)} for a "
            f"{type(network).__name__}, got {given!r}."
        )
    return allowed[0] if given == "auto" else given


def _of_rows(network, X, coefs, intercepts, response_method, output):
    """Return the derivatives for some samples."""
    activation = network._architecture.activation
    names = layer_activations(activation, len(coefs) - 1)
    activations = forward(X, coefs, intercepts, activation)
    raw_prediction = activations[-1]
    network._check_finite("outputs", raw_prediction, X)
    # By the raw prediction: (n_samples, n_outputs), or an axis of columns between.
    slopes = network._targets.slopes(response_method, raw_prediction)
    if output is not None:
        slopes = slopes[:, _check_output(output, slopes)]
    if slopes.ndim == 2:
        return pass_to_inputs(activations, slopes, coefs, names)
    columns = (
        pass_to_inputs(activations, slopes[:, k], coefs, names)
        for k in range(slopes.shape[1])
    )
    return np.stack(list(columns), axis=1)


def _check_output(output, slopes):
    """Return the column as int; raise ValueError unless the response has it."""
    if slopes.ndim == 2:
        raise ValueError(
            "output must be None, since the response is a single number per sample, "
            f"got {output!r}."
        )
    n_columns = slopes.shape[1]
    is_column = isinstance(output, Integral) and not isinstance(output, bool)
    if not is_column or not 0 <= output < n_columns:
        raise ValueError(
            f"output must be None or an integer from 0 to {n_columns - 1}, a column of "
            f"the response, got {output!r}."
        )
    return int(output)
