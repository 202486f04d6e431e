"""Class shares: divisors of the rate, for classes that most minibatches lack."""

import numpy as np
from scipy.sparse import csr_array
from sklearn.utils.extmath import row_norms

FEW_OTHERS = 1
"""Samples in a minibatch, not of its largest class, below which the rate falls."""

ROWS_PER_CLASS = 1 / 4
"""Rows of a minibatch for each class below which the rate falls."""

LEAST_CORRELATION = 0.03
"""Intraclass correlation of the inputs above which the classes count as fewer."""


def slowdown_by_class_shares(n_rows, samples):
    """Return a divisor of the rate of sigmoids, for one label per sample."""
    Y = samples.Y if samples.Y.shape[1] > 1 else np.hstack([samples.Y, 1 - samples.Y])
    shares = np.average(Y, weights=samples.sample_weight, axis=0)
    of_rare_classes = _slowdown_by_rare_classes(n_rows, shares)
    return of_rare_classes * _slowdown_by_many_classes(n_rows, shares, samples)


def _slowdown_by_rare_classes(n_rows, shares):
    """Return a divisor, at most 32, for classes of which minibatches have few samples.

    Otherwise the logits fluctuate, and the averaged network underestimates these.
    """
    others = n_rows * (1 - float(shares.max()))
    if others <= 1e-9:  # only one class is there
        return 1.0
    return min(32.0, max(1.0, FEW_OTHERS / others))


def _slowdown_by_many_classes(n_rows, shares, samples):
    """Return a divisor, at most 2, for classes that most minibatches lack.

    At the full rate, all logits fluctuate, and the sigmoids saturate before they learn
    from inputs that hardly depend on the class, such as categories. Other inputs are
    learned in time, and a lower rate would only delay them. Classes of unequal shares
    count as fewer: as 1 / sum(shares**2).
    """
    excess = ROWS_PER_CLASS / float(np.sum(shares**2)) / n_rows
    if excess > 1:
        excess /= max(1.0, correlation_within_classes(samples) / LEAST_CORRELATION)
    return min(2.0, max(1.0, excess) ** 1.5)


def correlation_within_classes(samples):
    """Return the intraclass correlation of the inputs, a mean weighted by variance.

    It is the mean product of two samples of a class, relative to the mean square of a
    sample. Both are reduced by the mean product of any two samples.
    """
    X, Y, weight = samples
    weight = np.ones(len(Y)) if weight is None else weight.astype(np.float64)
    squares = row_norms(X, squared=True)
    of_any = np.sum((weight @ X / weight.sum()) ** 2)
    of_itself = np.average(squares, weights=weight)
    by_class = csr_array((weight, (Y.argmax(axis=1), np.arange(len(Y)))))
    # The sum over all pairs of a class, less those of a sample with itself.
    products = row_norms(by_class @ X, squared=True).sum() - weight**2 @ squares
    n_pairs = np.sum(by_class.sum(axis=1) ** 2) - np.sum(weight**2)
    if n_pairs <= 0 or not of_itself > of_any:  # or they overflow
        return 0.0
    return float((products / n_pairs - of_any) / (of_itself - of_any))
