"""The compiled engine: the passes and epochs of the network in C++ loops.

The loops (_loops.cpp, with the arithmetic of _kernels.hpp) trust what they are given.
`Passes` is the one door to them: it checks all sizes, dtypes and layouts.
"""

from cpython.exc cimport PyErr_CheckSignals
from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport int32_t
from scipy.linalg.cython_blas cimport dgemm, sgemm

from contextlib import nullcontext

import numpy as np

from .activations import OUT_ACTIVATIONS, layer_activations
from .backprop import check_shapes
from .losses import LOSSES
from .optimizers import Adam
from .training import Block, Patience


# What the loops work on. Cython writes these declarations to compiled.h.
cdef public enum:  # the `code` of each activation
    IDENTITY, LOGISTIC, TANH, RELU, EXP, SOFTMAX, LEAKY_RELU, SOFTPLUS, N_ACTIVATIONS

cdef public enum:  # the `code` of each loss
    SQUARED_ERROR, ABSOLUTE_ERROR, POISSON, BINARY_LOG_LOSS, SOFTMAX_LOG_LOSS
    QUANTILE, HUBER, N_LOSSES

cdef public enum:
    NO_STEP, SGD, MOMENTUM, ADAM

cdef public enum:  # how a block of epochs ends, as in training.py
    DONE, PATIENCE_RAN_OUT, NOT_FINITE, INTERRUPTED

cdef extern from "numpy/random/bitgen.h":
    ctypedef struct bitgen_t:
        pass

cdef public struct Layer:
    Py_ssize_t fan_in, fan_out
    Py_ssize_t coef, intercept  # where they begin in the parameters
    Py_ssize_t units  # of all layers below
    int activation  # IDENTITY of the outputs where the loss takes logits

cdef public struct Network:
    Layer *layers
    Py_ssize_t n_layers, n_coefs, n_parameters
    bint fit_intercept
    int loss
    double loss_option  # the number that the loss depends on
    double averaged_over  # outputs
    bint summed  # over samples

cdef public struct CSamples:  # dense, or of a CSR matrix; weights may be NULL
    Py_ssize_t n
    const void *X
    const void *Y
    const void *weights
    const void *data
    const int32_t *indices
    const Py_ssize_t *indptr
    double total_weight

cdef public struct Optimizer:
    int kind
    bint nesterovs_momentum
    double momentum, beta_1, beta_2, epsilon, alpha
    Py_ssize_t n_steps
    void *flat
    void *first
    void *second

cdef public struct Epochs:
    Py_ssize_t n, n_done, batch_size
    const double *rates
    double *losses
    Py_ssize_t *order  # of the samples; NULL: as they are
    bitgen_t *bitgen
    double tol, wait, best  # of Patience
    Py_ssize_t count, n_averaged
    void *average  # of the parameters, or NULL
    int ending
    bint looks  # for Ctrl-C within an epoch, and not only between two

cdef public struct Training:
    Network network
    CSamples samples
    Optimizer optimizer
    Epochs epochs
    Py_ssize_t n_rows  # that pass through the network at once
    void *out  # gradient or raw prediction
    void *dgemm
    void *sgemm
    bint (*must_end)(void *) noexcept nogil
    void *door

cdef public struct Loops:
    void (*train)(Training *) except + nogil
    double (*loss_and_gradient)(Training *) except + nogil
    void (*predict)(Training *) except + nogil

cdef public struct Build:
    const char *name
    Loops of_double, of_float

cdef extern from * nogil:
    """
    struct Build;
    extern const Build baseline;
    #ifdef WITH_AVX
    extern const Build avx2, avx512;
    #endif

    static int find_builds(const Build *builds[3]) {
        int n = 0;
        builds[n++] = &baseline;
    #ifdef WITH_AVX
        __builtin_cpu_init();
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
            builds[n++] = &avx2;
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
            __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
            builds[n++] = &avx512;
    #endif
        return n;
    }
    """
    int find_builds(const Build **)

cdef const Build *BUILD[3]
cdef int N_BUILDS = find_builds(BUILD)
# The builds that this processor can run, the best one last.
BUILDS = [BUILD[i].name.decode() for i in range(N_BUILDS)]

