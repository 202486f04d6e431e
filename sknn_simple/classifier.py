"""SimpleMLPClassifier: a multi-layer perceptron that predicts labels."""

from numbers import Real

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.neural_network import MLPClassifier
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from ._base import BaseSimpleMLP, solver_is_stochastic, trains
from ._conversion import (
    check_not_given,
    label_binarizer,
    layer_parameters,
    make_fitted,
    to_sklearn,
)
from ._fit.samples import check_none_is_missing, check_total_weight
from ._fit.session import Mode
from ._targets import (
    BinaryTargets,
    MulticlassTargets,
    MultilabelTargets,
    kind_of_labels,
    label_codes,
    label_targets,
)
from .network import Parameters


class SimpleMLPClassifier(ClassifierMixin, BaseSimpleMLP):
    r"""Multi-layer perceptron that predicts labels, written from scratch on NumPy.

    Labels may be text, whole numbers, booleans or dates, of any number of classes, or a
    multilabel indicator matrix.
    Parameters that scikit-learn's `MLPClassifier` has too mean the same here; the
    defaults are sigmoids, trained by stochastic gradient descent.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default=(100,)
        Units in each hidden layer. `()` has none: logistic regression.

    activation : {'logistic', 'tanh', 'relu', 'identity'}, default='logistic'
        Of the hidden units.

    loss : {'log_loss', 'squared_error'}, default='log_loss'
        'log_loss' (cross-entropy) trains softmax outputs, or sigmoids for two classes
        and for multilabel. 'squared_error' trains a sigmoid for each class, as many
        tutorials do.

    solver : {'sgd', 'adam', 'lbfgs'}, default='sgd'
        How the loss is minimised:

        - 'sgd': stochastic gradient descent, with momentum [2]_.
        - 'adam': steps scaled by running means of the gradient and its square [3]_.
        - 'lbfgs': a quasi-Newton method on the whole data; good for small data.

    alpha : float, default=0.0001
        Strength of the penalty on squared coefs; intercepts are not penalised. It
        means the same at every `batch_size`.

    batch_size : int or 'auto', default='auto'
        Samples in a minibatch, at most all of them. 'auto' is 32. With 'lbfgs' there
        are no minibatches.

    learning_rate : {'constant', 'invscaling', 'adaptive'}, default='constant'
        Schedule of the learning rate, only for 'sgd':

        - 'constant': `learning_rate_init` in every epoch.
        - 'invscaling': `learning_rate_init` / (t + 1)**`power_t` in an epoch that
          begins after t rows were seen.
        - 'adaptive': `learning_rate_init`, divided by 5 each time `n_iter_no_change`
          epochs brought no improvement; training ends when it is below 1e-6. Repeated
          calls of `partial_fit`, and a warm start, go on with the rate divided.

    learning_rate_init : float or 'auto', default='auto'
        Learning rate. 'auto' is 0.1 for 'sgd' and 0.01 for 'adam'; under squared error
        min(1, 30 / width) and 0.003, where width is that of the last hidden layer.
        `history_` records what was used. With 'lbfgs' there is none.

    power_t : float, default=0.5
        Exponent of 'invscaling'.

    max_iter : int, default=200
        Most epochs; with 'lbfgs', most iterations.

    shuffle : bool, default=True
        Whether each epoch takes the samples in a new random order.

    random_state : int, RandomState instance or None, default=None
        For the initial weights, the order of samples and the split of early
        stopping. With an integer, results are the same each time, and repeated calls
        of `partial_fit` go on drawing where the last one ended.

    tol : float, default=1e-4
        Smallest fall of the loss, or rise of the validation score, that counts as an
        improvement. With 'lbfgs' also the largest derivative at which it ends.

    verbose : bool or int, default=False
        Whether to print a line each epoch.

    warm_start : bool, default=False
        Whether `fit` goes on from where the last call ended: weights, optimizer and
        random state. Every parameter but those of the architecture may change.

    momentum : float, default=0.9
        Between 0 and 1, only for 'sgd'.

    nesterovs_momentum : bool, default=True
        Whether momentum is Nesterov's, only for 'sgd'.

    early_stopping : bool, default=False
        Whether to hold out a part of the samples, to watch the score on it, and to
        return the coefs of the epoch with the best one. It works with every solver.
        Callbacks are then shown the best model so far. The part is stratified by
        label, except for multilabel.

    validation_fraction : float, default=0.1
        Share of the samples to hold out if `fit` is not given `X_val` and `y_val`. An
        integer `random_state` holds out what `train_test_split` does with it.

    scoring : str, callable or None, default=None
        What early stopping watches: None is accuracy, 'loss' is minus the validation
        loss without penalty, and every other value is a scorer as in
        `sklearn.metrics.get_scorer`, which is given the weights of the held-out
        samples as `sample_weight` if there are any.

    beta_1, beta_2 : float, default=0.9, 0.999
        Decay rates of adam's moments, from 0 to below 1.

    epsilon : float, default=1e-8
        What adam adds to the root of the second moment: more than 0, also where `X` is
        float32.

    n_iter_no_change : int or inf, default=10
        Epochs without improvement after which training ends. `np.inf` trains for
        just `max_iter` epochs, and does not warn that these were not enough.

    max_fun : int, default=15000
        Most evaluations of the loss by 'lbfgs'.

    fit_intercept : bool, default=True
        False is a network without biases, whose `intercepts_` are zeros.

    init : {'lecun_uniform', 'glorot_uniform', 'uniform', 'normal'}, \
            default='lecun_uniform'
        How initial weights are drawn, coefs and intercepts alike:

        - 'lecun_uniform': uniform within +-sqrt(3 / fan_in), for pre-activations of
          unit variance [1]_.
        - 'glorot_uniform': uniform within +-sqrt(6 / (fan_in + fan_out)), for sigmoids
          +-sqrt(2 / (fan_in + fan_out)): what scikit-learn draws, in its order.
        - 'uniform': uniform on [-1, 1).
        - 'normal': standard normal.

    coefs_init, intercepts_init : list of array-like, default=None
        Weights to start from instead, of the shapes of `coefs_` and `intercepts_`.
        They are copied.

    class_weight : dict, 'balanced' or None, default=None
        Weights of the classes, which multiply the sample weights. 'balanced' makes
        every class weigh the same. Not for multilabel. A held-out part is weighted
        like the rest, but `X_val` by `sample_weight_val` alone.

    engine : {'auto', 'numpy', 'numba'}, default='auto'
        What 'sgd' and 'adam' compute with. 'numba' (extra `fast`) compiles the same
        steps to fused loops, for dense `X`; the first fit of a dtype takes some
        seconds for it, once a machine, and says so on stderr. 'auto' is 'numba' where
        that is installed and `X` is dense, else 'numpy'. Models are the same to
        rounding, and one engine goes on with those of the other.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted; for multilabel the numbers of the columns.

    coefs_ : list of ndarray of shape (fan_in, fan_out)
        Weights of each layer.

    intercepts_ : list of ndarray of shape (fan_out,)
        Biases of each layer.

    loss_ : float
        The loss of the last epoch, which is the mean over its minibatches.

    best_loss_ : float or None
        The lowest loss of an epoch; None under early stopping.

    loss_curve_ : list of float
        The loss of each epoch.

    validation_scores_ : list of float or None
        The score of each epoch under early stopping.

    best_validation_score_ : float or None
        The highest of them.

    best_epoch_ : int or None
        Its epoch, counted from 1, whose weights the model has.

    history_ : dict of list
        One entry an epoch: 'loss', 'learning_rate' (not with 'lbfgs'), and under early
        stopping 'validation_loss' and 'validation_score'.

    n_iter_ : int
        Epochs trained, `len(loss_curve_)`. `partial_fit` adds to them, `fit` begins
        anew.

    t_ : int
        Rows seen since the weights were drawn.

    n_layers_ : int
        Layers, with that of the inputs.

    n_outputs_ : int
        Output neurons.

    out_activation_ : str
        Activation of the output layer.

    n_features_in_ : int
        Features seen during `fit`.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where `X` has names that are all strings.

    See Also
    --------
    SimpleMLPRegressor : Predicts numbers.
    sklearn.neural_network.MLPClassifier : scikit-learn's own.

    Notes
    -----
    The objective, with w the sample weights, W their sum and f the network, is ::

        sum_i w_i * loss(y_i, f(x_i)) / W  +  alpha / (2 * W) * ||coefs||**2

    where log-loss is summed over outputs, and squared error is half the square,
    averaged over outputs. Log-loss is computed from logits, and never clipped.

    Training diverges when the rate is too high or the inputs are not scaled. That is a
    ValueError, raised at the first loss, coef or intercept that is not finite, and when
    training ends at a loss above 1.5 times that of the first epoch, and 3 times that of
    the best constant answer.

    Plain gradient descent, as textbooks begin with, is `momentum=0`, `alpha=0`,
    `batch_size` at least the number of samples, and `n_iter_no_change=np.inf`. The
    gradient is a mean over samples: a tutorial that adds it up over n rows with rate 1
    has `learning_rate_init=n` here.

    References
    ----------
    .. [1] Y. LeCun, L. Bottou, G. B. Orr and K.-R. Mueller, "Efficient BackProp", in
       Neural Networks: Tricks of the Trade, 1998.
    .. [2] I. Sutskever, J. Martens, G. Dahl and G. Hinton, "On the importance of
       initialization and momentum in deep learning", ICML 2013.
    .. [3] D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", ICLR
       2015.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknn_simple import SimpleMLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> classifier = SimpleMLPClassifier((10,), max_iter=500, random_state=0)
    >>> model = make_pipeline(StandardScaler(), classifier).fit(X, y)
    >>> model.predict(X[:3]).tolist()
    [0, 0, 0]
    >>> print(f"{model.score(X, y):.2f}")
    0.99
    """

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
    @trains
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
        TypeError, ImportError
            As `fit` does.

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
        self._check_partial_fit()
        self._check_classes(y, classes)
        self._train(X, y, sample_weight, mode=Mode.APPEND, classes=classes)
        return self

    def _check_classes(self, y, classes):
        """Check that `classes` are given in the first call, and do not change."""
        if classes is not None and (np.ndim(classes) != 1 or len(classes) == 0):
            raise ValueError(
                f"classes must be array-like of shape (n_classes,), got {classes!r}."
            )
        check_none_is_missing(classes, "classes")
        if not hasattr(self, "coefs_"):
            check_none_is_missing(y)
            kind = kind_of_labels(y)
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
        X, y, sample_weight = samples
        codes, classes = label_codes(y, targets.classes), targets.classes
        if self.class_weight == "balanced":
            totals = np.bincount(codes, sample_weight, minlength=len(classes))
            share = totals.sum() / np.count_nonzero(totals)
            by_class = np.divide(
                share, totals, out=np.ones(len(classes)), where=totals > 0
            )
        else:
            self._check_class_weight()
            try:
                by_class = compute_class_weight(
                    self.class_weight, classes=classes, y=classes
                )
            except TypeError as error:
                raise TypeError(
                    f"class_weight can't tell labels of {classes.dtype} apart: use "
                    "sample_weight, or labels that are numbers or text."
                ) from error
        with np.errstate(over="ignore"):
            weights = by_class[codes] * (1 if sample_weight is None else sample_weight)
            weights = weights.astype(X.dtype)
        if not weights.any():
            raise ValueError(
                f"class_weight={self.class_weight!r} and sample_weight leave no sample "
                "with a weight above zero."
            )
        check_total_weight(weights, "class_weight with sample_weight")
        return samples._replace(sample_weight=weights)

    def _check_class_weight(self):
        """Check that a dict holds nothing but weights."""
        weights = list(self.class_weight.values())
        largest = float(np.finfo(float).max)
        if not all(isinstance(w, Real) and 0 <= w <= largest for w in weights):
            raise ValueError(
                "class_weight must hold finite numbers that are not negative, got "
                f"{self.class_weight!r}."
            )

    def predict(self, X):
        """Predict labels.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_labels)
            Labels, or an indicator matrix if it was trained on one.

        Raises
        ------
        NotFittedError
            Before the first `fit`.

        ValueError
            If `X` is not as in `fit`, or too large for the network.
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

        Raises
        ------
        NotFittedError
            Before the first `fit`.

        ValueError
            If `X` is not as in `fit`, or too large for the network.
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

        Raises
        ------
        NotFittedError
            Before the first `fit`.

        ValueError
            If `X` is not as in `fit`, or too large for the network.
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

        Raises
        ------
        NotFittedError
            Before the first `fit`.

        ValueError
            If `X` is not as in `fit`, or too large for the network.
        """
        raw_prediction = self._raw_prediction(X)
        return self._targets.log_probabilities(raw_prediction)

    def score(self, X, y, sample_weight=None):
        """Accuracy of the predictions.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        y : array-like of shape (n_samples,) or (n_samples, n_labels)

        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        accuracy : float
            Of a multilabel problem, the share of rows with all labels right.

        Raises
        ------
        NotFittedError
            Before the first `fit`.

        ValueError
            If `X` is not as in `fit`, or `y` is not labels of this kind.

        TypeError
            If the labels in `y` can't be compared with those of `fit`.
        """
        check_none_is_missing(y)
        try:
            return super().score(X, y, sample_weight)
        except TypeError as error:
            raise TypeError(
                f"y must hold labels like {self.classes_.tolist()[:3]}, with which "
                f"these can't be compared: {error}"
            ) from error

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
            The labels in sorted order, which is that of the outputs; a single output
            is positive for the second. None numbers them from 0. Of two outputs for
            two classes the difference becomes the only one, which under log-loss gives
            the same probabilities.

        multilabel : bool, default=False
            Whether each output is a label of its own.

        **params : dict
            Parameters of the classifier other than `hidden_layer_sizes` and
            `fit_intercept`, which the weights tell.

        Returns
        -------
        classifier : SimpleMLPClassifier
            It predicts, and goes on training by `partial_fit` and `warm_start`.

        Raises
        ------
        TypeError
            If `coefs` or `intercepts` are no lists of arrays.

        ValueError
            If their shapes fit neither together nor the number of classes, if they are
            not finite, or if a parameter is not as it should be.

        Examples
        --------
        One neuron with weights 0 and 1 and bias 4 sees 2 and 3:

        >>> from sknn_simple import SimpleMLPClassifier
        >>> neuron = SimpleMLPClassifier.from_coefs([[[0], [1]]], [[4]])
        >>> print(f"{neuron.predict_proba([[2, 3]])[0, 1]:.4f}")
        0.9991
        """
        check_not_given(params)
        parameters = layer_parameters(coefs, intercepts)
        n_outputs = parameters.layer_sizes[-1]
        if multilabel and n_outputs == 1:
            raise ValueError(
                "multilabel=True needs two outputs or more, got coefs for 1: that is a "
                "classifier of two classes."
            )
        n_classes = max(n_outputs, 2)
        classes = np.asarray(range(n_classes) if classes is None else classes)
        if classes.tolist() != np.unique(classes).tolist() or len(classes) != n_classes:
            raise ValueError(
                f"classes must be {n_classes} different labels in sorted order, which "
                f"is that of the outputs, got {classes.tolist()}."
            )
        classifier = cls(
            parameters.layer_sizes[1:-1],
            fit_intercept=parameters.fit_intercept,
            **params,
        )
        if n_outputs == 2 and not multilabel:
            parameters = _with_one_output(parameters)
        kind = MultilabelTargets if multilabel else MulticlassTargets
        if n_classes == 2 and not multilabel:
            kind = BinaryTargets
        return make_fitted(classifier, parameters, kind(classes, classifier.loss))

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
                f"knows one class only, here {targets.classes.tolist()[0]!r}."
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


def _with_one_output(parameters):
    """Return Parameters whose output is the difference of the two outputs."""
    coefs, intercepts = list(parameters.coefs), list(parameters.intercepts)
    coefs[-1] = coefs[-1][:, 1:] - coefs[-1][:, :1]
    if intercepts:
        intercepts[-1] = intercepts[-1][1:] - intercepts[-1][:1]
    return Parameters.from_arrays(coefs, intercepts)
