"""Loss curves: how training went, epoch by epoch, and where it was best."""

import numpy as np

from ._appearance import (
    STAR,
    VERMILLION,
    curve_style,
    difference_labels,
    finish_curves,
    fitted_network,
    import_pyplot,
)

CURVES = {
    "loss": {"training": "loss", "validation": "validation_loss"},
    "score": {"validation": "validation_score"},
}
YLABELS = {"loss": "Loss", "score": "Validation score"}


class LossCurveDisplay:
    """Loss, or validation score, over the epochs of one or several trainings.

    Make it by `from_estimator` or `from_estimators`. The training loss is a solid
    line, and what early stopping saw on held-out samples a dashed one, with a star at
    the epoch whose weights were kept. The training loss includes the penalty, the
    validation loss does not; of a regressor with `normalize_y=True` both are those of
    standardised targets.

    Parameters
    ----------
    histories : list of dict
        The `history_` of each estimator: lists with one entry an epoch, `loss` and
        perhaps `validation_loss` and `validation_score`. None leaves a gap.

    best_epochs : list of int or None, default=None
        The `best_epoch_` of each estimator, counted from 1; None where there is none.

    names : list of str, default=None
        For the legend, or the title of one estimator; needed for several.

    Attributes
    ----------
    lines_ : list of matplotlib Line2D
        Training loss of each estimator; empty for the score.

    validation_lines_ : list of matplotlib Line2D or None
        Validation loss or score of each estimator, None where there was none.

    best_lines_ : list of matplotlib Line2D or None
        The star at each best epoch.

    ax_ : matplotlib Axes

    figure_ : matplotlib Figure

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

    def __init__(self, *, histories, best_epochs=None, names=None):
        self.histories = histories
        self.best_epochs = best_epochs
        self.names = names

    @classmethod
    def from_estimator(
        cls, estimator, *, metric="loss", log_scale=False, ax=None, line_kw=None
    ):
        """Draw the curves of one estimator.

        Parameters
        ----------
        estimator : SimpleMLPClassifier, SimpleMLPRegressor or Pipeline
            Fitted; of a Pipeline it is the last step.

        metric : {'loss', 'score'}, default='loss'
            Loss in training and validation, or the score in validation.

        log_scale : bool, default=False
            Whether the vertical axis is logarithmic.

        ax : matplotlib Axes, default=None
            None makes a figure.

        line_kw : dict, default=None
            For `ax.plot`.

        Returns
        -------
        display : LossCurveDisplay

        Raises
        ------
        ValueError
            If the estimator was never trained (`from_coefs`), or if `metric` was not
            recorded.

        TypeError
            If the estimator is not a network, nor ends in one.
        """
        return cls.from_estimators(
            [estimator], metric=metric, log_scale=log_scale, ax=ax, line_kw=line_kw
        )

    @classmethod
    def from_estimators(
        cls, estimators, *, metric="loss", log_scale=False, ax=None, line_kw=None
    ):
        """Draw the curves of several estimators, to compare them.

        Parameters
        ----------
        estimators : dict of str to estimator, or list of estimator
            As in `from_estimator`. Those of a list are named by the parameters in
            which they differ.

        metric, log_scale, ax, line_kw
            As in `from_estimator`.

        Returns
        -------
        display : LossCurveDisplay

        Raises
        ------
        ImportError
            If there is no matplotlib.

        NotFittedError
            If an estimator is not fitted.

        TypeError
            If one is neither a SimpleMLPClassifier nor a SimpleMLPRegressor, nor a
            Pipeline that ends in one.

        ValueError
            If there is none, or one without an epoch, or as `plot` does.
        """
        import_pyplot(cls.__name__)
        given = estimators.values() if isinstance(estimators, dict) else estimators
        networks = [fitted_network(estimator) for estimator in given]
        if not networks:
            raise ValueError("estimators must hold at least one estimator, got none.")
        for network in networks:
            if network.n_iter_ == 0:
                raise ValueError(
                    f"{network!r} was never trained: its history_ has no epoch."
                )
        if isinstance(estimators, dict):
            names = [str(name) for name in estimators]
        else:
            labels = difference_labels([n.get_params(deep=False) for n in networks])
            unique = len(set(labels)) == len(labels)
            names = [
                label if unique else f"{i}. {label}".rstrip(". ")
                for i, label in enumerate(labels, start=1)
            ]
        display = cls(
            histories=[network.history_ for network in networks],
            best_epochs=[network.best_epoch_ for network in networks],
            names=names,
        )
        return display.plot(ax, metric=metric, log_scale=log_scale, line_kw=line_kw)

    def plot(self, ax=None, *, metric="loss", log_scale=False, line_kw=None):
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a figure, with the legend beside the curves.

        metric : {'loss', 'score'}, default='loss'
            Loss in training and validation, or the score in validation.

        log_scale : bool, default=False
            Whether the vertical axis is logarithmic.

        line_kw : dict, default=None
            For `ax.plot`.

        Returns
        -------
        self : LossCurveDisplay

        Raises
        ------
        ImportError
            If there is no matplotlib.

        ValueError
            If `metric` was not recorded, or is nowhere above zero with `log_scale`.
        """
        plt = import_pyplot(type(self).__name__)
        self._check_metric(metric, log_scale)
        beside = ax is None
        if ax is None:
            _, ax = plt.subplots(layout="constrained")
        self.lines_, self.validation_lines_, self.best_lines_ = [], [], []
        for i in range(len(self.histories)):
            self._plot_estimator(ax, i, CURVES[metric], line_kw or {})
        if log_scale:
            ax.set_yscale("log")
        finish_curves(ax, YLABELS[metric], self._legend_handles(), beside)
        if len(self.histories) == 1 and self.names and self.names[0]:
            ax.set_title(self.names[0])
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _check_metric(self, metric, log_scale):
        """Check that there is something to draw."""
        if metric not in CURVES:
            raise ValueError(f"metric must be one of {list(CURVES)}, got {metric!r}.")
        columns = CURVES[metric].values()
        values = np.hstack(
            [_floats(h[name]) for h in self.histories for name in columns if name in h]
            or [[]]
        )
        if not np.isfinite(values).any():
            raise ValueError(
                f"metric={metric!r} was not recorded: only early stopping validates."
            )
        if log_scale and not (values > 0).any():
            raise ValueError(
                f"log_scale must be False: no {metric} is above zero, the largest is "
                f"{np.nanmax(values):.6g}."
            )

    def _plot_estimator(self, ax, i, columns, line_kw):
        """Draw the lines of one estimator, and its star."""
        several = len(self.histories) > 1
        lines = dict.fromkeys(columns)
        for part in columns:
            if columns[part] not in self.histories[i]:
                continue
            values = _floats(self.histories[i][columns[part]])
            style = curve_style(i, values, n_marks=8 if several else 0)
            style["label"] = part
            if part == "validation":
                style["linestyle"] = "--"
                if not several:
                    style["color"] = VERMILLION
            epochs = np.arange(1, len(values) + 1)
            [lines[part]] = ax.plot(epochs, values, **{**style, **line_kw})
        if "training" in columns:
            self.lines_.append(lines["training"])
        self.validation_lines_.append(lines["validation"])
        best = None if self.best_epochs is None else self.best_epochs[i]
        star = None
        if best is not None and lines["validation"] is not None:
            value = lines["validation"].get_ydata()[best - 1]
            style = {"color": lines["validation"].get_color(), **STAR}
            style["label"] = f"best epoch: {best}"
            [star] = ax.plot([best], [value], linestyle="", **style)
        self.best_lines_.append(star)

    def _legend_handles(self):
        """What the legend shows."""
        from matplotlib.lines import Line2D

        training, validation, stars = (
            [line for line in lines if line is not None]
            for lines in (self.lines_, self.validation_lines_, self.best_lines_)
        )
        if len(self.histories) == 1:
            return training + validation + stars
        # Colours and markers stand for estimators, styles of lines for what they are.
        handles = []
        for line, name in zip(
            self.lines_ or self.validation_lines_, self.names, strict=True
        ):
            if line is not None:
                line.set_label(name)
                handles.append(line)
        if training and validation:
            black = {"color": "black"}
            handles.append(Line2D([], [], label="training", **black))
            handles.append(Line2D([], [], ls="--", label="validation", **black))
        if stars:
            handles.append(
                Line2D([], [], ls="", color="white", label="best epoch", **STAR)
            )
        return handles


def _floats(column):
    """A column of the history, with NaN for None."""
    return np.array(column, dtype=float)
