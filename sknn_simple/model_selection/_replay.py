"""GridSearchCV over outcomes that are known already.

It builds `cv_results_`, ranks and chooses the candidates, and warns of failed fits.
"""

import copy

import numpy as np
from joblib import parallel_config
from sklearn.base import BaseEstimator
from sklearn.model_selection import GridSearchCV

REPLAYED = ("cv_results_", "multimetric_", "best_index_", "best_score_", "best_params_")


class FitError(Exception):
    """An error of a known fit; the message is its traceback."""


def replay(search, outcomes):
    """Return the fitted attributes of a search.

    `outcomes` has a list for each candidate, with an Outcome for each fold.
    """
    times = {}
    for name in ("fit_time", "score_time"):
        seconds = [[getattr(outcome, name) for outcome in row] for row in outcomes]
        times[f"mean_{name}"], times[f"std_{name}"] = mean_and_std(seconds)

    def choose(results):
        return search.refit(results | times)

    n = search.n_splits_
    known = GridSearchCV(
        _KnownFit([iter(folds) for folds in zip(*outcomes, strict=True)]),
        search.param_grid,
        scoring=_known_score,
        n_jobs=1,
        refit=choose if callable(search.refit) else search.refit,
        # Sample i trains in fold i, and sample n + i tests.
        cv=[([i], [n + i]) for i in range(n)],
        error_score=search.error_score,
        return_train_score=search.return_train_score,
    )
    # In order, which a cluster's backend does not keep even for a single job.
    with parallel_config("sequential"):
        known.fit(np.arange(2 * n))
    known.cv_results_ |= times
    return {name: getattr(known, name) for name in REPLAYED if hasattr(known, name)}


def mean_and_std(values):
    """Return mean and standard deviation of each row, computed as in GridSearchCV."""
    values = np.array(values, dtype=float)
    mean = np.average(values, axis=1)
    return mean, np.sqrt(np.average((values - mean[:, np.newaxis]) ** 2, axis=1))


class _KnownFit(BaseEstimator):
    """Fits whose outcomes are known; `outcomes` has an iterator for each fold."""

    def __init__(self, outcomes):
        self.outcomes = outcomes

    def set_params(self, **params):
        return self

    def fit(self, X, y=None):
        if len(X) == 1:  # otherwise it is the best candidate on all samples
            self.outcome = next(self.outcomes[X[0]])
            if self.outcome.error is not None:
                raise FitError(self.outcome.error)
        return self

    def __sklearn_clone__(self):
        return copy.copy(self)


def _known_score(estimator, X):
    part = "train_" if X[0] < len(estimator.outcomes) else "test_"
    scores = {
        name.removeprefix(part): value
        for name, value in estimator.outcome.scores.items()
        if name.startswith(part)
    }
    return scores if estimator.outcome.multimetric else scores["score"]
