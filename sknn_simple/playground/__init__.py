"""A playground: a page that shows a small network while it learns.

`Playground` is a widget for notebooks, and `serve` shows the same page in the browser,
as ``python -m sknn_simple.playground`` does. All learning is done by the estimators.

It needs the extra `playground`: ``pip install "sknn-simple[playground]"``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .lessons import LessonSource
    from .widget import Playground

__all__ = ["Playground", "serve"]

EXTRA = ("anywidget", "starlette", "traitlets", "uvicorn", "websockets")


def serve(
    data: Any = None,
    target: str | None = None,
    *,
    lesson: str | None = None,
    lessons: LessonSource | None = None,
    port: int | None = None,
    open_browser: bool = True,
) -> None:
    """Show the playground in the browser, until its last page is closed.

    The server listens on 127.0.0.1 only, and ends a few seconds after its last page was
    closed, or on Ctrl-C. Every page has a network of its own.

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

    port : int, default=None
        Port of the server; 0 means any free one. None means 8765, or any free one if
        that is in use.

    open_browser : bool, default=True
        Whether to open the page in the browser.

    Raises
    ------
    ImportError
        If the extra `playground` is not installed.

    ValueError
        If the data, the lessons or the name of the lesson are invalid.

    OSError
        If a file cannot be read, or the port is in use.

    See Also
    --------
    Playground : The same page as a widget for notebooks.
    """
    try:
        from .server import run
    except ModuleNotFoundError as error:
        raise _without_extra(error) from error
    from .lessons import load_lessons
    from .table import own_table

    all_lessons = load_lessons(lessons)
    table = own_table(data, target, lesson)
    run(table, all_lessons, lesson, port, open_browser)


def _without_extra(error):
    """Return the ImportError for a missing package, or the error itself."""
    if (error.name or "").partition(".")[0] not in EXTRA:
        return error
    return ImportError(
        f"sknn_simple.playground needs {error.name}, which is not installed: pip "
        'install "sknn-simple[playground]".'
    )


def __getattr__(name):
    """Import the widget when it is first used, since it needs the extra."""
    if name != "Playground":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from .widget import Playground
    except ModuleNotFoundError as error:
        raise _without_extra(error) from error
    return Playground
