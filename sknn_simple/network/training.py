"""Training: minibatches, epochs, the stopping rule, and L-BFGS.

`epochs` is a generator: it trains for one epoch, yields, and goes on when it is
asked to. Who looks at an epoch, and whether there is a next one, is not its
business.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.optimize

from .backprop import (
    Workspace,
    add_penalty_gradient,
    loss_and_gradient,
    write_loss_gradient,
)
from .optimizers import SGD, Adam, Constant
from .parameters import Parameters


class Samples(NamedTuple):
    """What a network learns from.

    X : {ndarray, CSR matrix} of shape (n_samples, n_features)
    Y : ndarray of shape (n_samples, n_outputs)
    sample_weight : ndarray of shape (n_samples,), or None where all weigh 1
    """

    X: np.ndarray
    Y: np.ndarray
    sample_weight: np.ndarray | None = None

    @property
    def total_weight(self):
        """Sum of the weights, the objective's W."""
        if self.sample_weight is None:
            return self.X.shape[0]
        return float(self.sample_weight.sum(dtype=np.float64))


class Epoch(NamedTuple):
    """What there is to tell of an epoch: its mean loss, and its learning rate.

    L-BFGS has no learning rate: None.
    """

    loss: float
    learning_rate: float | None


@dataclass
class TrainingState:
    """What training changes, and so all that is needed to go on with it.

    Attributes
    ----------
    parameters : Parameters

    optimizer : SGD, Adam or None
        None under L-BFGS.

    schedule : Constant, InvScaling or Adaptive
        Of the learning rate.

    rng : numpy.random.RandomState
        For the order of the samples.

    t : int
        Number of rows seen.
    """

    parameters: Parameters
    optimizer: SGD | Adam | None
    schedule: Constant
    rng: np.random.RandomState
    t: int = 0

    def snapshot(self):
        """Weights, optimizer and row count of now, to `restore` later."""
        return (
            self.parameters.flat.copy(),
            self.optimizer and self.optimizer.copy(),
            self.t,
        )

    def restore(self, snapshot):
        """Go back to a `snapshot`."""
        self.parameters.flat[:], self.optimizer, self.t = snapshot

    def is_finite(self):
        """Whether no weight has become infinite or NaN."""
        flat = self.parameters.flat
        # One product tells in nearly every case; its own overflow is no verdict.
        return math.isfinite(flat.dot(flat)) or bool(np.isfinite(flat).all())


@dataclass
class Patience:
    """Counts epochs in which a loss did not fall below its best by `tol`.

    The best is the lowest seen, by however little it fell.
    """

    tol: float
    n_epochs: float
    best: float = np.inf
    count: int = 0

    def runs_out(self, loss):
        """Take note of an epoch's `loss`; True after `n_epochs` in vain."""
        self.count = 0 if loss < self.best - self.tol else self.count + 1
        self.best = min(self.best, loss)
        return self.count >= self.n_epochs


def _take(array, rows, out):
    """The `rows` of an array, of a CSR matrix, or of None."""
    if array is None:
        return None
    if out is None:
        return array[rows]
    # With any other mode, take would fill a second buffer and copy it.
    return np.take(array, rows, axis=0, out=out, mode="clip")


class _Minibatches:
    """The minibatches of one epoch after another, in buffers allocated once."""

    def __init__(self, samples, batch_size, shuffle, parameters):
        self.samples = samples
        self.n_samples = samples.X.shape[0]
        self.total_weight = samples.total_weight
        self.batch_size = min(batch_size, self.n_samples)
        # A full batch has no order.
        self.shuffle = shuffle and self.batch_size < self.n_samples
        self._layer_sizes = parameters.layer_sizes
        self._dtype = parameters.flat.dtype
        self._buffers = {}

    def _buffers_for(self, n_rows):
        """Workspace and gathered samples; an epoch has at most two sizes of them."""
        if n_rows not in self._buffers:
            workspace = Workspace(self._layer_sizes, n_rows, self._dtype)
            gathered = [
                np.empty((n_rows, *array.shape[1:]), array.dtype)
                if self.shuffle and isinstance(array, np.ndarray)
                else None
                for array in self.samples
            ]
            self._buffers[n_rows] = workspace, gathered
        return self._buffers[n_rows]

    def epoch(self, rng):
        """Yield the Samples and the Workspace of each minibatch of one epoch."""
        order = rng.permutation(self.n_samples) if self.shuffle else None
        for start in range(0, self.n_samples, self.batch_size):
            stop = min(start + self.batch_size, self.n_samples)
            workspace, gathered = self._buffers_for(stop - start)
            if stop - start == self.n_samples:
                yield self.samples, workspace
            else:
                rows = slice(start, stop) if order is None else order[start:stop]
                minibatch = [
                    _take(array, rows, out)
                    for array, out in zip(self.samples, gathered, strict=True)
                ]
                yield Samples(*minibatch), workspace


