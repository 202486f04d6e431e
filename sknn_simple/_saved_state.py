"""Saved state: what each part of a saved model must be.

A state that is read is checked as a whole before anything is built from it. Each table
has a line per field.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from sklearn.base import ClassifierMixin

from ._fit import options
from ._rules import (
    BOOLEAN,
    RANDOM_STATE,
    Rule,
    array,
    column_of,
    constrained,
    damage,
    equal_to,
    instance_of,
    integer,
    labels,
    list_of,
    names,
    number,
    one_of,
    optional,
    part,
)
from .network import ACTIVATIONS, OPTIMIZERS, OUT_ACTIVATIONS, SCHEDULES, Epoch

PARTS = {"_architecture", "_targets", "_history", "_continuation"}
"""The attributes of an estimator that hold objects of this package."""

SEED = optional(integer(0, 2**32 - 1))
SIZES = Rule(
    "a tuple of integers of at least 1",
    lambda value: type(value) is tuple and all(map(integer(1).holds, value)),
)
OPTIMIZER = Rule(
    f"of kind {' or '.join(OPTIMIZERS)} with all its vectors or none, or None",
    lambda value: (
        value is None
        or (
            part(*OPTIMIZERS).holds(value)
            and (value.get("first_moment", ()) is None)
            == (value.get("second_moment", ()) is None)
        )
    ),
    kinds=tuple(OPTIMIZERS),
)
ACTIVATION = Rule(
    f"one of {list(ACTIVATIONS)}, or a tuple of them",
    lambda value: (
        value in ACTIVATIONS
        if isinstance(value, str)
        else type(value) is tuple and all(name in ACTIVATIONS for name in value)
    ),
)
COEFS = Rule(
    "a list of arrays of float64 or float32",
    lambda value: (
        isinstance(value[0], np.ndarray) and value[0].dtype in (np.float64, np.float32)
    ),
)


class Layout(NamedTuple):
    """The layers of a network, and the dtype of its parameters."""

    layer_sizes: tuple[int, ...]
    fit_intercept: bool
    dtype: np.dtype

    @classmethod
    def of(cls, parameters):
        """Return the layout of Parameters."""
        sizes, fit_intercept = parameters.layer_sizes, parameters.fit_intercept
        return cls(sizes, fit_intercept, parameters.flat.dtype)

    @property
    def shapes(self):
        """Shapes of the coefs."""
        return list(pairwise(self.layer_sizes))

    @property
    def n_parameters(self):
        """Number of all coefs and intercepts."""
        n_coefs = sum(fan_in * fan_out for fan_in, fan_out in self.shapes)
        return n_coefs + sum(self.layer_sizes[1:]) * bool(self.fit_intercept)


def _option(name):
    return constrained(options.CONSTRAINTS[name])


def _architecture(kind):
    constraints = kind._parameter_constraints
    fields = {
        name: constrained(constraints[name]) for name in ("fit_intercept", "loss")
    }
    for name in ("out_activation", "normalize_y"):
        known = name in constraints
        fields[name] = constrained(constraints[name]) if known else equal_to(None)
    return fields | {"hidden_layer_sizes": SIZES, "activation": ACTIVATION}


def training_parts(layout):
    """Return the fields of the parts that training changes, by kind."""
    vector = array(layout.dtype, (layout.n_parameters,))
    squares = array(layout.dtype, (layout.n_parameters,), low=0)
    rate = {"learning_rate_init": number(5e-324)}
    return {
        "continuation": {
            "state": part("training"),
            "patience": optional(part("patience")),
            "seed": SEED,
            "split_seed": SEED,
        },
        "training": {
            "parameters": part("parameters"),
            "optimizer": OPTIMIZER,
            "schedule": part(*SCHEDULES),
            "rng": optional(RANDOM_STATE),
            "t": integer(0),
            "draws": BOOLEAN,
            "average": optional(vector),
            "n_averaged": integer(0),
        },
        "parameters": {
            "layer_sizes": equal_to(layout.layer_sizes),
            "fit_intercept": BOOLEAN,
            "flat": vector,
        },
        "sgd": {
            "momentum": _option("momentum"),
            "nesterovs_momentum": BOOLEAN,
            "velocity": optional(vector),
        },
        "adam": {
            "beta_1": _option("beta_1"),
            "beta_2": _option("beta_2"),
            "epsilon": _option("epsilon"),
            "n_steps": integer(0),
            "first_moment": optional(vector),
            "second_moment": optional(squares),
        },
        "constant": rate,
        "invscaling": rate | {"power_t": _option("power_t")},
        "adaptive": rate | {"factor": number(5e-324)},
        "patience": {
            "tol": number(0),
            "n_epochs": number(1, or_infinite=True),
            "best": number(or_infinite=True),
            "count": integer(0),
        },
    }


def _targets_of(kind, architecture, n_outputs):
    """Return the fields of an estimator's targets, by kind."""
    loss = architecture["loss"]
    if issubclass(kind, ClassifierMixin):
        is_log_loss = loss == "log_loss"
        of_labels = {
            "n_outputs": equal_to(n_outputs),
            "network_loss": equal_to("binary_log_loss" if is_log_loss else loss),
            "classes": labels(n_outputs, n_outputs),
        }
        of_classes = {
            "network_loss": equal_to("softmax_log_loss" if is_log_loss else loss),
            "out_activation": equal_to("softmax" if is_log_loss else "logistic"),
            "classes": labels(max(3, n_outputs), n_outputs),
        }
        of_two = {"n_outputs": equal_to(1), "classes": labels(1, 2)}
        return {
            "binary": of_labels | of_two,
            "multiclass": of_labels | of_classes,
            "multilabel": of_labels,
        }
    out_activation = "exp" if loss == "poisson" else architecture["out_activation"]
    of_numbers = {
        "n_outputs": equal_to(n_outputs),
        "squeeze": BOOLEAN,
        "network_loss": equal_to(loss),
        "out_activation": equal_to(out_activation),
        "is_scaled": BOOLEAN,
        "mean": array(np.float64, (n_outputs,)),
        "scale": array(np.float64, (n_outputs,), low=5e-324),
    }
    return {"regression": of_numbers}


