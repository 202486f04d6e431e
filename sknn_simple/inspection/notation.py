"""Notation: numbers and products as text, for plain text and HTML alike."""

import math

DIGITS = 4  # significant digits of a number
MAX_NAME = 30  # characters of an input's name in a formula


def printable(text):
    """Write control characters as escapes, which a terminal does not obey."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode() for c in text
    )


def listed(names):
    """Join names by commas, at most five of them."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(map(printable, names[:5])) + more


def numbered(prefix, n):
    """Return the names of n things, which are counted from 1."""
    return [f"{prefix}{i}" for i in range(1, n + 1)]


def output_names(prefix, n):
    """Return the names of n outputs, which have numbers if there are several."""
    return numbered(prefix, n) if n > 1 else [prefix]


def neuron_names(hidden_layer_sizes, n_outputs):
    """Return the names of the neurons of each layer after the inputs."""
    several = len(hidden_layer_sizes) > 1
    hidden = [
        numbered(f"h{i}." if several else "h", width)
        for i, width in enumerate(hidden_layer_sizes, start=1)
    ]
    return [*hidden, output_names("o", n_outputs)]


def symbol_of(name):
    """Write the name of an input in a formula, in quotes unless it is a single word."""
    name = printable(name)
    if len(name) > MAX_NAME:
        name = name[: MAX_NAME - 1] + "…"
    return name if name.isidentifier() else f'"{name}"'


def number(value):
    """Write a number with four significant digits."""
    value += 0.0  # no minus zero
    if 10**DIGITS <= abs(value) < 1e6:
        return f"{value:.0f}"
    return f"{value:.{DIGITS}g}"


def operand(value):
    """Write a number that follows an operator."""
    return f"({number(value)})" if value < 0 else number(value)


def is_exact(value, text=None):
    """Return whether a text, by default that of `number`, is not rounded."""
    return math.isclose(float(text or number(value)), value, rel_tol=1e-12)


def equals(exact):
    """Return the sign before numbers that are exact, or else rounded."""
    return "=" if exact else "≈"


def before_and_after(old, new):
    """Write a weight before and after a step, with enough decimals to see the step."""
    change, size = abs(new - old), max(abs(old), abs(new))
    if change == 0 or not 1e-3 <= size < 1e6:
        return number(old), number(new)
    # Two digits of the step, four of the weight.
    of_change, of_weight = (1 - math.floor(math.log10(x)) for x in (change, size))
    decimals = min(max(of_change, of_weight + DIGITS - 2, 0), 15)
    return f"{old:.{decimals}f}", f"{new:.{decimals}f}"


def names_of(chain):
    """Write a product by the names of its factors."""
    return " * ".join(factor.name for factor in chain)


def values_of(chain):
    """Return the values of the factors of a product."""
    return [factor.value for factor in chain]


def terms_by_value(products):
    """Write products of numbers as the terms of a sum.

    Negative numbers are in parentheses, except the one that begins the sum.
    """
    terms = [list(map(operand, factors)) for factors in products]
    if terms:
        terms[0][0] = number(products[0][0])
    return [" * ".join(factors) for factors in terms]


def sum_of(terms, max_shown):
    """Write a sum, with only the number of terms in the middle of a long one."""
    if len(terms) > max_shown:
        terms = [*terms[:2], f"... ({len(terms) - 3} more)", terms[-1]]
    return " + ".join(terms)
