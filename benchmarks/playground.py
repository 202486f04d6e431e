"""Frames per second and memory of the playground, in a headless Chromium.

    python benchmarks/playground.py

It needs the extra `test`, `chromium` and `chromedriver`. The default view has 300
samples and two hidden layers of 8. First, the page plays for some seconds and draws a
frame per epoch, so that counting epochs counts frames. Then the memory of the page and
of the server is read after 1000 epochs, and again after 10,000 more.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from subprocess import PIPE, Popen

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests" / "playground"))

from browser import Page, start_chromium  # noqa: E402


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=5, help="of a measurement")
    parser.add_argument("--repeat", type=int, default=5, help="measurements of speed")
    options = parser.parse_args()
    command = [sys.executable, "-m", "sknn_simple.playground", "--no-browser"]
    with (
        tempfile.TemporaryDirectory() as downloads,
        Popen([*command, "--port", "0"], stdout=PIPE, text=True) as server,
    ):
        words = server.stdout.readline().split()
        address = next(word for word in words if word.startswith("http"))
        driver = start_chromium(downloads)
        try:
            page = Page(driver, address).open()
            rates = [measure_rate(page, options.seconds) for _ in range(options.repeat)]
            print(
                f"{np.median(rates):.0f} frames a second ({_listed(rates)}), load "
                f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
            )
            page.choose("epochs_per_frame", "10\N{MULTIPLICATION SIGN}")
            for more in (1000, 10_000):
                train(page, more)
                print(
                    f"after {page.number('epoch'):6.0f} epochs: page "
                    f"{page_memory(driver):.1f} MB, server {memory(server.pid):.1f} MB"
                )
        finally:
            driver.quit()
            server.terminate()


def measure_rate(page, seconds):
    """Return the frames per second while the page plays."""
    page.play()
    start, begin = page.number("epoch"), time.perf_counter()
    time.sleep(seconds)
    end, epoch = time.perf_counter(), page.number("epoch")
    page.pause()
    return (epoch - start) / (end - begin)


def train(page, epochs):
    """Play for a number of epochs or a few more."""
    target = page.number("epoch") + epochs
    page.play()
    while page.number("epoch") < target:
        time.sleep(0.2)
    page.pause()


def page_memory(driver):
    """Return the size of the page's live JavaScript objects in MB."""
    driver.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
    driver.execute_cdp_cmd("Performance.enable", {})
    metrics = driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return next(m["value"] for m in metrics if m["name"] == "JSHeapUsedSize") / 1e6


def memory(pid):
    """Return the resident memory of a process in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _listed(numbers):
    return ", ".join(f"{number:.0f}" for number in numbers)


if __name__ == "__main__":
    main()
