"""What the displays share: where pyplot comes from, colours, labels, a legend."""

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from .._base import BaseSimpleMLP

BLUE, VERMILLION = "#0072B2", "#D55E00"
COLORS = (BLUE, VERMILLION, "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
# A line is also known by its markers, on grey paper and when colours begin anew.
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p")
STAR = {"marker": "*", "markersize": 15, "markeredgecolor": "black", "zorder": 4}


def import_pyplot(caller):
    """Return matplotlib.pyplot, or say who needs it."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            f'{caller} needs matplotlib: pip install "sknn-simple[plot]".'
        ) from error
    return plt


def fitted_network(estimator):
    """The estimator, or the last step of a Pipeline, if it is a fitted network."""
    network = estimator
    while isinstance(network, Pipeline):
        network = network.steps[-1][1]
    if not isinstance(network, BaseSimpleMLP):
        raise TypeError(
            "estimator must be a SimpleMLPClassifier, a SimpleMLPRegressor, or a "
            f"Pipeline that ends in one, got {estimator!r}."
        )
    check_is_fitted(network)
    return network


def curve_style(i, values, n_marks):
    """How the i-th curve looks, with about `n_marks` markers along its way.

    A value between two that are NaN is marked in any case, since no line shows it.
    """
    known = np.isfinite(values)
    marked = known & ~np.append(known[1:], False) & ~np.append(False, known[:-1])
    spread = np.linspace(0, len(values) - 1, min(n_marks, len(values)))
    marked[spread.astype(int)] = True
    return {
        "color": COLORS[i % len(COLORS)],
        "marker": MARKERS[i % len(MARKERS)] if marked.any() else "",
        "markersize": 5,
        "markevery": np.flatnonzero(marked).tolist(),
    }


def difference_labels(params):
    """Label each dict of parameters by those that are not the same in all of them.

    Parameters
    ----------
    params : list of dict

    Returns
    -------
    labels : list of str
        Such as 'alpha=0.1, momentum=0'; empty where nothing differs.
    """
    keys = list(dict.fromkeys(key for p in params for key in p))
    keys = [key for key in keys if len({repr(p.get(key)) for p in params}) > 1]
    names = [key.rsplit("__", 1)[-1] for key in keys]
    if len(set(names)) < len(names):
        names = keys
    return [
        ", ".join(
            f"{name}={_written(p[key])}"
            for key, name in zip(keys, names, strict=True)
            if key in p
        )
        for p in params
    ]


def _written(value):
    text = f"{value:g}" if isinstance(value, float) else " ".join(str(value).split())
    return text if len(text) <= 40 else f"{text[:39]}…"


def text_width(text, size):
    """Width of a text of that font size, which may have several lines, in inches."""
    from matplotlib.textpath import TextPath

    lines = [line for line in text.splitlines() if line.strip()]
    points = [TextPath((0, 0), line, size=size).get_extents().x1 for line in lines]
    return max(points, default=0) / 72


def finish_curves(ax, ylabel, handles, beside):
    """Label the axes of curves over epochs, and add a legend.

    With `beside` it stands beside the axes, in a figure that is made large enough,
    or else in them where it hides least.
    """
    import matplotlib as mpl
    from matplotlib.ticker import MaxNLocator

    ticks = MaxNLocator(integer=True, steps=[1, 2, 5, 10], min_n_ticks=1)
    ax.xaxis.set_major_locator(ticks)
    ax.set(xlabel="Epoch", ylabel=ylabel)
    ax.grid(alpha=0.3)
    place = {"fontsize": "small"}
    if beside:
        place = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.015)}
        size = mpl.rcParams["font.size"]
        widest = max(text_width(handle.get_label(), size) for handle in handles)
        height = max(4.2, 0.5 + 1.6 * size / 72 * len(handles))
        ax.figure.set_size_inches(6 + widest, height)
    ax.legend(handles=handles, frameon=not beside, **place)