def epochs(state, samples, objective, *, batch_size, shuffle=True):
    """Train with minibatches, without end: one epoch each time it is asked for.

    A minibatch B of n samples steps along the gradient of

        sum_{i in B} w_i * loss_i / (|B| * W / n)  +  alpha / (2 * W) * ||coefs||**2

    which on average is that of the objective. A minibatch of zero total weight is
    passed over.

    Parameters
    ----------
    state : TrainingState
        Changed in place.

    samples : Samples

    objective : Objective

    batch_size : int

    shuffle : bool, default=True

    Yields
    ------
    Epoch
        Its loss is the mean over minibatches, weighted as the objective weighs.
    """
    gradient = state.parameters.zeros_like()
    minibatches = _Minibatches(samples, batch_size, shuffle, state.parameters)
    while True:
        learning_rate = state.schedule.learning_rate(state.t)
        loss = _train_epoch(state, minibatches, objective, learning_rate, gradient)
        state.t += minibatches.n_samples
        yield Epoch(loss, learning_rate)


def _train_epoch(state, minibatches, objective, learning_rate, gradient):
    """One pass over the samples; returns its mean loss."""
    parameters, optimizer = state.parameters, state.optimizer
    total_weight = minibatches.total_weight
    mean_weight = total_weight / minibatches.n_samples
    loss_sum = penalty_sum = 0.0
    for (X, Y, sample_weight), workspace in minibatches.epoch(state.rng):
        n_rows = X.shape[0]
        weight = n_rows if sample_weight is None else float(sample_weight.sum())
        if weight == 0:
            continue
        loss_sum += write_loss_gradient(
            parameters,
            X,
            Y,
            sample_weight,
            1 / (n_rows * mean_weight),
            objective,
            gradient,
            workspace,
        )
        if objective.alpha:
            penalty_sum += weight * add_penalty_gradient(
                parameters, objective.alpha / total_weight, gradient
            )
        optimizer.step(parameters.flat, gradient.flat, learning_rate)
    return (loss_sum + penalty_sum) / total_weight


def minimize_lbfgs(state, samples, objective, monitor, *, tol, max_iter, max_fun):
    """Train with L-BFGS-B, each iteration of which counts as an epoch.

    Parameters
    ----------
    state : TrainingState
        Changed in place: it is that of the last iteration whenever `monitor` is
        called, and when the minimisation ends.

    samples : Samples

    objective : Objective

    monitor : object
        Its `begin_epoch()` is called before each evaluation of the objective, its
        `end_epoch(Epoch)` after each iteration; True ends the minimisation.

    tol : float
        It ends where no derivative is larger.

    max_iter, max_fun : int
        Most iterations, and most evaluations of the objective.

    Returns
    -------
    result : scipy.optimize.OptimizeResult

    References
    ----------
    R. H. Byrd et al., "A limited memory algorithm for bound constrained
    optimization", SIAM Journal on Scientific Computing 16 (1995).
    """
    parameters = state.parameters
    trial, gradient = parameters.copy(), parameters.zeros_like()
    workspace = Workspace(
        parameters.layer_sizes, samples.X.shape[0], parameters.flat.dtype
    )

    def evaluate(flat):
        monitor.begin_epoch()
        trial.flat[:] = flat
        loss, _ = loss_and_gradient(
            trial,
            samples.X,
            samples.Y,
            samples.sample_weight,
            objective,
            gradient,
            workspace,
        )
        return loss, gradient.flat.astype(np.float64)

    def iterate(intermediate_result):
        parameters.flat[:] = intermediate_result.x
        state.t += samples.X.shape[0]
        if monitor.end_epoch(Epoch(float(intermediate_result.fun), None)):
            raise StopIteration

    result = scipy.optimize.minimize(
        evaluate,
        parameters.flat.astype(np.float64),
        method="L-BFGS-B",
        jac=True,
        callback=iterate,
        options={"maxiter": max_iter, "maxfun": max_fun, "gtol": tol},
    )
    parameters.flat[:] = result.x
    return result
