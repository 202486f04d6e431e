"""scikit-learn's tools give the same results with these estimators as with its own.

With scikit-learn's initial weights and options, full batches and unscaled targets,
these estimators train as its own do. So every tool must return the same numbers:
nothing that it passes to an estimator, or reads from it, may get lost.
"""

from functools import partial

import numpy as np
import pytest
import sklearn
from matplotlib.figure import Figure
from scipy.stats import loguniform
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    BaggingRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.feature_selection import RFE, SequentialFeatureSelector
from sklearn.frozen import FrozenEstimator
from sklearn.inspection import (
    DecisionBoundaryDisplay,
    partial_dependence,
    permutation_importance,
)
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    TunedThresholdClassifierCV,
    cross_val_predict,
    cross_validate,
    learning_curve,
    validation_curve,
)
from sklearn.multiclass import (
    OneVsOneClassifier,
    OneVsRestClassifier,
    OutputCodeClassifier,
)
from sklearn.multioutput import (
    ClassifierChain,
    MultiOutputClassifier,
    MultiOutputRegressor,
    RegressorChain,
)
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

FRAME, Y = load_iris(return_X_y=True, as_frame=True)
X, Y = StandardScaler().fit_transform(FRAME), Y.to_numpy()
TWO = Y < 2
WEIGHTS = np.random.RandomState(0).uniform(0.1, 2, 150)
NUMBERS_X, NUMBERS = load_diabetes(return_X_y=True)
NUMBERS_X = StandardScaler().fit_transform(NUMBERS_X[:150])
NUMBERS = NUMBERS[:150] / 100
PAIRS = np.column_stack([NUMBERS, NUMBERS_X[:, 0]])
SHARED = {
    "hidden_layer_sizes": (5,),
    "activation": "relu",
    "solver": "adam",
    "learning_rate_init": 0.02,
    "alpha": 1e-4,
    "max_iter": 8,
    "n_iter_no_change": np.inf,
    "random_state": 0,
}
OURS = {"init": "glorot_uniform", "batch_size": 200, "average": False}
THEIR_KINDS = partial(MLPClassifier, **SHARED), partial(MLPRegressor, **SHARED)
OUR_KINDS = (
    partial(SimpleMLPClassifier, **SHARED, **OURS),
    partial(SimpleMLPRegressor, normalize_y=False, **SHARED, **OURS),
)
TOOLS = []


def tool(function):
    """Register a use of an MLPClassifier `C` or MLPRegressor `R`."""
    marks = getattr(function, "pytestmark", [])
    TOOLS.append(pytest.param(function, id=function.__name__, marks=marks))
    return function


def strength(network):
    """Return the importance of each feature to the network."""
    return np.abs(network.coefs_[0]).sum(axis=1)


# Pipelines ----------------------------------------------------------------------


@tool
def pipeline(C, R):
    return make_pipeline(StandardScaler(), C()).fit(FRAME, Y).predict_proba(FRAME)


@tool
def set_output(C, R):
    model = make_pipeline(StandardScaler(), C()).set_output(transform="pandas")
    model.fit(FRAME, Y)
    assert model[-1].feature_names_in_.tolist() == FRAME.columns.tolist()
    return model.predict_proba(FRAME)


@tool
def column_transformer(C, R):
    frame = FRAME.assign(kind=np.where(X[:, 0] > 0, "large", "small"))
    columns = make_column_transformer(
        (OneHotEncoder(), ["kind"]), (StandardScaler(), list(FRAME.columns))
    )
    return make_pipeline(columns, C()).fit(frame, Y).predict_proba(frame)


@tool
def transformed_target(C, R):
    model = TransformedTargetRegressor(R(), func=np.log1p, inverse_func=np.expm1)
    return model.fit(NUMBERS_X, NUMBERS).predict(NUMBERS_X)


# Searches and validation --------------------------------------------------------


@tool
def grid_search_over_alpha(C, R):
    """As the user guide advises."""
    search = GridSearchCV(C(), {"alpha": 10.0 ** -np.arange(1, 7)}, cv=2)
    return search.fit(X, Y).cv_results_["mean_test_score"]


@tool
def randomized_search(C, R):
    grid = {"alpha": loguniform(1e-6, 1), "activation": ["tanh", "relu"]}
    search = RandomizedSearchCV(C(), grid, n_iter=3, cv=2, random_state=0)
    return search.fit(X, Y).predict_proba(X)


