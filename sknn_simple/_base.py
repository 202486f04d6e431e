"""The base of both estimators: training, and the estimator as an object.

A fit trains on copies, and sets the fitted attributes at the end. If it raises, the
estimator and a caller's RandomState are unchanged.
"""

from __future__ import annotations

import copy
import functools
from contextlib import suppress
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils._param_validation import (
    InvalidParameterError,
    validate_parameter_constraints,
)
from sklearn.utils.validation import check_is_fitted

from . import _persistence
from ._addresses import DocumentationLink
from ._fit import suggestions
from ._fit.callback_bridge import CallbackBridge, CallbackSupport
from ._fit.constraints import CONSTRAINTS, OF_FUNCTIONS, default_options
from ._fit.given_weights import weights_to_save
from ._fit.loop import Loop
from ._fit.session import Mode
from ._fit.start import make_session
from ._fit.validation import NO_VALIDATION_DATA, ValidationData
from ._fitted import NOT_FITTED, FittedNetwork, MatrixLike
from ._training_method import training_method


def _check_option(cls, name, value):
    """Raise InvalidParameterError unless an option of an estimator may have `value`."""
    validate_parameter_constraints(
        cls._parameter_constraints, {name: value}, caller_name=cls.__name__
    )


_check_plain_option = functools.lru_cache(typed=True)(_check_option)
"""The same for plain numbers and texts, which are checked once.

Names of functions are not among them, since these may be registered and removed.
"""


