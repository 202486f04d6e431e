"""Training methods: decorators of `fit`, `partial_fit` and searches.

A method that raises leaves the estimator and a caller's RandomState unchanged.
"""

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from sklearn.base import _fit_context
from sklearn.utils.metaestimators import available_if

from ._fit import suggestions
from .network import OPTIMIZERS

Method = TypeVar("Method", bound=Callable[..., Any])


def training_method(method: Method) -> Method:
    """Validate options and manage callbacks around `method`, and undo its errors.

    `all_or_nothing` is outermost, so that Ctrl-C inside scikit-learn's wrapper is
    undone as well.
    """
    return all_or_nothing(_fit_context(prefer_skip_nested_validation=True)(method))


def all_or_nothing(method: Method) -> Method:
    """Undo all changes of `method` to the estimator if it raises.

    The signature stays the same, but wrong arguments get a suggestion.
    """

    @suggestions.explaining_arguments
    @functools.wraps(method)
    def restoring_method(estimator=None, /, *args, **kwargs):
        attributes = estimator.__dict__.copy()
        # A search may have a generator in its splitter, too.
        owners = estimator, getattr(estimator, "cv", None)
        rngs = [getattr(owner, "random_state", None) for owner in owners]
        rngs = [rng for rng in rngs if isinstance(rng, np.random.RandomState)]
        states = [rng.get_state(legacy=False) for rng in rngs]
        try:
            return method(estimator, *args, **kwargs)
        except BaseException:
            # One assignment, which a second Ctrl-C leaves undone or done.
            estimator.__dict__ = attributes
            for rng, state in zip(rngs, states, strict=True):
                rng.set_state(state)
            raise

    return cast(Method, restoring_method)


def needs_stochastic_solver(method: Method) -> Method:
    """Make `method` available only with solver 'sgd' or 'adam'."""
    return available_if(_solver_is_stochastic)(method)


def _solver_is_stochastic(estimator):
    if isinstance(estimator.solver, str) and estimator.solver in OPTIMIZERS:
        return True
    raise AttributeError(
        f"partial_fit needs solver='sgd' or 'adam', got solver={estimator.solver!r}."
    )
