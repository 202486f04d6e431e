"""Linear transformers before a network, and the chain rule through them.

A linear transformer computes X @ A + constant, where A does not depend on X. If a row
of G holds the derivatives of a prediction with respect to its outputs, the same row of
G @ A.T holds those with respect to its inputs.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.decomposition import PCA, FastICA, IncrementalPCA, TruncatedSVD
from sklearn.feature_selection import SelectorMixin
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    RobustScaler,
    StandardScaler,
)
from sklearn.random_projection import GaussianRandomProjection, SparseRandomProjection

from .._pipeline import steps_before_network

Backward = Callable[[np.ndarray], np.ndarray]
"""Multiplies derivatives by A.T: (n_rows, n_outputs) to (n_rows, n_inputs)."""

_NEXT_STEP = (
    "For derivatives with respect to the outputs of this step, pass pipeline[i:] and "
    "the samples that pipeline[:i].transform returns, where step i is the next one."
)


def _of_scaler(scaler):
    scale = 1.0 if scaler.scale_ is None else scaler.scale_
    return lambda gradient: gradient / scale


def _of_min_max_scaler(scaler):
    factor = scaler.scale_
    return lambda gradient: gradient * factor


def _of_selector(selector):
    return _of_selection(selector.get_support())


def _of_imputer(imputer):
    """Pass values through; the columns that `add_indicator` appends stay 0."""
    # Columns without a statistic are dropped.
    return _of_selection(~np.isnan(np.asarray(imputer.statistics_, float)))


def _of_selection(support):
    n_selected = np.count_nonzero(support)

    def backward(gradient):
        below = np.zeros((len(gradient), len(support)), gradient.dtype)
        below[:, support] = gradient[:, :n_selected]
        return below

    return backward


def _of_projection(projection):
    components = projection.components_
    return lambda gradient: gradient @ components


def _of_pca(pca):
    to_inputs = _of_projection(pca)
    if not pca.whiten:
        return to_inputs
    deviations = np.sqrt(pca.explained_variance_)
    # The lower limit is scikit-learn's.
    scale = np.maximum(deviations, np.finfo(deviations.dtype).eps)
    return lambda gradient: to_inputs(gradient / scale)


LINEAR_TRANSFORMERS: dict[type, Callable[[Any], Backward]] = {
    StandardScaler: _of_scaler,
    RobustScaler: _of_scaler,
    MaxAbsScaler: _of_scaler,
    MinMaxScaler: _of_min_max_scaler,
    SelectorMixin: _of_selector,
    SimpleImputer: _of_imputer,
    PCA: _of_pca,
    IncrementalPCA: _of_pca,
    TruncatedSVD: _of_projection,
    FastICA: _of_projection,
    GaussianRandomProjection: _of_projection,
    SparseRandomProjection: _of_projection,
}
"""A function per class, from a fitted transformer to a Backward."""


def through_transformers(estimator: Any, X: Any) -> tuple[Any, list[Backward]]:
    """Return the inputs of the network, and a Backward per transformer before it.

    Raises
    ------
    ValueError
        If a transformer is not linear, or fills in missing values of `X`.
    """
    backwards = []
    for name, transformer in steps_before_network(estimator):
        backwards.append(_make_backward(name, transformer))
        if isinstance(transformer, SimpleImputer):
            _check_nothing_missing(name, transformer, X)
        X = transformer.transform(X)
    return X, backwards


def pass_back(backwards: Sequence[Backward], gradient: np.ndarray) -> np.ndarray:
    """Pass derivatives back through all transformers, from the last to the first.

    `gradient` has shape (..., n_outputs), and the result (..., n_inputs).
    """
    rows = gradient.reshape(-1, gradient.shape[-1])
    for backward in reversed(backwards):
        rows = backward(rows)
    return rows.reshape(*gradient.shape[:-1], -1)


def _make_backward(name, transformer):
    clips = getattr(transformer, "clip", False)  # not linear: beyond the limits, flat
    for kind, make in LINEAR_TRANSFORMERS.items():
        # A subclass with a `transform` of its own may do more.
        inherits = isinstance(transformer, kind)
        if inherits and type(transformer).transform is kind.transform and not clips:
            return make(transformer)
    raise ValueError(
        "The steps before the network must be scalers without clip=True, feature "
        "selectors, SimpleImputer, or linear projections such as PCA and TruncatedSVD, "
        f"got {transformer!r} as step {name!r}. {_NEXT_STEP}"
    )


def _check_nothing_missing(name, imputer, X):
    """Raise ValueError if `X` has missing values: they are no numbers to vary."""
    indicator = MissingIndicator(missing_values=imputer.missing_values, sparse=False)
    n_missing = np.count_nonzero(indicator.fit_transform(X))
    if n_missing:
        raise ValueError(
            f"X must have no missing values, got {n_missing} that {imputer!r}, step "
            f"{name!r}, fills in. Predictions have no derivatives with respect to "
            f"them. {_NEXT_STEP}"
        )
