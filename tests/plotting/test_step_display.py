"""Steps on diagrams show the numbers of the step, each beside what it belongs to."""

import re
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import FancyBboxPatch, Rectangle
from pictures import IRIS, STYLES, X, Y, backgrounds, classifier, contrast, texts
from scipy.special import expit
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.inspection import explain_step
from sknn_simple.network import LOSSES
from sknn_simple.plotting import StepDisplay

BLUE, VERMILION = "#0072B2", "#D55E00"
MINUS = "\N{MINUS SIGN}"
PLAIN = {"momentum": 0, "average": False, "learning_rate_init": 0.1}


def four_people(**params):
    """The network of the tutorial, whose only sample is (-2, -1) with target 1."""
    params = {"loss": "mean_squared_error", "alpha": 0, **PLAIN} | params
    return SimpleMLPClassifier.from_coefs(
        [[[1, 1], [1, 1]], [[1], [1]]], [[0, 0], [0]], **params
    )


def network(sizes, estimator=SimpleMLPClassifier, with_biases=True, **params):
    """A network with random weights."""
    rng = np.random.RandomState(len(sizes))
    coefs = [rng.normal(size=(m, n)) for m, n in pairwise(sizes)]
    intercepts = [rng.normal(size=n) for n in sizes[1:]] if with_biases else None
    return estimator.from_coefs(coefs, intercepts, **params)


def value(text):
    """The number at the end of a text."""
    return float(text.split()[-1].replace(MINUS, "-"))


def near(display, x, y):
    """The text at a place."""
    [text] = [
        t.get_text()
        for t in display.ax_.texts
        if np.allclose(t.get_position(), (x, y), atol=0.02)
    ]
    return text


def labels(display):
    """The lines below each other that begin with the name of a weight, by the name."""
    found = {}
    for text in display.ax_.texts:
        named = re.match(r"([wb]\d+) = ", text.get_text())
        if named:
            x, y = text.get_position()
            lines = [
                t
                for t in display.ax_.texts
                if t.get_position()[0] == x and 0 <= y - t.get_position()[1] < 0.35
            ]
            lines.sort(key=lambda t: -t.get_position()[1])
            found[named[1]] = lines[: 3 if lines[2:] and "→" in str(lines[2]) else 2]
    return found


def centres(display, i):
    """Centres of the circles of layer i: those of the sectors' edges."""
    boxes = [path.get_extents() for path in display.neurons_[i].get_paths()]
    n = len(boxes) if i == 0 else len(boxes) // 2
    if i == 0:
        return [tuple((b.p0 + b.p1) / 2) for b in boxes]
    return [((b.x0 + b.x1) / 2, b.y0) for b in boxes[:n]]  # of the upper halves


REGRESSION = {
    "estimator": SimpleMLPRegressor,
    "activation": "tanh",
    "normalize_y": False,
}
STEPS = {
    "2-2-1": (network((2, 2, 1)), [1.5, -2], 0),
    "3-4-1": (network((3, 4, 1), activation="softplus"), [1, -0.5, 0.25], 1),
    "2-3-3": (network((2, 3, 3), alpha=0.5), [1, -0.5], 2),
    "3-2": (network((3, 2), **REGRESSION), [1, 2, 3], [0.5, -3]),
    "2-2-3-1": (network((2, 2, 3, 1), **REGRESSION), [1, 2], 4),
    "no biases": (network((2, 3, 2), with_biases=False, **REGRESSION), [1, 2], [1, 2]),
}
STEP = pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)


