"""Explanation: one backpropagation step laid out, from a sample and its target."""

import math
from dataclasses import replace
from itertools import accumulate

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..network import LOSSES
from .passes import Passes, is_canonical
from .problem import check_kind, layer_name, make_problem, not_finite, one_sample
from .step import Factor, Layer, Neuron, StepExplanation, Weight

SLOPES = {
    "identity": "1",
    "logistic": "{a} * (1 - {a})",
    "tanh": "1 - {a}^2",
    "relu": "1 if {a} > 0, else 0",
}
"""The derivative, from its output, of each activation but those of canonical pairs."""

LOSS_SLOPES = {"squared_error": "{a} - {y}", "absolute_error": "sign({a} - {y})"}
"""The derivative by the output, of each loss that is not of a canonical pair."""


def explain_step(estimator, x, y):
    """Lay out one backpropagation step on one sample, neuron by neuron.

    A plain step of gradient descent at the learning rate of the estimator's next epoch,
    from its fitted weights: what `partial_fit` on this sample does with solver 'sgd'
    and without momentum. All is computed in float64. The estimator is not changed.

    Parameters
    ----------
    estimator : SimpleMLPClassifier or SimpleMLPRegressor
        Fitted, or made by `from_coefs`.

    x : {array-like, sparse matrix} of shape (n_features,) or (1, n_features)
        The sample.

    y : label, number or array-like of shape (n_outputs,) or (1, n_outputs)
        Its target.

    Returns
    -------
    step : StepExplanation
        It prints as text, and shows as HTML in a notebook. `step.layers`, their
        `neurons` and their `weights` have every number and every factor.

    Raises
    ------
    NotFittedError
        If the estimator has no weights yet.
    TypeError
        If `estimator` is not one of these two, as a Pipeline is not.
    ValueError
        If `x` is not one sample, or `y` not its target, or the loss is not finite.

    Notes
    -----
    In the formulas inputs, weights, neurons and targets are counted from 1, as on
    paper: x1 is the first column.

    By the chain rule the derivative of the loss L by a weight w that joins the input x
    to a neuron is ::

        dL/dw = dL/da * da/dz * x

    where z is the neuron's weighted sum and a its activation; dL/da is a sum over the
    neurons above of dL/dz times the weight that leads there. While there is only one
    neuron above, dL/dz is written as the product that it is. Log-loss and Poisson
    deviance form canonical pairs with their output activations: dL/dz is a - y, and is
    given as this one factor, since the two that it consists of can be 0 and infinite.

    With `normalize_y` the network is trained on standardised targets, and the step
    shows the weights of the output layer that do this; those in `coefs_` are multiplied
    by the deviation. The penalty `alpha` adds alpha / W * w to the derivative by
    each coef, where W is the weight of the sample: 1, or that of its class.

    References
    ----------
    M. Nielsen, "Neural Networks and Deep Learning", 2015, chapter 2.

    Examples
    --------
    A network of two sigmoids and one more, in which all weights are 1:

    >>> from sknn_simple import SimpleMLPClassifier
    >>> from sknn_simple.inspection import explain_step
    >>> network = SimpleMLPClassifier.from_coefs(
    ...     [[[1, 1], [1, 1]], [[1], [1]]], [[0, 0], [0]], loss="squared_error", alpha=0
    ... )
    >>> step = explain_step(network, [-2, -1], 1)
    >>> w1 = step.layers[0].neurons[0].weights[0]
    >>> print(f"{w1.derivative:.4f}")
    0.0107
    >>> for factor in w1.chains[0]:
    ...     print(f"{factor.name:11} {factor.value:7.4f}  {factor.formula}".rstrip())
    dL/da_o     -0.4763  a_o - y
    da_o/dz_o    0.2494  a_o * (1 - a_o)
    w5           1.0000
    da_h1/dz_h1  0.0452  a_h1 * (1 - a_h1)
    x1          -2.0000
    """
    check_kind(estimator)
    check_is_fitted(estimator)
    X, y = one_sample(x), _one_target(y, estimator._targets)
    problem = make_problem(estimator, X, y)
    with np.errstate(over="ignore", invalid="ignore"):
        explainer = _Explainer(problem)
    if not math.isfinite(explainer.passes.loss):
        raise not_finite(explainer.passes.loss)
    return explainer.explanation(
        feature_names=getattr(estimator, "feature_names_in_", None), y=y[0]
    )


