"""Score the default parameters on 15 data sets, next to scikit-learn's defaults.

Run it with

    python benchmarks/defaults.py
    python benchmarks/defaults.py --rates
    python benchmarks/defaults.py --candidates

Inputs are standardised; scores are means over five folds, of accuracy for
classifiers and of R^2 for regressors. ``--rates`` adds what the default rates and
the default initial weights were chosen from. ``--candidates`` compares rules of
training instead, over three folds and on toys. The fit times are informative only.
"""

import argparse
import platform
import warnings
from functools import partial

import numpy as np
import scipy
import sklearn
from sklearn import datasets
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import cross_validate
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from candidates import print_candidates
from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.datasets import make_input_wins, make_people
from sknn_simple.network import suitable_learning_rate

CLASSIFICATION = {
    "iris": partial(datasets.load_iris, return_X_y=True),
    "wine": partial(datasets.load_wine, return_X_y=True),
    "breast_cancer": partial(datasets.load_breast_cancer, return_X_y=True),
    "digits": partial(datasets.load_digits, return_X_y=True),
    "moons": partial(datasets.make_moons, 400, noise=0.2, random_state=0),
    "circles": partial(
        datasets.make_circles, 400, noise=0.1, factor=0.5, random_state=0
    ),
    "gaussian_quantiles": partial(
        datasets.make_gaussian_quantiles, n_samples=500, n_classes=3, random_state=0
    ),
    "classification": partial(
        datasets.make_classification,
        600,
        20,
        n_informative=8,
        n_classes=4,
        random_state=0,
    ),
    "people": partial(make_people, 400, random_state=0),
    "input_wins": partial(make_input_wins, 200, flip_y=0.1, random_state=0),
}
REGRESSION = {
    "diabetes": partial(datasets.load_diabetes, return_X_y=True),
    "friedman1": partial(datasets.make_friedman1, 500, noise=0.5, random_state=0),
    "friedman2": partial(datasets.make_friedman2, 500, noise=5, random_state=0),
    "regression_30": partial(
        datasets.make_regression, 200, 30, noise=5, random_state=0
    ),
    "regression_50": partial(
        datasets.make_regression, 300, 50, n_informative=5, noise=30, random_state=1
    ),
}

# Least score; of the other data sets, least difference from scikit-learn.
LEAST_SCORE = {
    "iris": 0.96,
    "wine": 0.975,
    "breast_cancer": 0.965,
    "digits": 0.92,
    "diabetes": 0.44,
}
LEAST_DIFFERENCE = -0.03

CLASSIFIER_RATES = (0.02, 0.05, 0.1, 0.2)
WIDTHS = (10, 100, 400)
RATES_TIMES_WIDTH = (0.1, 0.2, 0.5, 1.0, 2.0)
INITS = ("glorot_uniform", "lecun_uniform", "uniform")


def cross_validated(estimator, X, y):
    """Mean score and mean fit time, s, over five folds of standardised data."""
    result = cross_validate(
        make_pipeline(StandardScaler(), estimator),
        X,
        y,
        cv=5,
        n_jobs=2,
        error_score="raise",
    )
    return result["test_score"].mean(), result["fit_time"].mean()


def score(estimator, data):
    """Mean score, or NaN if the training of a fold diverges."""
    try:
        return cross_validated(estimator, *data)[0]
    except ValueError as error:
        if "diverged" not in str(error):
            raise
        return np.nan


def requirement(name, ours, theirs):
    """Return the requirement of our score, and whether it is met."""
    if name in LEAST_SCORE:
        return f"at least {LEAST_SCORE[name]}", ours >= LEAST_SCORE[name]
    return f"difference at least {LEAST_DIFFERENCE}", ours - theirs >= LEAST_DIFFERENCE


