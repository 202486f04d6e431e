"""Lines that training prints, and warnings that it raises."""

import re
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import (
    load_diabetes,
    load_digits,
    load_iris,
    load_wine,
    make_friedman1,
    make_regression,
)
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MinMaxScaler,
    OneHotEncoder,
    QuantileTransformer,
    StandardScaler,
)
from support import ENGINES, UNSTOPPED, RaiseAtEnd, outcome, round_trip

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple._fit.scaling_advice import Scaling
from sknn_simple.inspection import diagnose
from sknn_simple.network import ENGINES as IMPLEMENTATIONS
from sknn_simple.network import Samples

X, Y = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)
IMPATIENT = {
    "alpha": 1e-4,
    "init": "glorot_uniform",
    "learning_rate_init": 0.1,
    "n_iter_no_change": 10,
    "random_state": 0,
}
BASE = SimpleMLPClassifier((5,), max_iter=6, n_iter_no_change=np.inf, random_state=0)


def test_verbose_prints_one_line_per_epoch(capsys):
    clone(BASE).set_params(verbose=True).fit(X, Y)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 7
    assert lines[0].startswith("Epoch 1 of 6: loss = ")
    assert "learning rate = 0.3" in lines[0]
    assert lines[-1] == "Stopped after 6 epochs: max_iter."
    clone(BASE).set_params(
        verbose=1, early_stopping=True, n_iter_no_change=2, tol=9.0, scoring=None
    ).fit(X, Y)
    lines = capsys.readouterr().out.splitlines()
    assert "validation score = " in lines[0]
    assert "validation score did not improve" in lines[-2]
    assert lines[-1] == "Stopped after 3 epochs: patience."
    clone(BASE).fit(X, Y)
    assert capsys.readouterr().out == ""


def test_an_adaptive_rate_decreases_and_is_printed(capsys):
    model = clone(BASE).set_params(
        learning_rate="adaptive",
        learning_rate_init=0.1,
        n_iter_no_change=2,
        tol=9.0,
        max_iter=100,
        verbose=True,
    )
    model.fit(X, Y)
    rates = model.history_["learning_rate"]
    # The first epoch counts as progress; two without any precede each division.
    expected = [0.1] * 3 + [0.1 / 5**k for k in range(1, 9) for _ in range(2)]
    np.testing.assert_allclose(rates, expected[: len(rates)])
    assert rates[-1] <= 1e-6
    assert len(rates) == 3 + 8 * 2
    assert "Setting the learning rate to 0.02." in capsys.readouterr().out


def test_no_convergence_warning_without_patience():
    regressor = SimpleMLPRegressor((5,), max_iter=2)
    with pytest.warns(ConvergenceWarning, match="max_iter=2"):
        regressor.fit(X, Y)
    clone(regressor).set_params(n_iter_no_change=np.inf).fit(X, Y)
    clone(regressor).set_params(n_iter_no_change=np.inf, early_stopping=True).fit(X, Y)


def test_a_loss_far_above_a_constant_prediction_is_warned_of():
    X, y = load_wine(return_X_y=True)
    with pytest.warns(
        ConvergenceWarning, match="far above the loss of a constant prediction"
    ):
        SimpleMLPClassifier(**IMPATIENT).fit(X, y)


def test_warnings_point_at_the_caller():
    X, y = load_wine(return_X_y=True)
    with pytest.warns(ConvergenceWarning) as far_worse:
        SimpleMLPClassifier(**IMPATIENT).fit(X, y)
    with pytest.warns(ConvergenceWarning) as too_short:
        SimpleMLPClassifier(random_state=0, max_iter=1).fit(X, y)
    for record in (far_worse, too_short):
        assert record[0].filename == __file__


@pytest.mark.callbacks
def test_the_warning_of_an_interruption_points_at_the_caller():
    X, y = load_wine(return_X_y=True)
    model = SimpleMLPClassifier(random_state=0)
    model.set_callbacks(RaiseAtEnd(1, KeyboardInterrupt))
    with pytest.warns(UserWarning, match="interrupted") as interrupted:
        model.fit(X, y)
    assert interrupted[0].filename == __file__


def test_automatic_epochs_that_brought_nothing_are_warned_of():
    """Of inputs that say nothing; patience does not run out before."""
    model = SimpleMLPClassifier((2,), n_iter_no_change=10**6, random_state=0)
    with pytest.warns(ConvergenceWarning, match="about the loss of a constant predict"):
        model.fit(np.zeros((64, 1)), np.arange(64) % 2)
    assert model.stop_reason_ == "max_iter"


