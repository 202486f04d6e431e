"""explain_step: one backpropagation step laid out, from a sample and its target."""

import math
from itertools import accumulate

import numpy as np
from numpy.typing import ArrayLike
from sklearn.pipeline import Pipeline

from .._base import BaseSimpleMLP, MatrixLike
from .._fit.scaled_auto import factor_of_auto
from .._pipeline import fitted_network, input_names, network_input
from ..network import LOSSES, OUT_ACTIVATIONS, layer_activations
from .chain_rule import ChainRule
from .neuron import Factor, Layer, Neuron, Weight, lengthened
from .next_step import differences, next_parameters
from .notation import neuron_names, output_names, symbol_of
from .one_sample import one_sample, one_target
from .problem import layer_name, make_problem, not_finite
from .step import StepExplanation


def explain_step(
    estimator: BaseSimpleMLP | Pipeline, x: MatrixLike, y: ArrayLike
) -> StepExplanation:
    """Lay out one backpropagation step on one sample, neuron by neuron.

    The step is plain gradient descent from the fitted weights, at the learning rate of
    the estimator's next epoch: the step of `partial_fit` on this sample with
    solver='sgd', momentum=0 and average=False. With other options the next step may
    differ, and the explanation mentions it. The step is computed in float64, and the
    estimator is not changed.

    Parameters
    ----------
    estimator : SimpleMLPClassifier, SimpleMLPRegressor or Pipeline
        Fitted, or made by `from_coefs`. A Pipeline must end in one of the two; its
        other steps transform `x`.

    x : {array-like, sparse matrix} of shape (n_features,) or (1, n_features)
        The sample.

    y : label, number or array-like of shape (n_outputs,) or (1, n_outputs)
        Target of the sample.

    Returns
    -------
    step : StepExplanation
        The explanation, which prints as text and is shown as HTML in a notebook.
        `step.layers`, their `neurons` and their `weights` hold every number and every
        factor.

    Raises
    ------
    NotFittedError
        If the estimator is not fitted.
    TypeError
        If `estimator` neither is nor ends in a classifier or regressor of this package.
    ValueError
        If `x` is not a single sample, `y` is not its target, or the loss is not finite.

    See Also
    --------
    sknn_simple.inspection.check_gradient :
        Comparison of the gradient with numerical differences.
    sknn_simple.inspection.diagnose :
        Search for common problems of a trained network.
    sknn_simple.inspection.input_gradient :
        Derivatives of the predictions with respect to the inputs.
    sknn_simple.plotting.StepDisplay :
        Diagram of the step.

    Notes
    -----
    The formulas count weights, neurons and targets from 1. Inputs have the names of the
    features, or x1, x2, ... if these have no names. Numbers have four significant
    digits. "≈" precedes those that are rounded, or computed from more digits.

    By the chain rule, the derivative of the loss L with respect to a weight w from an
    input x to a neuron is ::

        ∂L/∂w = ∂L/∂a * ∂a/∂z * x

    where z is the weighted sum of the neuron and a its activation. ∂L/∂a is a sum over
    the neurons of the next layer: of ∂L/∂z times the weight that leads there. If the
    next layer has a single neuron, ∂L/∂z is written out as a product. Log-loss and
    Poisson deviance form canonical pairs with their output activations: ∂L/∂z is a - y,
    and is shown as one factor, since its two factors can be 0 and infinite.

    With `normalize_y` the network is trained on standardised targets, and the step
    shows the weights of the output layer in these units. In `coefs_` they are
    multiplied by the standard deviation of y. With Poisson loss, targets are divided by
    their mean, and only the intercepts differ. The penalty adds alpha / W * w to the
    derivative for each coef, where W is the weight of the sample: 1, or the weight of
    its class. With alpha='auto', coefs of the first layer have a factor per input.

    References
    ----------
    Michael Nielsen, "Neural Networks and Deep Learning", 2015, chapter 2.

    Examples
    --------
    A network of two hidden sigmoids and an output sigmoid, in which all coefs are 1:

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
    ∂L/∂a_o     -0.4763  a_o - y
    ∂a_o/∂z_o    0.2494  a_o * (1 - a_o)
    w5           1.0000
    ∂a_h1/∂z_h1  0.0452  a_h1 * (1 - a_h1)
    x1          -2.0000
    """
    network = fitted_network(estimator)
    y = one_target(network, y)
    problem = make_problem(network, network_input(estimator, one_sample(x)), y)
    with np.errstate(over="ignore", invalid="ignore"):
        of_training = _automatic_values(network)
        explainer = _Explainer(problem, input_names(estimator), of_training)
        objective = explainer.passes.loss + explainer.penalty
        if not math.isfinite(objective):
            raise not_finite(objective)
        return explainer.explanation(y[0])


def _automatic_values(network):
    """Return what 'auto' stood for in the last training, by the name of the option."""
    if not network.__sklearn_is_fitted__():
        return {}
    rates = network.history_.get("learning_rate")
    # A fit began with this rate; each call of `partial_fit` has its own.
    epoch = 0 if network._continuation is None else -1
    values = {
        "learning_rate_init": rates[epoch] if rates else None,
        "alpha": network.alpha_,
    }
    return {
        name: value
        for name, value in values.items()
        if value is not None and factor_of_auto(getattr(network, name))
    }


