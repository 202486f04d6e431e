"""Scaled auto: values of alpha such as '3*auto', a factor times that of 'auto'."""

import math


def factor_of_auto(alpha):
    """Return the factor in 'auto' (1) or '3*auto' (3), or None for another value."""
    if not isinstance(alpha, str):
        return None
    number, star, name = alpha.rpartition("*")
    try:
        factor = float(number) if star else 1.0
    except ValueError:
        return None
    is_allowed = name.strip() == "auto" and 0 < factor < math.inf
    return factor if is_allowed else None


def stronger(factor):
    """Return the value of alpha for about three times the factor."""
    return _scaled_auto(3.2 * factor)  # from 0.3 to 1, and from 3 to 10


def weaker(factor):
    """Return the value of alpha for about a third of the factor."""
    return _scaled_auto(factor / 3)


def _scaled_auto(factor):
    """Return the value of alpha for a factor, rounded to one digit."""
    rounded = float(f"{factor:.1g}")
    return "auto" if rounded == 1 else f"{rounded:g}*auto"
