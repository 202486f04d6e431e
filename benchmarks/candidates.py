"""The table of candidates: the defaults, and other values of each, next to peers."""

import time

import numpy as np
from sklearn import datasets
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.metrics import log_loss
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

EARLIER = {
    "alpha": 1e-4,
    "average": False,
    "max_iter": 200,
    "n_iter_no_change": 10,
    "momentum": 0.9,
}
"""Rules of an earlier version, which are those of many libraries."""


def variants(kind, **candidates):
    """Return estimators that differ from the defaults in a few parameters each."""
    return {
        name.replace("_", " "): kind(random_state=0, **params)
        for name, params in {"defaults": {}, **candidates}.items()
    }


CLASSIFIERS = {
    "MLPClassifier": MLPClassifier(random_state=0),
    "HistGradientBoosting": HistGradientBoostingClassifier(random_state=0),
    **variants(
        SimpleMLPClassifier,
        earlier_rules={"learning_rate_init": 0.1, **EARLIER},
        last_weights={"average": False},
        alpha_of_1e_4={"alpha": 1e-4},
        alpha_of_1={"alpha": 1.0},
        rate_of_one_tenth={"learning_rate_init": 0.1},
        patience_of_10_epochs={"n_iter_no_change": 10},
        no_patience={"n_iter_no_change": np.inf},
        Glorots_initial_weights={"init": "glorot_uniform"},
        early_stopping={"early_stopping": True},
        early_stopping_on_accuracy={"early_stopping": True, "scoring": None},
        adam={"solver": "adam"},
    ),
}
REGRESSORS = {
    "MLPRegressor": MLPRegressor(random_state=0),
    "HistGradientBoosting": HistGradientBoostingRegressor(random_state=0),
    **variants(
        SimpleMLPRegressor,
        earlier_rules={"learning_rate_init": 0.005, **EARLIER},
        last_weights={"average": False},
        alpha_of_1e_4={"alpha": 1e-4},
        alpha_of_1={"alpha": 1.0},
        momentum_of_nine_tenths={"momentum": 0.9},
        twice_the_rate={"learning_rate_init": 0.05},
        patience_of_10_epochs={"n_iter_no_change": 10},
        no_patience={"n_iter_no_change": np.inf},
        early_stopping={"early_stopping": True},
        adam={"solver": "adam"},
    ),
}


def make_spirals():
    """Two noisy spirals of one and a half turns."""
    rng = np.random.RandomState(0)
    angle = 3 * np.pi * np.sqrt(rng.random_sample(400))
    y = rng.randint(0, 2, 400)
    turned = angle + np.pi * y
    X = angle[:, None] * np.column_stack([np.cos(turned), np.sin(turned)])
    return X + 0.2 * rng.standard_normal(X.shape), y


def make_checkers():
    """A board of two by two."""
    X = np.random.RandomState(0).uniform(-1, 1, (400, 2))
    return X, (X[:, 0] * X[:, 1] > 0).astype(int)


TOYS = {
    "moons, 8": (datasets.make_moons(400, noise=0.15, random_state=0), (8,)),
    "moons": (datasets.make_moons(400, noise=0.15, random_state=0), (100,)),
    "circles": (
        datasets.make_circles(400, noise=0.1, factor=0.5, random_state=0),
        (100,),
    ),
    "checkers, 8": (make_checkers(), (8,)),
    "spirals": (make_spirals(), (100,)),
    "spirals, 32, 32": (make_spirals(), (32, 32)),
}
XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])


def with_width(estimator, sizes, seed=0):
    """A copy with other hidden layers."""
    return type(estimator)(**estimator.get_params()).set_params(
        hidden_layer_sizes=sizes, random_state=seed
    )


def cross_validated(estimator, X, y):
    """Mean score, mean log-loss (NaN for a regressor), and fit time in all, s."""
    is_classifier = hasattr(estimator, "predict_proba")
    split = (StratifiedKFold if is_classifier else KFold)(3, shuffle=True)
    split.random_state = 0
    scores, losses, seconds = [], [], 0.0
    for train, test in split.split(X, y):
        scaler = StandardScaler().fit(X[train])
        begun = time.perf_counter()
        estimator.fit(scaler.transform(X[train]), y[train])
        seconds += time.perf_counter() - begun
        held_out = scaler.transform(X[test])
        scores.append(estimator.score(held_out, y[test]))
        if is_classifier:
            losses.append(log_loss(y[test], estimator.predict_proba(held_out)))
    return np.mean(scores), np.mean(losses) if losses else np.nan, seconds


def print_table(title, estimators, loaders, rival):
    """Means over the data sets; `rival` is the name of the peer to compare with."""
    print(f"\n{title}")
    print(f"{'':36}{'score':>8}{'log-loss':>10}{'worse':>7}{'fit, s':>8}")
    results = {
        name: np.array([cross_validated(estimator, *load()) for load in loaders])
        for name, estimator in estimators.items()
    }
    for name, result in results.items():
        n_worse = int((result[:, 0] < results[rival][:, 0] - 0.01).sum())
        score, loss, _ = result.mean(axis=0)
        print(
            f"{name:36}{score:8.4f}{loss:10.3f}{n_worse:7d}{result[:, 2].sum():8.1f}",
            flush=True,
        )


def print_toys():
    """Accuracy on each toy, and the number of seeds of ten that solve XOR."""
    print("\nToys: accuracy; of XOR, seeds of ten that solve it")
    names = ("XOR, 4", "XOR", *TOYS)
    print(f"{'':36}" + "".join(f"{name:>17}" for name in names))
    for name, estimator in CLASSIFIERS.items():
        if name == "HistGradientBoosting" or estimator.get_params().get(
            "early_stopping"
        ):
            continue  # it has no units; early stopping needs more than four rows
        solved = (
            sum(
                with_width(estimator, sizes, seed).fit(*XOR).score(*XOR) == 1
                for seed in range(10)
            )
            for sizes in ((4,), (100,))
        )
        accuracies = (
            cross_validated(with_width(estimator, sizes), *data)[0]
            for data, sizes in TOYS.values()
        )
        print(
            f"{name:36}"
            + "".join(f"{n:17d}" for n in solved)
            + "".join(f"{accuracy:17.3f}" for accuracy in accuracies),
            flush=True,
        )


def print_candidates(classification, regression):
    """Print the tables; `classification` and `regression` map names to loaders."""
    print("Columns: mean score and log-loss over the data sets; data sets on which the")
    print("score is worse than the peer's by more than 0.01; fit time in all.")
    print_table(
        "Accuracy; the peer is MLPClassifier",
        CLASSIFIERS,
        classification.values(),
        "MLPClassifier",
    )
    print_table(
        "R^2; the peer is HistGradientBoosting",
        REGRESSORS,
        regression.values(),
        "HistGradientBoosting",
    )
    print_toys()
