"""Frame: what a page shows of a training at one moment."""

import base64
import math

import numpy as np

from ..inspection.problem import loss_without_penalty, make_problem
from ..network import ACTIVATIONS, layer_activations
from .refusal import Refusal
from .table import Table

SURFACE = 50
NEURONS = 20
CURVE = 200
LEVELS = 255
BAND = 32  # levels per class, where there are more than two


class View:
    """The plane, or the line, in which a page shows the data."""

    def __init__(self, training, settings):
        samples = training.samples
        names = list(samples.features)
        shown = settings.features or names[:2]
        if not set(shown) <= set(names) or len(set(shown)) < len(shown):
            raise Refusal(
                "features",
                f"The features shown must be two of {', '.join(names)}, got "
                f"{', '.join(shown):.60}.",
            )
        self.columns = [names.index(name) for name in shown]
        self.features = list(shown)
        self.centre = training.X_train.mean(axis=0)
        ranges = [_padded(samples.X[:, column]) for column in self.columns]
        if self.is_line:
            is_regression = settings.task == "regression"
            ranges.append(_padded(samples.y if is_regression else np.array([0, 1])))
        if isinstance(samples.source, Table) and samples.source.view is not None:
            ranges = samples.source.view
        self.x_range, self.y_range = ranges
        self.surface = training.scaled(self._grid(SURFACE))
        self.neurons = training.scaled(self._grid(NEURONS))
        if self.is_line:
            self.curve_x = np.linspace(*self.x_range, CURVE)
            self.curve = training.scaled(self.curve_x[:, None])

    @property
    def is_line(self):
        """Whether the data have a single feature."""
        return len(self.columns) == 1

    @property
    def neuron_grid(self):
        return [NEURONS, 1 if self.is_line else NEURONS]

    def _grid(self, n):
        """Return the centres of n cells, or of n x n cells row by row from below."""
        x = _centres(self.x_range, n)
        if self.is_line:
            return x[:, None]
        points = np.tile(self.centre, (n * n, 1))
        points[:, self.columns[0]] = np.tile(x, n)
        points[:, self.columns[1]] = np.repeat(_centres(self.y_range, n), n)
        return points

    def points(self, training, X, y):
        """Return rows of the coordinates and the target, at most 1000."""
        X, targets = X[:1000], target_numbers(training, y[:1000])
        second = targets if self.is_line else X[:, self.columns[-1]]
        return np.column_stack([X[:, self.columns[0]], second, targets]).tolist()


def describe_data(training, view):
    """Return the data as a page shows them."""
    samples, settings = training.samples, training.settings
    source, is_regression = samples.source, settings.task == "regression"
    is_own = isinstance(source, Table) and source.origin != "points"
    notes = [samples.note] if samples.note else []
    if settings.test_size and not training.has_test:
        notes.append("Too few samples to hold some out for testing.")
    return {
        "name": samples.name,
        "features": view.features,
        "all_features": samples.features,
        "target": samples.target,
        "columns": list(source.columns) if is_own else None,
        "x_range": view.x_range,
        "y_range": view.y_range,
        "value_range": [*_limits(samples.y)] if is_regression else None,
        "classes": samples.class_names,
        "train": view.points(training, training.X_train, training.y_train),
        "test": view.points(training, training.X_test, training.y_test),
        "n_train": len(training.y_train),
        "n_test": len(training.y_test),
        "note": " ".join(notes) or None,
    }


def target_numbers(training, y):
    """Return the index of each label, or the numbers themselves."""
    if training.settings.task == "classification":
        return np.searchsorted(training.network.classes_, y).astype(float)
    return np.asarray(y, float)


