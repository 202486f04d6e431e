"""Engines: the NumPy one, and the compiled one where numba is installed."""

import functools

from scipy.sparse import issparse

from .network import OPTIMIZERS, Trainer
from .network.interruption import hearing_ctrl_c_later


@functools.cache
def _compiled_trainer():
    """The compiled Trainer, or the error that tells why there is none."""
    try:
        with hearing_ctrl_c_later():
            from .network.compiled import Trainer
    except MemoryError:  # tells nothing of numba, and passes
        raise
    except Exception as error:  # a broken numba may raise anything
        return error
    return Trainer


def trainer_class(estimator, X):
    """Find the class that trains with sgd and adam.

    "auto" looks at what decides for good, never at what changes from one call to the
    next: a training that goes on in parts is the same as one in one go.

    Parameters
    ----------
    estimator : BaseSimpleMLP

    X : {array-like, sparse matrix}

    Returns
    -------
    trainer_class : type

    Raises
    ------
    ImportError, TypeError
        If engine="numba" is not possible.
    """
    engine = estimator.engine
    if engine == "numpy" or estimator.solver not in OPTIMIZERS:
        return Trainer
    if issparse(X):
        if engine == "auto":
            return Trainer
        raise TypeError(
            "engine='numba' takes dense X, got a sparse one: use engine='auto' or "
            "'numpy', or X.toarray()."
        )
    found = _compiled_trainer()
    if not isinstance(found, Exception):
        return found
    if engine == "auto":
        return Trainer
    raise ImportError(
        "engine='numba' needs numba, which can't be imported here "
        f'({found}): pip install "sknn-simple[fast]", or use engine="auto" or "numpy".'
    ) from found
