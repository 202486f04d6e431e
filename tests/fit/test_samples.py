"""X and weights: bad ones are refused before any work, good ones in any layout."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_iris
from support import KINDS

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

X, LABELS = load_iris(return_X_y=True)
NUMBERS = X[:, 0].copy()


def with_value(value):
    bad = X.copy()
    bad[3, 1] = value
    return bad


BAD_X = [
    (with_value(np.nan), "NaN"),
    (with_value(np.inf), "infinity"),
    (sparse.csr_matrix(with_value(np.nan)), "NaN"),
    (np.empty((0, 4)), "minimum of 1 is required"),
    (np.empty((150, 0)), "minimum of 1 is required"),
    (X[:, 0], "Expected 2D array"),
    (X[:, :, None], "Found array with dim 3"),
    (X + 1j, "Complex data"),
    (np.array([["a"] * 4] * 150, dtype=object), "could not convert"),
]


@KINDS
@pytest.mark.parametrize(("bad", "message"), BAD_X, ids=[case[1] for case in BAD_X])
def test_bad_inputs(kind, y, bad, message):
    with pytest.raises((ValueError, TypeError), match=message):
        kind().fit(bad, y)
    fitted = kind((3,), max_iter=1, n_iter_no_change=np.inf).fit(X, y)
    with pytest.raises((ValueError, TypeError), match=message):
        fitted.predict(bad)


@KINDS
def test_predict_with_another_number_of_features(kind, y):
    fitted = kind((3,), max_iter=1, n_iter_no_change=np.inf).fit(X, y)
    with pytest.raises(ValueError, match=r"X has 3 features, but .* 4"):
        fitted.predict(X[:, :3])


@KINDS
def test_masked_values(kind, y):
    """scikit-learn would train on the hidden values."""
    masked = np.ma.masked_array(X, X > 7)
    model = kind(max_iter=2, n_iter_no_change=np.inf)
    with pytest.raises(ValueError, match="X must not have masked values"):
        model.fit(masked, y)
    with pytest.raises(ValueError, match="y must not have masked values"):
        model.fit(X, np.ma.masked_array(y, y > 1))
    model.fit(np.ma.masked_array(X), y)  # nothing is masked
    with pytest.raises(ValueError, match="X must not have masked values"):
        model.predict(masked)


@KINDS
def test_integers_too_large_for_a_float(kind, y):
    huge = X.astype(object)
    huge[0, 0] = 10**400
    with pytest.raises(ValueError, match="X and y must hold numbers that a float can"):
        kind().fit(huge, y)
    with pytest.raises(ValueError, match="X must hold numbers that a float can hold"):
        kind(max_iter=2, n_iter_no_change=np.inf).fit(X, y).predict(huge)


@KINDS
def test_samples_at_both_ends_of_the_floating_range(kind, y):
    """scikit-learn's check sums them: infinity minus infinity."""
    extreme = np.finfo(float).max * np.sign(X - X.mean(axis=0))
    model = kind((3,), max_iter=2, n_iter_no_change=np.inf).fit(extreme, y)
    assert np.isfinite(model.score(extreme.tolist(), y))


def test_samples_too_large_for_the_network():
    line = SimpleMLPRegressor.from_coefs([[[2.0], [-2.0]]])
    assert line.predict([[4e307, 4e307]]) == 0
    for samples in ([[1e308, -1e308]], [[1e308, 1e308]]):
        with pytest.raises(ValueError, match="X is too large for this network"):
            line.predict(samples)
    exponential = SimpleMLPRegressor.from_coefs([[[1.0]]], loss="poisson")
    assert np.isfinite(exponential.predict([[709.0]]))
    with pytest.raises(ValueError, match="X is too large for this network"):
        exponential.predict([[710.0]])


@KINDS
@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (-np.ones(150), "Negative values in data passed to `sample_weight`"),
        (np.full(150, np.nan), "sample_weight contains NaN"),
        (np.zeros(150), "(?i)sample.weights? .*non-zero"),
        (np.ones(149), r"sample_weight.shape == \(149,\)"),
        (np.ones((150, 2)), "Sample weights must be 1D"),
        (np.full(150, 1e300), "sample_weight must have .* a sum of at most 1e"),
        (np.full(150, 5e-324), "sample_weight must have a mean of at least 7e-155"),
    ],
)
def test_bad_weights(kind, y, weights, message):
    with pytest.raises(ValueError, match=message):
        kind().fit(X, y, sample_weight=weights)


def test_class_weights_whose_products_are_too_large():
    classifier = SimpleMLPClassifier(class_weight={0: 1e300})
    with pytest.raises(ValueError, match="class_weight with sample_weight must have"):
        classifier.fit(X, LABELS, sample_weight=np.full(150, 1e100))
    with pytest.raises(ValueError, match="class_weight with sample_weight must have"):
        classifier.fit(X.astype(np.float32), LABELS)


@KINDS
@pytest.mark.parametrize("layout", ["F", "strided", "reversed", "readonly", "list"])
def test_every_layout_gives_the_same_bits_and_is_left_alone(kind, y, layout):
    """Training does not write to the data, either."""
    data = {
        "F": np.asfortranarray(X),
        "strided": np.repeat(X, 2, axis=1)[:, ::2],
        "reversed": X[::-1].copy()[::-1],
        "readonly": X.copy(),
        "list": X.tolist(),
    }[layout]
    if layout == "readonly":
        data.flags.writeable = False
    before = np.array(data)
    estimator = kind((4,), max_iter=3, n_iter_no_change=np.inf, random_state=0)
    plain = clone(estimator).fit(X, y)
    other = clone(estimator).fit(data, y)
    np.testing.assert_array_equal(plain.coefs_[0], other.coefs_[0])
    np.testing.assert_array_equal(np.array(data), before)


@KINDS
def test_predicting_before_fitting(kind, y):
    with pytest.raises(ValueError, match="not fitted yet"):
        kind().predict(X)
    for attribute in ("loss_curve_", "history_", "validation_scores_", "coefs_"):
        assert not hasattr(kind(), attribute)


@KINDS
def test_what_is_checked_before_predicting(kind, y):
    """Predict skips scikit-learn's checks for arrays that need no conversion."""
    model = kind((3,), max_iter=2, n_iter_no_change=np.inf).fit(X, y)
    expected = model.predict(X)
    np.testing.assert_array_equal(model.predict(X.tolist()), expected)
    np.testing.assert_array_equal(model.predict(np.asfortranarray(X)), expected)
    bad = {
        "NaN": np.where(np.arange(X.size).reshape(X.shape) == 7, np.nan, X),
        "infinity": np.where(np.arange(X.size).reshape(X.shape) == 7, np.inf, X),
        "features": X[:, 1:],
        "0 sample": X[:0],
        "1D array": X[0],
    }
    for message, samples in bad.items():
        with pytest.raises(ValueError, match=message):
            model.predict(samples)
    # Finite, although their sum is not.
    assert np.isfinite(model.predict(np.full_like(X, 1e308))).all()
    named = clone(model).fit(pd.DataFrame(X).add_prefix("x"), y)
    with pytest.warns(UserWarning, match="valid feature names"):
        named.predict(X)
