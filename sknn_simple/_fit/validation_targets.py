"""Validation targets: a y_val of a regressor that is not in the units of y."""

import numpy as np
from scipy.sparse import issparse
from scipy.stats import spearmanr

from ..network import OUT_ACTIVATIONS
from .quartiles import Quartiles

FAR_IN_QUARTILE_RANGES = 10
"""Distance from y, in quartile ranges of y, that drift and groups hardly reach."""

FAR_IN_RANGES = 3
"""Distance from y, in ranges of y, that drift hardly reaches."""

OTHER_SCALE = 10
"""Ratio of two quartile ranges that drift and groups hardly reach."""

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
    Y, Y_val = (
        session.targets.scale * _targets(samples) + session.targets.mean
        for samples in (session.samples, session.validation.samples)
    )
    are_wrong, fault = _are_far(Y, Y_val), "far outside of y"
    if not are_wrong.any():
        are_wrong, fault = _are_rescaled(advice, Y, Y_val), RESCALED
    if not are_wrong.any():
        return None
    column = are_wrong.argmax()
    where = f" in column {column}" if len(are_wrong) > 1 else ""
    y, y_val = (_described(part[:, column]) for part in (Y, Y_val))
    return f"y_val{where} is {fault}. y_val is {y_val}, and y is {y}. {NEXT_STEP}."


def _targets(samples):
    """Return the targets of samples without those of weight 0."""
    return samples.Y[_have_weight(samples)]


def _have_weight(samples):
    if samples.sample_weight is None:
        return slice(None)
    return samples.sample_weight > 0


def _described(y):
    return f"from {y.min():.4g} to {y.max():.4g} (median {np.median(y):.4g})"


def _are_far(Y, Y_val):
    """Return in which columns most validation targets are far from all others.

    The nearer quartile is judged, since values that only scatter more than y lie on
    both sides of it. A few of them may lie on one side by chance.
    """
    of_y, of_val = Quartiles.of(Y), Quartiles.of(Y_val)
    far = np.maximum(of_val.low - of_y.middle, of_y.middle - of_val.high)
    width = of_y.distance
    limit = np.maximum(FAR_IN_QUARTILE_RANGES * width, FAR_IN_RANGES * np.ptp(Y, 0))
    return (width > 0) & (far > np.maximum(limit, of_val.distance))


def _are_rescaled(advice, Y, Y_val):
    """Return in which columns predictions are like `Y_val`, but on another scale.

    The predictions are those of the last epoch, since wrong units may lead early
    stopping to a useless one. Extrapolations are not judged.
    """
    session = advice.session
    last_loss = session.history.columns["validation_loss"][-1]
    if last_loss < advice.loss.of_constant / 2 or _extrapolates(session):
        return np.zeros(Y.shape[1], bool)
    predictions = _predictions(session)
    of_val, of_y, of_predictions = map(Quartiles.of, (Y_val, Y, predictions))
    widths = np.stack([of_val.distance, of_y.distance, of_predictions.distance])
    width, *others = widths
    is_narrow = OTHER_SCALE * width < np.minimum(*others)
    is_wide = width > OTHER_SCALE * np.maximum(*others)
    are_rescaled = (is_narrow | is_wide) & (widths > 0).all(axis=0)
    are_rescaled &= ~_have_equal_medians(of_y, of_val)
    for column in np.flatnonzero(are_rescaled):
        correlation, _ = spearmanr(predictions[:, column], Y_val[:, column])
        are_rescaled[column] = correlation > 3 / np.sqrt(len(Y_val))  # beyond chance
    return are_rescaled


def _predictions(session):
    """Return the predictions for X_val in the units of y, without those of weight 0."""
    validation, targets = session.validation, session.targets
    predictions = validation.predict(session.state.model_flat).copy()
    OUT_ACTIVATIONS[session.objective.out_activation].function(predictions)
    used = predictions[_have_weight(validation.samples)]
    return targets.scale * used + targets.mean


def _have_equal_medians(of_y, of_val):
    """Return in which columns the medians are equal, and far from 0.

    Other units would have changed such a median as well.
    """
    width = np.maximum(of_y.distance, of_val.distance)
    distance = abs(of_val.middle - of_y.middle)
    return (2 * distance < width) & (width < abs(of_y.middle))


def _extrapolates(session):
    """Return whether most values of a column of X_val are outside of X."""
    X, X_val = session.samples.X, session.validation.samples.X
    if issparse(X):
        return False
    median = np.median(X_val, axis=0)
    return bool(((median < X.min(axis=0)) | (median > X.max(axis=0))).any())
