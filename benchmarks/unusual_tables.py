"""Score the defaults on generated tables of many or small inputs, and of counts.

Run it with

    python benchmarks/unusual_tables.py

The inputs are not standardised. Scores are means of accuracy, R^2 or, for counts, D^2
of the Poisson deviance, on a quarter of each table. Half A of the tables served to
choose the rules of `alpha` and of the rate for counts, half B to confirm them. The run
takes about ten minutes.
"""

import warnings

import numpy as np
from scipy.sparse import csr_array
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import d2_tweedie_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import OneHotEncoder

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor


def flipped(rng, labels, share):
    """Return labels of two classes, a share of them wrong."""
    return np.where(rng.rand(len(labels)) < share, ~labels, labels)


def words(rng, wrong):
    """Frequencies of 5,000 words in 3,000 texts; the labels depend on some words."""
    frequency = 1 / np.arange(1, 5001) ** 0.9
    counts = rng.multinomial(80, frequency / frequency.sum(), 3000)
    score = counts @ (rng.standard_normal(5000) * (rng.rand(5000) < 0.3))
    labels = flipped(rng, score > np.median(score), wrong)
    return TfidfTransformer().fit_transform(csr_array(counts)), labels


def categories(rng, n_columns, n_levels, n_rows):
    """One-hot columns, and the sum of an effect of each category."""
    chosen = rng.randint(n_levels, size=(n_rows, n_columns))
    effects = rng.standard_normal((n_columns, n_levels))
    target = effects[np.arange(n_columns), chosen].sum(axis=1)
    return OneHotEncoder().fit_transform(chosen), target


def labelled_categories(rng, wrong, n_rows=3000):
    X, target = categories(rng, 15, 20, n_rows)
    return X, flipped(rng, target > 0, wrong)


def noisy_categories(rng, n_columns, n_levels, noise):
    X, target = categories(rng, n_columns, n_levels, 3000)
    return X, target + noise * rng.standard_normal(3000)


def numbers_and_categories(rng):
    X = rng.standard_normal((2000, 6))
    one_hot, target = categories(rng, 3, 30, 2000)
    target += 2 * np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2]
    return np.hstack([X, one_hot.toarray()]), flipped(rng, target > 0, 0.1)


def plane(rng, n_rows, n_inputs, n_informative, wrong):
    X = rng.standard_normal((n_rows, n_inputs))
    target = X[:, :n_informative] @ rng.standard_normal(n_informative)
    return X, flipped(rng, target > 0, wrong)


def small_inputs(rng):
    X = rng.rand(1000, 5) / 100
    return X, np.sin(600 * X[:, 0]) + 100 * X[:, 1] > 0.5


def pixels(rng):
    X, y = load_digits(return_X_y=True)
    rows = rng.permutation(len(y))[:1000]
    return X[rows] / 16, y[rows]


CLASSIFICATION = {
    "word frequencies": lambda rng: words(rng, 0.0),
    "the same, 20% wrong labels": lambda rng: words(rng, 0.2),
    "300 one-hot columns": lambda rng: labelled_categories(rng, 0.0),
    "categories, 20% wrong labels": lambda rng: labelled_categories(rng, 0.2),
    "600 rows, 10% wrong labels": lambda rng: labelled_categories(rng, 0.1, 600),
    "numbers and categories": numbers_and_categories,
    "a plane, 200 inputs": lambda rng: plane(rng, 1500, 200, 200, 0.0),
    "5 of 200 inputs matter": lambda rng: plane(rng, 1500, 200, 5, 0.1),
    "20 of 100, 400 rows": lambda rng: plane(rng, 400, 100, 20, 0.0),
    "inputs below 0.01": small_inputs,
    "pixels from 0 to 1": pixels,
}
REGRESSION = {
    "300 one-hot columns": lambda rng: noisy_categories(rng, 15, 20, 0.0),
    "the same, noisy": lambda rng: noisy_categories(rng, 15, 20, 3.0),
    "400 categories": lambda rng: noisy_categories(rng, 1, 400, 0.2),
}


