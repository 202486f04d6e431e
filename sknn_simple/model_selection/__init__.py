"""Model selection: a grid search that trains each network once for all its epochs."""

from .epoch_search import EpochSearchCV

__all__ = ["EpochSearchCV"]
