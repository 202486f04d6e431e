"""SimpleMLPClassifier: a multi-layer perceptron that predicts labels."""

import numpy as np
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.callback import with_callbacks
from sklearn.neural_network import MLPClassifier
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted

from ._base import BaseSimpleMLP, all_or_nothing, solver_is_stochastic
from ._conversion import label_binarizer, layer_arrays, make_fitted, to_sklearn
from ._targets import (
    BinaryTargets,
    MulticlassTargets,
    MultilabelTargets,
    label_targets,
)


class SimpleMLPClassifier(ClassifierMixin, BaseSimpleMLP):
    """DOC"""

    _parameter_constraints = {
        **BaseSimpleMLP._parameter_constraints,
        "loss": [StrOptions({"log_loss", "squared_error"})],
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self,
        hidden_layer_sizes=(100,),
        activation="logistic",
        *,
        loss="log_loss",
        solver="sgd",
        alpha=0.0001,
        batch_size="auto",
        learning_rate="constant",
        learning_rate_init="auto",
        power_t=0.5,
        max_iter=200,
        shuffle=True,
        random_state=None,
        tol=1e-4,
        verbose=False,
        warm_start=False,
        momentum=0.9,
        nesterovs_momentum=True,
        early_stopping=False,
        validation_fraction=0.1,
        scoring=None,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-8,
        n_iter_no_change=10,
        max_fun=15000,
        fit_intercept=True,
        init="lecun_uniform",
        coefs_init=None,
        intercepts_init=None,
        class_weight=None,
        engine="auto",
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.loss = loss
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.scoring = scoring
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.fit_intercept = fit_intercept
        self.init = init
        self.coefs_init = coefs_init
        self.intercepts_init = intercepts_init
        self.class_weight = class_weight
        self.engine = engine

    @available_if(solver_is_stochastic)
    @_fit_context(prefer_skip_nested_validation=True)
    @all_or_nothing
    @with_callbacks
    def partial_fit(self, X, y, sample_weight=None, classes=None):
        """Train the network for one epoch on `X` and `y`.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        y : array-like of shape (n_samples,) or (n_samples, n_labels)

        sample_weight : array-like of shape (n_samples,), default=None

        classes : array-like of shape (n_classes,), default=None
            All labels that will ever occur. Needed in the first call, unless `y` is
            a multilabel indicator matrix.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            As `fit` does; also if the first call lacks `classes`, a later one has
            others, or a label is not among them, and with `early_stopping=True` or
            `class_weight="balanced"`.
        """
        if isinstance(self.class_weight, str):
            raise ValueError(
                "partial_fit sees only a part of the samples: class_weight must be a "
                f"dict or None, got {self.class_weight!r}."
            )
        self._check_classes(y, classes)
        return self._partial_fit(X, y, sample_weight, classes)

    def _check_classes(self, y, classes):
        """Check that `classes` are given in the first call, and do not change."""
        if not hasattr(self, "coefs_"):
            kind = type_of_target(y, input_name="y")
            if classes is None and kind != "multilabel-indicator":
                raise ValueError(
                    "classes must be passed on the first call to partial_fit: all "
                    "labels that y will ever hold, got None."
                )
        elif classes is not None and not np.array_equal(
            self.classes_, np.unique(classes)
        ):
            raise ValueError(
                "classes must be the same in each call to partial_fit, "
                f"{self.classes_.tolist()}, got {np.asarray(classes).tolist()}."
            )

    def _make_targets(self, y, classes):
        return label_targets(y, self.loss, classes)

    def _weigh_classes(self, targets, samples):
        if self.class_weight is None:
            return samples
        if targets.multilabel:
            raise ValueError(
                "class_weight must be None for multilabel targets, got "
                f"{self.class_weight!r}."
            )
        codes = targets.codes(samples.y)
        present = np.unique(codes)
        weight_of = np.ones(len(targets.classes), dtype=samples.X.dtype)
        weight_of[present] = compute_class_weight(
            self.class_weight,
            classes=targets.classes[present],
            y=samples.y,
            sample_weight=samples.sample_weight,
        )
        weights = weight_of[codes]
        if samples.sample_weight is not None:
            weights = weights * samples.sample_weight
        return samples._replace(sample_weight=weights)

    def predict(self, X):
        """Predict labels.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_labels)
            Labels, or an indicator matrix if it was trained on one.
        """
        raw_prediction = self._raw_prediction(X)
        return self._targets.predict(raw_prediction)

    def decision_function(self, X):
        """The outputs' pre-activations (logits).

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        raw_prediction : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Of shape (n_samples,) for two classes, and then positive where the
            second is predicted.
        """
        raw_prediction = self._raw_prediction(X)
        return self._targets.decision(raw_prediction)

    def predict_proba(self, X):
        """Predict probabilities.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            In the order of `classes_`; for a multilabel problem those of each label.
        """
        raw_prediction = self._raw_prediction(X)
        return self._targets.probabilities(raw_prediction)

    def predict_log_proba(self, X):
        """Predict logarithms of probabilities, from the logits and so never -inf.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        log_probabilities : ndarray of shape (n_samples, n_classes)
        """
        raw_prediction = self._raw_prediction(X)
        return self._targets.log_probabilities(raw_prediction)

    @classmethod
    def from_coefs(
        cls, coefs, intercepts=None, *, classes=None, multilabel=False, **params
    ):
        """Make a fitted classifier from weights that were trained anywhere.

        Parameters
        ----------
        coefs : list of array-like of shape (fan_in, fan_out)
            One array a layer, as in `coefs_`. They are copied.

        intercepts : list of array-like of shape (fan_out,), default=None
            None makes a network without biases, `fit_intercept=False`.

        classes : array-like of shape (n_classes,), default=None
            The labels, sorted; None numbers them from 0. With two classes and two
            outputs, their difference becomes the only output, which under log-loss
            gives the same probabilities.

        multilabel : bool, default=False
            Whether each output is a label of its own.

        **params : dict
            Parameters of the classifier other than `hidden_layer_sizes` and
            `fit_intercept`, which the weights tell.

        Returns
        -------
        classifier : SimpleMLPClassifier
            It predicts, and goes on training by `partial_fit` and `warm_start`.

        Examples
        --------
        One neuron with weights 0 and 1 and bias 4 sees 2 and 3:

        >>> from sknn_simple import SimpleMLPClassifier
        >>> neuron = SimpleMLPClassifier.from_coefs([[[0], [1]]], [[4]])
        >>> print(f"{neuron.predict_proba([[2, 3]])[0, 1]:.4f}")
        0.9991
        """
        coefs, intercepts_given = layer_arrays(coefs, intercepts)
        n_outputs = coefs[-1].shape[1]
        n_classes = max(n_outputs, 1 if multilabel else 2)
        classes = np.arange(n_classes) if classes is None else np.unique(classes)
        if len(classes) != n_classes:
            raise ValueError(
                f"classes must be {n_classes} labels for {n_outputs} outputs, got "
                f"{classes.tolist()}."
            )
        hidden_layer_sizes = tuple(coef.shape[1] for coef in coefs[:-1])
        classifier = cls(
            hidden_layer_sizes, fit_intercept=intercepts is not None, **params
        )
        if n_outputs == 2 and not multilabel:
            coefs[-1] = coefs[-1][:, 1:] - coefs[-1][:, :1]
            intercepts_given[-1] = intercepts_given[-1][1:] - intercepts_given[-1][:1]
        kind = MultilabelTargets if multilabel else MulticlassTargets
        if n_classes == 2 and not multilabel:
            kind = BinaryTargets
        targets = kind(classes, classifier.loss)
        classifier.classes_ = targets.classes
        return make_fitted(classifier, coefs, intercepts_given, targets)

    def to_sklearn(self):
        """Make the scikit-learn classifier that predicts the same.

        Returns
        -------
        classifier : sklearn.neural_network.MLPClassifier
            Fitted, with the same parameters where it has them. Through skl2onnx it
            can go on to ONNX.

        Raises
        ------
        ValueError
            If there is none: one class, or three and more trained by squared error.
        """
        check_is_fitted(self)
        targets = self._targets
        if len(targets.classes) == 1 and not targets.multilabel:
            raise ValueError(
                "scikit-learn's MLPClassifier has no equivalent of a classifier that "
                f"knows one class only, here {targets.classes[0]!r}."
            )
        if (
            isinstance(targets, MulticlassTargets)
            and targets.out_activation != "softmax"
        ):
            raise ValueError(
                "scikit-learn's MLPClassifier has no equivalent of three or more "
                "classes trained with loss='squared_error', which have sigmoid outputs."
            )
        classifier = to_sklearn(self, MLPClassifier)
        classifier._label_binarizer = label_binarizer(targets)
        return classifier

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
