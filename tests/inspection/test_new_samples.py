"""Findings of `diagnose` on samples other than those of the fit.

The network is healthy. What differs is planted: other shares of the classes, another
mean of y, another unit of an input, a column that does not vary.
"""

import copy
import functools
import re

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_digits, load_iris
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    OneHotEncoder,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.inspection import diagnose

NUMBERS = ["log_income", "ltv"]
ENCODERS = {
    "none": None,
    "dense": OneHotEncoder(sparse_output=False),
    "sparse": OneHotEncoder(),
}


def loans(n_samples, seed, odds=-1.0):
    """Return loans and defaults, whose log-odds are `odds` for a usual loan."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "log_income": rng.normal(10, 0.7, n_samples),
            "ltv": rng.normal(0.7, 0.2, n_samples),
            "region": rng.integers(0, 12, n_samples),
        }
    )
    odds = odds - 1.5 * (X["log_income"] - 10) + 3 * (X["ltv"] - 0.7)
    return X, (rng.random(n_samples) < expit(odds)).astype(int)


@functools.cache
def model_of_loans(codes):
    parts = [(StandardScaler(), NUMBERS)]
    if codes != "none":
        parts.append((ENCODERS[codes], ["region"]))
    threshold = 1.0 if codes == "sparse" else 0.0
    columns = make_column_transformer(*parts, sparse_threshold=threshold)
    model = make_pipeline(columns, SimpleMLPClassifier(random_state=0))
    return model.fit(*loans(3000, seed=0))


def mean_squared_error(model, X, y):
    return np.mean((model.predict(X) - y) ** 2)


@pytest.mark.parametrize("codes", ENCODERS)
@pytest.mark.parametrize("n_samples", [2000, 3000])
def test_new_samples_of_the_same_kind_have_no_finding(codes, n_samples):
    for seed in (1, 2):
        assert diagnose(model_of_loans(codes), *loans(n_samples, seed)) == ()


@pytest.mark.parametrize("n_samples", [2000, 3000])
@pytest.mark.parametrize("odds", [-3.0, 0.5])
def test_a_base_rate_that_has_moved_is_no_fault_of_the_network(n_samples, odds):
    """As many samples as in the fit need not be its samples."""
    model, (X, y) = model_of_loans("dense"), loans(n_samples, 1, odds)
    probability = model.predict_proba(X)[:, 1]
    # The judge: log-odds that differ from those of training by a constant.
    moved = expit(logit(probability) + odds + 1)
    assert log_loss(y, moved) < 0.9 * log_loss(y, probability)
    (finding,) = diagnose(model, X, y)
    assert (finding.kind, finding.where) == ("shifted_targets", ("class 1",))
    means = f"of class 1 is {probability.mean():.3g}, but its share is {y.mean():.3g}"
    assert means in finding.seen
    gain = (log_loss(y, probability) - log_loss(y, moved)) / log_loss(
        y, np.full(n_samples, y.mean())
    )
    assert finding.figure == pytest.approx(gain, abs=0.03)


def test_the_class_whose_share_has_moved_is_named():
    rng = np.random.default_rng(0)
    centres = 2 * np.eye(3)
    codes = rng.integers(0, 3, 3000)
    X = centres[codes] + rng.normal(size=(3000, 3))
    labels = np.array(["{a}", "b", "c"])[codes]
    model = SimpleMLPClassifier(random_state=0).fit(X[:1000], labels[:1000])
    X, labels = X[1000:], labels[1000:]
    assert diagnose(model, X, labels) == ()
    rare = (labels != "{a}") | (rng.random(2000) < 0.03)
    (finding,) = diagnose(model, X[rare], labels[rare])
    assert (finding.kind, finding.where) == ("shifted_targets", ("class {a}",))
    mean = model.predict_proba(X[rare])[:, -1].mean()
    share = np.mean(labels[rare] == "{a}")
    assert f"of class {{a}} is {mean:.3g}, but its share is {share:.3g}" in finding.seen


@pytest.mark.parametrize(
    "options",
    [{}, {"loss": "poisson"}, {"loss": "absolute_error"}, {"hidden_layer_sizes": ()}],
    ids=str,
)
def test_a_mean_of_y_that_has_moved(options):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1500, 3))
    y = rng.poisson(np.exp(2 + 0.5 * X[:, 0])).astype(float)
    model = SimpleMLPRegressor(random_state=0, **options).fit(X[:1000], y[:1000])
    new, y_new = X[1000:], y[1000:]
    assert "shifted_targets" not in diagnose(model, new, y_new).kinds
    higher = 3 * y_new
    (finding,) = [
        found
        for found in diagnose(model, new, higher)
        if found.kind in ("shifted_targets", "overfitting", "underfitting")
    ]
    assert finding.kind == "shifted_targets"
    mean = model.predict(new).mean()
    assert f"prediction of y is {mean:.3g}, but its mean is {higher.mean():.3g}" in (
        finding.seen
    )
    assert "mean error" in finding.advice


def test_the_output_whose_mean_has_moved_is_named():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 3))
    Y = 100 * X[:, :2] + rng.normal(size=(600, 2))
    model = SimpleMLPRegressor(random_state=0).fit(X[:400], Y[:400])
    (finding,) = diagnose(model, X[400:], Y[400:] + np.array([0, 200]))
    assert (finding.kind, finding.where) == ("shifted_targets", ("y2",))


def test_few_samples_have_other_shares_by_chance():
    model, kinds = model_of_loans("none"), set()
    for seed in range(200):
        kinds |= set(diagnose(model, *loans(20, seed + 1)).kinds)
    assert "shifted_targets" not in kinds


def test_the_sample_weights_weigh_the_means():
    model, (X, y) = model_of_loans("none"), loans(2000, 1)
    weights = np.where(y == 1, 0.1, 1.0)
    (finding,) = diagnose(model, X, y, weights)
    predicted = np.average(model.predict_proba(X)[:, 1], weights=weights)
    share = np.average(y, weights=weights)
    assert f"is {predicted:.3g}, but its share is {share:.3g}" in finding.seen


def test_a_leak_that_is_absent_is_not_blamed_on_the_network():
    """The amount recovered is known only after a default."""
    X, y = loans(3000, 0)
    model = make_pipeline(StandardScaler(), SimpleMLPClassifier(random_state=0))
    model.fit(X.assign(recovered=6.0 * y), y)
    new, y_new = loans(3000, 1)
    found = diagnose(model, new.assign(recovered=0.0), y_new)
    assert found.kinds == ("shifted_targets", "constant_inputs")
    assert "inputs that are not known yet" in found[0].advice


def test_a_network_that_memorised_is_still_said_to_overfit():
    X, y = loans(120, 0)
    options = {"alpha": 0.0, "solver": "lbfgs", "max_iter": 1000}
    model = make_pipeline(StandardScaler(), SimpleMLPClassifier(**options))
    model[-1].set_params(random_state=0)
    model.fit(X, y)
    (finding,) = [
        found
        for found in diagnose(model, *loans(2000, 1))
        if found.kind in ("overfitting", "shifted_targets")
    ]
    assert finding.kind == "overfitting"
    assert finding.advice.startswith("a larger alpha")
    # Another region could be as hard to predict.
    assert "or these samples differ from the training samples." in finding.seen


@pytest.mark.parametrize("codes", ENCODERS)
def test_a_logarithm_in_another_unit_moves_the_mean_of_an_input(codes):
    """Its deviation is as in training; columns of codes were never scaled."""
    X, y = loans(2000, 1)
    X["log_income"] -= np.log(1000)
    finding = diagnose(model_of_loans(codes), X, y)[0]
    assert finding.kind == "scaled_unlike_training"
    if codes != "none":
        scaler = "behind the scaler, the mean is -9.9"
        advice = f"check the unit of standardscaler__log_income: {scaler}"
        assert finding.advice.startswith(advice)


@pytest.mark.parametrize("codes", ENCODERS)
def test_percents_are_in_another_unit(codes):
    X, y = loans(2000, 1)
    X["ltv"] *= 100
    found = diagnose(model_of_loans(codes), X, y)
    assert found.kinds == ("scaled_unlike_training", "unscaled_inputs")
    assert found[0].advice.startswith("check the unit of standardscaler__ltv: ")


def test_a_raw_input_is_as_it_was_in_training():
    """An hour of the day is far from 0, but no scaler was to change that."""
    rng = np.random.default_rng(0)
    X, y = loans(3000, 0)
    hours = rng.integers(6, 22, 3000)
    columns = make_column_transformer(
        (StandardScaler(), NUMBERS), ("passthrough", ["hour"])
    )
    model = make_pipeline(columns, SimpleMLPClassifier(random_state=0))
    model.fit(X.assign(hour=hours), y)
    new, y_new = loans(3000, 1)
    new["log_income"] -= np.log(1000)
    finding = diagnose(model, new.assign(hour=hours), y_new)[0]
    assert finding.kind == "scaled_unlike_training"
    assert "the unit of standardscaler__log_income: " in finding.advice


@pytest.mark.parametrize("sparse_output", [False, True])
def test_raw_numbers_beside_codes_are_seen_without_the_pipeline(sparse_output):
    """The network learned from zeros and ones as they are, and mostly from these."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {"size": rng.normal(50, 10, 2000), "place": rng.integers(0, 40, 2000)}
    )
    y = rng.normal(size=40)[X["place"]] + X["size"] / 20
    columns = make_column_transformer(
        (StandardScaler(), ["size"]),
        (OneHotEncoder(sparse_output=sparse_output), ["place"]),
        sparse_threshold=float(sparse_output),
    )
    model = make_pipeline(columns, SimpleMLPRegressor(random_state=0))
    model.fit(X[:1500], y[:1500])
    raw = columns.transform(X[1500:])
    raw[:, [0]] = X[["size"]][1500:].to_numpy()
    assert diagnose(model[-1], raw, y[1500:]).kinds[0] == "scaled_unlike_training"


