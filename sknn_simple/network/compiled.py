"""The epochs of `training`, compiled by numba: the same steps in fused loops.

Function by function this is the twin of `losses`, `backprop`, `optimizers` and
`training`, for dense samples. One compilation serves every network of a dtype:
layers are found in flat vectors by their sizes, and functions by their numbers.
"""

import math

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

from . import optimizers
from .activations import OUT_ACTIVATIONS
from .losses import LOSSES
from .optimizers import OPTIMIZERS
from .training import DONE, NOT_FINITE, PATIENCE_RAN_OUT, Block, Epoch, Patience

_compile = njit(
    nogil=True, cache=True, error_model="numpy", fastmath={"contract", "nsz"}
)

# Numbers of the functions, in the order of their registries.
IDENTITY, LOGISTIC, TANH, RELU, EXP, SOFTMAX = range(len(OUT_ACTIVATIONS))
SQUARED_ERROR, ABSOLUTE_ERROR, POISSON, BINARY_LOG_LOSS, SOFTMAX_LOG_LOSS = range(
    len(LOSSES)
)
SGD, ADAM = range(len(OPTIMIZERS))

# Products with more multiplications than this are left to BLAS.
_LARGE = 8192

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


@_compile
def _activate(activation, Z):
    """Overwrite pre-activations with activations."""
    z = Z.reshape(Z.size)
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
    a, d = A.reshape(A.size), delta.reshape(delta.size)
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
    """A @ B."""
    n, m, k = A.shape[0], A.shape[1], B.shape[1]
    if n * m * k > _LARGE:
        np.dot(A, B, out)
        return
    for i in range(n):
        for j in range(k):
            out[i, j] = 0
        for h in range(m):
            for j in range(k):
                out[i, j] += A[i, h] * B[h, j]


@_compile
def _product_of_transposed(A, B, out):
    """A.T @ B."""
    n, m, k = A.shape[0], A.shape[1], B.shape[1]
    if n * m * k > _LARGE:
        np.dot(A.T, B, out)
        return
    out[:] = 0
    for i in range(n):
        for h in range(m):
            for j in range(k):
                out[h, j] += A[i, h] * B[i, j]


@_compile
def _product_with_transposed(A, B, out):
    """A @ B.T."""
    n, m, k = A.shape[0], A.shape[1], B.shape[0]
    if n * m * k > _LARGE:
        np.dot(A, B.T, out)
        return
    for i in range(n):
        for h in range(k):
            total = out.dtype.type(0)
            for j in range(m):
                total += A[i, j] * B[h, j]
            out[i, h] = total


@_compile
def _loss_and_delta(loss, out_activation, raw, Y, weights, delta):
    """Sum of w_i * loss_i; `delta` becomes its derivative, not weighted."""
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
def _forward(X, flat, sizes, has_intercepts, activation, memory):
    """Activations of each layer into `memory`, one after another."""
    n_rows, n_layers = X.shape[0], sizes.size - 1
    coef_at, out_at, intercept_at = 0, 0, 0
    for layer in range(n_layers):
        intercept_at += sizes[layer] * sizes[layer + 1]
    below = X
    for layer in range(n_layers):
        fan_in, fan_out = sizes[layer], sizes[layer + 1]
        coef = flat[coef_at : coef_at + fan_in * fan_out].reshape(fan_in, fan_out)
        Z = memory[out_at : out_at + n_rows * fan_out].reshape(n_rows, fan_out)
        _product(below, coef, Z)
        if has_intercepts:
            for i in range(n_rows):
                for j in range(fan_out):
                    Z[i, j] += flat[intercept_at + j]
            intercept_at += fan_out
        if layer < n_layers - 1:
            _activate(activation, Z)
        coef_at += fan_in * fan_out
        out_at += n_rows * fan_out
        below = Z
    return below


