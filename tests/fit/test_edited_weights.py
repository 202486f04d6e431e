"""Fitted weights that a user edits: training continues from them."""

import copy
import pickle

import numpy as np
import pytest
from support import ENGINES, round_trip

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 3))
Y = 5 + 20 * RNG.normal(size=(12, 2))
RATE = 0.1
FITTED = ["coefs_", "intercepts_"]
PLAIN = {
    "solver": "sgd",
    "learning_rate_init": RATE,
    "momentum": 0.0,
    "alpha": 0.0,
    "batch_size": "full",
    "random_state": 0,
}


def linear(**options):
    """Return a linear regressor after three calls, whose steps are known."""
    model = SimpleMLPRegressor((), **PLAIN | options)
    for _ in range(3):
        model.partial_fit(X, Y)
    return model


def step(coef, intercept):
    """Return the step of gradient descent on half the mean squared error.

    Standardising y changes it nowhere, since errors and weights scale alike.
    """
    error = X @ coef + intercept - Y
    return -RATE * X.T @ error / error.size, -RATE * error.sum(axis=0) / error.size


def edit_in_place(model):
    model.coefs_[0][1] = 7
    model.intercepts_[0] += 3


def assign_coefs(model):
    model.coefs_ = [[[0, 1], [2, 3], [4, 5]]]


def assign_intercepts(model):
    model.intercepts_ = [np.array([1, -1], np.float32)]


def continue_in_a_stream(model):
    model.partial_fit(X, Y)


def continue_with_a_warm_start(model):
    options = {"warm_start": True, "max_iter": 1, "n_iter_no_change": np.inf}
    model.set_params(**options).fit(X, Y)


@pytest.mark.parametrize("edit", [edit_in_place, assign_coefs, assign_intercepts])
@pytest.mark.parametrize("go_on", [continue_in_a_stream, continue_with_a_warm_start])
@pytest.mark.parametrize("average", [False, True])
@pytest.mark.parametrize("normalize_y", [False, True])
@pytest.mark.parametrize("pickled", [False, True])
def test_training_continues_from_edited_weights(
    edit, go_on, average, normalize_y, pickled
):
    model = linear(average=average, normalize_y=normalize_y)
    edit(model)
    coef, intercept = np.array(model.coefs_[0], float), model.intercepts_[0].copy()
    if pickled and edit is edit_in_place:
        model = round_trip(model)
    go_on(model)
    coef_step, intercept_step = step(coef, intercept)
    np.testing.assert_allclose(model.coefs_[0], coef + coef_step, rtol=1e-12)
    np.testing.assert_allclose(
        model.intercepts_[0], intercept + intercept_step, rtol=1e-12
    )


def test_an_edit_keeps_the_velocity():
    model = linear(momentum=0.9, nesterovs_momentum=False, average=False)
    before = model.coefs_[0]
    model.partial_fit(X, Y)
    velocity = model.coefs_[0] - before
    coef, intercept = np.ones((3, 2)), model.intercepts_[0]
    model.coefs_ = [coef]
    model.partial_fit(X, Y)
    expected = coef + 0.9 * velocity + step(coef, intercept)[0]
    np.testing.assert_allclose(model.coefs_[0], expected, rtol=1e-10)


def test_an_edit_of_two_classes_is_kept():
    labels = (X[:, 0] > 0).astype(int)
    model = SimpleMLPClassifier((4,), **PLAIN).partial_fit(X, labels, classes=[0, 1])
    model.coefs_ = [0 * coef for coef in model.coefs_]
    model.partial_fit(X, labels)
    assert not model.coefs_[0].any()  # without weights above them, they get no gradient