def annealed(n_samples, seed, low=600, high=1400):
    """Return alloys, annealed at temperatures in K, and their hardness."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.dirichlet([6, 2, 1, 1], n_samples), columns=[*"abcd"])
    X["kelvin"] = rng.uniform(low, high, n_samples)
    X["batch"] = rng.integers(1, 4, n_samples)
    y = 4 * X["a"] * X["b"] + X["c"] + np.exp(-(((X["kelvin"] - 950) / 150) ** 2))
    return X, y + 0.02 * rng.normal(size=n_samples)


@pytest.fixture(scope="module")
def model_of_alloys():
    columns = make_column_transformer(
        ("passthrough", ["batch"]), remainder=StandardScaler()
    )
    return make_pipeline(columns, SimpleMLPRegressor(random_state=0)).fit(
        *annealed(200, 0)
    )


@pytest.mark.parametrize("n_new", [100, 500])
def test_celsius_instead_of_kelvin_is_named_though_its_mean_is_not_far_off(
    model_of_alloys, n_new
):
    """A batch number, which bypasses the scaler, is farther from 0."""
    X, y = annealed(n_new, 1)
    assert diagnose(model_of_alloys, X, y) == ()
    celsius = X.assign(kelvin=X["kelvin"] - 273.15)
    mean = model_of_alloys[0].transform(celsius)[:, -1].mean()
    assert -1.5 < mean < -0.9
    (finding,) = diagnose(model_of_alloys, celsius, y)
    assert finding.kind == "scaled_unlike_training"
    scaler = f"behind the scaler, the mean is {mean:.4g}"
    assert finding.advice.startswith(f"check the unit of remainder__kelvin: {scaler}")
    assert "absent in training" not in finding.advice


def test_a_chance_mean_of_few_samples_is_no_other_unit():
    """The network memorises pure noise."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 10)), rng.normal(size=60)
    network = SimpleMLPRegressor(alpha=0, solver="lbfgs", random_state=0)
    model = make_pipeline(StandardScaler(), network).fit(X, y)
    reports = ""
    for _ in range(50):
        reports += str(diagnose(model, rng.normal(size=(12, 10)), rng.normal(size=12)))
    assert reports.count("overfitting") > 40
    assert "check the unit of" not in reports


