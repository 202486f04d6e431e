"""The README's examples and the scripts in examples/ run, and say what they say."""

import doctest
import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COMPILING = "sknn_simple: compiling the training loops"
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


def test_readme():
    results = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert results.attempted > 10
    assert results.failed == 0


def test_readme_shows_the_layout_as_it_is():
    text = (ROOT / "README.md").read_text()
    shown = set(text.split("## How it is laid out")[1].split("## Limits")[0].split())
    for file in (ROOT / "sknn_simple").rglob("*.py"):
        assert file.name in shown or file.name == "__init__.py", file


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda script: script.stem)
def test_examples_run_without_a_warning(script, tmp_path, monkeypatch, capfd):
    draws = script.stem.startswith("plot_")
    monkeypatch.setattr(sys, "argv", [str(script)])
    monkeypatch.chdir(tmp_path)  # where pictures are saved
    monkeypatch.setattr("matplotlib.pyplot.show", lambda: None)
    monkeypatch.syspath_prepend(script.parent)
    monkeypatch.setenv("PYTHONWARNINGS", "error")  # in the processes that it starts
    runpy.run_path(str(script), run_name="__main__")
    said, complained = capfd.readouterr()
    assert said
    # Only that it compiles, if this is the first fit on the machine.
    assert all(ours.startswith(COMPILING) for ours in complained.splitlines())
    pictures = [path.name for path in tmp_path.glob("*.png")]
    assert bool(pictures) == draws
    overview = (ROOT / "examples" / "README.md").read_text()
    assert script.name in overview
    for picture in pictures:
        assert f'src="images/{picture}"' in overview
        assert (ROOT / "examples" / "images" / picture).exists()


def test_benchmarks_run_without_peers_to_install(tmp_path):
    path = tmp_path / "results.json"
    arguments = ["--quick", "--workloads", "W2", "--engines", "numpy", "--peers"]
    process = subprocess.run(
        [
            sys.executable,
            str(ROOT / "benchmarks" / "run.py"),
            *arguments,
            "scikit-learn",
            "bare loop",
            "--json",
            str(path),
        ],
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    [result] = json.loads(path.read_text())["results"]
    assert all(result["medians"][n] > 0 for n in ("numpy", "scikit-learn", "bare loop"))
    assert {a["rival"] for a in result["agreements"]} == {"scikit-learn", "bare loop"}
    assert all(a["agree"] for a in result["agreements"])
