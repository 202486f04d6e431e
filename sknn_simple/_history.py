"""History: what there is to tell of each epoch."""

from .network import Epoch


class History:
    """Records of epochs.

    The list only grows, so that a `view` costs nothing and stays as it was.
    """

    def __init__(self, epochs=None, n_epochs=0):
        self.epochs = [] if epochs is None else epochs
        self.n_epochs = n_epochs

    def append(self, epoch):
        """Add an Epoch."""
        self.epochs.append(epoch)
        self.n_epochs += 1

    def extend(self, epochs):
        """Add a list of Epoch."""
        self.epochs.extend(epochs)
        self.n_epochs += len(epochs)

    def view(self):
        """The records so far, whatever is appended here later."""
        return History(self.epochs, self.n_epochs)

    def copy(self):
        """The same records in a list of their own."""
        return History(self.epochs[: self.n_epochs], self.n_epochs)

    def column(self, name):
        """A list with one entry an epoch."""
        return [getattr(epoch, name) for epoch in self.epochs[: self.n_epochs]]

    def to_dict(self):
        """A list for each thing that was ever recorded, with None where it was not."""
        columns = {name: self.column(name) for name in Epoch._fields}
        return {
            name: column
            for name, column in columns.items()
            if name == "loss" or column.count(None) < len(column)
        }

    def __getstate__(self):
        # Plain lists are smaller than epochs, and need no class to be loaded.
        return self.to_dict()

    def __setstate__(self, columns):
        rows = zip(*columns.values(), strict=True)
        self.epochs = [Epoch(**dict(zip(columns, row, strict=True))) for row in rows]
        self.n_epochs = len(self.epochs)
