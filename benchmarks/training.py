"""One training, in the terms of this library and of scikit-learn."""

import importlib
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

from cases import ENGINES, Agreement, Rival
from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.network import draw_parameters

SEED = 1
# The modules of rivals that are no estimators, but loops for any such training.
LOOPS = {"JAX": "jax_loop", "C++ loop": "bare_loop"}


@dataclass(frozen=True, eq=False)
class Training:
    """Sigmoid hidden layers, trained for a number of epochs or L-BFGS iterations.

    y : labels, integers from 0 on, for a classifier; or numbers for a regressor
    sigmoid_output : squared error of a sigmoid output, as the tutorials train; or
        else log-loss for labels, and squared error of an identity output for numbers
    solver : 'sgd', or 'lbfgs', which ignores batches, rates and momentum
    """

    X: np.ndarray
    y: np.ndarray
    hidden_layer_sizes: tuple
    n_epochs: int
    batch_size: int | str = "auto"
    learning_rate: float = 0.1
    momentum: float = 0.0
    alpha: float = 0.0
    shuffle: bool = True
    init: str = "glorot_uniform"
    fit_intercept: bool = True
    sigmoid_output: bool = False
    solver: str = "sgd"

    def but(self, **changes):
        """The same training but for some changes."""
        return replace(self, **changes)

    def as_checked(self, **changes):
        """The training in which the rivals are compared.

        Each has its own random order of the rows, and scikit-learn's penalty depends
        on the batch size: so there is neither.
        """
        return self.but(shuffle=False, alpha=0.0, **changes)

    @property
    def of_numbers(self):
        """Whether it is regression."""
        return self.y.dtype.kind == "f"

    @property
    def Y(self):  # noqa: N802
        """The targets as a matrix, as the loops take them."""
        if self.sigmoid_output:
            return self.y[:, None].astype(self.X.dtype)
        return np.eye(self.layer_sizes[-1], dtype=self.X.dtype)[self.y]

    @property
    def layer_sizes(self):
        """Inputs, hidden units, and outputs."""
        n_classes = 1 if self.of_numbers else len(np.unique(self.y))
        n_outputs = n_classes if n_classes > 2 else 1
        return self.X.shape[1], *self.hidden_layer_sizes, n_outputs

    def start(self):
        """The initial Parameters: those that `SEED` gives ours and scikit-learn's."""
        return draw_parameters(
            self.layer_sizes,
            np.random.RandomState(SEED),
            init=self.init,
            activation="logistic",
            fit_intercept=self.fit_intercept,
            dtype=self.X.dtype,
        )

    def parameters(self):
        """What ours and scikit-learn's estimators both take."""
        return {
            "hidden_layer_sizes": self.hidden_layer_sizes,
            "activation": "logistic",
            "solver": self.solver,
            "learning_rate_init": self.learning_rate,
            "momentum": self.momentum,
            "nesterovs_momentum": True,
            "alpha": self.alpha,
            "batch_size": self.batch_size,
            "shuffle": self.shuffle,
            "random_state": SEED,
            "max_iter": self.n_epochs,
            # As many epochs as max_iter says, whatever the loss does.
            "tol": 0.0,
            "n_iter_no_change": np.inf,
        }


def ours(training, engine):
    """The estimator of this library."""
    parameters = {
        **training.parameters(),
        "init": training.init,
        "fit_intercept": training.fit_intercept,
        "average": False,
        "engine": engine,
    }
    if training.of_numbers:
        return SimpleMLPRegressor(
            **parameters,
            out_activation="logistic" if training.sigmoid_output else "identity",
            normalize_y=False,
        )
    loss = "squared_error" if training.sigmoid_output else "log_loss"
    return SimpleMLPClassifier(**parameters, loss=loss)


def scikit_learn(training):
    """Its estimator, which has no sigmoid output and always has biases."""
    rival = MLPRegressor if training.of_numbers else MLPClassifier
    return rival(**training.parameters())


def estimators(training, chosen):
    """An estimator of each chosen rival that has one, by name."""
    makers = {engine: partial(ours, training, engine) for engine in ENGINES}
    makers["scikit-learn"] = lambda: scikit_learn(training)
    if {"PyTorch", "skorch"} & set(chosen):
        import peers

        makers["PyTorch"] = lambda: peers.TorchMLP.of(training)
        makers["skorch"] = lambda: peers.skorch_net(training)
    return {name: make() for name, make in makers.items() if name in chosen}


def weights(estimator):
    """All arrays of a fitted estimator, without the zeros that are no biases."""
    if hasattr(estimator, "module_"):
        import peers

        return peers.arrays(estimator.module_)
    has_intercepts = getattr(estimator, "fit_intercept", True)
    return [*estimator.coefs_, *(estimator.intercepts_ if has_intercepts else [])]


def targets(training, name):
    """Y as the rival of this name takes it: skorch's regressor, as a column."""
    return training.Y if name == "skorch" and training.sigmoid_output else training.y


def learned(training, chosen):
    """Functions that train a chosen rival, and return its weights, by name."""

    def train(name, rival):
        return weights(rival.fit(training.X, targets(training, name)))

    functions = {
        name: partial(train, name, rival)
        for name, rival in estimators(training, chosen).items()
    }
    for name, module in LOOPS.items():
        if name in chosen:
            functions[name] = importlib.import_module(module).trainer(training)
    return functions


def agreement(what, training, chosen, tolerance=None):
    """That the chosen rivals end with the same weights."""
    return Agreement(what, learned(training, chosen), tolerance)


def agreements(what, training, chosen, tolerance=None):
    """That they do: all of them, and those with the same penalty with it."""
    alike = [name for name in chosen if name != "scikit-learn"]
    penalised = training.but(shuffle=False)
    return [
        agreement(what, training.as_checked(), chosen, tolerance),
        agreement(f"{what}, with penalty", penalised, alike, tolerance),
    ]


def fits(training, chosen, fewer):
    """Rivals that fit; `fewer` has the epochs of those that do fewer."""
    rivals = {}
    for name in chosen:
        n_epochs = fewer.get(name, training.n_epochs)
        for run in learned(training.but(n_epochs=n_epochs), [name]).values():
            rivals[name] = Rival(run, n_epochs)
    return rivals