def _one_target(y, targets):
    """The target as an array of one row, of shape (1,) or (1, n_outputs)."""
    y = np.asarray(y)
    is_row = targets.n_outputs > 1 and (targets.classes is None or targets.multilabel)
    shape = (1, targets.n_outputs) if is_row else (1,)
    if y.size != math.prod(shape):
        what = f"{targets.n_outputs} numbers" if is_row else "one label or number"
        raise ValueError(
            f"y must be the target of one sample, {what}, got shape {y.shape}."
        )
    return y.reshape(shape)


class _Explainer:
    """Gives names to what Passes found, and makes the structure."""

    def __init__(self, problem):
        self.problem = problem
        self.objective = problem.objective
        self.parameters = problem.parameters
        self.strength = self.objective.alpha / problem.samples.total_weight
        self.passes = Passes(problem)
        self.gradient = self.parameters.zeros_like()
        self.passes.write_gradient(
            self.gradient, self.strength * self.parameters.flat_coefs
        )
        self.new_parameters = self.parameters.view(
            self.parameters.flat - problem.learning_rate * self.gradient.flat
        )
        self._name()

    def _name(self):
        """Make the names of the inputs, the neurons and the targets."""
        n_features, *widths = self.parameters.layer_sizes
        *hidden, n_outputs = widths
        several = len(hidden) > 1
        self.neuron_names = [
            [f"h{i + 1}.{j + 1}" if several else f"h{j + 1}" for j in range(width)]
            for i, width in enumerate(hidden)
        ]
        self.target_names = ["y"]
        outputs = ["o"]
        if n_outputs > 1:
            self.target_names = [f"y{k + 1}" for k in range(n_outputs)]
            outputs = [f"o{k + 1}" for k in range(n_outputs)]
        self.neuron_names.append(outputs)
        self.input_names = [
            [f"x{k + 1}" for k in range(n_features)],
            *([f"a_{name}" for name in names] for names in self.neuron_names[:-1]),
        ]
        # A Factor for each input of a layer, which all its neurons share.
        self.factors = [
            [Factor(name, value) for name, value in zip(names, values, strict=True)]
            for names, values in zip(
                self.input_names,
                map(np.ndarray.tolist, self.passes.inputs),
                strict=True,
            )
        ]
        sizes = [coef.size for coef in self.parameters.coefs]
        self.first_coef = list(accumulate([1, *sizes]))
        self.first_intercept = list(accumulate([1, *widths]))

    def explanation(self, feature_names, y):
        """All of it."""
        layers, above = [], None
        for i in range(len(self.neuron_names) - 1, -1, -1):  # chains come from above
            above = tuple(
                self._neuron(i, j, above) for j in range(len(self.neuron_names[i]))
            )
            name = layer_name(i, len(self.neuron_names))
            layers.insert(0, Layer(name, self._activation(i), above))
        _, Y, _ = self.problem.samples
        targets, coefs = self.problem.targets, self.parameters.flat_coefs
        scaled = targets.is_scaled
        return StepExplanation(
            inputs=_named(self.input_names[0], self.passes.inputs[0]),
            feature_names=None if feature_names is None else list(feature_names),
            y=y,
            targets=_named(self.target_names, Y[0]),
            standardised_by=(targets.mean, targets.scale) if scaled else None,
            objective=self.objective,
            loss=self.passes.loss,
            penalty=0.5 * self.strength * float(coefs @ coefs),
            learning_rate=self.problem.learning_rate,
            layers=tuple(layers),
            parameters=self.parameters,
            gradient=self.gradient,
            new_parameters=self.new_parameters,
        )

    def _activation(self, i):
        """Name of the activation function of layer i."""
        last = i == len(self.neuron_names) - 1
        return self.objective.out_activation if last else self.objective.activation

    def _neuron(self, i, j, above):
        """The j-th neuron of layer i, below the neurons `above`."""
        passes, name = self.passes, self.neuron_names[i][j]
        slope = None
        if above is not None or not is_canonical(self.objective.loss):
            formula = SLOPES[self._activation(i)].format(a=f"a_{name}")
            slope = Factor(f"da_{name}/dz_{name}", float(passes.slopes[i][j]), formula)
        if above is None:
            paths = ((self._error(j, name),),)
        else:
            paths = tuple(self._path(i, j, k, neuron) for k, neuron in enumerate(above))
        neuron = Neuron(
            name=name,
            inputs=passes.inputs[i],
            weights=(),
            bias=None,
            weighted_sum=float(passes.weighted_sums[i][j]),
            activation=float(passes.activations[i][j]),
            delta=float(passes.deltas[i][j]),
            paths=paths,
            slope=slope,
        )
        return replace(
            neuron,
            weights=self._weights(i, j, neuron.chains),
            bias=self._bias(i, j, neuron.chains),
        )

    def _weights(self, i, j, chains):
        """The coefs of the j-th neuron of layer i, whose delta `chains` add up to."""
        old, new, derivative = (
            part.coefs[i][:, j].tolist()
            for part in (self.parameters, self.new_parameters, self.gradient)
        )
        return tuple(
            Weight(
                name=self._coef_name(i, k, j),
                target=self.neuron_names[i][j],
                factor=factor,
                old=old[k],
                new=new[k],
                penalty=self.strength * old[k],
                derivative=derivative[k],
                upstream=chains,
            )
            for k, factor in enumerate(self.factors[i])
        )

    def _bias(self, i, j, chains):
        """The intercept of the j-th neuron of layer i, or None."""
        if not self.parameters.intercepts:
            return None
        return Weight(
            name=f"b{self.first_intercept[i] + j}",
            target=self.neuron_names[i][j],
            factor=Factor("1", 1.0),
            old=float(self.parameters.intercepts[i][j]),
            new=float(self.new_parameters.intercepts[i][j]),
            penalty=0.0,
            derivative=float(self.gradient.intercepts[i][j]),
            upstream=chains,
        )

    def _coef_name(self, i, source, j):
        """Name of the coef that joins an input to the j-th neuron of layer i."""
        fan_in = len(self.passes.inputs[i])
        return f"w{self.first_coef[i] + j * fan_in + source}"

    def _error(self, j, name):
        """What the delta of the j-th output begins with."""
        loss, n_outputs = self.objective.loss, len(self.target_names)
        formula = LOSS_SLOPES.get(loss, "{a} - {y}").format(
            a=f"a_{name}", y=self.target_names[j]
        )
        if LOSSES[loss].averaged and n_outputs > 1:
            formula = f"({formula}) / {n_outputs}"
        by = "z" if is_canonical(loss) else "a"
        return Factor(f"dL/d{by}_{name}", float(self.passes.errors[-1][j]), formula)

    def _path(self, i, j, k, neuron):
        """The way from the loss through the k-th `neuron` above to the j-th here."""
        coef = float(self.parameters.coefs[i + 1][j, k])
        weight = Factor(self._coef_name(i + 1, j, k), coef)
        alone = len(self.neuron_names[i + 1]) == len(neuron.chains) == 1
        if alone:
            return (*neuron.chains[0], weight)
        return Factor(f"dL/dz_{neuron.name}", neuron.delta), weight


def _named(names, values):
    return dict(zip(names, map(float, values), strict=True))
