"""Search plan: which candidates of a search one training can serve.

Candidates that differ only in `max_iter` are the same training, looked at after
different numbers of epochs: provided that it draws the same numbers each time, and
that nothing happens at the end of a fit which a longer one would notice.
"""

from dataclasses import dataclass
from numbers import Integral

from sklearn.base import clone
from sklearn.pipeline import Pipeline

from ._base import BaseSimpleMLP
from .network import OPTIMIZERS


@dataclass
class Training:
    """One training on each fold, and the candidates that it serves.

    Attributes
    ----------
    params : dict
        Of the candidate with the most epochs.

    params_in_common : dict
        The same without max_iter, unless separate.

    candidates : list of int
        Their places in the search.

    epochs : list of int or None
        Their numbers of epochs; [None] if the training is separate.

    separate : str or None
        Why it serves but one candidate, in scikit-learn's own way.
    """

    params: dict
    params_in_common: dict
    candidates: list[int]
    epochs: list[int]
    separate: str | None = None


def plan(estimator, candidates):
    """Find out which candidates can share a training.

    Parameters
    ----------
    estimator : estimator
        That of the search.

    candidates : list of dict

    Returns
    -------
    trainings : list of Training
        In the order of their first candidates.
    """
    trainings = {}
    for place, params in enumerate(candidates):
        trial = clone(estimator).set_params(**clone(params, safe=False))
        why = _why_separate(trial)
        if why is not None:
            trainings[place] = Training(params, params, [place], [None], why)
            continue
        others = _without_max_iter(trial, params)
        epochs = int(network_of(trial).max_iter)
        training = trainings.setdefault(
            _identity(others), Training(params, others, [], [])
        )
        if epochs > max(training.epochs, default=0):
            training.params = params
        training.candidates.append(place)
        training.epochs.append(epochs)
    return list(trainings.values())


def network_of(estimator):
    """The network that an estimator is, or as a Pipeline ends with; or None."""
    # A subclass with its own fit may do more when training has ended.
    if isinstance(estimator, Pipeline) and type(estimator).fit is Pipeline.fit:
        estimator = estimator.steps[-1][1] if estimator.steps else None
    if isinstance(estimator, BaseSimpleMLP):
        return estimator if type(estimator).fit is BaseSimpleMLP.fit else None
    return None


def _without_max_iter(estimator, params):
    """The parameters but the network's max_iter."""
    name = "max_iter"
    if isinstance(estimator, Pipeline):
        name = f"{estimator.steps[-1][0]}__max_iter"
    return {key: value for key, value in params.items() if key != name}


def _why_separate(estimator):
    """Why the first epochs of a long fit are not a short one; None if they are."""
    network = network_of(estimator)
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
    if any(hasattr(part, "_skl_callbacks") for part in parts):
        return "callbacks of its own are to see each fit"
    return None


def _identity(params):
    """A key that only the same parameters have, be they hashable or not."""
    return tuple((name, _identity_of(params[name])) for name in sorted(params))


def _identity_of(value):
    try:
        hash(value)
    except TypeError:
        return id(value)
    # What is equal may differ nevertheless: True and 1, (5,) and (5.0,).
    return type(value), repr(value), value
