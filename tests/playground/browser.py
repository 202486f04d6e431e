"""A page of the playground in a headless Chromium, as its user sees and uses it."""

import json
import shutil
from contextlib import contextmanager

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

PATIENCE = 120
"""Seconds after which a page that shows nothing fails its test."""

NOTHING = "\N{EN DASH}"
"""What a readout shows where there is no number."""

# Keeps the last message of each type that the page has received.
RECORD = """
window.received = {};
const Socket = window.WebSocket;
window.WebSocket = class extends Socket {
  constructor(...options) {
    super(...options);
    this.addEventListener("message", ({ data }) => {
      const message = JSON.parse(data);
      window.received[message.type] = message;
    });
  }
};
"""


def plain(text):
    """Return the number in a text as Python writes it."""
    return text.replace("\N{MINUS SIGN}", "-").replace(",", "")


def missing_programs():
    """Return which of the programs that the tests need are not installed."""
    programs = {"chromium": chromium(), "chromedriver": shutil.which("chromedriver")}
    return [name for name, path in programs.items() if path is None]


def chromium():
    """Return the path of Chromium or Chrome, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def start_chromium(downloads):
    """Return a driver of a new headless Chromium."""
    options = webdriver.ChromeOptions()
    options.binary_location = chromium()
    for argument in (
        "--headless=new",
        "--no-sandbox",  # which root cannot have
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
    ):
        options.add_argument(argument)
    folder = {"download.default_directory": str(downloads)}
    options.add_experimental_option("prefs", folder)
    options.set_capability(
        "goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"}
    )
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    return webdriver.Chrome(options, service)


class Page:
    """A tab with the playground."""

    def __init__(self, driver, address):
        self.driver, self.address = driver, address
        driver.switch_to.new_window("tab")
        self.handle = driver.current_window_handle
        driver.execute_cdp_cmd(
            "Page.addScriptToEvaluateOnNewDocument", {"source": RECORD}
        )
        self.resize(1280, 900)

    def resize(self, width, height, mobile=False):
        """Give the page the size of another screen."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1}
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", size | {"mobile": mobile}
        )

    def prefer(self, **features):
        """Set the user's preferences, such as prefers_color_scheme="dark"."""
        features = [
            {"name": name.replace("_", "-"), "value": value}
            for name, value in features.items()
        ]
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": features}
        )

    def open(self, link=""):
        """Open the page anew, with the settings of a link."""
        self.driver.get("about:blank")
        self.driver.get(f"{self.address}#{link}" if link else self.address)
        self.wait_for_frame()
        return self

    def reload(self):
        self.driver.refresh()
        self.wait_for_frame()

    def wait_for_frame(self):
        self.wait(lambda: self.readout("epoch") not in ("", NOTHING))

    def wait(self, condition):
        """Wait until a condition holds, and return its value.

        It may fail because an element or a message is not there yet.
        """
        missing = (WebDriverException, TypeError, StopIteration)
        waiting = WebDriverWait(self.driver, PATIENCE, 0.05, missing)
        return waiting.until(lambda driver: condition())

    # What is on the page

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def text(self, selector):
        return self.find(selector).text

    def readout(self, name):
        return self.run(
            "return document.querySelector(arguments[0])?.textContent ?? ''",
            f"[data-readout={name}]",
        )

    def number(self, name):
        """Return the number of a readout."""
        text = plain(self.readout(name))
        return float("nan") if text in ("", NOTHING) else float(text)

    def received(self, kind):
        """Return the last message of a type that the page has received."""
        return json.loads(
            self.run(
                "return JSON.stringify(window.received[arguments[0]] ?? null)", kind
            )
        )

    @property
    def settings(self):
        return self.received("state")["settings"]

    def button(self, text):
        return self.driver.find_element(
            By.XPATH, f"//button[normalize-space()='{text}']"
        )

    def labelled(self, label):
        """Return the button with this accessible name."""
        return self.find(f"button[aria-label='{label}']")

    # What the user does

    def click(self, element):
        """Click an element as a user who scrolls it into view."""
        self.run("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def play(self):
        self.click(self.labelled("Play"))

    def pause(self):
        self.click(self.labelled("Pause"))
        self.wait(lambda: not self.received("frame")["playing"])

    def play_until(self, condition):
        """Play until a condition holds, then pause."""
        self.play()
        self.wait(condition)
        self.pause()

    def step(self, unit="One epoch"):
        """Take a step, and wait until the page shows it."""
        before = self.readout("epoch")
        self.click(self.labelled(unit))
        self.wait(lambda: self.readout("epoch") != before)

    def choose(self, setting, text):
        """Choose an option of a select, and wait for Python's answer."""
        with self.change():
            Select(self.find(f"select[data-setting={setting}]")).select_by_visible_text(
                text
            )

    def choose_data(self, name):
        with self.change():
            self.click(self.find(f".tile input[value={name}]"))

    @contextmanager
    def change(self):
        """Wait for the state that Python sends after what is done inside."""
        self.run("delete window.received.state; delete window.received.error")
        yield
        self.wait(lambda: self.received("state") or self.received("error"))

    def open_file(self, path):
        """Choose a file as one's own data."""
        self.find("input[type=file]").send_keys(str(path))

    def message(self):
        """Return the message that is shown, or None."""
        shown = [m for m in self.find_all(".message") if m.is_displayed()]
        return shown[0].text if shown else None

    def explain(self, name):
        """Explain a weight or a bias of the drawn network by the keyboard."""
        hit = self.find(f".hit[data-name={name}]")
        self.run("arguments[0].focus()", hit)
        self.press(Keys.ENTER)
        self.wait(lambda: self.received("explanation")["parameter"] == name)
        self.wait(lambda: self.find(".explanation").is_displayed())

    def click_surface(self, x, y):
        """Click the drawing area at shares of its width and height, from below."""
        canvas = self.find("canvas.surface")
        width, height = canvas.size["width"], canvas.size["height"]
        actions = ActionChains(self.driver)
        actions.move_to_element_with_offset(
            canvas, (x - 0.5) * width, (0.5 - y) * height
        )
        actions.click().perform()

    def press(self, *keys):
        """Press keys, whatever has the focus."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def press_tab_until(self, selector, limit=80):
        """Press Tab until an element that matches has the focus."""
        for _ in range(limit):
            self.press(Keys.TAB)
            if self.run(
                "return document.activeElement.matches(arguments[0])", selector
            ):
                return
        raise AssertionError(f"Tab does not lead to {selector}.")

    def script(self):
        """Return the text of "Copy as Python"."""
        self.click(self.button("Copy as Python"))
        text = self.wait(lambda: self.find("dialog pre").get_property("textContent"))
        self.click(self.find("dialog button[aria-label=Close]"))
        return text

    # What went on behind the page

    def errors(self):
        """Return the errors and warnings of the browser's console."""
        return [
            entry["message"]
            for entry in self.driver.get_log("browser")
            if entry["level"] in ("SEVERE", "WARNING")
        ]

    def requests(self):
        """Return the addresses of all requests since the last call."""
        events = [
            json.loads(entry["message"])["message"]
            for entry in self.driver.get_log("performance")
        ]
        return [
            event["params"].get("url") or event["params"]["request"]["url"]
            for event in events
            if event["method"]
            in ("Network.requestWillBeSent", "Network.webSocketCreated")
        ]
