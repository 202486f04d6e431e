"""What is written on the diagram of an estimator: names, and activations."""

from contextlib import suppress

import numpy as np
from scipy.sparse import issparse
from sklearn.pipeline import Pipeline

from .._samples import one_sample
from ..network import OUT_ACTIVATIONS, forward


def activations_of(estimator, network, x):
    """What each neuron says to the sample `x`: a list with an array for each layer."""
    n_features = len(network.coefs_[0])
    row = one_sample(x, n_features)
    while isinstance(estimator, Pipeline):
        if len(estimator.steps) > 1:
            row = estimator[:-1].transform(row)
        estimator = estimator.steps[-1][1]
    if np.shape(row) != (1, n_features):
        raise ValueError(
            f"x must be one sample, of shape ({n_features},) or (1, {n_features}), got "
            f"shape {np.shape(x)}."
        )
    row = row.toarray() if issparse(row) else row
    row = np.asarray(row, dtype=network.coefs_[0].dtype)
    if not np.isfinite(row).all():
        raise ValueError(f"x must be finite, got {row[0].tolist()}.")
    activations = forward(
        row, network.coefs_, network.intercepts_, network._architecture["activation"]
    )
    with np.errstate(over="ignore"):
        OUT_ACTIVATIONS[network.out_activation_](activations[-1])
    return [layer[0] for layer in activations]


def feature_names_of(estimator, network, names):
    """The given names, checked, or else what the inputs were called."""
    n_features = len(network.coefs_[0])
    if names is None:
        names = getattr(network, "feature_names_in_", None)
    if names is None and isinstance(estimator, Pipeline) and len(estimator.steps) > 1:
        # A step that cannot name its outputs has no such method.
        with suppress(AttributeError):
            names = estimator[:-1].get_feature_names_out()
    if names is None:
        names = [f"x{i}" for i in range(n_features)]
    return _checked_names("feature_names", names, n_features)


def output_names_of(network, names):
    """A name for each output, from those of the classes."""
    n_outputs = network.n_outputs_
    classes = getattr(network, "classes_", None)
    if classes is None:
        if names is None:
            names = [f"y{i}" for i in range(n_outputs)] if n_outputs > 1 else ["y"]
        return _checked_names("class_names", names, n_outputs)
    if names is None:
        numbers = classes.dtype.kind in "biuf"
        names = [f"class {label}" if numbers else label for label in classes]
    names = _checked_names("class_names", names, len(classes))
    if n_outputs == len(names):
        return names
    # A single output tells two classes apart.
    return [f"1: {names[1]}\n0: {names[0]}"]


def _checked_names(parameter, names, n_names):
    names = [str(name) for name in names]
    if len(names) != n_names:
        raise ValueError(
            f"{parameter} must hold {n_names} names, got {len(names)}: {names}."
        )
    return names
