"""The epochs of `training`, compiled by numba: the same steps in fused loops.

Function by function this is the twin of `losses`, `backprop`, `optimizers` and
`training`, for dense samples. One compilation serves every network of a dtype:
layers are found in flat vectors by their sizes, and functions by their numbers.

It is one file because numba compiles anew when the file of a function changes, and
does not see changes of what that calls in other files.
"""

import contextlib
import ctypes
import math
import sys
import threading
from typing import Any, NamedTuple

import numpy as np
from numba import carray, config, njit, types
from numba.core import event
from numba.extending import intrinsic

from . import optimizers
from .activations import OUT_ACTIVATIONS
from .backprop import check_shapes
from .interruption import hearing_ctrl_c_later
from .losses import LOSSES
from .minibatches import Samples
from .optimizers import OPTIMIZERS
from .training import (
    DONE,
    NOT_FINITE,
    PATIENCE_RAN_OUT,
    Block,
    Patience,
)

if config.DISABLE_JIT:  # type: ignore[attr-defined]
    raise ImportError("NUMBA_DISABLE_JIT is set")


def _can_cache():
    """Whether there is a directory where numba may keep what it has compiled."""
    try:
        njit(cache=True)(_can_cache)
    except RuntimeError:
        return False
    return True


_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "cache": _can_cache(),
    "error_model": "numpy",
}
_compile = njit(**_OPTIONS, fastmath={"contract", "nsz"})
# For functions that are given tuples of arrays, which take time to pass.
_compile_inline = njit(**_OPTIONS, fastmath={"contract", "nsz"}, forceinline=True)
# For sums that may be taken in any order, so as to be vectorised.
_compile_sum = njit(**_OPTIONS, fastmath={"contract", "nsz", "reassoc"})

# Numbers of the functions, as in their registries.
IDENTITY, LOGISTIC, TANH, RELU, EXP, SOFTMAX = (
    OUT_ACTIVATIONS[name].code
    for name in ("identity", "logistic", "tanh", "relu", "exp", "softmax")
)
SQUARED_ERROR, ABSOLUTE_ERROR, POISSON, BINARY_LOG_LOSS, SOFTMAX_LOG_LOSS = (
    LOSSES[name].code
    for name in (
        "squared_error",
        "absolute_error",
        "poisson",
        "binary_log_loss",
        "softmax_log_loss",
    )
)
SGD, ADAM = range(len(OPTIMIZERS))

# Products with more multiplications than this are left to BLAS, and so are those whose
# sums are longer than this: the loops add up one by one, which in float32 loses digits.
_LARGE, _LONG = 8192, 1024

# ln 2 in two parts, of which the first times a small integer is exact.
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10


@intrinsic
def _power_of_two(typing_context, exponent):
    """2.0**exponent for -1022 <= exponent <= 1023, made from its bits."""

    def generate(context, builder, signature, arguments):
        (exponent,) = arguments
        integer = exponent.type
        bits = builder.shl(builder.add(exponent, integer(1023)), integer(52))
        return builder.bitcast(bits, context.get_value_type(types.float64))

    return types.float64(types.int64), generate


@_compile
def exp(x):
    """e**x to a few units in the last place, without a branch or a call.

    x = n ln 2 + r with an integer n, and e**r is its Taylor polynomial, which for
    abs(r) <= ln(2) / 2 needs 13 terms. 2**n is made in two factors, so that results
    may overflow to infinity, or underflow through the subnormal numbers to zero.
    """
    x = 710.0 if x > 710.0 else x
    x = -746.0 if x < -746.0 else x
    n = np.rint(x * 1.4426950408889634)
    r = (x - n * _LN2_HIGH) - n * _LN2_LOW
    p = 1 / 479001600
    p = p * r + 1 / 39916800
    p = p * r + 1 / 3628800
    p = p * r + 1 / 362880
    p = p * r + 1 / 40320
    p = p * r + 1 / 5040
    p = p * r + 1 / 720
    p = p * r + 1 / 120
    p = p * r + 1 / 24
    p = p * r + 1 / 6
    p = p * r + 0.5
    p = p * r + 1
    p = p * r + 1
    k = np.int64(np.int32(n))
    half = k >> 1
    return p * _power_of_two(half) * _power_of_two(k - half)  # type: ignore[call-arg]


