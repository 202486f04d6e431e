"""Explained steps against the network, a hand calculation and each other."""

import copy
import math
import re
from decimal import Decimal
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from small_networks import NETWORK, X, make
from support import Tensor

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.inspection import check_gradient, diagnose, explain_step
from sknn_simple.inspection.neuron import product
from sknn_simple.inspection.problem import make_problem
from sknn_simple.network import ACTIVATIONS, loss_and_gradient


def four_people_step(kind=SimpleMLPClassifier, **params):
    """The hand calculation: all weights 1, all biases 0."""
    network = kind.from_coefs(
        [[[1, 1], [1, 1]], [[1], [1]]], [[0, 0], [0]], alpha=0, **params
    )
    return explain_step(network, [-2, -1], 1)


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        (SimpleMLPClassifier, {"loss": "squared_error"}),
        (SimpleMLPRegressor, {"out_activation": "logistic"}),
    ],
)
def test_the_four_peoples_hand_calculation(kind, params):
    step = four_people_step(kind, **params)
    hidden, output = step.layers
    assert [round(h.activation, 4) for h in hidden.neurons] == [0.0474, 0.0474]
    [o] = output.neurons
    assert round(o.activation, 3) == 0.524
    w1 = hidden.neurons[0].weights[0]
    assert (w1.name, w1.source, w1.target) == ("w1", "x1", "h1")
    assert round(w1.derivative, 4) == 0.0107
    # In the tutorial's whole square of the error, twice as much: 0.02147.
    assert round(2 * w1.derivative, 5) == 0.02147
    [chain] = w1.chains
    expected = {
        "∂L/∂a_o": -(1 - o.activation),
        "∂a_o/∂z_o": o.activation * (1 - o.activation),
        "w5": 1,
        "∂a_h1/∂z_h1": 0.04743 * (1 - 0.04743),
        "x1": -2,
    }
    assert [factor.name for factor in chain] == list(expected)
    values = [factor.value for factor in chain]
    np.testing.assert_allclose(values, list(expected.values()), rtol=1e-3)
    text = str(step)
    assert "a_h1 = logistic(z_h1) ≈ 0.04743" in text
    assert "a_o = logistic(z_o) ≈ 0.5237" in text
    assert "∂L/∂w1 = ∂L/∂a_o * ∂a_o/∂z_o * w5 * ∂a_h1/∂z_h1 * x1" in text
    assert "≈ -0.4763 * 0.2494 * 1 * 0.04518 * (-2) ≈ 0.01073" in text


def weights_of(step):
    """Every Weight of a step, with where its parts lie in Parameters."""
    for i, layer in enumerate(step.layers):
        for j, neuron in enumerate(layer.neurons):
            for k, weight in enumerate(neuron.weights):
                yield weight, ("coefs", i, (k, j))
            if neuron.bias is not None:
                yield neuron.bias, ("intercepts", i, j)


@NETWORK
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(
    ("hidden", "fit_intercept"),
    [((), True), ((), False), ((3,), True), ((3, 2), False), ((2, 1, 1), True)],
)
def test_the_factors_multiply_to_the_gradient(
    network, activation, hidden, fit_intercept
):
    estimator, y = make(network, hidden, activation, fit_intercept=fit_intercept)
    estimator.fit(X, y)
    step = explain_step(estimator, X[4], y[4])
    problem = make_problem(estimator, X[4:5], y[4:5])
    loss, gradient = loss_and_gradient(
        problem.parameters, *problem.samples, problem.objective
    )
    assert step.loss + step.penalty == pytest.approx(loss, rel=1e-12)
    np.testing.assert_allclose(step.gradient.flat, gradient.flat, atol=1e-15)
    n_weights = 0
    for weight, (part, i, at) in weights_of(step):
        expected = getattr(gradient, part)[i][at]
        products = sum(map(product, weight.chains)) + weight.penalty
        np.testing.assert_allclose(products, expected, rtol=1e-9, atol=1e-15)
        assert weight.derivative == pytest.approx(expected, rel=1e-9, abs=1e-15)
        assert weight.old == getattr(problem.parameters, part)[i][at]
        assert weight.new == weight.old - 0.03 * weight.derivative
        n_weights += 1
    assert n_weights == gradient.flat.size
    assert str(step)
    assert step.to_html()
    for layer in step.layers:
        for neuron in layer.neurons:
            delta = sum(map(product, neuron.chains))
            np.testing.assert_allclose(neuron.delta, delta, rtol=1e-9, atol=1e-15)
            total = neuron.inputs @ [weight.old for weight in neuron.weights]
            total += 0 if neuron.bias is None else neuron.bias.old
            np.testing.assert_allclose(neuron.weighted_sum, total, atol=1e-14)


