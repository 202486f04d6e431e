"""Data and networks to draw, and what a picture shows."""

import io

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
from sklearn.datasets import load_iris
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier

IRIS = load_iris()
X, Y = StandardScaler().fit_transform(IRIS.data), IRIS.target


def classifier(**params):
    params = {"max_iter": 12, "n_iter_no_change": np.inf, "random_state": 0} | params
    return SimpleMLPClassifier(params.pop("hidden_layer_sizes", (5,)), **params)


def texts(display):
    return [text.get_text() for text in display.ax_.texts]


STYLES = ["default", "dark_background", "Solarize_Light2", "grayscale", "ggplot"]


def backgrounds(display, boxes):
    """Colours in a file: near a corner of the axes, and of each box."""
    file, figure = io.BytesIO(), display.figure_
    figure.savefig(file, dpi=figure.dpi)
    file.seek(0)
    picture = plt.imread(file)[::-1, :, :3]
    corners = [box.p0 for box in (display.ax_.get_window_extent(), *boxes)]
    near = np.array(corners).astype(int) + 2
    colors = [tuple(picture[y, x]) for x, y in near]
    return colors[0], set(colors[1:])


def legend(display):
    return [text.get_text() for text in display.ax_.get_legend().get_texts()]


def luminance(color):
    """Relative luminance, as WCAG 2 defines it."""
    rgb = np.array(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(color, background):
    """Contrast ratio of two colours, as WCAG 2 defines it."""
    dark, light = sorted([luminance(color), luminance(background)])
    return (light + 0.05) / (dark + 0.05)
