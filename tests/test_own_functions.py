"""A user's own activation and loss, registered from outside of the package."""

import pickle
import subprocess
import sys
import textwrap
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize_scalar
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.inspection import (
    check_gradient,
    diagnose,
    explain_step,
    input_gradient,
)
from sknn_simple.network import (
    ACTIVATIONS,
    ENGINES,
    LOSSES,
    OUT_ACTIVATIONS,
    Activation,
    Loss,
    Objective,
)
from sknn_simple.network.engines import not_compiled

X = np.random.RandomState(0).standard_normal((60, 3))
NUMBERS = X[:, 0] + np.sin(2 * X[:, 1])
GUIDE = "'Your own activation or loss'"

NEEDS_COMPILED = pytest.mark.skipif(
    "compiled" not in ENGINES, reason="the compiled engine was not built"
)


def softsign(Z):
    Z /= 1 + np.abs(Z)


def softsign_derivative(A, delta, scratch=None):
    delta *= (1 - np.abs(A)) ** 2


SOFTSIGN = Activation(
    function=softsign,
    derivative=softsign_derivative,
    formula="{z} / (1 + |{z}|)",
    slope="(1 - |{a}|)^2",
    target_bounds=(-1, 1),
)


def log_cosh(out, Y, sample_weight, delta, scratch):
    error = np.subtract(out, Y, out=scratch)
    np.tanh(error, out=delta)
    losses = np.logaddexp(error, -error) - np.log(2)
    weights = np.ones(len(Y)) if sample_weight is None else sample_weight
    return weights.dot(losses).sum()


LOG_COSH = Loss(
    function=log_cosh,
    robust=True,
    title="Log-cosh error",
    formula="log(cosh(a - y))",
    slope="tanh({a} - {y})",
)


def focal(out, Y, sample_weight, delta, scratch):
    """-(1 - p)**2 * log(p), where p is the probability of the label."""
    p = np.clip(np.where(Y == 1, out, 1 - out), 1e-12, 1)
    losses = -((1 - p) ** 2) * np.log(p)
    delta[:] = 2 * (1 - p) * np.log(p) - (1 - p) ** 2 / p
    delta *= 2 * Y - 1
    weights = np.ones(len(Y)) if sample_weight is None else sample_weight
    return weights.dot(losses).sum()


FOCAL = Loss(
    function=focal,
    out_activations=("logistic",),
    averaged=False,
    for_labels=True,
    of_unit_error=float(np.log(2) / 4),
    formula="-(1 - p)^2 * log(p)",
)


@pytest.fixture
def registered(monkeypatch):
    """Register the functions for one test."""
    monkeypatch.setitem(ACTIVATIONS, "softsign", SOFTSIGN)
    monkeypatch.setitem(LOSSES, "log_cosh", LOG_COSH)
    monkeypatch.setitem(LOSSES, "focal", FOCAL)


OPTIONS = {"max_iter": 3, "n_iter_no_change": np.inf, "random_state": 0}
MODELS = {
    "activation": (SimpleMLPRegressor((4,), "softsign"), NUMBERS),
    "deep": (SimpleMLPRegressor((4, 3), ("relu", "softsign")), NUMBERS),
    "output": (SimpleMLPRegressor((4,), out_activation="softsign"), NUMBERS / 9),
    "loss": (SimpleMLPRegressor((4,), loss="log_cosh"), NUMBERS),
    "outputs": (SimpleMLPRegressor((4,), loss="log_cosh"), X[:, :2] ** 2),
    "binary": (SimpleMLPClassifier((4,), loss="focal"), NUMBERS > 0),
    "classes": (SimpleMLPClassifier((4,), loss="focal"), np.digitize(NUMBERS, [0, 1])),
    "labels": (SimpleMLPClassifier((4,), loss="focal"), (X > 0).astype(int)),
}