def make_counts(draw, n_rows):
    """Return a maker of counts whose mean, exp of a line, `draw` turns into counts."""

    def make(rng):
        X = rng.standard_normal((n_rows, 5))
        return X, draw(rng, np.exp(X[:, 0] - 0.5 * X[:, 1])).astype(float)

    return make


def scattered(rng, mean, deviation):
    return np.floor(mean * np.exp(deviation * rng.standard_normal(len(mean))))


DRAWS = {
    "Poisson": lambda rng, mean: rng.poisson(mean),
    "Poisson, mean below 1": lambda rng, mean: rng.poisson(0.05 * mean),
    "negative binomial": lambda rng, m: rng.poisson(
        m * rng.gamma(0.3, 1 / 0.3, len(m))
    ),
    "log-normal, 1": lambda rng, mean: scattered(rng, mean, 1.0),
    "log-normal, 1.5": lambda rng, mean: scattered(rng, mean, 1.5),
    "log-normal, 2": lambda rng, mean: scattered(rng, mean, 2.0),
    "log-normal, 2.5": lambda rng, mean: scattered(rng, mean, 2.5),
    "Pareto, 1.2": lambda rng, m: np.floor(np.sqrt(m) * 3 * rng.pareto(1.2, len(m))),
    "Pareto, 0.8": lambda rng, m: np.floor(np.sqrt(m) * 3 * rng.pareto(0.8, len(m))),
}
COUNTS = {
    f"{name}, {n_rows} rows": make_counts(draw, n_rows)
    for n_rows in (100, 300, 3000)
    for name, draw in DRAWS.items()
}


def usual_score(model, X, y):
    return model.score(X, y)


def deviance_score(model, X, y):
    """D^2, at least -0.5."""
    return max(-0.5, d2_tweedie_score(y, np.maximum(model.predict(X), 1e-9), power=1))


def scores(make, estimator, seeds, score):
    """Return the score of each table; NaN is a training that diverged."""
    found = []
    for seed in seeds:
        X, y = make(np.random.RandomState(seed))
        X, X_new, y, y_new = train_test_split(X, y, random_state=0)
        if score is deviance_score and not (y.any() and y_new.any()):
            continue
        try:
            estimator.set_params(random_state=seed).fit(X, y)
        except ValueError as error:
            if "diverged" not in str(error):
                raise
            found.append(np.nan)
        else:
            found.append(score(estimator, X_new, y_new))
    return found


def print_table(title, makers, estimators, n_seeds, score=usual_score):
    """Print the scores of both halves, table by table and their means."""
    print(f"\n{title}\n{'':30}" + "".join(f"{name:>15}" for name in estimators))
    for half, first in (("A", 0), ("B", 10)):
        columns = [
            [
                scores(make, e, range(first, first + n_seeds), score)
                for make in makers.values()
            ]
            for e in estimators.values()
        ]
        for name, *row in zip(makers, *columns, strict=True):
            print(f"{half} {name:28}" + "".join(f"{mean(s):15.3f}" for s in row))
        every = [np.concatenate(column) for column in columns]
        print(f"{half} {'mean':28}" + "".join(f"{mean(s):15.4f}" for s in every))
        lost = [f"{np.isnan(s).sum()} of {s.size}" for s in every]
        print(f"{half} {'diverged':28}" + "".join(f"{s:>15}" for s in lost))


def mean(found):
    """Return the mean score; a training that diverged counts as -0.5."""
    return np.where(np.isnan(found), -0.5, found).mean()


if __name__ == "__main__":
    warnings.simplefilter("ignore", ConvergenceWarning)
    print_table(
        "Classification",
        CLASSIFICATION,
        {
            "defaults": SimpleMLPClassifier(),
            "MLPClassifier": MLPClassifier(),
            "logistic": LogisticRegression(max_iter=1000),
        },
        n_seeds=2,
    )
    print_table(
        "Regression",
        REGRESSION,
        {"defaults": SimpleMLPRegressor(), "MLPRegressor": MLPRegressor()},
        n_seeds=2,
    )
    print_table(
        "Counts",
        COUNTS,
        {
            "defaults": SimpleMLPRegressor(loss="poisson"),
            "MLPRegressor": MLPRegressor(loss="poisson"),
        },
        n_seeds=4,
        score=deviance_score,
    )
