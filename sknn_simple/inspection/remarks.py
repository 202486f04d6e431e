"""Remarks: what the samples of a healthy network do, or do not, show."""

from textwrap import fill

import numpy as np

from ..network import LOSSES
from .notation import listed, printable
from .order_symptoms import IN_ORDER, what_is_shared

FEWEST = 10
"""Number of samples below which a class that is never predicted is not mentioned."""

HARDLY_BELOW = 0.9
"""Loss of a weak signal, relative to the loss of a constant prediction."""


def remarks_on(evidence):
    """Return the lines that follow the good news, possibly none."""
    remarks = *_on_the_loss(evidence), *_on_order(evidence), *_on_classes(evidence)
    return "\n".join(fill(printable(remark), 79) for remark in remarks)


def _on_the_loss(evidence):
    loss, constant = evidence.loss, evidence.constant_loss
    if not evidence.are_others:
        yield "Overfitting shows on samples that it was not trained on."
        if HARDLY_BELOW * constant < loss < constant:
            yield (
                f"On the given samples, its loss, {loss:.4g}, is hardly below that of "
                f"a constant prediction, {constant:.4g}: the signal is weak, or chance."
            )
    elif loss >= constant > 0:
        yield (
            f"Its loss on them, {loss:.4g}, is not below that of a constant "
            f"prediction, {constant:.4g}: there may be no signal, or too few samples "
            "to learn it."
        )


def _on_order(evidence):
    """Warn of scores of random splits, which count what neighbouring rows share."""
    if evidence.shared_errors is not None:
        yield what_is_shared(evidence.shared_errors)
        yield f"Random splits score them too well; {IN_ORDER}."


def _on_classes(evidence):
    """Explain why a network with suitable probabilities never predicts a class."""
    targets = evidence.problem.targets
    if not targets.are_labels or targets.multilabel:
        return
    if not LOSSES[targets.network_loss].canonical:  # outputs may be saturated
        return
    labels = targets.predict(evidence.problem.samples.Y - 0.5)
    classes, counts = np.unique(labels, return_counts=True)
    predicted = targets.predict(evidence.recalibration.raw_prediction)
    missed = ~np.isin(classes, predicted) & (counts >= FEWEST)
    if not missed.any():
        return
    share = counts[missed].sum() / len(labels)
    names = listed([f"class {label}" for label in classes[missed]])
    yield (
        f"It never predicts {names} ({share:.1%} of the samples): another class is "
        "always more probable, as is usual for a rare class with a weak signal. "
        "predict_proba still ranks the samples."
    )
    cures = (
        "choose a threshold with TunedThresholdClassifierCV"
        if len(targets.classes) == 2
        else None,
        None if evidence.network.class_weight else "set class_weight='balanced'",
    )
    if any(cures):
        yield f"To predict it more often, {', or '.join(filter(None, cures))}."
