"""Saved models load in other processes, other tools and later releases."""

import copy
import functools
import inspect
import io
import json
import pickle
import pickletools
import re
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import skops.io
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from support import ENGINES, in_other_byte_order

import sknn_simple
from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor, _persistence
from sknn_simple._persistence import KINDS

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "data"
TRUSTED = {
    "sknn_simple.classifier.SimpleMLPClassifier",
    "sknn_simple.regressor.SimpleMLPRegressor",
}
X, Y = load_iris(return_X_y=True)
X, Y = X[::3] - X.mean(axis=0), Y[::3]
NAMES = np.array(["setosa", "versicolor", "virginica"])[Y]
INDICATORS = np.eye(3, dtype=int)[Y]
DEFAULTS = {"random_state": 0, "engine": "numpy"}
EPOCHS = {"max_iter": 3, "n_iter_no_change": np.inf}


def partly(kind, y, X=X, **options):
    """Return a model after two calls of partial_fit, and its training data."""
    model = kind((4,), **{**DEFAULTS, **options})
    labels = {} if kind is SimpleMLPRegressor else {"classes": np.unique(y)}
    if y.ndim == 2:
        labels = {}
    return model.partial_fit(X, y, **labels).partial_fit(X, y), X, y


def fitted(kind, y, X=X, **options):
    """Return a model after a fit, and its training data."""
    return kind((4,), **{**DEFAULTS, **EPOCHS, **options}).fit(X, y), X, y


def given(kind, y, X=X, **options):
    """Return a model made from weights, and data to train it on."""
    weights = np.linspace(-1, 1, 8).reshape(4, 2)
    return kind.from_coefs([weights, weights[:2, :1]], **options), X, y


CLASSIFIER, REGRESSOR = SimpleMLPClassifier, SimpleMLPRegressor
LBFGS = {"solver": "lbfgs", "max_iter": 5000, "tol": 1e-3, "warm_start": True}
ADAPTIVE = {"learning_rate": "adaptive", "tol": 9}
SETTLING = {"learning_rate": "settling", "tol": 9}
EARLY = {"early_stopping": True, "scoring": "loss", "warm_start": True}
MODELS = {
    **{
        f"{name}, {engine}": functools.partial(partly, *args, **options, engine=engine)
        for engine in ENGINES
        for name, args, options in (
            ("sgd", (CLASSIFIER, Y), {}),
            ("adam", (CLASSIFIER, NAMES), {"solver": "adam"}),
            ("sgd of numbers", (REGRESSOR, X[:, 0]), {}),
            ("adam of numbers", (REGRESSOR, X[:, :2]), {"solver": "adam"}),
        )
    },
    "two classes": lambda: partly(CLASSIFIER, Y == 0, momentum=0),
    "multilabel": lambda: partly(CLASSIFIER, INDICATORS, learning_rate="invscaling"),
    "squared error": lambda: partly(CLASSIFIER, Y, loss="squared_error"),
    "float32": lambda: partly(CLASSIFIER, Y, X.astype(np.float32)),
    "objects": lambda: partly(CLASSIFIER, NAMES.astype(object)),
    "class weights": lambda: partly(CLASSIFIER, Y, class_weight={0: 1, 1: 2.5, 2: 1}),
    "chance": lambda: partly(CLASSIFIER, Y, random_state=np.random.RandomState(3)),
    "sparse": lambda: partly(CLASSIFIER, Y, scipy.sparse.csr_matrix(X)),
    "frame": lambda: partly(REGRESSOR, Y, pd.DataFrame(X, columns=list("abcd"))),
    "adaptive, slowed": lambda: partly(REGRESSOR, Y, n_iter_no_change=1, **ADAPTIVE),
    "settling, slowed": lambda: partly(REGRESSOR, Y, n_iter_no_change=1, **SETTLING),
    "adaptive, waiting": lambda: partly(REGRESSOR, Y, n_iter_no_change=2, **ADAPTIVE),
    "poisson": lambda: partly(REGRESSOR, Y, loss="poisson"),
    "sigmoid output": lambda: partly(REGRESSOR, Y / 2, out_activation="logistic"),
    "no biases": lambda: partly(REGRESSOR, Y, fit_intercept=False, normalize_y=False),
    "plain fit": lambda: fitted(CLASSIFIER, NAMES),
    "plain fit to numbers": lambda: fitted(REGRESSOR, Y, activation="relu"),
    "one class": lambda: fitted(CLASSIFIER, np.zeros(50)),
    "warm start": lambda: fitted(CLASSIFIER, Y, warm_start=True),
    "early stopping": lambda: fitted(REGRESSOR, Y, **EARLY),
    "lbfgs": lambda: fitted(CLASSIFIER, Y, **LBFGS),
    "lbfgs of numbers": lambda: fitted(REGRESSOR, X[:, 0], **LBFGS),
    "given weights": lambda: given(CLASSIFIER, (Y > 0).astype(int), **DEFAULTS),
    "given weights of numbers": lambda: given(REGRESSOR, Y, **DEFAULTS),
}
"""Functions that return a fitted model of each kind, and its training data."""


