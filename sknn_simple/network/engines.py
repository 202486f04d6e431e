"""Engines: two implementations of the same training, by the option `engine`."""

import importlib
from collections.abc import Callable
from typing import NamedTuple

from . import forward_pass, gradient, training


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

WHY_NOT_COMPILED: ImportError | None = None
"""The error on importing the compiled engine; None if it is installed."""

try:
    compiled = importlib.import_module(".compiled", __package__)
except ImportError as error:  # there was no compiler when the package was built
    WHY_NOT_COMPILED = error
else:
    ENGINES["compiled"] = Engine(
        "compiled",
        compiled.Trainer,
        compiled.make_evaluator,
        compiled.make_predictor,
        compiled.predict,
    )
