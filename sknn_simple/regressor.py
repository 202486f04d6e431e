"""SimpleMLPRegressor: a multi-layer perceptron that predicts numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, Self

import numpy as np
import sklearn
from numpy.typing import ArrayLike
from sklearn.base import RegressorMixin
from sklearn.neural_network import MLPRegressor
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from ._base import BaseSimpleMLP
from ._caller import warn_caller
from ._conversion import estimator_of_shape, make_fitted, to_sklearn
from ._fit.constraints import BETWEEN_0_AND_1, BOOLEAN, POSITIVE, CurrentNames, Names
from ._fit.samples import (
    check_length,
    naming,
    strict_validation,
    weights_for_score,
)
from ._fit.session import Mode
from ._fit.target_checks import check_numbers
from ._fitted import MatrixLike
from ._targets import CountTargets, RegressionTargets, r2
from ._training_method import needs_stochastic_solver, training_method
from .network import LOSSES, OUT_ACTIVATIONS
from .network.activations import outputs_of_numbers


def _losses():
    """Return the names of the registered losses of numbers."""
    return [
        name
        for name, loss in LOSSES.items()
        if isinstance(name, str) and not loss.for_labels
    ]


class SimpleMLPRegressor(RegressorMixin, BaseSimpleMLP):
    """Multi-layer perceptron regressor, written from scratch on NumPy.

    Training minimises ::

        sum_i w_i * loss(y_i, f(x_i)) / W  +  alpha / (2 * W) * ||coefs||**2

    where f is the network, w are the sample weights and W is their sum. Losses are
    averaged over the outputs. With ``loss='sum_squared_error'``, the loss is a sum over
    the outputs, and neither term is divided by W. With `normalize_y`, the loss, the
    penalty and `tol` refer to the standardised targets.

    Targets may have one or several outputs. Parameters that scikit-learn's
    `MLPRegressor` also has mean the same here. By default, sigmoid units are trained by
    stochastic gradient descent on standardised targets.

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

    loss : {'squared_error', 'mean_squared_error', 'sum_squared_error', \
            'absolute_error', 'quantile', 'huber', 'poisson'}, default='squared_error'
        Loss function:

        - 'squared_error': half the squared error, averaged over samples and outputs.
        - 'mean_squared_error': the same, not halved.
        - 'sum_squared_error': half the squared error, summed over samples and outputs.
          The gradient of a minibatch is also a sum, so textbook learning rates apply.
        - 'absolute_error': the absolute error.
        - 'quantile': the pinball loss, to predict the `quantile` of y given X [5]_.
          `score` is R^2 all the same.
        - 'huber': half the squared error up to `huber_threshold`, and growing linearly
          beyond, so that outliers have a bounded influence [6]_.
        - 'poisson': half the Poisson deviance, for counts. Its output is exponential
          and starts at the mean of y.

        A loss of your own may be registered, see `network.LOSSES`.

    out_activation : {'identity', 'logistic', 'tanh', 'relu', 'leaky_relu', \
            'softplus'}, default='identity'
        Activation function of the output layer. 'logistic' suits targets from 0 to 1,
        'tanh' targets from -1 to 1, 'softplus' targets of at least 0. It must be
        'identity' with `loss='poisson'`. With 'logistic', 'tanh', 'softplus' and 'relu'
        (here only with `normalize_y`), and unless `init` or `coefs_init` is given, the
        output intercepts follow from `y`: predictions start around its mean, or 1% of
        the range from an end where the mean is nearer to it (of the deviation, without
        a range). The output coefs of 'tanh' are then drawn half as wide, those of
        'relu' 0.3 times as wide, and those of 'softplus' wider by the standard
        deviation of `y`, if it is above 1.

    normalize_y : bool, default=True
        Whether to train on standardised targets, (y - mean) / deviation, or y /
        deviation without intercepts. The weighted mean and standard deviation come from
        the training samples of the first call. 'absolute_error', 'quantile' and 'huber'
        take the median and the quartiles, which outliers hardly change: (y - median) /
        spread. The spread is the distance of the quartiles / 1.349, which is the
        standard deviation of normal targets. With `loss='poisson'` and intercepts, y is
        divided by its weighted mean. With 'relu' and 'leaky_relu' outputs, y is divided
        by its mean (or median), but at least half and at most all of its deviation (or
        spread), and not centred. Under other outputs, y is not scaled. With 'logistic',
        'tanh' and 'softplus' outputs, `tol` is multiplied by the variance of y instead
        (by the standard deviation s with 'absolute_error' and 'quantile', and by s *
        min(s, 1) with 'huber'), except for a validation score other than the loss.
        Predictions and `coefs_` are in the units of y.

    quantile : float, default=0.5
        Quantile that `loss='quantile'` predicts, above 0 and below 1. 0.5 is the
        median. Other losses ignore it, and warn if it is not 0.5.

    huber_threshold : float, default=1.0
        Error from which `loss='huber'` grows linearly, greater than 0. It is in spreads
        of y with `normalize_y` (see there), else in the units of y.

    solver : {'sgd', 'adam', 'lbfgs'}, default='sgd'
        Algorithm that minimises the loss:

        - 'sgd': stochastic gradient descent with momentum [2]_.
        - 'adam': gradient descent with steps scaled by running means of the gradient
          and its square [3]_.
        - 'lbfgs': quasi-Newton method on all samples at once; suits small data.

    alpha : float, 'auto' or a multiple such as '3*auto', default='auto'
        Strength of the L2 penalty on the coefs. Intercepts are not penalised. The
        effect does not depend on `batch_size`. 'auto' is w * min(0.3 * n_features *
        noise**1.5, n / 60) / n_outputs for n samples of mean weight w, where noise is
        the share of the variance of the targets that kernel ridge regression does not
        predict. The limit n / 60 is higher for more than n / 4 inputs, lower for fewer
        than 100 samples, and absent without hidden layers. The penalty is stronger for
        inputs that predict little, and weaker for inputs with a standard deviation
        below 1. With `out_activation` 'logistic', 'tanh' or 'softplus', it is
        multiplied by the same factor as `tol` (see `normalize_y`), and with 'softplus'
        divided by a standard deviation above 1. Unless all hidden layers are sigmoids,
        it is min(1.5 * n_features * noise**2, n / 60) instead, and the limit is up to 4
        times as high. Counts follow the rule of `SimpleMLPClassifier`, but with 1 in
        place of 0.4; alpha is up to 31 times as large, depending on how much they
        scatter. '3*auto' is three times as strong,
        for each input. A number penalises all inputs alike. `partial_fit` estimates
        'auto' from the rows of each call: if these are only a few of many, set a
        number.

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
        Initial learning rate. For 'sgd', 'auto' means min(0.05, 2.5 / width) with
        sigmoids and min(0.01, 1 / width) with other hidden layers, where width is the
        number of units in the last one; without hidden layers, it means min(0.006, 0.3
        / width), where width is 4 times the mean of 1 plus the sum of the squared
        inputs of a sample. For 'adam', it means 0.02 and 0.01, but 0.01 with several
        layers of sigmoids and 0.004 with several layers, some of them 'tanh'. With
        `out_activation='logistic'`, it means min(1, 30 / width) and 0.003; with 'tanh',
        it means 0.003 for 'adam'. With either and 'sgd', the rate is a quarter with
        'absolute_error' and 'quantile'; with other losses and at least 32 samples, it
        is divided by sqrt(4 * p * (1 - p)), but by 0.5 at the least, where p is the
        mean of y relative to the range (with several outputs, of the one nearest to the
        middle). With `loss='poisson'`, it means min(0.02, 0.6 / width) with sigmoids
        and min(0.002, 0.12 / width) with other hidden layers, and 0.003 for 'adam'.
        With hidden layers, the rate is divided by the root mean square of the inputs,
        if above 1, and further for more than 30 inputs that vary together. With Poisson
        loss, it is divided by the mean count, if above 1, and by 4 / n times the
        largest count relative to the mean (24 / n without hidden layers), if above 1.
        With other losses, the rate of 'sgd' is multiplied by sqrt(n_outputs), unless
        the loss is a sum over outputs. With minibatches of n < 32 rows (but not a full
        batch), and in calls of `partial_fit` with n < 32 rows, it is multiplied by n /
        32; in a fit on n < 6 samples, by n^2 / 32. It is lower if some samples outweigh
        their minibatches, and under squared error if a target is more than 6 standard
        deviations from the mean. With hidden layers that do not saturate, such as
        'relu', it is lower if a row of X is far from the others. `history_` records the
        rate of each epoch. 'lbfgs' has none.

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

    momentum : float, default=0.99
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
        receive the best model so far.

    validation_fraction : float, default=0.1
        Fraction of the samples to hold out if `fit` gets no `X_val` and `y_val`. An
        integer `random_state` gives the same split as in `train_test_split`.

    scoring : str, callable or None, default='loss'
        Score that early stopping monitors. 'loss' means the negative validation loss
        without penalty. None means R^2, or with `loss='quantile'` the same as 'loss'.
        Any other value is a scorer as in `sklearn.metrics.get_scorer`. If the held-out
        samples have weights, the scorer receives them as `sample_weight`.

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

    engine : {'auto', 'numpy', 'compiled'}, default='auto'
        Implementation of training and prediction. 'compiled' is an extension module,
        built when the package is installed if there is a C++ compiler. 'auto' is
        'compiled' where it was built, and 'numpy' otherwise, or with an activation or
        loss of your own. Both engines train the same models up to rounding, and each
        can continue the training of the other.

    Attributes
    ----------
    coefs_ : list of ndarray of shape (fan_in, fan_out)
        Weights of each layer, in the units of y. If they are edited, `partial_fit` and
        warm starts continue from them.

    intercepts_ : list of ndarray of shape (fan_out,)
        Biases of each layer, in the units of y.

    loss_ : float
        Loss of the last epoch, a mean over its minibatches, with the penalty of
        `alpha_`. With `normalize_y`, it is the loss of the standardised targets.

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
    SimpleMLPClassifier : Multi-layer perceptron classifier.
    sklearn.neural_network.MLPRegressor : Counterpart in scikit-learn.

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
    .. [5] R. Koenker and G. Bassett, "Regression quantiles", Econometrica 46 (1978).
    .. [6] P. J. Huber, "Robust estimation of a location parameter", The Annals of
       Mathematical Statistics 35 (1964).

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknn_simple import SimpleMLPRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> regressor = SimpleMLPRegressor((10,), random_state=0)
    >>> model = make_pipeline(StandardScaler(), regressor).fit(X, y)
    >>> print(f"{model.score(X, y):.1f}")
    0.6
    """

    _parameter_constraints = {
        **BaseSimpleMLP._parameter_constraints,
        "loss": [Names(CurrentNames(_losses))],
        "out_activation": [Names(CurrentNames(outputs_of_numbers))],
        "normalize_y": [BOOLEAN],
        "quantile": [BETWEEN_0_AND_1],
        "huber_threshold": [POSITIVE],
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
            "squared_error",
            "mean_squared_error",
            "sum_squared_error",
            "absolute_error",
            "quantile",
            "huber",
            "poisson",
        ] = "squared_error",
        out_activation: Literal[
            "identity", "logistic", "tanh", "relu", "leaky_relu", "softplus"
        ] = "identity",
        normalize_y: bool = True,
        quantile: float = 0.5,
        huber_threshold: float = 1.0,
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
        momentum: float = 0.99,
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
        engine: Literal["auto", "numpy", "compiled"] = "auto",
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.loss = loss
        self.out_activation = out_activation
        self.normalize_y = normalize_y
        self.quantile = quantile
        self.huber_threshold = huber_threshold
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
        self.engine = engine

    @needs_stochastic_solver
    @training_method
    def partial_fit(
        self, X: MatrixLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Train the network for one epoch on `X` and `y`.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets.

        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples. None gives every sample the weight 1.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        TypeError, ImportError
            As in `fit`.

        ValueError
            As in `fit`. Also with `early_stopping=True`.

        Warns
        -----
        ConvergenceWarning
            Once per stream each, if training diverges, and if y is more than a hundred
            spreads away from the y of the first call, whose scale `normalize_y` keeps.
        """
        self._check_partial_fit()
        self._train(X, y, sample_weight, mode=Mode.APPEND)
        return self

    def _make_targets(self, y, classes=None):
        option = LOSSES[self.loss].option
        if self.quantile != 0.5 and (option is None or option.name != "quantile"):
            warn_caller(
                f"quantile={self.quantile} has no effect with loss={self.loss!r}. Set "
                "loss='quantile' to predict this quantile."
            )
        is_identity = self.out_activation == "identity"
        n_outputs, squeeze = 1 if y.ndim == 1 else y.shape[1], y.ndim == 1
        if self.loss != "poisson":
            out = OUT_ACTIVATIONS[self.out_activation]
            is_scaled = self.normalize_y and out.homogeneous
            return RegressionTargets(
                n_outputs, squeeze, is_scaled, self.loss, self.out_activation
            )
        if not is_identity:
            raise ValueError(
                "out_activation must be left at 'identity' with loss='poisson', "
                f"whose output is exponential, got {self.out_activation!r}."
            )
        # The intercept of an exponential output brings the mean back.
        is_scaled = self.normalize_y and self.fit_intercept
        return CountTargets(n_outputs, squeeze, is_scaled)

    def score(
        self, X: MatrixLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> float:
        """Return the coefficient of determination R^2, as scikit-learn computes it.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            True targets, of any scale: the squares of huge or tiny numbers neither
            overflow nor vanish.

        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples. None gives every sample the weight 1.

        Returns
        -------
        score : float
            R^2: 1 for perfect predictions, 0 for predicting the mean of y.

        Raises
        ------
        NotFittedError, ValueError
            As in `predict`. Also if `y` does not match the training data, or if R^2
            would be infinite.
        """
        with strict_validation(y=y):
            check_numbers(y)
            floats = [np.float64, np.float32]
            y = check_array(y, ensure_2d=False, dtype=floats, input_name="y")
        prediction = self.predict(X)
        weights = weights_for_score(sample_weight, prediction)
        check_length(y, prediction)
        with naming("y", "sample_weight"):
            return r2(y, prediction, weights)

    @classmethod
    def from_coefs(
        cls,
        coefs: Sequence[ArrayLike],
        intercepts: Sequence[ArrayLike] | None = None,
        **params: Any,
    ) -> Self:
        """Make a fitted regressor from given weights.

        Pass ``normalize_y=False`` for the network of a textbook, whose steps of
        training are in the units of y. By default, the next training samples
        standardise y, and `explain_step` standardises it by its one sample.

        Parameters
        ----------
        coefs : list of array-like of shape (fan_in, fan_out)
            One array per layer, as in `coefs_`, in the units of y. They are copied.

        intercepts : list of array-like of shape (fan_out,), default=None
            Biases, as in `intercepts_`. They are copied. None makes a network without
            biases, with `fit_intercept=False`.

        **params : dict
            Parameters of the regressor, except `hidden_layer_sizes` and
            `fit_intercept`, which follow from the weights. With ``loss="poisson"``,
            `out_activation` may be left out or 'exp', the `out_activation_` of such a
            model.

        Returns
        -------
        regressor : SimpleMLPRegressor
            Fitted regressor. `partial_fit` and warm starts continue its training. A
            plain `fit` begins with new random weights: pass `coefs_init` to begin with
            these.

        Raises
        ------
        TypeError
            If `coefs` or `intercepts` are not lists of arrays.

        ValueError
            If the shapes do not fit each other, if a weight is not finite, or if a
            parameter is invalid.

        Examples
        --------
        >>> from sknn_simple import SimpleMLPRegressor
        >>> neuron = SimpleMLPRegressor.from_coefs([[[0.8]]])
        >>> neuron.predict([[1.0]])
        array([0.8])
        """
        options = params.get("loss"), params.get("out_activation")
        if options == ("poisson", "exp"):  # which the loss implies
            del params["out_activation"]
        regressor, parameters = estimator_of_shape(cls, coefs, intercepts, params)
        n_outputs = parameters.layer_sizes[-1]
        like_y = np.zeros(1) if n_outputs == 1 else np.zeros((1, n_outputs))
        return make_fitted(regressor, parameters, regressor._make_targets(like_y))

    def to_sklearn(self) -> MLPRegressor:
        """Convert to a fitted scikit-learn regressor with the same predictions.

        Returns
        -------
        regressor : sklearn.neural_network.MLPRegressor
            Fitted regressor with the same values of the parameters that both have. The
            skl2onnx package can convert it to ONNX.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted yet.

        ValueError
            If scikit-learn has no equivalent: for an `out_activation` other than
            'identity', for the `activation` 'leaky_relu', 'softplus' or several, and
            before scikit-learn 1.7 for `loss='poisson'`.

        Notes
        -----
        `alpha='auto'`, and a multiple of it, become `alpha_`, without the factors for
        single inputs. Other values 'auto' and 'full' become scikit-learn's defaults. A
        regressor trained with another loss than 'poisson' continues with squared error.
        """
        check_is_fitted(self)
        has_losses = "loss" in MLPRegressor().get_params()
        known = ("identity", "exp") if has_losses else ("identity",)
        if self.out_activation_ not in known:
            raise ValueError(
                "scikit-learn's MLPRegressor has no equivalent of out_activation="
                f"{self.out_activation_!r}, only of 'identity' and of loss='poisson' "
                f"(since scikit-learn 1.7; this is {sklearn.__version__})."
            )
        regressor = to_sklearn(self, MLPRegressor)
        if has_losses and self.out_activation_ == "identity":
            regressor.loss = "squared_error"
        return regressor

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
