"""Grid search that trains each network once for all its numbers of epochs."""

import time
from collections.abc import Callable, Iterable
from itertools import product
from typing import Any, Self

import numpy as np
from sklearn import get_config
from sklearn.base import BaseEstimator, _fit_context, clone, is_classifier
from sklearn.metrics import check_scoring
from sklearn.model_selection import GridSearchCV, ParameterGrid, check_cv
from sklearn.utils import indexable
from sklearn.utils.metadata_routing import process_routing
from sklearn.utils.parallel import Parallel, delayed

from .._addresses import DocumentationLink
from .._fit.callback_bridge import CallbackSupport, SearchBridge
from .._fit.constraints import BOOLEAN
from .._pipeline import final_network, parameter_prefix
from .._training_method import all_or_nothing
from ._groups import group_by_epochs, why_separate
from ._replay import mean_and_std, replay
from ._shared_training import SharedTraining, train_and_score


class EpochSearchCV(DocumentationLink, CallbackSupport, GridSearchCV):
    """Grid search in which candidates that differ only in `max_iter` train once.

    A network that trains for 400 epochs passes 50, 100 and 200 on its way. This search
    scores it there, where `GridSearchCV` would start again. Everything else is
    `GridSearchCV`: if all steps are deterministic, `cv_results_` (except for the
    times), `best_params_` and the weights of `best_estimator_` are the same to the last
    bit.

    Candidates share a training if they are a SimpleMLPClassifier or SimpleMLPRegressor,
    alone or as the last step of a Pipeline. They train separately, as in
    `GridSearchCV`,

    - with solver='lbfgs', whose iterations are not epochs;
    - if `random_state` is not an integer, since no two fits are then the same;
    - with warm_start=True;
    - if the estimator or one of its steps has callbacks of its own. Callbacks of the
      search see each shared training as one task.

    Each candidate gets the result of its own fit: the best epoch so far under early
    stopping, the model at which patience ended, a ConvergenceWarning, or an error. If a
    training diverges in epoch e, the candidates with e or more epochs fail.

    Parameters
    ----------
    estimator : estimator
        A SimpleMLPClassifier, a SimpleMLPRegressor, or a Pipeline that ends with one.
        Any other estimator is searched as in `GridSearchCV`.

    param_grid : dict or list of dict
        Values to try for each parameter, or several such grids. The number of epochs
        is ``max_iter``, or in a Pipeline ``<step>__max_iter``.

    scoring, refit, cv, error_score, return_train_score
        As in `GridSearchCV`.

    n_jobs, pre_dispatch : int, int or str
        Number of trainings at once, and of trainings handed out in advance, as in
        `GridSearchCV`.

    verbose : int, default=0
        1 prints the number of fits, 2 or more also a line after each training.

    every_epoch : bool, default=False
        Whether to score after each epoch, for `validation_curves_`. All candidates
        must then be able to share trainings; no other result changes. On small data,
        scoring takes longer than an epoch of training. Each training keeps a copy of
        the weights of every epoch until they are scored.

    Attributes
    ----------
    cv_results_ : dict
        As in `GridSearchCV`. The fit time of a candidate is the time until its number
        of epochs was done.

    validation_curves_ : list of dict
        With every_epoch=True, one dict for each training:

        - ``params``: its parameters, without max_iter;
        - ``candidates``: their indices in ``cv_results_["params"]``;
        - ``epoch``: ndarray of int, 1 to the largest max_iter;
        - ``split_test_score``: ndarray of shape (n_splits, n_epochs), the score of a
          fit of so many epochs on each fold. It stays constant after training has
          stopped early. Where the fit would fail it is `error_score`, or NaN if
          `error_score` is 'raise';
        - ``mean_test_score``, ``std_test_score``: ndarray of shape (n_epochs,), over
          the folds;
        - the same with ``train`` if `return_train_score`.

        With several metrics, their names replace ``score``.

    best_estimator_, best_params_, best_score_, best_index_, scorer_, n_splits_, \
refit_time_, multimetric_
        As in `GridSearchCV`.

    See Also
    --------
    sklearn.model_selection.GridSearchCV :
        The same search, with a training for each candidate.
    sknn_simple.plotting.EpochSearchDisplay :
        Curves of a search over numbers of epochs.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknn_simple import SimpleMLPClassifier
    >>> from sknn_simple.model_selection import EpochSearchCV
    >>> X, y = load_iris(return_X_y=True)
    >>> network = SimpleMLPClassifier((5,), n_iter_no_change=np.inf, random_state=0)
    >>> name = "simplemlpclassifier"
    >>> grid = {
    ...     f"{name}__learning_rate_init": [0.01, 0.1],
    ...     f"{name}__max_iter": [5, 20, 80],
    ... }
    >>> search = EpochSearchCV(make_pipeline(StandardScaler(), network), grid)
    >>> search.fit(X, y).best_params_[f"{name}__max_iter"]
    80
    """

    _parameter_constraints: dict = {
        **GridSearchCV._parameter_constraints,
        "every_epoch": [BOOLEAN],
    }
    validation_curves_: list[dict[str, Any]]

    def __init__(
        self,
        estimator: BaseEstimator,
        param_grid: dict[str, Iterable] | list[dict[str, Iterable]],
        *,
        scoring: str | Callable | list | tuple | dict | None = None,
        n_jobs: int | None = None,
        refit: bool | str | Callable = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: int | str = "2*n_jobs",
        error_score: float | str = np.nan,
        return_train_score: bool = False,
        every_epoch: bool = False,
    ) -> None:
        super().__init__(
            estimator,
            param_grid,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.every_epoch = every_epoch

    # prefer_skip_nested_validation: the estimator has not been validated yet.
    @all_or_nothing
    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any = None, **params: Any) -> Self:
        """Search the grid, and fit the best candidate.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Samples.

        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Targets.

        **params : dict of str -> object
            Metadata for the estimator's `fit`, such as `sample_weight`, and `groups`
            for the splitter. Metadata with one entry per sample is split with them.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If every fit fails, or if `every_epoch=True` meets a candidate that cannot
            share its training. The search is then as it was before the call.
        """
        self.get_metadata_routing()  # raises if refit does not name one of the metrics
        candidates = list(ParameterGrid(self.param_grid))
        if not candidates:
            raise ValueError(f"param_grid has no candidate: {self.param_grid!r}.")
        estimators = [self._estimator(candidate) for candidate in candidates]
        groups = self._groups(candidates, estimators)
        self.__dict__.pop("validation_curves_", None)
        if all(group.is_separate for group in groups):
            return super().fit(X, y, **params)
        X, y = indexable(X, y)
        fit_params, split_params = self._routed(params)
        cv = check_cv(self.cv, y, classifier=is_classifier(self.estimator))
        folds = list(enumerate(cv.split(X, y, **split_params)))
        if not folds:
            raise ValueError(f"cv makes no split of the samples: {self.cv!r}.")
        self.n_splits_, self.scorer_ = len(folds), self._scorers()
        callbacks = SearchBridge(self, X, y, params)
        tables = self._train(groups, estimators, folds, callbacks, X, y, params, cv)
        outcomes: list = [None] * len(candidates)
        for group, table in zip(groups, tables, strict=True):
            for i, n_epochs in zip(group.candidates, group.epochs, strict=True):
                outcomes[i] = [fold[n_epochs] for fold in table]
        self.__dict__.update(replay(self, outcomes))
        if self.every_epoch:
            curves = map(self._validation_curve, groups, tables)
            self.validation_curves_ = list(curves)
        if self.refit:
            self._refit(X, y, fit_params, callbacks)
        callbacks.end()
        return self

    def _estimator(self, params):
        """Return the estimator of a candidate."""
        return clone(self.estimator).set_params(**clone(params, safe=False))

    def _groups(self, candidates, estimators):
        """Group the candidates that can share a training."""
        epochs = []
        for params, estimator in zip(candidates, estimators, strict=True):
            why = why_separate(estimator)
            if why is not None and self.every_epoch:
                raise ValueError(
                    "every_epoch=True needs trainings that candidates can share, but "
                    f"the training of the candidate {params} is separate: {why}."
                )
            epochs.append(None if why else int(final_network(estimator).max_iter))
        return group_by_epochs(
            candidates, epochs, parameter_prefix(self.estimator) + "max_iter"
        )

    def _routed(self, params):
        """Return the metadata for the estimator's `fit`, and for the splitter."""
        if get_config()["enable_metadata_routing"]:
            routed = process_routing(self, "fit", **params)
            return routed.estimator.fit, routed.splitter.split
        fit_params = {name: params[name] for name in params if name != "groups"}
        return fit_params, {"groups": params.get("groups")}

    def _scorers(self):
        """Return the scorer, or a dict of several."""
        scoring = self.scoring
        if isinstance(scoring, (list, tuple)):
            scoring = {name: name for name in scoring}
        if not isinstance(scoring, dict):
            return check_scoring(self.estimator, scoring)
        return {name: check_scoring(self.estimator, scoring[name]) for name in scoring}

    def _train(self, groups, estimators, folds, callbacks, *data):
        """Return outcomes by number of epochs, for each group and each fold."""
        fits = list(product(groups, folds))
        if self.verbose > 0:
            print(
                f"Fitting {len(folds)} folds for each of {len(groups)} trainings, "
                f"which serve {len(estimators)} candidates, totalling {len(fits)} fits"
            )
        with callbacks.trainings(len(fits)) as tasks:
            results = Parallel(n_jobs=self.n_jobs, pre_dispatch=self.pre_dispatch)(
                delayed(train_and_score)(
                    SharedTraining(clone(estimators[group.longest]), group, self, task),
                    fold,
                    *data,
                )
                for (group, fold), task in zip(fits, tasks, strict=True)
            )
        in_turn = iter(results)
        return [[next(in_turn) for _ in folds] for _ in groups]

    def _validation_curve(self, group, table):
        """Return the scores of one training after each epoch."""
        epochs = range(1, max(group.epochs) + 1)
        curve = {
            "params": group.params,
            "candidates": group.candidates,
            "epoch": np.array(epochs),
        }
        missing = np.nan if self.error_score == "raise" else self.error_score
        for key in self.cv_results_:
            if key.startswith(("mean_test_", "mean_train_")):
                name = key.removeprefix("mean_")
                scores = [
                    [one[n].scores.get(name, missing) for one in table] for n in epochs
                ]
                curve[f"split_{name}"] = np.array(scores, dtype=float).T
                curve[key], curve[f"std_{name}"] = mean_and_std(scores)
        return curve

    def _refit(self, X, y, fit_params, callbacks):
        """Fit the best candidate on all samples."""
        best = self._estimator(self.best_params_)
        with callbacks.refit(best):
            began = time.time()
            best.fit(X, *(() if y is None else (y,)), **fit_params)
            self.refit_time_ = time.time() - began
            self.best_estimator_ = best
            if hasattr(best, "feature_names_in_"):
                self.feature_names_in_ = best.feature_names_in_