def test_samples_beyond_the_training_samples_may_have_the_right_unit(model_of_alloys):
    X, y = annealed(200, 0, high=900)
    model = clone(model_of_alloys).fit(X, y)
    advice = diagnose(model, *annealed(300, 1, low=1200))[0].advice
    assert advice.startswith("check the unit of remainder__kelvin: behind the scaler")
    assert "(or such values were rare or absent in training)" in advice


def test_an_element_that_was_rare_in_training_may_have_the_right_unit():
    """A single alloy had a trace of it."""
    rng = np.random.default_rng(0)
    X, X_new = rng.dirichlet(np.ones(5), 120), rng.dirichlet(np.ones(5), 300)
    X[:, 4] = np.where(np.arange(120) == 7, 0.003, 0)
    y, y_new = (10 * F[:, 0] * F[:, 1] + F[:, 2] for F in (X, X_new))
    network = SimpleMLPRegressor(random_state=0)
    model = make_pipeline(StandardScaler(), network).fit(X, y)
    finding = diagnose(model, X_new, y_new)[0]
    assert finding.kind == "scaled_unlike_training"
    assert finding.advice.startswith("check the unit of x5: behind the scaler")
    assert "(or such values were rare or absent in training)" in finding.advice


def test_a_unit_that_only_moves_the_predictions_is_named_as_well():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(900, 2)), columns=["mass", "kelvin"])
    y = X["mass"] + 0.1 * X["kelvin"] + 0.1 * rng.normal(size=900)
    model = make_pipeline(StandardScaler(), SimpleMLPRegressor((), random_state=0))
    model.fit(X[:600], y[:600])
    (finding,) = diagnose(model, X[600:].assign(kelvin=X["kelvin"] + 4), y[600:])
    assert finding.kind == "shifted_targets"
    assert finding.advice.startswith("check the unit of kelvin: ")


