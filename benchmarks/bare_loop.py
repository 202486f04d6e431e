"""The same training in a bare C++ loop, which g++ compiles for this processor."""

import ctypes
import functools
import subprocess
import tempfile
from ctypes import c_double, c_int, c_void_p
from pathlib import Path

import numpy as np
import scipy.linalg.cython_blas

from training import SEED

FLAGS = (
    "-std=c++17 -O3 -march=native -ffp-contract=fast -fassociative-math "
    "-fno-math-errno -fno-signed-zeros -fno-trapping-math -fno-wrapv -shared -fPIC"
)


def trainer(training):
    """Return a function that trains, and returns all weights."""
    train, gemm, start = _compiled(), _matrix_product(), training.start()
    sizes = np.array(start.layer_sizes, np.int32)
    X, Y = np.ascontiguousarray(training.X, float), training.Y

    def run():
        trained = start.copy()
        train(
            *(gemm, X, Y, len(X), sizes, len(sizes) - 1),
            *(trained.flat, trained.flat.size, training.fit_intercept),
            *(not training.sigmoid_output, training.batch_size, training.shuffle),
            *(SEED, training.n_epochs, training.learning_rate),
            *(training.momentum, training.alpha),
        )
        return [*trained.coefs, *trained.intercepts]

    return run


@functools.cache
def _compiled():
    """Compile bare_loop.cpp, once per process."""
    source = Path(__file__).with_suffix(".cpp")
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "bare_loop.so"
        subprocess.run(["g++", *FLAGS.split(), source, "-o", library], check=True)
        train = ctypes.CDLL(library).train
    doubles, integers = (
        np.ctypeslib.ndpointer(dtype, flags="C") for dtype in (float, np.int32)
    )
    samples = [c_void_p, doubles, doubles, c_int]
    network = [integers, c_int, doubles, c_int, c_int, c_int]
    train.argtypes = [*samples, *network, *[c_int] * 4, *[c_double] * 3]
    train.restype = c_double
    return train


@functools.cache
def _matrix_product():
    """Return the address of SciPy's dgemm."""
    capsule = scipy.linalg.cython_blas.__pyx_capi__["dgemm"]
    api = ctypes.pythonapi
    api.PyCapsule_GetName.restype = ctypes.c_char_p
    api.PyCapsule_GetName.argtypes = [ctypes.py_object]
    api.PyCapsule_GetPointer.restype = c_void_p
    api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    return api.PyCapsule_GetPointer(capsule, api.PyCapsule_GetName(capsule))
