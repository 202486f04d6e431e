"""The training loops, compiled: the twin of `losses`, `backprop` and `training`.

The functions have the names of those that they repeat, and work on pointers into flat
vectors: a layer is found there by its `Layer`. Arithmetic is in kernels.hpp. Nothing
but `Trainer` is called from elsewhere, and it checks all that the loops trust.
"""

from cpython.exc cimport PyErr_CheckSignals
from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.math cimport INFINITY, exp, fabs, isfinite, log, log1p, pow, sqrt
from libc.stdint cimport uint32_t
from libc.string cimport memcpy
from numpy.random cimport bitgen_t
from scipy.linalg.cython_blas cimport dgemm, sgemm

import numpy as np

from .activations import OUT_ACTIVATIONS
from .backprop import check_shapes
from .losses import LOSSES
from .optimizers import Adam
from .training import DONE, INTERRUPTED, NOT_FINITE, PATIENCE_RAN_OUT, Block, Patience
from .workspace import aligned_zeros

ctypedef fused real:
    float
    double

cdef extern from "kernels.hpp" nogil:
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

    void activate[T](int, T *, Py_ssize_t)
    void differentiate[T](int, const T *, T *, Py_ssize_t)
    void product_and_sum[T](
        const T *, const T *, const T *, Py_ssize_t, Py_ssize_t, Py_ssize_t, T *
    )
    void step_along_product[T](
        Step[T] &, Py_ssize_t, const T *, const T *, Py_ssize_t, Py_ssize_t, Py_ssize_t
    )
    void step_along_outer[T](
        Step[T] &, Py_ssize_t, const T *, const T *, Py_ssize_t, Py_ssize_t, int, T *
    )
    void step_along[T](Step[T] &, Py_ssize_t, const T *, Py_ssize_t, bint)

# Numbers of the losses, in the order of their registry.
cdef enum:
    SQUARED_ERROR, ABSOLUTE_ERROR, POISSON, BINARY_LOG_LOSS, SOFTMAX_LOG_LOSS

# Products with more multiplications than this are left to BLAS.
cdef Py_ssize_t LARGE = 2**16
# Rows that pass through the network at once, and multiplications between two looks for
# Ctrl-C.
cdef Py_ssize_t MOST_ROWS = 512
cdef double MOST_WORK = 2.0**25


cdef struct Layer:
    Py_ssize_t fan_in, fan_out
    Py_ssize_t coef, intercept  # where they begin in the parameters
    Py_ssize_t units  # how many all layers below have


cdef struct Network:
    Layer *layers
    Py_ssize_t n_layers, n_parameters
    bint fit_intercept
    int loss, activation, out_activation
    double averaged_over


cdef cppclass Rows[T]:
    """Samples: n rows, with `weights` or without."""
    const T *X
    const T *Y
    const T *weights
    Py_ssize_t n


cdef cppclass Memory[T]:
    """What the passes write to; X, Y and weights are for shuffled rows."""
    T *X
    T *Y
    T *weights
    T *activations
    T *deltas
    T *transposed
    T *zeros


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
        if n * layer.fan_in * layer.fan_out > LARGE:
            for row in range(n):
                memcpy(Z + row * layer.fan_out, intercept, layer.fan_out * sizeof(real))
            gemm(False, False, n, layer.fan_out, layer.fan_in,
                 below, flat + layer.coef, <real>1, Z)
        else:
            product_and_sum(below, flat + layer.coef, intercept, n, layer.fan_out,
                            layer.fan_in, Z)
        if i < network.n_layers - 1 and network.activation != IDENTITY:
            activate(network.activation, Z, n * layer.fan_out)
        below = Z


