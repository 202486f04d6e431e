"""Strategies for Hypothesis: data and options of careless and hostile callers.

Data are drawn as recipes of one line each, which `build` turns into arrays. So a
failing example can be copied from Hypothesis's report into a test.
"""

import tempfile
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
from hypothesis import strategies as st
from scipy import sparse

from sknn_simple.network import ACTIVATIONS, LOSSES, OUT_ACTIVATIONS, SCHEDULES

TINIEST, LARGEST = 5e-324, np.finfo(float).max
VALUES = {
    "ordinary": lambda rng, shape: rng.standard_normal(shape),
    "small integers": lambda rng, shape: rng.randint(0, 3, shape).astype(float),
    "shares": lambda rng, shape: rng.uniform(0, 1, shape),
    "zeros": lambda rng, shape: np.zeros(shape),
    "constant": lambda rng, shape: np.full(shape, 0.1),
    "constant, huge": lambda rng, shape: np.full(shape, -1e300),
    "near constant": lambda rng, shape: 1e9 + 1e-7 * rng.standard_normal(shape),
    "duplicates": lambda rng, shape: (
        rng.standard_normal((shape[0], 1)) + 0 * rng.rand(*shape)
    ),
    "large": lambda rng, shape: 1e8 * rng.standard_normal(shape),
    "beyond float32": lambda rng, shape: 1e60 * rng.standard_normal(shape),
    "squares overflow": lambda rng, shape: 1e200 * rng.standard_normal(shape),
    "huge": lambda rng, shape: 1e300 * rng.standard_normal(shape),
    "largest": lambda rng, shape: LARGEST * rng.choice([-1, 1], shape),
    "small": lambda rng, shape: 1e-200 * rng.standard_normal(shape),
    "subnormal": lambda rng, shape: TINIEST * rng.randint(-9, 9, shape),
    "mixed": lambda rng, shape: (
        rng.choice([-1, 1], shape) * 10 ** rng.uniform(-323, 308, shape)
    ),
    "one is huge": lambda rng, shape: _with(rng, shape, 1e300),
    "one is NaN": lambda rng, shape: _with(rng, shape, np.nan),
    "one is infinite": lambda rng, shape: _with(rng, shape, -np.inf),
}


def _with(rng, shape, value):
    array = rng.standard_normal(shape)
    array.flat[rng.randint(array.size)] = value
    return array


LAYOUTS = {
    "C": np.array,
    "Fortran": np.asfortranarray,
    "every other column": lambda a: np.repeat(a, 2, axis=1)[:, ::2],
    "backwards": lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
    "read-only": lambda a: _read_only(a),
    "memory-mapped": lambda a: _memory_mapped(a),
    "unaligned": lambda a: _unaligned(a),
    "big-endian": lambda a: a.astype(a.dtype.newbyteorder(">")),
    "masked": lambda a: np.ma.masked_array(a),
    "list": lambda a: a.tolist(),
    "pandas": lambda a: pd.DataFrame(a).add_prefix("x"),
    "pandas, numbered": lambda a: pd.DataFrame(a, index=np.arange(len(a))[::-1]),
    "polars": lambda a: pl.DataFrame(a, schema=[f"x{i}" for i in range(a.shape[1])]),
    "3-dimensional": lambda a: a[:, :, None],
    "1-dimensional": lambda a: a[:, 0],
    "no rows": lambda a: a[:0],
}


def _read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def _memory_mapped(array):
    if array.dtype.hasobject:
        return array
    with tempfile.TemporaryFile() as file:  # the map keeps it open
        mapped = np.memmap(file, array.dtype, "w+", shape=array.shape)
    mapped[:] = array
    return mapped


def _unaligned(array):
    if array.dtype.hasobject:
        return array
    memory = np.zeros(array.nbytes + 1, np.uint8)[1:]
    memory[:] = np.ascontiguousarray(array).view(np.uint8).ravel()
    return memory.view(array.dtype).reshape(array.shape)


def _untidy(array):
    """Return CSR with each entry split in two, unsorted, and explicit zeros."""
    rows = [np.r_[row / 2, row / 2][::-1] for row in array]
    n_rows, n_columns = array.shape
    indices = np.tile(np.r_[:n_columns, :n_columns][::-1], n_rows)
    indptr = 2 * n_columns * np.arange(n_rows + 1)
    return sparse.csr_matrix((np.concatenate(rows), indices, indptr), array.shape)


