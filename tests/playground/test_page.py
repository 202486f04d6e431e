"""What a user does on the playground's page, in a headless Chromium."""

import json
import math
import pickle
import re
import subprocess
import sys
from decimal import Decimal

import numpy as np
import pytest
from browser import Keys, Page, Select, plain

from sknn_simple.inspection import explain_step

PRINT_WEIGHTS = """
import json
hexadecimal = lambda arrays: [
    [float(number).hex() for number in array.ravel()] for array in arrays
]
print(json.dumps([hexadecimal(network.coefs_), hexadecimal(network.intercepts_)]))
"""


def test_play_learns_moons(page):
    assert page.settings["data"] == "moons"
    assert page.number("epoch") == 0
    page.play_until(lambda: page.number("test_score") >= 0.95)
    assert page.number("epoch") > 1
    assert page.number("train_loss") < 0.3
    frame = page.received("frame")
    assert frame["epoch"] == page.number("epoch")
    assert f"{frame['test_loss']:.3f}" == page.readout("test_loss")


def test_steps_and_reset(page):
    start = page.received("frame")["coefs"]
    page.step()
    page.step()
    assert page.number("epoch") == 2
    page.step("One minibatch")
    assert 2 < page.number("epoch") < 3
    page.click(page.labelled("Reset: initial weights again"))
    page.wait(lambda: page.number("epoch") == 0)
    assert page.received("frame")["coefs"] == start


def test_layers_and_neurons(page):
    assert page.received("state")["layers"] == [2, 8, 8, 1]
    with page.change():
        page.click(page.labelled("Remove a hidden layer"))
    with page.change():
        page.click(page.labelled("One neuron fewer in Hidden 1"))
    assert page.received("state")["layers"] == [2, 7, 1]
    page.wait(lambda: len(page.find_all(".neuron")) == 2 + 7 + 1)
    assert len(page.find_all(".hit")) == 2 * 7 + 7 + 7 + 1
    with page.change():
        page.click(page.labelled("Add a hidden layer"))
    assert page.received("state")["layers"] == [2, 7, 7, 1]


@pytest.mark.parametrize(
    ("data", "score", "layers"),
    [("sine", 0.8, [1, 8, 8, 1]), ("blobs", 0.95, [2, 8, 8, 3])],
)
def test_curves_and_many_classes(page, data, score, layers):
    page.choose_data(data)
    assert page.received("state")["layers"] == layers
    page.play_until(lambda: page.number("test_score") >= score)


def test_a_neuron_is_shown_large(page):
    title = ".result h2"
    assert page.text(title) == "Output"
    neuron = page.find(".neuron[title='h1.3']")
    page.click(neuron)
    page.wait(lambda: page.text(title) == "Neuron h1.3")
    assert neuron.get_dom_attribute("aria-pressed") == "true"
    page.click(page.find("h1"))
    page.click(neuron)
    page.click(page.find("h1"))
    page.wait(lambda: page.text(title) == "Output")


# One's own data -------------------------------------------------------------------


def test_own_csv(page, tmp_path):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    kind = np.where(X[:, 0] * X[:, 2] > 0, "same", "different")
    rows = [
        f"{a:.4f},{b:.4f},{c:.4f},{k}" for (a, b, c), k in zip(X, kind, strict=True)
    ]
    file = tmp_path / "signs.csv"
    file.write_text("\n".join(["first,second,third,signs", *rows]))
    with page.change():
        page.open_file(file)
    state = page.received("state")
    assert state["data"]["classes"] == ["different", "same"]
    assert state["layers"][0] == 3
    page.wait(lambda: "signs.csv" in page.text(".own-data"))
    target, _, across, _ = map(Select, page.find_all(".own-data select"))
    assert target.first_selected_option.text == "signs"
    with page.change():
        across.select_by_visible_text("third")
    assert page.received("state")["data"]["features"][0] == "third"
    page.play_until(lambda: page.number("train_score") >= 0.9)
    with page.change():
        Select(page.find(".own-data select")).select_by_visible_text("second")
    assert page.settings["task"] == "regression"
    with page.change():
        Select(page.find(".own-data select")).select_by_visible_text("signs")
    page.choose_data("circles")
    assert page.settings["data"] == "circles"
    with page.change():  # back to the table that Python has
        page.click(page.find(".tile[value=csv]"))
    assert page.settings["data"] == "csv"