cdef double loss_and_delta(
    Network *network, const Rows[real] *rows, real scale, real *raw, real *delta
) noexcept nogil:
    """Sum of w_i * loss_i; `delta` becomes its derivative, times `scale`."""
    cdef Py_ssize_t k = network.layers[network.n_layers - 1].fan_out, size = rows.n * k
    cdef Py_ssize_t i, j
    cdef const real *y = rows.Y
    cdef real *z = raw
    cdef real *d = delta
    cdef real weight = 1, by, largest, error
    cdef double value = 0, row, total
    if network.loss == SQUARED_ERROR or network.loss == ABSOLUTE_ERROR:
        activate(network.out_activation, raw, size)
    elif network.loss == POISSON:
        memcpy(delta, raw, size * sizeof(real))
        activate(<int>EXP, delta, size)
    elif network.loss == BINARY_LOG_LOSS:
        for i in range(size):
            delta[i] = -fabs(raw[i])
        activate(<int>EXP, delta, size)
    else:
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
                d[j] = by * error
        elif network.loss == ABSOLUTE_ERROR:
            for j in range(k):
                error = z[j] - y[j]
                row += fabs(error)
                d[j] = by if error > 0 else -by if error < 0 else by * error
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
    if network.loss == SQUARED_ERROR or network.loss == ABSOLUTE_ERROR:
        differentiate(network.out_activation, raw, delta, size)
    return value


cdef void sum_of_rows(
    const real *A, Py_ssize_t n, Py_ssize_t k, bint accumulate, real *out
) noexcept nogil:
    cdef Py_ssize_t i, j
    if not accumulate:
        memcpy(out, A, k * sizeof(real))
    for i in range(not accumulate, n):
        for j in range(k):
            out[j] += A[i * k + j]


cdef void backward_to(
    Network *network, Py_ssize_t i, Py_ssize_t n, const real *flat, Memory[real] *memory
) noexcept nogil:
    """Write the delta of the layer below the i-th."""
    cdef Layer layer = network.layers[i]
    cdef const real *delta = memory.deltas + n * layer.units
    cdef const real *coef = flat + layer.coef
    cdef Py_ssize_t fan_in = layer.fan_in, fan_out = layer.fan_out, h, j
    cdef real *below = memory.deltas + n * (layer.units - fan_in)
    if n * fan_in * fan_out > LARGE:
        gemm(False, True, n, fan_in, fan_out, delta, coef, <real>0, below)
    elif fan_out == 1:
        product_and_sum(delta, coef, memory.zeros, n, fan_in, fan_out, below)
    else:
        for h in range(fan_in):
            for j in range(fan_out):
                memory.transposed[j * fan_in + h] = coef[h * fan_out + j]
        product_and_sum(delta, memory.transposed, memory.zeros, n, fan_in, fan_out, below)


cdef void backward(
    Network *network, const Rows[real] *rows, Step[real] *step, Memory[real] *memory,
    bint accumulate, bint in_place,
) noexcept nogil:
    """From the outputs' delta on down, write the gradient, or step `in_place`."""
    cdef Py_ssize_t n = rows.n, i, at, fan_in, fan_out
    cdef const real *below
    cdef real *delta
    cdef real *delta_below
    for i in range(network.n_layers - 1, -1, -1):
        fan_in, fan_out = network.layers[i].fan_in, network.layers[i].fan_out
        at = network.layers[i].coef
        delta = memory.deltas + n * network.layers[i].units
        below = rows.X
        delta_below = NULL
        if i > 0:
            below = memory.activations + n * network.layers[i - 1].units
            delta_below = memory.deltas + n * network.layers[i - 1].units
        if in_place and n == 1:
            step_along_outer(step[0], at, below, delta, fan_in, fan_out,
                             network.activation, delta_below)
        else:
            if i > 0:
                backward_to(network, i, n, step.flat, memory)
                differentiate(network.activation, below, delta_below, n * fan_in)
            if in_place and n * fan_in * fan_out <= LARGE:
                step_along_product(step[0], at, below, delta, n, fan_in, fan_out)
            else:
                gemm(True, False, fan_in, fan_out, n, below, delta,
                     <real>accumulate, step.gradient + at)
                if in_place:
                    step_along(step[0], at, step.gradient + at, fan_in * fan_out, True)
        if network.fit_intercept:
            at = network.layers[i].intercept
            if in_place and n == 1:
                step_along(step[0], at, delta, fan_out, False)
            else:
                sum_of_rows(delta, n, fan_out, accumulate, step.gradient + at)
                if in_place:
                    step_along(step[0], at, step.gradient + at, fan_out, False)


