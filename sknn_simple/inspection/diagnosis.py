"""Diagnosis: common problems of a fitted network, and advice."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from sklearn.pipeline import Pipeline

from .._base import BaseSimpleMLP, MatrixLike
from . import (
    data_symptoms,
    excess_symptoms,
    loss_symptoms,
    target_symptoms,
    training_symptoms,
    unit_symptoms,
)
from .finding import Finding
from .gathering import gather_evidence

SYMPTOMS = (
    excess_symptoms.edited_weights,
    excess_symptoms.scaled_unlike_training,
    excess_symptoms.shifted_targets,
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
    """The findings of `diagnose`: a tuple of Finding that prints as a report."""

    __slots__ = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of the findings, in their order, without duplicates."""
        return tuple(dict.fromkeys(finding.kind for finding in self))

    def __str__(self) -> str:
        if not self:
            return (
                "Nothing found: on these samples the network looks healthy.\n"
                "Overfitting shows on samples that it was not trained on."
            )
        plural = "" if len(self) == 1 else "s"
        return "\n\n".join([f"{len(self)} finding{plural}", *map(str, self)])

    __repr__ = __str__


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
        report.

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
    none for local_minimum. There is none for a learned network, nor on new samples,
    where it would show the effect of more samples.

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

    ========================= =======================================================
    kind                      criterion
    ========================= =======================================================
    edited_weights            the loss exceeds the training loss by more than 0.05 times
                              the constant, and: after `partial_fit` or a warm start,
                              the weights differ from those that it left, which
                              explains more than 0.5 of the excess; or after another
                              fit without `coefs_init`, the number of samples is as in
                              that fit, and all weights to or from a unit (or an input)
                              are 0
    scaled_unlike_training    as overfitting, but the training loss is reached on the
                              samples when all features, or all but those of zeros and
                              ones, are standardised, or scaled to [0, 1]. Or, in a
                              Pipeline with a scaler, more than 0.5 of the excess is
                              gone, and the loss is below the constant, when features
                              with a mean beyond 3 or a deviation above 10 are
                              standardised; or if there are none, and the scaler
                              centres, those with a mean beyond 0.5 + 5 d / sqrt(n) for
                              n samples, where d is the deviation, at least 1. The
                              units and their gradients are then not judged
    shifted_targets           on new samples, recalibration (the best constant added to
                              each raw prediction) lowers the loss by more than 0.05
                              times the constant. For n samples and k outputs, it also
                              does so by more than 10 k / n times the larger of the
                              constant and the loss of a constant prediction of the
                              mean outputs. And it removes more than 0.5 of the excess,
                              or leaves a loss that, relative to these constants,
                              exceeds the training loss by at most 0.25. The advice is
                              not to recalibrate if this leaves the constant or more
    samples_in_columns        dense X and y of a fit have at most 10 rows, and the same
                              number of columns, more than 50 times as many; and y, as
                              given and standardised, is not X (the mean squared
                              difference is above 0.5 times the variance of y, and,
                              unless there is a single row, X is not constant and the
                              correlation is below 0.99)
    constant_inputs           more than 0.1 of the features have a single value (in a
                              network without biases: only zeros); not for a part
    unscaled_inputs           the standard deviation of a feature is above 10, and not
                              for outlying inputs alone, whose quartiles are less than
                              10 apart; or all its values, in dense X, lie within 0.25
                              of its mean, and at most half of them are its extremes;
                              the root of the summed variances of such features is
                              below 1; and the network is not learned, or has no other
                              features (such narrow features not for a part)
    uncentred_inputs          the mean of a feature is above 1 (for a part, above 10)
                              and above 10 standard deviations
    missing_codes             in the data before the steps of a Pipeline, a feature has
                              values from -9 to -1, or with or without a minus, 7, 8, 9,
                              repeated 7s or 8s, or nines that may end in 7 or 8; each
                              such number occurs at least 3 times, and all together at
                              most as often as the others. The others are whole numbers;
                              at least half of those in their range occur. The distance
                              to the codes is at least the width of this range, and at
                              least 4. The feature reaches the network as it is or
                              scaled
    outlying_inputs           in dense X, the quartiles of a feature without such codes
                              differ, but by less than 0.1 standard deviations (the
                              advice names the value of at least 3, and of half, of the
                              values that lie more than 10 such distances from the
                              median; or their rows, if they are at most 0.1 of all)
    constant_targets          all samples, of which there are several, have the same
                              target
    one_hot_targets           y of a classifier is an indicator matrix, and more than
                              0.999 of the rows have exactly one label
    targets_out_of_range      more than 0.01 of the targets lie outside the range of
                              the output activation
    unscaled_targets          raw targets of an identity, relu or softplus output have a
                              standard deviation above 10 or below 0.1, or with an
                              identity output, a mean above 10 standard deviations
    skewed_targets            the skewness of targets without a lower bound is above 3,
                              or of at least 20, those more than 5 spreads (by the
                              quartiles) from the median have more than 0.5 of the
                              squared distances from it; the loss is the squared
                              error; and the mean squared error is above 0.1 times the
                              variance, or at the half of the targets nearest to their
                              median, the median squared error, relative to the median
                              squared distance, is above 0.1 plus 4 times the share
                              of noise in the ranks of all targets (estimated as for
                              alpha='auto'). If at most 0.1 of the samples have targets
                              beyond 5 spreads and beyond a gap (a distance from the
                              median that is 1.5 times the next smaller one), also among
                              the logarithms, the advice names their common value, or
                              else their rows. Otherwise, it is the logarithm first if
                              the quantile 0.9 of positive targets is above 100 times
                              the quantile 0.1, and the share of noise in their ranks is
                              at most 0.5
    not_trained               no step of training has changed the weights (made by
                              `from_coefs`, or by a fit with max_iter=0), and the loss
                              is above 0.9 times the constant
    alpha_too_high            as underfitting, or the training loss, with the penalty,
                              is above 1.5 times the constant; and alpha is above 5
                              times the value of 'auto' and above 0.02 times the sum
                              of the sample weights (0.0005 times for numbers that
                              neighbouring samples predict); without hidden layers,
                              not as underfitting if in a trial as below, the loss falls
                              by at most 0.075 times the constant. Or alpha is above 5
                              times the value of 'auto', and in a trial of 5000 steps
                              at the rate of 'auto', the loss falls by more than 0.075
                              times the constant further under the penalty of 'auto'
    identical_units           more than 0.2 of the units of a hidden layer have the
                              same incoming weights as another one
    linear_network            no hidden unit has different derivatives for different
                              samples, and the network is not learned
    learning_rate_too_high    in the second half of at least 10 epochs, the loss rises
                              by more than 0.05 times the constant per epoch on
                              average; or it ends more than 0.25 times the constant
                              above its lowest value (with average=True, three times
                              as much). After `partial_fit`, the largest rise does
                              not count: other samples may have caused it; and none
                              does if calls have fewer than about two thirds of the
                              samples of `X`, or of 500: their losses differ by chance
    local_minimum             a network with hidden layers is not learned, though its
                              training ended by patience, by L-BFGS's own rule, or after
                              all epochs of a training that too_few_epochs may judge;
                              in a trial as for stopped_on_plateau, the loss falls by at
                              most 0.075 times the constant, but in the best of 5 trials
                              from other random initial weights (of 12 samples or more,
                              on halves), it ends lower by more than 0.15 times the
                              constant; under early stopping, only if the loss is above
                              0.5 times the constant, and not if the training loss
                              fell later as for misleading_validation; neither with
                              alpha_too_high, identical_units, linear_network or
                              learning_rate_too_high, nor with a rate far below
                              'auto', nor with inputs to be scaled
    saturated_units           more than 0.5 of the activations of a sigmoid or tanh
                              layer lie within 1% of the ends of their range, and the
                              network is not learned
    dead_units                more than 0.19 of the units of a relu layer, and more
                              than two of ten, are 0 for every sample, though their
                              weights have not decayed (to a norm below 0.1, with a
                              bias below 3)
    vanishing_gradients       the gradient of the coefs of a hidden layer is below 1e-3
                              times that in the output layer (norms for single samples,
                              root mean square over the samples)
    exploding_gradients       the same ratio is above 1e3
    learning_rate_too_low     in the second half of at least 10 epochs, the loss falls
                              in 9 of 10 epochs, by more than 0.25 of its whole fall
                              and 0.01 times the constant, and so does the lowest
                              validation loss, if there is one. Or the rate is below
                              1/30 of the value of 'auto', and in a trial of 5000
                              steps at the rate of 'auto', the loss falls by more than
                              0.075 times the constant
    stopped_by_max_iter       `stop_reason_` is 'max_iter', and training could have
                              stopped earlier, by patience (`n_iter_no_change`) or
                              by L-BFGS's own rule; not after 100 epochs or more with
                              2,000 updates or more (500 with adam)
    too_few_epochs            `stop_reason_` is 'max_iter', with infinite patience or
                              after so many epochs, or max_iter='auto' has lowered the
                              learning rate, and the network is not learned; in a
                              trial of as many epochs or 5000 steps more, the loss
                              falls by more than 0.075 times the constant
    stopped_on_plateau        the same, but `stop_reason_` is 'patience', or patience
                              has lowered the learning rate; also with L-BFGS; under
                              early stopping, only if the loss is above 0.5 times the
                              constant; neither with learning_rate_too_high, nor with
                              a rate far below 'auto'
    misleading_validation     early stopping chose an epoch after which the training
                              loss fell by more than 0.075 times the constant (then
                              none of the three findings above appears); the loss is
                              above 0.5 times the constant, and in a trial as for
                              stopped_on_plateau, divided however few the samples are,
                              it falls by more than 0.15 times the constant
    underfitting              the loss on `X` (if new, recalibrated) and the training
                              loss, if it is known, are above 0.9 times the constant,
                              after any training; with alpha='auto', or within a
                              factor of 5 of it, the gain is below 0.05 and, for n
                              samples of p inputs, below 2 (p + 1) / n: a weak signal
                              is no fault, unless neighbouring samples predict the
                              numbers
    average_worse             as overfitting, but the samples may be the training
                              samples, average=True, and in the second half of the
                              epochs, the training loss rose between two epochs by
                              more than half the excess. Or after `partial_fit` or a
                              warm start, and at least 50 epochs or a rise of the
                              training loss by more than 0.5 times the constant, the
                              loss is above the loss of the last weights by more than
                              0.1 times the constant and half the excess
    final_iterate_worse       the same with average=False or fewer than 10 epochs, and
                              the training loss is reached in a trial of 200 steps at
                              1/30 of the learning rate
    overfitting               the training loss is below 0.9 times the constant, and
                              exceeded, by more than 0.25 times the constant, by the
                              loss on `X` (also without the rows of outlying inputs),
                              or by early stopping's last validation loss, which has
                              risen by more than 0.5 times the constant
    ========================= =======================================================

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
    >>> X[:, 2] *= 1000
    >>> diagnosis = diagnose(network.fit(X, y), X, y)
    >>> diagnosis.kinds
    ('unscaled_inputs', 'saturated_units')
    >>> print(diagnosis[0])
    unscaled_inputs (x3)
      The standard deviation of 1 of 4 features is above 10; for x3 it is 1000.
      Such features dominate the others and saturate units.
      Try: scale the inputs, for instance with StandardScaler in a Pipeline.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        evidence = gather_evidence(estimator, X, y, sample_weight)
        findings = [
            Finding(symptom.__name__, *finding)
            for symptom in SYMPTOMS
            for finding in symptom(evidence)
        ]
    findings = _without_consequences(findings)
    return Diagnosis(map(_after_the_others, findings) if findings[1:] else findings)


def _without_consequences(findings):
    """Leave out the symptoms of units that samples unlike those of training explain."""
    kinds = {finding.kind for finding in findings}
    if excess_symptoms.scaled_unlike_training.__name__ not in kinds:
        return findings
    passing = {symptom.__name__ for symptom in PASSING_SYMPTOMS}
    return [finding for finding in findings if finding.kind not in passing]


def _after_the_others(finding):
    """Return the finding; the advice on underfitting is to fix its causes first."""
    if finding.kind != "underfitting":
        return finding
    advice = f"fix the other findings first. Then {finding.advice}"
    return replace(finding, advice=advice)
