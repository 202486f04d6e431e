"""EpochSearchCV, whose judge is scikit-learn's GridSearchCV."""

import pickle
import warnings

import numpy as np
import pytest
import sklearn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, TransformerMixin, clone, is_classifier
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_diabetes, load_iris
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning, FitFailedWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import make_scorer, mean_pinball_loss
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    ShuffleSplit,
    cross_val_score,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor, _training
from sknn_simple.model_selection import EpochSearchCV

IRIS = tuple(part[::3] for part in load_iris(return_X_y=True))
DIABETES = tuple(part[:50] for part in load_diabetes(return_X_y=True))
CLASSIFIER = SimpleMLPClassifier(
    (3,), batch_size=8, n_iter_no_change=np.inf, random_state=0
)
REGRESSOR = SimpleMLPRegressor(
    (3,), batch_size=8, n_iter_no_change=np.inf, random_state=0
)
# Some epochs of these end far above the first, and others do not.
RESTLESS = clone(REGRESSOR).set_params(
    hidden_layer_sizes=(),
    solver="adam",
    learning_rate_init=0.5,
    batch_size=50,
)
DIVERGENT = clone(REGRESSOR).set_params(
    hidden_layer_sizes=(), learning_rate_init=1e30, batch_size=50
)
WEIGHTS = np.tile([0.5, 2.0, 1.0, 0.0, 1.5], 10)
GROUPS = np.tile(np.arange(5), 10)


def searched(kind, estimator, grid, data, metadata=None, **options):
    """The search fitted or its error, and what it warned of."""
    np.random.seed(3)  # noqa: NPY002 - what random_state=None draws from
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            outcome = kind(estimator, grid, **options).fit(*data, **(metadata or {}))
        except (ValueError, KeyError, TypeError) as error:
            outcome = error
    told = {
        str(w.message).strip().splitlines()[0]
        for w in caught
        if "stopped after" in str(w.message) or w.category is FitFailedWarning
    }
    return outcome, told


def assert_same_results(search, judge):
    assert list(search.cv_results_) == list(judge.cv_results_)
    for name, column in judge.cv_results_.items():
        if not name.endswith("_time"):
            np.testing.assert_array_equal(search.cv_results_[name], column, name)
            assert np.ma.isMaskedArray(column) == np.ma.isMaskedArray(
                search.cv_results_[name]
            )
    for name in ("best_params_", "best_index_", "best_score_", "multimetric_"):
        assert hasattr(search, name) == hasattr(judge, name)
        ours, its = (getattr(model, name, None) for model in (search, judge))
        assert ours == its or np.isnan([ours, its]).all()
    assert (search.n_splits_, str(search.scorer_)) == (
        judge.n_splits_,
        str(judge.scorer_),
    )


def assert_same_search(estimator, grid, data, metadata=None, **options):
    """Search in both ways; returns the fitted EpochSearchCV, or the error."""
    judge, its_warnings = searched(
        GridSearchCV, estimator, grid, data, metadata, **options
    )
    search, our_warnings = searched(
        EpochSearchCV, estimator, grid, data, metadata, **options
    )
    assert our_warnings == its_warnings
    if isinstance(judge, Exception):
        assert type(search) is type(judge)
        assert str(search).splitlines()[:2] == str(judge).splitlines()[:2]
        return search
    assert_same_results(search, judge)
    if hasattr(judge, "best_estimator_"):
        networks = []
        for model in (search.best_estimator_, judge.best_estimator_):
            networks.append(model[-1] if isinstance(model, Pipeline) else model)
        for ours, its in zip(*(network.coefs_ for network in networks), strict=True):
            np.testing.assert_array_equal(ours, its)
        np.testing.assert_array_equal(search.predict(data[0]), judge.predict(data[0]))
    return search


@pytest.fixture
def trainings(monkeypatch):
    """A list that gets the epochs of each training."""
    epochs, train = [], _training.train

    def counting_train(estimator, samples, monitor):
        try:
            train(estimator, samples, monitor)
        finally:
            epochs.append(monitor.history.n_epochs)

    monkeypatch.setattr(_training, "train", counting_train)
    return epochs


def last_two_predictions(estimator, X, y):
    """A score of several names, from a plain function."""
    first, second = estimator.predict(X)[-2:].astype(float)
    return {"one": first, "two": second}


def epochs_trained(estimator, X, y):
    """A score that only the training's records tell."""
    network = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    records = network.history_["loss"]
    assert len(records) == network.n_iter_
    return network.n_iter_ + network.max_iter / 1000 + network.loss_ + network.t_


def middle(results):
    """A refit function."""
    return len(results["params"]) // 2


# --- A property-based comparison -------------------------------------------------

