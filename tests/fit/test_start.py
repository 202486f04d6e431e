"""The start of a training: initial weights, and the classes of partial_fit."""

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.datasets import load_iris
from sklearn.metrics import log_loss

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

X, LABELS = load_iris(return_X_y=True)
NUMBERS = X[:, 0].copy()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"coefs_init": [np.ones((4, 5))]}, r"coefs_init .*\(4, 5\), \(5, 1\).*got"),
        (
            {"coefs_init": [np.ones((4, 5)), np.ones((5, 2))]},
            r"coefs_init .*\(5, 1\).*\(5, 2\)\]\.$",
        ),
        (
            {"coefs_init": [np.ones((5, 4)), np.ones((1, 5))]},
            r"coefs_init .*\(5, 4\), \(1, 5\)\]\. coefs have .*: transpose them\?$",
        ),
        (
            {"coefs_init": [np.full((4, 5), np.nan), np.ones((5, 1))]},
            "coefs_init must hold finite numbers",
        ),
        (
            {"coefs_init": [np.full((4, 5), 1e300), np.ones((5, 1))]},
            "coefs_init and intercepts_init must be finite in float32",
        ),
        (
            {"coefs_init": [[[1, 2], [3]], [[1]]]},
            r"coefs_init .*\(4, 5\), \(5, 1\).*got",
        ),
        (
            {"coefs_init": [[[1, 2, 3, 4, None]] * 4, np.ones((5, 1))]},
            r"finite numbers .* got None at coefs_init\[0\]\[0, 4\]\. Replace it",
        ),
        (
            {"coefs_init": [np.ones((4, 5)), None]},
            r"numbers for every layer, got None at coefs_init\[1\]\. Replace it",
        ),
        (
            {"intercepts_init": [np.ones(5), ["0"]]},
            r"finite numbers .* got <U1 at intercepts_init\[1\]\.",
        ),
        ({"intercepts_init": [np.ones(5)]}, r"intercepts_init .*\(5,\), \(1,\)"),
        ({"intercepts_init": np.array(2)}, r"intercepts_init .*\(5,\).*array\(2\)"),
        (
            {"intercepts_init": [np.ones(5), np.ones(1)], "fit_intercept": False},
            "intercepts_init must be None with fit_intercept=False",
        ),
    ],
)
def test_bad_initial_weights(options, message):
    with pytest.raises(ValueError, match=message):
        SimpleMLPRegressor((5,), **options).fit(X.astype(np.float32), NUMBERS)


def test_weights_for_an_output_per_class_are_explained():
    """The difference of the two columns gives the same probabilities as softmax."""
    coefs, intercepts = [np.eye(4, 2)], [np.array([0.5, 2.0])]
    labels = LABELS[:100]
    model = SimpleMLPClassifier((), max_iter=0, coefs_init=coefs)
    hint = "Two classes share one output.*subtract the weights of the first class"
    with pytest.raises(ValueError, match=rf"coefs_init .*\(4, 1\).*{hint}"):
        model.fit(X[:100], labels)
    model.set_params(coefs_init=[coefs[0][:, 1:] - coefs[0][:, :1]])
    model.set_params(intercepts_init=intercepts)
    with pytest.raises(ValueError, match=rf"intercepts_init .*\(1,\).*{hint}"):
        model.fit(X[:100], labels)
    model.set_params(intercepts_init=[intercepts[0][1:] - intercepts[0][:1]])
    probabilities = model.fit(X[:100], labels).predict_proba(X)
    expected = softmax(X @ coefs[0] + intercepts[0], axis=1)
    np.testing.assert_allclose(probabilities, expected, rtol=1e-12)
    with pytest.raises(ValueError, match=r"\(4, 2\)\]\.$"):  # a number, not two classes
        SimpleMLPRegressor((), coefs_init=coefs).fit(X, NUMBERS)


def test_rows_that_lack_a_class_of_the_given_weights():
    """The way out that the error names keeps the classes, and trains on."""
    options = {"max_iter": 20, "n_iter_no_change": np.inf, "random_state": 0}
    trained = SimpleMLPClassifier((5,), **options).fit(X, LABELS)
    coefs, intercepts = trained.coefs_, trained.intercepts_
    few = slice(50, 150, 4)  # of the classes 1 and 2
    hint = r"y has 2 classes, and the weights 3 outputs\. .*from_coefs\(.*classes="
    with pytest.raises(ValueError, match=rf"\(5, 1\).*got .*\(5, 3\)\]\. {hint}"):
        SimpleMLPClassifier((5,), coefs_init=coefs).fit(X[few], LABELS[few])
    tuned = SimpleMLPClassifier.from_coefs(
        coefs, intercepts, classes=[0, 1, 2], warm_start=True, **options
    )
    before = log_loss(LABELS[few], tuned.predict_proba(X[few]), labels=[0, 1, 2])
    tuned.fit(X[few], LABELS[few])
    after = log_loss(LABELS[few], tuned.predict_proba(X[few]), labels=[0, 1, 2])
    assert after < before
    assert tuned.classes_.tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match=r"y has 1 class, and the weights 3 outputs"):
        SimpleMLPClassifier((5,), coefs_init=coefs).fit(X[:9], LABELS[:9])