def _with_int64_indices(array):
    matrix = sparse.csr_array(array)
    matrix.indices = matrix.indices.astype(np.int64)
    matrix.indptr = matrix.indptr.astype(np.int64)
    return matrix


def _read_only_csr(array):
    matrix = sparse.csr_matrix(array)
    for part in (matrix.data, matrix.indices, matrix.indptr):
        part.flags.writeable = False
    return matrix


def _wide(array):
    """Spread the columns over a hundred thousand."""
    n_rows, n_columns = array.shape
    wide = sparse.lil_array((n_rows, 100_000), dtype=array.dtype)
    wide[:, np.linspace(0, 99_999, n_columns, dtype=int)] = array
    return wide.tocsr()


SPARSE_LAYOUTS = {
    **{
        f"{form}_{kind}": getattr(sparse, f"{form}_{kind}")
        for form in ("csr", "csc", "coo", "bsr", "dia", "dok", "lil")
        for kind in ("matrix", "array")
    },
    "untidy": _untidy,
    "int64 indices": _with_int64_indices,
    "read-only csr": _read_only_csr,
    "wide": _wide,
}

DTYPES = ["float64", "float32", "float16", "longdouble", "int64", "uint8", "bool"]
DTYPES += ["object", "complex128", "str", "datetime64[ms]"]


@dataclass
class Samples:
    """Recipe of an X."""

    values: str
    n_samples: int
    n_features: int = 3
    layout: str = "C"
    dtype: str = "float64"
    seed: int = 0

    def build(self):
        rng = np.random.RandomState(self.seed)
        array = VALUES[self.values](rng, (self.n_samples, self.n_features))
        with np.errstate(all="ignore"):
            array = _as_dtype(array, self.dtype)
        return {**LAYOUTS, **SPARSE_LAYOUTS}[self.layout](array)


def _as_dtype(array, dtype):
    if np.dtype(dtype).kind in "iuM":
        array = np.nan_to_num(array)
    return array.astype(dtype)


LABELS = {
    "two": lambda rng, n: np.arange(n) % 2,
    "three": lambda rng, n: rng.permutation(np.arange(n) % 3),
    "one": lambda rng, n: np.ones(n, int),
    "all different": lambda rng, n: np.arange(n),
    "thousands": lambda rng, n: np.arange(n) * 7919,
    "words": lambda rng, n: np.array(["no", "yes", "ja", ""])[rng.randint(4, size=n)],
    "words as objects": lambda rng, n: np.array(["a", "b"], object)[np.arange(n) % 2],
    "bytes": lambda rng, n: np.array([b"a", b"b"])[np.arange(n) % 2],
    "mixed": lambda rng, n: np.array([1, "one", 2.5, None], object)[np.arange(n) % 4],
    "numbers as objects": lambda rng, n: np.array([0, 1, 2], object)[np.arange(n) % 3],
    "bool": lambda rng, n: np.arange(n) % 2 == 0,
    "whole floats": lambda rng, n: (np.arange(n) % 2) * 1e15,
    "float16": lambda rng, n: (np.arange(n) % 3).astype(np.float16),
    "extreme integers": lambda rng, n: np.array([-(2**63), 2**63 - 1])[
        np.arange(n) % 2
    ],
    "dates": lambda rng, n: np.array(["2000", "2001"], "datetime64[Y]")[
        np.arange(n) % 2
    ],
    "continuous": lambda rng, n: rng.standard_normal(n),
    "with NaN": lambda rng, n: np.where(np.arange(n) == 0, np.nan, 1.0),
    "with None": lambda rng, n: np.array([None, "a"], object)[np.arange(n) % 2],
    "multilabel": lambda rng, n: rng.randint(2, size=(n, 3)),
    "multilabel of one": lambda rng, n: np.zeros((n, 2), int),
    "multilabel of all": lambda rng, n: np.ones((n, 2), int),
    "multilabel, sparse": lambda rng, n: sparse.csr_matrix(rng.randint(2, size=(n, 3))),
    "multilabel, COO": lambda rng, n: sparse.coo_array(rng.randint(2, size=(n, 3))),
    "column": lambda rng, n: (np.arange(n) % 2)[:, None],
    "columns of labels": lambda rng, n: rng.randint(3, size=(n, 2)),
    "no columns": lambda rng, n: np.zeros((n, 0), int),
    "pandas": lambda rng, n: pd.Series(np.arange(n) % 2, index=np.arange(n)[::-1]),
    "categories": lambda rng, n: pd.Series(
        np.array(["u", "v"])[np.arange(n) % 2]
    ).astype("category"),
    "nullable": lambda rng, n: pd.Series(np.arange(n) % 2, dtype="Int64"),
    "missing": lambda rng, n: pd.array([None, *[1] * (n - 1)], dtype="Int64"),
    "polars": lambda rng, n: pl.Series(np.arange(n) % 2),
    "list": lambda rng, n: (np.arange(n) % 2).tolist(),
    "ragged": lambda rng, n: [[0], *[[0, 1]] * (n - 1)],
    "too short": lambda rng, n: np.zeros(n - 1, int),
    "scalar": lambda rng, n: 1,
    "none at all": lambda rng, n: None,
}

