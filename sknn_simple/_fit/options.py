"""Options: the values that training uses, and those that "auto" stands for.

A function named after an option returns the value of that option.
"""

import math
import sys

import numpy as np
from sklearn.utils.extmath import row_norms

from ..network import (
    ENGINES,
    LOSSES,
    OPTIMIZERS,
    WHY_NOT_COMPILED,
    suitable_learning_rate,
)
from .architecture import activation, hidden_layer_sizes
from .penalty import Penalty, automatic_penalty

FEW_ROWS = 8
"""Rows in a minibatch below which the automatic rate falls in proportion."""


def batch_size(estimator, n_samples):
    """Return the number of samples per minibatch."""
    given = {"auto": 32, "full": n_samples}.get(
        estimator.batch_size, estimator.batch_size
    )
    return min(int(given), n_samples)


def max_iter(estimator, n_samples):
    """Return the maximum number of epochs of a fit, or of iterations for 'lbfgs'."""
    if estimator.max_iter != "auto":
        return int(estimator.max_iter)
    if estimator.solver not in OPTIMIZERS:
        return 200
    return _automatic_epochs(estimator, n_samples)


def enough_epochs(estimator, n_samples):
    """Return a number of epochs after which training may end without a warning."""
    if "auto" in (estimator.max_iter, estimator.n_iter_no_change):
        return _automatic_epochs(estimator, n_samples)
    return math.inf


def _automatic_epochs(estimator, n_samples):
    n_updates = 500 if estimator.solver == "adam" else 2000
    return _at_least(100, n_updates, estimator, n_samples)


def n_iter_no_change(estimator, n_samples):
    """Return the number of epochs without improvement that end training."""
    given = estimator.n_iter_no_change
    if given != "auto":
        return given if given == math.inf else int(given)
    if estimator.solver not in OPTIMIZERS:
        return 10
    if estimator.batch_size == "full":  # plain gradient descent crawls over plateaus
        return math.inf
    return _at_least(10, 500, estimator, n_samples)


def _at_least(n_epochs, n_updates, estimator, n_samples):
    """Return a number of epochs that brings at least `n_updates`, too."""
    per_epoch = math.ceil(n_samples / batch_size(estimator, n_samples))
    return max(n_epochs, math.ceil(n_updates / per_epoch))


def penalty(estimator, targets, samples):
    """Return the Penalty of training with these Samples."""
    if estimator.alpha != "auto":
        return Penalty(float(estimator.alpha))
    return automatic_penalty(targets, samples)


def learning_rate_init(estimator, targets, samples):
    """Return the initial learning rate."""
    given = estimator.learning_rate_init
    if given != "auto":
        return float(given)
    return auto_learning_rate(estimator, targets, samples)


def auto_learning_rate(estimator, targets, samples):
    """Return the value of learning_rate_init="auto" for these Samples.

    Unscaled inputs, large counts and heavy samples lower the rate, but never to a
    subnormal number.
    """
    widths, size = hidden_layer_sizes(estimator), batch_size(estimator, len(samples.Y))
    loss, is_count = LOSSES[targets.network_loss], targets.out_activation == "exp"
    if widths:
        squares, scale = None, root_mean_square(samples)
    else:  # the inputs are what feeds the output; sigmoids have squares of about 1/4
        with np.errstate(over="ignore"):
            squares, scale = 1 + row_norms(samples.X, squared=True), 1.0
        widths = (4 * squares.mean(),)
    rate = suitable_learning_rate(
        estimator.solver,
        targets.network_loss,
        activation(estimator) if squares is None else (),
        targets.out_activation,
        widths[-1],
    )
    rate /= max(1.0, scale)
    # The step of a loss that is larger by some factor is as much longer.
    rate /= loss.factor
    if loss.summed:
        rate *= len(samples.Y) / samples.total_weight / size
    if is_count:
        rate /= max(1.0, float(samples.Y.mean()))  # the curvature is the prediction
    elif estimator.solver == "sgd":
        rate *= min(1.0, size / FEW_ROWS)  # the gradient of a few rows is mostly noise
    if is_count or estimator.solver == "sgd":
        is_robust = targets.classes is not None or (is_count and squares is None)
        few = 4 if is_robust else 24  # momentum is higher for numbers
        pull = few * _largest_pull(samples, squares, is_count)
        rate /= max(1.0, pull / (size if is_count else max(size, few)))
    return max(rate, sys.float_info.min)


def _largest_pull(samples, squares, is_count):
    """Return the largest pull of a sample on its minibatch, relative to the mean.

    It is proportional to the weight of the sample, to its count, and in a network
    without hidden layers to its squared inputs.
    """
    _, Y, sample_weight = samples
    counts = Y.max(axis=1) if is_count else None
    pull = np.ones(len(Y))
    with np.errstate(over="ignore", invalid="ignore"):
        for part in (sample_weight, squares, counts):
            if part is not None:
                pull = pull * (part / (part.mean() or 1))
    return float(pull.max())


def auto_alpha(targets, samples):
    """Return the value of alpha="auto" for these Samples."""
    return automatic_penalty(targets, samples).alpha


def alpha_is_too_high(estimator, targets, samples):
    """Return whether the penalty is so strong that it may prevent all learning.

    Sigmoids stay at weights of 0 from an alpha of about W / 10 on, and with the squared
    error of labels from about W / 50 on.
    """
    given = estimator.alpha
    if given == "auto" or given <= samples.total_weight / 50:
        return False
    return given > 5 * auto_alpha(targets, samples)


def root_mean_square(samples):
    """Return the root of the weighted mean of the squared inputs."""
    X, _, sample_weight = samples
    with np.errstate(over="ignore"):
        squares = row_norms(X, squared=True)
        mean = np.average(squares, weights=sample_weight) / X.shape[1]
    # The largest input is close enough where squares overflow.
    return math.sqrt(mean) if math.isfinite(mean) else float(abs(X).max())


def engine(estimator):
    """Return the Engine to train with.

    Raises
    ------
    ImportError
        If the compiled engine is required but was not built.
    """
    name = estimator.engine
    if name == "auto":
        return fastest_engine()
    if name not in ENGINES:
        raise ImportError(
            "engine='compiled' needs the compiled engine, which was not built when "
            f"sknn_simple was installed ({WHY_NOT_COMPILED}). Install a C++ compiler "
            "and reinstall sknn_simple, or use engine='auto' or 'numpy'."
        ) from WHY_NOT_COMPILED
    return ENGINES[name]


def fastest_engine():
    """Return the fastest Engine that is installed."""
    return list(ENGINES.values())[-1]
