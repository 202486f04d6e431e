"""Each finding of `diagnose` on a mistake that causes it, and its advice, followed.

The mistake is found, the advice names the cure, and the cured network scores higher on
new samples and has no such finding.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import (
    load_diabetes,
    load_digits,
    load_iris,
    load_wine,
    make_circles,
    make_classification,
    make_friedman1,
)
from sklearn.feature_selection import VarianceThreshold
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer, StandardScaler
from support import overlapping_returns

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.inspection import diagnose
from sknn_simple.inspection.diagnosis import SYMPTOMS

pytestmark = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning",
    "ignore:X and y seem to have one column per sample:UserWarning",
    "ignore:y is an indicator matrix:UserWarning",
)

# Every option that matters is stated, whatever the defaults are.
OPTIONS = {
    "alpha": 1e-4,
    "learning_rate_init": 0.1,
    "max_iter": 2000,
    "n_iter_no_change": 100,
    "average": False,
    "init": "glorot_uniform",
    "random_state": 0,
}
CLASSIFIER = SimpleMLPClassifier((20,), **OPTIONS)
REGRESSOR = SimpleMLPRegressor((20,), **OPTIONS | {"learning_rate_init": 0.02})


class Data(NamedTuple):
    X: np.ndarray
    y: np.ndarray
    X_new: np.ndarray
    y_new: np.ndarray

    def map(self, X=None, y=None):
        """Apply functions to X and X_new, or to y and y_new."""
        X, y = X or (lambda X: X), y or (lambda y: y)
        return Data(X(self.X), y(self.y), X(self.X_new), y(self.y_new))


def halves(X, y, scale=True):
    X, X_new, y, y_new = train_test_split(X, y, test_size=0.5, random_state=0)
    scaler = StandardScaler().fit(X)
    data = Data(X, y, X_new, y_new)
    return data.map(scaler.transform) if scale else data


IRIS = halves(*load_iris(return_X_y=True))
RAW_WINE = halves(*load_wine(return_X_y=True), scale=False)
DIABETES = halves(*load_diabetes(return_X_y=True))
CIRCLES = halves(*make_circles(400, noise=0.1, factor=0.5, random_state=0))
FRIEDMAN = halves(*make_friedman1(400, noise=1, random_state=0))
OUTLIERS = np.zeros(200)
OUTLIERS[[20, 90, 150, 180]] = 1, -1, 1, -1
NOISY = halves(*make_classification(200, 20, flip_y=0.2, random_state=0))
CLASSES = halves(
    *make_classification(600, 10, n_informative=5, n_classes=3, random_state=0)
)
SKEWED = halves(
    *(lambda X, y: (np.exp(3 * X), y))(
        *make_classification(600, 5, n_informative=5, n_redundant=0, random_state=0)
    )
)
GROWTH = halves(
    *(lambda X: (X, np.exp(2.5 * X[:, :4].sum(axis=1))))(
        np.random.RandomState(0).uniform(-1, 1, (300, 8))
    )
)
ENGINE = halves(
    *(lambda X: (X, np.column_stack([np.tanh(X[:, 0]) * X[:, 1], X[:, 0] - X[:, 1]])))(
        np.random.RandomState(0).uniform(-2, 2, (400, 2))
    ),
    scale=False,
)
X_WAVE, X_BOND = (
    np.linspace(-1.7, 1.7, 400),
    np.random.default_rng(0).uniform(3, 9, 600),
)
X_HILLS = np.random.default_rng(0).uniform(-1.7, 1.7, (600, 2))
HILLS = halves(X_HILLS, np.sin(5 * X_HILLS).prod(axis=1))
WAVE = halves(X_WAVE[:, None], np.sin(5.9 * X_WAVE))
BOND = halves(X_BOND[:, None], (3.4 / X_BOND) ** 12 - (3.4 / X_BOND) ** 6)
ANSWERS = halves(
    *(lambda X: (X, 0.3 * X.sum(axis=1) + np.random.RandomState(1).normal(size=800)))(
        np.random.RandomState(0).randint(1, 6, (800, 8))
    ),
    scale=False,
)
DIGITS = halves(*load_digits(return_X_y=True), scale=False).map(lambda X: X / 16)
# Returns over the next 20 days, later than those of the training.
X_DAYS, Y_DAYS = overlapping_returns(3000, seed=0, signal=0.5)
DAYS = Data(X_DAYS[:1500], Y_DAYS[:1500], X_DAYS[1520:], Y_DAYS[1520:])
# Another instrument measures what the network is tested on.
INSTRUMENTS = IRIS._replace(X_new=IRIS.X_new + 1)
XOR = Data(*2 * (np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])))


def as_it_is(estimator, data):
    return estimator.fit(data.X, data.y), data


def first_class_only(estimator, data):
    first = data.y == data.y[0]
    return as_it_is(estimator, data._replace(X=data.X[first], y=data.y[first]))


def with_options(**options):
    """Cure an estimator with other options."""

    def fit(estimator, data):
        return as_it_is(clone(estimator).set_params(**options), data)

    return fit


def as_advised(estimator, data):
    """Cure an estimator with the options that the advice spells out."""
    advice = diagnose(clone(estimator).fit(data.X, data.y), data.X, data.y)[0].advice
    options = {"max_iter": int(re.search(r"max_iter=(\d+)", advice)[1])}
    if "n_iter_no_change=float('inf')" in advice:
        options["n_iter_no_change"] = np.inf
    return with_options(**options)(estimator, data)


def in_order(estimator, data):
    """Choose alpha in the cross-validation that the advice names."""
    multiples = ["auto", "10*auto", "100*auto"]
    cv = TimeSeriesSplit(3, gap=20)
    search = GridSearchCV(estimator, {"alpha": multiples}, cv=cv)
    return search.fit(data.X, data.y).best_estimator_, data


def with_the_best_seed(estimator, data):
    """Cure an estimator with the seed that the advice names."""
    advice = diagnose(clone(estimator).fit(data.X, data.y), data.X, data.y)[0].advice
    seed = int(re.search(r"random_state, such as (\d+)", advice)[1])
    return with_options(random_state=seed)(estimator, data)


def in_pipeline(step):
    """Cure an estimator with a step before it."""
    return lambda estimator, data: as_it_is(make_pipeline(step, clone(estimator)), data)


def refitted(estimator, data):
    """Fit again after the mean of y has changed by many deviations."""
    return as_it_is(estimator.fit(data.X, data.y - 100), data)


def validated_by_others(estimator, data):
    """Validate with samples in which y falls as it rises in training."""
    return estimator.fit(data.X, data.y, X_val=data.X_new, y_val=-data.y_new), data


def last_step_of_pipeline(estimator, data):
    pipeline = make_pipeline(StandardScaler(), clone(estimator))
    return pipeline.fit(data.X, data.y)[-1], data


def pipeline(estimator, data):
    return as_it_is(make_pipeline(StandardScaler(), clone(estimator)), data)


def scaled_by_its_own_mean(estimator, data):
    fitted, data = pipeline(estimator, data)
    return make_pipeline(StandardScaler().fit(data.X_new), fitted[-1]), data


def in_the_unit_of_training(estimator, data):
    return pipeline(estimator, data._replace(X_new=data.X_new / [1, 1, 1000, 1]))


def pipeline_without_the_mean_error(estimator, data):
    """Add to the output's bias what predictions for some new samples lack."""
    fitted, data = pipeline(estimator, data)
    some = slice(40)
    error = fitted.predict(data.X_new[some]) - data.y_new[some]
    fitted[-1].intercepts_[-1] -= error.mean()
    return fitted, data