@STEP
def test_every_number_is_one_of_the_explanation(step):
    display, explained = StepDisplay.from_estimator(*step), explain_step(*step)
    shown = labels(display)
    parameters = [
        parameter
        for layer in explained.layers
        for neuron in layer.neurons
        for parameter in (*neuron.weights, neuron.bias)
        if parameter is not None
    ]
    assert len(shown) == len(parameters)
    for parameter in parameters:
        forward, backward = shown[parameter.name]
        assert value(forward.get_text()) == float(f"{parameter.old:.4g}")
        assert value(backward.get_text()) == float(f"{parameter.derivative:.4g}")
        assert backward.get_text().startswith("∂ = ")
        assert (forward.get_color(), backward.get_color()) == (BLUE, VERMILION)
    for (x, y), a in zip(centres(display, 0), explained.inputs.values(), strict=True):
        assert value(near(display, x, y)) == float(f"{a:.4g}")
    for i, layer in enumerate(explained.layers, start=1):
        for (x, y), neuron in zip(centres(display, i), layer.neurons, strict=True):
            assert neuron.name in texts(display)
            activation, delta = near(display, x, y + 0.12), near(display, x, y - 0.12)
            assert value(activation) == float(f"{neuron.activation:.4g}")
            assert value(delta) == float(f"{neuron.delta:.4g}")
    assert f"L = {explained.loss:.4g}" in texts(display)
    for name, target in explained.targets.items():
        assert f"{name} = {target:.4g}".replace("-", MINUS) in texts(display)
    for neuron in explained.layers[-1].neurons:
        [[error]] = neuron.paths
        below = texts(display).index(error.name) + 1
        assert value(texts(display)[below]) == float(f"{error.value:.4g}")


def test_derivatives_are_differences_of_the_loss():
    """With a forward pass and a loss written here."""
    coefs = [np.array([[0.5, -1.0], [2.0, 0.25]]), np.array([[1.5], [-0.75]])]
    intercepts = [np.array([0.1, -0.2]), np.array([0.3])]
    display = StepDisplay.from_estimator(
        SimpleMLPRegressor.from_coefs(coefs, intercepts, normalize_y=False, alpha=0),
        [1, -0.5],
        2,
    )

    def loss():
        hidden = expit(np.array([1, -0.5]) @ coefs[0] + intercepts[0])
        return (hidden @ coefs[1][:, 0] + intercepts[1][0] - 2) ** 2 / 2

    def derivative(array, at, h=1e-5):
        array[at] += h
        more = loss()
        array[at] -= 2 * h
        less = loss()
        array[at] += h
        return (more - less) / (2 * h)

    # Weights are numbered neuron by neuron.
    places = [(0, 0), (1, 0), (0, 1), (1, 1)]
    expected = [derivative(coefs[0], at) for at in places]
    expected += [derivative(coefs[1], at) for at in [(0, 0), (1, 0)]]
    expected += [derivative(intercepts[0], 0), derivative(intercepts[0], 1)]
    expected += [derivative(intercepts[1], 0)]
    names = ["w1", "w2", "w3", "w4", "w5", "w6", "b1", "b2", "b3"]
    shown = [value(labels(display)[name][1].get_text()) for name in names]
    np.testing.assert_allclose(shown, expected, rtol=5e-3)


@STEP
def test_each_label_is_on_the_line_of_its_weight(step):
    display = StepDisplay.from_estimator(*step)
    shown, first = labels(display), 1
    for i, edges in enumerate(display.edges_):
        below, above = centres(display, i), centres(display, i + 1)
        ends = [(start, end) for end in above for start in below]
        segments = edges.get_segments()
        np.testing.assert_allclose(segments, ends, atol=1e-6)
        for k, ((x0, y0), (x1, y1)) in enumerate(segments):
            lines = [text.get_position() for text in shown[f"w{first + k}"]]
            x, y = np.mean(lines, axis=0)
            assert y == pytest.approx(y0 + (x - x0) / (x1 - x0) * (y1 - y0))
        first += len(segments)


