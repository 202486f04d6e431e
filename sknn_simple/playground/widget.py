"""Playground: the page as a widget for notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget

from .lessons import LessonSource, load_lessons
from .session import Session
from .table import own_table

STATIC = Path(__file__).parent / "static"


class Playground(anywidget.AnyWidget):
    """A widget that shows a small network while it learns.

    It works in Jupyter, VS Code, Colab and marimo. `serve` shows the same page in the
    browser.

    Parameters
    ----------
    data : path or DataFrame, default=None
        Your own data: the path of a CSV file, or a data frame of pandas or polars. None
        begins with a built-in data set.

    target : str, default=None
        Column of `data` to predict. None means the last one.

    lesson : str, default=None
        Name of the lesson to begin with. It has its own data, so `data` must be None.

    lessons : path or list of dict, default=None
        Further lessons: the path of a JSON file, or the list that it holds. The user
        guide describes their fields.

    Raises
    ------
    ImportError
        If the extra `playground` is not installed.

    ValueError
        If the data, the lessons or the name of the lesson are invalid.

    See Also
    --------
    serve : The same page in the browser.
    """

    _esm = STATIC / "playground.js"
    _css = STATIC / "playground.css"

    def __init__(
        self,
        data: Any = None,
        target: str | None = None,
        *,
        lesson: str | None = None,
        lessons: LessonSource | None = None,
    ) -> None:
        session = Session(own_table(data, target, lesson), load_lessons(lessons))
        if lesson is not None:
            session.take_lesson(lesson)
        super().__init__()
        self._session = session
        self.on_msg(self._answer)

    @property
    def network(self) -> Any:
        """The network as it is now, in a Pipeline after its scaler if it has one."""
        return self._session.training.model()

    def _answer(self, widget, message, buffers):
        for reply in self._session.handle(message):
            self.send(reply)
