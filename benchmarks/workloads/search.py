"""W3, a grid search over rates and epochs; and a search in one and two threads."""

from functools import partial

import joblib
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from cases import ENGINES, Agreement, Case, Required, Rival, faster
from sknn_simple.model_selection import EpochSearchCV
from training import Training, estimators, ours, weights

from .layers import standardised_digits

RATES = (0.003, 0.01, 0.03, 0.1, 0.3)
EPOCHS = (50, 100, 200, 400)
TWO_THREADS = {"backend": "threading", "n_jobs": 2}
# What the rate and the epochs are called, where not as in scikit-learn.
NAMES = {"skorch": ("lr", "max_epochs")}
# The part of the grid that slow rivals search; their times are scaled by epochs.
PARTS = {
    "scikit-learn": (RATES[1:2], EPOCHS),
    "PyTorch": (RATES[1:2], EPOCHS[:2]),
    "skorch": (RATES[1:2], EPOCHS[:2]),
}


def pipeline(estimator):
    """The estimator after a scaler."""
    return Pipeline([("scale", StandardScaler()), ("network", estimator)])


def search(name, estimator, rates, epochs, kind=GridSearchCV):
    """A search by five folds; no refit, which depends on the rate that wins."""
    rate, n_epochs = NAMES.get(name, ("learning_rate_init", "max_iter"))
    grid = {f"network__{rate}": rates, f"network__{n_epochs}": epochs}
    return kind(pipeline(estimator), grid, cv=5, refit=False)


def share(rates, epochs):
    """What part of the whole grid's epochs these are."""
    return len(rates) * sum(epochs) / (len(RATES) * sum(EPOCHS))


def fitted_weights(estimator, X, y):
    """Those of a network after a scaler."""
    return weights(clone(pipeline(estimator)).fit(X, y)["network"])


def scores(searching, X, y):
    """Those of all candidates on all folds, as arrays."""
    results = searching.fit(X, y).cv_results_
    return [results[f"split{i}_test_score"] for i in range(searching.n_splits_)]


def iris(chosen, quick):
    """W3, for the engines also in one training for all numbers of epochs."""
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
    rivals, agreements, required = {}, [], faster(numpy=3, compiled=15)
    for name, estimator in estimators(training, chosen).items():
        rates, epochs = PARTS.get(name, (RATES, EPOCHS))
        if quick:
            rates, epochs = RATES[:1], (5, 10)
        searching = search(name, estimator, rates, epochs)
        rivals[name] = Rival(partial(searching.fit, X, y), share(rates, epochs))
        if name in ENGINES:
            shared = f"{name}, EpochSearchCV"
            sharing = search(name, estimator, rates, epochs, EpochSearchCV)
            rivals[shared] = Rival(partial(sharing.fit, X, y), share(rates, epochs))
            both = {name: searching, shared: sharing}
            both = {name: partial(scores, one, X, y) for name, one in both.items()}
            agreements.append(Agreement("scores of the search", both, tolerance=1e-15))
            required.append(Required(shared, name, at_least=1.6))
    required.append(Required("compiled, EpochSearchCV", "scikit-learn", at_least=40))
    learned = {
        name: partial(fitted_weights, estimator, X, y)
        for name, estimator in estimators(training.as_checked(), chosen).items()
    }
    return [
        Case(
            "W3",
            "grid search",
            "search",
            rivals,
            repeats=5,
            agreements=[
                Agreement("weights after the scaler, 20 epochs", learned),
                *agreements,
            ],
            required=required,
            note="Of the grid, counted in epochs, slow rivals search a part: "
            + ", ".join(f"{name} {share(*part):.0%}" for name, part in PARTS.items())
            + ". Their times are scaled.",
        )
    ]


def threads(chosen, quick):
    """The GIL is free while compiled loops run, so that threads work side by side."""
    training = training_on_digits(2 if quick else 20, quick)
    rivals, agreements = {}, []
    for engine in (name for name in ENGINES if name in chosen):
        runs = {
            engine: searching(training, engine, n_jobs=1),
            f"{engine}, 2 threads": searching(training, engine, **TWO_THREADS),
        }
        rivals |= {name: Rival(run) for name, run in runs.items()}
        agreements.append(Agreement("scores", runs, tolerance=1e-15))
    return [
        Case(
            "threads",
            "search over 4 rates, 3 folds",
            "search",
            rivals,
            repeats=5,
            agreements=agreements,
            # The NumPy engine holds the GIL between its many short calls.
            required=[Required("compiled, 2 threads", "compiled", at_least=1.5)],
            note="joblib.parallel_config('threading', n_jobs=2); one BLAS thread each.",
        )
    ]


def training_on_digits(n_epochs, quick):
    """The training in searches on digits."""
    return Training(
        *standardised_digits(quick),
        hidden_layer_sizes=(100,),
        n_epochs=n_epochs,
        batch_size=32,
        learning_rate=0.1,
        momentum=0.9,
        alpha=1e-4,
    )


def searching(training, engine, **workers):
    """A function that searches by joblib's workers, and returns its scores."""
    grid = {"learning_rate_init": [0.01, 0.03, 0.1, 0.3]}

    def run():
        with joblib.parallel_config(**workers):
            search = GridSearchCV(ours(training, engine), grid, cv=3, refit=False)
            search.fit(training.X, training.y)
        return [search.cv_results_["mean_test_score"]]

    return run
