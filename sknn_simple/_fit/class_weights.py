"""Class weights: the option `class_weight`, which multiplies the sample weights."""

from numbers import Real

import numpy as np
from sklearn.utils.class_weight import compute_class_weight

from .._targets import label_codes
from .samples import check_total_weight


def weigh_classes(class_weight, targets, samples):
    """Multiply the weight of each sample by the weight of its class, if any."""
    if class_weight is None:
        return samples
    if targets.multilabel:
        raise ValueError(
            "class_weight must be None for multilabel targets, got "
            f"{class_weight!r}. To weight the classes of each label, wrap the "
            "classifier in sklearn.multiclass.OneVsRestClassifier."
        )
    X, y, sample_weight = samples
    codes = label_codes(y, targets.classes)
    by_class = _class_weights(class_weight, targets.classes, codes, sample_weight)
    with np.errstate(over="ignore"):
        weights = by_class[codes] * (1 if sample_weight is None else sample_weight)
        weights = weights.astype(X.dtype)
    if not weights.any():
        raise ValueError(
            f"class_weight={class_weight!r} and sample_weight leave no sample "
            "with a weight above zero."
        )
    check_total_weight(weights, "class_weight with sample_weight")
    return samples._replace(sample_weight=weights)


def _class_weights(class_weight, classes, codes, sample_weight):
    """Return the weight of each class, for samples with these codes of labels."""
    if class_weight == "balanced":
        totals = np.bincount(codes, sample_weight, minlength=len(classes))
        share = totals.sum() / np.count_nonzero(totals)
        return np.divide(share, totals, out=np.ones(len(classes)), where=totals > 0)
    _check_class_weight(class_weight, classes)
    try:
        return compute_class_weight(class_weight, classes=classes, y=classes)
    except ValueError as error:
        known = classes.tolist()
        unknown = [key for key in class_weight if key not in known]
        missing = [label for label in known if label not in class_weight]
        raise ValueError(
            f"The keys {unknown} of class_weight are not among the classes {known},"
            f" of which {missing} are not in class_weight. Correct the keys."
        ) from error


def _check_class_weight(class_weight, classes):
    """Check that a dict holds weights, for labels that can be its keys."""
    if classes.dtype.kind in "mM":  # its keys and the labels differ in their units
        raise TypeError(
            f"class_weight can't tell labels of {classes.dtype} apart: use "
            "sample_weight, or labels that are numbers or text."
        )
    weights = list(class_weight.values())
    largest = float(np.finfo(float).max)
    if not all(isinstance(w, Real) and 0 <= w <= largest for w in weights):
        raise ValueError(
            "class_weight must hold finite numbers that are not negative, got "
            f"{class_weight!r}."
        )
