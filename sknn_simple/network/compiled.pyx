"""The compiled engine: the passes and epochs of the network in C++ loops.

The loops (_loops.cpp, with the arithmetic of _kernels.hpp) trust what they are given.
`Trainer` is the one door to them: it checks all sizes, dtypes and layouts.
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport int32_t
from scipy.linalg.cython_blas cimport dgemm, sgemm

from contextlib import nullcontext

import numpy as np

from . import forward_pass
from .activations import OUT_ACTIVATIONS, layer_activations
from .blocks import Block
from .gradient import check_shapes
from .losses import LOSSES
from .minibatches import Samples
from .objective import Objective
from .optimizers import Adam
from .parameters import Parameters
from .state import Patience, TrainingState


# What the loops work on. Cython writes these declarations to compiled.h.
cdef public enum:  # the `code` of each activation
    IDENTITY, LOGISTIC, TANH, RELU, EXP, SOFTMAX, LEAKY_RELU, SOFTPLUS, N_ACTIVATIONS

cdef public enum:  # the `code` of each loss
    SQUARED_ERROR, ABSOLUTE_ERROR, POISSON, BINARY_LOG_LOSS, SOFTMAX_LOG_LOSS
    QUANTILE, HUBER, N_LOSSES

cdef public enum:
    PREDICT, NO_STEP, SGD, MOMENTUM, ADAM

cdef public enum:  # how a block of epochs ends, as in training.py
    DONE, PATIENCE_RAN_OUT, NOT_FINITE

cdef public enum:
    FIXED_WORK = 1 << 10  # of a pass, besides that of its rows
    SLICE = 1 << 24  # of work, between two looks for Ctrl-C: some 10 ms

cdef extern from "numpy/random/bitgen.h":
    ctypedef struct bitgen_t:
        pass

cdef public struct Layer:
    Py_ssize_t fan_in, fan_out
    Py_ssize_t coef, intercept  # where they begin in the parameters
    Py_ssize_t units  # of all layers below
    int activation  # IDENTITY of the outputs where the loss takes logits

cdef public struct Optimizer:
    int kind
    bint nesterovs_momentum
    double momentum, beta_1, beta_2, epsilon
    void *flat
    void *first  # or, without a step, the gradient or the predictions
    void *second

cdef public struct Training:
    # The network and its objective
    Layer *layers
    Py_ssize_t n_layers, n_coefs, n_parameters
    bint fit_intercept
    int loss
    double loss_option  # the number that the loss depends on
    double averaged_over  # outputs
    bint summed  # over samples
    double alpha
    const void *input_factors  # of alpha, or NULL
    # The samples, dense or of a CSR matrix
    Py_ssize_t n_samples
    const void *X
    const void *Y
    const void *weights  # or ones
    const void *data
    const int32_t *indices
    const Py_ssize_t *indptr
    double total_weight
    # The epochs
    Optimizer optimizer
    Py_ssize_t n_steps
    Py_ssize_t n_epochs, n_done, batch_size
    const double *rates
    double *losses
    Py_ssize_t *order  # of the samples; NULL: as they are
    bitgen_t *bitgen
    double tol, most, best  # of Patience, whose n_epochs is `most`
    Py_ssize_t count, n_averaged
    void *average  # of the parameters, or NULL
    int ending
    # Memory
    Py_ssize_t n_rows  # that pass through the network at once
    void *gemm
    void *activations
    void *deltas
    void *gradient
    void *gathered  # rows
    const void *ones

cdef public struct Build:
    const char *name
    int (*train_double)(Training *) except -1 nogil
    int (*train_float)(Training *) except -1 nogil

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

# Rows that pass through the network at once: at most MOST_ROWS, worth at most MOST_WORK.
MOST_ROWS, MOST_WORK = 512, 2**26
# A `Trainer` predicts faster from MANY activations on, if there is at least one for every
# COEFS_PER_ACTIVATION coefs, which it copies.
MANY, COEFS_PER_ACTIVATION = 2**17, 8
# BLAS counts with 32 bits.
LARGEST_SIZE = 2**31 - 1


cdef void *address(name, array, dtype, shape, bint written=False) except *:
    """Return where the numbers of an array begin, once it is what it should be."""
    flags = array.flags
    fits = array.shape == shape and array.dtype == dtype and isinstance(array, np.ndarray)
    if not (fits and flags.c_contiguous and flags.aligned and flags.writeable >= written):
        raise ValueError(
            f"{name} must be of shape {shape} and dtype {dtype}, contiguous, aligned"
            f"{' and writeable' * written}, got {array.shape}, {array.dtype} and strides {array.strides}."
        )
    cdef Py_buffer buffer
    PyObject_GetBuffer(array, &buffer, PyBUF_SIMPLE)
    PyBuffer_Release(&buffer)  # the memory stays that of the array
    return buffer.buf


cdef class Trainer:
    """`training.Trainer` in compiled loops: the door to them.

    Raises ValueError if the arrays do not fit the network or each other.
    """

    cdef Training training  # copied by each call, so that calls cannot disturb another
    cdef int (*loops)(Training *) except -1 nogil
    cdef readonly dict arrays  # of the loops, by name
    cdef dict spans  # the addresses where these arrays begin and end
    cdef list memory  # of the loops
    cdef readonly object state, dtype

    def __cinit__(self, state, samples, objective, *, batch_size, shuffle=True, build=-1):
        cdef Training *training = &self.training
        cdef const Build *chosen = BUILD[build % N_BUILDS]
        # Checked anew: a caller may have changed attributes.
        parameters = state.parameters.view(state.parameters.flat)
        check_shapes(parameters, *samples)
        self.state, self.dtype = state, parameters.flat.dtype
        self.arrays, self.spans, self.memory = {}, {}, []
        n_samples, sizes = samples.X.shape[0], parameters.layer_sizes
        batch_size = min(batch_size, n_samples)
        if not 1 <= batch_size or max(*sizes, n_samples) > LARGEST_SIZE:
            raise ValueError(
                f"The compiled engine takes up to {LARGEST_SIZE} samples and units, "
                f"got {n_samples} samples, batch_size={batch_size} and layer_sizes="
                f"{sizes}: use engine='numpy'."
            )
        if self.dtype == np.float32:
            self.loops, training.gemm = chosen.train_float, <void *>sgemm
        else:
            self.loops, training.gemm = chosen.train_double, <void *>dgemm
        training.alpha, training.batch_size = objective.alpha, batch_size
        self.lay_out(parameters, objective)
        self.take(samples)
        self.allocate(sizes)
        # A full batch has no order.
        state.draws = shuffle and batch_size < n_samples
        if state.draws:
            order = np.zeros(n_samples, np.intp)
            training.order = <Py_ssize_t *>self.hold("order", order, np.intp)

    cdef lay_out(self, parameters, objective):
        """Find the parts of each layer in flat vectors."""
        cdef Training *training = &self.training
        loss, sizes = LOSSES[objective.loss], parameters.layer_sizes
        n_layers = len(sizes) - 1
        names = *layer_activations(objective.activation, n_layers - 1), objective.out_activation
        activations = [OUT_ACTIVATIONS[name].code for name in names]
        if loss.canonical:
            activations[n_layers - 1] = IDENTITY
        if loss.code >= N_LOSSES or max(activations) >= N_ACTIVATIONS:
            raise ValueError(
                f"The compiled engine does not know {objective}: use engine='numpy'."
            )
        layers = np.zeros(n_layers * sizeof(Layer), np.uint8)
        training.layers = <Layer *>self.hold("layers", layers, np.uint8)
        training.n_layers, training.n_coefs = n_layers, parameters.flat_coefs.size
        training.n_parameters = parameters.flat.size
        training.fit_intercept = parameters.fit_intercept
        training.loss, training.loss_option = loss.code, objective.loss_option or 0.0
        training.averaged_over = loss.output_divisor(sizes[n_layers])
        if objective.input_factors is not None:
            training.input_factors = self.hold(
                "input_factors", objective.input_factors, None, (sizes[0],)
            )
        training.summed = loss.summed
        coef = units = 0
        for i, (fan_in, fan_out) in enumerate(zip(sizes[:n_layers], sizes[1:])):
            intercept = training.n_coefs + units
            training.layers[i] = Layer(fan_in, fan_out, coef, intercept, units, activations[i])
            coef += fan_in * fan_out
            units += fan_out

    cdef take(self, samples):
        """Keep the samples, contiguous and of the network's dtype."""
        cdef Training *training = &self.training
        X, Y, weights = samples
        training.n_samples, training.total_weight = len(Y), samples.total_weight
        training.Y = self.hold("Y", Y)
        training.ones = self.hold("ones", np.ones(len(Y), self.dtype))
        training.weights = training.ones
        if weights is not None:
            training.weights = self.hold("sample_weight", weights)
        if isinstance(X, np.ndarray):
            training.X = self.hold("X", X)
            return
        # Copies, which nobody can change after the checks.
        indptr, indices = X.indptr.astype(np.intp), X.indices.astype(np.intp)
        n_stored, n_features = min(indices.size, X.data.size), X.shape[1]
        if (
            X.format != "csr"
            or len(indptr) != len(Y) + 1
            or not 0 <= indices.min(initial=0) <= indices.max(initial=0) < n_features
            or indptr[0] != 0
            or (np.diff(indptr) < 0).any()
            or indptr[len(Y)] > n_stored
        ):
            raise ValueError(
                f"X must be an array or a CSR matrix, with indices from 0 to "
                f"{n_features - 1} and an indptr that begins with 0 and never falls, up "
                f"to {n_stored} at most."
            )
        training.data = self.hold("X.data", X.data)
        training.indices = <const int32_t *>self.hold("X.indices", indices, np.int32)
        training.indptr = <const Py_ssize_t *>self.hold("X.indptr", indptr, np.intp)

    cdef void *hold(self, name, array, dtype=None, shape=None) except *:
        self.arrays[name] = array = np.require(array, dtype or self.dtype, ["C", "A"])
        begin = address(name, array, array.dtype, shape or array.shape)
        self.spans[name] = <size_t>begin, <size_t>begin + array.nbytes
        return begin

    cdef allocate(self, sizes):
        """Allocate the memory for rows that pass through the network at once."""
        cdef Training *training = &self.training
        work, batch_size = training.n_parameters + FIXED_WORK, training.batch_size
        most_rows = max(1, min(MOST_ROWS, MOST_WORK // work))
        training.n_rows = n = -(-batch_size // -(-batch_size // most_rows))
        training.activations = self.room(n * sum(sizes[1:]))
        training.deltas = self.room(n * sum(sizes[1:]))
        training.gradient = self.room(training.n_parameters)
        training.gathered = self.room(n * sizes[0])

    cdef void *room(self, size) except *:
        """Return memory for numbers, which begins where a line of the cache does."""
        memory = np.empty(size * self.dtype.itemsize + 64, np.uint8)
        self.memory.append(memory)
        cdef size_t begin = <size_t>address("memory", memory, np.uint8, memory.shape)
        return <void *>((begin + 63) // 64 * 64)

    cdef list addresses(self, dict vectors):
        """Return the addresses of flat vectors, which must not share their memory."""
        cdef size_t begin, end, first, last
        cdef dict spans = self.spans.copy()
        shape, found = (self.training.n_parameters,), []
        for name, vector in vectors.items():
            begin = <size_t>address(name, vector, self.dtype, shape, written=True)
            end = begin + shape[0] * self.dtype.itemsize
            for other, (first, last) in spans.items():
                if begin < last and first < end:
                    raise ValueError(f"{other} and {name} must not share memory.")
            spans[name] = begin, end
            found.append(begin)
        return found

    cdef point_to(self, Training *training):
        """Take over the optimizer, and the vectors that change."""
        cdef Optimizer *to = &training.optimizer
        state, optimizer, flat = self.state, self.state.optimizer, self.state.parameters.flat
        vectors = {"parameters": flat} | optimizer.vectors(flat)
        if state.average is not None:
            vectors["average"] = state.average
        flat, *moments = self.addresses(vectors)
        if state.average is not None:
            training.average = <void *><size_t>moments.pop()
            training.n_averaged = state.n_averaged
        first, second = (moments + [0, 0])[:2]
        to.flat = <void *><size_t>flat
        to.first, to.second = <void *><size_t>first, <void *><size_t>second
        if isinstance(optimizer, Adam):
            to.kind, training.n_steps, to.epsilon = ADAM, optimizer.n_steps, optimizer.epsilon
            to.beta_1, to.beta_2 = optimizer.beta_1, optimizer.beta_2
        else:
            to.kind = MOMENTUM if optimizer.momentum else SGD
            to.momentum = optimizer.momentum
            to.nesterovs_momentum = optimizer.nesterovs_momentum

    def train(self, n_epochs, patience=None):
        """Train as `training.Trainer.train` does."""
        cdef Training training = self.training
        state, patience = self.state, patience or Patience(0.0, np.inf)
        rng = state.rng._bit_generator if training.order else None
        t, n_samples = state.t, training.n_samples
        losses, shape = np.empty(n_epochs), (n_epochs,)
        rates = state.schedule.learning_rates(t, n_samples, n_epochs)
        training.losses = <double *>address("losses", losses, np.float64, shape)
        training.rates = <const double *>address("rates", rates, np.float64, shape)
        self.point_to(&training)
        training.tol, training.most = patience.tol, min(patience.n_epochs, 1e308)
        training.best, training.count = patience.best, patience.count
        if rng is not None:
            training.bitgen = <bitgen_t *>PyCapsule_GetPointer(rng.capsule, "BitGenerator")
        training.n_epochs = n_epochs
        with rng.lock if rng else nullcontext(), nogil:
            self.loops(&training)
        state.t, state.n_averaged = t + training.n_done * n_samples, training.n_averaged
        patience.best, patience.count = training.best, training.count
        if isinstance(state.optimizer, Adam):
            state.optimizer.n_steps = training.n_steps
        return Block(losses[: training.n_done], rates[: training.n_done], training.ending)

    def evaluate(self, flat, gradient):
        """Write the gradient of the objective over all samples; return the objective."""
        flat, gradient = self.addresses({"parameters": flat, "gradient": gradient})
        return self.run(NO_STEP, flat, gradient)

    def predict(self, flat):
        """Return the activations of the last layer for all samples."""
        raw_prediction = np.empty_like(self.arrays["Y"])
        (flat,) = self.addresses({"parameters": flat})
        first = address("prediction", raw_prediction, self.dtype, raw_prediction.shape)
        self.run(PREDICT, flat, <size_t>first)
        return raw_prediction

    cdef double run(self, int kind, size_t flat, size_t first) except *:
        """Pass over all samples without a step, and return the objective."""
        cdef Training training = self.training
        cdef double loss, rate = 0
        training.optimizer.flat, training.optimizer.first = <void *>flat, <void *>first
        training.optimizer.kind, training.n_epochs = kind, 1
        training.order = NULL  # all at once, in their own order
        training.batch_size = training.n_samples
        training.losses, training.rates = &loss, &rate
        with nogil:
            self.loops(&training)
        return loss


def make_evaluator(parameters, samples, objective):
    """Return the objective as a function, as `gradient.make_evaluator` does."""
    state = TrainingState(parameters, None, None, None)
    return Trainer(state, samples, objective, batch_size=LARGEST_SIZE).evaluate


def make_predictor(parameters, X, activation):
    """Return the raw prediction as a function, as `forward_pass.make_predictor` does."""
    samples = Samples(X, np.zeros((X.shape[0], parameters.layer_sizes[-1])))
    state = TrainingState(parameters, None, None, None)
    trainer = Trainer(state, samples, Objective(activation=activation), batch_size=LARGEST_SIZE)
    return trainer.predict


def predict(X, coefs, intercepts, activation):
    """Return the raw prediction, as `forward_pass.predict` does."""
    n_activations = X.shape[0] * sum(coef.shape[1] for coef in coefs)
    n_coefs = sum(coef.size for coef in coefs)
    as_stored = not isinstance(X, np.ndarray) or X.flags.c_contiguous
    if n_activations < max(MANY, n_coefs / COEFS_PER_ACTIVATION) or not as_stored:
        return forward_pass.predict(X, coefs, intercepts, activation)
    parameters = Parameters.from_arrays(coefs, intercepts)
    return make_predictor(parameters, X, activation)(parameters.flat)
