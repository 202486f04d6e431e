"""Time the compiled engine against a bare C++ loop, JAX and scikit-learn.

Run it with

    python benchmarks/engine.py
    python benchmarks/engine.py --peers cpp jax --repeats 15

Peers first train the same network, and must end with the same weights. They are then
timed in turns, with one BLAS thread; JAX's compilation is not counted.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"
os.environ["XLA_FLAGS"] = (
    "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)
os.environ["JAX_ENABLE_X64"] = "1"

import argparse
import ctypes
import functools
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.linalg.cython_blas
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

from sknn_simple.datasets import load_four_people, load_soft_targets
from sknn_simple.network import (
    SGD,
    Constant,
    Objective,
    Samples,
    TrainingState,
    draw_parameters,
)

FLAGS = (
    "-O3 -march="
    + os.environ.get("MARCH", "native")
    + " -ffp-contract=fast -fassociative-math -fno-math-errno "
    "-fno-trapping-math -fno-signed-zeros -fno-wrapv -std=c++17 -shared -fPIC"
)
SEED = 1


@dataclass(frozen=True)
class Problem:
    """A network with logistic hidden units, and how it is trained.

    Its output is softmax under log-loss, or logistic under squared error.
    """

    name: str
    X: np.ndarray
    Y: np.ndarray
    hidden: int
    softmax: bool
    batch_size: int
    rate: float
    n_epochs: int
    momentum: float = 0.0
    alpha: float = 0.0
    shuffle: bool = True
    fit_intercept: bool = True

    def start(self):
        """The initial Parameters."""
        sizes = (self.X.shape[1], self.hidden, self.Y.shape[1])
        rng = np.random.RandomState(SEED)
        return draw_parameters(
            sizes,
            rng,
            "lecun_uniform",
            fit_intercept=self.fit_intercept,
            dtype=self.X.dtype,
        )


def problems(chosen):
    """The columns of the table."""
    X, y = (np.ascontiguousarray(a, float) for a in load_soft_targets(return_X_y=True))
    yield Problem(
        *("soft targets", X, y[:, None], 4, False, 4, 4.0, 20_000),
        shuffle=False,
        fit_intercept=False,
    )
    X, y = (np.ascontiguousarray(a, float) for a in load_four_people(return_X_y=True))
    yield Problem("four people", X, y[:, None], 2, False, 1, 0.2, 10_000)
    X, y = load_digits(return_X_y=True)
    X, Y = StandardScaler().fit_transform(X), np.eye(10)[y]
    for batch_size, n_epochs in ((1, 1), (10, 3), (32, 4), (200, 5)):
        rate = 0.002 if batch_size == 1 else 0.05
        name = f"digits, batches of {batch_size}"
        yield Problem(name, X, Y, 100, True, batch_size, rate, n_epochs, 0.9, 1e-4)


class Ours:
    """The library's trainer of one engine."""

    def __init__(self, problem, trainer):
        p = problem
        out, loss = "logistic", "squared_error"
        if p.softmax:
            out, loss = "softmax", "softmax_log_loss"
        self.state = TrainingState(
            p.start(),
            SGD(p.momentum, True),
            Constant(p.rate),
            np.random.RandomState(SEED),
        )
        self.trainer = trainer(
            self.state,
            Samples(p.X, p.Y),
            Objective(loss, "logistic", out, p.alpha),
            batch_size=p.batch_size,
            shuffle=p.shuffle,
        )

    def train(self, n_epochs):
        """Train; return all weights as a vector."""
        self.trainer.train(n_epochs)
        return self.state.parameters.flat


@functools.cache
def bare_loop():
    """Compile the C++ loop; its function, and SciPy's matrix product."""
    library = Path(tempfile.mkdtemp()) / "bare_loop.so"
    source = Path(__file__).with_name("bare_loop.cpp")
    subprocess.run(["g++", *FLAGS.split(), source, "-o", library], check=True)
    train = ctypes.CDLL(library).train
    train.restype = ctypes.c_double
    capsule = scipy.linalg.cython_blas.__pyx_capi__["dgemm"]
    api = ctypes.pythonapi
    api.PyCapsule_GetName.restype = ctypes.c_char_p
    api.PyCapsule_GetName.argtypes = [ctypes.py_object]
    api.PyCapsule_GetPointer.restype = ctypes.c_void_p
    api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    name = api.PyCapsule_GetName(capsule)
    return train, ctypes.c_void_p(api.PyCapsule_GetPointer(capsule, name))


class Cpp:
    """The bare loop, which begins from the start in each call."""

    def __init__(self, problem):
        self.problem = problem
        self.start = problem.start()
        bare_loop()

    def train(self, n_epochs):
        """Train; return all weights as a vector."""
        p, (train, gemm) = self.problem, bare_loop()
        flat = self.start.flat.copy()
        sizes = np.array(self.start.layer_sizes, np.int32)

        def pointer(array):
            return array.ctypes.data_as(ctypes.c_void_p)

        train(
            *(gemm, pointer(p.X), pointer(p.Y), len(p.X), pointer(sizes)),
            *(len(sizes) - 1, pointer(flat), flat.size, p.fit_intercept, p.softmax),
            *(p.batch_size, p.shuffle, SEED, n_epochs),
            *(ctypes.c_double(x) for x in (p.rate, p.momentum, p.alpha)),
        )
        return flat


