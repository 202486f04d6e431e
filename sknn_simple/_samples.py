"""Samples: checking what the user gives, weighing it, holding some of it out."""

import math
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from scipy.sparse import diags_array, issparse
from sklearn.base import is_classifier, is_regressor
from sklearn.model_selection import train_test_split
from sklearn.utils.validation import (
    _check_sample_weight,
    column_or_1d,
    validate_data,
)

from .network import Samples


class LabelledSamples(NamedTuple):
    """Samples as the user sees them, checked.

    X : {ndarray, CSR matrix} of shape (n_samples, n_features), C-contiguous
    y : ndarray of shape (n_samples,) or (n_samples, n_outputs), labels or numbers
    sample_weight : ndarray of shape (n_samples,), or None where all weigh 1
    """

    X: np.ndarray
    y: np.ndarray
    sample_weight: np.ndarray | None


def all_finite(array):
    """Whether there is no infinity or NaN in a contiguous array.

    One product of BLAS tells in nearly every case; its own overflow is no verdict.
    """
    flat = array.ravel(order="K")
    return math.isfinite(np.vdot(flat, flat)) or bool(np.isfinite(flat).all())


def _is_missing(value):
    """Whether this is None or, what is not equal to itself, NaN or NaT."""
    try:
        return value is None or bool(value != value)
    except TypeError:  # pandas.NA is neither equal to itself nor not
        return True
    except ValueError:  # an array is no missing value
        return False


def check_none_is_missing(y, name="y"):
    """Refuse missing labels of any type, which scikit-learn may fail to compare."""
    if y is None or hasattr(y, "toarray"):
        return
    labels, y = y, np.asarray(y)
    if isinstance(labels, list | tuple) and y.dtype.kind == "U":
        y = np.asarray(labels, object)  # or else NaN is the text "nan"
    if y.ndim == 0 or y.dtype.kind not in "fcmMO":
        return
    if y.dtype.kind == "O":
        missing = np.array([_is_missing(v) for v in y.flat], bool).reshape(y.shape)
    else:
        missing = y != y
    if missing.any():
        where = np.argwhere(missing)[0]
        raise ValueError(
            f"Input {name} contains NaN, None or the like: {y[tuple(where)]!s} at "
            f"index {where[0]}. Leave it out."
        )


def _check_numbers(y):
    """Refuse what a regressor can't predict."""
    y = np.asarray(y)
    if y.dtype.kind in "mM":
        raise ValueError("y must be numbers for a regressor, got dates or times.")
    if y.dtype.kind in "SU" or (
        y.dtype.kind == "O" and any(isinstance(v, str) for v in y.flat)
    ):
        raise ValueError(
            "y must be numbers for a regressor, got text. SimpleMLPClassifier predicts "
            "labels."
        )


@contextmanager
def checking(**arrays):
    """Refuse what scikit-learn's checks of these arrays stumble over, or overlook."""
    for name, array in arrays.items():
        if np.ma.is_masked(array):
            raise ValueError(
                f"{name} must not have masked values. Leave out such samples, or fill "
                "them in."
            )
    try:
        # To see that all is finite, scikit-learn adds it up: infinities may meet.
        with np.errstate(over="ignore", invalid="ignore"):
            yield
    except OverflowError as error:
        raise ValueError(
            f"{' and '.join(arrays)} must hold numbers that a float can hold: {error}."
        ) from error


def check_samples(estimator, X, y, sample_weight, *, reset, dtype):
    """Check inputs, targets and weights together.

    The weights get the dtype of X; they must be neither negative nor all zero.

    Returns
    -------
    LabelledSamples
    """
    check_none_is_missing(y)
    if is_regressor(estimator):
        _check_numbers(y)
    with checking(X=X, y=y):
        X, y = validate_data(
            estimator,
            X,
            y,
            accept_sparse="csr",
            dtype=dtype,
            order="C",
            multi_output=True,
            y_numeric=is_regressor(estimator),
            reset=reset,
        )
    if hasattr(y, "toarray"):
        y = y.toarray()
    if y.ndim > 2:
        raise ValueError(
            f"y must be of shape (n_samples,) or (n_samples, n_outputs), got {y.shape}."
        )
    if y.ndim == 2 and y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    if is_regressor(estimator) and not np.isfinite(y).all():
        raise ValueError("Input y contains infinity.")  # where it held objects
    if sample_weight is not None:
        # What X's type can't hold is refused below.
        with np.errstate(over="ignore"):
            sample_weight = _check_sample_weight(
                sample_weight, X, dtype=X.dtype, ensure_non_negative=True
            )
        check_total_weight(sample_weight, "sample_weight")
    return LabelledSamples(X, y, sample_weight)


