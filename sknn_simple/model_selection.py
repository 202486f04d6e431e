"""Model selection: a grid search that trains each network once for all its epochs."""

import time
import warnings
from itertools import product

import numpy as np
from sklearn.base import _fit_context, clone, is_classifier
from sklearn.callback import with_callbacks
from sklearn.metrics._scorer import _MultimetricScorer
from sklearn.model_selection import GridSearchCV, ParameterGrid, check_cv
from sklearn.model_selection._validation import (
    _insert_error_scores,
    _warn_or_raise_about_fit_failures,
)
from sklearn.utils import indexable
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import _check_method_params

from ._base import all_or_nothing
from ._search_plan import plan
from ._shared_training import train_alone, train_and_score

__all__ = ["EpochSearchCV"]


class EpochSearchCV(GridSearchCV):
    """Grid search in which candidates that differ only in `max_iter` train once.

    A network that is trained for 400 epochs has passed 50, 100 and 200 on its way.
    This search scores it there, where `GridSearchCV` would train it anew. Everything
    else is `GridSearchCV`: with steps that are deterministic, `cv_results_` (but for
    the times), `best_params_` and the weights of `best_estimator_` are the same to
    the last bit.

    A training is shared by candidates of a SimpleMLPClassifier or SimpleMLPRegressor,
    alone or as the last step of a Pipeline. It is separate, as in `GridSearchCV`,

    - with solver='lbfgs', whose iterations are no epochs;
    - unless `random_state` is an integer: no two fits are the same then;
    - with warm_start=True;
    - if the estimator or one of its steps has callbacks of its own. Callbacks of the
      search see each shared training as one task.

    Candidates get what their own fit would give: the best epoch so far under early
    stopping, the model that patience ended with, a ConvergenceWarning, or an error.
    A training that diverges in epoch e fails the candidates from e on.

    Parameters
    ----------
    estimator : estimator
        A SimpleMLPClassifier, a SimpleMLPRegressor, or a Pipeline that ends with one.
        Any other is searched as by `GridSearchCV`.

    param_grid : dict or list of dict
        Lists of values to try for each parameter, or several such grids. The number
        of epochs is ``max_iter``, or in a Pipeline ``<step>__max_iter``.

    scoring : str, callable, list, tuple or dict, default=None
        One metric, or several; None is the estimator's `score`.

    n_jobs : int, default=None
        Trainings to run at once.

    refit : bool, str or callable, default=True
        Whether to fit the best candidate on all samples; with several metrics, the
        name of the one that decides. A callable chooses `best_index_` from
        `cv_results_`.

    cv : int, cross-validation generator or iterable, default=None
        The folds; None is 5.

    verbose : int, default=0
        1 tells the number of fits, 2 and more each training that is done.

    pre_dispatch : int or str, default='2*n_jobs'
        Trainings to hand to the workers ahead.

    error_score : 'raise' or float, default=np.nan
        Score of a candidate whose fit fails, or 'raise' to pass the error on.

    return_train_score : bool, default=False
        Whether to score on the training parts of the folds, too.

    every_epoch : bool, default=False
        Whether to score after each epoch, for `validation_curves_`. It changes no
        other result, and takes trainings that can be shared. On small data scoring
        takes longer than an epoch of training does.

    Attributes
    ----------
    cv_results_ : dict
        As `GridSearchCV` has it. A fit time is what training took until the
        candidate's number of epochs was done.

    validation_curves_ : list of dict
        With every_epoch=True, one dict for each training:

        - ``params``: its parameters, without max_iter;
        - ``candidates``: which of ``cv_results_["params"]`` it served;
        - ``epoch``: ndarray of int, 1 to the largest max_iter;
        - ``split_test_score``: ndarray of shape (n_splits, n_epochs), what a fit of
          so many epochs scores on each fold. After training has stopped early it
          stays what it was; where the fit would fail it is `error_score`, and NaN
          if that is 'raise';
        - ``mean_test_score``, ``std_test_score``: ndarray of shape (n_epochs,), over
          the folds;
        - the same with ``train`` if `return_train_score`.

        With several metrics, their names stand in place of ``score``.

    best_estimator_ : estimator
        The best candidate, fitted on all samples.

    best_params_, best_score_, best_index_ : dict, float, int
        Its parameters, mean score, and place in `cv_results_`.

    scorer_ : callable or dict of callable

    n_splits_ : int

    refit_time_ : float
        Seconds.

    multimetric_ : bool

    See Also
    --------
    sklearn.model_selection.GridSearchCV

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
        "every_epoch": ["boolean"],
    }

    def __init__(
        self,
        estimator,
        param_grid,
        *,
        scoring=None,
        n_jobs=None,
        refit=True,
        cv=None,
        verbose=0,
        pre_dispatch="2*n_jobs",
        error_score=np.nan,
        return_train_score=False,
        every_epoch=False,
    ):
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
    @_fit_context(prefer_skip_nested_validation=False)
    @all_or_nothing
    @with_callbacks
    def fit(self, X, y=None, **params):
        """Search the grid, and fit the best candidate.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None

        **params : dict of str -> object
            Metadata for the estimator's `fit`, such as `sample_weight`, and `groups`
            for the splitter. What has one entry a sample is split with the samples.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If every fit fails, or if `every_epoch` is asked for where a training
            can't be shared.

        Notes
        -----
        Whatever is raised, the search is then as it was before the call.
        """
        scorer, metric = self._get_scorers()
        X, y = indexable(X, y)
        params = _check_method_params(X, params=params)
        routed = self._get_routed_params_for_fit(params)
        weights = params.get("sample_weight")
        task = {
            "estimator": self,
            "X": X,
            "y": y,
            "metadata": None if weights is None else {"sample_weight": weights},
        }
        context = self._init_callback_context(
            max_subtasks=1 if self.refit is False else 2
        ).call_on_fit_task_begin(**task)

        # 1. Train and score.
        candidates = list(ParameterGrid(self.param_grid))
        trainings = plan(self.estimator, candidates)
        if self.every_epoch:
            _check_shared(trainings)
        cv = check_cv(self.cv, y, classifier=is_classifier(self.estimator))
        splits = list(cv.split(X, y, **routed.splitter.split))
        self.n_splits_ = len(splits)
        results = self._train(trainings, splits, X, y, scorer, routed, context)

        # 2. Tell of it.
        out = [None] * len(candidates)
        for training, folds in zip(trainings, results, strict=True):
            for place, epochs in zip(training.candidates, training.epochs, strict=True):
                out[place] = [fold[epochs] for fold in folds]
        out = [result for folds in out for result in folds]
        _warn_or_raise_about_fit_failures(out, self.error_score)
        if callable(self.scoring):
            _name_errors(out, results, self.error_score)
        self.cv_results_ = self._format_results(candidates, self.n_splits_, out)
        self.__dict__.pop("validation_curves_", None)
        if self.every_epoch:
            self.validation_curves_ = [
                self._validation_curves(training, folds)
                for training, folds in zip(trainings, results, strict=True)
            ]

        # 3. Choose, and fit the choice.
        scores = out[0]["test_scores"]
        self.multimetric_ = isinstance(scores, dict)
        if callable(self.scoring) and self.multimetric_:
            self._check_refit_for_multimetric(scores)
            metric = self.refit
        if self.refit or not self.multimetric_:
            self._choose(metric)
        if self.refit:
            self._refit(task, routed.estimator.fit, context)
        several = isinstance(scorer, _MultimetricScorer)
        self.scorer_ = scorer._scorers if several else scorer
        context.call_on_fit_task_end(**task)
        return self

    def _train(self, trainings, splits, X, y, scorer, routed, context):
        """Train and score on each fold.

        Returns
        -------
        results : list of list of dict
            For each training and each fold, from numbers of epochs to results; the
            number is None where the training is separate.
        """
        if not trainings:
            raise ValueError(f"param_grid has no candidate: {self.param_grid!r}.")
        if not splits:
            raise ValueError(f"cv makes no split of the samples: {self.cv!r}.")
        if self.verbose > 0:
            _announce(trainings, len(splits))
        fits = list(product(trainings, range(len(splits))))
        search = context.subcontext(
            task_name="search", max_subtasks=len(fits), sequential_subtasks=False
        ).call_on_fit_task_begin(estimator=self)
        # All of them before the first job is pickled, since each changes its parent.
        contexts = [
            search.subcontext(task_name="candidate-split-evaluation", task_id=i)
            for i in range(len(fits))
        ]
        options = {
            "every_epoch": self.every_epoch,
            "scorer": scorer,
            "fit_params": routed.estimator.fit,
            "score_params": routed.scorer.score,
            "return_train_score": self.return_train_score,
            "error_score": self.error_score,
            "verbose": self.verbose,
            "caller": self,
        }
        base = clone(self.estimator)
        parallel = Parallel(n_jobs=self.n_jobs, pre_dispatch=self.pre_dispatch)
        results = parallel(
            delayed(train_and_score if training.separate is None else train_alone)(
                clone(base),
                X,
                y,
                training=training,
                train=splits[number][0],
                test=splits[number][1],
                split_progress=(number, len(splits)),
                callback_ctx=callback_ctx,
                **options,
            )
            for (training, number), callback_ctx in zip(fits, contexts, strict=True)
        )
        search.call_on_fit_task_end(estimator=self)
        in_turn = iter(results)
        return [[next(in_turn) for _ in splits] for _ in trainings]

    def _validation_curves(self, training, folds):
        """The scores of one training after each epoch."""
        n_epochs = max(training.epochs)
        epochs = range(1, n_epochs + 1)
        out = [fold[n] for n in epochs for fold in folds]
        with warnings.catch_warnings():
            # The candidates' failures have been told.
            warnings.simplefilter("ignore", UserWarning)
            table = self._format_results([{}] * n_epochs, len(folds), out)
        curves = {
            "params": training.params_in_common,
            "candidates": training.candidates,
            "epoch": np.array(epochs),
        }
        for key in table:
            if key.startswith(("mean_test_", "mean_train_")):
                name = key.removeprefix("mean_")
                columns = [table[f"split{i}_{name}"] for i in range(len(folds))]
                curves[f"split_{name}"] = np.stack(columns)  # (n_splits, n_epochs)
                curves[key] = table[key]
                curves[f"std_{name}"] = table[f"std_{name}"]
        return curves

    def _choose(self, metric):
        """Choose the best candidate."""
        results = self.cv_results_
        self.best_index_ = self._select_best_index(self.refit, metric, results)
        if not callable(self.refit):
            self.best_score_ = results[f"mean_test_{metric}"][self.best_index_]
        self.best_params_ = results["params"][self.best_index_]

    def _refit(self, task, fit_params, context):
        """Fit the best candidate on all samples."""
        best = clone(self.estimator).set_params(**clone(self.best_params_, safe=False))
        X = task["X"]
        y = () if task["y"] is None else (task["y"],)
        refit = context.subcontext(task_name="refit-with-best-params")
        with refit.propagate_callback_context(best):
            refit.call_on_fit_task_begin(**task)
            began = time.time()
            best.fit(X, *y, **fit_params)
            self.refit_time_ = time.time() - began
        self.best_estimator_ = best
        if hasattr(best, "feature_names_in_"):
            self.feature_names_in_ = best.feature_names_in_
        refit.call_on_fit_task_end(**task)


def _announce(trainings, n_splits):
    """Tell how much there is to do."""
    n_candidates = sum(len(training.candidates) for training in trainings)
    print(
        f"Fitting {n_splits} folds for each of {len(trainings)} trainings, "
        f"which serve {n_candidates} candidates, totalling "
        f"{len(trainings) * n_splits} fits"
    )


def _check_shared(trainings):
    """Check that every candidate's training is looked at as it goes on."""
    for training in trainings:
        if training.separate is not None:
            raise ValueError(
                "every_epoch=True takes trainings that candidates can share, but that "
                f"of the candidate {training.params} is separate: "
                f"{training.separate}."
            )


def _name_errors(out, results, error_score):
    """Give errors the names of the metrics, which only a successful score tells."""
    others = [result for folds in results for fold in folds for result in fold.values()]
    _insert_error_scores(
        [*out, *others], np.nan if error_score == "raise" else error_score
    )
