"""W3, a grid search over rates and epochs; and a search in one and two threads."""

import joblib
import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from cases import ENGINES, Agreement, Case, Required, Rival, faster
from training import Training, estimators, ours, weights

from .layers import standardised_digits

RATES = (0.003, 0.01, 0.03, 0.1, 0.3)
EPOCHS = (50, 100, 200, 400)
# What the rate and the epochs are called, where not as in scikit-learn.
NAMES = {"skorch": ("lr", "max_epochs")}
# PyTorch and skorch search this part of the grid; their times are scaled by epochs.
PART = (RATES[1:2], EPOCHS[:2])
SHARE = len(PART[0]) * sum(PART[1]) / (len(RATES) * sum(EPOCHS))


def pipeline(estimator):
    """The estimator after a scaler."""
    return Pipeline([("scale", StandardScaler()), ("network", estimator)])


def search(name, estimator, rates, epochs):
    """A search by five folds; no refit, which depends on the rate that wins."""
    rate, n_epochs = NAMES.get(name, ("learning_rate_init", "max_iter"))
    grid = {f"network__{rate}": rates, f"network__{n_epochs}": epochs}
    return GridSearchCV(pipeline(estimator), grid, cv=5, refit=False)


def fitted_weights(estimator, X, y):
    """Those of a network after a scaler."""
    return weights(clone(pipeline(estimator)).fit(X, y)["network"])


def iris(chosen, quick):
    """W3."""
    X, y = load_iris(return_X_y=True)
    training = Training(
        X,
        y,
        hidden_layer_sizes=(10,),
        n_epochs=20,
        batch_size=16,
        learning_rate=0.1,
        momentum=0.9,
        alpha=1e-4,
    )
    rivals = {}
    for name, estimator in estimators(training, chosen).items():
        whole = not quick and name not in ("PyTorch", "skorch")
        grid = (RATES, EPOCHS) if whole else PART if not quick else ((0.1,), (10,))
        share = 1 if whole else SHARE if not quick else 10 / (5 * sum(EPOCHS))
        searching = search(name, estimator, *grid)
        rivals[name] = Rival(lambda s=searching: s.fit(X, y), share)
    learned = {
        name: lambda e=estimator: fitted_weights(e, X, y)
        for name, estimator in estimators(training.as_checked(), chosen).items()
    }
    return [
        Case(
            "W3",
            "grid search",
            "search",
            rivals,
            repeats=3,
            agreements=[Agreement("weights after the scaler, 20 epochs", learned)],
            required=faster(numpy=3, numba=15),
            note=f"PyTorch and skorch search {SHARE:.0%} of the grid, counted in "
            "epochs; their times are scaled.",
        )
    ]


def threads(chosen, quick):
    """The GIL is free while compiled loops run, so that threads work side by side."""
    X, y = standardised_digits(quick)
    training = Training(
        X,
        y,
        hidden_layer_sizes=(100,),
        n_epochs=2 if quick else 20,
        batch_size=32,
        learning_rate=0.1,
        momentum=0.9,
        alpha=1e-4,
    )
    engines = [name for name in ENGINES if name in chosen]
    rivals, agreements, required = {}, [], []
    for engine in engines:
        searching = {
            n_jobs: threaded_search(training, engine, n_jobs) for n_jobs in (1, 2)
        }
        rivals[engine] = Rival(searching[1])
        rivals[f"{engine}, 2 threads"] = Rival(searching[2])
        scores = {f"{engine}, {n} threads": run for n, run in searching.items()}
        agreements.append(Agreement("scores", scores, tolerance=1e-15))
        least = {"numpy": 1, "numba": 1.5}[engine]
        required.append(Required(f"{engine}, 2 threads", engine, at_least=least))
    return [
        Case(
            "threads",
            "search over 4 rates, 3 folds",
            "search",
            rivals,
            repeats=5,
            agreements=agreements,
            required=required,
            note="joblib.parallel_config('threading', n_jobs=2); one BLAS thread each.",
        )
    ]


def threaded_search(training, engine, n_jobs):
    """A function that searches with `n_jobs` threads, and returns its scores."""
    grid = {"learning_rate_init": [0.01, 0.03, 0.1, 0.3]}

    def run():
        with joblib.parallel_config("threading", n_jobs=n_jobs):
            searching = GridSearchCV(ours(training, engine), grid, cv=3, refit=False)
            searching.fit(training.X, training.y)
        return [np.array(searching.cv_results_["mean_test_score"])]

    return run