def history_columns(n_epochs):
    """Return the fields of a history of so many epochs."""
    columns = {
        name: optional(column_of(optional(number()), n_epochs), may_be_missing=True)
        for name in Epoch._fields
    }
    return columns | {"loss": column_of(number(), n_epochs)}


def _attributes(layout, n_features, targets):
    """Return the fitted attributes."""
    sizes, dtype = layout.layer_sizes, layout.dtype
    shapes = layout.shapes
    return {
        "coefs_": list_of([array(dtype, shape) for shape in shapes]),
        "intercepts_": list_of([array(dtype, shape[1:]) for shape in shapes]),
        "loss_": number(or_nan=True),
        "best_loss_": optional(number(or_infinite=True)),
        "best_validation_score_": optional(number()),
        "best_epoch_": optional(integer(1)),
        "t_": integer(0),
        "n_layers_": equal_to(len(sizes)),
        "out_activation_": one_of(OUT_ACTIVATIONS),
        "stop_reason_": optional(instance_of(str)),
        "feature_names_in_": optional(names(n_features), may_be_missing=True),
        "_targets": part(*targets),
        "_history": part("history"),
        "_continuation": optional(part("continuation")),
    }


def check_fields(values, rules, parts, where=""):
    """Raise ValueError unless each rule holds, also in the `parts` by their kind."""
    for name, rule in rules.items():
        if name in values:
            value, path = values[name], where + name
            rule.check(path, value)
            if rule.kinds and value is not None:
                of_kind = parts[value["kind"]]
                for unknown in value.keys() - of_kind.keys() - {"kind"}:
                    raise damage(f"{path} has an unknown field {unknown!r:.80}")
                check_fields(value, of_kind, parts, path + ".")
        elif not rule.may_be_missing:
            raise damage(f"{where}{name} is missing")


def check_model(kind, attributes):
    """Raise ValueError unless these can be the attributes of a `kind` of estimator."""
    if isinstance(rng := attributes.get("random_state"), np.random.RandomState):
        check_generator("random_state", rng.get_state(legacy=False))
    if "coefs_" not in attributes:
        for name in PARTS & attributes.keys():
            raise damage(f"coefs_ is missing, but there is {name}")
        return
    first = {
        "_architecture": part("architecture"),
        "n_features_in_": integer(1),
        "n_outputs_": integer(1),
        "n_iter_": integer(0),
        "coefs_": COEFS,
    }
    check_fields(attributes, first, {"architecture": _architecture(kind)})
    architecture, n_outputs = attributes["_architecture"], attributes["n_outputs_"]
    n_features = attributes["n_features_in_"]
    names, sizes = architecture["activation"], architecture["hidden_layer_sizes"]
    if isinstance(names, tuple) and len(names) != len(sizes):
        raise damage("_architecture.activation must have a name per hidden layer")
    layout = Layout(
        # NumPy's integers overflow.
        tuple(map(int, (n_features, *sizes, n_outputs))),
        architecture["fit_intercept"],
        attributes["coefs_"][0].dtype,
    )
    targets = _targets_of(kind, architecture, n_outputs)
    parts = targets | training_parts(layout)
    parts["history"] = history_columns(attributes["n_iter_"])
    check_fields(attributes, _attributes(layout, n_features, targets), parts)
    _check_together(attributes)


def check_generator(name, state):
    """Raise ValueError unless this is a valid state of a caller's RandomState.

    Only the usual bit generator takes a state that it cannot be in.
    """
    if state["bit_generator"] == "MT19937":
        RANDOM_STATE.check(name, state)


def _check_together(attributes):
    """Raise ValueError unless fields that depend on each other fit together."""
    classes = attributes["_targets"].get("classes")
    if classes is not None and not np.array_equal(attributes.get("classes_"), classes):
        raise damage("classes_ must equal _targets.classes")
    continuation = attributes["_continuation"]
    if continuation is not None:
        has_rng = continuation["state"]["rng"] is not None
        if has_rng != (continuation["seed"] is not None):
            raise damage("_continuation must have both seed and state.rng, or neither")