def two_spirals(n_samples):
    """Return the spirals of the TensorFlow playground, without noise."""
    angles = np.linspace(0, 1.75 * 2 * np.pi, n_samples // 2)
    radii = np.linspace(0, 5, n_samples // 2)
    arm = radii[:, None] * np.column_stack([np.sin(angles), np.cos(angles)])
    return np.vstack([arm, -arm]), np.repeat([0, 1], n_samples // 2)


def test_automatic_epochs_of_adam_are_enough_for_spirals():
    """Two layers of tanh learn them, as with scikit-learn's limit of 200 epochs."""
    model = SimpleMLPClassifier((20, 20), "tanh", solver="adam", random_state=0)
    assert outcome(model, *two_spirals(250)) == ""
    assert model.score(*two_spirals(250)) > 0.98


def test_automatic_iterations_of_lbfgs_are_enough_if_the_last_ones_gain_little():
    """Three times as many predict new samples no better."""
    X, y = make_friedman1(2000, noise=1, random_state=0)
    X, X_new, y, y_new = train_test_split(X, y, random_state=0)
    model = SimpleMLPRegressor(solver="lbfgs", random_state=0)
    assert outcome(model, X, y) == ""
    assert model.stop_reason_ == "max_iter"
    assert diagnose(model, X, y).kinds == ()
    score = model.score(X_new, y_new)
    longer = model.set_params(max_iter=3000).fit(X, y)
    assert longer.score(X_new, y_new) < score + 0.01


def test_automatic_iterations_of_lbfgs_that_still_gain_are_warned_of():
    X = np.linspace(-1, 1, 400)[:, None]
    y = np.sin(8 * np.pi * X.ravel())
    model = SimpleMLPRegressor((20,), solver="lbfgs", alpha=0, random_state=0)
    assert "after 1000 iterations" in outcome(model, X, y)
    assert "stopped_by_max_iter" in diagnose(model, X, y).kinds
    score = model.score(X, y)
    longer = model.set_params(max_iter=5000)
    assert "after 5000 iterations" in outcome(longer, X, y)
    assert longer.score(X, y) > score + 0.1


def test_a_rate_that_drops_before_patience_runs_out_is_printed_as_such(capsys):
    """Nothing is learned, but the advice is not about patience."""
    model = SimpleMLPClassifier((2,), learning_rate="settling", random_state=0)
    model.set_params(n_iter_no_change=800, verbose=True)
    with pytest.warns(ConvergenceWarning, match="increase max_iter from 1250"):
        model.fit(np.repeat([[-1.0], [1.0]], 32, axis=0), np.arange(64) % 2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[749].startswith("Epoch 750 of 1250: loss = ")
    assert lines[750] == "Setting the learning rate to 0.015."


def test_an_adaptive_rate_that_has_dropped_leaves_max_iter_to_be_increased():
    rng = np.random.RandomState(0)
    X, y = rng.standard_normal((300, 5)) * [1, 1, 1, 1, 300], rng.standard_normal(300)
    model = SimpleMLPRegressor(
        (10,), learning_rate="adaptive", tol=0.02, n_iter_no_change=60, random_state=0
    )
    with pytest.warns(ConvergenceWarning, match="increase max_iter from 200"):
        model.set_params(learning_rate_init=0.001).fit(X, y)
    assert model.stop_reason_ == "max_iter"
    assert len(set(model.history_["learning_rate"])) > 1


# Advice, followed ------------------------------------------------------------------


def follow(advice, model):
    """Return a model with the values, or at least the scaled inputs, of an advice."""
    pattern = r"lower (alpha|learning_rate_init)\b[^(]*\('auto' gives (\S+) here\)"
    values = {name: float(value) for name, value in re.findall(pattern, advice, re.I)}
    cured = clone(model).set_params(**values)
    scales = ", and scale the inputs" in advice
    return make_pipeline(StandardScaler(), cured) if scales else cured


DATA = {
    "iris": (SimpleMLPClassifier, load_iris(return_X_y=True)),
    "wine": (SimpleMLPClassifier, load_wine(return_X_y=True)),
    "linear": (SimpleMLPRegressor, make_regression(400, 5, noise=20, random_state=0)),
    "friedman": (SimpleMLPRegressor, make_friedman1(400, random_state=0)),
}
SETTINGS = {
    "default": {},
    "adam": {"solver": "adam"},
    "rate 30 times too high": {"learning_rate_init": 30.0},
    "rate 1000 times too high": {"learning_rate_init": 1000.0},
    "tanh": {"activation": "tanh", "hidden_layer_sizes": (20,)},
    "two layers": {"hidden_layer_sizes": (20, 20)},
    "full batches": {"batch_size": "full", "n_iter_no_change": 50},
    "squared": {"loss": "squared_error"},
}


@pytest.mark.parametrize("alpha", [3.0, 30.0, 1e290])
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("data", DATA)
def test_the_advice_on_a_penalty_far_too_strong_cures_it(data, settings, alpha):
    """Linear models of scikit-learn are the judges.

    Alpha is in units of the number of samples. At the edge of stability, 1 / rate,
    training ends but nothing is learned.
    """
    kind, (X, y) = DATA[data]
    X, X_new, y, y_new = train_test_split(X, y, test_size=0.5, random_state=0)
    scaler = StandardScaler().fit(X)
    X, X_new = scaler.transform(X), scaler.transform(X_new)
    settings = dict(settings)
    if "learning_rate_init" in settings and kind is SimpleMLPRegressor:
        settings["learning_rate_init"] /= 10
    model = kind(alpha=alpha * len(X), random_state=0, **settings)
    advice = outcome(model, X, y)
    assert "lower alpha from " in advice.lower()
    cured = follow(advice, model)
    assert "alpha" not in outcome(cured, X, y)
    judge = Ridge() if kind is SimpleMLPRegressor else LogisticRegression()
    score, expected = cured.score(X_new, y_new), judge.fit(X, y).score(X_new, y_new)
    assert score > expected - 0.1
    if hasattr(model, "coefs_"):
        assert score > model.score(X_new, y_new) + 0.1


@pytest.mark.parametrize("rate", [1.0, 10.0])
def test_a_rate_of_adam_far_too_high_is_named(rate):
    """It trains for hundreds of epochs, and ends at a constant prediction."""
    X, y = load_diabetes(return_X_y=True)
    model = SimpleMLPRegressor(solver="adam", learning_rate_init=rate, random_state=0)
    warned = outcome(model, X, y)
    assert model.score(X, y) < 0.01
    cured = follow(warned, model)
    assert outcome(cured, X, y) == ""
    assert cured.score(X, y) > 0.4


def test_the_loss_in_a_warning_is_without_penalty():
    """Of the last weights, here the model: what the network predicts is the judge."""
    X, y = make_regression(200, 5, noise=1.0, random_state=0)
    X_scaled, y = StandardScaler().fit_transform(X), (y - y.mean()) / y.std()
    model = SimpleMLPRegressor((5,), alpha=200.0, average=False, random_state=0)
    model.set_params(normalize_y=False, learning_rate="constant")
    warned = outcome(model, X_scaled, y)
    named = float(re.search(r"ended after .*, at a loss of ([\d.e-]+),", warned)[1])
    half = 0.5 * np.mean((model.predict(X_scaled) - y) ** 2)
    assert named == pytest.approx(half, rel=1e-5)
    assert model.loss_ > half + 0.001


@pytest.mark.parametrize("alpha", [1e140, 1e160, 1e300])
def test_both_engines_warn_alike_of_a_penalty_that_overflows(alpha):
    """From 1e160 on, the second moments are infinite, and adam makes no steps."""
    model = SimpleMLPClassifier(solver="adam", alpha=alpha, random_state=0)
    advice = {outcome(model.set_params(engine=name), X, Y) for name in ENGINES}
    assert len(advice) == 1
    cured = follow(*advice, model)
    assert outcome(cured, X, Y) == ""
    assert cured.score(X, Y) > 0.95


def test_raw_inputs_are_named_besides_a_penalty_far_too_strong():
    X, X_new, y, y_new = train_test_split(*load_wine(return_X_y=True), random_state=0)
    model = SimpleMLPClassifier((5,), alpha=1e5, learning_rate_init=1.0, random_state=0)
    advice = outcome(model, X, y)
    assert "Lower alpha from 100000" in advice
    cured = follow(advice, model)
    assert outcome(cured, X, y) == ""
    assert cured.score(X_new, y_new) > 0.9


@pytest.mark.parametrize("seed", [0, 1])
def test_a_rate_far_too_high_at_which_nothing_is_learned_is_named(seed):
    model = SimpleMLPClassifier(
        (20, 20), solver="adam", learning_rate_init=300.0, random_state=seed
    )
    advice = outcome(model, X, Y)
    assert "lower learning_rate_init ('auto' gives 0.01 here)" in advice.lower()
    assert "alpha" not in advice
    cured = follow(advice, model)
    assert outcome(cured, X, Y) == ""
    assert cured.score(X, Y) > 0.95


@pytest.mark.parametrize("max_iter", [2, 4, 5, 6])
def test_a_short_training_that_momentum_carries_away_has_not_diverged(max_iter):
    X, y = load_diabetes(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    model = SimpleMLPRegressor(learning_rate="invscaling", random_state=0)
    assert "diverged" not in outcome(model.set_params(max_iter=max_iter), X, y)
    assert model.set_params(max_iter="auto").fit(X, y).score(X, y) > 0.5


def test_the_advice_on_divergence_names_the_rate_that_the_user_sets():
    """Not the one that the schedule has come to."""
    X, y = make_friedman1(400, random_state=0)
    model = SimpleMLPRegressor((), learning_rate="invscaling", power_t=0.8)
    model.set_params(learning_rate_init=30.0, random_state=0)
    advice = outcome(model, X, y)
    assert "diverged" in advice
    auto = re.search(r"Lower learning_rate_init \('auto' gives (\S+) here\)", advice)
    assert 0.001 < float(auto[1]) < 0.01  # that of "auto": the last rate is 0.013


@pytest.mark.parametrize("seed", [0, 1])
def test_the_advice_on_an_automatic_rate_that_diverges_leads_to_a_lower_one(seed):
    """The automatic rate does not suit a higher momentum.

    A linear network is unstable at a high rate, and not by chance.
    """
    X, y = make_friedman1(400, random_state=0)
    model = SimpleMLPRegressor((5,), "identity", momentum=0.9999, random_state=seed)
    model.set_params(batch_size=1)
    rates, advice = [], outcome(model, X, y)
    while "diverged" in advice and len(rates) < 3:
        rate = re.search(
            r"Lower learning_rate_init from \S+ to (\S+), or scale", advice
        )[1]
        rates.append(float(rate))
        advice = outcome(model.set_params(learning_rate_init=rates[-1]), X, y)
    assert rates
    assert advice == ""
    assert model.score(X, y) > Ridge().fit(X, y).score(X, y) - 0.1


def test_a_strong_penalty_that_lets_a_network_learn_is_not_blamed():
    """A linear network learns at an alpha at which hidden sigmoids learn nothing."""
    model = SimpleMLPClassifier((), alpha=150.0, random_state=0)
    assert outcome(model, X, Y) == ""
    assert model.score(X, Y) > 0.8


XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])
TEXTBOOK = SimpleMLPClassifier(
    (2,),
    batch_size="full",
    momentum=0,
    alpha=0,
    average=False,
    learning_rate_init=0.5,
    random_state=0,
)


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("activation", ["logistic", "tanh"])
def test_saturation_by_given_weights_is_advised_to_change_them(solver, activation):
    """Not the scale of the inputs, nor the learning rate that 'lbfgs' has not."""
    rng = np.random.default_rng(0)
    X = StandardScaler().fit_transform(rng.standard_normal((200, 5)))
    model = SimpleMLPRegressor(
        (4,),
        activation,
        solver=solver,
        coefs_init=[rng.standard_normal((5, 4)), rng.standard_normal((4, 1))],
        intercepts_init=[np.full(4, 50.0), np.zeros(1)],
    )
    message = outcome(model, X, rng.standard_normal(200))
    assert "use other initial weights, or " in message
    assert "all units of a hidden layer are saturated" in message
    assert "scale" not in message
    assert solver != "lbfgs" or "learning_rate" not in message


def test_a_saturated_hidden_layer_is_named():
    """Two units for 64 pixels, whose means are not 0."""
    X, _ = load_digits(return_X_y=True)
    X = X / 16
    model = SimpleMLPRegressor((2,), random_state=0)
    message = outcome(model, X, X)
    assert model.score(X, X) < 0.01
    assert (abs(model.hidden_activations(X)[0] - 0.5) > 0.49).mean() > 0.99
    assert "scale the inputs (for instance with StandardScaler)" in message
    assert "or use activation='tanh': all units of a hidden layer are saturated" in (
        message
    )
    pca = PCA(2).fit(X)
    rest = ((pca.inverse_transform(pca.transform(X)) - X) ** 2).mean()
    least = 0.8 * (1 - rest / X.var(axis=0).mean())
    tanh, scaled = clone(model).set_params(activation="tanh"), clone(model)
    Z = StandardScaler().fit_transform(X)
    assert outcome(tanh, X, X) == outcome(scaled, Z, X) == ""
    for cured, inputs in ((tanh, X), (scaled, Z)):
        errors = ((cured.predict(inputs) - X) ** 2).mean()
        assert 1 - errors / X.var(axis=0).mean() > least


@pytest.mark.parametrize("output", ["logistic", "softplus", "relu"])
def test_outputs_at_an_end_of_their_range_are_named(output):
    """A tenth of the targets are 0, so that this is the best constant to predict."""
    rng = np.random.RandomState(0)
    x = rng.uniform(-1, 1, 2000)
    X, y = x[:, None], np.clip(x + 0.1 * rng.standard_normal(2000), -0.7, 0.9) + 0.7
    model = SimpleMLPRegressor(loss="quantile", quantile=0.1, random_state=0)
    model.set_params(out_activation=output)
    advice = outcome(model, X, y / 1.6)
    assert "all outputs are at an end of the range" in advice
    cured = clone(model).set_params(out_activation="identity")
    assert outcome(cured, X, y / 1.6) == ""
    assert cured.score(X, y / 1.6) > 0.5
    if output != "relu":
        adam = clone(model).set_params(solver="adam")
        assert outcome(adam, X, y / 1.6) == ""
        assert adam.score(X, y / 1.6) > 0.5


@pytest.mark.parametrize("kind", [SimpleMLPClassifier, SimpleMLPRegressor])
@pytest.mark.parametrize(
    "options", [{"hidden_layer_sizes": ()}, {"activation": "identity"}]
)
def test_a_linear_network_on_xor_is_told_to_become_nonlinear(kind, options):
    """Neither more epochs nor scaled inputs help it."""
    model = kind(random_state=0).set_params(**options)
    advice = outcome(model, *XOR)
    assert "use hidden units with an activation such as 'tanh'" in advice
    assert "n_iter_no_change" not in advice
    assert "scale the inputs" not in advice
    cured = clone(model).set_params(hidden_layer_sizes=(10,), activation="tanh")
    assert outcome(cured, *XOR) == ""
    assert cured.score(*XOR) > 0.9 > model.score(*XOR)


PLAIN = {"n_iter_no_change": np.inf, "batch_size": "full", "alpha": 0.0}


@pytest.mark.parametrize("kind", [SimpleMLPClassifier, SimpleMLPRegressor])
@pytest.mark.parametrize(
    "options",
    [
        {"solver": "lbfgs"},
        {"solver": "lbfgs", "alpha": 0.0},
        {"max_iter": 500} | PLAIN,
        {"max_iter": 500, "learning_rate_init": 0.5, "average": False} | PLAIN,
    ],
    ids=str,
)
def test_a_linear_network_that_can_learn_no_more_is_warned_of(kind, options):
    """However long it trains, its loss stays that of a constant prediction."""
    rng = np.random.RandomState(0)
    X = np.repeat(XOR[0], 5, axis=0) + 0.1 * rng.standard_normal((20, 2))
    model = kind((), random_state=0, **options)
    for inputs, targets in (XOR, (X, np.repeat(XOR[1], 5))):
        advice = outcome(model, inputs, targets)
        assert "If y depends on X, use hidden units" in advice
        assert "learning_rate_init" not in advice
        cured = clone(model).set_params(hidden_layer_sizes=(10,), activation="tanh")
        cured.set_params(max_iter=5000, learning_rate_init="auto")
        cured.fit(inputs, targets)
        assert cured.score(inputs, targets) > 0.9
        assert model.score(inputs, targets) < 0.8


@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
def test_a_linear_network_under_a_penalty_is_told_of_both(solver):
    """Either may be the reason, or both."""
    advice = outcome(SimpleMLPClassifier((), alpha=100.0, solver=solver), *XOR)
    assert "If y depends on X, lower alpha from 100" in advice
    assert ", or use hidden units with an activation such as 'tanh'" in advice


@pytest.mark.parametrize("kind", [SimpleMLPClassifier, SimpleMLPRegressor])
@pytest.mark.parametrize(
    "options",
    [{"solver": "lbfgs"}, {"max_iter": 40} | PLAIN, {"max_iter": 500} | PLAIN],
)
def test_a_linear_network_that_learns_is_not_warned_of(kind, options):
    X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 0, 1, 1])
    assert outcome(kind((), random_state=0, **options), X, y) == ""


def test_unscaled_inputs_are_named_before_a_maximum_of_epochs():
    X, y = load_digits(return_X_y=True)
    model = SimpleMLPClassifier(max_iter=50, random_state=0)
    advice = outcome(model, X / 16 * 1e5, y)
    assert model.score(X / 16 * 1e5, y) < 0.2
    assert advice.startswith(
        "The network has learned next to nothing: training stopped at max_iter=50 "
        "epochs, at a loss of "
    )
    causes = (
        r"scale the inputs \(.*\)\. Then increase max_iter, or set n_iter_no_change"
    )
    assert re.search(causes, advice)
    scaled = StandardScaler().fit_transform(X)
    assert "scale" not in outcome(model, scaled, y)
    assert model.score(scaled, y) > 0.95


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("unit", [1e-9, 1e-6])
def test_inputs_in_tiny_units_are_to_be_scaled(solver, unit):
    X = np.random.RandomState(0).uniform(-1, 1, (300, 1)) * unit
    y = np.sin(3 / unit * X[:, 0])
    model = SimpleMLPRegressor(solver=solver, random_state=0)
    assert "cale the inputs (for instance with StandardSc" in outcome(model, X, y)
    assert make_pipeline(StandardScaler(), model).fit(X, y).score(X, y) > 0.99


def channels(n_samples=200):
    """Return 32 inputs, and labels that they determine."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_samples, 32))
    return X, X @ rng.standard_normal(32) > 0


@pytest.mark.parametrize("level", [0, 0.5])
def test_inputs_that_vary_little_are_to_be_scaled(level):
    """As voltages in mV. `diagnose` judges them alike."""
    X, y = channels()
    small = level + 0.01 * X
    model = SimpleMLPClassifier((10,), random_state=0)
    assert "If y depends on X, scale the inputs" in outcome(model, small, y)
    assert model.score(small, y) < 0.7
    assert "unscaled_inputs" in diagnose(model, small, y).kinds
    cured = make_pipeline(StandardScaler(), model)
    assert outcome(cured, small, y) == ""
    assert cured.score(small, y) > 0.9


@pytest.mark.parametrize("value", [0, 1e-6, 100])
@pytest.mark.parametrize(
    "options", [{}, {"hidden_layer_sizes": ()}, {"max_iter": 50}], ids=str
)
def test_inputs_that_do_not_vary_are_to_be_checked(value, options):
    """Neither more epochs nor scaled inputs nor hidden units help."""
    model = SimpleMLPClassifier(random_state=0, **options)
    advice = outcome(model, np.full((64, 3), value), np.arange(64) % 2)
    expected = "If y depends on X, check X and the steps that prepare it: every column"
    assert expected in advice
    assert not re.search("[Ii]ncrease|scale|hidden units|hardly depends", advice)


def test_noise_may_be_the_reason_why_nothing_is_learned():
    """The warnings of a permutation test begin alike."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((80, 8))
    model = SimpleMLPClassifier((10,), random_state=0)
    messages = {outcome(model, X, rng.integers(2, size=80)) for _ in range(8)} - {""}
    assert len(messages) > 1
    for message in messages:
        assert message.startswith("The network has learned next to nothing: training ")
        assert "Maybe y hardly depends on X: then only more samples, or oth" in message
    # A known cause comes first.
    model.set_params(learning_rate_init=1e-7)
    assert "hardly depends" not in outcome(model, X, X[:, 0] > 0)


def test_rare_words_and_a_narrow_input_among_others_are_not_to_be_scaled():
    """Nothing can be learned from them, for another reason."""
    X, y = channels()
    rng = np.random.default_rng(1)
    words = rng.random((200, 32)) < 0.05
    model = SimpleMLPClassifier((10,), learning_rate_init=1e-7, random_state=0)
    for inputs in (0.2 * words, np.c_[X[:, 1:], 0.01 * X[:, :1]]):
        advice = outcome(model, inputs, y)
        assert "If y depends on X, raise learning_rate_init" in advice
        assert "scale" not in advice


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("unit", [1e-9, 1e-4])
def test_targets_in_tiny_units_are_to_be_scaled(solver, unit):
    X = np.random.RandomState(0).uniform(-1, 1, (300, 1))
    y = np.sin(3 * X[:, 0]) * unit
    model = SimpleMLPRegressor(solver=solver, normalize_y=False, random_state=0)
    advice = outcome(model, X, y)
    assert "far above the loss of a constant prediction" in advice
    assert "Scale y (for instance with normalize_y=True" in advice
    assert "Scale the inputs and y" in outcome(model, X + 2, y)
    assert model.set_params(normalize_y=True).fit(X, y).score(X, y) > 0.99


CODES = "such as -9999, in the columns [0, 1, 2, 3, 4] of X (replace them by NaN, and"


@pytest.mark.parametrize("options", [{}, {"solver": "adam"}, UNSTOPPED])
def test_codes_of_missing_values_are_to_be_replaced(options):
    """Scaling does not help: most of the scaled values are nearly equal."""
    rng = np.random.RandomState(0)
    X = rng.standard_normal((2000, 5))
    y = np.sin(X[:, 0]) + X[:, 1] * X[:, 2] + X[:, 3]
    is_missing = rng.uniform(size=X.shape) < 0.03
    coded = np.where(is_missing, -9999, X)
    model = SimpleMLPRegressor(random_state=0, max_iter=100).set_params(**options)
    for scale in (StandardScaler().fit_transform, MinMaxScaler().fit_transform):
        scaled = scale(coded)
        assert CODES in outcome(model, scaled, y)
        assert model.score(scaled, y) < 0.2
    for cured in (
        SimpleImputer().fit_transform(np.where(is_missing, np.nan, X)),
        QuantileTransformer(output_distribution="normal").fit_transform(coded),
    ):
        assert CODES not in outcome(model, cured, y)
        assert model.score(cured, y) > 0.5


def test_a_small_gain_from_raw_inputs_is_no_weak_signal():
    """Powers in frequency bands span six decades; a fault raises one of them."""
    rng = np.random.default_rng(0)
    y = np.arange(5000) < 250
    decades = np.linspace(3, -3, 12) + 0.5 * rng.standard_normal((5000, 12))
    decades[y, 4] += 1
    model = SimpleMLPClassifier(random_state=0)
    with pytest.warns(ConvergenceWarning, match=r"next to nothing.*scale the inputs"):
        model.fit(10**decades, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.fit(StandardScaler().fit_transform(decades), y)
    constant = -(0.05 * np.log(0.05) + 0.95 * np.log(0.95))
    assert model.loss_ < 0.9 * constant


def test_heavy_tails_are_no_outliers():
    rng = np.random.RandomState(0)
    X = np.c_[np.exp(rng.standard_normal((300, 2))), rng.poisson(0.1, 300)]
    model = SimpleMLPRegressor((5,), solver="lbfgs", alpha=1e4, random_state=0)
    assert "such as -9999" not in outcome(model, X, rng.standard_normal(300))


def test_standardised_inputs_are_not_to_be_scaled():
    X = StandardScaler().fit_transform(load_wine().data)
    noise = np.random.RandomState(0).standard_normal(len(X))
    model = SimpleMLPRegressor(learning_rate_init=1e6, random_state=0)
    assert "scale" not in outcome(model, X, noise)
    assert "scale" in outcome(model, X + 1, noise)


def test_one_hot_inputs_are_not_to_be_scaled():
    """`MaxAbsScaler` leaves them as they are."""
    rng = np.random.RandomState(0)
    X = OneHotEncoder().fit_transform(rng.randint(4, size=(200, 3)))
    model = SimpleMLPRegressor(learning_rate_init=1e6, random_state=0)
    noise = rng.standard_normal(200)
    assert "scale" not in outcome(model, X, noise)
    assert "scale" not in outcome(model, X.toarray(), noise)
    assert "MaxAbsScaler" in outcome(model, X / 100, noise)


def in_hours(n_hours):
    """Return a load in MW, and waves of one, two and three periods per day.

    Every 8th or 16th hour sees the third wave at one value only.
    """
    angle = 2 * np.pi * np.arange(n_hours) / 24
    waves = [f(k * angle) for k in (1, 2, 3) for f in (np.sin, np.cos)]
    noise = np.random.RandomState(0).standard_normal(n_hours)
    return np.c_[25000 + 5000 * np.sin(angle) + 1000 * noise, np.transpose(waves)]


@pytest.mark.parametrize("n_hours", [3800, 7500])
def test_periodic_inputs_have_no_codes_of_missing_values(n_hours):
    X = in_hours(n_hours)
    model = SimpleMLPRegressor(
        (10,), activation="relu", solver="adam", max_iter=2, random_state=0
    )
    advice = outcome(model, X, np.roll(X[:, 0], -1))
    assert "-9999" not in advice
    assert "cale the inputs (for instance with StandardSc" in advice


@pytest.mark.parametrize("n_hours", [7500, 11700])
def test_standardised_periodic_inputs_are_not_to_be_scaled(n_hours):
    X = in_hours(n_hours)
    model = SimpleMLPRegressor(
        (10,), normalize_y=False, learning_rate_init=0.5, random_state=0
    )
    advice = outcome(model, StandardScaler().fit_transform(X), X[:, 0])
    assert "or scale y (" in advice


def test_rows_of_weight_zero_do_not_make_inputs_look_unscaled():
    X = StandardScaler().fit_transform(np.random.RandomState(0).normal(size=(400, 3)))
    samples = Samples(np.r_[X, np.zeros((8000, 3))], np.zeros((8400, 1)), None)
    weighted = samples._replace(sample_weight=np.repeat([1.0, 0.0], [400, 8000]))
    targets = SimpleMLPRegressor()._make_targets(samples.Y[:, 0], None)
    assert Scaling(targets, weighted).is_done
    assert not Scaling(targets, samples).is_done


def test_a_rate_far_too_high_is_named_before_a_maximum_of_epochs():
    model = SimpleMLPClassifier(
        (20, 20), solver="adam", learning_rate_init=300.0, max_iter=20, random_state=0
    )
    advice = outcome(model, X, Y)
    assert "max_iter=20 epochs, at a loss of" in advice
    cured = follow(advice, model)
    assert "learning_rate_init" not in outcome(cured, X, Y)
    assert cured.score(X, Y) > 0.9 > model.score(X, Y) + 0.2


def test_a_rate_far_too_low_is_named_before_patience():
    model = SimpleMLPClassifier((10,), learning_rate_init=1e-6, random_state=0)
    advice = outcome(model.set_params(momentum=0, alpha=0, average=False), X, Y)
    assert "raise learning_rate_init from 1e-06 ('auto' gives 0.3 here)" in advice
    assert "n_iter_no_change" not in advice
    cured = clone(model).set_params(learning_rate_init="auto")
    assert outcome(cured, X, Y) == ""
    assert cured.score(X, Y) > 0.9 > model.score(X, Y) + 0.2


@pytest.mark.parametrize("patience", ["auto", np.inf])
def test_full_batches_that_learn_nothing_from_raw_inputs_are_warned_of(patience):
    """All units are dead. Patience is infinite by default."""
    X, y = load_wine(return_X_y=True)
    model = clone(TEXTBOOK).set_params(
        hidden_layer_sizes=(10,),
        activation="relu",
        learning_rate_init=0.1,
        max_iter=500,
        n_iter_no_change=patience,
    )
    advice = outcome(model, X, y)
    assert model.score(X, y) < 0.4
    assert "or scale the inputs" in advice
    cured = make_pipeline(StandardScaler(), model)
    assert outcome(cured, X, y) == ""
    assert cured.score(X, y) > 0.95


@pytest.mark.parametrize("batch_size", ["full", 1])
def test_a_layer_of_dead_units_is_warned_of(batch_size):
    coefs, intercepts = [-np.ones((2, 2)), np.ones((2, 1))], [-np.ones(2), np.zeros(1)]
    model = clone(TEXTBOOK).set_params(
        activation="relu",
        learning_rate_init=0.01,
        max_iter=1000,
        batch_size=batch_size,
        n_iter_no_change=100,
    )
    dead = clone(model).set_params(coefs_init=coefs, intercepts_init=intercepts)
    advice = outcome(dead, *XOR)
    assert "all units of a hidden layer are 0 for every sample" in advice
    assert "other initial weights" in advice  # no random_state changes given ones
    assert not dead.hidden_activations(XOR[0])[0].any()
    patient = dead.set_params(n_iter_no_change=np.inf)
    assert "all units of a hidden layer are 0" in outcome(patient, *XOR)
    cured = clone(patient).set_params(
        coefs_init=None, intercepts_init=None, activation="tanh"
    )
    assert outcome(cured, *XOR) == ""


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"learning_rate_init": 1000.0}, "lower learning_rate_init ('auto' gives"),
        (
            {"coefs_init": [np.full((64, 30), 50.0), np.full((30, 10), 50.0)]},
            "Change coefs_init, learning_rate_init or hidden_layer_sizes",
        ),
    ],
)
def test_infinite_patience_with_a_loss_stuck_above_a_constant_is_warned_of(
    change, advice
):
    """Only steps and short demonstrations of a few epochs may end anywhere."""
    X, y = load_digits(return_X_y=True)
    model = SimpleMLPClassifier(
        30, loss="squared_error", momentum=0, alpha=0, average=False, random_state=0
    )
    model.set_params(max_iter=60, n_iter_no_change=np.inf)
    assert outcome(clone(model), X / 16, y) == ""
    assert outcome(clone(model).set_params(max_iter=10, **change), X / 16, y) == ""
    stuck = model.set_params(**change)
    message = outcome(stuck, X / 16, y)
    assert "above the loss of a constant prediction (0.044" in message
    assert advice in message
    shares = np.bincount(y) / len(y)
    constant = (shares * (1 - shares)).sum() / 2 / 10  # half the mean over 10 outputs
    assert stuck.loss_ > 1.1 * constant


