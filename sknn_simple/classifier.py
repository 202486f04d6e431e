"""SimpleMLPClassifier: a multi-layer perceptron that predicts labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.neural_network import MLPClassifier
from sklearn.utils.validation import check_is_fitted

from ._base import BaseSimpleMLP
from ._conversion import (
    estimator_of_shape,
    label_binarizer,
    make_fitted,
    to_sklearn,
)
from ._fit.class_weights import weigh_classes
from ._fit.constraints import CurrentNames, Names
from ._fit.samples import (
    check_length,
    naming,
    weights_for_score,
)
from ._fit.session import Mode
from ._fit.target_checks import check_not_missing, plain_labels
from ._fitted import MatrixLike
from ._targets import (
    BinaryTargets,
    MulticlassTargets,
    MultilabelTargets,
    are_multilabel,
    label_targets,
)
from ._training_method import needs_stochastic_solver, training_method
from .network import LOSSES, Parameters

SQUARED_ERRORS = "squared_error", "mean_squared_error", "sum_squared_error"
"""Losses of numbers that suit labels, too."""


def _losses():
    """Return the names of losses: those of 'log_loss' are not among them."""
    of_log_loss = BinaryTargets.log_loss, MulticlassTargets.log_loss
    of_labels = [
        name
        for name, loss in LOSSES.items()
        if isinstance(name, str) and loss.for_labels and name not in of_log_loss
    ]
    return ["log_loss", *SQUARED_ERRORS, *of_labels]


class SimpleMLPClassifier(ClassifierMixin, BaseSimpleMLP):
    """Multi-layer perceptron classifier, written from scratch on NumPy.

    Training minimises ::

        sum_i w_i * loss(y_i, f(x_i)) / W  +  alpha / (2 * W) * ||coefs||**2

    where f is the network, w are the sample weights and W is their sum. Log-loss is
    summed over the outputs, and computed from the logits without clipping. Squared
    error is half the square, averaged over the outputs. With
    ``loss='sum_squared_error'``, neither term is divided by W.

    Labels may be text, integers, booleans or dates, of any number of classes, or a
    multilabel indicator matrix. Parameters that scikit-learn's `MLPClassifier` also has
    mean the same here. By default, sigmoid units are trained by stochastic gradient
    descent.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default=(100,)
        Number of units in each hidden layer. `()` means no hidden layer: logistic
        regression for a classifier, a linear model for a regressor.

    activation : {'logistic', 'tanh', 'relu', 'leaky_relu', 'softplus', 'identity'}, \
            or list or tuple of these, default='logistic'
        Activation function of the hidden layers, or a list of functions, one per hidden
        layer:

        - 'logistic': 1 / (1 + exp(-z)).
        - 'tanh': the hyperbolic tangent.
        - 'relu': max(z, 0).
        - 'leaky_relu': z where z > 0, else 0.01 z. Its units cannot die.
        - 'softplus': log(1 + exp(z)), a smooth relu.
        - 'identity': z, for a linear network.

        A function of your own may be registered, see `network.ACTIVATIONS`.

    loss : {'log_loss', 'squared_error', 'mean_squared_error', \
            'sum_squared_error'}, default='log_loss'
        Loss function:

        - 'log_loss': cross-entropy of softmax outputs, or of sigmoid outputs for two
          classes and for multilabel targets.
        - 'squared_error': squared error of sigmoid outputs, one per class or a single
          one for two classes, as in many tutorials: half the square, averaged over
          samples and outputs.
        - 'mean_squared_error': the same, not halved.
        - 'sum_squared_error': half the square, summed over samples and outputs. The
          gradient of a minibatch is also a sum, so textbook learning rates apply.

        A loss of your own may be registered, see `network.LOSSES`.

    solver : {'sgd', 'adam', 'lbfgs'}, default='sgd'
        Algorithm that minimises the loss:

        - 'sgd': stochastic gradient descent with momentum [2]_.
        - 'adam': gradient descent with steps scaled by running means of the gradient
          and its square [3]_.
        - 'lbfgs': quasi-Newton method on all samples at once; suits small data.

    alpha : float, 'auto' or a multiple such as '3*auto', default='auto'
        Strength of the L2 penalty on the coefs. Intercepts are not penalised. The
        effect does not depend on `batch_size`. 'auto' is w * min(0.4 * sqrt(n_features)
        * exp(-3 * R^2), n / 200) for n samples of mean weight w, where R^2 measures how
        well the neighbours of a sample predict its label: the noisier the labels, the
        stronger the penalty. The limit n / 200 is higher for more than 3 inputs, lower
        for fewer than 40 samples, many classes or rare ones, and absent without hidden
        layers. Both terms are up to three times as large for labels that nothing
        predicts. If classes have different weights, w is the mean weight in a class,
        averaged over the classes by their total weights. The penalty is stronger for
        inputs that predict little, and weaker for inputs with a standard deviation
        below 1. For hidden layers other than sigmoids, the first term is multiplied by
        4 (one layer), 8 (two) or 16 (more), and the limit by up to as much. With
        squared error, alpha is a tenth of this, divided by the number of outputs.
        Labels that depend on combinations of inputs only, as in XOR, look like noise:
        try '0.1*auto' and '0.01*auto', too. '3*auto' is three times as strong, for each
        input. A number penalises all inputs alike. `partial_fit` estimates 'auto' from
        the rows of each call: if these are only a few of many, set a number.

    batch_size : int, 'auto' or 'full', default='auto'
        Number of samples per minibatch, at most all samples. 'auto' means 32, or a few
        less, so that the last minibatch of an epoch has at least 8. 'full' means all
        samples. 'lbfgs' uses no minibatches.

    learning_rate : {'auto', 'constant', 'invscaling', 'adaptive', 'settling'}, \
            default='auto'
        Schedule of the learning rate for 'sgd':

        - 'auto': 'settling' in a `fit` without warm start and early stopping, if
          `learning_rate_init` and `n_iter_no_change` are 'auto' as well; else
          'constant'.
        - 'constant': `learning_rate_init` in every epoch.
        - 'invscaling': ``learning_rate_init / (t + 1)**power_t``, where t is the number
          of samples processed before the epoch.
        - 'adaptive': `learning_rate_init`, divided by 5 each time `n_iter_no_change`
          epochs bring no improvement. Training stops once the rate is below 1e-6.
          Further calls of `partial_fit` and warm starts keep the reduced rate.
        - 'settling': like 'adaptive', but the rate is divided by 20, and training stops
          the third time. With `max_iter='auto'`, the rate first drops after 60% of
          these epochs at the latest, unless a minibatch holds all samples. The low
          rates average out the noise of the minibatches, so predictions are nearly
          right on average, even for rare events.

    learning_rate_init : float or 'auto', default='auto'
        Initial learning rate. 'auto' means 0.01 for 'adam'. For 'sgd', it means 0.3
        with sigmoids, 0.1 with 'tanh', 0.02 with other hidden layers and at most 0.04
        without hidden layers. With squared error, it means min(1, 30 / width) for 'sgd'
        and 0.003 for 'adam', where width is the number of units in the last hidden
        layer. If the loss is larger by some factor, the rate is divided by it. With
        hidden layers, the rate is divided by the root mean square of the inputs, if
        above 1, and further for more than 30 inputs that vary together. With
        minibatches of n < 32 rows (but not a full batch), and in calls of `partial_fit`
        with n < 32 rows, the rate of 'sgd' is multiplied by n / 32; in a fit on n < 6
        samples, by n^2 / 32. It is lower if some samples outweigh their minibatches, if
        minibatches have less than 1 sample outside the largest class on average (with
        sigmoids), and for more than about 24 inputs without hidden layers. `history_`
        records the rate of each epoch. 'lbfgs' has none.

    power_t : float, default=0.5
        Exponent of the 'invscaling' schedule.

    max_iter : int or 'auto', default='auto'
        Maximum number of epochs (iterations for 'lbfgs'). 'auto' means as many epochs
        as make 2,000 updates, at least 100; if the learning rate settles, 2,500
        updates, at least 125 epochs; for 'adam', 5,000 updates, at least 200 epochs;
        for 'lbfgs', 200 iterations in the classifier and 1,000 in the regressor. 0
        creates the network with its initial weights, which `partial_fit` or a warm
        start can then train. The model after k epochs is the same for every number of
        at least k.

    shuffle : bool, default=True
        Whether to shuffle the samples before each epoch.

    random_state : int, RandomState instance or None, default=None
        Source of randomness for the initial weights, the order of the samples and the
        split of early stopping. With an integer, results are reproducible, and each
        call of `partial_fit` continues the random sequence of the previous call.

    tol : float, default=1e-4
        Minimum decrease of the loss, or increase of the validation score, that counts
        as an improvement. 'lbfgs' stops when every derivative is at most `tol` in
        absolute value, or when an iteration's gain is lost in rounding.

    verbose : bool or int, default=False
        Whether to print one line per epoch.

    warm_start : bool, default=False
        Whether `fit` resumes from the weights, optimizer and random state of the
        previous call. Parameters may change between calls, except the
        architecture's. A regressor keeps the scale of y of its first call. If the
        relation between `X` and y changes, set `average=False`, because the average
        still holds the earlier weights. If only the samples are new, keep the average.

    momentum : float, default=0.9
        Momentum of 'sgd', from 0 to 1.

    nesterovs_momentum : bool, default=True
        Whether 'sgd' uses Nesterov's momentum.

    average : bool, default=True
        Whether the model has the average of the weights over the epochs of 'sgd' and
        'adam', in which the epoch k = 1, 2, ... gets the weight 4 / (k + 3) [4]_.
        Training itself continues from the last weights. It costs next to nothing, and
        the model is better than most of the networks that it averages. If the loss of
        the average is far higher after `fit`, by a tenth of the loss of a constant
        prediction, the model has the last weights. Early stopping, warm starts and
        `partial_fit` always use the average.

    early_stopping : bool, default=False
        Whether to hold out part of the samples, monitor the score on it, and keep the
        model of the epoch with the best score. Works with every solver. Callbacks then
        receive the best model so far. The held-out part is stratified by label,
        except for multilabel targets. If a rare class would be missing from a part, one
        of its samples is exchanged for another. A class of a single sample is trained
        on, and a held-out part with fewer samples than classes has some of them.

    validation_fraction : float, default=0.1
        Fraction of the samples to hold out if `fit` gets no `X_val` and `y_val`. An
        integer `random_state` gives the same split as in `train_test_split`.

    scoring : str, callable or None, default='loss'
        Score that early stopping monitors. 'loss' means the negative validation loss
        without penalty. None means accuracy, which is too coarse to show progress on
        small data. Any other value is a scorer as in `sklearn.metrics.get_scorer`. If
        the held-out samples have weights, the scorer receives them as `sample_weight`.

    beta_1 : float, default=0.9
        Decay rate of adam's first moment, at least 0 and less than 1.

    beta_2 : float, default=0.999
        Decay rate of adam's second moment, at least 0 and less than 1.

    epsilon : float, default=1e-8
        Number that adam adds to the square root of the second moment. It must be
        positive in the dtype of `X`, even if that is float32.

    n_iter_no_change : int, inf or 'auto', default='auto'
        Number of epochs without improvement after which training stops, or after which
        the learning rate drops ('adaptive' and 'settling'). `np.inf` trains for exactly
        `max_iter` epochs, without a warning that training did not converge.
        'auto' means as many epochs as make 500 updates, at least 10; `np.inf` with
        `batch_size='full'`; and 50 iterations for 'lbfgs' with early stopping.

    max_fun : int, default=15000
        Maximum number of loss evaluations by 'lbfgs'.

    fit_intercept : bool, default=True
        Whether the layers have intercepts (biases). If False, `intercepts_` are zeros.

    init : {'lecun_uniform', 'glorot_uniform', 'uniform', 'normal'}, \
            default='lecun_uniform'
        Distribution of the initial coefs and intercepts:

        - 'lecun_uniform': uniform within +-sqrt(3 / fan_in), for pre-activations of
          unit variance [1]_, and twice as wide for hidden sigmoids.
        - 'glorot_uniform': uniform within +-sqrt(6 / (fan_in + fan_out)), or
          +-sqrt(2 / (fan_in + fan_out)) for sigmoids, drawn in the same order as in
          scikit-learn.
        - 'uniform': uniform on [-1, 1).
        - 'normal': standard normal.

    coefs_init : list of array-like of shape (fan_in, fan_out), default=None
        Initial coefs to use instead of random ones, one array per layer. They are
        copied. The intercepts stay random, unless you pass `intercepts_init` as well.

    intercepts_init : list of array-like of shape (fan_out,), default=None
        Initial intercepts to use instead of random ones, one array per layer. They are
        copied.

    class_weight : dict, 'balanced' or None, default=None
        Weights of the classes, which multiply the sample weights. 'balanced' gives
        every class the same total weight. Not available for multilabel targets. Samples
        held out of `X` are weighted in the same way, `X_val` only by
        `sample_weight_val`.

    engine : {'auto', 'numpy', 'compiled'}, default='auto'
        Implementation of training and prediction. 'compiled' is an extension module,
        built when the package is installed if there is a C++ compiler. 'auto' is
        'compiled' where it was built, and 'numpy' otherwise, or with an activation or
        loss of your own. Both engines train the same models up to rounding, and each
        can continue the training of the other.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels in sorted order; column numbers for multilabel targets.

    coefs_ : list of ndarray of shape (fan_in, fan_out)
        Weights of each layer. If they are edited, `partial_fit` and warm starts
        continue from them.

    intercepts_ : list of ndarray of shape (fan_out,)
        Biases of each layer.

    loss_ : float
        Loss of the last epoch, a mean over its minibatches, with the penalty of
        `alpha_`.

    best_loss_ : float or None
        Lowest loss of all epochs, with the penalty; None with early stopping.

    loss_curve_ : list of float
        Loss of each epoch, with the penalty, a mean over its minibatches: each is
        evaluated before its step, at weights that are not averaged.

    validation_scores_ : list of float or None
        Validation score of each epoch; None without early stopping.

    best_validation_score_ : float or None
        Highest validation score; None without early stopping.

    best_epoch_ : int or None
        Epoch of the highest validation score, counted from 1. The fitted model is the
        one of this epoch. None without early stopping.

    history_ : dict of list
        Training records with one entry per epoch: 'loss', 'learning_rate' (not for
        'lbfgs') and, with early stopping, 'validation_loss' and 'validation_score'. The
        penalty is in 'loss', but not in 'validation_loss'.

    n_iter_ : int
        Number of epochs trained, equal to `len(loss_curve_)`. `partial_fit` adds to it,
        `fit` starts again at 0.

    t_ : int
        Number of samples processed since the weights were initialised, counted once per
        epoch.

    alpha_ : float or None
        Strength of the penalty in the last training: `alpha`, or what 'auto' or
        '3*auto' stood for. None for weights from elsewhere.

    engine_ : {'numpy', 'compiled'} or None
        Engine of the last training: `engine`, or what 'auto' stood for. None for
        weights from elsewhere.

    stop_reason_ : str or None
        Why training stopped: 'max_iter'; 'patience', after `n_iter_no_change` epochs
        without improvement; 'callback'; 'interrupted', by Ctrl-C; and with 'lbfgs'
        'converged', 'max_fun' or 'line_search'. None after `partial_fit`, and for
        weights from elsewhere.

    n_layers_ : int
        Number of layers, including the input layer.

    n_outputs_ : int
        Number of output units.

    out_activation_ : str
        Activation function of the output layer.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (n_features,)
        Feature names seen during `fit`. Defined only if all of them are strings.

    See Also
    --------
    SimpleMLPRegressor : Multi-layer perceptron regressor.
    sklearn.neural_network.MLPClassifier : Counterpart in scikit-learn.

    Notes
    -----
    Training diverges if the learning rate is too high or the inputs are not scaled.
    `fit` then raises a ValueError, as soon as a loss, coef or intercept is not finite,
    or at the end if the loss is above 1.5 times the loss of the first epoch and above 3
    times the loss of the best constant prediction.

    Plain gradient descent, as introduced in textbooks, is `batch_size='full'`,
    `momentum=0`, `alpha=0` and `average=False`. With `loss='sum_squared_error'`, the
    gradient is a sum over samples and outputs as in many of them, and with
    'mean_squared_error' the square is not halved.

    `fit` knows only the classes among its labels. On samples of a single class, it
    learns that this class has probability 1, even if the label is 0. To train on one
    sample of two classes, use ``partial_fit(X, y, classes=[0, 1])`` or `from_coefs`.

    The default values were chosen by their accuracy, log-loss and R^2 on about 35 data
    sets, half of which were set aside until the choice was made, and on toys such as
    XOR and spirals: see "The defaults" in the documentation.

    References
    ----------
    .. [1] Y. LeCun, L. Bottou, G. B. Orr and K.-R. Mueller, "Efficient BackProp", in
       Neural Networks: Tricks of the Trade, 1998.
    .. [2] I. Sutskever, J. Martens, G. Dahl and G. Hinton, "On the importance of
       initialization and momentum in deep learning", ICML 2013.
    .. [3] D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", ICLR
       2015.
    .. [4] O. Shamir and T. Zhang, "Stochastic gradient descent for non-smooth
       optimization: convergence results and optimal averaging schemes", ICML 2013.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknn_simple import SimpleMLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> classifier = SimpleMLPClassifier((10,), random_state=0)
    >>> model = make_pipeline(StandardScaler(), classifier).fit(X, y)
    >>> model.predict(X[:3]).tolist()
    [0, 0, 0]
    >>> print(f"{model.score(X, y):.2f}")
    0.99
    """

    classes_: np.ndarray  # a fitted attribute; the base class declares the others

    _parameter_constraints = {
        **BaseSimpleMLP._parameter_constraints,
        "loss": [Names(CurrentNames(_losses))],
        "class_weight": [dict, Names({"balanced"}), None],
    }

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: Literal[
            "logistic", "tanh", "relu", "leaky_relu", "softplus", "identity"
        ]
        | tuple[str, ...]
        | list[str] = "logistic",
        *,
        loss: Literal[
            "log_loss", "squared_error", "mean_squared_error", "sum_squared_error"
        ] = "log_loss",
        solver: Literal["sgd", "adam", "lbfgs"] = "sgd",
        alpha: float | Literal["auto"] | str = "auto",
        batch_size: int | Literal["auto", "full"] = "auto",
        learning_rate: Literal[
            "auto", "constant", "invscaling", "adaptive", "settling"
        ] = "auto",
        learning_rate_init: float | Literal["auto"] = "auto",
        power_t: float = 0.5,
        max_iter: int | Literal["auto"] = "auto",
        shuffle: bool = True,
        random_state: int | np.random.RandomState | None = None,
        tol: float = 1e-4,
        verbose: bool | int = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        average: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        scoring: str | Callable[..., float] | None = "loss",
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float | Literal["auto"] = "auto",
        max_fun: int = 15000,
        fit_intercept: bool = True,
        init: Literal[
            "lecun_uniform", "glorot_uniform", "uniform", "normal"
        ] = "lecun_uniform",
        coefs_init: Sequence[ArrayLike] | None = None,
        intercepts_init: Sequence[ArrayLike] | None = None,
        class_weight: Mapping[Any, float] | Literal["balanced"] | None = None,
        engine: Literal["auto", "numpy", "compiled"] = "auto",
    ) -> None:
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
        self.average = average
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

    @needs_stochastic_solver
    @training_method
    def partial_fit(
        self,
        X: MatrixLike,
        y: MatrixLike,
        sample_weight: ArrayLike | None = None,
        classes: ArrayLike | None = None,
    ) -> Self:
        """Train the network for one epoch on `X` and `y`.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        y : {array-like, sparse matrix} of shape (n_samples,) or (n_samples, n_labels)
            Labels, or a multilabel indicator matrix, which may be sparse.

        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples. None gives every sample the weight 1.

        classes : array-like of shape (n_classes,), default=None
            All labels that any call will contain. Required in the first call, unless
            `y` is a multilabel indicator matrix.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        TypeError, ImportError
            As in `fit`.

        ValueError
            As in `fit`. Also if `classes` are missing in the first call, change in a
            later one or lack a label of `y`, and with `early_stopping=True` or
            `class_weight="balanced"`.

        Warns
        -----
        ConvergenceWarning
            Once per stream, if training diverges.
        """
        if isinstance(self.class_weight, str):
            raise ValueError(
                "partial_fit sees only a part of the samples: class_weight must be a "
                f"dict or None, got {self.class_weight!r}."
            )
        self._check_partial_fit()
        classes = plain_labels(classes)
        with naming("classes", "y"):
            self._check_classes(plain_labels(y), classes)
        self._train(X, y, sample_weight, mode=Mode.APPEND, classes=classes)
        return self

    def _check_classes(self, y, classes):
        """Check that `classes` are given in the first call and do not change."""
        if classes is not None and (np.ndim(classes) != 1 or len(classes) == 0):
            raise ValueError(
                f"classes must be array-like of shape (n_classes,), got {classes!r}."
            )
        check_not_missing(classes, "classes", "Leave it out of classes.")
        if not self.__sklearn_is_fitted__():
            check_not_missing(y)
            if not are_multilabel(y) and classes is None:
                raise ValueError(
                    "classes must be passed on the first call to partial_fit: all "
                    "labels that y will ever hold, got None."
                )
        elif classes is not None and not np.array_equal(
            self.classes_, np.unique(classes)
        ):
            raise ValueError(
                "classes must be the same in each call to partial_fit, "
                f"{self.classes_.tolist()}, got {np.asarray(classes).tolist()}. Leave "
                "classes out, or train a new network, with all classes in its first "
                "call."
            )

    def _make_targets(self, y, classes):
        if self.loss == "log_loss" and "log_loss" in LOSSES:
            raise ValueError(
                "loss='log_loss' is built in, and would ignore the function of your "
                "own in LOSSES['log_loss']. Register it under another name."
            )
        with naming("y" if classes is None else "classes"):
            return label_targets(y, self.loss, classes)

    def _weigh_classes(self, targets, samples):
        return weigh_classes(self.class_weight, targets, samples)

    def decision_function(self, X: MatrixLike) -> np.ndarray:
        """Return the pre-activations of the output layer (logits).

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        raw_prediction : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            The shape is (n_samples,) for two classes; positive values then predict the
            second class.

        Raises
        ------
        NotFittedError, ValueError
            As in `predict`.
        """
        targets, raw_prediction = self._raw_prediction(X)
        return targets.decision(raw_prediction)

    def predict_proba(self, X: MatrixLike) -> np.ndarray:
        """Predict the probability of each class.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            Probabilities in the order of `classes_`. For multilabel targets, the
            probability of each label.

        Raises
        ------
        NotFittedError, ValueError
            As in `predict`.
        """
        targets, raw_prediction = self._raw_prediction(X)
        return targets.probabilities(raw_prediction)

    def predict_log_proba(self, X: MatrixLike) -> np.ndarray:
        """Predict the log-probability of each class.

        It is computed from the logits, and is therefore never -inf.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        log_probabilities : ndarray of shape (n_samples, n_classes)
            Log-probabilities in the order of `classes_`.

        Raises
        ------
        NotFittedError, ValueError
            As in `predict`.
        """
        targets, raw_prediction = self._raw_prediction(X)
        return targets.log_probabilities(raw_prediction)

    def score(
        self, X: MatrixLike, y: MatrixLike, sample_weight: ArrayLike | None = None
    ) -> float:
        """Return the accuracy of the predictions.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        y : {array-like, sparse matrix} of shape (n_samples,) or (n_samples, n_labels)
            True labels.

        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples. None gives every sample the weight 1.

        Returns
        -------
        accuracy : float
            Fraction of correctly predicted samples. For multilabel targets, every
            label of the sample must be correct.

        Raises
        ------
        NotFittedError, ValueError
            As in `predict`. Also if `y` holds labels of another kind than in `fit`.

        TypeError
            If the labels in `y` cannot be compared with the labels in `fit`.
        """
        y = plain_labels(y)
        with naming("y"):
            check_not_missing(y)
        prediction = self.predict(X)
        weights = weights_for_score(sample_weight, prediction)
        check_length(y, prediction)
        try:
            # scikit-learn casts huge labels to integers to see whether they are whole.
            with naming("y", "sample_weight"), np.errstate(invalid="ignore"):
                return accuracy_score(y, prediction, sample_weight=weights)
        except TypeError as error:
            raise TypeError(
                "y must hold labels that can be compared with "
                f"{self.classes_.tolist()[:3]}, got others: {error}"
            ) from error

    @classmethod
    def from_coefs(
        cls,
        coefs: Sequence[ArrayLike],
        intercepts: Sequence[ArrayLike] | None = None,
        *,
        classes: ArrayLike | None = None,
        multilabel: bool = False,
        **params: Any,
    ) -> Self:
        """Make a fitted classifier from given weights.

        Parameters
        ----------
        coefs : list of array-like of shape (fan_in, fan_out)
            One array per layer, as in `coefs_`. They are copied.

        intercepts : list of array-like of shape (fan_out,), default=None
            Biases, as in `intercepts_`. They are copied. None makes a network without
            biases, with `fit_intercept=False`.

        classes : array-like of shape (n_classes,), default=None
            Labels in sorted order, one per output. With a single output, positive
            values predict the second of two labels. None numbers the classes from 0.
            Two outputs for two classes are merged into their difference, which gives
            the same probabilities under log-loss.

        multilabel : bool, default=False
            Whether each output is a separate label.

        **params : dict
            Parameters of the classifier, except `hidden_layer_sizes` and
            `fit_intercept`, which follow from the weights.

        Returns
        -------
        classifier : SimpleMLPClassifier
            Fitted classifier. `partial_fit` and warm starts continue its training. A
            plain `fit` begins with new random weights: pass `coefs_init` to begin with
            these.

        Raises
        ------
        TypeError
            If `coefs` or `intercepts` are not lists of arrays.

        ValueError
            If the shapes do not fit each other or the number of classes, if a weight is
            not finite, or if a parameter is invalid.

        Examples
        --------
        One neuron with weights 0 and 1 and bias 4 predicts for the inputs 2 and 3:

        >>> from sknn_simple import SimpleMLPClassifier
        >>> neuron = SimpleMLPClassifier.from_coefs([[[0], [1]]], [[4]])
        >>> print(f"{neuron.predict_proba([[2, 3]])[0, 1]:.4f}")
        0.9991
        """
        classifier, parameters = estimator_of_shape(cls, coefs, intercepts, params)
        n_outputs = parameters.layer_sizes[-1]
        if multilabel and n_outputs == 1:
            raise ValueError(
                "multilabel=True needs coefs for two or more outputs, got one output. "
                "Leave multilabel out for a classifier of two classes."
            )
        n_classes = max(n_outputs, 2)
        labels = range(n_classes) if classes is None else plain_labels(classes)
        with naming("classes"):
            classes = np.asarray(labels)
            in_order = np.unique(classes)
        if classes.tolist() != in_order.tolist() or len(classes) != n_classes:
            raise ValueError(
                f"classes must be {n_classes} different labels in sorted order, the "
                f"order of the outputs, got {classes.tolist()}."
            )
        if n_outputs == 2 and not multilabel:
            parameters = _with_one_output(parameters)
        kind = MultilabelTargets if multilabel else MulticlassTargets
        if n_classes == 2 and not multilabel:
            kind = BinaryTargets
        return make_fitted(classifier, parameters, kind(classes, classifier.loss))

    def to_sklearn(self) -> MLPClassifier:
        """Convert to a fitted scikit-learn classifier with the same predictions.

        Returns
        -------
        classifier : sklearn.neural_network.MLPClassifier
            Fitted classifier with the same values of the parameters that both have. The
            skl2onnx package can convert it to ONNX.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted yet.

        ValueError
            If scikit-learn has no equivalent: for a single class, for three or more
            classes with `loss='squared_error'`, and for the `activation` 'leaky_relu',
            'softplus' or several.

        Notes
        -----
        `alpha='auto'`, and a multiple of it, become `alpha_`, without the factors for
        single inputs. Other values 'auto' and 'full' become scikit-learn's defaults. A
        classifier trained with `loss='squared_error'` continues with log-loss.
        """
        check_is_fitted(self)
        targets = self._targets
        if len(targets.classes) == 1 and not targets.multilabel:
            raise ValueError(
                "scikit-learn's MLPClassifier has no equivalent of a classifier with "
                f"one class only, here {targets.classes.tolist()[0]!r}."
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