def test_a_weak_signal_and_more_equal_shares():
    """Of more equal shares, the loss of a healthy network is higher."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(6000, 3))
    odds = np.where(np.arange(6000) < 3000, -1.6, -0.4) + 0.4 * X[:, 0]
    y = (rng.random(6000) < expit(odds)).astype(int)
    model = SimpleMLPClassifier(random_state=0).fit(X[:3000], y[:3000])
    assert diagnose(model, X[3500:], y[3500:]).kinds == ("shifted_targets",)


def test_a_column_of_other_samples_may_have_varied_in_training():
    """There are as many samples as in the fit: the number does not tell them apart."""
    model, (X, y) = model_of_loans("dense"), loans(3000, 1)
    (finding,) = diagnose(model, X.assign(region=0), y)
    assert finding.kind == "constant_inputs"
    assert "in every one of these samples" in finding.seen
    assert "if these are not the training samples" in finding.advice


def measurements(n_samples, seed):
    """Return measurements of eight sensors, three of which depend on the class."""
    rng = np.random.default_rng(seed)
    y = rng.integers(3, size=n_samples)
    X = rng.normal(20, 2, (n_samples, 8))
    X[:, 0] += 3 * y
    X[:, 1] -= 4 * (y == 1)
    X[:, 2] += 3 * (y == 2)
    return X, y


def model_of_sensors(X, y):
    model = make_pipeline(StandardScaler(), SimpleMLPClassifier(random_state=0))
    return model.fit(X, y)


@pytest.mark.parametrize("value", [0, 26])  # impossible, and plausible
@pytest.mark.parametrize("n_samples", [500, 1000])
def test_a_sensor_that_is_stuck_is_named(value, n_samples):
    model = model_of_sensors(*measurements(1000, 0))
    X, y = measurements(n_samples, 1)
    assert diagnose(model, X, y) == ()
    X[:, 0] = value
    assert model.score(X, y) < 0.7
    finding = diagnose(model, X, y)[0]
    assert finding.kind in ("scaled_unlike_training", "shifted_targets")
    assert finding.advice.startswith("check x1, which is constant here, as from ")
    assert "unit" not in finding.advice


def test_all_stuck_sensors_that_do_harm_are_named():
    model = model_of_sensors(*measurements(1000, 0))
    X, y = measurements(500, 1)
    X[:, [0, 2, 7]] = 0  # the network hardly uses x8
    finding = diagnose(model, X, y)[0]
    assert finding.advice.startswith("check x1, x3, which are constant here, as from ")
    assert "unit" not in finding.advice


def test_a_stuck_sensor_is_told_from_another_unit():
    model = model_of_sensors(*measurements(1000, 0))
    X, y = measurements(500, 1)
    X[:, 0], X[:, 1] = 26, 1000 * X[:, 1]
    finding = diagnose(model, X, y)[0]
    assert finding.advice.startswith("check x1, which is constant here")
    assert "check the unit of x2: behind the scaler" in finding.advice


def test_a_rare_event_that_does_not_occur_is_no_stuck_sensor():
    X, y = measurements(1000, 0)
    event = (np.random.default_rng(0).random(1000) < 0.01).astype(float)
    model = model_of_sensors(np.c_[X, event], y)
    X, y = measurements(500, 1)
    X = np.c_[X, np.zeros(500)]
    X[:, 0] = 26
    finding = diagnose(model, X, y)[0]
    assert finding.advice.startswith("check x1, which")


def test_a_constant_feature_of_the_training_is_no_stuck_sensor():
    X, y = measurements(1000, 0)
    X[:, 7] = 0.1  # the mean of which is rounded
    model = model_of_sensors(X, y)
    X, y = measurements(500, 1)
    X[:, 7] = 0.1
    X[:, 0] = 26
    assert diagnose(model, X, y)[0].advice.startswith("check x1, which")


def test_the_stuck_sensor_of_a_network_that_overfits():
    X, y = measurements(60, 0)
    network = SimpleMLPClassifier(alpha=0, solver="lbfgs", random_state=0)
    model = make_pipeline(StandardScaler(), network).fit(X, y)
    X, y = measurements(500, 1)
    X[:, 3] = 16  # tells nothing, but the network uses it
    finding = diagnose(model, X, y)[0]
    assert finding.kind == "overfitting"
    assert finding.advice.startswith("check x4, which is constant here")


@pytest.mark.parametrize("scaler", [RobustScaler(), PowerTransformer()])
def test_other_scalers_that_centre_expose_a_stuck_sensor(scaler):
    network = SimpleMLPClassifier(random_state=0)
    model = make_pipeline(scaler, network).fit(*measurements(1000, 0))
    X, y = measurements(500, 1)
    X[:, 0] = 26
    assert diagnose(model, X, y)[0].advice.startswith("check x1, which is constant")


@pytest.mark.parametrize(
    ("scaler", "value"),
    [
        (QuantileTransformer(n_quantiles=50, output_distribution="normal"), 3),
        (StandardScaler(with_mean=False), 2.5),
        (
            make_column_transformer((MaxAbsScaler(), [5]), remainder=StandardScaler()),
            -3,
        ),
    ],
)
def test_a_scaler_may_map_a_constant_of_the_training_to_other_than_0(scaler, value):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 6))
    y = X[:, 0] + rng.normal(size=400)
    X[:, 5] = value
    network = SimpleMLPRegressor((10,), alpha=0.01, random_state=0)
    model = make_pipeline(scaler, network).fit(X[:60], y[:60])
    for moved in (-5, 0, 5):  # one of which 0 instead of the constant would undo
        report = str(diagnose(model, X[60:], y[60:] + moved))
        assert "broken sensor" not in report
        assert ("shifted_targets" in report) == (moved != 0)


def test_a_mean_may_be_far_from_0_behind_a_scaler_that_does_not_centre():
    """Centring x1 would undo most of what y has moved by."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3000, 2))
    X[:, 0] = np.where(rng.random(3000) < 0.85, 5, -5)
    y = 0.6 * X[:, 0] + 0.1 * X[:, 1]
    model = make_pipeline(MaxAbsScaler(), SimpleMLPRegressor((), random_state=0))
    model.fit(X[:1000], y[:1000])
    finding = diagnose(model, X[1000:], y[1000:] - 0.6 * X[:, 0].mean())[0]
    assert finding.kind == "shifted_targets"
    assert "check the unit" not in finding.advice


