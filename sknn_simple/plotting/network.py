"""Diagram of a network: neurons, and weights as lines between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from sklearn.base import BaseEstimator

from .._pipeline import fitted_network, input_names
from ..network import layer_activations
from ._annotation import (
    activations_of,
    checked_names,
    layer_heading,
    output_names_of,
)
from ._canvas import Canvas, short
from ._diagram import FULL_WIDTH, NetworkDiagram
from ._style import import_pyplot

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection, PatchCollection
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray
    from scipy.sparse import sparray, spmatrix


@dataclass(kw_only=True, eq=False, repr=False)
class NetworkDisplay:
    """Diagram of a network.

    Create it with `from_estimator`. Circles are neurons, and a square is the constant
    input of the biases. Lines are weights: solid and blue if positive, dashed and
    vermilion if negative, their width relative to the largest weight of the layer.
    Small networks show the values of the weights. On a dark background, the two colours
    are lighter.

    Parameters
    ----------
    coefs : list of ndarray of shape (fan_in, fan_out)
        Weights of each layer after the inputs.

    intercepts : list of ndarray of shape (fan_out,), default=None
        Biases of each layer after the inputs. None draws no biases.

    activations : list of ndarray of shape (layer_size,), default=None
        Activations of each layer for one sample, the sample itself first. They give
        each neuron a number and a colour.

    feature_names, output_names : list of str, default=None
        Names of the inputs and of the outputs. If None, no names are shown.

    activation_names : list of str, default=None
        Name of the activation function of each layer after the inputs.

    Attributes
    ----------
    edges_ : list of matplotlib LineCollection
        Weights of each layer after the inputs, sorted by size.

    bias_edges_ : list of matplotlib LineCollection
        Biases of each layer after the inputs; empty without biases.

    neurons_ : list of matplotlib PatchCollection
        Circles of each layer.

    ax_, figure_ : matplotlib Axes and Figure
        Axes of the diagram, and the figure that contains them.

    See Also
    --------
    sknn_simple.plotting.StepDisplay :
        Diagram of a small network with the derivatives of one training step.

    Examples
    --------
    The activations of a network for a new sample:

    >>> from sknn_simple import SimpleMLPClassifier
    >>> from sknn_simple.datasets import load_four_people
    >>> from sknn_simple.plotting import NetworkDisplay
    >>> people = load_four_people()
    >>> network = SimpleMLPClassifier((2,), random_state=0)
    >>> network = network.fit(people.data, people.target)
    >>> display = NetworkDisplay.from_estimator(
    ...     network,
    ...     people.data_new[0],
    ...     feature_names=people.feature_names,
    ...     class_names=people.target_names,
    ... )
    >>> display.figure_.savefig("network.png")  # doctest: +SKIP
    """

    coefs: Sequence[NDArray[Any]]
    intercepts: Sequence[NDArray[Any]] | None = None
    activations: Sequence[NDArray[Any]] | None = None
    feature_names: Sequence[str] | None = None
    output_names: Sequence[str] | None = None
    activation_names: Sequence[str] | None = None

    edges_: list[LineCollection] = field(init=False)
    bias_edges_: list[LineCollection] = field(init=False)
    neurons_: list[PatchCollection] = field(init=False)
    ax_: Axes = field(init=False)
    figure_: Figure = field(init=False)

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        x: ArrayLike | sparray | spmatrix | None = None,
        *,
        feature_names: Sequence[str] | None = None,
        class_names: Sequence[str] | None = None,
        max_neurons: int = 12,
        coef_values: bool | Literal["auto"] = "auto",
        ax: Axes | None = None,
        edge_kw: dict[str, Any] | None = None,
        neuron_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw a fitted network.

        Parameters
        ----------
        estimator : SimpleMLPClassifier, SimpleMLPRegressor or Pipeline
            Fitted network, or fitted Pipeline that ends in one.

        x : array-like of shape (n_features,) or (1, n_features), default=None
            Sample whose activations are shown. The earlier steps of a Pipeline
            transform it.

        feature_names : list of str, default=None
            Names of the network's inputs. None uses its feature names, or those that
            the earlier steps of a Pipeline give, else x1, x2, ...

        class_names : list of str, default=None
            Names of the classes in the order of `classes_`, of the labels of a
            multilabel classifier, or of a regressor's outputs. None uses `classes_`, or
            y1, y2, ...

        max_neurons, coef_values, ax, edge_kw, neuron_kw
            See `plot`.

        Returns
        -------
        display : NetworkDisplay

        Raises
        ------
        NotFittedError, TypeError
            If the estimator is not fitted, or is of another type than above.

        ValueError
            If `x` is not one finite sample, if the number of names is wrong, or as in
            `plot`.
        """
        import_pyplot(cls.__name__)
        network = fitted_network(estimator)
        activation = network._architecture.activation
        activations = None
        if x is not None:
            activations = activations_of(estimator, network, activation, x)
        n_hidden = network.n_layers_ - 2
        names = input_names(estimator)
        display = cls(
            coefs=network.coefs_,
            intercepts=network.intercepts_ if network.fit_intercept else None,
            activations=activations,
            feature_names=checked_names("feature_names", feature_names, names),
            output_names=output_names_of(network, class_names),
            activation_names=[
                *layer_activations(activation, n_hidden),
                network.out_activation_,
            ],
        )
        return display.plot(
            ax,
            max_neurons=max_neurons,
            coef_values=coef_values,
            edge_kw=edge_kw,
            neuron_kw=neuron_kw,
        )

    def plot(
        self,
        ax: Axes | None = None,
        *,
        max_neurons: int = 12,
        coef_values: bool | Literal["auto"] = "auto",
        edge_kw: dict[str, Any] | None = None,
        neuron_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the diagram.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; the diagram and its texts are scaled to fit. None creates a
            figure as large as the diagram, up to a width of 16 inches.

        max_neurons : int, default=12
            Maximum number of rows per layer, at least 3. Larger layers show their first
            and last neurons, with dots between.

        coef_values : bool or 'auto', default='auto'
            Whether to write each weight on its edge. 'auto' does so if no layer has
            more than 4 neurons or 16 edges, and no more than 5 layers have edges.

        edge_kw : dict, default=None
            Keyword arguments for `matplotlib.collections.LineCollection`.

        neuron_kw : dict, default=None
            Keyword arguments for `matplotlib.collections.PatchCollection`.

        Returns
        -------
        self : NetworkDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.

        ValueError
            If `max_neurons` or `coef_values` is invalid.
        """
        plt = import_pyplot(type(self).__name__)
        _check_options(max_neurons, coef_values)
        sizes = [len(self.coefs[0]), *(coef.shape[1] for coef in self.coefs)]
        if coef_values == "auto":
            is_narrow = max(sizes[1:]) <= 4 and max(c.size for c in self.coefs) <= 16
            coef_values = is_narrow and len(self.coefs) <= 5
        headings = [self._heading(i, size) for i, size in enumerate(sizes)]
        names = {0: self.feature_names, len(self.coefs): self.output_names}
        with_bias = self.intercepts is not None
        diagram = NetworkDiagram(
            sizes, max_neurons, headings, names, coef_values, with_bias
        )
        if ax is None:
            size = diagram.size * min(1, FULL_WIDTH / diagram.size[0])
            _, ax = plt.subplots(figsize=size, layout="constrained")
        canvas = Canvas(ax, diagram)
        self.edges_, self.bias_edges_, self.neurons_ = [], [], []
        for i, (left, right) in enumerate(pairwise(diagram.columns)):
            self._draw_edges(canvas, i, left, right, coef_values, edge_kw or {})
        for i, column in enumerate(diagram.columns):
            activations = self.activations and self.activations[i]
            neurons = canvas.draw_neurons(column, activations, neuron_kw or {})
            self.neurons_.append(neurons)
            side = "right" if i == 0 else "left"
            canvas.write_layer(column, headings[i], side)
        canvas.add_legend(self.activations is not None)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _draw_edges(self, canvas, i, left, right, coef_values, edge_kw):
        """Draw the weights and biases of a layer."""
        coef, intercept = self.coefs[i], self.intercepts and self.intercepts[i]
        weights = coef.ravel() if intercept is None else np.r_[coef.ravel(), intercept]
        largest = np.abs(weights).max()

        def draw(starts, coef):
            return canvas.draw_edges(starts, right, coef, largest, coef_values, edge_kw)

        if intercept is not None:
            bias = canvas.draw_bias(left.x)
            self.bias_edges_.append(draw(bias, intercept[None, right.neurons]))
        coef = coef[np.ix_(left.neurons, right.neurons)]
        self.edges_.append(draw(left.points, coef))
        if not coef_values:
            canvas.write_foot_between(left, right, f"largest |w|: {short(largest)}")

    def _heading(self, i, size):
        function = self.activation_names[i - 1] if self.activation_names and i else ""
        return layer_heading(i, len(self.coefs), size, function)


def _check_options(max_neurons, coef_values):
    if not isinstance(max_neurons, int | np.integer) or max_neurons < 3:
        raise ValueError(
            f"max_neurons must be an integer of at least 3, got {max_neurons!r}."
        )
    if coef_values not in (True, False, "auto"):
        raise ValueError(
            f"coef_values must be True, False or 'auto', got {coef_values!r}."
        )