@tool
def halving_search_over_epochs(C, R):
    search = HalvingGridSearchCV(
        *(C(), {"learning_rate_init": [0.003, 0.03]}),
        resource="max_iter",
        min_resources=4,
        max_resources=12,
        cv=2,
    )
    return search.fit(X, Y).cv_results_["mean_test_score"]


@tool
def cross_validated_predictions(C, R):
    methods = ("predict_proba", "predict_log_proba")
    parts = [cross_val_predict(C(), X, Y, cv=2, method=method) for method in methods]
    return np.hstack(parts)


@tool
@pytest.mark.scikit_learn("1.7")
def cross_validation_by_probabilities(C, R):
    scoring = ("neg_log_loss", "roc_auc_ovr", "neg_brier_score")
    found = cross_validate(C(), X, Y, cv=2, scoring=scoring)
    return np.concatenate([found[f"test_{name}"] for name in scoring])


@tool
def validation_curves(C, R):
    options = {"param_name": "max_iter", "param_range": [2, 8], "cv": 2}
    return np.hstack(validation_curve(R(), NUMBERS_X, NUMBERS, **options))


@tool
def learning_curves(C, R):
    options = {"cv": 2, "shuffle": True, "random_state": 0, "train_sizes": [0.4, 1.0]}
    _, *scores = learning_curve(C(), X, Y, **options)
    _, *by_partial_fit = learning_curve(
        C(), X, Y, exploit_incremental_learning=True, **options
    )
    return np.hstack(scores + by_partial_fit)


@tool
def tuned_threshold(C, R):
    model = TunedThresholdClassifierCV(C(), cv=2).fit(X[TWO], Y[TWO])
    return np.array([model.best_threshold_, model.best_score_])


# Ensembles ----------------------------------------------------------------------


@tool
def stacking(C, R):
    pair = [("wide", C(hidden_layer_sizes=(9,))), ("smooth", C(activation="tanh"))]
    return StackingClassifier(pair, C(), cv=2).fit(X, Y).predict_proba(X)


@tool
def stacking_of_regressors(C, R):
    pair = [("wide", R(hidden_layer_sizes=(9,))), ("smooth", R(activation="tanh"))]
    return StackingRegressor(pair, R(), cv=2).fit(NUMBERS_X, NUMBERS).predict(NUMBERS_X)


@tool
@pytest.mark.scikit_learn("1.7")
def voting(C, R):
    pair = [("relu", C()), ("tanh", C(activation="tanh"))]
    model = VotingClassifier(pair, voting="soft").fit(X, Y, sample_weight=WEIGHTS)
    return model.predict_proba(X)


@tool
def voting_of_regressors(C, R):
    pair = [("relu", R()), ("tanh", R(activation="tanh"))]
    return VotingRegressor(pair).fit(NUMBERS_X, NUMBERS).predict(NUMBERS_X)


@tool
@pytest.mark.scikit_learn("1.7")
def bagging(C, R):
    model = BaggingClassifier(C(), n_estimators=3, max_features=0.6, random_state=0)
    return model.fit(X, Y, sample_weight=WEIGHTS).predict_proba(X)


@tool
def bagging_of_regressors(C, R):
    model = BaggingRegressor(R(), n_estimators=3, random_state=0)
    return model.fit(NUMBERS_X, NUMBERS).predict(NUMBERS_X)


@tool
@pytest.mark.scikit_learn("1.7")
def boosting(C, R):
    network = C(max_iter=50)  # AdaBoost refuses a network worse than chance
    model = AdaBoostClassifier(network, n_estimators=3, random_state=0).fit(X, Y)
    return np.append(model.predict_proba(X), model.estimator_errors_)


@tool
def boosting_of_regressors(C, R):
    model = AdaBoostRegressor(R(), n_estimators=3, random_state=0)
    return model.fit(NUMBERS_X, NUMBERS).predict(NUMBERS_X)


# Many classes, many outputs, few labels -----------------------------------------


@tool
def one_against_the_rest(C, R):
    model = OneVsRestClassifier(C()).partial_fit(X, Y, classes=[0, 1, 2])
    parts = OneVsRestClassifier(C()).fit(X, Y), model.partial_fit(X, Y)
    return np.hstack([part.predict_proba(X) for part in parts])


@tool
def one_against_one(C, R):
    return OneVsOneClassifier(C()).fit(X, Y).predict(X)


