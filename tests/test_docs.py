"""The code on every page runs, links resolve, and the scripts in examples/ run.

The pages of the site are `docs/**/*.md`; `test_site.py` builds them.
"""

import doctest
import fnmatch
import json
import re
import runpy
import shutil
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import patch

import pytest
from support import source_files

from sknn_simple.inspection.diagnosis import SYMPTOMS
from sknn_simple.network import ACTIVATIONS, LOSSES, suitable_learning_rate
from sknn_simple.playground.lessons import load_lessons

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples").rglob("*.py"))
GENERATED = ("_build", "gallery", "reference")
PAGES = [
    page
    for page in sorted((ROOT / "docs").rglob("*.md"))
    if page.relative_to(ROOT / "docs").parts[0] not in GENERATED
]
INTEGRATIONS = ROOT / "docs" / "integrations.md"
TOOLS = {
    "MLflow": "mlflow",
    "Ray": "ray",
    "Optuna": "optuna",
    "Dask": "distributed",
    "SHAP": "shap",
    "fairlearn": "fairlearn",
    "ONNX": "skl2onnx",
}
MARKDOWN = [
    *PAGES,
    *sorted(ROOT.glob("*.md")),
    *(
        ROOT / folder / "README.md"
        for folder in ("benchmarks", "examples", "examples/mistakes")
    ),
]
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def marked(paths):
    """Return parameters, with a mark on the files that set callbacks."""
    callbacks = pytest.mark.callbacks
    return [
        pytest.param(
            path,
            id=path.stem,
            marks=callbacks if ".set_callbacks(" in path.read_text() else (),
        )
        for path in paths
    ]


def run_code(page):
    """Run the doctests of a page; every Python block on it must be one."""
    blocks = re.findall(r"^```python\n(.{4})", page.read_text(), re.MULTILINE)
    assert set(blocks) <= {">>> "}
    with patch.dict(ACTIVATIONS), patch.dict(LOSSES):  # a page may register others
        results = doctest.testfile(
            str(page), module_relative=False, optionflags=doctest.ELLIPSIS
        )
    assert results.failed == 0
    assert results.attempted >= len(blocks)
    return results.attempted


def test_readme():
    assert run_code(ROOT / "README.md") > 10


@pytest.mark.parametrize("page", marked(p for p in PAGES if p != INTEGRATIONS))
def test_code_in_docs(page):
    run_code(page)


def sections(page):
    """The sections of a page, by their headings."""
    _, *parts = re.split(r"^## ", page.read_text(), flags=re.MULTILINE)
    return dict(part.split("\n", 1) for part in parts)


def test_every_integration_has_a_section():
    assert list(sections(INTEGRATIONS)) == list(TOOLS)
    assert all(">>> " in text for text in sections(INTEGRATIONS).values())


