"""What the two estimators share: validate, encode, train, publish.

A fit changes nothing until it is done: it trains on copies, and publishes the
fitted attributes at the end. Whatever goes wrong before leaves the estimator, and
a caller's RandomState, as they were.
"""

import copy
import functools
import warnings

import numpy as np
from sklearn.base import BaseEstimator, _fit_context
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted, validate_data

from . import (
    _engines,
    _parameters,
    _persistence,
    _resumption,
    _samples,
    _training,
    _validation,
)
from ._callback_bridge import CallbackBridge
from ._samples import all_finite, checking
from .network import OPTIMIZERS, predict


def all_or_nothing(method):
    """Undo what `method` did to the estimator if it raises."""

    @functools.wraps(method)
    def restoring_method(estimator, *args, **kwargs):
        attributes = estimator.__dict__.copy()
        rng = getattr(estimator, "random_state", None)
        rng_state = (
            rng.get_state(legacy=False)
            if isinstance(rng, np.random.RandomState)
            else None
        )
        try:
            return method(estimator, *args, **kwargs)
        except BaseException:
            # One assignment, which a second Ctrl-C leaves undone or done.
            estimator.__dict__ = attributes
            if rng_state is not None:
                rng.set_state(rng_state)
            raise

    return restoring_method


def solver_is_stochastic(estimator):
    """Whether there is a `partial_fit`."""
    if isinstance(estimator.solver, str) and estimator.solver in OPTIMIZERS:
        return True
    raise AttributeError(
        f"partial_fit needs solver='sgd' or 'adam', got solver={estimator.solver!r}."
    )


