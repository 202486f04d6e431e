"""The diagram of a network: its neurons, and its weights as lines between them."""

from functools import partial
from itertools import pairwise

import numpy as np

from ._annotation import activations_of, feature_names_of, output_names_of
from ._appearance import fitted_network, import_pyplot
from ._canvas import Canvas, short
from ._diagram import lay_out, shown_neurons, wrap


class NetworkDisplay:
    """The diagram of a network.

    Make it by `from_estimator`. Neurons are circles, the biases' constant input is a
    square with a 1, and each weight is a line: solid and blue if positive, dashed and
    vermillion if negative, the wider the larger it is beside the largest of its layer.
    Where there are few, their values are written on the lines.

    Parameters
    ----------
    coefs : list of ndarray of shape (fan_in, fan_out)

    intercepts : list of ndarray of shape (fan_out,), default=None
        None for a network without biases.

    activations : list of ndarray of shape (layer_size,), default=None
        What each neuron says to one input, the input itself first: shown as the
        number and the colour of a neuron.

    feature_names, output_names : list of str, default=None
        Written beside the inputs and the outputs.

    activation_names : list of str, default=None
        The activation function of each layer after the inputs.

    Attributes
    ----------
    edges_ : list of matplotlib LineCollection
        One a layer after the inputs: its weights, from the smallest to the largest.

    bias_edges_ : list of matplotlib LineCollection
        Its biases; empty without.

    neurons_ : list of matplotlib PatchCollection
        The circles of each layer.

    ax_ : matplotlib Axes

    figure_ : matplotlib Figure

    Examples
    --------
    What a network for four people says to somebody else:

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

    def __init__(
        self,
        *,
        coefs,
        intercepts=None,
        activations=None,
        feature_names=None,
        output_names=None,
        activation_names=None,
    ):
        self.coefs = coefs
        self.intercepts = intercepts
        self.activations = activations
        self.feature_names = feature_names
        self.output_names = output_names
        self.activation_names = activation_names

    @classmethod
    def from_estimator(
        cls,
        estimator,
        x=None,
        *,
        feature_names=None,
        class_names=None,
        max_neurons=12,
        coef_values="auto",
        ax=None,
        edge_kw=None,
        neuron_kw=None,
    ):
        """Draw a fitted estimator.

        Parameters
        ----------
        estimator : SimpleMLPClassifier, SimpleMLPRegressor or Pipeline
            Fitted. Of a Pipeline, the last step is drawn.

        x : array-like of shape (n_features,) or (1, n_features), default=None
            One sample, whose activations are shown. The steps of a Pipeline before
            the last transform it first.

        feature_names : list of str of length n_features, default=None
            None takes those that the network was fitted with, or x0, x1, ...

        class_names : list of str, default=None
            Names of the classes in the order of `classes_`; of a regressor, of its
            outputs. None takes the labels themselves, or y0, y1, ...

        max_neurons, coef_values, ax, edge_kw, neuron_kw
            As in `plot`.

        Returns
        -------
        display : NetworkDisplay

        Raises
        ------
        ValueError
            If the number of names or the shape of `x` is not that of the network.

        TypeError
            If the estimator is not a network, nor ends in one.
        """
        import_pyplot(cls.__name__)
        network = fitted_network(estimator)
        intercepts = network.intercepts_ if network.fit_intercept else None
        activation = network._architecture["activation"]
        n_hidden = network.n_layers_ - 2
        display = cls(
            coefs=network.coefs_,
            intercepts=intercepts,
            activations=None if x is None else activations_of(estimator, network, x),
            feature_names=feature_names_of(estimator, network, feature_names),
            output_names=output_names_of(network, class_names),
            activation_names=[activation] * n_hidden + [network.out_activation_],
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
        ax=None,
        *,
        max_neurons=12,
        coef_values="auto",
        edge_kw=None,
        neuron_kw=None,
    ):
        """Draw the diagram.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a figure of the size that the diagram needs; in given axes it
            is scaled to fit, its texts too.

        max_neurons : int, default=12
            Of a layer with more neurons only the first and the last are shown, with
            dots for the others. At least 3.

        coef_values : bool or 'auto', default='auto'
            Whether to write its value on each edge; 'auto' does if no layer has more
            than 4 neurons or 16 edges.

        edge_kw : dict, default=None
            For `matplotlib.collections.LineCollection`.

        neuron_kw : dict, default=None
            For `matplotlib.collections.PatchCollection`.

        Returns
        -------
        self : NetworkDisplay

        Raises
        ------
        ImportError
            If there is no matplotlib.

        ValueError
            If a parameter is not as it should be.
        """
        plt = import_pyplot(type(self).__name__)
        if not isinstance(max_neurons, int | np.integer) or max_neurons < 3:
            raise ValueError(
                f"max_neurons must be an integer of at least 3, got {max_neurons!r}."
            )
        if coef_values not in (True, False, "auto"):
            raise ValueError(
                f"coef_values must be True, False or 'auto', got {coef_values!r}."
            )
        sizes = [len(self.coefs[0]), *(coef.shape[1] for coef in self.coefs)]
        if coef_values == "auto":
            coef_values = max(sizes[1:]) <= 4 and max(c.size for c in self.coefs) <= 16
        labels = [
            []
            if names is None
            else [wrap(names[i]) for i in shown_neurons(n, max_neurons)]
            for names, n in (
                (self.feature_names, sizes[0]),
                (self.output_names, sizes[-1]),
            )
        ]
        with_bias = self.intercepts is not None
        diagram = lay_out(sizes, max_neurons, labels, coef_values, with_bias)
        if ax is None:
            _, ax = plt.subplots(figsize=diagram.size, layout="constrained")
        canvas = Canvas(ax, diagram)
        self._draw_edges(canvas, coef_values, edge_kw or {})
        self._draw_neurons(canvas, neuron_kw or {})
        self._write(canvas, labels)
        canvas.add_legend(self.activations is not None)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _draw_edges(self, canvas, coef_values, edge_kw):
        """Draw all weights and biases."""
        self.edges_, self.bias_edges_ = [], []
        for i, (left, right) in enumerate(pairwise(canvas.diagram.columns)):
            weights = self.coefs[i]
            if self.intercepts is not None:
                weights = np.vstack([weights, self.intercepts[i]])
            largest = weights.flat[np.abs(weights).argmax()]
            draw = partial(
                canvas.draw_edges,
                largest=abs(largest),
                with_values=coef_values,
                edge_kw=edge_kw,
            )
            if self.intercepts is not None:
                bias = canvas.draw_bias(left.x)
                intercept = self.intercepts[i][None, right.neurons]
                self.bias_edges_.append(draw(bias, right, intercept))
            coef = self.coefs[i][np.ix_(left.neurons, right.neurons)]
            self.edges_.append(draw(left, right, coef))
            if not coef_values:
                text = f"largest weight: {short(largest)}"
                canvas.write_foot((left.x + right.x) / 2, text)

    def _draw_neurons(self, canvas, neuron_kw):
        """Draw all circles, with their activations if there are any."""
        self.neurons_ = []
        for i, column in enumerate(canvas.diagram.columns):
            activations = None
            if self.activations is not None:
                activations = self.activations[i]
            self.neurons_.append(canvas.draw_neurons(column, activations, neuron_kw))

    def _write(self, canvas, labels):
        """Write what stands above and beside the layers."""
        columns = canvas.diagram.columns
        n_hidden = len(columns) - 2
        names = ["input", *(f"hidden {i}" for i in range(1, n_hidden + 1)), "output"]
        if n_hidden == 1:
            names[1] = "hidden"
        sizes = [len(self.coefs[0]), *(coef.shape[1] for coef in self.coefs)]
        functions = self.activation_names or [""] * len(self.coefs)
        for i, (column, name, size) in enumerate(
            zip(columns, names, sizes, strict=True)
        ):
            what = "feature" if i == 0 else "neuron"
            lines = [name, f"{size} {what}{'s' if size > 1 else ''}"]
            lines += [functions[i - 1]] if i > 0 else []
            canvas.write_heading(column.x, "\n".join(lines).rstrip())
        canvas.write_beside(columns[0], labels[0], "right")
        canvas.write_beside(columns[-1], labels[1], "left")