def train_on(model, X, y):
    """Train on, with warm-started fits or partial_fit."""
    if model.warm_start or not hasattr(model, "partial_fit"):
        return model.fit(X, y)
    return model.partial_fit(X, y).partial_fit(X, y)


def numbers(model, X):
    """Return the weights, the losses and all predictions of a model."""
    said = [model.predict(X)]
    if hasattr(model, "classes_"):
        said += [model.predict_proba(X), model.decision_function(X)]
    return [*said, *model.coefs_, *model.intercepts_, np.array(model.loss_curve_)]


def assert_same_bits(ones, others):
    assert len(ones) == len(others)
    for one, other in zip(ones, others, strict=True):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        np.testing.assert_array_equal(one, other)


ELSEWHERE = f"""
import pickle, sys, warnings
from pathlib import Path
import joblib
import numpy as np

{inspect.getsource(train_on)}
{inspect.getsource(numbers)}

def load(path):
    if path.suffix == ".pickle":
        return pickle.loads(path.read_bytes())
    return joblib.load(path, mmap_mode="r" if path.suffix == ".mapped" else None)

warnings.simplefilter("error")
folder = Path(sys.argv[1])
samples = pickle.loads((folder / "samples").read_bytes())
results = {{}}
for path in folder.glob("*.*"):
    model, (X, y) = load(path), samples[path.stem]
    before = numbers(model, X)
    results[path.name] = before, numbers(train_on(model, X, y), X)
(folder / "results").write_bytes(pickle.dumps(results))
"""

FILES = {
    ".pickle": lambda model, path: path.write_bytes(pickle.dumps(model)),
    ".mapped": joblib.dump,
    ".gz": lambda model, path: joblib.dump(model, path, compress=("gzip", 3)),
}


