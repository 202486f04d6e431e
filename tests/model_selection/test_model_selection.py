"""EpochSearchCV, whose judge is scikit-learn's GridSearchCV."""

import pickle
import warnings

import joblib
import numpy as np
import pytest
import sklearn
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, TransformerMixin, clone, is_classifier
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_diabetes, load_iris
from sklearn.decomposition import PCA, KernelPCA
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
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple._fit.loop import Loop
from sknn_simple.model_selection import EpochSearchCV, _shared_training

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
    learning_rate_init=1.0,
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
        coefs = [getattr(network, "coefs_", []) for network in networks]
        for ours, its in zip(*coefs, strict=True):
            np.testing.assert_array_equal(ours, its)
        np.testing.assert_array_equal(search.predict(data[0]), judge.predict(data[0]))
    return search


@pytest.fixture
def trainings(monkeypatch):
    """A list that gets the epochs of each training."""
    epochs, run = [], Loop.run

    def counting_run(loop):
        try:
            return run(loop)
        finally:
            epochs.append(loop.session.history.n_epochs)

    monkeypatch.setattr(Loop, "run", counting_run)
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
                ([one, "neg_max_error" if not classifies else "f1_macro"], one),
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


@settings(max_examples=settings.default.max_examples // 3)  # each is two searches
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
    if isinstance(judge, Exception):
        # What was trained before the error, and warned, is a matter of order.
        assert type(search) is type(judge)
    else:
        assert our_warnings == its_warnings
        assert_same_results(search, judge)
        if options["refit"] and not isinstance(search, Exception):
            ours, its = (pickle.dumps(m.predict(data[0])) for m in (search, judge))
            assert ours == its


# --- What is shared ------------------------------------------------------------------

GRID = {"learning_rate_init": [0.01, 0.1], "max_iter": [4, 2, 9]}
IN_PIPELINE = {f"simplemlpclassifier__{name}": GRID[name] for name in GRID}
PIPELINE = make_pipeline(StandardScaler(), CLASSIFIER)
QUIET = {"cv": 2, "refit": False}


@pytest.mark.parametrize(
    ("estimator", "grid"),
    [
        (CLASSIFIER, GRID),
        (PIPELINE, IN_PIPELINE),
        (PIPELINE, [{name: values} for name, values in IN_PIPELINE.items()][::-1]),
        (
            Pipeline([("a", "passthrough"), ("b", LogisticRegression())]),
            {"b": [CLASSIFIER], "b__max_iter": [4, 2, 9], "b__alpha": [0, 1e-3]},
        ),
    ],
    ids=["alone", "pipeline", "two grids", "step in the grid"],
)
def test_candidates_that_differ_in_max_iter_only_train_once(estimator, grid, trainings):
    if isinstance(grid, list):
        estimator = clone(estimator).set_params(simplemlpclassifier__max_iter=9)
        expected = 3
    else:
        expected = 2
    EpochSearchCV(estimator, grid, **QUIET).fit(*IRIS)
    assert trainings == [9] * expected * 2  # folds


def test_without_max_iter_it_is_a_plain_grid_search(trainings):
    model = clone(CLASSIFIER).set_params(max_iter=3)
    EpochSearchCV(model, {"alpha": [0.0, 0.1]}, **QUIET).fit(*IRIS)
    assert trainings == [3] * 4


def test_equal_values_of_other_types_are_not_the_same(trainings):
    grid = [
        {"hidden_layer_sizes": [(2,)], "max_iter": [2]},
        {"hidden_layer_sizes": [(2,), [2], (2.0,)], "max_iter": [3]},
    ]
    search = assert_same_search(CLASSIFIER, grid, IRIS, **QUIET)
    assert np.isnan(search.cv_results_["mean_test_score"]).tolist() == [0, 0, 0, 1]
    trainings.clear()
    with pytest.warns(FitFailedWarning), pytest.warns(UserWarning, match="non-finite"):
        EpochSearchCV(CLASSIFIER, grid, **QUIET).fit(*IRIS)
    assert trainings == [3, 3, 3, 3]


class OwnFit(SimpleMLPClassifier):
    """Does something when training has ended."""

    def fit(self, X, y):
        super().fit(X, y)
        self.coefs_[0][:] = 0
        return self


class Watcher:
    """A callback of the network's own."""

    def setup(self, estimator, context):
        pass

    teardown = setup

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        return context.task_name == "epoch" and context.task_id == 3


SEPARATE = {
    "lbfgs": (clone(CLASSIFIER).set_params(solver="lbfgs", tol=10.0), "solver='lbfgs'"),
    "None": (clone(CLASSIFIER).set_params(random_state=None), "random_state=None"),
    "RandomState": (
        clone(CLASSIFIER).set_params(random_state=np.random.RandomState(0)),
        r"random_state=RandomState\(MT19937\)",
    ),
    "warm_start": (clone(CLASSIFIER).set_params(warm_start=True), "warm_start=True"),
    "own fit": (OwnFit(**CLASSIFIER.get_params()), "not a SimpleMLPClassifier"),
}


@pytest.mark.parametrize(("model", "why"), SEPARATE.values(), ids=SEPARATE.keys())
@pytest.mark.parametrize("in_pipeline", [False, True])
def test_other_trainings_are_separate(model, why, in_pipeline, trainings):
    assert_separate(model, why, in_pipeline, trainings)


@pytest.mark.callbacks
@pytest.mark.parametrize("in_pipeline", [False, True])
def test_trainings_with_callbacks_are_separate(in_pipeline, trainings):
    model = clone(CLASSIFIER).set_callbacks(Watcher())
    assert_separate(model, "callbacks of its own", in_pipeline, trainings)


def assert_separate(model, why, in_pipeline, trainings):
    grid = {"max_iter": [3, 5]}
    if in_pipeline:
        model = Pipeline([("scale", StandardScaler()), ("net", model)])
        grid = {"net__max_iter": [3, 5]}
    assert_same_search(model, grid, IRIS, **QUIET)
    assert len(trainings) == 8  # both searches, two candidates, two folds
    trainings.clear()
    search = EpochSearchCV(model, grid, every_epoch=True, **QUIET)
    with pytest.raises(ValueError, match=f"every_epoch=True .* is separate: .*{why}"):
        search.fit(*IRIS)
    assert trainings == []


@pytest.mark.callbacks
def test_callbacks_of_any_step_are_called_for_each_fit():
    from sklearn.callback import ScoringMonitor

    pipeline = make_pipeline(StandardScaler(), CLASSIFIER).set_callbacks(Watcher())
    with pytest.raises(ValueError, match="callbacks of its own"):
        EpochSearchCV(pipeline, IN_PIPELINE, every_epoch=True).fit(*IRIS)
    monitor = ScoringMonitor(scoring="accuracy")
    model = clone(CLASSIFIER).set_callbacks(monitor)
    EpochSearchCV(model, {"max_iter": [2, 3]}, **QUIET).fit(*IRIS)
    rows = monitor.get_logs().data
    assert len([row for row in rows if row["task_name"] == "epoch"]) == 10


def test_shared_and_separate_trainings_mix():
    grid = [
        {"solver": ["lbfgs", "sgd"], "max_iter": [3, 2]},
        {"random_state": [None, 5], "max_iter": [4, 2, -1]},
    ]
    search = assert_same_search(CLASSIFIER, grid, IRIS, cv=3, error_score=-1.0)
    assert search.cv_results_["split0_test_score"][-1] == -1
    wrong = EpochSearchCV(CLASSIFIER, {"max_iter": [2, 2.5]}, every_epoch=True)
    with pytest.raises(ValueError, match=r"max_iter=2\.5 is not a number of epochs"):
        wrong.fit(*IRIS)


def test_a_nested_pipeline_shares_its_training(trainings):
    nested = Pipeline([("outer", make_pipeline(StandardScaler(), CLASSIFIER))])
    name = "outer__simplemlpclassifier__max_iter"
    EpochSearchCV(nested, {name: [3, 30]}, cv=3, refit=False).fit(*IRIS)
    assert trainings == [30, 30, 30]
    assert_same_search(nested, {name: [3, 30]}, IRIS, cv=3)


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(),
        make_pipeline(StandardScaler(), LogisticRegression(C=0.1)),
    ],
)
def test_any_other_estimator_is_searched_as_ever(estimator):
    name = next(n for n in estimator.get_params() if n.endswith("max_iter"))
    assert_same_search(estimator, {name: [3, 30]}, IRIS, cv=3)
    with pytest.raises(ValueError, match="nor a Pipeline that ends with one"):
        EpochSearchCV(estimator, {name: [3]}, every_epoch=True).fit(*IRIS)