def frame(training, view):
    """Return the message that shows the network now, without the curve of losses."""
    network = training.network
    train, test = (
        _judge(training, X, y)
        for X, y in (
            (training.inputs_train, training.y_train),
            (training.inputs_test, training.y_test),
        )
    )
    return {
        "type": "frame",
        "epoch": _whole(training.epoch),
        "train_loss": train[0],
        "test_loss": test[0],
        "train_score": train[1],
        "test_score": test[1],
        "rate": training.rate,
        "coefs": [coef.tolist() for coef in network.coefs_],
        "intercepts": [intercept.tolist() for intercept in network.intercepts_],
        "surface": None if view.is_line else _surface(training, view),
        "curve": _curve(training, view) if view.is_line else None,
        "neuron_grid": view.neuron_grid,
        "neurons": [*_neurons(network, view.neurons), _outputs(training, view)],
    }


def loss_of(network, X, y):
    """Return the loss of the network on samples, in its own units, without penalty."""
    problem = make_problem(network, X, y)
    with np.errstate(over="ignore", invalid="ignore"):
        return float(loss_without_penalty(problem, problem.samples))


def _judge(training, X, y):
    """Return the loss and the score; None where they are not defined."""
    if len(y) == 0:
        return None, None
    score = training.network.score(X, y) if training.is_scored(y) else None
    return _finite(loss_of(training.network, X, y)), _finite(score)


def _surface(training, view):
    network, levels = training.network, None
    if training.settings.task == "regression":
        levels = _target_levels(training, network.predict(view.surface))
    else:
        probabilities = network.predict_proba(view.surface)
        if probabilities.shape[1] == 2:
            levels = _scaled(probabilities[:, 1], 0, 1)
        else:
            best = probabilities.argmax(axis=1)
            confidence = probabilities.max(axis=1)
            levels = best * BAND + np.rint(confidence * (BAND - 1))
    return {"width": SURFACE, "height": SURFACE, "levels": _encode(levels)}


def _outputs(training, view):
    """Return the outputs on the grid of the neurons, as levels like the surface's."""
    network = training.network
    if training.settings.task == "regression":
        return [_encode(_target_levels(training, network.predict(view.neurons)))]
    probabilities = network.predict_proba(view.neurons)
    shown = probabilities[:, -network.n_outputs_ :]  # of two classes, the second
    return [_encode(levels) for levels in _scaled(shown.T, 0, 1)]


def _target_levels(training, predictions):
    return _scaled(predictions, *_limits(training.samples.y))


def _curve(training, view):
    network = training.network
    if training.settings.task == "regression":
        y = network.predict(view.curve)
    else:
        y = network.predict_proba(view.curve)[:, -1]
    return {"x": view.curve_x.tolist(), "y": y.tolist()}


def _neurons(network, grid):
    """Return the activations of each hidden unit on the grid, as levels."""
    hidden = network.hidden_activations(grid)
    names = layer_activations(network.activation, len(hidden))
    layers = []
    for name, units in zip(names, hidden, strict=True):
        low, high = ACTIVATIONS[name].target_bounds
        if not math.isfinite(high - low):
            high = float(np.abs(units).max()) or 1.0
            low = -high
        layers.append([_encode(levels) for levels in _scaled(units.T, low, high)])
    return layers


def _scaled(values, low, high):
    """Return values from low to high as levels from 0 to 255."""
    span = float(high - low) or 1.0
    return np.rint(np.clip((values - low) / span, 0, 1) * LEVELS)


def _encode(levels):
    return base64.b64encode(levels.astype(np.uint8).tobytes()).decode("ascii")


def _centres(limits, n):
    low, high = limits
    return low + (np.arange(n) + 0.5) * (high - low) / n


def _limits(values):
    return float(values.min()), float(values.max())


def _padded(values):
    """Return limits around values, with a margin."""
    low, high = _limits(values)
    margin = 0.1 * (high - low) or 1.0
    return low - margin, high + margin


def _whole(epoch):
    return int(epoch) if epoch == int(epoch) else round(epoch, 3)


def _finite(number):
    return float(number) if number is not None and math.isfinite(number) else None
