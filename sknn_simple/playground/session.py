"""Session: the state of one page, and its answers to the page's messages.

A session knows nothing of how messages travel. Each message is answered with a list of
messages. While training plays, the page asks for each frame with "ready": it sets the
pace, and there is never more than one frame on its way.
"""

import base64
import math
import pickle
import time
from collections.abc import Callable
from typing import Any

from .. import __version__
from .datasets import DATASETS
from .explanation import explain, neuron_names, parameter_names
from .findings import findings
from .frame import View, describe_data, frame
from .lessons import Lesson, load_lessons
from .refusal import Refusal
from .script import script
from .settings import CONTROLS, OWN_DATA, Settings, describe_settings, parse_link
from .table import Table, from_points, read_csv
from .training import Training

Message = dict[str, Any]

MAX_POINTS = 4000
"""Points of the loss curve, beyond which every second one is dropped."""
MAX_SECONDS = 0.1
"""Time after which a frame is sent, even before it has all of its epochs."""


class Session:
    """The state of one page: settings, data, the training and what is left to do."""

    def __init__(
        self, table: Table | None = None, lessons: dict[str, Lesson] | None = None
    ) -> None:
        self.lessons = load_lessons() if lessons is None else lessons
        self.tables: dict[str, Table] = {}
        self.lesson: Lesson | None = None
        self.start = Settings()  # the link holds what differs from it
        if table is not None:
            self.tables["csv"] = table
            self.start = self.start.changed({"data": "csv", "task": table.natural_task})
        self._begin(self.start, self.tables)

    # Messages ---------------------------------------------------------------------

    def handle(self, message: object) -> list[Message]:
        """Answer a message. Bad ones are answered with an error and change nothing."""
        kind = message.get("type") if isinstance(message, dict) else None
        handler = HANDLERS.get(kind) if isinstance(kind, str) else None
        if handler is None:
            refusal = Refusal(
                "message",
                f"A message must be an object whose type is one of "
                f"{', '.join(HANDLERS)}.",
            )
            return [refusal.message()]
        try:
            return handler(self, message)
        except Refusal as refusal:
            return [refusal.message()]

    def _hello(self, message):
        notices = []
        link, lesson = message.get("link"), message.get("lesson")
        changes = message.get("settings") or {}
        if not isinstance(changes, dict):
            raise Refusal("settings", "Settings must be an object of names and values.")
        if isinstance(link, str) and link:
            linked = parse_link(link)
            lesson = linked.pop("lesson", lesson)
            changes = linked | changes
        if lesson is not None:
            notices += self._attempt(lambda: self.take_lesson(lesson))
        notices += self._apply_leniently(changes)
        welcome = {
            "type": "welcome",
            "version": __version__,
            "options": describe_settings(),
            "datasets": [d.describe(name) for name, d in DATASETS.items()],
            "lessons": [lesson.describe() for lesson in self.lessons.values()],
        }
        return [welcome, *self._everything(), *notices]

    def _apply_leniently(self, changes):
        """Apply settings that may be out of date, one by one if need be."""
        if not changes:
            return []
        if not self._attempt(lambda: self._set(changes)):
            return []
        notices = []
        for name, value in changes.items():
            notices += self._attempt(lambda: self._set({name: value}))  # noqa: B023
        return notices

    def _attempt(self, action):
        """Return a notice if the action is refused."""
        try:
            action()
        except Refusal as refusal:
            return [{"type": "notice", "text": f"The link was not followed: {refusal}"}]
        return []

    def _play(self, message):
        self.to_do = math.inf
        return [] if self.in_flight else self._advance()

    def _pause(self, message):
        self.to_do, self.in_flight = 0, False
        return [self._state(), self._frame(), self._diagnosis()]

    def _ready(self, message):
        self.in_flight = False
        return self._advance() if self.to_do else []

    def _step(self, message):
        unit, count = message.get("unit", "epoch"), message.get("count", 1)
        if unit not in ("epoch", "minibatch"):
            raise Refusal("step", "The unit must be 'epoch' or 'minibatch'.")
        is_count = isinstance(count, int) and not isinstance(count, bool)
        if not is_count or not 1 <= count <= 10_000:
            raise Refusal("step", "The count must be an integer from 1 to 10,000.")
        self.unit, self.to_do = unit, count
        return [] if self.in_flight else self._advance()

    def _reset(self, message):
        self._begin(self.settings, self.tables)
        return self._everything()

    def _set_message(self, message):
        restart = self._set(message.get("settings"))
        return self._everything() if restart else [self._state(), self._frame()]

    def _csv(self, message):
        name, text = message.get("name"), message.get("text")
        target = message.get("target")
        if target is not None and not isinstance(target, str):
            raise Refusal("csv", "The target must be the name of a column.")
        if name is text is None and "csv" in self.tables and target is not None:
            table = self.tables["csv"].with_target(target)
        elif isinstance(name, str) and isinstance(text, str):
            table = read_csv(name[:200], text, target)
        else:
            raise Refusal("csv", "A table needs a name and a text.")
        return self._take_table("csv", table, table.natural_task)

    def _points(self, message):
        task = message.get("task", self.settings.task)
        CONTROLS["task"].check("points", task)
        ranges = message.get("x_range"), message.get("y_range")
        view = None if None in ranges else ranges
        table = from_points(message.get("points"), task, view)
        return self._take_table("points", table, task)

    def _take_table(self, data, table, task):
        settings = self.settings.changed({"data": data, "task": task, "features": None})
        self._begin(settings, self.tables | {data: table})
        return self._everything()

    def _explain(self, message):
        training = self.training
        return [explain(training, message.get("parameter"), message.get("sample"))]

    def _cure(self, message):
        cure = self.cures.get(str(message.get("id")))
        if cure is None:
            raise Refusal("cure", "There is no such finding any more.")
        self._begin(self.settings.changed(cure.changes), self.tables)
        return self._everything()

    def _script(self, message):
        return [{"type": "script", "text": script(self.training)}]

    def _save(self, message):
        kind = message.get("format")
        if kind == "pickle":
            data = pickle.dumps(self.training.model())
        elif kind == "skops":
            data = _skops(self.training.model())
        else:
            raise Refusal("save", "The format must be 'pickle' or 'skops'.")
        return [
            {
                "type": "file",
                "name": f"network.{kind}",
                "data": base64.b64encode(data).decode("ascii"),
                "mime": "application/octet-stream",
            }
        ]

    def _lesson_message(self, message):
        name = message.get("name")
        if name is None:
            self.lesson = None
            self.start = Settings()
            return [self._state()]
        self.take_lesson(name)
        return self._everything()

    # State ------------------------------------------------------------------------

    def take_lesson(self, name):
        lesson = self.lessons.get(name) if isinstance(name, str) else None
        if lesson is None:
            raise Refusal(
                "lesson",
                f"There is no lesson {name!r:.60}. Lessons: {', '.join(self.lessons)}.",
            )
        own = {} if lesson.table is None else {"csv": lesson.table}
        self._begin(lesson.settings, self.tables | own)
        self.lesson, self.start = lesson, lesson.settings

    def _set(self, changes):
        """Change settings; return whether training begins anew."""
        settings = self.settings.changed(changes)
        if self.settings.resets(settings) or not self.training.journal:
            self._begin(settings, self.tables)
            return True
        self.view = View(self.training, settings)
        self.training.change(settings)
        self.settings = settings
        return False

    def _begin(self, settings, tables):
        """Begin a new training; if its data are refused, nothing changes."""
        table = tables.get(settings.data)
        if settings.data in OWN_DATA and table is None:
            what = "Draw points" if settings.data == "points" else "Open a CSV file"
            raise Refusal("data", f"{what} first.")
        training = Training(settings, table)
        self.view = View(training, settings)
        self.training, self.settings, self.tables = training, settings, dict(tables)
        self.unit, self.to_do, self.in_flight = "epoch", 0, False
        self.losses = {"epoch": [], "train": [], "test": []}
        self.divergence, self.cures, self.next_diagnosis = None, {}, 0.0

    def _advance(self):
        """Train until the next frame is due, and return it."""
        training, end = self.training, time.monotonic() + MAX_SECONDS
        is_epoch = self.unit == "epoch"
        train = training.train_epoch if is_epoch else training.train_minibatch
        messages = []
        for _ in range(self.settings.epochs_per_frame if is_epoch else 1):
            try:
                train()
            except ValueError as error:
                self.divergence, self.to_do = str(error), 0
                refusal = Refusal("training", self.divergence)
                messages.append(refusal.message())
                break
            self.to_do -= 1
            if not self.to_do or time.monotonic() > end:
                break
        self.in_flight = bool(self.to_do)
        if not self.to_do:
            self.unit = "epoch"
        messages.insert(0, self._frame())
        if not self.to_do or time.monotonic() > self.next_diagnosis:
            messages.append(self._diagnosis())
        return messages

    def _everything(self):
        return [self._state(), self._frame(restart=True), self._diagnosis()]

    def _state(self):
        training, settings = self.training, self.settings
        n_features = len(training.samples.features)
        hidden, n_outputs = settings.hidden_layer_sizes, training.network.n_outputs_
        sizes = [n_features, *hidden, n_outputs]
        link = settings.to_link(self.start)
        if self.lesson is not None:
            link = "&".join(filter(None, [f"lesson={self.lesson.name}", link]))
        return {
            "type": "state",
            "settings": settings.to_dict(),
            "link": link,
            "lesson": self.lesson and self.lesson.name,
            "data": describe_data(training, self.view),
            "layers": sizes,
            "neuron_names": neuron_names(n_features, hidden, n_outputs),
            "parameter_names": parameter_names(sizes),
            "playing": bool(self.to_do),
        }

    def _frame(self, restart=False):
        message = frame(self.training, self.view)
        point = {key: message[f"{key}_loss"] for key in ("train", "test")}
        point["epoch"] = message["epoch"]
        losses = self.losses
        if not losses["epoch"] or losses["epoch"][-1] != point["epoch"]:
            for key, values in losses.items():
                values.append(point[key])
        if len(losses["epoch"]) > MAX_POINTS:
            for values in losses.values():
                del values[1::2]
        new = losses if restart else {key: [value] for key, value in point.items()}
        return message | {
            "losses": {key: list(values) for key, values in new.items()},
            "restart": restart,
            "playing": bool(self.to_do),
            "stop_reason": self.divergence and "diverged",
        }

    def _diagnosis(self):
        began = time.monotonic()
        message, self.cures = findings(self.training, self.divergence)
        ended = time.monotonic()
        self.next_diagnosis = ended + max(1.0, 20 * (ended - began))
        return message


def _skops(model):
    try:
        import skops.io
    except ImportError as error:
        raise Refusal(
            "save", "Files of skops need the package skops: pip install skops."
        ) from error
    return skops.io.dumps(model)


HANDLERS: dict[str, Callable[[Session, Message], list[Message]]] = {
    "hello": Session._hello,
    "play": Session._play,
    "pause": Session._pause,
    "ready": Session._ready,
    "step": Session._step,
    "reset": Session._reset,
    "set": Session._set_message,
    "csv": Session._csv,
    "points": Session._points,
    "explain": Session._explain,
    "cure": Session._cure,
    "script": Session._script,
    "save": Session._save,
    "lesson": Session._lesson_message,
}
"""The messages that a page may send."""
