"""Findings: the findings of `diagnose`, with cures that a button can apply."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from .._fit.automatic import Automatic
from .._fit.scaled_auto import factor_of_auto, stronger
from ..inspection import diagnose
from ..inspection.problem import make_problem
from .settings import MAX_ALPHA, MAX_UNITS
from .training import Training

FIRST_EPOCH = 10
PATIENCE = 100
"""Epochs before which a slow start is not a finding."""

SLOW = {"alpha_too_high", "underfitting", "learning_rate_too_low"}


class Cure(NamedTuple):
    """Changes of the settings, and the label of their button."""

    changes: dict[str, Any]
    label: str


def _scale(training):
    is_scaled = training.settings.scale
    return None if is_scaled else Cure({"scale": True}, "Scale the inputs")


def _lower_rate(training):
    return _other_rate(training, "Lower", 0.1)


def _higher_rate(training):
    return _other_rate(training, "Raise", 3)


def _other_rate(training, how, factor):
    if training.settings.learning_rate_init != "auto":
        return Cure({"learning_rate_init": "auto"}, "Set the learning rate to auto")
    if training.rate is None:
        return None
    rate = float(f"{training.rate * factor:.1g}")
    return Cure({"learning_rate_init": rate}, f"{how} the learning rate to {rate:g}")


def _tanh(training):
    if training.settings.activation == "tanh":
        return None
    return Cure({"activation": "tanh"}, "Use tanh units")


def _adam(training):
    is_adam = training.settings.solver == "adam"
    return None if is_adam else Cure({"solver": "adam"}, "Use adam")


def _penalty(training):
    alpha, n_samples = training.network.alpha_, len(training.y_train)
    factor = factor_of_auto(training.settings.alpha)
    if factor is not None and alpha > 0:
        higher = stronger(factor)
        return Cure({"alpha": higher}, f"Raise the penalty to {higher}")
    # As strong as a tenth of the loss of all samples, then stronger.
    strongest = max(3 * alpha, 0.1 * n_samples)
    higher = float(f"{min(strongest, MAX_ALPHA):.1g}")
    return Cure({"alpha": higher}, f"Raise the penalty to {higher:g}")


def _automatic_penalty(training):
    return Cure({"alpha": "auto"}, "Set the penalty to auto")


def _automatic_penalty_if_too_high(training):
    network = training.network
    problem = make_problem(network, training.inputs_train, training.y_train)
    automatic = Automatic(network, problem.targets, problem.samples, in_stream=True)
    return _automatic_penalty(training) if automatic.alpha_is_too_high else None


def _more_units(training):
    sizes = training.settings.hidden_layer_sizes
    larger = tuple(min(2 * size, MAX_UNITS) for size in sizes) or (4,)
    if larger == sizes:
        return None
    what = "a hidden layer" if len(larger) == 1 else "hidden layers"
    label = f"Use {what} of {', '.join(map(str, larger))} units"
    return Cure({"hidden_layer_sizes": larger}, label)


def _first(*cures):
    """Return the first cure that would change something."""

    def cure(training):
        found = (make(training) for make in cures)
        return next(filter(None, found), None)

    return cure


CURES: dict[str, Callable[[Training], Cure | None]] = {
    "diverged": _first(_automatic_penalty_if_too_high, _scale, _lower_rate),
    "unscaled_inputs": _scale,
    "uncentred_inputs": _scale,
    "alpha_too_high": _automatic_penalty,
    "linear_network": _tanh,
    "saturated_units": _first(_scale, _lower_rate),
    "dead_units": _first(_scale, _tanh),
    "vanishing_gradients": _tanh,
    "exploding_gradients": _first(_scale, _adam),
    "learning_rate_too_high": _lower_rate,
    "learning_rate_too_low": _higher_rate,
    "underfitting": _more_units,
    "overfitting": _penalty,
    "average_worse": _lower_rate,
    "final_iterate_worse": _lower_rate,
}
"""The cure of each kind of finding that has one, if it would change something."""


def findings(training, divergence):
    """Return the message with the findings of a training, and their cures.

    `divergence` is the message of a training that has just diverged, or None.
    """
    network, rows = training.network, []
    if divergence is not None:
        rows.append(("diverged", divergence, ""))  # it contains the advice
    elif network.n_iter_ >= FIRST_EPOCH:
        rows += [(f.kind, f.seen, f.advice) for f in _diagnose(training)]
    return {
        "type": "diagnosis",
        "findings": [
            {
                "kind": kind,
                "title": kind.replace("_", " ").capitalize(),
                "text": text,
                "advice": advice,
                "cure": _cure(kind, training),
            }
            for kind, text, advice in rows
        ],
        "healthy": _healthy(network.n_iter_),
    }


def _cure(kind, training):
    """Return the label and the changes of a finding's cure, or None."""
    cure = CURES[kind](training) if kind in CURES else None
    return cure and cure._asdict()


def _diagnose(training):
    """Return the findings, of which overfitting shows on the test samples only."""
    network = _with_names(training.network, training.samples.features)
    found = list(diagnose(network, training.inputs_train, training.y_train))
    if training.has_test:
        found += [
            replace(
                finding, seen=finding.seen.replace("these samples", "the test samples")
            )
            for finding in diagnose(network, training.inputs_test, training.y_test)
            if finding.kind == "overfitting"
        ]
    if training.network.n_iter_ < PATIENCE:
        found = [finding for finding in found if finding.kind not in SLOW]
    return found


def _with_names(network, features):
    """Return the network behind a step that only names its inputs."""
    names = np.array(features, dtype=object)
    step = FunctionTransformer(feature_names_out=lambda *_: names)
    return Pipeline([("names", step), ("network", network)])


def _healthy(n_epochs):
    if n_epochs < FIRST_EPOCH:
        return f"The diagnosis begins after {FIRST_EPOCH} epochs."
    return "Nothing found: the network looks healthy."
