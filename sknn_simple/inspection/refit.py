"""Refit: a copy of the network, fitted to the same samples with other options."""

import warnings
from dataclasses import dataclass, replace
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike

from .._base import BaseSimpleMLP, MatrixLike
from .._fit.given_weights import fitted_parameters
from .problem import Problem, loss_without_penalty


@dataclass(frozen=True, eq=False)
class Refit:
    """Fits of copies, as the user would make them to follow an advice."""

    network: BaseSimpleMLP
    problem: Problem  # whose samples judge the fit
    X: MatrixLike  # as the network sees them
    y: ArrayLike
    sample_weight: ArrayLike | None

    def loss(self, **options):
        """Return the loss, without penalty, of a fit with these options.

        It is infinite if training diverges. Copies have no callbacks, and learn from
        all samples.
        """
        network = type(self.network)(**self.network.get_params(deep=False))
        seed = network.random_state
        network.random_state = seed if isinstance(seed, Integral) else 0
        network.set_params(early_stopping=False, warm_start=False, verbose=False)
        network.set_params(**options)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                network.fit(self.X, self.y, self.sample_weight)
            except ValueError:
                return np.inf
        if network.n_outputs_ != self.network.n_outputs_:
            return np.inf  # calls of partial_fit knew classes that y lacks
        fitted = fitted_parameters(network, self.problem.targets)
        parameters = fitted.view(fitted.flat.astype(np.float64))
        problem = replace(self.problem, parameters=parameters)
        return loss_without_penalty(problem, problem.samples)
