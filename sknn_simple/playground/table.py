"""Table: a user's own samples, from a CSV text, a data frame, or a drawing."""

import csv
import io
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .refusal import Refusal

MAX_CHARACTERS = 5_000_000
MAX_ROWS = 10_000
MAX_FEATURES = 16
MAX_CLASSES = 8
LARGEST = 1e15
MISSING = {"", "na", "n/a", "nan", "null", "none", "?"}


@dataclass(frozen=True, eq=False)
class Table:
    """Samples and their targets."""

    name: str
    origin: str  # "csv", "frame" or "points"
    features: tuple[str, ...]
    target: str
    X: np.ndarray  # (n_samples, n_features), float64
    y: np.ndarray  # (n_samples,) of float64 or of text
    delimiter: str = ","
    note: str | None = None  # what was left out
    view: tuple[tuple[float, float], tuple[float, float]] | None = None  # x and y range

    @property
    def y_type(self):
        """The type that labels have: int, if all are whole, or str."""
        is_whole = self.y.dtype.kind == "f" and (self.y % 1 == 0).all()
        return int if is_whole else str

    @property
    def natural_task(self):
        """The task that the targets suggest: few whole numbers are labels."""
        if self.y.dtype.kind != "f":
            return "classification"
        few = len(np.unique(self.y)) <= MAX_CLASSES
        return "classification" if few and self.y_type is int else "regression"

    def targets(self, task):
        """Return y for a task, or raise Refusal."""
        if task == "regression":
            if self.y.dtype.kind != "f":
                raise self.refusal(
                    f"the target {self.target!r} is text, such as {str(self.y[0])!r}. "
                    "Choose classification, or another target."
                )
            return self.y
        y = self.y.astype(self.y_type)
        n_classes = len(np.unique(y))
        if not 2 <= n_classes <= MAX_CLASSES:
            raise self.refusal(
                f"the target {self.target!r} has {n_classes} different values, and "
                f"classification takes 2 to {MAX_CLASSES} classes. Choose another "
                "target, or regression if it holds numbers."
            )
        return y

    def refusal(self, text):
        """Return a Refusal that names the data."""
        about = "points" if self.origin == "points" else "csv"
        return Refusal(about, f"{self.name}: {text}")


def read_csv(name: str, text: str, target: str | None = None) -> Table:
    """Read a table from CSV text, whose first row names the columns.

    The last column is the target, unless another one is named. Columns that hold text
    are left out.
    """

    def refuse(what):
        return Refusal("csv", f"{name}: {what}")

    if len(text) > MAX_CHARACTERS:
        raise refuse(
            f"the file has {len(text) / 1e6:.1f} MB, and the playground takes up to "
            f"{MAX_CHARACTERS / 1e6:.0f} MB. Take a sample of its rows."
        )
    header, delimiter, rows = _rows(text.removeprefix("\ufeff"), refuse)
    if target is not None and target not in header:
        raise refuse(f"no column is called {target!r}. Columns: {_listed(header)}.")
    columns = dict(
        zip(header, zip(*(row for _, row in rows), strict=True), strict=True)
    )
    lines = [line for line, _ in rows]
    for column, values in columns.items():
        for line, value in zip(lines, values, strict=True):
            if value.strip().lower() in MISSING:
                raise refuse(
                    f"line {line} has no value in column {column!r}. Fill in missing "
                    "values, or delete their rows."
                )
    return _table(name, "csv", columns, target or header[-1], refuse, delimiter)


def from_frame(frame: Any, target: str | None = None) -> Table:
    """Take a table from a data frame of pandas or polars."""

    def refuse(what):
        return Refusal("csv", f"The data frame: {what}")

    header = [str(column) for column in frame.columns]
    if target is not None and target not in header:
        raise refuse(f"no column is called {target!r}. Columns: {_listed(header)}.")
    _check_shape(header, len(frame), refuse)
    columns = {}
    for column in header:
        values = np.asarray(frame[column])
        if values.dtype.kind in "bui":
            values = values.astype(float)
        if any(value is None or value != value for value in values.tolist()):
            raise refuse(
                f"column {column!r} has missing values. Fill them in, or drop their "
                "rows."
            )
        columns[column] = values
    return _table("data frame", "frame", columns, target or header[-1], refuse)


