"""Score the defaults on generated problems that are unusual in another way.

Run it with

    python benchmarks/unusual_problems.py

Targets that vary quickly, several outputs, outliers and skewed targets under robust
losses, samples and classes of different weight, minibatches of a few rows, and networks
without hidden layers. Scores are means over two seeds, on 1,000 new samples without
noise: accuracy or R^2, for quantiles the skill over a constant, for rare classes the
area under the ROC curve. A score below -1, or a training that diverged, counts as -1.
The rules were chosen on half A of the seeds and confirmed on half B. The run takes a
minute.
"""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import (
    HuberRegressor,
    LogisticRegression,
    PoissonRegressor,
    QuantileRegressor,
    Ridge,
)
from sklearn.metrics import mean_pinball_loss, r2_score, roc_auc_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

N_NEW = 1000


def surface(X):
    """A target that depends on five inputs, partly by an interaction."""
    return X[:, 0] + np.sin(2 * X[:, 1]) + 0.5 * X[:, 2] * X[:, 3]


def numbers(n_rows=1000, noise=0.5, spoil=None, weigh=None):
    """Return a maker of noisy numbers, some of them spoilt, or of unequal weight."""

    def make(rng):
        X = rng.standard_normal((n_rows + N_NEW, 6))
        truth = surface(X)
        y = truth + noise * rng.standard_normal(len(truth))
        if spoil is not None:
            y[: n_rows // 100] = spoil(rng, y[: n_rows // 100])
        options = {} if weigh is None else {"sample_weight": weigh(rng, n_rows)}
        return X, y, truth, options

    return make


def quick(function, n_features):
    """Return a maker of a function that varies quickly, without noise."""

    def make(rng):
        X = rng.uniform(-3, 3, (300 + N_NEW, n_features))
        y = function(X)
        return X, y, y, {}

    return make


def several(n_outputs):
    def make(rng):
        X = rng.standard_normal((900 + N_NEW, 20))
        truth = np.tanh(X @ rng.standard_normal((20, n_outputs)) / 4) * X[:, :1]
        return X, truth + 0.2 * rng.standard_normal(truth.shape), truth, {}

    return make


def skewed(rng):
    X = rng.standard_normal((4000 + N_NEW, 4))
    noise = 0.65 * rng.standard_normal(len(X))
    y = np.exp(1.5 * (0.7 * X[:, 0] + 0.3 * X[:, 1] * X[:, 2] + noise))
    return X, y, y, {}


def rare_class(share):
    def make(rng):
        X = rng.standard_normal((2000 + N_NEW, 6))
        odds = np.exp(2 * surface(X)) * share
        y = (rng.uniform(size=len(X)) < odds / (1 + odds)).astype(int)
        return X, y, y, {}

    return make


def linear(draw, skew, n_features):
    """Return a maker of a linear problem with standardised, perhaps skewed, inputs."""

    def make(rng):
        X = rng.standard_normal((2000 + N_NEW, n_features))
        X = StandardScaler().fit_transform(np.exp(1.2 * X) if skew else X)
        truth = X @ rng.standard_normal(n_features) / np.sqrt(n_features)
        y = draw(rng, truth)
        return X, y, y, {}

    return make


def heavy(rng, n_rows):
    return np.r_[np.full(n_rows // 100, 50.0), np.ones(n_rows - n_rows // 100)]


def long_tail(rng, n_rows):
    return np.exp(2 * rng.standard_normal(n_rows))


def far(rng, y):
    return y + 1000 * rng.choice([-1, 1], len(y))


def noisy(rng, truth):
    return truth + 0.5 * rng.standard_normal(len(truth))


def labels(rng, truth):
    return (noisy(rng, truth) > 0).astype(int)


def counts(rng, truth):
    return rng.poisson(np.exp(np.clip(0.5 * truth, -3, 3))).astype(float)


def usual(model, X, y):
    return model.score(X, y)


def fit_to_truth(model, X, y):
    return r2_score(y, model.predict(X))


def area(model, X, y):
    return roc_auc_score(y, model.predict_proba(X)[:, 1])


def skill(quantile):
    """Return a score: 1 less the pinball loss over that of the quantile itself."""

    def score(model, X, y):
        constant = np.full(len(y), np.quantile(y, quantile))
        losses = [
            mean_pinball_loss(y, prediction, alpha=quantile)
            for prediction in (model.predict(X), constant)
        ]
        return 1 - losses[0] / losses[1]

    return score


REGRESSOR, PEER = SimpleMLPRegressor(), MLPRegressor(max_iter=400)
BALANCED = {"class_weight": "balanced"}
PROBLEMS = {
    "sin(5x)": (quick(lambda X: np.sin(5 * X[:, 0]), 1), REGRESSOR, PEER, usual),
    "sin(3x) cos(3z)": (
        quick(lambda X: np.sin(3 * X[:, 0]) * np.cos(3 * X[:, 1]), 2),
        *(REGRESSOR, PEER, usual),
    ),
    "checkerboard, 6 x 6": (
        quick(lambda X: np.floor(X).sum(axis=1) % 2, 2),
        *(SimpleMLPClassifier(), MLPClassifier(max_iter=400), usual),
    ),
    **{
        f"{n} outputs": (several(n), REGRESSOR, PEER, fit_to_truth) for n in (2, 10, 50)
    },
    **{
        f"{loss}, 1% outliers": (
            numbers(spoil=far),
            SimpleMLPRegressor(loss=loss),
            HuberRegressor(max_iter=1000),
            fit_to_truth,
        )
        for loss in ("absolute_error", "quantile", "huber")
    },
    **{
        f"quantile {q} of skewed y": (
            skewed,
            SimpleMLPRegressor(loss="quantile", quantile=q),
            QuantileRegressor(quantile=q, alpha=0),
            skill(q),
        )
        for q in (0.1, 0.9)
    },
    "1% weigh 50": (numbers(3000, weigh=heavy), REGRESSOR, PEER, fit_to_truth),
    "log-normal weights": (
        numbers(3000, weigh=long_tail),
        *(REGRESSOR, PEER, fit_to_truth),
    ),
    **{
        f"balanced, share {share}": (
            rare_class(share),
            SimpleMLPClassifier(**BALANCED),
            LogisticRegression(**BALANCED),
            area,
        )
        for share in (0.003, 0.02)
    },
    **{
        f"batch_size={size}": (
            numbers(),
            SimpleMLPRegressor(batch_size=size),
            MLPRegressor(batch_size=size, max_iter=100),
            fit_to_truth,
        )
        for size in (1, 4)
    },
    **{
        f"no hidden layer, {name}": (linear(draw, skew, 50), ours, peer, usual)
        for skew in (False, True)
        for name, draw, ours, peer in (
            (f"labels{' skewed' * skew}", labels, SimpleMLPClassifier(()), None),
            (f"numbers{' skewed' * skew}", noisy, SimpleMLPRegressor(()), Ridge()),
        )
        for peer in (peer or LogisticRegression(max_iter=1000),)
    },
    "no hidden layer, counts": (
        linear(counts, False, 50),
        SimpleMLPRegressor((), loss="poisson"),
        PoissonRegressor(alpha=1e-3, max_iter=1000),
        usual,
    ),
}


def score_of(make, estimator, score, seed):
    X, y, truth, options = make(np.random.RandomState(seed))
    if "random_state" in estimator.get_params():
        estimator.set_params(random_state=seed)
    try:
        estimator.fit(X[:-N_NEW], y[:-N_NEW], **options)
    except ValueError as error:
        if "diverged" not in str(error):
            raise
        return -1.0
    return max(-1.0, score(estimator, X[-N_NEW:], truth[-N_NEW:]))


if __name__ == "__main__":
    warnings.simplefilter("ignore", ConvergenceWarning)
    print(f"{'':30}{'half A':>8}{'half B':>8}{'peer A':>9}{'peer B':>8}")
    for name, (make, ours, peer, score) in PROBLEMS.items():
        row = [
            np.mean([score_of(make, estimator, score, seed) for seed in half])
            for estimator in (ours, peer)
            for half in ((0, 1), (2, 3))
        ]
        figures = "{:8.3f}{:8.3f}{:9.3f}{:8.3f}".format(*row)
        print(f"{name:30}{figures}  {type(peer).__name__}", flush=True)