def test_an_empty_pipeline_fails_as_ever():
    grid = {"steps": [[], [("net", clone(CLASSIFIER).set_params(max_iter=2))]]}
    search = assert_same_search(PIPELINE, grid, IRIS, **QUIET)
    assert np.isnan(search.cv_results_["mean_test_score"]).tolist() == [True, False]


def test_a_network_inside_another_estimator_is_searched_as_ever():
    model = TransformedTargetRegressor(REGRESSOR, transformer=StandardScaler())
    assert_same_search(model, {"regressor__max_iter": [2, 4]}, DIABETES, cv=2)


# --- What a shorter fit would have given ---------------------------------------------


def test_a_restless_training_fails_only_where_its_fit_would():
    X, y = DIABETES[0] * 20, DIABETES[1]
    grid = {"max_iter": list(range(1, 16)), "learning_rate_init": [0.02, 1.0]}
    search = assert_same_search(
        RESTLESS, grid, (X, y), cv=3, return_train_score=True, error_score=-7.0
    )
    failed = np.array([search.cv_results_[f"split{i}_test_score"] for i in range(3)])
    failed = (failed == -7)[:, 1::2]  # the larger rate
    assert (failed[:, :-1] & ~failed[:, 1:]).any()
    assert (~failed[:, :-1] & failed[:, 1:]).any()