cdef class Plan:
    """All that the loops need but arrays."""
    cdef Network network
    cdef Layer layers[64]
    cdef Py_ssize_t n_samples, batch_size, block_size
    cdef double total_weight, alpha


cdef void take(
    Network *network, const Rows[real] *samples, const Py_ssize_t *order,
    Py_ssize_t start, Py_ssize_t n, Memory[real] *memory, Rows[real] *rows,
) noexcept nogil:
    """Rows from `start` on: in place if they are in order or one, else gathered."""
    cdef Py_ssize_t n_features = network.layers[0].fan_in, i, row
    cdef Py_ssize_t n_outputs = network.layers[network.n_layers - 1].fan_out
    rows.n = n
    rows.weights = NULL
    if order == NULL or n == 1:
        row = start if order == NULL else order[start]
        rows.X, rows.Y = samples.X + row * n_features, samples.Y + row * n_outputs
        if samples.weights != NULL:
            rows.weights = samples.weights + row
        return
    rows.X, rows.Y = memory.X, memory.Y
    for i in range(n):
        row = order[start + i]
        memcpy(memory.X + i * n_features, samples.X + row * n_features,
               n_features * sizeof(real))
        memcpy(memory.Y + i * n_outputs, samples.Y + row * n_outputs,
               n_outputs * sizeof(real))
    if samples.weights != NULL:
        rows.weights = memory.weights
        for i in range(n):
            memory.weights[i] = samples.weights[order[start + i]]


cdef double write_loss_gradient(
    Network *network, const Rows[real] *rows, double scale, Step[real] *step,
    Memory[real] *memory, bint accumulate, bint in_place,
) noexcept nogil:
    cdef Layer last = network.layers[network.n_layers - 1]
    forward(network, rows, step.flat, memory)
    cdef double value = loss_and_delta(
        network, rows, <real>(scale / network.averaged_over),
        memory.activations + rows.n * last.units, memory.deltas + rows.n * last.units,
    )
    backward(network, rows, step, memory, accumulate, in_place)
    return value / network.averaged_over


cdef double total_of(const Rows[real] *rows) noexcept nogil:
    cdef double total = 0
    cdef Py_ssize_t i
    if rows.weights == NULL:
        return rows.n
    for i in range(rows.n):
        total += rows.weights[i]
    return total


cdef void shuffle(bitgen_t *bitgen, Py_ssize_t *order, Py_ssize_t n) noexcept nogil:
    """Make `order` what RandomState.permutation(n) would be."""
    cdef Py_ssize_t i
    cdef uint32_t mask, j
    for i in range(n):
        order[i] = i
    mask = 1
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
    cdef real zero = 0
    for i in range(n):
        zero += 0 * flat[i]
    return zero == 0


cdef double train_epoch(
    Plan plan, const Rows[real] *samples, const Py_ssize_t *order, Step[real] *step,
    Memory[real] *memory, double rate, double beta_1, double beta_2, Py_ssize_t *n_steps,
) noexcept nogil:
    """One pass over the samples; returns its mean loss."""
    cdef Network *network = &plan.network
    cdef double loss_sum = 0, penalty_sum = 0, weight
    cdef double mean_weight = plan.total_weight / plan.n_samples
    cdef double strength = plan.alpha / plan.total_weight
    cdef Py_ssize_t start = 0, n
    cdef Rows[real] rows
    while start < plan.n_samples:
        n = min(plan.batch_size, plan.n_samples - start)
        take(network, samples, order, start, n, memory, &rows)
        start += n
        weight = total_of(&rows)
        if weight == 0:
            continue
        n_steps[0] += 1
        if step.kind == ADAM:
            step.rate = <real>(rate * sqrt(1 - pow(beta_2, n_steps[0]))
                               / (1 - pow(beta_1, n_steps[0])))
        step.squares = 0
        loss_sum += write_loss_gradient(
            network, &rows, 1 / (n * mean_weight), step, memory, False, True
        )
        penalty_sum += weight * 0.5 * strength * step.squares
    return (loss_sum + penalty_sum) / plan.total_weight


