"""Architecture: the options that cannot change once a network has been trained."""

import sys
from dataclasses import dataclass, fields

import numpy as np

from ..network import ACTIVATIONS, OUT_ACTIVATIONS, layer_activations
from ..network.activations import differentiable
from .suggestions import (
    for_function,
    for_unknown_function,
    not_registered,
    why_refused,
)


@dataclass(frozen=True)
class Architecture:
    """The options that cannot change once a network has been trained.

    A classifier has neither `out_activation` nor `normalize_y`: its targets decide.
    """

    hidden_layer_sizes: tuple[int, ...]
    activation: str | tuple[str, ...]
    fit_intercept: bool
    loss: str
    out_activation: str | None = None
    normalize_y: bool | None = None

    @classmethod
    def of(cls, estimator):
        """Return the architecture that the options of an estimator define."""
        options = vars(estimator)
        given = {f.name: options[f.name] for f in fields(cls) if f.name in options}
        sizes, names = hidden_layer_sizes(estimator), activation(estimator)
        return cls(**given | {"hidden_layer_sizes": sizes, "activation": names})

    def check_registered(self):
        """Raise ValueError unless all activations are still registered."""
        names = self.activation
        for name in (names,) if isinstance(names, str) else names:
            if name not in ACTIVATIONS:
                raise ValueError(not_registered("activation", name))
        out = self.out_activation
        if out is not None and out not in OUT_ACTIVATIONS:
            raise ValueError(not_registered("out_activation", out))

    def check_same(self, earlier):
        """Raise ValueError unless the `earlier` architecture is the same."""
        for name, value in vars(self).items():
            before = getattr(earlier, name)
            if value != before:
                raise ValueError(
                    f"{name} was {before!r} when this network was first trained, and "
                    f"can't become {value!r} in partial_fit or with warm_start=True. "
                    "Set it back, or fit a new network with warm_start=False."
                )


def hidden_layer_sizes(estimator):
    """Return the option as a tuple of int; a single integer means one layer."""
    given = estimator.hidden_layer_sizes
    try:
        sizes = tuple(given)
    except TypeError:
        sizes = (given,)
    for size in sizes:
        is_integer = isinstance(size, int | np.integer) and not isinstance(size, bool)
        if not is_integer or size < 1:
            raise ValueError(
                "hidden_layer_sizes must hold integers of at least 1, one per hidden "
                f"layer, such as (10,), got {given!r}."
            )
        if size > sys.maxsize:
            raise ValueError(
                f"hidden_layer_sizes must hold integers below 2**63, got {given!r}."
            )
    return tuple(int(size) for size in sizes)


def activation(estimator):
    """Return the option as one name, or as a tuple if the hidden layers differ."""
    given = estimator.activation
    try:
        names = tuple(layer_activations(given, len(hidden_layer_sizes(estimator))))
    except ValueError as error:
        raise ValueError(f"{error}{_hint(given)}") from None
    if not names:
        return given or "identity"
    return names if len(set(names)) > 1 else names[0]


def _hint(given):
    """Return a hint for activations that are not known, or ""."""
    names, known = [given] if isinstance(given, str) else given, differentiable()
    for name in names:
        if isinstance(name, str) and name not in known:
            why = why_refused("activation", name)
            return why or for_unknown_function(name, known)
        if callable(name):
            return for_function("activation")
    return ""


def activation_names(estimator):
    """Return the name of the activation of each hidden layer."""
    return layer_activations(activation(estimator), len(hidden_layer_sizes(estimator)))
