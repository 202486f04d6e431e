"""The passes and epochs of the network in compiled loops.

The functions have the names and the order of those in `losses`, `backprop` and
`training` that they repeat. They work on flat vectors, in which a `Layer` knows where
its part begins; their arithmetic is in _kernels.hpp. `Passes` checks all that the loops
trust: nothing else here is called from Python.
"""

from cpython.exc cimport PyErr_CheckSignals
from cpython.object cimport PyObject
from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.math cimport INFINITY, fabs, isfinite, log, log1p, pow, sqrt
from libc.stdint cimport int32_t, uint32_t
from libc.string cimport memcpy, memset
from numpy.random cimport bitgen_t
from scipy.linalg.cython_blas cimport dgemm, sgemm

import operator
from contextlib import nullcontext

import numpy as np

from .training import DONE, INTERRUPTED, NOT_FINITE, PATIENCE_RAN_OUT

ctypedef fused real:
    float
    double

cdef extern from "_kernels.hpp" nogil:
    cdef enum:
        IDENTITY, LOGISTIC, TANH, RELU, EXP
        NO_STEP, SGD, MOMENTUM, ADAM

    cppclass Step[T]:
        int kind
        T rate, momentum, ahead, rate_ahead
        T keep_1, take_1, keep_2, take_2, epsilon
        T strength
        T *flat
        T *first
        T *second
        T *gradient
        double squares

    const char *fastest_build()
    void add_multiple[T](T *, T, const T *, Py_ssize_t)
    void activate[T](int, T *, Py_ssize_t)
    void differentiate[T](int, const T *, T *, Py_ssize_t)
    T differentiated_one[T](int, T, T)
    void product_and_activation[T](
        const T *, const T *, const T *, Py_ssize_t, Py_ssize_t, Py_ssize_t, T *, int
    )
    void product_and_derivative[T](
        const T *, const T *, const T *, Py_ssize_t, Py_ssize_t, Py_ssize_t, T *, int
    )
    void step_along_product[T](
        Step[T] &, Py_ssize_t, const T *, const T *, Py_ssize_t, Py_ssize_t, Py_ssize_t
    )
    void step_along_outer[T](
        Step[T] &, Py_ssize_t, const T *, const T *, Py_ssize_t, Py_ssize_t, int, T *
    )
    void step_along[T](Step[T] &, Py_ssize_t, const T *, Py_ssize_t, bint)

# The `code` of each loss in the registry.
cdef enum:
    SQUARED_ERROR, ABSOLUTE_ERROR, POISSON, BINARY_LOG_LOSS, SOFTMAX_LOG_LOSS
    QUANTILE, HUBER, N_LOSSES

# The number of output activations in the registry; softmax comes with its loss.
N_ACTIVATIONS = 8

# Products with more multiplications than this are left to BLAS.
cdef Py_ssize_t LARGE = 2**18
# Rows that pass through the network at once: at most so many, with so much work.
cdef Py_ssize_t MOST_ROWS = 512, MOST_WORK = 2**26
# Work between two looks for Ctrl-C, some 10 ms, and what each minibatch adds to it.
cdef Py_ssize_t UNSEEN_WORK = 2**24, FIXED_WORK = 1024
# BLAS counts with 32 bits.
LARGEST_SIZE = 2**31 - 1


cdef struct Layer:
    Py_ssize_t fan_in, fan_out
    Py_ssize_t coef, intercept  # where they begin in the parameters
    Py_ssize_t units  # how many all layers below have
    int activation  # IDENTITY of the outputs where the loss begins with logits


cdef struct Network:
    Layer *layers
    Py_ssize_t n_layers, n_parameters, n_features, n_outputs
    bint fit_intercept
    int loss
    double loss_option, averaged_over


# Samples: n rows, dense or of a CSR matrix, with `weights` or without. The i-th is row
# `order[i]` of `indptr`, or `start + i` where that is NULL.
cdef cppclass Rows[T]:
    Py_ssize_t n, start
    const T *X
    const T *Y
    const T *weights
    const T *data
    const int32_t *indices
    const Py_ssize_t *indptr
    const Py_ssize_t *order


# What the passes write to; X, Y and weights are for shuffled rows.
cdef cppclass Memory[T]:
    T *X
    T *Y
    T *weights
    T *activations
    T *deltas
    T *transposed
    T *gradient
    T *zeros
    T *ones


