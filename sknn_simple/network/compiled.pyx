"""The compiled engine: the passes and epochs of the network in C++ loops.

The loops (_loops.cpp, with the arithmetic of _kernels.hpp) trust what they are given.
`Trainer` is the one door to them: it checks all sizes, dtypes and layouts.
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.exc cimport PyErr_CheckSignals
from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport int32_t, uintptr_t
from scipy.linalg.cython_blas cimport dgemm, sgemm

from contextlib import nullcontext
from copy import copy

import numpy as np
from scipy import sparse

from .activations import OUT_ACTIVATIONS, layer_activations
from .blocks import Block
from .checks import check_array, check_batch_size, check_rows, check_samples, check_vectors
from .losses import LOSSES
from .minibatches import Samples
from .objective import Objective
from .optimizers import Adam
from .state import Patience, TrainingState


# What the loops work on. Cython writes these declarations to compiled.h.
cdef public enum:  # the `code` of each activation
    IDENTITY, LOGISTIC, TANH, RELU, EXP, SOFTMAX, LEAKY_RELU, SOFTPLUS, N_ACTIVATIONS

cdef public enum:  # the `code` of each loss
    SQUARED_ERROR, ABSOLUTE_ERROR, POISSON, BINARY_LOG_LOSS, SOFTMAX_LOG_LOSS
    QUANTILE, HUBER, N_LOSSES

cdef public enum:  # kinds of steps
    NO_STEP, SGD, MOMENTUM, ADAM

cdef public enum:  # how a block of epochs ends, as in training.py
    DONE, PATIENCE_RAN_OUT, NOT_FINITE

cdef public struct Layer:
    Py_ssize_t fan_in, fan_out
    Py_ssize_t coef, intercept  # where they begin in the parameters
    Py_ssize_t units  # of all layers below
    Py_ssize_t activation  # IDENTITY of the outputs where the loss takes logits

cdef public struct Optimizer:  # of any kind, with the options and the state of all
    int kind
    bint nesterovs_momentum
    double momentum, beta_1, beta_2, epsilon
    Py_ssize_t n_steps

cdef public struct Training:
    # The network and its objective
    bint is_single  # precision
    Py_ssize_t n_layers, n_parameters
    const Layer *layers
    bint fit_intercept, summed  # the loss is summed over samples
    int loss
    double loss_option, averaged_over  # the number that it depends on; outputs
    double alpha, total_weight  # of the samples
    # Addresses of arrays of float32 or float64, 0 for none
    uintptr_t X, Y, weights, input_factors
    uintptr_t flat, average  # vectors of parameters
    uintptr_t first, second  # moments; the first is the gradient if there is no step
    uintptr_t prediction  # if there is nothing else to do
    uintptr_t gemm  # of BLAS, for the precision
    # A CSR matrix in place of X
    uintptr_t data
    const int32_t *indices
    const Py_ssize_t *indptr
    # The epochs
    Py_ssize_t n_samples, batch_size, n_epochs, n_done
    Optimizer optimizer
    const double *rates
    double *losses
    void *bitgen  # draws the order of the samples; NULL: as they are
    double tol, most, best  # of Patience, whose n_epochs is `most`
    Py_ssize_t count, n_averaged
    int ending

# Each set of instructions has a build of the loops.
ctypedef void (*Loops)(Training *) except + nogil

cdef extern from *:
    """
    struct Training;
    void baseline(Training *), avx2(Training *), avx512(Training *);

    #ifdef WITH_AVX
    void (*const LOOPS[])(Training *) = {baseline, avx2, avx512};
    static int count_builds() {
        bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
        return 1 + has_avx2 + (has_avx2 && __builtin_cpu_supports("avx512vl"));
    }
    #else
    void (*const LOOPS[])(Training *) = {baseline};
    static int count_builds() { return 1; }
    #endif
    """
    const Loops *LOOPS
    int count_builds()

# The builds that this processor can run, the best one last.
BUILDS = ["baseline", "avx2", "avx512"][:count_builds()]
MOST = 2**31 - 1  # samples, and units of a layer: BLAS counts with 32 bits


cdef public int handle_signals() except -1 with gil:
    """Let Python handle signals, such as Ctrl-C, which may raise an error."""
    return PyErr_CheckSignals()


cdef uintptr_t address(array) except? 0:
    """Return where the numbers of a contiguous array begin."""
    cdef Py_buffer buffer
    PyObject_GetBuffer(array, &buffer, PyBUF_SIMPLE)
    PyBuffer_Release(&buffer)  # the memory stays that of the array
    return <uintptr_t>buffer.buf


cdef class Trainer:
    """`training.Trainer` in compiled loops: the door to them.

    Raises ValueError if the arrays do not fit the network or each other.
    """

    cdef Training training  # copied by each call, so that calls cannot disturb another
    cdef Loops loops
    cdef dict arrays  # that the loops read, by name
    cdef readonly object state, parameters
    cdef bint shuffle

    def __cinit__(self, state, samples, objective, *, batch_size=MOST, shuffle=True, build=-1):
        cdef Training *training = &self.training
        # Checked anew: a caller may have changed attributes.
        self.parameters = parameters = state.parameters.view(state.parameters.flat)
        self.state, self.arrays = state, {}
        n_samples, sizes = samples.X.shape[0], parameters.layer_sizes
        if max(*sizes, n_samples) > MOST:
            raise ValueError(
                f"The compiled engine takes up to {MOST} samples and units, got "
                f"{n_samples} samples and layer_sizes={sizes}: use engine='numpy'."
            )
        batch_size = check_batch_size(batch_size, n_samples)
        self.loops, training.batch_size = LOOPS[build % len(BUILDS)], batch_size
        training.is_single = parameters.flat.dtype == np.float32
        training.gemm = <uintptr_t>sgemm if training.is_single else <uintptr_t>dgemm
        self.take(samples)
        self.lay_out(objective)
        # A full batch has no order.
        state.draws = self.shuffle = shuffle and batch_size < n_samples

    cdef take(self, samples):
        """Keep the samples, contiguous and of the network's dtype."""
        cdef Training *training = &self.training
        X, Y, weights = samples
        if sparse.issparse(X):
            # With copies of the indices, which nobody can change after the check.
            X = copy(X)
            X.indices, X.indptr = X.indices.copy(), X.indptr.copy()
            check_rows(X)
            training.data = self.hold("X.data", X.data)
            training.indices = <const int32_t *>self.hold("X.indices", X.indices, np.int32)
            training.indptr = <const Py_ssize_t *>self.hold("X.indptr", X.indptr, np.intp)
        else:
            training.X = self.hold("X", X)
            X = self.arrays["X"]
        training.Y = self.hold("Y", Y)
        if weights is not None:
            training.weights = self.hold("sample_weight", weights)
        check_samples(self.parameters, X, self.arrays["Y"], self.arrays.get("sample_weight"))
        training.n_samples, training.total_weight = len(Y), samples.total_weight

    cdef uintptr_t hold(self, name, array, dtype=None) except? 0:
        """Keep an array, contiguous and of the network's dtype or another."""
        dtype = dtype or self.parameters.flat.dtype
        self.arrays[name] = np.require(array, dtype, ["C", "A", "E"])
        return address(self.arrays[name])

    cdef lay_out(self, objective):
        """Take over the objective, and find the parts of each layer in flat vectors."""
        cdef Training *training = &self.training
        parameters, loss = self.parameters, LOSSES[objective.loss]
        sizes, n_layers = parameters.layer_sizes, len(parameters.coefs)
        # A loss that takes logits differentiates the activation of the outputs, too.
        out_activation = "identity" if loss.canonical else objective.out_activation
        names = *layer_activations(objective.activation, n_layers - 1), out_activation
        codes = [OUT_ACTIVATIONS[name].code for name in names]
        if loss.code >= N_LOSSES or max(codes) >= N_ACTIVATIONS:
            raise ValueError(f"The compiled engine lacks {objective}: use engine='numpy'.")
        training.loss, training.loss_option = loss.code, objective.loss_option or 0.0
        training.averaged_over, training.summed = loss.output_divisor(sizes[-1]), loss.summed
        training.alpha, training.fit_intercept = objective.alpha, parameters.fit_intercept
        if objective.input_factors is not None:
            objective.check_factors(parameters)
            training.input_factors = self.hold("input_factors", objective.input_factors)
        training.n_layers, training.n_parameters = n_layers, parameters.flat.size
        layers, coef, units = [], 0, 0
        for fan_in, fan_out, code in zip(sizes, sizes[1:], codes):
            intercept = parameters.flat_coefs.size + units
            layers.append((fan_in, fan_out, coef, intercept, units, code))
            coef, units = coef + fan_in * fan_out, units + fan_out
        training.layers = <const Layer *>self.hold("layers", layers, np.intp)

    cdef dict addresses(self, vectors):
        """Return the addresses of vectors of parameters that the loops write to."""
        check_vectors(vectors, self.parameters.flat, self.arrays)
        return {name: address(vector) for name, vector in vectors.items()}

    cdef point_to(self, Training *training):
        """Take over the optimizer, and the vectors that change."""
        cdef Optimizer *to = &training.optimizer
        optimizer, found = self.state.optimizer, self.addresses(self.state.vectors())
        training.flat, training.average = found["parameters"], found.get("average", 0)
        if isinstance(optimizer, Adam):
            training.first, training.second = found["first_moment"], found["second_moment"]
            to.kind, to.n_steps, to.epsilon = ADAM, optimizer.n_steps, optimizer.epsilon
            to.beta_1, to.beta_2 = optimizer.beta_1, optimizer.beta_2
        else:
            training.first = found.get("velocity", 0)
            to.kind, to.momentum = MOMENTUM if training.first else SGD, optimizer.momentum
            to.nesterovs_momentum = optimizer.nesterovs_momentum

    def train(self, n_epochs, patience=None):
        """Train as `training.Trainer.train` does."""
        cdef Training training = self.training
        state, patience = self.state, patience or Patience(0.0, np.inf)
        rng = state.rng._bit_generator if self.shuffle else None
        t, n_samples, losses = state.t, training.n_samples, np.empty(n_epochs)
        rates = state.schedule.learning_rates(t, n_samples, n_epochs)
        check_array("rates", rates, losses.shape, losses.dtype)
        training.losses = <double *>address(losses)
        training.rates = <double *>address(rates)
        self.point_to(&training)
        training.tol, training.most = patience.tol, min(patience.n_epochs, 1e308)
        training.best, training.count = patience.best, patience.count
        if rng is not None:
            training.bitgen = PyCapsule_GetPointer(rng.capsule, "BitGenerator")
        training.n_epochs, training.n_averaged = n_epochs, state.n_averaged
        with rng.lock if rng else nullcontext(), nogil:
            self.loops(&training)
        state.t, state.n_averaged = t + training.n_done * n_samples, training.n_averaged
        patience.best, patience.count = training.best, training.count
        if isinstance(state.optimizer, Adam):
            state.optimizer.n_steps = training.optimizer.n_steps
        return Block(losses[: training.n_done], rates[: training.n_done], training.ending)

    def evaluator(self, gradient):
        """Return the objective at the parameters as a function that writes the gradient."""
        found = self.addresses({"parameters": self.parameters.flat, "gradient": gradient})
        self.arrays["gradient"] = gradient  # which the loops write to
        return lambda: self.run(found["parameters"], found["gradient"])

    def predict(self, flat):
        """Return the activations of the last layer for all samples."""
        raw_prediction = np.empty_like(self.arrays["Y"])
        found = self.addresses({"parameters": flat})
        self.run(found["parameters"], 0, address(raw_prediction))
        return raw_prediction

    cdef double run(self, uintptr_t flat, uintptr_t gradient, uintptr_t prediction=0) except *:
        """Pass over all samples without a step, and return the objective."""
        cdef Training training = self.training
        cdef double loss, rate = 0
        training.flat, training.first, training.prediction = flat, gradient, prediction
        training.n_epochs, training.batch_size = 1, training.n_samples
        training.losses, training.rates = &loss, &rate
        with nogil:
            self.loops(&training)
        return loss


def make_evaluator(parameters, gradient, samples, objective):
    """Return the objective as a function, as `gradient.make_evaluator` does."""
    state = TrainingState(parameters, None, None, None)
    return Trainer(state, samples, objective).evaluator(gradient)


def make_predictor(parameters, X, activation):
    """Return the raw prediction as a function, as `forward_pass.make_predictor` does."""
    samples = Samples(X, np.zeros((X.shape[0], parameters.layer_sizes[-1])))
    state = TrainingState(parameters, None, None, None)
    return Trainer(state, samples, Objective(activation=activation)).predict
