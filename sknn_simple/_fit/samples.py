"""Samples: X, y and sample weights, checked together."""

import re
from collections import Counter
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from scipy.sparse import diags_array, issparse
from sklearn.base import RegressorMixin
from sklearn.utils.validation import (
    _check_sample_weight,
    check_consistent_length,
    validate_data,
)

from ..network import Samples, all_finite
from ..network.checks import check_indices
from .data_errors import (
    Data,
    check_are_weights,
    check_is_data,
    check_no_lists_of_labels,
    clearer_message,
    in_columns,
)
from .tables import column_names, columns_with_dates
from .target_checks import (
    check_finite,
    check_not_missing,
    check_numbers,
    check_shape,
    plain_labels,
)


class LabelledSamples(NamedTuple):
    """Checked samples in the units of the user."""

    X: np.ndarray  # or CSR, shape (n_samples, n_features), C-contiguous
    y: np.ndarray  # labels or numbers, (n_samples,) or (n_samples, n_outputs)
    sample_weight: np.ndarray | None  # (n_samples,), None if all weights are 1


@contextmanager
def naming(*names):
    """Name the data in errors of reading them, which are ValueError or TypeError."""
    data = " or ".join(names)
    try:
        yield
    except OverflowError as error:
        raise ValueError(
            f"{' and '.join(names)} must hold numbers that a float can hold: {error}."
        ) from error
    except RuntimeError as error:  # such as that of a tensor that requires gradients
        raise TypeError(f"{data} can't be converted to an array: {error}") from error
    except (TypeError, ValueError) as error:
        if any(re.search(rf"\b{name}\b", str(error)) for name in names):
            raise
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"Invalid {data}: {error}") from error


def _check_unique_columns(frame, name):
    """Raise ValueError if columns share a name, which scikit-learn sees since 1.9."""
    names = column_names(frame) or []
    if len(set(names)) < len(names):
        repeated = [key for key, count in Counter(names).items() if count > 1]
        raise ValueError(
            f"{name} must have unique column names, got more than one column of the "
            f"names {repeated!r}. Rename or drop columns."
        )


def _check_kind(array, name):
    """Catch columns and numbers that scikit-learn would misread."""
    _check_unique_columns(array, name)
    if issparse(array) and array.format in ("csr", "csc"):
        check_indices(array)  # which scikit-learn follows out of memory
    with naming(name):
        if dates := columns_with_dates(array):
            where = in_columns(dates) if len(np.shape(array)) == 2 else ""
            raise ValueError(
                f"{name} must hold numbers, got dates or times{where}. Convert them, "
                "for instance to days since a date, or drop them."
            )


@contextmanager
def strict_validation(**arrays):
    """Catch cases that scikit-learn's validation of these arrays misses."""
    for name, array in arrays.items():
        if name in ("X", "y"):
            check_is_data(name, array)
        if np.ma.is_masked(array):
            raise ValueError(
                f"{name} must not have masked values. Drop these samples, or fill in "
                "the values."
            )
    # scikit-learn sums an array to see whether it is finite, and may warn.
    with naming(*arrays), np.errstate(over="ignore", invalid="ignore"):
        try:
            for name, array in arrays.items():
                if name != "y":
                    _check_kind(array, name)
            yield
        except (TypeError, ValueError) as error:
            message = clearer_message(error, Data(**arrays))
            if message is None:
                raise
            kind = TypeError if isinstance(error, TypeError) else ValueError
            raise kind(message) from error


def check_length(y, prediction):
    """Raise ValueError unless there is a target for each prediction."""
    with strict_validation(y=y):
        check_consistent_length(prediction, y)


def is_plain(X, dtypes):
    """Return whether scikit-learn's validation would return X unchanged.

    The validation takes ten times as long as the prediction for one sample.
    """
    return (
        type(X) is np.ndarray
        and X.dtype in dtypes
        and X.ndim == 2
        and X.size > 0
        and X.flags.forc
        and all_finite(X)
    )


def knows_columns(estimator, X):
    """Return whether X has as many columns as the training data, without names."""
    return X.shape[1] == estimator.n_features_in_ and not hasattr(
        estimator, "feature_names_in_"
    )