@NETWORK
def test_the_derivatives_are_the_numerical_ones(network):
    estimator, y = make(network)
    estimator.fit(X, y)
    step = explain_step(estimator, X[4], y[4])
    check = check_gradient(estimator, X[4:5], y[4:5])
    for i, layer in enumerate(check.layers):
        numerical = layer.coefs.numerical
        np.testing.assert_allclose(step.gradient.coefs[i], numerical, atol=1e-8)
        numerical = layer.intercepts.numerical
        np.testing.assert_allclose(step.gradient.intercepts[i], numerical, atol=1e-8)


@NETWORK
@pytest.mark.parametrize("learning_rate", ["constant", "invscaling"])
def test_the_update_is_a_step_of_partial_fit(network, learning_rate):
    estimator, y = make(network, learning_rate=learning_rate)
    estimator.fit(X, y)
    before = copy.deepcopy(estimator)
    step = explain_step(estimator, X[4], y[4])
    for a, b in zip(before.coefs_, estimator.coefs_, strict=True):
        np.testing.assert_array_equal(a, b)
    estimator.partial_fit(X[4:5], y[4:5])
    scale, mean = 1, 0
    if step.standardised_by is not None:
        mean, scale = step.standardised_by
        if step.objective.out_activation == "exp":
            mean, scale = np.log(scale), 1
    new = step.new_parameters
    new.coefs[-1] *= scale
    new.intercepts[-1] *= scale
    new.intercepts[-1] += mean
    for a, b in zip(new.coefs, estimator.coefs_, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9)
    for a, b in zip(new.intercepts, estimator.intercepts_, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9)


def test_the_update_with_class_weights_is_a_step_of_partial_fit():
    """One sample outweighs its own weight, but for the penalty."""
    estimator, y = make("softmax", class_weight={"a": 1, "b": 4, "c": 0.5})
    estimator.fit(X, y)
    for x, label in zip(X[:3], y[:3], strict=True):
        step = explain_step(estimator, x, label)
        estimator.partial_fit([x], [label])
        for a, b in zip(step.new_parameters.coefs, estimator.coefs_, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12)


def test_a_canonical_pair_has_one_factor_and_says_so():
    estimator, y = make("softmax", hidden=(2,))
    step = explain_step(estimator.fit(X, y), X[0], "b")
    output = step.layers[-1].neurons[1]
    assert output.slope is None
    [[factor]] = output.chains
    assert (factor.name, factor.formula) == ("∂L/∂z_o2", "a_o2 - y2")
    assert factor.value == pytest.approx(output.activation - 1)
    assert step.targets == {"y1": 0, "y2": 1, "y3": 0}
    assert sum(n.activation for n in step.layers[-1].neurons) == pytest.approx(1)
    text = " ".join(str(step).split())
    assert "the softmax output, the chain rule simplifies" in text
    assert "the product ∂L/∂a * ∂a/∂z is ∂L/∂z = a - y." in text
    assert "  y = b  (one target per class)\n  y1 = 0\n  y2 = 1\n" in str(step)
    assert "The penalty alpha=0.3 adds" in str(step)
    without = str(four_people_step(loss="squared_error"))
    assert "simplifies" not in without
    assert "penalty" not in without


