"""What the two estimators share: validate, encode, train, publish.

A fit changes nothing until it is done: it trains on copies, and publishes the
fitted attributes at the end. Whatever goes wrong before leaves the estimator, and
a caller's RandomState, as they were.
"""

import copy
import functools
import warnings
from dataclasses import dataclass
from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, _fit_context
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import check_scoring
from sklearn.utils import check_random_state
from sklearn.utils.optimize import _check_optimize_result
from sklearn.utils.validation import check_is_fitted, validate_data

from . import _parameters, _samples
from ._monitor import CallbackBridge, Monitor, Validation
from .network import (
    OPTIMIZERS,
    Epoch,
    Objective,
    Parameters,
    Patience,
    Samples,
    TrainingState,
    epochs,
    forward,
    minimize_lbfgs,
)


@dataclass
class Continuation:
    """What `partial_fit` and a warm start go on from.

    Attributes
    ----------
    state : TrainingState
        Its rng is None where random_state is not an integer.

    patience : Patience

    seed : int or None
        The random_state that the rng was made from.

    split_seed : int or None
        Of the split that early stopping validates on.
    """

    state: TrainingState
    patience: Patience
    seed: int | None
    split_seed: int | None


def all_or_nothing(method):
    """Undo what `method` did to the estimator if it raises."""

    @functools.wraps(method)
    def restoring_method(estimator, *args, **kwargs):
        attributes = estimator.__dict__.copy()
        rng = estimator.random_state
        rng_state = rng.get_state() if isinstance(rng, np.random.RandomState) else None
        try:
            return method(estimator, *args, **kwargs)
        except BaseException:
            estimator.__dict__.clear()
            estimator.__dict__.update(attributes)
            if rng_state is not None:
                rng.set_state(rng_state)
            raise

    return restoring_method


