"""ONNX: converted models predict the same in another runtime."""

import numpy as np
import onnxruntime
import pytest
from skl2onnx import to_onnx
from sklearn.base import is_classifier
from sklearn.datasets import load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

X, Y = load_iris(return_X_y=True)
X, Y = X[::3] - X.mean(axis=0), Y[::3]
NAMES = np.array(["setosa", "versicolor", "virginica"])[Y]
INDICATORS = np.column_stack([Y > 0, Y > 1, Y != 1]).astype(int)
DEFAULTS = {"random_state": 0, "engine": "numpy"}
EPOCHS = {"max_iter": 3, "n_iter_no_change": np.inf}


def run_onnx(model, X):
    """Return the predictions of the converted model in onnxruntime."""
    options = {"zipmap": False} if is_classifier(model) else None
    converted = to_onnx(model, X[:1], options=options)
    session = onnxruntime.InferenceSession(
        converted.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, {"X": X})


DTYPES = [np.float32, np.float64]
ACTIVATIONS = ["identity", "logistic", "tanh", "relu"]
LABELS = [
    (Y, {}),
    (NAMES, {"hidden_layer_sizes": ()}),
    (NAMES.astype(object), {"hidden_layer_sizes": (5, 4)}),
    (Y == 1, {"fit_intercept": False}),
    (np.where(Y == 0, "setosa", "another"), {"loss": "squared_error"}),
]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(
    ("y", "options", "dtype"),
    [(*case, dtype) for case in LABELS for dtype in DTYPES]
    + [(INDICATORS, {}, np.float32)],
)
def test_onnx_classifies_the_same(y, options, activation, dtype):
    samples = X.astype(dtype)
    model = SimpleMLPClassifier(
        **{"hidden_layer_sizes": (5,), "activation": activation, **options},
        **DEFAULTS,
        n_iter_no_change=np.inf,
        max_iter=20,
    ).fit(samples, y)
    labels, probabilities = run_onnx(model.to_sklearn(), samples)
    np.testing.assert_array_equal(labels, model.predict(samples))
    # onnxruntime's sigmoids are accurate relative to 1, not to their own size.
    is_sigmoid = model.out_activation_ == "logistic"
    np.testing.assert_allclose(
        probabilities,
        model.predict_proba(samples),
        rtol=1e-5,
        atol=4 * np.finfo(dtype).eps if is_sigmoid else 0,
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("y", [Y, X[:, :2]])
@pytest.mark.parametrize("loss", ["squared_error", "absolute_error"])
def test_onnx_predicts_the_same_numbers(y, loss, activation, dtype):
    samples = X.astype(dtype)
    model = SimpleMLPRegressor((5,), activation, loss=loss, **DEFAULTS, **EPOCHS)
    model.fit(samples, y + 9)
    [predictions] = run_onnx(model.to_sklearn(), samples)
    # ONNX returns several outputs in one column.
    predictions = predictions.reshape((-1, *y.shape[1:]))
    np.testing.assert_allclose(predictions, model.predict(samples), rtol=1e-5)


@pytest.mark.parametrize("dtype", DTYPES)
def test_onnx_of_a_pipeline(dtype):
    samples = (100 * X + 7).astype(dtype)
    model = make_pipeline(StandardScaler(), SimpleMLPClassifier((5,), random_state=0))
    model.set_params(simplemlpclassifier__max_iter=2000).fit(samples, NAMES)
    steps = make_pipeline(*model[:-1], model[-1].to_sklearn())
    labels, probabilities = run_onnx(steps, samples)
    np.testing.assert_array_equal(labels, model.predict(samples))
    np.testing.assert_allclose(probabilities, model.predict_proba(samples), rtol=1e-5)


def test_onnx_of_the_logarithm_of_a_poisson_network():
    """The exponential output has no converter; its pre-activation has one."""
    model = SimpleMLPRegressor((4,), loss="poisson", **DEFAULTS)
    model.partial_fit(X, Y).partial_fit(X, Y)
    logarithm = SimpleMLPRegressor.from_coefs(
        model.coefs_, model.intercepts_, activation=model.activation
    )
    [predictions] = run_onnx(logarithm.to_sklearn(), X)
    np.testing.assert_allclose(np.exp(predictions[:, 0]), model.predict(X), rtol=1e-5)