BAD_TABLES = {
    "missing": ("a,b\n1,2\n,4\n5,6\n", "no value in column 'a'"),
    "empty": ("", "empty"),
    "million_rows": ("a,b\n" + "1,0\n" * 1_000_000, "1,000,000 rows"),
    "too_large": ("a,b\n" + "1.5,0.5\n" * 700_000, "at most 5 MB"),
    "latin": ("gr\xf6\xdfe,art\n1,2\n3,4\n", "is not text in UTF-8. Save it as such."),
}


@pytest.mark.parametrize("kind", BAD_TABLES)
def test_a_bad_csv_gets_a_message_and_changes_nothing(page, tmp_path, kind):
    text, expected = BAD_TABLES[kind]
    page.step()
    before = page.received("frame")["coefs"]
    file = tmp_path / f"{kind}.csv"
    file.write_text(text, encoding="latin-1")
    page.open_file(file)
    message = page.wait(page.message)
    assert expected in message
    assert file.name in message
    page.wait(lambda: page.find(".tile input[value=moons]").is_selected())
    page.step()
    assert page.number("epoch") == 2
    page.click(page.labelled("Reset: initial weights again"))
    page.wait(lambda: page.number("epoch") == 0)
    page.step()
    assert page.received("frame")["coefs"] == before


def test_long_names_are_shortened_at_the_axes(page, tmp_path):
    names = ["name_of_the_only_feature", "name_of_the_target_that_is_long"]
    file = tmp_path / "a.csv"
    rows = [f"{k},{'ab'[k > 20]}" for k in range(40)]
    file.write_text("\n".join([",".join(names), *rows]))
    page.run(
        """
        const { prototype } = CanvasRenderingContext2D;
        const { fillText } = prototype;
        window.written = [];
        prototype.fillText = function (text, ...place) {
          window.written.push(text);
          fillText.call(this, text, ...place);
        };
        """
    )
    with page.change():
        page.open_file(file)
    for name in names:
        page.wait(lambda: f"{name[:15]}…" in page.run("return window.written"))  # noqa: B023


@pytest.mark.parametrize("n_others", [0, 1, 2])
def test_features_are_named_where_they_are_drawn_or_not(page, tmp_path, n_others):
    names = [*"abcd"[: 2 + n_others], "label"]
    rows = [
        ",".join(str(k % m) for m in (7, 5, 3, 4, 2)[-len(names) :]) for k in range(60)
    ]
    file = tmp_path / "a.csv"
    file.write_text("\n".join([",".join(names), *rows]))
    with page.change():
        page.open_file(file)
    note = page.find(".output .note")
    assert note.is_displayed() == (n_others > 0)
    said = {
        0: "",
        1: "Background: the other feature is held at its mean.",
        2: "Background: the other 2 features are held at their means.",
    }
    assert note.text == said[n_others]
    page.explain("w2")
    assert re.search(r": a [=≈] \S+, b [=≈] ", page.text(".sample"))
    assert page.find(".chain .note").text == "b, scaled"
    chosen = Select(page.find(".explanation select")).first_selected_option
    assert chosen.text.startswith("w2: b → h1")
    assert len(page.received("state")["data"]["all_features"]) == 2 + n_others


def test_uploaded_names_are_escaped(page, tmp_path):
    attack = "<img src=x onerror=window.hacked=1>"
    names = [f"{attack}{k}" for k in range(4)]
    rows = [f"{k},{k % 3},{k % 7},{attack}{k % 2}" for k in range(40)]
    file = tmp_path / f"{attack}.csv"
    file.write_text("\n".join([",".join(names), *rows]))
    with page.change():
        page.open_file(file)
    page.wait(lambda: attack in page.text(".own-data"))
    page.explain("w1")
    page.wait(lambda: attack in page.text(".sample"))
    assert page.find_all("img") == []
    assert page.run("return window.hacked") is None
    file.write_text("one column only\n1\n")
    page.open_file(file)
    page.wait(lambda: attack in page.message())
    assert page.find_all("img") == []
    assert page.run("return window.hacked") is None