def test_another_process_predicts_and_trains_to_the_same_bits(tmp_path):
    """From pickles and from joblib's files, compressed and memory-mapped."""
    made = {name: make() for name, make in MODELS.items()}
    for name, (model, _, _) in made.items():
        for suffix, save in FILES.items():
            save(model, tmp_path / f"{name}{suffix}")
    samples = {name: (X, y) for name, (_, X, y) in made.items()}
    (tmp_path / "samples").write_bytes(pickle.dumps(samples))
    command = [sys.executable, "-c", ELSEWHERE, str(tmp_path)]
    process = subprocess.run(command, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    results = pickle.loads((tmp_path / "results").read_bytes())
    assert len(results) == len(MODELS) * len(FILES)
    for name, (model, X, y) in made.items():
        before, after = numbers(model, X), numbers(train_on(model, X, y), X)
        for suffix in FILES:
            assert_same_bits(results[name + suffix][0], before)
            assert_same_bits(results[name + suffix][1], after)


def globals_of(pickled):
    """Return the names of the classes and functions that loading a pickle calls."""
    strings, found = [], set()
    for opcode, argument, _ in pickletools.genops(pickled):
        if opcode.name == "STACK_GLOBAL":
            found.add(".".join(strings[-2:]))
        elif opcode.name == "GLOBAL":
            found.add(argument.replace(" ", "."))
        elif isinstance(argument, str):
            strings.append(argument)
    return found


def kinds_in(value):
    """Return the kinds of this package's objects in plain data."""
    if isinstance(value, dict):
        own = {value["kind"]} if "kind" in value else set()
        return own.union(*(kinds_in(part) for part in value.values()))
    return set()


def test_the_models_here_are_of_every_kind():
    made = [make()[0] for make in MODELS.values()]
    found = set().union(*(kinds_in(model.__getstate__()) for model in made))
    assert found == set(KINDS)


@pytest.mark.parametrize("name", MODELS)
def test_a_pickle_names_no_class_of_this_package_but_the_estimator(name):
    """All others may then change without breaking old pickles."""
    model, _, _ = MODELS[name]()
    # Protocol 2 writes each name in one piece, none by reference to an earlier one.
    found = globals_of(pickle.dumps(model, protocol=2))
    ours = {found_name for found_name in found if found_name.startswith("sknn_simple")}
    assert ours == {f"{type(model).__module__}.{type(model).__name__}"}
    assert {each.partition(".")[0] for each in found - ours} <= {
        "numpy",
        "copy_reg",  # which Python 3 reads as copyreg
        "_codecs",
        "__builtin__",
    }


def test_the_docs_list_the_types_to_trust():
    text = (ROOT / "docs" / "saving.md").read_text()
    assert set(re.findall(r'"(sknn_simple\.\w+\.\w+)"', text)) == TRUSTED


@pytest.mark.parametrize("name", MODELS)
def test_skops_predicts_and_trains_to_the_same_bits(name):
    """Only the estimator must be trusted; the rest of the file is data."""
    model, X, y = MODELS[name]()
    saved = skops.io.dumps(model)
    untrusted = skops.io.get_untrusted_types(data=saved)
    assert untrusted == [f"{type(model).__module__}.{type(model).__name__}"]
    assert set(untrusted) <= TRUSTED
    with zipfile.ZipFile(io.BytesIO(saved)) as file:
        nodes = set(
            re.findall(r'"__loader__": "(\w+)"', file.read("schema.json").decode())
        )
    assert not any(
        word in node for node in nodes for word in ("Func", "Method", "Part")
    )
    loaded = skops.io.loads(saved, trusted=sorted(TRUSTED))
    assert_same_bits(numbers(loaded, X), numbers(model, X))
    assert loaded.history_ == model.history_
    assert_same_bits(
        numbers(train_on(loaded, X, y), X), numbers(train_on(model, X, y), X)
    )


@pytest.mark.parametrize("name", ["sgd, numpy", "adam of numbers, numpy"])
def test_skops_and_a_pipeline(name):
    model, _, y = MODELS[name]()
    pipeline = make_pipeline(StandardScaler(), clone(model).set_params(**EPOCHS))
    pipeline.fit(X, y)
    saved = skops.io.dumps(pipeline)
    assert set(skops.io.get_untrusted_types(data=saved)) <= TRUSTED
    loaded = skops.io.loads(saved, trusted=sorted(TRUSTED))
    np.testing.assert_array_equal(loaded.predict(X), pipeline.predict(X))
    scaled = pipeline[0].transform(X)
    for each in (pipeline, loaded):
        each[-1].partial_fit(scaled, y)
    assert_same_bits(numbers(loaded[-1], scaled), numbers(pipeline[-1], scaled))


@pytest.mark.parametrize("name", MODELS)
def test_a_model_of_a_machine_of_the_other_byte_order(name):
    """It predicts and trains to the same bits, in arrays of this machine."""
    model, X, y = MODELS[name]()
    state = in_other_byte_order(model.__getstate__())
    state = pickle.loads(pickle.dumps(state, protocol=5))  # earlier ones convert
    assert not state["coefs_"][0].dtype.isnative
    loaded = type(model)()
    loaded.__setstate__(state)
    assert_same_bits(numbers(loaded, X), numbers(model, X))
    assert_same_bits(
        numbers(train_on(loaded, X, y), X), numbers(train_on(model, X, y), X)
    )
    assert all(coef.dtype.isnative for coef in loaded.coefs_)


def test_copies_share_and_files_do_not():
    model, X, y = MODELS["sgd, numpy"]()
    shallow, deep = copy.copy(model), copy.deepcopy(model)
    assert shallow.coefs_ is model.coefs_
    assert deep.coefs_[0] is not model.coefs_[0]
    expected = numbers(model, X)
    model.partial_fit(X, y)
    assert_same_bits(numbers(shallow, X), expected)
    assert_same_bits(numbers(deep.partial_fit(X, y), X), numbers(model, X))


def test_a_model_of_a_newer_format_is_refused():
    model, _, _ = MODELS["plain fit"]()
    state = model.__getstate__()
    with pytest.raises(
        ValueError, match="saved by a newer sknn_simple: it has format 2"
    ):
        SimpleMLPClassifier().__setstate__({**state, "_format": 2})


def test_a_model_of_an_older_file_has_no_engine():
    model, X, _ = MODELS["plain fit"]()
    state = model.__getstate__()
    assert state.pop("engine_") == "numpy"
    older = SimpleMLPClassifier()
    older.__setstate__(state)
    assert older.engine_ is None
    assert_same_bits(numbers(older, X), numbers(model, X))
    unfitted = SimpleMLPClassifier()
    unfitted.__setstate__(SimpleMLPClassifier().__getstate__())
    assert not hasattr(unfitted, "engine_")


@pytest.mark.parametrize("position", [-1, 625, 10**6])
def test_a_damaged_random_state_is_refused(position):
    """NumPy would read beyond the end of its state."""
    model, _, _ = MODELS["sgd, numpy"]()
    state = model.__getstate__()
    state["_continuation"]["state"]["rng"]["state"]["pos"] = position
    with pytest.raises(ValueError, match=r"damaged.*_continuation\.state\.rng must be"):
        SimpleMLPClassifier().__setstate__(state)


def places(part, where=""):
    """Yield the path, the dict and the key of each field of a state."""
    for key, value in part.items():
        yield where + key, part, key
        if isinstance(value, dict) and "kind" in value:
            yield from places(value, f"{where}{key}.")


def change(state, path, change_place):
    """Call ``change_place(part, key)`` for a place of a copy of a state."""
    changed = copy.deepcopy(state)
    for name, part, key in list(places(changed)):
        if name == path:
            change_place(part, key)
    return changed


OPTIONAL = (
    r"feature_names_in_|engine_|_history\.(learning_rate|validation)"
    r"|_continuation\.(warned|n_samples)"
)


@pytest.mark.parametrize("name", MODELS)
def test_each_field_of_a_state_is_checked(name):
    """A wrong or missing one is refused by name; only options are checked by `fit`."""
    model, _, _ = MODELS[name]()
    state, kind = model.__getstate__(), type(model)
    paths = [path for path, *_ in places(state)]
    assert len(paths) > 60
    for path in paths:
        where = re.escape(path.removesuffix(".kind"))
        if path not in model.get_params():
            wrong = change(state, path, lambda part, key: part.update({key: object()}))
            with pytest.raises(ValueError, match=f"damaged.*: {where} must "):
                kind().__setstate__(wrong)
        missing = change(state, path, lambda part, key: part.pop(key))
        if re.match(OPTIONAL, path):
            kind().__setstate__(missing)
            continue
        if path in model.get_params():  # an older version did not have the option
            loaded = kind()
            loaded.__setstate__(missing)
            assert getattr(loaded, path) == getattr(kind(), path)
            continue
        with pytest.raises(ValueError, match=f"damaged.*{where}"):
            kind().__setstate__(missing)


WIDE = {"layer_sizes": (4, -3, 30, 3, -30, 3), "flat": np.zeros(128)}
TRAINED = "_continuation.state."


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        # Compiled loops would write outside their buffers.
        ("sgd, numpy", TRAINED + "parameters", {**WIDE, "fit_intercept": True}),
        ("sgd, numpy", TRAINED + "parameters.layer_sizes", (4, 4, 3.0)),
        ("sgd, numpy", TRAINED + "parameters.fit_intercept", False),
        ("sgd, numpy", TRAINED + "parameters.flat", np.zeros(34)),
        ("sgd, numpy", TRAINED + "parameters.flat", np.full(35, np.nan)),
        ("sgd, numpy", TRAINED + "parameters.flat", np.zeros(35, np.float32)),
        ("sgd, numpy", TRAINED + "parameters.flat", np.zeros(70)[::2]),
        ("sgd, numpy", TRAINED + "parameters.flat", np.ma.zeros(35)),
        ("sgd, numpy", TRAINED + "optimizer.velocity", np.zeros(36)),
        ("sgd, numpy", TRAINED + "optimizer.momentum", 1.5),
        ("sgd, numpy", TRAINED + "schedule.learning_rate_init", np.inf),
        ("sgd, numpy", TRAINED + "t", 10**400),
        ("sgd, numpy", TRAINED + "t", True),
        ("sgd, numpy", "_continuation.seed", None),
        ("adam, numpy", TRAINED + "optimizer.n_steps", -1),
        ("adam, numpy", TRAINED + "optimizer.first_moment", None),
        ("adam, numpy", TRAINED + "optimizer.second_moment", np.full(35, -1.0)),
        ("sgd, numpy", "_history.loss", [1.0]),
        ("sgd, numpy", "_history.learning_rate", None),
        ("early stopping", "_history.validation_score", None),
        ("early stopping", "best_epoch_", 4),
        ("frame", "feature_names_in_", None),
        ("sgd, numpy", "_history.loss", [1.0, np.nan]),
        ("sgd, numpy", "_history.learning_rate", [0.1, 0.1, 0.1]),
        ("sgd, numpy", "_architecture.hidden_layer_sizes", (-4,)),
        ("sgd, numpy", "_architecture.hidden_layer_sizes", [4]),
        ("sgd, numpy", "_architecture.activation", 1),
        ("sgd, numpy", "_targets.classes", np.array([2, 1, 0])),
        ("sgd, numpy", "_targets.classes", np.array([0, 1])),
        ("sgd, numpy", "_targets.n_outputs", 2),
        ("sgd, numpy", "_targets", {"kind": "regression"}),
        ("sgd, numpy", "classes_", np.array([0, 1, 3])),
        ("sgd, numpy", "coefs_", [np.zeros((4, 4)), np.zeros((3, 4))]),
        ("sgd, numpy", "coefs_", [np.zeros((4, 4)), np.full((4, 3), np.inf)]),
        ("sgd, numpy", "coefs_", []),
        ("sgd, numpy", "n_features_in_", 2**70),
        ("sgd, numpy", "engine_", "cuda"),
        ("sgd, numpy", "_format", "1"),
        ("sgd, numpy", "_format", None),
        ("frame", "feature_names_in_", np.array(list("abc"), object)),
        ("sgd of numbers, numpy", "_targets.scale", np.array([-1.0])),
        ("sgd of numbers, numpy", "_targets.mean", np.array([1.0, 2.0])),
        ("adaptive, slowed", TRAINED + "schedule.factor", 0.0),
        ("adaptive, slowed", "_continuation.patience.n_epochs", 0),
    ],
)
def test_a_damaged_state_is_refused(name, path, value):
    """Before anything is built from it, with the name of the part."""
    model, _, _ = MODELS[name]()
    if isinstance(value, dict):
        value = {"kind": path.rpartition(".")[2], **value}
    wrong = change(
        model.__getstate__(), path, lambda part, key: part.update({key: value})
    )
    loaded = type(model)()
    with pytest.raises(ValueError, match=f"damaged.*{re.escape(path.split('.')[0])}"):
        loaded.__setstate__(wrong)
    assert not hasattr(loaded, "coefs_")