@pytest.mark.parametrize("fitted", ["stream", "fit"])
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("coefs_", [np.ones((2, 3))], r"coefs_ .*\(3, 2\).*got.*transpose them\?$"),
        ("coefs_", None, r"coefs_ must be a list of arrays.*got None"),
        ("coefs_", [np.full((3, 2), np.nan)], "coefs_ must hold finite numbers"),
        ("intercepts_", [np.ones(3)], r"intercepts_ .*\(2,\).*got \[\(3,\)\]"),
        ("intercepts_", [], r"intercepts_ .*\(2,\).*got \[\]"),
        ("intercepts_", [[np.inf, 0]], "intercepts_ must hold finite numbers"),
    ],
)
def test_an_edit_that_makes_no_network_is_refused_by_name(fitted, name, value, message):
    model = linear()
    if fitted == "fit":
        model.set_params(max_iter=1, n_iter_no_change=np.inf).fit(X, Y)
    setattr(model, name, value)
    with pytest.raises(ValueError, match=message):
        model.partial_fit(X, Y)


def test_an_edit_cannot_bring_biases():
    model = linear(fit_intercept=False)
    model.intercepts_[0][:] = 1
    with pytest.raises(ValueError, match="intercepts_ must be zeros with fit_interc"):
        model.partial_fit(X, Y)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_edit_keeps_the_dtype_of_the_stream(dtype):
    model = SimpleMLPRegressor((), **PLAIN).partial_fit(X.astype(dtype), Y)
    model.coefs_ = [np.ones((3, 2))]
    model.partial_fit(X, Y)
    assert model.coefs_[0].dtype == model.intercepts_[0].dtype == dtype


def test_whole_numbers_continue_as_floats():
    model = SimpleMLPRegressor.from_coefs([np.ones((3, 2))], [np.ones(2)], **PLAIN)
    model.coefs_ = [np.ones((3, 2), int)]
    coef = model.partial_fit(X, Y).coefs_[0]
    np.testing.assert_allclose(coef, 1 + step(np.ones((3, 2)), np.ones(2))[0])


@pytest.mark.parametrize("first_batch", [4, "full"])
def test_a_copy_continues_on_its_own(first_batch):
    """They share the generator until one of them draws from it."""
    model = linear(batch_size=first_batch)
    copies = [copy.copy(model), copy.deepcopy(model), round_trip(model)]
    for each in (model, *copies):
        each.set_params(batch_size=4)
        for _ in range(2):
            each.partial_fit(X, Y)
    for each in copies:
        np.testing.assert_array_equal(each.coefs_[0], model.coefs_[0])


def in_float(arrays):
    """Return copies of arrays or lists as float64."""
    return [np.array(array, float) for array in arrays]


HARMLESS = {
    "Fortran order": lambda arrays: [np.asfortranarray(array) for array in arrays],
    "transposed views": lambda arrays: [array.T.copy().T for array in arrays],
    "tuple": tuple,
    "lists": lambda arrays: [array.tolist() for array in arrays],
    "float32": lambda arrays: [array.astype(np.float32) for array in arrays],
    "longdouble": lambda arrays: [array.astype(np.longdouble) for array in arrays],
    "integers": lambda arrays: [np.rint(array).astype(int) for array in arrays],
    "bytes": lambda arrays: [np.rint(array).astype(np.int8) for array in arrays],
}


@pytest.mark.parametrize("edit", HARMLESS.values(), ids=list(HARMLESS))
@pytest.mark.parametrize("names", [["coefs_"], ["intercepts_"], FITTED])
@pytest.mark.parametrize("fitted", ["stream", "fit", "float32"])
def test_a_model_with_a_harmless_edit_can_be_saved(edit, names, fitted):
    model = SimpleMLPRegressor((4,), activation="relu", **PLAIN)
    data = X.astype(np.float32) if fitted == "float32" else X, Y
    if fitted == "fit":
        model.set_params(max_iter=1, n_iter_no_change=np.inf).fit(*data)
    else:
        model.partial_fit(*data)
    for name in names:
        setattr(model, name, edit(getattr(model, name)))
    coefs, intercepts = in_float(model.coefs_), in_float(model.intercepts_)
    expected = np.maximum(0, X @ coefs[0] + intercepts[0]) @ coefs[1] + intercepts[1]
    loaded = round_trip(model)
    # Without a stream, the dtype follows from all weights.
    all_single = edit is HARMLESS["float32"] and names is FITTED and fitted == "fit"
    rtol = 1e-4 if fitted == "float32" or all_single else 1e-12
    np.testing.assert_allclose(loaded.predict(X), expected, rtol=rtol)
    loaded.partial_fit(*data)
    model.partial_fit(*data)
    np.testing.assert_array_equal(loaded.coefs_[0], model.coefs_[0])


