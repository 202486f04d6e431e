"""Diagram of one backpropagation step: activations forward, derivatives backward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from sklearn.base import BaseEstimator

from .._pipeline import fitted_network
from ..inspection import StepExplanation, explain_step
from ..inspection.notation import number
from ..inspection.outline import update_of
from ._annotation import checked_names, loss_name_of, output_names_of
from ._step_canvas import StepCanvas
from ._step_diagram import StepDiagram, with_minus
from ._style import import_pyplot
from ._weight_path import weight_path

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection, PatchCollection
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike
    from scipy.sparse import sparray, spmatrix

MAX_NEURONS = 12  # inputs included


@dataclass(kw_only=True, eq=False, repr=False)
class StepDisplay:
    """Diagram of one backpropagation step on one sample.

    Create it with `from_estimator`. Circles are inputs and neurons. The upper half of a
    neuron holds its activation, the lower half ∂L/∂z, the derivative of the loss with
    respect to its weighted sum. Beside the line of each weight, and below each neuron
    for its bias, are its value and its derivative. The frame on the right holds the
    targets and the loss. Every number is one of `explain_step`, with four significant
    digits.

    Numbers of the forward pass are blue; below them, numbers of the backward pass are
    vermilion. On a dark background, the two colours are lighter.

    Parameters
    ----------
    step : StepExplanation
        The step, as `explain_step` returns it.

    feature_names, output_names : list of str, default=None
        Names of the inputs and of the outputs. If None, inputs have the names of the
        step, and outputs have none.

    loss_name : str, default=""
        Name of the loss above its frame.

    Attributes
    ----------
    edges_ : list of matplotlib LineCollection
        Weights of each layer after the inputs, one neuron after the other.

    neurons_ : list of matplotlib PatchCollection
        Circles of the inputs, and the two halves of each neuron of the other layers.

    ax_, figure_ : matplotlib Axes and Figure
        Axes of the diagram, and the figure that contains them.

    See Also
    --------
    sknn_simple.inspection.explain_step :
        The same step as text, as HTML and as objects.
    sknn_simple.plotting.NetworkDisplay :
        Diagram of a network of any size.

    Examples
    --------
    The first step of the tutorial on four people, with the chain rule for w1:

    >>> from sknn_simple import SimpleMLPClassifier
    >>> from sknn_simple.plotting import StepDisplay
    >>> network = SimpleMLPClassifier.from_coefs(
    ...     [[[1, 1], [1, 1]], [[1], [1]]],
    ...     [[0, 0], [0]],
    ...     loss="mean_squared_error",
    ...     alpha=0,
    ... )
    >>> display = StepDisplay.from_estimator(network, [-2, -1], 1, parameter="w1")
    >>> display.step.layers[0].neurons[0].weights[0].derivative
    0.0214...
    >>> display.figure_.savefig("step.pdf")  # doctest: +SKIP
    """

    step: StepExplanation
    feature_names: Sequence[str] | None = None
    output_names: Sequence[str] | None = None
    loss_name: str = ""

    edges_: list[LineCollection] = field(init=False)
    neurons_: list[PatchCollection] = field(init=False)
    ax_: Axes = field(init=False)
    figure_: Figure = field(init=False)

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        x: ArrayLike | sparray | spmatrix,
        y: ArrayLike,
        *,
        feature_names: Sequence[str] | None = None,
        class_names: Sequence[str] | None = None,
        parameter: str | None = None,
        new_values: bool = False,
        ax: Axes | None = None,
        edge_kw: dict[str, Any] | None = None,
        neuron_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Explain a step of a fitted network, and draw it.

        Parameters
        ----------
        estimator : SimpleMLPClassifier, SimpleMLPRegressor or Pipeline
            Fitted network, or fitted Pipeline that ends in one, with at most 12 inputs
            and neurons.

        x : array-like of shape (n_features,) or (1, n_features)
            The sample. The earlier steps of a Pipeline transform it.

        y : label, number or array-like of shape (n_outputs,) or (1, n_outputs)
            Target of the sample.

        feature_names : list of str, default=None
            Names of the network's inputs. None uses its feature names, or those that
            the earlier steps of a Pipeline give, else x1, x2, ...

        class_names : list of str, default=None
            Names of the classes in the order of `classes_`, of the labels of a
            multilabel classifier, or of a regressor's outputs. None uses `classes_`, or
            y1, y2, ...

        parameter, new_values, ax, edge_kw, neuron_kw
            See `plot`.

        Returns
        -------
        display : StepDisplay

        Raises
        ------
        NotFittedError, TypeError
            If the estimator is not fitted, or is of another type than above.

        ValueError
            If `x` is not a single sample, `y` is not its target, the loss is not
            finite, the number of names is wrong, or as in `plot`.
        """
        import_pyplot(cls.__name__)
        network = fitted_network(estimator)
        _check_sizes([len(network.coefs_[0]), *(c.shape[1] for c in network.coefs_)])
        step = explain_step(estimator, x, y)
        if feature_names is not None:
            feature_names = checked_names("feature_names", feature_names, step.inputs)
        display = cls(
            step=step,
            feature_names=feature_names or step.feature_names,
            output_names=output_names_of(network, class_names),
            loss_name=loss_name_of(network),
        )
        return display.plot(
            ax,
            parameter=parameter,
            new_values=new_values,
            edge_kw=edge_kw,
            neuron_kw=neuron_kw,
        )

    def plot(
        self,
        ax: Axes | None = None,
        *,
        parameter: str | None = None,
        new_values: bool = False,
        edge_kw: dict[str, Any] | None = None,
        neuron_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the diagram.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; the diagram and its texts are scaled to fit. None creates a
            figure as large as the diagram.

        parameter : str, default=None
            Name of a weight or bias, such as 'w1' or 'b1'. Its path to the loss is
            highlighted, with the activation that it multiplies, and the chain rule for
            its derivative is written below.

        new_values : bool, default=False
            Whether to write each weight's value after the step below its derivative.

        edge_kw : dict, default=None
            Keyword arguments for `matplotlib.collections.LineCollection`.

        neuron_kw : dict, default=None
            Keyword arguments for `matplotlib.collections.PatchCollection`.

        Returns
        -------
        self : StepDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.

        ValueError
            If the network has more than 12 inputs and neurons, or no weight has the
            name `parameter`.
        """
        plt = import_pyplot(type(self).__name__)
        step = self.step
        _check_sizes([len(step.inputs), *(len(la.neurons) for la in step.layers)])
        path = None if parameter is None else weight_path(step, parameter)
        diagram = StepDiagram(
            step,
            self.feature_names or list(step.inputs),
            self.output_names,
            self.loss_name,
            new_values,
            [*_chain_rule(path), *_update_rule(step, new_values)],
        )
        if ax is None:
            _, ax = plt.subplots(figsize=diagram.size, layout="constrained")
        canvas = StepCanvas(ax, diagram, step, path)
        self.edges_, self.neurons_ = [], [canvas.draw_inputs(neuron_kw or {})]
        for i in range(len(step.layers)):
            self.edges_.append(canvas.draw_weights(i, edge_kw or {}))
            self.neurons_.append(canvas.draw_layer(i, neuron_kw or {}))
        canvas.draw_loss()
        for i, column in enumerate(diagram.columns):
            side = "right" if i == 0 else "left"
            canvas.write_layer(column, diagram.headings[i], side)
        canvas.write_footnotes()
        self.ax_, self.figure_ = ax, ax.figure
        return self


def _check_sizes(sizes):
    if sum(sizes) > MAX_NEURONS:
        raise ValueError(
            f"The network must have at most {MAX_NEURONS} inputs and neurons, got "
            f"{' + '.join(map(str, sizes))} = {sum(sizes)}. NetworkDisplay draws "
            "larger networks."
        )


def _chain_rule(path):
    """Write the derivative for the weight of a path, by names and by values."""
    if path is None:
        return []
    equation = update_of(path.neuron, path.weight).derivative
    by_name = f"{equation.symbol} = {equation.by_name}"
    by_value = with_minus(
        f"{equation.symbol} {equation.before_values} {equation.by_value} "
        f"{equation.before_result} {equation.result}"
    )
    return [line.replace(" * ", " · ") for line in (by_name, by_value)]


def _update_rule(step, new_values):
    """Write how the step changes a weight."""
    if not new_values:
        return []
    rule = f"→ the weight after the step: weight - {number(step.learning_rate)} · ∂"
    if step.differs_by:
        rule += f", without {' and '.join(step.differs_by)}"
    return [with_minus(rule)]
