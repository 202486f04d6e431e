"""What the samples alone may show: inputs and targets not fit for a network.

Each yields where it is found, the figure, the threshold, what is seen, and what to
try: the parts of a Finding after its kind.
"""

import numpy as np
from scipy.sparse import issparse
from scipy.stats import skew
from sklearn.base import is_regressor

from .case import worst_first

SCALER = "scale the inputs, for instance with StandardScaler in a Pipeline."


def constant_inputs(case):
    constant = case.inputs.lowest == case.inputs.highest
    if not case.estimator.fit_intercept:
        constant &= case.inputs.lowest == 0  # any other value serves as a bias
    if constant.any():
        where, _ = worst_first(case.features, np.zeros(len(constant)), constant)
        yield (
            where,
            float(constant.sum()),
            0.0,
            f"{constant.sum()} of {len(constant)} features have one value only: they "
            "tell nothing.",
            "leave them out, for instance with VarianceThreshold.",
        )


def unscaled_inputs(case):
    mean, deviation, lowest, highest = case.inputs
    wide = deviation > 10
    if wide.any():
        where, worst = worst_first(case.features, deviation, wide)
        yield (
            where,
            worst,
            10.0,
            f"The deviation of {wide.sum()} of {len(wide)} features is above 10, of "
            f"{where[0]} it is {worst:.4g}: they drown the others, and drive units to "
            "their limits.",
            SCALER,
        )
    if issparse(case.problem.samples.X):
        return  # A word that is rare in every text is no narrow feature.
    reach = np.maximum(highest - mean, mean - lowest)
    narrow = (reach < 0.25) & (lowest < highest)
    if narrow.any():
        where, worst = worst_first(case.features, -reach, narrow)
        yield (
            where,
            -worst,
            0.25,
            f"{narrow.sum()} of {len(narrow)} features never differ from their mean by "
            f"0.25, {where[0]} by {-worst:.4g} at most: the network hardly sees them.",
            SCALER,
        )


def uncentred_inputs(case):
    mean, deviation, lowest, highest = case.inputs
    offset = np.abs(mean)
    ratio = np.divide(
        offset, deviation, out=np.zeros_like(mean), where=lowest < highest
    )
    found = (ratio > 10) & (offset > 1)
    if found.any():
        where, worst = worst_first(case.features, ratio, found)
        yield (
            where,
            worst,
            10.0,
            f"The mean of {found.sum()} of {len(found)} features is more than 10 "
            f"deviations from 0, of {where[0]} {worst:.4g}: what varies is lost "
            "beside what does not.",
            SCALER,
        )


def _outputs(case):
    n_outputs = len(case.targets.mean)
    return ["y"] if n_outputs == 1 else [f"y[:, {k}]" for k in range(n_outputs)]


def _is_unbounded(case):
    return is_regressor(case.estimator) and (
        case.problem.objective.out_activation in ("identity", "relu")
    )


def unscaled_targets(case):
    # A scale that was learned is an array.
    if not _is_unbounded(case) or case.problem.targets.is_scaled:
        return
    advice = "scale y, for instance with TransformedTargetRegressor."
    if case.problem.objective.out_activation == "identity":
        advice = "normalize_y=True."
    mean, deviation, lowest, highest = case.targets
    varies, names = lowest < highest, _outputs(case)
    ratio = np.divide(
        np.abs(mean), deviation, out=np.zeros_like(mean), where=deviation > 0
    )
    for found, figures, threshold, what in (
        (deviation > 10, deviation, 10.0, "a deviation above 10"),
        (deviation < 0.1, -deviation, 0.1, "a deviation below 0.1"),
        (ratio > 10, ratio, 10.0, "a mean above 10 deviations"),
    ):
        found = found & varies
        if found.any():
            where, worst = worst_first(names, figures, found)
            yield (
                where,
                abs(worst),
                threshold,
                f"The network is trained on targets with {what}, {abs(worst):.4g}: no "
                "learning rate suits such an output and hidden units alike.",
                advice,
            )


def skewed_targets(case):
    if not _is_unbounded(case) or case.problem.objective.loss != "squared_error":
        return
    Y, targets = case.problem.samples.Y, case.targets
    # What is constant up to rounding is not skewed.
    varies = targets.deviation > 1e-10 * np.abs(targets.mean)
    skewness = np.zeros(len(varies))
    skewness[varies] = np.abs(skew(Y[:, varies]))
    found = skewness > 3
    if found.any():
        where, worst = worst_first(_outputs(case), skewness, found)
        yield (
            where,
            worst,
            3.0,
            f"The skewness of the targets is {worst:.3g}: a few extreme ones outweigh "
            "all others in the squared error.",
            "TransformedTargetRegressor with np.log1p and np.expm1, "
            "loss='absolute_error', or loss='poisson' for counts.",
        )