@pytest.mark.parametrize("activation", ["logistic", "tanh"])
@pytest.mark.parametrize("loss", ["log_loss", "squared_error", "sum_squared_error"])
@pytest.mark.parametrize("rate", [0.01, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("max_iter", [1, 10, 100, 1000])
def test_a_textbook_run_that_is_slow_is_no_reason_to_warn(
    activation, loss, rate, max_iter
):
    """Full batches of XOR stay on a plateau for long."""
    model = clone(TEXTBOOK).set_params(
        activation=activation, loss=loss, learning_rate_init=rate, max_iter=max_iter
    )
    assert outcome(model, *XOR) == ""


def test_a_single_epoch_is_singular():
    model = SimpleMLPClassifier(max_iter=1, random_state=0)
    assert "max_iter=1 epoch, before" in outcome(model, X, Y)
    assert "max_iter=2 epochs, before" in outcome(model.set_params(max_iter=2), X, Y)


def test_a_stream_that_diverges_is_warned_of():
    """Rows in the order of time are alike, and momentum adds up their steps."""
    t = np.arange(3000)
    rng = np.random.RandomState(0)
    X = np.c_[
        np.sin(t / 200), np.cos(t / 200), t / 3000, rng.standard_normal((3000, 5))
    ]
    y = 5 * X[:, 0] + X[:, 2] + 0.1 * rng.standard_normal(3000)
    model = SimpleMLPRegressor(alpha=1e-4, random_state=0)

    def train(model):
        for first in range(0, 3000, 6):
            model.partial_fit(X[first : first + 6], y[first : first + 6])
            model = round_trip(model) if first % 600 == 0 else model
        return model

    with pytest.warns(ConvergenceWarning, match="Training diverges") as caught:
        wild = train(clone(model).set_params(learning_rate_init=0.05))
    (warning,) = caught  # of a hundred calls that diverge
    assert "rate_init. Use momentum=0 if rows come in" in str(warning.message)
    calm = train(clone(model).set_params(learning_rate_init=0.05, momentum=0))
    assert wild.score(X, y) < -1
    assert calm.score(X, y) > 0


def test_a_classifier_is_not_advised_what_suits_regressors():
    rng = np.random.RandomState(0)
    X = rng.standard_normal((20, 3))
    y = (X[:, 0] > 0).astype(int)
    model = SimpleMLPClassifier((), alpha=0, average=False, random_state=0)
    for _ in range(200):
        model.partial_fit(X, y, classes=[0, 1])
    with pytest.warns(ConvergenceWarning, match="Training diverges") as caught:
        model.partial_fit(1e5 * X, 1 - y)
    (advice,) = {str(warning.message).partition("Start")[2] for warning in caught}
    assert advice == " again with a lower momentum or learning_rate_init."


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "huber"])
@pytest.mark.parametrize("n_rows", [1, 50])  # a single row has no scale
def test_a_stream_whose_targets_grow_is_warned_of_once(loss, n_rows):
    """It does not diverge. The cures that the warning names let it learn."""
    rng = np.random.RandomState(0)
    batches = [rng.standard_normal((n_rows, 3))]
    batches += [rng.standard_normal((50, 3)) for _ in range(300)]
    sizes = np.r_[1.0, np.full(300, 1e3)]
    options = {"solver": "adam", "alpha": 0.0, "average": False, "random_state": 0}
    model = SimpleMLPRegressor(loss=loss, **options)

    def train(model, sizes):
        for X, size in zip(batches, sizes, strict=True):
            model.partial_fit(X, size * np.c_[X[:, 0], X[:, 1] - 2])
        X = batches[-1]
        return model.score(X, sizes[-1] * np.c_[X[:, 0], X[:, 1] - 2])

    with pytest.warns(ConvergenceWarning, match="normalize_y=False") as caught:
        assert train(clone(model), sizes) < 0.5
    (warning,) = caught
    assert "diverges" not in str(warning.message)
    assert train(clone(model).set_params(normalize_y=False), sizes / 1e3) > 0.9
    assert n_rows == 1 or train(clone(model), 1e3 + 0 * sizes) > 0.9


