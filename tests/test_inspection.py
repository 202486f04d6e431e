"""Gradient checks, and steps laid out, against the network and each other."""

import copy
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.inspection import check_gradient, explain_step
from sknn_simple.inspection.problem import make_problem
from sknn_simple.inspection.step import product
from sknn_simple.network import ACTIVATIONS, loss_and_gradient

RNG = np.random.RandomState(0)
X = RNG.standard_normal((12, 3))
WEIGHTS = RNG.randint(0, 3, 12).astype(float)
LABELS = np.array(["a", "b", "c"] * 4)
NUMBERS = RNG.uniform(0.1, 0.9, 12)

NETWORKS = {
    "softmax": (SimpleMLPClassifier(), LABELS),
    "binary": (SimpleMLPClassifier(), LABELS == "a"),
    "multilabel": (SimpleMLPClassifier(), (X > 0).astype(int)),
    "squared classifier": (SimpleMLPClassifier(loss="squared_error"), LABELS),
    "standardised": (SimpleMLPRegressor(), 100 + 20 * NUMBERS),
    "several outputs": (SimpleMLPRegressor(), np.c_[NUMBERS, X[:, 0]]),
    "logistic output": (SimpleMLPRegressor(out_activation="logistic"), NUMBERS),
    "tanh output": (SimpleMLPRegressor(out_activation="tanh"), NUMBERS),
    "relu output": (SimpleMLPRegressor(out_activation="relu"), NUMBERS),
    "absolute": (SimpleMLPRegressor(loss="absolute_error"), NUMBERS),
    "poisson": (SimpleMLPRegressor(loss="poisson"), np.c_[NUMBERS, NUMBERS**2]),
}
NETWORK = pytest.mark.parametrize("network", NETWORKS)


def make(network, hidden=(3, 2), activation="tanh", **params):
    estimator, y = NETWORKS[network]
    estimator = clone(estimator).set_params(
        hidden_layer_sizes=hidden,
        activation=activation,
        alpha=0.3,
        max_iter=3,
        n_iter_no_change=np.inf,
        learning_rate_init=0.03,
        momentum=0,
        random_state=0,
        **params,
    )
    return estimator, y


# check_gradient ------------------------------------------------------------------


@NETWORK
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_gradient_of_every_network_is_right(network, activation):
    estimator, y = make(network, activation=activation)
    check = check_gradient(estimator, X, y, WEIGHTS)
    assert 0 < check.max_difference < 1e-6
    assert check.n_on_kink == 0
    assert not hasattr(estimator, "coefs_")
    estimator.fit(X, y, sample_weight=WEIGHTS)
    assert 0 < check_gradient(estimator, X, y, WEIGHTS).max_difference < 1e-6


@pytest.mark.parametrize("activation", ["logistic", "tanh", "relu"])
def test_a_planted_error_is_found(activation, monkeypatch):
    estimator, y = make("softmax", activation=activation)
    good = ACTIVATIONS[activation]

    def one_percent_off(A, delta, scratch=None):
        good.derivative(A, delta, scratch)
        delta *= 1.01

    monkeypatch.setitem(
        ACTIVATIONS, activation, good._replace(derivative=one_percent_off)
    )
    check = check_gradient(estimator, X, y)
    assert check.max_difference > 5e-3
    # It spoils what lies below a hidden layer, and nothing else.
    assert [layer.max_difference > 5e-3 for layer in check.layers] == [1, 1, 0]


def test_the_global_source_of_chance_is_left_alone():
    estimator, y = make("softmax")
    before = np.random.get_state(legacy=False)  # noqa: NPY002
    check_gradient(estimator.set_params(random_state=None), X, y)
    after = np.random.get_state(legacy=False)  # noqa: NPY002
    np.testing.assert_array_equal(before["state"]["key"], after["state"]["key"])
    assert before["state"]["pos"] == after["state"]["pos"]