@_compile
def _backward(X, flat, gradient, sizes, has_intercepts, activation, memory, deltas):
    """Derivatives by each coef and intercept, from `deltas` of the outputs on down."""
    n_rows, n_layers = X.shape[0], sizes.size - 1
    coef_at, out_at = 0, 0
    for layer in range(n_layers):
        coef_at += sizes[layer] * sizes[layer + 1]
        out_at += n_rows * sizes[layer + 1]
    intercept_at = flat.size
    for layer in range(n_layers - 1, -1, -1):
        fan_in, fan_out = sizes[layer], sizes[layer + 1]
        coef_at -= fan_in * fan_out
        out_at -= n_rows * fan_out
        delta = deltas[out_at : out_at + n_rows * fan_out].reshape(n_rows, fan_out)
        coef_gradient = gradient[coef_at : coef_at + fan_in * fan_out]
        below_at = out_at - n_rows * fan_in
        below = X
        if layer > 0:
            below = memory[below_at:out_at].reshape(n_rows, fan_in)
        _product_of_transposed(below, delta, coef_gradient.reshape(fan_in, fan_out))
        if has_intercepts:
            intercept_at -= fan_out
            gradient[intercept_at : intercept_at + fan_out] = 0
            for i in range(n_rows):
                for j in range(fan_out):
                    gradient[intercept_at + j] += delta[i, j]
        if layer > 0:
            coef = flat[coef_at : coef_at + fan_in * fan_out].reshape(fan_in, fan_out)
            delta_below = deltas[below_at:out_at].reshape(n_rows, fan_in)
            _product_with_transposed(delta, coef, delta_below)
            _differentiate(activation, below, delta_below)


@_compile
def _gather(source, rows, out):
    """out[i] = source[rows[i]]."""
    for i in range(rows.size):
        for j in range(source.shape[1]):
            out[i, j] = source[rows[i], j]


@_compile
def _add_penalty_gradient(flat, gradient, n_coefs, strength):
    """Add strength * coef to the gradient; the penalty itself is returned."""
    scale = flat.dtype.type(strength)
    squares = 0.0
    for i in range(n_coefs):
        gradient[i] += scale * flat[i]
        squares += flat[i] * flat[i]
    return 0.5 * strength * squares


@_compile
def _sgd_step(flat, gradient, velocity, rate, momentum, nesterovs_momentum):
    """The step of `optimizers.SGD`."""
    rate, momentum = flat.dtype.type(rate), flat.dtype.type(momentum)
    if momentum == 0:
        for i in range(flat.size):
            flat[i] -= rate * gradient[i]
    elif nesterovs_momentum:
        for i in range(flat.size):
            velocity[i] = momentum * velocity[i] - rate * gradient[i]
            flat[i] += momentum * velocity[i] - rate * gradient[i]
    else:
        for i in range(flat.size):
            velocity[i] = momentum * velocity[i] - rate * gradient[i]
            flat[i] += velocity[i]


@_compile
def _adam_step(flat, gradient, first, second, rate, beta_1, beta_2, epsilon, t):
    """The step of `optimizers.Adam`, its t-th."""
    dtype = flat.dtype
    rate = dtype.type(rate * math.sqrt(1 - beta_2**t) / (1 - beta_1**t))
    keep_1, keep_2 = dtype.type(beta_1), dtype.type(beta_2)
    take_1, take_2 = dtype.type(1 - beta_1), dtype.type(1 - beta_2)
    small = dtype.type(epsilon)
    for i in range(flat.size):
        g = gradient[i]
        first[i] = keep_1 * first[i] + take_1 * g
        second[i] = keep_2 * second[i] + take_2 * (g * g)
        flat[i] -= rate * (first[i] / (np.sqrt(second[i]) + small))