def test_samples_of_weight_zero_do_not_show_a_stuck_sensor():
    model = model_of_sensors(*measurements(1000, 0))
    X, y = measurements(500, 1)
    weights = np.where(np.arange(500) < 10, 1.0, 0.0)
    X[:, 0] = 26
    assert "broken sensor" in str(diagnose(model, X, y))
    assert "broken sensor" not in str(diagnose(model, X, y, weights))


@pytest.mark.parametrize("offset", [0, 5])
def test_recalibration_is_advised_where_it_beats_a_constant_prediction(offset):
    """With the columns in another order, it does not."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(900, 2))
    y = 3 * X[:, 0] + 0.1 * rng.normal(size=900)
    model = SimpleMLPRegressor((), random_state=0).fit(X[:600], y[:600])
    swapped = X[600:, ::-1] + [3, 0] if offset == 0 else X[600:]
    new = y[600:] + offset
    (finding,) = diagnose(model, swapped, new)
    assert finding.kind == "shifted_targets"
    corrected = model.predict(swapped)
    corrected += np.mean(new - corrected)
    helps = np.mean((corrected - new) ** 2) < new.var()
    assert ("mean error" in finding.advice) == helps == (offset > 0)
    assert ("the place and meaning" in finding.advice) == (not helps)
    seen = " ".join(finding.seen.split())
    alternative = "y differs from that in training, or the inputs were measured"
    assert (alternative in seen) == helps
    assert ("mean something else, or were measured" in seen) == (not helps)
    rest = np.mean((corrected - new) ** 2) / new.var()
    assert (f"leaves {rest:.3g} times that loss" in finding.seen) == (not helps)


# Edited weights, and samples that change between calls ------------------------------


def silence(network):
    outgoing = network.coefs_[1]
    outgoing[abs(outgoing).sum(axis=1).argmax()] = 0


def deafen(network):
    network.coefs_[0][2] = 0


def swap_signs(network):
    network.coefs_[0][:, 0] *= -1


@pytest.mark.parametrize("edit", [silence, deafen])
@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
def test_a_lesion_is_no_fault_of_the_samples(edit, solver):
    X, y = scaled_iris()
    network = SimpleMLPClassifier((4,), solver=solver, random_state=0).fit(X, y)
    assert diagnose(network, X, y) == ()
    loss, recorded = log_loss(y, network.predict_proba(X)), network.history_["loss"][-1]
    edit(network)
    excess = log_loss(y, network.predict_proba(X)) - loss
    (finding,) = diagnose(network, X, y)
    assert finding.kind == "edited_weights"
    assert finding.figure == pytest.approx(excess / np.log(3), abs=recorded)
    assert "all weights to or from a unit are 0" in finding.seen


def test_an_edit_is_known_until_training_goes_on():
    X, y = scaled_iris()
    network = SimpleMLPClassifier((4,), random_state=0)
    for _ in range(60):
        network.partial_fit(X, y, classes=range(3))
    assert "edited_weights" not in diagnose(network, X, y).kinds
    swap_signs(network)
    (finding,) = diagnose(network, X, y)
    assert finding.kind == "edited_weights"
    assert "not those of the last call" in finding.seen
    assert finding.advice.endswith("needed if the weights were edited on purpose.")
    # As advised.
    for _ in range(60):
        network.partial_fit(X, y)
    assert "edited_weights" not in diagnose(network, X, y).kinds
    # A plain fit keeps no second copy: the edit is only one of the possible causes.
    network.set_params(warm_start=False).fit(X, y)
    swap_signs(network)
    (finding,) = diagnose(network, X, y)
    assert finding.kind == "shifted_targets"
    assert "Or weights were edited after training" in finding.seen


@pytest.mark.parametrize("warm_start", [False, True])
def test_an_edit_that_hardly_matters_does_not_hide_other_causes(warm_start):
    """The judge is the finding without the edit."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(360, 10))
    y = X[:, 0] + rng.normal(size=360)
    network = SimpleMLPRegressor(
        (50,), alpha=1e-5, warm_start=warm_start, max_iter=500, random_state=0
    )
    network.fit(X[:60], y[:60])
    for moved, kind in ((0, "overfitting"), (20, "shifted_targets")):
        assert kind in diagnose(network, X[60:], y[60:] + moved).kinds
    network.coefs_[1][abs(network.coefs_[1]).argmin()] = 0.0
    for moved, kind in ((0, "overfitting"), (20, "shifted_targets")):
        kinds = diagnose(network, X[60:], y[60:] + moved).kinds
        assert kind in kinds
        assert "edited_weights" not in kinds


