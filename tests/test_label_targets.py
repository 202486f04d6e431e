"""Labels as network outputs: of any type, of several labels, of a single class."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_iris, make_multilabel_classification

from sknn_simple import SimpleMLPClassifier
from sknn_simple._targets import label_targets

X, Y = load_iris(return_X_y=True)
QUICK = SimpleMLPClassifier(
    (5,), max_iter=5, n_iter_no_change=np.inf, random_state=0, init="glorot_uniform"
)


def fitted(y, X=X, **params):
    return clone(QUICK).set_params(**params).fit(X, y)


@pytest.mark.parametrize(
    "names",
    [
        np.array(["c", "a", "b"]),
        np.array(["c", "a", "b"], dtype=object),
        np.array([30, -2, 7]),
        np.array([0.0, 5.0, 2.0]),
        np.array([2**40, 1, 0]),
    ],
    ids=lambda names: f"{names.dtype}",
)
def test_labels_of_any_type_are_the_same_problem(names):
    y = names[Y]
    model = fitted(y)
    np.testing.assert_array_equal(model.classes_, np.unique(names))
    assert model.predict(X).dtype == y.dtype
    order = np.argsort(names)
    plain = fitted(np.argsort(order)[Y])
    np.testing.assert_array_equal(model.predict_proba(X), plain.predict_proba(X))
    np.testing.assert_array_equal(model.predict(X), np.sort(names)[plain.predict(X)])


def test_boolean_labels():
    model = fitted(Y == 1)
    assert model.predict(X).dtype == bool
    assert model.classes_.tolist() == [False, True]


@pytest.mark.parametrize(
    ("y", "n_outputs"), [(Y, 3), (Y == 1, 1), ((X > 3).astype(int), 4)]
)
def test_targets_are_of_the_dtype_of_the_samples(y, n_outputs):
    encoded = label_targets(y, "log_loss").encode(y, np.float32)
    assert (encoded.shape, encoded.dtype) == ((150, n_outputs), np.float32)


def test_multilabel_by_parts_and_sparse():
    X, y = make_multilabel_classification(60, n_features=5, random_state=0)
    whole = clone(QUICK).set_params(max_iter=2).fit(X, y)
    parts = clone(QUICK).partial_fit(X, y).partial_fit(X, sparse.csr_matrix(y))
    np.testing.assert_array_equal(whole.coefs_[0], parts.coefs_[0])
    with pytest.raises(ValueError, match="indicator matrix"):
        parts.partial_fit(X, y[:, 0])
    with pytest.raises(ValueError, match=r"with 5 columns.* got shape \(60, 4\)"):
        parts.partial_fit(X, y[:, :4])
    message = r"class_weight must be None .* sklearn\.multiclass\.OneVsRestClassifier\."
    with pytest.raises(ValueError, match=message):
        parts.set_params(class_weight={0: 2}).partial_fit(X, y)


@pytest.mark.parametrize("label", [7, "only"])
def test_one_class_is_predicted(label):
    y = np.full(150, label)
    model = fitted(y)
    assert set(model.predict(X)) == {label}
    assert set(model.predict(-1000 * X)) == {label}
    for answer, value in ((model.predict_proba(X), 1), (model.predict_log_proba(X), 0)):
        assert (answer.shape, answer.dtype) == ((150, 1), np.float64)
        assert (answer == value).all()
    assert model.score(X, y) == 1


def test_classes_of_mixed_types_are_refused():
    model, classes = SimpleMLPClassifier((2,)), np.array([1, "one"], object)
    with pytest.raises(TypeError, match=r"classes.*types \['int', 'str'\]. Convert"):
        model.partial_fit(X, np.arange(150) % 2, classes=classes)


@pytest.mark.parametrize("label", [0.5, 2.0**63, -0.1, 1e300])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_numbers_between_the_classes_are_no_labels(label):
    """scikit-learn's encoder casts them to the integers that the classes are."""
    X, y = np.arange(6.0).reshape(-1, 1), np.array([0, 1] * 3)
    model = SimpleMLPClassifier((2,), random_state=0)
    model.partial_fit(X, y, classes=[0, 1]).partial_fit(X, y.astype(float))
    other = y.astype(float)
    other[3] = label
    with pytest.raises(
        ValueError, match=r"y must hold only the classes \[0, 1\], got al"
    ):
        model.partial_fit(X, other)
    model.set_params(early_stopping=True, max_iter=2)
    with pytest.raises(ValueError, match=r"validation data .* only the classes"):
        model.fit(X, y, X_val=X, y_val=other)