@_compile
def tanh(x):
    """Hyperbolic tangent: Cephes' rational function near 0, and exp elsewhere.

    S. L. Moshier, Cephes mathematical library, tanh.c.
    """
    square = x * x
    p = (-9.64399179425052238628e-1 * square - 9.92877231001918586564e1) * square
    p -= 1.61468768441708447952e3
    q = (square + 1.12811678491632931402e2) * square + 2.23548839060100448583e3
    q = q * square + 4.84406305325125486048e3
    near = x + x * square * (p / q)
    far = 1 - 2 / (exp(2 * abs(x)) + 1)
    far = far if x > 0 else -far
    return near if abs(x) < 0.625 else far


class Layers(NamedTuple):
    """Where to find each layer in flat vectors.

    sizes : ndarray of shape (n_layers + 1,), of the input and of each layer
    coef_at, intercept_at : ndarray of shape (n_layers,), in the parameters
    unit_at : ndarray of shape (n_layers,), the units of all layers below
    has_intercepts : bool
    """

    sizes: np.ndarray
    coef_at: np.ndarray
    intercept_at: np.ndarray
    unit_at: np.ndarray
    has_intercepts: bool

    @classmethod
    def of(cls, parameters):
        """The layers of a network with these Parameters."""
        sizes = np.array(parameters.layer_sizes)
        ends = np.cumsum(sizes[:-1] * sizes[1:])
        units = np.cumsum(sizes[1:])
        return cls(
            sizes,
            coef_at=np.append(0, ends[:-1]),
            intercept_at=ends[-1] + np.append(0, units[:-1]),
            unit_at=np.append(0, units[:-1]),
            has_intercepts=parameters.fit_intercept,
        )


class Functions(NamedTuple):
    """An Objective with numbers for names."""

    loss: int
    activation: int
    out_activation: int
    alpha: float
    averaged_over: float


class Stepping(NamedTuple):
    """The options of an optimizer, with 0 for those that it does not have."""

    solver: int
    momentum: float
    nesterovs_momentum: float
    beta_1: float
    beta_2: float
    epsilon: float


class Memory(NamedTuple):
    """What the passes write to, allocated once: flat vectors for all layers.

    X, Y and sample_weight are those of a shuffled minibatch, else empty. The sums are
    float64, one for each unit of the widest layer.
    """

    X: np.ndarray
    Y: np.ndarray
    sample_weight: np.ndarray
    activations: np.ndarray
    deltas: np.ndarray
    gradient: np.ndarray
    sums: np.ndarray


@intrinsic
def _address(typing_context, array, at):
    """The address of the `at`-th element of a contiguous array."""

    def generate(context, builder, signature, arguments):
        data = context.make_array(array)(context, builder, arguments[0]).data
        return builder.gep(data, [arguments[1]])

    return types.CPointer(array.dtype)(array, at), generate


@_compile_inline
def _matrix(array, at, n_rows, n_columns):
    """A view of part of a contiguous array, for less than numba's reshape costs."""
    return carray(_address(array, at), (n_rows, n_columns))  # type: ignore[call-arg]


@_compile_inline
def _vector(array, at, size):
    return carray(_address(array, at), (size,))  # type: ignore[call-arg]


@_compile_inline
def _coef(layers, parameters, layer):
    """The coef of a layer, or its derivative, from a flat vector."""
    fan_in, fan_out = layers.sizes[layer], layers.sizes[layer + 1]
    return _matrix(parameters, layers.coef_at[layer], fan_in, fan_out)


@_compile_inline
def _intercept(layers, parameters, layer):
    return _vector(parameters, layers.intercept_at[layer], layers.sizes[layer + 1])


@_compile_inline
def _units(layers, values, layer, n_rows):
    """The activations of a layer, or their deltas, from a flat vector."""
    n_units = layers.sizes[layer + 1]
    return _matrix(values, n_rows * layers.unit_at[layer], n_rows, n_units)


@_compile
def _activate(activation, Z):
    """Overwrite pre-activations with activations."""
    z = _vector(Z, 0, Z.size)
    if activation == LOGISTIC:
        for i in range(z.size):
            z[i] = 1 / (1 + exp(-z[i]))
    elif activation == TANH:
        for i in range(z.size):
            z[i] = tanh(z[i])
    elif activation == RELU:
        for i in range(z.size):
            z[i] = z[i] if z[i] > 0 or z[i] != z[i] else 0
    elif activation == EXP:
        for i in range(z.size):
            z[i] = exp(z[i])