def test_targets_that_grow_slowly_enough_to_be_followed_are_no_fault():
    rng = np.random.RandomState(0)
    model = SimpleMLPRegressor((), alpha=0.0, learning_rate_init=0.1, average=False)
    for size in 1.02 ** np.arange(400):  # up to 2700
        X = rng.standard_normal((50, 3))
        model.partial_fit(X, size * X[:, 0])
    assert model.score(X, size * X[:, 0]) > 0.9


def test_divergence_in_a_stream_names_the_epoch_of_the_stream():
    model = SimpleMLPRegressor((5,), "relu", random_state=0)
    for _ in range(7):
        model.partial_fit(X, X[:, 0])
    with pytest.raises(ValueError, match="diverged in epoch 8, at a learning rate of"):
        model.set_params(learning_rate_init=1e200).partial_fit(X, X[:, 0])
    assert model.n_iter_ == 7


def test_inputs_of_zeros_are_no_dead_layer():
    model = SimpleMLPClassifier((5,), "relu", random_state=0)
    assert "layer are 0" not in outcome(model, np.zeros((40, 3)), np.arange(40) % 2)


# The model that is kept ------------------------------------------------------------


def warm_refit(change, **options):
    """Refit a network to changed targets; return the messages and the final R^2."""
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (40, 3))
    y = 80 + 5 * X[:, 0] - 3 * X[:, 1] * X[:, 2]
    model = SimpleMLPRegressor(warm_start=True, random_state=0, **options).fit(X, y)
    message = outcome(model, X, change(y))
    return message, model.score(X, change(y))


