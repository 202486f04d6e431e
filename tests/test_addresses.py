"""Links: what is empty is left out, and no page links to a site that does not exist."""

import re
from pathlib import Path

import pytest
from support import source_files

from sknn_simple import SimpleMLPClassifier, _addresses

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
HOSTS = {
    *("keepachangelog.com", "semver.org", "scikit-learn.org"),
    "scientific-python.org",
    *("mutmut.readthedocs.io", "skops.readthedocs.io", "github.com"),
    *("lifelines.readthedocs.io", "scikit-survival.readthedocs.io"),
    *("www.geeksforgeeks.org", "www.kdnuggets.com", "victorzhou.com"),
    *("www.oreilly.com", "mattmazur.com", "neuralnetworksanddeeplearning.com"),
    "www.mathworks.com",
}
"""Sites that exist and are linked to."""


def test_empty_addresses_are_left_out(monkeypatch):
    monkeypatch.setattr(_addresses, "SITE", "")
    monkeypatch.setattr(_addresses, "REPOSITORY", "")
    assert _addresses.project_urls() == {}
    assert "href=" not in SimpleMLPClassifier()._repr_html_()
    page = _addresses.absolute_links(README)
    assert not re.findall(r"\]\((?!https?://)", page)
    assert "](https://victorzhou.com/)" in page
    assert "![" not in page


def test_addresses_appear_everywhere(monkeypatch):
    site, repository = "https://example.org/docs", "https://example.org/source"
    monkeypatch.setattr(_addresses, "SITE", site)
    monkeypatch.setattr(_addresses, "REPOSITORY", repository)
    urls = _addresses.project_urls()
    assert urls["Documentation"] == site
    assert urls["Source"] == repository
    page = _addresses.absolute_links(README)
    assert f"]({repository}/blob/main/docs/user_guide.md)" in page
    assert f"]({repository}/raw/main/examples/images/network.png)" in page
    assert not re.findall(r"\]\((?!https?://)", page)
    html = SimpleMLPClassifier()._repr_html_()
    assert f"{site}/reference/sknn_simple.SimpleMLPClassifier.html" in html


def test_another_class_of_a_user_has_no_page(monkeypatch):
    monkeypatch.setattr(_addresses, "SITE", "https://example.org/docs")

    class Mine(SimpleMLPClassifier):
        pass

    assert "example.org" not in Mine()._repr_html_()


FILES = [
    name
    for name in source_files()
    if Path(name).suffix in (".md", ".rst", ".txt", ".toml", ".yml", ".cff", ".py")
]


@pytest.mark.parametrize("name", [name for name in FILES if "test" not in name])
def test_no_link_to_a_site_that_does_not_exist(name):
    text = (ROOT / name).read_text()
    for host, rest in re.findall(r"https?://([\w.-]+)([^\s)>\"'`]*)", text):
        if host != "example.org":
            assert host in HOSTS, host
            assert not re.search(r"sknn.simple", rest), rest
