"""The toy data sets of five "neural network from scratch" tutorials, and larger ones.

The loaders return the tutorials' tables as they are, 1 to 4 rows; the generators
draw more rows by the same rules, so that cross-validation has something to split.
"""

from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np
from sklearn.utils import Bunch, check_random_state
from sklearn.utils._optional_dependencies import check_pandas_support
from sklearn.utils._param_validation import Interval, validate_params

__all__ = [
    "load_first_input_wins",
    "load_four_people",
    "load_linear_neuron",
    "load_soft_targets",
    "load_third_input_wins",
    "make_input_wins",
    "make_people",
]


@dataclass(frozen=True)
class _Table:
    """One tutorial's data: rows, targets, and the new cases that it predicts."""

    X: tuple
    y: tuple
    X_new: tuple
    feature_names: tuple
    target_name: str
    descr: str
    target_names: tuple | None = None
    names: tuple | None = None
    names_new: tuple | None = None

    def bunch(self, return_X_y, as_frame):
        """The table as scikit-learn's loaders return theirs."""
        X, X_new = np.array(self.X, dtype=float), np.array(self.X_new, dtype=float)
        y = np.array(self.y)
        frame = None
        if as_frame:
            pd = check_pandas_support("as_frame=True")
            columns = list(self.feature_names)
            X = pd.DataFrame(X, columns=columns, index=self.names)
            X_new = pd.DataFrame(X_new, columns=columns, index=self.names_new)
            y = pd.Series(y, name=self.target_name, index=self.names)
            frame = X.assign(**{self.target_name: y})
        if return_X_y:
            return X, y
        bunch = Bunch(
            data=X,
            target=y,
            frame=frame,
            feature_names=list(self.feature_names),
            data_new=X_new,
            DESCR=self.descr,
        )
        if self.target_names is not None:
            bunch.target_names = np.array(self.target_names)
        if self.names is not None:
            bunch.names, bunch.names_new = list(self.names), list(self.names_new)
        return bunch


_THREE_INPUTS = ("first", "second", "third")

_THIRD_INPUT_WINS = _Table(
    X=((0, 1, 1), (1, 0, 0), (1, 0, 1)),
    y=(1, 0, 1),
    X_new=((1, 0, 1),),
    feature_names=_THREE_INPUTS,
    target_name="output",
    descr="""\
Third input wins
----------------
Three rows of three binary inputs; the target is the third input. A single sigmoid
neuron without bias learns it by gradient descent on the squared error, and is asked
about (1, 0, 1). One of the many offspring of M. Spencer-Harper, "How to build a
simple neural network in 9 lines of Python code" (2015).
""",
)

_FIRST_INPUT_WINS = _Table(
    X=((0, 0, 1), (1, 1, 1), (1, 0, 1), (0, 1, 1)),
    y=(0, 1, 1, 0),
    X_new=((1, 0, 0),),
    feature_names=_THREE_INPUTS,
    target_name="output",
    descr="""\
First input wins
----------------
Four rows of three binary inputs; the target is the first input, and the third is
always 1. A single sigmoid neuron without bias learns it in 15000 steps, and is asked
about (1, 0, 0), which it has not seen. The data are those of M. Spencer-Harper, "How
to build a simple neural network in 9 lines of Python code" (2015).
""",
)

_SOFT_TARGETS = _Table(
    X=((0, 0, 1), (0, 1, 1), (1, 0, 1), (1, 1, 1)),
    y=(1.0, 0.7, 1.0, 0.0),
    X_new=((0, 0, 1), (0, 1, 1), (1, 0, 1), (1, 1, 1)),
    feature_names=_THREE_INPUTS,
    target_name="output",
    descr="""\
Soft targets
------------
Four rows of three binary inputs, the third always 1, with targets that are numbers
between 0 and 1: a 3-4-1 network of sigmoids without biases learns them in 100000
steps. A variant of the network of A. Trask, "A neural network in 11 lines of Python"
(2015), whose targets are those of exclusive or.
""",
)