def print_defaults(title, estimator, rival, loaders):
    """Both estimators on every data set; returns how many requirements are missed."""
    print(f"\n{title}")
    print(
        f"{'':20}{'ours':>8}{'sklearn':>9}{'diff.':>8}{'fit, s':>8}{'sklearn':>9}"
        "  required"
    )
    n_missed = 0
    for name, load in loaders.items():
        X, y = load()
        ours, our_time = cross_validated(estimator(random_state=0), X, y)
        theirs, their_time = cross_validated(rival(random_state=0), X, y)
        required, met = requirement(name, ours, theirs)
        n_missed += not met
        print(
            f"{name:20}{ours:8.4f}{theirs:9.4f}{ours - theirs:+8.4f}{our_time:8.2f}"
            f"{their_time:9.2f}  {required}: {'met' if met else 'MISSED'}",
            flush=True,
        )
    return n_missed


def print_sweep(title, columns, rows):
    """A table of scores; `rows` maps a name to the scores, computed when printed."""
    print(f"\n{title}")
    print(f"{'':20}" + "".join(f"{column:>16}" for column in columns))
    for name, scores in rows:
        cells = ("diverges" if np.isnan(mean) else f"{mean:.4f}" for mean in scores)
        print(f"{name:20}" + "".join(f"{cell:>16}" for cell in cells), flush=True)


def classifier_rates():
    """Scores of each rate, a row a data set."""
    for name, load in CLASSIFICATION.items():
        data = load()
        yield (
            name,
            [
                score(SimpleMLPClassifier(learning_rate_init=r, random_state=0), data)
                for r in CLASSIFIER_RATES
            ],
        )


def regressor_rates():
    """Scores of each rate times width, a row a data set and width."""
    for name, load in REGRESSION.items():
        data = load()
        for width in WIDTHS:
            regressors = [
                SimpleMLPRegressor(width, learning_rate_init=c / width, random_state=0)
                for c in RATES_TIMES_WIDTH
            ]
            yield f"{name}, {width}", [score(r, data) for r in regressors]


def inits(estimator, loaders):
    """Scores of each way to draw the initial weights, a row a data set."""
    for name, load in loaders.items():
        data = load()
        yield name, [score(estimator(init=i, random_state=0), data) for i in INITS]


def print_rates():
    """What the default rates and initial weights were chosen from."""
    rate = partial(suitable_learning_rate, "sgd", activation="logistic")
    default = rate("softmax_log_loss", out_activation="softmax", width=100)
    print_sweep(
        f"SimpleMLPClassifier: learning_rate_init, the default is {default}",
        CLASSIFIER_RATES,
        classifier_rates(),
    )
    defaults = [
        f"{width * rate('squared_error', out_activation='identity', width=width):g}"
        for width in WIDTHS
    ]
    print_sweep(
        "SimpleMLPRegressor: learning_rate_init times width, for widths "
        f"{', '.join(map(str, WIDTHS))} the default is {', '.join(defaults)}",
        RATES_TIMES_WIDTH,
        regressor_rates(),
    )
    for estimator, loaders in (
        (SimpleMLPClassifier, CLASSIFICATION),
        (SimpleMLPRegressor, REGRESSION),
    ):
        print_sweep(
            f"{estimator.__name__}: init, the default is {estimator().init}",
            INITS,
            inits(estimator, loaders),
        )


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--rates", action="store_true", help="also compare rates and initial weights"
    )
    parser.add_argument(
        "--candidates", action="store_true", help="compare rules of training instead"
    )
    options = parser.parse_args()
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy "
        f"{scipy.__version__}, scikit-learn {sklearn.__version__}"
    )
    # scikit-learn hands this filter on to the processes that fit the folds.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        if options.candidates:
            print_candidates(CLASSIFICATION, REGRESSION)
            return
        n_missed = print_defaults(
            "Accuracy", SimpleMLPClassifier, MLPClassifier, CLASSIFICATION
        )
        n_missed += print_defaults("R^2", SimpleMLPRegressor, MLPRegressor, REGRESSION)
        print(f"\nRequirements missed: {n_missed}")
        if options.rates:
            print_rates()


if __name__ == "__main__":
    main()
