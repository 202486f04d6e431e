"""Lessons: the built-in ones keep their promises, and teachers add their own."""

import json
import math
import re
from pathlib import Path

import pytest
from pages import Page

from sknn_simple.playground.datasets import DATASETS
from sknn_simple.playground.lessons import load_lessons
from sknn_simple.playground.settings import CONTROLS

OWN = {
    "name": "tides",
    "title": "Tides",
    "text": ["The water rises.", "The water falls."],
    "question": "When?",
    "settings": {"hidden_layer_sizes": [3]},
}
LABELS = {"csv": "hour,kind\n0,low\n6,high\n12,low\n"}
CSV = {"csv": "hour,height\n" + "\n".join(f"{i},{i % 12 + 0.5}" for i in range(40))}


def test_built_in_lessons_have_two_sentences_and_a_question():
    lessons = load_lessons()
    assert len(lessons) == 6
    for name, lesson in lessons.items():
        assert lesson.name == name
        assert len(lesson.text) == 2
        assert all(sentence.endswith(".") for sentence in lesson.text)
        assert lesson.question.endswith("?")


def learn(lesson, **settings):
    """Begin a lesson, of which few frames are shown."""
    page = Page()
    page.tell("lesson", name=lesson)
    page.set(epochs_per_frame=100, **settings)
    return page


def test_xor_needs_a_hidden_layer():
    assert learn("hidden-layer").run(150)["train_score"] < 0.75
    page = learn("hidden-layer", hidden_layer_sizes=[4])
    assert page.run(150)["train_score"] > 0.9


def test_a_high_rate_is_named():
    page = learn("high-rate")
    page.run(20)
    assert "learning_rate_too_high" in page.findings


def test_a_plateau_ends():
    page = learn("plateau")
    even_odds = math.log(2)
    for _ in range(5):
        assert 0.95 * even_odds < page.run(20)["train_loss"] < 1.05 * even_odds
    assert page.run(1000)["train_loss"] < 0.5 * even_odds


def test_saturated_units_are_cured_by_scaling():
    page = learn("saturation")
    page.run(15)
    assert "saturated_units" in page.findings
    page.cure("saturated_units")
    page.run(15)
    assert "saturated_units" not in page.findings


def test_overfitting_raises_the_test_loss():
    page = learn("overfitting")
    early = page.run(5)["test_loss"]
    late = page.run(100)
    assert late["test_loss"] > 1.5 * early
    assert late["train_loss"] < 0.2


def test_the_first_step_is_the_one_that_is_explained():
    page = learn("first-step")
    persons = []
    for _ in range(5):  # the fifth step is the first person's again
        [found] = page.tell("explain", parameter="w1", sample=None)
        page.run(1, "minibatch")
        assert page.network.coefs_[0][0, 0] == pytest.approx(found["new"], rel=1e-12)
        persons.append(found["sample"]["index"] + 1)
        assert f"The next minibatch is sample {persons[-1]}." in found["text"]
        assert "differs" not in found["text"]
        [after] = page.tell("explain", parameter="w1", sample=0)
        assert f"The last minibatch was sample {persons[-1]}." in after["text"]
    assert sorted(persons[:4]) == [1, 2, 3, 4]
    assert persons[4] == persons[0]
    page.run(1)
    [found] = page.tell("explain", parameter="w1", sample=None)
    assert "last minibatch" not in found["text"]  # an epoch was the last step


def test_a_step_of_many_samples_is_not_said_to_be_the_explained_one():
    page = learn("hidden-layer")
    [found] = page.tell("explain", parameter="w1", sample=None)
    assert found["sample"]["index"] == 0
    expected = "A minibatch uses the mean derivative of 32 samples."
    assert found["text"].endswith(expected)


def test_own_lessons(tmp_path):
    path = tmp_path / "lessons.json"
    path.write_text(json.dumps([OWN | CSV]), encoding="utf-8")
    for source in (path, str(path), [OWN | CSV]):
        lessons = load_lessons(source)
        assert len(lessons) == 7
        page = Page(lessons=lessons)
        page.tell("lesson", name="tides")
        state = page.last["state"]
        assert state["data"]["columns"] == ["hour", "height"]
        assert state["settings"]["task"] == "regression"
        assert state["settings"]["hidden_layer_sizes"] == [3]
        assert page.last["welcome"]["lessons"][-1]["question"] == "When?"
    replaced = load_lessons([OWN | {"name": "plateau"}])
    assert len(replaced) == 6
    assert replaced["plateau"].title == "Tides"


