"""The compiled engine: a trainer and an evaluator on the loops of _loops.pxi.

The loops are built for several instruction sets; the best one of the processor is used.
"""

import importlib
from typing import Any

import numpy as np

from .activations import OUT_ACTIVATIONS, layer_activations
from .backprop import check_shapes
from .losses import LOSSES
from .optimizers import Adam
from .training import Block, Patience

_loops_baseline: Any = importlib.import_module("._loops_baseline", __package__)


def _fastest_loops():
    """Import the build of the loops that suits this processor best."""
    try:
        return importlib.import_module(
            f"._loops_{_loops_baseline.fastest()}", __package__
        )
    except ImportError:  # the compiler did not know these instructions
        return _loops_baseline


loops = _fastest_loops()


def make_passes(parameters, samples, objective, batch_size):
    """Check a network, an objective and samples, and make Passes of them."""
    loss = LOSSES[objective.loss]
    hidden = layer_activations(objective.activation, len(parameters.coefs) - 1)
    names = *hidden, objective.out_activation
    codes = loss.code, *(OUT_ACTIVATIONS[name].code for name in names)
    option = objective.loss_option or 0.0
    return loops.Passes(parameters, codes, option, loss.averaged, *samples, batch_size)


def make_evaluator(parameters, samples, objective):
    """Return the objective as a function, as `backprop.make_evaluator` does."""
    passes = make_passes(parameters, samples, objective, samples.X.shape[0])
    alpha = float(objective.alpha)
    return lambda flat, gradient: passes.loss_and_gradient(flat, gradient, alpha)


class Trainer:
    """`training.Trainer` in compiled loops.

    Parameters
    ----------
    state : TrainingState
        Changed in place.

    samples : Samples

    objective : Objective

    batch_size : int

    shuffle : bool, default=True

    Raises
    ------
    ValueError
        If the shapes of the samples do not fit the network, or each other.
    """

    def __init__(self, state, samples, objective, *, batch_size, shuffle=True):
        check_shapes(state.parameters, *samples)
        self.state = state
        self.n_samples = samples.X.shape[0]
        batch_size = min(batch_size, self.n_samples)
        self.alpha = float(objective.alpha)
        # A full batch has no order.
        state.draws = shuffle and batch_size < self.n_samples
        self.passes = make_passes(state.parameters, samples, objective, batch_size)

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

        Raises
        ------
        KeyboardInterrupt
            By Ctrl-C in the first epoch, or right after it if it is the only one.
        """
        state, flat = self.state, self.state.parameters.flat
        stepping, vectors, n_steps = _stepping(state.optimizer, flat)
        rates = state.schedule.learning_rates(state.t, self.n_samples, n_epochs)
        losses, n_steps, ending = self.passes.train(
            flat,
            *vectors,
            stepping,
            self.alpha,
            rates,
            n_steps,
            Patience(0.0, np.inf) if patience is None else patience,
            state.rng if state.draws else None,
        )
        state.t += len(losses) * self.n_samples
        if isinstance(state.optimizer, Adam):
            state.optimizer.restore((n_steps, *vectors))
        else:
            state.optimizer.restore(vectors[0] if state.optimizer.momentum else None)
        return Block(losses, rates[: len(losses)].tolist(), ending)


def _stepping(optimizer, flat):
    """Return the options of an optimizer, its two vectors, and its number of steps."""
    for name, vector in vars(optimizer).items():
        if isinstance(vector, np.ndarray) and (
            vector.shape != flat.shape or vector.dtype != flat.dtype
        ):
            raise ValueError(
                f"The optimizer's {name} must be of shape {flat.shape} and dtype "
                f"{flat.dtype}, as the parameters are, got {vector.shape} and "
                f"{vector.dtype}."
            )
    if isinstance(optimizer, Adam):
        vectors = [optimizer.first_moment, optimizer.second_moment]
        if optimizer.second_moment is None:
            vectors = [np.zeros_like(flat) for _ in range(2)]
        rates = optimizer.beta_1, optimizer.beta_2, optimizer.epsilon
        return ("adam", 0.0, False, *rates), vectors, optimizer.n_steps
    vectors = [optimizer.velocity, flat[:0]]
    if not optimizer.momentum:
        vectors[0] = flat[:0]
    elif optimizer.velocity is None:
        vectors[0] = np.zeros_like(flat)
    options = ("sgd", optimizer.momentum, optimizer.nesterovs_momentum, 0.0, 0.0, 0.0)
    return options, vectors, 0
