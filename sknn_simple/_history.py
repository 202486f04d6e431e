"""History: what there is to tell of each epoch."""

import math

from .network import Epoch


class History:
    """Records of epochs: a column for each thing that there is to tell.

    Views share columns, which only grow: a `view` costs nothing, and stays as it was.
    Of two that go on from the same epoch, one does so in columns of its own.
    """

    def __init__(self, columns=None):
        self.columns = columns or {name: [] for name in Epoch._fields}
        self.rewind(len(self.columns["loss"]))
        self._ends_at = [self.n_epochs]  # shared by all views

    def append(self, epoch):
        """Add an Epoch."""
        self._add([[value] for value in epoch])

    def extend(self, block):
        """Add the epochs of a Block, which nobody validated."""
        nothing = [None] * len(block.losses)
        self._add([block.losses, block.learning_rates, nothing, nothing])

    def _add(self, entries):
        try:
            # Of several threads at the end of the same columns, one finds this.
            self._ends_at.remove(self.n_epochs)
        except ValueError:
            self.columns = {name: self.column(name) for name in self.columns}
            self._ends_at = []
        for column, new in zip(self.columns.values(), entries, strict=True):
            column += new
        self.n_epochs += len(entries[0])
        self.best_loss = min(self.best_loss, *entries[0], math.inf)
        self._ends_at.append(self.n_epochs)

    def rewind(self, n_epochs):
        """Forget all but the first epochs."""
        self.n_epochs = n_epochs
        self.best_loss = min(self.column("loss"), default=math.inf)

    @property
    def last(self):
        """The last Epoch."""
        return Epoch(*(column[self.n_epochs - 1] for column in self.columns.values()))

    def view(self):
        """The records so far, whatever is appended here later."""
        view = History.__new__(History)
        view.__dict__.update(self.__dict__)
        return view

    def column(self, name):
        """A list with one entry an epoch."""
        return self.columns[name][: self.n_epochs]

    def to_dict(self):
        """A list for each thing that was ever recorded, with None where it was not."""
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
        self.__init__(
            {name: list(columns.get(name, missing)) for name in Epoch._fields}
        )
