"""The script of a session gives the same weights in another process."""

import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from pages import Page

from sknn_simple.playground.datasets import DATASETS
from sknn_simple.playground.table import from_frame

# Runs each script in a namespace of its own, and saves its network.
DRIVER = """\
import pickle, runpy, sys
import pandas as pd
frame = pd.read_pickle("frame.pickle")
networks = [
    runpy.run_path(path, {"frame": frame})["network"] for path in sys.argv[1:]
]
weights = [(network.coefs_, network.intercepts_) for network in networks]
with open("weights.pickle", "wb") as file:
    pickle.dump(weights, file)
"""


def trained_pages(large, frame):
    """Yield pages with all kinds of data and of training."""
    for data in DATASETS:
        page = Page()
        page.set(data=data, noise=0.1, n_samples=60)
        page.run(3)
        yield page

    page = Page()  # many changes
    page.set(data="spirals", activation="relu", solver="adam", momentum=0)
    page.run(2, "minibatch")
    page.run(5)
    page.set(learning_rate_init=0.02, alpha=0.5)
    page.run(2)
    page.set(solver="sgd", batch_size="full", average=False, momentum=0.5)
    page.run(1, "minibatch")
    page.set(batch_size=7)
    page.run(9, "minibatch")
    page.run(2)
    yield page

    page = Page()  # a training that was begun anew
    page.run(3)
    page.set(learning_rate_init=100)
    page.run(20)
    page.cure("learning_rate_too_high")
    page.run(4)
    yield page

    page = Page()  # a training that diverges
    page.set(data="hill", hidden_layer_sizes=[4, 3], activation="relu")
    page.run(2)
    page.set(learning_rate_init=1e6, epochs_per_frame=3)
    page.run(2)
    assert page.last["frame"]["stop_reason"] == "diverged"
    yield page

    page = Page()  # drawn points
    rng = np.random.RandomState(0)
    points = [[*row, i % 3] for i, row in enumerate(rng.uniform(-1, 1, (30, 2)))]
    page.tell("points", points=points, task="classification")
    page.run(3)
    yield page
    page.tell("points", points=[row[:2] for row in points], task="regression")
    page.run(3)
    yield page

    for target, task in [
        ("kind", "classification"),
        ("level", "classification"),
        ("real", "regression"),
        ("real", "classification"),
    ]:
        page = Page()  # large tables are read from the file
        page.tell("csv", name="large file.csv", text=large, target=target)
        page.set(task=task, scale=False, test_size=0)
        page.run(2)
        assert "large file.csv" in page.script
        yield page
        page = Page(table=from_frame(frame, target))
        page.set(task=task)
        page.run(2)
        assert "frame" in page.script
        yield page

    page = Page()  # small ones are in the script
    page.tell("csv", name="small.csv", text="a,b\n0.1,ä\n0.2,ö\n0.3,'\"\n0.1,ä\n")
    page.run(2)
    assert "open(" not in page.script
    yield page


def test_scripts_give_the_same_weights_to_the_last_bit(tmp_path):
    rng = np.random.RandomState(0)
    columns = {
        " it's x": rng.standard_normal(1000),
        "x;2": rng.uniform(-1e-3, 1e5, 1000),
        "kind": np.array(["red", "green "])[rng.randint(2, size=1000)],
        "level": rng.randint(3, size=1000),
        "real": np.round(rng.randint(4, size=1000) / 3, 2),
    }
    frame = pd.DataFrame(columns)
    large = frame.to_csv(index=False)
    (tmp_path / "large file.csv").write_text(large, encoding="utf-8-sig")
    frame.columns = [name.strip() for name in frame.columns]
    frame.to_pickle(tmp_path / "frame.pickle")
    pages = list(trained_pages(large, frame))
    for i, page in enumerate(pages):
        (tmp_path / f"{i}.py").write_text(page.script, encoding="utf-8")
    (tmp_path / "driver.py").write_text(DRIVER)
    scripts = [f"{i}.py" for i in range(len(pages))]
    process = subprocess.run(
        [sys.executable, "-W", "error", "driver.py", *scripts],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    weights = pickle.loads((tmp_path / "weights.pickle").read_bytes())
    for page, parts in zip(pages, weights, strict=True):
        own = page.network.coefs_, page.network.intercepts_
        for found, expected in zip(parts, own, strict=True):
            for one, other in zip(found, expected, strict=True):
                np.testing.assert_array_equal(one, other, page.script)


def test_scripts_are_short_and_formatted():
    page = Page()
    page.run(120)
    assert page.script.count("\n") < 35
    assert "X, y = make_moons(n_samples=300, noise=0.2, random_state=0)" in page.script
    assert (
        "for _ in range(120):\n    network.partial_fit(X_train, y_train)" in page.script
    )
    assert max(map(len, page.script.splitlines())) <= 88


@pytest.mark.parametrize("data", ["xor", "spirals", "sine", "hill"])
def test_scripts_hold_the_source_of_own_data_sets(data):
    page = Page()
    page.set(data=data)
    assert f"def make_{data}(n_samples, noise, random_state):" in page.script
    assert "sknn_simple.playground" not in page.script
