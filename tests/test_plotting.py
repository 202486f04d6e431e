"""The displays: what is drawn is what was trained, and nothing is in the way."""

import builtins
import subprocess
import sys
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from scipy.sparse import csr_array
from scipy.special import expit
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.datasets import load_four_people
from sknn_simple.plotting import EpochSearchDisplay, LossCurveDisplay, NetworkDisplay
from sknn_simple.plotting._appearance import difference_labels

IRIS = load_iris()
X, Y = StandardScaler().fit_transform(IRIS.data), IRIS.target
PEOPLE = load_four_people()


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def classifier(**params):
    params = {"max_iter": 12, "n_iter_no_change": np.inf, "random_state": 0} | params
    return SimpleMLPClassifier(params.pop("hidden_layer_sizes", (5,)), **params)


@pytest.fixture(scope="module")
def stopped():
    """Trained with early stopping; the best epoch is neither the first nor the last."""
    network = classifier(early_stopping=True, max_iter=40, learning_rate_init=1.0)
    network.set_params(scoring="loss").fit(X, Y)
    assert 1 < network.best_epoch_ < 40
    return network


def texts(display):
    return [text.get_text() for text in display.ax_.texts]


def legend(display):
    return [text.get_text() for text in display.ax_.get_legend().get_texts()]


def overlapping(display):
    """Pairs of texts that overlap, and texts that are not wholly in the picture."""
    figure = display.figure_
    figure.draw_without_rendering()
    shown = [t for t in display.ax_.texts if t.get_text()]
    boxes = [t.get_window_extent() for t in shown]
    boxes.append(display.ax_.get_legend().get_window_extent())
    names = [t.get_text() for t in shown] + ["legend"]
    pairs = [
        (names[i], names[j])
        for i in range(len(boxes))
        for j in range(i)
        if boxes[i].shrunk(0.95, 0.9).overlaps(boxes[j].shrunk(0.95, 0.9))
    ]
    canvas = figure.bbox
    outside = [
        name
        for name, box in zip(names, boxes, strict=True)
        if box.x0 < 0 or box.y0 < 0 or box.x1 > canvas.x1 or box.y1 > canvas.y1
    ]
    return pairs + outside


# Loss curves


def test_loss_curve_is_the_history(stopped):
    display = LossCurveDisplay.from_estimator(stopped)
    [line], [dashed], [star] = (
        display.lines_,
        display.validation_lines_,
        display.best_lines_,
    )
    np.testing.assert_array_equal(line.get_xdata(), np.arange(1, 41))
    np.testing.assert_array_equal(line.get_ydata(), stopped.loss_curve_)
    losses = stopped.history_["validation_loss"]
    np.testing.assert_array_equal(dashed.get_ydata(), losses)
    assert line.get_linestyle() == "-"
    assert dashed.get_linestyle() == "--"
    assert star.get_xdata() == [stopped.best_epoch_]
    assert star.get_ydata() == [losses[stopped.best_epoch_ - 1]] == [min(losses)]
    assert legend(display) == [
        "training",
        "validation",
        f"best epoch: {stopped.best_epoch_}",
    ]
    assert display.ax_.get_xlabel() == "Epoch"
    assert display.ax_.get_ylabel() == "Loss"
    assert display.figure_ is display.ax_.figure


def test_loss_curve_of_the_score(stopped):
    display = LossCurveDisplay.from_estimator(stopped, metric="score")
    [dashed], [star] = display.validation_lines_, display.best_lines_
    np.testing.assert_array_equal(dashed.get_ydata(), stopped.validation_scores_)
    assert star.get_ydata() == [stopped.best_validation_score_]
    assert display.lines_ == []
    assert display.ax_.get_ylabel() == "Validation score"


