"""Checkpoint content: what a checkpoint must hold, checked when it is read."""

from .._base import BaseSimpleMLP
from .._persistence import NAMES
from .._rules import (
    BOOLEAN,
    DAMAGED,
    Rule,
    RuleError,
    array,
    explaining,
    instance_of,
    integer,
    number,
    optional,
    part,
)
from .._saved_fields import Layout, best_epoch_of, history_columns, training_parts
from .._saved_state import check_fields, check_generator

ARGUMENTS = ["X", "y", "sample_weight", "X_val", "y_val", "sample_weight_val"]

CONTENT = {
    "estimator": instance_of(bytes),
    "unseeded": BOOLEAN,
    "every": integer(1),
    "data": Rule(
        f"the fingerprints of {ARGUMENTS}",
        lambda data: (
            list(data) == ARGUMENTS
            and all(list(map(type, pair)) == [str, str] for pair in data.values())
        ),
    ),
    "fitted": optional(instance_of(BaseSimpleMLP)),
}


@explaining(DAMAGED)
def check_content(content):
    """Raise ValueError unless a checkpoint can hold this."""
    instance_of(dict).check("the content", content)
    check_fields(content, CONTENT, {})
    if content["fitted"] is None:
        check_fields(content, {"progress": instance_of(dict)}, {})


@explaining(DAMAGED)
def check_progress(progress, state, max_iter):
    """Raise ValueError unless a training in this TrainingState can have progressed so.

    `progress` is that of a Session, as plain data.
    """
    check_fields(progress, {"n_epochs": integer(0, max_iter)}, {}, "progress.")
    layout = Layout.of(state.parameters)
    parts = training_parts(layout)
    parts["history"] = history_columns(progress["n_epochs"])
    bit_generator = state.rng.get_state(legacy=False)["bit_generator"]
    fields = {
        "state": part("training"),
        "rng": Rule(
            f"the state of a RandomState of {bit_generator}, or None",
            lambda rng: rng is None or rng["bit_generator"] == bit_generator,
        ),
        "patience": part("patience"),
        "best_epoch": best_epoch_of(progress["n_epochs"]),
        "best_flat": optional(array(layout.dtype, (layout.n_parameters,))),
        "best_score": optional(number()),
        "first_loss": number(or_nan=True),
        "history": part("history"),
    }
    check_fields(progress, fields, parts, "progress.")
    saved, rng = progress["state"], progress["rng"]
    of_same_kind = {
        name: part(NAMES[type(getattr(state, name))])
        for name in ("optimizer", "schedule")
    }
    check_fields(saved, of_same_kind, parts, "progress.state.")
    if rng is not None:
        check_generator("progress.rng", rng)
    if (saved["average"] is None) != (state.average is None):
        raise RuleError(
            "progress.state.average must be there if the option average is on"
        )
    if saved["draws"] == (rng is None):
        raise RuleError("progress.rng must be there if progress.state.draws is True")
    missing = [progress[f"best_{name}"] is None for name in ("epoch", "flat", "score")]
    if any(missing) != all(missing):
        raise RuleError(
            "progress.best_epoch, best_flat and best_score must be together"
        )
