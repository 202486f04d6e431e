"""Curves on small axes and on dark styles: nothing is cut off, and all is visible."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from pictures import X, Y, classifier, contrast

from sknn_simple import SimpleMLPRegressor
from sknn_simple.model_selection import EpochSearchCV
from sknn_simple.plotting import EpochSearchDisplay, LossCurveDisplay


def draw_losses(ax=None):
    networks = [
        SimpleMLPRegressor(
            (units,),
            early_stopping=True,
            alpha=alpha,
            max_iter=12,
            n_iter_no_change=np.inf,
        ).fit(X, X[:, 0])
        for units, alpha in [(5, 0.1), (10, 1.0)]
    ]
    return LossCurveDisplay.from_estimators(networks, ax=ax)


def draw_search(ax=None):
    grid = {"learning_rate_init": [0.01, 0.1], "max_iter": [2, 4]}
    search = EpochSearchCV(classifier(), grid, cv=3).fit(X, Y)
    return EpochSearchDisplay.from_estimator(search, ax=ax)


@pytest.mark.parametrize("draw", [draw_losses, draw_search])
def test_texts_fit_small_axes(draw):
    figure, axes = plt.subplots(1, 3, figsize=(9, 2.4), layout="constrained")
    ax = draw(axes[1]).ax_
    figure.draw_without_rendering()
    room, label = ax.get_window_extent(), ax.yaxis.label.get_window_extent()
    legend = ax.get_legend().get_window_extent()
    assert label.height <= room.height
    assert legend.width <= room.width
    assert legend.height <= room.height


@pytest.mark.parametrize("n_networks", [1, 2])
@pytest.mark.parametrize("small", [False, True])
def test_names_with_dollar_signs_are_no_formulas(n_networks, small):
    """Matplotlib would set them as mathematics, or fail."""
    names = ["$\\frac{$", "price in $ or $$"][:n_networks]
    model = classifier().fit(X, Y)
    _, ax = plt.subplots(figsize=(3, 2)) if small else (None, None)
    display = LossCurveDisplay.from_estimators(dict.fromkeys(names, model), ax=ax)
    display.figure_.canvas.draw()
    texts = display.ax_.get_legend().get_texts() if n_networks > 1 else []
    shown = [display.ax_.title.get_text(), *(text.get_text() for text in texts)]
    assert all(any(name in text for text in shown) for name in names)


def test_labels_as_text_in_a_search_are_no_formulas():
    labels = np.array(["a$", "b^", "$c_"])[Y]
    grid = {"class_weight": [{"a$": 1, "b^": 1, "$c_": 1}, None], "max_iter": [1, 2]}
    search = EpochSearchCV(classifier(), grid, cv=2).fit(X, labels)
    display = EpochSearchDisplay.from_estimator(search)
    assert not any(text.get_parse_math() for text in display.ax_.get_legend().texts)


@pytest.mark.parametrize("draw", [draw_losses, draw_search])
@pytest.mark.parametrize("style", ["default", "dark_background"])
def test_lines_stand_out_from_the_background(draw, style):
    with plt.style.context(style):
        display = draw()
    background = display.ax_.get_facecolor()
    handles = display.ax_.get_legend().legend_handles
    lines = [h for h in [*display.ax_.lines, *handles] if hasattr(h, "get_marker")]
    for line in lines:
        if line.get_linestyle() != "None":
            assert contrast(line.get_color(), background) >= 3
