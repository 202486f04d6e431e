"""Diagnosis: common problems of a fitted network, and advice."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from sklearn.pipeline import Pipeline

from .._base import BaseSimpleMLP, MatrixLike
from . import (
    data_symptoms,
    excess_symptoms,
    loss_symptoms,
    new_samples_symptoms,
    order_symptoms,
    target_symptoms,
    training_symptoms,
    unit_symptoms,
)
from .criteria import listing_criteria_of
from .finding import Finding
from .gathering import gather_evidence
from .remarks import remarks_on

SYMPTOMS = (
    excess_symptoms.edited_weights,
    new_samples_symptoms.scaled_unlike_training,
    new_samples_symptoms.shifted_targets,
    data_symptoms.samples_in_columns,
    data_symptoms.constant_inputs,
    data_symptoms.unscaled_inputs,
    data_symptoms.uncentred_inputs,
    data_symptoms.missing_codes,
    data_symptoms.outlying_inputs,
    target_symptoms.constant_targets,
    target_symptoms.one_hot_targets,
    target_symptoms.targets_out_of_range,
    target_symptoms.unscaled_targets,
    target_symptoms.skewed_targets,
    loss_symptoms.not_trained,
    loss_symptoms.alpha_too_high,
    unit_symptoms.identical_units,
    unit_symptoms.linear_network,
    training_symptoms.learning_rate_too_high,
    loss_symptoms.local_minimum,
    unit_symptoms.saturated_units,
    unit_symptoms.dead_units,
    unit_symptoms.vanishing_gradients,
    unit_symptoms.exploding_gradients,
    training_symptoms.learning_rate_too_low,
    training_symptoms.stopped_by_max_iter,
    training_symptoms.too_few_epochs,
    training_symptoms.stopped_on_plateau,
    training_symptoms.misleading_validation,
    order_symptoms.dependent_rows,
    loss_symptoms.underfitting,
    excess_symptoms.average_worse,
    excess_symptoms.final_iterate_worse,
    excess_symptoms.overfitting,
)
"""The symptoms, causes first. The function's name is the kind of its findings."""

PASSING_SYMPTOMS = (
    unit_symptoms.linear_network,
    unit_symptoms.saturated_units,
    unit_symptoms.dead_units,
    unit_symptoms.vanishing_gradients,
    unit_symptoms.exploding_gradients,
)
"""Symptoms of units that end when samples are scaled as the training samples were."""


