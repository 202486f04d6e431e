"""Names and activations in pictures of a network."""

import numpy as np
from scipy.sparse import issparse

from .._pipeline import network_input
from ..inspection.notation import output_names
from ..inspection.one_sample import one_sample
from ..network import LOSSES, OUT_ACTIVATIONS, forward


def activations_of(estimator, network, activation, x):
    """Return the activations of each layer for the sample `x`, the inputs first."""
    n_features = len(network.coefs_[0])
    row = network_input(estimator, one_sample(x, n_features))
    if np.shape(row) != (1, n_features):
        raise ValueError(
            f"x must be one sample, of shape ({n_features},) or (1, {n_features}), got "
            f"shape {np.shape(x)}."
        )
    row = row.toarray() if issparse(row) else row
    row = np.asarray(row, dtype=network.coefs_[0].dtype)
    if not np.isfinite(row).all():
        raise ValueError(f"x must be finite, got {row[0].tolist()}.")
    activations = forward(row, network.coefs_, network.intercepts_, activation)
    with np.errstate(over="ignore"):
        OUT_ACTIVATIONS[network.out_activation_].function(activations[-1])
    return [layer[0] for layer in activations]


def output_names_of(network, names):
    """Name the outputs by the classes or labels of a classifier, else y1, ... or y."""
    n_outputs = network.n_outputs_
    classes = getattr(network, "classes_", None)
    if classes is None:
        default = output_names("y", n_outputs)
    else:
        are_numbers = classes.dtype.kind in "biuf"
        noun = "label" if network._targets.multilabel else "class"
        default = [f"{noun} {name}" if are_numbers else name for name in classes]
    names = checked_names("class_names", names, default)
    if n_outputs == len(names):
        return names
    # A single output separates two classes.
    return [f"1: {names[1]}\n0: {names[0]}"]


def layer_heading(i, n_layers, size, activation):
    """Write the name, size and activation of a layer.

    Layer 0 holds the inputs, and layer `n_layers` the outputs.
    """
    if i == 0:
        return f"input\n{size} feature{'s' if size > 1 else ''}"
    name = "output"
    if i < n_layers:
        name = "hidden" if n_layers == 2 else f"hidden {i}"
    return f"{name}\n{size} neuron{'s' if size > 1 else ''}\n{activation}".rstrip()


def loss_name_of(network):
    """Name the loss, with the units of the targets if they are scaled."""
    targets = network._targets
    title = LOSSES[targets.network_loss].title
    if not targets.is_scaled:
        return title
    units = {"exp": "counts / mean", "identity": "standardised targets"}
    return f"{title} ({units.get(targets.out_activation, 'targets / scale')})"


def checked_names(parameter, names, default):
    """Return the given names as str, or the default names if None are given."""
    names = [str(name) for name in (default if names is None else names)]
    if len(names) != len(default):
        raise ValueError(
            f"{parameter} must hold {len(default)} names, got {len(names)}: {names}."
        )
    return names
