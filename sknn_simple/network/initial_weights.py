"""Initial weights: the distributions that coefs and intercepts are drawn from."""

import math
from collections.abc import Sequence

import numpy as np

from .activations import ACTIVATIONS, layer_activations
from .parameters import Parameters


def glorot_uniform(rng, shape, fan_in, fan_out, activation, is_output):
    """Uniform within +-sqrt(6 / (fan_in + fan_out)), for sigmoids +-sqrt(2 / ...).

    X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward
    neural networks", AISTATS 2010.
    """
    factor = ACTIVATIONS[activation].glorot_factor
    bound = math.sqrt(factor / (fan_in + fan_out))
    return rng.uniform(-bound, bound, shape)


def lecun_uniform(rng, shape, fan_in, fan_out, activation, is_output):
    """Uniform within +-sqrt(3 / fan_in): pre-activations of unit variance.

    Hidden sigmoids get twice as much: logistic(z) = (1 + tanh(z / 2)) / 2.

    Y. LeCun, L. Bottou, G. B. Orr and K.-R. Mueller, "Efficient BackProp", 1998,
    section 4.6.
    """
    bound = math.sqrt(3 / fan_in)
    if activation == "logistic" and not is_output:
        bound *= 2
    return rng.uniform(-bound, bound, shape)


def uniform(rng, shape, fan_in, fan_out, activation, is_output):
    """Uniform on [-1, 1): 2 * random_sample - 1, as in many tutorials."""
    return 2 * rng.random_sample(shape) - 1


def normal(rng, shape, fan_in, fan_out, activation, is_output):
    """Standard normal."""
    return rng.standard_normal(shape)


INITS = {
    "glorot_uniform": glorot_uniform,
    "lecun_uniform": lecun_uniform,
    "uniform": uniform,
    "normal": normal,
}
"""The distributions of initial coefs and intercepts: a dict of `init` to function.

`draw_parameters` calls them.
"""


def draw_parameters(
    layer_sizes: Sequence[int],
    rng: np.random.RandomState,
    init: str = "glorot_uniform",
    activation: str | Sequence[str] = "logistic",
    fit_intercept: bool = True,
    dtype: np.dtype | type[np.floating] = np.float64,
) -> Parameters:
    """Draw the parameters of a network, layer by layer: coefs, then intercepts.

    Parameters
    ----------
    layer_sizes : sequence of int
        Number of inputs, of units in each hidden layer, and of outputs.

    rng : numpy.random.RandomState
        Source of randomness.

    init : {'glorot_uniform', 'lecun_uniform', 'uniform', 'normal'}, \
            default='glorot_uniform'
        Distribution, as `init` of the estimators.

    activation : str or sequence of str, default='logistic'
        Activation of the hidden layers, or of each, on which the bounds depend.
        The output layer follows the last one, as in scikit-learn.

    fit_intercept : bool, default=True
        If False, no intercepts are drawn.

    dtype : dtype, default=np.float64
        float64 or float32.

    Returns
    -------
    parameters : Parameters
        The same numbers in either dtype, up to rounding.

    Raises
    ------
    ValueError
        If `init` or an activation is unknown, or the number of activations is wrong.
    """
    if init not in INITS:
        raise ValueError(f"init must be one of {list(INITS)}, got {init!r}.")
    parameters = Parameters(layer_sizes, dtype, fit_intercept)
    draw, names = INITS[init], layer_activations(activation, len(layer_sizes) - 2)
    single = activation if isinstance(activation, str) else "identity"
    names = [*names, names[-1] if names else single]
    for i, (coef, name) in enumerate(zip(parameters.coefs, names, strict=True)):
        fan_in, fan_out = coef.shape
        layer = fan_in, fan_out, name, i == len(parameters.coefs) - 1
        coef[:] = draw(rng, coef.shape, *layer)
        if fit_intercept:
            parameters.intercepts[i][:] = draw(rng, fan_out, *layer)
    return parameters