# Rows that pass through the network at once: at most so many, with so much work.
MOST_ROWS, MOST_WORK = 512, 2**26
# An epoch with more work than this looks for Ctrl-C.
LONG = 2**26
# BLAS counts with 32 bits.
LARGEST_SIZE = 2**31 - 1


cdef void *address(name, array, dtype, shape, bint written=False) except *:
    """Return where the numbers of an array begin, once it is what it should be."""
    flags = array.flags
    fits = array.shape == shape and array.dtype == dtype and isinstance(array, np.ndarray)
    if not (fits and flags.c_contiguous and flags.aligned and flags.writeable >= written):
        raise ValueError(
            f"{name} must be of shape {shape} and dtype {dtype}, contiguous, aligned and "
            f"writeable, got {array.shape}, {array.dtype} and strides {array.strides}."
        )
    return <void *><size_t>array.__array_interface__["data"][0]


cdef bint must_end(void *door) noexcept nogil:
    """Run the handlers of signals, and return whether one of them raised."""
    with gil:
        return (<Passes>door).hear_ctrl_c()


def check_apart(written, read):
    """Raise ValueError if memory that is written belongs to another array too."""
    arrays = written | read
    for name, array in written.items():
        for other, second in arrays.items():
            if other != name and np.may_share_memory(array, second):
                raise ValueError(f"{name} and {other} must not share memory.")


