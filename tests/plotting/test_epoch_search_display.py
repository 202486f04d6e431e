"""Curves of a search show its scores, and a star its choice."""

from contextlib import suppress
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from pictures import IRIS, X, Y, classifier, legend
from sklearn.exceptions import NotFittedError
from sklearn.metrics import get_scorer, get_scorer_names
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from sknn_simple import SimpleMLPRegressor
from sknn_simple.plotting import EpochSearchDisplay
from sknn_simple.plotting._curves import difference_labels
from sknn_simple.plotting._search_results import UNBOUNDED, max_score

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


def bands(display):
    """The lower and upper edges of each band, of shape (n_counts, 2)."""
    for line, band in zip(display.lines_, display.fill_between_, strict=True):
        corners = band.get_paths()[0].vertices
        heights = [corners[corners[:, 0] == x, 1] for x in line.get_xdata()]
        yield np.array([[edge.min(), edge.max()] for edge in heights])


@pytest.mark.parametrize(
    ("scoring", "highest"),
    [
        (None, 1),
        ("accuracy", 1),
        ("neg_log_loss", 0),
        (["accuracy"], 1),
        ({"mine": "accuracy"}, 1),
        ({"mine": lambda network, X, y: network.score(X, y)}, np.inf),
        (lambda network, X, y: network.score(X, y), np.inf),
        (lambda network, X, y: {"mine": network.score(X, y)}, np.inf),
    ],
)
def test_bands_end_at_the_best_possible_score(scoring, highest):
    search = GridSearchCV(classifier(), {"max_iter": [1, 2]}, refit=False, cv=3)
    search.set_params(scoring=scoring).fit(X, Y)
    [name] = [k for k in search.cv_results_ if k.startswith("mean_test_")]
    metric = name.removeprefix("mean_test_")
    # Folds between which a whole deviation leads past the best possible score.
    best = min(highest, 1)
    for k, scores in enumerate([[best, best], [best, best - 1], [best - 0.5, best]]):
        search.cv_results_[f"split{k}_test_{metric}"] = np.array(scores)
    display = EpochSearchDisplay.from_estimator(search, metric=metric)
    scores = np.array([[best, best], [best, best - 1], [best - 0.5, best]])
    mean, std = scores.mean(axis=0), scores.std(axis=0)
    assert (mean + std > best).all()
    expected = np.column_stack([mean - std, np.minimum(mean + std, highest)])
    [band] = bands(display)
    np.testing.assert_allclose(band, expected)


def test_r2_is_named_and_bounded():
    network = SimpleMLPRegressor(max_iter=1, n_iter_no_change=np.inf)
    search = GridSearchCV(network, {"max_iter": [1, 2]}, cv=3).fit(X, X[:, 0])
    display = EpochSearchDisplay.from_estimator(search)
    assert display.ax_.get_ylabel() == "Mean R² on held-out folds"
    assert display.max_score == 1


@pytest.mark.filterwarnings("ignore")  # of ratios by zero
@pytest.mark.parametrize("name", sorted(set(get_scorer_names()) - set(UNBOUNDED)))
def test_a_perfect_model_scores_the_best_possible_score(name):
    labels = np.arange(20) % 2
    perfect = []
    # Deviances need positive targets, metrics over samples several labels.
    for y in (labels, labels + 1, np.column_stack([labels, 1 - labels])):
        for model in (DecisionTreeClassifier(), DecisionTreeRegressor()):
            model.fit(labels[:, None], y)
            # A regressor has no probabilities; not every metric takes every target.
            with suppress(AttributeError, ValueError):
                perfect.append(get_scorer(name)(model, labels[:, None], y))
    perfect = np.array(perfect)[np.isfinite(perfect)]
    assert len(perfect) > 0
    np.testing.assert_allclose(perfect, max_score(name), atol=1e-12)


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