def test_drawn_points(page):
    page.click(page.find(".tile[value=points]"))
    for x, y in [(0.2, 0.2), (0.3, 0.25), (0.2, 0.35), (0.25, 0.15), (0.35, 0.3)]:
        page.click_surface(x, y)
    page.press("2")
    for x, y in [(0.8, 0.8), (0.7, 0.75), (0.8, 0.65), (0.75, 0.85), (0.65, 0.7)]:
        page.click_surface(x, y)

    def points():
        data = page.received("state")["data"]
        return data["train"] + data["test"]

    page.wait(lambda: len(points()) == 10)
    assert page.settings["data"] == "points"
    assert all((x > 0) == (kind == 1) for x, _, kind in points())
    page.click(page.button("Done"))
    page.play_until(lambda: page.number("train_score") == 1)


def test_a_drawn_curve(page):
    page.open("epochs_per_frame=20")
    page.click(page.find(".tile[value=points]"))
    page.click(page.button("Curve"))
    for k in range(12):
        x = (k + 0.5) / 12
        page.click_surface(x, 0.5 + 0.3 * np.sin(6 * x))
    page.wait(lambda: page.settings["task"] == "regression")
    page.wait(lambda: page.received("state")["layers"][0] == 1)
    page.click(page.button("Done"))
    page.play_until(lambda: page.number("train_score") >= 0.8)


def test_own_data_have_no_controls_for_generated_samples(page):
    controls = [page.find(f"[data-setting={name}]") for name in ("n_samples", "noise")]
    legend = page.find(".legend")
    assert all(control.is_displayed() for control in [*controls, legend])
    page.click(page.find(".tile[value=points]"))
    page.wait(lambda: not any(c.is_displayed() for c in [*controls, legend]))
    page.click(page.button("Done"))
    page.wait(lambda: all(c.is_displayed() for c in [*controls, legend]))
    page.choose_data("four_people")
    page.wait(lambda: not any(control.is_displayed() for control in controls))


# What no other playground has -----------------------------------------------------


def trained_by(script):
    """Run a copied script, and return its variables."""
    variables = {"__name__": "__main__"}
    exec(compile(script, "script", "exec"), variables)
    return variables


@pytest.mark.parametrize("name", ["w1", "w20", "w85", "b9", "b17"])
def test_a_clicked_weight_shows_the_derivative_of_explain_step(page, name):
    page.step()
    page.explain(name)
    page.click(page.labelled("Next sample"))
    page.wait(lambda: page.received("explanation")["sample"]["index"] == 1)
    shown = page.wait(
        lambda: page.find(".explanation .derivative").get_dom_attribute("data-value")
    )
    variables = trained_by(page.script())
    step = explain_step(
        variables["network"], variables["X_train"][1], variables["y_train"][1]
    )
    neurons = [neuron for layer in step.layers for neuron in layer.neurons]
    weights = {
        weight.name: weight
        for neuron in neurons
        for weight in (*neuron.weights, neuron.bias)
    }
    assert float(shown) == pytest.approx(weights[name].derivative, rel=1e-12)
    factors = [
        float(page.run("return arguments[0].dataset.value", factor))
        for factor in page.find_all(".chain .factor:not(.result) b")
    ]
    penalty = factors.pop() if name[0] == "w" and weights[name].penalty else 0
    assert np.prod(factors) + penalty == pytest.approx(float(shown), rel=1e-12)


@pytest.mark.parametrize("link", ["", "lesson=first-step"])
def test_the_equations_of_an_explanation_are_true(page, link):
    """Decimal arithmetic with the shown numbers is the judge of "=" and "≈"."""
    page.open(link)
    for name in ("w1", "b1"):
        page.explain(name)
        sign = page.find_all(".chain .operator")[-1].text
        *factors, result = map(shown_decimal, page.find_all(".chain .factor b"))
        penalty = factors.pop() if "penalty" in page.text(".chain") else 0
        assert (math.prod(factors) + penalty == result) == (sign == "=")
        text = plain(page.text(".explanation .update"))
        old, rate, derivative, sign, new = re.fullmatch(
            r"\w+ ← (\S+) - (\S+) \S \(?([^\s)]+)\)? ([=≈]) (\S+).*", text
        ).groups()
        change = Decimal(old) - Decimal(rate) * Decimal(derivative)
        assert (change == Decimal(new)) == (sign == "=")