NUMBERS = {
    **{
        f"{name}, {n} columns": lambda rng, n_rows, f=values, n=n: f(rng, (n_rows, n))
        for name, values in VALUES.items()
        for n in (1, 2)
    },
    **{
        name: lambda rng, n_rows, f=values: f(rng, (n_rows, 1))[:, 0]
        for name, values in VALUES.items()
    },
    **{
        name: LABELS[name]
        for name in ("words", "mixed", "numbers as objects", "bool", "float16", "dates")
    },
    **{
        name: LABELS[name]
        for name in (
            "multilabel, sparse",
            "no columns",
            "pandas",
            "nullable",
            "missing",
        )
    },
    **{name: LABELS[name] for name in ("polars", "list", "ragged", "too short")},
    **{name: LABELS[name] for name in ("scalar", "none at all", "with None", "bytes")},
    "extreme integers": LABELS["extreme integers"],
    "complex": lambda rng, n: np.full(n, 1j),
    "float32": lambda rng, n: rng.standard_normal(n).astype(np.float32),
    "3-dimensional": lambda rng, n: np.zeros((n, 2, 2)),
}

WEIGHTS = {
    "none at all": lambda rng, n: None,
    "ones": lambda rng, n: np.ones(n),
    "ordinary": lambda rng, n: rng.uniform(0, 2, n),
    "integers": lambda rng, n: rng.randint(0, 3, n),
    "float32": lambda rng, n: rng.uniform(0, 2, n).astype(np.float32),
    "objects": lambda rng, n: rng.uniform(0, 2, n).astype(object),
    "words": lambda rng, n: np.full(n, "1"),
    "scalar": lambda rng, n: 2.0,
    "zeros": lambda rng, n: np.zeros(n),
    "one is zero": lambda rng, n: np.arange(n) > 0,
    "one is not zero": lambda rng, n: np.arange(n) == 0,
    "one is huge": lambda rng, n: np.where(np.arange(n) == 0, 1e300, 1.0),
    "huge": lambda rng, n: 1e300 * rng.uniform(0, 1, n),
    "largest": lambda rng, n: np.full(n, LARGEST),
    "beyond float32": lambda rng, n: np.full(n, 1e60),
    "small": lambda rng, n: 1e-200 * rng.uniform(0, 1, n),
    "subnormal": lambda rng, n: np.full(n, TINIEST),
    "mixed": lambda rng, n: 10 ** rng.uniform(-323, 308, n),
    "one is negative": lambda rng, n: np.where(np.arange(n) == 0, -1.0, 1.0),
    "one is NaN": lambda rng, n: np.where(np.arange(n) == 0, np.nan, 1.0),
    "one is infinite": lambda rng, n: np.where(np.arange(n) == 0, np.inf, 1.0),
    "complex": lambda rng, n: np.full(n, 1j),
    "too short": lambda rng, n: np.ones(n - 1),
    "2-dimensional": lambda rng, n: np.ones((n, 1)),
    "list": lambda rng, n: [1] * n,
    "pandas": lambda rng, n: pd.Series(np.ones(n), index=np.arange(n)[::-1]),
    "read-only": lambda rng, n: _read_only(np.arange(n, dtype=float)),
}


