"""Loss curves: loss or validation score by epoch, and the best epoch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from sklearn.base import BaseEstimator

from .._pipeline import fitted_network
from ..network import OPTIMIZERS
from ._annotation import loss_name_of
from ._curves import STAR, curve_style, draw_star, finish_curves, names_of
from ._style import VERMILION, foreground, import_pyplot

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

COLUMNS = {"loss": ("loss", "validation_loss"), "score": ("validation_score",)}


@dataclass(kw_only=True, eq=False, repr=False)
class LossCurveDisplay:
    """Loss or validation score of one or several networks by epoch.

    Create it with `from_estimator` or `from_estimators`. The training loss is a solid
    line, the loss or score of the validation samples a dashed one, and a star marks the
    epoch whose weights early stopping kept. The training loss includes the penalty, as
    the legend says; the validation loss does not.

    Parameters
    ----------
    histories : list of dict
        Fitted attribute `history_` of each network: lists with one entry per epoch,
        `loss` and optionally `validation_loss` and `validation_score`. None is drawn as
        a gap.

    best_epochs : list of int or None, default=None
        Fitted attribute `best_epoch_` of each network, counted from 1.

    names : list of str, default=None
        Names of the networks in the legend, or as the title if there is only one.
        Required for several networks.

    loss_name : str, default="Loss"
        Name of the loss on the vertical axis.

    epoch_name : str, default="epoch"
        Name of an epoch in texts; "iteration" for L-BFGS.

    score_name : str, default="Validation score"
        Name of the score on the vertical axis.

    stop_reasons : list of str or None, default=None
        Fitted attribute `stop_reason_` of each network. The title of a single network
        names the reason.

    alphas : list of float or None, default=None
        Fitted attribute `alpha_` of each network. The legend says "training, with
        penalty" if one is above 0.

    Attributes
    ----------
    lines_ : list of matplotlib Line2D
        Training loss of each network. Empty with ``metric="score"``.

    validation_lines_ : list of matplotlib Line2D or None
        Validation loss or score of each network, or None if not recorded.

    best_lines_ : list of matplotlib Line2D or None
        Star at the best epoch of each network.

    ax_, figure_ : matplotlib Axes and Figure
        Axes of the curves, and the figure that contains them.

    See Also
    --------
    sknn_simple.plotting.EpochSearchDisplay :
        Curves of a search over numbers of epochs.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn_simple import SimpleMLPClassifier
    >>> from sknn_simple.plotting import LossCurveDisplay
    >>> network = SimpleMLPClassifier(early_stopping=True, random_state=0)
    >>> network = network.fit(*load_iris(return_X_y=True))
    >>> display = LossCurveDisplay.from_estimator(network)
    >>> display.figure_.savefig("loss.png")  # doctest: +SKIP
    """

    histories: Sequence[Mapping[str, Sequence[float | None]]]
    best_epochs: Sequence[int | None] | None = None
    names: Sequence[str] | None = None
    loss_name: str = "Loss"
    epoch_name: str = "epoch"
    score_name: str = "Validation score"
    stop_reasons: Sequence[str | None] | None = None
    alphas: Sequence[float | None] | None = None

    lines_: list[Line2D] = field(init=False)
    validation_lines_: list[Line2D | None] = field(init=False)
    best_lines_: list[Line2D | None] = field(init=False)
    ax_: Axes = field(init=False)
    figure_: Figure = field(init=False)

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        *,
        metric: Literal["loss", "score"] = "loss",
        log_scale: bool = False,
        ax: Axes | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the curves of one fitted network.

        Parameters
        ----------
        estimator : SimpleMLPClassifier, SimpleMLPRegressor or Pipeline
            Fitted network, or fitted Pipeline that ends in one.

        metric, log_scale, ax, line_kw
            See `plot`.

        Returns
        -------
        display : LossCurveDisplay

        Raises
        ------
        NotFittedError, TypeError, ValueError
            As in `from_estimators`.
        """
        return cls.from_estimators(
            [estimator], metric=metric, log_scale=log_scale, ax=ax, line_kw=line_kw
        )

    @classmethod
    def from_estimators(
        cls,
        estimators: Mapping[str, BaseEstimator] | Iterable[BaseEstimator],
        *,
        metric: Literal["loss", "score"] = "loss",
        log_scale: bool = False,
        ax: Axes | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Compare the curves of several fitted networks.

        Parameters
        ----------
        estimators : dict of str to estimator, or list of estimator
            Fitted networks, or fitted Pipelines that end in one, by name. A list is
            named by the parameters in which its networks differ.

        metric, log_scale, ax, line_kw
            See `plot`.

        Returns
        -------
        display : LossCurveDisplay

        Raises
        ------
        NotFittedError, TypeError
            If an estimator is not fitted, or is of another type than above.

        ValueError
            If `estimators` is empty, if a network was never trained (`from_coefs`), or
            as in `plot`.
        """
        import_pyplot(cls.__name__)
        named = isinstance(estimators, Mapping)
        given = estimators.values() if named else estimators
        networks = [fitted_network(estimator) for estimator in given]
        if not networks:
            raise ValueError("estimators must hold at least one estimator, got none.")
        for network in networks:
            if network.n_iter_ == 0:
                raise ValueError(
                    f"{network!r} was never trained: its history_ has no epoch."
                )
        losses = {loss_name_of(network) for network in networks}
        has_epochs = any(network.solver in OPTIMIZERS for network in networks)
        display = cls(
            histories=[network.history_ for network in networks],
            best_epochs=[network.best_epoch_ for network in networks],
            names=[str(name) for name in estimators] if named else names_of(networks),
            loss_name=losses.pop() if len(losses) == 1 else "Loss",
            epoch_name="epoch" if has_epochs else "iteration",
            score_name=_score_name(networks),
            stop_reasons=[network.stop_reason_ for network in networks],
            alphas=[network.alpha_ for network in networks],
        )
        return display.plot(ax, metric=metric, log_scale=log_scale, line_kw=line_kw)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        metric: Literal["loss", "score"] = "loss",
        log_scale: bool = False,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None creates a figure with the legend beside the curves.

        metric : {'loss', 'score'}, default='loss'
            Curves to draw: training and validation loss, or the validation score.

        log_scale : bool, default=False
            Whether the vertical axis is logarithmic.

        line_kw : dict, default=None
            Keyword arguments for `ax.plot`.

        Returns
        -------
        self : LossCurveDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.

        ValueError
            If `metric` was not recorded, or has no value above zero with `log_scale`.
        """
        plt = import_pyplot(type(self).__name__)
        self._check_metric(metric, log_scale)
        beside = ax is None
        if ax is None:
            _, ax = plt.subplots(layout="constrained")
        self.lines_, self.validation_lines_, self.best_lines_ = [], [], []
        for i in range(len(self.histories)):
            self._plot_history(ax, i, metric, line_kw or {})
        if log_scale:
            ax.set_yscale("log")
        ylabel = self.loss_name if metric == "loss" else self.score_name
        xlabel = self.epoch_name.capitalize()
        finish_curves(ax, xlabel, ylabel, self._legend_handles(), beside)
        if len(self.histories) == 1:
            ax.set_title(self._title(), parse_math=False)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _title(self):
        """Return the name of the one network, and why its training stopped."""
        [name], [reason] = self.names or [""], self.stop_reasons or [None]
        if not reason:
            return name
        n = len(self.histories[0]["loss"])
        ended = f"stopped by {reason!r} after {n} {self.epoch_name}{'s' * (n > 1)}"
        if reason == "patience":  # the best epoch may be the last, by a small margin
            ended += ":\nno more improvement above tol"
        return f"{name}: {ended}" if name else ended

    def _training_label(self):
        return "training, with penalty" if any(self.alphas or ()) else "training"

    def _check_metric(self, metric, log_scale):
        if metric not in COLUMNS:
            raise ValueError(f"metric must be one of {list(COLUMNS)}, got {metric!r}.")
        columns = [h.get(name, []) for h in self.histories for name in COLUMNS[metric]]
        values = np.array([*chain(*columns)], dtype=float)
        if not np.isfinite(values).any():
            raise ValueError(
                f"metric={metric!r} was not recorded. Set early_stopping=True to "
                "validate each epoch."
            )
        if log_scale and not (values > 0).any():
            raise ValueError(
                f"log_scale must be False: no {metric} is above zero, the largest is "
                f"{np.nanmax(values):.6g}."
            )

    def _plot_history(self, ax, i, metric, line_kw):
        """Draw the lines of one network, and its star."""
        several = len(self.histories) > 1

        def draw(column, **style):
            if column not in self.histories[i]:
                return None
            values = np.array(self.histories[i][column], dtype=float)  # NaN for None
            style = curve_style(i, values, n_marks=8 if several else 0) | style
            [line] = ax.plot(np.arange(len(values)) + 1, values, **(style | line_kw))
            return line

        if metric == "loss":
            self.lines_.append(draw("loss", label=self._training_label()))
        dashed = {"linestyle": "--"} | ({} if several else {"color": VERMILION})
        validation = draw(f"validation_{metric}", label="validation", **dashed)
        best = self.best_epochs[i] if self.best_epochs else None
        star = None
        if best is not None and validation is not None:
            value = validation.get_ydata()[best - 1]
            label = f"best {self.epoch_name}: {best}"
            star = draw_star(ax, validation, best, value, label)
        self.validation_lines_.append(validation)
        self.best_lines_.append(star)

    def _legend_handles(self):
        from matplotlib.lines import Line2D

        training, validation, stars = (
            [line for line in lines if line is not None]
            for lines in (self.lines_, self.validation_lines_, self.best_lines_)
        )
        if len(self.histories) == 1:
            return training + validation + stars
        # Colours and markers distinguish networks, line styles the kinds of curves.
        handles = []
        lines = self.lines_ or self.validation_lines_
        for line, name in zip(lines, self.names, strict=True):
            if line is not None:
                line.set_label(name)
                handles.append(line)
        if training and validation:
            kinds = {self._training_label(): "-", "validation": "--"}
            for what, style in kinds.items():
                handles.append(Line2D([], [], color=foreground(), ls=style, label=what))
        if stars:
            style = {"markerfacecolor": "none", "markeredgecolor": foreground()}
            star = {"ls": "", "label": f"best {self.epoch_name}", **style, **STAR}
            handles.append(Line2D([], [], **star))
        return handles


def _score_name(networks):
    """Return what the validation score of these networks is."""
    is_loss = all(network.scoring == "loss" for network in networks)
    return "Negative validation loss" if is_loss else "Validation score"
