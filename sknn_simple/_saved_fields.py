"""Saved fields: what each part of a saved model must hold, with a line per field."""

import dataclasses
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from sklearn.base import ClassifierMixin

from ._fit.constraints import CONSTRAINTS
from ._rules import (
    BOOLEAN,
    RANDOM_STATE,
    Rule,
    array,
    column_of,
    constrained,
    equal_to,
    instance_of,
    integer,
    labels,
    list_of,
    names,
    number,
    one_of,
    optional,
    or_missing,
    part,
)
from .network import ACTIVATIONS, OPTIMIZERS, OUT_ACTIVATIONS, SCHEDULES, Epoch

SEED = optional(integer(0, 2**32 - 1))
SIZES = Rule(
    "a tuple of integers of at least 1",
    lambda value: type(value) is tuple and all(map(integer(1).holds, value)),
)
TOPICS = Rule(
    "a tuple of texts",
    lambda value: type(value) is tuple and all(map(instance_of(str).holds, value)),
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
    return constrained(CONSTRAINTS[name])


def architecture_fields(kind):
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
    return {
        "continuation": {
            "state": part("training"),
            "patience": optional(part("patience")),
            "seed": SEED,
            "split_seed": SEED,
            "warned": or_missing(TOPICS),
            "n_samples": or_missing(optional(integer(1))),
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
            "fit_intercept": Rule(
                repr(layout.fit_intercept),
                lambda value: BOOLEAN.holds(value) and value == layout.fit_intercept,
            ),
            "flat": vector,
        },
        "patience": {
            "tol": number(0),
            "n_epochs": number(1, or_infinite=True),
            "best": number(or_infinite=True),
            "count": integer(0),
        },
        **optimizer_parts(layout),
        **schedule_parts(),
    }


def optimizer_parts(layout):
    """Return the fields of the optimizers, by kind."""
    vector = array(layout.dtype, (layout.n_parameters,))
    squares = array(layout.dtype, (layout.n_parameters,), low=0)
    return {
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
    }


def schedule_parts():
    """Return the fields of the learning-rate schedules, by kind."""
    rules = {
        "learning_rate_init": number(5e-324),
        "power_t": _option("power_t"),
        "factor": number(5e-324),
    }
    return {
        name: {field.name: rules[field.name] for field in dataclasses.fields(kind)}
        for name, kind in SCHEDULES.items()
    }


def targets_parts(kind, architecture, n_outputs):
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
    of_numbers = {
        "n_outputs": equal_to(n_outputs),
        "squeeze": BOOLEAN,
        "is_scaled": BOOLEAN,
        "mean": array(np.float64, (n_outputs,)),
        "scale": array(np.float64, (n_outputs,), low=5e-324),
    }
    if loss == "poisson":
        return {"counts": of_numbers}
    of_losses = {
        "network_loss": equal_to(loss),
        "out_activation": equal_to(architecture["out_activation"]),
    }
    return {"regression": of_numbers | of_losses}


def history_columns(n_epochs):
    """Return the fields of a history of so many epochs."""
    columns = {
        name: or_missing(column_of(optional(number()), n_epochs))
        for name in Epoch._fields
    }
    return columns | {"loss": column_of(number(), n_epochs)}


def best_epoch_of(n_epochs):
    """Allow the best of so many epochs, or None without early stopping."""
    return optional(integer(1, n_epochs))


def attribute_fields(layout, n_features, n_epochs, targets):
    """Return the fitted attributes."""
    sizes, dtype = layout.layer_sizes, layout.dtype
    shapes = layout.shapes
    return {
        "coefs_": list_of([array(dtype, shape) for shape in shapes]),
        "intercepts_": list_of([array(dtype, shape[1:]) for shape in shapes]),
        "loss_": number(or_nan=True),
        "best_loss_": optional(number(or_infinite=True)),
        "best_validation_score_": optional(number()),
        "best_epoch_": best_epoch_of(n_epochs),
        "t_": integer(0),
        "n_layers_": equal_to(len(sizes)),
        "out_activation_": one_of(OUT_ACTIVATIONS),
        "alpha_": optional(number(0)),
        "engine_": optional(one_of(["numpy", "compiled"])),
        "stop_reason_": optional(instance_of(str)),
        "feature_names_in_": or_missing(names(n_features)),
        "_targets": part(*targets),
        "_history": part("history"),
        "_continuation": optional(part("continuation")),
    }
