"""Data warnings: data that are valid, but probably not what the user means."""

from .given_weights import FITTED
from .one_hot import ALMOST_ALL, share_with_one_label
from .orientation import has_samples_in_columns
from .quantities import may_be_quantity
from .session import Mode

SET_WEIGHTS = (
    "coefs_ or intercepts_ were set before the first fit, which does not use them. To "
    "train from them, pass coefs_init and intercepts_init. To predict with them, use "
    "from_coefs."
)

ONE_HOT = (
    "y is an indicator matrix, and each row has exactly one label, but the network "
    "learns each label independently, and may predict none or several. If these are "
    "classes, pass labels, as np.argmax(y, axis=1) returns."
)


def data_warnings(estimator, session):
    """Yield messages about the samples, targets and weights of a first training."""
    targets, samples, mode = session.targets, session.samples, session.mode
    is_fitted = estimator.__sklearn_is_fitted__()
    if not is_fitted and any(hasattr(estimator, name) for name in FITTED):
        yield SET_WEIGHTS
    dtype = session.state.parameters.flat.dtype
    if targets.lose_digits(dtype):
        yield (
            f"Predictions have the dtype of X, {dtype}, too coarse for a y that varies "
            "so little around its mean. Subtract the mean from y, or pass X as float64."
        )
    # A call of a stream may have a single row.
    if mode is not Mode.APPEND and has_samples_in_columns(targets, samples):
        n_columns = samples.X.shape[1]  # rows may have been held out
        yield (
            f"X and y seem to have one column per sample: both have {n_columns} "
            "columns, and only a few rows. If so, as in MATLAB, pass X.T and y.T."
        )
    if mode is not Mode.NEW:
        return
    if may_be_quantity(targets, samples):
        yield (
            f"y has {len(targets.classes)} numbers as classes, and similar samples "
            "have similar numbers. If y is a quantity, use SimpleMLPRegressor."
        )
    if share_with_one_label(targets, samples.Y) > ALMOST_ALL:
        yield ONE_HOT
