"""Objective: the function that training minimises, and its loss of one prediction."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .activations import (
    ACTIVATIONS,
    OUT_ACTIVATIONS,
    Activation,
    check_activation,
    layer_activations,
)
from .losses import LOSSES, LossOption
from .parameters import Parameters


@dataclass(frozen=True)
class Objective:
    """The function that training minimises: activations, loss and penalty.

    Parameters
    ----------
    loss : {'squared_error', 'mean_squared_error', 'sum_squared_error', \
            'absolute_error', 'quantile', 'huber', 'poisson', 'binary_log_loss', \
            'softmax_log_loss'}, default='squared_error'
        'squared_error' is half the square, averaged over samples and outputs,
        'mean_squared_error' twice as much, and 'sum_squared_error' half the square,
        summed. Log-loss is summed over outputs, the other losses are averaged.

    activation : str or sequence of str, default='logistic'
        Activation function of the hidden layers, one of
        `ACTIVATIONS`, or one function per hidden layer.

    out_activation : str, default='identity'
        Activation function of the output layer. `LOSSES` lists
        the ones that each loss takes.

    alpha : float, default=0.0
        Strength of the L2 penalty on the coefs.

    loss_option : float, default=None
        Quantile of the quantile loss (None is 0.5), or threshold of the Huber loss, in
        the units of the targets (None is 1). None for the other losses.

    input_factors : ndarray of shape (n_features,), default=None
        Factors of alpha for the coefs of each input. None is 1 for every input.

    Raises
    ------
    ValueError
        If the loss or an activation is unknown, or the loss does not take
        `out_activation` or `loss_option`.
    """

    loss: str = "squared_error"
    activation: str | Sequence[str] = "logistic"
    out_activation: str = "identity"
    alpha: float = 0.0
    loss_option: float | None = None
    # Not compared: an array has no single truth value.
    input_factors: np.ndarray | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.loss not in LOSSES:
            raise ValueError(f"loss must be one of {list(LOSSES)}, got {self.loss!r}.")
        check_activation(self.activation)
        allowed = LOSSES[self.loss].out_activations
        if self.out_activation not in allowed:
            raise ValueError(
                f"out_activation must be one of {list(allowed)} with loss="
                f"{self.loss!r}, got {self.out_activation!r}."
            )
        self._check_loss_option(LOSSES[self.loss].option)
        factors = self.input_factors
        if factors is not None and not (
            isinstance(factors, np.ndarray)
            and np.isfinite(factors).all()
            and (factors >= 0).all()
        ):
            raise ValueError(
                "input_factors must be an array of finite numbers of at least 0, got "
                f"{factors!r}. Pass one factor per input, or None."
            )

    def _check_loss_option(self, option: LossOption | None) -> None:
        value = self.loss_option
        if option is None:
            if value is not None:
                raise ValueError(
                    f"loss_option must be None with loss={self.loss!r}, got {value!r}."
                )
        elif value is None:
            object.__setattr__(self, "loss_option", option.default)
        elif not option.low < value < option.high:
            raise ValueError(
                f"{option.name} must be above {option.low:g} and below "
                f"{option.high:g}, got {value!r}."
            )

    @property
    def loss_arguments(self) -> tuple[float, ...]:
        """The last arguments of the loss and of its baseline: its option, if any."""
        return () if self.loss_option is None else (self.loss_option,)

    def functions(self, n_hidden: int) -> list[Activation]:
        """Return the Activation of each of so many hidden layers."""
        names = layer_activations(self.activation, n_hidden)
        return [ACTIVATIONS[name] for name in names]

    def check_factors(self, parameters: Parameters) -> None:
        """Raise ValueError unless there is one input factor per input."""
        factors, shape = self.input_factors, parameters.coefs[0].shape[:1]
        if factors is not None and factors.shape != shape:
            raise ValueError(
                f"input_factors must be of shape {shape}, one factor per input, got "
                f"{factors.shape}."
            )

    def penalties(self, parameters: Parameters) -> float | np.ndarray:
        """Return the strength of the penalty on each coef, or on all of them."""
        if self.input_factors is None:
            return self.alpha
        self.check_factors(parameters)
        first, factors = parameters.coefs[0], self.input_factors
        penalties = np.full_like(parameters.flat_coefs, self.alpha)
        penalties[: first.size].reshape(first.shape)[:] *= factors[:, None]
        return penalties

    def loss_of_constant(
        self, Y: np.ndarray, sample_weight: np.ndarray | None
    ) -> float:
        """Return the loss of the best constant prediction of `Y`, without penalty."""
        loss = LOSSES[self.loss]
        value = loss.of_best_constant(Y, sample_weight, *self.loss_arguments)
        total_weight = len(Y) if sample_weight is None else float(sample_weight.sum())
        value *= total_weight / loss.sample_divisor(total_weight)
        return float(value / loss.output_divisor(Y.shape[1]))


def loss_and_delta(
    objective: Objective,
    raw_prediction: np.ndarray,
    Y: np.ndarray,
    sample_weight: np.ndarray | None,
    delta: np.ndarray,
    scratch: np.ndarray,
) -> float:
    """Return the weighted sum of losses, and write its derivative to `delta`.

    Parameters
    ----------
    objective : Objective

    raw_prediction : ndarray of shape (n_samples, n_outputs)
        Overwritten.

    Y : ndarray of shape (n_samples, n_outputs)

    sample_weight : ndarray of shape (n_samples,) or None

    delta : ndarray of shape (n_samples, n_outputs)
        Receives the derivative with respect to the raw prediction, not weighted.

    scratch : ndarray of shape (n_samples, n_outputs)
        Overwritten.

    Returns
    -------
    loss : float
        A sum over samples and over outputs.
    """
    loss, arguments = LOSSES[objective.loss], objective.loss_arguments
    out = OUT_ACTIVATIONS[objective.out_activation]
    if not loss.canonical:
        out.function(raw_prediction)
    value = loss.function(raw_prediction, Y, sample_weight, delta, scratch, *arguments)
    if not loss.canonical:
        out.derivative(raw_prediction, delta, scratch)
    return float(value)
