"""Optimizers, which turn a gradient into a step.

An optimizer holds its options and its state: vectors with one entry per
parameter, and for adam the number of steps so far. ``step`` moves the vector of
parameters in place and overwrites the gradient.
"""

from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np

from .workspace import add_multiple


@dataclass
class SGD:
    """Gradient descent with momentum.

    A step computes ::

        velocity   = momentum * velocity - learning_rate * gradient
        parameters = parameters + velocity

    Nesterov's form adds momentum * velocity - learning_rate * gradient, with the
    new velocity, instead. Without momentum there is no velocity to keep.

    Parameters
    ----------
    momentum : float, default=0.0
        Share of the velocity that each step keeps, from 0 to 1.

    nesterovs_momentum : bool, default=False
        Whether to use Nesterov's form.

    velocity : ndarray of shape (n_parameters,), default=None
        State to continue from. None begins with zeros.

    References
    ----------
    I. Sutskever et al., "On the importance of initialization and momentum in deep
    learning", ICML 2013.
    """

    OPTIONS: ClassVar[tuple[str, ...]] = ("momentum", "nesterovs_momentum")

    momentum: float = 0.0
    nesterovs_momentum: bool = False
    velocity: np.ndarray | None = field(default=None, repr=False)

    def vectors(self, parameters: np.ndarray) -> dict[str, np.ndarray]:
        """Return the state by name: a velocity, zero at first, where it is needed."""
        if not self.momentum:
            self.velocity = None
            return {}
        if self.velocity is None:
            self.velocity = np.zeros_like(parameters)
        return {"velocity": self.velocity}

    def step(
        self, parameters: np.ndarray, gradient: np.ndarray, learning_rate: float
    ) -> None:
        """Move `parameters` against `gradient`, both of shape (n_parameters,)."""
        velocity = self.vectors(parameters).get("velocity")
        if velocity is None:
            add_multiple(parameters, -learning_rate, gradient)
            return
        velocity *= self.momentum
        add_multiple(velocity, -learning_rate, gradient)
        if self.nesterovs_momentum:
            add_multiple(parameters, self.momentum, velocity)
            add_multiple(parameters, -learning_rate, gradient)
        else:
            parameters += velocity

    def snapshot(self) -> np.ndarray | None:
        """Return a copy of the state, for `restore`."""
        return None if self.velocity is None else self.velocity.copy()

    def restore(self, snapshot: np.ndarray | None) -> None:
        """Return to the state of a `snapshot`."""
        self.velocity = deepcopy(snapshot)

    def copy(self, **options: Any) -> Self:
        """Return an optimizer with a copy of the state and these `options`."""
        return replace(self, velocity=self.snapshot(), **options)


@dataclass
class Adam:
    """Steps scaled by running means of the gradient and of its square.

    Step t computes ::

        first_moment  = beta_1 * first_moment  + (1 - beta_1) * gradient
        second_moment = beta_2 * second_moment + (1 - beta_2) * gradient**2
        rate          = learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t)
        parameters    = parameters - rate * first_moment
                                     / (sqrt(second_moment) + epsilon)

    Parameters
    ----------
    beta_1, beta_2 : float, default=0.9 and 0.999
        Decay rates of the two moments, at least 0 and less than 1.

    epsilon : float, default=1e-8
        Positive number that keeps the quotient finite.

    n_steps : int, default=0
        Number of steps so far, t.

    first_moment, second_moment : ndarray of shape (n_parameters,), default=None
        State to continue from. None begins with zeros.

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

    def vectors(self, parameters: np.ndarray) -> dict[str, np.ndarray]:
        """Return the state by name: two moments, zero at first."""
        if self.first_moment is None or self.second_moment is None:
            self.first_moment = np.zeros_like(parameters)
            self.second_moment = np.zeros_like(parameters)
        return {"first_moment": self.first_moment, "second_moment": self.second_moment}

    def step(
        self, parameters: np.ndarray, gradient: np.ndarray, learning_rate: float
    ) -> None:
        """Move `parameters` against `gradient`, which is overwritten."""
        m, v = self.vectors(parameters).values()
        g = gradient
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

    def snapshot(self) -> tuple[int, np.ndarray | None, np.ndarray | None]:
        """Return a copy of the state, for `restore`."""
        if self.first_moment is None or self.second_moment is None:
            return 0, None, None
        return self.n_steps, self.first_moment.copy(), self.second_moment.copy()

    def restore(
        self, snapshot: tuple[int, np.ndarray | None, np.ndarray | None]
    ) -> None:
        """Return to the state of a `snapshot`."""
        self.n_steps, self.first_moment, self.second_moment = deepcopy(snapshot)

    def copy(self, **options: Any) -> Self:
        """Return an optimizer with a copy of the state and these `options`."""
        copy = replace(self, **options)
        copy.restore(self.snapshot())
        return copy


OPTIMIZERS = {"sgd": SGD, "adam": Adam}
"""The optimizers: a dict of the estimators' `solver` to class, without L-BFGS."""
