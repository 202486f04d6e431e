"""Script: a program that repeats a training, to the last bit."""

from .. import __version__
from .settings import ESTIMATORS
from .table import Table
from .training import Change, Epochs, Minibatches

MAX_EMBEDDED = 2000
"""Numbers that a script contains; larger tables are read from their file."""


def script(training):
    """Return the program as text."""
    settings = training.settings
    source, samples = training.samples.source, training.samples
    is_table = isinstance(source, Table)
    data = _table(source, samples.y) if is_table else _call(source)
    estimator = ESTIMATORS[settings.task].__name__
    reads_file = any("csv.reader" in line for line in data)
    imports = ["import csv", ""] * reads_file + [
        "import numpy as np",
        *_sklearn_imports(training),
        "",
        f"from sknn_simple import {estimator}",
    ]
    if not is_table and source.module == "sknn_simple.datasets":
        imports.append(f"from sknn_simple.datasets import {source.function.__name__}")
    lines = [
        f'"""Repeat a training of the playground of sknn-simple {__version__}."""',
        "",
        *imports,
        "",
        *data,
        *_split(training),
        *_scale(training),
        "",
        *_network(training, estimator),
        *_steps(training),
        "",
        *_scores(training),
    ]
    return "\n".join(lines) + "\n"


def _scores(training):
    """Return the lines that print the scores which the page shows."""
    parts = {"training": training.y_train, "test": training.y_test}
    for name, y in parts.items():
        if training.is_scored(y):
            part = "test" if name == "test" else "train"
            score = f"{{network.score(X_{part}, y_{part}):.3f}}"
            yield f'print(f"score on the {name} samples: {score}")'


def _sklearn_imports(training):
    source = training.samples.source
    if not isinstance(source, Table) and source.module == "sklearn.datasets":
        yield f"from sklearn.datasets import {source.function.__name__}"
    if training.has_test:
        yield "from sklearn.model_selection import train_test_split"
    if training.scaler is not None:
        yield "from sklearn.preprocessing import StandardScaler"


def _call(call):
    """Return the lines that make a built-in data set."""
    source = call.source()
    return [*(["", source, ""] if source else []), f"X, y = {call.code()}"]


def _table(table, y):
    """Return the lines that hold a table, or read it."""
    if table.X.size + y.size <= MAX_EMBEDDED:
        rows = [f"    {row}," for row in table.X.tolist()]
        return [
            "X = np.array(",
            "    [",
            *(f"    {row}" for row in rows),
            "    ]",
            ")",
            f"y = np.array({y.tolist()})",
        ]
    if table.origin == "frame":
        lines = ["columns = frame  # the data frame that the playground was given"]
    else:
        lines = [
            f'with open({table.name!r}, encoding="utf-8-sig", newline="") as file:',
            f"    rows = filter(None, csv.reader(file, delimiter={table.delimiter!r}))",
            "    header, *rows = rows",
            "columns = dict(zip(map(str.strip, header), zip(*rows)))",
        ]
    target = f"columns[{table.target!r}]"
    if table.y.dtype.kind == "f":
        labels = f"np.array([float(value) for value in {target}])"
        labels += {"i": ".astype(int)", "U": ".astype(str)"}.get(y.dtype.kind, "")
    else:
        labels = f"np.array([str(value).strip() for value in {target}])"
    return [
        *lines,
        f"features = {list(table.features)}",
        "X = np.column_stack([[float(v) for v in columns[name]] for name in features])",
        f"y = {labels}",
    ]


def _split(training):
    settings = training.settings
    if not training.has_test:
        return ["X_train, y_train = X, y"]
    options = [f"test_size={settings.test_size}", f"random_state={settings.data_seed}"]
    if settings.task == "classification":
        options.append("stratify=y")
    return [
        "X_train, X_test, y_train, y_test = train_test_split(",
        f"    X, y, {', '.join(options)}",
        ")",
    ]


def _scale(training):
    if training.scaler is None:
        return []
    lines = ["scaler = StandardScaler().fit(X_train)"]
    parts = ["X_train", "X_test"] if training.has_test else ["X_train"]
    return lines + [f"{part} = scaler.transform({part})" for part in parts]


def _network(training, estimator):
    options = training.start_options | {"max_iter": 0}
    return [
        f"network = {estimator}(",
        *(f"    {name}={value!r}," for name, value in options.items()),
        ")",
        "network.fit(X_train, y_train)  # only makes the initial weights",
    ]


def _steps(training):
    """Return the lines that repeat the journal."""
    if any(isinstance(entry, Minibatches) for entry in training.journal):
        seed = training.settings.random_state
        yield f"order = np.random.RandomState({seed}).permutation(len(y_train))"
    for entry in training.journal:
        match entry:
            case Epochs(1):
                yield "network.partial_fit(X_train, y_train)"
            case Epochs(count):
                yield f"for _ in range({count}):"
                yield "    network.partial_fit(X_train, y_train)"
            case Minibatches(start, size, count):
                yield f"for k in range({start}, {start + size * count}, {size}):"
                yield f'    rows = order.take(range(k, k + {size}), mode="wrap")'
                yield "    network.partial_fit(X_train[rows], y_train[rows])"
            case Change(options):
                changes = ", ".join(f"{k}={v!r}" for k, v in options.items())
                yield f"network.set_params({changes})"