def test_loss_curve_keywords_and_axes(stopped):
    _, axes = plt.subplots(1, 2)
    pipeline = make_pipeline(StandardScaler(), stopped)
    display = LossCurveDisplay.from_estimator(
        pipeline, ax=axes[1], log_scale=True, line_kw={"linewidth": 5}
    )
    assert display.ax_ is axes[1]
    assert display.ax_.get_yscale() == "log"
    assert display.lines_[0].get_linewidth() == 5
    np.testing.assert_array_equal(display.lines_[0].get_ydata(), stopped.loss_curve_)
    again = display.plot(axes[0])
    assert again is display
    assert display.ax_ is axes[0]
    assert display.ax_.get_yscale() == "linear"


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (list, ["learning_rate_init=0.1", "learning_rate_init=0.5"]),
        (lambda pair: dict(zip(["slow", "fast"], pair, strict=True)), ["slow", "fast"]),
        (lambda pair: [pair[0], pair[0]], ["1", "2"]),
    ],
)
def test_loss_curves_compared(given, names):
    pair = [classifier(learning_rate_init=rate).fit(X, Y) for rate in (0.1, 0.5)]
    estimators = given(pair)
    display = LossCurveDisplay.from_estimators(estimators)
    values = estimators.values() if isinstance(estimators, dict) else estimators
    for line, network in zip(display.lines_, values, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), network.loss_curve_)
    first, second = display.lines_
    assert first.get_color() != second.get_color()
    assert first.get_marker() != second.get_marker()
    assert legend(display) == names
    assert display.validation_lines_ == display.best_lines_ == [None, None]


def test_loss_curves_compared_with_and_without_validation(stopped):
    display = LossCurveDisplay.from_estimators(
        {"plain": classifier().fit(X, Y), "stopped": stopped}
    )
    assert display.validation_lines_[0] is None
    star = display.best_lines_[1]
    assert star.get_color() == display.lines_[1].get_color()
    assert legend(display) == [
        "plain",
        "stopped",
        "training",
        "validation",
        "best epoch",
    ]


def test_loss_curve_of_one_epoch_can_be_seen():
    network = classifier().partial_fit(X, Y, classes=[0, 1, 2])
    display = LossCurveDisplay.from_estimators({"one epoch": network})
    [line] = display.lines_
    np.testing.assert_array_equal(line.get_xdata(), [1])
    assert line.get_marker() == "o"
    assert line.get_markevery() == [0]
    assert display.ax_.get_title() == "one epoch"
    ticks = display.ax_.get_xticks()
    np.testing.assert_array_equal(ticks, np.round(ticks))


def test_loss_curve_of_a_mixed_history_has_gaps():
    history = {
        "loss": [3.0, 2.0, 1.5, 1.0],
        "validation_loss": [None, 2.5, None, 1.75],
    }
    display = LossCurveDisplay(histories=[history]).plot()
    [dashed] = display.validation_lines_
    np.testing.assert_array_equal(dashed.get_ydata(), [np.nan, 2.5, np.nan, 1.75])
    # No line leads to a value between two gaps.
    assert dashed.get_markevery() == [1, 3]


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_loss_curve_of_lbfgs():
    network = classifier(solver="lbfgs").fit(X, Y)
    [line] = LossCurveDisplay.from_estimator(network).lines_
    np.testing.assert_array_equal(line.get_ydata(), network.loss_curve_)


def test_loss_curve_refuses():
    plain = classifier().fit(X, Y)
    draw = LossCurveDisplay.from_estimator
    with pytest.raises(NotFittedError):
        draw(classifier())
    with pytest.raises(NotFittedError):
        draw(make_pipeline(StandardScaler(), classifier()))
    with pytest.raises(TypeError, match=r"Pipeline that ends in one, got StandardS"):
        draw(StandardScaler())
    with pytest.raises(ValueError, match=r"Classifier.* was never trained: its his"):
        draw(SimpleMLPClassifier.from_coefs([[[0], [1]]]))
    with pytest.raises(ValueError, match=r"one of \['loss', 'score'\], got 'speed'"):
        draw(plain, metric="speed")
    with pytest.raises(ValueError, match="'score' was not recorded"):
        draw(plain, metric="score")
    with pytest.raises(ValueError, match="estimators must hold at least one"):
        LossCurveDisplay.from_estimators([])
    negative = LossCurveDisplay(histories=[{"loss": [-1.0, -2.0]}])
    with pytest.raises(ValueError, match="log_scale must be False: no loss is above"):
        negative.plot(log_scale=True)


# Diagrams


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
    assert "largest weight: −3.00" in texts(without)  # noqa: RUF001


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
    assert {"x0", "x1", "x2", "x3", "class 0", "class 1", "class 2"} < set(shown)


