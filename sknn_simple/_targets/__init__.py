"""Targets: y as the user gives it, and as the outputs of the network.

The targets of a classifier are in `labels`, those of a regressor in `numbers`.
"""

from .base import Targets
from .classes import are_multilabel, label_codes
from .labels import BinaryTargets, MulticlassTargets, MultilabelTargets, label_targets
from .numbers import CountTargets, RegressionTargets
from .score import r2

__all__ = [
    "BinaryTargets",
    "CountTargets",
    "MulticlassTargets",
    "MultilabelTargets",
    "RegressionTargets",
    "Targets",
    "are_multilabel",
    "label_codes",
    "label_targets",
    "r2",
]
