"""Any input gives a finite model, or a ValueError or TypeError that names the cause.

The caller's data and the estimator's options stay unchanged, and warnings are few. The
suite tries some hundred inputs; CONTRIBUTING.md has the command that tries thousands.
"""

import contextlib
import io
import re
import warnings

import numpy as np
import pandas as pd
import polars as pl
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning, NotFittedError

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

KINDS = st.sampled_from([SimpleMLPClassifier, SimpleMLPRegressor])
PREDICTIONS = ["predict", "predict_proba", "predict_log_proba", "decision_function"]
CAUSES_IN_DATA = "|".join(
    [
        r"\bX\b",
        r"\by\b",
        "sample_weight",
        "[Ss]ample weights",
        "[Ll]abel",
        "classes",
        "features",
        "feature names",
        # Messages of scikit-learn and NumPy that do not name the array.
        "[Ss]parse",
        "[Cc]omplex data",
        "Found array with",
        "Expected 2D",
        "inconsistent",
        # Messages of scikit-learn's metrics about y.
        "y_true",
        "a mix of .* targets",
        "could not convert",
        "datetime",
        r"float\(\) argument must be",
        "inhomogeneous",
        "at least 1 dimension",
    ]
)


def contents(given):
    """Return what must not change of an argument or a parameter, for comparison."""
    if isinstance(given, np.ndarray):
        return type(given), given.dtype, given.shape, given.strides, given.tobytes()
    if sparse.issparse(given):
        parts = given.__dict__ if given.format not in ("dok",) else {"d": given.items()}
        arrays = {n: v for n, v in parts.items() if isinstance(v, np.ndarray)}
        entries = None if arrays else list(parts["d"])
        return given.format, given.shape, *map(contents, arrays.values()), entries
    if isinstance(given, pd.DataFrame | pd.Series):
        return type(given), repr(given.to_numpy().tolist())
    if isinstance(given, pl.DataFrame | pl.Series):
        return type(given), repr(given.to_numpy().tolist())
    if isinstance(given, list | tuple):
        return type(given), *map(contents, given)
    if isinstance(given, dict):
        return tuple((name, contents(value)) for name, value in given.items())
    return repr(given)


BYTES = "labels represented as bytes"
WARRANTED = "|".join(
    [
        "feature names",
        "number of unique classes",
        r"y has \d+ classes in \d+ samples",
        "y_pred contains classes not in y_true",
        r"quantile=\S+ has no effect with loss=",
        "less than two samples",
        BYTES,  # before 1.7, which refuses them
    ]
)
"""Warnings with a good reason, besides those of two categories."""


def is_warranted(warning):
    """Return whether a warning is one that a user can act on."""
    return issubclass(
        warning.category, ConvergenceWarning | DataConversionWarning
    ) or bool(re.search(WARRANTED, str(warning.message)))


def describe(warning):
    return f"{warning.filename}:{warning.lineno}: {warning.message}"


def refusals(estimator, causes):
    """Yield the exceptions that a call may raise, with patterns of their messages."""
    if not hasattr(estimator, "coefs_"):
        yield NotFittedError, "not fitted yet"
    if not hasattr(estimator, "partial_fit"):
        yield AttributeError, "partial_fit"
    yield ImportError, "engine='compiled' needs the compiled engine"
    yield (ValueError, TypeError), causes


def attempt(estimator, name, arguments, causes):
    """Call a method, and check what must hold whether it refuses or not.

    `causes` is a regular expression that an error's message must match.

    Returns
    -------
    result : object
        What the method returned, or None if it refused.
    """
    given = {**arguments, **estimator.get_params(deep=False)}
    given.pop("random_state", None)
    before, attributes, result = contents(given), dict(vars(estimator)), None
    expected = list(refusals(estimator, causes))
    with (
        warnings.catch_warnings(record=True) as caught,
        contextlib.redirect_stdout(io.StringIO()),
    ):
        warnings.simplefilter("always")
        try:
            result = getattr(estimator, name)(**arguments)
        except Exception as error:
            if not any(
                isinstance(error, kind) and re.search(message, str(error))
                for kind, message in expected
            ):
                raise
    assert contents(given) == before
    if result is None:
        assert vars(estimator).keys() == attributes.keys()
        assert all(vars(estimator)[n] is v for n, v in attributes.items())
    assert all(map(is_warranted, caught)), list(map(describe, caught))
    messages = [(w.category, str(w.message)) for w in caught]
    # Before 1.7, scikit-learn's metrics give this for y and again for the predictions.
    messages = [m for m in messages if BYTES not in m[1] or name != "score"]
    assert len(set(messages)) == len(messages), messages
    return result


def names_of(parameters):
    return [rf"\b{name}\b" for name in parameters]


def is_finite(value):
    return value is None or bool(np.isfinite(value).all())