def with_targets(function):
    return lambda estimator, data: as_it_is(clone(estimator), data.map(y=function))


def in_rows(estimator, data):
    """Cure data with one column per sample."""
    return as_it_is(estimator, data.map(np.transpose, np.transpose))


def of_logarithms(func, inverse_func):
    """Cure an estimator with logarithms of the targets."""
    options = {"func": func, "inverse_func": inverse_func}
    return lambda estimator, data: as_it_is(
        TransformedTargetRegressor(clone(estimator), **options), data
    )


def equal_weights(n_features, n_units, value):
    return {
        "hidden_layer_sizes": (n_units,),
        "coefs_init": [
            np.full((n_features, n_units), value),
            np.full((n_units, 1), value),
        ],
        "intercepts_init": [np.full(n_units, value), np.full(1, value)],
    }


RNG = np.random.RandomState(0)
TINY_AND_HUGE = [
    scale * RNG.standard_normal(shape)
    for scale, shape in [(1e-7, (2, 10)), (1e7, (10, 10)), (1, (10, 1))]
]


def with_answers_missing(X):
    return np.where(np.random.RandomState(0).uniform(size=X.shape) < 0.06, -9, X)


def after_a_lesion(estimator, data):
    """Silence the hidden unit of the largest weights."""
    outgoing = estimator.fit(data.X, data.y).coefs_[1]
    outgoing[abs(outgoing).sum(axis=1).argmax()] = 0
    return estimator, data