_FOUR_PEOPLE = _Table(
    X=((-2, -1), (25, 6), (17, 4), (-15, -6)),
    y=(1, 0, 0, 1),
    X_new=((-7, -3), (20, 2)),
    feature_names=("weight", "height"),
    target_name="female",
    target_names=("male", "female"),
    names=("Alice", "Bob", "Charlie", "Diana"),
    names_new=("Emily", "Frank"),
    descr="""\
Four people
-----------
Weight in pounds, less 135, and height in inches, less 66, of Alice, Bob, Charlie and
Diana, and who of them is a woman. A 2-2-1 network of sigmoids with biases learns it,
one row at a time, and is asked about Emily and Frank. From V. Zhou, "Machine learning
for beginners: an introduction to neural networks" (2019).
""",
)

_LINEAR_NEURON = _Table(
    X=((1,),),
    y=(0.0,),
    X_new=((1,),),
    feature_names=("input",),
    target_name="output",
    descr="""\
Linear neuron
-------------
One row: input 1, target 0. A neuron with weight 0.8, without bias or activation,
learns to answer 0. From A. Schumacher, "Hello, TensorFlow! Building and training your
first TensorFlow graph" (2016).
""",
)


def load_third_input_wins(*, return_X_y=False, as_frame=False):
    """Load three rows whose target is the third of three binary inputs.

    Parameters
    ----------
    return_X_y : bool, default=False
        If True, return (data, target) only.

    as_frame : bool, default=False
        If True, data are pandas objects.

    Returns
    -------
    bunch : sklearn.utils.Bunch
        ``data`` (3, 3), ``target`` (3,), ``data_new`` (the case that the
        tutorial predicts), ``feature_names``, ``DESCR`` (with the source),
        and ``frame`` (both, as a DataFrame, if `as_frame`). With `return_X_y`,
        a tuple of ``data`` and ``target``.
    """
    return _THIRD_INPUT_WINS.bunch(return_X_y, as_frame)


def load_first_input_wins(*, return_X_y=False, as_frame=False):
    """Load four rows whose target is the first of three binary inputs.

    Parameters
    ----------
    return_X_y : bool, default=False
        If True, return (data, target) only.

    as_frame : bool, default=False
        If True, data are pandas objects.

    Returns
    -------
    bunch : sklearn.utils.Bunch
        ``data`` (4, 3), ``target`` (4,), ``data_new`` (the case that the
        tutorial predicts), ``feature_names``, ``DESCR`` (with the source),
        and ``frame`` (both, as a DataFrame, if `as_frame`). With `return_X_y`,
        a tuple of ``data`` and ``target``.
    """
    return _FIRST_INPUT_WINS.bunch(return_X_y, as_frame)


def load_soft_targets(*, return_X_y=False, as_frame=False):
    """Load four rows of three binary inputs with targets between 0 and 1.

    Parameters
    ----------
    return_X_y : bool, default=False
        If True, return (data, target) only.

    as_frame : bool, default=False
        If True, data are pandas objects.

    Returns
    -------
    bunch : sklearn.utils.Bunch
        ``data`` (4, 3), ``target`` (4,), ``data_new`` (the cases that the
        tutorial predicts), ``feature_names``, ``DESCR`` (with the source),
        and ``frame`` (both, as a DataFrame, if `as_frame`). With `return_X_y`,
        a tuple of ``data`` and ``target``.
    """
    return _SOFT_TARGETS.bunch(return_X_y, as_frame)


def load_four_people(*, return_X_y=False, as_frame=False):
    """Load weight and height of four people, and who is a woman.

    Parameters
    ----------
    return_X_y : bool, default=False
        If True, return (data, target) only.

    as_frame : bool, default=False
        If True, data are pandas objects.

    Returns
    -------
    bunch : sklearn.utils.Bunch
        ``data`` (4, 2), ``target`` (4,), ``data_new`` (the people that the
        tutorial predicts), ``feature_names``, ``target_names``, ``names``,
        ``names_new``, ``DESCR`` (with the source),
        and ``frame`` (both, as a DataFrame, if `as_frame`). With `return_X_y`,
        a tuple of ``data`` and ``target``.

    Examples
    --------
    >>> from sknn_simple.datasets import load_four_people
    >>> people = load_four_people()
    >>> people.names, people.target.tolist()
    (['Alice', 'Bob', 'Charlie', 'Diana'], [1, 0, 0, 1])
    """
    return _FOUR_PEOPLE.bunch(return_X_y, as_frame)


