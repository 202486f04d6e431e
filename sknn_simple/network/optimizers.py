"""Optimizers, which turn a gradient into a step, and learning-rate schedules.

An optimizer holds its options and its state: vectors with one entry a
parameter, and for adam the number of steps made. ``step`` moves the vector of
parameters in place and uses the gradient up as scratch memory.
"""

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from .workspace import add_multiple, aligned_zeros


@dataclass
class SGD:
    """Gradient descent with momentum.

        velocity   = momentum * velocity - learning_rate * gradient
        parameters = parameters + velocity

    Nesterov's form adds momentum * velocity - learning_rate * gradient, with the
    new velocity, instead. Without momentum there is no velocity to keep.

    References
    ----------
    I. Sutskever et al., "On the importance of initialization and momentum in deep
    learning", ICML 2013.
    """

    OPTIONS: ClassVar[tuple[str, ...]] = ("momentum", "nesterovs_momentum")

    momentum: float = 0.0
    nesterovs_momentum: bool = False
    velocity: np.ndarray | None = field(default=None, repr=False)

    def step(self, parameters, gradient, learning_rate):
        """Move `parameters` along `gradient`, both of shape (n_parameters,)."""
        if not self.momentum:
            self.velocity = None
            add_multiple(parameters, -learning_rate, gradient)
            return
        if self.velocity is None:
            self.velocity = aligned_zeros(parameters.shape, parameters.dtype)
        self.velocity *= self.momentum
        add_multiple(self.velocity, -learning_rate, gradient)
        if self.nesterovs_momentum:
            add_multiple(parameters, self.momentum, self.velocity)
            add_multiple(parameters, -learning_rate, gradient)
        else:
            parameters += self.velocity

    def snapshot(self):
        """The state of now, to `restore` later."""
        return None if self.velocity is None else self.velocity.copy()

    def restore(self, snapshot):
        """Go back to a `snapshot`."""
        self.velocity = snapshot

    def copy(self, **options):
        """The same state in memory of its own, under other `options`."""
        return replace(self, velocity=self.snapshot(), **options)


@dataclass
class Adam:
    """Steps scaled by running means of the gradient and of its square.

        first_moment  = beta_1 * first_moment  + (1 - beta_1) * gradient
        second_moment = beta_2 * second_moment + (1 - beta_2) * gradient**2
        rate          = learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t)
        parameters    = parameters - rate * first_moment
                                     / (sqrt(second_moment) + epsilon)

    References
    ----------
    D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", ICLR
    2015, in the efficient order that ends its section 2.
    """

    OPTIONS: ClassVar[tuple[str, ...]] = ("beta_1", "beta_2", "epsilon")

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    n_steps: int = 0
    first_moment: np.ndarray | None = field(default=None, repr=False)
    second_moment: np.ndarray | None = field(default=None, repr=False)

    def step(self, parameters, gradient, learning_rate):
        """Move `parameters` along `gradient`, both of shape (n_parameters,)."""
        if self.first_moment is None or self.second_moment is None:
            self.first_moment = aligned_zeros(parameters.shape, parameters.dtype)
            self.second_moment = aligned_zeros(parameters.shape, parameters.dtype)
        m, v, g = self.first_moment, self.second_moment, gradient
        self.n_steps += 1
        t = self.n_steps
        rate = learning_rate * (1 - self.beta_2**t) ** 0.5 / (1 - self.beta_1**t)
        m *= self.beta_1
        m += (1 - self.beta_1) * g
        v *= self.beta_2
        g *= g
        g *= 1 - self.beta_2
        v += g
        np.sqrt(v, out=g)
        g += self.epsilon
        np.divide(m, g, out=g)
        g *= rate
        parameters -= g

    def snapshot(self):
        """The state of now, to `restore` later."""
        if self.first_moment is None or self.second_moment is None:
            return 0, None, None
        return self.n_steps, self.first_moment.copy(), self.second_moment.copy()

    def restore(self, snapshot):
        """Go back to a `snapshot`."""
        self.n_steps, self.first_moment, self.second_moment = snapshot

    def copy(self, **options):
        """The same state in memory of its own, under other `options`."""
        copy = replace(self, **options)
        copy.restore(self.snapshot())
        return copy


def suitable_learning_rate(solver, loss, out_activation, width):
    """Rate that suits a network whose inputs and targets are standardised.

    The curvature that an output neuron sees grows with the number of units that
    feed it, and nothing bounds the error of an identity or exponential output:
    there the stable rate of gradient descent falls with the width. The constants
    are measured, see ``benchmarks/defaults.py``.

    Parameters
    ----------
    solver : {'sgd', 'adam'}

    loss, out_activation : str
        Of the network.

    width : int
        Units in the last hidden layer.

    Returns
    -------
    learning_rate : float
    """
    if solver == "adam":
        return 0.01 if "log_loss" in loss else 0.003
    if "log_loss" in loss:
        return 0.1
    if out_activation == "logistic":
        return min(1.0, 30 / width)
    if loss == "poisson":
        return min(0.003, 0.1 / width)
    return min(0.05, 0.5 / width)


@dataclass
class Constant:
    """The same learning rate in every epoch."""

    OPTIONS: ClassVar[tuple[str, ...]] = ("learning_rate_init",)

    learning_rate_init: float

    def learning_rate(self, t):
        """The rate of an epoch that begins after `t` rows were seen."""
        return self.learning_rate_init

    def learning_rates(self, t, n_samples, n_epochs):
        """The rates of epochs on end, shape (n_epochs,), until one slows down."""
        return np.full(n_epochs, self.learning_rate(t), float)

    def copy(self, **options):
        """The same state under other `options`."""
        return replace(self, **options)

    def slower(self):
        """The answer to a loss that no longer improves; None: there is no answer."""
        return None


@dataclass
class InvScaling(Constant):
    """learning_rate_init * (t + 1)**-power_t, where t counts the rows seen."""

    OPTIONS: ClassVar[tuple[str, ...]] = ("learning_rate_init", "power_t")

    power_t: float = 0.5

    def learning_rate(self, t):
        return self.learning_rate_init * float(t + 1) ** -self.power_t

    def learning_rates(self, t, n_samples, n_epochs):
        begins = range(t, t + n_epochs * n_samples, n_samples)
        return np.array([self.learning_rate(begin) for begin in begins])


@dataclass
class Adaptive(Constant):
    """learning_rate_init * factor; the factor is divided by 5 when progress ends.

    Below a rate of 1e-6 there is nothing left to slow down.
    """

    factor: float = 1.0

    def learning_rate(self, t):
        return self.learning_rate_init * self.factor

    def slower(self):
        if self.learning_rate_init * self.factor <= 1e-6:
            return None
        return self.copy(factor=self.factor / 5)


OPTIMIZERS = {"sgd": SGD, "adam": Adam}
"""The optimizers, by the name of the solver."""

SCHEDULES = {"constant": Constant, "invscaling": InvScaling, "adaptive": Adaptive}
"""The learning-rate schedules."""
