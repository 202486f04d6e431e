"""Gradient: the objective over samples and its derivatives, by both passes.

With f the network, w the sample weights and W their sum, training minimises

    sum_i w_i * loss(y_i, f(x_i)) / W  +  alpha / (2 * W) * ||coefs||**2

With `input_factors`, the squared coefs of each input are multiplied by its factor. For
'sum_squared_error', W is 1.
"""

from typing import Any

import numpy as np

from .activations import layer_activations
from .backprop import pass_backward
from .checks import check_samples
from .forward_pass import as_floats, pass_forward
from .losses import LOSSES
from .objective import Objective, loss_and_delta
from .parameters import Parameters
from .workspace import Workspace, add_multiple


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
        Derivative of the objective with respect to each coef and intercept.

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
    X, Y = (as_floats(part).astype(dtype, copy=False) for part in (X, Y))
    if sample_weight is not None:
        sample_weight = as_floats(sample_weight).astype(dtype, copy=False)
    check_samples(parameters, X, Y, sample_weight)
    if gradient is None:
        gradient = parameters.zeros_like()
    if workspace is None:
        workspace = Workspace(parameters.layer_sizes, X.shape[0], dtype)
    total_weight = X.shape[0] if sample_weight is None else float(sample_weight.sum())
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


def write_loss_gradient(parameters, samples, scale, objective, gradient, workspace):
    """Write the gradient of scale * sum_i w_i * loss_i, and return the sum unscaled.

    `samples` are X, Y and the sample weights. Both results are averaged over outputs
    if the loss is.
    """
    X, Y, sample_weight = samples
    coefs, intercepts = parameters.coefs, parameters.intercepts
    names = layer_activations(objective.activation, len(coefs) - 1)
    activations = pass_forward(X, coefs, intercepts, names, workspace.activations)
    raw_prediction = activations[-1]
    delta, scratch = workspace.deltas[-1], workspace.scratch[-1]
    value = loss_and_delta(objective, raw_prediction, Y, sample_weight, delta, scratch)
    divisor = LOSSES[objective.loss].output_divisor(delta.shape[1])
    scale /= divisor
    delta *= scale if sample_weight is None else (scale * sample_weight)[:, None]
    pass_backward(activations, delta, parameters, names, gradient, workspace)
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


def make_evaluator(parameters, gradient, samples, objective):
    """Return the objective over all samples as a function.

    Parameters
    ----------
    parameters : Parameters
        Where the objective is evaluated. They may change between calls.

    gradient : ndarray of shape (n_parameters,)
        Receives the derivatives in each call; of the dtype of the parameters.

    samples : Samples

    objective : Objective

    Returns
    -------
    evaluate : callable
        ``evaluate()`` returns the objective, and writes its gradient.
    """
    layer_sizes, dtype = parameters.layer_sizes, parameters.flat.dtype
    workspace = Workspace(layer_sizes, samples.X.shape[0], dtype)
    X, Y, sample_weight = samples
    views = parameters.view(gradient)

    def evaluate():
        loss, _ = loss_and_gradient(
            parameters, X, Y, sample_weight, objective, views, workspace
        )
        return loss

    return evaluate