def test_the_two_gradients_are_those_of_the_training():
    """The first step of a fit by plain full-batch descent goes along them."""
    estimator, y = make("softmax", class_weight={"a": 3, "b": 1, "c": 0.5})
    check = check_gradient(estimator, X, y, WEIGHTS)
    start = clone(estimator).set_params(learning_rate_init=1e-300, max_iter=1)
    start.set_params(batch_size=12).fit(X, y, sample_weight=WEIGHTS)
    stepped = clone(start).set_params(learning_rate_init=0.5)
    stepped.fit(X, y, sample_weight=WEIGHTS)
    for i, layer in enumerate(check.layers):
        coefs = (start.coefs_[i] - stepped.coefs_[i]) / 0.5
        np.testing.assert_allclose(layer.coefs.analytic, coefs, atol=1e-14)
        np.testing.assert_allclose(layer.coefs.numerical, coefs, atol=1e-9)
        intercepts = (start.intercepts_[i] - stepped.intercepts_[i]) / 0.5
        np.testing.assert_allclose(layer.intercepts.analytic, intercepts, atol=1e-14)
        assert layer.intercepts.difference.shape == intercepts.shape
    assert check.loss == pytest.approx(start.loss_, rel=1e-12)


def test_early_stopping_and_a_callers_generator_are_left_alone():
    estimator, y = make("softmax", early_stopping=True)
    rng = np.random.RandomState(3)
    estimator.set_params(random_state=rng)
    before = rng.get_state()[1].copy()
    assert check_gradient(estimator, X, y).max_difference < 1e-6
    np.testing.assert_array_equal(rng.get_state()[1], before)
    assert estimator.early_stopping


@NETWORK
def test_a_float32_model_is_checked_in_float64(network):
    estimator, y = make(network)
    estimator.fit(X.astype(np.float32), y)
    check = check_gradient(estimator, X.astype(np.float32), y)
    assert estimator.coefs_[0].dtype == np.float32
    assert check.layers[0].coefs.analytic.dtype == np.float64
    assert check.max_difference < 1e-6


@pytest.mark.parametrize("scale", [1e-4, 30, 1e4])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_inputs_of_any_scale(scale, activation):
    """At a scale of 30 a step has to be small for tanh to look straight."""
    estimator, y = make("several outputs", activation=activation)
    assert check_gradient(estimator, X * scale, y).max_difference < 1e-6


def test_a_step_does_not_take_a_kink_for_an_error():
    """Samples 1e-5 from the kink of a relu unit, on either side."""
    X = np.array([[1e-5], [-1e-5], [1.0], [-1.0]])
    regressor = SimpleMLPRegressor.from_coefs(
        [[[1.0]], [[1.0]]], [[0.0], [0.0]], activation="relu", alpha=0
    )
    check = check_gradient(regressor, X, [3, -1, 4, 1])
    assert check.n_on_kink == 0
    assert check.max_difference < 1e-6


@pytest.mark.parametrize(
    ("params", "y"),
    [
        ({"activation": "relu"}, [3.0, -1.0]),
        ({"activation": "identity", "out_activation": "relu"}, [3.0, -1.0]),
        ({"activation": "identity", "loss": "absolute_error"}, [0.0, -1.0]),
    ],
)
@pytest.mark.parametrize("side", [1e-9, -1e-9])
def test_next_to_a_kink_nothing_is_judged_by_differences_across_it(params, y, side):
    regressor = SimpleMLPRegressor.from_coefs(
        [[[1.0]], [[1.0]]],
        [[0.0], [0.0]],
        normalize_y=False,
        alpha=0,
        **params,
    )
    check = check_gradient(regressor, [[side], [1.0]], y)
    assert check.n_on_kink > 0
    assert check.max_difference < 1e-6


def test_a_derivative_that_is_not_a_number_is_wrong(monkeypatch):
    def write_nan(A, delta, scratch=None):
        delta[:] = np.nan

    estimator, y = make("softmax")
    broken = ACTIVATIONS["tanh"]._replace(derivative=write_nan)
    monkeypatch.setitem(ACTIVATIONS, "tanh", broken)
    assert check_gradient(estimator, X, y).max_difference == np.inf