@pytest.mark.parametrize("network", ["softmax", "standardised"])
@pytest.mark.parametrize("alpha", ["auto", "3*auto", 0.3])
def test_the_penalty_can_be_checked_by_hand(network, alpha):
    """The automatic penalty of an input's weights is not the one of other weights."""
    estimator, y = make(network, hidden=(2,))
    estimator.set_params(alpha=alpha, engine="numpy").fit(X, y)
    step = explain_step(estimator, X[0], y[0])
    problem = make_problem(estimator, X[:1], y[:1])
    strengths = set()
    for weight, (part, *_) in weights_of(step):
        assert weight.penalty == pytest.approx(weight.strength * weight.old)
        if part == "intercepts":
            assert weight.strength == 0
            continue
        strengths.add(f"{weight.strength:.4g}")
        old = f"({weight.old:.4g})" if weight.old < 0 else f"{weight.old:.4g}"
        assert f" + strength * {weight.name}\n" in str(step)
        assert f" + {weight.strength:.4g} * {old} " in str(step)
        assert f"{weight.strength:.4g} &times; {old}<" in step.to_html()
    factors = problem.objective.input_factors
    assert (len(strengths) > 1) == (factors is not None and (factors != 1).any())


def test_saturated_canonical_outputs_still_learn():
    """A sigmoid of 1000 has slope 0: only ∂L/∂z as a whole is not 0."""
    neuron = SimpleMLPClassifier.from_coefs([[[1000.0]]], alpha=0)
    step = explain_step(neuron, [1], 0)
    assert step.layers[0].neurons[0].weights[0].derivative == 1


@pytest.mark.parametrize(
    ("options", "n_earlier", "differs_by"),
    [
        ({"nesterovs_momentum": True}, 0, ("momentum=0.9",)),
        ({"nesterovs_momentum": False}, 0, ()),  # the first step has no velocity
        ({"nesterovs_momentum": False}, 2, ("momentum=0.9",)),
        ({"momentum": 0}, 2, ()),
        ({"momentum": 0, "average": True}, 2, ("average=True",)),
        ({"average": True}, 2, ("momentum=0.9", "average=True")),
        ({"solver": "adam"}, 0, ("solver='adam'",)),
    ],
)
def test_the_next_step_is_mentioned_if_it_differs(options, n_earlier, differs_by):
    """`partial_fit` is the judge of what the next step is."""
    estimator, y = make("softmax")
    estimator.set_params(**{"momentum": 0.9} | options).fit(X, y)
    for _ in range(n_earlier):
        estimator.partial_fit(X[4:5], y[4:5])
    before = [coef.copy() for coef in estimator.coefs_]
    step = explain_step(estimator, X[4], y[4])
    assert step.differs_by == differs_by
    for name in differs_by:
        assert name in " ".join(str(step).split())
    assert ("next step of partial_fit" in " ".join(str(step).split())) == bool(
        differs_by
    )
    for a, b in zip(before, estimator.coefs_, strict=True):
        np.testing.assert_array_equal(a, b)
    estimator.partial_fit(X[4:5], y[4:5])
    for a, b in zip(step.next_parameters.coefs, estimator.coefs_, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9)
    same = all(map(np.allclose, step.new_parameters.coefs, estimator.coefs_))
    assert same == (not differs_by)


def test_lbfgs_has_no_next_step():
    estimator, y = make("softmax", solver="lbfgs")
    estimator.max_iter = 1000
    step = explain_step(estimator.fit(X, y), X[4], y[4])
    assert (step.next_parameters, step.differs_by) == (None, ())


def test_control_characters_in_names_do_not_reach_the_terminal():
    red = "\x1b[31mred\x1b[0m\u202e\n"
    frame = pd.DataFrame({red: [0.0, 1.0], "x": [1000.0, -1000.0]})
    model = SimpleMLPClassifier((2,), max_iter=1, n_iter_no_change=np.inf)
    model.fit(frame, [red, "no"])
    step = explain_step(model, frame.iloc[0], red)
    frame.columns = ["x", red]
    model.fit(frame, [red, "no"])
    for text in (str(step), step.to_html(), str(diagnose(model, frame, [red, "no"]))):
        assert "\\x1b[31mred" in text
        assert text.replace("\n", "").isprintable()


def specificity(selector):
    """The classes and the elements of a CSS selector of these two."""
    return len(re.findall(r"\.", selector)), len(re.findall(r"(?:^|\s)[a-z]", selector))


