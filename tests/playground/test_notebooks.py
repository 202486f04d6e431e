"""The playground as a widget, in notebooks that a headless Chromium shows."""

import json
import subprocess
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from textwrap import indent
from urllib.request import urlopen

import pytest
from browser import PATIENCE, ActionChains, Keys, WebDriverException, WebDriverWait

pytestmark = pytest.mark.integrations

IMPORT = "from sknn_simple.playground import Playground\n"
MARIMO = "import marimo\n\napp = marimo.App()\n\n\n@app.cell\ndef _():\n"
USE = "playground = Playground(frame, target='kind')\nplayground"
FRAME = """\
import pandas as pd
frame = pd.DataFrame({"a": range(40), "b": [k % 5 for k in range(40)]})
frame["kind"] = ["low" if k < 20 else "high" for k in range(40)]
"""


@contextmanager
def serving(module, *options, port, cwd, ready="/"):
    """Run a notebook server on a port until the block ends."""
    command = [sys.executable, "-m", module, *options]
    with subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            wait(lambda: urlopen(f"http://127.0.0.1:{port}{ready}", timeout=5).status)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def wait(condition):
    missing = (WebDriverException, OSError, LookupError, ValueError)
    waiting = WebDriverWait(None, PATIENCE, 0.1, missing)
    return waiting.until(lambda nothing: condition())


@pytest.fixture
def tab(chromium):
    """A new tab of Chromium."""
    first = chromium.current_window_handle
    chromium.switch_to.new_window("tab")
    size = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    yield chromium
    chromium.close()
    chromium.switch_to.window(first)


class Widget:
    """The widget in a notebook, which may keep it in a shadow tree."""

    def __init__(self, driver):
        self.driver = driver
        self.root = wait(self._find)

    def _find(self):
        return self.driver.execute_script(
            """
            const search = (tree) => {
              const found = tree.querySelector(".sknn-playground .layout");
              if (found) return found;
              for (const element of tree.querySelectorAll("*")) {
                const inside = element.shadowRoot && search(element.shadowRoot);
                if (inside) return inside;
              }
              return null;
            };
            return search(document);
            """
        )

    def find(self, selector):
        return self.root.find_element("css selector", selector)

    def text(self, selector):
        return self.find(selector).get_property("textContent")

    def plays_and_explains(self):
        """Play until the network has learned, then click a weight."""
        self.driver.execute_script("arguments[0].scrollIntoView()", self.root)
        self.find("[aria-label=Play]").click()
        wait(lambda: float(self.text("[data-readout=train_score]")) >= 0.95)
        self.find("[aria-label=Pause]").click()
        wait(lambda: self.find("[aria-label=Play]"))
        assert int(self.text("[data-readout=epoch]")) > 1
        hit = self.find(".hit[data-name=w1]")
        self.driver.execute_script("arguments[0].focus()", hit)
        ActionChains(self.driver).send_keys(Keys.ENTER).perform()
        wait(lambda: self.find(".explanation .derivative").is_displayed())
        return float(
            self.find(".explanation .derivative").get_dom_attribute("data-value")
        )

    @property
    def background(self):
        color = self.driver.execute_script(
            "return getComputedStyle(arguments[0].parentElement).backgroundColor",
            self.root,
        )
        return sum(map(int, color.removeprefix("rgb(").rstrip(")").split(",")))


def write_notebook(path, *sources):
    """Write a notebook of code cells."""
    cells = [
        {
            "cell_type": "code",
            "id": f"cell{k}",
            "metadata": {},
            "source": source,
            "execution_count": None,
            "outputs": [],
        }
        for k, source in enumerate(sources)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel}
    notebook = {
        "cells": cells,
        "metadata": metadata,
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(notebook))


def run_cell(driver, k):
    """Run a cell of JupyterLab, which ignores the keys until it is ready."""

    def cell():
        return driver.find_elements("css selector", ".jp-CodeCell")[k]

    def run():
        prompt = cell().find_element("css selector", ".jp-InputPrompt").text
        if prompt not in ("", "[ ]:"):
            return True
        cell().find_element("css selector", ".cm-content").click()
        keys = ActionChains(driver)
        keys.key_down(Keys.SHIFT).send_keys(Keys.ENTER).key_up(Keys.SHIFT).pause(1)
        keys.perform()
        return False

    wait(run)


@pytest.mark.skipif(find_spec("jupyterlab") is None, reason="needs jupyterlab")
def test_jupyterlab(tab, tmp_path, unused_port):
    score = "playground.network.score(frame[['a', 'b']], frame['kind'])"
    write_notebook(tmp_path / "widget.ipynb", FRAME + IMPORT + USE, score)
    options = [
        f"--ServerApp.port={unused_port}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
        "--no-browser",
        "--allow-root",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    with serving(
        "jupyterlab", *options, port=unused_port, cwd=tmp_path, ready="/lab"
    ) as address:
        tab.get(f"{address}/lab/tree/widget.ipynb?reset")
        run_cell(tab, 0)
        widget = Widget(tab)
        widget.plays_and_explains()
        # A key inside the widget is no shortcut of JupyterLab, in which B adds a cell.
        epoch = float(widget.text("[data-readout=epoch]"))
        ActionChains(tab).send_keys("b").perform()
        wait(lambda: float(widget.text("[data-readout=epoch]")) > epoch)
        assert len(tab.find_elements("css selector", ".jp-CodeCell")) == 2
        light = widget.background
        tab.execute_script("document.body.dataset.jpThemeLight = 'false'")
        wait(lambda: widget.background < light)
        run_cell(tab, 1)
        cells = tab.find_elements("css selector", ".jp-CodeCell")
        printed = wait(lambda: cells[1].find_element("css selector", "pre").text)
        assert float(printed) >= 0.9
        tab.get("about:blank")


@pytest.mark.skipif(find_spec("marimo") is None, reason="needs marimo")
def test_marimo(tab, tmp_path, unused_port):
    cell = indent(FRAME + IMPORT + USE, "    ")
    (tmp_path / "app.py").write_text(MARIMO + cell + "\n    return\n")
    options = ["--headless", "--no-token", "--port", str(unused_port)]
    with serving(
        "marimo", "run", "app.py", *options, port=unused_port, cwd=tmp_path
    ) as address:
        tab.get(address)
        Widget(tab).plays_and_explains()
        tab.get("about:blank")


@pytest.fixture
def unused_port():
    """A port that is free now."""
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
