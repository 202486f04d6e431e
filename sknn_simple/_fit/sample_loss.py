"""Sample loss: the loss on the samples of a training, as warnings need it."""

import functools
from dataclasses import dataclass

import numpy as np

from ..network import LOSSES, Workspace
from ..network.activations import NOT_COMPILED
from ..network.gradient import write_loss_gradient
from .session import Session

SLICE_SIZE = 2**16
"""About how many activations of a layer are held at once."""


def constant_loss(objective, samples):
    """Return the loss of the best constant prediction, without penalty."""
    with np.errstate(over="ignore", invalid="ignore"):
        value = objective.loss_of_constant(samples.Y, samples.sample_weight)
    if np.isfinite(value):
        return value
    if LOSSES[objective.loss].code == NOT_COMPILED:
        raise ValueError(
            f"loss={objective.loss!r}, a function of your own, returns {value} for a "
            "constant prediction. Make it finite for all predictions, or scale y if "
            "its numbers are too large."
        )
    raise ValueError(
        f"y is too large for loss={objective.loss!r}: even the loss of the best "
        "constant prediction is not finite. Scale y, for instance with "
        "normalize_y=True from the first call on."
    )


@dataclass
class SampleLoss:
    """The loss of parameters on the samples of a training so far, without penalty.

    Most attributes pass over all samples: they are for warnings and errors only.
    """

    session: Session

    @functools.cached_property
    def of_constant(self):
        """The loss of the best constant prediction."""
        return constant_loss(self.session.objective, self.session.samples)

    @property
    def of_unit_error(self):
        """The loss of a prediction that is wrong by about the spread of targets."""
        return LOSSES[self.session.objective.loss].of_unit_error

    def of(self, flat):
        """Return the loss of parameters, given as a flat array."""
        loss, _ = self._with_gradient(self.session.state.parameters.view(flat))
        return loss

    @property
    def of_last(self):
        """The loss of the last parameters."""
        loss, _ = self._of_last_with_gradient
        return loss

    @property
    def gradient(self):
        """The gradient of the loss of the last parameters."""
        _, gradient = self._of_last_with_gradient
        return gradient

    @functools.cached_property
    def _of_last_with_gradient(self):
        return self._with_gradient(self.session.state.parameters)

    @property
    def is_high(self):
        """Whether the loss of the kept model is above a tenth of `of_constant`."""
        return self.of(self.session.kept_flat) > 0.1 * self.of_constant

    def _with_gradient(self, parameters):
        """Sum the loss and its gradient over slices of rows, to save memory."""
        samples, objective = self.session.samples, self.session.objective
        sizes, dtype = parameters.layer_sizes, parameters.flat.dtype
        divisor = LOSSES[objective.loss].sample_divisor(samples.total_weight)
        loss, gradient, summand = 0.0, parameters.zeros_like(), parameters.zeros_like()
        n_rows = SLICE_SIZE // max(sizes[1:]) + 1
        for start in range(0, samples.X.shape[0], n_rows):
            part = samples.rows(slice(start, start + n_rows))
            workspace = Workspace(sizes, part.X.shape[0], dtype)
            loss += write_loss_gradient(
                parameters, part, 1 / divisor, objective, summand, workspace
            )
            gradient.flat += summand.flat
        return loss / divisor, gradient
