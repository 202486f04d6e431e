"""The compiled loops stay within the arrays that they are given.

Each array lies against a page without access, once at its begin and once at its end, in
a process of its own, which a single stray access would kill.
"""

import functools
import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from guarded_memory import guarded
from scipy import sparse

from sknn_simple.network import (
    ENGINES,
    LOSSES,
    SGD,
    Adam,
    Constant,
    Objective,
    Parameters,
    Samples,
    Trainer,
    TrainingState,
    draw_parameters,
    predict,
)

if "compiled" in ENGINES:
    from sknn_simple.network import compiled as compiled_module

OPTIMIZERS = SGD(), SGD(0.9, True), Adam()
DTYPES = np.float64, np.float32
# Losses see the outputs only, and all but that of softmax take them one by one.
MODES = [
    *itertools.product(
        DTYPES, ["dense", "sparse"], ["squared_error", "softmax_log_loss"], [1, 5, 40]
    ),
    *itertools.product(DTYPES, ["dense"], LOSSES, [5]),
]
# Widths around those of registers, and products for loops and for BLAS.
WIDTHS = [(1, 5, 2), (9, 17, 3, 2), (70, 40, 3)]


def problem(dtype, container, loss, layer_sizes):
    """Return samples, an objective and initial parameters."""
    rng = np.random.RandomState(0)
    out = list(LOSSES[loss].out_activations)[-1]
    n_outputs = layer_sizes[-1]
    X = rng.standard_normal((40, layer_sizes[0])) * (rng.rand(40, 1) < 0.7)
    Y = np.eye(n_outputs)[rng.randint(n_outputs, size=40)]
    samples = Samples(
        sparse.csr_matrix(X, dtype=dtype) if container == "sparse" else X.astype(dtype),
        Y.astype(dtype),
        rng.rand(40).astype(dtype),
    )
    start = draw_parameters(layer_sizes, rng, dtype=dtype)
    return samples, Objective(loss, "logistic", out, 0.1), start


def guarded_samples(samples, at_end):
    """Return the samples with each array against a guarded page."""
    X, Y, weights = samples
    if sparse.issparse(X):
        parts = [guarded(part, at_end) for part in (X.data, X.indices, X.indptr)]
        X = sparse.csr_matrix(tuple(parts), X.shape)
    else:
        X = guarded(X, at_end)
    return Samples(X, guarded(Y, at_end), guarded(weights, at_end))


def trained(samples, objective, start, optimizer, batch_size, build=None):
    """Train twice for two epochs, the second time with vectors of the first.

    Without a `build` of the compiled loops the NumPy engine trains.
    """
    trainer = Trainer
    if build is not None:
        trainer = functools.partial(compiled_module.Trainer, build=build)
    optimizer = optimizer.copy()
    average = guarded(start.flat, False)
    state = TrainingState(
        start, optimizer, Constant(0.01), np.random.RandomState(1), average=average
    )
    for _ in range(2):
        made = trainer(state, samples, objective, batch_size=batch_size)
        made.train(2)
        for name, vector in optimizer.vectors(start.flat).items():
            setattr(optimizer, name, guarded(vector, at_end=True))
        state.average = guarded(state.average, at_end=True)
    return np.concatenate([start.flat, state.average])


def check(dtype, container, loss, batch_size):
    """Compare all that the loops compute within guarded memory with NumPy's."""
    exact = 1e-9 if dtype == np.float64 else 1e-3
    places = list(itertools.product(range(len(compiled_module.BUILDS)), [False, True]))
    for layer_sizes in WIDTHS:
        samples, objective, start = problem(dtype, container, loss, layer_sizes)
        for optimizer in OPTIMIZERS:
            expected = trained(samples, objective, start.copy(), optimizer, batch_size)
            for build, at_end in places:
                own = guarded_samples(samples, at_end)
                inner = Parameters(layer_sizes, flat=guarded(start.flat, at_end))
                found = trained(own, objective, inner, optimizer, batch_size, build)
                np.testing.assert_allclose(found, expected, rtol=exact, atol=exact)
        judge = np.zeros_like(start.flat)
        make_evaluator = ENGINES["numpy"].make_evaluator
        value = make_evaluator(start, judge, samples, objective)()
        for build, at_end in places:
            own = guarded_samples(samples, at_end)
            flat, gradient = (guarded(start.flat, at_end) for _ in range(2))
            state = TrainingState(Parameters(layer_sizes, flat=flat), None, None, None)
            whole = compiled_module.Trainer(
                state, own, objective, batch_size=40, build=build
            )
            found = whole.evaluator(gradient)()
            np.testing.assert_allclose(found, value, rtol=exact)
            np.testing.assert_allclose(gradient, judge, rtol=exact, atol=exact)
            expected = predict(samples.X, start.coefs, start.intercepts, "logistic")
            raw_prediction = compiled_module.make_predictor(start, own.X, "logistic")
            np.testing.assert_allclose(raw_prediction(flat), expected, exact, exact)


RUN = """
import sys
sys.path.insert(0, sys.argv[1])
import test_memory_safety as tests
for mode in tests.MODES:
    tests.check(*mode)
"""


@pytest.mark.skipif("compiled" not in ENGINES, reason="there are no compiled loops")
@pytest.mark.skipif(sys.platform == "win32", reason="needs mprotect")
def test_no_access_outside_of_the_arrays():
    folder = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", RUN, folder], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs mprotect")
def test_the_page_beside_an_array_kills():
    """A process that reads one number too many dies, so the test above can fail."""
    read = (
        "import sys; sys.path.insert(0, sys.argv[1]); import numpy as np, ctypes;"
        "from guarded_memory import guarded; a = guarded(np.ones(3), True);"
        "ctypes.c_double.from_address(a.ctypes.data + {offset}).value"
    )
    folder = str(Path(__file__).parent)
    for offset, dies in ((16, False), (24, True)):
        script = read.format(offset=offset)
        done = subprocess.run([sys.executable, "-c", script, folder])
        assert (done.returncode != 0) == dies
