"""Activation functions, each with its derivative written from its own output.

A function takes the pre-activations ``Z`` of a layer, shape
``(n_samples, n_units)``, and overwrites them with the activations ``A``. A
derivative takes ``A`` and d loss / d ``A``, and overwrites the latter with
d loss / d ``Z``. ``scratch`` is an array of the same shape that a derivative may
write to; it is allocated when not given.

NumPy may warn of an overflow in exp, which is harmless: callers silence it.
"""

from collections import ChainMap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, logit

# From this size on, four vectorised NumPy calls are faster than SciPy's expit.
_LARGE = 512


def identity(Z):
    """A = Z."""


def identity_derivative(A, delta, scratch=None):
    """dA/dZ = 1."""


def logistic(Z):
    """A = 1 / (1 + exp(-Z))."""
    if Z.size < _LARGE:
        expit(Z, Z)
    else:
        # Where exp overflows to infinity, the result is 0, as it should be.
        np.negative(Z, out=Z)
        np.exp(Z, out=Z)
        np.add(Z, 1, out=Z)
        np.reciprocal(Z, out=Z)


def logistic_derivative(A, delta, scratch=None):
    """dA/dZ = A * (1 - A)."""
    delta *= A
    delta -= np.multiply(delta, A, scratch)


def tanh(Z):
    """A = tanh(Z)."""
    np.tanh(Z, out=Z)


def tanh_derivative(A, delta, scratch=None):
    """dA/dZ = 1 - A**2."""
    part = np.multiply(delta, A, out=scratch)
    part *= A
    delta -= part


def relu(Z):
    """A = max(Z, 0)."""
    np.maximum(Z, 0, out=Z)


def relu_derivative(A, delta, scratch=None):
    """dA/dZ = 1 where A > 0, else 0."""
    delta *= A > 0


def relu_inverse(A):
    """Z = max(A, 0)."""
    return np.maximum(A, 0)


LEAK = 0.01
"""Slope of the leaky relu below 0."""


def leaky_relu(Z):
    """A = Z where Z > 0, else LEAK * Z."""
    np.multiply(Z, LEAK, out=Z, where=Z < 0)


def leaky_relu_derivative(A, delta, scratch=None):
    """dA/dZ = 1 where A > 0, else LEAK."""
    np.multiply(delta, LEAK, out=delta, where=A <= 0)


def softplus(Z):
    """A = log(1 + exp(Z)), a smooth relu."""
    np.logaddexp(Z, 0, out=Z)


def softplus_derivative(A, delta, scratch=None):
    """dA/dZ = logistic(Z) = 1 - exp(-A)."""
    part = np.negative(A, out=scratch)
    delta *= np.negative(np.expm1(part, out=part), out=part)


def softplus_inverse(A):
    """Z = log(exp(A) - 1), which does not overflow in this form."""
    return A + np.log(-np.expm1(-A))


def exp(Z):
    """A = exp(Z)."""
    np.exp(Z, out=Z)


def exp_derivative(A, delta, scratch=None):
    """dA/dZ = A."""
    delta *= A


def softmax(Z):
    """A = exp(Z) / sum(exp(Z)) over the units of each row."""
    Z -= Z.max(axis=1, keepdims=True)
    np.exp(Z, out=Z)
    Z /= Z.sum(axis=1, keepdims=True)


COMPILED = (
    (identity, identity_derivative),
    (logistic, logistic_derivative),
    (tanh, tanh_derivative),
    (relu, relu_derivative),
    (exp, exp_derivative),
    (softmax, None),
    (leaky_relu, leaky_relu_derivative),
    (softplus, softplus_derivative),
)
"""What the compiled loops have, in the order of their codes."""

NOT_COMPILED = 99
"""Code of a function that the compiled loops lack."""


@dataclass(frozen=True, kw_only=True)
class Activation:
    """An activation function, and everything that other modules know about it.

    Parameters
    ----------
    function : callable
        ``function(Z)`` overwrites pre-activations, shape (n_samples, n_units), with
        the activations A.

    derivative : callable, default=None
        ``derivative(A, delta, scratch=None)`` multiplies `delta` by the slope, which
        must follow from A. It may write to `scratch`, an array of the same shape. None
        if the function is differentiated together with its loss, as softmax is.
        Estimators need the derivative of every other function.

    formula : str
        The activation of the pre-activation ``{z}``, as text.

    slope : str, default=''
        The slope at the activation ``{a}``, as text. Explanations show both.

    inverse : callable, default=None
        ``inverse(A)`` returns the pre-activations Z of activations within the bounds.
        If given, the outputs of a regressor start around the mean of its targets, but
        those of homogeneous functions only with `normalize_y`.

    target_bounds : tuple of float, default=(-inf, inf)
        Interval of the targets of an output with this activation. If both are finite,
        the function saturates.

    output_range : tuple of float, default=(-inf, inf)
        Interval of the outputs, if targets may lie outside it.

    homogeneous : bool, default=False
        Whether ``f(c * z) == c * f(z)`` for every c > 0. The outputs of a regressor are
        then trained on scaled targets.

    kinked : bool, default=False
        Whether the slope jumps where the activation passes 0.

    glorot_factor : float, default=6
        Glorot's bound of initial weights is sqrt(factor / (fan_in + fan_out)).

    Raises
    ------
    ValueError
        If a function returns a new array instead of overwriting its argument.
    """

    function: Callable
    derivative: Any = None
    formula: str
    slope: str = ""
    inverse: Any = None
    target_bounds: tuple[float, float] = (-np.inf, np.inf)
    output_range: tuple[float, float] = (-np.inf, np.inf)
    homogeneous: bool = False
    kinked: bool = False
    glorot_factor: float = 6

    def __post_init__(self) -> None:
        Z, delta, scratch = np.zeros((1, 1)), np.ones((1, 1)), np.empty((1, 1))
        _check_in_place("function(Z)", self.function, Z)
        if self.derivative is not None:
            call = "derivative(A, delta, scratch)"
            _check_in_place(call, self.derivative, Z, delta, scratch)

    @property
    def code(self) -> int:
        """Number in the compiled loops; NOT_COMPILED if these lack the function."""
        pair = self.function, self.derivative
        return COMPILED.index(pair) if pair in COMPILED else NOT_COMPILED

    @property
    def saturates(self):
        """Whether the output is bounded, however large the pre-activation is."""
        return np.isfinite(self.target_bounds).all()

    @property
    def has_units(self):
        """Whether training must adapt to the units of targets that cannot be scaled."""
        return self.saturates or (self.inverse is not None and not self.homogeneous)


