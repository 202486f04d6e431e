"""The table of candidates: each rule of training next to its peers."""

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

from candidate import CandidateClassifier, CandidateRegressor
from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

AVERAGED = {"averages": True, "n_epochs": 100, "n_updates": 2000}
BY_FEATURES = AVERAGED | {"alpha_by_features": 0.03, "gain": 2.0}
CLASSIFIERS = {
    "library's defaults": SimpleMLPClassifier(random_state=0),
    "MLPClassifier": MLPClassifier(random_state=0),
    "HistGradientBoosting": HistGradientBoostingClassifier(random_state=0),
    "200 epochs": CandidateClassifier(),
    "rate 0.02, alpha 0.3": CandidateClassifier(rate=0.02, alpha=0.3),
    "averaged": CandidateClassifier(**AVERAGED),
    "averaged, rate 0.3, alpha 0.3": CandidateClassifier(
        rate=0.3, alpha=0.3, **AVERAGED
    ),
    "and alpha by features": CandidateClassifier(
        rate=0.3, **BY_FEATURES | {"gain": 1.0}
    ),
    "and initial weights doubled": CandidateClassifier(rate=0.3, **BY_FEATURES),
    "and rate 1, decaying": CandidateClassifier(
        rate=1.0, decay_rows=32000, **BY_FEATURES
    ),
}
FAST = {"rate": 0.05, "rate_times_width": 5.0, "momentum": 0.99}
REGRESSORS = {
    "library's defaults": SimpleMLPRegressor(random_state=0),
    "MLPRegressor": MLPRegressor(random_state=0),
    "HistGradientBoosting": HistGradientBoostingRegressor(random_state=0),
    "200 epochs": CandidateRegressor(rate=0.05, rate_times_width=0.5),
    "averaged": CandidateRegressor(rate=0.05, rate_times_width=0.5, **AVERAGED),
    "momentum 0.99, rate 0.05, alpha 1": CandidateRegressor(alpha=1.0, **FAST),
    "and averaged": CandidateRegressor(alpha=1.0, **FAST, **AVERAGED),
    "and alpha by features": CandidateRegressor(
        **FAST, **AVERAGED, alpha_by_features=0.1
    ),
    "and initial weights doubled": CandidateRegressor(
        **FAST, **BY_FEATURES | {"alpha_by_features": 0.1}
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
        if name == "HistGradientBoosting":
            continue
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