def prune(model):
    """Remove the last hidden unit."""
    model.coefs_ = [model.coefs_[0][:, :-1], model.coefs_[1][:-1]]
    model.intercepts_[0] = model.intercepts_[0][:-1]


def spoil_a_coef(model):
    model.coefs_[1][2, 0] = np.nan


def spoil_an_intercept(model):
    model.intercepts_[1][0] = np.inf


def remove_a_layer(model):
    model.intercepts_ = model.intercepts_[:1]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (prune, r"^coefs_ must.*\(3, 4\).*got \[\(3, 3\), \(3, 2\)\].* from_coefs\("),
        (spoil_a_coef, r"^coefs_ must.*got nan at coefs_\[1\]\[2, 0\].*Replace"),
        (spoil_an_intercept, r"^intercepts_ must.*got inf at intercepts_\[1\]\[0\]"),
        (remove_a_layer, r"^intercepts_ must.*\(4,\), \(2,\).*got \[\(4,\)\]"),
    ],
)
@pytest.mark.parametrize("fitted", ["stream", "fit"])
def test_a_model_with_an_edit_that_cannot_be_loaded_is_not_saved(edit, message, fitted):
    model = SimpleMLPRegressor((4,), **PLAIN).partial_fit(X, Y)
    if fitted == "fit":
        model.set_params(max_iter=1, n_iter_no_change=np.inf).fit(X, Y)
    edit(model)
    with pytest.raises(ValueError, match=message):
        pickle.dumps(model)


def test_an_edit_that_overflows_the_dtype_of_the_stream_is_not_saved():
    model = SimpleMLPRegressor((), **PLAIN).partial_fit(X.astype(np.float32), Y)
    model.coefs_ = [np.full((3, 2), 1e300)]
    with pytest.raises(ValueError, match=r"coefs_.*got inf.*in float32"):
        pickle.dumps(model)