@pytest.mark.integrations
@pytest.mark.filterwarnings("default")  # those of the tools are not ours
@pytest.mark.parametrize("tool", [tool for tool in TOOLS if find_spec(TOOLS[tool])])
def test_integration(tool, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "section.md"
    path.write_text(sections(INTEGRATIONS)[tool])
    results = doctest.testfile(
        str(path), module_relative=False, optionflags=doctest.ELLIPSIS
    )
    assert results.failed == 0
    assert results.attempted > 5


def test_api_page_lists_every_public_name():
    page = (ROOT / "docs" / "api.rst").read_text()
    _, *parts = re.split(r"^\.\. currentmodule:: ", page, flags=re.MULTILINE)
    for part in parts:
        module, _, text = part.partition("\n")
        listed = re.findall(r"^   (\w+)$", text, re.MULTILINE)
        assert sorted(listed) == sorted(import_module(module).__all__)
    packages = [
        path.parent for path in (ROOT / "sknn_simple").glob("[a-z]*/__init__.py")
    ]
    assert len(parts) == len(packages) + 2  # and sknn_simple, and datasets


def test_code_layout_lists_every_file():
    """In folders of which it lists files."""
    page = (ROOT / "docs" / "code_layout.md").read_text()
    listing = re.search(r"^sknn_simple/\n(?:  .*\n)+", page, re.MULTILINE)[0]
    listed, folder = {"": set()}, ""
    for indent, line in re.findall(r"^( +)(.*)", listing, re.MULTILINE):
        if indent == "  ":
            is_folder = re.match(r"(\w+)/", line)
            folder = is_folder[1] if is_folder else ""
        names = re.findall(r"\w+\.(?:pyx?|hpp|cpp)\b", line)
        listed.setdefault(folder, set()).update(names)
    package = ROOT / "sknn_simple"
    assert listed.keys() == {
        "",
        *(init.parent.name for init in package.glob("*/__init__.py")),
    }
    for folder, names in listed.items():
        patterns = "*.py", "*.pyx", "*.hpp", "_*.cpp"
        files = {
            path.name for each in patterns for path in (package / folder).glob(each)
        }
        files = {name for name in files if not name.startswith("__")}
        assert names == (files if names else set()), folder


def test_every_kind_of_finding_is_explained():
    text = (ROOT / "docs/user_guide/when_something_goes_wrong.md").read_text()
    kinds = re.findall(
        r"^\| `(\w+)` \|", text.partition("## Findings")[2], re.MULTILINE
    )
    assert kinds == [symptom.__name__ for symptom in SYMPTOMS]


def test_json_blocks_are_lessons_of_the_playground(tmp_path):
    path = tmp_path / "lessons.json"
    texts = [
        text
        for page in MARKDOWN
        for text in re.findall(r"^```json\n(.*?)^```$", page.read_text(), re.M | re.S)
    ]
    for text in texts:
        path.write_text(text)
        names = {lesson["name"] for lesson in json.loads(text)}
        assert names <= set(load_lessons(path))
    assert texts


RATES = [
    ("softmax_log_loss", "logistic", "softmax"),
    ("binary_log_loss", "tanh", "logistic"),
    ("softmax_log_loss", "relu", "softmax"),
    ("softmax_log_loss", (), "softmax"),
    ("squared_error", "tanh", "logistic"),
    ("squared_error", "logistic", "identity"),
    ("huber", "relu", "identity"),
    ("huber", ("logistic", "logistic"), "identity"),
    ("squared_error", ("relu", "tanh"), "identity"),
    ("squared_error", (), "identity"),
    ("poisson", "logistic", "exp"),
    ("poisson", "tanh", "exp"),
]
"""Loss, activation and output of each row of the table of automatic rates."""


@pytest.mark.parametrize("width", [1, 40, 1000])
def test_the_table_of_rates_has_the_automatic_ones(width):
    text = (ROOT / "docs/defaults.md").read_text()
    _, _, table = text.partition("| | sgd | adam |")
    rows = re.findall(r"^\| \w.*\| `(.+)` \| `(.+)` \|$", table, re.MULTILINE)
    for row, network in zip(rows, RATES, strict=True):
        for solver, formula in zip(("sgd", "adam"), row, strict=True):
            expected = suitable_learning_rate(solver, *network, width)
            assert eval(formula, {"width": width}) == expected, (solver, network)


def anchors(page):
    """The anchors that GitHub and MyST make of a page's headings."""
    text = FENCE.sub("", page.read_text())
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        yield re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_resolve(page):
    text = FENCE.sub("", page.read_text())
    links = re.findall(r"\]\(([^)\s]+)\)|(?:href|src)=\"([^\"]+)\"", text)
    for link in (markdown or html for markdown, html in links):
        if re.match(r"https?://", link):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in set(anchors(target)), link


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_a_page_names_exist(page):
    """A name may leave out the folders above, and be a pattern."""
    names = re.findall(r"`([\w/.*-]+\.(?:py|pyx|cpp|hpp|h|toml))`", page.read_text())
    files = [f"/{name}" for name in source_files()]
    for name in names:
        assert fnmatch.filter(files, f"*/{name}"), name


@pytest.mark.parametrize("script", marked(EXAMPLES))
def test_examples_run_without_a_warning(script, tmp_path, monkeypatch, capfd):
    draws = script.stem.startswith("plot_")
    monkeypatch.setattr(sys, "argv", [str(script)])
    monkeypatch.chdir(tmp_path)  # where pictures are saved
    monkeypatch.setattr("matplotlib.pyplot.show", lambda: None)
    monkeypatch.syspath_prepend(script.parent)
    monkeypatch.setenv("PYTHONWARNINGS", "error")  # in the processes that it starts
    runpy.run_path(str(script), run_name="__main__")
    if draws:
        sys.modules["matplotlib.pyplot"].close("all")
    said, complained = capfd.readouterr()
    assert said
    assert not complained
    pictures = [path.name for path in tmp_path.glob("*.png")]
    assert bool(pictures) == draws
    overview = (script.parent / "README.md").read_text()
    assert script.name in overview
    for picture in pictures:
        assert f'src="images/{picture}"' in overview
        assert (script.parent / "images" / picture).exists()


@pytest.mark.parametrize("script", sorted(ROOT.glob("examples/tutorial_*.py")))
def test_scripts_of_tutorials_reproduce_the_published_numbers(script):
    """Except for numbers that a tutorial rounds in between, or does not seed."""
    differing = {
        what: abs(float(published) - float(reproduced))
        for what, published, reproduced in runpy.run_path(str(script))["reproduce"]()
        if published != reproduced
    }
    bounds = {"Alice, ∂L/∂w1": 1.1e-4, "Emily, random start": 0.03}
    bounds["Frank, random start"] = 0.03
    assert set(differing) <= set(bounds)
    assert all(error < bounds[what] for what, error in differing.items())


def test_benchmarks_run_without_peers_to_install(tmp_path):
    peers = ["scikit-learn", "NumPy loop"]
    if shutil.which("g++"):
        peers.append("C++ loop")
    path = tmp_path / "results.json"
    arguments = ["--quick", "--workloads", "W2", "--engines", "numpy", "--peers"]
    process = subprocess.run(
        [
            sys.executable,
            str(ROOT / "benchmarks" / "run.py"),
            *arguments,
            *peers,
            "--json",
            str(path),
        ],
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    [result] = json.loads(path.read_text())["results"]
    assert all(result["medians"][n] > 0 for n in ("numpy", *peers))
    assert {a["rival"] for a in result["agreements"]} == set(peers)
    assert all(a["agree"] for a in result["agreements"])
