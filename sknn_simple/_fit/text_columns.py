"""Columns of texts, and advice on how to convert them to numbers."""

import re
from typing import Any, NamedTuple

from .values import is_missing, is_text


class TextColumn(NamedTuple):
    """The texts in a column of X."""

    name: Any  # or index
    texts: list[str]  # distinct texts that are not numbers
    is_mostly_numbers: bool
    is_alone: bool  # the only column of X

    @classmethod
    def of(cls, name, values, is_alone):
        distinct = {str(value): value for value in values if not is_missing(value)}
        texts = [text for text, value in distinct.items() if is_text(value)]
        return cls(name, texts, 2 * len(texts) <= len(distinct), is_alone)

    @property
    def holds_documents(self):
        """Whether most texts are sentences.

        They have more than four words. In the only column of X, which hardly holds
        names or categories, two are enough.
        """
        limit = 1 if self.is_alone else 4
        n_documents = sum(len(text.split()) > limit for text in self.texts)
        return n_documents > len(self.texts) / 2

    @property
    def first_text(self):
        """The first text, and the column."""
        return f"{self.texts[0][:60]!r} in column {self.name!r}"


def advice_on_texts(columns):
    """Return how to convert columns of texts."""
    commas, documents, numbers, categories = [], [], [], []
    for column in columns:
        if advice_on_comma(column.texts[0]):
            commas.append(column)
        elif column.holds_documents:
            documents.append(column)
        else:
            (numbers if column.is_mostly_numbers else categories).append(column)
    advice = []
    if commas:
        advice.append(advice_on_comma(commas[0].texts[0]))
    if numbers:
        advice.append(_advice_on_numbers(numbers))
    if documents:
        advice.append(
            "Put a TfidfVectorizer, which takes one column of texts, before the "
            "network in a Pipeline."
        )
    if categories:
        advice.append(
            "Encode categories as numbers, for instance with OneHotEncoder, and short "
            "texts with TfidfVectorizer, or drop columns such as names."
        )
    return " ".join(advice)


def _advice_on_numbers(columns):
    """Return how to convert columns of numbers with a few texts among them."""
    names = ", ".join(repr(column.name) for column in columns[:5])
    several = len(columns) > 1
    return (
        f"{'Columns' if several else 'Column'} {names} {'are' if several else 'is'} "
        f"mostly numbers: convert {'them' if several else 'it'} with "
        "pandas.to_numeric(..., errors='coerce'), then fill the gaps with "
        "SimpleImputer."
    )


def advice_on_comma(text):
    """Return advice on a number with a decimal comma, or "" for other texts."""
    if not re.fullmatch(r"\s*[-+]?[\d.]*,\d+\s*", text):
        return ""
    return (
        "Write decimals with a point, or read the file with "
        "pandas.read_csv(..., decimal=',')."
    )
