"""SimpleMLPRegressor: a multi-layer perceptron that predicts numbers."""

import numpy as np
from sklearn.base import RegressorMixin, _fit_context
from sklearn.callback import with_callbacks
from sklearn.neural_network import MLPRegressor
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from ._base import BaseSimpleMLP, all_or_nothing, solver_is_stochastic
from ._conversion import layer_arrays, make_fitted, to_sklearn
from ._targets import RegressionTargets
from .network import ACTIVATIONS


class SimpleMLPRegressor(RegressorMixin, BaseSimpleMLP):
    """DOC"""

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
    @_fit_context(prefer_skip_nested_validation=True)
    @all_or_nothing
    @with_callbacks
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
        ValueError
            As `fit` does; also with `early_stopping=True`.
        """
        return self._partial_fit(X, y, sample_weight)

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
            normalize=self.normalize_y and out_activation == "identity",
        )

    def predict(self, X):
        """Predict numbers.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        """
        raw_prediction = self._raw_prediction(X)
        return self._targets.predict(raw_prediction)

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

        Examples
        --------
        >>> from sknn_simple import SimpleMLPRegressor
        >>> neuron = SimpleMLPRegressor.from_coefs([[[0.8]]])
        >>> neuron.predict([[1.0]])
        array([0.8])
        """
        coefs, intercepts_given = layer_arrays(coefs, intercepts)
        hidden_layer_sizes = tuple(coef.shape[1] for coef in coefs[:-1])
        regressor = cls(
            hidden_layer_sizes, fit_intercept=intercepts is not None, **params
        )
        n_outputs = coefs[-1].shape[1]
        like_y = np.zeros(1) if n_outputs == 1 else np.zeros((1, n_outputs))
        targets = regressor._make_targets(like_y)
        return make_fitted(regressor, coefs, intercepts_given, targets)

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