@pytest.mark.parametrize("edit", HARMLESS.values(), ids=list(HARMLESS))
@pytest.mark.parametrize("names", [["coefs_"], ["intercepts_"]])
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("n_rows", [1, 3000])
def test_a_harmless_edit_predicts_alike_for_few_and_many_rows(
    edit, names, engine, n_rows
):
    model = SimpleMLPRegressor((40,), activation="relu", engine=engine, **PLAIN)
    model.set_params(max_iter=1, n_iter_no_change=np.inf).fit(X, Y)
    for name in names:
        setattr(model, name, edit(getattr(model, name)))
    samples = np.random.default_rng(1).normal(size=(n_rows, 3))
    coefs, intercepts = in_float(model.coefs_), in_float(model.intercepts_)
    hidden = np.maximum(0, samples @ coefs[0] + intercepts[0])
    expected = hidden @ coefs[1] + intercepts[1]
    np.testing.assert_allclose(model.predict(samples), expected, rtol=1e-9)
    np.testing.assert_allclose(model.transform(samples), hidden, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("method", ["predict", "transform"])
@pytest.mark.parametrize("n_rows", [1, 3000])
def test_predictions_name_a_weight_that_is_not_finite(method, n_rows):
    model = SimpleMLPRegressor((40,), **PLAIN)
    model.set_params(max_iter=1, n_iter_no_change=np.inf).fit(X, Y)
    model.coefs_[0][:] = np.nan
    with pytest.raises(ValueError, match=r"^coefs_ must.*got nan at coefs_\[0\]"):
        getattr(model, method)(np.ones((n_rows, 3)))


def add_an_output(model):
    model.coefs_ = [model.coefs_[0], np.ones((4, 3))]
    model.intercepts_ = [model.intercepts_[0], np.ones(3)]


def remove_an_input(model):
    model.coefs_ = [model.coefs_[0][1:], model.coefs_[1]]


def remove_a_unit_from_one_layer(model):
    model.coefs_ = [model.coefs_[0][:, 1:], model.coefs_[1]]


def add_a_layer_that_fits(model):
    model.coefs_ = [*model.coefs_, np.eye(2)]
    model.intercepts_ = [*model.intercepts_, np.zeros(2)]


@pytest.mark.parametrize("method", ["predict", "transform"])
@pytest.mark.parametrize("n_rows", [1, 3000])
@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (add_an_output, r"^coefs_ must.*\(4, 2\)\].*got \[\(3, 4\), \(4, 3\)\]"),
        (remove_an_input, r"^coefs_ must.*\[\(3, 4\).*got \[\(2, 4\), \(4, 2\)\]"),
        (remove_a_unit_from_one_layer, r"^coefs_ must.*got \[\(3, 3\), \(4, 2\)\]"),
        (add_a_layer_that_fits, r"^coefs_ must.*got .*\(2, 2\)\].* from_coefs\("),
        (remove_a_layer, r"^intercepts_ must.*\(4,\), \(2,\).*got \[\(4,\)\]"),
    ],
)
def test_layers_that_do_not_fit_do_not_predict(edit, message, n_rows, method):
    model = SimpleMLPRegressor((4,), **PLAIN).partial_fit(X, Y)
    edit(model)
    with pytest.raises(ValueError, match=message):
        getattr(model, method)(np.ones((n_rows, 3)))


@pytest.mark.parametrize("n_rows", [1, 3000])
def test_a_second_output_for_two_classes_does_not_predict(n_rows):
    model = SimpleMLPClassifier((), **PLAIN).partial_fit(X, Y[:, 0] > 0, classes=[0, 1])
    model.coefs_, model.intercepts_ = [np.ones((3, 2))], [np.zeros(2)]
    for method in (model.predict, model.predict_proba, model.decision_function):
        with pytest.raises(ValueError, match=r"^coefs_ must.*share one output"):
            method(np.ones((n_rows, 3)))


@pytest.mark.parametrize("n_rows", [1, 3000])
def test_a_pruned_network_predicts(n_rows):
    model = SimpleMLPRegressor((4,), activation="tanh", **PLAIN).partial_fit(X, Y)
    prune(model)
    samples = np.random.default_rng(1).normal(size=(n_rows, 3))
    hidden = np.tanh(samples @ model.coefs_[0] + model.intercepts_[0])
    assert hidden.shape == (n_rows, 3)
    expected = hidden @ model.coefs_[1] + model.intercepts_[1]
    np.testing.assert_allclose(model.predict(samples), expected, rtol=1e-12)


def with_weights_before_fit(names=FITTED):
    weights = {"coefs_": [np.ones((3, 2))], "intercepts_": [np.ones(2)]}
    model = SimpleMLPRegressor((), **PLAIN)
    for name in names:
        setattr(model, name, weights[name])
    return model


@pytest.mark.parametrize("names", [["coefs_"], ["intercepts_"], FITTED])
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_weights_that_are_set_before_the_first_fit_are_not_used(names, method):
    model, plain = with_weights_before_fit(names), SimpleMLPRegressor((), **PLAIN)
    with pytest.warns(UserWarning, match=r"^coefs_ or .* pass coefs_init .*from_coefs"):
        getattr(model, method)(X, Y)
    getattr(plain, method)(X, Y)
    np.testing.assert_array_equal(model.coefs_[0], plain.coefs_[0])
    getattr(model, method)(X, Y)  # a warning is an error