def make(name, **options):
    model, y = MODELS[name]
    return clone(model).set_params(**OPTIONS | options), y


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_own_functions_are_used_as_if_built_in(name, solver, registered):
    """The gradient, judged numerically, also shows that these functions are used.

    Softsign bends sharply at 0, where numerical differences are less accurate.
    """
    model, y = make(name, solver=solver, early_stopping=True)
    model.fit(X, y)
    assert model.engine_ == "numpy"
    weights = np.random.RandomState(1).randint(1, 4, len(X))
    assert check_gradient(model, X, y, weights).max_difference < 1e-5
    diagnose(model, X, y)
    repr(explain_step(model, X[0], y[0]))
    loaded = pickle.loads(pickle.dumps(model))
    assert_array_equal(loaded.predict(X), model.predict(X))


def test_they_learn_with_the_defaults(registered):
    x = np.linspace(-2, 2, 200)[:, None]
    y = np.sin(2 * x[:, 0])
    for options in ({"activation": "softsign"}, {"loss": "log_cosh"}):
        model = SimpleMLPRegressor((20,), random_state=0, **options).fit(x, y)
        assert model.score(x, y) > 0.98
    focal_loss = SimpleMLPClassifier((20,), loss="focal", random_state=0)
    assert focal_loss.fit(x, y > 0).score(x, y > 0) > 0.98


def test_explanations_show_their_formulas(registered):
    model, y = make("activation", loss="log_cosh", normalize_y=False)
    text = str(explain_step(model.fit(X, y), X[0], y[0]))
    for part in ("z_h1 / (1 + |z_h1|)", "(1 - |a_h1|)^2", "log(cosh(a - y))"):
        assert part in text
    assert "tanh(a_o - y)" in text


def test_derivatives_by_the_inputs(registered):
    model, y = make("deep", out_activation="softsign")
    model.fit(X, y / 9)
    step = np.array([1e-5, 0, 0])
    expected = (model.predict(X + step) - model.predict(X - step)) / 2e-5
    assert_allclose(input_gradient(model, X)[:, 0], expected, rtol=1e-4, atol=1e-6)


def test_output_activations_follow_the_registry(registered):
    assert OUT_ACTIVATIONS["softsign"] is SOFTSIGN
    assert "softsign" in LOSSES["squared_error"].out_activations
    assert {"exp", "softmax"} == OUT_ACTIVATIONS.keys() - ACTIVATIONS.keys()


@NEEDS_COMPILED
def test_the_compiled_engine_is_never_used_for_them(registered, monkeypatch):
    model, y = make("deep", engine="compiled")
    message = r"engine='compiled' lacks 'softsign', .* Use engine='auto' or 'numpy'\.$"
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)
    with pytest.raises(ValueError, match="lacks 'log_cosh'"):
        make("loss", engine="compiled")[0].fit(X, NUMBERS)
    # Nor to predict many samples.
    many = np.tile(X, (1000, 1))
    model.set_params(engine="auto").fit(X, y).set_params(engine="compiled")
    assert_allclose(model.predict(many), np.tile(model.predict(X), 1000), rtol=1e-12)


@pytest.mark.parametrize("field", ["function", "derivative"])
def test_an_altered_function_is_not_mistaken_for_the_compiled_one(field, monkeypatch):
    """Not even if its entry is a copy of the entry of a compiled function."""
    entry = ACTIVATIONS["tanh"]
    assert not not_compiled(Objective(activation="tanh"))
    altered = replace(entry, **{field: lambda *arguments: None})
    monkeypatch.setitem(ACTIVATIONS, "tanh", altered)
    assert not_compiled(Objective(activation="tanh")) == ["tanh"]


@NEEDS_COMPILED
@pytest.mark.parametrize("name", ["huber", "exp"])
def test_an_activation_may_have_the_name_of_a_loss_or_of_an_output(name, monkeypatch):
    monkeypatch.setitem(ACTIVATIONS, name, SOFTSIGN)
    options = OPTIONS | {"max_iter": 30}
    model = SimpleMLPRegressor((4,), name, loss="huber", **options).fit(X, NUMBERS)
    assert model.engine_ == "numpy"
    assert check_gradient(model, X, NUMBERS).max_difference < 1e-5