def test_the_table_is_styled_more_specifically_than_jupyter_does():
    # ":not(.jp-RenderedMarkdown).jp-RenderedHTMLCommon td" counts two classes.
    jupyter = {"td": (2, 1), "th": (2, 1), "table": (2, 1), "tr": (2, 2)}
    style = (
        four_people_step().to_html().partition("<style>")[2].partition("</style>")[0]
    )
    ours = [
        selector.strip()
        for selectors in re.findall(r"([^{}]+)\{", style)
        for selector in selectors.split(",")
    ]
    for element, theirs in jupyter.items():
        selectors = [s for s in ours if s.split()[-1:] == [element]]
        assert selectors
        assert all(specificity(s) > theirs for s in selectors)


def target_lines(step):
    """The lines of the text about targets, after those of the inputs."""
    return str(step).split("\n\n")[2].splitlines()


def test_each_target_is_shown_as_given_if_it_was_encoded():
    two = [np.ones((1, 2))]
    params = {"alpha": 0, "learning_rate_init": 0.1}
    plain = SimpleMLPRegressor.from_coefs(two, normalize_y=False, **params)
    step = explain_step(plain, [1], [0.1, 0.9])
    assert target_lines(step) == ["  y1 = 0.1", "  y2 = 0.9"]
    # Without biases, targets are only divided by their deviations.
    X, Y = [[1.0], [2.0]], [[2.0, 10.0], [6.0, 90.0]]
    scaled = SimpleMLPRegressor((), max_iter=1, n_iter_no_change=np.inf, **params)
    step = explain_step(scaled.fit(X, Y), [1], [2.0, 90.0])
    expected = ["  y1 = -1  (given as 2.0)", "  y2 = 1  (given as 90.0)"]
    assert target_lines(step) == expected
    labels = SimpleMLPClassifier.from_coefs([np.ones((1, 1))], classes=["no", "yes"])
    assert target_lines(explain_step(labels, [1], "yes")) == ["  y = 1  (given as yes)"]
    numbers = SimpleMLPClassifier.from_coefs([np.ones((1, 8))], alpha=0)
    lines = explain_step(numbers, [1], 7).to_text(max_shown=2).split("\n\n")[2]
    expected = "y = 7  (one target per class)", "y1 = 0", "y2 = 0"
    more = "... and 6 more targets"
    assert [line.strip() for line in lines.splitlines()] == [*expected, more]


def test_a_textbook_network_needs_targets_that_are_not_standardised():
    weights = [[[2.0], [1.0]]], [[0.5]]
    network = SimpleMLPRegressor.from_coefs(*weights)
    text = " ".join(str(explain_step(network, [1, 2], 5)).split())
    assert "Pass normalize_y=False to train on y itself." in text
    network = SimpleMLPRegressor.from_coefs(*weights, normalize_y=False)
    text = str(explain_step(network, [1, 2], 5))
    assert "normalize_y" not in text
    assert "z_o = w1 * x1 + w2 * x2 + b1\n        = 2 * 1 + 1 * 2 + 0.5 = 4.5" in text
    assert "\n  y = 5\n" in text


@pytest.mark.parametrize("loss", ["squared_error", "sum_squared_error"])
@pytest.mark.parametrize("alpha", ["auto", 0.3, 0])
def test_the_source_of_the_strength_is_explained(loss, alpha):
    network = SimpleMLPRegressor((2,), max_iter=2, n_iter_no_change=np.inf)
    network.set_params(loss=loss, alpha=alpha, random_state=0).fit(X, X[:, 0])
    step = explain_step(network, X[0], X[0, 0])
    text = " ".join(str(step).split())
    assert ("With alpha=0 there is no penalty." in text) == (alpha != 0)
    factors = step.objective.input_factors is not None
    assert ("by a factor per input in the first layer" in text) == factors
    divided = "is alpha divided by the number of samples (here 1, or"
    assert (divided in text) == (alpha != 0 and loss == "squared_error")
    [*_, output] = step.layers
    strength = output.neurons[0].weights[0].strength
    assert strength == pytest.approx(step.objective.alpha)


