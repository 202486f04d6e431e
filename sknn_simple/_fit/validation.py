"""Validation: held-out samples, and the score that early stopping watches."""

import copy
import math
import re
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import BaseEstimator, is_classifier
from sklearn.metrics import check_scoring
from sklearn.model_selection import train_test_split

from ..network import LOSSES, Samples, loss_and_delta
from .architecture import activation
from .samples import LabelledSamples, check_samples, check_total_weight, encode


class ValidationData(NamedTuple):
    """The validation data as the caller gave them."""

    X_val: Any = None
    y_val: Any = None
    sample_weight_val: Any = None

    def check_request(self, estimator):
        """Raise ValueError if the data are incomplete, or early stopping is off."""
        given = [name for name, value in self._asdict().items() if value is not None]
        for name in ("X_val", "y_val"):
            if given and name not in given:
                raise ValueError(
                    f"{given[0]} is given, but {name} is not. Pass X_val and y_val."
                )
        if given and not estimator.early_stopping:
            raise ValueError(
                "X_val and y_val are used by early stopping only, but early_stopping "
                "is False. Set early_stopping=True."
            )

    def check(self, estimator, dtype):
        """Return the data as LabelledSamples of this dtype."""
        with naming_validation_data():
            return check_samples(estimator, *self, reset=False, dtype=dtype)


NO_VALIDATION_DATA = ValidationData()

NAMES = {
    "X and y": "X_val and y_val",
    "X": "X_val",
    "y": "y_val",
    "sample_weight": "sample_weight_val",
}
"""Names in messages on validation data, in place of those on training data."""


@contextmanager
def naming_validation_data():
    """Name the validation data in the message of a ValueError or TypeError."""
    try:
        yield
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        # Further on, the same letters may be the user's, in names of columns or labels.
        message = re.sub(
            r"^(X and y|X|y|sample_weight)\b", lambda found: NAMES[found[1]], str(error)
        )
        if message.startswith("X_val ") and not message.startswith("X_val and"):
            message += ' In a Pipeline, transform_input=["X_val"] transforms it like X.'
        raise kind(
            f"Invalid validation data (X_val, y_val, sample_weight_val): {message}"
        ) from error


def hold_out(estimator, samples, seed):
    """Split samples into a training and a validation part, stratified by label.

    The training part has every class. So has the validation part, except for classes
    of a single sample; with fewer samples than classes, it has some of them.
    """
    n_val, codes = _sizes_and_codes(estimator, samples)
    rows, is_alone = np.arange(len(codes)), np.bincount(codes)[codes] == 1
    shared = rows[~is_alone]
    is_stratified = 1 < len(np.unique(codes[shared])) <= n_val
    training_rows, validation_rows = train_test_split(
        shared,
        test_size=n_val,
        stratify=codes[shared] if is_stratified else None,
        random_state=seed,
    )
    if is_stratified:
        _complete(validation_rows, training_rows, codes)
    _complete(training_rows, validation_rows, codes)
    training, validation = (
        LabelledSamples(*(part if part is None else part[rows] for part in samples))
        for rows in (np.r_[training_rows, rows[is_alone]], validation_rows)
    )
    if samples.sample_weight is not None:
        fraction = f"validation_fraction={estimator.validation_fraction}"
        for name, part in (("training", training), ("validation", validation)):
            where = f"of the {name} part that early_stopping=True makes with {fraction}"
            if not part.sample_weight.any():
                raise ValueError(f"sample_weight is zero for every sample {where}.")
            check_total_weight(part.sample_weight, f"sample_weight {where}")
    return training, validation


def _complete(rows, other_rows, codes):
    """Exchange rows, in place, until each class among the others is among `rows`.

    The proportions of a stratified split leave out the rarest classes.
    """
    for missing in np.setdiff1d(codes[other_rows], codes[rows]):
        most_frequent = np.bincount(codes[rows]).argmax()
        given = np.argmax(codes[rows] == most_frequent)
        taken = np.argmax(codes[other_rows] == missing)
        rows[given], other_rows[taken] = other_rows[taken], rows[given]


def _sizes_and_codes(estimator, samples):
    """Return the number of samples to hold out, and the class of each as a number.

    Numbers and several labels are a single class. Raises ValueError if a part is too
    small.
    """
    n_samples, fraction = samples.X.shape[0], estimator.validation_fraction
    codes = np.zeros(n_samples, dtype=int)
    if is_classifier(estimator) and samples.y.ndim == 1:
        _, codes = np.unique(samples.y, return_inverse=True)
    n_val, n_classes = math.ceil(n_samples * fraction), codes.max() + 1
    if n_val < 2 or n_samples - n_val < n_classes:
        raise ValueError(
            f"early_stopping=True with validation_fraction={fraction} holds out "
            f"{n_val} of {n_samples} samples: too few to validate on, or to train on "
            f"(at least 2 and {n_classes}). Change validation_fraction, or pass X_val "
            "and y_val."
        )
    return n_val, codes


@dataclass(frozen=True)
class Validation:
    """Held-out samples, and the score of a network on them."""

    samples: Samples  # as the network sees them
    held_out: LabelledSamples  # the same in the units of the user
    estimator: BaseEstimator
    scorer: Callable | None  # None for the default score and for 'loss'
    predict: Callable  # the raw prediction, from flat parameters
    is_given: bool  # by the caller, as X_val and y_val

    @classmethod
    def of(cls, estimator, targets, held_out, engine, parameters, is_given):
        """Make the validation of a network with the layout of these Parameters."""
        scorer = None
        if estimator.scoring not in (None, "loss"):
            scorer = check_scoring(estimator, estimator.scoring)
        with naming_validation_data():
            samples = encode(targets, held_out)
        predict = engine.make_predictor(parameters, samples.X, activation(estimator))
        return cls(samples, held_out, estimator, scorer, predict, is_given)

    def evaluate(self, session):
        """Return the loss without penalty, and the score, of the session's network.

        If the loss is not finite, the score is the negative loss.
        """
        _, Y, sample_weight = self.samples
        objective = session.objective
        raw_prediction = self.predict(session.state.model_flat)
        loss = loss_and_delta(
            objective,
            raw_prediction.copy(),
            Y,
            sample_weight,
            np.empty_like(raw_prediction),
            np.empty_like(raw_prediction),
        )
        entry, scoring = LOSSES[objective.loss], self.estimator.scoring
        loss /= entry.sample_divisor(self.samples.total_weight)
        loss /= entry.output_divisor(Y.shape[1])
        by_loss = scoring == "loss" or (scoring is None and entry.scored)
        if not math.isfinite(loss) or by_loss:
            return loss, -loss
        if self.scorer is not None:
            return loss, self._score(session)
        _, y, sample_weight = self.held_out
        score = session.targets.score(raw_prediction, y, sample_weight)
        return loss, score

    def _score(self, session):
        """Apply the scorer to the estimator with the weights of the last epoch."""
        fitted = copy.copy(self.estimator)
        vars(fitted).update(session.attributes(best=False))
        # Held-out samples are an array, even if X is a data frame.
        vars(fitted).pop("feature_names_in_", None)
        X, y, sample_weight = self.held_out
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        try:
            return float(self.scorer(fitted, X, y, **weights))
        except (AttributeError, TypeError, ValueError) as error:
            raise ValueError(
                f"scoring={self.estimator.scoring!r} failed on the validation data: "
                f"{error}"
            ) from error
