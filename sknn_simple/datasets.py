"""The toy data sets of five "neural network from scratch" tutorials, and larger ones.

The loaders return each tutorial's table as it is, 1 to 4 rows. The generators draw any
number of rows by the same rules, so that there are enough to cross-validate.
"""

import inspect
from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, Literal, Protocol, overload

import numpy as np
from sklearn.utils import Bunch, check_random_state

__all__ = [
    "load_first_input_wins",
    "load_four_people",
    "load_linear_neuron",
    "load_soft_targets",
    "load_third_input_wins",
    "make_input_wins",
    "make_people",
]

_LOADER_DOCSTRING = """\
{description}

Parameters
----------
return_X_y : bool, default=False
    Whether to return only `data` and `target`.

as_frame : bool, default=False
    Whether to return pandas objects instead of arrays.

Returns
-------
bunch : sklearn.utils.Bunch
    With `return_X_y=True`, the tuple `(data, target)` instead.

    - data : ndarray of shape ({n_samples}, {n_features}), float64
    - target : ndarray of shape ({n_samples},)
    - data_new : ndarray of shape ({n_new}, {n_features}), the tutorial's test samples
    - feature_names : list of str
    - frame : DataFrame of `data` and `target`, or None without `as_frame`
    - DESCR : str, the description of the data set with its source

Raises
------
ImportError
    With `as_frame=True`, if pandas is not installed.

{examples}"""


class _Loader(Protocol):
    """The signature of the loaders."""

    @overload
    def __call__(
        self, *, return_X_y: Literal[False] = False, as_frame: bool = False
    ) -> Bunch: ...
    @overload
    def __call__(
        self, *, return_X_y: Literal[True], as_frame: Literal[False] = False
    ) -> tuple[np.ndarray, np.ndarray]: ...
    @overload
    def __call__(self, *, return_X_y: bool, as_frame: bool = False) -> Any: ...


def _loader(make_table: Callable[[], Bunch]) -> _Loader:
    """Turn a function that returns a table into a loader.

    The function's docstring becomes the loader's, with a description of the parameters
    inserted before the examples. Its text after the first line becomes `DESCR`.
    """
    docstring = inspect.cleandoc(make_table.__doc__ or "")
    description, heading, examples = docstring.partition("Examples\n")
    title = make_table.__name__.removeprefix("load_").replace("_", " ").capitalize()
    text = description.partition("\n\n")[2]

    def load(*, return_X_y: bool = False, as_frame: bool = False) -> Any:
        table = make_table()
        target_name = table.pop("target_name", "output")
        X, X_new = np.array(table.data, float), np.array(table.data_new, float)
        y, frame = np.array(table.target), None
        if as_frame:
            try:
                import pandas as pd
            except ImportError as error:
                raise ImportError(
                    "as_frame=True needs pandas, which is not installed: "
                    "pip install pandas."
                ) from error
            names, columns = table.get("names"), table.feature_names
            X = pd.DataFrame(X, columns=columns, index=names)
            X_new = pd.DataFrame(X_new, columns=columns, index=table.get("names_new"))
            y = pd.Series(y, name=target_name, index=names)
            frame = X.assign(**{target_name: y})
        if return_X_y:
            return X, y
        table.update(data=X, target=y, data_new=X_new, frame=frame)
        table.DESCR = f"{title}\n{'-' * len(title)}\n{text}"
        return table

    table = make_table()
    n_samples, n_features = np.shape(table.data)
    load.__name__ = load.__qualname__ = make_table.__name__
    load.__doc__ = _LOADER_DOCSTRING.format(
        description=description.strip(),
        n_samples=n_samples,
        n_features=n_features,
        n_new=len(table.data_new),
        examples=heading + examples,
    ).strip()
    return load


@_loader
def load_third_input_wins() -> Bunch:
    """Load three rows whose target is the third of three binary inputs.

    In the tutorial, a single sigmoid neuron without bias learns them by gradient
    descent on the squared error and then predicts (1, 0, 1). It is one of the many
    descendants of M. Spencer-Harper, "How to build a simple neural network in 9 lines
    of Python code" (2015).
    """
    return Bunch(
        data=[[0, 1, 1], [1, 0, 0], [1, 0, 1]],
        target=[1, 0, 1],
        data_new=[[1, 0, 1]],
        feature_names=["first", "second", "third"],
    )


@_loader
def load_first_input_wins() -> Bunch:
    """Load four rows whose target is the first of three binary inputs.

    The third input is always 1. In the tutorial, a single sigmoid neuron without bias
    learns them in 15000 steps and then predicts (1, 0, 0), which is not among them.
    The data come from M. Spencer-Harper, "How to build a simple neural network in 9
    lines of Python code" (2015).
    """
    return Bunch(
        data=[[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]],
        target=[0, 1, 1, 0],
        data_new=[[1, 0, 0]],
        feature_names=["first", "second", "third"],
    )


@_loader
def load_soft_targets() -> Bunch:
    """Load four rows of three binary inputs with targets between 0 and 1.

    The third input is always 1. In the tutorial, a 3-4-1 network of sigmoids without
    biases learns them in 100000 steps. It is a variant of the network of A. Trask, "A
    neural network in 11 lines of Python" (2015), whose targets are exclusive or.
    """
    rows = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
    return Bunch(
        data=rows,
        target=[1.0, 0.7, 1.0, 0.0],
        data_new=rows,
        feature_names=["first", "second", "third"],
    )


