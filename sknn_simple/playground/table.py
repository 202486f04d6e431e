"""Table: a user's own samples, from a CSV text, a data frame, or a drawing."""

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from .controls import is_number
from .refusal import Refusal

MAX_CHARACTERS = 5_000_000
MAX_ROWS = 10_000
MAX_FEATURES = 16
MAX_CLASSES = 8
LARGEST = 1e15
MISSING = {"", "na", "n/a", "nan", "nat", "null", "none", "<na>", "?"}

View = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of numbers and of text, one of which is the target."""

    name: str
    origin: str  # "csv", "frame" or "points"
    columns: Mapping[str, Sequence[Any]]
    target: str
    delimiter: str = ","
    view: View | None = None  # ranges of the axes, if they are given
    places: Sequence[str] = ()  # of the rows, if they may lack values
    X: np.ndarray = field(init=False)  # the columns of numbers, but for the target
    y: np.ndarray = field(init=False)  # of float64 or of text
    features: tuple[str, ...] = field(init=False)  # names of the columns of X
    note: str | None = field(init=False)  # which columns were left out

    def __post_init__(self):
        if self.target not in self.columns:
            raise self.refusal(
                f"no column is called {self.target!r:.60}. Columns: "
                f"{_listed(self.columns)}."
            )
        used, text = self._without_text()
        self._check_complete(used)
        features = {name: _numbers(values) for name, values in used.items()}
        y = features.pop(self.target)
        if y is None:
            y = np.array([str(value).strip() for value in self.columns[self.target]])
        self._check_features(features, text)
        X = np.column_stack(list(features.values()))
        for values in (X, y):
            if values.dtype.kind == "f" and not (np.abs(values) <= LARGEST).all():
                raise self.refusal(
                    f"numbers must lie between {-LARGEST:g} and {LARGEST:g}."
                )
        found = {"X": X, "y": y, "features": tuple(features), "note": self._note(text)}
        vars(self).update(found)  # a frozen dataclass cannot assign them

    def _without_text(self):
        """Return the columns of numbers and the target, and the names of the others."""
        used, text = {}, []
        for name, values in self.columns.items():
            if name != self.target and _numbers(_given(values)) is None:
                text.append(name)
            else:
                used[name] = values
        return used, text

    def _check_complete(self, columns):
        for name, values in columns.items():
            for place, value in zip(self.places, values, strict=False):
                if _is_missing(value):
                    raise self.refusal(
                        f"{place} has no value in column {name!r:.60}. Fill in missing "
                        "values, or delete their rows."
                    )

    def _note(self, text):
        """Say which columns were left out, and why."""
        commas = [name for name in text if _has_decimal_commas(self.columns[name])]
        text = [name for name in text if name not in commas]
        notes = []
        if commas:
            notes.append(
                "Left out, as their numbers have decimal commas: "
                f"{_listed(commas)}. Write decimal points."
            )
        if text:
            notes.append(f"Left out, as they hold text: {_listed(text)}.")
        return " ".join(notes) or None

    def _check_features(self, features, text):
        if not features:
            values = self.columns[text[0]]
            example = str(_given(values)[0])
            advice = (
                "Write numbers with a decimal point, not a comma."
                if _has_decimal_commas(values)
                else "Add a column of numbers: the network learns from nothing else."
            )
            raise self.refusal(
                f"no column but the target {self.target!r} holds numbers: {text[0]!r} "
                f"holds {example!r:.40}. {advice}"
            )
        if len(features) > MAX_FEATURES:
            raise self.refusal(
                f"there are {len(features)} columns of numbers besides the target, and "
                f"the playground takes up to {MAX_FEATURES}. Delete some."
            )

    @property
    def y_type(self):
        """The type of labels: int, if all are whole numbers, or str."""
        is_whole = self.y.dtype.kind == "f" and (self.y % 1 == 0).all()
        return int if is_whole else str

    @property
    def natural_task(self):
        """The task that the targets suggest: a few whole numbers are labels."""
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
            found = "only one value" if n_classes == 1 else f"{n_classes} values"
            raise self.refusal(
                f"the target {self.target!r} has {found}, and classification takes 2 "
                f"to {MAX_CLASSES} classes. Choose another target, or regression if it "
                "holds numbers."
            )
        return y

    def with_target(self, target):
        """Return the same table with another target."""
        origin = self.name, self.origin, self.columns
        return Table(*origin, target, self.delimiter, self.view, self.places)

    def refusal(self, text):
        """Return a Refusal that names the data."""
        about = "points" if self.origin == "points" else "csv"
        return Refusal(about, f"{self.name}: {text}")


def own_table(data: Any, target: str | None, lesson: str | None) -> Table | None:
    """Return the Table of the path of a CSV file, or of a data frame.

    Data are refused beside a lesson, which would hide them.
    """
    if data is None and target is None:
        return None
    if data is not None and lesson is not None:
        raise ValueError(
            f"lesson={lesson!r} begins with data of its own. Pass a lesson or data, "
            "not both."
        )
    if data is None:
        raise ValueError(
            f"target={target!r} is a column of data that were not given. Pass the path "
            "of a CSV file or a data frame."
        )
    if isinstance(data, str | PathLike):
        path = Path(data)
        return read_csv(path.name, read_text(path), target)
    if not hasattr(data, "columns"):
        raise TypeError(
            "data must be the path of a CSV file or a data frame, got "
            f"{type(data).__name__}."
        )
    return from_frame(data, target)


def read_text(path: Path) -> str:
    """Return the text of a file, or raise ValueError if it is not UTF-8."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not text in UTF-8. Save it as such.") from error


