"""Validation: which samples, which weights, and how they are scored."""

import re
import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import get_scorer, log_loss, r2_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from support import KINDS, UNSTOPPED, diabetes, iris

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple._fit.samples import LabelledSamples
from sknn_simple._fit.validation import hold_out

X, LABELS = load_iris(return_X_y=True)
NUMBERS = X[:, 0].copy()


@KINDS
@pytest.mark.parametrize(
    ("validation", "message"),
    [
        ({"X_val": X}, "X_val is given, but y_val is not"),
        ({"y_val": NUMBERS}, "y_val is given, but X_val is not"),
        ({"sample_weight_val": np.ones(150)}, "sample_weight_val is given, but X_val"),
        ({"X_val": X[:, :3], "y_val": LABELS}, r"\): X_val has 3 features"),
        ({"X_val": X * np.nan, "y_val": LABELS}, r"\): X_val contains NaN"),
        (
            {"X_val": np.full(X.shape, "X"), "y_val": LABELS},
            r"\): X_val must hold numbers, got the text 'X' in column 0.* In a "
            r'Pipeline, transform_input=\["X_val"\] transforms it like X\.$',
        ),
        (
            {"X_val": X[:5], "y_val": LABELS},
            "X_val and y_val must have the same number of samples, got 5 and 150",
        ),
        (
            {"X_val": X, "y_val": LABELS, "sample_weight_val": -np.ones(150)},
            "sample_weight_val.*negative",
        ),
    ],
)
def test_bad_validation_data(kind, y, validation, message):
    with pytest.raises(ValueError, match=message):
        kind(early_stopping=True).fit(X, y, **validation)


def test_validation_labels_that_are_not_in_training():
    with pytest.raises(ValueError, match=r"y_val.*\[0, 1\], got also \[2\]"):
        SimpleMLPClassifier(early_stopping=True).fit(
            X[:100], LABELS[:100], X_val=X, y_val=LABELS
        )


def test_errors_on_validation_targets_do_not_advise_to_transform_inputs():
    model = SimpleMLPRegressor(early_stopping=True)
    for y_val in (NUMBERS[:5], NUMBERS * np.nan, NUMBERS.astype(str)):
        with pytest.raises(ValueError, match="y_val") as caught:
            model.fit(X, NUMBERS, X_val=X, y_val=y_val)
        assert "Pipeline" not in str(caught.value)


def hours(n_hours, seed=0):
    """Return a load that drifts, an hour of the day, and the next load, in MW."""
    rng = np.random.default_rng(seed)
    angle = 2 * np.pi * np.arange(n_hours + 1) / 24
    drift = np.cumsum(rng.normal(size=n_hours + 1))
    load = 25000 + 5000 * np.sin(angle) + 300 * drift
    return np.c_[load, np.cos(angle)][:-1], load[1:]


