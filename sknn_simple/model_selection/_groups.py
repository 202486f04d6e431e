"""Groups of candidates that one training serves.

Candidates that differ only in `max_iter` are one training, seen after different
numbers of epochs, if each fit draws the same random numbers and nothing happens at
the end of a fit that a longer one would notice.
"""

from numbers import Integral
from typing import NamedTuple

from sklearn.base import BaseEstimator

from .._fit.callback_bridge import callbacks_of
from .._pipeline import final_network
from ..network import OPTIMIZERS


class EpochGroup(NamedTuple):
    """Candidates that differ only in the number of epochs.

    params : the parameters that they share
    candidates : their indices
    epochs : their numbers of epochs; [None] if the one candidate shares no training
    """

    params: dict
    candidates: list[int]
    epochs: list[int | None]

    @property
    def is_separate(self) -> bool:
        """Whether its one candidate shares no training."""
        return self.epochs == [None]

    @property
    def longest(self) -> int:
        """Index of the candidate with the most epochs."""
        return self.candidates[self.epochs.index(max(self.epochs))]

    def __str__(self) -> str:
        params = ", ".join(f"{name}={value}" for name, value in self.params.items())
        if self.is_separate:
            return params
        epochs = ", ".join(map(str, sorted(set(self.epochs))))
        return f"{params or 'training'}, scored after {epochs} epochs"


def group_by_epochs(
    candidates: list[dict], epochs: list[int | None], max_iter: str
) -> list[EpochGroup]:
    """Group candidates by their parameters other than `max_iter`, in their order.

    `epochs` has the number of epochs of each candidate, or None to leave it alone.
    """
    groups = {}
    for i, (params, n_epochs) in enumerate(zip(candidates, epochs, strict=True)):
        key = i
        if n_epochs is not None:
            params = {name: params[name] for name in params if name != max_iter}
            key = tuple((name, _identity(params[name])) for name in sorted(params))
        group = groups.setdefault(key, EpochGroup(params, [], []))
        group.candidates.append(i)
        group.epochs.append(n_epochs)
    return list(groups.values())


def _identity(value):
    """Return a key that only the same value has, hashable or not."""
    try:
        hash(value)
    except TypeError:
        return id(value)
    # Equal values may differ nevertheless: True and 1, (5,) and (5.0,).
    return type(value), repr(value), value


def why_separate(estimator: BaseEstimator) -> str | None:
    """Return why a long fit does not begin like a short one, None if it does."""
    network = final_network(estimator, inherited_fit=True)
    if network is None:
        return (
            "it is not a SimpleMLPClassifier or SimpleMLPRegressor, nor a Pipeline "
            "that ends with one"
        )
    if network.solver not in list(OPTIMIZERS):
        return f"solver={network.solver!r} does not train by epochs"
    if not isinstance(network.random_state, Integral):
        return f"random_state={network.random_state!r} is not an integer"
    if network.warm_start:
        return f"warm_start={network.warm_start!r} ties a fit to the one before"
    if not isinstance(network.max_iter, Integral) or network.max_iter < 1:
        return f"max_iter={network.max_iter!r} is not a number of epochs"
    parts = [estimator, *estimator.get_params().values()]
    if any(isinstance(part, BaseEstimator) and callbacks_of(part) for part in parts):
        return "callbacks of its own must see each fit"
    return None