@pytest.mark.parametrize("scoring", [None, ["r2", "neg_max_error"], epochs_trained])
def test_divergence_fails_the_epochs_from_there_on(scoring, trainings):
    grid = {"max_iter": [1, 2, 30, 40], "alpha": [0.0, 1e-9]}
    options = {"scoring": scoring, "refit": False, "cv": 2, "return_train_score": True}
    search = assert_same_search(DIVERGENT, grid, DIABETES, **options)
    name = "r2" if isinstance(scoring, list) else "score"
    failed = np.isnan(search.cv_results_[f"mean_test_{name}"])
    assert failed.tolist() == [False, True, True, True] * 2
    raised = assert_same_search(
        DIVERGENT, grid, DIABETES, **(options | {"error_score": "raise"})
    )
    assert "Training diverged in epoch 2" in str(raised)
    everything = assert_same_search(DIVERGENT, {"max_iter": [2, 3]}, DIABETES, cv=2)
    assert "All the 4 fits failed" in str(everything)


def test_a_warning_made_an_error_fails_its_candidate_only():
    model = clone(CLASSIFIER).set_params(n_iter_no_change=4, tol=1e-3)
    model = make_pipeline(StandardScaler(), model)
    grid = {"simplemlpclassifier__max_iter": [2, 3, 200, 300]}
    results = []
    for kind in (GridSearchCV, EpochSearchCV):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", ConvergenceWarning)
            results.append(kind(model, grid, cv=2).fit(*IRIS))
    assert_same_results(*results[::-1])
    failed = np.isnan(results[1].cv_results_["mean_test_score"])
    assert failed.tolist() == [True, True, False, False]


def test_longer_fits_than_patience_has_are_the_same_model(trainings):
    model = clone(CLASSIFIER).set_params(n_iter_no_change=2, tol=0.02)
    options = {"scoring": epochs_trained, "cv": 2}
    search = assert_same_search(model, {"max_iter": [300, 2, 400]}, IRIS, **options)
    short, once, again = sorted(search.cv_results_["split0_test_score"])
    assert short < once
    assert round(again - once, 9) == 0.1  # what the score tells of max_iter
    assert max(trainings) < 300