class Diagnosis(tuple[Finding, ...]):
    """The findings of `diagnose`: a tuple of Finding that prints as a report.

    Without findings, it prints `remark` after the good news.
    """

    remark: str

    def __new__(cls, findings: Iterable[Finding] = (), remark: str = "") -> "Diagnosis":
        self = super().__new__(cls, findings)
        self.remark = remark
        return self

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of the findings, in their order, without duplicates."""
        return tuple(dict.fromkeys(finding.kind for finding in self))

    def __str__(self) -> str:
        if not self:
            healthy = "Nothing found: on these samples the network looks healthy."
            return f"{healthy}\n{self.remark}".rstrip()
        plural = "" if len(self) == 1 else "s"
        return "\n\n".join([f"{len(self)} finding{plural}", *map(str, self)])

    __repr__ = __str__


@listing_criteria_of(SYMPTOMS)
def diagnose(
    estimator: BaseSimpleMLP | Pipeline,
    X: MatrixLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
) -> Diagnosis:
    """Look for common problems of a trained network.

    Parameters
    ----------
    estimator : SimpleMLPClassifier, SimpleMLPRegressor or Pipeline
        Fitted estimator, which is not changed. A Pipeline must end in one of the two,
        and its other steps transform `X` first.

    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        The training samples, or new ones. Overfitting shows only on new ones; what
        training lacks is tried only on all training samples.

    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Targets of the samples.

    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the samples, for training samples those of the fit. Samples of weight
        zero are left out.

    Returns
    -------
    diagnosis : Diagnosis
        A tuple of Finding, empty for a network that looks healthy. It prints as a
        report. The report on a healthy network remarks on what is no fault of the
        network: a loss that is hardly below the constant, or on new samples not below
        it, errors that rows share (see dependent_rows), and classes of at least 10
        samples that it never predicts.

    Raises
    ------
    NotFittedError
        If the estimator is not fitted.
    TypeError
        If `estimator` neither is nor ends in a classifier or regressor of this package.
    ValueError
        If `fit` would not accept the data.

    See Also
    --------
    sknn_simple.inspection.explain_step :
        One training step, with every factor of the chain rule.
    sknn_simple.inspection.check_gradient :
        Comparison of the gradient with numerical differences.

    Notes
    -----
    Thresholds are rules of thumb. "Constant" is the loss of the best constant
    prediction; a network is "learned" if its loss, or on new samples its training loss,
    is below 0.1 times the constant. In a Pipeline, inputs are the output of the other
    steps. Symptoms of training are read from `history_` and `stop_reason_`, which are
    empty for a model made by `from_coefs`; L-BFGS has no learning rate.

    The activations and derivatives of all units are held for all samples: a million
    samples and 100 units need some 4 GB. Random 20,000 samples show the same, but no
    longer count as the training samples (see below).

    Some criteria include a trial, which trains a copy of the network on one half of the
    samples and finds the loss of the other half (on all of them if they are fewer than
    50). It takes a few seconds at most; if five of them would take longer, there are
    none for local_minimum. Before local_minimum or underfitting advises other weights
    or a weaker penalty, a copy is fitted to all samples with them. There is no trial
    for a learned network, nor on new samples, where it would show the effect of more
    samples.

    Samples are new if their number differs from the number in `fit`, or if their loss
    exceeds the training loss by 0.1 times the constant. They are also new if their loss
    is as far below it, while recalibration gains as much as for shifted_targets, and
    behind TargetEncoder, whose `transform` and `fit_transform` encode the training
    samples differently. The training loss is compared without its penalty, where the
    penalty does not outweigh the samples. After calls of `partial_fit` with fewer
    samples, it is the mean over the last 500 of them, or over as many as `X` has.

    New samples, and any samples after `partial_fit`, may be a *part* that varies less
    than the training samples did: in a week, the season is constant. Where the loss is
    too high on at least 20 samples behind a scaler that centres (StandardScaler,
    RobustScaler or PowerTransformer), the advice names the features that may come from
    a broken sensor: they are constant, but not 0, 1 or -1, and have a mean that counts
    as another unit (see scaled_unlike_training), or raise the loss by more than 0.05
    times the constant, compared with their mean in training. At most 20 features are
    tested for their loss.

    On new samples behind such a scaler, findings also name features that are beyond
    most training samples: all are more than 1 from the mean in training, their own mean
    is 1.7 to 3 from it, and moved back to it, they change the loss by more than 0.05
    times the constant.

    {criteria}

    References
    ----------
    Y. LeCun, L. Bottou, G. B. Orr and K.-R. Mueller, "Efficient BackProp", 1998, on
    inputs, targets and learning rates. X. Glorot and Y. Bengio, "Understanding the
    difficulty of training deep feedforward neural networks", AISTATS 2010, on
    saturation and gradients.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknn_simple import SimpleMLPClassifier
    >>> from sknn_simple.inspection import diagnose
    >>> X, y = load_iris(return_X_y=True)
    >>> X = StandardScaler().fit_transform(X)
    >>> network = SimpleMLPClassifier((10,), random_state=0)
    >>> diagnose(network.fit(X, y), X, y)
    Nothing found: on these samples the network looks healthy.
    Overfitting shows on samples that it was not trained on.
    >>> X[:, 2] *= 50
    >>> diagnosis = diagnose(network.fit(X, y), X, y)
    >>> diagnosis.kinds
    ('unscaled_inputs', 'saturated_units')
    >>> print(diagnosis[0])
    unscaled_inputs (x3)
      The standard deviation of 1 of 4 features is above 10; for x3 it is 50. Such
      features dominate the others and saturate units.
      Try: scale the inputs, for instance with StandardScaler in a Pipeline.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        evidence = gather_evidence(estimator, X, y, sample_weight)
        findings = [
            Finding(symptom.__name__, *finding)
            for symptom in SYMPTOMS
            for finding in symptom(evidence)
        ]
        remark = remarks_on(evidence)
    findings = _without_consequences(findings)
    if findings[1:]:
        findings = map(_after_the_others, findings)
    return Diagnosis(findings, remark)


def _without_consequences(findings):
    """Leave out the symptoms of units that samples unlike those of training explain."""
    kinds = {finding.kind for finding in findings}
    if new_samples_symptoms.scaled_unlike_training.__name__ not in kinds:
        return findings
    passing = {symptom.__name__ for symptom in PASSING_SYMPTOMS}
    return [finding for finding in findings if finding.kind not in passing]


def _after_the_others(finding):
    """Return the finding; the advice on underfitting is to fix its causes first."""
    if finding.kind != "underfitting":
        return finding
    advice = f"fix the other findings first. Then {finding.advice}"
    return replace(finding, advice=advice)
