"""Built-in data sets: each is a call of a function, which a script can repeat.

The functions `make_*` of this file use NumPy only, and a script contains their source.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from sklearn.datasets import make_blobs, make_circles, make_moons
from sklearn.preprocessing import MinMaxScaler, minmax_scale

from ..datasets import (
    load_first_input_wins,
    load_four_people,
    load_linear_neuron,
    load_soft_targets,
    load_third_input_wins,
    make_people,
)


def make_xor(n_samples, noise, random_state):
    """Draw points in a square, of class 1 where exactly one coordinate is positive."""
    rng = np.random.RandomState(random_state)
    X = rng.uniform(-1, 1, (n_samples, 2))
    y = (X[:, 0] > 0) ^ (X[:, 1] > 0)
    return X + noise * rng.standard_normal(X.shape), y.astype(int)


def make_spirals(n_samples, noise, random_state):
    """Draw points on two spirals, each of which is a class."""
    rng = np.random.RandomState(random_state)
    y = np.arange(n_samples) % 2
    radius = np.sqrt(rng.uniform(0.01, 1, n_samples))
    angle = 2.5 * np.pi * radius + np.pi * y
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return X + noise * rng.standard_normal(X.shape), y


def make_sine(n_samples, noise, random_state):
    """Draw points on a sine curve."""
    rng = np.random.RandomState(random_state)
    X = rng.uniform(-np.pi, np.pi, (n_samples, 1))
    return X, np.sin(X[:, 0]) + noise * rng.standard_normal(n_samples)


def make_hill(n_samples, noise, random_state):
    """Draw points on a hill over the plane."""
    rng = np.random.RandomState(random_state)
    X = rng.uniform(-2, 2, (n_samples, 2))
    height = np.exp(-(X**2).sum(axis=1))
    return X, height + noise * rng.standard_normal(n_samples)


class Call(NamedTuple):
    """A call of a function that returns samples and targets."""

    function: Callable
    arguments: dict[str, Any]
    module: str | None  # to import the function from; None if its source is needed

    def result(self):
        """Return the samples and the targets."""
        return self.function(**self.arguments)

    def code(self):
        """Return the call as Python."""
        arguments = ", ".join(f"{k}={v!r}" for k, v in self.arguments.items())
        return f"{self.function.__name__}({arguments})"

    def source(self):
        """Return the source of the function, if it cannot be imported."""
        return "" if self.module else inspect.getsource(self.function)


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A built-in data set, and everything that the playground knows about it."""

    label: str
    help: str
    task: str = "classification"
    features: tuple[str, ...] = ("x1", "x2")
    target: str = "class"
    classes: tuple[str, ...] | None = None  # names, if they are not the labels
    function: Callable
    module: str | None = None  # to import the function from
    fixed: dict[str, Any] = field(default_factory=dict)  # arguments
    noise: str | None = None  # argument for the noise, if there is one
    noise_factor: float = 1.0
    sized: bool = True  # whether any number of samples can be drawn from a seed

    def call(self, n_samples, noise, seed):
        """Return the Call that makes the samples."""
        arguments = {"n_samples": n_samples} if self.sized else {}
        if self.noise:
            arguments[self.noise] = noise * self.noise_factor
        arguments |= self.fixed
        if self.sized:
            arguments["random_state"] = seed
        return Call(self.function, arguments, self.module)

    def describe(self, name):
        """Return what a page must know."""
        return {
            "name": name,
            "label": self.label,
            "help": self.help,
            "task": self.task,
            "n_features": len(self.features),
            "noise": bool(self.noise),
            "sized": self.sized,
            "preview": self.preview(),
        }

    def preview(self):
        """Return about 60 points for a small picture, within 0 and 1."""
        X, y = self.call(60, 0.05, 0).result()
        points = np.column_stack([X, y])[:, :2]
        points = MinMaxScaler().fit_transform(points)
        targets = y if self.task == "classification" else minmax_scale(y)
        rows = np.column_stack([points, targets])
        return np.round(rows, 3).tolist()


THREE_INPUTS = {"features": ("first", "second", "third"), "target": "output"}
SCIKIT_LEARN = {"module": "sklearn.datasets"}
TUTORIAL = {
    "module": "sknn_simple.datasets",
    "fixed": {"return_X_y": True},
    "sized": False,
}
REGRESSION = {"task": "regression", "target": "y"}

DATASETS = {
    "moons": Dataset(
        label="Moons",
        help="Two half circles that reach into each other.",
        function=make_moons,
        noise="noise",
        **SCIKIT_LEARN,
    ),
    "circles": Dataset(
        label="Circles",
        help="A circle around another one.",
        function=make_circles,
        fixed={"factor": 0.5},
        noise="noise",
        noise_factor=0.5,
        **SCIKIT_LEARN,
    ),
    "xor": Dataset(
        label="XOR",
        help="Exclusive or: class 1 where exactly one coordinate is positive.",
        function=make_xor,
        noise="noise",
        noise_factor=0.5,
    ),
    "spirals": Dataset(
        label="Spirals",
        help="Two spirals around each other.",
        function=make_spirals,
        noise="noise",
        noise_factor=0.2,
    ),
    "blobs": Dataset(
        label="Blobs",
        help="Three clouds of points, one per class.",
        function=make_blobs,
        fixed={"centers": [[0, 2], [-2, -1], [2, -1]]},
        noise="cluster_std",
        noise_factor=4.0,
        **SCIKIT_LEARN,
    ),
    "people": Dataset(
        label="People",
        help="Weight and height of women and men, by the tutorial's rule.",
        features=("weight", "height"),
        target="sex",
        classes=("male", "female"),
        function=make_people,
        module="sknn_simple.datasets",
    ),
    "four_people": Dataset(
        label="Four people",
        help="Tutorial: weight, height and sex of Alice, Bob, Charlie and Diana.",
        features=("weight", "height"),
        target="sex",
        classes=("male", "female"),
        function=load_four_people,
        **TUTORIAL,
    ),
    "first_input_wins": Dataset(
        label="First wins",
        help="Tutorial: the output is the first of three inputs.",
        function=load_first_input_wins,
        **THREE_INPUTS,
        **TUTORIAL,
    ),
    "third_input_wins": Dataset(
        label="Third wins",
        help="Tutorial: the output is the third of three inputs.",
        function=load_third_input_wins,
        **THREE_INPUTS,
        **TUTORIAL,
    ),
    "sine": Dataset(
        label="Sine",
        help="Points on a sine curve.",
        features=("x",),
        function=make_sine,
        noise="noise",
        **REGRESSION,
    ),
    "hill": Dataset(
        label="Hill",
        help="Heights of a hill over the plane.",
        function=make_hill,
        noise="noise",
        **REGRESSION,
    ),
    "soft_targets": Dataset(
        label="Soft targets",
        help="Tutorial: four rows of three inputs, with outputs between 0 and 1.",
        task="regression",
        function=load_soft_targets,
        **THREE_INPUTS,
        **TUTORIAL,
    ),
    "linear_neuron": Dataset(
        label="One neuron",
        help="Tutorial: a single row, input 1 and target 0.",
        task="regression",
        features=("input",),
        target="output",
        function=load_linear_neuron,
        **TUTORIAL,
    ),
}
"""The built-in data sets, in the order of the page."""