def test_names_of_a_regressors_outputs():
    targets = np.column_stack([X[:, 0], X[:, 1]])
    network = SimpleMLPRegressor((3,), max_iter=3, n_iter_no_change=np.inf)
    network.fit(X, targets)
    assert {"y0", "y1"} < set(texts(NetworkDisplay.from_estimator(network)))
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
    blue, vermillion = np.array(to_rgb("#0072B2")), np.array(to_rgb("#D55E00"))
    positive, negative = display.neurons_[0].get_facecolors()[:, :3]
    np.testing.assert_allclose(positive, 1 - 0.7 * (1 - blue))
    # Half as large, so half as far from white.
    np.testing.assert_allclose(negative, 1 - 0.35 * (1 - vermillion))
    assert "activation" in legend(display)


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
        *(f"x{i}" for i in (0, 1, 2, 3, 4, 5, 59, 60, 61, 62, 63))
    ]
    shown = [0, 1, 2, 3, 4, 5, 95, 96, 97, 98, 99]
    edges = edges_by_position(display, 1)
    below, above = centres(display, 1), centres(display, 2)
    for row, j in enumerate(shown):
        for k in range(10):
            color = edges[(*below[row], *above[k])][0]
            assert color == to_rgb("#D55E00" if coefs[1][j, k] < 0 else "#0072B2")
    largest = coefs[0].flat[np.abs(coefs[0]).argmax()]
    text = f"largest weight: {largest:.2f}".replace("-", "−")  # noqa: RUF001
    assert text in texts(display)
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


# Searches over epochs


RATES, COUNTS = [0.01, 0.1, 1.0], [2, 4, 8]


@pytest.fixture(scope="module")
def grid():
    """A fitted GridSearchCV, its counts not in order."""
    params = {"mlp__learning_rate_init": RATES, "mlp__max_iter": [4, 2, 8]}
    pipeline = make_pipeline(StandardScaler(), classifier(batch_size=16))
    pipeline.steps[1] = ("mlp", pipeline[1])
    search = GridSearchCV(
        pipeline,
        params,
        cv=3,
        scoring=["accuracy", "neg_log_loss"],
        refit="neg_log_loss",
        return_train_score=True,
    )
    return search.fit(IRIS.data, Y)


def scores_of(grid, column):
    """Scores by rate and count, taken from cv_results_ row by row."""
    frame = pd.DataFrame(grid.cv_results_)
    names = ["param_mlp__learning_rate_init", "param_mlp__max_iter"]
    return frame.set_index(names)[column].unstack().loc[RATES, COUNTS].to_numpy()


@pytest.mark.parametrize("metric", ["accuracy", "neg_log_loss"])
@pytest.mark.parametrize("score_type", ["test", "train"])
def test_curves_of_a_grid_are_its_results(grid, metric, score_type):
    display = EpochSearchDisplay.from_estimator(
        grid, metric=metric, score_type=score_type
    )
    means = scores_of(grid, f"mean_{score_type}_{metric}")
    stds = scores_of(grid, f"std_{score_type}_{metric}")
    for i, (line, band) in enumerate(
        zip(display.lines_, display.fill_between_, strict=True)
    ):
        np.testing.assert_array_equal(line.get_xdata(), COUNTS)
        np.testing.assert_allclose(line.get_ydata(), means[i], rtol=1e-12)
        corners = band.get_paths()[0].vertices
        for count, mean, std in zip(COUNTS, means[i], stds[i], strict=True):
            edge = corners[corners[:, 0] == count, 1]
            np.testing.assert_allclose(
                [edge.min(), edge.max()], [mean - std, mean + std]
            )
    star, best = display.best_line_, grid.best_params_
    assert star.get_xdata() == [best["mlp__max_iter"]]
    score = grid.cv_results_[f"mean_{score_type}_{metric}"][grid.best_index_]
    np.testing.assert_allclose(star.get_ydata(), [score])
    chosen = display.lines_[RATES.index(best["mlp__learning_rate_init"])]
    assert star.get_color() == chosen.get_color()
    names = [f"learning_rate_init={rate:g}" for rate in RATES]
    assert legend(display)[:4] == [*names, "± 1 standard deviation"]
    rate = f"learning_rate_init={best['mlp__learning_rate_init']:g}"
    assert legend(display)[4].endswith(f"at {best['mlp__max_iter']} epochs\n{rate}")
    what = {"accuracy": "accuracy", "neg_log_loss": "negative log loss"}[metric]
    folds = {"test": "held-out folds", "train": "training folds"}[score_type]
    assert display.ax_.get_ylabel() == f"Mean {what} on {folds}"
    assert display.ax_.get_xlabel() == "Epoch"