cdef void gemm(
    bint transpose_a, bint transpose_b, Py_ssize_t n, Py_ssize_t k, Py_ssize_t m,
    const real *A, const real *B, real beta, real *out,
) noexcept nogil:
    """out = A @ B + beta * out, of shapes (n, m) and (m, k), either of them transposed.

    BLAS stores columns: to it these are the transposed matrices, in other order.
    """
    cdef int rows = n, columns = k, inner = m
    cdef int row_a = n if transpose_a else m, row_b = m if transpose_b else k
    cdef real one = 1
    cdef char *trans_a = b"T" if transpose_a else b"N"
    cdef char *trans_b = b"T" if transpose_b else b"N"
    if real is double:
        dgemm(trans_b, trans_a, &columns, &rows, &inner, &one, <real *>B, &row_b,
              <real *>A, &row_a, &beta, out, &columns)
    else:
        sgemm(trans_b, trans_a, &columns, &rows, &inner, &one, <real *>B, &row_b,
              <real *>A, &row_a, &beta, out, &columns)


cdef inline Py_ssize_t row_of(const Rows[real] *rows, Py_ssize_t i) noexcept nogil:
    return rows.start + i if rows.order == NULL else rows.order[i]


cdef void sparse_product(
    const Rows[real] *rows, const real *coef, const real *intercept, Py_ssize_t fan_out,
    real *Z,
) noexcept nogil:
    """Z = X @ coef + intercept."""
    cdef Py_ssize_t i, row, at
    for i in range(rows.n):
        memcpy(Z, intercept, fan_out * sizeof(real))
        row = row_of(rows, i)
        for at in range(rows.indptr[row], rows.indptr[row + 1]):
            add_multiple(Z, rows.data[at], coef + rows.indices[at] * fan_out, fan_out)
        Z += fan_out


cdef void sparse_gradient(
    const Rows[real] *rows, const real *delta, Py_ssize_t fan_out, real *gradient
) noexcept nogil:
    """gradient += X.T @ delta."""
    cdef Py_ssize_t i, row, at
    for i in range(rows.n):
        row = row_of(rows, i)
        for at in range(rows.indptr[row], rows.indptr[row + 1]):
            add_multiple(
                gradient + rows.indices[at] * fan_out, rows.data[at], delta, fan_out
            )
        delta += fan_out


cdef void forward(
    Network *network, const Rows[real] *rows, const real *flat, Memory[real] *memory
) noexcept nogil:
    """Write the activations of each layer; the last are the raw prediction."""
    cdef const real *below = rows.X
    cdef const real *intercept
    cdef Py_ssize_t n = rows.n, i, row
    cdef Layer layer
    cdef real *Z
    for i in range(network.n_layers):
        layer = network.layers[i]
        Z = memory.activations + n * layer.units
        intercept = flat + layer.intercept if network.fit_intercept else memory.zeros
        if i == 0 and rows.indptr != NULL:
            sparse_product(rows, flat, intercept, layer.fan_out, Z)
            activate(layer.activation, Z, n * layer.fan_out)
        elif n * layer.fan_in * layer.fan_out > LARGE:
            for row in range(n):
                memcpy(Z + row * layer.fan_out, intercept, layer.fan_out * sizeof(real))
            gemm(False, False, n, layer.fan_out, layer.fan_in,
                 below, flat + layer.coef, <real>1, Z)
            activate(layer.activation, Z, n * layer.fan_out)
        else:
            product_and_activation(below, flat + layer.coef, intercept, n,
                                   layer.fan_out, layer.fan_in, Z, layer.activation)
        below = Z