def test_the_published_numbers_of_the_four_people():
    """They follow from the numbers shown, with the tutorial's rounding."""
    display = StepDisplay.from_estimator(four_people(), [-2, -1], 1)
    shown = texts(display)
    assert {"0.04743", "0.5237"} < set(shown)  # published: 0.0474 and 0.524
    error = value(shown[shown.index("∂L/∂a_o") + 1])
    w1 = value(labels(display)["w1"][1].get_text())
    assert (error, w1) == (-0.9526, 0.02147)
    output, w5 = 0.524, value(labels(display)["w5"][0].get_text())
    rounded = 2 * (output - 1)
    assert f"{rounded:.3f}" == "-0.952"
    slopes = [neuron.slope.value for neuron in (display.step.layers[1].neurons)]
    slopes += [display.step.layers[0].neurons[0].slope.value]
    factors = round(slopes[0] * w5, 3), round(slopes[1] * -2, 4)
    assert f"{rounded * factors[0] * factors[1]:.4f}" == "0.0214"


def test_new_values_are_those_after_a_step():
    estimator = network((2, 3, 2), alpha=0.2, **REGRESSION, **PLAIN)
    display = StepDisplay.from_estimator(estimator, [1, 2], [1, -1], new_values=True)
    estimator.partial_fit([[1, 2]], [[1, -1]])
    expected = [w for coef in estimator.coefs_ for w in coef.T.ravel()]
    shown, n_coefs = labels(display), len(expected)
    expected += [b for intercepts in estimator.intercepts_ for b in intercepts]
    for k, after in enumerate(expected):
        name = f"w{k + 1}" if k < n_coefs else f"b{k + 1 - n_coefs}"
        *_, line = shown[name]
        assert line.get_text().startswith("→ ")
        assert value(line.get_text()) == pytest.approx(after, rel=5e-3)
    [rule] = [t for t in texts(display) if "after the step" in t]
    assert rule.endswith(f"weight {MINUS} 0.1 · ∂")
    other = four_people(momentum=0.9)
    display = StepDisplay.from_estimator(other, [-2, -1], 1, new_values=True)
    assert texts(display)[-1].endswith("∂, without momentum=0.9")
    assert not [t for t in texts(display.plot()) if "→ the weight" in t]


def bold(collection):
    """Indices of the thick lines or edges, in a figure of the diagram's size."""
    widths = collection.get_linewidths()
    return {k for k in range(len(collection.get_paths())) if widths[k] > 1.5}


@pytest.mark.parametrize(
    ("parameter", "edges", "upper", "lower"),
    [
        # w4 leads from the second input to the second neuron of the first layer.
        ("w4", [{3}, {1, 3, 5}, {0, 1, 2}], {(0, 1)}, [{1}, {0, 1, 2}, {0}]),
        ("w8", [set(), {3}, {1}], {(1, 1)}, [set(), {1}, {0}]),
        ("w13", [set(), set(), {2}], {(2, 2)}, [set(), set(), {0}]),
        ("b1", [set(), {0, 2, 4}, {0, 1, 2}], set(), [{0}, {0, 1, 2}, {0}]),
        ("b6", [set(), set(), set()], set(), [set(), set(), {0}]),
    ],
)
def test_the_path_of_a_weight_is_highlighted(parameter, edges, upper, lower):
    """From the activation that it multiplies, through the network to the loss."""
    display = StepDisplay.from_estimator(*STEPS["2-2-3-1"], parameter=parameter)
    assert [bold(lines) for lines in display.edges_] == edges
    sizes = [2, 2, 3, 1]
    found_upper, found_lower = set(), []
    for i, neurons in enumerate(display.neurons_):
        found_upper |= {(i, k) for k in bold(neurons) if k < sizes[i]}
        if i:
            found_lower.append({k - sizes[i] for k in bold(neurons) if k >= sizes[i]})
    assert found_upper == upper
    assert found_lower == lower
    on_path = {"w4", "w6", "w8", "w10", "w11", "w12", "w13"}
    if parameter == "w4":
        alphas = {name: lines[0].get_alpha() for name, lines in labels(display).items()}
        assert {name for name, alpha in alphas.items() if alpha == 1} == on_path


