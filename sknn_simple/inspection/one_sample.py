"""One sample and its target, in all shapes that users may pass."""

import math

import numpy as np
from sklearn.base import is_regressor

from .._fit.samples import naming


def one_sample(x, n_features="n_features"):
    """Return a sample, of shape (n_features,) or (1, n_features), as a single row."""
    if hasattr(x, "iloc") and x.ndim == 1:
        return x.to_frame().T  # a row of a data frame, with its names
    with naming("x"):
        X = x if hasattr(x, "shape") else np.asarray(x)
    if X.ndim == 1:
        X = X.reshape(1, -1)
    if X.ndim != 2 or X.shape[0] != 1:
        raise ValueError(
            f"x must be one sample, of shape ({n_features},) or (1, {n_features}), got "
            f"shape {X.shape}."
        )
    return X


def one_target(estimator, y):
    """Return the target of one sample as a row, of shape (1,) or (1, n_outputs)."""
    with naming("y"):
        y = np.asarray(y)
    targets = estimator._targets
    has_columns = is_regressor(estimator) or targets.multilabel
    if has_columns and targets.n_outputs > 1:
        shape, expected = (1, targets.n_outputs), f"{targets.n_outputs} numbers"
    else:
        shape, expected = (1,), "one label or number"
    if y.size != math.prod(shape):
        raise ValueError(
            f"y must be the target of one sample, {expected}, got shape {y.shape}."
        )
    return y.reshape(shape)