def from_points(points: Any, view: Any = None) -> Table:
    """Take a table from points drawn with the mouse: rows of x1, x2 and the target."""
    is_list = isinstance(points, list) and len(points) <= MAX_ROWS
    if not is_list or not all(map(_is_point, points)):
        raise Refusal(
            "points",
            f"Points must be a list of up to {MAX_ROWS} rows of x1, x2 and the target, "
            f"all numbers from {-LARGEST:g} to {LARGEST:g}.",
        )
    if len(points) < 2:
        raise Refusal("points", "Draw at least two points.")
    if view is not None and not (len(view) == 2 and all(map(_is_range, view))):
        raise Refusal("points", "x_range and y_range must be two rising numbers each.")
    table = np.array(points, float)
    X, y = np.ascontiguousarray(table[:, :2]), table[:, 2].copy()
    return Table("Drawn points", "points", ("x1", "x2"), "target", X, y, view=view)


def _is_point(point):
    return isinstance(point, list) and len(point) == 3 and all(map(_is_number, point))


def _is_range(pair):
    is_pair = isinstance(pair, list) and len(pair) == 2 and all(map(_is_number, pair))
    return is_pair and pair[0] < pair[1]


def _is_number(value):
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and abs(value) <= LARGEST


def _rows(text, refuse):
    """Return the header, the delimiter, and the other rows with their line numbers."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise refuse(f"line {reader.line_num} is not CSV ({error}).") from None
    if not rows:
        raise refuse("the file is empty. Its first row must name the columns.")
    (_, header), *rows = rows
    header = [column.strip() for column in header]
    if all(_number(column) is not None for column in header):
        raise refuse(
            "the first row must name the columns, got the numbers "
            f"{_listed(header)}. Add a row of names."
        )
    if "" in header or len(set(header)) < len(header):
        raise refuse(f"each column needs a name of its own, got {_listed(header)}.")
    _check_shape(header, len(rows), refuse)
    for line, row in rows:
        if len(row) != len(header):
            raise refuse(
                f"line {line} has {len(row)} values, and the header names "
                f"{len(header)} columns."
            )
    return header, delimiter, rows


def _check_shape(header, n_rows, refuse):
    if len(header) < 2:
        raise refuse(
            f"there is only one column, {header[0]!r}. At least one feature and the "
            "target are needed, separated by commas, semicolons or tabs."
        )
    if n_rows < 2:
        raise refuse(
            f"there {'is one row' if n_rows else 'are no rows'} of data below the "
            "header. At least two are needed."
        )
    if n_rows > MAX_ROWS:
        raise refuse(
            f"there are {n_rows:,} rows, and the playground takes up to {MAX_ROWS:,}. "
            "Take a sample of them."
        )


def _table(name, origin, columns, target, refuse, delimiter=","):
    """Make a Table of columns of numbers and text, without features that are text."""
    numbers = {column: _numbers(values) for column, values in columns.items()}
    y = numbers.pop(target)
    if y is None:
        y = np.array([str(value).strip() for value in columns[target]])
    features = {column: x for column, x in numbers.items() if x is not None}
    text = [column for column in numbers if column not in features]
    if not features:
        example = str(columns[text[0]][0])
        raise refuse(
            f"no column but the target {target!r} holds numbers: {text[0]!r} holds "
            f"{example!r:.40}. Numbers need a decimal point, not a comma."
        )
    if len(features) > MAX_FEATURES:
        raise refuse(
            f"there are {len(features)} columns of numbers besides the target, and the "
            f"playground takes up to {MAX_FEATURES}. Delete some."
        )
    X = np.column_stack(list(features.values()))
    for values in (X, y):
        if values.dtype.kind == "f" and not (np.abs(values) <= LARGEST).all():
            raise refuse(f"numbers must lie between {-LARGEST:g} and {LARGEST:g}.")
    note = f"Left out, as they hold text: {_listed(text)}." if text else None
    return Table(name, origin, tuple(features), target, X, y, delimiter, note)


def _numbers(values):
    """Return the values as an array of float64, or None if any is not a number."""
    try:
        return np.array([float(value) for value in values])
    except (TypeError, ValueError):
        return None


def _number(text):
    try:
        number = float(text)
    except ValueError:
        return None
    return None if math.isnan(number) else number


def _listed(names):
    names = [f"{name!r:.40}" for name in names]
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" * (len(names) > 10))