def test_an_input_may_have_the_name_of_a_neuron():
    frame = pd.DataFrame(X[:, :2], columns=["h1", "1"])
    estimator = classifier(hidden_layer_sizes=(2,)).fit(frame, Y == 0)
    for parameter, expected in [("w1", {0}), ("w5", set()), ("b1", set())]:
        display = StepDisplay.from_estimator(
            estimator, frame[:1], True, parameter=parameter
        )
        assert bold(display.neurons_[0]) == expected
        assert (0 in bold(display.neurons_[1])) == (parameter == "w5")


@pytest.mark.parametrize("name", ["2-2-1", "2-3-3", "2-2-3-1"])
@pytest.mark.parametrize("parameter", ["w1", "w4", "w6", "b1", "b3"])
def test_the_chain_rule_is_written_below(name, parameter):
    """The product of the numbers is the derivative."""
    display = StepDisplay.from_estimator(*STEPS[name], parameter=parameter)
    by_name, by_value = [t for t in texts(display) if t.startswith("∂L/∂" + parameter)]
    values = by_value.replace(MINUS, "-").replace("·", "*")
    _, product, result = re.split(" [=≈] ", values)
    factors, *penalty = product.split(" + ")
    terms = [
        np.prod([float(f.strip(" ()")) for f in term.split("*")])
        for term in (factors, *penalty)
    ]
    # Each factor is rounded to three digits, and the terms may cancel out.
    rounding = 0.02 * np.abs(terms).sum()
    assert sum(terms) == pytest.approx(float(result), abs=rounding)
    assert value(labels(display)[parameter][1].get_text()) == float(result)
    assert (" + strength" in by_name) == bool(penalty)
    assert by_name.count("·") == by_value.count("·") >= 1


def boxes_of(display):
    display.figure_.draw_without_rendering()
    shown = [t for t in display.ax_.texts if t.get_text()]
    return [t.get_text() for t in shown], [t.get_window_extent() for t in shown]


def overlapping(display):
    """Pairs of texts that overlap, and texts that are not within the axes."""
    names, boxes = boxes_of(display)
    room = display.ax_.get_window_extent().padded(1)
    inner = [box.shrunk(0.97, 0.9) for box in boxes]
    pairs = [
        (names[i], names[j])
        for i in range(len(boxes))
        for j in range(i)
        if inner[i].overlaps(inner[j])
    ]
    outside = [
        name
        for name, box in zip(names, boxes, strict=True)
        if not (room.contains(*box.p0) and room.contains(*box.p1))
    ]
    return pairs + outside


def on_circles(display):
    """Texts that are neither wholly inside nor wholly outside each circle."""
    names, boxes = boxes_of(display)
    found = []
    for i in range(len(display.neurons_)):
        for centre in centres(display, i):
            to_pixels = display.ax_.transData.transform
            edge = to_pixels(np.add(centre, [0.37, 0]))
            x, y = to_pixels(centre)
            radius = edge[0] - x
            for name, box in zip(names, boxes, strict=True):
                nearest = np.clip([x, y], box.p0, box.p1)
                farthest = max(np.hypot(*(c - [x, y])) for c in box.corners())
                outside = np.hypot(*(nearest - [x, y])) > 0.97 * radius
                if not outside and farthest > 1.03 * radius:
                    found.append(name)
    return found


@STEP
@pytest.mark.parametrize(("new_values", "parameter"), [(False, None), (True, "w1")])
@pytest.mark.parametrize("size", [None, (6.4, 4.8), (3.2, 2.4)])
def test_no_text_overlaps_or_is_cut_off(step, new_values, parameter, size):
    ax = size and plt.subplots(figsize=size, layout="constrained")[1]
    display = StepDisplay.from_estimator(
        *step, ax=ax, new_values=new_values, parameter=parameter
    )
    assert overlapping(display) == []
    assert on_circles(display) == []