def test_a_forged_skops_file_is_refused(monkeypatch):
    """The types to trust are those of every file; the numbers are not."""
    model, _, _ = MODELS["sgd, numpy"]()
    parameters = model._continuation.state.parameters
    parameters.layer_sizes, parameters.flat = WIDE["layer_sizes"], WIDE["flat"]
    with monkeypatch.context() as forging:
        forging.setattr(_persistence, "check_model", lambda kind, state: None)
        saved = skops.io.dumps(model)
    with pytest.raises(ValueError, match=r"damaged.*parameters\.layer_sizes must be"):
        skops.io.loads(saved, trusted=sorted(TRUSTED))


def test_a_state_with_unknown_fields_is_refused():
    model, _, _ = MODELS["sgd, numpy"]()
    state = model.__getstate__()
    state["_history"]["rewind"] = [1.0, 2.0]
    with pytest.raises(ValueError, match="_history has an unknown field 'rewind'"):
        SimpleMLPClassifier().__setstate__(state)


class DamagedGenerator(np.random.RandomState):
    """A generator in a state that new versions of NumPy refuse to set."""

    def get_state(self, legacy=True):
        numbers = super().get_state(legacy=False)
        numbers["state"]["pos"] = 10**6
        return numbers


def test_a_damaged_generator_among_the_options_is_refused():
    model = SimpleMLPClassifier(random_state=DamagedGenerator(0))
    state = vars(model) | {"_format": 1}
    with pytest.raises(ValueError, match=r"damaged.*: random_state must be the state"):
        SimpleMLPClassifier().__setstate__(state)


