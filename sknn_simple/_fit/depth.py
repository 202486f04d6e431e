"""Depth: so many hidden layers that gradients vanish, and the network is a constant."""

from ..network import ACTIVATIONS

MOST_SIGMOIDS, MOST_LAYERS = 2, 10
"""Numbers of hidden layers, of sigmoids and in all, up to which most networks learn."""


def gradients_may_vanish(functions):
    """Return whether several layers are sigmoids, which may hide any signal.

    `functions` are the Activations of the hidden layers.
    """
    return _n_sigmoids(functions) > 1


def changes_of_depth(functions):
    """Return changes against too many hidden layers, each a text; mostly none."""
    n_sigmoids = _n_sigmoids(functions)
    if n_sigmoids <= MOST_SIGMOIDS and len(functions) <= MOST_LAYERS:
        return []
    changes = ["activation='tanh'"] if n_sigmoids else []
    return [*changes, f"at most {MOST_SIGMOIDS} hidden layers"]


def advice_on_depth(functions):
    """Return the advice for a network that is a constant, or None."""
    changes = changes_of_depth(functions)
    if not changes:
        return None
    return (
        f"use {', or '.join(changes)}: through {len(functions)} layers, gradients may "
        "vanish"
    )


def _n_sigmoids(functions):
    return sum(function is ACTIVATIONS["logistic"] for function in functions)