@pytest.mark.parametrize("sizes", [(1, 1), (1, 10, 1), (6, 6), (4, 5, 3), (2,) * 6])
def test_the_largest_networks_are_legible(sizes):
    estimator = network(sizes, **REGRESSION)
    x, y = np.linspace(-1e-4, 2e3, sizes[0]), np.linspace(-1, 1, sizes[-1])
    display = StepDisplay.from_estimator(estimator, x, y, parameter="w1")
    assert overlapping(display) == []
    assert on_circles(display) == []
    assert min(t.get_fontsize() for t in display.ax_.texts) > 7


def headings(display):
    """The texts above the columns of a figure that was drawn, from left to right."""
    found = [t for t in display.ax_.texts if t.get_verticalalignment() == "top"]
    return sorted(found, key=lambda text: text.get_position()[0])


@pytest.mark.parametrize("loss", [n for n, of in LOSSES.items() if not of.for_labels])
@pytest.mark.parametrize("normalize_y", [False, True])
@pytest.mark.parametrize("sizes", [(2, 3, 2), (1, 1), (2, 1, 2), (2, 2, 2, 2)])
def test_headings_do_not_read_as_one_line(loss, normalize_y, sizes):
    """The space between two of them is far wider than between two words."""
    estimator = network(sizes, SimpleMLPRegressor, loss=loss, normalize_y=normalize_y)
    y = np.arange(1, sizes[-1] + 1)
    display = StepDisplay.from_estimator(estimator, [1] * sizes[0], y)
    assert overlapping(display) == []
    shown = headings(display)
    title = " ".join(shown[-1].get_text().split())
    assert title.startswith(f"loss {LOSSES[loss].title}")
    boxes = [text.get_window_extent() for text in shown]
    assert len(boxes) == len(sizes) + 1
    height = shown[0].get_fontsize() / 72 * display.figure_.dpi
    for left, right in pairwise(boxes):
        assert right.x0 - left.x1 > 3 * height
    [frame] = [p for p in display.ax_.patches if isinstance(p, FancyBboxPatch)]
    assert boxes[-1].y0 > frame.get_window_extent().y1


NAMES = ["$a$", r"price in $ or $$, \frac{ in the unit of the third column"]


def test_names_of_inputs_and_outputs():
    display = StepDisplay.from_estimator(
        network((2, 2, 3)), [1, 2], 0, feature_names=NAMES, class_names=["u", "$v", "w"]
    )
    assert {NAMES[0], "u", "$v", "w", "x1", "x2"} < set(texts(display))
    assert overlapping(display) == []
    display = StepDisplay.from_estimator(network((2, 2, 3)), [1, 2], 0)
    assert texts(display).count("x1") == 1
    assert {"class 0", "class 1", "class 2"} < set(texts(display))
    labels = SimpleMLPClassifier((2,), max_iter=1, n_iter_no_change=np.inf)
    labels.fit([[0, 1], [1, 0]], [[0, 1], [1, 1]])
    display = StepDisplay.from_estimator(labels, [1, 2], [0, 1])
    assert {"label 0", "label 1"} < set(texts(display))
    display = StepDisplay.from_estimator(
        four_people(), [-2, -1], 1, class_names=["male", "female"]
    )
    assert "1: female\n0: male" in texts(display)


def test_a_pipeline_transforms_the_sample_and_names_its_features():
    frame = pd.DataFrame(IRIS.data, columns=IRIS.feature_names)
    labels_of_y = IRIS.target_names[Y]
    pipeline = make_pipeline(StandardScaler(), classifier(hidden_layer_sizes=(2,)))
    pipeline.fit(frame, labels_of_y)
    display = StepDisplay.from_estimator(pipeline, frame.iloc[60], labels_of_y[60])
    np.testing.assert_allclose([*display.step.inputs.values()], X[60])
    assert {*IRIS.feature_names, *IRIS.target_names} < set(texts(display))
    assert overlapping(display) == []
    [outputs] = pipeline.predict_proba(frame.iloc[[60]])
    for (x, y), probability in zip(centres(display, 2), outputs, strict=True):
        assert value(near(display, x, y + 0.12)) == float(f"{probability:.4g}")