def check_model(model):
    """Check that everything in the model is finite."""
    assert all(map(is_finite, (*model.coefs_, *model.intercepts_)))
    assert all(map(is_finite, (model.loss_, model.best_loss_)))
    for column in model.history_.values():
        assert all(map(is_finite, column))


def check_predictions(model, X, causes):
    """Check that predictions are finite, and probabilities between 0 and 1."""
    for name in PREDICTIONS:
        if not hasattr(model, name):
            continue
        found = attempt(model, name, {"X": X}, causes)
        if found is None:
            continue
        assert found.shape[0] == (X.shape[0] if hasattr(X, "shape") else len(X))
        if found.dtype.kind == "f" and not (
            name == "predict" and hasattr(model, "classes_")
        ):
            assert np.isfinite(found).all(), name
        if name == "predict_proba":
            assert (found >= 0).all()
            assert (found <= 1).all()
            if not model._targets.multilabel:
                np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
        if name == "predict_log_proba":
            assert (found <= 0).all()


def check_score(model, arguments, causes):
    weights = np.asarray(arguments.get("sample_weight"))
    if weights.dtype.kind not in "fiub":  # scikit-learn's metrics decide on these
        arguments = {n: v for n, v in arguments.items() if n != "sample_weight"}
    score = attempt(model, "score", arguments, causes)
    # scikit-learn's R^2 of a single sample is NaN, by definition.
    single = not hasattr(model, "classes_") and np.shape(arguments["X"])[0] == 1
    assert is_finite(score) or single


def call(model, method, arguments, causes):
    """Train, and check the model, its predictions and its score."""
    if method == "partial_fit" and hasattr(model, "class_weight"):
        labels = arguments["y"]
        with contextlib.suppress(Exception):
            arguments = {**arguments, "classes": np.unique(labels)}
    if attempt(model, method, arguments, causes) is None:
        return
    check_model(model)
    check_predictions(model, arguments["X"], causes)
    check_score(model, {n: v for n, v in arguments.items() if n != "classes"}, causes)


@given(data=st.data(), kind=KINDS)
def test_any_data_end_in_a_finite_model_or_in_a_clear_refusal(data, kind):
    classifier = kind is SimpleMLPClassifier
    model = kind(**data.draw(strategies.architectures(classifier), label="options"))
    arguments = data.draw(strategies.data(classifier), label="data").build()
    causes = "|".join([CAUSES_IN_DATA, "diverged", *names_of(model.get_params())])
    call(model, "fit", arguments, causes)
    if hasattr(model, "coefs_"):
        strange = strategies.samples(n_samples=3, n_features=model.n_features_in_)
        strange = data.draw(strange, label="to predict").build()
        check_predictions(model, strange, causes)


@given(data=st.data(), kind=KINDS)
def test_ordinary_data_are_refused_only_if_training_diverges(data, kind):
    classifier = kind is SimpleMLPClassifier
    model = kind(**data.draw(strategies.ordinary_options(classifier), label="options"))
    recipe = data.draw(strategies.ordinary_data(model), label="data")
    call(model, "fit", recipe.build(), "diverged")


@given(data=st.data(), kind=KINDS)
def test_any_value_of_a_parameter_is_taken_or_refused_by_name(data, kind):
    classifier = kind is SimpleMLPClassifier
    hostile = data.draw(strategies.hostile_parameters(classifier), label="hostile")
    options = {"hidden_layer_sizes": (2,), "max_iter": 2} | hostile
    X = np.random.RandomState(0).standard_normal((12, 3))
    y = np.arange(12) % 2 if classifier else X[:, 0] * 5
    if data.draw(st.booleans(), label="float32"):
        X = X.astype(np.float32)
    causes = "|".join(["diverged", *names_of(hostile)])
    method = data.draw(st.sampled_from(["fit", "partial_fit"]))
    call(kind(**options), method, {"X": X, "y": y}, causes)


@given(data=st.data(), kind=KINDS)
@settings(max_examples=settings.default.max_examples // 2)
def test_any_sequence_of_calls_keeps_the_model_finite(data, kind):
    classifier = kind is SimpleMLPClassifier
    model = kind(**data.draw(strategies.architectures(classifier), label="options"))
    causes = "|".join([CAUSES_IN_DATA, "diverged", *names_of(model.get_params())])
    n_features = data.draw(st.integers(1, 3))
    for _ in range(data.draw(st.integers(2, 5))):
        method = data.draw(st.sampled_from(["fit", "partial_fit", "predict", "score"]))
        changes = data.draw(st.just({}) | strategies.architectures(classifier))
        model.set_params(**changes)
        recipe = data.draw(strategies.data(classifier, n_features), label=method)
        arguments = recipe.build()
        if method in ("fit", "partial_fit"):
            call(model, method, arguments, causes)
        elif method == "predict":
            check_predictions(model, arguments["X"], causes)
        else:
            del arguments["sample_weight"]
            check_score(model, arguments, causes)