def test_samples_on_another_scale_are_recognised_after_a_small_edit():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 2))
    y = X[:, 0] + 0.1 * rng.normal(size=200)
    network = SimpleMLPRegressor(warm_start=True, random_state=0).fit(X, y)
    network.coefs_[0][0, 0] += 1e-12
    assert diagnose(network, 50 + 5 * X, y).kinds[0] == "scaled_unlike_training"


def scaled_iris():
    X, y = load_iris(return_X_y=True)
    return StandardScaler().fit_transform(X), y


def parts_of_digits():
    X, y = load_digits(return_X_y=True)
    X, first = X / 16, y < 5
    return (X[first], y[first]), (X[~first], y[~first]), (X, y)


def trained_in_turn(n_first, n_then, **options):
    """Return a network that learned digits up to 4, and then those from 5."""
    network = SimpleMLPClassifier((20,), random_state=0, **options)
    first, then, _ = parts_of_digits()
    for samples, n_calls in ((first, n_first), (then, n_then)):
        for _ in range(n_calls):
            network.partial_fit(*samples, classes=range(10))
    return network


@pytest.mark.parametrize("options", [{}, {"average": False}])
@pytest.mark.parametrize(("n_first", "n_then"), [(30, 30), (10, 60)])
def test_forgetting_is_named(n_first, n_then, options):
    network = trained_in_turn(n_first, n_then, **options)
    first, then, both = parts_of_digits()
    assert network.score(*first) < 0.1
    assert network.score(*then) > 0.95
    for samples in (first, both):
        findings = [f for f in diagnose(network, *samples) if "loss" in f.seen]
        (finding,) = [f for f in findings if f.kind != "outlying_inputs"]
        assert finding.kind == "shifted_targets"
        assert "was trained on these samples earlier" in " ".join(finding.seen.split())
        assert "train on the earlier and later ones together" in finding.advice
    assert "shifted_targets" not in diagnose(network, *then).kinds


