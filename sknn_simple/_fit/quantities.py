"""Quantities: numbers that a classifier takes for many classes, such as prices."""

import numpy as np

from .neighbourhood import Neighbourhood

MANY = 30
"""Least number of classes that may be a quantity."""

N_NEIGHBOURS = 5

MOST_ALIKE = 0.1
"""Largest share of neighbours that have the same number."""

NEAR = 0.85
"""Difference from the numbers of neighbours, relative to all samples, that is small."""


def may_be_quantity(targets, samples):
    """Return whether the classes of a classifier may be values of a quantity.

    Samples near each other have different numbers, but similar ones. The numbers of
    words or people differ as much as those of any two samples; those of places or kinds
    of goods may be in order, but are mostly the same for neighbours.
    """
    if not targets.are_labels or targets.multilabel:
        return False
    are_numbers = targets.classes.dtype.kind in "iuf"
    # Of more, `warn_of_quantities` has warned.
    are_many = MANY <= len(targets.classes) <= len(samples.Y) / 2
    if not (are_numbers and are_many):
        return False
    neighbourhood = Neighbourhood(samples)
    ranks = neighbourhood.Y.argmax(axis=1)  # among the sorted classes
    if len(ranks) < MANY:
        return False
    differences = np.abs(np.subtract.outer(ranks, ranks))
    nearest = np.argpartition(-neighbourhood.nearness, N_NEIGHBOURS)[:, :N_NEIGHBOURS]
    near = np.take_along_axis(differences, nearest, axis=1)
    if np.mean(near == 0) > MOST_ALIKE:
        return False
    return near[near > 0].mean() < NEAR * differences[differences > 0].mean()