@_compile
def _differentiate(activation, A, delta):
    """Multiply `delta` by the derivative of the activation, from its output."""
    a, d = _vector(A, 0, A.size), _vector(delta, 0, delta.size)
    if activation == LOGISTIC:
        for i in range(a.size):
            d[i] *= a[i] * (1 - a[i])
    elif activation == TANH:
        for i in range(a.size):
            d[i] *= 1 - a[i] * a[i]
    elif activation == RELU:
        for i in range(a.size):
            d[i] = d[i] if a[i] > 0 else 0


@_compile
def _product(A, B, out):
    """A @ B, where A may be a transposed view."""
    n, m, k = A.shape[0], A.shape[1], B.shape[1]
    if n * m * k > _LARGE or m > _LONG:
        np.dot(A, B, out)
        return
    for i in range(n):
        for j in range(k):
            out[i, j] = A[i, 0] * B[0, j]
        for h in range(1, m):
            for j in range(k):
                out[i, j] += A[i, h] * B[h, j]


@_compile_sum
def _product_with_transposed(A, B, out):
    """A @ B.T."""
    n, m, k = A.shape[0], A.shape[1], B.shape[0]
    if n * m * k > _LARGE or m > _LONG:
        np.dot(A, B.T, out)
        return
    for i in range(n):
        for h in range(k):
            total = out.dtype.type(0)
            for j in range(m):
                total += A[i, j] * B[h, j]
            out[i, h] = total


@_compile
def _loss_and_delta(functions, raw, Y, weights, delta):
    """Sum of w_i * loss_i; `delta` becomes its derivative, not weighted."""
    loss, out_activation = functions.loss, functions.out_activation
    value = 0.0
    if loss in (SQUARED_ERROR, ABSOLUTE_ERROR):
        _activate(out_activation, raw)
    for i in range(raw.shape[0]):
        weight = np.float64(weights[i]) if weights.size else 1.0
        row = 0.0
        if loss == SOFTMAX_LOG_LOSS:
            largest = raw[i, 0]
            for j in range(raw.shape[1]):
                largest = max(largest, raw[i, j])
            total = 0.0
            for j in range(raw.shape[1]):
                raw[i, j] -= largest
                delta[i, j] = exp(raw[i, j])
                total += delta[i, j]
            row = math.log(total)
            for j in range(raw.shape[1]):
                delta[i, j] = delta[i, j] / total - Y[i, j]
                row -= Y[i, j] * raw[i, j]
        else:
            for j in range(raw.shape[1]):
                z, y = raw[i, j], Y[i, j]
                if loss == SQUARED_ERROR:
                    delta[i, j] = z - y
                    row += 0.5 * delta[i, j] * delta[i, j]
                elif loss == ABSOLUTE_ERROR:
                    delta[i, j] = np.sign(z - y)
                    row += abs(z - y)
                elif loss == POISSON:
                    mean = exp(z)
                    delta[i, j] = mean - y
                    row += (y * math.log(y) if y > 0 else 0.0) - y * z - y + mean
                else:
                    delta[i, j] = 1 / (1 + exp(-z)) - y
                    row += max(z, 0.0) - y * z + math.log1p(exp(-abs(z)))
        value += weight * row
    if loss in (SQUARED_ERROR, ABSOLUTE_ERROR):
        _differentiate(out_activation, raw, delta)
    return value


@_compile
def _sum_of_rows(A, sums, out):
    """Sum over samples, added up in float64."""
    for j in range(out.size):
        sums[j] = 0
    for i in range(A.shape[0]):
        for j in range(out.size):
            sums[j] += A[i, j]
    for j in range(out.size):
        out[j] = sums[j]


@_compile_inline
def _forward(X, flat, layers, activation, memory):
    """Write the activations of each layer; returns the raw prediction."""
    n_rows, last = X.shape[0], layers.sizes.size - 2
    below = X
    for layer in range(last + 1):
        Z = _units(layers, memory.activations, layer, n_rows)
        _product(below, _coef(layers, flat, layer), Z)
        if layers.has_intercepts:
            intercept = _intercept(layers, flat, layer)
            for i in range(n_rows):
                for j in range(Z.shape[1]):
                    Z[i, j] += intercept[j]
        if layer < last:
            _activate(activation, Z)
        below = Z
    return below