def test_standardised_targets_are_explained():
    estimator, y = make("standardised", hidden=(2,))
    estimator.fit(X, y)
    step = explain_step(estimator, X[0], y[0])
    assert step.targets["y"] == pytest.approx((y[0] - y.mean()) / y.std())
    output = step.layers[-1].neurons[0].activation * y.std() + y.mean()
    assert output == pytest.approx(estimator.predict(X[:1])[0])
    assert f"mean {y.mean():.4g} and deviation {y.std():.4g}" in " ".join(
        str(step).split()
    )


@pytest.mark.parametrize("shape", [np.ravel, np.atleast_2d, sparse.csr_array, list])
def test_a_sample_of_any_shape(shape):
    estimator, y = make("several outputs")
    estimator.fit(X, y)
    x = shape(X[:1] if shape is sparse.csr_array else X[0])
    for target in (y[0], y[:1], y[0].tolist()):
        step = explain_step(estimator, x, target)
        assert list(step.inputs.values()) == X[0].tolist()
        np.testing.assert_array_equal(step.y, y[0])


def test_a_row_of_a_data_frame_brings_its_names():
    frame = load_iris(as_frame=True).frame
    features = frame.drop(columns="target")
    model = SimpleMLPClassifier((2,), max_iter=1, n_iter_no_change=np.inf)
    model.fit(features, frame.target)
    step = explain_step(model, features.iloc[0], frame.target.iloc[0])
    assert step.feature_names == list(features.columns)
    assert '"sepal length (cm)" = 5.1' in str(step)


class WellFormed(HTMLParser):
    """Checks that every tag is closed, and collects the text."""

    VOID = {"br", "hr", "img"}

    def __init__(self):
        super().__init__()
        self.open, self.text, self.attributes = [], "", []

    def handle_starttag(self, tag, attributes):
        self.attributes += attributes
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@NETWORK
def test_the_html_is_well_formed_and_complete_in_itself(network):
    estimator, y = make(network)
    html = explain_step(estimator.fit(X, y), X[0], y[0])._repr_html_()
    parser = WellFormed()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    assert not {name for name, _ in parser.attributes} & {"src", "href", "onclick"}
    assert "url(" not in html
    assert "http" not in html


@NETWORK
@pytest.mark.parametrize("max_shown", [1, 6])
def test_the_rows_of_a_table_have_the_same_number_of_cells(network, max_shown):
    estimator, y = make(network)
    html = explain_step(estimator.fit(X, y), X[0], y[0]).to_html(max_shown)
    tables = html.split("<table>")[1:]
    assert len(tables) == (3 if max_shown == 1 else 5 + estimator.n_outputs_)
    for table in tables:
        widths = set()
        for row in table.split("<tr")[1:]:
            spans = re.findall(r'<t[hd](?: colspan="(\d+)")?', row)
            widths.add(sum(int(span or 1) for span in spans))
        assert len(widths) == 1


def test_the_html_shows_what_the_text_shows():
    parser = WellFormed()
    parser.feed(four_people_step(loss="squared_error").to_html())
    assert "a_h1 = logistic(z_h1) ≈ 0.04743" in parser.text
    assert "a_o = logistic(z_o) ≈ 0.5237" in parser.text
    assert "∂L/∂w10.01073" in parser.text  # the name above the value
    assert "x1 → h1" in parser.text


def test_the_html_escapes_names():
    frame = pd.DataFrame({"<b>&\"'": [0.0, 1.0], "x": [1.0, 0.0]})
    model = SimpleMLPClassifier((2,), max_iter=1, n_iter_no_change=np.inf)
    model.fit(frame, ["<i>yes</i>", "no"])
    html = explain_step(model, frame.iloc[0], "<i>yes</i>").to_html()
    assert "<b>&" not in html
    assert "<i>" not in html
    parser = WellFormed()
    parser.feed(html)
    assert "<b>&\"'" in parser.text
    assert "<i>yes</i>" in parser.text