@pytest.mark.parametrize(
    ("function", "does"),
    [
        (lambda out, Y, weight, delta, scratch: 0.0, "does not overwrite it"),
        (lambda out, Y, weight, delta, scratch: delta.fill(1), "returns NoneType"),
        (
            lambda out, Y, weight, delta, scratch: np.subtract(out, Y, out=delta),
            "returns ndarray",
        ),
    ],
)
def test_a_loss_without_its_sum_or_derivatives_is_refused(function, does):
    with pytest.raises(ValueError, match=f"must return a number, .* that {does}"):
        replace(LOG_COSH, function=function)


def test_a_derivative_without_scratch_is_refused():
    with pytest.raises(TypeError, match="takes 2 positional arguments but 3"):
        replace(SOFTSIGN, derivative=lambda A, delta: None)


@pytest.mark.parametrize("entry", [SOFTSIGN, LOG_COSH])
def test_an_entry_in_place_of_a_name(entry):
    option = "activation" if entry is SOFTSIGN else "loss"
    with pytest.raises(ValueError, match="pass its name as " + option):
        SimpleMLPRegressor(**{option: entry}).fit(X, NUMBERS)


@pytest.mark.parametrize("field", ["function", "derivative"])
def test_functions_that_do_not_work_in_place_are_refused(field):
    """They would be taken for identity, without an error."""
    in_place = {"function": lambda Z: np.tanh(Z, out=Z), "formula": ""}
    Activation(**in_place)  # which returns its argument
    returned = {field: lambda *arrays: np.tanh(arrays[-1])}
    with pytest.raises(ValueError, match=rf"{field}\(.* must overwrite .* ndarray\."):
        Activation(**in_place | returned)


def test_the_loss_of_a_constant_is_found_by_search(registered):
    Y, weights = X[:, :2].copy(), np.arange(len(X)) % 3.0

    def mean_loss(constant, y):
        return np.average(np.log(np.cosh(y - constant)), weights=weights)

    expected = sum(minimize_scalar(mean_loss, args=(y,)).fun for y in Y.T)
    found = LOG_COSH.of_best_constant(Y, weights)
    assert found == pytest.approx(expected, rel=1e-6)
    for name in ("squared_error", "poisson", "binary_log_loss", "softmax_log_loss"):
        targets = Y**2 if name == "poisson" else np.eye(2)[(Y[:, 0] > 0).astype(int)]
        loss = LOSSES[name]
        searched = replace(loss, of_constant=None).of_best_constant(targets, weights)
        expected = loss.of_constant(targets, weights)
        assert searched == pytest.approx(expected, rel=1e-5), name


@pytest.mark.parametrize("name", ["activation", "deep", "output", "loss", "binary"])
def test_a_function_that_is_not_registered_is_refused(name):
    model, y = make(name)
    with pytest.raises(ValueError, match=rf"register it in this process, .*{GUIDE}"):
        model.fit(X, y)


def test_names_are_checked_when_fit_is_called(registered, monkeypatch):
    model, y = make("loss")
    model.fit(X, y)
    monkeypatch.delitem(LOSSES, "log_cosh")
    with pytest.raises(ValueError, match=r"'squared_error', .* Got 'log_cosh'"):
        model.fit(X, y)
    # Losses are of numbers or of labels.
    with pytest.raises(ValueError, match="Got 'focal'"):
        SimpleMLPRegressor(loss="focal").fit(X, y)


@pytest.mark.parametrize("option", ["activation", "out_activation", "loss"])
def test_a_function_in_place_of_a_name(option):
    model = SimpleMLPRegressor(**{option: softsign})
    message = rf"Register the function, and pass its name as {option}, .*{GUIDE}"
    with pytest.raises(ValueError, match=message):
        model.fit(X, NUMBERS)
    if option == "activation":
        with pytest.raises(ValueError, match=message):
            SimpleMLPRegressor((2, 2), ("relu", softsign)).fit(X, NUMBERS)


