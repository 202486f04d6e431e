"""Built-in data sets: each is a call of a function, which a script can repeat.

The functions `make_*` of this file use NumPy only, and a script contains their source.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from sklearn.datasets import make_blobs, make_circles, make_moons

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


@dataclass(frozen=True)
class Dataset:
    """A built-in data set, and everything that the playground knows about it."""

    label: str
    task: str
    features: tuple[str, ...]
    function: Callable
    module: str | None = None
    fixed: dict[str, Any] | None = None  # further arguments
    noise: str | None = None  # name of the argument, if there is one
    noise_factor: float = 1.0
    sized: bool = True  # whether it has any number of samples, drawn from a seed
    classes: tuple[str, ...] | None = None  # names, if they are not the labels

    def call(self, n_samples, noise, seed):
        """Return the Call that makes the samples."""
        arguments = {"n_samples": n_samples} if self.sized else {}
        if self.noise:
            arguments[self.noise] = noise * self.noise_factor
        arguments |= self.fixed or {}
        if self.sized:
            arguments["random_state"] = seed
        return Call(self.function, arguments, self.module)

    def describe(self, name):
        """Return what a page must know."""
        return {
            "name": name,
            "label": self.label,
            "task": self.task,
            "n_features": len(self.features),
            "noise": bool(self.noise),
            "sized": self.sized,
        }


PLANE = ("x1", "x2")
THREE = ("first", "second", "third")
SCIKIT_LEARN = {"module": "sklearn.datasets"}
TUTORIAL = {
    "module": "sknn_simple.datasets",
    "fixed": {"return_X_y": True},
    "sized": False,
}

DATASETS = {
    "moons": Dataset(
        "Moons",
        "classification",
        PLANE,
        make_moons,
        noise="noise",
        **SCIKIT_LEARN,
    ),
    "circles": Dataset(
        "Circles",
        "classification",
        PLANE,
        make_circles,
        fixed={"factor": 0.5},
        noise="noise",
        noise_factor=0.5,
        **SCIKIT_LEARN,
    ),
    "xor": Dataset(
        "Exclusive or",
        "classification",
        PLANE,
        make_xor,
        noise="noise",
        noise_factor=0.5,
    ),
    "spirals": Dataset(
        "Spirals",
        "classification",
        PLANE,
        make_spirals,
        noise="noise",
        noise_factor=0.2,
    ),
    "blobs": Dataset(
        "Three blobs",
        "classification",
        PLANE,
        make_blobs,
        fixed={"centers": ((0, 2), (-2, -1), (2, -1))},
        noise="cluster_std",
        noise_factor=4.0,
        **SCIKIT_LEARN,
    ),
    "people": Dataset(
        "People: weight and height",
        "classification",
        ("weight", "height"),
        make_people,
        module="sknn_simple.datasets",
        classes=("male", "female"),
    ),
    "four_people": Dataset(
        "Four people (tutorial)",
        "classification",
        ("weight", "height"),
        load_four_people,
        classes=("male", "female"),
        **TUTORIAL,
    ),
    "first_input_wins": Dataset(
        "First input wins (tutorial)",
        "classification",
        THREE,
        load_first_input_wins,
        **TUTORIAL,
    ),
    "third_input_wins": Dataset(
        "Third input wins (tutorial)",
        "classification",
        THREE,
        load_third_input_wins,
        **TUTORIAL,
    ),
    "sine": Dataset("Sine", "regression", ("x",), make_sine, noise="noise"),
    "hill": Dataset("Hill", "regression", PLANE, make_hill, noise="noise"),
    "soft_targets": Dataset(
        "Soft targets (tutorial)", "regression", THREE, load_soft_targets, **TUTORIAL
    ),
    "linear_neuron": Dataset(
        "Linear neuron (tutorial)",
        "regression",
        ("input",),
        load_linear_neuron,
        **TUTORIAL,
    ),
}
"""The built-in data sets, in the order of the page."""