def test_a_derivative_on_a_kink_is_not_judged():
    """At x = 0 the bias of the unit stands on the kink, its coef does not."""
    regressor = SimpleMLPRegressor.from_coefs(
        [[[1.0]], [[1.0]]], [[0.0], [0.0]], activation="relu", normalize_y=False
    )
    check = check_gradient(regressor, [[0.0], [1.0]], [3, -1])
    assert check.n_on_kink == 1
    assert np.isnan(check.layers[0].intercepts.numerical).tolist() == [True]
    assert np.isnan(check.layers[0].intercepts.difference).tolist() == [True]
    assert check.max_difference < 1e-6
    assert repr(check).endswith("since a sample lies on a kink: 1")


def test_at_an_optimum_rounding_is_no_error():
    *coefs, intercept = np.linalg.lstsq(np.c_[X, np.ones(12)], NUMBERS, rcond=None)[0]
    regressor = SimpleMLPRegressor.from_coefs(
        [np.c_[coefs]], [[intercept]], alpha=0, normalize_y=False
    )
    check = check_gradient(regressor, X, NUMBERS)
    assert np.abs(check.layers[0].coefs.analytic).max() < 1e-14
    assert check.max_difference < 1e-6


def test_where_an_answer_is_certain_rounding_is_no_error():
    """The slope of a softmax as steep as this is 0 in floating point."""
    network = SimpleMLPClassifier.from_coefs([[[0.0, 50.0, 150.0]]], alpha=0)
    check = check_gradient(network, [[1.0], [-0.1]], [2, 0], [1e-9, 1])
    assert check.max_difference < 1e-6


def test_where_a_loss_is_a_small_difference_rounding_is_no_error():
    """The deviance is a millionth of the terms that it is made of."""
    counter = SimpleMLPRegressor.from_coefs(
        [[[1e-3]]], [[11.832]], loss="poisson", alpha=0
    )
    check = check_gradient(counter, [[1e-6], [1e-9]], [137701.2, 137701.3])
    assert check.loss < 0.1
    assert check.max_difference < 1e-6


def test_the_check_prints_each_layer():
    estimator, y = make("binary", hidden=(4,), fit_intercept=False)
    check = check_gradient(estimator, sparse.csr_array(X), y)
    assert [layer.name for layer in check.layers] == ["hidden layer 1", "output layer"]
    assert check.layers[0].intercepts is None
    text = repr(check)
    assert f"{check.max_difference:.1e}" in text.splitlines()[0]
    assert "hidden layer 1   coefs       (3, 4)" in text
    assert "intercepts" not in text


# explain_step --------------------------------------------------------------------


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
        "dL/da_o": -(1 - o.activation),
        "da_o/dz_o": o.activation * (1 - o.activation),
        "w5": 1,
        "da_h1/dz_h1": 0.04743 * (1 - 0.04743),
        "x1": -2,
    }
    assert [factor.name for factor in chain] == list(expected)
    values = [factor.value for factor in chain]
    np.testing.assert_allclose(values, list(expected.values()), rtol=1e-3)
    text = str(step)
    assert "a_h1 = logistic(z_h1) = 0.0474" in text
    assert "a_o = logistic(z_o) = 0.524" in text
    assert "dL/dw1 = dL/da_o * da_o/dz_o * w5 * da_h1/dz_h1 * x1" in text
    assert "= -0.476 * 0.249 * 1 * 0.0452 * (-2) = 0.0107" in text


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
@pytest.mark.parametrize("hidden", [(), (3,), (3, 2), (2, 1, 1)])
@pytest.mark.parametrize("fit_intercept", [True, False])
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
    assert (factor.name, factor.formula) == ("dL/dz_o2", "a_o2 - y2")
    assert factor.value == pytest.approx(output.activation - 1)
    assert step.targets == {"y1": 0, "y2": 1, "y3": 0}
    assert sum(n.activation for n in step.layers[-1].neurons) == pytest.approx(1)
    assert "softmax output are a canonical pair: dL/dz = a - y" in str(step)
    assert "y1 = 0  (given as b)" in str(step)
    assert "The penalty alpha=0.3 adds" in str(step)
    without = str(four_people_step(loss="squared_error"))
    assert "canonical" not in without
    assert "penalty" not in without


def test_saturated_canonical_outputs_still_learn():
    """A sigmoid of 1000 has slope 0: only dL/dz as a whole is not 0."""
    neuron = SimpleMLPClassifier.from_coefs([[[1000.0]]], alpha=0)
    step = explain_step(neuron, [1], 0)
    assert step.layers[0].neurons[0].weights[0].derivative == 1


