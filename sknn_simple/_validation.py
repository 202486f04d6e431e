"""Validation: held-out samples, and what early stopping watches on them."""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import check_scoring

from . import _samples
from .network import LOSSES, Samples, loss_and_delta, predict


@dataclass
class Validation:
    """Held-out samples, and how well a network does on them.

    Attributes
    ----------
    samples : Samples
        As the network sees them.

    score : callable
        Score of a network, from its raw predictions for the samples; None means
        minus the loss.
    """

    samples: Samples
    score: Callable | None

    def evaluate(self, parameters, objective):
        """Loss without penalty, and score."""
        X, Y, sample_weight = self.samples
        raw_prediction = predict(
            X, parameters.coefs, parameters.intercepts, objective.activation
        )
        value = loss_and_delta(
            objective.loss,
            objective.out_activation,
            raw_prediction.copy(),
            Y,
            sample_weight,
            np.empty_like(raw_prediction),
            np.empty_like(raw_prediction),
        )
        value /= LOSSES[objective.loss].n_averaged(Y.shape[1])
        value /= self.samples.total_weight
        # Of a loss that is not finite, the caller makes an error.
        if self.score is None or not math.isfinite(value):
            return value, -value
        return value, self.score(raw_prediction)


def make_validation(estimator, run, fitted_now):
    """Make what early stopping watches.

    `fitted_now` returns the estimator as it would be if training ended now.
    """
    X, y, sample_weight = run.held_out
    if estimator.scoring is None:
        score = functools.partial(run.targets.score, y=y, sample_weight=sample_weight)
    elif estimator.scoring == "loss":
        score = None
    else:
        scorer = check_scoring(estimator, estimator.scoring)
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}

        def score(raw_prediction):
            try:
                return float(scorer(fitted_now(), X, y, **weights))
            except (AttributeError, TypeError, ValueError) as error:
                raise ValueError(
                    f"scoring={estimator.scoring!r} failed on the validation data: "
                    f"{error}"
                ) from error

    with _samples.naming_validation_data():
        return Validation(_samples.encode(run.targets, run.held_out), score)
