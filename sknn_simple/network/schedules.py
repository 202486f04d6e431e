"""Learning-rate schedules, and the rate that suits a network.

A schedule is never changed in place: `copy` and `slower` return a new one.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from .activations import ACTIVATIONS
from .losses import LOSSES


@dataclass
class Schedule:
    """Base of the schedules: a subclass defines `learning_rate`."""

    OPTIONS: ClassVar[tuple[str, ...]] = ("learning_rate_init",)

    drops_on_plateau: ClassVar[bool] = False
    """Whether `slower` can lower the rate. Counts of patience then continue in the
    next call of `partial_fit` or of a warm-started `fit`."""

    settles: ClassVar[bool] = False
    """Whether the rate drops for the last epochs of a training only."""

    learning_rate_init: float

    def learning_rate(self, t):
        """Return the rate of an epoch that begins after `t` rows."""
        raise NotImplementedError

    def learning_rates(self, t, n_samples, n_epochs):
        """Return the rates of consecutive epochs, shape (n_epochs,)."""
        begins = range(t, t + n_epochs * n_samples, n_samples)
        return np.array([self.learning_rate(begin) for begin in begins], float)

    def copy(self, **options):
        """Return a schedule in the same state with these `options`."""
        return replace(self, **options)

    def slower(self):
        """Return the slower schedule, or None if the rate cannot drop further."""
        return None


@dataclass
class Constant(Schedule):
    """The same learning rate in every epoch.

    Parameters
    ----------
    learning_rate_init : float
        The learning rate.
    """

    def learning_rate(self, t):
        return self.learning_rate_init

    def learning_rates(self, t, n_samples, n_epochs):
        return np.full(n_epochs, self.learning_rate(t), float)


@dataclass
class InvScaling(Schedule):
    """A learning rate that falls with the number of rows seen.

    The rate of an epoch that begins after t rows is
    ``learning_rate_init / (t + 1)**power_t``.

    Parameters
    ----------
    learning_rate_init : float
        Learning rate of the first epoch.

    power_t : float, default=0.5
        Exponent.
    """

    OPTIONS: ClassVar[tuple[str, ...]] = ("learning_rate_init", "power_t")

    power_t: float = 0.5

    def learning_rate(self, t):
        return self.learning_rate_init * float(t + 1) ** -self.power_t


@dataclass
class Adaptive(Constant):
    """A learning rate that is divided by 5 when training no longer improves.

    The rate is ``learning_rate_init * factor``. Each call of `slower` divides factor
    by 5, until the rate is at most 1e-6.

    Parameters
    ----------
    learning_rate_init : float
        Learning rate at the start.

    factor : float, default=1.0
        Product of the divisions so far.
    """

    DIVISOR: ClassVar[int] = 5

    drops_on_plateau: ClassVar[bool] = True

    factor: float = 1.0

    def learning_rate(self, t):
        return self.learning_rate_init * self.factor

    def slower(self):
        if self.learning_rate(0) <= 1e-6:
            return None
        return self.copy(factor=self.factor / self.DIVISOR)


@dataclass
class Settling(Adaptive):
    """A learning rate that is divided by 20 when training no longer improves, twice.

    The steps of minibatches scatter the weights. The lower rates settle them in the
    middle, and leave little time to memorise the samples. The parameters are those of
    `Adaptive`.
    """

    DIVISOR: ClassVar[int] = 20

    settles: ClassVar[bool] = True

    def slower(self):
        return super().slower() if self.factor > 1 / 100 else None


SCHEDULES = {
    "constant": Constant,
    "invscaling": InvScaling,
    "adaptive": Adaptive,
    "settling": Settling,
}
"""The learning-rate schedules: a dict of `learning_rate` to class."""


def suitable_learning_rate(
    solver, loss, activation, out_activation, width, mean_square=1.0
):
    """Return a rate that suits a network with standardised inputs and targets.

    The curvature of the loss at an output neuron grows with the number of units that
    feed it, and the error of an identity or exponential output is unbounded. There the
    stable rate of gradient descent falls with the width. The constants are measured,
    see ``benchmarks/defaults.py``.

    Parameters
    ----------
    solver : {'sgd', 'adam'}
        Optimizer.

    loss : str
        Loss of the network.

    activation : str or sequence of str
        Activation of each hidden layer. A single name stands for one layer, an empty
        sequence for a network without hidden layers. The most demanding one decides.

    out_activation : str
        Activation of its output layer.

    width : float
        Number of units in the last hidden layer; without one, four times the mean of
        the squared inputs of a sample, their sum plus 1 for the bias.

    mean_square : float, default=1.0
        Mean square of the inputs and the bias, which counts as an input of 1. Without
        hidden layers, small inputs need large coefs, and so a higher rate.

    Returns
    -------
    learning_rate : float
        The rate that `learning_rate_init='auto'` starts from.
    """
    for_labels = LOSSES[loss].for_labels
    names = [activation] if isinstance(activation, str) else activation
    has_sigmoids = set(names) <= {"logistic"}
    if solver == "adam":
        return _rate_of_adam(loss, names, out_activation)
    if for_labels:
        rates = {"logistic": 0.3, "tanh": 0.1}
        if not names:
            return min(0.01 / min(mean_square, 0.25), 4 / width)
        return min(rates.get(name, 0.02) for name in names)
    if out_activation == "logistic":
        return min(1.0, 30 / width)
    if loss == "poisson":
        return min(0.02, 0.6 / width) if has_sigmoids else min(0.002, 0.12 / width)
    if not names:
        return min(0.006, 0.3 / width)
    return min(0.05, 2.5 / width) if has_sigmoids else min(0.01, 1 / width)


def _rate_of_adam(loss, names, out_activation):
    """Return the rate for hidden layers with the activations `names`.

    Each step of Adam moves all weights equally far. In deep networks, the many moves at
    the inputs of a unit add up, and would saturate it.
    """
    if LOSSES[loss].for_labels:
        return 0.01
    if loss == "poisson" or out_activation in ("logistic", "tanh"):
        return 0.003
    is_deep, others = len(names) > 1, set(names) - {"logistic"}
    if not others:
        return 0.01 if is_deep else 0.02
    saturates = any(ACTIVATIONS[name].saturates for name in others)
    return 0.004 if is_deep and saturates else 0.01