cdef class Passes:
    """A network, an objective, and samples that pass through: the door to the loops.

    Raises ValueError if the arrays do not fit the network or each other.
    """

    cdef Training training
    cdef const Loops *loops
    cdef dict arrays  # that the loops read
    cdef object dtype, lock, error
    cdef readonly object order

    def __cinit__(self, parameters, samples, objective, batch_size, build=-1):
        cdef Training *training = &self.training
        sizes, n_samples = parameters.layer_sizes, samples.X.shape[0]
        if not 1 <= batch_size <= n_samples or max(*sizes, n_samples) > LARGEST_SIZE:
            raise ValueError(
                f"The compiled engine takes up to {LARGEST_SIZE} samples and units, "
                f"got {n_samples} samples, batch_size={batch_size} and layer_sizes="
                f"{sizes}: use engine='numpy'."
            )
        self.dtype, self.arrays = parameters.flat.dtype, {}
        cdef const Build *chosen = BUILD[build % N_BUILDS]
        if self.dtype == np.float32:
            self.loops = &chosen.of_float
        else:
            self.loops = &chosen.of_double
        training.dgemm, training.sgemm = <void *>dgemm, <void *>sgemm
        training.must_end, training.door = must_end, <void *>self
        training.epochs.batch_size = batch_size
        training.optimizer.alpha = objective.alpha
        self.lay_out(parameters, objective)
        self.take(samples, sizes[0], sizes[len(sizes) - 1])
        most_rows = max(1, min(MOST_ROWS, MOST_WORK // training.network.n_parameters))
        training.n_rows = -(-batch_size // -(-batch_size // most_rows))

    cdef lay_out(self, parameters, objective):
        """Find the parts of each layer in flat vectors."""
        cdef Network *network = &self.training.network
        loss, sizes = LOSSES[objective.loss], parameters.layer_sizes
        n_layers = len(sizes) - 1
        if n_layers < 1 or min(sizes) < 1:
            raise ValueError(f"layer_sizes must be two or more, from 1 on, got {sizes}.")
        names = *layer_activations(objective.activation, n_layers - 1), objective.out_activation
        activations = [OUT_ACTIVATIONS[name].code for name in names]
        if loss.canonical:
            activations[n_layers - 1] = IDENTITY
        if loss.code >= N_LOSSES or max(activations) >= N_ACTIVATIONS:
            raise ValueError(
                f"The compiled engine does not know {objective}: use engine='numpy'."
            )
        layers = np.zeros(n_layers * sizeof(Layer), np.uint8)
        self.arrays["layers"] = layers
        network.layers = <Layer *>address("layers", layers, np.uint8, layers.shape)
        network.n_layers, network.loss = n_layers, loss.code
        network.loss_option = objective.loss_option or 0.0
        network.averaged_over = loss.output_divisor(sizes[n_layers])
        network.summed = loss.summed
        network.fit_intercept = parameters.fit_intercept
        n_units = 0
        for i, (fan_in, fan_out) in enumerate(zip(sizes[:n_layers], sizes[1:])):
            network.layers[i] = Layer(
                fan_in, fan_out, network.n_coefs, n_units, n_units, activations[i]
            )
            network.n_coefs += fan_in * fan_out
            n_units += fan_out
        for i in range(n_layers):
            network.layers[i].intercept += network.n_coefs
        network.n_parameters = network.n_coefs
        network.n_parameters += n_units if network.fit_intercept else 0

    cdef take(self, samples, n_features, n_outputs):
        """Keep the samples, contiguous and of the network's dtype."""
        cdef CSamples *to = &self.training.samples
        X, Y, weights = samples
        to.n = X.shape[0]
        to.Y = self.hold("Y", Y, (to.n, n_outputs))
        to.total_weight = to.n
        if weights is not None:
            to.weights = self.hold("sample_weight", weights, (to.n,))
            to.total_weight = self.arrays["sample_weight"].sum(dtype=np.float64)
        if isinstance(X, np.ndarray):
            to.X = self.hold("X", X, (to.n, n_features))
            return
        if X.format != "csr" or X.shape != (to.n, n_features):
            raise ValueError(
                f"X must be an array or a CSR matrix of {n_features} columns, got "
                f"{X.format} of shape {X.shape}."
            )
        # Copies, which nobody can change after the checks.
        indptr, indices = X.indptr.astype(np.intp), X.indices.astype(np.int32)
        to.indptr = <const Py_ssize_t *>self.hold("X.indptr", indptr, (to.n + 1,), np.intp)
        n_stored = int(indptr[to.n])
        if indptr[0] != 0 or (np.diff(indptr) < 0).any() or n_stored > indices.size:
            raise ValueError(
                f"X.indptr must begin with 0 and never fall, up to {indices.size} at most."
            )
        to.data = self.hold("X.data", X.data[:n_stored], (n_stored,))
        indices = indices[:n_stored]
        if n_stored and not 0 <= indices.min() <= indices.max() < n_features:
            raise ValueError(f"X.indices must be from 0 to {n_features - 1}.")
        to.indices = <const int32_t *>self.hold("X.indices", indices, (n_stored,), np.int32)

    cdef void *hold(self, name, array, shape, dtype=None) except *:
        array = np.require(array, dtype or self.dtype, ["C", "A"])
        self.arrays[name] = array
        return address(name, array, array.dtype, shape)

    cdef void *vector(self, name, array) except *:
        """Return the address of a vector of parameters that the loops write to."""
        n = self.training.network.n_parameters
        return address(name, array, self.dtype, (n,), written=True)

    cdef bint hear_ctrl_c(self) noexcept:
        """Run the handlers of signals, which may draw random numbers too."""
        if self.lock is not None:
            self.lock.release()
        try:
            PyErr_CheckSignals()
        except BaseException as error:
            self.error = error
        if self.lock is not None:
            self.lock.acquire()
        return self.error is not None

    def train(self, state, double[::1] rates, patience):
        """Train for as many epochs as there are rates, or until one is the last.

        Returns their losses, and how the last of them ended.
        """
        cdef Epochs *epochs = &self.training.epochs
        cdef double[::1] losses = np.empty(len(rates))
        self.point_to(state)
        rng = state.rng._bit_generator if state.draws else None
        self.lock, self.error = rng and rng.lock, None
        if rng is not None:
            self.order = np.zeros(self.training.samples.n, np.intp)
            epochs.order = <Py_ssize_t *>address(
                "order", self.order, np.intp, self.order.shape
            )
            epochs.bitgen = <bitgen_t *>PyCapsule_GetPointer(rng.capsule, "BitGenerator")
        epochs.n, epochs.n_done, epochs.ending = len(rates), 0, DONE
        epochs.rates, epochs.losses = &rates[0], &losses[0]
        epochs.tol, epochs.wait = patience.tol, min(patience.n_epochs, 1e308)
        epochs.best, epochs.count = patience.best, patience.count
        epochs.looks, epochs.n_averaged = len(rates) == 1, state.n_averaged
        with self.lock or nullcontext(), nogil:
            self.loops.train(&self.training)
        patience.best, patience.count = epochs.best, epochs.count
        state.n_averaged = epochs.n_averaged
        if isinstance(state.optimizer, Adam):
            state.optimizer.n_steps = self.training.optimizer.n_steps
        if self.error is not None and not (
            isinstance(self.error, KeyboardInterrupt) and epochs.n_done > 0
        ):
            raise self.error
        return np.asarray(losses)[: epochs.n_done].tolist(), epochs.ending

    cdef point_to(self, state):
        """Take over the options of an optimizer, and the vectors that change."""
        cdef Optimizer *to = &self.training.optimizer
        optimizer, flat = state.optimizer, state.parameters.flat
        vectors = optimizer.vectors(flat)
        written = {"parameters": flat} | vectors
        self.training.epochs.average = NULL
        if state.average is not None:
            written["average"] = state.average
            self.training.epochs.average = self.vector("average", state.average)
        check_apart(written, self.arrays)
        to.flat = self.vector("parameters", flat)
        pointers = [<size_t>self.vector(name, vectors[name]) for name in vectors] + [0, 0]
        to.first, to.second = <void *><size_t>pointers[0], <void *><size_t>pointers[1]
        if isinstance(optimizer, Adam):
            to.kind, to.n_steps, to.epsilon = ADAM, optimizer.n_steps, optimizer.epsilon
            to.beta_1, to.beta_2 = optimizer.beta_1, optimizer.beta_2
        else:
            to.kind, to.momentum = MOMENTUM if optimizer.momentum else SGD, optimizer.momentum
            to.nesterovs_momentum = optimizer.nesterovs_momentum

    def loss_and_gradient(self, flat, gradient):
        """Write the gradient of the objective over all samples; return the objective."""
        cdef double value
        check_apart({"gradient": gradient}, {"parameters": flat} | self.arrays)
        self.training.optimizer.kind = NO_STEP
        self.training.optimizer.flat = self.vector("parameters", flat)
        self.training.out = self.vector("gradient", gradient)
        with nogil:
            value = self.loops.loss_and_gradient(&self.training)
        return value

    def predict(self, flat):
        """Return the raw prediction, an ndarray of shape (n_samples, n_outputs)."""
        raw_prediction = np.empty_like(self.arrays["Y"])
        self.training.optimizer.flat = self.vector("parameters", flat)
        self.training.out = address(
            "raw_prediction", raw_prediction, self.dtype, raw_prediction.shape
        )
        with nogil:
            self.loops.predict(&self.training)
        if self.error is not None:
            raise self.error
        return raw_prediction


def make_evaluator(parameters, samples, objective):
    """Return the objective as a function, as `backprop.make_evaluator` does."""
    return Passes(parameters, samples, objective, samples.X.shape[0]).loss_and_gradient


class Trainer:
    """`training.Trainer` in compiled loops."""

    def __init__(self, state, samples, objective, *, batch_size, shuffle=True):
        check_shapes(state.parameters, *samples)
        self.state = state
        self.n_samples = samples.X.shape[0]
        batch_size = min(batch_size, self.n_samples)
        # A full batch has no order.
        state.draws = shuffle and batch_size < self.n_samples
        self.passes = Passes(state.parameters, samples, objective, batch_size)
        self.is_long = self.n_samples * (state.parameters.flat.size + 1024) > LONG

    def train(self, n_epochs, patience=None):
        """Train as `training.Trainer.train` does. Ctrl-C is heard within long epochs."""
        patience = patience or Patience(0.0, np.inf)
        state, losses, ending = self.state, [], DONE
        rates = state.schedule.learning_rates(state.t, self.n_samples, n_epochs)
        size = 1 if self.is_long else n_epochs
        while ending == DONE and len(losses) < n_epochs:
            done = len(losses)
            before = state.snapshot() if 0 < done else None
            try:
                more, ending = self.passes.train(
                    state, rates[done : done + size], patience
                )
            except KeyboardInterrupt:
                if before is None:
                    raise
                state.restore(before)
                more, ending = [], INTERRUPTED
            losses += more
            state.t += len(more) * self.n_samples
        return Block(losses, rates[: len(losses)].tolist(), ending)