@pytest.mark.parametrize(
    ("name", "value"),
    [("classes_", np.array(["a", "b", "c"])), ("n_iter_", 7), ("loss_", None)],
)
def test_a_model_that_could_not_be_loaded_is_not_saved(name, value):
    model = SimpleMLPClassifier((2,), **EPOCHS).fit(*IRIS)
    setattr(model, name, value)
    with pytest.raises(ValueError, match="can't be saved, because a fitted attribute"):
        pickle.dumps(model)


class Locked(SimpleMLPClassifier):
    """Holds what can be neither copied nor pickled."""

    def fit(self, X, y):
        self.lock = threading.Lock()
        return super().fit(X, y)

    def __getstate__(self):
        return {k: v for k, v in super().__getstate__().items() if k != "lock"}

    def __setstate__(self, state):
        super().__setstate__(state)
        self.lock = threading.Lock()


def test_a_subclass_decides_what_a_deep_copy_holds():
    model = Locked((2,), **EPOCHS).fit(*IRIS)
    copied = copy.deepcopy(model)
    assert copied.lock is not model.lock
    assert copied.coefs_[0] is not model.coefs_[0]
    np.testing.assert_array_equal(copied.predict(IRIS[0]), model.predict(IRIS[0]))


@pytest.mark.parametrize("names", [list("abcd"), pd.Index(list("abcd"))])
def test_names_of_columns_that_a_caller_set_are_saved(names):
    model = SimpleMLPClassifier((2,), **EPOCHS).fit(*IRIS)
    model.feature_names_in_ = names
    assert pickle.loads(pickle.dumps(model)).feature_names_in_.tolist() == list("abcd")


