"""A fitted network: its attributes, predictions, and hidden layers as features.

A prediction reads a copy of the estimator, so that all parts of it are of one model,
even if a fit in another thread sets the fitted attributes in the meantime.
"""

from __future__ import annotations

import copy
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from sklearn.utils.validation import check_is_fitted, validate_data

from ._fit.data_errors import missing_values
from ._fit.given_weights import check_finite_weights, weights_to_predict_with
from ._fit.history import History
from ._fit.options import fastest_engine
from ._fit.samples import is_plain, knows_columns, strict_validation
from ._fit.suggestions import explaining_arguments
from .network import ENGINES, all_finite, forward

MatrixLike: TypeAlias = ArrayLike | sparse.sparray | sparse.spmatrix
"""An array, a data frame, a list of lists, or a sparse matrix."""

NOT_FITTED = (
    "This %(name)s instance is not fitted yet. Call fit, or make a fitted one from "
    "given weights with %(name)s.from_coefs."
)


class FittedNetwork(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """A fitted network: predictions and hidden layers."""

    # Fitted attributes, assigned together when training ends.
    coefs_: list[np.ndarray]
    intercepts_: list[np.ndarray]
    loss_: float
    best_loss_: float | None
    best_validation_score_: float | None
    best_epoch_: int | None
    n_iter_: int
    t_: int
    n_layers_: int
    n_outputs_: int
    out_activation_: str
    alpha_: float | None
    engine_: str | None
    stop_reason_: str | None
    n_features_in_: int
    feature_names_in_: np.ndarray

    @property
    def history_(self) -> dict[str, list[Any]]:
        """Training records: a dict of lists with one entry per epoch."""
        return self._records().to_dict()

    @property
    def loss_curve_(self) -> list[float]:
        """Loss of each epoch."""
        return self._records().column("loss")

    @property
    def validation_scores_(self) -> list[float] | None:
        """Validation score of each epoch, or None without early stopping."""
        return self.history_.get("validation_score")

    def _records(self) -> History:
        check_is_fitted(self)
        return self._history

    @explaining_arguments
    def predict(self, X: MatrixLike) -> np.ndarray:
        """Predict the labels or numbers of samples.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Labels, an indicator matrix for multilabel targets, or numbers, with the
            shape of `y` in `fit`.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted yet.

        ValueError
            If `X` does not match the training data, or makes the network overflow.
        """
        targets, raw_prediction = self._raw_prediction(X)
        return targets.predict(raw_prediction)

    @explaining_arguments
    def hidden_activations(self, X: MatrixLike) -> list[np.ndarray]:
        """Return the activations of all hidden layers.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        activations : list of ndarray of shape (n_samples, n_units)
            One array per hidden layer, the first layer first, in the dtype of `coefs_`.

        Raises
        ------
        NotFittedError, ValueError
            As in `predict`.
        """
        model = copy.copy(self)
        X, coefs, intercepts = model._validated(X)
        activation = model._architecture.activation
        with np.errstate(invalid="ignore"):
            _, *hidden, _ = forward(X, coefs, intercepts, activation)
        for units in hidden:
            model._check_finite("activations", units, X)
        return hidden

    def transform(self, X: MatrixLike) -> np.ndarray:
        """Return the activations of the last hidden layer, as features to learn from.

        A Pipeline can pass them to another estimator. `get_feature_names_out` names
        them after the class, and `set_output` makes them a data frame.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_units)
            Activations, in the dtype of `coefs_`.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted yet.

        ValueError
            As in `predict`. Also if the network has no hidden layer.
        """
        hidden = self.hidden_activations(X)
        if not hidden:
            raise ValueError(
                "transform returns the last hidden layer, of which this network has "
                "none: hidden_layer_sizes must not be empty, got "
                f"{self.hidden_layer_sizes!r}."
            )
        return hidden[-1]

    @property
    def _n_features_out(self):
        """Number of columns that `transform` returns."""
        return self.coefs_[-1].shape[0]

    def _raw_prediction(self, X):
        """Return the targets, and the pre-activations of the output layer.

        The targets decode them; their shape is (n_samples, n_outputs).
        """
        model = copy.copy(self)
        X, coefs, intercepts = model._validated(X)
        activation = model._architecture.activation
        # The option is not checked: a model may come from a machine with more engines.
        engine = ENGINES.get(str(model.engine)) or fastest_engine()
        raw_prediction = engine.predict(X, coefs, intercepts, activation)
        model._check_finite("outputs", raw_prediction, X)
        return model._targets, raw_prediction

    def _validated(self, X):
        """Return samples as `predict` takes them, checked, and coefs and intercepts.

        All have the same dtype.
        """
        if not self.__sklearn_is_fitted__():
            # It takes a quarter of the time of one row, and raises here.
            check_is_fitted(self, msg=NOT_FITTED)
        self._architecture.check_registered()
        coefs, intercepts = weights_to_predict_with(self)
        dtype = coefs[0].dtype
        if is_plain(X, (np.float32, dtype)) and knows_columns(self, X):
            X = X.astype(dtype, copy=False)
        else:
            with strict_validation(X=X):
                X = validate_data(
                    self, X, accept_sparse="csr", dtype=dtype, reset=False
                )
        return X, coefs, intercepts

    def _check_finite(self, what, values, X):
        """Raise ValueError, which names the cause, unless all values are finite."""
        if all_finite(values):
            return
        check_finite_weights(self)
        if np.isnan(X.min()):  # which scikit-learn's assume_finite lets through
            raise ValueError(missing_values(X))
        raise ValueError(
            "X is too large for this network, or the training targets were: the "
            f"{what} are not finite for X from {X.min():.3g} to {X.max():.3g}. "
            "Scale X, as in training."
        )

    def __sklearn_is_fitted__(self):
        # Not by coefs_, which a user may set before a fit.
        return hasattr(self, "_targets")
