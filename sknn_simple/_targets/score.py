"""Score: the R^2 of predicted numbers, of any scale."""

import numpy as np
from sklearn.metrics import r2_score


def r2(y, prediction, sample_weight=None):
    """Return scikit-learn's R^2, even for numbers whose squares overflow or vanish.

    Both arrays are divided by the same power of two, which changes no digit.
    """
    y, prediction = (part.reshape(len(part), -1) for part in (y, prediction))
    if y.shape[1] == prediction.shape[1]:  # otherwise scikit-learn raises
        exponents = [np.frexp(np.abs(part).max(axis=0))[1] for part in (y, prediction)]
        # If y is much smaller than the predictions, their squares set the limit.
        room = np.finfo(prediction.dtype).maxexp // 2 - 12
        exponent = np.maximum(exponents[0], exponents[1] - room)
        y, prediction = (np.ldexp(part, -exponent) for part in (y, prediction))
    with np.errstate(over="ignore", invalid="ignore"):
        score = r2_score(y, prediction, sample_weight=sample_weight)
    if score == -np.inf:
        raise ValueError("y is too far from the predictions: R^2 would be infinite.")
    return score
