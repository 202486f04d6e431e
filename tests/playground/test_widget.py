"""The widget: the same session in a notebook, and what a plain installation lacks."""

import pickle
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

import sknn_simple.playground
from sknn_simple.playground import Playground


class Notebook:
    """The front end of a widget: sends messages, and keeps the answers."""

    def __init__(self, monkeypatch, *args, **kwargs):
        self.widget, self.answers = Playground(*args, **kwargs), []
        monkeypatch.setattr(self.widget, "send", self.answers.append)

    def tell(self, kind, **fields):
        """Send a message as the front end does, and return the answers by type."""
        self.answers.clear()
        self.widget._handle_custom_msg({"type": kind, **fields}, [])
        return {answer["type"]: answer for answer in self.answers}


def test_messages_are_answered(monkeypatch):
    notebook = Notebook(monkeypatch)
    answers = notebook.tell("hello")
    assert list(answers) == ["welcome", "state", "frame", "diagnosis"]
    assert notebook.tell("step")["frame"]["epoch"] == 1
    assert notebook.tell("nonsense")["error"]["about"] == "message"


def test_each_widget_has_a_network_of_its_own(monkeypatch):
    one, other = Notebook(monkeypatch), Notebook(monkeypatch)
    one.tell("step", count=1)
    assert other.tell("hello")["frame"]["epoch"] == 0


def test_the_network_can_be_taken_out(monkeypatch):
    notebook = Notebook(monkeypatch)
    notebook.tell("step")
    model = notebook.widget.network
    assert isinstance(model, Pipeline)
    assert model[-1].n_iter_ == 1
    notebook.tell("step")
    assert model[-1].n_iter_ == 1  # it is a copy


@pytest.mark.parametrize("scale", [True, False])
def test_the_network_knows_the_columns_of_a_data_frame(monkeypatch, scale):
    frame = pd.DataFrame({"a": range(20), "b": [1.5] * 20, "c": ["x", "y"] * 10})
    notebook = Notebook(monkeypatch, frame, "c")
    notebook.tell("set", settings={"scale": scale})
    notebook.tell("step", count=3)
    model, inputs = notebook.widget.network, frame[["a", "b"]]
    assert 0 <= model.score(inputs, frame["c"]) <= 1
    with pytest.raises(ValueError, match="same order"):
        model.predict(inputs[["b", "a"]])
    assert pickle.loads(pickle.dumps(model)).predict(inputs).shape == (20,)


def test_a_data_frame(monkeypatch, tmp_path):
    frame = pd.DataFrame({"a": range(20), "b": [1.5] * 20, "c": ["x", "y"] * 10})
    notebook = Notebook(monkeypatch, frame, "c")
    data = notebook.tell("hello")["state"]["data"]
    assert data["columns"] == ["a", "b", "c"]
    assert data["classes"] == ("x", "y")
    path = tmp_path / "table.csv"
    frame.to_csv(path, index=False)
    data = Notebook(monkeypatch, path).tell("hello")["state"]["data"]
    assert data["name"] == "table.csv"


def test_a_lesson(monkeypatch):
    lesson = {"name": "own", "title": "T", "text": ["One."], "question": "Why?"}
    notebook = Notebook(monkeypatch, lesson="own", lessons=[lesson])
    assert notebook.tell("hello")["state"]["lesson"] == "own"
    with pytest.raises(ValueError, match="There is no lesson 'nothing'"):
        Playground(lesson="nothing")
    with pytest.raises(ValueError, match="Pass a lesson or data, not both"):
        Playground(pd.DataFrame({"a": [1, 2], "b": [0, 1]}), lesson="plateau")


def test_bad_data():
    with pytest.raises(ValueError, match="no column is called 'c'"):
        Playground(pd.DataFrame({"a": [1, 2], "b": [0, 1]}), "c")
    with pytest.raises(TypeError, match="got list"):
        Playground([[1, 2], [3, 4]])


def test_the_front_end_is_the_servers():
    static = Path(sknn_simple.playground.__file__).parent / "static"
    widget = Playground()
    assert widget._esm == (static / "playground.js").read_text("utf-8")
    assert widget._css == (static / "playground.css").read_text("utf-8")


BLOCKED = """\
import sys
for name in ("anywidget", "ipywidgets", "starlette", "uvicorn", "websockets"):
    sys.modules[name] = None
import sknn_simple.inspection, sknn_simple.plotting
from sknn_simple import playground
from sknn_simple.playground.session import Session
assert Session().handle({"type": "step"})[0]["epoch"] == 1
for use in (playground.serve, lambda: playground.Playground):
    try:
        use()
    except ImportError as error:
        print(error)
from sknn_simple.playground.__main__ import main
main([])
"""

UNUSED = """\
import sys
import sknn_simple.playground, sknn_simple.plotting, sknn_simple.inspection
extra = {"anywidget", "ipywidgets", "starlette", "uvicorn", "websockets", "traitlets"}
print(sorted(extra & set(sys.modules)))
"""


def run(code):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True)


def test_without_the_extra_the_error_names_it():
    process = run(BLOCKED)
    lines = process.stdout.splitlines()
    needed = 'which is not installed: pip install "sknn-simple[playground]".'
    assert [needed in line for line in lines] == [True, True]
    assert process.returncode == 1
    assert process.stderr.strip().endswith(needed)


def test_nothing_of_the_extra_is_imported_before_its_use():
    assert run(UNUSED).stdout == "[]\n"


def test_other_names_are_unknown():
    with pytest.raises(ImportError, match="cannot import name 'Play'"):
        from sknn_simple.playground import Play  # noqa: F401