@pytest.mark.parametrize("n_then", [1, 3, 10])
def test_a_jump_of_the_loss_as_samples_change_is_no_fault_of_the_rate(n_then):
    network = trained_in_turn(30, n_then, average=False)
    losses = network.history_["loss"]
    assert losses[30] > losses[29] + 1
    for samples in parts_of_digits():
        kinds = diagnose(network, *samples).kinds
        assert not {"learning_rate_too_high", "average_worse"} & {*kinds}


def test_an_average_of_weights_for_other_samples_is_outdated():
    """On the later samples, the last weights are better; on the earlier ones, worse."""
    network = trained_in_turn(30, 3)
    first, then, _ = parts_of_digits()
    assert network.score(*first) > 0.9
    assert "average_worse" in diagnose(network, *then).kinds
    assert "average_worse" not in diagnose(network, *first).kinds


def test_a_warm_start_on_other_samples_forgets_as_well():
    """The cure, both together, restores the accuracy on the earlier samples."""
    _, _, (X, y) = parts_of_digits()
    shuffled = X[:, np.random.default_rng(1).permutation(64)]
    network = SimpleMLPClassifier((20,), warm_start=True, random_state=0).fit(X, y)
    network.fit(shuffled, y)
    assert network.score(X, y) < 0.6
    findings = {finding.kind: finding for finding in diagnose(network, X, y)}
    (kind,) = {"overfitting", "shifted_targets"} & {*findings}
    seen = " ".join(findings[kind].seen.split())
    assert "trained on these samples earlier, and on others since" in seen
    assert "the earlier and later ones together" in findings[kind].advice
    network.fit(np.vstack([X, shuffled]), np.r_[y, y])
    assert network.score(X, y) > 0.95