def test_standardised_targets_are_headed_as_such():
    targets = 100 + 20 * X[:, :2]
    estimator = SimpleMLPRegressor((2,), max_iter=3, n_iter_no_change=np.inf)
    estimator.fit(X[:, :2], targets)
    display = StepDisplay.from_estimator(estimator, X[0, :2], targets[0])
    assert "loss\nHalf squared error\n(standardised targets)" in texts(display)
    shown = [value(t) for t in texts(display) if re.match(r"y\d = ", t)]
    standardised = (targets[0] - targets.mean(axis=0)) / targets.std(axis=0)
    np.testing.assert_allclose(shown, standardised, rtol=5e-3)
    assert overlapping(display) == []


def test_multilabel_targets():
    estimator = classifier(hidden_layer_sizes=(2,)).fit(X, X[:, :3] > 0)
    display = StepDisplay.from_estimator(estimator, X[0], X[0, :3] > 0)
    expected = [f"y{k + 1} = {int(X[0, k] > 0)}" for k in range(3)]
    assert [t for t in texts(display) if re.match(r"y\d = ", t)] == expected


def test_an_explanation_can_be_drawn_alone():
    step = explain_step(four_people(), [-2, -1], 1)
    display = StepDisplay(step=step).plot(parameter="b3")
    assert display.step is step
    assert {"x1", "x2", "loss"} < set(texts(display))
    assert overlapping(display) == []


def test_given_axes_get_the_diagram_in_their_size():
    _, axes = plt.subplots(2, 2, figsize=(6, 5), layout="constrained")
    display = StepDisplay.from_estimator(four_people(), [-2, -1], 1, ax=axes[0, 1])
    assert display.ax_ is axes[0, 1]
    assert display.figure_ is axes[0, 1].figure
    assert overlapping(display) == []
    assert max(t.get_fontsize() for t in display.ax_.texts) < 6


def test_keywords_are_passed_on():
    display = StepDisplay.from_estimator(
        four_people(), [-2, -1], 1, edge_kw={"alpha": 0.3}, neuron_kw={"linewidths": 3}
    )
    assert display.edges_[1].get_alpha() == 0.3
    assert display.neurons_[0].get_linewidths() == [3]
    assert display.neurons_[2].get_linewidths() == [3]


def test_colours_of_neurons_show_sizes():
    """Blue for activations and vermilion for derivatives, whatever their sign."""
    display = StepDisplay.from_estimator(four_people(), [-2, -1], 1)
    blue, vermilion = np.array(to_rgb(BLUE)), np.array(to_rgb(VERMILION))
    inputs = display.neurons_[0].get_facecolors()[:, :3]
    np.testing.assert_allclose(inputs, [1 - 0.7 * (1 - blue), 1 - 0.35 * (1 - blue)])
    output = display.step.layers[1].neurons[0]
    upper, lower = display.neurons_[2].get_facecolors()[:, :3]
    np.testing.assert_allclose(upper, 1 - 0.7 * output.activation * (1 - blue))
    np.testing.assert_allclose(lower, 1 - 0.7 * (1 - vermilion))  # the largest
    share = display.step.layers[0].neurons[1].delta / output.delta
    *_, lower = display.neurons_[1].get_facecolors()[:, :3]
    np.testing.assert_allclose(lower, 1 - 0.7 * share * (1 - vermilion))


@pytest.mark.parametrize("style", STYLES)
def test_texts_are_legible_in_every_style(style):
    with plt.style.context(style):
        display = StepDisplay.from_estimator(*STEPS["3-4-1"], new_values=True)
    inside = {
        id(t)
        for t in display.ax_.texts
        if t.get_color() == "black" and t.get_fontsize() < 7.9
    }
    for text in display.ax_.texts:
        canvas = display.ax_.get_facecolor()
        # The darkest faces of numbers in circles are tints of at most 70 %.
        faces = [canvas]
        if id(text) in inside:
            faces = [1 - 0.7 * (1 - np.array(to_rgb(c))) for c in (BLUE, VERMILION)]
        for face in faces:
            assert contrast(text.get_color(), face) > 3, text.get_text()


