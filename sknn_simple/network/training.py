"""Training: minibatches, epochs, the stopping rule, and L-BFGS.

A `Trainer` trains for as many epochs as it is asked for, and tells of them. Who looks
at an epoch, and whether there is a next one, is not its business.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.optimize

from .backprop import (
    add_penalty_gradient,
    check_shapes,
    loss_and_gradient,
    write_loss_gradient,
)
from .optimizers import SGD, Adam, Constant
from .parameters import Parameters
from .workspace import Workspace


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
    """What there is to tell of an epoch; None for what there is not.

    loss : float, the mean over its minibatches
    learning_rate : float, None for L-BFGS
    validation_loss, validation_score : float, None without validation
    """

    loss: float
    learning_rate: float | None = None
    validation_loss: float | None = None
    validation_score: float | None = None


DONE, PATIENCE_RAN_OUT, NOT_FINITE, INTERRUPTED = range(4)
"""How a block of epochs ended."""


class Block(NamedTuple):
    """Epochs that were trained in one go.

    losses, learning_rates : list of float, one entry an epoch
    ending : DONE, or with its last epoch PATIENCE_RAN_OUT or NOT_FINITE, or after it
        INTERRUPTED by Ctrl-C
    """

    losses: list[float]
    learning_rates: list[float]
    ending: int

    @property
    def last(self):
        """The last Epoch."""
        return Epoch(self.losses[-1], self.learning_rates[-1])


@dataclass
class TrainingState:
    """What training changes, and so all that is needed to go on with it.

    Attributes
    ----------
    parameters : Parameters

    optimizer : SGD, Adam or None
        None under L-BFGS.

    schedule : Constant, InvScaling or Adaptive
        Of the learning rate. Replaced, never changed.

    rng : numpy.random.RandomState
        For the order of the samples.

    t : int
        Number of rows seen.

    draws : bool
        Whether epochs draw from `rng`.
    """

    parameters: Parameters
    optimizer: SGD | Adam | None
    schedule: Constant
    rng: np.random.RandomState
    t: int = 0
    draws: bool = False

    def snapshot(self, with_rng=True):
        """The state of now, at the end of an epoch, to `restore` later.

        That of the rng takes longer to copy than a small network takes for an epoch.
        """
        optimizer = self.optimizer and self.optimizer.snapshot()
        rng = self.rng.get_state(legacy=False) if with_rng and self.draws else None
        return self.parameters.flat.copy(), optimizer, self.schedule, rng, self.t

    def restore(self, snapshot):
        """Go back to a `snapshot`; if it was made without the rng, leave that."""
        self.parameters.flat[:], optimizer, self.schedule, rng, self.t = snapshot
        if self.optimizer is not None:
            self.optimizer.restore(optimizer)
        if rng is not None:
            self.rng.set_state(rng)

    def is_finite(self, loss):
        """Whether neither this loss nor a parameter has become infinite or NaN."""
        flat = self.parameters.flat
        # One product tells in nearly every case; its own overflow is no verdict.
        if math.isfinite(flat.dot(flat) + loss):
            return True
        return math.isfinite(loss) and bool(np.isfinite(flat).all())


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
        if loss < self.best:
            self.best = loss
        return self.ran_out

    @property
    def ran_out(self):
        """Whether the last `n_epochs` epochs were in vain."""
        return self.count >= self.n_epochs

    def snapshot(self):
        """The counts of now, to `restore` later."""
        return self.best, self.count

    def restore(self, snapshot):
        """Go back to a `snapshot`."""
        self.best, self.count = snapshot


class _Minibatches:
    """The minibatches of one epoch after another, in buffers allocated once."""

    def __init__(self, samples, batch_size, shuffle, parameters):
        self.samples = samples
        self.n_samples = samples.X.shape[0]
        self.total_weight = samples.total_weight
        self.batch_size = min(batch_size, self.n_samples)
        # A full batch has no order.
        self.shuffle = shuffle and self.batch_size < self.n_samples
        self.starts = range(0, self.n_samples, self.batch_size)
        # The last minibatch may have fewer rows than the others.
        n_last = self.n_samples - self.starts[-1]
        self._workspaces = {
            n_rows: Workspace(parameters.layer_sizes, n_rows, parameters.flat.dtype)
            for n_rows in (self.batch_size, n_last)
        }
        self._in_order = None

    def epoch(self, rng):
        """The Samples and the Workspace of each minibatch of one epoch."""
        if self.shuffle:
            return self._shuffled(rng.permutation(self.n_samples))
        if self._in_order is None:
            self._in_order = list(self._slices())
        return self._in_order

    def _slices(self):
        if self.batch_size == self.n_samples:
            yield self.samples, self._workspaces[self.n_samples]
            return
        for start in self.starts:
            rows = slice(start, start + self.batch_size)
            X, Y, w = self.samples
            minibatch = Samples(X[rows], Y[rows], None if w is None else w[rows])
            yield minibatch, self._workspaces[minibatch.X.shape[0]]

    def _shuffled(self, order):
        X, Y, w = self.samples
        for start in self.starts:
            rows = order[start : start + self.batch_size]
            workspace = self._workspaces[len(rows)]
            minibatch = Samples(
                workspace.take("X", X, rows),
                workspace.take("Y", Y, rows),
                None if w is None else workspace.take("sample_weight", w, rows),
            )
            yield minibatch, workspace


class Trainer:
    """Trains a network with minibatches, an epoch or a block of them at a time.

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

    Raises
    ------
    ValueError
        If the shapes of the samples do not fit the network, or each other.
    """

    def __init__(self, state, samples, objective, *, batch_size, shuffle=True):
        check_shapes(state.parameters, *samples)
        self.state = state
        self.objective = objective
        self.minibatches = _Minibatches(samples, batch_size, shuffle, state.parameters)
        self.gradient = state.parameters.zeros_like()
        state.draws = self.minibatches.shuffle

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
            The loss of an epoch is the mean over its minibatches, weighted as the
            objective weighs. After Ctrl-C the state is that of the last epoch in it.

        Raises
        ------
        KeyboardInterrupt
            By Ctrl-C in the first epoch, or right after it if it is the only one.
        """
        state, minibatches = self.state, self.minibatches
        if patience is None:
            patience = Patience(0.0, np.inf)
        losses, rates, ending = [], [], DONE
        finished = 0, None, None
        # After a single epoch the rng is where it should be.
        draws = state.draws and n_epochs > 1
        rng_before = state.rng.get_state(legacy=False) if draws else None
        try:
            for _ in range(n_epochs):
                rate = state.schedule.learning_rate(state.t)
                loss = self._train_epoch(rate)
                state.t += minibatches.n_samples
                losses.append(loss)
                rates.append(rate)
                if not state.is_finite(loss):
                    ending = NOT_FINITE
                    break
                ran_out = patience.runs_out(loss)
                now = state.snapshot(with_rng=False), patience.snapshot()
                # One assignment, which an interruption leaves undone or done.
                finished = len(losses), *now
                if ran_out:
                    ending = PATIENCE_RAN_OUT
                    break
        except KeyboardInterrupt:
            n_finished, snapshot, counts = finished
            if n_finished == 0 or n_epochs == 1:
                raise
            state.restore(snapshot)
            patience.restore(counts)
            if draws:
                state.rng.set_state(rng_before)
                for _ in range(n_finished):
                    state.rng.permutation(minibatches.n_samples)
            del losses[n_finished:], rates[n_finished:]
            ending = INTERRUPTED
        return Block(losses, rates, ending)

    def _train_epoch(self, learning_rate):
        """One pass over the samples; returns its mean loss."""
        parameters, optimizer = self.state.parameters, self.state.optimizer
        objective, gradient = self.objective, self.gradient
        total_weight = self.minibatches.total_weight
        mean_weight = total_weight / self.minibatches.n_samples
        loss_sum = penalty_sum = 0.0
        for (X, Y, sample_weight), workspace in self.minibatches.epoch(self.state.rng):
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


def epochs(state, samples, objective, *, batch_size, shuffle=True):
    """Train without end, one epoch each time it is asked for.

    Parameters
    ----------
    state, samples, objective, batch_size, shuffle
        As `Trainer` takes them.

    Yields
    ------
    Epoch
    """
    trainer = Trainer(state, samples, objective, batch_size=batch_size, shuffle=shuffle)
    while True:
        yield trainer.train(1).last


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
        if monitor.end_epoch(Epoch(float(intermediate_result.fun))):
            raise StopIteration

    return scipy.optimize.minimize(
        evaluate,
        parameters.flat.astype(np.float64),
        method="L-BFGS-B",
        jac=True,
        callback=iterate,
        options={"maxiter": max_iter, "maxfun": max_fun, "gtol": tol},
    )
