"""SimpleMLPRegressor: a multi-layer perceptron that predicts numbers."""

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.neural_network import MLPRegressor
from sklearn.utils import check_array
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from ._base import BaseSimpleMLP, solver_is_stochastic, trains
from ._conversion import check_not_given, layer_parameters, make_fitted, to_sklearn
from ._fit.session import Mode
from ._targets import RegressionTargets, r2
from .network import ACTIVATIONS


class SimpleMLPRegressor(RegressorMixin, BaseSimpleMLP):
    r"""Multi-layer perceptron that predicts numbers, written from scratch on NumPy.

    One number a sample or several. Parameters that scikit-learn's `MLPRegressor` has
    too mean the same here; the defaults are sigmoids, trained by stochastic gradient
    descent on standardised targets.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default=(100,)
        Units in each hidden layer. `()` has none: a linear model.

    activation : {'logistic', 'tanh', 'relu', 'identity'}, default='logistic'
        Of the hidden units.

    loss : {'squared_error', 'absolute_error', 'poisson'}, default='squared_error'
        Half the squared error, the absolute error, or half the Poisson deviance, which
        is for counts, and has an exponential output that begins at the mean of y.

    out_activation : {'identity', 'logistic', 'tanh', 'relu'}, default='identity'
        Activation of the output. 'logistic' learns targets from 0 to 1, 'tanh' from -1
        to 1. With 'poisson' leave it at 'identity'.

    normalize_y : bool, default=True
        Whether to train on (y - mean) / deviation, by the weighted mean and deviation
        of the training rows of the first call; without intercepts, on y / deviation.
        Only an identity output can; predictions and `coefs_` are in the units of y.

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
        Learning rate. 'auto' is 0.003 for 'adam'. For 'sgd' it is
        min(0.05, 0.5 / width), where width is that of the last hidden layer; with
        `out_activation='logistic'` min(1, 30 / width), with 'poisson'
        min(0.003, 0.1 / width). `history_` records what was used. With 'lbfgs' there is
        none.

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
        Callbacks are then shown the best model so far.

    validation_fraction : float, default=0.1
        Share of the samples to hold out if `fit` is not given `X_val` and `y_val`. An
        integer `random_state` holds out what `train_test_split` does with it.

    scoring : str, callable or None, default=None
        What early stopping watches: None is R^2, 'loss' is minus the validation
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

    engine : {'auto', 'numpy', 'numba'}, default='auto'
        What 'sgd' and 'adam' compute with. 'numba' (extra `fast`) compiles the same
        steps to fused loops, for dense `X`; the first fit of a dtype takes some
        seconds for it, once a machine, and says so on stderr. 'auto' is 'numba' where
        that is installed and `X` is dense, else 'numpy'. Models are the same to
        rounding, and one engine goes on with those of the other.

    Attributes
    ----------
    coefs_ : list of ndarray of shape (fan_in, fan_out)
        Weights of each layer, in the units of y.

    intercepts_ : list of ndarray of shape (fan_out,)
        Biases of each layer, in the units of y.

    loss_ : float
        The loss of the last epoch, which is the mean over its minibatches; with
        `normalize_y`, of the standardised targets.

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
    SimpleMLPClassifier : Predicts labels.
    sklearn.neural_network.MLPRegressor : scikit-learn's own.

    Notes
    -----
    The objective, with w the sample weights, W their sum and f the network, is ::

        sum_i w_i * loss(y_i, f(x_i)) / W  +  alpha / (2 * W) * ||coefs||**2

    where each loss is averaged over outputs. With `normalize_y`, the loss, `tol` and
    the penalty are those of the standardised targets.

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
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknn_simple import SimpleMLPRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> regressor = SimpleMLPRegressor((10,), max_iter=500, random_state=0)
    >>> model = make_pipeline(StandardScaler(), regressor).fit(X, y)
    >>> print(f"{model.score(X, y):.1f}")
    0.6
    """

    _parameter_constraints = {
        **BaseSimpleMLP._parameter_constraints,
        "loss": [StrOptions({"squared_error", "absolute_error", "poisson"})],
        "out_activation": [StrOptions(set(ACTIVATIONS))],
        "normalize_y": ["boolean"],
    }

    def __init__(
        self,
        hidden_layer_sizes=(100,),
        activation="logistic",
        *,
        loss="squared_error",
        out_activation="identity",
        normalize_y=True,
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
        engine="auto",
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.loss = loss
        self.out_activation = out_activation
        self.normalize_y = normalize_y
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
        self.engine = engine

    @available_if(solver_is_stochastic)
    @trains
    def partial_fit(self, X, y, sample_weight=None):
        """Train the network for one epoch on `X` and `y`.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        y : array-like of shape (n_samples,) or (n_samples, n_outputs)

        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        self : object

        Raises
        ------
        TypeError, ImportError
            As `fit` does.

        ValueError
            As `fit` does; also with `early_stopping=True`.
        """
        self._check_partial_fit()
        self._train(X, y, sample_weight, mode=Mode.APPEND)
        return self

    def _make_targets(self, y, classes=None):
        out_activation = self.out_activation
        if self.loss == "poisson":
            if out_activation != "identity":
                raise ValueError(
                    "out_activation must be left at 'identity' with loss='poisson', "
                    f"whose output is exponential, got {out_activation!r}."
                )
            out_activation = "exp"
        return RegressionTargets(
            n_outputs=1 if y.ndim == 1 else y.shape[1],
            squeeze=y.ndim == 1,
            loss=self.loss,
            out_activation=out_activation,
            is_scaled=self.normalize_y and out_activation == "identity",
        )

    def predict(self, X):
        """Predict numbers.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)

        Raises
        ------
        NotFittedError
            Before the first `fit`.

        ValueError
            If `X` is not as in `fit`, or too large for the network.
        """
        raw_prediction = self._raw_prediction(X)
        return self._targets.predict(raw_prediction)

    def score(self, X, y, sample_weight=None):
        """Coefficient of determination R^2 of the predictions, as scikit-learn's.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            May be of any scale: squares of huge or tiny numbers do no harm.

        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        score : float

        Raises
        ------
        NotFittedError
            Before the first `fit`.

        ValueError
            If `X` or `y` are not as in `fit`, or R^2 would be infinite.
        """
        floats = [np.float64, np.float32]
        with np.errstate(invalid="ignore"):  # it adds y up
            y = check_array(y, ensure_2d=False, dtype=floats, input_name="y")
        return r2(y, self.predict(X), sample_weight)

    @classmethod
    def from_coefs(cls, coefs, intercepts=None, **params):
        """Make a fitted regressor from weights that were trained anywhere.

        Parameters
        ----------
        coefs : list of array-like of shape (fan_in, fan_out)
            One array a layer, as in `coefs_`: in the units of y. They are copied.

        intercepts : list of array-like of shape (fan_out,), default=None
            None makes a network without biases, `fit_intercept=False`.

        **params : dict
            Parameters of the regressor other than `hidden_layer_sizes` and
            `fit_intercept`, which the weights tell.

        Returns
        -------
        regressor : SimpleMLPRegressor
            It predicts, and goes on training by `partial_fit` and `warm_start`.

        Raises
        ------
        TypeError
            If `coefs` or `intercepts` are no lists of arrays.

        ValueError
            If their shapes do not fit together, if they are not finite, or if a
            parameter is not as it should be.

        Examples
        --------
        >>> from sknn_simple import SimpleMLPRegressor
        >>> neuron = SimpleMLPRegressor.from_coefs([[[0.8]]])
        >>> neuron.predict([[1.0]])
        array([0.8])
        """
        check_not_given(params)
        parameters = layer_parameters(coefs, intercepts)
        regressor = cls(
            parameters.layer_sizes[1:-1],
            fit_intercept=parameters.fit_intercept,
            **params,
        )
        n_outputs = parameters.layer_sizes[-1]
        like_y = np.zeros(1) if n_outputs == 1 else np.zeros((1, n_outputs))
        return make_fitted(regressor, parameters, regressor._make_targets(like_y))

    def to_sklearn(self):
        """Make the scikit-learn regressor that predicts the same.

        Returns
        -------
        regressor : sklearn.neural_network.MLPRegressor
            Fitted, with the same parameters where it has them. Through skl2onnx it
            can go on to ONNX.

        Raises
        ------
        ValueError
            If there is none, for an `out_activation` other than identity.
        """
        check_is_fitted(self)
        if self.out_activation_ not in ("identity", "exp"):
            raise ValueError(
                "scikit-learn's MLPRegressor has no equivalent of out_activation="
                f"{self.out_activation_!r}, only of 'identity' and of loss='poisson'."
            )
        regressor = to_sklearn(self, MLPRegressor)
        if self.out_activation_ == "identity":
            regressor.loss = "squared_error"
        return regressor

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
