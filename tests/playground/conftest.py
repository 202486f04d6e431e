"""A server of the playground and a headless Chromium, for the tests of its page."""

import subprocess
import sys
from importlib.util import find_spec
from urllib.parse import urlsplit

import pytest

PACKAGES = ("selenium", "anywidget", "starlette", "uvicorn", "websockets")
missing = [name for name in PACKAGES if find_spec(name) is None]
collect_ignore = []
if missing:
    collect_ignore += ["test_page.py", "test_page_access.py", "test_notebooks.py"]


@pytest.fixture(scope="session")
def downloads(tmp_path_factory):
    """The folder in which Chromium saves files."""
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="session")
def chromium(downloads):
    """A driver of a headless Chromium."""
    from browser import missing_programs, start_chromium

    programs = missing_programs()
    if programs:
        pytest.skip(
            f"{' and '.join(programs)} not found (Debian: apt-get install "
            "chromium chromium-driver)"
        )
    driver = start_chromium(downloads)
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def address(chromium):
    """The address of a server, with a tab that keeps it up between the tests."""
    command = [sys.executable, "-m", "sknn_simple.playground"]
    options = ["--port", "0", "--no-browser"]
    with subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, text=True
    ) as server:
        line = server.stdout.readline()
        (found,) = [word for word in line.split() if word.startswith("http")]
        chromium.get(found)
        yield found
        server.terminate()


@pytest.fixture
def page(chromium, address):
    """A page that has just been opened; it must cause no error and no foreign request.

    Reading the logs forgets what earlier tests left in them.
    """
    from browser import Page

    first = chromium.current_window_handle
    tab = Page(chromium, address)
    tab.errors()
    tab.requests()
    yield tab.open()
    for handle in chromium.window_handles:
        chromium.switch_to.window(handle)
        if handle != first:
            chromium.close()
    chromium.switch_to.window(first)
    assert tab.errors() == []
    own = urlsplit(address).netloc
    schemes = ("about", "blob", "data")
    assert [
        url
        for url in tab.requests()
        if urlsplit(url).netloc != own and urlsplit(url).scheme not in schemes
    ] == []