def release_folders():
    return sorted(
        folder for folder in DATA.iterdir() if (folder / "expected.json").exists()
    )


def test_this_release_keeps_models():
    """tests/data/save_models.py writes them, for later releases to load."""
    assert DATA / sknn_simple.__version__ in release_folders()


@pytest.mark.parametrize("folder", release_folders(), ids=lambda folder: folder.name)
@pytest.mark.parametrize("name", ["classifier", "regressor"])
@pytest.mark.parametrize("suffix", ["pickle", "skops"])
def test_models_that_a_release_saved(folder, name, suffix):
    """They predict the same and train on, with any versions of the libraries."""
    file = folder / f"{name}.{suffix}"
    if suffix == "pickle":
        model = pickle.loads(file.read_bytes())
    else:
        model = skops.io.load(file, trusted=sorted(TRUSTED))
    expected = json.loads((folder / "expected.json").read_text())[name]
    X, y = expected["X"], expected["y"]
    says = model.predict_proba if name == "classifier" else model.predict
    np.testing.assert_allclose(says(X), expected["outputs"], rtol=1e-12)
    if name == "classifier":
        assert model.predict(X).tolist() == expected["predictions"]
    for coef, kept in zip(model.coefs_, expected["coefs"], strict=True):
        np.testing.assert_array_equal(coef, kept)
    model.partial_fit(X, y)
    np.testing.assert_allclose(says(X), expected["outputs_an_epoch_later"], rtol=1e-12)


