"""Diagrams show each weight, name and activation, and no text is in the way."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from pictures import (
    IRIS,
    STYLES,
    X,
    Y,
    backgrounds,
    classifier,
    contrast,
    legend,
    texts,
)
from scipy.sparse import csr_array
from scipy.special import expit
from sklearn.compose import make_column_transformer
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.datasets import load_four_people
from sknn_simple.plotting import NetworkDisplay
from sknn_simple.plotting._diagram import RADIUS

PEOPLE = load_four_people()
MINUS = "\N{MINUS SIGN}"


def overlapping(display):
    """Pairs of texts that overlap, and texts that are not wholly in the picture."""
    figure = display.figure_
    figure.draw_without_rendering()
    shown = [t for t in display.ax_.texts if t.get_text()]
    boxes = [t.get_window_extent() for t in shown]
    boxes.append(display.ax_.get_legend().get_window_extent())
    names = [t.get_text() for t in shown] + ["legend"]
    inner = [box.shrunk(0.95, 0.9) for box in boxes]
    pairs = [
        (names[i], names[j])
        for i in range(len(boxes))
        for j in range(i)
        if inner[i].overlaps(inner[j])
    ]
    canvas = figure.bbox
    outside = [
        name
        for name, box in zip(names, boxes, strict=True)
        if box.x0 < 0 or box.y0 < 0 or box.x1 > canvas.x1 or box.y1 > canvas.y1
    ]
    return pairs + outside


def two_two_one():
    return SimpleMLPClassifier.from_coefs(
        [[[1.5, -0.25], [-3, 2]], [[4], [-1]]], [[0.5, -1], [2]]
    )


def edges_by_position(display, i, edges=None):
    """The lines into layer i + 1: from where to where, colour, width, dashes."""
    edges = display.edges_[i] if edges is None else edges
    return {
        tuple(np.round(segment.ravel(), 6)): (tuple(color[:3]), width, dashes[1])
        for segment, color, width, dashes in zip(
            edges.get_segments(),
            edges.get_colors(),
            edges.get_linewidths(),
            edges.get_linestyles(),
            strict=True,
        )
    }


def centres(display, i):
    """Of the circles of layer i."""
    paths = display.neurons_[i].get_paths()
    return [
        tuple(np.round(p.get_extents().get_points().mean(axis=0), 6)) for p in paths
    ]


@pytest.mark.parametrize("network", [two_two_one(), classifier().fit(X, Y)])
def test_an_edge_for_each_weight_between_its_neurons(network):
    display = NetworkDisplay.from_estimator(network)
    for i, coef in enumerate(network.coefs_):
        edges = edges_by_position(display, i)
        assert len(edges) == coef.size
        below, above = centres(display, i), centres(display, i + 1)
        assert (len(below), len(above)) == coef.shape
        widths = np.empty(coef.shape)
        for (j, k), weight in np.ndenumerate(coef):
            color, widths[j, k], dashes = edges[(*below[j], *above[k])]
            assert color == to_rgb("#D55E00" if weight < 0 else "#0072B2")
            assert (dashes is not None) == (weight < 0)
        # Wider is larger, in proportion above the finest line.
        size = np.abs(coef).ravel()
        assert (np.argsort(size) == np.argsort(widths.ravel())).all()
        slope = np.diff(widths.ravel()) / np.diff(size)
        np.testing.assert_allclose(slope, slope[0])
        biases = edges_by_position(display, i, display.bias_edges_[i])
        assert len(biases) == coef.shape[1]
        for (_, _, *end), (color, width, _) in biases.items():
            bias = network.intercepts_[i][above.index(tuple(end))]
            assert color == to_rgb("#D55E00" if bias < 0 else "#0072B2")
            line = widths.ravel()[0] + slope[0] * (abs(bias) - size[0])
            assert width == pytest.approx(line)


def test_widths_are_relative_to_the_layer():
    display = NetworkDisplay.from_estimator(two_two_one())
    for i in (0, 1):
        edges, biases = display.edges_[i], display.bias_edges_[i]
        widths = [*edges.get_linewidths(), *biases.get_linewidths()]
        assert max(widths) == pytest.approx(4, rel=0.1)


def test_a_weight_of_zero_is_no_line():
    display = NetworkDisplay.from_estimator(
        SimpleMLPClassifier.from_coefs([[[1], [0], [-1]]])
    )
    np.testing.assert_array_equal(display.edges_[0].get_linewidths() > 0, [0, 1, 1])


def test_few_weights_are_written_on_their_edges():
    display = NetworkDisplay.from_estimator(two_two_one())
    expected = ["1.50", "−0.25", "−3.00", "2.00", "4.00", "−1.00"]  # noqa: RUF001
    expected += ["0.50", "−1.00", "2.00"]  # noqa: RUF001
    written = [t for t in texts(display) if t.strip("−0123456789") == "."]  # noqa: RUF001
    assert sorted(written) == sorted(expected)
    # Each on the edge with its weight: (x, y) is a point of the segment.
    by_value = {t.get_text(): np.array(t.get_position()) for t in display.ax_.texts}
    (x0, y0), (x1, y1) = centres(display, 0)[1], centres(display, 1)[0]
    x, y = by_value["−3.00"]  # noqa: RUF001
    assert y == pytest.approx(y0 + (x - x0) / (x1 - x0) * (y1 - y0))
    for text in display.ax_.texts:
        if text.get_text() in expected:
            negative = not text.get_text()[0].isdigit()
            assert text.get_color() == ("#D55E00" if negative else "#0072B2")
    assert not [t for t in texts(display) if "largest" in t]
    without = NetworkDisplay.from_estimator(two_two_one(), coef_values=False)
    assert "1.50" not in texts(without)
    assert "largest |w|: 3.00" in texts(without)


def test_many_weights_stay_attached_to_their_lines():
    """Between a circle and the number on a line, a piece of the line is to be seen."""
    network = classifier(hidden_layer_sizes=(10,), max_iter=2).fit(X, Y)
    display = NetworkDisplay.from_estimator(network, coef_values=True)
    display.figure_.draw_without_rendering()
    numbers = [t for t in display.ax_.texts if t.get_text().strip("−0123456789") == "."]  # noqa: RUF001
    lines = np.concatenate(
        [c.get_segments() for c in (*display.edges_, *display.bias_edges_)]
    )
    assert len(numbers) == len(lines) == 4 * 10 + 10 + 10 * 3 + 3
    starts, ways = lines[:, 0], lines[:, 1] - lines[:, 0]
    for number in numbers:
        place = number.get_position()
        share = (place[0] - starts[:, 0]) / ways[:, 0]
        distance = np.abs(starts + share[:, None] * ways - place)[:, 1]
        distance[(share < 0) | (share > 1)] = np.inf
        # The nearest line runs through the middle of the number, and no other does.
        first, second = np.sort(distance)[:2]
        assert first < 1e-9
        assert second > 1e-3
        box = number.get_window_extent().transformed(display.ax_.transData.inverted())
        start = starts[distance.argmin()]
        assert box.x0 - start[0] > RADIUS + 0.1


def test_a_network_without_biases_has_none():
    network = SimpleMLPClassifier.from_coefs([[[1], [2], [-1]]])
    display = NetworkDisplay.from_estimator(network)
    assert display.bias_edges_ == []
    assert "bias" not in texts(display)
    assert "1" not in texts(display)


def test_names_of_binary_and_of_more_classes():
    people = classifier().fit(PEOPLE.data, PEOPLE.target)
    display = NetworkDisplay.from_estimator(
        people, feature_names=PEOPLE.feature_names, class_names=PEOPLE.target_names
    )
    male, female = PEOPLE.target_names
    assert {*PEOPLE.feature_names, f"1: {female}\n0: {male}"} < set(texts(display))
    assert "hidden\n5 neurons\nlogistic" in texts(display)
    assert "output\n1 neuron\nlogistic" in texts(display)
    frame = pd.DataFrame(X, columns=IRIS.feature_names)
    labels = IRIS.target_names[Y]
    for network in (
        classifier().fit(frame, labels),
        make_pipeline(StandardScaler(), classifier()).fit(frame, labels),
    ):
        shown = set(texts(NetworkDisplay.from_estimator(network)))
        assert {*IRIS.feature_names, *IRIS.target_names} < shown
    shown = texts(NetworkDisplay.from_estimator(classifier().fit(X, Y)))
    assert {"x1", "x2", "x3", "x4", "class 0", "class 1", "class 2"} < set(shown)


def test_outputs_of_a_multilabel_network_are_labels():
    indicators = np.column_stack([X[:, 0] > 6, X[:, 1] > 3, X[:, 2] > 4]).astype(int)
    network = classifier().fit(X, indicators)
    shown = texts(NetworkDisplay.from_estimator(network))
    assert {"label 0", "label 1", "label 2"} < set(shown)
    assert not any("class" in text for text in shown)
    display = NetworkDisplay.from_estimator(network, class_names=["u", "v", "w"])
    assert {"u", "v", "w"} < set(texts(display))


def test_names_of_a_regressors_outputs():
    targets = np.column_stack([X[:, 0], X[:, 1]])
    network = SimpleMLPRegressor((3,), max_iter=3, n_iter_no_change=np.inf)
    network.fit(X, targets)
    assert {"y1", "y2"} < set(texts(NetworkDisplay.from_estimator(network)))
    display = NetworkDisplay.from_estimator(network, class_names=["length", "width"])
    assert {"length", "width"} < set(texts(display))
    network.fit(X, X[:, 0])
    assert "y" in texts(NetworkDisplay.from_estimator(network))


@pytest.mark.parametrize("form", [list, np.array, lambda x: csr_array([x]), "frame"])
def test_activations_are_those_of_the_network(form):
    x = [2.0, -1.0]
    if form == "frame":
        x = pd.DataFrame([x])
    display = NetworkDisplay.from_estimator(
        two_two_one(), form(x) if form != "frame" else x, coef_values=False
    )
    # By hand: the weighted sums, and the sigmoid of each.
    hidden = expit([1.5 * 2 + 3 * 1 + 0.5, -0.25 * 2 - 2 - 1])
    output = expit(4 * hidden[0] - hidden[1] + 2)
    for shown, expected in zip(
        display.activations, [[2, -1], hidden, [output]], strict=True
    ):
        np.testing.assert_allclose(shown, expected)
    numbers = {f"{a:.2f}".replace("-", "−") for a in (2, -1, *hidden, output)}  # noqa: RUF001
    assert numbers < set(texts(display))
    blue, vermilion = np.array(to_rgb("#0072B2")), np.array(to_rgb("#D55E00"))
    positive, negative = display.neurons_[0].get_facecolors()[:, :3]
    np.testing.assert_allclose(positive, 1 - 0.7 * (1 - blue))
    # Half as large, so half as far from white.
    np.testing.assert_allclose(negative, 1 - 0.35 * (1 - vermilion))
    assert "activation" in legend(display)


@pytest.mark.parametrize(
    ("activation", "shown"),
    [
        (0, "0"),
        (0.003, "0.003"),
        (-0.003, f"{MINUS}0.003"),
        (0.0004, f"4e{MINUS}4"),
        (0.0098, "0.01"),
        (0.0123, "0.01"),
    ],
)
def test_only_an_activation_of_zero_is_shown_as_zero(activation, shown):
    network = SimpleMLPClassifier.from_coefs([[[0], [0], [0]]])
    display = NetworkDisplay.from_estimator(network, [activation, 0.5, 2])
    assert texts(display).count(shown) == 1 + 3 * (activation == 0)  # and the weights


def test_activations_of_a_pipeline_are_of_the_transformed_sample():
    pipeline = make_pipeline(StandardScaler(), classifier()).fit(IRIS.data, Y)
    display = NetworkDisplay.from_estimator(pipeline, IRIS.data[60])
    np.testing.assert_allclose(display.activations[0], X[60])
    probabilities = pipeline.predict_proba(IRIS.data[60:61])[0]
    np.testing.assert_allclose(display.activations[-1], probabilities)


def test_without_a_sample_neurons_are_white():
    display = NetworkDisplay.from_estimator(two_two_one())
    assert display.activations is None
    assert (display.neurons_[0].get_facecolors() == 1).all()
    assert "activation" not in legend(display)


def test_large_layers_are_shown_in_part():
    rng = np.random.RandomState(0)
    coefs = [rng.normal(size=(64, 100)), rng.normal(size=(100, 10))]
    network = SimpleMLPClassifier.from_coefs(coefs)
    display = NetworkDisplay.from_estimator(network, rng.normal(size=64))
    assert [len(centres(display, i)) for i in range(3)] == [11, 11, 10]
    assert "hidden\n100 neurons\nlogistic" in texts(display)
    assert [t for t in texts(display) if t.startswith("x")] == [
        *(f"x{i}" for i in (1, 2, 3, 4, 5, 6, 60, 61, 62, 63, 64))
    ]
    shown = [0, 1, 2, 3, 4, 5, 95, 96, 97, 98, 99]
    edges = edges_by_position(display, 1)
    below, above = centres(display, 1), centres(display, 2)
    for row, j in enumerate(shown):
        for k in range(10):
            color = edges[(*below[row], *above[k])][0]
            assert color == to_rgb("#D55E00" if coefs[1][j, k] < 0 else "#0072B2")
    largest = coefs[0].flat[np.abs(coefs[0]).argmax()]
    assert f"largest |w|: {abs(largest):.2f}" in texts(display)
    smaller = NetworkDisplay.from_estimator(network, max_neurons=4)
    assert [len(centres(smaller, i)) for i in range(3)] == [3, 3, 3]


LONG = [
    f"the {what} length of a leaf,\nin centimetres, measured by hand" for what in "abcd"
]


@pytest.mark.parametrize(
    ("hidden_layer_sizes", "names", "coef_values"),
    [
        ((), LONG, "auto"),
        ((3,), None, "auto"),
        ((5,), LONG, True),
        ((13,), None, True),
        ((30, 20, 7), LONG, "auto"),
    ],
)
def test_no_text_overlaps_or_is_cut_off(hidden_layer_sizes, names, coef_values):
    network = classifier(hidden_layer_sizes=hidden_layer_sizes, max_iter=2).fit(X, Y)
    display = NetworkDisplay.from_estimator(
        network, X[0], feature_names=names, coef_values=coef_values
    )
    assert overlapping(display) == []


@pytest.mark.parametrize("n_layers", [5, 8, 20])
@pytest.mark.parametrize("width", [3, 6, 100])
@pytest.mark.parametrize("with_biases", [True, False])
def test_deep_networks_are_legible_in_a_figure_of_moderate_width(
    n_layers, width, with_biases
):
    sizes = [2, *[width] * n_layers, 1]
    rng = np.random.RandomState(0)
    coefs = [rng.normal(size=shape) for shape in pairwise(sizes)]
    intercepts = [rng.normal(size=n) for n in sizes[1:]] if with_biases else None
    network = SimpleMLPClassifier.from_coefs(coefs, intercepts, activation="leaky_relu")
    display = NetworkDisplay.from_estimator(network, [1e-3, -1e-3])
    assert display.figure_.get_figwidth() <= 16
    assert overlapping(display) == []
    assert min(text.get_fontsize() for text in display.ax_.texts) >= 5


def test_a_row_of_a_data_frame_keeps_its_names_for_the_steps_before():
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    steps = make_column_transformer((StandardScaler(), ["b", "d"]))
    pipeline = make_pipeline(steps, classifier(max_iter=2)).fit(frame, Y)
    expected = [
        t.get_text()
        for t in NetworkDisplay.from_estimator(pipeline, frame.iloc[[3]]).ax_.texts
    ]
    display = NetworkDisplay.from_estimator(pipeline, frame.iloc[3])
    assert [text.get_text() for text in display.ax_.texts] == expected


def test_given_axes_get_the_diagram_in_their_size():
    _, axes = plt.subplots(2, 2, figsize=(6, 5), layout="constrained")
    display = NetworkDisplay.from_estimator(two_two_one(), [1, 2], ax=axes[0, 1])
    assert display.ax_ is axes[0, 1]
    assert overlapping(display) == []
    assert max(t.get_fontsize() for t in display.ax_.texts) < 6


def test_diagram_keywords_are_passed_on():
    display = NetworkDisplay.from_estimator(
        two_two_one(), edge_kw={"alpha": 0.25}, neuron_kw={"linewidths": 3}
    )
    assert display.edges_[0].get_alpha() == 0.25
    assert display.neurons_[1].get_linewidths() == [3]


def test_diagram_refuses():
    draw, network = NetworkDisplay.from_estimator, two_two_one()
    with pytest.raises(NotFittedError):
        draw(classifier())
    with pytest.raises(TypeError, match="estimator must be a SimpleMLPClassifier"):
        draw(StandardScaler())
    with pytest.raises(ValueError, match="feature_names must hold 2 names, got 1"):
        draw(network, feature_names=["a"])
    with pytest.raises(ValueError, match="class_names must hold 2 names, got 3"):
        draw(network, class_names="abc")
    for x in ([1], [[1, 2], [3, 4]], 5, [[[1, 2]]]):
        with pytest.raises(ValueError, match=r"x must be one sample, of shape \(2,\)"):
            draw(network, x)
    with pytest.raises(ValueError, match="x must be finite"):
        draw(network, [1, np.nan])
    for wrong in (2, 3.5):
        with pytest.raises(ValueError, match=f"at least 3, got {wrong}"):
            draw(network, max_neurons=wrong)
    with pytest.raises(ValueError, match="coef_values must be True, False or 'auto'"):
        draw(network, coef_values="all")
    assert plt.get_fignums() == []


def test_each_layer_is_headed_by_its_activation():
    network = SimpleMLPRegressor.from_coefs(
        [[[1.0]], [[1.0]], [[1.0]]], activation=("softplus", "tanh")
    )
    display = NetworkDisplay.from_estimator(network, x=[0.0])
    assert display.activation_names == ["softplus", "tanh", "identity"]
    expected = [0, np.log(2), np.tanh(np.log(2)), np.tanh(np.log(2))]
    np.testing.assert_allclose(np.ravel(display.activations), expected)


@pytest.mark.parametrize(
    "name", ["$a$", "price in $ or $$", r"\$x\$", "$\\frac{$", "_$^$"]
)
def test_names_with_dollar_signs_are_no_formulas(name):
    """Matplotlib would set them as mathematics, or fail."""
    names = [name, "b", "c", "d"]
    display = NetworkDisplay.from_estimator(
        classifier().fit(X, Y), feature_names=names, class_names=[name, "v", "w"]
    )
    assert texts(display).count(name) == 2
    display.figure_.canvas.draw()
    plain = NetworkDisplay.from_estimator(
        classifier().fit(X, Y),
        feature_names=[name.replace("$", "S"), "b", "c", "d"],
        class_names=["u", "v", "w"],
    )
    shown, judge = (d.ax_.texts[0].get_window_extent() for d in (display, plain))
    assert shown.height == pytest.approx(judge.height, rel=0.3)


@pytest.mark.parametrize("style", STYLES)
def test_labels_have_the_background_of_the_picture(style):
    with plt.style.context(style):
        display = NetworkDisplay.from_estimator(two_two_one())
        display.figure_.draw_without_rendering()
        patches = [text.get_bbox_patch() for text in display.ax_.texts]
        boxes = [patch.get_window_extent() for patch in patches if patch]
        around, behind = backgrounds(display, boxes)
    assert len(boxes) == 9
    assert behind == {around}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("x", [None, X[0]])
@pytest.mark.parametrize("coef_values", [False, True])
def test_texts_are_legible_in_every_style(style, x, coef_values):
    """Texts in a circle or in the square of the biases have a light background."""
    with plt.style.context(style):
        display = NetworkDisplay.from_estimator(
            classifier().fit(X, Y), x, coef_values=coef_values
        )
    canvas = display.ax_.get_facecolor()
    for text in display.ax_.texts:
        box = text.get_bbox_patch()
        number = text.get_text() == "1" or (
            x is not None and text.get_color() == "black"
        )
        background = "white" if number else box.get_facecolor() if box else canvas
        assert contrast(text.get_color(), background) > 3, text.get_text()
