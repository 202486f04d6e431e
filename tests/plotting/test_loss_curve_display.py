"""Loss curves show the history of each network."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from pictures import X, Y, classifier, legend
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.plotting import LossCurveDisplay


@pytest.fixture(scope="module")
def stopped():
    """Trained with early stopping; the best epoch is neither the first nor the last."""
    network = classifier(early_stopping=True, max_iter=40, learning_rate_init=1.0)
    network.set_params(scoring="loss").fit(X, Y)
    assert 1 < network.best_epoch_ < 40
    return network


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
        "training, with penalty",
        "validation",
        f"best epoch: {stopped.best_epoch_}",
    ]
    assert display.ax_.get_xlabel() == "Epoch"
    assert display.ax_.get_ylabel() == "Log-loss"
    assert display.figure_ is display.ax_.figure


def test_loss_curve_of_the_score(stopped):
    display = LossCurveDisplay.from_estimator(stopped, metric="score")
    [dashed], [star] = display.validation_lines_, display.best_lines_
    np.testing.assert_array_equal(dashed.get_ydata(), stopped.validation_scores_)
    assert star.get_ydata() == [stopped.best_validation_score_]
    assert display.lines_ == []
    assert display.ax_.get_ylabel() == "Negative validation loss"


@pytest.mark.parametrize(
    ("network", "name"),
    [
        (classifier(loss="squared_error"), "Half squared error"),
        (SimpleMLPRegressor(), "Half squared error (standardised targets)"),
        (SimpleMLPRegressor(normalize_y=False), "Half squared error"),
        (SimpleMLPRegressor(out_activation="softplus"), "Half squared error"),
        (
            SimpleMLPRegressor(out_activation="relu"),
            "Half squared error (targets / scale)",
        ),
        (
            SimpleMLPRegressor(loss="absolute_error"),
            "Absolute error (standardised targets)",
        ),
        (
            SimpleMLPRegressor(loss="poisson"),
            "Half Poisson deviance (counts / mean)",
        ),
    ],
)
def test_the_axis_names_the_loss(network, name):
    network.set_params(max_iter=2, n_iter_no_change=np.inf, random_state=0).fit(X, Y)
    display = LossCurveDisplay.from_estimator(network)
    assert display.ax_.get_ylabel() == name


def test_the_axis_of_different_losses_names_none():
    networks = [
        classifier(loss=loss).fit(X, Y) for loss in ("log_loss", "squared_error")
    ]
    display = LossCurveDisplay.from_estimators(networks)
    assert display.ax_.get_ylabel() == "Loss"


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
        "training, with penalty",
        "validation",
        "best epoch",
    ]


def test_a_training_loss_without_penalty_is_named_so():
    network = classifier(alpha=0, early_stopping=True).fit(X, Y)
    assert network.alpha_ == 0
    assert legend(LossCurveDisplay.from_estimator(network))[0] == "training"
    both = [network, classifier(alpha=1, early_stopping=True).fit(X, Y)]
    names = legend(LossCurveDisplay.from_estimators(both))
    assert names[2:4] == ["training, with penalty", "validation"]


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
    network = classifier(solver="lbfgs", early_stopping=True).fit(X, Y)
    display = LossCurveDisplay.from_estimator(network)
    np.testing.assert_array_equal(display.lines_[0].get_ydata(), network.loss_curve_)
    assert display.ax_.get_xlabel() == "Iteration"
    expected = f"stopped by 'max_iter' after {network.n_iter_} iterations"
    assert display.ax_.get_title() == expected
    assert legend(display)[-1] == f"best iteration: {network.best_epoch_}"
    both = LossCurveDisplay.from_estimators([network, classifier().fit(X, Y)])
    assert both.ax_.get_xlabel() == "Epoch"
    assert legend(both)[-1] == "best epoch"


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


def test_the_title_names_the_reason_why_training_stopped():
    network = SimpleMLPClassifier((3,), max_iter=5, n_iter_no_change=np.inf)
    title = LossCurveDisplay.from_estimator(network.fit(X, Y)).ax_.get_title()
    assert title.endswith("stopped by 'max_iter' after 5 epochs")
    network.set_params(n_iter_no_change=2, tol=9.0, scoring=None, early_stopping=True)
    title = LossCurveDisplay.from_estimator(network.fit(X, Y)).ax_.get_title()
    expected = "stopped by 'patience' after 3 epochs:\nno more improvement above tol"
    assert title == expected
    title = LossCurveDisplay.from_estimator(
        network.set_params(early_stopping=False).partial_fit(X, Y)
    ).ax_.get_title()
    assert "stopped" not in title
    network.set_params(max_iter=1, n_iter_no_change=np.inf).fit(X, Y)
    title = LossCurveDisplay.from_estimators({"short": network}).ax_.get_title()
    assert title == "short: stopped by 'max_iter' after 1 epoch"


def test_the_best_epoch_may_be_the_last_one_of_a_training_that_patience_ended():
    """If every epoch is better, but none by more than tol."""
    network = classifier(early_stopping=True, scoring="loss", tol=9.0)
    network.set_params(n_iter_no_change=4, learning_rate_init=1e-3).fit(X, Y)
    assert network.stop_reason_ == "patience"
    assert network.best_epoch_ == network.n_iter_
    display = LossCurveDisplay.from_estimator(network)
    assert display.ax_.get_title().endswith("\nno more improvement above tol")
    assert f"best epoch: {network.n_iter_}" in legend(display)


def test_networks_beyond_the_colours_have_hollow_markers():
    network = classifier(max_iter=3).fit(X, Y)
    lines = LossCurveDisplay.from_estimators([network] * 12).lines_
    seen = {(line.get_color(), line.get_fillstyle()) for line in lines}
    assert len(seen) == 12
    markers = {(line.get_color(), line.get_marker()) for line in lines}
    assert len(markers) == 12


def test_an_accuracy_is_no_loss():
    model = SimpleMLPClassifier(early_stopping=True, scoring=None, random_state=0)
    model.fit(*load_iris(return_X_y=True))
    display = LossCurveDisplay.from_estimator(model, metric="score")
    assert display.ax_.get_ylabel() == "Validation score"