def test_an_average_that_holds_the_weights_of_other_data_is_warned_of():
    """Both cures that the warning names let the network learn."""
    smaller = lambda y: y / 3  # noqa: E731
    message, score = warm_refit(smaller)
    assert score < 0
    assert "Set average=False, or warm_start=False" in message
    assert warm_refit(smaller, average=False)[1] > 0.98
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (40, 3))
    y = smaller(80 + 5 * X[:, 0] - 3 * X[:, 1] * X[:, 2])
    assert SimpleMLPRegressor(random_state=0).fit(X, y).score(X, y) > 0.98
    assert warm_refit(lambda y: y)[0] == ""


@pytest.mark.parametrize("change", [lambda y: y + 1000, lambda y: y / 100])
def test_a_warm_start_in_other_units_is_warned_of(change):
    message, score = warm_refit(change)
    assert "y does not suit the scale that the first fit set" in message
    assert "warm_start=False" in message
    assert score < 0


def test_a_warm_start_that_diverges_for_its_units_names_them():
    message, _ = warm_refit(lambda y: 1e6 * y, learning_rate_init=0.05)
    assert re.search("diverged.* y does not suit the scale", message)


def test_a_warm_start_of_shifted_targets_is_no_change_of_units():
    for change in (lambda y: y + 20, lambda y: 3 * y, lambda y: y / 3):
        message, score = warm_refit(change, average=False)
        assert message == ""
        assert score > 0.9


