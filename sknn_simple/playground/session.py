"""Session: the state of one page, and its answers to the page's messages.

A session knows nothing of how messages travel. Each message is answered with a list of
messages. While training plays, the page asks for each frame with "ready": it sets the
pace, and there is never more than one frame on its way.
"""

import base64
import copy
import math
import pickle
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from .. import __version__
from ..inspection.notation import neuron_names
from .controls import is_integer
from .datasets import DATASETS
from .explanation import explain, parameter_names
from .findings import findings
from .frame import View, describe_data, frame
from .lessons import Lesson, load_lessons
from .refusal import Refusal
from .script import script
from .settings import CONTROLS, OWN_DATA, Settings, describe_settings, parse_link
from .table import Table, from_points, read_csv
from .training import Training

Message = dict[str, Any]

OF_DATA = ("data", "task", "features", "loss")
"""Settings that suit no other data."""
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
        self.home = Settings()
        if table is not None:
            self.tables["csv"] = table
            self.home = self.home.changed({"data": "csv", "task": table.natural_task})
        self.lesson: Lesson | None = None
        self._begin(self.home, self.tables)

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
        except ValueError as error:  # of the library, written for its user
            return [Refusal("training", str(error)).message()]

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
        changes, missing = self._without_missing_data(changes)
        notices += [*missing, *self._apply_leniently(changes)]
        welcome = {
            "type": "welcome",
            "version": __version__,
            "options": describe_settings(),
            "datasets": [d.describe(name) for name, d in DATASETS.items()],
            "lessons": [lesson.describe() for lesson in self.lessons.values()],
        }
        return [welcome, *self._everything(), *notices]

    def _without_missing_data(self, changes):
        """Leave out settings that describe data which a link does not contain."""
        data = changes.get("data")
        if data not in tuple(OWN_DATA) or data in self.tables:
            return changes, []
        kept = {name: value for name, value in changes.items() if name not in OF_DATA}
        missing = {
            "csv": "The link does not contain its CSV file. Open the file, then follow "
            "the link again.",
            "points": "The link does not contain the points that were drawn.",
        }
        return kept, [{"type": "notice", "text": missing[data]}]

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
        if not is_integer(count) or not 1 <= count <= 10_000:
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
        self._begin(self.settings.changed(message.get("settings")), self.tables)
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
            return [self._state()]
        self.take_lesson(name)
        return self._everything()

    # State ------------------------------------------------------------------------

    def take_lesson(self, name):
        """Begin a lesson, or raise Refusal."""
        lesson = self.lessons.get(name) if isinstance(name, str) else None
        if lesson is None:
            raise Refusal(
                "lesson",
                f"There is no lesson {name!r:.60}. Lessons: {', '.join(self.lessons)}.",
            )
        own = {} if lesson.table is None else {"csv": lesson.table}
        self._begin(lesson.settings, self.tables | own)
        self.lesson = lesson

    def _set(self, changes):
        """Change settings; return whether training begins anew."""
        settings = self.settings.changed(changes)
        if self.settings.resets(settings) or not self.training.journal:
            self._begin(settings, self.tables)
            return True
        self.view = View(self.training, settings)
        self.training.change(settings)
        self.settings = settings
        self.picture = frame(self.training, self.view)
        return False

    def _begin(self, settings, tables):
        """Begin a new training; if its data are refused, nothing changes."""
        training = Training(settings, tables.get(settings.data))
        view = View(training, settings)
        try:
            picture = frame(training, view)
        except ValueError as error:
            raise Refusal("data", str(error)) from error
        self.view, self.picture = view, picture
        self.training, self.settings, self.tables = training, settings, dict(tables)
        self.unit, self.to_do, self.in_flight = "epoch", 0, False
        self.losses = {"epoch": [], "train": [], "test": []}
        self.divergence, self.next_diagnosis = None, 0.0

    def _advance(self):
        """Train until the next frame is due, and return it.

        If training diverges, the network stays as it was in the frame before.
        """
        kept, errors = self.training.copy(), []
        try:
            self._train()
            self.picture = self._picture_after_training()
        except ValueError as error:
            self.training, self.divergence, self.to_do = kept, str(error), 0
            errors = [Refusal("training", self.divergence).message()]
        frame_now = self._frame()
        self.in_flight = bool(self.to_do)
        if not self.to_do:
            self.unit = "epoch"
        is_due = not self.to_do or time.monotonic() > self.next_diagnosis
        return [frame_now, *errors, *([self._diagnosis()] if is_due else [])]

    def _train(self):
        """Train for the epochs of a frame, or for one minibatch."""
        training, end = self.training, time.monotonic() + MAX_SECONDS
        if self.unit == "minibatch":
            training.train_minibatch()
            self.to_do -= 1
            return
        for _ in range(self.settings.epochs_per_frame):
            training.train_epoch()
            self.to_do -= 1
            if not self.to_do or time.monotonic() > end:
                return

    def _picture_after_training(self):
        try:
            return frame(self.training, self.view)
        except ValueError as error:
            raise ValueError(
                "Training diverges: the predictions are too large to be shown. Lower "
                "the learning rate, or scale the inputs."
            ) from error

    def _everything(self):
        return [self._state(), self._frame(restart=True), self._diagnosis()]

    def _state(self):
        training, settings = self.training, self.settings
        n_features = len(training.samples.features)
        hidden, n_outputs = settings.hidden_layer_sizes, training.network.n_outputs_
        sizes = [n_features, *hidden, n_outputs]
        return {
            "type": "state",
            "settings": settings.to_dict(),
            "link": self._link(),
            "lesson": self.lesson and self.lesson.name,
            "data": describe_data(training, self.view),
            "layers": sizes,
            "neuron_names": [
                list(map(str, training.samples.features)),
                *neuron_names(hidden, n_outputs),
            ],
            "parameter_names": parameter_names(sizes),
            "playing": bool(self.to_do),
        }

    def _link(self):
        """Return what restores the settings, relative to the lesson if there is one."""
        if self.lesson is None:
            return self.settings.to_link(self.home)
        changes = self.settings.to_link(self.lesson.settings)
        lesson = urlencode({"lesson": self.lesson.name})
        return f"{lesson}&{changes}" if changes else lesson

    def _frame(self, restart=False):
        point = {
            "epoch": self.picture["epoch"],
            "train": self.picture["train_loss"],
            "test": self.picture["test_loss"],
        }
        is_new = point["epoch"] not in self.losses["epoch"][-1:]
        for key, values in self.losses.items():
            values += [point[key]] * is_new
            if len(values) > MAX_POINTS:
                del values[1::2]
        new = {key: [value] * is_new for key, value in point.items()}
        return self.picture | {
            "losses": copy.deepcopy(self.losses) if restart else new,
            "restart": restart,
            "playing": bool(self.to_do),
            "stop_reason": self.divergence and "diverged",
        }

    def _diagnosis(self):
        began = time.monotonic()
        message = findings(self.training, self.divergence)
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