def solver_is_stochastic(estimator):
    """Whether there is a `partial_fit`."""
    if estimator.solver in OPTIMIZERS:
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

        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Labels, a multilabel indicator matrix, or numbers.

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

        Warns
        -----
        ConvergenceWarning
            If `max_iter` epochs were not enough. An infinite `n_iter_no_change`
            asks for just this number of epochs, and is not warned of.
        """
        monitor = self._fit(
            X,
            y,
            sample_weight,
            (X_val, y_val, sample_weight_val),
            max_iter=self.max_iter,
            again=self.warm_start and hasattr(self, "coefs_"),
        )
        if not monitor.stopped and monitor.patience.n_epochs < np.inf:
            warnings.warn(
                f"Training stopped after max_iter={self.max_iter} epochs, before "
                f"{monitor.watched} stopped improving. Increase max_iter.",
                ConvergenceWarning,
                stacklevel=2,
            )
        return self

    def _partial_fit(self, X, y, sample_weight, classes=None):
        """Train for one epoch."""
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

        # 1. What to learn, and from which samples.
        _samples.check_validation_request(self, *validation)
        samples = self._check_samples(X, y, sample_weight, again)
        targets = self._targets if again else self._make_targets(samples.y, classes)
        samples = self._weigh_classes(targets, samples)
        kept = getattr(self, "_continuation", None) if again else None
        rng = self._make_rng(kept)
        samples, held_out, split_seed = self._hold_out(samples, validation, kept, rng)
        if not again or self.t_ == 0:
            targets = targets.scaled_to(samples, center=self.fit_intercept)
        objective = Objective(
            targets.network_loss, self.activation, targets.out_activation, self.alpha
        )

        # 2. Train.
        encoded = self._encode(targets, samples)
        state = self._make_state(encoded, targets, objective, rng, kept, again)
        monitor = self._make_monitor(state, objective, kept, max_iter)
        if adding and again:
            monitor.history, monitor.best_loss = self._history.copy(), self.best_loss_
        if held_out is not None:
            monitor.validation = self._make_validation(targets, held_out, monitor)
        if hasattr(self, "_skl_callbacks"):
            monitor.callbacks = CallbackBridge(
                context,
                **task,
                reconstruction_attributes=lambda: self._attributes(targets, monitor),
            )
        self._train(encoded, monitor)

        # 3. Publish.
        vars(self).update(self._attributes(targets, monitor))
        vars(self).pop("_continuation", None)
        if adding or self.warm_start:
            seed = (
                self.random_state if isinstance(self.random_state, Integral) else None
            )
            if seed is None:
                state.rng = None
            self._continuation = Continuation(state, monitor.patience, seed, split_seed)
        context.call_on_fit_task_end(**task, reconstruction_attributes={})
        return monitor

    def _check_samples(self, X, y, sample_weight, again):
        """What was given, checked: LabelledSamples."""
        if again:
            _parameters.check_architecture_kept(self)
        _parameters.hidden_layer_sizes(self)
        dtype = self.coefs_[0].dtype if again else (np.float64, np.float32)
        return _samples.check_samples(
            self, X, y, sample_weight, reset=not again, dtype=dtype
        )

    def _weigh_classes(self, targets, samples):
        """Samples with the weights of their classes in theirs."""
        return samples

    def _make_rng(self, kept):
        """The source of chance: that of an earlier call with the same seed goes on."""
        if kept is not None and kept.seed is not None:
            if kept.seed == self.random_state:
                return copy.deepcopy(kept.state.rng)
        return check_random_state(self.random_state)

    def _hold_out(self, samples, validation, kept, rng):
        """Training samples, validation samples or None, and the seed of the split."""
        if not self.early_stopping:
            return samples, None, None
        if validation[0] is not None:
            held_out = _samples.check_validation_samples(
                self, *validation, dtype=samples.X.dtype
            )
            return samples, held_out, None
        if kept is not None and kept.split_seed is not None:
            split_seed = kept.split_seed
        elif isinstance(self.random_state, Integral):
            split_seed = self.random_state
        else:
            split_seed = int(rng.randint(2**31 - 1))
        return *_samples.hold_out(self, samples, split_seed), split_seed

    def _encode(self, targets, samples):
        """Samples as the network sees them."""
        X, y, sample_weight = samples
        return Samples(X, targets.encode(y, X.dtype), sample_weight)

    def _make_state(self, samples, targets, objective, rng, kept, again):
        """The state to train on: new, or where the last call ended."""
        X, Y, sample_weight = samples
        layer_sizes = (X.shape[1], *_parameters.hidden_layer_sizes(self), Y.shape[1])
        before = None if kept is None else kept.state
        if before is not None:
            parameters = before.parameters.copy()
        elif again:
            intercepts = self.intercepts_ if self.fit_intercept else ()
            parameters = Parameters.from_arrays(self.coefs_, intercepts)
            parameters.coefs[-1] /= targets.scale
            if self.fit_intercept:
                parameters.intercepts[-1] -= targets.mean
                parameters.intercepts[-1] /= targets.scale
        else:
            bias = targets.output_bias(Y, sample_weight)
            parameters = _parameters.initial_weights(
                self, layer_sizes, targets, bias, rng, X.dtype
            )
        return TrainingState(
            parameters,
            _parameters.make_optimizer(self, before and before.optimizer),
            _parameters.make_schedule(self, objective, before and before.schedule),
            rng,
            self.t_ if again else 0,
        )

    def _make_monitor(self, state, objective, kept, max_iter):
        """What watches the training; only an adaptive rate keeps its patience."""
        watches_loss = self.solver in OPTIMIZERS
        patient_for = (
            self.n_iter_no_change if watches_loss or self.early_stopping else np.inf
        )
        patience = Patience(self.tol, patient_for)
        if kept is not None and self.learning_rate == "adaptive":
            if not self.early_stopping:
                patience.best, patience.count = kept.patience.best, kept.patience.count
        return Monitor(state, objective, patience, max_iter, verbose=self.verbose)

    def _make_validation(self, targets, held_out, monitor):
        """What early stopping watches."""
        X, y, sample_weight = held_out

        def score_as_estimator(raw_prediction):
            estimator = copy.copy(self)
            vars(estimator).update(self._attributes(targets, monitor, best=False))
            # The held-out samples are an array, whatever the caller gave.
            vars(estimator).pop("feature_names_in_", None)
            weights = {} if sample_weight is None else {"sample_weight": sample_weight}
            return float(scorer(estimator, X, y, **weights))

        if self.scoring is None:
            score = functools.partial(targets.score, y=y, sample_weight=sample_weight)
        elif self.scoring == "loss":
            score = None
        else:
            scorer = check_scoring(self, self.scoring)
            score = score_as_estimator
        return Validation(self._encode(targets, held_out), score)

    def _train(self, samples, monitor):
        """Train, and on Ctrl-C go back to the last finished epoch."""
        train = self._descend if self.solver in OPTIMIZERS else self._minimize
        try:
            # The monitor finds what overflows.
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                train(samples, monitor)
        except KeyboardInterrupt:
            if monitor.finished is None:
                raise
            monitor.rewind()
            warnings.warn(
                f"Training was interrupted in epoch {monitor.n_epochs + 1}; the model "
                "is that of the epoch before.",
                stacklevel=2,
            )
        if monitor.best is not None:
            monitor.state.parameters.flat[:] = monitor.best.flat
            # Momentum belongs to the last epoch's weights, not to the best ones.
            monitor.state.optimizer = _parameters.make_optimizer(self)

    def _descend(self, samples, monitor):
        """Train with sgd or adam."""
        n_samples = samples.X.shape[0]
        batch_size = _parameters.batch_size(self, n_samples)
        run = epochs(
            monitor.state,
            samples,
            monitor.objective,
            batch_size=batch_size,
            shuffle=self.shuffle,
        )
        while monitor.n_epochs < monitor.max_iter:
            monitor.begin_epoch()
            if monitor.end_epoch(next(run)):
                return

    def _minimize(self, samples, monitor):
        """Train with L-BFGS."""
        result = minimize_lbfgs(
            monitor.state,
            samples,
            monitor.objective,
            monitor,
            tol=self.tol,
            max_iter=self.max_iter,
            max_fun=self.max_fun,
        )
        monitor.check_finite(Epoch(float(result.fun), None))
        monitor.loss = float(result.fun)
        if not monitor.stopped:
            _check_optimize_result("lbfgs", result, self.max_iter)

    def _attributes(self, targets, monitor, best=True):
        """The fitted attributes, as if training had ended just now.

        With `best`, the weights are those of the best epoch under early stopping.
        """
        state, history, winner = monitor.state, monitor.history, monitor.best
        flat = winner.flat if best and winner is not None else state.parameters.flat
        coefs, intercepts = _published(state.parameters.view(flat.copy()), targets)
        watching = monitor.validation is not None
        attributes = {
            "coefs_": coefs,
            "intercepts_": intercepts,
            "loss_": monitor.loss,
            "best_loss_": None if watching else monitor.best_loss,
            "best_validation_score_": winner and winner.score,
            "best_epoch_": winner and winner.epoch,
            "n_iter_": history.n_epochs,
            "t_": state.t,
            "n_layers_": len(coefs) + 1,
            "n_outputs_": targets.n_outputs,
            "out_activation_": targets.out_activation,
            "_architecture": _parameters.architecture(self),
            "_targets": targets,
            "_history": history.view(),
        }
        if hasattr(targets, "classes"):
            attributes["classes_"] = targets.classes
        return attributes

    # Records ------------------------------------------------------------------

    @property
    def history_(self):
        """Records of training: a dict of equally long lists, one entry an epoch."""
        return self._records().to_dict()

    @property
    def loss_curve_(self):
        """The loss of each epoch."""
        return self._records().column("loss") or []

    @property
    def validation_scores_(self):
        """The validation score of each epoch, or None without early stopping."""
        return self._records().column("validation_score")

    def _records(self):
        check_is_fitted(self)
        return self._history

    # Prediction ---------------------------------------------------------------

    def _raw_prediction(self, X):
        """The output layer's pre-activations, shape (n_samples, n_outputs)."""
        check_is_fitted(self)
        X = validate_data(
            self, X, accept_sparse="csr", dtype=self.coefs_[0].dtype, reset=False
        )
        activation = self._architecture["activation"]
        return forward(X, self.coefs_, self.intercepts_, activation)[-1]

    def __sklearn_is_fitted__(self):
        return hasattr(self, "coefs_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _published(parameters, targets):
    """Weights that predict in the units of y: the scaling is in the last layer."""
    coefs = parameters.coefs
    dtype = coefs[0].dtype
    intercepts = parameters.intercepts or [
        np.zeros(coef.shape[1], dtype) for coef in coefs
    ]
    coefs[-1] = (coefs[-1] * targets.scale).astype(dtype)
    intercepts[-1] = (intercepts[-1] * targets.scale + targets.mean).astype(dtype)
    return coefs, intercepts