@pytest.mark.parametrize("name", ["activation", "deep", "output", "loss", "binary"])
def test_a_saved_model_names_the_function_that_is_missing(
    name, registered, monkeypatch
):
    model, y = make(name)
    file = pickle.dumps(model.fit(X, y))
    for registry, entry in ((ACTIVATIONS, "softsign"), (LOSSES, "log_cosh")):
        monkeypatch.delitem(registry, entry)
    monkeypatch.delitem(LOSSES, "focal")
    message = rf"='(softsign|log_cosh|focal)', which is not registered\. .*{GUIDE}"
    with pytest.raises(ValueError, match=message):
        pickle.loads(file)
    with pytest.raises(ValueError, match=message):
        pickle.dumps(model)


MODULE = '''
"""My functions, and a network that knows them in every process."""

import numpy as np
from sknn_simple import SimpleMLPRegressor
from sknn_simple.network import ACTIVATIONS, Activation


def softsign(Z):
    Z /= 1 + np.abs(Z)


def softsign_derivative(A, delta, scratch=None):
    delta *= (1 - np.abs(A)) ** 2


ACTIVATIONS["softsign"] = Activation(
    function=softsign, derivative=softsign_derivative, formula="", target_bounds=(-1, 1)
)


class Network(SimpleMLPRegressor):
    pass
'''


def test_a_class_in_the_module_that_registers_reaches_other_processes(tmp_path):
    (tmp_path / "my_functions.py").write_text(MODULE)
    script = """
        import sys, pickle, numpy as np
        from pathlib import Path
        from sklearn.model_selection import GridSearchCV
        if sys.argv[1] == "train":
            from my_functions import Network
            X = np.linspace(-1, 1, 60)[:, None]
            grid = {"activation": ["softsign", "tanh"]}
            search = GridSearchCV(Network((3,), max_iter=5), grid, n_jobs=2, cv=2)
            search.fit(X, X[:, 0])
            assert np.isfinite(search.cv_results_["mean_test_score"]).all()
            model = search.best_estimator_.set_params(activation="softsign")
            Path("model").write_bytes(pickle.dumps(model.fit(X, X[:, 0])))
        else:
            print(pickle.loads(Path("model").read_bytes()).predict([[0.5]]))
    """
    for argument in ("train", "load"):
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script), argument],
            cwd=tmp_path,
            check=True,
        )


def test_a_search_in_other_processes_fails_clearly(registered):
    search = GridSearchCV(MODELS["activation"][0], {"alpha": [0, 1]}, n_jobs=2, cv=2)
    with pytest.raises(ValueError, match=rf"register it in this process, .*{GUIDE}"):
        search.fit(X, NUMBERS)


def test_losses_of_numbers_and_of_labels_are_told_apart(registered):
    with pytest.raises(ValueError, match="registered, but without for_labels=True"):
        SimpleMLPClassifier(loss="log_cosh").fit(X, NUMBERS > 0)
    with pytest.raises(ValueError, match="for classifiers, with for_labels=True"):
        SimpleMLPRegressor(loss="focal").fit(X, NUMBERS)


def test_a_classifier_does_not_ignore_a_function_named_log_loss(monkeypatch):
    model = SimpleMLPClassifier((4,), **OPTIONS)
    monkeypatch.setitem(LOSSES, "log_loss", FOCAL)
    with pytest.raises(ValueError, match=r"ignore .*LOSSES\['log_loss'\]"):
        model.fit(X, NUMBERS > 0)
    model.set_params(loss="squared_error").fit(X, NUMBERS > 0)


@pytest.mark.parametrize("name", ["exp", "softmax"])
def test_an_own_function_does_not_pass_for_a_built_in_output(name, monkeypatch):
    monkeypatch.setitem(ACTIVATIONS, name, SOFTSIGN)
    model = SimpleMLPRegressor((4,), out_activation=name, **OPTIONS)
    with pytest.raises(ValueError, match=r"built-in output\. .* another name\.$"):
        model.fit(X, NUMBERS / 9)
    model.set_params(activation=name, out_activation="identity").fit(X, NUMBERS)
    assert check_gradient(model, X, NUMBERS).max_difference < 1e-5