class _Explainer:
    """Names the numbers of one step, and arranges them by neuron."""

    def __init__(self, problem, inputs, automatic_values):
        self.problem, self.old = problem, problem.parameters
        self.automatic_values = automatic_values
        self.loss = LOSSES[problem.objective.loss]
        divisor = self.loss.sample_divisor(problem.samples.total_weight)
        strength = problem.objective.penalties(self.old) / divisor
        # Squared after it is weighted: without a penalty, nothing overflows.
        roots = np.sqrt(0.5 * strength) * self.old.flat_coefs
        self.penalty = float(roots @ roots)
        self.passes = ChainRule(problem)
        self.gradient = self.passes.gradient_like(self.old)
        self.strength, self.pull = self.old.zeros_like(), self.old.zeros_like()
        self.strength.flat_coefs[:] = strength
        self.pull.flat_coefs[:] = strength * self.old.flat_coefs  # of the penalty
        self.gradient.flat[:] += self.pull.flat
        self.new = self.old.view(
            self.old.flat - problem.learning_rate * self.gradient.flat
        )
        _, *hidden, n_outputs = self.old.layer_sizes
        self.neuron_names = neuron_names(hidden, n_outputs)
        self.targets = output_names("y", n_outputs)
        self.sources = [inputs, *self.neuron_names[:-1]]
        symbols = [[f"a_{name}" for name in layer] for layer in self.neuron_names[:-1]]
        # One Factor per input of a layer, shared by the layer's neurons.
        self.factors = [
            list(map(Factor, layer, values.tolist()))
            for layer, values in zip(
                [list(map(symbol_of, inputs)), *symbols],
                self.passes.inputs,
                strict=True,
            )
        ]
        self.first_coef = list(accumulate([1, *(c.size for c in self.old.coefs)]))
        self.first_intercept = list(accumulate([1, *hidden, n_outputs]))

    def explanation(self, y):
        """Return the StepExplanation."""
        objective = self.problem.objective
        layers, above, n_layers = [], None, len(self.neuron_names)
        activations = layer_activations(objective.activation, n_layers - 1)
        activations = *activations, objective.out_activation
        for i in reversed(range(n_layers)):  # chains begin at the outputs
            above = tuple(
                self._neuron(i, j, above, activations[i])
                for j in range(len(self.neuron_names[i]))
            )
            layers.insert(0, Layer(layer_name(i, n_layers), activations[i], above))
        following = next_parameters(self.problem)
        encoded, targets = self.problem.samples.Y[0].tolist(), self.problem.targets
        standard = (targets.mean, targets.scale) if targets.is_scaled else None
        inputs = zip(self.sources[0], self.passes.inputs[0].tolist(), strict=True)
        return StepExplanation(
            inputs=dict(inputs),
            y=y,
            targets=dict(zip(self.targets, encoded, strict=True)),
            standardised_by=standard,
            objective=objective,
            loss=self.passes.loss,
            penalty=self.penalty,
            learning_rate=self.problem.learning_rate,
            layers=tuple(layers),
            parameters=self.old,
            gradient=self.gradient,
            new_parameters=self.new,
            next_parameters=following,
            differs_by=differences(self.problem, following, self.new),
            automatic_values=self.automatic_values,
        )

    def _neuron(self, i, j, above, activation):
        """Return the j-th neuron of layer i, below the neurons `above`."""
        passes, name, slope = self.passes, self.neuron_names[i][j], None
        if above is None:
            paths = ((self._error(j, name),),)
        else:
            paths = tuple(self._path(i, j, k, neuron) for k, neuron in enumerate(above))
        if above is not None or not self.loss.canonical:
            formula = OUT_ACTIVATIONS[activation].slope.format(a=f"a_{name}")
            slope = Factor(f"∂a_{name}/∂z_{name}", float(passes.slopes[i][j]), formula)
        numbers = passes.weighted_sums, passes.activations, passes.deltas
        z, a, delta = (float(layers[i][j]) for layers in numbers)
        target, bias = (name, lengthened(paths, slope)), None
        weights = tuple(
            self._weight(self._coef_name(i, k, j), source, target, "coefs", i, (k, j))
            for k, source in enumerate(
                zip(self.sources[i], self.factors[i], strict=True)
            )
        )
        if self.old.intercepts:
            own, one = f"b{self.first_intercept[i] + j}", ("1", Factor("1", 1.0))
            bias = self._weight(own, one, target, "intercepts", i, j)
        inputs = passes.inputs[i]
        return Neuron(name, inputs, z, a, delta, paths, slope, weights, bias)

    def _weight(self, name, source, target, part, i, at):
        """Return the Weight from a source, with its factor, to a target of layer i.

        The target is the name of a neuron, and the chains of its weighted sum.
        """
        parameters = self.old, self.new, self.strength, self.pull, self.gradient
        values = (float(getattr(p, part)[i][at]) for p in parameters)
        return Weight(name, source[0], target[0], source[1], *values, target[1])

    def _coef_name(self, i, source, j):
        """Return the name of the coef from an input to the j-th neuron of layer i."""
        return f"w{self.first_coef[i] + j * len(self.factors[i]) + source}"

    def _error(self, j, name):
        """Return the first factor of the delta of the j-th output."""
        option = self.problem.objective.loss_option
        names = {"a": f"a_{name}", "y": self.targets[j]}
        formula = self.loss.slope.format(**names, option=option)
        if self.loss.averaged and len(self.targets) > 1:
            formula = f"({formula}) / {len(self.targets)}"
        by = "z" if self.loss.canonical else "a"
        return Factor(f"∂L/∂{by}_{name}", float(self.passes.errors[-1][j]), formula)

    def _path(self, i, j, k, neuron):
        """Return the factors from the loss via the k-th `neuron` above to the j-th."""
        coef = float(self.old.coefs[i + 1][j, k])
        weight = Factor(self._coef_name(i + 1, j, k), coef)
        if len(self.neuron_names[i + 1]) == len(neuron.paths) == 1:
            return (*neuron.chains[0], weight)
        return Factor(f"∂L/∂z_{neuron.name}", neuron.delta), weight