cdef _train(
    trainer, real[::1] flat, real[::1] first, real[::1] second,
    const real[:, ::1] X, const real[:, ::1] Y, const real[::1] weights,
    real[::1] memory_vector, Py_ssize_t[::1] order, double[::1] rates,
    double[::1] losses, patience, optimizer,
):
    cdef Plan plan = trainer.plan
    cdef Rows[real] samples
    cdef Step[real] step
    cdef Memory[real] memory
    cdef Py_ssize_t b = plan.batch_size, n_epochs = rates.shape[0], epoch = 0
    cdef Py_ssize_t n_units = plan.network.layers[plan.network.n_layers - 1].units
    n_units += Y.shape[1]
    samples.X, samples.Y, samples.n = &X[0, 0], &Y[0, 0], X.shape[0]
    samples.weights = NULL
    if weights.shape[0]:
        samples.weights = &weights[0]
    memory.activations = &memory_vector[0]
    memory.deltas = memory.activations + b * n_units
    memory.X = memory.deltas + b * n_units
    memory.Y = memory.X + b * X.shape[1]
    memory.weights = memory.Y + b * Y.shape[1]
    memory.transposed = memory.weights + b
    step.gradient = memory.transposed + plan.network.n_parameters
    memory.zeros = step.gradient + plan.network.n_parameters
    step.flat, step.first, step.second = &flat[0], &first[0], &second[0]
    cdef double beta_1 = 0, beta_2 = 0
    if isinstance(optimizer, Adam):
        step.kind = ADAM
        beta_1, beta_2 = optimizer.beta_1, optimizer.beta_2
        step.keep_1, step.take_1 = <real>beta_1, <real>(1 - beta_1)
        step.keep_2, step.take_2 = <real>beta_2, <real>(1 - beta_2)
        step.epsilon = optimizer.epsilon
    elif optimizer.momentum:
        step.kind = MOMENTUM
        step.momentum = optimizer.momentum
        step.ahead = optimizer.momentum if optimizer.nesterovs_momentum else 1
    else:
        step.kind = SGD
    cdef bint nesterov = step.kind == MOMENTUM and optimizer.nesterovs_momentum
    step.strength = plan.alpha / plan.total_weight
    cdef double best = patience.best, tol = patience.tol, wait = patience.n_epochs
    cdef double loss
    cdef Py_ssize_t count = patience.count, n_steps = getattr(optimizer, "n_steps", 0)
    cdef int ending = DONE
    cdef bitgen_t *bitgen = NULL
    cdef Py_ssize_t *order_at = NULL
    if trainer.shuffle:
        order_at = &order[0]
        bitgen = <bitgen_t *>PyCapsule_GetPointer(
            trainer.state.rng._bit_generator.capsule, "BitGenerator")
    cdef int done = DONE, not_finite = NOT_FINITE, ran_out = PATIENCE_RAN_OUT
    with nogil:
        while ending == done and epoch < n_epochs:
            if order_at != NULL:
                shuffle(bitgen, order_at, samples.n)
            step.rate = rates[epoch]
            step.rate_ahead = step.rate if nesterov else 0
            loss = train_epoch(plan, &samples, order_at, &step, &memory, rates[epoch],
                               beta_1, beta_2, &n_steps)
            losses[epoch] = loss
            epoch += 1
            if not (isfinite(loss) and is_finite(step.flat, plan.network.n_parameters)):
                ending = not_finite
                break
            count = 0 if loss < best - tol else count + 1
            best = min(best, loss)
            if count >= wait:
                ending = ran_out
    return epoch, n_steps, ending, best, count