@dataclass
class Column:
    """Recipe of a y or sample_weight: a name in `LABELS`, `NUMBERS` or `WEIGHTS`."""

    values: str
    n_samples: int
    kinds: dict
    seed: int = 0

    def __repr__(self):
        return f"Column({self.values!r}, {self.n_samples}, seed={self.seed})"

    def build(self):
        rng = np.random.RandomState(self.seed)
        return self.kinds[self.values](rng, self.n_samples)


@dataclass
class Data:
    """Recipe of the arguments of a call."""

    X: Samples
    y: Column
    sample_weight: Column

    def build(self):
        return {name: recipe.build() for name, recipe in vars(self).items()}


_seeds = st.integers(0, 99)


@st.composite
def samples(draw, n_samples, n_features=None):
    """Draw any X, dense or sparse, ordinary as often as strange."""
    if n_features is None:
        n_features = draw(st.integers(1, 5))
    values = draw(st.just("ordinary") | st.sampled_from(list(VALUES)))
    # A hundred thousand diagonals of this length do not fit in memory.
    scattered = [
        layout
        for layout in SPARSE_LAYOUTS
        if n_features < 1000 or not layout.startswith("dia")
    ]
    forms = [["C"], list(LAYOUTS), scattered]
    layout = draw(st.one_of(*map(st.sampled_from, forms)))
    dtypes = DTYPES[:-2] if layout in SPARSE_LAYOUTS else DTYPES
    dtypes = [d for d in dtypes if (layout, d) != ("polars", "longdouble")]
    if layout in SPARSE_LAYOUTS:
        dtypes = [d for d in dtypes if d not in ("float16", "object")]
    dtype = draw(st.just("float64") | st.sampled_from(dtypes))
    return Samples(values, n_samples, n_features, layout, dtype, draw(_seeds))


@st.composite
def data(draw, classifier, n_features=None):
    """Draw any X, y and sample_weight with the same number of rows."""
    kinds = LABELS if classifier else NUMBERS
    usual = st.sampled_from(["two", "three"] if classifier else ["ordinary", "shares"])
    y = draw(usual | st.sampled_from(list(kinds)))
    n_samples = draw(st.integers(1, 12) | st.just(40))
    X = draw(samples(n_samples, n_features))
    if y == "thousands":
        n_samples = X.n_samples = 1100
        X.layout = "C"
    weights = draw(st.just("none at all") | st.sampled_from(list(WEIGHTS)))
    seed = draw(_seeds)
    return Data(
        X, Column(y, n_samples, kinds, seed), Column(weights, n_samples, WEIGHTS, seed)
    )


def architectures(classifier):
    """Draw options that are valid alone, and mostly together."""
    both = {
        "hidden_layer_sizes": st.sampled_from([(), (1,), (3,), (4, 3), (2,) * 6]),
        "activation": st.sampled_from([*ACTIVATIONS, ("tanh", "softplus")]),
        "solver": st.sampled_from(["sgd", "adam", "lbfgs"]),
        "engine": st.sampled_from(["auto", "numpy", "compiled"]),
        "alpha": st.sampled_from([0.0, 1e-4, 10.0, "3*auto"]),
        "batch_size": st.sampled_from(["auto", 1, 3, 1000]),
        "learning_rate": st.sampled_from(["auto", *SCHEDULES]),
        "learning_rate_init": st.sampled_from(["auto", 1e-3, 1.0, 100.0]),
        "max_iter": st.integers(1, 4),
        "shuffle": st.booleans(),
        "random_state": st.sampled_from([0, 1, None]),
        "momentum": st.sampled_from([0.0, 0.9, 1.0]),
        "nesterovs_momentum": st.booleans(),
        "warm_start": st.booleans(),
        "early_stopping": st.booleans(),
        "validation_fraction": st.sampled_from([0.1, 0.5, 0.9]),
        "scoring": st.sampled_from([None, None, "loss", "neg_log_loss", "r2"]),
        "n_iter_no_change": st.sampled_from([1, 2, np.inf]),
        "fit_intercept": st.booleans(),
        "init": st.sampled_from(
            ["glorot_uniform", "lecun_uniform", "uniform", "normal"]
        ),
    }
    if classifier:
        own = {
            "loss": st.sampled_from(["log_loss", "squared_error"]),
            "class_weight": st.sampled_from(
                [None, "balanced", {0: 2}, {0: 0, 1: 1e300}]
            ),
        }
    else:
        own = {
            "loss": st.sampled_from([n for n in LOSSES if not LOSSES[n].for_labels]),
            "out_activation": st.sampled_from(list(ACTIVATIONS)),
            "normalize_y": st.booleans(),
            "quantile": st.sampled_from([0.1, 0.5, 0.99]),
            "huber_threshold": st.sampled_from([1e-9, 1.0, 1e300]),
        }
    small = {name: both.pop(name) for name in ("max_iter", "hidden_layer_sizes")}
    return st.fixed_dictionaries(small, optional=both | own)


