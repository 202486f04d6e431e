"""Lessons: guided scenarios, each a preset with two sentences and a question."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any

from .refusal import Refusal
from .settings import Settings
from .table import Table, read_csv

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
    lesson with the name of a built-in one replaces it.
    """
    text = files(__package__).joinpath("lessons.json").read_text("utf-8")
    given = json.loads(text)
    if isinstance(source, str | PathLike):
        try:
            own = json.loads(Path(source).read_text("utf-8"))
        except ValueError as error:
            raise ValueError(f"lessons: {source} is not JSON ({error}).") from error
    else:
        own = source or []
    if isinstance(own, dict) or not all(isinstance(lesson, dict) for lesson in own):
        raise ValueError(
            "lessons must be a list of objects, each with the fields name, title, text "
            f"and question, got {type(own).__name__}."
        )
    lessons = [_lesson(lesson) for lesson in [*given, *own]]
    return {lesson.name: lesson for lesson in lessons}


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
    table, changes = None, given.get("settings", {})
    try:
        if "csv" in given:
            if not isinstance(given["csv"], str):
                raise Refusal("csv", "csv must be the text of a table.")
            table = read_csv(given["title"], given["csv"], given.get("target"))
            own = {"data": "csv", "task": table.natural_task}
            changes = own | changes if isinstance(changes, dict) else changes
        settings = Settings().changed(changes)
    except Refusal as refusal:
        raise ValueError(f"{where}, {refusal.about}: {refusal}") from refusal
    return Lesson(name, given["title"], tuple(text), given["question"], settings, table)
