"""Options: the values that training uses, and those that "auto" stands for."""

import math
import sys

import numpy as np
from sklearn.utils.extmath import row_norms

from ..network import (
    ENGINES,
    LOSSES,
    OPTIMIZERS,
    SCHEDULES,
    WHY_NOT_COMPILED,
    Objective,
    suitable_learning_rate,
)
from ..network.penalty import LARGEST_ALPHA
from .architecture import activation, hidden_layer_sizes


def batch_size(estimator, n_samples):
    """Return the number of samples per minibatch."""
    given = {"auto": 32, "full": n_samples}.get(
        estimator.batch_size, estimator.batch_size
    )
    return min(int(given), n_samples)


def _at_least(n_epochs, n_updates, estimator, n_samples):
    """Return a number of epochs that brings at least `n_updates`, too."""
    per_epoch = math.ceil(n_samples / batch_size(estimator, n_samples))
    return max(n_epochs, math.ceil(n_updates / per_epoch))


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


def alpha(estimator, targets, samples):
    """Return the strength of the penalty on training with these Samples.

    'auto' grows with the number of features, of which more are likely to be noise, up
    to a limit for small data.
    """
    if estimator.alpha != "auto":
        return float(estimator.alpha)
    if estimator.solver not in OPTIMIZERS:  # the valleys of a stronger one are long
        return 1e-4
    per_feature = 0.1 if targets.classes is None else 0.03
    largest = LARGEST_ALPHA * samples.total_weight
    strength = min(per_feature * samples.X.shape[1], largest)
    # Errors of sigmoid outputs are small, and so is their pull on the weights.
    is_canonical = LOSSES[targets.network_loss].canonical
    if not is_canonical and targets.out_activation != "identity":
        strength /= 10
    # The variance of small counts is large in units of their mean.
    if targets.out_activation == "exp":
        strength *= 1 + min(10.0, float(np.mean(1 / targets.scale)))
    return strength


def _with_options(kind, previous, estimator, **known):
    """Return a `kind` with the estimator's options, in the state of `previous`."""
    options = {name: getattr(estimator, name) for name in kind.OPTIONS} | known
    return previous.copy(**options) if type(previous) is kind else kind(**options)


def make_optimizer(estimator, dtype, previous=None):
    """Make the optimizer, in the state of a `previous` one of the same kind."""
    if estimator.solver not in OPTIMIZERS:
        return None
    if estimator.solver == "adam":
        with np.errstate(over="ignore"):
            rounded = np.dtype(dtype).type(estimator.epsilon)
        if rounded == 0 or rounded == np.inf:
            change = "Increase" if rounded == 0 else "Decrease"
            raise ValueError(
                f"epsilon must be greater than 0 in {np.dtype(dtype).name}, the dtype "
                f"of X, and finite, got {estimator.epsilon!r}, which rounds to "
                f"{rounded:g}. {change} epsilon."
            )
    return _with_options(OPTIMIZERS[estimator.solver], previous, estimator)


def auto_learning_rate(estimator, targets, samples):
    """Return the value of learning_rate_init="auto" for these Samples.

    Unscaled inputs and large counts lower the rate, but never to a subnormal number.
    """
    width, *_ = *reversed(hidden_layer_sizes(estimator)), 1
    rate = suitable_learning_rate(
        estimator.solver,
        targets.network_loss,
        activation(estimator),
        targets.out_activation,
        width,
    )
    # The step of a loss that is larger by some factor is as much longer.
    loss, n_samples = LOSSES[targets.network_loss], samples.X.shape[0]
    rate /= loss.factor
    if loss.summed:
        rate *= n_samples / samples.total_weight / batch_size(estimator, n_samples)
    if targets.out_activation == "exp":  # its curvature at the mean is mean(y)
        rate /= max(1.0, float(samples.Y.mean()))
    return max(rate / max(1.0, root_mean_square(samples)), sys.float_info.min)


def root_mean_square(samples):
    """Return the root of the weighted mean of the squared inputs."""
    X, _, sample_weight = samples
    with np.errstate(over="ignore"):
        squares = row_norms(X, squared=True)
        mean = np.average(squares, weights=sample_weight) / X.shape[1]
    # The largest input is close enough where squares overflow.
    return math.sqrt(mean) if math.isfinite(mean) else float(abs(X).max())


def make_objective(estimator, targets, samples):
    """Make the objective of training on these targets, encoded in `samples`."""
    option = LOSSES[targets.network_loss].option
    return Objective(
        targets.network_loss,
        activation(estimator),
        targets.out_activation,
        alpha(estimator, targets, samples),
        None if option is None else float(getattr(estimator, option.name)),
        adapts=_penalty_adapts(estimator, targets),
    )


def _penalty_adapts(estimator, targets):
    """Return whether the penalty follows the training of a classifier."""
    is_auto = estimator.alpha == "auto" and estimator.solver in OPTIMIZERS
    return is_auto and LOSSES[targets.network_loss].of_even_odds is not None


def make_schedule(estimator, targets, samples, previous=None):
    """Make the learning-rate schedule, which is constant unless the solver is sgd."""
    rate = estimator.learning_rate_init
    if rate == "auto":
        rate = auto_learning_rate(estimator, targets, samples)
    name = estimator.learning_rate if estimator.solver == "sgd" else "constant"
    return _with_options(
        SCHEDULES[name], previous, estimator, learning_rate_init=float(rate)
    )


def fastest_engine():
    """Return the fastest Engine that is installed."""
    return list(ENGINES.values())[-1]


def engine_of(estimator):
    """Return the Engine of the option `engine`.

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
