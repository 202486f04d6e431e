"""Fitted attributes: what a fit, or a conversion, sets on an estimator."""

import math

from .._targets import Targets
from ..network import Parameters
from .architecture import Architecture
from .history import History


def fitted_attributes(
    architecture: Architecture,
    targets: Targets,
    parameters: Parameters,
    history: History,
    *,
    t=0,
    loss=math.nan,
    best_loss=math.inf,
    best=None,
    alpha=None,
    engine=None,
    stop_reason=None,
):
    """Return all attributes of a fitted estimator by name.

    `parameters` are in the units of training. The coefs and intercepts may be views.
    """
    coefs, intercepts = targets.fold(parameters)
    attributes = {
        "coefs_": coefs,
        "intercepts_": intercepts,
        "loss_": loss,
        "best_loss_": best_loss,
        "best_validation_score_": best and best.score,
        "best_epoch_": best and best.epoch,
        "n_iter_": history.n_epochs,
        "t_": t,
        "n_layers_": len(coefs) + 1,
        "n_outputs_": targets.n_outputs,
        "out_activation_": targets.out_activation,
        "alpha_": alpha,
        "engine_": engine,
        "stop_reason_": stop_reason,
        "_architecture": architecture,
        "_targets": targets,
        "_history": history,
        "_continuation": None,
    }
    if targets.classes is not None:
        attributes["classes_"] = targets.classes
    return attributes