@_compile_inline
def _backward(X, flat, layers, activation, memory):
    """Write the gradient, from the outputs' delta on down."""
    n_rows, last = X.shape[0], layers.sizes.size - 2
    for layer in range(last, -1, -1):
        delta = _units(layers, memory.deltas, layer, n_rows)
        below = X
        if layer > 0:
            below = _units(layers, memory.activations, layer - 1, n_rows)
        _product(below.T, delta, _coef(layers, memory.gradient, layer))
        if layers.has_intercepts:
            _sum_of_rows(delta, memory.sums, _intercept(layers, memory.gradient, layer))
        if layer > 0:
            delta_below = _units(layers, memory.deltas, layer - 1, n_rows)
            _product_with_transposed(delta, _coef(layers, flat, layer), delta_below)
            _differentiate(activation, below, delta_below)


@_compile_inline
def _write_loss_gradient(flat, samples, scale, layers, functions, memory):
    """Write the gradient of scale * sum_i w_i * loss_i; returns the sum, not scaled."""
    X, Y, sample_weight = samples
    raw = _forward(X, flat, layers, functions.activation, memory)
    delta = _units(layers, memory.deltas, layers.sizes.size - 2, X.shape[0])
    value = _loss_and_delta(functions, raw, Y, sample_weight, delta)
    value /= functions.averaged_over
    scale /= functions.averaged_over
    for i in range(delta.shape[0]):
        by = scale * sample_weight[i] if sample_weight.size else scale
        for j in range(delta.shape[1]):
            delta[i, j] *= by
    _backward(X, flat, layers, functions.activation, memory)
    return value


@_compile_sum
def _add_penalty_gradient(flat, gradient, n_coefs, strength):
    """Add strength * coef to the gradient; the penalty itself is returned."""
    scale = flat.dtype.type(strength)
    squares = 0.0
    for i in range(n_coefs):
        gradient[i] += scale * flat[i]
        squares += flat[i] * flat[i]
    return 0.5 * strength * squares


@_compile
def _sgd_step(flat, gradient, velocity, rate, stepping):
    """The step of `optimizers.SGD`."""
    rate, momentum = flat.dtype.type(rate), flat.dtype.type(stepping.momentum)
    if momentum == 0:
        for i in range(flat.size):
            flat[i] -= rate * gradient[i]
    elif stepping.nesterovs_momentum:
        for i in range(flat.size):
            velocity[i] = momentum * velocity[i] - rate * gradient[i]
            flat[i] += momentum * velocity[i] - rate * gradient[i]
    else:
        for i in range(flat.size):
            velocity[i] = momentum * velocity[i] - rate * gradient[i]
            flat[i] += velocity[i]


@_compile
def _adam_step(flat, gradient, first, second, rate, stepping, t):
    """The step of `optimizers.Adam`, its t-th."""
    dtype, beta_1, beta_2 = flat.dtype, stepping.beta_1, stepping.beta_2
    rate = dtype.type(rate * math.sqrt(1 - beta_2**t) / (1 - beta_1**t))
    keep_1, keep_2 = dtype.type(beta_1), dtype.type(beta_2)
    take_1, take_2 = dtype.type(1 - beta_1), dtype.type(1 - beta_2)
    small = dtype.type(stepping.epsilon)
    for i in range(flat.size):
        g = gradient[i]
        first[i] = keep_1 * first[i] + take_1 * g
        second[i] = keep_2 * second[i] + take_2 * (g * g)
        flat[i] -= rate * (first[i] / (np.sqrt(second[i]) + small))


@_compile
def _take(source, rows, out):
    """out[i] = source[rows[i]], of matrices."""
    for i in range(rows.size):
        for j in range(source.shape[1]):
            out[i, j] = source[rows[i], j]


@_compile_inline
def _minibatch(samples, order, start, n_rows, memory):
    """Samples from `start` on: a view if they are in order, else gathered."""
    X, Y, sample_weight = samples
    n_features, n_outputs = X.shape[1], Y.shape[1]
    n_weights = n_rows if sample_weight.size else 0
    if order.size == 0:
        return (
            _matrix(X, start * n_features, n_rows, n_features),
            _matrix(Y, start * n_outputs, n_rows, n_outputs),
            # Where there are no weights, there is no address but the first.
            _vector(sample_weight, start if n_weights else 0, n_weights),
        )
    rows = order[start : start + n_rows]
    X_taken = _matrix(memory.X, 0, n_rows, n_features)
    Y_taken = _matrix(memory.Y, 0, n_rows, n_outputs)
    weights_taken = _vector(memory.sample_weight, 0, n_weights)
    _take(X, rows, X_taken)
    _take(Y, rows, Y_taken)
    for i in range(n_weights):
        weights_taken[i] = sample_weight[rows[i]]
    return X_taken, Y_taken, weights_taken