class Jax:
    """One jitted scan over epochs, with one over minibatches inside it.

    Only whole minibatches are stepped along, so that shapes are fixed; times are
    given for as many rows as the others see.
    """

    def __init__(self, problem):
        import jax
        import jax.numpy as jnp

        p = problem
        n_batches = len(p.X) // p.batch_size
        self.share = n_batches * p.batch_size / len(p.X)
        self.n_rows = n_batches * p.batch_size
        X, Y = jnp.asarray(p.X), jnp.asarray(p.Y)
        start = p.start()
        layers = list(zip(start.coefs, start.intercepts or [None] * 2, strict=True))
        self.layers = jax.tree.map(jnp.asarray, layers)
        self.velocity = jax.tree.map(jnp.zeros_like, self.layers)
        strength = p.alpha / len(p.X)

        def objective(layers, x, y):
            (W1, b1), (W2, b2) = layers
            z = x @ W1 if b1 is None else x @ W1 + b1
            raw = jax.nn.sigmoid(z) @ W2
            raw = raw if b2 is None else raw + b2
            if p.softmax:
                loss = -(jax.nn.log_softmax(raw) * y).sum() / len(x)
            else:
                loss = 0.5 * ((jax.nn.sigmoid(raw) - y) ** 2).mean()
            if p.alpha:
                loss += 0.5 * strength * ((W1**2).sum() + (W2**2).sum())
            return loss

        def minibatch(carry, rows):
            layers, velocity = carry
            x, y = (X, Y) if p.batch_size == len(X) else (X[rows], Y[rows])
            loss, gradient = jax.value_and_grad(objective)(layers, x, y)
            if p.momentum:
                m = p.momentum
                velocity = jax.tree.map(
                    lambda v, g: m * v - p.rate * g, velocity, gradient
                )
                layers = jax.tree.map(
                    lambda w, v, g: w + m * v - p.rate * g, layers, velocity, gradient
                )
            else:
                layers = jax.tree.map(lambda w, g: w - p.rate * g, layers, gradient)
            return (layers, velocity), loss

        def epoch(carry, key):
            order = jnp.arange(len(X))
            if p.shuffle:
                order = jax.random.permutation(key, len(X))
            rows = order[: self.n_rows].reshape(n_batches, p.batch_size)
            return jax.lax.scan(minibatch, carry, rows)

        @functools.partial(jax.jit, static_argnums=2)
        def train(layers, velocity, n_epochs):
            keys = jax.random.split(jax.random.key(0), n_epochs)
            (layers, _), losses = jax.lax.scan(epoch, (layers, velocity), keys)
            return layers, losses

        self._train, self._jax = train, jax

    def train(self, n_epochs):
        """Train; return all weights as a vector."""
        layers, losses = self._train(self.layers, self.velocity, n_epochs)
        self._jax.block_until_ready((layers, losses))
        arrays = [W for W, _ in layers] + [b for _, b in layers if b is not None]
        return np.concatenate([np.asarray(array).ravel() for array in arrays])


class ScikitLearn:
    """Its MLP, with the output and loss that it has; always with biases."""

    def __init__(self, problem):
        self.problem = problem

    def train(self, n_epochs):
        """Train; nothing to compare."""
        p = self.problem
        kind = MLPClassifier if p.softmax else MLPRegressor
        model = kind(
            hidden_layer_sizes=(p.hidden,),
            activation="logistic",
            solver="sgd",
            alpha=p.alpha,
            batch_size=p.batch_size,
            learning_rate_init=min(p.rate, 0.1),
            max_iter=n_epochs,
            shuffle=p.shuffle,
            tol=0.0,
            momentum=p.momentum,
            n_iter_no_change=n_epochs + 1,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(p.X, p.Y.argmax(axis=1) if p.softmax else p.Y.ravel())


def trainers(chosen):
    """Makers of the chosen peers, ours first."""
    from sknn_simple.network import compiled

    makers = {"compiled": lambda p: Ours(p, compiled.Trainer)}
    more = {"cpp": Cpp, "jax": Jax, "sklearn": ScikitLearn}
    return makers | {name: more[name] for name in chosen}


def check(problem, makers):
    """Exit unless all that can be compared end with the same weights."""
    from dataclasses import replace

    n = len(problem.X) // problem.batch_size * problem.batch_size
    plain = replace(problem, X=problem.X[:n], Y=problem.Y[:n], shuffle=False)
    for compared, names in ((problem, {"cpp"}), (plain, {"cpp", "jax"})):
        weights = makers["compiled"](compared).train(2).copy()
        for name in names & set(makers):
            difference = np.abs(makers[name](compared).train(2) - weights).max()
            if not difference <= 1e-10:
                sys.exit(f"{problem.name}: {name} differs by {difference:.1e}.")


def main():
    """Check, time and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", nargs="+", default=["cpp", "jax", "sklearn"])
    parser.add_argument("--repeats", type=int, default=11)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    makers = trainers(options.peers)
    print(f"{'':24}{'compiled':>12}", *(f"{name:>16}" for name in options.peers))
    for problem in problems(options):
        if options.only not in problem.name:
            continue
        check(problem, makers)
        rivals = {name: maker(problem) for name, maker in makers.items()}
        n_epochs = dict.fromkeys(rivals, problem.n_epochs)
        n_epochs["sklearn"] = max(1, problem.n_epochs // 200)
        times = {name: [] for name in rivals}
        for name, rival in rivals.items():
            rival.train(n_epochs[name])
        for _ in range(options.repeats):
            for name, rival in rivals.items():
                began = time.perf_counter()
                rival.train(n_epochs[name])
                seconds = time.perf_counter() - began
                share = getattr(rival, "share", 1.0)
                times[name].append(seconds / n_epochs[name] / share)
        median = {name: statistics.median(times[name]) for name in rivals}
        line = f"{problem.name:24}{median['compiled'] * 1e6:9.2f} us"
        for name in options.peers:
            ratios = [
                b / a for a, b in zip(times["compiled"], times[name], strict=True)
            ]
            ratio = statistics.median(ratios)
            line += f"{median[name] * 1e6:9.2f} {ratio:6.2f}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
