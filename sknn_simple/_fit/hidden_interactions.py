"""Hidden interactions: combinations of inputs, such as XOR, that a penalty hides.

Neighbours do not show them, so the targets look like noise, and alpha='auto' stands for
a strong penalty, under which the network remains a constant. From categories that few
rows have, it remains a constant for another reason: the steps of sgd.
"""

import numpy as np

from .scaled_auto import factor_of_auto

LEAST_GAIN = 1e-3
"""Gain over a constant prediction, relative to its loss, below which nothing counts."""

MOST_VALUES = 10
"""Number of values of an input that is a category or a count."""

RARE = 0.2
"""Mean deviation of indicators below which most categories are rare: of 25 or more."""

AGAINST_RARE_CATEGORIES = (
    "use solver='adam', or hidden_layer_sizes=() for a linear model: sgd learns slowly "
    "from categories that few rows have"
)

SMALL = 0.2
"""Norm of the weights of a unit, which are drawn with norms of about 1."""

WEAKER = 0.01
"""A multiple of 'auto' under which small networks learn the parity of 4 to 6 inputs."""


def may_combine(X):
    """Return whether combinations of inputs may matter that neighbours hide.

    There must be several inputs that vary, with few values each. Along continuous
    inputs, neighbours show combinations; where they do not, y is mostly noise.
    """
    n_values = [len(np.unique(column)) for column in X.T]
    return max(n_values) <= MOST_VALUES and np.greater(n_values, 1).sum() > 1


def are_rare_categories(X):
    """Return whether the inputs are indicators of categories that few rows have."""
    deviations = X.std(axis=0)
    varying = deviations > 0
    if not np.isin(X, (0, 1)).all() or not varying.any():
        return False
    return float(deviations[varying].mean()) < RARE


def have_decayed(coefs):
    """Return whether a layer has hardly any weights left, so that nothing passes it."""
    return min(np.linalg.norm(coef, axis=0).max() for coef in coefs) < SMALL


def is_about_constant(loss, constant):
    """Return whether a loss is hardly below that of the best constant prediction."""
    return abs(loss - constant) < LEAST_GAIN * constant


def advice_on_hidden_interactions(alpha):
    """Return the advice to weaken a penalty under which the network is a constant.

    None if alpha is a number, or too weak a multiple of 'auto' to be the reason.
    """
    factor = factor_of_auto(alpha)
    if factor is None or factor < 2 * WEAKER:
        return None
    return (
        "maybe only through combinations of inputs, as in XOR, which the penalty of "
        f"alpha={str(alpha)!r} hides: try alpha='{WEAKER:g}*auto', and check on new "
        "samples"
    )