@_compile_inline
def _total_weight(sample_weight, n_rows):
    """Sum of the weights, where there are any."""
    if sample_weight.size == 0:
        return np.float64(n_rows)
    total = 0.0
    for weight in sample_weight:
        total += weight
    return total


@_compile
def _shuffle(order, draws, at):
    """Make `order` a random permutation, as RandomState.permutation would.

    For that it takes random numbers from `draws[at]` on. NumPy has promised never to
    change what a RandomState draws (NEP 19).

    Returns
    -------
    at : int
        The number of draws that are used up; -1 if there were not enough.
    """
    for i in range(order.size):
        order[i] = i
    for i in range(order.size - 1, 0, -1):
        mask = i
        for shift in (1, 2, 4, 8, 16):
            mask |= mask >> shift
        j = i + 1
        while j > i:
            if at == draws.size:
                return -1
            j = int(draws[at]) & mask
            at += 1
        order[i], order[j] = order[j], order[i]
    return at


@_compile_inline
def _train_epoch(
    parameters,
    n_steps,
    learning_rate,
    order,
    samples,
    total_weight,
    batch_size,
    layers,
    functions,
    stepping,
    memory,
):
    """One pass over the samples; returns its mean loss, and the steps so far."""
    flat, first, second = parameters
    n_samples = samples.X.shape[0]
    mean_weight = total_weight / n_samples
    loss_sum, penalty_sum = 0.0, 0.0
    for start in range(0, n_samples, batch_size):
        n_rows = min(batch_size, n_samples - start)
        minibatch = _minibatch(samples, order, start, n_rows, memory)
        weight = _total_weight(minibatch[2], n_rows)
        if weight == 0:
            continue
        loss_sum += _write_loss_gradient(
            flat, minibatch, 1 / (n_rows * mean_weight), layers, functions, memory
        )
        if functions.alpha:
            penalty_sum += weight * _add_penalty_gradient(
                flat,
                memory.gradient,
                layers.intercept_at[0],
                functions.alpha / total_weight,
            )
        n_steps += 1
        if stepping.solver == SGD:
            _sgd_step(flat, memory.gradient, first, learning_rate, stepping)
        else:
            _adam_step(
                flat, memory.gradient, first, second, learning_rate, stepping, n_steps
            )
    return (loss_sum + penalty_sum) / total_weight, n_steps


@_compile_inline
def _all_of(array):
    return _vector(array, 0, array.size)


@_compile_inline
def _borrowed(parameters, samples, layers, memory):
    """The same arrays, but owned by the caller, the Trainer, which outlives the call.

    Numba counts references to arrays, and in a small network that would take more
    time than the arithmetic does.
    """
    flat, first, second = parameters
    X, Y = samples.X, samples.Y
    return (
        (_all_of(flat), _all_of(first), _all_of(second)),
        Samples(
            _matrix(X, 0, X.shape[0], X.shape[1]),
            _matrix(Y, 0, Y.shape[0], Y.shape[1]),
            _all_of(samples.sample_weight),
        ),
        Layers(
            _all_of(layers.sizes),
            _all_of(layers.coef_at),
            _all_of(layers.intercept_at),
            _all_of(layers.unit_at),
            layers.has_intercepts,
        ),
        Memory(
            _all_of(memory.X),
            _all_of(memory.Y),
            _all_of(memory.sample_weight),
            _all_of(memory.activations),
            _all_of(memory.deltas),
            _all_of(memory.gradient),
            _all_of(memory.sums),
        ),
    )


