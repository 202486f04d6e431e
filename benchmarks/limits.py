"""The loops of `loops.py` in C++, each for one network: near the limit."""

import ctypes
import functools
import subprocess
import tempfile
from pathlib import Path

import numpy as np

FLAGS = "-O3 -march=native -fno-math-errno -fno-trapping-math -fopenmp -shared -fPIC"


@functools.cache
def _compiled():
    """Compile limits.cpp, once per process."""
    source = Path(__file__).with_suffix(".cpp")
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "limits.so"
        subprocess.run(["g++", *FLAGS.split(), source, "-o", library], check=True)
        return ctypes.CDLL(library)


def _call(function, arrays, *integers):
    """Call a function on C-contiguous float64 arrays, which it may change."""
    assert all(a.flags.c_contiguous and a.dtype == np.float64 for a in arrays)
    function(*(ctypes.c_void_p(a.ctypes.data) for a in arrays), *integers)


def soft_targets(X, y, start, n_epochs):
    """As `loops.soft_targets`."""
    coefs = start.copy().coefs
    samples = np.array(X, dtype=float), np.array(y, dtype=float)
    _call(_compiled().soft_targets, [*samples, *coefs], n_epochs)
    return coefs


def people(X, y, start, n_epochs, shuffle=False):
    """As `loops.people`."""
    trained = start.copy()
    arrays = [*trained.coefs, *trained.intercepts]
    samples = np.array(X, dtype=float), np.array(y, dtype=float)
    _call(_compiled().people, [*samples, *arrays], n_epochs, int(shuffle))
    return arrays
