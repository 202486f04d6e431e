"""Validation targets: a y_val in other units than y is warned of, and no other one."""

import re
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.inspection import diagnose

NETWORKS = {
    "auto": SimpleMLPRegressor((10,), early_stopping=True, random_state=0),
    "lbfgs": SimpleMLPRegressor(
        (10,),
        "tanh",
        solver="lbfgs",
        early_stopping=True,
        n_iter_no_change=6,
        random_state=0,
    ),
}
TRAIN, VAL, NEW = slice(300), slice(300, 400), slice(400, None)


def surface(noise=0.0):
    """Return samples of a smooth surface, whose targets are 1000 on average."""
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (800, 2))
    y = np.sin(3 * X[:, 0]) * X[:, 1] + noise * rng.normal(size=800)
    return X, 1000 + 300 * y


def warning_of(network, X, y, X_val, y_val, **weights):
    """Fit, and return the warning about y_val, or an empty text.

    Other warnings than a ConvergenceWarning are errors.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("error")
        warnings.simplefilter("always", ConvergenceWarning)
        network.fit(X, y, X_val=X_val, y_val=y_val, **weights)
    messages = [str(warning.message) for warning in caught]
    return " ".join(message for message in messages if "y_val" in message)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("transformer", [MinMaxScaler((-1, 1)), StandardScaler()])
def test_raw_y_val_behind_a_transformer_is_warned_of(network, transformer):
    """The advice helps: to transform both by hand, or normalize_y=True alone."""
    X, y = surface()
    model = TransformedTargetRegressor(clone(network), transformer=transformer)
    validation = {"X_val": X[VAL], "y_val": y[VAL]}
    with pytest.warns(ConvergenceWarning) as caught:
        model.fit(X[TRAIN], y[TRAIN], **validation)
    (message,) = {str(w.message) for w in caught if "y_val" in str(w.message)}
    assert re.match(
        r"y_val is far outside of y\. y_val is from \d+ to 1\d\d\d ", message
    )
    assert "Transform y_val like y" in message
    assert "TransformedTargetRegressor transforms only y" in message
    assert "normalize_y=True is enough" in message
    fitted = model.transformer_.transform
    by_hand, alone = clone(network), clone(network)
    Y, Y_val = (fitted(y[rows, None])[:, 0] for rows in (TRAIN, VAL))
    assert not warning_of(by_hand, X[TRAIN], Y, X[VAL], Y_val)
    assert not warning_of(alone, X[TRAIN], y[TRAIN], X[VAL], y[VAL])
    for better, y_new in ((by_hand, fitted(y[NEW, None])[:, 0]), (alone, y[NEW])):
        assert better.score(X[NEW], y_new) > max(0.9, model.score(X[NEW], y[NEW]) + 0.2)


OTHER_UNITS = {
    "standardised": (0, lambda y: (y - 1000) / 130),
    "in thousands": (0, lambda y: y / 1000),
    "between 0 and 1": (0, lambda y: (y - 700) / 600),
    "in thousands, with noise": (0.8, lambda y: y / 1000),
}


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize(("noise", "unit"), OTHER_UNITS.values(), ids=OTHER_UNITS)
def test_transformed_y_val_of_raw_y_is_warned_of(network, noise, unit):
    X, y = surface(noise)
    message = warning_of(clone(network), X[TRAIN], y[TRAIN], X[VAL], unit(y[VAL]))
    assert message.startswith("y_val is probably in other units than y")
    low, high = unit(y[VAL]).min(), unit(y[VAL]).max()
    assert f"from {low:.4g} to {high:.4g}" in message
    assert f"y is from {y[TRAIN].min():.4g} to {y[TRAIN].max():.4g}" in message


def test_the_output_in_other_units_is_named():
    X, y = surface()
    Y = np.column_stack([y, X[:, 0] + X[:, 1] ** 2])
    Y_val = Y[VAL] / [1, 1000]
    message = warning_of(clone(NETWORKS["auto"]), X[TRAIN], Y[TRAIN], X[VAL], Y_val)
    assert message.startswith("y_val in column 1 is probably in other units than y")


def test_targets_of_weight_zero_are_in_no_units():
    X, y = surface()
    network, y_val = clone(NETWORKS["auto"]), y[VAL] / 1000
    weight = (np.arange(100) < 50) * 1.0
    y_val[weight > 0] *= 1000
    data = X[TRAIN], y[TRAIN], X[VAL]
    assert not warning_of(network, *data, y_val, sample_weight_val=weight)
    message = warning_of(network, *data, y_val, sample_weight_val=1 - weight)
    assert "in other units" in message


def test_five_validation_targets_far_away_are_enough():
    X, y = surface()
    network, few = clone(NETWORKS["auto"]), slice(300, 305)
    message = warning_of(network, X[TRAIN], y[TRAIN] / 1000, X[few], y[few])
    assert message.startswith("y_val is far outside of y")


@pytest.mark.parametrize("factor", [1000, 0.001])
def test_medians_of_0_are_equal_in_all_units(factor):
    X, y = surface()
    y -= np.median(y)
    y_val = factor * (y[VAL] - np.median(y[VAL]))
    message = warning_of(clone(NETWORKS["auto"]), X[TRAIN], y[TRAIN], X[VAL], y_val)
    assert "in other units" in message


def test_labels_have_no_units():
    """Codes of classes are no numbers."""
    X, y = surface()
    labels = np.where(y > 1000, 1000, 1)
    network = SimpleMLPClassifier((10,), early_stopping=True, random_state=0)
    one = np.full(100, 1000)
    assert "units" not in warning_of(network, X[TRAIN], labels[TRAIN], X[VAL], one)


# Honest validation data -------------------------------------------------------------


def series(kind, n_val, seed):
    """Return inputs and targets in the order of time; validation comes last."""
    rng = np.random.default_rng(seed)
    t = np.arange(800 + n_val)
    y = {
        "ramp": t + rng.normal(size=len(t)),
        "fall": 1000.0 - t,
        "random walk": np.cumsum(rng.normal(size=len(t))),
        "growth": np.exp(4 * t / 800),
        "saturation": 1 - np.exp(-4 * t / 800),
        "plateau": np.minimum(t, 700) + 0.01 * rng.normal(size=len(t)),
        "season": 50 * np.sin(t / 40) + 0.2 * t,
    }[kind]
    return np.column_stack([t / 800, np.sin(t / 40), rng.normal(size=len(t))]), y


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("n_val", [5, 24, 200])
@pytest.mark.parametrize(
    "kind",
    ["ramp", "fall", "random walk", "growth", "saturation", "plateau", "season"],
)
def test_later_targets_are_in_the_same_units(network, kind, n_val):
    for seed in range(2):
        X, y = series(kind, n_val, seed)
        for unit in (1, y[:800].std()):
            message = warning_of(
                clone(network), X[:800], y[:800] / unit, X[800:], y[800:] / unit
            )
            assert "units" not in message
            assert "far outside" not in message


def group_sizes(rng, group):
    return rng.lognormal(0, 1.5, 20)[group] * np.exp(0.3 * rng.normal(size=len(group)))


HONEST = {
    "groups": group_sizes,
    "heavy tails": lambda rng, group: rng.standard_t(1.5, len(group)),
    "mostly zeros": lambda rng, group: (
        np.exp(rng.normal(size=len(group))) * (group < 3)
    ),
    "a constant y_val": lambda rng, group: 5.0 + group,
}


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("targets", HONEST.values(), ids=HONEST)
@pytest.mark.parametrize("n_val", [5, 15])
def test_honest_targets_are_in_the_same_units(network, targets, n_val):
    group = np.arange(20).repeat(15)
    for seed in range(4):
        rng = np.random.default_rng(seed)
        y = targets(rng, group)
        X = np.column_stack([np.log(1 + abs(y)), rng.normal(size=(300, 2))])
        for val in (np.arange(n_val), np.arange(300 - n_val, 300)):
            train = np.setdiff1d(np.arange(300), np.r_[val, np.arange(15)])
            message = warning_of(clone(network), X[train], y[train], X[val], y[val])
            assert "units" not in message
            assert "far outside" not in message


HEAVY_TAILS = {
    "Cauchy": lambda rng, x: x + rng.standard_cauchy(len(x)),
    "t": lambda rng, x: 2 * x + rng.standard_t(1.5, len(x)),
    "claims": lambda rng, x: np.exp(x) * rng.pareto(1.1, len(x)),
}


@pytest.mark.parametrize("targets", HEAVY_TAILS.values(), ids=HEAVY_TAILS)
def test_a_few_huge_targets_are_no_other_unit(targets):
    """One of them may decide a standard deviation."""
    network = SimpleMLPRegressor((8,), early_stopping=True, max_iter=30, random_state=0)
    for seed in range(40):
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(1000, 3))
        y = targets(rng, X[:, 0])
        message = warning_of(clone(network), X[:500], y[:500], X[500:], y[500:])
        assert "units" not in message
        assert "far outside" not in message


@pytest.mark.parametrize("n_val", [5, 100])
def test_volatile_targets_around_the_same_mean_are_not_far_outside(n_val):
    for seed in range(10):
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(500 + n_val, 3))
        y = 0.1 * (X[:, 0] + rng.normal(size=len(X)))
        y[500:] *= 30
        data = X[:500], y[:500], X[500:], y[500:]
        assert "far outside" not in warning_of(clone(NETWORKS["auto"]), *data)


@pytest.mark.parametrize("factor", [30, 1 / 30])
def test_an_equal_median_far_from_0_is_in_the_same_unit(factor):
    """A thermostat whose room is disturbed, or is no longer."""
    X, y = surface()
    y = 20 + 0.01 * (y - 1000) / 130
    y_val = 20 + factor * (y[VAL] - 20)
    message = warning_of(clone(NETWORKS["auto"]), X[TRAIN], y[TRAIN], X[VAL], y_val)
    assert "units" not in message
    assert "far outside" not in message


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_constant_validation_targets_have_no_scale(network):
    """Neither are they said to be in other units, nor correlated."""
    X, y = surface()
    y = (y - 1000) / 130
    zeros = np.zeros(100)
    counts = np.random.default_rng(0).poisson(np.exp(y)).astype(float)
    two = np.column_stack([y, np.where(X[:, 0] > 0, 0.1, 0.7)])
    constant = np.column_stack([y[VAL], np.full(100, 0.3)])
    for targets, y_val in ((y, zeros), (counts, zeros), (two, constant)):
        message = warning_of(clone(network), X[TRAIN], targets[TRAIN], X[VAL], y_val)
        assert "units than" not in message
        assert "far outside" not in message


# What else is said of validation data ------------------------------------------------


def test_given_validation_data_are_not_a_fraction():
    """An offset of a few deviations may be a drift: the advice names both causes."""
    X, y = surface()
    network = clone(NETWORKS["auto"]).set_params(activation="tanh")
    message = warning_of(network, X[TRAIN], y[TRAIN], X[VAL], y[VAL] - 500)
    assert "check that X_val and y_val have the units of X and y" in message
    assert "validation_fraction" not in message
    found = {finding.kind: finding for finding in diagnose(network, X[TRAIN], y[TRAIN])}
    finding = found["misleading_validation"]
    assert finding.seen.endswith(
        "X_val and y_val are too few, unlike X and y, or in other units."
    )
    assert "X_val and y_val transformed like X and y" in finding.advice
    assert "validation_fraction" not in finding.advice
