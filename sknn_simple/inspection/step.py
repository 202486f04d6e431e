"""StepExplanation: one backpropagation step, neuron by neuron."""

from dataclasses import dataclass
from numbers import Integral

import numpy as np

from ..network import Objective, Parameters
from .neuron import Layer
from .notation import numbered
from .outline import outline
from .step_html import to_html
from .step_text import to_text


@dataclass(frozen=True, eq=False, repr=False)
class StepExplanation:
    """One backpropagation step on one sample, as `explain_step` returns it.

    It prints as text, and is shown as HTML in a notebook.

    Attributes
    ----------
    inputs : dict of str to float
        The sample by the names of the features, or by "x1", "x2" and so on if these
        have no names.

    feature_names : list of str or None
        Names of the inputs, unless these are x1, x2, ...

    y : label, number or ndarray of shape (n_outputs,)
        The target as given.

    targets : dict of str to float
        The target of each output: "y", or "y1" and so on. They are (y - mean) /
        deviation for a regressor that trains on such targets.

    standardised_by : tuple of ndarray or None
        The mean and the deviation, each of shape (n_outputs,), that standardise y. With
        Poisson loss they are 0 and the mean of y.

    objective : Objective
        The function whose derivatives these are.

    loss, penalty : float
        The two parts of the objective before the step.

    learning_rate : float
        Length of the step, relative to the gradient.

    layers : tuple of Layer
        From the first hidden layer to the output layer. A layer has a `name` and
        `neurons`. A neuron has a `name`, its `inputs`, `weighted_sum` (z), `activation`
        (a), `delta` (∂L/∂z), `slope` (∂a/∂z, a factor), `weights`, and a `bias` or
        None. Weights and biases have a `name`, the `source` and `target` that they
        join, the values `old` and `new`, the `derivative`, and `chains`: the products
        whose sum it is, each a tuple of factors with `name`, `value` and `formula`.

    parameters, gradient, new_parameters : Parameters
        The same numbers as arrays: the network's parameters before the step, the
        derivatives of the objective, and the parameters after the step.

    next_parameters : Parameters or None
        The parameters after the next call of `partial_fit` on this sample, which
        momentum, adam or averaging may change; None for L-BFGS.

    differs_by : tuple of str
        The options that make `next_parameters` differ from `new_parameters`, such as
        "momentum=0.9"; empty if they are equal.

    automatic_values : dict of str to float
        What 'auto' stood for in the last training, for `learning_rate_init` and
        `alpha`, which may be a multiple of 'auto'. In this step it is computed from the
        sample alone.
    """

    inputs: dict[str, float]
    y: np.ndarray
    targets: dict[str, float]
    standardised_by: tuple[np.ndarray, np.ndarray] | None
    objective: Objective
    loss: float
    penalty: float
    learning_rate: float
    layers: tuple[Layer, ...]
    parameters: Parameters
    gradient: Parameters
    new_parameters: Parameters
    next_parameters: Parameters | None
    differs_by: tuple[str, ...]
    automatic_values: dict[str, float]

    @property
    def feature_names(self) -> list[str] | None:
        names = list(self.inputs)
        return None if names == numbered("x", len(names)) else names

    def to_text(self, max_shown: int = 6) -> str:
        """Lay the step out as plain text.

        Parameters
        ----------
        max_shown : int, default=6
            Maximum number of inputs, of neurons per layer, and of weights per neuron
            to show. The rest are counted in a line.

        Returns
        -------
        text : str

        Raises
        ------
        ValueError
            If `max_shown` is not an integer of at least 1.
        """
        return self._render(to_text, max_shown)

    def to_html(self, max_shown: int = 6) -> str:
        """Lay the step out as self-contained HTML.

        Parameters
        ----------
        max_shown : int, default=6
            As in `to_text`.

        Returns
        -------
        html : str

        Raises
        ------
        ValueError
            If `max_shown` is not an integer of at least 1.
        """
        return self._render(to_html, max_shown)

    def _render(self, render, max_shown):
        if not isinstance(max_shown, Integral) or max_shown < 1:
            raise ValueError(
                f"max_shown must be an integer of at least 1, got {max_shown!r}."
            )
        return render(outline(self, max_shown), self.learning_rate)

    def __str__(self) -> str:
        return self.to_text()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.to_html()
