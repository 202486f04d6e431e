"""Validation curves of a search over numbers of epochs, and its choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from sklearn.model_selection import GridSearchCV
from sklearn.utils.validation import check_is_fitted

from .._pipeline import parameter_prefix
from ._curves import curve_style, difference_labels, draw_star, finish_curves
from ._search_results import (
    best_of,
    curves_of_candidates,
    in_words,
    max_score,
    scorer_name,
)
from ._style import import_pyplot

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from numpy.typing import NDArray


@dataclass(kw_only=True, eq=False, repr=False)
class EpochSearchDisplay:
    """Cross-validated score by number of epochs.

    Create it with `from_estimator`. Each setting of the other parameters has one curve:
    the mean over folds, in a band of one standard deviation to either side that ends at
    the best possible score.

    Parameters
    ----------
    epochs : list of ndarray of shape (n_counts,)
        Numbers of epochs of each curve, ascending.

    test_scores : list of ndarray of shape (n_splits, n_counts)
        Scores of each curve on the held-out folds.

    train_scores : list of ndarray of shape (n_splits, n_counts), default=None
        Scores of each curve on the training folds.

    names : list of str, default=None
        Names of the curves in the legend.

    best : tuple of (int, int), default=None
        Choice of the search: the curve's position in the list, and the number of
        epochs.

    score_name : str, default="score"
        Name of the score on the vertical axis.

    max_score : float, default=inf
        Best possible score.

    Attributes
    ----------
    lines_ : list of matplotlib Line2D
        Mean score of each curve.

    fill_between_ : list of matplotlib PolyCollection
        Band of each curve.

    best_line_ : matplotlib Line2D or None
        Star at the choice of the search.

    ax_, figure_ : matplotlib Axes and Figure
        Axes of the curves, and the figure that contains them.

    See Also
    --------
    sknn_simple.model_selection.EpochSearchCV :
        Grid search that trains once for all numbers of epochs.
    sknn_simple.plotting.LossCurveDisplay :
        Loss or validation score by epoch.

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

    epochs: Sequence[NDArray[Any]]
    test_scores: Sequence[NDArray[Any]]
    train_scores: Sequence[NDArray[Any]] | None = None
    names: Sequence[str] | None = None
    best: tuple[int, int] | None = None
    score_name: str = "score"
    max_score: float = np.inf

    lines_: list[Line2D] = field(init=False)
    fill_between_: list[PolyCollection] = field(init=False)
    best_line_: Line2D | None = field(init=False)
    ax_: Axes = field(init=False)
    figure_: Figure = field(init=False)

    @classmethod
    def from_estimator(
        cls,
        search: GridSearchCV,
        *,
        metric: str | None = None,
        score_type: Literal["test", "train"] = "test",
        ax: Axes | None = None,
        line_kw: dict[str, Any] | None = None,
        fill_between_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the curves of a fitted search.

        Parameters
        ----------
        search : EpochSearchCV or GridSearchCV
            Fitted search. With `every_epoch=True` the curves show every epoch, else the
            values of `max_iter` that were searched.

        metric : str, default=None
            Metric to draw, if the search has several. None draws the metric of `refit`.

        score_type, ax, line_kw, fill_between_kw
            See `plot`.

        Returns
        -------
        display : EpochSearchDisplay

        Raises
        ------
        NotFittedError
            If the search is not fitted.

        ValueError
            If the search has no such metric or did not search over `max_iter`, or as in
            `plot`.
        """
        import_pyplot(cls.__name__)
        check_is_fitted(search, "cv_results_")
        results = search.cv_results_
        metrics = [k.removeprefix("mean_test_") for k in results if "mean_test_" in k]
        if metric is None:
            metric = "score" if "score" in metrics else search.refit
        if metric not in metrics:
            raise ValueError(f"metric must be one of {metrics}, got {metric!r}.")
        max_iter = f"{parameter_prefix(search.estimator)}max_iter"
        curves = getattr(search, "validation_curves_", None)
        if curves is None:
            curves = curves_of_candidates(results, max_iter, search.n_splits_)
        train_scores = None
        if f"split_train_{metric}" in curves[0]:
            train_scores = [curve[f"split_train_{metric}"] for curve in curves]
        scorer = scorer_name(search, metric)
        display = cls(
            epochs=[np.asarray(curve["epoch"]) for curve in curves],
            test_scores=[curve[f"split_test_{metric}"] for curve in curves],
            train_scores=train_scores,
            names=difference_labels([curve["params"] for curve in curves]),
            best=best_of(search, curves, max_iter),
            score_name=in_words(scorer if metric == "score" and scorer else metric),
            max_score=max_score(scorer),
        )
        return display.plot(
            ax, score_type=score_type, line_kw=line_kw, fill_between_kw=fill_between_kw
        )

    def plot(
        self,
        ax: Axes | None = None,
        *,
        score_type: Literal["test", "train"] = "test",
        line_kw: dict[str, Any] | None = None,
        fill_between_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None creates a figure with the legend beside the curves.

        score_type : {'test', 'train'}, default='test'
            Folds to score on: held-out or training folds. 'train' needs a search with
            `return_train_score=True`.

        line_kw : dict, default=None
            Keyword arguments for `ax.plot`.

        fill_between_kw : dict, default=None
            Keyword arguments for `ax.fill_between`.

        Returns
        -------
        self : EpochSearchDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.

        ValueError
            If `score_type` is unknown, or 'train' without training scores.
        """
        plt = import_pyplot(type(self).__name__)
        if score_type not in ("test", "train"):
            raise ValueError(
                f"score_type must be 'test' or 'train', got {score_type!r}."
            )
        scores = self.test_scores if score_type == "test" else self.train_scores
        if scores is None:
            raise ValueError(
                "score_type='train' needs a search with return_train_score=True."
            )
        beside = ax is None
        if ax is None:
            _, ax = plt.subplots(layout="constrained")
        self.lines_, self.fill_between_ = [], []
        for i, split_scores in enumerate(scores):
            self._plot_curve(ax, i, split_scores, line_kw or {}, fill_between_kw or {})
        self.best_line_ = None if self.best is None else self._plot_best(ax, scores)
        folds = {"test": "held-out folds", "train": "training folds"}[score_type]
        ylabel = f"Mean {self.score_name} on {folds}"
        finish_curves(ax, "Epoch", ylabel, self._legend_handles(), beside)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _plot_curve(self, ax, i, split_scores, line_kw, fill_between_kw):
        epochs = self.epochs[i]
        mean, std = split_scores.mean(axis=0), split_scores.std(axis=0)
        style = curve_style(i, mean, n_marks=10)
        style["label"] = (self.names and self.names[i]) or "mean"
        [line] = ax.plot(epochs, mean, **(style | line_kw))
        style = {"color": line.get_color(), "alpha": 0.18, "linewidth": 0}
        top = np.minimum(mean + std, self.max_score)
        band = ax.fill_between(epochs, mean - std, top, **(style | fill_between_kw))
        self.lines_.append(line)
        self.fill_between_.append(band)

    def _plot_best(self, ax, scores):
        i, count = self.best
        value = np.interp(count, self.epochs[i], scores[i].mean(axis=0))
        text = f"{value:.3g}".replace("-", "\N{MINUS SIGN}")
        label = f"chosen: {text} at {count} epoch{'' if count == 1 else 's'}"
        if len(self.epochs) > 1 and self.names:
            label += f"\n{self.names[i]}"
        return draw_star(ax, self.lines_[i], count, value, label)

    def _legend_handles(self):
        from matplotlib.patches import Patch

        handles = [*self.lines_]
        if any(len(epochs) > 1 for epochs in self.epochs):
            band = Patch(color="0.5", alpha=0.3, label="± 1 standard deviation")
            handles.append(band)
        return handles if self.best_line_ is None else [*handles, self.best_line_]