def test_standardised_targets_are_explained():
    estimator, y = make("standardised", hidden=(2,))
    estimator.fit(X, y)
    step = explain_step(estimator, X[0], y[0])
    assert step.targets["y"] == pytest.approx((y[0] - y.mean()) / y.std())
    output = step.layers[-1].neurons[0].activation * y.std() + y.mean()
    assert output == pytest.approx(estimator.predict(X[:1])[0])
    assert f"mean {y.mean():.3g} and deviation {y.std():.3g}" in " ".join(
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
    assert "x1 = 5.1  sepal length (cm)" in str(step)


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


def test_the_html_shows_what_the_text_shows():
    parser = WellFormed()
    parser.feed(four_people_step(loss="squared_error").to_html())
    assert "a_h1 = logistic(z_h1) = 0.0474" in parser.text
    assert "a_o = logistic(z_o) = 0.524" in parser.text
    assert "dL/dw10.0107" in parser.text  # the name above the value
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
    assert "new w5 = 1.0000000000 - 1e-06 * (-0.00563) = 1.0000000056" in str(step)
    line = re.compile(r"new \w+ = (\S+) - (\S+) \* \(?([^\s)]+)\)? = (\S+)")
    for case in make("softmax"), make("standardised"):
        model = case[0].fit(X, case[1])
        lines = line.findall(str(explain_step(model, X[0], case[1][0])))
        assert len(lines) > 20
        for old, rate, derivative, new in lines:
            last_digit = 10.0 ** -len(new.partition(".")[2])
            shown = float(old) - float(rate) * float(derivative)
            assert abs(shown - float(new)) <= 1.1 * last_digit


# Bad input -----------------------------------------------------------------------


@pytest.mark.parametrize("inspect", [check_gradient, explain_step])
def test_what_is_not_one_of_our_estimators(inspect):
    pipeline = make_pipeline(StandardScaler(), SimpleMLPClassifier())
    with pytest.raises(TypeError, match=r"got Pipeline. Pass the last step, pipe"):
        inspect(pipeline, X, LABELS)
    search = GridSearchCV(SimpleMLPClassifier((2,), max_iter=1), {"alpha": [0]}, cv=2)
    search.estimator.set_params(n_iter_no_change=np.inf)
    with pytest.raises(TypeError, match=r"got GridSearchCV. Pass its best_estimator_"):
        inspect(search.fit(X, LABELS), X, LABELS)
    with pytest.raises(TypeError, match=r"must be a SimpleMLPClassifier or .* got str"):
        inspect("model", X, LABELS)


def test_check_gradient_refuses_bad_data():
    estimator, y = make("softmax")
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        check_gradient(estimator, X, y[:5])
    with pytest.raises(ValueError, match="weight"):
        check_gradient(estimator, X, y, np.zeros(12))
    with pytest.raises(ValueError, match="contains NaN"):
        check_gradient(estimator, np.full_like(X, np.nan), y)
    with pytest.raises(ValueError, match="'alpha' parameter"):
        check_gradient(clone(estimator).set_params(alpha=-1), X, y)
    estimator.fit(X, y)
    with pytest.raises(ValueError, match="only the classes"):
        check_gradient(estimator, X, np.where(y == "a", "d", y))
    with pytest.raises(ValueError, match="X has 2 features"):
        check_gradient(estimator, X[:, :2], y)
    with pytest.raises(ValueError, match="activation was 'tanh'"):
        check_gradient(estimator.set_params(activation="relu"), X, y)


@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
def test_an_objective_that_is_not_finite_is_refused(loss):
    regressor = SimpleMLPRegressor.from_coefs([[[1e3]]], loss=loss, normalize_y=False)
    with pytest.raises(ValueError, match="objective must be finite"):
        check_gradient(regressor, [[1e160]], [1.0])
    with pytest.raises(ValueError, match="objective must be finite"):
        explain_step(regressor, [1e160], 1.0)


def test_explain_step_refuses_bad_input():
    estimator, y = make("softmax")
    with pytest.raises(NotFittedError, match="not fitted yet"):
        explain_step(estimator, X[0], y[0])
    estimator.fit(X, y)
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
