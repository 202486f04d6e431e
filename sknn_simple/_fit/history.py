"""History: the records of the epochs."""

import math
from array import array

import numpy as np

from ..network import Epoch

UNVALIDATED = array("d", [math.nan, math.nan])
"""The validation loss and score of an epoch without validation."""


class History:
    """Records of epochs, a column of numbers per field of `Epoch`; NaN stands for None.

    A view costs nothing: views share their columns, which only grow. If two views are
    extended from the same epoch, the second one copies the columns first.
    """

    def __init__(self, columns=None):
        columns = columns or {name: [] for name in Epoch._fields}
        self.columns = {
            name: array("d", [math.nan if x is None else x for x in column])
            for name, column in columns.items()
        }
        self.rewind(len(self.columns["loss"]))
        self._ends_at = [self.n_epochs]  # shared by all views

    def extend(self, block, validated=None):
        """Add the epochs of a Block; `validated` is their validation loss and score."""
        try:
            # Of several threads that extend the same columns, only one succeeds.
            self._ends_at.remove(self.n_epochs)
        except ValueError:
            self.columns = {name: self._numbers(name) for name in self.columns}
            self._ends_at = []
        n_new = len(block.losses)
        self.columns["loss"].frombytes(block.losses.tobytes())
        self.columns["learning_rate"].frombytes(block.learning_rates.tobytes())
        numbers = array("d", validated) if validated else UNVALIDATED
        self.columns["validation_loss"] += n_new * numbers[:1]
        self.columns["validation_score"] += n_new * numbers[1:]
        self.n_epochs += n_new
        self.best_loss = min(self.best_loss, block.losses.item(block.losses.argmin()))
        self._ends_at.append(self.n_epochs)

    def rewind(self, n_epochs):
        """Keep only the first epochs."""
        self.n_epochs = n_epochs
        self.best_loss = min(self._numbers("loss"), default=math.inf)

    @property
    def last(self):
        """The last Epoch."""
        return self.epoch(self.n_epochs)

    def epoch(self, number):
        """Return the Epoch of this number, counted from 1."""
        numbers = (column[number - 1] for column in self.columns.values())
        return Epoch(*(None if math.isnan(x) else x for x in numbers))

    def view(self):
        """Return the records so far; later additions do not show in them."""
        view = History.__new__(History)
        view.__dict__.update(self.__dict__)
        return view

    def __deepcopy__(self, memo):
        return self.view()

    def _numbers(self, name):
        return self.columns[name][: self.n_epochs]

    def column(self, name):
        """Return a list with one entry per epoch."""
        numbers = self._numbers(name)
        if not np.isnan(numbers).any():
            return numbers.tolist()
        return [None if math.isnan(x) else x for x in numbers]

    def to_dict(self):
        """Return the columns as a dict, without those that hold only None."""
        columns = {name: self.column(name) for name in self.columns}
        return {
            name: column
            for name, column in columns.items()
            if name == "loss" or column.count(None) < len(column)
        }

    def __getstate__(self):
        return self.to_dict()

    def __setstate__(self, columns):
        missing = [None] * len(columns["loss"])
        self.__init__({name: columns.get(name, missing) for name in Epoch._fields})