def _check_in_place(call, function, *arrays):
    """Raise ValueError if a function returns anything but `Z` or `delta`, or None."""
    with np.errstate(all="ignore"):
        result = function(*arrays)
    name, written = ("delta", arrays[1]) if arrays[1:] else ("Z", arrays[0])
    if result is not None and result is not written:
        raise ValueError(
            f"{call} must overwrite {name} and return None, got a function that "
            f"returns {type(result).__name__}. Write, for instance, {name} *= 2 "
            f"instead of return 2 * {name}."
        )


ACTIVATIONS: dict[str, Activation] = {
    "identity": Activation(
        function=identity,
        derivative=identity_derivative,
        formula="{z}",
        slope="1",
        homogeneous=True,
    ),
    "logistic": Activation(
        function=logistic,
        derivative=logistic_derivative,
        formula="logistic({z})",
        slope="{a} * (1 - {a})",
        inverse=logit,
        target_bounds=(0, 1),
        glorot_factor=2,
    ),
    "tanh": Activation(
        function=tanh,
        derivative=tanh_derivative,
        formula="tanh({z})",
        slope="1 - {a}^2",
        inverse=np.arctanh,
        target_bounds=(-1, 1),
    ),
    "relu": Activation(
        function=relu,
        derivative=relu_derivative,
        formula="relu({z})",
        slope="1 if {a} > 0, else 0",
        inverse=relu_inverse,
        output_range=(0, np.inf),
        homogeneous=True,
        kinked=True,
    ),
    "leaky_relu": Activation(
        function=leaky_relu,
        derivative=leaky_relu_derivative,
        formula="leaky_relu({z})",
        slope="1 if {a} > 0, else 0.01",
        homogeneous=True,
        kinked=True,
    ),
    "softplus": Activation(
        function=softplus,
        derivative=softplus_derivative,
        formula="log(1 + exp({z}))",
        slope="1 - exp(-{a})",
        inverse=softplus_inverse,
        target_bounds=(0, np.inf),
    ),
}
"""The activations of hidden layers: a dict of name to `Activation`.

A new entry may be used at once, by its name. The user guide shows an example under
"Your own activation or loss".

SiLU is not among them: it falls and rises, so that its output does not determine its
derivative.
"""

_OF_OUTPUTS_ONLY = {
    "exp": Activation(
        function=exp,
        derivative=exp_derivative,
        formula="exp({z})",
        slope="{a}",
        target_bounds=(0, np.inf),
    ),
    "softmax": Activation(
        function=softmax,
        formula="exp({z}) / sum of exp(z) over the outputs",
        target_bounds=(0, 1),
    ),
}

OUT_ACTIVATIONS = ChainMap(_OF_OUTPUTS_ONLY, ACTIVATIONS)
"""The activations of output layers: a view of `ACTIVATIONS`, with two more.

``softmax`` is differentiated together with its loss.
"""


def differentiable() -> list[str]:
    """Return the names of the activations that may be trained in any layer, now."""
    return [name for name in ACTIVATIONS if _is_differentiable(name)]


def _is_differentiable(name):
    if not isinstance(name, str) or name not in ACTIVATIONS:
        return False
    return ACTIVATIONS[name].derivative is not None


def outputs_of_numbers() -> list[str]:
    """Return the names that a regressor's `out_activation` may have, now.

    An own function with the name of a built-in output may serve hidden layers only.
    """
    return [name for name in differentiable() if name not in _OF_OUTPUTS_ONLY]


def check_activation(activation: str | Sequence[str]) -> None:
    """Raise ValueError unless `activation` names activations of hidden layers."""
    names = activation if isinstance(activation, (tuple, list)) else [activation]
    if not all(map(_is_differentiable, names)):
        raise ValueError(
            f"activation must be one of {differentiable()}, or a list or tuple of "
            f"these, one per hidden layer, got {activation!r}."
        )


def layer_activations(activation: str | Sequence[str], n_hidden: int) -> Sequence[str]:
    """Return the activation of each hidden layer.

    Parameters
    ----------
    activation : str or sequence of str
        A single name stands for all layers.

    n_hidden : int
        Number of hidden layers.

    Returns
    -------
    names : sequence of str, of length n_hidden

    Raises
    ------
    ValueError
        If a name is unknown, or the number of names is not the number of layers.
    """
    check_activation(activation)
    names = (activation,) * n_hidden if isinstance(activation, str) else activation
    if len(names) != n_hidden:
        raise ValueError(
            f"activation must be a single name, or one name per hidden layer, here "
            f"{n_hidden}, got {activation!r}."
        )
    return names
