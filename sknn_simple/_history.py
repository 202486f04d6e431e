"""History: what there is to tell of each epoch."""

from .network import Epoch


class History:
    """Records of epochs: a column for each thing that there is to tell.

    Columns only grow, so that a `view` costs nothing and stays as it was.
    """

    def __init__(self, columns=None, n_epochs=0):
        self.columns = columns or {name: [] for name in Epoch._fields}
        self.n_epochs = n_epochs

    def append(self, epoch):
        """Add an Epoch."""
        for column, value in zip(self.columns.values(), epoch, strict=True):
            column.append(value)
        self.n_epochs += 1

    def extend(self, block):
        """Add the epochs of a Block, which nobody validated."""
        n_new = len(block.losses)
        self.columns["loss"] += block.losses
        self.columns["learning_rate"] += block.learning_rates
        self.columns["validation_loss"] += [None] * n_new
        self.columns["validation_score"] += [None] * n_new
        self.n_epochs += n_new

    @property
    def last(self):
        """The last Epoch."""
        return Epoch(*(column[self.n_epochs - 1] for column in self.columns.values()))

    def view(self):
        """The records so far, whatever is appended here later."""
        return History(self.columns, self.n_epochs)

    def copy(self):
        """The same records in columns of their own."""
        columns = {name: self.column(name) for name in self.columns}
        return History(columns, self.n_epochs)

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
        self.n_epochs = len(columns["loss"])
        missing = [None] * self.n_epochs
        self.columns = {
            name: list(columns.get(name, missing)) for name in Epoch._fields
        }
