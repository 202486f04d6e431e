"""Validation fault: X_val and y_val that do not suit the training samples."""

import numpy as np
from scipy.sparse import issparse

from .data_errors import in_columns
from .validation_targets import y_val_in_other_units

FAR = 10
"""Distance from the training mean, in deviations, that drift hardly reaches."""

LARGE = 3
"""Factor by which values of X_val must exceed all of X."""

MUCH = 5
"""Factor by which a validation loss must exceed the loss of a constant prediction."""

FEWEST = 10
"""Number of validation samples whose loss can tell a fault from one wrong label."""

NEXT_STEP = (
    'Scale X_val like X (in a Pipeline, transform_input=["X_val"] does so), and check '
    "its columns and their units"
)


def unlike_training(advice):
    """Return a warning about validation samples unlike the training ones, or None."""
    session = advice.session
    if session.validation is None or not session.validation.is_given:
        return None
    training, validation = session.samples.X, session.validation.samples.X
    columns = [] if issparse(training) else _far_columns(training, validation)
    if columns:
        return (
            f"X_val is far outside of X{in_columns(columns)}: most of its values are "
            f"more than {FAR} deviations from the mean of X. {NEXT_STEP}."
        )
    return y_val_in_other_units(advice) or _high_loss(advice)


def _far_columns(training, validation):
    """Return the columns in which most values are far beyond all training inputs.

    An input that is mostly constant has a small deviation, and may change later: also
    compared with the largest training input, the values must be large.
    """
    limit = LARGE * max(training.max(), -training.min())
    median = np.median(validation, axis=0)
    columns = np.flatnonzero(abs(median) > limit)
    distance = abs(median[columns] - training[:, columns].mean(axis=0))
    is_far = distance > FAR * training[:, columns].std(axis=0)
    return columns[is_far].tolist()


def _high_loss(advice):
    """Return a warning if the lowest validation loss is far too high, or None.

    Training must have succeeded. The score may choose another epoch than the loss.
    """
    session = advice.session
    n_samples = len(session.validation.samples.Y)
    if session.best is None or n_samples < FEWEST:  # there may be no epoch
        return None
    columns, usual = session.history.columns, _loss_of_constant(session)
    lowest = min(columns["validation_loss"])
    if min(columns["loss"]) > advice.loss.of_constant or not lowest > MUCH * usual > 0:
        return None
    return (
        "The validation samples are unlike the training samples: their lowest loss "
        f"({lowest:.6g}) is {lowest / usual:.3g} times the loss of a constant "
        f"prediction ({usual:.6g}). {NEXT_STEP}, and y_val."
    )


def _loss_of_constant(session):
    """Return the loss of the best constant prediction of both kinds of samples.

    Both have half of the total weight of the validation samples. Where y has drifted,
    as in time series, this loss is high as well.
    """
    parts = session.samples, session.validation.samples
    weights = [
        np.ones(len(part.Y)) if part.sample_weight is None else part.sample_weight
        for part in parts
    ]
    half = session.validation.samples.total_weight / 2
    return session.objective.loss_of_constant(
        np.vstack([part.Y for part in parts]),
        np.concatenate([weight / weight.sum() * half for weight in weights]),
    )