def one_epoch(network, X, y):
    return network.partial_fit(X, y)


def warm_fit(network, X, y):
    return network.set_params(warm_start=True).fit(X, y)


@pytest.mark.parametrize("train", [one_epoch, warm_fit])
def test_a_network_forgets_nothing_in_its_first_call(train):
    """Nor were weights edited, as the copy that such a call keeps would show."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 4))
    y, noise = X[:, 0] + 0.2 * rng.normal(size=200), 8 + 3 * rng.normal(size=200)
    network = SimpleMLPRegressor((10,), batch_size=1, random_state=0)
    for n_calls in (1, 2):
        train(network, X, y)
        report = " ".join(str(diagnose(network, X, noise)).split())
        assert "shifted_targets" in report
        assert "edited" not in report
        assert ("it forgets" in report) == (n_calls > 1)
        assert ("earlier and later ones together" in report) == (n_calls > 1)


def test_a_healthy_network_whose_loss_is_no_lower_than_a_constants_is_a_fact():
    """The targets are noise. Without findings, the report has both numbers."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((700, 32)), rng.integers(2, size=700)
    model = SimpleMLPClassifier((10,), random_state=0).fit(X[:400], y[:400])
    diagnosis = diagnose(model, X[400:], y[400:])
    loss = log_loss(y[400:], model.predict_proba(X[400:]))
    share = y[400:].mean()
    constant = log_loss(y[400:], np.full(300, share))
    assert loss > constant
    report = str(diagnosis)
    assert diagnosis == ()
    assert str(copy.deepcopy(diagnosis)) == report
    assert [float(n) for n in re.findall(r"0\.\d+", report)] == pytest.approx(
        [loss, constant], rel=1e-3
    )
    assert "there may be no signal" in report
    assert "not trained on" not in report


def test_a_report_on_new_samples_that_are_predicted_well_has_no_remark():
    diagnosis = diagnose(model_of_loans("dense"), *loans(2000, 1))
    expected = "Nothing found: on these samples the network looks healthy."
    assert str(diagnosis) == expected