@pytest.mark.parametrize("folder", release_folders(), ids=lambda folder: folder.name)
def test_weights_that_a_release_wrote_as_numbers(folder):
    expected = json.loads((folder / "expected.json").read_text())
    for kind, activation, name in (
        (SimpleMLPClassifier, "tanh", "classifier"),
        (SimpleMLPRegressor, "logistic", "regressor"),
    ):
        kept = expected[name]
        labels = {"classes": np.unique(kept["y"])} if name == "classifier" else {}
        model = kind.from_coefs(
            kept["coefs"], kept["intercepts"], activation=activation, **labels
        )
        says = model.predict_proba if name == "classifier" else model.predict
        np.testing.assert_allclose(says(kept["X"]), kept["outputs"], rtol=1e-12)


IRIS, DIABETES = load_iris(return_X_y=True), load_diabetes(return_X_y=True)
FITTED = [
    SimpleMLPClassifier((5,), random_state=0, **EPOCHS).fit(*IRIS),
    SimpleMLPClassifier((5,), warm_start=True, **EPOCHS).fit(*IRIS),
    SimpleMLPRegressor((5,), random_state=0, **EPOCHS).fit(*DIABETES),
    SimpleMLPRegressor((5,), solver="adam").partial_fit(*DIABETES),
    make_pipeline(StandardScaler(), SimpleMLPRegressor((5,), **EPOCHS)).fit(*DIABETES),
]


PREDICT = """
import pickle, sys, warnings
warnings.simplefilter("error")
models, tables = pickle.load(sys.stdin.buffer)
predicted = [model.predict(X) for model, X in zip(models, tables, strict=True)]
sys.stdout.buffer.write(pickle.dumps((predicted, models)))
"""


def samples_of(model):
    return (IRIS if model.n_features_in_ == 4 else DIABETES)[0]


@pytest.mark.parametrize("model", FITTED)
def test_round_trips_predict_the_same_bits(model):
    X = samples_of(model)
    expected = model.predict(X)
    file = io.BytesIO()
    joblib.dump(model, file)
    file.seek(0)
    copies = [
        pickle.loads(pickle.dumps(model)),
        joblib.load(file),
        copy.copy(model),
        copy.deepcopy(model),
    ]
    for other in copies:
        np.testing.assert_array_equal(other.predict(X), expected)


def test_pickles_predict_the_same_bits_in_another_process():
    tables = [samples_of(model) for model in FITTED]
    process = subprocess.run(
        [sys.executable, "-c", PREDICT],
        input=pickle.dumps((FITTED, tables)),
        capture_output=True,
    )
    assert process.returncode == 0, process.stderr.decode()
    predicted, returned = pickle.loads(process.stdout)
    for model, X, there, back in zip(FITTED, tables, predicted, returned, strict=True):
        expected = model.predict(X)
        np.testing.assert_array_equal(there, expected)
        np.testing.assert_array_equal(back.predict(X), expected)


def test_a_plain_fits_pickle_is_about_the_size_of_its_weights():
    X, y = IRIS
    model = SimpleMLPClassifier((2000,), solver="adam", **EPOCHS)
    size = 8 * (4 * 2000 + 2000 + 2000 * 3 + 3)
    assert len(pickle.dumps(model.fit(X, y))) < 1.1 * size
    assert len(pickle.dumps(model.set_params(warm_start=True).fit(X, y))) > 4 * size
    assert len(pickle.dumps(model.set_params(warm_start=False).fit(X, y))) < 1.1 * size