def test_an_own_loss_with_an_exponential_output(monkeypatch):
    def gamma(out, Y, sample_weight, delta, scratch):
        mean = np.exp(out)
        delta[:] = 1 - Y / mean
        weights = np.ones(len(Y)) if sample_weight is None else sample_weight
        return weights.dot(Y / mean + out).sum()

    loss = Loss(
        function=gamma,
        out_activations=("exponential",),
        canonical=True,
        formula="",
    )
    monkeypatch.setitem(LOSSES, "gamma_loss", loss)
    model = SimpleMLPRegressor((4,), loss="gamma_loss", out_activation="exp")
    with pytest.raises(ValueError, match=r"ACTIVATIONS\['exponential'\] = OUT_ACT"):
        model.fit(X, np.exp(NUMBERS))
    monkeypatch.setitem(ACTIVATIONS, "exponential", OUT_ACTIVATIONS["exp"])
    model.set_params(out_activation="exponential", **OPTIONS)
    y = np.exp(NUMBERS)
    assert check_gradient(model.fit(X, y), X, y).max_difference < 1e-6
    raw = model.transform(X) @ model.coefs_[-1] + model.intercepts_[-1]
    assert_allclose(model.predict(X), np.exp(raw[:, 0]))


@pytest.mark.parametrize(
    "options",
    [
        {"activation": "square"},
        {"activation": ("relu", "square"), "hidden_layer_sizes": (3, 3)},
        {"out_activation": "square"},
    ],
)
def test_an_activation_without_a_derivative_is_refused(options, monkeypatch):
    entry = replace(SOFTSIGN, derivative=None)
    monkeypatch.setitem(ACTIVATIONS, "square", entry)
    message = "It is registered, but without a derivative"
    with pytest.raises(ValueError, match=message):
        SimpleMLPRegressor(**options).fit(X, NUMBERS / 9)


def test_a_loss_that_is_not_finite_is_named(monkeypatch):
    def root(out, Y, sample_weight, delta, scratch):
        delta[:] = 1
        return np.sqrt(out - Y).sum()

    loss = Loss(function=root, formula="sqrt(a - y)")
    monkeypatch.setitem(LOSSES, "root", loss)
    with pytest.raises(ValueError, match=r"loss='root', .* your own, returns nan"):
        SimpleMLPRegressor((4,), loss="root", **OPTIONS).fit(X, NUMBERS)


def test_names_that_are_not_text_are_not_listed(registered, monkeypatch):
    monkeypatch.setitem(LOSSES, 3, LOG_COSH)
    monkeypatch.setitem(ACTIVATIONS, 3, SOFTSIGN)
    for option in ("loss", "activation", "out_activation"):
        with pytest.raises(ValueError, match=r"Got 'sotfsign' instead\."):
            SimpleMLPRegressor(**{option: "sotfsign"}).fit(X, NUMBERS)


@pytest.mark.filterwarnings("error")
def test_an_alias_has_the_option_of_its_entry(monkeypatch):
    monkeypatch.setitem(LOSSES, "my_quantile", LOSSES["quantile"])
    model = SimpleMLPRegressor((4,), loss="my_quantile", quantile=0.9, random_state=0)
    expected = clone(model).set_params(loss="quantile").fit(X, NUMBERS).predict(X)
    assert_array_equal(model.fit(X, NUMBERS).predict(X), expected)


@pytest.mark.parametrize("name", ["activation", "deep", "output"])
def test_predictions_name_the_function_that_is_missing(name, registered, monkeypatch):
    model, y = make(name)
    model.fit(X, y)
    monkeypatch.delitem(ACTIVATIONS, "softsign")
    message = rf"activation='softsign', which is not registered\. .*{GUIDE}"
    for predict in (
        model.predict,
        model.transform,
        lambda X: model.score(X, y),
        lambda X: input_gradient(model, X),
    ):
        with pytest.raises(ValueError, match=message):
            predict(X)


@pytest.mark.parametrize("kind", [SimpleMLPClassifier, SimpleMLPRegressor])
def test_constraints_can_be_copied_and_still_follow_the_registries(kind, monkeypatch):
    constraints = kind._parameter_constraints
    copies = deepcopy(constraints), pickle.loads(pickle.dumps(constraints))
    monkeypatch.setitem(ACTIVATIONS, "softsign", SOFTSIGN)
    for copied in copies:
        assert copied["activation"][0].is_satisfied_by("softsign")
