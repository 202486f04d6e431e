"""The curves, the choice and the metrics in the results of a search."""

import numpy as np
from sklearn.base import is_classifier, is_regressor

from ..model_selection._groups import group_by_epochs

UNBOUNDED = ("mutual_info_score", "positive_likelihood_ratio")
"""Scikit-learn's scorers without an upper limit."""


def curves_of_candidates(results, max_iter, n_splits):
    """Return `EpochSearchCV.validation_curves_`, at the epochs searched only."""
    for params in results["params"]:
        if max_iter not in params:
            raise ValueError(
                f"search must have searched over {max_iter!r} or have "
                f"validation_curves_ (every_epoch=True), got the candidate {params}."
            )
    scores = {}
    for name in results:
        if name.startswith(("split0_test_", "split0_train_")):
            suffix = name.removeprefix("split0")
            splits = [results[f"split{k}{suffix}"] for k in range(n_splits)]
            scores[f"split{suffix}"] = np.array(splits)  # (n_splits, n_candidates)
    curves = []
    searched = [params[max_iter] for params in results["params"]]
    groups = group_by_epochs(results["params"], searched, max_iter)
    for params, candidates, epochs in groups:
        order = np.argsort(epochs, kind="stable")
        candidates = np.array(candidates)[order]
        curve = {name: splits[:, candidates] for name, splits in scores.items()}
        curve |= {"params": params, "candidates": candidates}
        curves.append(curve | {"epoch": np.array(epochs)[order]})
    return curves


def best_of(search, curves, max_iter):
    """Return the curve and the number of epochs of the chosen candidate."""
    index = getattr(search, "best_index_", None)
    for i, curve in enumerate(curves):
        if index is not None and index in curve["candidates"]:
            last = int(curve["epoch"][-1])
            # Patience may have stopped all folds before the candidate's max_iter.
            chosen = search.cv_results_["params"][index].get(max_iter, last)
            return i, min(int(chosen), last)
    return None


def scorer_name(search, metric):
    """Return the name of scikit-learn's scorer behind a metric, or None if unknown."""
    scoring = search.scoring
    if isinstance(scoring, dict):
        scoring = scoring.get(metric)
    elif metric != "score":
        scoring = None if callable(scoring) else metric
    elif scoring is None and is_regressor(search.estimator):
        scoring = "r2"
    elif scoring is None and is_classifier(search.estimator):
        scoring = "accuracy"
    return scoring if isinstance(scoring, str) else None


def max_score(scorer):
    if scorer is None or scorer in UNBOUNDED:
        return np.inf
    return 0.0 if scorer.startswith("neg_") else 1.0


def in_words(name):
    if name == "r2":
        return "R²"
    return name.replace("neg_", "negative ").replace("_", " ")
