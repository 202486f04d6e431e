"""Symptoms of the data: inputs that are hard to learn from, rows that are no samples.

Each function returns a list of findings, as `finding.beyond` makes them. Its docstring
is the criterion, which the docstring of `diagnose` lists, with the terms it uses.
"""

import numpy as np

from .._fit.narrow_inputs import REACH
from .._fit.orientation import RATIO, has_samples_in_columns
from .advice import one_of, scale_inputs
from .codes import LEAST_COUNT
from .finding import beyond
from .outliers import (
    SHARE_OF_FAULTS,
    check_rows,
    extreme_values,
    if_code,
    outlying_features,
    repeated_outlier,
    wide_features,
)

TRANSFORM = "QuantileTransformer, or the logarithm of positive features, in a Pipeline"

IMPUTE = "replace it by NaN, and use SimpleImputer in a Pipeline"

FAR_FROM_0 = 10
"""A mean of inputs that no part of standardised training samples is likely to have."""


def samples_in_columns(evidence):
    """Dense X and y of a fit have at most 10 rows, and the same number of columns, more
    than 50 times as many; and y, as given and standardised, is not X (the mean squared
    difference is above 0.5 times the variance of y, and, unless there is a single row,
    X is not constant and the correlation is below 0.99).
    """
    problem = evidence.problem
    n_rows, n_columns = problem.samples.X.shape
    # A network that was trained on other samples may judge a few rows.
    are_trained = evidence.record.n_trained == evidence.n_samples
    return beyond(
        ["X and y"],
        [n_columns / n_rows],
        above=RATIO,
        among=are_trained and has_samples_in_columns(problem.targets, problem.samples),
        seen="X and y seem to have one column per sample: both have "
        f"{n_columns} columns, and {n_rows} rows.",
        advice="X.T and y.T, if so, as in MATLAB.",
    )


def constant_inputs(evidence):
    """More than 0.1 of the features have a single value (in a network without biases:
    only zeros); not for a part.
    """
    if evidence.may_be_a_short_part:
        return []
    _, _, lowest, highest = evidence.inputs
    constant = lowest == highest
    if not evidence.network.fit_intercept:
        constant &= lowest == 0  # any other constant serves as a bias
    return beyond(
        evidence.feature_names,
        constant * constant.sum(),
        above=0.1 * len(constant),
        seen="{n_found} of {n} features have the same value in every one of these "
        "samples: nothing can be learned from them here.",
        advice="remove these features, for instance with VarianceThreshold; but if "
        "these are not the training samples, in which features may vary, check why "
        "they do not vary here.",
    )


def unscaled_inputs(evidence):
    """The standard deviation of a feature is above 10, and not for outlying inputs
    alone, whose quartiles are less than 10 apart; or all its values, in dense X, lie
    within 0.25 of its mean, and at most half of them are its extremes; the root of the
    summed variances of such features is below 1; and the network is not learned, or has
    no other features (such narrow features not for a part).
    """
    found = beyond(
        evidence.feature_names,
        evidence.inputs.deviation,
        above=10,
        among=wide_features(evidence),
        seen="The standard deviation of {n_found} of {n} features is above 10; for "
        "{worst} it is {figure:.4g}. Such features dominate the others and saturate "
        "units.",
        advice=f"{scale_inputs(evidence)}.",
    )
    if evidence.may_be_a_short_part:
        return found
    narrow = evidence.scaling.narrow
    does_harm = narrow.are_small and not (evidence.learned and narrow.have_others)
    return found + beyond(
        evidence.feature_names,
        narrow.reach,
        below=REACH,
        among=narrow.are_narrow & does_harm,
        seen="{n_found} of {n} features always lie within 0.25 of their mean, {worst} "
        "within {figure:.4g}, and even together they are small: training is slow to "
        "make use of them.",
        advice=f"{scale_inputs(evidence)}.",
    )


def uncentred_inputs(evidence):
    """The mean of a feature is above 1 (for a part, above 10) and above 10 standard
    deviations.
    """
    mean, deviation, lowest, highest = evidence.inputs
    offset, varies = np.abs(mean), lowest < highest
    least = FAR_FROM_0 if evidence.may_be_a_short_part else 1
    return beyond(
        evidence.feature_names,
        np.divide(offset, deviation, out=np.zeros_like(mean), where=varies),
        above=10,
        among=offset > least,
        seen="The mean of {n_found} of {n} features is more than 10 standard "
        "deviations from 0; for {worst} it is {figure:.4g} deviations. The variation "
        "is tiny compared with the mean.",
        advice=f"{scale_inputs(evidence)}.",
    )


def missing_codes(evidence):
    """In the data before the steps of a Pipeline, a feature has values from -9 to -1,
    or with or without a minus, 7, 8, 9, repeated 7s or 8s, or nines that may end in 7
    or 8; each such number occurs at least 3 times, and all together at most as often as
    the others. The others are whole numbers; at least half of those in their range
    occur. The distance to the codes is at least the width of this range, and at least
    4. The feature reaches the network as it is or scaled.
    """
    codes = evidence.codes
    if not codes:
        return []
    counts = np.zeros(len(evidence.feature_names))
    counts[[*codes]] = [code.count for code in codes.values()]
    code = codes[counts.argmax()]
    return beyond(
        evidence.feature_names,
        counts,
        above=LEAST_COUNT - 1,
        seen="{n_found} of {n} features seem to have codes for missing values: "
        f"{{worst}} is {code} in {{figure:.0f}} rows, and all its other values are "
        f"whole numbers from {code.low:.0f} to {code.high:.0f}.",
        advice=f"if {code} stands for a missing value, {IMPUTE}.",
    )


def outlying_inputs(evidence):
    """In dense X, the quartiles of a feature without missing_codes differ, but by less
    than 0.1 standard deviations (the advice names the value of at least 3, and of half,
    of the values that lie more than 10 such distances from the median; or their rows,
    if they are at most 0.1 of all).
    """
    judged = outlying_features(evidence)
    judged[[*evidence.codes]] = False
    if not judged.any():
        return []
    return beyond(
        evidence.feature_names,
        evidence.quartiles.relative_to(evidence.inputs.deviation),
        below=0.1,
        among=judged,
        seen="A few extreme values spread {n_found} of {n} features: the quartiles of "
        "{worst} are only {figure:.2g} standard deviations apart, so that most samples "
        "look alike.",
        advice=_against_outliers(evidence, judged),
    )


def _against_outliers(evidence, features):
    """Advise on a code; or on a few extreme rows and a transformer."""
    are_extreme = extreme_values(evidence, features)
    repeated = repeated_outlier(evidence, are_extreme)
    if repeated is not None:
        return f"{if_code(*repeated, 'X')}, {IMPUTE}."
    far_rows = evidence.rows[are_extreme.any(axis=1)]
    if 0 < len(far_rows) <= SHARE_OF_FAULTS * len(evidence.rows):
        return one_of(check_rows(far_rows, "X"), TRANSFORM)
    return one_of(TRANSFORM)
