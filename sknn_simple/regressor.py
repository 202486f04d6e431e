"""SimpleMLPRegressor: a multi-layer perceptron that predicts numbers."""

from sklearn.base import RegressorMixin, _fit_context
from sklearn.callback import with_callbacks
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.metaestimators import available_if

from ._base import BaseSimpleMLP, all_or_nothing, solver_is_stochastic
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

    def _make_targets(self, y, classes):
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

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