def load_linear_neuron(*, return_X_y=False, as_frame=False):
    """Load a single row: input 1, target 0.

    Parameters
    ----------
    return_X_y : bool, default=False
        If True, return (data, target) only.

    as_frame : bool, default=False
        If True, data are pandas objects.

    Returns
    -------
    bunch : sklearn.utils.Bunch
        ``data`` (1, 1), ``target`` (1,), ``data_new`` (the case that the
        tutorial predicts), ``feature_names``, ``DESCR`` (with the source),
        and ``frame`` (both, as a DataFrame, if `as_frame`). With `return_X_y`,
        a tuple of ``data`` and ``target``.
    """
    return _LINEAR_NEURON.bunch(return_X_y, as_frame)


@validate_params(
    {
        "n_samples": [Interval(Integral, 1, None, closed="left")],
        "winner": [Interval(Integral, 0, None, closed="left")],
        "n_features": [Interval(Integral, 1, None, closed="left")],
        "flip_y": [Interval(Real, 0, 1, closed="both")],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_input_wins(
    n_samples=100, *, winner=0, n_features=3, flip_y=0.0, random_state=None
):
    """Draw binary inputs of which one is the target: the rule of the two loaders.

    Parameters
    ----------
    n_samples : int, default=100

    winner : int, default=0
        The column that is the target: 0 for "first input wins", 2 for "third".

    n_features : int, default=3

    flip_y : float, default=0.0
        Share of targets to draw at random instead, which makes half of them wrong.

    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    X : ndarray of shape (n_samples, n_features)
        Zeros and ones, equally likely.

    y : ndarray of shape (n_samples,)
        Zeros and ones.

    Raises
    ------
    ValueError
        If `winner` is no column.

    Examples
    --------
    >>> from sknn_simple.datasets import make_input_wins
    >>> X, y = make_input_wins(4, winner=2, random_state=0)
    >>> bool((X[:, 2] == y).all())
    True
    """
    if winner >= n_features:
        raise ValueError(
            f"winner must be a column, 0 to {n_features - 1}, got {winner}."
        )
    rng = check_random_state(random_state)
    X = rng.randint(2, size=(n_samples, n_features))
    y = X[:, winner].copy()
    noisy = rng.random_sample(n_samples) < flip_y
    y[noisy] = rng.randint(2, size=noisy.sum())
    return X.astype(float), y


@validate_params(
    {
        "n_samples": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_people(n_samples=100, *, random_state=None):
    """Draw weights and heights of adults, in the units of `load_four_people`.

    Women and men are equally likely. Weight and height of each are drawn from a
    bivariate normal distribution with correlation 0.5:

    ===== ===================== =====================
    sex   weight, lb (mean, sd) height, in (mean, sd)
    ===== ===================== =====================
    woman 170.8, 40             63.5, 2.8
    man   199.8, 40             69.0, 3.0
    ===== ===================== =====================

    The means are those of adults in the United States, 2015 to 2018 [1]_. The
    deviations and the correlation are round figures of a plausible size.

    Parameters
    ----------
    n_samples : int, default=100

    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    X : ndarray of shape (n_samples, 2)
        Weight in pounds less 135, height in inches less 66.

    y : ndarray of shape (n_samples,)
        1 for a woman, 0 for a man.

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
    rng = check_random_state(random_state)
    y = rng.randint(2, size=n_samples)
    correlation = 0.5
    standard = rng.standard_normal((n_samples, 2))
    standard[:, 1] *= np.sqrt(1 - correlation**2)
    standard[:, 1] += correlation * standard[:, 0]
    mean = np.array([[199.8, 69.0], [170.8, 63.5]])
    deviation = np.array([[40.0, 3.0], [40.0, 2.8]])
    return mean[y] + deviation[y] * standard - [135, 66], y
