"""The same training in JAX: one jitted scan over epochs and, within, over minibatches.

The shapes in a scan are fixed, so the rows left over by whole minibatches have a step
of their own, after the inner scan.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.nn import log_softmax, sigmoid


def trainer(training):
    """Compile; return a function that trains, and returns all weights."""
    start = training.start()
    intercepts = start.intercepts or [None] * len(start.coefs)
    layers = jax.tree.map(jnp.asarray, list(zip(start.coefs, intercepts, strict=True)))
    arguments = layers, jnp.asarray(training.X), jnp.asarray(training.Y)

    def train(layers, X, Y):
        keys = jax.random.split(jax.random.key(0), training.n_epochs)
        carry = layers, jax.tree.map(jnp.zeros_like, layers)
        (layers, _), losses = lax.scan(epoch_of(training, X, Y), carry, keys)
        return layers, losses

    compiled = jax.jit(train).lower(*arguments).compile()

    def run():
        layers, _ = jax.block_until_ready(compiled(*arguments))
        arrays = [*(W for W, _ in layers), *(b for _, b in layers if b is not None)]
        return [np.asarray(array) for array in arrays]

    return run


def epoch_of(training, X, Y):
    """Return a function of weights, velocity and a key, for `scan`."""
    n, batch_size = len(X), training.batch_size

    def step(carry, rows):
        layers, velocity = carry
        batch = (X, Y) if len(rows) == n else (X[rows], Y[rows])
        loss, gradient = jax.value_and_grad(objective)(layers, *batch, training)
        return moved(layers, velocity, gradient, training), loss * len(rows)

    def epoch(carry, key):
        order = jnp.arange(n)
        if training.shuffle and batch_size < n:
            order = jax.random.permutation(key, order)
        whole, rest = jnp.split(order, [n - n % batch_size])
        carry, losses = lax.scan(step, carry, whole.reshape(-1, batch_size))
        loss = losses.sum()
        if len(rest):
            carry, last = step(carry, rest)
            loss += last
        return carry, loss / n

    return epoch


def objective(layers, x, y, training):
    """Return the mean loss of a minibatch, plus the penalty."""
    for i, (coef, intercept) in enumerate(layers):
        x = sigmoid(x) if i else x
        x = x @ coef if intercept is None else x @ coef + intercept
    if training.sigmoid_output:
        loss = 0.5 * ((sigmoid(x) - y) ** 2).mean()
    else:
        loss = -(log_softmax(x) * y).sum() / len(x)
    if training.alpha:
        squares = sum((coef**2).sum() for coef, _ in layers)
        loss += 0.5 * training.alpha / len(training.X) * squares
    return loss


def moved(layers, velocity, gradient, training):
    """Return the weights and the velocity after a step, with Nesterov's momentum."""
    rate, momentum = training.learning_rate, training.momentum
    if not momentum:
        return jax.tree.map(lambda w, g: w - rate * g, layers, gradient), velocity
    velocity = jax.tree.map(lambda v, g: momentum * v - rate * g, velocity, gradient)
    layers = jax.tree.map(
        lambda w, v, g: w + momentum * v - rate * g, layers, velocity, gradient
    )
    return layers, velocity
