"""Forward pass, backward pass, and the objective that they differentiate.

With f the network, w the sample weights and W their sum, training minimises

    sum_i w_i * loss(y_i, f(x_i)) / W  +  alpha / (2 * W) * ||coefs||**2

With `input_factors`, the squared coefs of each input are multiplied by its factor. For
'sum_squared_error', W is 1.

A layer computes Z = A_below @ coef + intercept and A = activation(Z). The
backward pass carries delta = d objective / d Z from the outputs down:

    d objective / d coef      = A_below.T @ delta
    d objective / d intercept = sum of delta over samples
    delta below               = (delta @ coef.T) * activation'(A_below)

The formulas and their order follow chapter 2 of M. Nielsen, "Neural Networks and
Deep Learning" (2015), with samples as rows.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .activations import ACTIVATIONS, layer_activations
from .losses import LOSSES
from .objective import Objective, loss_and_delta
from .parameters import Parameters
from .workspace import Workspace, add_multiple

# Number of activations of a layer that fit a second-level cache with their inputs.
_BLOCK = 2**16


def _floats(array):
    """Convert lists and integers to float64; return arrays of floats unchanged."""
    if hasattr(array, "dtype") and array.dtype.kind == "f":
        return array
    return array.astype(float) if hasattr(array, "astype") else np.array(array, float)


def _product(A, B, out=None):
    """Return A @ B, where A may be sparse."""
    if isinstance(A, np.ndarray):
        return A.dot(B, out)
    if out is None:
        return A @ B
    out[...] = A @ B
    return out


def forward(
    X: Any,
    coefs: Sequence[ArrayLike],
    intercepts: Sequence[ArrayLike] = (),
    activation: str | Sequence[str] = "logistic",
) -> list[Any]:
    """Pass samples through the network.

    Parameters
    ----------
    X : {array-like, CSR matrix} of shape (n_samples, n_features)
        Samples.

    coefs : list of array-like of shape (fan_in, fan_out)
        Weights of each layer.

    intercepts : list of array-like of shape (fan_out,), default=()
        Biases of each layer. Empty for a network without biases.

    activation : str or sequence of str, default='logistic'
        Activation function of the hidden layers, one of `ACTIVATIONS`, or one function
        per hidden layer.

    Returns
    -------
    activations : list
        `X`, the activations of each hidden layer, and last the raw prediction:
        the output layer's pre-activations, shape (n_samples, n_outputs).

    Raises
    ------
    ValueError
        If an activation is unknown, or their number is wrong.
    """
    names = layer_activations(activation, len(coefs) - 1)
    coefs = [_floats(coef) for coef in coefs]
    intercepts = [_floats(intercept) for intercept in intercepts]
    with np.errstate(over="ignore"):
        return _forward(_floats(X), coefs, intercepts, names, [None] * len(coefs))


def predict(
    X: Any,
    coefs: Sequence[np.ndarray],
    intercepts: Sequence[np.ndarray],
    activation: str | Sequence[str],
) -> np.ndarray:
    """Return the raw prediction, computed in blocks of rows to save memory.

    Parameters
    ----------
    X : {ndarray, CSR matrix} of shape (n_samples, n_features)
        Samples, in the dtype of the parameters.

    coefs, intercepts : list of ndarray
        Weights and biases of each layer, as `forward` takes them.

    activation : str or sequence of str
        Activation function of the hidden layers, or of each.

    Returns
    -------
    raw_prediction : ndarray of shape (n_samples, n_outputs)
        Infinite or NaN where the samples are too large for the network.

    Raises
    ------
    ValueError
        If an activation is unknown, or their number is wrong.
    """
    names = layer_activations(activation, len(coefs) - 1)
    n_samples, widths = X.shape[0], [coef.shape[1] for coef in coefs]
    n_rows = max(1, min(n_samples, _BLOCK // max(widths) + 1))
    dtype = np.result_type(X.dtype, *coefs, *intercepts)
    raw_prediction = np.empty((n_samples, widths[-1]), dtype)
    hidden = [np.empty((n_rows, width), dtype) for width in widths[:-1]]
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, n_samples, n_rows):
            block = X if n_rows == n_samples else X[start : start + n_rows]
            out = raw_prediction[start : start + n_rows]
            memory = [*(units[: len(out)] for units in hidden), out]
            _forward(block, coefs, intercepts, names, memory)
    return raw_prediction


def _forward(X, coefs, intercepts, names, out):
    """Pass `X` forward without checks, into the arrays of `out` (None allocates).

    `names` has the activation of each hidden layer.
    """
    activations = [X]
    for i, coef in enumerate(coefs):
        below = activations[i]
        # Only samples can be sparse.
        Z = below.dot(coef, out[i]) if i > 0 else _product(X, coef, out[0])
        if intercepts:
            Z += intercepts[i]
        if i < len(names):
            ACTIVATIONS[names[i]].function(Z)
        activations.append(Z)
    return activations


def make_predictor(parameters, X, activation):
    """Return the raw prediction of samples as a function of flat parameters.

    Parameters
    ----------
    parameters : Parameters
        Their layout and dtype; not changed.

    X : {ndarray, CSR matrix} of shape (n_samples, n_features)
        Samples, in the dtype of the parameters.

    activation : str or sequence of str
        Activation function of the hidden layers, or of each.

    Returns
    -------
    raw_prediction : callable
        ``raw_prediction(flat)`` returns what `predict` does.
    """

    def raw_prediction(flat):
        network = parameters.view(flat)
        return predict(X, network.coefs, network.intercepts, activation)

    return raw_prediction


def backward(
    activations: Sequence[Any],
    delta: np.ndarray,
    parameters: Parameters,
    activation: str | Sequence[str] = "logistic",
    gradient: Parameters | None = None,
    workspace: Workspace | None = None,
) -> Parameters:
    """Pass the outputs' delta back through the network.

    Parameters
    ----------
    activations : list
        As `forward` returns it.

    delta : ndarray of shape (n_samples, n_outputs)
        Derivative of the objective by the raw prediction.

    parameters : Parameters
        Weights and biases of the network.

    activation : str or sequence of str, default='logistic'
        Activation function of the hidden layers, one of `ACTIVATIONS`, or one function
        per hidden layer.

    gradient : Parameters, default=None
        Receives the derivatives; allocated when None.

    workspace : Workspace, default=None
        Memory to write to; allocated when None.

    Returns
    -------
    gradient : Parameters
        Derivative of the objective by each coef and intercept.

    Raises
    ------
    ValueError
        If an activation is unknown, or their number is wrong.
    """
    names = layer_activations(activation, len(parameters.coefs) - 1)
    if gradient is None:
        gradient = parameters.zeros_like()
    if workspace is None:
        workspace = Workspace(parameters.layer_sizes, len(delta), delta.dtype)
    _backward(activations, delta, parameters, names, gradient, workspace)
    return gradient


def _backward(activations, delta, parameters, names, gradient, workspace):
    """Pass the outputs' delta back without checks.

    `names` has the activation of each hidden layer.
    """
    for i in range(len(parameters.coefs) - 1, -1, -1):
        below = activations[i]
        if i > 0:
            below.T.dot(delta, gradient.coefs[i])
        else:
            _product(below.T, delta, gradient.coefs[0])
        if gradient.intercepts:
            # The sum over samples, which NumPy computes fastest as a product.
            workspace.ones.dot(delta, gradient.intercepts[i])
        if i > 0:
            delta = delta.dot(parameters.coefs[i].T, workspace.deltas[i - 1])
            derivative = ACTIVATIONS[names[i - 1]].derivative
            derivative(below, delta, workspace.scratch[i - 1])


def check_shapes(parameters, X, Y, sample_weight):
    """Raise ValueError unless the shapes fit the network and each other."""
    n_samples, sizes = X.shape[0], parameters.layer_sizes
    for name, array, shape in (
        ("X", X, (n_samples, sizes[0])),
        ("Y", Y, (n_samples, sizes[-1])),
        ("sample_weight", sample_weight, (n_samples,)),
    ):
        if array is not None and array.shape != shape:
            raise ValueError(
                f"{name} must be of shape {shape} for {n_samples} samples and a "
                f"network of layer_sizes {sizes}, got {array.shape}."
            )


def write_loss_gradient(parameters, samples, scale, objective, gradient, workspace):
    """Write the gradient of scale * sum_i w_i * loss_i, and return the sum unscaled.

    `samples` are X, Y and the sample weights. Both results are averaged over outputs
    if the loss is.
    """
    X, Y, sample_weight = samples
    coefs, intercepts = parameters.coefs, parameters.intercepts
    names = layer_activations(objective.activation, len(coefs) - 1)
    activations = _forward(X, coefs, intercepts, names, workspace.activations)
    raw_prediction = activations[-1]
    delta, scratch = workspace.deltas[-1], workspace.scratch[-1]
    value = loss_and_delta(objective, raw_prediction, Y, sample_weight, delta, scratch)
    divisor = LOSSES[objective.loss].output_divisor(delta.shape[1])
    scale /= divisor
    delta *= scale if sample_weight is None else (scale * sample_weight)[:, None]
    _backward(activations, delta, parameters, names, gradient, workspace)
    return value / divisor


def add_penalty_gradient(parameters, strength, gradient):
    """Add the gradient of strength / 2 * ||coefs||**2, and return this penalty.

    `strength` is a number, or one per coef.
    """
    coefs = parameters.flat_coefs
    if isinstance(strength, np.ndarray):
        pull = strength * coefs
        gradient.flat_coefs += pull
        return 0.5 * float(np.dot(pull, coefs))
    add_multiple(gradient.flat_coefs, strength, coefs)
    return 0.5 * strength * float(np.dot(coefs, coefs))


def loss_and_gradient(
    parameters: Parameters,
    X: Any,
    Y: np.ndarray,
    sample_weight: np.ndarray | None = None,
    objective: Objective | None = None,
    gradient: Parameters | None = None,
    workspace: Workspace | None = None,
) -> tuple[float, Parameters]:
    """Return the objective over all samples, and its gradient.

    Parameters
    ----------
    parameters : Parameters
        Weights and biases of the network.

    X : {ndarray, CSR matrix} of shape (n_samples, n_features)
        Samples, in the dtype of the parameters.

    Y : ndarray of shape (n_samples, n_outputs)
        Targets.

    sample_weight : ndarray of shape (n_samples,), default=None
        None gives every sample weight 1.

    objective : Objective, default=None
        None is half the squared error of a network with sigmoid hidden units and
        an identity output, without penalty.

    gradient : Parameters, default=None
        Receives the derivatives; allocated when None.

    workspace : Workspace, default=None
        Memory to write to; allocated when None.

    Returns
    -------
    loss : float
        The objective, penalty included.

    gradient : Parameters
        Derivative of the objective by each coef and intercept.

    Raises
    ------
    ValueError
        If the shapes do not fit together, or the weights sum to 0.

    Examples
    --------
    A linear neuron with weight 0.8, input 1 and target 0:

    >>> import numpy as np
    >>> from sknn_simple.network import Parameters, loss_and_gradient
    >>> neuron = Parameters.from_arrays([np.array([[0.8]])])
    >>> loss, gradient = loss_and_gradient(neuron, np.ones((1, 1)), np.zeros((1, 1)))
    >>> print(f"{loss:.2f} {gradient.coefs[0].item():.2f}")
    0.32 0.80
    """
    objective = objective or Objective()
    dtype = parameters.flat.dtype
    X, Y = (_floats(part).astype(dtype, copy=False) for part in (X, Y))
    if sample_weight is not None:
        sample_weight = _floats(sample_weight).astype(dtype, copy=False)
    check_shapes(parameters, X, Y, sample_weight)
    if gradient is None:
        gradient = parameters.zeros_like()
    if workspace is None:
        workspace = Workspace(parameters.layer_sizes, X.shape[0], dtype)
    total_weight = X.shape[0] if sample_weight is None else float(sample_weight.sum())
    if not total_weight:
        raise ValueError("The sample weights must not sum to 0.")
    divisor = LOSSES[objective.loss].sample_divisor(total_weight)
    samples, scale = (X, Y, sample_weight), 1 / divisor
    loss = write_loss_gradient(
        parameters, samples, scale, objective, gradient, workspace
    )
    loss /= divisor
    if objective.alpha:
        strength = objective.penalties(parameters) / divisor
        loss += add_penalty_gradient(parameters, strength, gradient)
    return loss, gradient


def make_evaluator(parameters, samples, objective):
    """Return the objective over all samples as a function of flat parameters.

    Parameters
    ----------
    parameters : Parameters
        Their layout and dtype; not changed.

    samples : Samples

    objective : Objective

    Returns
    -------
    evaluate : callable
        ``evaluate(flat, gradient)`` returns the objective at `flat` and writes its
        gradient, both of shape (n_parameters,).
    """
    workspace = Workspace(
        parameters.layer_sizes, samples.X.shape[0], parameters.flat.dtype
    )

    X, Y, sample_weight = samples

    def evaluate(flat, gradient):
        loss, _ = loss_and_gradient(
            parameters.view(flat),
            X,
            Y,
            sample_weight,
            objective,
            parameters.view(gradient),
            workspace,
        )
        return loss

    return evaluate