def test_a_class_that_the_given_weights_lack():
    """With a column for it, the odds among the other classes are the old ones."""
    old = SimpleMLPClassifier((5,), max_iter=5, n_iter_no_change=np.inf).fit(
        X, 2 * LABELS
    )
    (first, last), (first_bias, last_bias) = old.coefs_, old.intercepts_
    labels = np.where(X[:, 0] > 6, 3, 2 * LABELS)
    new = SimpleMLPClassifier((5,), max_iter=0, coefs_init=[first, last])
    with pytest.raises(ValueError, match=r"y has 4 classes: insert a column.*sorted"):
        new.fit(X, labels)
    new.coefs_init = [first, np.insert(last, 2, 0.0, axis=1)]
    new.intercepts_init = [first_bias, last_bias]
    with pytest.raises(ValueError, match=r"4 classes: .*number into the last of"):
        new.fit(X, labels)
    new.intercepts_init = [first_bias, np.insert(last_bias, 2, 0.0)]
    assert new.fit(X, labels).classes_.tolist() == [0, 2, 3, 4]
    of_old = new.predict_proba(X)[:, [0, 1, 3]]
    shares = of_old / of_old.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares, old.predict_proba(X), rtol=1e-12)


def test_a_third_class_for_the_weights_of_two():
    """They share one output, the logit of the last class."""
    old = SimpleMLPClassifier((5,), max_iter=5, n_iter_no_change=np.inf)
    two = LABELS > 0
    old.fit(X[two], LABELS[two])
    first, last = old.coefs_
    new = SimpleMLPClassifier((5,), max_iter=0, coefs_init=[first, last])
    with pytest.raises(
        ValueError, match=r"3 classes\. Two classes share one output: p"
    ):
        new.fit(X, LABELS)
    columns = np.column_stack([0 * last, last])
    intercepts = np.concatenate([[0], old.intercepts_[1]])
    new.coefs_init = [first, np.insert(columns, 0, 0.1, axis=1)]
    new.intercepts_init = [old.intercepts_[0], np.insert(intercepts, 0, 0.1)]
    of_old = new.fit(X, LABELS).predict_proba(X)[:, 1:]
    shares = of_old / of_old.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares, old.predict_proba(X), rtol=1e-12)


def test_initial_weights_are_copied():
    coefs = [np.ones((4, 5)), np.ones((5, 1))]
    model = SimpleMLPRegressor(
        (5,), max_iter=5, n_iter_no_change=np.inf, coefs_init=coefs
    ).fit(X, NUMBERS)
    assert all((coef == 1).all() for coef in coefs)
    model.coefs_[0][:] = 7
    assert (coefs[0] == 1).all()


def test_init_uniform_draws_layer_by_layer():
    """RandomState(1), layer by layer, 2 * random_sample - 1, no intercepts."""
    model = SimpleMLPRegressor(
        (4,),
        fit_intercept=False,
        init="uniform",
        random_state=1,
        max_iter=1,
        learning_rate_init=1e-300,
        n_iter_no_change=np.inf,
        normalize_y=False,
    ).fit(X[:, :3], NUMBERS)
    rng = np.random.RandomState(1)
    for coef in model.coefs_:
        np.testing.assert_array_equal(coef, 2 * rng.random_sample(coef.shape) - 1)
    assert [b.tolist() for b in model.intercepts_] == [[0.0] * 4, [0.0]]


@pytest.mark.parametrize("classes", [{"a", "b"}, 2, "a", [], [["a", "b"]]])
def test_classes_that_are_not_a_list(classes):
    labels = np.array(["a", "b"] * 75)
    with pytest.raises(ValueError, match="classes must be array-like of shape"):
        SimpleMLPClassifier().partial_fit(X, labels, classes=classes)
    with pytest.raises(
        ValueError,
        match=r"classes must not have missing values, got None at index 2\. Leave",
    ):
        SimpleMLPClassifier().partial_fit(X, labels, classes=["a", "b", None])


def test_partial_fit_with_unknown_classes_or_none():
    classifier = SimpleMLPClassifier((3,))
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        classifier.partial_fit(X, LABELS)
    with pytest.raises(ValueError, match=r"only the classes \[0, 1\], got also \[2\]"):
        classifier.partial_fit(X, LABELS, classes=[0, 1])
    assert not hasattr(classifier, "classes_")
    classifier.partial_fit(X, LABELS, classes=[0, 1, 2])
    with pytest.raises(
        ValueError, match=r"got also \[3\]\. Drop .* first call of partial_fit"
    ):
        classifier.partial_fit(X, LABELS + 1)
    with pytest.raises(ValueError, match=r"classes must be the same.*Leave "):
        classifier.partial_fit(X, LABELS, classes=[0, 1, 2, 3])


def test_partial_fit_refuses_what_needs_all_samples():
    with pytest.raises(ValueError, match="early_stopping must be False"):
        SimpleMLPRegressor(early_stopping=True).partial_fit(X, NUMBERS)
    with pytest.raises(ValueError, match="class_weight must be a dict or None"):
        SimpleMLPClassifier(class_weight="balanced").partial_fit(X, LABELS, classes=[0])