@pytest.mark.parametrize(
    ("lesson", "expected"),
    [
        ({}, "needs a name"),
        (OWN | {"title": ""}, "Lesson 'tides' needs a title"),
        (OWN | {"question": 1}, "needs a question"),
        (OWN | {"text": "One sentence."}, "needs a text, a list"),
        (OWN | {"colour": "red"}, "unknown fields \\['colour'\\]"),
        (OWN | {"settings": {"noise": 9}}, "Lesson 'tides', noise: Noise must be"),
        (OWN | {"settings": []}, "Lesson 'tides', settings: Settings must be"),
        (
            OWN | {"csv": "a\n1\n"},
            "Lesson 'tides', csv: Tides: there is only one column",
        ),
        (OWN | {"csv": 1}, "csv must be the text"),
        (OWN | {"csv": "my.csv"}, "Lesson 'tides', csv: .* cannot read a file"),
        (OWN | CSV | {"target": "depth"}, "no column is called 'depth'"),
        (OWN | CSV | {"target": 1}, "Lesson 'tides', target: target must be the name"),
        (OWN | {"target": "height"}, "Lesson 'tides', target: 'height' is a column"),
        (OWN | {"settings": {"data": "csv"}}, "Lesson 'tides', data: 'csv' is not"),
        (OWN | {"settings": {"data": "points"}}, "Lesson 'tides', data: 'points' is"),
        (OWN | CSV | {"settings": {"data": "xor"}}, "Lesson 'tides', data: The lesson"),
        (
            OWN | {"settings": {"features": ["x1", "x9"]}},
            "Lesson 'tides', features: The features shown must be two of x1, x2",
        ),
        (
            OWN | LABELS | {"settings": {"task": "regression"}},
            "Lesson 'tides', csv: Tides: the target 'kind' is text",
        ),
        (
            OWN | {"settings": {"random_state": -1}},
            "Lesson 'tides', random_state: Weights seed must be",
        ),
        ("tides", "must be a list of objects, .* got a list with 'tides'"),
    ],
)
def test_bad_lessons_are_refused_by_name(lesson, expected):
    with pytest.raises(ValueError, match=expected):
        load_lessons([lesson])


def test_lessons_have_names_of_their_own():
    with pytest.raises(ValueError, match="Two lessons are called 'tides'"):
        load_lessons([OWN, OWN | {"title": "Other tides"}])


def test_settings_of_a_lesson_may_choose_the_task_of_its_table():
    numbers = "x,y\n" + "\n".join(f"{i},{i % 2}" for i in range(20))
    lesson = OWN | {"csv": numbers, "settings": {"task": "regression", "data": "csv"}}
    settings = load_lessons([lesson])["tides"].settings
    assert (settings.task, settings.data) == ("regression", "csv")


def test_the_user_guide_names_every_setting_and_data_set():
    root = Path(__file__).parents[2]
    page = (root / "docs/user_guide/playground.md").read_text("utf-8")
    table = page.partition("| Setting | Values |")[2].partition("\n\n")[0]
    names = re.findall(r"`(\w+)`", re.sub(r"(?<=\|)[^|]*\|$", "", table, flags=re.M))
    assert sorted(names) == sorted(CONTROLS)
    assert re.findall(r'"(\w+)"', table.partition("| `task`")[0]) == list(DATASETS)


def test_bad_files_of_lessons(tmp_path):
    path = tmp_path / "lessons.json"
    path.write_text("[")
    with pytest.raises(ValueError, match=r"lessons\.json is not JSON"):
        load_lessons(path)
    path.write_text(json.dumps(OWN))
    with pytest.raises(ValueError, match="must be a list of objects"):
        load_lessons(path)
    for value in ("null", "3", "false", '"tides"'):
        path.write_text(value)
        with pytest.raises(ValueError, match="must be a list of objects"):
            load_lessons(path)
    path.write_bytes(
        json.dumps([OWN | {"title": "Flut"}]).replace("u", "ü").encode("latin-1")
    )
    with pytest.raises(ValueError, match=r"lessons\.json is not text in UTF-8"):
        load_lessons(path)
    path.write_text(json.dumps([OWN]), encoding="utf-8-sig")
    assert "tides" in load_lessons(path)
    with pytest.raises(FileNotFoundError):
        load_lessons(tmp_path / "nothing.json")