def test_the_explained_step_is_the_one_that_a_minibatch_takes(page):
    page.open("lesson=first-step")
    page.explain("w1")
    for _ in range(3):
        explained = page.received("explanation")
        assert explained["text"] in page.text(".explanation")
        page.run("delete window.received.explanation")
        page.step("One minibatch")
        taken = page.received("frame")["coefs"][0][0][0]
        assert taken == pytest.approx(explained["new"], rel=1e-12)
        page.wait(lambda: page.received("explanation"))
    chosen = (page.received("explanation")["sample"]["index"] + 1) % 4
    page.click(page.labelled("Next sample"))
    page.wait(lambda: page.received("explanation")["sample"]["index"] == chosen)
    assert f"training sample {chosen + 1} of 4" in page.text(".sample")


def shown_decimal(element):
    return Decimal(plain(element.text))


def test_an_explanation_is_in_view_and_follows_the_training(page):
    page.explain("w1")
    top = "return document.querySelector('.explanation').getBoundingClientRect().top"
    assert page.run(top) < page.run("return innerHeight") - 100
    first = page.received("explanation")["activations"]
    page.play()
    chosen = page.find(".explanation select")
    page.run("arguments[0].focus()", chosen)
    page.wait(lambda: page.received("explanation")["activations"] != first)
    assert page.driver.switch_to.active_element == chosen
    page.pause()


def test_the_chain_is_highlighted_on_the_drawn_network(page):
    page.explain("w1")  # from x1 to h1.1
    page.wait(lambda: page.find_all(".explaining"))
    assert len(page.find_all(".weight[data-mark=chosen]")) == 1
    # From h1.1 to the eight neurons of the second layer, and from these to the output.
    assert len(page.find_all(".weight[data-mark=backward]")) == 16
    on_chain = [n.get_dom_attribute("title") for n in page.find_all(".neuron.on-chain")]
    assert on_chain == ["x1", "h1.1", *[f"h2.{k}" for k in range(1, 9)], "o"]
    h1 = page.find(".neuron[title='h1.1']")
    explanation = page.received("explanation")
    values = plain(h1.find_element("css selector", ".values").text).split()
    expected = [explanation["activations"][1][0], explanation["deltas"][0][0]]
    assert [float(value) for value in values] == pytest.approx(expected, rel=0.05)
    page.press(Keys.ESCAPE)
    page.wait(lambda: not page.find_all(".explaining"))


def test_copy_as_python_reproduces_the_weights_to_the_last_bit(page):
    page.choose("solver", "adam")
    page.play_until(lambda: page.number("epoch") >= 5)
    page.choose("batch_size", "10")
    page.step("One minibatch")
    page.step("One minibatch")
    page.choose("learning_rate_init", "0.01")
    page.step()
    script = page.script()
    frame = page.received("frame")
    command = [sys.executable, "-c", script + PRINT_WEIGHTS]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    coefs, intercepts = json.loads(output.splitlines()[-1])

    def hexadecimal(arrays):
        return [[x.hex() for x in np.ravel(array).tolist()] for array in arrays]

    assert coefs == hexadecimal(frame["coefs"])
    assert intercepts == hexadecimal(frame["intercepts"])


def test_diagnose_offers_a_cure_and_the_button_cures(page):
    page.choose("learning_rate_init", "100")
    page.play()
    cure = page.find("button.cure")
    page.wait(cure.is_displayed)
    assert "rate" in page.text(".diagnosis")
    with page.change():
        page.click(cure)
    assert page.settings["learning_rate_init"] == "auto"
    page.wait(lambda: page.number("test_score") >= 0.95)  # it goes on playing
    page.pause()
    page.wait(lambda: not cure.is_displayed())


def test_the_button_of_the_cure_stays_while_the_network_trains(page):
    page.choose("learning_rate_init", "100")
    page.play()
    cure = page.find("button.cure")
    page.wait(cure.is_displayed)
    page.run("arguments[0].focus(); delete window.received.diagnosis", cure)
    page.wait(lambda: page.received("diagnosis")["findings"])
    assert page.driver.switch_to.active_element == cure
    page.pause()


def test_save_model(page, downloads):
    page.step()
    page.click(page.button("Save model"))
    page.click(page.button("pickle"))
    file = page.wait(lambda: next(downloads.glob("*.pickle")))
    with file.open("rb") as stream:
        model = pickle.load(stream)
    frame = page.received("frame")
    np.testing.assert_array_equal(model[-1].coefs_[0], frame["coefs"][0])
    assert model.predict([[0.0, 1.0]]).shape == (1,)