def check_total_weight(sample_weight, name):
    """Check that weighted losses, and means of them, can be computed.

    Beyond the root of the largest number there is no room left for the losses.
    """
    with np.errstate(over="ignore"):
        total = sample_weight.sum(dtype=np.float64)
    largest = float(np.sqrt(np.finfo(sample_weight.dtype).max))
    if total > largest or total < len(sample_weight) / largest:
        raise ValueError(
            f"{name} must have a mean of at least {1 / largest:.1g} and a sum of at "
            f"most {largest:.1g} for X of {sample_weight.dtype}, got weights from "
            f"{sample_weight.min():.3g} to {sample_weight.max():.3g}. Divide them all "
            "by the same number."
        )


def check_validation_request(estimator, X_val, y_val, sample_weight_val):
    """Check that the validation data are complete, and asked for."""
    if X_val is None and y_val is None:
        if sample_weight_val is not None:
            raise ValueError("sample_weight_val is given, but X_val and y_val are not.")
        return
    if y_val is None:
        raise ValueError("X_val is given, but y_val is not.")
    if X_val is None:
        raise ValueError("y_val is given, but X_val is not.")
    if not estimator.early_stopping:
        raise ValueError(
            "X_val and y_val are what early stopping watches, but early_stopping is "
            "False. Set early_stopping=True."
        )


@contextmanager
def naming_validation_data():
    """Make an error about X or y say that it is about the validation data."""
    try:
        yield
    except ValueError as error:
        raise ValueError(
            f"The validation data X_val, y_val, sample_weight_val are bad: {error}"
        ) from error


def one_sample(x, n_features="n_features"):
    """A sample, of shape (n_features,) or (1, n_features), as a matrix of one row."""
    if hasattr(x, "iloc") and x.ndim == 1:
        return x.to_frame().T  # a row of a data frame, with its names
    X = x if hasattr(x, "shape") else np.asarray(x)
    if X.ndim == 1:
        X = X.reshape(1, -1)
    if X.ndim != 2 or X.shape[0] != 1:
        raise ValueError(
            f"x must be one sample, of shape ({n_features},) or (1, {n_features}), got "
            f"shape {X.shape}."
        )
    return X


def hold_out(estimator, samples, seed):
    """Split off `validation_fraction` of the samples, stratified for labels.

    Returns
    -------
    training, validation : LabelledSamples
    """
    X, y, sample_weight = samples
    n_samples, fraction = X.shape[0], estimator.validation_fraction
    n_val = int(np.ceil(n_samples * fraction))
    stratify = y if is_classifier(estimator) and y.ndim == 1 else None
    n_classes = 1
    if stratify is not None:
        classes, counts = np.unique(y, return_counts=True)
        n_classes = len(classes)
        if n_classes == 1:
            stratify = None
        elif counts.min() < 2:
            raise ValueError(
                "early_stopping=True holds out a part of each class, which takes at "
                "least 2 samples of it, but class "
                f"{classes.tolist()[counts.argmin()]!r} has 1. Add samples of "
                "it, leave it out, or pass X_val and y_val."
            )
    if n_val < max(2, n_classes) or n_samples - n_val < n_classes:
        raise ValueError(
            f"early_stopping=True with validation_fraction={fraction} holds out "
            f"{n_val} of {n_samples} samples: too few to validate on, or to train on "
            f"(at least {max(2, n_classes)} and {n_classes}). Change "
            "validation_fraction, or pass X_val and y_val."
        )
    given = [array for array in samples if array is not None]
    parts = train_test_split(
        *given, test_size=fraction, stratify=stratify, random_state=seed
    )
    if sample_weight is None:
        parts += [None, None]
    training, validation = LabelledSamples(*parts[::2]), LabelledSamples(*parts[1::2])
    for name, part in (("training", training), ("validation", validation)):
        if part.sample_weight is None:
            continue
        made = f"that early_stopping=True with validation_fraction={fraction} makes"
        if not part.sample_weight.any():
            raise ValueError(
                f"sample_weight is zero for every sample of the {name} part {made}."
            )
        check_total_weight(
            part.sample_weight, f"sample_weight of the {name} part {made}"
        )
    return training, validation


def encode(targets, samples):
    """Turn LabelledSamples into Samples, as the network sees them."""
    X, y, sample_weight = samples
    Y = targets.encode(y, X.dtype)
    if sample_weight is not None and not sample_weight.all():
        # A row that weighs nothing must not overflow: infinity times 0 is not 0.
        counts = (sample_weight > 0).astype(X.dtype)
        X = diags_array(counts) @ X if issparse(X) else X * counts[:, None]
        Y = Y * counts[:, None]
    return Samples(X, Y, sample_weight)
