"""The documentation site: it builds without a warning, and its links resolve.

The examples do not run in this build. `.ci/run` builds the site with their output.
"""

import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from sklearn.base import BaseEstimator
from support import source_files

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor, _addresses
from sknn_simple.model_selection import EpochSearchCV

ROOT = Path(__file__).parent.parent
ESTIMATORS = [
    SimpleMLPClassifier(),
    SimpleMLPRegressor(),
    EpochSearchCV(SimpleMLPClassifier(), {"max_iter": [1, 2]}),
]
TASKS = {
    "how to weigh classes": "class_weight=&quot;balanced&quot;",
    "what a divergence error means": "Training diverged in epoch",
    "how to resume a killed fit": "Checkpoint.resume",
    "how to move from MLPClassifier": "Change the import and the class name",
    "how to add an activation": "Add an activation",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site from a copy of its sources."""
    folder = tmp_path_factory.mktemp("site")
    parts = ("benchmarks", "docs", "examples", "sknn_simple")
    for name in source_files():
        if name.startswith(parts) or name.endswith(".md"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
    process = subprocess.run(
        [
            sys.executable,
            "-m",
            "sphinx",
            "-qWT",
            "--keep-going",
            "-D",
            "plot_gallery=0",
            "docs",
            "built",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    return folder / "built"


def pages(site):
    """The pages of the site, without the theme's templates."""
    return [p for p in site.rglob("*.html") if "_static" not in p.parts]


def links(page):
    """The addresses that a page links to or loads, without those of other sites."""
    text = page.read_text()
    sets = re.findall(r'srcset="([^"]*)"', text)
    sources = [source.split()[0] for each in sets for source in each.split(",")]
    for link in [*re.findall(r'(?:href|src)="([^"]*)"', text), *sources]:
        if not re.match(r"https?:|mailto:|data:|javascript:", link):
            yield urldefrag(unquote(unescape(link)))


def text_of(page):
    """The text of a page without its markup."""
    main = page.read_text().partition("<article")[2].partition("</article>")[0]
    return re.sub(r"<[^>]*>", "", main)


def test_links_and_images_resolve(site):
    ids = {}
    for page in pages(site):
        for path, anchor in links(page):
            file = path.partition("?")[0]  # without the hash of a style sheet
            target = (page.parent / file).resolve() if file else page.resolve()
            assert target.exists(), (page.name, path)
            if anchor and target.suffix == ".html":
                if target not in ids:
                    ids[target] = set(re.findall(r'id="([^"]*)"', target.read_text()))
                assert anchor in ids[target], (page.name, path, anchor)


def test_mistakes_lead_to_their_examples_in_the_same_order(site):
    links = r'href="(?:gallery/mistakes/)?(plot_\w+)\.html"'
    named = re.findall(links, (site / "mistakes.html").read_text())
    gallery = re.findall(links, (site / "gallery/mistakes/index.html").read_text())
    scripts = {path.stem for path in (ROOT / "examples/mistakes").glob("plot_*.py")}
    assert set(named) == scripts
    assert list(dict.fromkeys(gallery)) == list(dict.fromkeys(named))


def test_predict_is_a_method_of_the_estimators_in_texts(site):
    """Not the function of `sknn_simple.network` of the same name."""
    page = (site / "user_guide" / "when_something_goes_wrong.html").read_text()
    assert "network.predict" not in page
    assert "inspection.diagnose" in page


def test_pages_load_nothing_from_the_network(site):
    for page in pages(site):
        loads = r'<(?:script|img|link rel="stylesheet")[^>]*(?:src|href)="https?:[^"]*"'
        assert not re.findall(loads, page.read_text()), page.name


def test_data_have_descriptions_of_their_own(site):
    """Neither those of their types, nor pages of values."""
    overview = unescape(text_of(site / "api.html"))
    for name, doc in {
        "DONE": "whose epochs were all trained.",
        "INITS": "The distributions of initial coefs and intercepts: a dict",
        "LOSSES": "The losses that a network can be trained with: a dict",
        "WHY_NOT_COMPILED": "The error on importing the compiled engine",
    }.items():
        page = site / "reference" / f"sknn_simple.network.{name}.html"
        assert doc in overview
        assert doc in unescape(text_of(page))
        assert len(text_of(page)) < 1000


def test_reference_shows_names_as_a_reader_writes_them(site):
    signatures = [
        unescape(re.sub(r"<[^>]*>", "", signature))
        for page in (site / "reference").glob("*.html")
        for signature in re.findall(
            r'<dt class="sig.*?</dt>', page.read_text(), flags=re.DOTALL
        )
    ]
    assert any("X: ArrayLike" in signature for signature in signatures)
    assert any(" = np.float64" in signature for signature in signatures)
    for part in ("_SupportsArray", "collections.abc", "<class", "<function"):
        assert not [signature for signature in signatures if part in signature]


def test_reference_leaves_out_what_other_libraries_define(site):
    """Fields of named tuples, methods of tuples, and traits of widgets."""
    listed = {
        name: re.findall(
            rf'id="sknn_simple\.{name}\.(\w+)"',
            (site / "reference" / f"sknn_simple.{name}.html").read_text(),
        )
        for name in ("network.Block", "playground.Playground", "SimpleMLPClassifier")
    }
    assert listed["network.Block"] == ["last"]
    assert listed["playground.Playground"] == ["network"]
    assert {"fit", "predict", "get_params", "set_callbacks"} < set(
        listed["SimpleMLPClassifier"]
    )


@pytest.mark.parametrize("task", TASKS)
def test_a_fresh_reader_finds_in_two_clicks(site, task):
    found, seen = False, {site / "index.html"}
    for _ in range(2):
        linked = {
            (page.parent / path).resolve()
            for page in seen
            for path, _ in links(page)
            if path.endswith(".html")
        }
        seen |= {page for page in linked if "_modules" not in page.parts}
        found = found or any(
            unescape(TASKS[task]) in unescape(text_of(p)) for p in seen
        )
    assert found


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
def test_links_of_estimators_lead_to_their_pages(site, estimator, monkeypatch):
    assert isinstance(estimator, BaseEstimator)
    assert "href=" not in estimator._repr_html_()  # there is no site yet
    monkeypatch.setattr(_addresses, "SITE", site.as_uri())
    html = estimator._repr_html_()
    own = [
        link
        for link in re.findall(r'href="([^"]*)"', html)
        if link.startswith(site.as_uri())
    ]
    own_pages = {Path(urldefrag(link)[0].removeprefix("file://")) for link in own}
    assert any(
        page.name.endswith(f".{type(estimator).__name__}.html") for page in own_pages
    )
    assert all(page.exists() for page in own_pages)
    if not isinstance(estimator, EpochSearchCV):  # its parameters link there as well
        assert len(own) > len(estimator.get_params())


def test_imports_run_downward(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "docs" / "_extensions")
    import house_picture as house

    graph = house.imports()
    rows = house.floors(graph)  # raises an error if imports run in a circle
    assert "network" in rows[0]
    assert all(f">{part}" in house.draw(graph) for row in rows for part in row)
    with pytest.raises(ValueError, match="cycle"):
        house.floors({"a": {"b"}, "b": {"a"}})