def every_epoch(grid, n_epochs=8):
    """A stand-in for a search that scored every epoch of each run."""
    rng = np.random.RandomState(0)
    curves = []
    for i, rate in enumerate(RATES):
        scores = rng.uniform(size=(3, n_epochs))
        curves.append(
            {
                "params": {"mlp__learning_rate_init": rate},
                "candidates": np.arange(3 * i, 3 * i + 3),
                "epoch": np.arange(1, n_epochs + 1),
                "split_test_accuracy": scores,
                "mean_test_accuracy": scores.mean(axis=0),
                "std_test_accuracy": scores.std(axis=0),
            }
        )
    return SimpleNamespace(**{**vars(grid), "validation_curves_": curves})


def test_curves_of_every_epoch(grid):
    # The stand-in is no estimator, which check_is_fitted insists on.
    search = every_epoch(grid)
    fitted = GridSearchCV(grid.estimator, {})
    vars(fitted).update(vars(search))
    display = EpochSearchDisplay.from_estimator(fitted, metric="accuracy")
    for line, curve in zip(display.lines_, search.validation_curves_, strict=True):
        np.testing.assert_array_equal(line.get_xdata(), np.arange(1, 9))
        np.testing.assert_allclose(line.get_ydata(), curve["mean_test_accuracy"])
    count = grid.best_params_["mlp__max_iter"]
    curve = search.validation_curves_[grid.best_index_ // 3]
    assert display.best_line_.get_xdata() == [count]
    expected = curve["mean_test_accuracy"][count - 1]
    np.testing.assert_allclose(display.best_line_.get_ydata(), [expected])
    with pytest.raises(ValueError, match="needs a search with return_train_score=True"):
        display.plot(score_type="train")


def test_the_choice_is_marked_where_patience_ended_its_run(grid):
    fitted = GridSearchCV(grid.estimator, {})
    vars(fitted).update(vars(every_epoch(grid, n_epochs=3)))
    fitted.best_index_ = 2  # max_iter=8
    display = EpochSearchDisplay.from_estimator(fitted, metric="accuracy")
    assert display.best_line_.get_xdata() == [3]


def test_a_search_over_max_iter_alone_is_one_curve():
    search = GridSearchCV(classifier(), {"max_iter": [1, 3]}, cv=3).fit(X, Y)
    display = EpochSearchDisplay.from_estimator(
        search, line_kw={"linewidth": 4}, fill_between_kw={"alpha": 0.5}
    )
    [line], [band] = display.lines_, display.fill_between_
    means = search.cv_results_["mean_test_score"]
    np.testing.assert_allclose(line.get_ydata(), means, rtol=1e-12)
    assert line.get_linewidth() == 4
    assert band.get_alpha() == 0.5
    assert legend(display)[0] == "mean"
    _, ax = plt.subplots()
    assert display.plot(ax).ax_ is ax


def test_labels_keep_the_step_where_two_have_the_parameter():
    params = [{"mlp__tol": 0.1, "pca__tol": 1}, {"mlp__tol": 0.2, "pca__tol": 2}]
    assert difference_labels(params) == [
        "mlp__tol=0.1, pca__tol=1",
        "mlp__tol=0.2, pca__tol=2",
    ]
    close = [{"rate": 0.12345678}, {"rate": 0.12345679}]
    assert difference_labels(close) == ["rate=0.123457"] * 2
    assert difference_labels([{"a__b": "x" * 50}, {}]) == [f"b={'x' * 39}…", ""]


@pytest.mark.parametrize(("n_curves", "name"), [(1, "short"), (40, "long " * 20)])
def test_a_figure_has_room_for_its_legend(n_curves, name):
    display = EpochSearchDisplay(
        epochs=[np.array([1, 2])] * n_curves,
        test_scores=[np.ones((2, 2))] * n_curves,
        names=[name] * n_curves,
    ).plot()
    figure = display.figure_
    figure.draw_without_rendering()
    box = display.ax_.get_legend().get_window_extent()
    assert figure.bbox.x1 >= box.x1
    assert box.y0 >= 0
    curves = display.ax_.get_window_extent()
    assert box.x0 > curves.x1
    assert curves.width > 3.5 * figure.dpi


def test_folds_that_failed_leave_a_gap():
    scores = np.array([[0.5, 0.7, np.nan], [0.6, 0.8, 0.9]])
    display = EpochSearchDisplay(
        epochs=[np.array([1, 2, 3])] * 2, test_scores=[scores, np.full((2, 3), np.nan)]
    ).plot()
    np.testing.assert_allclose(display.lines_[0].get_ydata(), [0.55, 0.75, np.nan])
    display.figure_.draw_without_rendering()


def test_without_a_choice_no_star():
    search = GridSearchCV(
        classifier(), {"max_iter": [1, 2]}, cv=3, scoring=["accuracy"], refit=False
    )
    search.fit(X, Y)
    display = EpochSearchDisplay.from_estimator(search, metric="accuracy")
    assert display.best_line_ is None
    assert len(legend(display)) == 2


def test_without_a_metric_it_is_that_of_refit_or_the_only_one(grid):
    display = EpochSearchDisplay.from_estimator(grid)
    assert display.ax_.get_ylabel() == "Mean negative log loss on held-out folds"
    single = GridSearchCV(classifier(), {"max_iter": [1]}, cv=3, scoring="f1_macro")
    display = EpochSearchDisplay.from_estimator(single.fit(X, Y))
    assert display.ax_.get_ylabel() == "Mean f1 macro on held-out folds"
    # With one number of epochs there is no band.
    assert legend(display) == ["mean", display.best_line_.get_label()]


def test_epoch_search_refuses(grid):
    draw = EpochSearchDisplay.from_estimator
    with pytest.raises(NotFittedError):
        draw(GridSearchCV(classifier(), {}))
    with pytest.raises(ValueError, match=r"one of \['accuracy', 'neg_log_loss'\], got"):
        draw(grid, metric="f1")
    with pytest.raises(ValueError, match="score_type must be 'test' or 'train'"):
        draw(grid, metric="accuracy", score_type="both")
    other = GridSearchCV(classifier(), {"alpha": [0, 1]}, cv=3).fit(X, Y)
    with pytest.raises(ValueError, match="search must have searched over 'max_iter'"):
        draw(other)


# With other tools, and without matplotlib


def test_decision_boundary_display():
    pair = X[:, 2:]
    network = classifier(max_iter=50).fit(pair, Y)
    display = DecisionBoundaryDisplay.from_estimator(
        network, pair, response_method="predict", grid_resolution=20
    )
    points = np.column_stack([display.xx0.ravel(), display.xx1.ravel()])
    np.testing.assert_array_equal(display.response.ravel(), network.predict(points))
    binary = classifier().fit(pair, Y == 2)
    display = DecisionBoundaryDisplay.from_estimator(
        binary, pair, response_method="predict_proba", grid_resolution=20
    )
    expected = binary.predict_proba(points)[:, 1]
    np.testing.assert_array_equal(display.response.ravel(), expected)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: LossCurveDisplay.from_estimator(None),
        lambda: NetworkDisplay.from_estimator(None),
        lambda: EpochSearchDisplay.from_estimator(None),
        lambda: LossCurveDisplay(histories=[]).plot(),
        lambda: NetworkDisplay(coefs=[]).plot(),
        lambda: EpochSearchDisplay(epochs=[], test_scores=[]).plot(),
    ],
)
def test_without_matplotlib_the_error_names_the_extra(draw, monkeypatch):
    real_import = builtins.__import__

    def no_matplotlib(name, *args, **kwargs):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", no_matplotlib)
    with pytest.raises(ImportError, match=r'Display needs .*"sknn-simple\[plot\]"'):
        draw()


def test_importing_the_displays_does_not_import_matplotlib():
    code = "import sys, sknn_simple.plotting; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
