"""Curves over epochs: their styles, labels, axes and legend."""

import textwrap

import numpy as np

from ._style import COLORS, foreground, text_width

# Markers distinguish curves in grey print. They are hollow where colours repeat.
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p")
STAR = {"marker": "*", "markersize": 15, "zorder": 4}


def curve_style(i, values, n_marks):
    """Return the style of the i-th curve, with about `n_marks` markers.

    A value between two NaNs always has a marker, since no line reaches it.
    """
    known = np.isfinite(values)
    marked = known & ~np.append(known[1:], False) & ~np.append(False, known[:-1])
    spread = np.linspace(0, len(values) - 1, min(n_marks, len(values)))
    marked[spread.astype(int)] = True
    colors = (*COLORS, foreground())
    repeats, k = divmod(i, len(colors))
    return {
        "color": colors[k],
        "fillstyle": "none" if repeats % 2 else "full",
        "marker": MARKERS[i % len(MARKERS)] if marked.any() else "",
        "markersize": 5,
        "markevery": np.flatnonzero(marked).tolist(),
    }


def difference_labels(params):
    """Label each dict of parameters by those in which the dicts differ.

    Labels such as 'alpha=0.1, momentum=0' omit the names of steps unless two steps
    share a parameter. They are empty if nothing differs.
    """
    keys = list(dict.fromkeys(key for p in params for key in p))
    keys = [key for key in keys if len({repr(p.get(key)) for p in params}) > 1]
    names = {key: key.rsplit("__", 1)[-1] for key in keys}
    if len(set(names.values())) < len(names):
        names = {key: key for key in keys}
    return [
        ", ".join(f"{names[key]}={_abridged(p[key])}" for key in keys if key in p)
        for p in params
    ]


def names_of(networks):
    """Name networks by the parameters that differ, with numbers if not unique."""
    labels = difference_labels([n.get_params(deep=False) for n in networks])
    if len(set(labels)) == len(labels):
        return labels
    return [f"{i}. {label}".rstrip(". ") for i, label in enumerate(labels, start=1)]


def _abridged(value):
    text = f"{value:g}" if isinstance(value, float) else " ".join(str(value).split())
    return text if len(text) <= 40 else f"{text[:39]}…"


def draw_star(ax, line, x, y, label):
    """Mark the point (x, y) of a line with a star."""
    style = {"color": line.get_color(), "markeredgecolor": foreground(), **STAR}
    [star] = ax.plot([x], [y], ls="", label=label, **style)
    return star


def finish_curves(ax, xlabel, ylabel, handles, beside):
    """Label the axes and add a legend.

    With `beside`, the legend is beside the axes, and the figure grows to hold it.
    """
    import matplotlib as mpl
    from matplotlib.ticker import MaxNLocator

    ticks = MaxNLocator(integer=True, steps=[1, 2, 5, 10], min_n_ticks=1)
    ax.xaxis.set_major_locator(ticks)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.grid(alpha=0.3)
    if beside:
        place = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.015)}
        size = mpl.rcParams["font.size"]
        widest = max(text_width(handle.get_label(), size) for handle in handles)
        height = max(4.2, 0.5 + 1.6 * size / 72 * len(handles))
        ax.figure.set_size_inches(6 + widest, height)
        _add_legend(ax, handles, frameon=False, **place)
    # The layout of the figure sets the size of the axes.
    ax.figure.canvas.figure.draw_without_rendering()
    if not beside:
        _add_legend_that_fits(ax, handles)
    _wrap_ylabel(ax)


def _add_legend_that_fits(ax, handles):
    """Add a legend inside the axes, in a smaller size if it would not fit."""
    from matplotlib.font_manager import FontProperties

    size, room = FontProperties(size="small").get_size_in_points(), ax.bbox
    box = _add_legend(ax, handles, fontsize=size).get_window_extent()
    scale = 0.9 * min(room.width / box.width, room.height / box.height)
    _add_legend(ax, handles, fontsize=size * min(1, scale), framealpha=0.7)


def _add_legend(ax, handles, **style):
    """Add and return a legend, in whose names dollar signs are not formulas."""
    legend = ax.legend(handles=handles, **style)
    for text in legend.get_texts():
        text.set_parse_math(False)
    return legend


def _wrap_ylabel(ax):
    """Break a label that is longer than its axis into lines."""
    label, height = ax.yaxis.label, ax.get_window_extent().height
    text = label.get_text()
    width = len(text)
    while label.get_window_extent().height > height and width > 10:
        width -= 1
        label.set_text(textwrap.fill(text, width))