def test_reload_restores_the_settings(page):
    page.choose_data("spirals")
    page.choose("activation", "tanh")
    with page.change():
        page.click(page.labelled("Remove a hidden layer"))
    slider = page.find("input[data-setting=noise]")
    with page.change():
        slider.send_keys(Keys.ARROW_RIGHT)
    before = page.settings
    assert before["data"] == "spirals"
    page.reload()
    assert page.settings == before
    assert page.find(".tile input[value=spirals]").is_selected()
    link = page.driver.current_url.partition("#")[2]
    page.open(link)
    assert page.settings == before


def test_a_bad_link_gets_a_message(page):
    page.open("data=no_such_data&activation=tanh")
    assert "no_such_data" in page.wait(page.message)
    assert page.settings["activation"] == "tanh"


def test_a_bad_value_gets_a_message_and_changes_nothing(page):
    page.step()
    seed = page.find("input[data-setting=random_state]")
    seed.send_keys(Keys.CONTROL, "a", Keys.NULL, "-5", Keys.ENTER)
    assert "-5" in page.wait(page.message)
    page.wait(lambda: seed.get_property("value") == "0")
    assert page.number("epoch") == 1
    with page.change():
        seed.send_keys(Keys.CONTROL, "a", Keys.NULL, "5", Keys.ENTER)
    assert page.message() is None


def test_a_message_ends_with_the_error(page, tmp_path):
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_text("a,b\n")
    good.write_text("a,b\n1,0\n2,1\n3,0\n")
    page.open_file(bad)
    page.wait(page.message)
    page.play()
    page.pause()
    assert "bad.csv" in page.message()
    with page.change():
        page.open_file(good)
    assert page.message() is None


def test_a_refused_lesson_is_not_shown_as_chosen(page):
    select = page.find("select[aria-label=Lesson]")
    page.run("arguments[0].append(new Option('Unknown', 'unknown'))", select)
    Select(select).select_by_visible_text("Unknown")
    assert "unknown" in page.wait(page.message)
    assert select.get_property("value") == ""
    with page.change():
        Select(select).select_by_visible_text("A plateau")
    assert page.message() is None
    Select(select).select_by_visible_text("Unknown")
    page.wait(page.message)
    assert select.get_property("value") == "plateau"
    assert "A plateau" in page.text(".lesson")


def test_any_number_can_be_typed(page):
    select = Select(page.find("select[data-setting=learning_rate_init]"))
    select.select_by_visible_text("other …")
    with page.change():
        page.press("0.07", Keys.ENTER)
    assert page.settings["learning_rate_init"] == 0.07
    chosen = Select(page.find("select[data-setting=learning_rate_init]"))
    assert chosen.first_selected_option.text == "0.07"


def test_a_second_tab_does_not_disturb_the_first(page):
    page.step()
    frame, settings = page.received("frame"), page.settings
    other = Page(page.driver, page.address).open()
    other.choose_data("circles")
    other.choose("activation", "relu")
    other.play_until(lambda: other.number("epoch") >= 5)
    page.driver.switch_to.window(page.handle)
    assert page.received("frame") == frame
    assert page.settings == settings
    page.step()
    assert page.number("epoch") == 2
    twice = page.received("frame")["coefs"]
    page.reload()
    page.step()
    page.step()
    assert page.received("frame")["coefs"] == twice


def test_lessons(page):
    lessons = page.received("welcome")["lessons"]
    assert len(lessons) >= 6
    select = page.find("select[aria-label=Lesson]")
    for lesson in lessons:
        with page.change():
            Select(select).select_by_visible_text(lesson["title"])
        assert page.received("state")["lesson"] == lesson["name"]
        shown = page.text(".lesson")
        for text in (lesson["title"], *lesson["text"], lesson["question"]):
            assert text in shown
    page.reload()
    assert lesson["title"] in page.text(".lesson")
    with page.change():
        page.click(page.labelled("Close the lesson"))
    assert not page.find(".lesson").is_displayed()


@pytest.mark.parametrize("width", [1100, 1366, 1920])
def test_the_numbers_of_the_header_are_side_by_side(page, width):
    size = page.driver.get_window_size()
    page.driver.set_window_size(width, 900)
    tops = page.run(
        "return [...document.querySelectorAll('header .numbers dt')]"
        ".map(name => name.getBoundingClientRect().top)"
    )
    page.driver.set_window_size(size["width"], size["height"])
    assert len(tops) > 1
    assert len(set(tops)) == 1
