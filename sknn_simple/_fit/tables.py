"""Tables: the columns of arrays, sparse matrices and data frames of any library."""

import math
import re

import numpy as np
from scipy.sparse import issparse

from .values import is_date

DATES = re.compile("date|time|duration|dictionary|object", re.IGNORECASE)
"""Names of dtypes of polars and pyarrow whose values may be dates or times."""


def column_names(X):
    """Return the names of the columns of a data frame, or None for other data."""
    # A class is asked: a frame of pandas also has its columns as attributes. The
    # `columns` of a pyarrow.Table are values.
    for attribute in ("column_names", "columns"):
        if hasattr(type(X), attribute):
            return list(getattr(X, attribute))
    return None


def columns_of(X):
    """Return the name, or else the index, and the values of each column.

    They are those that are stored if X is sparse.
    """
    names = column_names(X)
    if names is not None:
        return [(name, np.asarray(X[name])) for name in names]
    if issparse(X):
        X = X.tocsc()
        return [*enumerate(np.split(X.data, X.indptr[1:-1]))]
    # In a list of lists, text would make texts of the numbers.
    values = X if isinstance(X, np.ndarray) else np.asarray(X, dtype=object)
    values = np.atleast_1d(values)
    return [*enumerate(values.reshape(len(values), math.prod(values.shape[1:])).T)]


def columns_with_dates(X):
    """Return the names, or else the indices, of the columns with dates or times."""
    if not any(map(_may_be_dates, set(_dtypes(X)))):
        return []
    return [name for name, values in columns_of(X) if _are_dates(values)]


def _dtypes(X):
    """Return the dtypes of an array, a list, or the columns of a data frame."""
    if isinstance(X, list | tuple):
        X = np.asarray(X)
    if hasattr(type(X), "column_names"):
        return X.schema.types
    if hasattr(type(X), "columns"):
        return getattr(X, "dtypes", [])
    return [X.dtype] if hasattr(X, "dtype") else []


def _may_be_dates(dtype):
    kind = getattr(dtype, "kind", None)  # of NumPy and pandas
    return DATES.search(str(dtype)) if kind is None else kind in "mMO"


def _are_dates(values):
    is_object = values.dtype.kind == "O"
    return values.dtype.kind in "mM" or (is_object and any(map(is_date, values.flat)))