def warnings_of(model, *data, **validation):
    """Fit, and return the warnings as one text."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(*data, **validation)
    return " ".join(str(warning.message) for warning in caught)


def test_validation_samples_that_were_not_scaled_are_warned_of():
    X, y = hours(1200)
    train, val = slice(1000), slice(1000, None)
    prefix = "simplemlpregressor__"
    model = make_pipeline(
        StandardScaler(), SimpleMLPRegressor((10,), early_stopping=True, random_state=0)
    )
    data = X[train], y[train]
    with pytest.warns(
        ConvergenceWarning,
        match=r"X_val is far outside of X in the columns \[0\].*"
        r'transform_input=\["X_val"\]',
    ):
        model.fit(*data, **{f"{prefix}X_val": X[val], f"{prefix}y_val": y[val]})
    scaled = StandardScaler().fit(X[train]).transform(X[val])
    assert not warnings_of(
        model, *data, **{f"{prefix}X_val": scaled, f"{prefix}y_val": y[val]}
    )
    with config_context(enable_metadata_routing=True):
        network = clone(model[-1]).set_fit_request(X_val=True, y_val=True)
        routed = make_pipeline(StandardScaler(), network, transform_input=["X_val"])
        assert not warnings_of(routed, *data, X_val=X[val], y_val=y[val])


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_validation_samples_with_an_absurd_loss_are_warned_of(container):
    X = np.random.default_rng(0).normal(size=(600, 2))
    y, train, val = X[:, 0] + X[:, 1] ** 2, slice(500), slice(500, None)
    model = SimpleMLPRegressor(
        (10,), activation="relu", early_stopping=True, random_state=0
    )
    data = container(X[train]), y[train]
    assert not warnings_of(model, *data, X_val=container(X[val]), y_val=y[val])
    seen = "The validation samples are unlike the training samples: their lowest loss "
    figure = r"\(([^)]+)\)"
    advice = warnings_of(model, *data, X_val=container(20 * X[val]), y_val=y[val])
    lowest, constant = re.match(f"{seen}{figure} is .*?{figure}", advice).groups()
    assert float(lowest) == pytest.approx(min(model.history_["validation_loss"]), 1e-5)
    assert float(constant) == pytest.approx(0.5, rel=0.5)  # y is standardised


def test_held_out_samples_are_not_to_be_scaled_like_the_others():
    """They came with the others, however different they are."""
    X = np.random.default_rng(0).normal(size=(600, 2))
    y = X[:, 0] + X[:, 1] ** 2
    _, held_out = train_test_split(np.arange(600), test_size=60, random_state=0)
    X[held_out] *= 20
    model = SimpleMLPRegressor(
        (10,), activation="relu", early_stopping=True, random_state=0
    )
    assert "X_val like X" not in warnings_of(model, X, y)
    assert min(model.history_["validation_loss"]) > 5


@pytest.mark.parametrize("n_val", [1, 2, 24, 300])
@pytest.mark.parametrize("seed", range(4))
def test_later_samples_are_not_unlike_earlier_ones(n_val, seed):
    """Targets and inputs drift; the last input is 0 until validation begins."""
    X, y = hours(800 + n_val, seed)
    later = np.arange(len(X)) >= 800
    X, y = np.c_[X, np.arange(len(X)), later], y + 20000 * later
    scaler = StandardScaler().fit(X[:800])
    X = scaler.transform(X)
    model = SimpleMLPRegressor((10,), early_stopping=True, random_state=0)
    assert not warnings_of(model, X[:800], y[:800], X_val=X[800:], y_val=y[800:])


@KINDS
def test_validation_data_without_early_stopping(kind, y):
    with pytest.raises(ValueError, match="early_stopping is False"):
        kind().fit(X, y, X_val=X, y_val=y)


@pytest.mark.parametrize(
    ("rows", "fraction", "message"),
    [
        (range(5), 0.1, "holds out 1 of 5 samples: too few"),
        (range(50), 0.0, "holds out 0 of 50 samples: too few"),
        ((0, 50, 51, 100), 0.5, r"to train on \(at least 2 and 3\)"),
    ],
)
def test_early_stopping_on_too_few_rows(rows, fraction, message):
    rows = list(rows)
    classifier = SimpleMLPClassifier(early_stopping=True, validation_fraction=fraction)
    with pytest.raises(ValueError, match=message):
        classifier.fit(X[rows], LABELS[rows])


def test_early_stopping_on_one_row_of_each_class():
    rows = [0, 1, 50, 51, 100, 101]
    classifier = SimpleMLPClassifier(early_stopping=True, validation_fraction=0.34)
    assert np.isfinite(classifier.fit(X[rows], LABELS[rows]).loss_)


@pytest.mark.parametrize("fraction", [0.1, 0.9])
def test_each_part_of_early_stopping_has_every_class(fraction):
    """A stratified split of scikit-learn leaves the rarest classes out of a part."""
    y = np.repeat(["frequent", "rare", "rarer"], [60, 5, 2])
    X = np.arange(67.0)[:, None]
    split = {"random_state": 0, "stratify": y, "test_size": fraction}
    training, validation = train_test_split(np.arange(67), **split)
    assert min(len(set(y[training])), len(set(y[validation]))) < 3

    estimator = SimpleMLPClassifier(validation_fraction=fraction)
    parts = hold_out(estimator, LabelledSamples(X, y, None), 0)
    assert [set(part.y) for part in parts] == [set(y)] * 2
    assert [len(part.y) for part in parts] == [len(training), len(validation)]
    rows = np.concatenate([part.X[:, 0] for part in parts]).astype(int)
    assert sorted(rows) == list(range(67))  # each sample is in one part, once
    assert (y[rows] == np.concatenate([part.y for part in parts])).all()
    # No more samples are exchanged than the missing classes need.
    assert len(set(validation) - set(parts[1].X[:, 0])) <= 2
    again, _ = hold_out(estimator, LabelledSamples(X, y, None), 0)
    assert (again.X == parts[0].X).all()


def test_a_class_of_a_single_sample_is_trained_on():
    y = np.repeat(["frequent", "rare", "single"], [40, 9, 1])
    estimator = SimpleMLPClassifier(validation_fraction=0.2)
    samples = LabelledSamples(np.arange(50.0)[:, None], y, None)
    training, validation = hold_out(estimator, samples, 0)
    assert set(training.y) == set(y)
    assert set(validation.y) == {"frequent", "rare"}
    assert sorted(np.r_[training.X, validation.X][:, 0]) == list(range(50))


def test_a_part_with_fewer_samples_than_classes_has_some_of_them():
    y = np.repeat(np.arange(40), 8)
    estimator = SimpleMLPClassifier(validation_fraction=0.1)
    for seed in range(5):
        samples = LabelledSamples(np.arange(320.0)[:, None], y, None)
        training, validation = hold_out(estimator, samples, seed)
        assert len(validation.y) == 32
        assert set(training.y) == set(y)
        assert sorted(np.r_[training.X, validation.X][:, 0]) == list(range(320))


def test_early_stopping_learns_a_class_of_five_samples():
    X = np.random.default_rng(0).normal(size=(200, 6))
    size = 2 * X[:, 0] + X[:, 1]
    fails = size >= np.sort(size)[-5]
    model = SimpleMLPClassifier(early_stopping=True, random_state=0).fit(X, fails)
    assert model.predict_proba(X[fails])[:, 1].min() > 0.3


def test_early_stopping_with_no_weight_left_for_a_part():
    weights = np.zeros(150)
    weights[0] = 1
    with pytest.raises(ValueError, match="sample_weight is zero for every sample"):
        SimpleMLPRegressor(early_stopping=True, random_state=0).fit(
            X, NUMBERS, sample_weight=weights
        )


def test_early_stopping_with_almost_no_weight_left_for_a_part():
    weights = np.full(150, 1e-200)
    weights[0] = 1
    with pytest.raises(ValueError, match=r"sample_weight of the .* part that early"):
        SimpleMLPRegressor(early_stopping=True, random_state=0).fit(
            X, NUMBERS, sample_weight=weights
        )


def test_validation_data_with_an_infinite_loss():
    regressor = SimpleMLPRegressor((), normalize_y=False, early_stopping=True)
    with pytest.raises(ValueError, match=r"epoch 1.*the validation loss is not finite"):
        regressor.fit(X, NUMBERS, X_val=1e200 * X, y_val=NUMBERS)


def test_a_scorer_that_fails():
    regressor = SimpleMLPRegressor(early_stopping=True, scoring="accuracy")
    with pytest.raises(ValueError, match="scoring='accuracy' failed on the validation"):
        regressor.fit(X, NUMBERS)


def test_a_scorer_of_probabilities_for_a_regressor():
    regressor = SimpleMLPRegressor(early_stopping=True, scoring="neg_log_loss")
    with pytest.raises(ValueError, match="scoring='neg_log_loss' failed on the valid"):
        regressor.fit(X, NUMBERS)


def test_a_scorer_that_returns_nan():
    regressor = SimpleMLPRegressor(early_stopping=True, scoring=lambda *_: np.nan)
    with pytest.raises(ValueError, match=r"scoring must return a finite number.*nan"):
        regressor.fit(X, NUMBERS)


def test_validation_loss_is_that_of_log_loss():
    X, y = iris()
    order = np.random.RandomState(0).permutation(len(y))
    X, y = X[order], y[order]
    weights = np.random.RandomState(1).uniform(0.5, 2, 50)
    classifier = SimpleMLPClassifier(
        (5,), early_stopping=True, max_iter=1, n_iter_no_change=np.inf, alpha=3.0
    )
    classifier.fit(
        X[50:], y[50:], X_val=X[:50], y_val=y[:50], sample_weight_val=weights
    )
    expected = log_loss(y[:50], classifier.predict_proba(X[:50]), sample_weight=weights)
    assert classifier.history_["validation_loss"] == [pytest.approx(expected, rel=1e-9)]


def test_validation_scores_are_weighted():
    X, y = iris()
    order = np.random.RandomState(0).permutation(150)
    X, y = X[order], y[order]
    weights = np.random.RandomState(1).uniform(0, 5, 60)
    for scoring, metric in ((None, "accuracy"), ("neg_log_loss", "neg_log_loss")):
        model = SimpleMLPClassifier(
            (5,),
            early_stopping=True,
            scoring=scoring,
            max_iter=3,
            random_state=0,
            learning_rate_init=0.01,
            **UNSTOPPED,
        )
        model.fit(X[60:], y[60:], X_val=X[:60], y_val=y[:60], sample_weight_val=weights)
        expected = get_scorer(metric)(model, X[:60], y[:60], sample_weight=weights)
        assert model.best_validation_score_ == pytest.approx(expected, rel=1e-12)


def test_the_default_score_of_a_regressor_is_weighted():
    X, y = diabetes()
    weights = np.arange(100.0)
    model = SimpleMLPRegressor((3,), early_stopping=True, max_iter=1, random_state=0)
    model.set_params(n_iter_no_change=np.inf, scoring=None)
    model.fit(X, y, X_val=X, y_val=y, sample_weight_val=weights)
    expected = r2_score(y, model.predict(X), sample_weight=weights)
    assert model.validation_scores_ == [pytest.approx(expected, rel=1e-10)]


def test_early_stopping_monitors_the_quantile_loss():
    """R^2 would prefer the epochs in which a high quantile is still near the mean."""
    X, y = diabetes()
    options = {"loss": "quantile", "quantile": 0.95, "random_state": 0, "max_iter": 30}
    options |= {"early_stopping": True, **UNSTOPPED}
    model = SimpleMLPRegressor((3,), **options).fit(X, y)
    losses = model.history_["validation_loss"]
    assert model.validation_scores_ == [-loss for loss in losses]
    assert model.best_epoch_ == 1 + np.argmin(losses)
    by_r2 = SimpleMLPRegressor((3,), scoring="r2", **options).fit(X, y)
    assert by_r2.best_epoch_ < model.best_epoch_


def test_names_of_the_user_stay_in_messages_on_validation_data():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X[:, :2], columns=["pos X", "y"])
    model = SimpleMLPClassifier(max_iter=1, early_stopping=True)
    named = pandas.DataFrame(X, columns=list("abcd"))
    with pytest.raises(ValueError, match=r"- pos X\n- y\n"):
        model.fit(named, LABELS, X_val=frame, y_val=LABELS)
