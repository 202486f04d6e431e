"""Persistence: fitted models as plain data, for pickle, joblib and skops.

Files contain no class of this package except the estimators. Other classes may
change, and need not be trusted by the reader of a file.
"""

import numpy as np

from . import _targets
from ._fit.architecture import Architecture
from ._fit.constraints import default_options
from ._fit.history import History
from ._fit.session import Continuation
from ._rules import DAMAGED, explaining, integer
from ._saved_state import PARTS, check_model
from .network import OPTIMIZERS, SCHEDULES, Parameters, Patience, TrainingState

FORMAT = 1
"""Version of the files; raised when older releases cannot read them."""

LATER_ATTRIBUTES = {"engine_": None}
"""Fitted attributes that older files lack, by their values in models of these files."""

KINDS = {
    "architecture": Architecture,
    "history": History,
    "binary": _targets.BinaryTargets,
    "multiclass": _targets.MulticlassTargets,
    "multilabel": _targets.MultilabelTargets,
    "regression": _targets.RegressionTargets,
    "counts": _targets.CountTargets,
    "continuation": Continuation,
    "training": TrainingState,
    "parameters": Parameters,
    "patience": Patience,
    **OPTIMIZERS,
    **SCHEDULES,
}
"""The classes of this package in a fitted model, by their names in files."""

NAMES = {kind: name for name, kind in KINDS.items()}


def to_state(kind, attributes):
    """Convert the attributes of a `kind` of estimator to a new dict of plain data.

    Raises ValueError if it could not be loaded again.
    """
    state = to_plain(attributes)
    with explaining(
        "This model can't be saved, because a fitted attribute was changed"
    ):
        check_model(kind, state)
    return state | {"_format": FORMAT}


def from_state(kind, state):
    """Check plain data, and convert them back to the attributes of a `kind`."""
    attributes = dict(state)
    version = attributes.pop("_format", None)
    with explaining(DAMAGED):
        integer(1).check("_format", version)
    if version > FORMAT:
        raise ValueError(
            f"This model was saved by a newer sknn_simple: it has format {version}, "
            f"and this version reads up to {FORMAT}."
        )
    options = default_options(kind)  # some of which older files lack
    attributes = options | {
        name: value if name in options else in_native_order(value)
        for name, value in attributes.items()
    }
    if "coefs_" in attributes:
        attributes = LATER_ATTRIBUTES | attributes
    with explaining(DAMAGED):
        check_model(kind, attributes)
    parts = {name: attributes[name] for name in PARTS & attributes.keys()}
    return attributes | from_plain(parts)


def to_plain(objects):
    """Convert a dict of objects of this package, and of others, to plain data."""
    return {name: _to_plain(value) for name, value in objects.items()}


def from_plain(parts):
    """Undo `to_plain`, for plain data that have been checked."""
    return {name: _from_plain(part) for name, part in parts.items()}


def in_native_order(value):
    """Return plain data whose arrays have the byte order of this machine."""
    if type(value) is dict:
        return {name: in_native_order(part) for name, part in value.items()}
    if type(value) is list:
        return [in_native_order(part) for part in value]
    if isinstance(value, np.ndarray) and not value.dtype.isnative:
        return value.astype(value.dtype.newbyteorder("="))
    return value


def _to_plain(value):
    """Convert an object of one of KINDS to a dict of its kind and attributes."""
    name = NAMES.get(type(value))
    if name is None:
        return value
    parts = to_plain(value.__getstate__())
    if name == "training" and value.rng is not None:
        # Not every version of NumPy can read a pickled RandomState.
        parts["rng"] = value.rng.get_state(legacy=False)
    return {**parts, "kind": name}


def _from_plain(value):
    """Undo `_to_plain`."""
    if not isinstance(value, dict) or "kind" not in value:
        return value
    parts = from_plain(value)
    kind = KINDS[parts.pop("kind")]
    if kind is TrainingState and parts["rng"] is not None:
        rng = np.random.RandomState()
        rng.set_state(parts["rng"])
        parts["rng"] = rng
    restored = kind.__new__(kind)
    getattr(restored, "__setstate__", restored.__dict__.update)(parts)
    return restored
