"""Validation curves of a search over numbers of epochs, and what it chose."""

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from ._appearance import (
    STAR,
    curve_style,
    difference_labels,
    finish_curves,
    import_pyplot,
)


class EpochSearchDisplay:
    """Cross-validated score by number of epochs, a curve for each other setting.

    Make it by `from_estimator`. Each curve is the mean over folds, its band one
    standard deviation to either side.

    Parameters
    ----------
    epochs : list of ndarray of shape (n_counts,)
        For each curve the numbers of epochs at which it was scored, ascending.

    test_scores : list of ndarray of shape (n_splits, n_counts)
        For each curve the scores on held-out folds.

    train_scores : list of ndarray of shape (n_splits, n_counts), default=None
        The scores on the folds trained on.

    names : list of str, default=None
        For the legend.

    best : tuple of (int, int), default=None
        Which curve, and at how many epochs, is marked as the search's choice.

    score_name : str, default="score"
        For the vertical axis.

    Attributes
    ----------
    lines_ : list of matplotlib Line2D
        Mean score of each curve.

    fill_between_ : list of matplotlib PolyCollection
        The band of each curve.

    best_line_ : matplotlib Line2D or None
        The star at the choice.

    ax_ : matplotlib Axes

    figure_ : matplotlib Figure

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sknn_simple import SimpleMLPClassifier
    >>> from sknn_simple.plotting import EpochSearchDisplay
    >>> network = SimpleMLPClassifier((5,), n_iter_no_change=np.inf, random_state=0)
    >>> grid = {"learning_rate_init": [0.01, 0.1], "max_iter": [5, 10, 20]}
    >>> search = GridSearchCV(network, grid).fit(*load_iris(return_X_y=True))
    >>> display = EpochSearchDisplay.from_estimator(search)
    >>> [line.get_label() for line in display.lines_]
    ['learning_rate_init=0.01', 'learning_rate_init=0.1']
    """

    def __init__(
        self,
        *,
        epochs,
        test_scores,
        train_scores=None,
        names=None,
        best=None,
        score_name="score",
    ):
        self.epochs = epochs
        self.test_scores = test_scores
        self.train_scores = train_scores
        self.names = names
        self.best = best
        self.score_name = score_name

    @classmethod
    def from_estimator(
        cls,
        search,
        *,
        metric=None,
        score_type="test",
        ax=None,
        line_kw=None,
        fill_between_kw=None,
    ):
        """Draw the curves of a fitted search.

        Parameters
        ----------
        search : EpochSearchCV or GridSearchCV
            Fitted. With `every_epoch=True` each epoch is drawn; otherwise the counts
            that were searched, the candidates' `max_iter`.

        metric : str, default=None
            Of a search with several metrics, which one; None is that of `refit`.

        score_type : {'test', 'train'}, default='test'
            Scores on held-out folds, or on those trained on, which needs
            `return_train_score=True`.

        ax : matplotlib Axes, default=None
            None makes a figure.

        line_kw : dict, default=None
            For `ax.plot`.

        fill_between_kw : dict, default=None
            For `ax.fill_between`.

        Returns
        -------
        display : EpochSearchDisplay

        Raises
        ------
        ValueError
            If the search has no such metric, or did not search over `max_iter`.
        """
        import_pyplot(cls.__name__)
        check_is_fitted(search, "cv_results_")
        results = search.cv_results_
        metrics = [k.removeprefix("mean_test_") for k in results if "mean_test_" in k]
        if metric is None:
            metric = "score" if "score" in metrics else search.refit
        if metric not in metrics:
            raise ValueError(f"metric must be one of {metrics}, got {metric!r}.")
        max_iter = _max_iter_name(search.estimator)
        curves = getattr(search, "validation_curves_", None)
        if curves is None:
            curves = _curves_of_candidates(results, max_iter, search.n_splits_)
        trained = f"split_train_{metric}" in curves[0]
        display = cls(
            epochs=[np.asarray(curve["epoch"]) for curve in curves],
            test_scores=[curve[f"split_test_{metric}"] for curve in curves],
            train_scores=(
                [curve[f"split_train_{metric}"] for curve in curves]
                if trained
                else None
            ),
            names=difference_labels([curve["params"] for curve in curves]),
            best=_best(search, curves, max_iter),
            score_name=_title(metric, search.scoring),
        )
        return display.plot(
            ax,
            score_type=score_type,
            line_kw=line_kw,
            fill_between_kw=fill_between_kw,
        )

    def plot(self, ax=None, *, score_type="test", line_kw=None, fill_between_kw=None):
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a figure, with the legend beside the curves.

        score_type : {'test', 'train'}, default='test'
            Which scores.

        line_kw : dict, default=None
            For `ax.plot`.

        fill_between_kw : dict, default=None
            For `ax.fill_between`.

        Returns
        -------
        self : EpochSearchDisplay

        Raises
        ------
        ImportError
            If there is no matplotlib.

        ValueError
            If `score_type` is unknown, or "train" without training scores.
        """
        plt = import_pyplot(type(self).__name__)
        scores = self._scores(score_type)
        beside = ax is None
        if ax is None:
            _, ax = plt.subplots(layout="constrained")
        self.lines_, self.fill_between_ = [], []
        for i, (epochs, split_scores) in enumerate(
            zip(self.epochs, scores, strict=True)
        ):
            mean, std = split_scores.mean(axis=0), split_scores.std(axis=0)
            style = curve_style(i, mean, n_marks=10)
            style["label"] = (self.names and self.names[i]) or "mean"
            [line] = ax.plot(epochs, mean, **{**style, **(line_kw or {})})
            band = {"color": line.get_color(), "alpha": 0.12, "linewidth": 0}
            band |= fill_between_kw or {}
            self.lines_.append(line)
            self.fill_between_.append(
                ax.fill_between(epochs, mean - std, mean + std, **band)
            )
        self.best_line_ = None if self.best is None else self._plot_best(ax, scores)
        folds = {"test": "held-out folds", "train": "training folds"}[score_type]
        handles = self._legend_handles()
        finish_curves(ax, f"Mean {self.score_name} on {folds}", handles, beside)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _scores(self, score_type):
        if score_type not in ("test", "train"):
            raise ValueError(
                f"score_type must be 'test' or 'train', got {score_type!r}."
            )
        if score_type == "test":
            return self.test_scores
        if self.train_scores is None:
            raise ValueError(
                "score_type='train' needs a search with return_train_score=True."
            )
        return self.train_scores

    def _plot_best(self, ax, scores):
        """Draw the star."""
        i, count = self.best
        value = np.interp(count, self.epochs[i], scores[i].mean(axis=0))
        epochs = "epoch" if count == 1 else "epochs"
        text = f"{value:.3g}".replace("-", "\N{MINUS SIGN}")
        whose = f"\n{self.names[i]}" if len(self.epochs) > 1 and self.names else ""
        [star] = ax.plot(
            [count],
            [value],
            linestyle="",
            color=self.lines_[i].get_color(),
            label=f"chosen: {text} at {count} {epochs}{whose}",
            **STAR,
        )
        return star

    def _legend_handles(self):
        from matplotlib.patches import Patch

        handles = [*self.lines_]
        if any(len(epochs) > 1 for epochs in self.epochs):
            band = {"color": "0.5", "alpha": 0.3}
            handles.append(Patch(**band, label="± 1 standard deviation"))
        return handles if self.best_line_ is None else [*handles, self.best_line_]


def _max_iter_name(estimator):
    """The parameter of the searched estimator that counts epochs."""
    prefix = ""
    while isinstance(estimator, Pipeline):
        name, estimator = estimator.steps[-1]
        prefix += f"{name}__"
    return f"{prefix}max_iter"


def _curves_of_candidates(results, max_iter, n_splits):
    """Group the candidates that differ only in the number of epochs."""
    candidates = results["params"]
    if any(max_iter not in params for params in candidates):
        raise ValueError(
            f"search must have searched over {max_iter!r} or have validation_curves_ "
            f"(every_epoch=True), got the candidates' params {list(candidates[0])}."
        )
    groups = {}
    for i, params in enumerate(candidates):
        shared = {name: v for name, v in params.items() if name != max_iter}
        key = tuple((name, repr(value)) for name, value in shared.items())
        groups.setdefault(key, (shared, []))[1].append(i)
    curves = []
    for shared, indices in groups.values():
        counts = [candidates[i][max_iter] for i in indices]
        order = np.argsort(counts, kind="stable")
        curve = {
            "params": shared,
            "candidates": np.array(indices)[order],
            "epoch": np.array(counts)[order],
        }
        for name in results:
            if name.startswith(("split0_test_", "split0_train_")):
                what = name.removeprefix("split0")
                splits = [results[f"split{k}{what}"] for k in range(n_splits)]
                curve[f"split{what}"] = np.array(splits)[:, curve["candidates"]]
        curves.append(curve)
    return curves


def _best(search, curves, max_iter):
    """The curve and the number of epochs of the candidate that the search chose."""
    index = getattr(search, "best_index_", None)
    if index is None:
        return None
    chosen = search.cv_results_["params"][index]
    for i, curve in enumerate(curves):
        if index in curve["candidates"]:
            last = int(curve["epoch"][-1])
            # Patience may have ended all folds before the candidate's max_iter.
            return i, min(int(chosen.get(max_iter, last)), last)
    return None


def _title(metric, scoring):
    """The name of a metric in words."""
    if metric == "score" and isinstance(scoring, str):
        metric = scoring
    return metric.replace("neg_", "negative ").replace("_", " ")