cdef double loss_and_delta(
    Network *network, const Rows[real] *rows, real scale, real *raw, real *delta
) noexcept nogil:
    """Sum of w_i * loss_i; `delta` becomes its derivative, times `scale`."""
    cdef Py_ssize_t k = network.n_outputs, size = rows.n * k
    cdef Py_ssize_t i, j
    cdef const real *y = rows.Y
    cdef real *z = raw
    cdef real *d = delta
    cdef real weight = 1, by, largest, error, slope
    cdef real option = <real>network.loss_option, rest = <real>(1 - network.loss_option)
    cdef double value = 0, row, total
    cdef int activation = network.layers[network.n_layers - 1].activation
    if network.loss == POISSON:
        memcpy(delta, raw, size * sizeof(real))
        activate(<int>EXP, delta, size)
    elif network.loss == BINARY_LOG_LOSS:
        for i in range(size):
            delta[i] = -fabs(raw[i])
        activate(<int>EXP, delta, size)
    elif network.loss == SOFTMAX_LOG_LOSS:
        for i in range(rows.n):
            largest = raw[i * k]
            for j in range(1, k):
                largest = max(largest, raw[i * k + j])
            for j in range(k):
                raw[i * k + j] -= largest
                delta[i * k + j] = raw[i * k + j]
        activate(<int>EXP, delta, size)
    for i in range(rows.n):
        if rows.weights != NULL:
            weight = rows.weights[i]
        by = scale * weight
        row = 0
        if network.loss == SQUARED_ERROR:
            for j in range(k):
                error = z[j] - y[j]
                row += 0.5 * error * error
                d[j] = differentiated_one(activation, z[j], by * error)
        elif network.loss == ABSOLUTE_ERROR:
            for j in range(k):
                error = z[j] - y[j]
                row += fabs(error)
                error = by if error > 0 else -by if error < 0 else by * error
                d[j] = differentiated_one(activation, z[j], error)
        elif network.loss == QUANTILE:
            for j in range(k):
                error = z[j] - y[j]
                slope = rest if error > 0 else -option if error < 0 else <real>0
                row += slope * error
                d[j] = differentiated_one(activation, z[j], by * slope)
        elif network.loss == HUBER:
            for j in range(k):
                error = z[j] - y[j]
                slope = option if error > option else -option if error < -option else error
                row += slope * (error - <real>0.5 * slope)
                d[j] = differentiated_one(activation, z[j], by * slope)
        elif network.loss == POISSON:
            for j in range(k):
                row += (y[j] * log(y[j]) if y[j] > 0 else 0) - y[j] * z[j] - y[j] + d[j]
                d[j] = by * (d[j] - y[j])
        elif network.loss == BINARY_LOG_LOSS:
            for j in range(k):
                row += max(z[j], <real>0) - y[j] * z[j] + log1p(d[j])
                d[j] = by * ((1 if z[j] >= 0 else d[j]) / (1 + d[j]) - y[j])
        else:
            total = 0
            for j in range(k):
                total += d[j]
                row -= y[j] * z[j]
            row += log(total)
            for j in range(k):
                d[j] = by * (d[j] / <real>total - y[j])
        value += weight * row
        y += k
        z += k
        d += k
    return value


cdef void backward_to(
    Network *network, Py_ssize_t i, Py_ssize_t n, const real *flat, Memory[real] *memory
) noexcept nogil:
    """Write the delta of the layer below the i-th."""
    cdef Layer layer = network.layers[i]
    cdef const real *delta = memory.deltas + n * layer.units
    cdef const real *coef = flat + layer.coef
    cdef Py_ssize_t fan_in = layer.fan_in, fan_out = layer.fan_out, h, j
    cdef int activation = network.layers[i - 1].activation
    cdef real *delta_below = memory.deltas + n * (layer.units - fan_in)
    cdef const real *below = memory.activations + n * (layer.units - fan_in)
    if n * fan_in * fan_out > LARGE:
        gemm(False, True, n, fan_in, fan_out, delta, coef, <real>0, delta_below)
        differentiate(activation, below, delta_below, n * fan_in)
        return
    if fan_out > 1:
        for h in range(fan_in):
            for j in range(fan_out):
                memory.transposed[j * fan_in + h] = coef[h * fan_out + j]
        coef = memory.transposed
    product_and_derivative(delta, coef, below, n, fan_in, fan_out, delta_below,
                           activation)


cdef void backward(
    Network *network, const Rows[real] *rows, Step[real] *step, Memory[real] *memory,
    bint accumulate, bint at_once,
) noexcept nogil:
    """Write the gradient, or add to it, or step along each part of it at once.

    A part that is small is never stored: it goes from registers into the step.
    """
    cdef Py_ssize_t n = rows.n, i, at, fan_in, fan_out
    cdef const real *below
    cdef real *delta
    cdef real *delta_below
    cdef real *gradient
    cdef bint is_sparse
    cdef int activation = IDENTITY
    for i in range(network.n_layers - 1, -1, -1):
        fan_in, fan_out = network.layers[i].fan_in, network.layers[i].fan_out
        at = network.layers[i].coef
        delta = memory.deltas + n * network.layers[i].units
        below = rows.X
        delta_below = NULL
        if i > 0:
            activation = network.layers[i - 1].activation
            below = memory.activations + n * network.layers[i - 1].units
            delta_below = memory.deltas + n * network.layers[i - 1].units
        is_sparse = i == 0 and rows.indptr != NULL
        gradient = memory.gradient + at
        if at_once and n == 1 and not is_sparse:
            step_along_outer(step[0], at, below, delta, fan_in, fan_out,
                             activation, delta_below)
        else:
            if i > 0:
                backward_to(network, i, n, step.flat, memory)
            if is_sparse:
                if not accumulate:
                    memset(gradient, 0, fan_in * fan_out * sizeof(real))
                sparse_gradient(rows, delta, fan_out, gradient)
            elif at_once and n * fan_in * fan_out <= LARGE:
                step_along_product(step[0], at, below, delta, n, fan_in, fan_out)
            else:
                gemm(True, False, fan_in, fan_out, n, below, delta,
                     <real>accumulate, gradient)
            if at_once and (is_sparse or n * fan_in * fan_out > LARGE):
                step_along(step[0], at, gradient, fan_in * fan_out, True)
        if network.fit_intercept:
            at = network.layers[i].intercept
            gradient = memory.gradient + at
            if at_once and n == 1:
                gradient = delta
            else:
                # The sum over samples.
                product_and_activation(memory.ones, delta,
                                       gradient if accumulate else memory.zeros, 1,
                                       fan_out, n, gradient, <int>IDENTITY)
            if at_once:
                step_along(step[0], at, gradient, fan_out, False)


