"""Shared training: one run of epochs on one fold, scored for several candidates."""

import copy
import time
from contextlib import contextmanager
from traceback import format_exc

import numpy as np
from sklearn import config_context, get_config
from sklearn.base import clone
from sklearn.metrics._scorer import _MultimetricScorer
from sklearn.model_selection._validation import _fit_and_score, _score
from sklearn.pipeline import Pipeline
from sklearn.utils.metaestimators import _safe_split
from sklearn.utils.validation import _check_method_params, _num_samples

from ._monitor import Milestones
from ._search_plan import network_of


def train_and_score(
    estimator,
    X,
    y,
    *,
    training,
    train,
    test,
    split_progress,
    every_epoch,
    scorer,
    fit_params,
    score_params,
    return_train_score,
    error_score,
    verbose,
    caller,
    callback_ctx,
):
    """Train on a fold, and score at the number of epochs of each candidate.

    What becomes of samples, errors and times is what scikit-learn's searches do with
    them. A fit time is that until so many epochs were done, without the scoring.

    Parameters
    ----------
    estimator : estimator
        A clone of that of the search.

    X, y : array-like
        Of the search.

    training : Training
        Whose parameters, those of the longest fit, the estimator is given.

    train, test : ndarray of int
        The fold.

    split_progress : tuple of int
        The fold's number, and that of all folds.

    every_epoch : bool
        Whether to score at every other number of epochs too.

    scorer, fit_params, score_params, return_train_score, error_score, verbose
        As in scikit-learn's searches.

    caller : EpochSearchCV

    callback_ctx : sklearn.callback.CallbackContext

    Returns
    -------
    results : dict
        For each number of epochs, what a search keeps of one candidate on one fold.
    """
    estimator.set_params(**clone(training.params, safe=False))
    fit_params = _check_method_params(X, params=fit_params, indices=train)
    X_train, y_train = _safe_split(estimator, X, y, train)
    X_test, y_test = _safe_split(estimator, X, y, test, train)
    parts = {"test": (X_test, y_test, test)}
    if return_train_score:
        parts["train"] = X_train, y_train, train
    parts = {
        name: (X_part, y_part, _check_method_params(X, score_params, indices=indices))
        for name, (X_part, y_part, indices) in parts.items()
    }
    scores = FoldScores(estimator, parts, training, every_epoch, scorer, error_score)
    weights = fit_params.get("sample_weight")
    task = {
        "estimator": caller,
        "X": X_train,
        "y": y_train,
        "metadata": None if weights is None else {"sample_weight": weights},
    }
    try:
        with callback_ctx.propagate_callback_context(estimator):
            callback_ctx.call_on_fit_task_begin(**task)
            with scores.looking():
                estimator.fit(X_train, y_train, **fit_params)
    except Exception as error:
        if error_score == "raise" or error is scores.scoring_error:
            raise
        scores.fail()
    else:
        scores.finish()
    finally:
        callback_ctx.call_on_fit_task_end(**task)
    if verbose > 1:
        _print(training, split_progress, scores)
    return scores.results


def train_alone(estimator, X, y, *, training, every_epoch, **options):
    """Train on a fold for the one candidate of a separate training, as others do.

    Parameters and result are those of `train_and_score`; there are no other epochs.
    """
    result = _fit_and_score(
        estimator,
        X,
        y,
        parameters=training.params,
        return_n_test_samples=True,
        return_times=True,
        **options,
    )
    return {None: result}