class BaseSimpleMLP(DocumentationLink, CallbackSupport, FittedNetwork):
    """A multi-layer perceptron; the two estimators document its parameters.

    A subclass defines ``_make_targets(y, classes)``.
    """

    _parameter_constraints = CONSTRAINTS

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Suggest a name for an unknown parameter."""
        suggestions.check_option_names(cls, kwargs)
        return super().__new__(cls)

    @classmethod
    @functools.cache
    def _get_param_names(cls):
        """Return the names of the parameters; inspect the signature only once."""
        return super()._get_param_names()

    def set_params(self, **params: Any) -> Self:
        """Set parameters of the estimator.

        Parameters
        ----------
        **params : dict
            Values by the names of the parameters.

        Returns
        -------
        self : object
            The estimator.

        Raises
        ------
        ValueError
            If a name is unknown.
        """
        try:
            return super().set_params(**params)
        except ValueError as error:
            hint = suggestions.for_names(type(self), params)
            if not hint:
                raise
            raise ValueError(f"{error}{hint}") from None

    @classmethod
    @functools.cache
    def _valid_defaults(cls):
        """Return the defaults of the parameters, without those that are invalid."""
        valid = {}
        for name, default in default_options(cls).items():
            with suppress(InvalidParameterError):
                _check_option(cls, name, default)
                valid[name] = default
        return valid

    def _validate_params(self) -> None:
        """Validate the parameters, except those that are still their valid defaults."""
        defaults, options = self._valid_defaults(), self.get_params(deep=False)
        for name, value in options.items():
            if name in defaults and value is defaults[name]:
                continue
            is_plain = type(value) in (bool, float, int, str)
            is_fixed = is_plain and name not in OF_FUNCTIONS
            check = _check_plain_option if is_fixed else _check_option
            try:
                check(type(self), name, value)
            except InvalidParameterError as error:
                constraints = self._parameter_constraints[name]
                hint = suggestions.for_value(name, options, constraints)
                raise InvalidParameterError(f"{error}{hint}") from None

    @training_method
    def fit(
        self,
        X: MatrixLike,
        y: MatrixLike,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: MatrixLike | None = None,
        y_val: MatrixLike | None = None,
        sample_weight_val: ArrayLike | None = None,
    ) -> Self:
        """Train the network on `X` and `y`.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Training samples. float32 is kept, other dtypes are converted to float64.
            Sparse matrices are converted to CSR.

        y : {array-like, sparse matrix} of shape (n_samples,) or (n_samples, n_outputs)
            Labels, a multilabel indicator matrix, which may be sparse, or numbers.

        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples, not negative and not all zero. None gives every
            sample the weight 1.

        X_val : {array-like, sparse matrix} of shape (n_val, n_features), default=None
            Validation samples for early stopping, instead of a fraction of `X`. In a
            Pipeline, `transform_input=["X_val"]` transforms them like `X`.

        y_val : array-like of shape (n_val,) or (n_val, n_outputs), default=None
            Targets of the validation samples, in the units of `y`. A
            TransformedTargetRegressor does not transform them.

        sample_weight_val : array-like of shape (n_val,), default=None
            Weights of the validation samples.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter or the data are invalid, or if training diverges. Also if
            `engine="compiled"` lacks an activation or loss of your own.

        TypeError
            If the type of the data is not supported, such as dates as labels with a
            dict as `class_weight`.

        ImportError
            With `engine="compiled"`, if the compiled engine was not built.

        KeyboardInterrupt
            On Ctrl-C in the first epoch, or in a search. After this and all other
            errors, the estimator is as it was before the call.

        Warns
        -----
        UserWarning
            On Ctrl-C in a later epoch. The model of the last complete epoch is kept.
            Also if the classes of a classifier's `y` seem to be a quantity, or each row
            of its indicator matrix has exactly one label; if `coefs_` or `intercepts_`
            were set before the first fit; if a regressor's `quantile` is set without
            `loss="quantile"`; if the samples seem to be the columns of `X` and `y`; or
            if the dtype of `X` is too coarse for `y`.

        ConvergenceWarning
            If training stopped after `max_iter` epochs, before the loss or score
            stopped improving, unless `n_iter_no_change` is infinite and the solver is
            'sgd' or 'adam'. Also if the final loss is far above the loss of a constant
            prediction, or close to it for a likely cause, such as unscaled inputs or a
            penalty that may hide combinations of inputs; if early stopping chose such a
            model, though later epochs learned more; if `X_val` is far outside of `X`,
            `y_val` is in other units than `y`, or their loss is far above the loss of a
            constant prediction; or if a warm start does not suit the data, because the
            average holds earlier weights or `y` is in other units.
        """
        mode = Mode.RESUME if self.warm_start else Mode.NEW
        validation_data = ValidationData(X_val, y_val, sample_weight_val)
        self._train(X, y, sample_weight, validation_data, mode=mode)
        return self

    @training_method
    def _fit_with_milestones(self, milestones, X, y, sample_weight=None, **validation):
        """Train as `fit` does, and hand over the model at each milestone."""
        validation_data = ValidationData(**validation)
        self._train(
            X, y, sample_weight, validation_data, mode=Mode.NEW, milestones=milestones
        )

    def _check_partial_fit(self) -> None:
        """Check the options in every call; scikit-learn does so in the first only."""
        self._validate_params()
        if self.early_stopping:
            raise ValueError(
                "partial_fit can't hold out samples: early_stopping must be False, got "
                "True."
            )

    def _train(
        self,
        X,
        y,
        sample_weight,
        validation_data=NO_VALIDATION_DATA,
        *,
        mode,
        classes=None,
        milestones=None,
    ):
        """Make a session, run it, and set the fitted attributes."""
        data = {"X": X, "y": y, "sample_weight": sample_weight}
        callbacks = CallbackBridge(
            self, data | validation_data._asdict(), mode.max_iter(self)
        )
        session = make_session(
            self, **data, validation_data=validation_data, mode=mode, classes=classes
        )
        callbacks.begin_training(session)
        report = Loop(self, session, callbacks, milestones).run()
        vars(self).update(session.attributes(), _continuation=session.continuation())
        callbacks.end_training()
        report.give_warnings()

    def _weigh_classes(self, targets, samples):
        """Multiply the weight of each sample by the weight of its class, if any."""
        return samples

    def __getstate__(self):
        # Of a copy, which another thread that trains this estimator does not change.
        model = copy.copy(self)
        attributes = super(BaseSimpleMLP, model).__getstate__()
        if "coefs_" in attributes:
            check_is_fitted(model, msg=NOT_FITTED)  # they may have been set before
            attributes = attributes | weights_to_save(model)
        if "feature_names_in_" in attributes:  # which may be a list that a caller set
            names = np.asarray(attributes["feature_names_in_"], dtype=object)
            attributes = attributes | {"feature_names_in_": names}
        return _persistence.to_state(type(self), attributes)

    def __setstate__(self, state):
        super().__setstate__(_persistence.from_state(type(self), state))

    def __copy__(self):
        # Without __getstate__: a callback may get a copy in each epoch. One update,
        # in which no other thread can set fitted attributes.
        estimator = type(self).__new__(type(self))
        estimator.__dict__.update(self.__dict__)
        return estimator

    def __deepcopy__(self, memo):
        memo[id(self)] = estimator = copy.copy(self)
        if type(self).__getstate__ is BaseSimpleMLP.__getstate__:
            # Without it, too: agents copy a network while they train it.
            estimator.__dict__.update(copy.deepcopy(vars(estimator), memo))
        else:  # a subclass may leave out what cannot be copied
            estimator.__setstate__(copy.deepcopy(self.__getstate__(), memo))
        return estimator

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