OTHERS = {
    "learning_rate_init": [0.1, "auto", 2.0, 1e30],
    "alpha": [0.0, 1.0],
    "early_stopping": [True, False],
    "n_iter_no_change": [1, 2, np.inf],
    "tol": [0.05, 1e-4],
    "solver": ["sgd", "adam", "lbfgs"],
    "learning_rate": ["constant", "adaptive", "invscaling"],
    "momentum": [0.0, 0.9],
    "batch_size": [5, "auto", -1],
    "random_state": [0, 1, None, np.random.RandomState(2)],
    "warm_start": [False, True],
    "hidden_layer_sizes": [(), (2,), (3, 2)],
    "scoring": ["loss", None],
}


@st.composite
def grids(draw, prefix):
    """A grid of up to some 12 candidates, mostly over max_iter and something else."""
    max_iter = st.integers(1, 9) | st.sampled_from([0, 2.5, 14])
    grid = {}
    if draw(st.integers(0, 5)):
        grid["max_iter"] = draw(st.lists(max_iter, min_size=1, max_size=3))
    for name in draw(st.lists(st.sampled_from(sorted(OTHERS)), max_size=2)):
        values = st.lists(st.sampled_from(OTHERS[name]), min_size=1, max_size=2)
        grid[name] = draw(values)
    return {f"{prefix}{name}": values for name, values in grid.items()}


@st.composite
def searches(draw):
    """What a search is made of."""
    classifies = draw(st.booleans())
    network = CLASSIFIER if classifies else REGRESSOR
    changes = {
        "activation": st.sampled_from(["logistic", "identity"]),
        "early_stopping": st.booleans(),
        "n_iter_no_change": st.sampled_from([1, 3, np.inf, np.inf]),
        "learning_rate": st.sampled_from(["constant", "adaptive"]),
        "max_iter": st.just(5),
    }
    network = clone(network).set_params(**draw(st.fixed_dictionaries(changes)))
    steps = [("scale", StandardScaler()), ("rotate", PCA(2)), ("net", network)]
    estimator, prefix = Pipeline(steps[draw(st.integers(0, 2)) :]), "net__"
    if draw(st.booleans()):
        estimator, prefix = network, ""
    grid = draw(grids(prefix) | st.lists(grids(prefix), min_size=2, max_size=2))
    one = "accuracy" if classifies else "neg_mean_absolute_error"
    other = "neg_log_loss" if classifies else make_scorer(mean_pinball_loss)
    several = {"one": one, "two": other}
    if not classifies:
        several["three"] = epochs_trained
    scoring, refit = draw(
        st.sampled_from(
            [
                (None, True),
                (None, middle),
                (one, False),
                (epochs_trained, True),
                ([one, "max_error" if not classifies else "f1_macro"], one),
                (several, "two"),
                (several, middle),
                (several, False),
                (last_two_predictions, "two"),
            ]
        )
    )
    cv, fit_params = draw(
        st.sampled_from(
            [
                (2, {}),
                (3, {}),
                (KFold(2, shuffle=True, random_state=0), {}),
                (GroupKFold(3), {"groups": GROUPS}),
                (ShuffleSplit(2, random_state=np.random.RandomState(4)), {}),
                ("folds", {}),
            ]
        )
    )
    weighted = isinstance(scoring, str) or scoring is None
    if weighted and draw(st.booleans()):
        fit_params = fit_params | {f"{prefix}sample_weight": WEIGHTS}
    options = {
        "scoring": scoring,
        "refit": refit,
        "cv": cv,
        "return_train_score": draw(st.booleans()),
        "error_score": draw(st.sampled_from([np.nan, np.nan, -1.0, "raise"])),
    }
    return estimator, grid, fit_params, options


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(searches())
def test_a_search_is_grid_search_cv_to_the_last_bit(search):
    estimator, grid, metadata, options = search
    data = IRIS if is_classifier(estimator) else DIABETES
    cv = options.pop("cv")
    if cv == "folds":
        cv = list(KFold(2, shuffle=True, random_state=1).split(data[0]))
    outcomes = []
    for kind in (GridSearchCV, EpochSearchCV):
        if isinstance(cv, ShuffleSplit):
            cv.random_state.seed(4)
        outcomes.append(
            searched(kind, estimator, grid, data, metadata, cv=cv, **options)
        )
    (judge, its_warnings), (search, our_warnings) = outcomes
    assert our_warnings == its_warnings
    if isinstance(judge, Exception):
        assert type(search) is type(judge)
    else:
        assert_same_results(search, judge)
        if options["refit"] and not isinstance(search, Exception):
            ours, its = (pickle.dumps(m.predict(data[0])) for m in (search, judge))
            assert ours == its
