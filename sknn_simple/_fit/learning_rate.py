"""Learning rate: the one that learning_rate_init='auto' stands for."""

import math
import sys

import numpy as np
from sklearn.utils.extmath import row_norms

from ..network import LOSSES, OUT_ACTIVATIONS, suitable_learning_rate
from .architecture import activation, activation_names, hidden_layer_sizes
from .class_shares import slowdown_by_class_shares
from .loss_unit import has_usual_units, losses_of, spreads
from .subsample import n_weighted, subsample

ALIKE = 30
"""Largest eigenvalue of the second moments of the inputs that leaves the rate as it is.
Ordinary tables have lower ones."""

FASTEST, FASTEST_LINEAR = 10, 4
"""Largest factors of the rate for several outputs, with hidden layers. The second is
for linear hidden layers, where nothing bounds the outputs."""

FEW_ROWS = 32
"""Rows in a minibatch below which the rate falls in proportion."""

SMALLEST_UNIT = 1e-5
"""Size of targets under softplus below which the rate rises no further."""

OUTLYING = 6
"""Deviations of a target from the mean above which the rate falls in proportion, unless
minibatches are larger than usual."""

FAR_OUT, MANY = 5, 30
"""A row of X is far out if its squared norm is above the first times the mean. The rate
falls with the excess, and further for more inputs than the second."""

HEAVY, HEAVY_FOR_NUMBERS = 4, 24
"""Factors of the largest share of a minibatch that a sample may have.

The rate is divided by the product, if it is above 1. A minibatch of fewer rows than the
factor counts as one of so many, except for counts. The second factor is for numbers,
whose default momentum is higher. Counts take the first, or the second without hidden
layers.
"""


