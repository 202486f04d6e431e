"""Persistence: fitted models as plain data, for pickle, joblib and skops.

Files contain no class of this package except the estimators. Other classes may
change, and need not be trusted by the reader of a file.
"""

import inspect

import numpy as np

from . import _targets
from ._fit.history import History
from ._fit.options import Architecture
from ._fit.session import Continuation
from .network import OPTIMIZERS, SCHEDULES, Parameters, Patience, TrainingState

FORMAT = 1
"""Version of the files; raised when older releases cannot read them."""

KINDS = {
    "architecture": Architecture,
    "history": History,
    "binary": _targets.BinaryTargets,
    "multiclass": _targets.MulticlassTargets,
    "multilabel": _targets.MultilabelTargets,
    "regression": _targets.RegressionTargets,
    "continuation": Continuation,
    "training": TrainingState,
    "parameters": Parameters,
    "patience": Patience,
    **OPTIMIZERS,
    **SCHEDULES,
}
"""The classes of this package in a fitted model, by their names in files."""

NAMES = {kind: name for name, kind in KINDS.items()}


def to_state(attributes):
    """Convert the attributes of an estimator to a new dict of plain data."""
    plain = {name: _to_plain(value) for name, value in attributes.items()}
    return {**plain, "_format": FORMAT}


def from_state(state):
    """Convert plain data back to attributes, unless a newer version wrote them."""
    attributes = dict(state)
    version = attributes.pop("_format")
    if version > FORMAT:
        raise ValueError(
            f"This model was saved by a newer sknn_simple: it has format {version}, "
            f"and this version reads up to {FORMAT}."
        )
    for name in ("_architecture", "_targets", "_history", "_continuation"):
        if name in attributes:
            attributes[name] = _from_plain(attributes[name])
    return attributes


def default_options(cls):
    """Return the defaults of a class's options, some of which older files lack."""
    parameters = inspect.signature(cls.__init__).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not p.empty}


def _to_plain(value):
    """Convert an object of one of KINDS to a dict of its kind and attributes."""
    name = NAMES.get(type(value))
    if name is None:
        return value
    parts = {key: _to_plain(part) for key, part in value.__getstate__().items()}
    if name == "training" and value.rng is not None:
        # Not every version of NumPy can read a pickled RandomState.
        parts["rng"] = value.rng.get_state(legacy=False)
    return {**parts, "kind": name}


def _from_plain(value):
    """Undo `_to_plain`."""
    if not isinstance(value, dict) or "kind" not in value:
        return value
    parts = {key: _from_plain(part) for key, part in value.items()}
    kind = KINDS[parts.pop("kind")]
    if kind is TrainingState and parts["rng"] is not None:
        parts["rng"] = _random_state(parts["rng"])
    restored = kind.__new__(kind)
    getattr(restored, "__setstate__", restored.__dict__.update)(parts)
    return restored


def _random_state(state):
    """Return a generator in the given state."""
    # NumPy does not check the position within the 624 numbers of the state.
    if not 0 <= state["state"]["pos"] <= 624:
        raise ValueError(f"This model's random state is damaged: {state}.")
    rng = np.random.RandomState()
    rng.set_state(state)
    return rng