def test_a_large_network_stays_readable_and_its_structure_complete():
    rng = np.random.RandomState(0)
    coefs = [rng.standard_normal(shape) / 8 for shape in [(64, 100), (100, 10)]]
    network = SimpleMLPClassifier.from_coefs(coefs, [np.zeros(100), np.zeros(10)])
    step = explain_step(network, rng.standard_normal(64), 3)
    assert [len(layer.neurons) for layer in step.layers] == [100, 10]
    first = step.layers[0].neurons[0]
    assert len(first.weights) == 64
    assert len(first.weights[0].chains) == 10
    lines = str(step).splitlines()
    assert len(lines) < 600
    assert max(map(len, lines)) < 110
    assert lines.count("  ... and 94 more neurons") == 2
    assert lines.count("    ... and 58 more weights") == 6
    assert "... and 58 more inputs" in str(step)
    assert len(step.to_text(max_shown=2).splitlines()) < 150
    assert step.to_html(max_shown=2).count("<details") == 4
    everything = step.to_text(max_shown=100)
    assert "more" not in everything
    assert everything.count("(x64 -> h100)") == 1


@pytest.mark.parametrize("max_shown", [0, -1, 2.5])
@pytest.mark.parametrize("method", ["to_text", "to_html"])
def test_max_shown_is_a_count(max_shown, method):
    with pytest.raises(ValueError, match=f"max_shown must be .* got {max_shown}"):
        getattr(four_people_step(), method)(max_shown)


def test_the_arithmetic_of_an_update_can_be_checked_with_what_is_shown():
    step = four_people_step(loss="squared_error", learning_rate_init=1e-6)
    assert "new w5 ≈ 1.0000000000 - 1e-06 * (-0.005635) ≈ 1.0000000056" in str(step)
    line = re.compile(r"new \w+ [=≈] (\S+) - (\S+) \* \(?([^\s)]+)\)? [=≈] (\S+)")
    for case in make("softmax"), make("standardised"):
        model = case[0].fit(X, case[1])
        lines = line.findall(str(explain_step(model, X[0], case[1][0])))
        assert len(lines) > 20
        for old, rate, derivative, new in lines:
            last_digit = 10.0 ** -len(new.partition(".")[2])
            shown = float(old) - float(rate) * float(derivative)
            assert abs(shown - float(new)) <= 1.1 * last_digit


def margin(text):
    """Return half a unit of the last digit of a number."""
    return Decimal((0, (5,), Decimal(text).as_tuple().exponent - 1))


def evaluated(expression):
    """Return the value of a sum of products, and how far rounding may put it off."""
    total = error = Decimal(0)
    for sign, term in re.findall(r"(^| \+ | - )((?:(?! [+-] ).)+)", expression):
        factors = [factor.strip("()") for factor in term.split(" * ")]
        value = math.prod(map(Decimal, factors))
        largest = math.prod(abs(Decimal(f)) + margin(f) for f in factors)
        total += -value if sign == " - " else value
        error += largest - abs(value)
    return total, error


@NETWORK
def test_negative_numbers_after_an_operator_are_in_parentheses(network):
    estimator, y = make(network)
    estimator.fit(X, y)
    for array in estimator.coefs_ + estimator.intercepts_:
        array[:] = -np.abs(array)
    step = explain_step(estimator, X[0], y[0])
    text = step.to_text(max_shown=50)
    assert re.search(r"[=≈] -\d\S* \* .* \+ \(-\d\S*\) \* .* \+ \(-\d", text)
    assert not re.search(r"[*+-] -|[=≈] \(-", text)
    html = step.to_html(max_shown=50)
    named = r"(<span[^>]*><small>[^<]*</small>)?"
    assert re.search(rf"&times; {named}\(-\d", html)
    assert not re.search(rf"(&times;|&minus;|\+) {named}-", html)


