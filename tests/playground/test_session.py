"""A session trains the network that the same calls train by hand, and shows it."""

import base64
import gc
import math
import pickle
import sys

import numpy as np
import pytest
import skops.io
from pages import Page
from sklearn.datasets import make_moons
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from support import assert_same_weights, weights_of

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.datasets import load_four_people
from sknn_simple.inspection import explain_step
from sknn_simple.playground import session
from sknn_simple.playground.datasets import DATASETS, make_sine
from sknn_simple.playground.settings import CONTROLS, LOSSES_OF_TASK, Settings


def moons():
    """Return the parts of the default data, made by hand."""
    X, y = make_moons(300, noise=0.2, random_state=0)
    parts = train_test_split(X, y, test_size=0.3, random_state=0, stratify=y)
    scaler = StandardScaler().fit(parts[0])
    return scaler.transform(parts[0]), scaler.transform(parts[1]), *parts[2:], scaler


def levels(text):
    return np.frombuffer(base64.b64decode(text), np.uint8).astype(float)


# Training --------------------------------------------------------------------------


def test_classifier_is_the_one_that_fit_trains():
    page = Page()
    page.run(12)
    X, _, y, _, _ = moons()
    options = {"random_state": 0, "max_iter": 12, "n_iter_no_change": math.inf}
    assert_same_weights(page.network, SimpleMLPClassifier((8, 8), **options).fit(X, y))


def test_regressor_is_the_one_that_fit_trains():
    page = Page()
    page.set(data="sine", noise=0.1, test_size=0, scale=False, activation="tanh")
    page.set(hidden_layer_sizes=[5], solver="adam", random_state=3, loss="huber")
    page.run(7)
    options = {"random_state": 3, "max_iter": 7, "n_iter_no_change": math.inf}
    network = SimpleMLPRegressor((5,), "tanh", solver="adam", loss="huber", **options)
    assert_same_weights(page.network, network.fit(*make_sine(300, 0.1, 0)))


def test_minibatches_and_changes_are_calls_of_partial_fit():
    page = Page()
    page.run(2)
    page.run(3, "minibatch")
    page.set(learning_rate_init=0.05, batch_size=50)
    page.run(1, "minibatch")
    page.run(1)
    X, _, y, _, _ = moons()
    network = SimpleMLPClassifier((8, 8), random_state=0)
    network.partial_fit(X, y, classes=[0, 1]).partial_fit(X, y)
    order = np.random.RandomState(0).permutation(210)
    for rows in (order[:32], order[32:64], order[64:96]):
        network.partial_fit(X[rows], y[rows])
    network.set_params(learning_rate_init=0.05, batch_size=50)
    network.partial_fit(X[order[96:146]], y[order[96:146]])
    assert_same_weights(page.network, network.partial_fit(X, y))
    assert page.last["frame"]["rate"] == 0.05
    assert page.last["frame"]["epoch"] == pytest.approx(3 + 146 / 210, abs=1e-3)


