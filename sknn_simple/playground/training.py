"""Training: a network, its data, and the journal of what was done to it.

All learning is done by public methods of the estimators. `script.py` turns the journal
into a program that repeats it.
"""

import copy
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from .._fit import options
from .datasets import DATASETS, Call
from .refusal import Refusal
from .settings import ESTIMATORS, Settings
from .table import Table


class Epochs(NamedTuple):
    """Epochs on all training samples: calls of `partial_fit`."""

    count: int


class Minibatches(NamedTuple):
    """Steps on single minibatches, from a place in the order of the samples."""

    start: int
    size: int
    count: int


class Change(NamedTuple):
    """A change of options of the estimator."""

    options: dict[str, Any]


@dataclass(frozen=True)
class Samples:
    """All samples, and where they come from."""

    name: str
    source: Call | Table
    features: tuple[str, ...]
    X: np.ndarray
    y: np.ndarray
    target: str
    class_names: tuple[str, ...] | None  # of the labels in sorted order
    note: str | None = None

    @classmethod
    def of(cls, settings: Settings, table: Table | None) -> "Samples":
        """Make the samples of a built-in data set, or take them from a table."""
        if settings.data in DATASETS:
            dataset = DATASETS[settings.data]
            call = dataset.call(settings.n_samples, settings.noise, settings.data_seed)
            X, y = call.result()
            source, name, note = call, dataset.label, None
            features, target = dataset.features, dataset.target
            class_names = dataset.classes
        elif table is None:
            what = "Draw points" if settings.data == "points" else "Open a CSV file"
            raise Refusal("data", f"{what} first.")
        else:
            source, name, note = table, table.name, table.note
            X, y = table.X, table.targets(settings.task)
            features, target, class_names = table.features, table.target, None
        if settings.task == "classification" and class_names is None:
            class_names = tuple(str(label) for label in np.unique(y))
        return cls(name, source, features, X, y, target, class_names, note)


MIN_SAMPLES = 10
"""Number of samples of which some may be held out."""


def can_hold_out(y, test_size, task):
    """Return whether a test part leaves samples, of each class, in both parts."""
    if test_size == 0 or len(y) < MIN_SAMPLES:
        return False
    n_test = int(np.ceil(len(y) * test_size))
    n_classes, fewest = 1, len(y)
    if task == "classification":
        _, counts = np.unique(y, return_counts=True)
        n_classes, fewest = len(counts), counts.min()
    smaller = min(n_test, len(y) - n_test)
    # So many of the rarest class are expected in the smaller part.
    return smaller >= n_classes and fewest * smaller >= len(y)


class Training:
    """A network in training, from its initial weights on."""

    def __init__(self, settings: Settings, table: Table | None = None) -> None:
        self.samples = Samples.of(settings, table)
        self.settings = settings
        self.journal: list[Epochs | Minibatches | Change] = []
        X, y = self.samples.X, self.samples.y
        self.has_test = can_hold_out(y, settings.test_size, settings.task)
        self.X_train, self.y_train, self.X_test, self.y_test = X, y, X[:0], y[:0]
        if self.has_test:
            self.X_train, self.X_test, self.y_train, self.y_test = train_test_split(
                X,
                y,
                test_size=settings.test_size,
                random_state=settings.data_seed,
                stratify=y if settings.task == "classification" else None,
            )
        self.scaler = StandardScaler().fit(self.X_train) if settings.scale else None
        self.inputs_train = self.scaled(self.X_train)
        self.inputs_test = self.scaled(self.X_test) if self.has_test else self.X_test
        self.start_options = settings.estimator_options()
        self.network = ESTIMATORS[settings.task](**self.start_options, max_iter=0)
        try:
            self.network.fit(self.inputs_train, self.y_train)
        except ValueError as error:
            raise Refusal("data", str(error)) from error
        self.order = np.random.RandomState(settings.random_state).permutation(
            len(self.y_train)
        )
        self.place = 0  # of the next minibatch

    def copy(self) -> "Training":
        """Return a copy that stays as it is when the original trains."""
        same = copy.copy(self)
        same.network, same.journal = copy.copy(self.network), list(self.journal)
        return same

    def scaled(self, X):
        """Return samples as the network sees them."""
        return X if self.scaler is None else self.scaler.transform(X)

    def is_scored(self, y):
        """Return whether a score is defined for these targets: R^2 needs two."""
        return len(y) >= (2 if self.settings.task == "regression" else 1)

    @property
    def epoch(self) -> float:
        """Number of epochs, in which a minibatch counts as a part of one."""
        return self.network.t_ / len(self.y_train)

    @property
    def rate(self) -> float | None:
        """The learning rate of the last epoch; None before the first."""
        rates = self.network.history_.get("learning_rate")
        return rates[-1] if rates else None

    def train_epoch(self) -> None:
        """Train for one epoch; raise ValueError if training diverges."""
        self.network.partial_fit(self.inputs_train, self.y_train)
        match self.journal:
            case [*_, Epochs(count)]:
                self.journal[-1] = Epochs(count + 1)
            case _:
                self.journal.append(Epochs(1))

    def train_minibatch(self) -> None:
        """Train on the next minibatch; raise ValueError if training diverges."""
        start, size = self.place, self.batch_size
        rows = self.order.take(range(start, start + size), mode="wrap")
        self.network.partial_fit(self.inputs_train[rows], self.y_train[rows])
        self.place += size
        match self.journal:
            case [*_, Minibatches(first, same, count)] if same == size:
                self.journal[-1] = Minibatches(first, size, count + 1)
            case _:
                self.journal.append(Minibatches(start, size, 1))

    @property
    def batch_size(self) -> int:
        """Number of samples per minibatch."""
        return options.batch_size(self.network, len(self.y_train))

    @property
    def next_sample(self) -> int | None:
        """Index of the sample of the next minibatch, if that holds a single one."""
        return self._sample_at(self.place) if self.batch_size == 1 else None

    @property
    def last_sample(self) -> int | None:
        """Index of the sample of the last step, if that was a minibatch of one."""
        match self.journal:
            case [*_, Minibatches(_, 1, _)]:
                return self._sample_at(self.place - 1)
        return None

    def _sample_at(self, place):
        return int(self.order[place % len(self.order)])

    def change(self, settings: Settings) -> None:
        """Go on with other settings, none of which needs a new network."""
        before, after = (
            ESTIMATORS[s.task](**s.estimator_options()).get_params()
            for s in (self.settings, settings)
        )
        changes = {
            name: value for name, value in after.items() if value != before[name]
        }
        if changes:
            self.network.set_params(**changes)
            self.journal.append(Change(changes))
        self.settings = settings

    def model(self):
        """Return a copy of the trained network, with its scaler if there is one.

        It expects the columns of a user's own table by their names.
        """
        network = copy.copy(self.network).set_params(max_iter="auto")
        model, first = network, network
        if self.scaler is not None:
            first = copy.copy(self.scaler)
            model = Pipeline([("scaler", first), ("network", network)])
        source = self.samples.source
        if isinstance(source, Table) and source.origin != "points":
            first.feature_names_in_ = np.array(source.features, dtype=object)
        return model
