"""Lessons: guided scenarios, each a preset with two sentences and a question."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any

from .frame import View
from .refusal import Refusal
from .settings import OWN_DATA, Settings
from .table import Table, read_csv, read_text
from .training import Training

FIELDS = {"name", "title", "text", "question", "settings", "csv", "target"}


@dataclass(frozen=True)
class Lesson:
    """A scenario: what to read, what to answer, and the settings to begin with."""

    name: str
    title: str
    text: tuple[str, ...]
    question: str
    settings: Settings
    table: Table | None = None

    def describe(self):
        """Return what the page shows."""
        return {
            "name": self.name,
            "title": self.title,
            "text": list(self.text),
            "question": self.question,
            "settings": self.settings.to_dict(),
        }


LessonSource = str | PathLike[str] | Iterable[dict[str, Any]]


def load_lessons(source: LessonSource | None = None) -> dict[str, Lesson]:
    """Return the built-in lessons and one's own, by name.

    `source` is the path of a JSON file with a list of lessons, or the list itself. A
    lesson with the name of a built-in one replaces it. A lesson that cannot begin
    raises ValueError.
    """
    text = files(__package__).joinpath("lessons.json").read_text("utf-8")
    lessons = {given["name"]: _lesson(given) for given in json.loads(text)}
    own: dict[str, Lesson] = {}
    for given in [] if source is None else _objects(source):
        lesson = _lesson(given)
        if lesson.name in own:
            raise ValueError(
                f"Two lessons are called {lesson.name!r}. Give each a name of its own."
            )
        _check_beginning(lesson)
        own[lesson.name] = lesson
    return lessons | own


def _objects(source):
    """Return the list of a JSON file, or the given one, whose items must be dicts."""
    given = source
    if isinstance(source, str | PathLike):
        text = read_text(Path(source))
        try:
            given = json.loads(text)
        except ValueError as error:
            raise ValueError(f"lessons: {source} is not JSON ({error}).") from error
    got = type(given).__name__
    if isinstance(given, Iterable) and not isinstance(given, str | dict):
        given = list(given)
        others = [item for item in given if not isinstance(item, dict)]
        if not others:
            return given
        got = f"a list with {others[0]!r:.60}"
    raise ValueError(
        "lessons must be a list of objects, each with the fields name, title, text "
        f"and question, got {got}."
    )


def _check_beginning(lesson):
    """Raise ValueError if a page could not begin the lesson."""
    try:
        View(Training(lesson.settings, lesson.table), lesson.settings)
    except Refusal as refusal:
        raise _by_name(lesson.name, refusal) from refusal


def _by_name(name, refusal):
    return ValueError(f"Lesson {name!r}, {refusal.about}: {refusal}")


def _lesson(given):
    """Return the Lesson of a dict, or raise ValueError by its name."""
    name = given.get("name")
    where = f"Lesson {name!r}"
    unknown = given.keys() - FIELDS
    if unknown:
        raise ValueError(
            f"{where} has unknown fields {sorted(map(str, unknown))}. Allowed: "
            f"{', '.join(sorted(FIELDS))}."
        )
    for field in ("name", "title", "question"):
        if not isinstance(given.get(field), str) or not given[field]:
            raise ValueError(f"{where} needs a {field}, a text that is not empty.")
    text = given.get("text")
    if not isinstance(text, list) or not all(isinstance(line, str) for line in text):
        raise ValueError(f"{where} needs a text, a list of sentences.")
    try:
        table = _table(given)
        settings = _settings(given.get("settings", {}), table)
    except Refusal as refusal:
        raise _by_name(name, refusal) from refusal
    return Lesson(name, given["title"], tuple(text), given["question"], settings, table)


def _table(given):
    """Return the table of a lesson that has one of its own, or None."""
    text, target = given.get("csv"), given.get("target")
    if target is not None and not isinstance(target, str):
        raise Refusal("target", "target must be the name of a column.")
    if text is None:
        if target is not None:
            raise Refusal(
                "target",
                f"{target!r:.60} is a column of a table, but the lesson has no csv. "
                "Add the text of the table, or delete the target.",
            )
        return None
    if not isinstance(text, str) or len(text.splitlines()) < 2:
        raise Refusal(
            "csv",
            "csv must be the text of a table, with a line of names and a line per "
            f"sample, got {text!r:.60}. A lesson cannot read a file.",
        )
    return read_csv(given["title"], text, target)


def _settings(changes, table):
    """Return the settings of a lesson; its own table determines the data."""
    start = Settings()
    if table is not None:
        start = start.changed({"data": "csv", "task": table.natural_task})
    settings = start.changed(changes)
    if table is None and settings.data in OWN_DATA:
        raise Refusal(
            "data",
            f"{settings.data!r} is not a built-in data set. Choose one, or give the "
            "lesson a table as csv.",
        )
    if table is not None and settings.data != "csv":
        raise Refusal(
            "data",
            f"The lesson has a csv, so data must be 'csv', got {settings.data!r}. "
            "Delete one of the two.",
        )
    return settings