class FoldScores:
    """What one training scores on one fold, at one number of epochs after another.

    Parameters
    ----------
    estimator : estimator
        To be trained, with the parameters of the longest fit.

    parts : dict
        X, y and the scorer's metadata of the parts to score, "test" and "train".

    training, every_epoch, scorer, error_score
        As in `train_and_score`.

    Attributes
    ----------
    results : dict
        From a number of epochs to what a search keeps of one candidate on one fold.

    scoring_error : Exception or None
        What the scorer raised in the midst of the training.
    """

    def __init__(self, estimator, parts, training, every_epoch, scorer, error_score):
        self.estimator = estimator
        self.parts = parts
        self.wanted = set(training.epochs)
        self.epochs = sorted(self.wanted)
        if every_epoch:
            self.epochs = list(range(1, self.epochs[-1] + 1))
        self.scorer = scorer
        self.error_score = error_score
        self.results = {}
        self.scoring_error = None
        self.scoring_time = 0.0
        self.began = time.time()

    @contextmanager
    def looking(self):
        """Look at the network at each number of epochs but the last."""
        network = network_of(self.estimator)
        network._milestones = Milestones(self.epochs[:-1], self._look)
        # A scorer is to work as it does after a fit, not as things are within one.
        self.surroundings = np.geterr(), get_config()
        try:
            yield
        finally:
            del network._milestones

    def _look(self, n_epochs, finish):
        """Score the model that a fit of `n_epochs` gives, or keep its error."""
        wanted = n_epochs in self.wanted
        try:
            network = finish(warns=wanted)
        except Exception:
            if wanted and self.error_score == "raise":
                raise
            self.results[n_epochs] = self._failure()
            return
        errstate, config = self.surroundings
        try:
            with np.errstate(**errstate), config_context(**config):
                self.results[n_epochs] = self._score(self._ending_with(network))
        except Exception as error:
            self.scoring_error = error
            raise

    def finish(self):
        """Score the trained model, for all numbers of epochs that are left.

        They are several if training stopped early: longer fits give the same model.
        """
        network = network_of(self.estimator)
        result = None
        for n_epochs in self._left():
            if result is None or n_epochs in self.wanted:
                network.max_iter = n_epochs
                result = self._score(self.estimator)
            self.results[n_epochs] = result

    def fail(self):
        """Keep the error that has just ended training, for all that are left."""
        failure = self._failure()
        self.results |= dict.fromkeys(self._left(), failure)

    def _left(self):
        return [n_epochs for n_epochs in self.epochs if n_epochs not in self.results]

    def _ending_with(self, network):
        """The estimator as it is now, with this network."""
        if not isinstance(self.estimator, Pipeline):
            return network
        pipeline = copy.copy(self.estimator)
        name, _ = pipeline.steps[-1]
        pipeline.steps = [*pipeline.steps[:-1], (name, network)]
        return pipeline

    def _score(self, estimator):
        began = time.time()
        result = self._result(None, began)
        for name, (X, y, metadata) in self.parts.items():
            result[f"{name}_scores"] = _score(
                estimator, X, y, self.scorer, metadata, self.error_score
            )
            if name == "test":
                result["score_time"] = time.time() - began
        self.scoring_time += time.time() - began
        return result

    def _failure(self):
        """The result of the fit that has just raised an error."""
        score = np.nan if self.error_score == "raise" else self.error_score
        if isinstance(self.scorer, _MultimetricScorer):
            score = dict.fromkeys(self.scorer._scorers, score)
        scores = {f"{name}_scores": score for name in self.parts}
        return self._result(format_exc(), time.time()) | scores | {"score_time": 0.0}

    def _result(self, fit_error, now):
        return {
            "fit_error": fit_error,
            "fit_time": now - self.began - self.scoring_time,
            "n_test_samples": _num_samples(self.parts["test"][0]),
        }


def _print(training, split_progress, scores):
    """Tell of a fold that is done."""
    fold, n_splits = split_progress
    params = ", ".join(f"{k}={v}" for k, v in training.params_in_common.items())
    epochs = sorted(set(training.epochs))
    seconds = time.time() - scores.began
    print(
        f"[CV {fold + 1}/{n_splits}] END {params or 'training'}, scored after "
        f"{', '.join(map(str, epochs))} epochs; total time={seconds:.1f}s"
    )
