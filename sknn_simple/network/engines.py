"""Engines: two implementations of the same training, by the option `engine`."""

import importlib
from collections.abc import Callable
from typing import NamedTuple

from . import backprop, training


class Engine(NamedTuple):
    """An implementation of training.

    Attributes
    ----------
    trainer : type
        Class with the interface of `Trainer`.

    make_evaluator : callable
        Maker of the objective that `minimize_lbfgs` evaluates, with the interface of
        `make_evaluator` in ``network/backprop.py``.
    """

    trainer: type
    make_evaluator: Callable


ENGINES = {"numpy": Engine(training.Trainer, backprop.make_evaluator)}
"""The engines that are installed: a dict of name to `Engine`, the fastest one last."""

WHY_NOT_COMPILED: ImportError | None = None
"""The error on importing the compiled engine; None if it is installed."""

try:
    compiled = importlib.import_module(".compiled", __package__)
except ImportError as error:  # there was no compiler when the package was built
    WHY_NOT_COMPILED = error
else:
    ENGINES["compiled"] = Engine(compiled.Trainer, compiled.make_evaluator)