class Trainer:
    def __init__(self, state, samples, objective, *, batch_size, shuffle=True):
        X, Y, sample_weight = samples
        check_shapes(state.parameters, *samples)
        dtype, n_samples = state.parameters.flat.dtype, len(Y)
        self.state = state
        self.X, self.Y = np.ascontiguousarray(X, dtype), np.ascontiguousarray(Y, dtype)
        self.weights = np.empty(0, dtype) if sample_weight is None else np.ascontiguousarray(sample_weight, dtype)
        cdef Plan plan = Plan()
        self.plan = plan
        plan.n_samples, plan.batch_size = n_samples, min(batch_size, n_samples)
        plan.total_weight, plan.alpha = samples.total_weight, objective.alpha
        self.shuffle = shuffle and batch_size < n_samples
        state.draws = self.shuffle
        plan.network.layers = plan.layers
        sizes = state.parameters.layer_sizes
        plan.network.n_layers = len(sizes) - 1
        plan.network.n_parameters = state.parameters.flat.size
        plan.network.fit_intercept = state.parameters.fit_intercept
        plan.network.loss = list(LOSSES).index(objective.loss)
        plan.network.activation = list(OUT_ACTIVATIONS).index(objective.activation)
        plan.network.out_activation = list(OUT_ACTIVATIONS).index(objective.out_activation)
        plan.network.averaged_over = Y.shape[1] if LOSSES[objective.loss].averaged else 1
        cdef Py_ssize_t at = 0, units = 0, i
        for i in range(len(sizes) - 1):
            plan.layers[i].fan_in, plan.layers[i].fan_out = sizes[i], sizes[i + 1]
            plan.layers[i].coef, plan.layers[i].units = at, units
            at += sizes[i] * sizes[i + 1]
            units += sizes[i + 1]
        for i in range(len(sizes) - 1):
            plan.layers[i].intercept = at
            at += sizes[i + 1]
        b = plan.batch_size
        n = 2 * b * units + b * (X.shape[1] + Y.shape[1] + 1) + 2 * plan.network.n_parameters + max(sizes)
        self.memory = aligned_zeros((n,), dtype)
        self.order = np.zeros(n_samples, np.intp)

    def train(self, n_epochs, patience=None):
        state = self.state
        n_samples = len(self.Y)
        if patience is None:
            patience = Patience(0.0, np.inf)
        rates = state.schedule.learning_rates(state.t, n_samples, n_epochs)
        losses = np.empty(n_epochs)
        flat = state.parameters.flat
        optimizer = state.optimizer
        is_adam = isinstance(optimizer, Adam)
        if is_adam:
            first, second = optimizer.first_moment, optimizer.second_moment
        else:
            first, second = optimizer.velocity, None
        empty = flat[:0]
        first = aligned_zeros(flat.shape, flat.dtype) if first is None else first
        second = aligned_zeros(flat.shape, flat.dtype) if second is None else second
        args = (flat, first, second, self.X, self.Y, self.weights, self.memory, self.order, rates, losses, patience, optimizer)
        if flat.dtype == np.float64:
            n, n_steps, ending, best, count = _train[double](self, flat, first, second, self.X, self.Y, self.weights, self.memory, self.order, rates, losses, patience, optimizer)
        else:
            n, n_steps, ending, best, count = _train[float](self, flat, first, second, self.X, self.Y, self.weights, self.memory, self.order, rates, losses, patience, optimizer)
        patience.best, patience.count = best, count
        state.t += n * n_samples
        if is_adam:
            optimizer.restore((n_steps, first, second))
        else:
            optimizer.restore(first if optimizer.momentum else None)
        return Block(losses[:n].tolist(), rates[:n].tolist(), ending)