cdef double write_loss_gradient(
    Network *network, const Rows[real] *rows, double scale, Step[real] *step,
    Memory[real] *memory, bint accumulate, bint at_once,
) noexcept nogil:
    """The gradient of scale * sum_i w_i * loss_i; returns the sum, not scaled."""
    cdef Py_ssize_t at = rows.n * network.layers[network.n_layers - 1].units
    forward(network, rows, step.flat, memory)
    cdef double value = loss_and_delta(
        network, rows, <real>(scale / network.averaged_over),
        memory.activations + at, memory.deltas + at,
    )
    backward(network, rows, step, memory, accumulate, at_once)
    return value / network.averaged_over


cdef void take(
    Network *network, const Rows[real] *samples, Py_ssize_t start, Py_ssize_t n,
    Memory[real] *memory, Rows[real] *rows,
) noexcept nogil:
    """n rows from `start` on: in place if they are in order or one, else gathered."""
    cdef Py_ssize_t n_features = network.n_features, n_outputs = network.n_outputs
    cdef const Py_ssize_t *order = samples.order
    cdef Py_ssize_t i, row = start
    rows.n, rows.start = n, start
    if order != NULL:
        rows.order = order + start
        row = order[start]
    if order == NULL or n == 1:
        if samples.X != NULL:
            rows.X = samples.X + row * n_features
        rows.Y = samples.Y + row * n_outputs
        if samples.weights != NULL:
            rows.weights = samples.weights + row
        return
    rows.X, rows.Y = memory.X, memory.Y
    for i in range(n):
        row = order[start + i]
        if samples.X != NULL:
            memcpy(memory.X + i * n_features, samples.X + row * n_features,
                   n_features * sizeof(real))
        memcpy(memory.Y + i * n_outputs, samples.Y + row * n_outputs,
               n_outputs * sizeof(real))
        if samples.weights != NULL:
            memory.weights[i] = samples.weights[row]
    if samples.weights != NULL:
        rows.weights = memory.weights


cdef double total_weight_of(
    const Rows[real] *samples, Py_ssize_t start, Py_ssize_t n
) noexcept nogil:
    cdef double total = 0
    cdef Py_ssize_t i
    if samples.weights == NULL:
        return n
    for i in range(start, start + n):
        total += samples.weights[i if samples.order == NULL else samples.order[i]]
    return total


cdef void shuffle(bitgen_t *bitgen, Py_ssize_t *order, Py_ssize_t n) noexcept nogil:
    """Make `order` what RandomState.permutation(n) would be.

    NumPy has promised never to change what a RandomState draws (NEP 19).
    """
    cdef Py_ssize_t i
    cdef uint32_t mask = 1, j
    for i in range(n):
        order[i] = i
    while mask < n - 1:
        mask = 2 * mask + 1
    for i in range(n - 1, 0, -1):
        if i == mask >> 1:
            mask >>= 1
        j = bitgen.next_uint32(bitgen.state) & mask
        while j > i:
            j = bitgen.next_uint32(bitgen.state) & mask
        order[i], order[j] = order[j], order[i]