@st.composite
def ordinary_options(draw, classifier):
    """Draw options with which a fit is refused only if it diverges."""
    refusing = ["class_weight", "engine", "early_stopping", "validation_fraction"]
    refusing += ["learning_rate_init"]  # with a rate of 100, predictions may overflow
    options = draw(architectures(classifier))
    options = {n: value for n, value in options.items() if n not in refusing}
    if options.get("loss") == "poisson":
        options.pop("out_activation", None)
    if isinstance(options.get("activation"), tuple):
        options["hidden_layer_sizes"] = (4, 3)
    return options


@st.composite
def ordinary_data(draw, model):
    """Draw data that are valid beyond doubt for this model."""
    n_samples = draw(st.integers(2, 12) | st.sampled_from([40, 300]))
    values = ["ordinary", "small integers", "shares", "zeros", "constant", "duplicates"]
    layouts = ["C", "Fortran", "backwards", "read-only", "list", "pandas", "polars"]
    X = Samples(
        draw(st.sampled_from(values)),
        n_samples,
        draw(st.integers(1, 5)),
        draw(st.sampled_from([*layouts, "csr_matrix", "csc_array"])),
        draw(st.sampled_from(["float64", "float32", "int64"])),
        draw(_seeds),
    )
    if hasattr(model, "class_weight"):
        kinds, names = LABELS, ["two", "three", "words", "bool", "list", "pandas"]
        names += ["multilabel", "multilabel of one", "multilabel of all"]
    else:  # targets that every loss and output activation allows
        kinds, names = NUMBERS, ["shares", "zeros", "constant", "shares, 2 columns"]
    weights = draw(st.sampled_from(["none at all", "ones", "ordinary", "float32"]))
    seed = draw(_seeds)
    return Data(
        X,
        Column(draw(st.sampled_from(names)), n_samples, kinds, seed),
        Column(weights, n_samples, WEIGHTS, seed),
    )


_INTEGERS = [1, 2, np.int8(3), np.uint64(3), True, 10**30, 0, -1, -(10**30), 2.0, 2.5]
_NUMBERS = [0, 0.0, -0.0, 1, True, 0.5, np.float16(0.5), np.float32(0.1), TINIEST]
_NUMBERS += [1e-300, 1e300, LARGEST, 10**400, Fraction(1, 3), Decimal("0.1"), -1, -1e-9]
_NUMBERS += [1 - 2**-53, np.float64(0.3), np.longdouble(0.1)]
_FLAGS = [True, False, np.True_, 0, 1]
_NOTHINGS = [None, "", "auto", "3", np.nan, np.inf, -np.inf, 1j, [], {}, [1, 2], "loss"]
_NOTHINGS += [np.array([0.5, 1]), np.array(2), object(), print, float, b"sgd", pd.NA]