def read_csv(name: str, text: str, target: str | None = None) -> Table:
    """Read a table from CSV text, whose first row names the columns.

    The last column is the target, unless another one is named. Columns of text are left
    out.
    """

    def refuse(what):
        return Refusal("csv", f"{name}: {what}")

    if len(text) > MAX_CHARACTERS:
        raise refuse(
            f"the file has {len(text) / 1e6:.1f} MB, and the playground takes up to "
            f"{MAX_CHARACTERS / 1e6:.0f} MB. Take a sample of its rows."
        )
    header, delimiter, rows = _rows(text.removeprefix("\ufeff"), refuse)
    values = zip(*(row for _, row in rows), strict=True)
    columns = dict(zip(header, values, strict=True))
    places = [f"line {line}" for line, _ in rows]
    target = header[-1] if target is None else target
    return Table(name, "csv", columns, target, delimiter, places=places)


def from_frame(frame: Any, target: str | None = None) -> Table:
    """Take a table from a data frame of pandas or polars."""
    name = "The data frame"

    def refuse(what):
        return Refusal("csv", f"{name}: {what}")

    header = list(frame.columns)
    if not all(isinstance(column, str) for column in header):
        raise refuse(f"its columns must have names that are text, got {header!r:.60}.")
    _check_shape(header, len(frame), refuse)
    columns = {column: np.asarray(frame[column]) for column in header}
    for column, values in columns.items():
        if values.dtype.kind == "M":  # dates are not numbers
            columns[column] = values.astype(str)
    places = [f"row {k}" for k in range(len(frame))]
    target = header[-1] if target is None else target
    return Table(name, "frame", columns, target, places=places)


def from_points(points: Any, task: str, view: Any) -> Table:
    """Take a table from a drawing.

    The rows are x1, x2 and a label for classification, x and a number for regression.
    """
    names = ["x", "y"] if task == "regression" else ["x1", "x2", "class"]
    is_list = isinstance(points, list) and len(points) <= MAX_ROWS
    if not is_list or not all(_are_numbers(point, len(names)) for point in points):
        raise Refusal(
            "points",
            f"Points must be a list of up to {MAX_ROWS} rows of {', '.join(names)}, "
            f"all numbers from {-LARGEST:g} to {LARGEST:g}.",
        )
    if len(points) < 2:
        raise Refusal("points", "Draw at least two points.")
    if view is not None:
        if not all(_are_numbers(pair, 2) and pair[0] < pair[1] for pair in view):
            raise Refusal("points", "x_range and y_range must be two rising numbers.")
        view = tuple(tuple(map(float, pair)) for pair in view)
    columns = dict(zip(names, np.array(points, float).T, strict=True))
    return Table("Drawn points", "points", columns, names[-1], view=view)


def _are_numbers(values, n):
    is_list = isinstance(values, list | tuple) and len(values) == n
    return is_list and all(is_number(v) and abs(v) <= LARGEST for v in values)


def _rows(text, refuse):
    """Return the header, the delimiter, and the other rows with their line numbers."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise refuse(f"line {reader.line_num} is not CSV ({error}).") from None
    if not rows:
        raise refuse("the file is empty. Its first row must name the columns.")
    (_, header), *rows = rows
    header = [column.strip() for column in header]
    if all(_is_number(column) for column in header):
        raise refuse(
            "the first row must name the columns, got the numbers "
            f"{_listed(header)}. Add a row of names."
        )
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
            f"there is only one column, {_listed(header)}. At least one feature and "
            "the target are needed, separated by commas, semicolons or tabs."
        )
    if "" in header or len(set(header)) < len(header):
        raise refuse(f"each column needs a name of its own, got {_listed(header)}.")
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


def _is_missing(value):
    return str(value).strip().lower() in MISSING


def _given(values):
    """Return the values that are not missing."""
    return [value for value in values if not _is_missing(value)]


def _has_decimal_commas(values):
    """Return whether the values are numbers, some of which have a decimal comma."""
    texts = [str(value).strip() for value in _given(values)]
    are_numbers = all(re.fullmatch(r"[-+]?\d*,?\d+", text) for text in texts)
    return are_numbers and any("," in text for text in texts)


def _numbers(values):
    """Return the values as an array of float64, or None if any is not a number."""
    try:
        return np.array([float(value) for value in values])
    except (OverflowError, TypeError, ValueError):
        return None


def _is_number(text):
    try:
        return not math.isnan(float(text))
    except ValueError:
        return False


def _listed(names):
    names = [f"{name!r:.40}" for name in names]
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" * (len(names) > 10))