cdef bint is_finite(const real *flat, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    cdef bint finite = True
    for i in range(n):
        finite &= fabs(flat[i]) < INFINITY
    return finite


# Work since the last look for Ctrl-C, and whether to look within an epoch.
cdef struct Watch:
    Py_ssize_t work
    bint within
    PyObject *lock


# What adam's rate depends on.
cdef struct Adam:
    double beta_1, beta_2
    Py_ssize_t n_steps


cdef int hear_ctrl_c(Watch *watch) except -1 with gil:
    """Run the handlers of signals, which may draw random numbers too."""
    watch.work = 0
    if watch.lock == NULL:
        return PyErr_CheckSignals()
    lock = <object>watch.lock
    lock.release()
    try:
        return PyErr_CheckSignals()
    finally:
        lock.acquire()


def _aligned_zeros(n, dtype):
    """Return zeros that begin on a cache line."""
    n_bytes = n * np.dtype(dtype).itemsize
    memory = np.zeros(n_bytes + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + n_bytes].view(dtype)


cdef class Passes:
    """A network, and samples that pass through it: the one door to the loops.

    Parameters
    ----------
    parameters : Parameters
        For their layout and dtype.

    codes : tuple of int
        The numbers of the loss, and of each layer's activation.

    loss_option : float
        The number that the loss depends on, if any.

    averaged : bool
        Whether the loss is a mean over outputs.

    X : {ndarray of shape (n_samples, n_features), CSR matrix}

    Y : ndarray of shape (n_samples, n_outputs)

    sample_weight : ndarray of shape (n_samples,), or None

    batch_size : int

    Raises
    ------
    ValueError
        If the arrays do not fit the network or each other.
    """

    cdef Network network
    cdef Py_ssize_t[::1] layers, starts
    cdef object X, data, indices, indptr, Y, weights, memory, last_order
    cdef Py_ssize_t n_samples, batch_size, n_rows
    cdef double total_weight

    def __cinit__(
        self, parameters, codes, loss_option, averaged, X, Y, sample_weight, batch_size
    ):
        sizes = [int(size) for size in parameters.layer_sizes]
        flat, dtype = parameters.flat, parameters.flat.dtype
        n_samples, n_outputs = X.shape[0], sizes[-1]
        if not 1 <= batch_size <= n_samples or max(*sizes, n_samples) > LARGEST_SIZE:
            raise ValueError(
                f"The compiled engine takes up to {LARGEST_SIZE} samples and units, "
                f"got {n_samples} samples, batch_size={batch_size} and layer_sizes="
                f"{sizes}: use engine='numpy'."
            )
        n_coefs = sum(map(operator.mul, sizes[:-1], sizes[1:]))
        n_intercepts = sum(sizes[1:]) if parameters.fit_intercept else 0
        if len(sizes) < 2 or min(sizes) < 1:
            raise ValueError(f"layer_sizes must be two positive numbers or more, got {sizes}.")
        _check_shape("parameters", flat, (n_coefs + n_intercepts,))
        _check_shape("X", X, (n_samples, sizes[0]))
        self.Y = _plain("Y", Y, dtype, (n_samples, n_outputs))
        self.weights = np.zeros(0, dtype)
        if sample_weight is not None:
            self.weights = _plain("sample_weight", sample_weight, dtype, (n_samples,))
        self._take_samples(X, dtype)
        self._lay_out(sizes, parameters.fit_intercept, codes, loss_option, averaged)
        self.n_samples, self.batch_size = n_samples, batch_size
        self.total_weight = n_samples
        if sample_weight is not None:
            self.total_weight = self.weights.sum(dtype=np.float64)
        most_rows = max(1, min(MOST_ROWS, MOST_WORK // flat.size))
        n_blocks = -(-batch_size // most_rows)
        self.n_rows = -(-batch_size // n_blocks)
        self._allocate(sizes, flat.size, dtype)

    cdef _take_samples(self, X, dtype):
        """Keep dense samples, or the three vectors of sparse ones."""
        n_samples, n_features = X.shape
        self.X = self.data = np.zeros(0, dtype)
        self.indices, self.indptr = np.zeros(0, np.int32), np.zeros(0, np.intp)
        if isinstance(X, np.ndarray):
            self.X = _plain("X", X, dtype, X.shape).ravel()
            return
        if X.format != "csr":
            raise TypeError(f"X must be an array or a CSR matrix, got {X.format}.")
        # Copies, which nobody can change after the checks.
        _check_shape("X.indptr", X.indptr, (n_samples + 1,))
        self.indptr = X.indptr.astype(np.intp)
        n_stored = int(self.indptr[-1])
        if self.indptr[0] != 0 or (np.diff(self.indptr) < 0).any():
            raise ValueError("X.indptr must begin with 0 and never fall.")
        self.data = _plain("X.data", X.data[:n_stored], dtype, (n_stored,))
        indices = X.indices[:n_stored].copy()
        _check_shape("X.indices", indices, (n_stored,))
        if n_stored and not 0 <= indices.min() <= indices.max() < n_features:
            raise ValueError(f"X.indices must be from 0 to {n_features - 1}.")
        self.indices = indices.astype(np.int32)

    cdef _lay_out(self, sizes, fit_intercept, codes, loss_option, averaged):
        """Find the parts of each layer in flat vectors."""
        cdef Network *network = &self.network
        cdef Layer *layer
        cdef Py_ssize_t i, n_coefs = 0, units = 0
        network.n_layers = len(sizes) - 1
        network.n_features, network.n_outputs = sizes[0], sizes[-1]
        network.fit_intercept = fit_intercept
        n_known = N_LOSSES, *[N_ACTIVATIONS] * network.n_layers
        if not all(0 <= code < n for code, n in zip(codes, n_known, strict=True)):
            raise ValueError(
                f"The compiled engine does not have the functions of codes {codes}: "
                "use engine='numpy'."
            )
        network.loss, *activations = codes
        network.loss_option = loss_option
        network.averaged_over = sizes[-1] if averaged else 1
        self.layers = np.zeros(network.n_layers * sizeof(Layer), np.intp)
        network.layers = <Layer *>&self.layers[0]
        for i in range(network.n_layers):
            layer = &network.layers[i]
            layer.fan_in, layer.fan_out = sizes[i], sizes[i + 1]
            layer.coef, layer.units = n_coefs, units
            layer.activation = activations[i]
            n_coefs += layer.fan_in * layer.fan_out
            units += layer.fan_out
        for i in range(network.n_layers):
            network.layers[i].intercept = n_coefs + network.layers[i].units
        if POISSON <= network.loss <= SOFTMAX_LOG_LOSS:
            layer.activation = IDENTITY
        network.n_parameters = n_coefs + (units if network.fit_intercept else 0)

    cdef _allocate(self, sizes, n_parameters, dtype):
        """Make room for what Memory points to, each part on a cache line."""
        n = self.n_rows
        dense = len(self.X) > 0
        lengths = [
            n * sizes[0] if dense else 0,
            n * sizes[-1],
            n,
            n * sum(sizes[1:]),
            n * sum(sizes[1:]),
            max(map(operator.mul, sizes[:-1], sizes[1:])),
            n_parameters,
            max(sizes),
            n,
        ]
        ends = np.cumsum([16 + length // 16 * 16 for length in lengths], dtype=np.intp)
        self.starts = np.append(np.intp(0), ends[:-1])
        self.memory = _aligned_zeros(int(ends[-1]), dtype)
        self.memory[self.starts[8] :] = 1
        self.last_order = np.zeros(self.n_samples, np.intp)

    @property
    def order(self):
        """The order of the last epoch, if it was shuffled."""
        return self.last_order.copy()

    def train(
        self, flat, first, second, stepping, alpha, rates, n_steps, patience, rng
    ):
        """Train for as many epochs as there are rates, or until one is the last.

        Parameters
        ----------
        flat, first, second : ndarray
            The parameters, and the vectors of the optimizer; changed in place. Empty
            where the optimizer has none.

        stepping : tuple
            (solver, momentum, nesterovs_momentum, beta_1, beta_2, epsilon)

        alpha : float

        rates : ndarray of float64

        n_steps : int
            Steps that adam has made.

        patience : Patience
            Changed in place.

        rng : RandomState or None
            None trains on the samples in their order.

        Returns
        -------
        losses : list of float

        n_steps, ending : int

        Raises
        ------
        KeyboardInterrupt
            By Ctrl-C in the first epoch.
        """
        _check_apart(
            {"parameters": flat, "first": first, "second": second},
            {"X": self.X, "X.data": self.data, "Y": self.Y, "weights": self.weights},
        )
        arguments = (
            self, flat, first, second, stepping, alpha, rates, n_steps, patience, rng
        )
        if flat.dtype == np.float32:
            return _train[float](*arguments)
        return _train[double](*arguments)

    def loss_and_gradient(self, flat, gradient, alpha):
        """Write the gradient of the objective over all samples; return the objective."""
        _check_apart({"gradient": gradient}, {"parameters": flat, "X": self.X})
        if flat.dtype == np.float32:
            return _loss_and_gradient[float](self, flat, gradient, alpha)
        return _loss_and_gradient[double](self, flat, gradient, alpha)


def _check_shape(name, array, shape):
    if array.shape != shape:
        raise ValueError(f"{name} must be of shape {shape}, got {array.shape}.")


def _plain(name, array, dtype, shape):
    """The array, contiguous and of this dtype."""
    _check_shape(name, array, shape)
    return np.ascontiguousarray(array, dtype)


def _check_apart(written, read):
    """Raise ValueError if memory that is written belongs to another array too."""
    arrays = written | read
    for name, array in written.items():
        for other, second in arrays.items():
            if other != name and np.may_share_memory(array, second):
                raise ValueError(f"{name} and {other} must not share memory.")


cdef _point_to(Passes passes, Rows[real] *samples, Memory[real] *memory):
    """Point to the arrays that `Passes` holds, which typed views check once more."""
    cdef const real[::1] X = passes.X, data = passes.data, weights = passes.weights
    cdef const real[:, ::1] Y = passes.Y
    cdef const int32_t[::1] indices = passes.indices
    cdef const Py_ssize_t[::1] indptr = passes.indptr
    cdef real[::1] room = passes.memory
    cdef Py_ssize_t[::1] starts = passes.starts
    memset(samples, 0, sizeof(Rows[real]))
    samples.n, samples.Y = passes.n_samples, &Y[0, 0]
    if X.shape[0]:
        samples.X = &X[0]
    else:
        samples.indptr = &indptr[0]
        if data.shape[0]:
            samples.data, samples.indices = &data[0], &indices[0]
    if weights.shape[0]:
        samples.weights = &weights[0]
    memory.X, memory.Y, memory.weights = &room[0], &room[starts[1]], &room[starts[2]]
    memory.activations, memory.deltas = &room[starts[3]], &room[starts[4]]
    memory.transposed, memory.gradient = &room[starts[5]], &room[starts[6]]
    memory.zeros, memory.ones = &room[starts[7]], &room[starts[8]]


cdef double accumulate_minibatch(
    Passes passes, const Rows[real] *samples, Py_ssize_t start, Py_ssize_t n,
    double scale, Step[real] *step, Memory[real] *memory, Watch *watch,
) except? -1 nogil:
    """The sum of the losses of n rows, a block at a time; steps along their gradient."""
    cdef Network *network = &passes.network
    cdef Py_ssize_t done = 0, n_block, n_coefs
    cdef bint at_once = n <= passes.n_rows and step.kind != NO_STEP
    cdef double value = 0
    cdef Rows[real] rows
    rows = samples[0]
    while done < n:
        n_block = min(passes.n_rows, n - done)
        take(network, samples, start + done, n_block, memory, &rows)
        value += write_loss_gradient(
            network, &rows, scale, step, memory, done > 0, at_once
        )
        done += n_block
        watch.work += n_block * network.n_parameters + FIXED_WORK
        if watch.within and watch.work > UNSEEN_WORK:
            hear_ctrl_c(watch)
    if not at_once and step.kind != NO_STEP:
        n_coefs = network.layers[0].intercept
        step_along(step[0], 0, memory.gradient, n_coefs, True)
        step_along(step[0], n_coefs, memory.gradient + n_coefs,
                   network.n_parameters - n_coefs, False)
    return value


cdef double train_epoch(
    Passes passes, const Rows[real] *samples, double alpha, double rate, Adam *adam,
    Step[real] *step, Memory[real] *memory, Watch *watch,
) except? -1 nogil:
    """One pass over the samples; returns its mean loss."""
    cdef double total_weight = passes.total_weight, loss_sum = 0, penalty_sum = 0
    cdef double mean_weight = total_weight / passes.n_samples, weight
    cdef Py_ssize_t start = 0, n
    while start < passes.n_samples:
        n = min(passes.batch_size, passes.n_samples - start)
        weight = total_weight_of(samples, start, n)
        if weight != 0:
            if step.kind == ADAM:
                adam.n_steps += 1
                step.rate = <real>(rate * sqrt(1 - pow(adam.beta_2, adam.n_steps))
                                   / (1 - pow(adam.beta_1, adam.n_steps)))
            step.squares = 0
            loss_sum += accumulate_minibatch(
                passes, samples, start, n, 1 / (n * mean_weight), step, memory, watch
            )
            penalty_sum += weight * 0.5 * alpha / total_weight * step.squares
        start += n
    return (loss_sum + penalty_sum) / total_weight


cdef _loss_and_gradient(Passes passes, real[::1] flat, real[::1] gradient, double alpha):
    cdef Rows[real] samples
    cdef Memory[real] memory
    cdef Step[real] step
    cdef Watch watch = Watch(0, True, NULL)
    cdef Py_ssize_t i, n_coefs = passes.network.layers[0].intercept
    cdef double strength = alpha / passes.total_weight, squares = 0, value
    _check_shape("parameters", flat, (passes.network.n_parameters,))
    _check_shape("gradient", gradient, (passes.network.n_parameters,))
    _point_to(passes, &samples, &memory)
    memory.gradient = &gradient[0]
    memset(&step, 0, sizeof(Step[real]))
    step.kind, step.flat = NO_STEP, &flat[0]
    with nogil:
        value = accumulate_minibatch(
            passes, &samples, 0, passes.n_samples, 1 / passes.total_weight, &step,
            &memory, &watch,
        ) / passes.total_weight
        if strength != 0:
            for i in range(n_coefs):
                gradient[i] += <real>strength * flat[i]
                squares += flat[i] * flat[i]
    return value + 0.5 * strength * squares


cdef _set_step(Step[real] *step, stepping, double strength):
    """Take over the options of an optimizer."""
    solver, momentum, nesterovs_momentum, beta_1, beta_2, epsilon = stepping
    step.kind = ADAM if solver == "adam" else MOMENTUM if momentum else SGD
    step.momentum = momentum
    step.ahead = momentum if nesterovs_momentum else 1
    step.keep_1, step.take_1 = beta_1, 1 - beta_1
    step.keep_2, step.take_2 = beta_2, 1 - beta_2
    step.epsilon, step.strength = epsilon, <real>strength


cdef _train(
    Passes passes, real[::1] flat, real[::1] first, real[::1] second, stepping,
    double alpha, const double[::1] rates, Py_ssize_t n_steps, patience, rng,
):
    cdef Rows[real] samples
    cdef Memory[real] memory
    cdef Step[real] step
    cdef Adam adam = Adam(stepping[3], stepping[4], n_steps)
    cdef Py_ssize_t n = passes.network.n_parameters, n_epochs = rates.shape[0]
    cdef Py_ssize_t[::1] order = passes.last_order
    cdef double[::1] losses = np.empty(n_epochs)
    cdef double tol = patience.tol, wait = min(patience.n_epochs, 1e308), best = patience.best, loss
    cdef Py_ssize_t count = patience.count, epoch = 0
    cdef int ending = DONE, done = DONE, not_finite = NOT_FINITE
    cdef int ran_out = PATIENCE_RAN_OUT
    cdef bint nesterovs = stepping[2], in_epoch = False
    cdef bitgen_t *bitgen = NULL
    cdef Watch watch = Watch(0, False, NULL)
    _point_to(passes, &samples, &memory)
    memset(&step, 0, sizeof(Step[real]))
    _set_step(&step, stepping, alpha / passes.total_weight)
    vectors = {"parameters": flat}
    if step.kind != SGD:
        vectors["first"] = first
        step.first = &first[0]
    if step.kind == ADAM:
        vectors["second"] = second
        step.second = &second[0]
    for name, vector in vectors.items():
        _check_shape(name, vector, (n,))
    step.flat = &flat[0]
    watch.within = passes.n_samples * (n + FIXED_WORK) > 4 * UNSEEN_WORK
    # So that Ctrl-C within an epoch can go back to the one before.
    cdef bint keeps = watch.within and n_epochs > 1
    kept = lock = None
    before = rng.get_state(legacy=False) if keeps and rng is not None else None
    if rng is not None:
        samples.order = &order[0]
        bitgen = <bitgen_t *>PyCapsule_GetPointer(
            rng._bit_generator.capsule, "BitGenerator"
        )
        lock = rng._bit_generator.lock
        watch.lock = <PyObject *>lock
    try:
        with nullcontext() if lock is None else lock, nogil:
            while ending == done and epoch < n_epochs:
                if epoch > 0 and watch.work > UNSEEN_WORK:
                    hear_ctrl_c(&watch)
                if bitgen != NULL:
                    shuffle(bitgen, &order[0], samples.n)
                step.rate = <real>rates[epoch]
                step.rate_ahead = step.rate if nesterovs else 0
                in_epoch = True
                loss = train_epoch(passes, &samples, alpha, rates[epoch], &adam, &step,
                                   &memory, &watch)
                in_epoch = False
                losses[epoch] = loss
                epoch += 1
                if not (isfinite(loss) and is_finite(step.flat, n)):
                    ending = not_finite
                    break
                count = 0 if loss < best - tol else count + 1
                best = min(best, loss)
                if count >= wait:
                    ending = ran_out
                if keeps:
                    with gil:
                        kept = adam.n_steps, [np.array(v) for v in vectors.values()]
    except KeyboardInterrupt:
        if epoch == 0 or n_epochs == 1:
            raise
        ending = INTERRUPTED
        if in_epoch:
            adam.n_steps, copies = kept
            for vector, copy in zip(vectors.values(), copies):
                np.asarray(vector)[:] = copy
            if rng is not None:
                rng.set_state(before)
                for _ in range(epoch):
                    rng.permutation(passes.n_samples)
    patience.best, patience.count = best, count
    return np.asarray(losses)[:epoch].tolist(), adam.n_steps, ending


def fastest():
    """The name of the build that suits the processor best."""
    return fastest_build().decode()


def exp_and_tanh(x):
    """Both functions of a contiguous vector of float32 or float64."""
    results = [x.copy(), x.copy()]
    cdef float[::1] z
    cdef double[::1] y
    for activation, result in zip((<int>EXP, <int>TANH), results):
        if x.dtype == np.float32:
            z = result
            activate[float](activation, &z[0], z.shape[0])
        else:
            y = result
            activate[double](activation, &y[0], y.shape[0])
    return results