def test_early_stopping_gives_the_best_epoch_so_far():
    model = clone(CLASSIFIER).set_params(
        early_stopping=True, n_iter_no_change=4, scoring="loss", learning_rate_init=1.0
    )
    grid = {"max_iter": list(range(1, 13)), "validation_fraction": [0.4]}
    data = StandardScaler().fit_transform(IRIS[0]), IRIS[1]
    search = assert_same_search(model, grid, data, cv=2, scoring="neg_log_loss")
    assert len(set(search.cv_results_["mean_test_score"])) > 5


# --- Scorers, data, metadata ---------------------------------------------------------


def failing_scorer(estimator, X, y):
    if estimator.max_iter == 4:
        raise RuntimeError("not four")
    return estimator.n_iter_


def test_a_failing_scorer_fails_what_it_is_asked():
    grid = {"max_iter": [2, 4, 9]}
    search = assert_same_search(CLASSIFIER, grid, IRIS, scoring=failing_scorer, cv=2)
    assert np.isnan(search.cv_results_["mean_test_score"]).tolist() == [0, 1, 0]
    search = EpochSearchCV(
        CLASSIFIER, grid, scoring=failing_scorer, error_score="raise"
    )
    with pytest.raises(RuntimeError, match="not four"):
        search.fit(*IRIS)


def test_a_score_that_is_no_number_is_refused_whatever_error_score():
    grid = {"max_iter": [2, 4]}
    error = assert_same_search(
        CLASSIFIER, grid, IRIS, scoring=lambda estimator, X, y: "high"
    )
    assert "scoring must return a number" in str(error)


def test_scorers_work_under_the_settings_of_the_caller():
    def surroundings(estimator, X, y):
        seen.append((np.geterr(), sklearn.get_config()))
        return 0.0

    seen = []
    with np.errstate(over="raise", under="print"):
        for kind in (GridSearchCV, EpochSearchCV):
            kind(CLASSIFIER, {"max_iter": [2, 4]}, scoring=surroundings, cv=2).fit(
                *IRIS
            )
    assert len(seen) == 8
    assert all(settings == seen[0] for settings in seen)


def test_what_a_scorer_gets_can_be_pickled_and_cloned():
    def score(estimator, X, y):
        copy = pickle.loads(pickle.dumps(estimator))
        again = clone(estimator).fit(X, y)
        assert again[-1].n_iter_ == estimator[-1].n_iter_
        return float((copy.predict_proba(X) - estimator.predict_proba(X)).sum())

    search = EpochSearchCV(PIPELINE, IN_PIPELINE, scoring=score, cv=2).fit(*IRIS)
    assert set(search.cv_results_["mean_test_score"]) == {0.0}


def test_metadata_is_routed():
    with sklearn.config_context(enable_metadata_routing=True):
        network = clone(CLASSIFIER).set_fit_request(sample_weight=True)
        scorer = sklearn.metrics.get_scorer("accuracy")
        scorer = scorer.set_score_request(sample_weight=True)
        metadata = {"sample_weight": WEIGHTS, "groups": GROUPS}
        assert_same_search(
            make_pipeline(StandardScaler(), network),
            IN_PIPELINE,
            IRIS,
            metadata,
            scoring=scorer,
            cv=GroupKFold(3),
        )


def test_metadata_of_other_names_and_validation_data_are_routed():
    with sklearn.config_context(enable_metadata_routing=True):
        network = clone(CLASSIFIER).set_params(early_stopping=True)
        network.set_fit_request(X_val=True, y_val=True, sample_weight="fit_weight")
        scorer = sklearn.metrics.get_scorer("accuracy")
        assert_same_search(
            Pipeline(
                [("scale", StandardScaler()), ("net", network)],
                transform_input=["X_val"],
            ),
            {"net__max_iter": [2, 9]},
            IRIS,
            {
                "X_val": IRIS[0][::4],
                "y_val": IRIS[1][::4],
                "fit_weight": WEIGHTS,
                "score_weight": WEIGHTS[::-1],
                "groups": GROUPS,
            },
            scoring=scorer.set_score_request(sample_weight="score_weight"),
            cv=GroupKFold(3),
        )


