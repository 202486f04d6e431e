"""Findings of `diagnose` on samples that are later than all training samples."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPRegressor
from sknn_simple.inspection import diagnose


def series(trend, seed=0):
    """Return a day, a season and noise, and their effects on y."""
    rng = np.random.default_rng(seed)
    day = np.arange(600.0)
    X = pd.DataFrame({"day": day, "season": np.sin(day / 5)})
    X["noise"] = rng.normal(size=600)
    return X, trend(day) + X["season"] + 0.2 * rng.normal(size=600)


def fitted(X, y):
    return make_pipeline(StandardScaler(), SimpleMLPRegressor(random_state=0)).fit(X, y)


@pytest.mark.parametrize(
    ("trend", "kind"),
    [
        (lambda day: np.exp(day / 120), "shifted_targets"),
        (lambda day: 3 * np.sin(day / 36), "scaled_unlike_training"),
        (lambda day: 3 * np.sin(day / 40), "overfitting"),
    ],
    ids=["growth", "wave", "longer wave"],
)
def test_a_time_beyond_the_training_samples_is_named(trend, kind):
    X, y = series(trend)
    X = X.rename(columns={"day": "{day}"})
    model = fitted(X[:500], y[:500])
    assert diagnose(model, X[:500], y[:500]) == ()
    finding = diagnose(model, X[500:], y[500:])[0]
    assert "{day} is beyond most training samples here" in finding.seen
    assert "networks do not extrapolate" in finding.seen
    assert "train on samples that cover such values of {day}," in finding.advice
    assert finding.kind == kind


def test_the_advice_is_a_cure():
    """Every other day covers the range, and a line can be extrapolated."""
    X, y = series(lambda day: day**1.2 / 50)
    later = slice(450, None)
    model = fitted(X[:450], y[:450])
    finding = diagnose(model, X[later], y[later])[0]
    assert "such values of day, and subtract a trend over time" in finding.advice
    score = model.score(X[later], y[later])
    assert fitted(X[::2], y[::2]).score(X[later], y[later]) > score + 0.3
    line = LinearRegression().fit(X[:450], y[:450])
    residuals = y - line.predict(X)
    model = fitted(X[:450], residuals[:450])
    prediction = line.predict(X[later]) + model.predict(X[later])
    error = np.mean((prediction - y[later]) ** 2)
    assert 1 - error / np.var(y[later]) > score + 0.3


def test_a_network_that_memorised_noise_does_not_extrapolate():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(400, 10)), rng.normal(size=400)
    options = {"alpha": 0.0, "solver": "lbfgs", "max_iter": 500, "random_state": 0}
    model = make_pipeline(StandardScaler(), SimpleMLPRegressor(**options))
    model.fit(X[:200], y[:200])
    # A new instrument moves two inputs, but not beyond most training samples.
    for moved in (0.0, np.r_[1.2, -1.2, np.zeros(8)]):
        report = str(diagnose(model, X[200:] + moved, y[200:]))
        assert "overfits" in report
        assert "extrapolate" not in report


def test_an_input_without_an_effect_is_not_blamed():
    rng = np.random.default_rng(0)
    X, y = series(lambda day: rng.normal(size=600))
    X["day"] = rng.permutation(X["day"])
    model = fitted(X[:400], y[:400])
    X["day"] += 550
    assert "extrapolate" not in str(diagnose(model, X[400:], 5 + y[400:]))
