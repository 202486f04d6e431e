"""Groups of a search's candidates that differ only in their number of epochs."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple


class EpochGroup(NamedTuple):
    """Candidates that are the same training after different numbers of epochs.

    Attributes
    ----------
    params : dict
        Parameters that all of them set, without the number of epochs.

    candidates : list of int
        Positions of the candidates in the search.

    epochs : list of int or None
        Number of epochs of each; None for a candidate that does not set it.
    """

    params: dict[str, Any]
    candidates: list[int]
    epochs: list[int | None]


def group_by_epochs(
    candidates: Sequence[Mapping[str, Any]], max_iter: str
) -> list[EpochGroup]:
    """Group candidates by all parameters but one.

    Two values are the same if they have the same type, representation and value, or,
    where a value cannot be hashed, if they are the same object.

    Parameters
    ----------
    candidates : sequence of dict
        Parameters of each candidate.

    max_iter : str
        Name of the parameter that counts epochs, such as 'mlp__max_iter'.

    Returns
    -------
    groups : list of EpochGroup
        In the order of their first candidates.
    """
    groups: dict[Hashable, EpochGroup] = {}
    for position, params in enumerate(candidates):
        shared = {name: value for name, value in params.items() if name != max_iter}
        key = tuple((name, _identity(shared[name])) for name in sorted(shared))
        group = groups.setdefault(key, EpochGroup(shared, [], []))
        group.candidates.append(position)
        group.epochs.append(params.get(max_iter))
    return list(groups.values())


def _identity(value):
    try:
        hash(value)
    except TypeError:
        return id(value)
    # Equal values may differ nevertheless: True and 1, (5,) and (5.0,).
    return type(value), repr(value), value
