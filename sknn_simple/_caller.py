"""Caller: the line outside this package that a warning names."""

import sys
import warnings


def warn_caller(message, category=UserWarning):
    """Warn, and name the line that called this package, also through scikit-learn."""
    frame, stacklevel = sys._getframe(), 1
    while frame is not None and _is_inside(frame):
        frame, stacklevel = frame.f_back, stacklevel + 1
    warnings.warn(message, category, stacklevel=stacklevel)


def _is_inside(frame):
    """Return whether a frame is of this package or of scikit-learn."""
    module = frame.f_globals.get("__name__") or ""
    return module.startswith(("sknn_simple.", "sklearn."))
