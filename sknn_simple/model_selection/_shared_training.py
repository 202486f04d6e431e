"""One training on one fold, scored at the numbers of epochs of its candidates.

A GridSearchCV of this one fold splits the samples, routes the metadata and scores. Its
candidates are the models that the training passes.
"""

import copy
import time
from traceback import format_exc
from types import SimpleNamespace
from typing import NamedTuple

from joblib import parallel_config
from sklearn.base import BaseEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import get_routing_for_object

from .._fit.callback_bridge import StandIn
from .._fit.loop import Milestones
from .._pipeline import final_network, replace_network


class Outcome(NamedTuple):
    """Result of one candidate on one fold.

    fit_time, score_time : seconds
    error : traceback of the fit, None if it succeeded
    scores : by names such as "test_accuracy"; empty after an error
    multimetric : whether the scorer returns a dict
    """

    fit_time: float
    error: str | None
    score_time: float = 0.0
    scores: dict = {}
    multimetric: bool = False


def train_and_score(training, fold, X, y, params, splitter):
    """Run a SharedTraining on one fold; return its outcomes by number of epochs."""
    began, (number, indices), search = time.time(), fold, training.search
    scored = _ModelSearch(
        training,
        {},
        scoring=search.scorer_,
        n_jobs=1,
        refit=False,
        cv=SimpleNamespace(
            split=lambda *args, **params: [indices],
            get_n_splits=lambda *args, **params: 1,
            get_metadata_routing=lambda: get_routing_for_object(splitter),
        ),
        error_score=search.error_score,
        return_train_score=search.return_train_score,
    )
    try:
        scored.fit(X, y, **params)
    except ValueError:
        # If training leaves no model to score, the search fails with known outcomes.
        if training.scored or len(training.outcomes) < len(training.epochs):
            raise
    training.add_scores(scored)
    if search.verbose > 1:
        print(
            f"[CV {number + 1}/{search.n_splits_}] END {training.group}; "
            f"total time={time.time() - began:.1f}s"
        )
    return training.outcomes


class SharedTraining(BaseEstimator):
    """An estimator whose first fit trains, and whose every fit becomes a model.

    Clones share the attributes below.

    Attributes
    ----------
    models : list of (list of int, estimator)
        Models that are not scored yet, each with the numbers of epochs that lead to it.

    scored : list of list of int
        Numbers of epochs of the models before.

    outcomes : dict of int to Outcome
        By number of epochs, all of `epochs` after training.
    """

    def __init__(self, estimator, group, search, task):
        self.estimator, self.group = estimator, group
        self.search, self.task = search, task
        self.epochs = sorted(set(group.epochs))
        if search.every_epoch:
            self.epochs = list(range(1, self.epochs[-1] + 1))
        self.models, self.scored, self.outcomes = [], [], {}

    def fit(self, X, y=None, **params):
        """Become the next model, so that scorers get the user's own estimator."""
        if not self.outcomes:
            self._train(X, y, params)
        epochs, model = self.models.pop(0)
        self.scored.append(epochs)
        self.__class__, self.__dict__ = type(model), vars(model)
        return self

    def _train(self, X, y, params):
        """Train for the epochs of the longest candidate."""
        network, is_separate = final_network(self.estimator), self.group.is_separate
        if not is_separate:
            milestones = Milestones(self.epochs[:-1], self._visit)
            self.estimator = replace_network(
                self.estimator, _VisitedNetwork(network, milestones)
            )
        error = None
        self.began = time.time()
        try:
            with self.task.watched(self.search, self.estimator, X, y, params):
                self.estimator.fit(X, *(() if y is None else (y,)), **params)
        except Exception:
            if self.search.error_score == "raise":
                raise
            error = format_exc()
        left = [n for n in self.epochs if n not in self.outcomes]
        self.outcomes |= dict.fromkeys(left, self._outcome(error))
        if error is None and is_separate:
            self.models.append(([None], self.estimator))
        elif error is None:
            # Patience may have ended training: the models differ only in max_iter.
            others = [n for n in left[1:] if n in self.group.epochs]
            same = [n for n in left if n not in others]
            for epochs in [same, *([n] for n in others)]:
                model = copy.copy(network)
                model.max_iter = epochs[0]
                self.models.append((epochs, replace_network(self.estimator, model)))

    def add_scores(self, search):
        """Add the scores of a _ModelSearch to the outcomes of the scored models."""
        for i, epochs in enumerate(self.scored):
            results = {name: column[i] for name, column in search.cv_results_.items()}
            outcome = self.outcomes[epochs[0]]._replace(
                score_time=results["mean_score_time"],
                scores={
                    name.removeprefix("split0_"): value
                    for name, value in results.items()
                    if name.startswith("split0_")
                },
                multimetric=search.multimetric_,
            )
            self.outcomes |= dict.fromkeys(epochs, outcome)

    def _visit(self, n_epochs, finish):
        """Keep the model of a fit of `n_epochs`, or its error."""
        wanted, error = n_epochs in self.group.epochs, None
        try:
            self.models.append(
                ([n_epochs], replace_network(self.estimator, finish(warns=wanted)))
            )
        except Exception:
            if wanted and self.search.error_score == "raise":
                raise
            error = format_exc()
        self.outcomes[n_epochs] = self._outcome(error)

    def _outcome(self, error):
        return Outcome(time.time() - self.began, error)

    def __sklearn_clone__(self):
        return copy.copy(self)

    def __sklearn_tags__(self):
        return get_tags(self.estimator)

    def get_metadata_routing(self):
        return get_routing_for_object(self.estimator)


class _ModelSearch(GridSearchCV):
    """A search over models whose number it learns when training is over."""

    def fit(self, X, y, **params):
        # A cluster's backend would send even a single job elsewhere.
        with (in_place := parallel_config("sequential")):
            self.in_place = in_place
            return super().fit(X, y, **params)

    def _run_search(self, evaluate_candidates):
        # The steps of a Pipeline still run in parallel as their user configured.
        self.in_place.unregister()
        evaluate_candidates([{}])
        if self.estimator.models:
            evaluate_candidates([{}] * len(self.estimator.models))


class _VisitedNetwork(StandIn, BaseEstimator):
    """Stands in for a network during a training, and gives it the milestones."""

    def __init__(self, network, milestones):
        self.network, self.milestones = network, milestones

    def fit(self, X, y, **params):
        with self._in_place_of_self(self.network):
            self.network._fit_with_milestones(self.milestones, X, y, **params)
        return self

    def get_metadata_routing(self):
        return get_routing_for_object(self.network)
