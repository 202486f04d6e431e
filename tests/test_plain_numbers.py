"""The functions of the page on saving: rebuilt models, and predictions in NumPy alone.

They must agree with every kind of model, so the tests take them from the page.
"""

import doctest
import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_wine, make_multilabel_classification
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

PAGE = Path(__file__).parent.parent / "docs" / "saving.md"
X, Y = load_wine(return_X_y=True)
TEXTS = np.array(["zebra", "Äpfel", "mouse"])[Y]
MULTI_X, MULTI_Y = make_multilabel_classification(60, random_state=0)
NUMBERS_X, NUMBERS = load_diabetes(return_X_y=True)
SHARES = NUMBERS / 400
DEEP = {
    "hidden_layer_sizes": (7, 6, 5, 4, 3),
    "activation": ("relu", "tanh", "softplus", "leaky_relu", "logistic"),
}
CLASSIFIERS = {
    "two classes": (X, Y == 1, {}),
    "two texts": (X, np.where(Y == 1, "yes", "no"), {"activation": "relu"}),
    "two classes, squares": (X, Y == 1, {"loss": "squared_error"}),
    "several classes": (X, TEXTS, {}),
    "several classes, squares": (X, TEXTS, {"loss": "sum_squared_error"}),
    "several activations": (X, Y, DEEP),
    "no hidden layer": (X, Y, {"hidden_layer_sizes": ()}),
    "no intercepts": (X, Y, {"fit_intercept": False}),
    "multilabel": (MULTI_X, MULTI_Y, {}),
    "two labels": (MULTI_X, MULTI_Y[:, :2], {"activation": "tanh"}),
    "multilabel, squares": (MULTI_X, MULTI_Y, {"loss": "squared_error"}),
    "float32": (X.astype(np.float32), TEXTS, {}),
}
REGRESSORS = {
    "one number": (NUMBERS_X, NUMBERS, {}),
    "two numbers": (NUMBERS_X, np.c_[NUMBERS, 1e5 - 3 * NUMBERS], {}),
    "several activations": (NUMBERS_X, NUMBERS, DEEP),
    "poisson": (NUMBERS_X, NUMBERS, {"loss": "poisson"}),
    "huber": (NUMBERS_X, NUMBERS, {"loss": "huber"}),
    "float32": (NUMBERS_X.astype(np.float32), NUMBERS, {"activation": "relu"}),
    **{
        f"{name} output": (NUMBERS_X, SHARES, {"out_activation": name})
        for name in ("logistic", "tanh", "relu", "leaky_relu", "softplus")
    },
}

SCALERS = [StandardScaler, MinMaxScaler]


@pytest.fixture(scope="module")
def page():
    """Return what the page defines: its imports, functions and FUNCTIONS."""
    names = {}
    examples = doctest.DocTestParser().get_examples(PAGE.read_text())
    for example in examples:
        if example.source.startswith(("import ", "from s", "def ", "FUNCTIONS =")):
            exec(example.source, names)
    return names


def fitted(kind, X, y, options, scaler=StandardScaler):
    network = kind(**{"hidden_layer_sizes": (8,), "max_iter": 20} | options)
    network.set_params(n_iter_no_change=np.inf, random_state=0)
    return make_pipeline(scaler(), network).fit(X, y)


def tolerance(X):
    return {"rtol": 1e-4 if X.dtype == np.float32 else 1e-10, "atol": 1e-12}


@pytest.mark.parametrize("scaler", SCALERS)
@pytest.mark.parametrize(("X", "y", "options"), CLASSIFIERS.values(), ids=CLASSIFIERS)
def test_plain_numbers_of_a_classifier(X, y, options, scaler, page):
    pipeline = fitted(SimpleMLPClassifier, X, y, options, scaler)
    scaled, expected = pipeline[0].transform(X), pipeline.predict_proba(X)
    text = page["to_json"](pipeline[-1])
    rebuilt = page["from_json"](text)
    np.testing.assert_array_equal(rebuilt.predict_proba(scaled), expected)
    np.testing.assert_array_equal(rebuilt.predict(scaled), pipeline.predict(X))
    model = json.loads(text)
    folded = page["fold_scaler"](pipeline[0], model)
    for samples, numbers in ((scaled, model), (X, folded)):
        probabilities = page["predict_proba"](numbers, samples)
        np.testing.assert_allclose(probabilities, expected, **tolerance(X))
        labels = page["predict"](numbers, samples)
        np.testing.assert_array_equal(labels, pipeline.predict(X))


@pytest.mark.parametrize("scaler", SCALERS)
@pytest.mark.parametrize(("X", "y", "options"), REGRESSORS.values(), ids=REGRESSORS)
def test_plain_numbers_of_a_regressor(X, y, options, scaler, page):
    pipeline = fitted(SimpleMLPRegressor, X, y, options, scaler)
    scaled, expected = pipeline[0].transform(X), pipeline.predict(X)
    text = page["to_json"](pipeline[-1])
    np.testing.assert_array_equal(page["from_json"](text).predict(scaled), expected)
    model = json.loads(text)
    folded = page["fold_scaler"](pipeline[0], model)
    for samples, numbers in ((scaled, model), (X, folded)):
        prediction = page["predict"](numbers, samples)
        assert prediction.shape == expected.shape
        np.testing.assert_allclose(prediction, expected, **tolerance(X))


@pytest.mark.parametrize("n_outputs", [1, 3])
def test_plain_numbers_at_a_tie_and_far_from_it(n_outputs, page):
    """A zero row is a tie; sums of 1e5 saturate every sigmoid."""
    coefs = [np.arange(1.0, 1 + 2 * n_outputs).reshape(2, n_outputs) * 1e5]
    ours = SimpleMLPClassifier.from_coefs(coefs, [np.zeros(n_outputs)])
    model = json.loads(page["to_json"](ours))
    rows = np.array([[0.0, 0.0], [1.0, 0.0], [-1.0, 0.0], [0.0, 1e-9]])
    labels = page["predict"](model, rows)
    np.testing.assert_array_equal(labels, ours.predict(rows))
    assert labels[0] == 0
    probabilities = page["predict_proba"](model, rows)
    np.testing.assert_allclose(probabilities, ours.predict_proba(rows), rtol=1e-12)


def test_plain_numbers_of_a_single_class_are_refused(page):
    network = fitted(SimpleMLPClassifier, X, np.zeros(len(X)), {})[-1]
    with pytest.raises(ValueError, match="classes must be 2 different labels"):
        page["from_json"](page["to_json"](network))
