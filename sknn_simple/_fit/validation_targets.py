"""Validation targets: a y_val of a regressor that is not in the units of y."""

import numpy as np
from scipy.sparse import issparse
from scipy.stats import spearmanr

from ..network import OUT_ACTIVATIONS

FAR_IN_DEVIATIONS = 10
"""Distance from the mean of y, in deviations, that drift and groups hardly reach."""

FAR_IN_RANGES = 3
"""Distance from the mean of y, in ranges of y, that drift hardly reaches."""

OTHER_SCALE = 10
"""Ratio of two deviations that drift and groups hardly reach."""

RESCALED = (
    "probably in other units than y: the predictions for X_val rise and fall with "
    "y_val, but on another scale"
)

NEXT_STEP = (
    "Transform y_val like y, and check their units. TransformedTargetRegressor "
    "transforms only y; to standardise y and y_val, normalize_y=True is enough"
)


def y_val_in_other_units(advice):
    """Return a warning about a y_val in other units than y, or None."""
    session = advice.session
    if session.targets.are_labels or session.best is None:  # there may be no epoch
        return None
    Y, Y_val = map(_targets, (session.samples, session.validation.samples))
    are_wrong, fault = _are_far(Y, Y_val), "far outside of y"
    if not are_wrong.any():
        are_wrong, fault = _are_rescaled(advice, Y, Y_val), RESCALED
    if not are_wrong.any():
        return None
    column = are_wrong.argmax()
    where = f" in column {column}" if len(are_wrong) > 1 else ""
    given, given_val = (_in_units(session.targets, part, column) for part in (Y, Y_val))
    return (
        f"y_val{where} is {fault}. y_val is {given_val}, and y is {given}. {NEXT_STEP}."
    )


def _targets(samples):
    """Return the targets of samples without those of weight 0."""
    return samples.Y[_have_weight(samples)]


def _have_weight(samples):
    if samples.sample_weight is None:
        return slice(None)
    return samples.sample_weight > 0


def _in_units(targets, Y, column):
    """Describe a column of targets in the units of the user."""
    y = Y[:, column] * targets.scale[column] + targets.mean[column]
    return f"from {y.min():.4g} to {y.max():.4g} (median {np.median(y):.4g})"


def _are_far(Y, Y_val):
    """Return in which columns most validation targets are far from all others."""
    distance = np.median(abs(Y_val - Y.mean(axis=0)), axis=0)
    reach = np.ptp(Y, axis=0)
    limit = np.maximum(FAR_IN_DEVIATIONS * Y.std(axis=0), FAR_IN_RANGES * reach)
    return (reach > 0) & (distance > limit)


def _are_rescaled(advice, Y, Y_val):
    """Return in which columns predictions are like `Y_val`, but on another scale.

    The predictions are those of the last epoch, since wrong units may lead early
    stopping to a useless one. Extrapolations are not judged.
    """
    session = advice.session
    last_loss = session.history.columns["validation_loss"][-1]
    if last_loss < advice.constant_loss / 2 or _extrapolates(session):
        return np.zeros(Y.shape[1], bool)
    validation = session.validation
    predictions = validation.predict(session.state.model_flat).copy()
    OUT_ACTIVATIONS[session.objective.out_activation].function(predictions)
    predictions = predictions[_have_weight(validation.samples)]
    spread, *others = (part.std(axis=0) for part in (Y_val, Y, predictions))
    is_narrow = (spread > 0) & (OTHER_SCALE * spread < np.minimum(*others))
    are_rescaled = is_narrow | (spread > OTHER_SCALE * np.maximum(*others))
    for column in np.flatnonzero(are_rescaled):
        correlation, _ = spearmanr(predictions[:, column], Y_val[:, column])
        are_rescaled[column] = correlation > 3 / np.sqrt(len(Y_val))  # beyond chance
    return are_rescaled


def _extrapolates(session):
    """Return whether most values of a column of X_val are outside of X."""
    X, X_val = session.samples.X, session.validation.samples.X
    if issparse(X):
        return False
    median = np.median(X_val, axis=0)
    return bool(((median < X.min(axis=0)) | (median > X.max(axis=0))).any())
