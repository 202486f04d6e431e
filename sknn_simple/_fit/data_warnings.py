"""Data warnings: data that are valid, but probably not what the user means."""

from .given_weights import FITTED
from .one_hot import ALMOST_ALL, share_with_one_label
from .orientation import has_samples_in_columns
from .quantities import may_be_quantity
from .session import Mode


def data_warnings(estimator, session):
    """Return messages about the samples, targets and weights of a first training."""
    messages = [_set_weights(estimator), _coarse_dtype(session)]
    if session.mode is not Mode.APPEND:  # a call of a stream may have a single row
        messages.append(_samples_in_columns(session))
    if session.mode is Mode.NEW:
        messages += [_quantity(session), _one_hot(session)]
    return [message for message in messages if message is not None]


def _set_weights(estimator):
    """Describe weights that were set before the first fit, which does not use them."""
    is_fitted = estimator.__sklearn_is_fitted__()
    if is_fitted or not any(hasattr(estimator, name) for name in FITTED):
        return None
    return (
        "coefs_ or intercepts_ were set before the first fit, which does not use them. "
        "To train from them, pass coefs_init and intercepts_init. To predict with "
        "them, use from_coefs."
    )


def _coarse_dtype(session):
    """Describe a dtype of X that cannot hold predictions in the units of y."""
    dtype = session.state.parameters.flat.dtype
    if not session.targets.lose_digits(dtype):
        return None
    return (
        f"Predictions have the dtype of X, {dtype}, too coarse for a y that varies so "
        "little around its mean. Subtract the mean from y, or pass X as float64."
    )


def _samples_in_columns(session):
    """Describe X and y whose columns seem to be samples."""
    if not has_samples_in_columns(session.targets, session.samples):
        return None
    n_columns = session.samples.X.shape[1]  # rows may have been held out
    return (
        f"X and y seem to have one column per sample: both have {n_columns} columns, "
        "and only a few rows. If so, as in MATLAB, pass X.T and y.T."
    )


def _quantity(session):
    """Describe the classes of a classifier that seem to be a quantity."""
    if not may_be_quantity(session.targets, session.samples):
        return None
    return (
        f"y has {len(session.targets.classes)} numbers as classes, and similar samples "
        "have similar numbers. If y is a quantity, use SimpleMLPRegressor."
    )


def _one_hot(session):
    """Describe the labels of a multilabel classifier that seem to be classes."""
    if share_with_one_label(session.targets, session.samples.Y) <= ALMOST_ALL:
        return None
    return (
        "y is an indicator matrix, and each row has exactly one label, but the network "
        "learns each label independently, and may predict none or several. If these "
        "are classes, pass labels, as np.argmax(y, axis=1) returns."
    )
