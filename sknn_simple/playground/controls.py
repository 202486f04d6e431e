"""Controls: the kinds of settings, which values they allow, and how a link holds them.

Values come from a page or a link, and may be anything that JSON can hold.
"""

import math
from dataclasses import dataclass, field
from typing import ClassVar

from .._fit.scaled_auto import factor_of_auto
from .refusal import Refusal


def is_number(value):
    """Return whether a value is a number, which true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_integer(value):
    """Return whether a value is an integer, which true and false are not."""
    return isinstance(value, int) and not isinstance(value, bool)


@dataclass(frozen=True, kw_only=True)
class Control:
    """A setting: its label and help, and whether a change begins training anew."""

    kind: ClassVar[str]
    label: str
    help: str
    group: str  # "data", "network" or "training"
    resets: bool = True

    def check(self, name, value):
        """Return the value in its canonical form, or raise Refusal."""
        if not self.allows(value):
            raise Refusal(
                name, f"{self.label} must be {self.allowed()}, got {_shown(value)}."
            )
        return self.canonical(value)

    def canonical(self, value):
        """Return an allowed value in its canonical form."""
        return value

    def describe(self):
        """Return what a page must know to show the control."""
        return {
            "kind": self.kind,
            "label": self.label,
            "help": self.help,
            "group": self.group,
            "resets": self.resets,
        }


@dataclass(frozen=True, kw_only=True)
class Choice(Control):
    """One of several names, some of which may suit one task only."""

    kind = "choice"
    choices: dict[str, str]  # labels by names
    by_task: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def allows(self, value):
        return isinstance(value, str) and value in self.choices

    def allowed(self):
        return f"one of {', '.join(self.choices)}"

    def parse(self, text):
        return text

    def text(self, value):
        return value

    def describe(self):
        choices = [list(item) for item in self.choices.items()]
        by_task = {"by_task": self.by_task} if self.by_task else {}
        return super().describe() | {"choices": choices} | by_task


@dataclass(frozen=True, kw_only=True)
class Number(Control):
    """A number in a closed interval, or a word such as 'auto'."""

    kind = "number"
    low: float
    high: float
    words: tuple[str, ...] = ()

    def allows(self, value):
        if isinstance(value, str):
            return value in self.words
        return self._is_kind(value) and self.low <= value <= self.high

    def _is_kind(self, value):
        return is_number(value)

    def allowed(self):
        what = f"a number from {self.low:g} to {self.high:g}"
        return " or ".join([what, *map(repr, self.words)])

    def canonical(self, value):
        return value if isinstance(value, str) else float(value)

    def parse(self, text):
        try:
            return float(text)
        except ValueError:
            return text

    def text(self, value):
        return value if isinstance(value, str) else repr(value).removesuffix(".0")

    def describe(self):
        limits = {"min": self.low, "max": self.high, "words": self.words}
        return super().describe() | limits


@dataclass(frozen=True, kw_only=True)
class Integer(Number):
    """An integer in a closed interval, or a word."""

    kind = "integer"

    def _is_kind(self, value):
        return is_integer(value) or (isinstance(value, float) and value.is_integer())

    def allowed(self):
        what = f"an integer from {self.low:d} to {self.high:d}"
        return " or ".join([what, *map(repr, self.words)])

    def canonical(self, value):
        return value if isinstance(value, str) else int(value)


@dataclass(frozen=True, kw_only=True)
class Penalty(Number):
    """A number, or a multiple of 'auto' such as '3*auto'; `words` lists common ones."""

    def allows(self, value):
        return factor_of_auto(value) is not None or super().allows(value)


@dataclass(frozen=True, kw_only=True)
class Switch(Control):
    """On or off."""

    kind = "boolean"

    def allows(self, value):
        return isinstance(value, bool)

    def allowed(self):
        return "true or false"

    def parse(self, text):
        return {"true": True, "false": False}.get(text, text)

    def text(self, value):
        return "true" if value else "false"


@dataclass(frozen=True, kw_only=True)
class Layers(Control):
    """The number of units of each hidden layer."""

    kind = "layers"
    max_layers: int
    max_units: int

    def allows(self, value):
        is_list = isinstance(value, list | tuple) and len(value) <= self.max_layers
        return is_list and all(map(self._is_size, value))

    def _is_size(self, size):
        return is_integer(size) and 1 <= size <= self.max_units

    def allowed(self):
        return (
            f"a list of up to {self.max_layers} integers from 1 to {self.max_units}, "
            "one per hidden layer"
        )

    def canonical(self, value):
        return tuple(value)

    def parse(self, text):
        try:
            return [int(part) for part in text.split(",") if part]
        except ValueError:
            return text

    def text(self, value):
        return ",".join(map(str, value))

    def describe(self):
        limits = {"max_layers": self.max_layers, "max_units": self.max_units}
        return super().describe() | limits


@dataclass(frozen=True, kw_only=True)
class Axes(Control):
    """The two features to show of data that have more, or None for the first two."""

    kind = "features"

    def allows(self, value):
        if value is None:
            return True
        is_pair = isinstance(value, list | tuple) and len(value) == 2
        return is_pair and all(isinstance(name, str) for name in value)

    def allowed(self):
        return "two names of features, or null for the first two"

    def canonical(self, value):
        return None if value is None else tuple(value)

    def parse(self, text):
        return text.split(",")

    def text(self, value):
        return ",".join(value)


def _shown(value):
    """Show a value of any size and type in a few characters."""
    if isinstance(value, int) and abs(value) > 10**20:  # repr may refuse it
        return "a larger number"
    if isinstance(value, float) and math.isnan(value):
        return "no number"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