@tool
def output_code(C, R):
    return OutputCodeClassifier(C(), random_state=0).fit(X, Y).predict(X)


@tool
def several_labels(C, R):
    model = MultiOutputClassifier(C()).fit(X, np.column_stack([Y, X[:, 0] > 0]))
    return np.hstack(model.predict_proba(X))


@tool
def several_numbers(C, R):
    model = MultiOutputRegressor(R())
    for _ in range(3):
        model.partial_fit(NUMBERS_X, PAIRS)
    return model.predict(NUMBERS_X)


@tool
def chains(C, R):
    labels = np.column_stack([Y == 1, X[:, 0] > 0])
    of_labels = ClassifierChain(C(), cv=2).fit(X, labels).predict_proba(X)
    of_numbers = RegressorChain(R()).fit(NUMBERS_X, PAIRS).predict(NUMBERS_X)
    return np.hstack([of_labels, of_numbers])


@tool
def self_training(C, R):
    labels = np.where(np.arange(150) % 3, Y, -1)
    return SelfTrainingClassifier(C(), threshold=0.4).fit(X, labels).predict_proba(X)


# Looking at models and features -------------------------------------------------


@tool
def importance_by_permutation(C, R):
    model = C().fit(X, Y)
    return permutation_importance(model, X, Y, n_repeats=2, random_state=0).importances


@tool
def dependence_on_features(C, R):
    model = R().fit(NUMBERS_X, NUMBERS)
    grid = {"grid_resolution": 5, "kind": "average"}
    return partial_dependence(model, NUMBERS_X, [2, 8], **grid)["average"]


@tool
@pytest.mark.scikit_learn("1.7")
def decision_boundary(C, R):
    return DecisionBoundaryDisplay.from_estimator(
        *(C().fit(X[:, :2], Y), X[:, :2]),
        response_method="predict_proba",
        grid_resolution=9,
        ax=Figure().subplots(),
    ).response


@tool
def selected_features(C, R):
    forward = SequentialFeatureSelector(C(), n_features_to_select=2, cv=2).fit(X, Y)
    backward = RFE(C(), n_features_to_select=2, importance_getter=strength).fit(X, Y)
    return np.append(forward.get_support(), backward.get_support())


# Metadata routing ---------------------------------------------------------------


@tool
@pytest.mark.scikit_learn("1.7")
def routed_weights(C, R):
    with sklearn.config_context(enable_metadata_routing=True):
        network = C().set_fit_request(sample_weight=True)
        network.set_score_request(sample_weight=True)
        found = cross_validate(network, X, Y, cv=2, params={"sample_weight": WEIGHTS})
        models = [
            BaggingClassifier(network, n_estimators=2, random_state=0),
            OneVsRestClassifier(network),
            StackingClassifier([("network", network)], cv=2),
            RandomizedSearchCV(network, {"alpha": [0.1]}, n_iter=1, cv=2),
        ]
        proba = [m.fit(X, Y, sample_weight=WEIGHTS).predict_proba(X) for m in models]
        number = R().set_partial_fit_request(sample_weight=True)
        numbers = MultiOutputRegressor(number)
        numbers.partial_fit(NUMBERS_X, PAIRS, sample_weight=WEIGHTS)
    return np.concatenate(
        [found["test_score"], np.ravel(proba), np.ravel(numbers.predict(NUMBERS_X))]
    )


@pytest.mark.parametrize("use", TOOLS)
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_a_tool_gives_the_same_with_these_estimators(use):
    ours, theirs = use(*OUR_KINDS), use(*THEIR_KINDS)
    np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(
    "method",
    [
        "sigmoid",
        "isotonic",
        pytest.param("temperature", marks=pytest.mark.scikit_learn("1.8")),
    ],
)
def test_calibration_uses_the_decision_function(method):
    """scikit-learn's MLP has no decision_function: its probabilities are calibrated."""
    network = OUR_KINDS[0](max_iter=100)
    fitted = FrozenEstimator(network.fit(X, Y))
    for model in (
        CalibratedClassifierCV(network, method=method, cv=3).fit(X, Y, WEIGHTS),
        CalibratedClassifierCV(fitted, method=method).fit(X, Y),
    ):
        proba = model.predict_proba(X)
        np.testing.assert_allclose(proba.sum(axis=1), 1)
        assert (proba.argmax(axis=1) == Y).mean() > 0.9