@NETWORK
@pytest.mark.parametrize("rounded", [False, True])
def test_no_printed_equation_is_false(network, rounded):
    """Decimal arithmetic is the judge: "=" is exact, and "≈" as exact as the digits."""
    estimator, y = make(network, activation="relu" if rounded else "identity")
    estimator.fit(X, y)
    for array in [] if rounded else estimator.coefs_ + estimator.intercepts_:
        array[:] = np.round(array)
    step = explain_step(estimator, X[0] if rounded else [1, -2, 0.5], y[0])
    number = r"\(?-?\d[\d.e+-]*\)?"
    equation = rf"([=≈]) ({number}(?: [*+-] {number})*) ([=≈]) ({number})$"
    signs = []
    for line in step.to_text(max_shown=50).splitlines():
        if match := re.search(equation, line):
            before_values, values, before_result, result = match.groups()
            value, error = evaluated(values)
            if before_result == "=":
                assert before_values == "="
                assert value == Decimal(result)
            elif before_values == "=":
                assert 0 < abs(value - Decimal(result)) <= margin(result)
            else:
                assert abs(value - Decimal(result)) <= error + margin(result)
            signs.append(before_values + before_result)
        for sign, only in re.findall(rf"^  \S+ ([=≈]) ({number})$", line):
            given = [*step.inputs.values(), *step.targets.values()]
            exact = any(float(only) == value for value in given)
            assert sign == ("=" if exact else "≈")
    assert len(signs) > 20
    assert "≈≈" in signs
    assert rounded or "==" in signs


def test_explain_step_refuses_bad_input():
    estimator, y = make("softmax")
    with pytest.raises(NotFittedError, match="not fitted yet"):
        explain_step(estimator, X[0], y[0])
    estimator.fit(X, y)
    for x, target, name in (([Tensor()], y[0], "x"), (X[0], Tensor(), "y")):
        with pytest.raises((TypeError, ValueError), match=rf"\b{name}\b"):
            explain_step(estimator, x, target)
    with pytest.raises(ValueError, match=r"x must be one sample.* got shape \(12, 3\)"):
        explain_step(estimator, X, y[0])
    with pytest.raises(ValueError, match="X has 2 features"):
        explain_step(estimator, X[0, :2], y[0])
    with pytest.raises(ValueError, match=r"one label or number, got shape \(2,\)"):
        explain_step(estimator, X[0], y[:2])
    with pytest.raises(ValueError, match="only the classes"):
        explain_step(estimator, X[0], "d")
    several, y = make("several outputs")
    several.fit(X, y)
    with pytest.raises(ValueError, match=r"2 numbers, got shape \(\)"):
        explain_step(several, X[0], 1.0)


def test_each_layer_shows_its_activation_and_the_loss_its_option():
    model = SimpleMLPRegressor.from_coefs(
        [[[1.0]], [[1.0]], [[1.0]]],
        activation=("softplus", "leaky_relu"),
        loss="quantile",
        quantile=0.9,
        normalize_y=False,
        alpha=0,
    )
    step = explain_step(model, [2.0], 5.0)
    hidden = [layer.activation for layer in step.layers]
    assert hidden == ["softplus", "leaky_relu", "identity"]
    text = str(step)
    softplus = np.log1p(np.exp(2))
    assert step.loss == pytest.approx(0.9 * (5 - softplus))
    assert "max(0.9 * (y - a), (1 - 0.9) * (a - y))" in text
    assert "1 - 0.9 if a_o > y, -0.9 if a_o < y" in text
    assert "1 - exp(-a_h1.1)" in text
    assert "1 if a_h2.1 > 0, else 0.01" in text


def test_automatic_options_of_a_step_are_told_from_those_of_the_training():
    """A minibatch of one sample has a low rate, and a single sample little noise."""
    X, y = load_iris(return_X_y=True)
    model = SimpleMLPClassifier((3,), learning_rate="invscaling", random_state=0)
    rates = model.set_params(power_t=0.05).fit(X, y).history_["learning_rate"]
    assert rates[0] > rates[-1]
    step = explain_step(model, X[0], y[0])
    assert step.automatic_values == {
        "learning_rate_init": rates[0],
        "alpha": model.alpha_,
    }
    assert step.learning_rate < 0.1 * step.automatic_values["learning_rate_init"]
    text = " ".join(str(step).split())
    assert "In the last training it was learning_rate_init=" in text
    given = clone(model).set_params(learning_rate_init=0.1, alpha=0.5).fit(X, y)
    step = explain_step(given, X[0], y[0])
    assert step.automatic_values == {}
    assert "last training" not in str(step)
    assert explain_step(clone(model).set_params(max_iter=0).fit(X, y), X[0], y[0])