@_compile
def _train_block(
    parameters,
    n_steps,
    learning_rates,
    draws,
    samples,
    total_weight,
    batch_size,
    layers,
    functions,
    stepping,
    memory,
    patience,
    losses,
):
    """Train for as many epochs as there are rates, or until one is the last.

    Parameters
    ----------
    draws : ndarray of uint32
        To shuffle with, if there are any. Training ends before an epoch for which they
        are not enough.

    patience : tuple
        tol, n_epochs, and the best loss and count so far.

    losses : ndarray
        Receives the mean loss of each epoch.

    Returns
    -------
    n_epochs, n_steps, n_draws : int
        Epochs trained, steps taken in all, and draws used up.

    ending : int
        DONE, PATIENCE_RAN_OUT or NOT_FINITE.

    best, count
        Of the patience.
    """
    parameters, samples, layers, memory = _borrowed(parameters, samples, layers, memory)
    flat = parameters[0]
    tol, wait, best, count = patience
    order = np.empty(samples.X.shape[0] if draws.size else 0, np.uint32)
    n_epochs, n_draws, ending = 0, 0, DONE
    while ending == DONE and n_epochs < learning_rates.size:
        if draws.size:
            drawn = _shuffle(order, draws, n_draws)
            if drawn < 0:
                break
            n_draws = drawn
        loss, n_steps = _train_epoch(
            parameters,
            n_steps,
            learning_rates[n_epochs],
            order,
            samples,
            total_weight,
            batch_size,
            layers,
            functions,
            stepping,
            memory,
        )
        losses[n_epochs] = loss
        n_epochs += 1
        finite = math.isfinite(loss)
        for i in range(flat.size):
            finite &= math.isfinite(flat[i])
        if not finite:
            ending = NOT_FINITE
            break
        count = 0 if loss < best - tol else count + 1
        best = min(best, loss)
        if count >= wait:
            ending = PATIENCE_RAN_OUT
    return n_epochs, n_steps, n_draws, ending, best, count


class _Notice(event.Listener):
    """Says that these loops are being compiled, in case the user wonders."""

    def __init__(self, dtype):
        self.dtype = dtype
        self.given = False

    def on_start(self, compilation):
        ours = compilation.data["dispatcher"].py_func.__module__ == __name__
        if ours and not self.given:
            self.given = True
            how_often = "on this machine" if _OPTIONS["cache"] else "in this process"
            print(
                f"sknn_simple: compiling the training loops for {self.dtype}. This "
                f"takes 10 to 30 seconds, once {how_often}, and Ctrl-C waits for it.",
                file=sys.stderr,
                flush=True,
            )

    def on_end(self, compilation):
        """There is nothing more to say."""


_ready: set[np.dtype] = set()
_one_at_a_time = threading.RLock()


@contextlib.contextmanager
def _noticing_compilation(dtype):
    """Tell the user if numba compiles in here, and does not load from its cache."""
    if dtype not in _ready:
        listener = event.install_listener("numba:compile", _Notice(dtype))
        with hearing_ctrl_c_later(), _one_at_a_time, listener:
            yield
        _ready.add(dtype)
    else:
        yield