def trained_further(estimator, data):
    fitted, data = after_a_lesion(clone(estimator), data)
    return as_it_is(fitted.set_params(warm_start=True), data)


def in_calls(estimator, data, parts):
    """Train on parts of the samples, one after the other."""
    for rows in parts:
        for _ in range(50):
            estimator.partial_fit(data.X[rows], data.y[rows], classes=range(10))
    return estimator, data


def earlier_digits_first(estimator, data):
    return in_calls(estimator, data, [data.y < 5, data.y >= 5])


def digits_together(estimator, data):
    estimator, data = earlier_digits_first(clone(estimator), data)
    return in_calls(estimator, data, [slice(None)])


@dataclass(frozen=True)
class Mistake:
    """A mistake, the words of the advice that name its cure, and the cure."""

    kind: str
    data: Data
    cure: Callable  # returns the fitted estimator, and the data to judge it by
    advice: str
    options: dict = field(default_factory=dict)
    estimator: object = CLASSIFIER
    fit: Callable = as_it_is
    on_new: bool = False  # whether to diagnose on new samples
    rise: float = 0.03  # of the score on new samples, at least


MISTAKES = {
    "a code for missing answers": Mistake(
        "missing_codes",
        ANSWERS.map(with_answers_missing),
        in_pipeline(make_pipeline(SimpleImputer(missing_values=-9), StandardScaler())),
        "if -9 stands for a missing value, replace it by NaN, and use SimpleImputer",
        estimator=make_pipeline(StandardScaler(), SimpleMLPRegressor(random_state=0)),
        rise=0.02,
    ),
    "a lesion": Mistake(
        "edited_weights",
        IRIS,
        trained_further,
        "fit with warm_start=True, or partial_fit",
        {"hidden_layer_sizes": (4,)},
        fit=after_a_lesion,
        rise=0.1,
    ),
    "forgetting": Mistake(
        "shifted_targets",
        DIGITS,
        digits_together,
        "if calls had different samples, train on the earlier and later ones together",
        {"alpha": 1.0},
        fit=earlier_digits_first,
        rise=0.3,
    ),
    "constant inputs": Mistake(
        "constant_inputs",
        IRIS.map(lambda X: np.hstack([X, np.full((len(X), 3), 30.0)])),
        in_pipeline(VarianceThreshold()),
        "VarianceThreshold",
    ),
    "raw inputs": Mistake(
        "unscaled_inputs", RAW_WINE, in_pipeline(StandardScaler()), "StandardScaler"
    ),
    "inputs with an offset": Mistake(
        "uncentred_inputs",
        IRIS.map(lambda X: X + 50),
        in_pipeline(StandardScaler()),
        "StandardScaler",
    ),
    "inputs with extreme values": Mistake(
        "outlying_inputs",
        SKEWED,
        in_pipeline(QuantileTransformer(n_quantiles=100, random_state=0)),
        "QuantileTransformer",
    ),
    "a single class": Mistake(
        "constant_targets",
        IRIS,
        as_it_is,
        "samples of at least two classes",
        fit=first_class_only,
        rise=0.5,
    ),
    "one-hot classes": Mistake(
        "one_hot_targets",
        CLASSES.map(y=lambda y: np.eye(3)[y]),
        with_targets(lambda y: y.argmax(axis=1)),
        "np.argmax(y, axis=1)",
    ),
    "negative targets of relu": Mistake(
        "targets_out_of_range",
        DIABETES.map(y=lambda y: (y - 150) / 77),
        with_options(out_activation="identity"),
        "out_activation='identity'",
        {"out_activation": "relu", "alpha": 10.0},
        REGRESSOR,
    ),
    "samples in columns": Mistake(
        "samples_in_columns",
        ENGINE.map(np.transpose, np.transpose),
        in_rows,
        "X.T and y.T",
        estimator=SimpleMLPRegressor(random_state=0),
        rise=0.5,
    ),
    "raw targets": Mistake(
        "unscaled_targets",
        FRIEDMAN.map(y=lambda y: 20 * y),
        with_options(normalize_y=True),
        "normalize_y=True",
        {"normalize_y": False},
        REGRESSOR,
    ),
    "skewed targets": Mistake(
        "skewed_targets",
        FRIEDMAN.map(y=lambda y: np.exp(y / 3)),
        of_logarithms(np.log, np.exp),
        "TransformedTargetRegressor with np.log and np.exp, since",
        estimator=SimpleMLPRegressor(random_state=0),
    ),
    "tiny skewed targets": Mistake(
        "skewed_targets",
        GROWTH.map(y=lambda y: 1e-21 * y),
        of_logarithms(np.log, np.exp),
        "TransformedTargetRegressor with np.log and np.exp",
        estimator=REGRESSOR,
    ),
    "outliers among the targets, of both signs": Mistake(
        "skewed_targets",
        FRIEDMAN._replace(y=FRIEDMAN.y + 300 * OUTLIERS),
        with_options(loss="huber"),
        "loss='huber'",
        estimator=SimpleMLPRegressor(random_state=0),
        rise=0.3,
    ),
    "skewed targets of both signs": Mistake(
        "skewed_targets",
        GROWTH.map(y=lambda y: y - 50),
        with_options(loss="huber"),
        "loss='huber'",
        estimator=REGRESSOR,
    ),
    "the last step of a Pipeline": Mistake(
        "scaled_unlike_training",
        RAW_WINE,
        in_pipeline(StandardScaler()),
        "diagnose the whole Pipeline",
        fit=last_step_of_pipeline,
    ),
    "samples of another instrument": Mistake(
        "scaled_unlike_training",
        INSTRUMENTS,
        scaled_by_its_own_mean,
        "scale such samples by their own means and deviations",
        fit=pipeline,
        on_new=True,
    ),
    "samples in another unit": Mistake(
        "scaled_unlike_training",
        IRIS._replace(X_new=IRIS.X_new * [1, 1, 1000, 1]),
        in_the_unit_of_training,
        "check the unit of x3: behind the scaler",
        fit=pipeline,
        on_new=True,
    ),
    "targets of another mean": Mistake(
        "shifted_targets",
        FRIEDMAN._replace(y_new=FRIEDMAN.y_new + 5),
        pipeline_without_the_mean_error,
        "correct predictions for such samples by the mean error",
        estimator=SimpleMLPRegressor(random_state=0),
        fit=pipeline,
        on_new=True,
        rise=0.3,
    ),
    "no epoch": Mistake(
        "not_trained",
        IRIS,
        with_options(max_iter=2000),
        "a max_iter above 0",
        {"max_iter": 0},
        rise=0.5,
    ),
    "all weights 0": Mistake(
        "identical_units",
        CIRCLES,
        with_options(coefs_init=None, intercepts_init=None),
        "without coefs_init and intercepts_init",
        equal_weights(2, 10, 0.0),
    ),
    "all weights equal": Mistake(
        "identical_units",
        CIRCLES,
        with_options(coefs_init=None, intercepts_init=None),
        "without coefs_init and intercepts_init",
        equal_weights(2, 10, 0.5),
    ),
    "no nonlinearity": Mistake(
        "linear_network",
        CIRCLES,
        with_options(activation="tanh"),
        "'tanh'",
        {"activation": "identity", "hidden_layer_sizes": (10, 10)},
    ),
    "no nonlinearity, regression": Mistake(
        "linear_network",
        FRIEDMAN,
        with_options(activation="tanh"),
        "'tanh'",
        {"activation": "identity", "alpha": 1.0},
        REGRESSOR,
    ),
    "inputs of a thousand": Mistake(
        "saturated_units",
        CIRCLES.map(lambda X: 1000 * X),
        in_pipeline(StandardScaler()),
        "StandardScaler",
    ),
    "dead relus": Mistake(
        "dead_units",
        CIRCLES,
        with_options(learning_rate_init="auto"),
        "a lower learning_rate_init ('auto' gives 0.02 here)",
        {"activation": "relu", "learning_rate_init": 2.0, "random_state": 3},
    ),
    "deep sigmoids": Mistake(
        "vanishing_gradients",
        IRIS,
        with_options(hidden_layer_sizes=(10, 10)),
        "at most 2 hidden layers",
        {"hidden_layer_sizes": (10,) * 7},
    ),
    "tiny inputs": Mistake(
        "vanishing_gradients",
        WAVE.map(lambda X: 1e-4 * X),
        in_pipeline(StandardScaler()),
        "scale the inputs, for instance with StandardScaler in a Pipeline.",
        estimator=REGRESSOR,
    ),
    "a tiny layer below a huge one": Mistake(
        "exploding_gradients",
        CIRCLES,
        with_options(coefs_init=None, intercepts_init=None),
        "smaller weights in coefs_init",
        {
            "coefs_init": TINY_AND_HUGE,
            "intercepts_init": [np.zeros(10), np.zeros(10), np.zeros(1)],
            "hidden_layer_sizes": (10, 10),
            "activation": "tanh",
            "solver": "lbfgs",
        },
    ),
    "a rate of 10": Mistake(
        "learning_rate_too_high",
        IRIS,
        with_options(learning_rate_init="auto"),
        "a lower learning_rate_init ('auto' gives 0.3 here)",
        {"learning_rate_init": 10.0, "n_iter_no_change": 20, "random_state": 1},
    ),
    "a rate of 100": Mistake(
        "learning_rate_too_high",
        IRIS,
        with_options(learning_rate_init="auto"),
        "a lower learning_rate_init ('auto' gives 0.3 here)",
        {"learning_rate_init": 100.0, "n_iter_no_change": 20},
    ),
    "a low rate": Mistake(
        "learning_rate_too_low",
        IRIS,
        with_options(learning_rate_init="auto", max_iter=500),
        "learning_rate_init='auto', which gives 0.3 here.",
        {"learning_rate_init": 1e-4, "max_iter": 200},
    ),
    "max_iter too small": Mistake(
        "stopped_by_max_iter",
        CIRCLES,
        with_options(max_iter=2000),
        "a larger max_iter",
        {"max_iter": 30},
    ),
    "exactly 5 epochs": Mistake(
        "too_few_epochs",
        CIRCLES,
        as_advised,
        "more epochs (max_iter=",
        {"max_iter": 5, "n_iter_no_change": np.inf},
    ),
    "XOR": Mistake(
        "stopped_on_plateau",
        XOR,
        as_advised,
        "n_iter_no_change=float('inf') with max_iter=",
        {"hidden_layer_sizes": (4,), "n_iter_no_change": 10, "max_iter": 200},
        rise=0.5,
    ),
    "early stopping on a plateau": Mistake(
        "stopped_on_plateau",
        CIRCLES,
        as_advised,
        "n_iter_no_change=float('inf') with max_iter=",
        {"early_stopping": True, "n_iter_no_change": 5, "learning_rate_init": 0.02},
    ),
    "L-BFGS on a plateau": Mistake(
        "stopped_on_plateau",
        WAVE,
        as_advised,
        "n_iter_no_change=float('inf') with max_iter=",
        {"solver": "lbfgs", "early_stopping": True, "n_iter_no_change": 10},
        SimpleMLPRegressor(random_state=0),
        rise=0.5,
    ),
    "two hidden units for XOR": Mistake(
        "local_minimum",
        XOR,
        with_the_best_seed,
        "another random_state, such as 2, the best of these; or more hidden units.",
        {"random_state": 1},
        SimpleMLPClassifier((2,)),
        rise=0.5,
    ),
    "validation samples unlike the others": Mistake(
        "misleading_validation",
        CIRCLES.map(y=lambda y: y - 0.5),
        with_options(early_stopping=False),
        "early_stopping=False; or X_val and y_val transformed like X and y",
        {"early_stopping": True},
        REGRESSOR,
        fit=validated_by_others,
        rise=0.5,
    ),
    "a penalty far too strong": Mistake(
        "alpha_too_high",
        IRIS,
        with_options(alpha="auto"),
        "alpha='auto', which gives 0.056 here.",
        {"alpha": 75.0},
        rise=0.5,
    ),
    "a penalty and a rate far too high": Mistake(
        "alpha_too_high",
        FRIEDMAN,
        with_options(alpha="auto", learning_rate_init="auto"),
        "alpha='auto', which gives 0.32 here, and learning_rate_init='auto'.",
        {"alpha": 1e4, "solver": "adam", "learning_rate_init": 3.0},
        REGRESSOR,
        rise=0.5,
    ),
    "no hidden units": Mistake(
        "underfitting",
        CIRCLES,
        with_options(hidden_layer_sizes=(20,)),
        "hidden units with an activation such as 'tanh'",
        {"hidden_layer_sizes": ()},
    ),
    "one layer for many hills": Mistake(
        "underfitting",
        HILLS,
        with_options(hidden_layer_sizes=(100, 100), activation="tanh"),
        "two hidden layers of tanh: hidden_layer_sizes=(100, 100), activation='tanh'",
        estimator=SimpleMLPRegressor(random_state=0),
        rise=0.3,
    ),
    "an average of weights far apart": Mistake(
        "average_worse",
        BOND,
        with_options(average=False),
        "average=False; or a learning_rate_init well below 0.00736",
        {
            "hidden_layer_sizes": (50, 50),
            "activation": "leaky_relu",
            "alpha": 0.0034834,
            "learning_rate": "constant",
            "max_iter": 48,
            "n_iter_no_change": np.inf,
        },
        SimpleMLPRegressor(random_state=0),
        rise=0.5,
    ),
    "a bad last step": Mistake(
        "final_iterate_worse",
        IRIS,
        with_options(learning_rate_init="auto"),
        "a lower learning_rate_init ('auto' gives 0.1 here)",
        {
            "activation": "tanh",
            "learning_rate_init": 2.0,
            "max_iter": 20,
            "n_iter_no_change": np.inf,
            "random_state": 6,
        },
    ),
    "a penalty that outweighs weak dependence": Mistake(
        "underfitting",
        CIRCLES,
        with_options(alpha=0.01, max_iter=2000),
        "a smaller alpha than 3; ",
        {"alpha": 3.0},
        rise=0.3,
    ),
    "errors that rows share": Mistake(
        "dependent_rows",
        DAYS,
        in_order,
        "choose alpha from 'auto' to '100*auto' by cross-validation",
        {"alpha": 0.01},
        SimpleMLPRegressor(random_state=0),
        rise=0.5,
    ),
    "noise learned": Mistake(
        "overfitting",
        NOISY,
        with_options(alpha=10.0),
        "a larger alpha",
        {"activation": "relu", "hidden_layer_sizes": (50,)},
        on_new=True,
    ),
    "an average that holds the weights of other data": Mistake(
        "average_worse",
        FRIEDMAN,
        with_options(warm_start=False),
        "average=False; or a fit from scratch",
        {"warm_start": True},
        SimpleMLPRegressor(random_state=0),
        fit=refitted,
        rise=0.5,
    ),
}


def judge(estimator, data, on_new):
    """Return the kinds found, the findings, and the score on new samples."""
    score = estimator.score(data.X_new, data.y_new)
    if isinstance(estimator, TransformedTargetRegressor):
        transform = estimator.transformer_.transform
        data = data.map(y=lambda y: transform(y[:, None])[:, 0])
        estimator = estimator.regressor_
    X, y = (data.X_new, data.y_new) if on_new else (data.X, data.y)
    return diagnose(estimator, X, y), score


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_found_and_the_advice_helps(mistake):
    estimator = clone(mistake.estimator).set_params(**mistake.options)
    sick, score = judge(*mistake.fit(clone(estimator), mistake.data), mistake.on_new)
    found = {finding.kind: finding for finding in sick}
    assert mistake.kind in found
    assert mistake.advice in found[mistake.kind].advice
    cured, better = judge(*mistake.cure(estimator, mistake.data), mistake.on_new)
    assert mistake.kind not in cured.kinds
    assert better >= score + mistake.rise


def test_every_symptom_has_a_mistake():
    kinds = {mistake.kind for mistake in MISTAKES.values()}
    assert kinds == {symptom.__name__ for symptom in SYMPTOMS}