PARAMETERS = {
    "hidden_layer_sizes": [
        *_INTEGERS[:5],
        0,
        -1,
        2.5,
        (),
        (2, 3),
        np.array([2, 3]),
        (0,),
        (-1,),
        (2.0,),
        (None,),
        ((2,), 3),
        [[2]],
        {3},
        range(1, 3),
        ("3",),
        pd.Series([2, 3]),
        (np.int8(2),),
        (True,),
        np.array([2.0]),
    ],
    "activation": [
        *ACTIVATIONS,
        "RELU",
        np.str_("relu"),
        (),
        ("relu",),
        ["tanh", "softplus"],
        ("relu", "RELU"),
        ("relu", None),
        np.array(["relu"]),
    ],
    "loss": ["log_loss", "hinge", *LOSSES],
    "solver": ["sgd", "adam", "lbfgs", "SGD", np.str_("adam")],
    "alpha": [*_NUMBERS, "3*auto", np.str_("0.1 * auto"), "1e308*auto", "0*auto"],
    "batch_size": _INTEGERS,
    "learning_rate": ["auto", *SCHEDULES, np.str_("adaptive")],
    "learning_rate_init": _NUMBERS,
    "power_t": _NUMBERS,
    "max_iter": [i for i in _INTEGERS if i != 10**30],
    "shuffle": _FLAGS,
    "random_state": [
        *_INTEGERS,
        2**32 - 1,
        2**32,
        np.random.RandomState(3),
        np.random.default_rng(3),
        np.random,
    ],
    "tol": _NUMBERS,
    "verbose": _FLAGS,
    "warm_start": _FLAGS,
    "momentum": _NUMBERS,
    "nesterovs_momentum": _FLAGS,
    "early_stopping": _FLAGS,
    "validation_fraction": _NUMBERS,
    "scoring": [
        "r2",
        "accuracy",
        "neg_log_loss",
        "loss",
        len,
        lambda *_: np.nan,
        lambda *_: 1,
        lambda *_: None,
        lambda *_: "best",
        lambda *_: [1, 2],
    ],
    "beta_1": _NUMBERS,
    "beta_2": _NUMBERS,
    "epsilon": _NUMBERS,
    "n_iter_no_change": _INTEGERS,
    "max_fun": _INTEGERS,
    "fit_intercept": _FLAGS,
    "init": ["glorot_uniform", "lecun_uniform", "uniform", "normal", "zeros"],
    "coefs_init": [
        [np.ones((3, 2)), np.ones((2, 1))],
        [np.ones((3, 2))],
        ["a", "b"],
        [np.full((3, 2), 1e300), np.full((2, 1), 1e300)],
        [[[1, 2], [3]], [[1]]],
        [np.full((3, 2), "1"), np.ones((2, 1))],
        [None, None],
        np.ones((2, 3, 2)),
        [np.full((3, 2), np.nan), np.ones((2, 1))],
        [np.ones((3, 2)) * 1j, [[1], [2]]],
        [np.ones((3, 2), object), np.ones((2, 1))],
        pd.DataFrame(np.ones((3, 2))),
    ],
    "intercepts_init": [
        [np.ones(2), np.ones(1)],
        [np.ones(2)],
        [[1, 2], [LARGEST]],
        [[1, 2], ["a"]],
        [[1, 2], [None]],
        [[1, 2], [1, [2]]],
        np.ones(2),
        [1, 2],
    ],
    "engine": ["auto", "numpy", "compiled", np.str_("numpy")],
}
"""Values of each parameter: allowed, on the edge, and wrong."""

OWN_PARAMETERS = {
    True: {
        "class_weight": [
            "balanced",
            {0: 1, 1: 2},
            {0: 0, 1: 0},
            {1: TINIEST},
            {5: 1},
            {0: LARGEST, 1: LARGEST},
            {0: -1},
            {0: np.nan},
            {0: "1"},
            {0: None},
            {0: 1j},
            {"a": 1},
            {0: 10**400},
            {0: Fraction(1, 2)},
            {0: True},
            {0: [1]},
        ],
    },
    False: {
        "out_activation": list(OUT_ACTIVATIONS),
        "normalize_y": _FLAGS,
        "quantile": _NUMBERS,
        "huber_threshold": _NUMBERS,
    },
}


@st.composite
def hostile_parameters(draw, classifier):
    """Draw hostile values for one to three parameters."""
    possible = PARAMETERS | OWN_PARAMETERS[classifier]
    names = st.lists(st.sampled_from(list(possible)), min_size=1, max_size=3)
    return {
        name: draw(st.sampled_from(possible[name]) | st.sampled_from(_NOTHINGS))
        for name in draw(names)
    }