def test_a_kernel_is_split_in_rows_and_columns():
    X, y = IRIS
    pipeline = make_pipeline(KernelPCA(2, kernel="precomputed"), CLASSIFIER)
    assert_same_search(pipeline, IN_PIPELINE, (X @ X.T, y), cv=3)


class Counting(TransformerMixin, BaseEstimator):
    """Counts its fits."""

    fits = 0

    def fit(self, X, y=None):
        Counting.fits += 1
        return self

    def transform(self, X):
        return X


def test_transformers_are_fitted_once_a_fold(monkeypatch, tmp_path):
    monkeypatch.setattr(Counting, "fits", 0)
    pipeline = Pipeline([("count", Counting()), ("net", CLASSIFIER)])
    grid = {"net__max_iter": [2, 3, 4]}
    EpochSearchCV(pipeline, grid, cv=3).fit(*IRIS)
    assert Counting.fits == 3 + 1  # and the best one's
    assert not hasattr(pipeline, "_milestones")
    cached = clone(pipeline).set_params(memory=str(tmp_path))
    assert_same_search(cached, grid, IRIS, cv=3)


def test_data_frames_keep_their_names():
    X, y = load_iris(return_X_y=True, as_frame=True)
    X, y = X[::3], y[::3]
    search = assert_same_search(PIPELINE, IN_PIPELINE, (X, y), cv=2)
    assert search.feature_names_in_.tolist() == X.columns.tolist()


# --- The curves ----------------------------------------------------------------------

CURVES = {
    "plain": (CLASSIFIER, IRIS),
    "pipeline": (PIPELINE, IRIS),
    "patience": (clone(CLASSIFIER).set_params(n_iter_no_change=2, tol=0.02), IRIS),
    "early stopping": (clone(CLASSIFIER).set_params(early_stopping=True), IRIS),
    "restless": (RESTLESS, (DIABETES[0] * 20, DIABETES[1])),
    "divergent": (DIVERGENT, DIABETES),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("model", "data"), CURVES.values(), ids=CURVES.keys())
def test_each_epoch_of_a_curve_is_a_fit_of_so_many_epochs(model, data):
    several = data is not IRIS
    prefix = "simplemlpclassifier__" if model is PIPELINE else ""
    one = "neg_log_loss" if data is IRIS else "neg_max_error"
    options = {"cv": 2, "return_train_score": True, "error_score": -3.0}
    options |= {"scoring": [one, "r2"] if several else one, "refit": False}
    alphas = {f"{prefix}alpha": [0.0, 0.1]}
    judge = GridSearchCV(
        model, {f"{prefix}max_iter": range(1, 10), **alphas}, **options
    )
    judge = judge.fit(*data).cv_results_
    grid = {f"{prefix}max_iter": [9, 1], **alphas}
    search = EpochSearchCV(model, grid, every_epoch=True, **options).fit(*data)
    plain = EpochSearchCV(model, grid, **options).fit(*data)
    assert_same_results(search, plain)
    assert not hasattr(plain, "validation_curves_")
    assert len(search.validation_curves_) == 2
    for place, curve in enumerate(search.validation_curves_):
        # In a grid alpha comes before max_iter, and so makes the first half.
        rows = slice(place * 9, place * 9 + 9)
        assert curve["params"] == {f"{prefix}alpha": [0.0, 0.1][place]}
        assert curve["candidates"] == [2 * place, 2 * place + 1]
        assert curve["epoch"].tolist() == list(range(1, 10))
        for metric in (one, "r2") if several else ("score",):
            for part in ("test", "train"):
                name = f"{part}_{metric}"
                folds = [judge[f"split{i}_{name}"][rows] for i in range(2)]
                np.testing.assert_array_equal(curve[f"split_{name}"], folds)
                for kind in ("mean", "std"):
                    np.testing.assert_array_equal(
                        curve[f"{kind}_{name}"], judge[f"{kind}_{name}"][rows]
                    )