@_compile
def _train_block(
    flat,
    first,
    second,
    n_steps,
    sizes,
    has_intercepts,
    X,
    Y,
    weights,
    orders,
    batch_size,
    rates,
    functions,
    options,
    total_weight,
    patience,
    losses,
):
    """Train for as many epochs as there are rates, or until one is the last.

    `patience` holds the best loss and the count of epochs in vain, and `losses`
    receives the mean loss of each epoch.

    Returns
    -------
    n_epochs : int
        Trained.

    ending : int
        DONE, PATIENCE_RAN_OUT or NOT_FINITE.

    n_steps : int
    """
    activation, out_activation, loss, solver = functions
    momentum, nesterov, beta_1, beta_2, epsilon, alpha, averaged, tol, wait = options
    n_samples, width = Y.shape[0], 0
    n_coefs = 0
    for layer in range(sizes.size - 1):
        width += sizes[layer + 1]
        n_coefs += sizes[layer] * sizes[layer + 1]
    gradient = np.empty_like(flat)
    memory = np.empty(batch_size * width, flat.dtype)
    deltas = np.empty(batch_size * width, flat.dtype)
    X_taken = np.empty((batch_size, X.shape[1]), flat.dtype)
    Y_taken = np.empty((batch_size, Y.shape[1]), flat.dtype)
    weights_taken = np.empty(batch_size if weights.size else 0, flat.dtype)
    in_order = np.arange(n_samples)
    mean_weight = total_weight / n_samples
    for epoch in range(rates.size):
        order = orders[epoch] if orders.shape[0] else in_order
        loss_sum, penalty_sum = 0.0, 0.0
        for start in range(0, n_samples, batch_size):
            rows = order[start : min(start + batch_size, n_samples)]
            n_rows = rows.size
            if epoch == 0 or n_rows < n_samples:
                _gather(X, rows, X_taken)
                _gather(Y, rows, Y_taken)
            weight = 0.0 if weights.size else np.float64(n_rows)
            if weights.size:
                for i in range(n_rows):
                    weights_taken[i] = weights[rows[i]]
                    weight += weights_taken[i]
                if weight == 0:
                    continue
            X_batch = X_taken[:n_rows]
            raw = _forward(X_batch, flat, sizes, has_intercepts, activation, memory)
            out_at = n_rows * (width - sizes[-1])
            delta = deltas[out_at : out_at + n_rows * sizes[-1]]
            delta = delta.reshape(n_rows, sizes[-1])
            value = _loss_and_delta(
                loss, out_activation, raw, Y_taken[:n_rows], weights_taken, delta
            )
            scale = 1 / (n_rows * mean_weight * averaged)
            loss_sum += value / averaged
            for i in range(n_rows):
                by = scale * weights_taken[i] if weights.size else scale
                for j in range(sizes[-1]):
                    delta[i, j] *= by
            _backward(
                X_batch,
                flat,
                gradient,
                sizes,
                has_intercepts,
                activation,
                memory,
                deltas,
            )
            if alpha:
                penalty_sum += weight * _add_penalty_gradient(
                    flat, gradient, n_coefs, alpha / total_weight
                )
            n_steps += 1
            if solver == SGD:
                _sgd_step(flat, gradient, first, rates[epoch], momentum, nesterov)
            else:
                _adam_step(
                    flat,
                    gradient,
                    first,
                    second,
                    rates[epoch],
                    beta_1,
                    beta_2,
                    epsilon,
                    n_steps,
                )
        losses[epoch] = (loss_sum + penalty_sum) / total_weight
        finite = math.isfinite(losses[epoch])
        for i in range(flat.size):
            finite &= math.isfinite(flat[i])
        if not finite:
            return epoch + 1, NOT_FINITE, n_steps
        patience[1] = 0 if losses[epoch] < patience[0] - tol else patience[1] + 1
        patience[0] = min(patience[0], losses[epoch])
        if patience[1] >= wait:
            return epoch + 1, PATIENCE_RAN_OUT, n_steps
    return rates.size, DONE, n_steps


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
        dtype = state.parameters.flat.dtype
        self.state = state
        self.samples = (
            X,
            Y,
            np.empty(0, dtype) if sample_weight is None else sample_weight,
        )
        self.total_weight = float(samples.total_weight)
        self.n_samples = len(Y)
        self.batch_size = min(batch_size, self.n_samples)
        self.shuffle = shuffle and self.batch_size < self.n_samples
        state.draws = self.shuffle
        self.sizes = np.array(state.parameters.layer_sizes)
        self.functions = (
            list(OUT_ACTIVATIONS).index(objective.activation),
            list(OUT_ACTIVATIONS).index(objective.out_activation),
            list(LOSSES).index(objective.loss),
            list(OPTIMIZERS.values()).index(type(state.optimizer)),
        )
        averaged = Y.shape[1] if LOSSES[objective.loss].averaged else 1
        self.alpha_and_averaged = float(objective.alpha), float(averaged)

    def train(self, n_epochs, patience=None):
        """Train for `n_epochs`, or until `patience` runs out or a loss is not finite.

        Parameters
        ----------
        n_epochs : int

        patience : Patience, default=None
            Changed in place; None never runs out.

        Returns
        -------
        block : Block
        """
        state = self.state
        patience = patience or Patience(0.0, np.inf)
        orders = np.empty((0, 0), dtype=np.int64)
        if self.shuffle:
            before = state.rng.get_state()
            orders = self._draw_orders(n_epochs)
        rates = [
            state.schedule.learning_rate(state.t + i * self.n_samples)
            for i in range(n_epochs)
        ]
        losses = np.empty(n_epochs)
        progress = np.array([patience.best, float(patience.count)])
        flat, optimizer = state.parameters.flat, state.optimizer
        first, second = _vectors(optimizer, flat)
        n_trained, ending, n_steps = _train_block(
            flat,
            first,
            second,
            getattr(optimizer, "n_steps", 0),
            self.sizes,
            state.parameters.fit_intercept,
            *self.samples,
            orders,
            self.batch_size,
            np.array(rates, dtype=np.float64),
            self.functions,
            (
                *_options(optimizer),
                *self.alpha_and_averaged,
                patience.tol,
                patience.n_epochs,
            ),
            self.total_weight,
            progress,
            losses,
        )
        if self.shuffle and n_trained < n_epochs:
            # The orders of epochs that were not trained are still to come.
            state.rng.set_state(before)
            self._draw_orders(n_trained)
        _set_vectors(optimizer, first, second, n_steps)
        patience.best, patience.count = float(progress[0]), int(progress[1])
        state.t += n_trained * self.n_samples
        return Block(list(map(Epoch, losses[:n_trained].tolist(), rates)), ending)

    def _draw_orders(self, n_epochs):
        """The orders of samples that `training.epochs` would draw."""
        return np.array(
            [self.state.rng.permutation(self.n_samples) for _ in range(n_epochs)]
        )


def _options(optimizer):
    """momentum, nesterovs_momentum, beta_1, beta_2 and epsilon, where there are any."""
    names = ("momentum", "nesterovs_momentum", "beta_1", "beta_2", "epsilon")
    return tuple(float(getattr(optimizer, name, 0.0)) for name in names)


def _vectors(optimizer, flat):
    """The vectors that the optimizer keeps: two, of which sgd needs but the first."""
    if isinstance(optimizer, optimizers.Adam):
        first, second = optimizer.first_moment, optimizer.second_moment
    else:
        first, second = optimizer.velocity, np.empty(0, flat.dtype)
    first = np.zeros_like(flat) if first is None else first
    return first, np.zeros_like(flat) if second is None else second


def _set_vectors(optimizer, first, second, n_steps):
    """Leave the optimizer as its own steps would have."""
    if isinstance(optimizer, optimizers.Adam):
        optimizer.restore((n_steps, first, second))
    else:
        optimizer.restore(first if optimizer.momentum else None)
