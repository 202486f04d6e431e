"""Engines: two implementations of the same training, by the option `engine`."""

import importlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from . import forward_pass, gradient, training
from .activations import ACTIVATIONS, NOT_COMPILED, OUT_ACTIVATIONS
from .losses import LOSSES
from .objective import Objective
from .parameters import Parameters


class Engine(NamedTuple):
    """An implementation of training and of prediction.

    Attributes
    ----------
    name : str
        Name of the engine, a value of the option `engine`.

    trainer : type
        Class with the interface of `Trainer`.

    make_evaluator : callable
        Maker of the objective that `minimize_lbfgs` evaluates, with the interface of
        `make_evaluator` in ``network/gradient.py``.

    make_predictor : callable
        Maker of predictions for changing parameters, with the interface of
        `make_predictor` in ``network/forward_pass.py``.

    predict : callable
        Raw prediction, with the interface of `predict`.

    Notes
    -----
    Evaluators and predictors write to memory of their own, so no two threads may call
    the same one at once. Any number of threads may call `predict`.
    """

    name: str
    trainer: type
    make_evaluator: Callable
    make_predictor: Callable
    predict: Callable


ENGINES = {
    "numpy": Engine(
        "numpy",
        training.Trainer,
        gradient.make_evaluator,
        forward_pass.make_predictor,
        forward_pass.predict,
    )
}
"""The engines that are installed: a dict of name to `Engine`, the fastest one last."""


def not_compiled(objective: Objective) -> list[str]:
    """Return the names of the objective's functions that only NumPy's engine has."""
    hidden = objective.activation
    hidden = [hidden] if isinstance(hidden, str) else hidden
    # An activation and a loss may have the same name.
    entries: list[tuple[str, Any]] = [(name, ACTIVATIONS[name]) for name in hidden]
    out, loss = objective.out_activation, objective.loss
    entries += [(out, OUT_ACTIVATIONS[out]), (loss, LOSSES[loss])]
    return [name for name, entry in entries if entry.code == NOT_COMPILED]


# The compiled engine predicts faster from MANY activations on, if there is at least one
# for every COEFS_PER_ACTIVATION coefs, which it copies.
MANY, COEFS_PER_ACTIVATION = 2**17, 8

WHY_NOT_COMPILED: ImportError | None = None
"""The error on importing the compiled engine; None if it is installed."""

try:
    compiled: Any = importlib.import_module(".compiled", __package__)
except ImportError as error:  # there was no compiler when the package was built
    WHY_NOT_COMPILED = error
else:

    def _predict(
        X: Any,
        coefs: Sequence[np.ndarray],
        intercepts: Sequence[np.ndarray],
        activation: str | Sequence[str],
    ) -> np.ndarray:
        """Return the raw prediction, as `forward_pass.predict` does."""
        n_activations = X.shape[0] * sum(coef.shape[1] for coef in coefs)
        n_coefs = sum(coef.size for coef in coefs)
        as_stored = not isinstance(X, np.ndarray) or X.flags.c_contiguous
        is_small = n_activations < max(MANY, n_coefs / COEFS_PER_ACTIVATION)
        if is_small or not as_stored or not_compiled(Objective(activation=activation)):
            return forward_pass.predict(X, coefs, intercepts, activation)
        parameters = Parameters.from_arrays(coefs, intercepts)
        return compiled.make_predictor(parameters, X, activation)(parameters.flat)

    ENGINES["compiled"] = Engine(
        "compiled",
        compiled.Trainer,
        compiled.make_evaluator,
        compiled.make_predictor,
        _predict,
    )