def test_short_warm_starts_that_still_learn_are_not_warned_of():
    model = SimpleMLPClassifier(
        warm_start=True, max_iter=5, n_iter_no_change=np.inf, random_state=0
    )
    assert [outcome(model, X, Y) for _ in range(20)] == [""] * 20


def test_validation_samples_that_mislead_early_stopping_are_warned_of():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    y = X[:, 0] + 0.1 * rng.normal(size=200)
    model = SimpleMLPRegressor(early_stopping=True, random_state=0)
    slow = clone(model).set_params(learning_rate_init=5e-4, init="glorot_uniform")
    with pytest.warns(ConvergenceWarning, match="chose epoch .*early_stopping=False"):
        slow.fit(X, y, X_val=X, y_val=-10 * y)
    assert slow.score(X, y) < 0.02
    assert outcome(model, X, y) == ""
    assert model.score(X, y) > 0.9
    # A fit of noise warns as little as without early stopping.
    assert outcome(model, X, rng.normal(size=200)) == ""


def weak_signal(n_samples=4000):
    """Return inputs that explain three hundredths of the variance of their targets."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_samples, 6))
    return X, X[:, 0] + 5.5 * rng.standard_normal(n_samples)


@pytest.mark.parametrize("options", [{}, {"hidden_layer_sizes": ()}])
def test_a_weak_signal_that_is_learned_is_not_warned_of(options):
    X, y = weak_signal()
    for model, target in (SimpleMLPRegressor(), y), (SimpleMLPClassifier(), y > 0):
        model.set_params(random_state=0, **options)
        assert outcome(model, X, target) == ""


def test_lbfgs_that_finds_no_lower_loss_advises_a_larger_tol(monkeypatch):
    """On a slope without an end, its line search gives up."""

    def make_evaluator(parameters, gradient, samples, objective):
        gradient[:] = -1e6
        return lambda: -1e6 * parameters.flat.sum()

    engine = IMPLEMENTATIONS["numpy"]._replace(make_evaluator=make_evaluator)
    monkeypatch.setitem(IMPLEMENTATIONS, "numpy", engine)
    options = {"solver": "lbfgs", "engine": "numpy", "tol": 1e-9}
    model = SimpleMLPRegressor((), random_state=0, **options)
    advice = r"no step lowers .*Increase tol from 1e-09"
    with pytest.warns(ConvergenceWarning, match=advice):
        model.fit(X, Y)
    assert (model.stop_reason_, model.n_iter_) == ("line_search", 0)