class BaseSimpleMLP(CallbackSupportMixin, BaseEstimator):
    """A multi-layer perceptron; the two estimators document its parameters.

    They bring `_make_targets(y, classes)`, and the methods that predict.
    """

    _parameter_constraints = _parameters.PARAMETER_CONSTRAINTS

    @_fit_context(prefer_skip_nested_validation=True)
    @all_or_nothing
    @with_callbacks
    def fit(
        self,
        X,
        y,
        sample_weight=None,
        *,
        X_val=None,
        y_val=None,
        sample_weight_val=None,
    ):
        """Train the network on `X` and `y`.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            float32 stays float32, everything else becomes float64. Sparse matrices
            become CSR.

        y : {array-like, sparse matrix} of shape (n_samples,) or (n_samples, n_outputs)
            Labels, a multilabel indicator matrix, which may be sparse, or numbers.

        sample_weight : array-like of shape (n_samples,), default=None
            Weights, not negative and not all zero. None weighs every sample 1.

        X_val : {array-like, sparse matrix} of shape (n_val, n_features), default=None
            Validation data for early stopping, instead of a fraction of `X`. In a
            Pipeline, `transform_input=["X_val"]` has it transformed like `X`.

        y_val : array-like of shape (n_val,) or (n_val, n_outputs), default=None
            Its targets.

        sample_weight_val : array-like of shape (n_val,), default=None
            Its weights.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If a parameter or the data are not as they should be, or if training
            diverges. The estimator is then as it was before the call.

        TypeError
            If the data are of a type that cannot be trained on: sparse with
            `engine="numba"`, or dates as labels with a dict of class weights.

        ImportError
            With `engine="numba"`, if numba cannot be imported.

        KeyboardInterrupt
            By Ctrl-C in the first epoch, or in one of the many fits of a search. The
            estimator is then as it was before the call.

        Warns
        -----
        UserWarning
            After Ctrl-C in a later epoch: the model is that of the last finished one.

        ConvergenceWarning
            If `max_iter` epochs were not enough. With 'sgd' and 'adam' an infinite
            `n_iter_no_change` asks for just this number of epochs, and is not warned
            of. Also if training ended far worse than a constant answer.
        """
        monitor = self._fit(
            X,
            y,
            sample_weight,
            (X_val, y_val, sample_weight_val),
            max_iter=int(self.max_iter),
            again=self.warm_start and hasattr(self, "coefs_"),
        )
        self._warn_unless_stopped(monitor)
        return self

    def _warn_unless_stopped(self, monitor):
        """Warn if training ended with `max_iter`, not with patience."""
        impatient = monitor.patience.n_epochs < np.inf
        if self.solver in OPTIMIZERS and impatient and not monitor.stopped:
            warnings.warn(
                f"Training stopped after max_iter={monitor.n_epochs} epochs, before "
                f"{monitor.watched} stopped improving. Increase max_iter.",
                ConvergenceWarning,
                stacklevel=6,  # past the three decorators, to the caller of fit
            )

    def _partial_fit(self, X, y, sample_weight, classes=None):
        """Train for one epoch."""
        # scikit-learn checks parameters only before the first call.
        self._validate_params()
        if self.early_stopping:
            raise ValueError(
                "partial_fit can't hold out samples: early_stopping must be False, got "
                "True."
            )
        self._fit(
            X,
            y,
            sample_weight,
            max_iter=1,
            again=hasattr(self, "coefs_"),
            adding=True,
            classes=classes,
        )
        return self

    def _fit(
        self,
        X,
        y,
        sample_weight,
        validation=(None, None, None),
        *,
        max_iter,
        again,
        adding=False,
        classes=None,
    ):
        """Train for at most `max_iter` epochs; returns the Monitor that watched.

        `again` goes on from where training ended, `adding` adds to its history.
        """
        metadata = None if sample_weight is None else {"sample_weight": sample_weight}
        task = {"estimator": self, "X": X, "y": y, "metadata": metadata}
        context = self._init_callback_context(max_subtasks=max_iter)
        context.call_on_fit_task_begin(**task)

        # 1. What to learn, from which samples, and from where.
        _samples.check_validation_request(self, *validation)
        architecture = _parameters.check_architecture(self, again)
        samples = _samples.check_samples(
            self,
            X,
            y,
            sample_weight,
            reset=not again,
            dtype=self.coefs_[0].dtype if again else (np.float64, np.float32),
        )
        trainer_class = _engines.trainer_class(self, samples.X)
        targets = self._targets if again else self._make_targets(samples.y, classes)
        samples = self._weigh_classes(targets, samples)
        run = _training.prepare(self, samples, validation, targets, again)

        # 2. Train, and tell whoever watches.
        state = _resumption.make_state(self, run, again)
        monitor = _training.make_monitor(self, run, state, max_iter, adding and again)
        attributes = functools.partial(self._attributes, architecture, run, monitor)
        if run.held_out is not None:
            monitor.validation = _validation.make_validation(
                self, run, lambda: self._fitted_now(attributes)
            )
        if hasattr(self, "_skl_callbacks"):
            monitor.callbacks = CallbackBridge(
                context, **task, reconstruction_attributes=attributes
            )
            monitor.callbacks.begin_training(monitor, validation, adding)
        if hasattr(self, "_milestones"):
            monitor.milestones = self._milestones
            monitor.milestones.finish = functools.partial(
                self._finished_now, monitor, attributes
            )
        _training.train(self, trainer_class, run.samples, monitor)

        # 3. Publish.
        self.__dict__.update(attributes())
        self.__dict__.pop("_continuation", None)
        if adding or self.warm_start:
            self._continuation = _resumption.make_continuation(self, run, monitor)
        context.call_on_fit_task_end(**task, reconstruction_attributes={})
        return monitor

    def _weigh_classes(self, targets, samples):
        """Multiply the weight of each sample by that of its class."""
        return samples

    def _attributes(self, architecture, run, monitor, best=True):
        """The fitted attributes, as if training had ended just now.

        With `best`, coefs are those of the best epoch under early stopping.
        """
        state, targets, winner = monitor.state, run.targets, monitor.best
        flat = winner.flat if best and winner is not None else state.parameters.flat
        parameters = state.parameters.view(flat.copy())
        coefs, intercepts = _resumption.folded(parameters, targets)
        attributes = {
            "coefs_": coefs,
            "intercepts_": intercepts,
            "loss_": monitor.loss,
            "best_loss_": monitor.best_loss,
            "best_validation_score_": winner and winner.score,
            "best_epoch_": winner and winner.epoch,
            "n_iter_": monitor.history.n_epochs,
            "t_": state.t,
            "n_layers_": len(coefs) + 1,
            "n_outputs_": targets.n_outputs,
            "out_activation_": targets.out_activation,
            "_architecture": architecture,
            "_targets": targets,
            "_history": monitor.history.view(),
        }
        if hasattr(targets, "classes"):
            attributes["classes_"] = targets.classes
        return attributes

    def _fitted_now(self, attributes):
        """The estimator as it would be after the last epoch, for a scorer."""
        estimator = copy.copy(self)
        estimator.__dict__.update(attributes(best=False))
        # Held-out samples are an array, whatever the caller gave.
        estimator.__dict__.pop("feature_names_in_", None)
        return estimator

    def _finished_now(self, monitor, attributes, warns):
        """The estimator as if max_iter had ended training after the last epoch."""
        monitor.check_progress(monitor.history.last)
        if warns:
            self._warn_unless_stopped(monitor)
        estimator = copy.copy(self)
        estimator.__dict__.update(attributes(), max_iter=monitor.n_epochs)
        del estimator._milestones
        return estimator

    @property
    def history_(self):
        """Records of training: a dict of equally long lists, one entry an epoch."""
        return self._records().to_dict()

    @property
    def loss_curve_(self):
        """The loss of each epoch."""
        return self._records().column("loss")

    @property
    def validation_scores_(self):
        """The validation score of each epoch, or None without early stopping."""
        return self.history_.get("validation_score")

    def _records(self):
        check_is_fitted(self)
        return self._history

    def _raw_prediction(self, X):
        """The output layer's pre-activations, shape (n_samples, n_outputs)."""
        check_is_fitted(self)
        if not self._is_valid(X):
            dtype = self.coefs_[0].dtype
            with checking(X=X):
                X = validate_data(
                    self, X, accept_sparse="csr", dtype=dtype, reset=False
                )
        activation = self._architecture["activation"]
        raw_prediction = predict(X, self.coefs_, self.intercepts_, activation)
        if not all_finite(raw_prediction):
            raise ValueError(
                "X is too large for this network, or the y that it was trained on was: "
                "its outputs are no longer finite, for values from "
                f"{X.min():.3g} to {X.max():.3g}."
            )
        return raw_prediction

    def _is_valid(self, X):
        """Whether scikit-learn would pass this array on as it is.

        To ask it takes ten times as long as to predict one sample.
        """
        if (
            type(X) is not np.ndarray
            or X.dtype != self.coefs_[0].dtype
            or X.ndim != 2
            or not X.flags.forc
            or X.shape[0] == 0
            or X.shape[1] != self.n_features_in_
            or hasattr(self, "feature_names_in_")
        ):
            return False
        return all_finite(X)

    def __sklearn_clone__(self):
        clone = super().__sklearn_clone__()
        if hasattr(self, "_skl_callbacks"):
            # Clones share callbacks, but for those that serve one estimator only.
            clone._skl_callbacks = [
                callback.for_clone() if hasattr(callback, "for_clone") else callback
                for callback in self._skl_callbacks
            ]
        return clone

    def __getstate__(self):
        return _persistence.to_state(super().__getstate__())

    def __setstate__(self, state):
        super().__setstate__(_persistence.from_state(state))

    def __copy__(self):
        # As without __getstate__: each epoch, a callback may get a copy.
        estimator = type(self).__new__(type(self))
        estimator.__dict__.update(self.__dict__)
        return estimator

    def __sklearn_is_fitted__(self):
        return hasattr(self, "coefs_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = self.engine != "numba" or self.solver == "lbfgs"
        return tags