def test_a_curve_has_gaps_where_errors_are_raised():
    X, y = DIABETES[0] * 20, DIABETES[1]
    search = EpochSearchCV(
        RESTLESS,
        {"max_iter": [1, 30]},
        cv=2,
        every_epoch=True,
        error_score="raise",
        scoring=lambda estimator, X, y: {"one": estimator.n_iter_},
        refit=False,
    ).fit(X, y)
    (curve,) = search.validation_curves_
    gaps = np.isnan(curve["split_test_one"])
    assert gaps.any()
    assert not gaps[:, [0, -1]].any()
    assert (curve["split_test_one"][~gaps] >= 1).all()


def test_a_search_without_curves_forgets_those_of_before():
    search = EpochSearchCV(CLASSIFIER, {"max_iter": [2]}, every_epoch=True, cv=2)
    assert search.fit(*IRIS).validation_curves_[0]["params"] == {}
    assert not hasattr(
        search.set_params(every_epoch=False).fit(*IRIS), "validation_curves_"
    )


# --- Processes, callbacks, interruption ----------------------------------------------


@pytest.mark.parametrize("scoring", [None, {"a": "accuracy", "b": "neg_log_loss"}])
def test_two_processes_give_the_same(scoring):
    options = {"cv": 3, "scoring": scoring, "refit": "a" if scoring else True}
    assert_same_search(PIPELINE, IN_PIPELINE, IRIS, n_jobs=2, **options)


class Backend(TransformerMixin, BaseEstimator):
    """Notes in which way it could run in parallel."""

    seen = set()

    def fit(self, X, y=None):
        backend, n_jobs = joblib.parallel.get_active_backend()
        Backend.seen.add((type(backend), n_jobs))
        return self

    def transform(self, X):
        return X


def test_steps_run_in_parallel_as_their_user_configured():
    pipeline = Pipeline([("step", Backend()), ("net", CLASSIFIER)])
    with joblib.parallel_config("threading", n_jobs=3):
        for kind in (GridSearchCV, EpochSearchCV):
            kind(pipeline, {"net__max_iter": [2, 3]}, n_jobs=1, cv=2).fit(*IRIS)
    assert len(Backend.seen) == 1


class Recorder(Watcher):
    """A callback of the search, handed down to the network."""

    max_propagation_depth = None

    def __init__(self, stop_at=None, error=None):
        self.stop_at, self.error, self.ended = stop_at, error, []

    def on_fit_task_end(self, estimator, context):
        self.ended.append(context.task_name)
        if context.task_name == "epoch" and context.task_id == self.stop_at:
            if self.error is not None:
                raise self.error
            return True
        return None


@pytest.mark.callbacks
def test_callbacks_of_the_search_see_one_task_a_training(trainings):
    recorder = Recorder()
    search = EpochSearchCV(PIPELINE, IN_PIPELINE, cv=2).set_callbacks(recorder)
    search.fit(*IRIS)
    # Two trainings of nine epochs on two folds, and the best candidate's.
    best = search.best_params_["simplemlpclassifier__max_iter"]
    assert recorder.ended.count("epoch") == 4 * 9 + best
    assert recorder.ended.count("search") == 1
    assert recorder.ended[-1] == "fit"
    plain = EpochSearchCV(PIPELINE, IN_PIPELINE, cv=2).fit(*IRIS)
    assert_same_results(search, plain)


@pytest.mark.callbacks
def test_a_callback_that_stops_the_training_stops_it_for_all_candidates():
    results = []
    for kind in (GridSearchCV, EpochSearchCV):
        search = kind(CLASSIFIER, GRID, scoring=epochs_trained, cv=2)
        results.append(search.set_callbacks(Recorder(stop_at=3)).fit(*IRIS))
    assert_same_results(*results[::-1])
    assert results[1].best_estimator_.n_iter_ <= 4


@pytest.mark.callbacks
def test_a_failing_callback_fails_the_epochs_from_there_on():
    results = []
    for kind in (GridSearchCV, EpochSearchCV):
        callback = Recorder(stop_at=3, error=ValueError("no"))
        search = kind(CLASSIFIER, GRID, refit=False, cv=2).set_callbacks(callback)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results.append(search.fit(*IRIS))
    assert_same_results(*results[::-1])
    failed = np.isnan(results[1].cv_results_["mean_test_score"])
    assert failed.tolist() == [True, False, True] * 2