@pytest.mark.parametrize("style", STYLES)
def test_labels_have_the_background_of_the_picture(style):
    with plt.style.context(style):
        display = StepDisplay.from_estimator(*STEPS["2-2-1"])
        labels = [p for p in display.ax_.patches if isinstance(p, Rectangle)]
        boxes = [label.get_window_extent() for label in labels]
        around, behind = backgrounds(display, boxes)
    assert len(boxes) == 2 * 2 + 2 + 2 + 1 + 1
    assert behind == {around}


@pytest.mark.parametrize("style", ["default", "dark_background"])
def test_labels_beside_a_highlighted_path_are_faded_but_legible(style):
    with plt.style.context(style):
        display = StepDisplay.from_estimator(*STEPS["2-2-3-1"], parameter="w4")
    canvas = np.array(to_rgb(display.figure_.get_facecolor()))
    faded = [t for t in display.ax_.texts if (t.get_alpha() or 1) < 1]
    assert faded
    for text in faded:
        ink = np.array(to_rgb(text.get_color()))
        seen = canvas + text.get_alpha() * (ink - canvas)
        assert 2.3 < contrast(seen, canvas) < contrast(ink, canvas), text.get_text()


def test_without_a_gradient():
    """A network of zeros, whose prediction is right."""
    estimator = SimpleMLPRegressor.from_coefs(
        [np.zeros((2, 2)), np.zeros((2, 1))], normalize_y=False, alpha=0
    )
    display = StepDisplay.from_estimator(estimator, [0, 0], 0, parameter="w1")
    assert {value(lines[1].get_text()) for lines in labels(display).values()} == {0}
    assert "L = 0" in texts(display)


def test_bad_input_is_refused_before_drawing():
    draw, estimator = StepDisplay.from_estimator, four_people()
    with pytest.raises(NotFittedError):
        draw(classifier(), [1, 2], 0)
    with pytest.raises(TypeError, match="estimator must be a SimpleMLPClassifier"):
        draw(StandardScaler(), [1, 2], 0)
    for x in ([[1, 2], [3, 4]], 5, [[[1, 2]]]):
        with pytest.raises(ValueError, match="x must be one sample"):
            draw(estimator, x, 0)
    with pytest.raises(ValueError, match="NaN"):
        draw(estimator, [1, np.nan], 0)
    with pytest.raises(ValueError, match="y must be the target of one sample"):
        draw(estimator, [1, 2], [0, 1])
    with pytest.raises(ValueError, match="feature_names must hold 2 names, got 1"):
        draw(estimator, [1, 2], 0, feature_names=["a"])
    with pytest.raises(ValueError, match="class_names must hold 2 names, got 3"):
        draw(estimator, [1, 2], 0, class_names="abc")
    for wrong in ("w7", "b0", "x1", "", 1):
        expected = rf"\('w1' to 'w6' and 'b1' to 'b3'\), got {wrong!r}"
        with pytest.raises(ValueError, match=expected):
            draw(estimator, [1, 2], 0, parameter=wrong)
    with pytest.raises(ValueError, match=r"\('w1' to 'w12'\), got 'b1'"):
        draw(*STEPS["no biases"], parameter="b1")
    assert plt.get_fignums() == []


def test_large_networks_are_sent_to_the_network_display():
    draw = StepDisplay.from_estimator
    limit = r"at most 12 inputs and neurons, got 2 \+ 9 \+ 2 = 13\. NetworkDisplay"
    with pytest.raises(ValueError, match=limit):
        draw(network((2, 9, 2), **REGRESSION), [1, 2], [0, 0])
    step = explain_step(network((2, 9, 2), **REGRESSION), [1, 2], [0, 0])
    with pytest.raises(ValueError, match=limit):
        StepDisplay(step=step).plot()
    assert plt.get_fignums() == []
    draw(network((2, 8, 2), **REGRESSION), [1, 2], [0, 0])
