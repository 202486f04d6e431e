"""What scikit-learn documents of its MLP holds for these estimators.

The tests follow the user guide, then the docstrings: examples, parameters, attributes,
methods. The judges are the printed results, scikit-learn's metrics and its
own estimators.
"""

import warnings

import numpy as np
import pytest
from scipy.sparse import csr_array, issparse
from sklearn import metrics
from sklearn.base import clone
from sklearn.datasets import (
    load_digits,
    load_iris,
    make_classification,
    make_moons,
    make_multilabel_classification,
    make_regression,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler
from support import ENGINES, weights_of

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

pytestmark = pytest.mark.filterwarnings(
    "ignore:Stochastic Optimizer", "ignore:lbfgs failed to converge"
)
BOTH = pytest.mark.parametrize(
    ("ours", "theirs"),
    [(SimpleMLPClassifier, MLPClassifier), (SimpleMLPRegressor, MLPRegressor)],
    ids=["classifier", "regressor"],
)

# Options with which a network starts and learns as scikit-learn's does by default.
RELU = {"activation": "relu", "init": "glorot_uniform", "average": False}
ADAM = {"solver": "adam", "alpha": 1e-4, "learning_rate_init": 0.001}
ADAM |= RELU | {"batch_size": 200}
IRIS_X = StandardScaler().fit_transform(load_iris().data)
IRIS_Y = load_iris().target
MULTILABEL = make_multilabel_classification(60, random_state=0)


# The user guide -----------------------------------------------------------------


TWO_X, TWO_Y = [[0.0, 0.0], [1.0, 1.0]], [0, 1]


@pytest.mark.parametrize("options", [{}, RELU], ids=["sigmoid", "relu"])
def test_two_samples_by_lbfgs(options):
    clf = SimpleMLPClassifier(
        solver="lbfgs",
        alpha=1e-5,
        hidden_layer_sizes=(5, 2),
        random_state=1,
        **options,
    )
    clf.fit(TWO_X, TWO_Y)
    assert clf.predict([[2.0, 2.0], [-1.0, -2.0]]).tolist() == [1, 0]
    assert [coef.shape for coef in clf.coefs_] == [(2, 5), (5, 2), (2, 1)]
    proba = clf.predict_proba([[2.0, 2.0], [1.0, 2.0]])
    assert (proba[:, 1] > 0.999).all()
    if options:
        printed = [[1.967e-04, 9.998e-01]] * 2
        np.testing.assert_allclose(proba, printed, rtol=5e-4)


@pytest.mark.parametrize("options", [{}, RELU], ids=["sigmoid", "relu"])
def test_two_samples_with_two_labels(options):
    clf = SimpleMLPClassifier(
        solver="lbfgs", alpha=1e-5, hidden_layer_sizes=(15,), random_state=1, **options
    )
    clf.fit(TWO_X, [[0, 1], [1, 1]])
    assert clf.predict([[1.0, 2.0]]).tolist() == [[1, 1]]
    assert clf.predict([[0.0, 0.0]]).tolist() == [[0, 1]]


@pytest.mark.parametrize("engine", ENGINES)
def test_more_control_with_warm_start(engine):
    options = {"hidden_layer_sizes": (15,), "random_state": 1, "engine": engine}
    clf = SimpleMLPClassifier(max_iter=1, warm_start=True, **options)
    losses = []
    for _ in range(10):
        with pytest.warns(ConvergenceWarning, match="max_iter=1 "):
            clf.fit(TWO_X, TWO_Y)
        losses += clf.loss_curve_
    at_once = SimpleMLPClassifier(max_iter=10, n_iter_no_change=np.inf, **options)
    assert losses == at_once.fit(TWO_X, TWO_Y).loss_curve_
    assert clf.n_iter_ == 1


PENALTY = 0.3
FORMULAS = {
    "binary": (
        SimpleMLPClassifier(),
        IRIS_Y == 1,
        lambda model: metrics.log_loss(IRIS_Y == 1, model.predict_proba(IRIS_X)),
    ),
    "multiclass": (
        SimpleMLPClassifier(),
        IRIS_Y,
        lambda model: metrics.log_loss(IRIS_Y, model.predict_proba(IRIS_X)),
    ),
    "half the squared error": (
        SimpleMLPRegressor(normalize_y=False),
        IRIS_Y,
        lambda model: metrics.mean_squared_error(IRIS_Y, model.predict(IRIS_X)) / 2,
    ),
    "half the Poisson deviance": (
        SimpleMLPRegressor(loss="poisson"),
        IRIS_Y,
        lambda model: metrics.mean_poisson_deviance(IRIS_Y, model.predict(IRIS_X)) / 2,
    ),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_the_loss_is_that_of_the_mathematical_formulation(name):
    model, y, mean_loss = FORMULAS[name]
    model = clone(model).set_params(
        hidden_layer_sizes=(4,), solver="lbfgs", alpha=PENALTY, max_iter=20
    )
    model.fit(IRIS_X, y)
    squares = sum((coef**2).sum() for coef in model.coefs_)
    penalty = PENALTY / (2 * len(y)) * squares
    assert model.loss_ == pytest.approx(mean_loss(model) + penalty, rel=1e-9)


def test_an_output_of_one_half_is_negative_in_scikit_learn_too():
    """The user guide calls it positive."""
    undecided = SimpleMLPClassifier.from_coefs([[[0.0]]], [[0.0]])
    assert undecided.predict_proba([[1.0]]).tolist() == [[0.5, 0.5]]
    assert undecided.predict([[1.0]]).tolist() == [0]
    assert undecided.to_sklearn().predict([[1.0]]).tolist() == [0]


def test_a_larger_alpha_makes_smaller_weights():
    """As in the gallery's example of varying regularization."""
    X, y = make_moons(noise=0.3, random_state=0)
    X = StandardScaler().fit_transform(X)
    model = SimpleMLPClassifier((5,), "tanh", solver="lbfgs", random_state=1)
    model.set_params(max_iter=300)
    norms = [
        np.linalg.norm(np.concatenate([c.ravel() for c in fitted.coefs_]))
        for fitted in (
            clone(model).set_params(alpha=alpha).fit(X, y)
            for alpha in np.logspace(-1, 1, 3)
        )
    ]
    assert norms == sorted(norms, reverse=True)


@pytest.mark.parametrize("engine", ENGINES)
def test_weights_on_digits(engine, capsys):
    """As in the gallery's example of weights on MNIST."""
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X / 16, y, random_state=0)
    mlp = SimpleMLPClassifier(
        hidden_layer_sizes=(40,),
        max_iter=8,
        alpha=1e-4,
        solver="sgd",
        verbose=10,
        random_state=1,
        learning_rate_init=0.2,
        engine=engine,
    )
    with pytest.warns(ConvergenceWarning):
        mlp.fit(X_train, y_train)
    *epochs, end = capsys.readouterr().out.splitlines()
    assert len(epochs) == 8
    assert end == "Stopped after 8 epochs: max_iter."
    assert mlp.score(X_test, y_test) > 0.9
    assert [w.reshape(8, 8).shape for w in mlp.coefs_[0].T] == [(8, 8)] * 40


# The docstrings' examples -------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_the_classifiers_example(engine):
    X, y = make_classification(n_samples=100, random_state=1)
    X_train, X_test, y_train, _ = train_test_split(X, y, stratify=y, random_state=1)
    clf = SimpleMLPClassifier(
        random_state=1, max_iter=300, n_iter_no_change=11, engine=engine, **ADAM
    )
    clf.fit(X_train, y_train)
    assert f"{clf.predict_proba(X_test[:1])[0, 0]:.4f}" == "0.0384"
    assert clf.predict(X_test[:5, :]).tolist() == [1, 0, 1, 0, 1]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_regressors_example(engine):
    X, y = make_regression(n_samples=200, n_features=20, random_state=1)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
    regr = SimpleMLPRegressor(
        random_state=1,
        max_iter=2000,
        tol=0.1,
        n_iter_no_change=11,
        normalize_y=False,
        engine=engine,
        **ADAM,
    )
    regr.fit(X_train, y_train)
    np.testing.assert_allclose(regr.predict(X_test[:2]), [28.98, -291], rtol=1e-3)
    assert f"{regr.score(X_test, y_test):.2f}" == "0.98"


# Parameters ---------------------------------------------------------------------


@BOTH
def test_parameters_have_the_same_names_and_defaults_except_these(ours, theirs):
    mine, others = ours().get_params(), theirs().get_params()
    differing = {name for name in others if mine[name] != others[name]}
    defaults = {"activation", "solver", "learning_rate", "learning_rate_init"}
    defaults |= {"alpha", "max_iter", "n_iter_no_change"}
    if ours is SimpleMLPRegressor:
        defaults.add("momentum")
    assert differing == defaults


LIMITS = [
    {"hidden_layer_sizes": 3},
    {"hidden_layer_sizes": [3, 2]},
    {"hidden_layer_sizes": np.array([3, 2])},
    {"hidden_layer_sizes": ()},
    {"alpha": 0},
    {"power_t": 0, "learning_rate": "invscaling"},
    {"tol": 0.0},
    {"momentum": 0},
    {"momentum": 1},
    {"beta_1": 0, "beta_2": 0, "solver": "adam"},
    {"validation_fraction": 0.0},
    {"n_iter_no_change": np.inf},
    {"random_state": np.random.RandomState(0)},
    {"verbose": 10},
]


@BOTH
@pytest.mark.parametrize("options", LIMITS, ids=lambda options: "".join(options))
def test_values_that_scikit_learn_allows_are_allowed(ours, theirs, options):
    shared = {"solver": "sgd", "learning_rate_init": 0.01, "max_iter": 2, **options}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        shapes = [
            [coef.shape for coef in kind(**shared).fit(IRIS_X, IRIS_Y).coefs_]
            for kind in (ours, theirs)
        ]
    assert shapes[0] == shapes[1]


CHANGES = {
    "batch_size": 40,
    "learning_rate": "constant",
    "learning_rate_init": 0.02,
    "power_t": 0.4,
    "shuffle": False,
    "momentum": 0.8,
    "nesterovs_momentum": False,
    "beta_1": 0.8,
    "beta_2": 0.9,
    "epsilon": 1e-3,
    "max_fun": 2,
    "validation_fraction": 0.3,
}
ONLY_USED = {
    "sgd": {
        *("batch_size", "learning_rate", "learning_rate_init", "power_t", "shuffle"),
        *("momentum", "nesterovs_momentum"),
    },
    "adam": {
        *("batch_size", "learning_rate_init", "shuffle"),
        *("beta_1", "beta_2", "epsilon"),
    },
    "lbfgs": {"max_fun"},
}


@BOTH
@pytest.mark.parametrize("solver", ONLY_USED)
def test_parameters_act_with_the_solvers_that_they_are_for(ours, theirs, solver):
    for kind in (ours, theirs):
        model = kind(
            hidden_layer_sizes=(4,),
            solver=solver,
            batch_size=50,
            learning_rate="invscaling",
            learning_rate_init=0.05,
            max_iter=3,
            n_iter_no_change=np.inf,
            random_state=0,
        )
        before = weights_of(clone(model).fit(IRIS_X, IRIS_Y))
        acting = {
            name
            for name, value in CHANGES.items()
            if (
                weights_of(clone(model).set_params(**{name: value}).fit(IRIS_X, IRIS_Y))
                != before
            ).any()
        }
        assert acting == ONLY_USED[solver]


def test_nesterovs_momentum_is_only_used_with_momentum():
    model = SimpleMLPClassifier((4,), momentum=0, max_iter=3, n_iter_no_change=np.inf)
    plain, nesterov = (
        clone(model).set_params(nesterovs_momentum=value, random_state=0)
        for value in (False, True)
    )
    np.testing.assert_array_equal(
        weights_of(plain.fit(IRIS_X, IRIS_Y)), weights_of(nesterov.fit(IRIS_X, IRIS_Y))
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_minibatches_in_order_make_scikit_learns_steps(solver, engine):
    """With shuffling, only the first epoch has the same order."""
    shared = {
        "hidden_layer_sizes": (6,),
        "solver": solver,
        "learning_rate_init": 0.01,
        "alpha": 0,
        "batch_size": 40,
        "random_state": 3,
        "n_iter_no_change": np.inf,
    }
    for schedule in ({"shuffle": False, "max_iter": 9}, {"max_iter": 1}):
        theirs = MLPClassifier(**shared, **schedule).fit(IRIS_X, IRIS_Y)
        ours = SimpleMLPClassifier(engine=engine, **shared, **schedule, **RELU)
        np.testing.assert_allclose(
            weights_of(ours.fit(IRIS_X, IRIS_Y)), weights_of(theirs), atol=1e-10
        )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("patience", [1, 4])
def test_an_adaptive_rate_is_divided_in_the_same_epochs(patience, engine):
    """Patience differs by one epoch; all else is equal until training ends."""
    shared = {
        "hidden_layer_sizes": (5,),
        "activation": "tanh",
        "solver": "sgd",
        "learning_rate": "adaptive",
        "learning_rate_init": 0.5,
        "alpha": 1e-4,
        "tol": 1e-3,
        "batch_size": len(IRIS_Y),
        "max_iter": 300,
        "random_state": 1,
    }
    theirs = MLPClassifier(n_iter_no_change=patience, **shared).fit(IRIS_X, IRIS_Y)
    ours = SimpleMLPClassifier(
        n_iter_no_change=patience + 1,
        init="glorot_uniform",
        average=False,
        engine=engine,
        **shared,
    ).fit(IRIS_X, IRIS_Y)
    assert ours.n_iter_ == theirs.n_iter_ < 300
    np.testing.assert_allclose(weights_of(ours), weights_of(theirs), atol=1e-10)
    assert ours.history_["learning_rate"][-1] < 1e-6


# Attributes and methods ---------------------------------------------------------


def kind_of(value):
    """Return shape and kind of a value, without its numbers."""
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.kind
    if isinstance(value, list):
        return [kind_of(item) for item in value]
    return "a float" if isinstance(value, float) else value


CLASSIFIERS = SimpleMLPClassifier, MLPClassifier
REGRESSORS = SimpleMLPRegressor, MLPRegressor
PROBLEMS = {
    "binary": (CLASSIFIERS, IRIS_X, np.array(["no", "yes"])[(IRIS_Y > 0).astype(int)]),
    "multiclass": (CLASSIFIERS, IRIS_X, IRIS_Y),
    "multilabel": (CLASSIFIERS, *MULTILABEL),
    "one output": (REGRESSORS, IRIS_X, IRIS_X[:, 0]),
    "two outputs": (REGRESSORS, IRIS_X, IRIS_X[:, :2]),
}
# Before 1.9, scikit-learn's network can't stop early on text labels.
NAMES = ["multiclass", "multilabel", "one output", "two outputs"]
NAMES += [pytest.param("binary", marks=pytest.mark.scikit_learn("1.9"))]
SOLVERS = [
    {"solver": "sgd", "learning_rate_init": 0.01},
    {"solver": "adam", "early_stopping": True},
    {"solver": "lbfgs"},
]


@pytest.mark.parametrize("options", SOLVERS, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_attributes_and_predictions_have_scikit_learns_types(name, options):
    kinds, X, y = PROBLEMS[name]
    ours, theirs = (
        kind(
            hidden_layer_sizes=(4, 3),
            max_iter=2,
            n_iter_no_change=np.inf,
            random_state=0,
            **options,
        ).fit(X, y)
        for kind in kinds
    )
    public = {n for n in dir(theirs) if n.endswith("_") and not n.startswith("_")}
    if options["solver"] == "lbfgs":
        # In scikit-learn, t_ then stays 0, contrary to its documentation.
        public.remove("t_")
        assert ours.t_ == ours.n_iter_ * len(y)
    assert {"coefs_", "loss_", "n_iter_", "n_outputs_", "out_activation_"} <= public
    for attribute in public:
        mine, other = getattr(ours, attribute), getattr(theirs, attribute)
        assert kind_of(mine) == kind_of(other), attribute
    if hasattr(theirs, "classes_"):
        np.testing.assert_array_equal(ours.classes_, theirs.classes_)
        log_proba = ours.predict_log_proba(X)
        np.testing.assert_allclose(log_proba, np.log(ours.predict_proba(X)))
    for method in ("predict", "predict_proba", "predict_log_proba"):
        if hasattr(theirs, method):
            mine, other = getattr(ours, method)(X), getattr(theirs, method)(X)
            assert kind_of(mine) == kind_of(other), method
    assert kind_of(ours.score(X, y)) == kind_of(theirs.score(X, y)) == "a float"


@pytest.mark.parametrize("how", ["partial_fit", "warm_start"])
def test_the_loss_curve_has_an_entry_for_each_of_n_iter(how):
    """As documented; scikit-learn counts one call only, and its curve grows."""
    counts = {}
    for kind in CLASSIFIERS:
        model = kind((4,), max_iter=2, n_iter_no_change=np.inf, warm_start=True)
        for _ in range(3):
            if how == "partial_fit":
                model.partial_fit(IRIS_X, IRIS_Y, classes=[0, 1, 2])
            else:
                model.fit(IRIS_X, IRIS_Y)
        counts[kind] = model.n_iter_, len(model.loss_curve_)
    if how == "partial_fit":
        assert counts == {SimpleMLPClassifier: (3, 3), MLPClassifier: (1, 3)}
    else:
        assert counts == {SimpleMLPClassifier: (2, 2), MLPClassifier: (2, 6)}


def test_predictions_are_an_ndarray_after_a_sparse_y_too():
    """As documented; scikit-learn's are then sparse."""
    X, y = MULTILABEL
    ours, theirs = (
        kind(max_iter=2, n_iter_no_change=np.inf).fit(X, csr_array(y)).predict(X)
        for kind in CLASSIFIERS
    )
    assert issparse(theirs)
    assert kind_of(ours) == kind_of(theirs.toarray())