def test_minibatches_begin_again_after_the_last_sample():
    page = Page()
    page.set(data="four_people", batch_size=3)
    page.run(2, "minibatch")
    X, y = load_four_people(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    order = np.random.RandomState(0).permutation(4)
    network = SimpleMLPClassifier((8, 8), batch_size=3, random_state=0, max_iter=0)
    network.fit(X, y).partial_fit(X[order[:3]], y[order[:3]])
    rows = [order[3], order[0], order[1]]
    assert_same_weights(page.network, network.partial_fit(X[rows], y[rows]))


def test_reset_returns_to_the_initial_weights():
    page = Page()
    first = weights_of(page.network)
    page.run(3)
    trained = weights_of(page.network)
    state, frame, _ = page.tell("reset")
    np.testing.assert_array_equal(weights_of(page.network), first)
    assert (state["playing"], frame["epoch"], frame["restart"]) == (False, 0, True)
    page.run(3)
    np.testing.assert_array_equal(weights_of(page.network), trained)


def test_the_page_sets_the_pace(monkeypatch):
    monkeypatch.setattr("sknn_simple.playground.session.MAX_SECONDS", np.inf)
    page = Page()
    [frame, *_] = page.tell("play")
    assert (frame["type"], frame["epoch"], frame["playing"]) == ("frame", 1, True)
    assert page.tell("play") == []  # one frame is on its way
    assert page.tell("ready")[0]["epoch"] == 2
    page.set(epochs_per_frame=3)
    assert page.tell("ready")[0]["epoch"] == 5
    state, frame, diagnosis = page.tell("pause")
    assert not state["playing"]
    assert not frame["playing"]
    assert diagnosis["type"] == "diagnosis"
    assert page.tell("ready") == []
    assert page.network.n_iter_ == 5


def test_settings_that_need_no_new_network_apply_at_once():
    page = Page()
    page.run(2)
    for name, control in CONTROLS.items():
        if not control.resets and name not in ("features", "learning_rate_init"):
            value = {"solver": "adam", "average": False, "momentum": 0.5}.get(name, 7)
            page.set(**{name: value})
            assert page.network.n_iter_ == 2, name
            assert page.last["state"]["settings"][name] == value
    page.set(activation="tanh")
    assert page.network.n_iter_ == 0


def test_steps_of_many_epochs_come_as_frames():
    page = Page()
    epochs = [page.tell("step", count=3)[0]["epoch"]]
    while page.last["frame"]["playing"]:
        epochs.append(page.tell("ready")[0]["epoch"])
    assert epochs == [1, 2, 3]


def test_each_frame_is_computed_once(monkeypatch):
    computed, frame = [], session.frame

    def counting(training, view):
        computed.append(training)
        return frame(training, view)

    monkeypatch.setattr(session, "frame", counting)
    page = Page()
    assert len(computed) == 1
    for message in ({"type": "reset"}, {"type": "lesson", "name": "overfitting"}):
        computed.clear()
        page.tell(message.pop("type"), **message)
        assert len(computed) == 1
    for settings in ({"hidden_layer_sizes": [3]}, {"learning_rate_init": 0.5}):
        page.run(1)
        computed.clear()
        page.set(**settings)
        assert len(computed) == 1
    computed.clear()
    page.run(3)
    assert len(computed) == 3
    assert page.last["frame"]["epoch"] == page.network.n_iter_
    shown = [np.ravel(layer) for layer in page.last["frame"]["coefs"]]
    for a, b in zip(shown, page.network.coefs_, strict=True):
        np.testing.assert_allclose(a, np.ravel(b), rtol=1e-3)


def test_divergence_keeps_the_network_before_it():
    page = Page()
    page.set(data="hill", activation="relu", learning_rate_init=0.01)
    page.run(5)
    before = weights_of(page.network)
    page.set(learning_rate_init=1e6)
    frame, error, diagnosis = page.tell("play")
    np.testing.assert_array_equal(weights_of(page.network), before)
    assert (frame["stop_reason"], frame["playing"]) == ("diverged", False)
    assert error["about"] == "training"
    assert "Training diverge" in error["text"]
    assert diagnosis == page.last["diagnosis"]
    assert list(page.findings) == ["diverged"]
    cure = page.cure("diverged")
    assert cure["changes"] == {"learning_rate_init": "auto"}
    assert page.run(3)["stop_reason"] is None


# What the page sees ----------------------------------------------------------------


def test_frame_of_a_classifier():
    page = Page()
    frame = page.run(20)
    X, X_test, y, y_test, scaler = moons()
    network = page.network
    for part, inputs, labels in (("train", X, y), ("test", X_test, y_test)):
        loss = log_loss(labels, network.predict_proba(inputs))
        assert frame[f"{part}_loss"] == pytest.approx(loss, rel=1e-9)
        assert frame[f"{part}_score"] == network.score(inputs, labels)
    assert frame["coefs"] == [coef.tolist() for coef in network.coefs_]
    assert frame["rate"] == network.history_["learning_rate"][-1]

    data = page.last["state"]["data"]
    (left, right), (low, high) = data["x_range"], data["y_range"]

    def grid(n):
        x = np.linspace(left, right, 2 * n + 1)[1::2]
        y = np.linspace(low, high, 2 * n + 1)[1::2]
        return scaler.transform([[a, b] for b in y for a in x])

    surface = frame["surface"]
    assert (surface["width"], surface["height"]) == (50, 50)
    expected = 255 * network.predict_proba(grid(50))[:, 1]
    assert np.abs(levels(surface["levels"]) - expected).max() < 0.51
    hidden = network.hidden_activations(grid(20))
    assert frame["neuron_grid"] == [20, 20]
    assert [len(layer) for layer in frame["neurons"]] == [8, 8, 1]
    for layer, activations in zip(frame["neurons"], hidden, strict=False):
        for j, unit in enumerate(layer):
            assert np.abs(levels(unit) - 255 * activations[:, j]).max() < 0.51
    output = 255 * network.predict_proba(grid(20))[:, 1]
    assert np.abs(levels(frame["neurons"][-1][0]) - output).max() < 0.51


def test_surface_of_three_classes_and_of_numbers():
    page = Page()
    page.set(data="blobs", noise=0.1)
    frame = page.run(30)
    cells = levels(frame["surface"]["levels"])
    assert set(cells // 32) == {0, 1, 2}
    assert (cells % 32 >= 10).all()  # the best of three has a third of 31 at least
    assert len(frame["neurons"][-1]) == 3
    page.set(data="hill", noise=0, epochs_per_frame=100)
    frame = page.run(100)
    cells = levels(frame["surface"]["levels"]).reshape(50, 50)
    assert cells[25, 25] > 150 > 50 > cells[0, 0]


def test_relu_units_are_shown_around_zero():
    page = Page()
    page.set(activation="relu", hidden_layer_sizes=[4])
    cells = np.array([levels(unit) for unit in page.run(5)["neurons"][0]])
    assert cells.min() >= 127
    assert cells.max() == 255


def test_one_feature_has_a_curve():
    page = Page()
    page.set(data="sine", noise=0, alpha=0, epochs_per_frame=100)
    frame = page.run(400)
    assert frame["surface"] is None
    x, y = np.array(frame["curve"]["x"]), np.array(frame["curve"]["y"])
    inside = np.abs(x) < 3
    assert np.abs(y - np.sin(x))[inside].max() < 0.3
    assert frame["neuron_grid"] == [20, 1]
    for row in page.last["state"]["data"]["train"][:5]:
        assert row[1] == row[2] == pytest.approx(np.sin(row[0]))


def test_other_features_are_held_at_their_mean():
    rows = "\n".join(f"{i % 7},{i % 5},{i},{i % 2}" for i in range(60))
    page = Page()
    page.tell("csv", name="a.csv", text=f"a,b,c,label\n{rows}")
    assert page.last["state"]["data"]["features"] == ["a", "b"]
    page.run(2)
    page.set(features=["c", "a"])
    data = page.last["state"]["data"]
    assert data["features"] == ["c", "a"]
    assert page.network.n_iter_ == 2
    training = page.session.training
    x, y = (
        np.linspace(*limits, 101)[1::2] for limits in (data["x_range"], data["y_range"])
    )
    mean = training.X_train[:, 1].mean()
    cells = training.scaler.transform([[b, mean, a] for b in y for a in x])
    expected = 255 * page.network.predict_proba(cells)[:, 1]
    shown = levels(page.last["frame"]["surface"]["levels"])
    assert np.abs(shown - expected).max() < 0.51


def test_the_curve_of_losses():
    page = Page()
    shown = [page.last["frame"]["losses"]]
    for _ in range(3):
        page.tell("step")
        shown.append(page.last["frame"]["losses"])
    assert [losses["epoch"] for losses in shown] == [[0], [1], [2], [3]]
    page.tell("pause")
    assert page.last["frame"]["losses"] == {"epoch": [], "train": [], "test": []}
    _, _, frame, _ = page.tell("hello")  # another view of the same network
    assert frame["restart"]
    for key in ("epoch", "train", "test"):
        assert frame["losses"][key] == [losses[key][0] for losses in shown]


def test_points_are_the_samples():
    data = Page().last["state"]["data"]
    X, y = make_moons(300, noise=0.2, random_state=0)
    rows = {(*x, label) for x, label in zip(X.tolist(), y.tolist(), strict=True)}
    assert {tuple(row) for row in data["train"] + data["test"]} == rows
    assert (data["n_train"], data["n_test"]) == (210, 90)
    assert data["classes"] == ["0", "1"]


@pytest.mark.parametrize("name", DATASETS)
def test_built_in_data(name):
    page = Page()
    page.set(data=name)
    data, dataset = page.last["state"]["data"], DATASETS[name]
    assert data["name"] == dataset.label
    assert data["all_features"] == list(dataset.features)
    n_samples = data["n_train"] + data["n_test"]
    assert n_samples == 300 if dataset.sized else n_samples <= 4
    assert data["n_test"] == (90 if dataset.sized else 0)
    assert page.run(3)["train_loss"] > 0
    preview = np.array(dataset.preview())
    assert preview.shape[1] == 3
    assert preview[:, :2].min() == 0 <= preview[:, :2].max() <= 1


def test_every_kind_of_network_can_be_shown():
    page = Page()
    for activation in CONTROLS["activation"].choices:
        for task in CONTROLS["task"].choices:
            page.set(task=task, activation=activation, hidden_layer_sizes=[3, 2])
            assert page.run(1)["train_loss"] > 0
    for task, losses in LOSSES_OF_TASK.items():
        page.set(task=task, hidden_layer_sizes=[])
        for loss in losses:
            if loss != "poisson":
                page.set(loss=loss)
                assert page.run(1)["neurons"][:-1] == []
    assert "poisson" in page.error("set", settings={"loss": "poisson"})


# Explanations, diagnoses, files ----------------------------------------------------


@pytest.mark.parametrize("hidden", [[], [2], [3, 2]])
@pytest.mark.parametrize("data", ["people", "blobs", "hill"])
def test_explanation_is_the_one_of_explain_step(hidden, data):
    page = Page()
    page.set(data=data, hidden_layer_sizes=hidden)
    page.run(2)
    state, training = page.last["state"], page.session.training
    step = explain_step(page.network, training.inputs_train[4], training.y_train[4])
    names = state["parameter_names"]
    assert state["neuron_names"][0] == list(DATASETS[data].features)
    for i, layer in enumerate(step.layers):
        assert state["neuron_names"][i + 1] == [n.name for n in layer.neurons]
        for j, neuron in enumerate(layer.neurons):
            for k, weight in enumerate(neuron.weights):
                assert names["coefs"][i][k][j] == weight.name
                [found] = page.tell("explain", parameter=weight.name, sample=4)
                check_explanation(found, weight)
                assert found["forward"] == [[i, k], [i + 1, j]]
                assert [i + 1, j] in found["forward"]
            assert names["intercepts"][i][j] == neuron.bias.name
            [found] = page.tell("explain", parameter=neuron.bias.name, sample=4)
            check_explanation(found, neuron.bias)
            assert found["forward"] == [[i + 1, j]]
    [passes] = page.tell("explain", parameter=None, sample=4)
    assert passes["activations"][0] == list(step.inputs.values())
    assert passes["activations"][-1] == [n.activation for n in step.layers[-1].neurons]
    assert passes["deltas"][0] == [n.delta for n in step.layers[0].neurons]
    assert passes["loss"] == step.loss
    assert passes["sample"]["x"] == training.X_train[4].tolist()


def check_explanation(found, weight):
    products = [math.prod(f["value"] for f in chain) for chain in found["chains"]]
    total = math.fsum(products) + found["penalty"]
    assert found["derivative"] == weight.derivative
    assert total == pytest.approx(weight.derivative, rel=1e-9, abs=1e-15)
    step = found["old"] - found["rate"] * found["derivative"]
    assert found["new"] == pytest.approx(step, rel=1e-12)


@pytest.mark.parametrize("scale", [True, False])
def test_an_input_in_a_formula_is_named_and_said_to_be_scaled(scale):
    """Its value there is the network's input, not the sample's number."""
    page = Page()
    rows = "\n".join(f"{k % 7 + 50},{k % 5},{k % 2}" for k in range(60))
    page.tell("csv", name="a.csv", text=f"length,x2,label\n{rows}")
    page.set(scale=scale, hidden_layer_sizes=[2])
    joined = page.last["state"]["neuron_names"]
    assert joined == [["length", "x2"], ["h1", "h2"], ["o"]]
    ends = {"w1": "length, scaled", "w2": "scaled", "w5": "", "b1": ""}
    if not scale:
        ends = {"w1": "length", "w2": "", "w5": "", "b1": ""}
    for name, expected in ends.items():
        [found] = page.tell("explain", parameter=name, sample=3)
        assert found["input"] == expected
        value, given = found["chains"][0][-1]["value"], found["sample"]["x"]
        if name in ("w1", "w2"):
            assert (value == given[name == "w2"]) == (not scale)


def test_backward_paths_lead_from_the_weight_to_every_output():
    page = Page()
    page.set(data="blobs", hidden_layer_sizes=[2, 3])
    [found] = page.tell("explain", parameter="w2", sample=0)  # from x2 to h1.1
    assert found["backward"] == [
        *([1, 0, k] for k in range(3)),
        *([2, j, k] for j in range(3) for k in range(3)),
    ]
    last = page.last["state"]["parameter_names"]["coefs"][2][1][2]
    assert page.tell("explain", parameter=last)[0]["backward"] == []


def test_the_tutorials_first_derivative():
    page = Page()
    page.tell("lesson", name="first-step")
    training = page.session.training
    ones = [[[1, 1], [1, 1]], [[1], [1]]], [[0, 0], [0]]
    training.network = SimpleMLPClassifier.from_coefs(
        *ones, loss="mean_squared_error", alpha=0
    )
    alice = training.X_train.tolist().index([-2, -1])
    [found] = page.tell("explain", parameter="w1", sample=alice)
    assert f"{found['derivative']:.5f}" == "0.02147"


def test_a_rate_of_100_is_diagnosed_and_cured():
    page = Page()
    page.set(learning_rate_init=100, epochs_per_frame=10)
    page.run(30)
    cure = page.cure("learning_rate_too_high")
    assert cure["label"] == "Set the learning rate to auto"
    assert page.last["state"]["settings"]["learning_rate_init"] == "auto"
    frame = page.run(120)
    assert frame["train_score"] > 0.9
    assert page.findings == {}


def test_a_penalty_far_too_strong_is_diagnosed_and_cured():
    page = Page()
    page.set(alpha=300, epochs_per_frame=100)
    assert page.run(120)["train_score"] < 0.6
    assert list(page.findings) == ["alpha_too_high"]
    cure = page.cure("alpha_too_high")
    assert cure["label"] == "Set the penalty to auto"
    assert page.last["state"]["settings"]["alpha"] == "auto"
    frame = page.run(200)
    assert frame["train_score"] > 0.9
    assert page.findings == {}


def test_a_penalty_somewhat_too_strong_is_cured():
    page = Page()
    page.set(data="moons")
    page.set(alpha=1, epochs_per_frame=100)
    page.run(120)
    assert page.findings["alpha_too_high"]["cure"]["changes"] == {"alpha": "auto"}


def test_the_automatic_penalty_is_scaled():
    page = Page()
    page.set(data="moons", n_samples=30, noise=0.5, test_size=0.8)
    page.set(hidden_layer_sizes=[16, 16], activation="relu", alpha="0.01*auto")
    page.set(epochs_per_frame=100)
    link = page.last["state"]["link"]
    page.run(120)
    advice = page.findings["overfitting"]["advice"]
    assert "a larger alpha, such as '0.03*auto';" in advice
    assert page.cure("overfitting")["label"] == "Raise the penalty to 0.03*auto"
    assert page.session.training.network.alpha == "0.03*auto"
    other = Page()
    other.tell("hello", link=link)
    assert other.session.settings.alpha == "0.01*auto"
    [refused] = page.tell("set", settings={"alpha": "-1*auto"})
    assert "number from 0 to 1e+06 or '0.1*auto' or" in refused["text"]


def test_a_penalty_that_diverges_is_cured():
    page = Page()
    page.set(alpha=1e6, epochs_per_frame=10)
    page.run(50)
    assert "Lower alpha from 1e+06" in page.last["error"]["text"]
    assert list(page.findings) == ["diverged"]
    assert page.cure("diverged")["changes"] == {"alpha": "auto"}
    assert page.run(150)["train_score"] > 0.9


def test_a_linear_network_is_advised_what_its_button_does():
    page = Page()
    page.set(data="circles", hidden_layer_sizes=[], epochs_per_frame=100)
    page.run(300)
    advice = page.findings["underfitting"]["advice"]
    assert advice.startswith("hidden units with an activation such as 'tanh'")
    assert "max_iter" not in advice
    assert page.cure("underfitting")["label"] == "Use a hidden layer of 4 units"
    assert page.run(300)["train_score"] > 0.9


def test_a_healthy_network_has_no_findings():
    page = Page()
    assert page.findings == {}
    assert "10 epochs" in page.last["diagnosis"]["healthy"]
    page.run(10)
    assert page.findings == {}
    assert "healthy" in page.last["diagnosis"]["healthy"]


def test_a_diagnosis_names_the_inputs_as_the_page_does():
    page = Page()
    page.set(data="people", scale=False)
    page.run(10)
    assert "; for weight it is " in page.findings["unscaled_inputs"]["text"]


def test_overfitting_shows_on_the_test_samples():
    page = Page()
    page.tell("lesson", name="overfitting")
    page.run(60)
    assert list(page.findings) == ["overfitting"]
    text = page.findings["overfitting"]["text"]
    assert text.startswith("The loss on the test samples exceeds the training loss")
    page.cure("overfitting")
    page.run(60)
    assert page.findings == {}


@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("data", ["moons", "sine"])
@pytest.mark.parametrize(("form", "load"), [("pickle", pickle.loads), ("skops", None)])
def test_saved_models_predict_alike_and_train_on(form, load, data, scale):
    page = Page()
    page.set(data=data, scale=scale)
    page.run(3)
    [file] = page.tell("save", format=form)
    content = base64.b64decode(file["data"])
    if load is None:
        trusted = skops.io.get_untrusted_types(data=content)
        model = skops.io.loads(content, trusted=trusted)
    else:
        model = load(content)
    training = page.session.training
    np.testing.assert_array_equal(
        model.predict(training.X_train), page.network.predict(training.inputs_train)
    )
    assert file["name"] == f"network.{form}"
    network = model[-1] if scale else model
    assert network.max_iter == "auto"
    page.run(1)
    network.partial_fit(training.inputs_train, training.y_train)
    assert_same_weights(network, page.network)


# Own data --------------------------------------------------------------------------


def test_a_table():
    page = Page()
    text = "height;sex;weight\n" + "".join(
        f"{150 + i};{'mf'[i % 2]};{60 + i % 2}\n" for i in range(40)
    )
    page.tell("csv", name="people.csv", text=text, target="sex")
    state = page.last["state"]
    assert state["settings"]["data"] == "csv"
    assert state["settings"]["task"] == "classification"
    assert state["data"]["classes"] == ["f", "m"]
    assert state["data"]["columns"] == ["height", "sex", "weight"]
    assert page.run(60)["test_score"] == 1
    page.tell("csv", name=None, text=None, target="weight")
    assert page.last["state"]["data"]["target"] == "weight"
    assert "sex" in page.last["state"]["data"]["note"]
    page.tell("csv", name=None, text=None, target="height")
    state = page.last["state"]
    assert state["settings"]["task"] == "regression"
    assert state["data"]["value_range"] == [150, 189]
    page.set(data="moons")
    page.set(data="csv", task="regression")
    assert page.last["state"]["data"]["target"] == "height"


def test_drawn_points():
    page = Page()
    page.set(epochs_per_frame=100)
    points = [[x / 10, y / 10, int(x > 0)] for x in range(-5, 6) for y in range(-5, 6)]
    page.tell("points", points=points, x_range=[-1, 1], y_range=[-1, 1])
    data = page.last["state"]["data"]
    assert data["x_range"] == data["y_range"] == [-1, 1]
    assert sorted(data["train"] + data["test"]) == sorted(points)
    assert page.run(100)["test_score"] > 0.9
    curve = [[x / 20, x / 40] for x in range(-20, 21)]
    page.tell("points", points=curve, task="regression")
    assert page.last["state"]["layers"][0] == 1
    assert page.run(200)["test_score"] > 0.9


def test_few_samples_are_all_for_training():
    page = Page()
    page.tell("points", points=[[0, 0, 0], [1, 1, 1]], task="classification")
    data = page.last["state"]["data"]
    assert (data["n_train"], data["n_test"], data["test"]) == (2, 0, [])
    assert "Too few" in data["note"]
    assert page.last["frame"]["test_loss"] is None
    page.set(test_size=0)
    assert page.last["state"]["data"]["note"] is None


def test_a_rare_class_is_in_both_parts_or_none_is_held_out():
    for rare in range(1, 8):
        page = Page()
        points = [[i, i % 3, int(i < rare)] for i in range(40)]
        page.tell("points", points=points, task="classification")
        data = page.last["state"]["data"]
        parts = [{row[2] for row in data[part]} for part in ("train", "test")]
        assert parts in ([{0, 1}, {0, 1}], [{0, 1}, set()])
    assert parts == [{0, 1}, {0, 1}]


# Links, lessons --------------------------------------------------------------------


def test_a_link_restores_the_settings():
    page = Page()
    assert page.last["state"]["link"] == ""
    page.set(data="circles", hidden_layer_sizes=[4, 2], noise=0.25, scale=False)
    page.set(learning_rate_init=0.5, batch_size="full", momentum=0, random_state=7)
    link = page.last["state"]["link"]
    assert "data=circles" in link
    assert "hidden_layer_sizes=4,2" in link
    other = Page()
    other.tell("hello", link=link)
    assert other.session.settings == page.session.settings
    assert other.last["state"]["link"] == link
    page.set(hidden_layer_sizes=[])
    other.tell("hello", link=page.last["state"]["link"])
    assert other.session.settings.hidden_layer_sizes == ()


def test_every_setting_survives_a_link():
    page = Page()
    page.set(data="hill", n_samples=50, noise=0.5, test_size=0.2, data_seed=3)
    page.set(scale=False, features=["x2", "x1"], hidden_layer_sizes=[1], momentum=0.5)
    page.set(activation="relu", random_state=2, loss="huber", solver="adam", alpha=1)
    page.set(learning_rate_init=1e-5, batch_size=3, average=False, epochs_per_frame=2)
    settings, default = page.session.settings, Settings()
    assert all(getattr(settings, name) != getattr(default, name) for name in CONTROLS)
    other = Page()
    other.tell("hello", link=page.last["state"]["link"])
    assert other.session.settings == settings


def test_bad_parts_of_a_link_are_left_out():
    page = Page()
    answers = page.tell(
        "hello", link="noise=0.3&data=nonsense&rate=1&alpha=x&data_seed"
    )
    notices = [answer["text"] for answer in answers if answer["type"] == "notice"]
    assert len(notices) == 4
    assert page.session.settings == Settings().changed({"noise": 0.3})


def notices(answers):
    return [answer["text"] for answer in answers if answer["type"] == "notice"]


def test_a_link_without_its_data_leaves_the_data_as_they_are():
    sender = Page()
    rows = "\n".join(f"{i},{i % 7},{i / 8}" for i in range(20))
    file = {"name": "a.csv", "text": f"a,b,y\n{rows}"}
    sender.tell("csv", **file)
    sender.set(features=["b", "a"], loss="huber", alpha=1, hidden_layer_sizes=[3])
    link = sender.last["state"]["link"]
    page = Page()
    [notice] = notices(page.tell("hello", link=link))
    assert notice.startswith("The link does not contain its CSV file.")
    expected = Settings().changed({"alpha": 1, "hidden_layer_sizes": [3]})
    assert page.session.settings == expected
    page.tell("csv", **file)
    assert notices(page.tell("hello", link=link)) == []
    assert page.session.settings == sender.session.settings
    [notice] = notices(Page().tell("hello", link="data=points&task=regression"))
    assert notice == "The link does not contain the points that were drawn."
    assert notices(Page().tell("hello", settings={"data": ["csv"]})) != []


def test_lessons():
    page = Page()
    for lesson in page.last["welcome"]["lessons"]:
        state, *_ = page.tell("lesson", name=lesson["name"])
        assert state["settings"] == lesson["settings"]
        assert state["lesson"] == lesson["name"]
        assert state["link"] == f"lesson={lesson['name']}"
    page.set(hidden_layer_sizes=[3])
    assert page.last["state"]["link"] == "lesson=first-step&hidden_layer_sizes=3"
    other = Page()
    other.tell("hello", link=page.last["state"]["link"])
    assert other.session.settings == page.session.settings
    [state] = page.tell("lesson", name=None)
    assert state["lesson"] is None
    other = Page()
    other.tell("hello", link=state["link"])
    assert other.session.settings == page.session.settings


# Bad messages ----------------------------------------------------------------------


BAD = {
    "no type": {},
    "an unknown type": {"type": "eval"},
    "a type that is no text": {"type": ["play"]},
    "no settings": {"type": "set"},
    "settings that are a list": {"type": "set", "settings": ["noise"]},
    "an unknown setting": {"type": "set", "settings": {"__class__": 1}},
    "an unknown choice": {"type": "set", "settings": {"data": "../etc/passwd"}},
    "text for a number": {"type": "set", "settings": {"noise": "much"}},
    "true for a number": {"type": "set", "settings": {"noise": True}},
    "a number out of range": {"type": "set", "settings": {"noise": 1.01}},
    "a huge number": {"type": "set", "settings": {"learning_rate_init": 1e300}},
    "a huge integer": {"type": "set", "settings": {"random_state": 10**400}},
    "a fraction of a seed": {"type": "set", "settings": {"random_state": 0.5}},
    "a huge layer": {"type": "set", "settings": {"hidden_layer_sizes": [10**9]}},
    "too many layers": {"type": "set", "settings": {"hidden_layer_sizes": [1] * 7}},
    "an empty layer": {"type": "set", "settings": {"hidden_layer_sizes": [0]}},
    "text for layers": {"type": "set", "settings": {"hidden_layer_sizes": "8"}},
    "null": {"type": "set", "settings": {"activation": None}},
    "a loss of the other task": {"type": "set", "settings": {"loss": "huber"}},
    "data of the other task": {
        "type": "set",
        "settings": {"data": "sine", "task": "classification"},
    },
    "data that are not there": {"type": "set", "settings": {"data": "csv"}},
    "points that are not there": {"type": "set", "settings": {"data": "points"}},
    "unknown features": {"type": "set", "settings": {"features": ["a", "b"]}},
    "the same feature twice": {"type": "set", "settings": {"features": ["x1", "x1"]}},
    "a bad setting among good ones": {
        "type": "set",
        "settings": {"data": "circles", "noise": 2},
    },
    "a step of nothing": {"type": "step", "count": 0},
    "too many steps": {"type": "step", "count": 1e9},
    "an unknown unit": {"type": "step", "unit": "year"},
    "no such sample": {"type": "explain", "parameter": "w1", "sample": 210},
    "no such parameter": {"type": "explain", "parameter": "w999", "sample": 0},
    "a parameter that is a list": {"type": "explain", "parameter": ["w1"]},
    "a cure without settings": {"type": "cure"},
    "a cure that is a list": {"type": "cure", "settings": []},
    "a cure of an unknown setting": {"type": "cure", "settings": {"luck": 1}},
    "an unknown format": {"type": "save", "format": "exe"},
    "no such lesson": {"type": "lesson", "name": "nothing"},
    "a lesson that is a dict": {"type": "lesson", "name": {}},
    "a table without text": {"type": "csv", "name": "a.csv"},
    "a target without a table": {"type": "csv", "target": "a"},
    "points that are no list": {"type": "points", "points": "1,2"},
    "no points": {"type": "points", "points": []},
    "points of two numbers": {"type": "points", "points": [[1, 2], [3, 4]]},
    "points of text": {"type": "points", "points": [["1", 2, 0], [3, 4, 1]]},
    "huge points": {"type": "points", "points": [[1e300, 2, 0], [3, 4, 1]]},
    "points of one class": {"type": "points", "points": [[1, 2, 0], [3, 4, 0]]},
    "points of nine classes": {
        "type": "points",
        "points": [[i, i, i] for i in range(9)],
    },
    "a range that falls": {
        "type": "points",
        "points": [[1, 2, 0], [3, 4, 1]],
        "x_range": [1, 0],
        "y_range": [0, 1],
    },
    "an unknown task": {"type": "points", "points": [], "task": "cluster"},
}


@pytest.mark.parametrize("message", BAD.values(), ids=BAD)
def test_bad_messages_are_answered_and_change_nothing(message):
    page = Page()
    page.run(2)
    fields = dict(message)
    text = page.error(fields.pop("type", None), **fields)
    assert text.endswith(".")
    assert len(text) < 400


@pytest.mark.parametrize("message", [None, [], "play", 1.5, [{"type": "play"}]])
def test_messages_that_are_no_objects(message):
    [answer] = Page().session.handle(message)
    assert answer["type"] == "error"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite(value):
    page = Page()
    before = page.snapshot()
    for message in (
        {"type": "set", "settings": {"noise": value}},
        {"type": "set", "settings": {"random_state": value}},
        {"type": "points", "points": [[value, 1, 0], [1, 1, 1]]},
    ):
        [answer] = page.session.handle(message)
        assert answer["type"] == "error"
        assert page.snapshot() == before


def test_names_of_files_stay_text():
    page = Page()
    name = "<img src=x onerror=alert(1)>'''\n"
    page.tell("csv", name=name, text="a,b\n1,0\n2,1\n3,0\n")
    assert page.last["state"]["data"]["name"] == name
    compile(page.script, "script", "exec")


# Speed and memory ------------------------------------------------------------------


def test_memory_stays_flat(monkeypatch):
    monkeypatch.setattr("sknn_simple.playground.session.MAX_POINTS", 50)
    page = Page()
    page.set(hidden_layer_sizes=[2], n_samples=10)
    page.run(100)
    gc.collect()
    before = sys.getallocatedblocks()
    page.run(200)
    gc.collect()
    # The history of the estimator grows by a loss and a rate per epoch; a frame has
    # hundreds of numbers.
    assert sys.getallocatedblocks() - before < 5 * 200


def test_the_curve_of_losses_is_thinned(monkeypatch):
    monkeypatch.setattr("sknn_simple.playground.session.MAX_POINTS", 20)
    page = Page()
    page.set(hidden_layer_sizes=[2], n_samples=10)
    page.run(50)
    losses = page.session.losses
    assert len({len(values) for values in losses.values()}) == 1
    assert 10 <= len(losses["epoch"]) <= 20
    assert losses["epoch"] == sorted(losses["epoch"])


def test_a_frame_does_not_wait_for_all_of_its_epochs(monkeypatch):
    monkeypatch.setattr("sknn_simple.playground.session.MAX_SECONDS", -1.0)
    page = Page()
    page.set(epochs_per_frame=100)
    assert page.tell("play")[0]["epoch"] == 1