def _are_plain(X, y, dtype):
    """Return whether scikit-learn's validation would return both unchanged."""
    return (
        is_plain(X, dtype if isinstance(dtype, tuple) else (dtype,))
        and X.flags.c_contiguous
        and type(y) is np.ndarray
        and y.ndim in (1, 2)
        and len(y) == len(X)
        and y.size > 0
        and y.dtype.kind in "biuf"
        and all_finite(y)
    )


def check_samples(estimator, X, y, sample_weight, *, reset, dtype):
    """Check inputs, targets and sample weights, and return LabelledSamples."""
    check_is_data("X", X)
    check_is_data("y", y)
    needs_numbers = isinstance(estimator, RegressorMixin)
    y = plain_labels(y)
    with naming("y"):
        if not needs_numbers:
            check_no_lists_of_labels(y)
        check_not_missing(y)
        if needs_numbers:
            check_numbers(y)
    if _are_plain(X, y, dtype) and (reset or knows_columns(estimator, X)):
        estimator.n_features_in_ = X.shape[1]
        vars(estimator).pop("feature_names_in_", None)
    else:
        with strict_validation(X=X, y=y):
            X, y = validate_data(
                estimator,
                X,
                y,
                accept_sparse="csr",
                dtype=dtype,
                order="C",
                multi_output=True,
                y_numeric=needs_numbers,
                reset=reset,
            )
        X = _without_duplicates(X)
    y = check_shape(y)
    if needs_numbers:
        check_finite(y)
    return LabelledSamples(X, y, _check_weights(sample_weight, X))


def _without_duplicates(X):
    """Return X with one stored number per entry: the sum of its parts."""
    if not issparse(X) or X.has_canonical_format:
        return X
    X = X.copy()  # it may be the caller's
    X.sum_duplicates()
    return X


def _check_weights(sample_weight, X):
    """Return the weights in the dtype of X, or None."""
    if sample_weight is None:
        return None
    check_are_weights(sample_weight)
    # Weights that overflow the dtype of X are refused below.
    with strict_validation(sample_weight=sample_weight):
        sample_weight = _check_sample_weight(sample_weight, X, dtype=X.dtype)
        _check_not_negative(sample_weight)
    check_total_weight(sample_weight, "sample_weight")
    return sample_weight


def _check_not_negative(sample_weight):
    index = sample_weight.argmin()
    if sample_weight[index] < 0:
        raise ValueError(
            "sample_weight must not be negative, got "
            f"{sample_weight[index]:.3g} at index {index}. Drop such samples. If the "
            "weights are advantages of a policy gradient (REINFORCE), subtract their "
            "minimum."
        )


def check_total_weight(sample_weight, name):
    """Check that the sum and the mean of the weights leave room for the losses.

    The limit is the square root of the largest number of their dtype.
    """
    with np.errstate(over="ignore"):
        total = sample_weight.sum(dtype=np.float64)
    if total == 0:
        raise ValueError(f"{name} must be non-zero for at least one sample.")
    largest = float(np.sqrt(np.finfo(sample_weight.dtype).max))
    if total > largest or total < len(sample_weight) / largest:
        raise ValueError(
            f"{name} must have a mean of at least {1 / largest:.1g} and a sum of at "
            f"most {largest:.1g} for X of {sample_weight.dtype}, got weights from "
            f"{sample_weight.min():.3g} to {sample_weight.max():.3g}. Rescale them all "
            "by the same factor."
        )


def encode(targets, samples):
    """Return the Samples that the network sees."""
    X, y, sample_weight = samples
    Y = targets.encode(y, X.dtype)
    if sample_weight is not None and not sample_weight.all():
        # A row of weight 0 must not overflow: infinity times 0 is not 0.
        counts = (sample_weight > 0).astype(X.dtype)
        X = diags_array(counts) @ X if issparse(X) else X * counts[:, None]
        Y = Y * counts[:, None]
    return Samples(X, Y, sample_weight)


def weights_for_score(sample_weight, prediction):
    """Return a weight per row of the prediction, as `fit` does, or None."""
    if sample_weight is None:
        return None
    check_are_weights(sample_weight)
    with strict_validation(sample_weight=sample_weight):
        return _check_sample_weight(sample_weight, prediction, dtype=float)
