"""Saved state: a model's state is checked whole, before anything is built from it."""

import numpy as np

from ._fit.constraints import OF_FUNCTIONS
from ._fit.suggestions import not_registered
from ._rules import RANDOM_STATE, RuleError, constrained, integer, part
from ._saved_fields import (
    COEFS,
    Layout,
    architecture_fields,
    attribute_fields,
    history_columns,
    targets_parts,
    training_parts,
)

PARTS = {"_architecture", "_targets", "_history", "_continuation"}
"""The attributes of an estimator that hold objects of this package."""


def check_fields(values, rules, parts, where=""):
    """Raise RuleError unless each rule holds, also in the `parts` by their kind."""
    for name, rule in rules.items():
        if name in values:
            value, path = values[name], where + name
            rule.check(path, value)
            if rule.kinds and value is not None:
                of_kind = parts[value["kind"]]
                for unknown in value.keys() - of_kind.keys() - {"kind"}:
                    raise RuleError(f"{path} has an unknown field {unknown!r:.80}")
                check_fields(value, of_kind, parts, path + ".")
        elif not rule.may_be_missing:
            raise RuleError(f"{where}{name} is missing")


def check_model(kind, attributes):
    """Raise RuleError unless these can be the attributes of a `kind` of estimator."""
    if isinstance(rng := attributes.get("random_state"), np.random.RandomState):
        check_generator("random_state", rng.get_state(legacy=False))
    if "coefs_" not in attributes:
        for name in PARTS & attributes.keys():
            raise RuleError(f"coefs_ is missing, but there is {name}")
        return
    _check_functions(kind, attributes.get("_architecture"))
    first = {
        "_architecture": part("architecture"),
        "n_features_in_": integer(1),
        "n_outputs_": integer(1),
        "n_iter_": integer(0),
        "coefs_": COEFS,
    }
    check_fields(attributes, first, {"architecture": architecture_fields(kind)})
    architecture, n_outputs = attributes["_architecture"], attributes["n_outputs_"]
    n_features, n_epochs = attributes["n_features_in_"], attributes["n_iter_"]
    names, sizes = architecture["activation"], architecture["hidden_layer_sizes"]
    if isinstance(names, tuple) and len(names) != len(sizes):
        raise RuleError("_architecture.activation must have a name per hidden layer")
    layout = Layout(
        # NumPy's integers overflow.
        tuple(map(int, (n_features, *sizes, n_outputs))),
        architecture["fit_intercept"],
        attributes["coefs_"][0].dtype,
    )
    targets = targets_parts(kind, architecture, n_outputs)
    parts = targets | training_parts(layout)
    parts["history"] = history_columns(n_epochs)
    fields = attribute_fields(layout, n_features, n_epochs, targets)
    check_fields(attributes, fields, parts)
    _check_together(attributes)


def _check_functions(kind, architecture):
    """Raise ValueError if a function of the network is not registered."""
    if not isinstance(architecture, dict):
        return
    for option in OF_FUNCTIONS & kind._parameter_constraints.keys():
        given = architecture.get(option)
        allowed = constrained(kind._parameter_constraints[option])
        for name in given if isinstance(given, tuple) else (given,):
            if isinstance(name, str) and not allowed.holds(name):
                raise ValueError(not_registered(option, name))


def check_generator(name, state):
    """Raise RuleError unless this is a valid state of a caller's RandomState.

    Only the usual bit generator takes a state that it cannot be in.
    """
    if state["bit_generator"] == "MT19937":
        RANDOM_STATE.check(name, state)


def _check_together(attributes):
    """Raise RuleError unless fields that depend on each other fit together."""
    classes = attributes["_targets"].get("classes")
    if classes is not None and not np.array_equal(attributes.get("classes_"), classes):
        raise RuleError("classes_ must equal _targets.classes")
    continuation = attributes["_continuation"]
    if continuation is not None:
        has_rng = continuation["state"]["rng"] is not None
        if has_rng != (continuation["seed"] is not None):
            raise RuleError(
                "_continuation must have both seed and state.rng, or neither"
            )