def automatic_learning_rate(estimator, batch_size, targets, samples, in_stream):
    """Return the learning rate for training on these Samples.

    It starts from the rate for standardised inputs and a single target, and changes it
    as follows. It is never a subnormal number.

    - With hidden layers, it is divided by the root mean square of the inputs, if this
      is above 1, and further for many inputs that are alike.
    - If the loss is a mean over several numbers, the gradient of each is smaller: the
      rate is multiplied by the square root of their number, up to a limit. Outputs that
      vary together add up in the hidden units, and a few units vary together.
    - Targets of softplus are not scaled: large ones have large output coefs, and small
      ones have small slopes.
    - Near an end of its range, a bounded output of a regressor has small slopes, and
      the rate of sgd is higher; under a loss that grows linearly, it is lower.
    - Minibatches of a few rows have gradients that are mostly noise, and so have the
      calls of `partial_fit` that bring a few rows of a stream.
    - A sample may outweigh the rest of its minibatch, by its weight or its count.
    - Minibatches may have hardly any sample of other classes than the largest, or no
      sample of most classes, which matters at the high rate of sigmoids.
    - At high momentum, the squared error of an outlying target moves the weights too
      far. So does an outlying row of X, if no unit saturates.
    - Without hidden layers, the inputs feed the output, and determine the rate in
      place of the hidden units.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        squares = None  # of the inputs and the bias, if these feed the output
        if not hidden_layer_sizes(estimator):
            squares = 1 + row_norms(samples.X, squared=True)
        rate = _rate_of_network(estimator, targets, samples, squares)
        # The step of a loss that is larger by some factor is as much longer.
        loss = LOSSES[targets.network_loss]
        rate /= loss.factor
        if loss.summed:
            rate *= len(samples.Y) / samples.total_weight / batch_size
        if OUT_ACTIVATIONS[targets.out_activation].saturates:
            rate *= _factor_of_bounded_outputs(estimator, targets, samples)
        elif estimator.solver == "sgd":
            rate /= _slowdown_by_units(targets, samples)
        if targets.are_counts:
            rate /= _slowdown_by_counts(batch_size, samples, squares)
        elif estimator.solver == "sgd":
            rate *= _factor_of_minibatches(
                estimator, batch_size, targets, samples, squares, in_stream
            )
        if squares is None and estimator.solver == "sgd":
            rate /= _slowdown_by_outlying_rows(estimator, batch_size, targets, samples)
    if squares is None:
        rate /= _slowdown_by_inputs(estimator, targets, samples)
    return max(float(rate), sys.float_info.min)


def _rate_of_network(estimator, targets, samples, squares):
    """Return the rate for standardised inputs and a single target."""
    if squares is None:
        activations = activation_names(estimator)
        width, mean_square = hidden_layer_sizes(estimator)[-1], 1.0
    else:  # sigmoids have squares of about 1/4
        total = _mean(squares, samples)
        activations, width = (), 4 * total
        mean_square = total / (samples.X.shape[1] + 1)
    return suitable_learning_rate(
        estimator.solver,
        targets.network_loss,
        activations,
        targets.out_activation,
        width,
        mean_square,
    )


def _factor_of_minibatches(estimator, batch_size, targets, samples, squares, in_stream):
    """Return a factor of the rate of sgd, for labels or numbers.

    In a full batch, each sample has its share in every step. Its gradient has no
    sampling noise, unless its rows are some of a stream.
    """
    heavy, loss = HEAVY, LOSSES[targets.network_loss]
    is_full = batch_size == len(samples.Y)
    is_noisy = in_stream or not is_full
    # Without noise, the rate falls only below 6 rows.
    factor = min(1.0, (batch_size if is_noisy else batch_size**2) / FEW_ROWS)
    if not targets.are_labels:
        heavy = HEAVY_FOR_NUMBERS
        if loss.robust:  # its gradients do not shrink with the errors
            factor **= 1.25
        elif is_noisy:
            factor /= _slowdown_by_outlying_targets(batch_size, samples.Y)
        if loss.averaged:
            factor *= math.sqrt(targets.n_outputs)
            factor = min(factor, _largest_factor(estimator))
    # The rows of a call do not show how rare a class of the stream is.
    elif _has_sigmoids(estimator) and not (targets.multilabel or in_stream or is_full):
        # Smaller minibatches have a lower rate anyway.
        factor /= slowdown_by_class_shares(max(FEW_ROWS, batch_size), samples)
    if not is_full:
        factor /= _slowdown_by_heavy_samples(heavy, batch_size, samples, squares)
    return factor


def _largest_factor(estimator):
    """Return a limit for the factor of the rate for several outputs."""
    names, sizes = activation_names(estimator), hidden_layer_sizes(estimator)
    if not sizes:
        return math.inf
    if set(names) == {"identity"}:
        return FASTEST_LINEAR
    n_independent = 2 * sizes[-1] if names[-1] == "tanh" else sizes[-1]
    return min(FASTEST, math.sqrt(n_independent))


def _factor_of_bounded_outputs(estimator, targets, samples):
    """Return a factor, at most 2, for means near an end of the range of the outputs.

    Losses that grow linearly have gradients that do not shrink with the errors: there
    it is 1/4.
    """
    if targets.are_labels or estimator.solver != "sgd":
        return 1.0
    if LOSSES[targets.network_loss].degree == 1:
        return 0.25
    if len(samples.Y) < FEW_ROWS:  # too few to know the mean
        return 1.0
    low, high = OUT_ACTIVATIONS[targets.out_activation].target_bounds
    mean = np.average(samples.Y, weights=samples.sample_weight, axis=0)
    position = (mean - low) / (high - low)
    steepness = 4 * position * (1 - position)  # of a sigmoid, relative to its middle
    return 1 / math.sqrt(max(0.25, steepness.max()))


def _slowdown_by_units(targets, samples):
    """Return a divisor for the units of targets that cannot be scaled.

    The step of the hidden weights is in proportion to the gradient of the raw outputs,
    and to the output coefs. Small targets have small slopes.
    """
    if has_usual_units(targets, samples):
        return 1.0
    out = OUT_ACTIVATIONS[targets.out_activation]
    largest = samples.Y.max(axis=0, keepdims=True).astype(np.float64)
    slopes = np.ones_like(largest)
    out.derivative(largest, slopes)
    size = float(np.maximum(slopes[0], spreads(samples)).max())
    return float(losses_of(max(size, SMALLEST_UNIT), targets))


def _slowdown_by_outlying_targets(batch_size, Y):
    """Return a divisor for outliers, whose gradients move the weights too far."""
    squares = Y - np.add.reduce(Y) / len(Y)  # of the distances, in a few fast calls
    squares *= squares
    variances = np.add.reduce(squares) / len(Y)
    largest = squares.max(axis=0) / np.where(variances > 0, variances, np.inf)
    pull = math.sqrt(largest.max()) / max(1.0, batch_size / FEW_ROWS)
    return max(1.0, pull / OUTLYING)


def _slowdown_by_outlying_rows(estimator, batch_size, targets, samples):
    """Return a divisor for rows of X far out, where nothing bounds their gradients."""
    names = *activation_names(estimator), targets.out_activation
    is_bounded = any(OUT_ACTIVATIONS[name].saturates for name in names)
    if is_bounded or LOSSES[targets.network_loss].robust:
        return 1.0
    squares = row_norms(samples.X, squared=True)
    share = _largest_share(samples, squares) / _largest_share(samples)
    n_inputs = min(_mean(squares, samples), samples.X.shape[1])
    pull = (share / FAR_OUT - 1) * max(1.0, n_inputs / MANY)
    return max(1.0, pull / max(1.0, batch_size / FEW_ROWS)) ** 1.1


def _slowdown_by_inputs(estimator, targets, samples):
    """Return a divisor for inputs that are large, or many that are alike."""
    size = max(1.0, root_mean_square(samples))
    slowdown = _slowdown_by_alike_inputs(samples, size)
    # The rates of a classifier's other units and of adam are low already.
    is_fast = estimator.solver == "sgd" and _has_sigmoids(estimator)
    if targets.are_labels and not is_fast:
        slowdown = math.sqrt(slowdown)
    return size * slowdown


def _has_sigmoids(estimator):
    """Return whether the network has hidden layers, and all are sigmoids."""
    return hidden_layer_sizes(estimator) != () and activation(estimator) == "logistic"


def _slowdown_by_counts(batch_size, samples, squares):
    """Return a divisor for counts, whose curvature is the prediction."""
    counts = samples.Y.max(axis=1)
    heavy = HEAVY if squares is None else HEAVY_FOR_NUMBERS
    pull = heavy * _largest_share(samples, counts, squares) / batch_size
    return max(1.0, _mean(samples.Y.mean(axis=1), samples)) * max(1.0, pull)


def _slowdown_by_heavy_samples(heavy, batch_size, samples, squares):
    """Return a divisor for weights that differ, or inputs that feed the output."""
    return max(1.0, heavy * _largest_share(samples, squares) / max(batch_size, heavy))


def _largest_share(samples, *parts):
    """Return the largest product of weight and other parts, each relative to its mean.

    Parts that are None do not count.
    """
    shares = 1.0
    if samples.sample_weight is not None:
        shares = samples.sample_weight / samples.sample_weight.mean()
    for part in parts:
        if part is not None:
            shares = shares * (part / (_mean(part, samples) or 1))
    return float(np.max(shares))


def _slowdown_by_alike_inputs(samples, size):
    """Return a divisor for many inputs that vary together, or around a value not 0.

    They give the first layer one direction of high curvature: the largest eigenvalue of
    the second moments of the inputs, relative to their squared `size`. It is at most
    the number of inputs. A few samples have a large one by chance.
    """
    if samples.X.shape[1] <= ALIKE:  # as in most fits
        return 1.0
    n_samples = n_weighted(samples)
    if n_samples < 8:
        return 1.0
    X, _, weight = subsample(samples)
    X /= size
    weight /= weight.sum()
    squares = (X**2).sum(axis=1)
    total = np.average(squares, weights=weight)
    if not ALIKE < total < math.inf:
        return 1.0
    # The power iteration, from a direction that no group of samples is orthogonal to.
    direction = X.T @ (weight * squares) + X[squares.argmax()]
    largest, before = np.linalg.norm(direction), 0.0
    for _ in range(20):
        if largest == 0 or abs(largest - before) <= 1e-4 * largest:
            break
        direction = X.T @ (weight * (X @ (direction / largest)))
        largest, before = np.linalg.norm(direction), largest
    # What the samples that are left out would average away.
    largest -= total * (1 / len(X) - 1 / n_samples)
    # Rounded, since the last bits depend on the number of threads of BLAS.
    return max(1.0, float(f"{largest:.4g}") / ALIKE)


def _mean(numbers, samples):
    return float(np.average(numbers, weights=samples.sample_weight))


def root_mean_square(samples):
    """Return the root of the weighted mean of the squared inputs."""
    X, _, _ = samples
    with np.errstate(over="ignore"):
        mean = _mean(row_norms(X, squared=True), samples) / X.shape[1]
    # The largest input is close enough where squares overflow.
    return math.sqrt(mean) if math.isfinite(mean) else float(abs(X).max())
