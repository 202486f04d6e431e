"""Options: the values that training uses, and those that "auto" stands for.

A function named after an option returns the value of that option.
"""

import math

from sklearn.base import is_regressor

from ..network import ENGINES, OPTIMIZERS, SCHEDULES, WHY_NOT_COMPILED
from ..network.engines import not_compiled
from .architecture import activation_names
from .learning_rate import automatic_learning_rate
from .loss_unit import loss_unit
from .penalty import Penalty, automatic_penalty
from .scaled_auto import factor_of_auto

USUAL_BATCH, SMALL_BATCH = 32, 8
"""Usual number of rows in a minibatch, and minimum number in the last of an epoch."""


def batch_size(estimator, n_samples):
    """Return the number of samples per minibatch.

    The last minibatch of an epoch has the rest of the samples. Its step is as long as
    the others, so that a few samples alone could make training diverge.
    """
    given = estimator.batch_size
    if given == "full":
        return n_samples
    if given != "auto":
        return min(int(given), n_samples)
    sizes = range(min(USUAL_BATCH, n_samples), 0, -1)
    rests = ((size, n_samples % size) for size in sizes)
    return next(size for size, rest in rests if rest == 0 or rest >= SMALL_BATCH)


def max_iter(estimator, schedule, n_samples):
    """Return the maximum number of epochs of a fit with a learning-rate schedule.

    For 'lbfgs', it is the maximum number of iterations.
    """
    if estimator.max_iter != "auto":
        return int(estimator.max_iter)
    if estimator.solver not in OPTIMIZERS:
        return 1000 if is_regressor(estimator) else 200
    if _leaves_time_to_settle(estimator, schedule, n_samples):
        return _at_least(125, 2500, estimator, n_samples)
    if estimator.solver == "adam":  # usually, patience ends training long before
        return _at_least(200, 5000, estimator, n_samples)
    return _at_least(100, 2000, estimator, n_samples)


def settles_after(estimator, schedule, n_samples):
    """Return the number of epochs after which the rate drops at the latest.

    The later epochs make up most of the average of the weights.
    """
    if _leaves_time_to_settle(estimator, schedule, n_samples):
        return _at_least(75, 1500, estimator, n_samples)
    return math.inf


def _leaves_time_to_settle(estimator, schedule, n_samples):
    """Return whether the last epochs of max_iter="auto" are for lower rates.

    They average out the noise of minibatches. If max_iter is a number, the rate does
    not depend on it, so the model after k epochs is the same for all numbers.
    """
    if not SCHEDULES[schedule].settles or estimator.max_iter != "auto":
        return False
    return batch_size(estimator, n_samples) < n_samples


def enough_epochs(estimator, n_samples):
    """Return a number of epochs after which training may end without a warning."""
    if "auto" in (estimator.max_iter, estimator.n_iter_no_change):
        return _at_least(100, 2000, estimator, n_samples)
    return math.inf


def n_iter_no_change(estimator, n_samples):
    """Return the number of epochs without improvement that end training."""
    given = estimator.n_iter_no_change
    if given != "auto":
        return given if given == math.inf else int(given)
    if estimator.solver not in OPTIMIZERS:
        return 50
    if estimator.batch_size == "full":  # plain gradient descent crawls over plateaus
        return math.inf
    return _at_least(10, 500, estimator, n_samples)


def _at_least(n_epochs, n_updates, estimator, n_samples):
    """Return a number of epochs that brings at least `n_updates`, too."""
    per_epoch = math.ceil(n_samples / batch_size(estimator, n_samples))
    return max(n_epochs, math.ceil(n_updates / per_epoch))


def tol(estimator, targets, samples):
    """Return the least change of the loss, or of the score, that counts."""
    watches_score = estimator.early_stopping and estimator.scoring != "loss"
    if targets.are_labels or not estimator.normalize_y or watches_score:
        return float(estimator.tol)
    return float(estimator.tol) * loss_unit(targets, samples)


def penalty(estimator, targets, samples):
    """Return the Penalty of training with these Samples."""
    factor = factor_of_auto(estimator.alpha)
    if factor is None:
        return Penalty(float(estimator.alpha))
    automatic = auto_penalty(estimator, targets, samples)
    return automatic._replace(alpha=factor * automatic.alpha)


def auto_penalty(estimator, targets, samples):
    """Return the Penalty of alpha="auto" for these Samples."""
    return automatic_penalty(targets, samples, activation_names(estimator))


def learning_rate(estimator, is_new):
    """Return the name of the learning-rate schedule.

    A lower rate at the end takes the noise of the minibatches out of the model. But a
    stream, or a warm start on new samples, needs the rate it began with; early stopping
    ends where the rate would drop; and a rate or a patience that is given is kept.
    """
    if estimator.solver != "sgd":
        return "constant"
    if estimator.learning_rate != "auto":
        return estimator.learning_rate
    given = estimator.learning_rate_init, estimator.n_iter_no_change
    settles = is_new and given == ("auto", "auto") and not estimator.early_stopping
    return "settling" if settles else "constant"


def learning_rate_init(estimator, targets, samples, in_stream):
    """Return the initial learning rate, perhaps for samples of a stream."""
    if estimator.solver not in OPTIMIZERS:
        return 1.0  # L-BFGS finds the length of its steps
    if estimator.learning_rate_init != "auto":
        return float(estimator.learning_rate_init)
    return auto_learning_rate(estimator, targets, samples, in_stream)


def auto_learning_rate(estimator, targets, samples, in_stream):
    """Return the value of learning_rate_init="auto" for these Samples."""
    size = batch_size(estimator, len(samples.Y))
    return automatic_learning_rate(estimator, size, targets, samples, in_stream)


def engine(estimator, objective):
    """Return the Engine to train with.

    Raises
    ------
    ImportError
        If the compiled engine is required but was not built.
    ValueError
        If it is required but lacks a function of the objective.
    """
    name, lacking = estimator.engine, not_compiled(objective)
    if name == "auto":
        return ENGINES["numpy"] if lacking else fastest_engine()
    if name not in ENGINES:
        raise ImportError(
            "engine='compiled' needs the compiled engine, which was not built when "
            f"sknn_simple was installed ({WHY_NOT_COMPILED}). Install a C++ compiler "
            "and reinstall sknn_simple, or use engine='auto' or 'numpy'."
        ) from WHY_NOT_COMPILED
    if name == "compiled" and lacking:
        raise ValueError(
            f"engine='compiled' lacks {lacking[0]!r}, which is a function of your own. "
            "Use engine='auto' or 'numpy'."
        )
    return ENGINES[name]


def fastest_engine():
    """Return the fastest Engine that is installed."""
    return list(ENGINES.values())[-1]