@_loader
def load_four_people() -> Bunch:
    """Load the weight, height and sex of four people.

    Weights are in pounds minus 135, heights in inches minus 66; the target is 1 for a
    woman and 0 for a man. In the tutorial, a 2-2-1 network of sigmoids with biases
    learns Alice, Bob, Charlie and Diana one row at a time and then predicts Emily and
    Frank. The data come from V. Zhou, "Machine learning for beginners: an introduction
    to neural networks" (2019).

    This data set also has `target_names`, and the people's names in `names` and
    `names_new`.

    Examples
    --------
    >>> from sknn_simple.datasets import load_four_people
    >>> people = load_four_people()
    >>> people.names, people.target.tolist()
    (['Alice', 'Bob', 'Charlie', 'Diana'], [1, 0, 0, 1])
    """
    return Bunch(
        data=[[-2, -1], [25, 6], [17, 4], [-15, -6]],
        target=[1, 0, 0, 1],
        data_new=[[-7, -3], [20, 2]],
        feature_names=["weight", "height"],
        target_name="female",
        target_names=np.array(["male", "female"]),
        names=["Alice", "Bob", "Charlie", "Diana"],
        names_new=["Emily", "Frank"],
    )


@_loader
def load_linear_neuron() -> Bunch:
    """Load a single row: input 1, target 0.

    In the tutorial, a neuron with weight 0.8, without bias or activation, learns to
    predict 0. The data come from A. Schumacher, "Hello, TensorFlow! Building and
    training your first TensorFlow graph" (2016).
    """
    return Bunch(data=[[1]], target=[0.0], data_new=[[1]], feature_names=["input"])


def _check_positive(name: str, value: object) -> None:
    """Check that `value` is an integer of at least 1."""
    if not isinstance(value, Integral) or value < 1:
        raise ValueError(f"{name} must be an integer of at least 1, got {value!r}.")


def make_input_wins(
    n_samples: int = 100,
    *,
    winner: int = 0,
    n_features: int = 3,
    flip_y: float = 0.0,
    random_state: int | np.random.RandomState | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw binary inputs, one of which is the target.

    This is the rule of `load_first_input_wins` and `load_third_input_wins`.

    Parameters
    ----------
    n_samples : int, default=100
        Number of samples.

    winner : int, default=0
        Column that is the target: 0 for "first input wins", 2 for "third".

    n_features : int, default=3
        Number of inputs.

    flip_y : float, default=0.0
        Share of the targets, from 0 to 1, that are drawn at random instead. Half of
        these are wrong.

    random_state : int, RandomState instance or None, default=None
        Source of randomness. An integer returns the same data at each call.

    Returns
    -------
    X : ndarray of shape (n_samples, n_features), float64
        Zeros and ones, equally likely.

    y : ndarray of shape (n_samples,), int
        Zeros and ones.

    Raises
    ------
    ValueError
        If a parameter is not of the type or in the range above.

    Examples
    --------
    >>> from sknn_simple.datasets import make_input_wins
    >>> X, y = make_input_wins(4, winner=2, random_state=0)
    >>> bool((X[:, 2] == y).all())
    True
    """
    _check_positive("n_samples", n_samples)
    _check_positive("n_features", n_features)
    if not isinstance(winner, Integral) or not 0 <= winner < n_features:
        raise ValueError(
            f"winner must be a column, 0 to {n_features - 1}, got {winner!r}."
        )
    if not isinstance(flip_y, Real) or not 0 <= flip_y <= 1:
        raise ValueError(f"flip_y must be a number from 0 to 1, got {flip_y!r}.")
    rng = check_random_state(random_state)
    X = rng.randint(2, size=(n_samples, n_features))
    y = X[:, winner].copy()
    noisy = rng.random_sample(n_samples) < flip_y
    y[noisy] = rng.randint(2, size=noisy.sum())
    return X.astype(float), y


def make_people(
    n_samples: int = 100, *, random_state: int | np.random.RandomState | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the weights and heights of adults, in the units of `load_four_people`.

    Women and men are equally likely. The weight and height of each person are drawn
    from a bivariate normal distribution with correlation 0.5:

    ===== ===================== =====================
    sex   weight, lb (mean, sd) height, in (mean, sd)
    ===== ===================== =====================
    woman 170.8, 40             63.5, 2.8
    man   199.8, 40             69.0, 3.0
    ===== ===================== =====================

    The means describe adults in the United States from 2015 to 2018 [1]_. The standard
    deviations and the correlation are plausible round figures.

    Parameters
    ----------
    n_samples : int, default=100
        Number of people.

    random_state : int, RandomState instance or None, default=None
        Source of randomness. An integer returns the same data at each call.

    Returns
    -------
    X : ndarray of shape (n_samples, 2), float64
        Weight in pounds minus 135, height in inches minus 66.

    y : ndarray of shape (n_samples,), int
        1 for a woman, 0 for a man.

    Raises
    ------
    ValueError
        If `n_samples` is not an integer of at least 1.

    References
    ----------
    .. [1] C. D. Fryar et al., "Anthropometric reference data for children and adults:
       United States, 2015-2018", Vital and Health Statistics 3(46), 2021.

    Examples
    --------
    >>> from sknn_simple.datasets import make_people
    >>> X, y = make_people(5, random_state=0)
    >>> X.shape, y.shape
    ((5, 2), (5,))
    """
    _check_positive("n_samples", n_samples)
    rng = check_random_state(random_state)
    y = rng.randint(2, size=n_samples)
    correlation = 0.5
    standard = rng.standard_normal((n_samples, 2))
    standard[:, 1] *= np.sqrt(1 - correlation**2)
    standard[:, 1] += correlation * standard[:, 0]
    mean = np.array([[199.8, 69.0], [170.8, 63.5]])
    deviation = np.array([[40.0, 3.0], [40.0, 2.8]])
    return mean[y] + deviation[y] * standard - [135, 66], y