class Trainer:
    """`training.Trainer` with compiled loops, which hear Ctrl-C when a block is done.

    Parameters
    ----------
    state : TrainingState
        Changed in place.

    samples : Samples
        Dense.

    objective : Objective

    batch_size : int

    shuffle : bool, default=True
    """

    def __init__(self, state, samples, objective, *, batch_size, shuffle=True):
        X, Y, sample_weight = samples
        check_shapes(state.parameters, *samples)
        _check_optimizer(state)
        dtype, n_samples = state.parameters.flat.dtype, len(Y)
        no_weights = np.empty(0, dtype)
        self.state = state
        # The plain arrays may borrow their memory.
        self._owners = samples
        self.samples = Samples(
            _plain(X, dtype),
            _plain(Y, dtype),
            no_weights if sample_weight is None else _plain(sample_weight, dtype),
        )
        self.total_weight = float(samples.total_weight)
        self.batch_size = min(batch_size, n_samples)
        self.shuffle = shuffle and self.batch_size < n_samples
        state.draws = self.shuffle
        self.layers = Layers.of(state.parameters)
        self.functions = Functions(
            LOSSES[objective.loss].code,
            OUT_ACTIVATIONS[objective.activation].code,
            OUT_ACTIVATIONS[objective.out_activation].code,
            float(objective.alpha),
            float(LOSSES[objective.loss].n_averaged(Y.shape[1])),
        )
        n_rows = self.batch_size
        n_taken = n_rows if self.shuffle else 0
        n_units = n_rows * int(self.layers.sizes[1:].sum())
        self.memory = Memory(
            np.zeros((n_taken * X.shape[1],), dtype),
            np.zeros((n_taken * Y.shape[1],), dtype),
            np.zeros((n_taken if sample_weight is not None else 0,), dtype),
            np.zeros((n_units,), dtype),
            np.zeros((n_units,), dtype),
            state.parameters.zeros_like().flat,
            np.zeros((max(state.parameters.layer_sizes),), np.float64),
        )

    def train(self, n_epochs, patience=None):
        """Train for `n_epochs`, or until `patience` runs out or a loss is not finite.

        Parameters
        ----------
        n_epochs : int
            Shuffling takes 8 bytes of memory for each sample of each epoch.

        patience : Patience, default=None
            Changed in place; None never runs out.

        Returns
        -------
        block : Block
        """
        state, n_samples = self.state, len(self.samples.Y)
        if patience is None:
            patience = Patience(0.0, np.inf)
        draws, before = np.empty(0, np.uint32), None
        if self.shuffle:
            before = state.rng.get_state(legacy=False)
            # On average, one number in 1.4 is small enough to use.
            draws = _draw(state.rng, n_epochs * 2 * n_samples + 64)
        losses = np.empty(n_epochs)
        rates = state.schedule.learning_rates(state.t, n_samples, n_epochs)
        flat = state.parameters.flat
        first, second = _vectors(state.optimizer, flat)
        with _noticing_compilation(flat.dtype):
            n_trained, n_steps, n_draws, ending, best, count = _train_block(
                (flat, first, second),
                getattr(state.optimizer, "n_steps", 0),
                rates,
                draws,
                self.samples,
                self.total_weight,
                self.batch_size,
                self.layers,
                self.functions,
                _stepping(state.optimizer),
                self.memory,
                (
                    patience.tol,
                    float(min(patience.n_epochs, sys.float_info.max)),
                    patience.best,
                    patience.count,
                ),
                losses,
            )
        if self.shuffle:
            # The draws that were not used are still to come.
            del draws
            state.rng.set_state(before)
            _draw(state.rng, n_draws)
        _set_vectors(state.optimizer, first, second, n_steps)
        patience.best, patience.count = best, count
        state.t += n_trained * n_samples
        return Block(losses[:n_trained].tolist(), rates[:n_trained].tolist(), ending)


def _check_optimizer(state):
    """Check what NumPy would find and these loops trust: states may be from files.

    Raises
    ------
    ValueError
        If a vector of the optimizer is not like that of the parameters.
    """
    flat = state.parameters.flat
    for name, vector in vars(state.optimizer).items():
        if isinstance(vector, np.ndarray) and (
            vector.shape != flat.shape or vector.dtype != flat.dtype
        ):
            raise ValueError(
                f"The optimizer's {name} must be of shape {flat.shape} and dtype "
                f"{flat.dtype}, as the parameters are, got {vector.shape} and "
                f"{vector.dtype}."
            )


def _plain(array, dtype):
    """The array, contiguous, and of the one type that numba compiles for.

    To numba read-only arrays are a type of their own, for which it would compile
    everything anew. These loops do not write to the samples.
    """
    array = np.ascontiguousarray(array, dtype)
    if array.flags.writeable:
        return array
    memory = (ctypes.c_byte * array.nbytes).from_address(array.ctypes.data)
    return np.frombuffer(memory, array.dtype).reshape(array.shape)


def _draw(rng, n_draws):
    """Random numbers of 32 bits, each of which is one step of the generator."""
    return rng.randint(0, 2**32, n_draws, np.uint32)


def _stepping(optimizer):
    """The options of the optimizer."""
    return Stepping(
        list(OPTIMIZERS.values()).index(type(optimizer)),
        *(float(getattr(optimizer, name, 0.0)) for name in Stepping._fields[1:]),
    )


def _vectors(optimizer, flat):
    """The vectors that the optimizer keeps: two, of which sgd needs but the first."""
    if isinstance(optimizer, optimizers.Adam):
        first, second = optimizer.first_moment, optimizer.second_moment
    else:
        first, second = optimizer.velocity, np.empty(0, flat.dtype)
    first = np.zeros(flat.shape, flat.dtype) if first is None else first
    return first, np.zeros(flat.shape, flat.dtype) if second is None else second


def _set_vectors(optimizer, first, second, n_steps):
    """Leave the optimizer as its own steps would have."""
    if isinstance(optimizer, optimizers.Adam):
        optimizer.restore((n_steps, first, second))
    else:
        optimizer.restore(first if optimizer.momentum else None)