@pytest.mark.callbacks
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_scikit_learns_progress_bar(n_jobs, capsys):
    from sklearn.callback import ProgressBar

    search = EpochSearchCV(PIPELINE, IN_PIPELINE, cv=2, n_jobs=n_jobs)
    search.set_callbacks(ProgressBar(max_propagation_depth=None)).fit(*IRIS)
    shown = capsys.readouterr().out
    assert "EpochSearchCV" in shown
    assert "SimpleMLPClassifier" in shown


def interrupt(estimator, X, y):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "where", ["scorer", pytest.param("callback", marks=pytest.mark.callbacks)]
)
def test_an_interruption_ends_the_search(where):
    search = EpochSearchCV(CLASSIFIER, GRID, cv=2)
    if where == "scorer":
        search.set_params(scoring=interrupt)
    else:
        search.set_callbacks(Recorder(stop_at=3, error=KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        search.fit(*IRIS)
    assert not hasattr(search, "cv_results_")


def test_verbose_tells_what_is_trained(capsys):
    EpochSearchCV(CLASSIFIER, GRID, cv=2, verbose=1).fit(*IRIS)
    assert capsys.readouterr().out == (
        "Fitting 2 folds for each of 2 trainings, which serve 6 candidates, totalling "
        "4 fits\n"
    )
    EpochSearchCV(CLASSIFIER, GRID, cv=2, verbose=2).fit(*IRIS)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5
    assert lines[2].startswith(
        "[CV 2/2] END learning_rate_init=0.01, scored after 2, 4, 9 epochs; total time="
    )


def test_fit_times_are_those_of_training_without_scoring(monkeypatch):
    class Clock:
        now = 0.0

        def time(self):
            return self.now

    def slow_scorer(estimator, X, y):
        clock.now += 100
        return 0.0

    def pass_milestone(loop):
        clock.now += 1  # an epoch takes a second
        original(loop)

    clock, original = Clock(), Loop._pass_milestone
    for module in (_shared_training, sklearn.model_selection._validation):
        monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(Loop, "_pass_milestone", pass_milestone)
    search = EpochSearchCV(CLASSIFIER, {"max_iter": [3, 1, 2]}, every_epoch=True, cv=2)
    results = search.set_params(scoring=slow_scorer).fit(*IRIS).cv_results_
    assert results["mean_fit_time"].tolist() == [3, 1, 2]
    assert results["mean_score_time"].tolist() == [100] * 3


# --- A citizen of scikit-learn -------------------------------------------------------


def test_it_is_cloned_pickled_nested_and_shown():
    search = EpochSearchCV(PIPELINE, IN_PIPELINE, cv=2, every_epoch=True)
    assert clone(search).get_params()["every_epoch"] is True
    fitted = pickle.loads(pickle.dumps(clone(search).fit(*IRIS)))
    np.testing.assert_array_equal(
        fitted.predict(IRIS[0]), search.fit(*IRIS).predict(IRIS[0])
    )
    assert "EpochSearchCV" in fitted._repr_html_()
    assert fitted.classes_.tolist() == [0, 1, 2]
    assert is_classifier(search)
    inner = GridSearchCV(PIPELINE, IN_PIPELINE, cv=2)
    np.testing.assert_array_equal(
        cross_val_score(search, *IRIS, cv=2), cross_val_score(inner, *IRIS, cv=2)
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"every_epoch": "yes"}, "every_epoch"),
        ({"param_grid": {"no_such": [1]}}, "no_such"),
        ({"scoring": ["accuracy", "recall_macro"]}, "For multi-metric scoring"),
        ({"scoring": last_two_predictions}, "For multi-metric scoring"),
        ({"cv": []}, "cv makes no split"),
        ({"param_grid": []}, "param_grid has no candidate"),
        ({"refit": lambda results: 100}, "best_index_ index out of range"),
    ],
)
def test_bad_input_is_refused(options, message):
    search = EpochSearchCV(CLASSIFIER, {"max_iter": [2]}).set_params(**options)
    with pytest.raises((ValueError, IndexError), match=message):
        search.fit(*IRIS)
