"""Data and networks to draw, and what a picture shows."""

import numpy as np
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


def legend(display):
    return [text.get_text() for text in display.ax_.get_legend().get_texts()]
