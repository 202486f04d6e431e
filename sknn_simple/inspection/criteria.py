"""Criteria: the table of all kinds of findings in the docstring of `diagnose`."""

from collections.abc import Callable, Iterable
from inspect import cleandoc
from textwrap import wrap
from typing import TypeVar

Function = TypeVar("Function", bound=Callable)

WIDTHS = 25, 55
"""Widths of the two columns."""


def listing_criteria_of(
    symptoms: Iterable[Callable],
) -> Callable[[Function], Function]:
    """Return a decorator that puts the table in the place of "{criteria}".

    The docstring of a symptom is its criterion.
    """

    def decorate(function):
        if function.__doc__:  # python -OO removes all docstrings
            text = cleandoc(function.__doc__)
            function.__doc__ = text.replace("{criteria}", _table(symptoms))
        return function

    return decorate


def _table(symptoms):
    """Return a table in reStructuredText, with the name and criterion of each."""
    rule = " ".join("=" * width for width in WIDTHS)
    rows = [rule, _row("kind", "criterion"), rule]
    for symptom in symptoms:
        criterion = cleandoc(symptom.__doc__)
        first, *others = wrap(criterion, WIDTHS[1], break_on_hyphens=False)
        rows += [_row(symptom.__name__, first), *(_row("", line) for line in others)]
    return "\n".join([*rows, rule])


def _row(*cells):
    return " ".join(map(str.ljust, cells, WIDTHS)).rstrip()
