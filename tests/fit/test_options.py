"""Options: wrong values are refused by name, "auto" is what the docs say."""

import warnings
from fractions import Fraction

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler
from support import ENGINES, KINDS, UNSTOPPED, diabetes, iris, kept_state

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor, network
from sknn_simple._fit.learning_rate import root_mean_square
from sknn_simple._fit.options import batch_size
from sknn_simple.network import Samples

X, LABELS = load_iris(return_X_y=True)
NUMBERS = X[:, 0].copy()
BAD_PARAMETERS = [
    ("hidden_layer_sizes", 0),
    ("hidden_layer_sizes", -3),
    ("hidden_layer_sizes", (5, 0)),
    ("hidden_layer_sizes", (5, 2.5)),
    ("hidden_layer_sizes", (True,)),
    ("hidden_layer_sizes", "5"),
    ("hidden_layer_sizes", None),
    ("hidden_layer_sizes", np.array(2.5)),
    ("hidden_layer_sizes", ((5,), 3)),
    ("activation", "sigmoid"),
    ("solver", "rmsprop"),
    ("alpha", -1e-9),
    ("alpha", np.nan),
    ("alpha", "0"),
    ("alpha", Fraction(1, 3)),
    ("alpha", 10**400),
    ("batch_size", 0),
    ("batch_size", 2.5),
    ("batch_size", "big"),
    ("learning_rate", "cyclic"),
    ("learning_rate_init", 0),
    ("learning_rate_init", -0.1),
    ("learning_rate_init", "fast"),
    ("learning_rate_init", 10**400),
    ("power_t", -1),
    ("max_iter", -1),
    ("max_iter", 1.5),
    ("shuffle", "yes"),
    ("random_state", -1),
    ("random_state", "seed"),
    ("tol", -1e-4),
    ("verbose", "loud"),
    ("warm_start", 2),
    ("momentum", -0.1),
    ("momentum", 1.1),
    ("nesterovs_momentum", None),
    ("early_stopping", "auto"),
    ("validation_fraction", -0.1),
    ("validation_fraction", 1.0),
    ("scoring", "speed"),
    ("scoring", 3),
    ("beta_1", 1.0),
    ("beta_2", -0.1),
    ("epsilon", 0.0),
    ("n_iter_no_change", 0),
    ("n_iter_no_change", 2.5),
    ("max_fun", 0),
    ("fit_intercept", "no"),
    ("init", "zeros"),
    ("coefs_init", 3),
    ("intercepts_init", "zeros"),
    ("loss", "hinge"),
    ("engine", "cuda"),
]


@KINDS
@pytest.mark.parametrize(("name", "value"), BAD_PARAMETERS)
def test_bad_parameters(kind, y, name, value):
    estimator = kind(**{name: value})
    with pytest.raises((ValueError, TypeError), match=name) as error:
        estimator.fit(X, y)
    assert str(value) in str(error.value) or repr(value) in str(error.value)
    assert not hasattr(estimator, "n_features_in_")


@pytest.mark.parametrize(
    "value", ["auto", 3, [1], {0: -1}, {0: np.nan}, {0: "a"}, {0: 10**400}]
)
def test_bad_class_weight(value):
    with pytest.raises(ValueError, match="class_weight"):
        SimpleMLPClassifier(class_weight=value).fit(X, LABELS)


@pytest.mark.parametrize(
    ("name", "value"), [("out_activation", "softmax"), ("normalize_y", "yes")]
)
def test_bad_parameters_of_the_regressor(name, value):
    with pytest.raises(ValueError, match=name):
        SimpleMLPRegressor(**{name: value}).fit(X, NUMBERS)


def test_a_parameter_changed_between_partial_fits_is_checked():
    regressor = SimpleMLPRegressor((3,)).partial_fit(X, NUMBERS)
    with pytest.raises(ValueError, match="momentum"):
        regressor.set_params(momentum=5).partial_fit(X, NUMBERS)


def test_class_weights_for_dates():
    days = np.array(["2000-01-01", "2000-01-02", "2000-01-03"], "datetime64[D]")
    with pytest.raises(TypeError, match="class_weight can't tell labels of datetime64"):
        SimpleMLPClassifier(class_weight={0: 1}).fit(X, days[LABELS])


@pytest.mark.parametrize("name", ["batch_size", "max_iter"])
@pytest.mark.parametrize("engine", ["numpy", "auto"])
def test_integers_of_any_type_are_the_same_parameter(name, engine):
    """NumPy's small ones overflow in arithmetic, its unsigned ones turn to floats."""
    options = {"engine": engine, "random_state": 0, "max_iter": 3} | UNSTOPPED
    expected = SimpleMLPRegressor((3,), **options | {name: 100}).fit(X, NUMBERS)
    for integer in (np.int8(100), np.uint64(100)):
        found = SimpleMLPRegressor((3,), **options | {name: integer}).fit(X, NUMBERS)
        np.testing.assert_array_equal(found.coefs_[0], expected.coefs_[0])


@pytest.mark.parametrize("name", ["tol", "alpha", "learning_rate_init", "momentum"])
def test_numbers_of_any_type_are_the_same_parameter(name):
    """The compiled engine has no long double."""
    options = {"random_state": 0, "max_iter": 3, "n_iter_no_change": np.inf}
    expected = SimpleMLPRegressor((3,), **options | {name: 0.25}).fit(X, NUMBERS)
    for number in (np.longdouble(0.25), np.float16(0.25)):
        found = SimpleMLPRegressor((3,), **options | {name: number}).fit(X, NUMBERS)
        np.testing.assert_array_equal(found.coefs_[0], expected.coefs_[0])


@pytest.mark.parametrize("engine", ["numpy", "auto"])
def test_a_patience_too_large_for_a_float(engine):
    options = {"engine": engine, "random_state": 0, "max_iter": 3}
    endless = SimpleMLPRegressor((3,), n_iter_no_change=np.inf, **options)
    patient = SimpleMLPRegressor((3,), n_iter_no_change=10**400, **options)
    with pytest.warns(ConvergenceWarning):
        patient.fit(X, NUMBERS)
    assert patient.loss_curve_ == endless.fit(X, NUMBERS).loss_curve_


@KINDS
def test_an_epsilon_too_small_for_float32(kind, y):
    """It underflows to 0, and would be divided by."""
    model = kind((3,), solver="adam", epsilon=1e-50, max_iter=2, **UNSTOPPED)
    assert np.isfinite(model.fit(X, y).loss_)
    with pytest.raises(ValueError, match="epsilon must be greater than 0 in float32"):
        model.fit(X.astype(np.float32), y)


def test_there_is_no_partial_fit_for_lbfgs():
    assert not hasattr(SimpleMLPRegressor(solver="lbfgs"), "partial_fit")
    with pytest.raises(AttributeError, match="partial_fit") as error:
        SimpleMLPRegressor(solver="lbfgs").partial_fit(X, NUMBERS)
    # A traceback shows the cause above the error.
    needed = "partial_fit needs solver='sgd' or 'adam', got solver='lbfgs'."
    assert str(error.value.__cause__) == needed


def test_there_is_no_partial_fit_for_an_invalid_solver():
    for solver in (["sgd"], np.array(["sgd", "adam"]), None):
        assert not hasattr(SimpleMLPRegressor(solver=solver), "partial_fit")


AUTO_RATES = [
    (SimpleMLPClassifier, 10, {}, 0.3),
    (SimpleMLPClassifier, 10, {"activation": "tanh"}, 0.1),
    (SimpleMLPClassifier, 10, {"activation": "relu"}, 0.02),
    (SimpleMLPClassifier, 100, {"solver": "adam"}, 0.01),
    (SimpleMLPClassifier, 10, {"loss": "squared_error"}, 1.0),
    (SimpleMLPClassifier, 100, {"loss": "squared_error"}, 0.3),
    (SimpleMLPClassifier, 100, {"loss": "squared_error", "solver": "adam"}, 0.003),
    (SimpleMLPRegressor, 5, {}, 0.05),
    (SimpleMLPRegressor, 100, {}, 0.025),
    (SimpleMLPRegressor, 10, {"activation": "relu"}, 0.01),
    (SimpleMLPRegressor, 200, {"activation": "tanh"}, 0.005),
    (SimpleMLPRegressor, 100, {"solver": "adam"}, 0.02),
    (SimpleMLPRegressor, 100, {"solver": "adam", "activation": "tanh"}, 0.01),
    (SimpleMLPRegressor, 100, {"solver": "adam", "loss": "poisson"}, 0.003),
    (SimpleMLPClassifier, 10, {"batch_size": 4}, 0.3 * 4 / 32),
    (SimpleMLPRegressor, 100, {"batch_size": 1}, 0.025 / 32),
    (SimpleMLPRegressor, 100, {"batch_size": 1, "solver": "adam"}, 0.02),
    (SimpleMLPRegressor, 100, {"out_activation": "logistic"}, 0.3 / np.sqrt(8 / 9)),
    (SimpleMLPRegressor, 10, {"loss": "poisson"}, 0.02),
    (SimpleMLPRegressor, 100, {"loss": "poisson"}, 0.006),
    (SimpleMLPRegressor, 100, {"loss": "poisson", "activation": "relu"}, 0.0012),
]


@pytest.mark.parametrize(("kind", "width", "options", "rate"), AUTO_RATES)
def test_automatic_rates_are_as_documented_and_recorded(kind, width, options, rate):
    X, y = iris()
    model = kind((width,), max_iter=1, **UNSTOPPED, **options).fit(X, y > 0)
    assert model.history_["learning_rate"] == [pytest.approx(rate)]


@pytest.mark.parametrize(
    ("n_categories", "rate"), [(4, 0.04), (30, 0.01 / (2 / 31)), (200, 0.5)]
)
def test_the_rate_without_hidden_layers_follows_the_mean_square(n_categories, rate):
    """Each row is an indicator and the bias, so the limit 4 / width is 1/2."""
    category = np.arange(1000) % n_categories
    X = sparse.csr_array((np.ones(1000), (np.arange(1000), category)))
    model = SimpleMLPClassifier((), max_iter=1, **UNSTOPPED).fit(X, category % 2)
    assert model.history_["learning_rate"] == [pytest.approx(rate)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_matrix])
def test_the_scale_of_many_inputs(container, dtype):
    """Their mean square keeps its digits; memory behind a matrix does not count."""
    X = container(np.full((2**18, 4), 1.1, dtype))
    if container is not np.asarray:
        X.data = np.append(X.data, dtype(1e6))
        X.indices = np.append(X.indices, np.int32(0))
    found = root_mean_square(Samples(X, None))
    assert found == pytest.approx(1.1, rel=1e-6)
    weighted = root_mean_square(Samples(X, None, np.ones(2**18, dtype)))
    assert found == pytest.approx(weighted, rel=1e-6)


@pytest.mark.parametrize(("n_rows", "steps"), [(100, 4), (20, 1)])
def test_automatic_batches_have_32_rows(n_rows, steps):
    X, y = diabetes()
    model = SimpleMLPRegressor((5,), solver="adam").partial_fit(X[:n_rows], y[:n_rows])
    assert kept_state(model).optimizer.n_steps == steps


def test_the_options_of_lbfgs():
    X, y = diabetes()
    base = SimpleMLPRegressor((5,), solver="lbfgs", random_state=0, tol=1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        full = clone(base).set_params(n_iter_no_change=1).fit(X, y)
        few = clone(base).set_params(max_fun=1).fit(X, y)
    coarse = clone(base).set_params(tol=0.05).fit(X, y)
    assert few.n_iter_ <= 1
    assert 0 < coarse.n_iter_ < full.n_iter_


@pytest.mark.parametrize("batch_size", [10, 50, 150])
def test_the_penalty_is_the_same_at_every_batch_size(batch_size):
    """Where the loss is flat, only the penalty moves the coefs: by the same factor."""
    alpha, rate, epochs = 30.0, 1e-3, 4
    coefs = [np.ones((4, 3)), np.zeros((3, 1))]
    model = SimpleMLPRegressor(
        (3,),
        alpha=alpha,
        learning_rate_init=rate,
        momentum=0.0,
        average=False,
        coefs_init=coefs,
        intercepts_init=[np.zeros(3), np.zeros(1)],
        normalize_y=False,
        batch_size=batch_size,
        max_iter=epochs,
        **UNSTOPPED,
    ).fit(X, np.zeros(150))
    steps = epochs * 150 // batch_size
    np.testing.assert_allclose(model.coefs_[0], (1 - rate * alpha / 150) ** steps)


def test_probabilities_are_not_clipped_in_the_loss():
    model = SimpleMLPClassifier(
        (),
        coefs_init=[[[1000.0]]],
        intercepts_init=[[0.0]],
        alpha=0.0,
        learning_rate_init=1e-300,
        max_iter=1,
        **UNSTOPPED,
    ).fit([[1.0], [-1.0]], [0, 1])
    assert model.loss_ == pytest.approx(1000)


@KINDS
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_an_epsilon_too_large_for_float32(kind, y, method):
    """It was a RuntimeWarning."""
    model = kind((3,), solver="adam", epsilon=1.7e308, max_iter=2, **UNSTOPPED)
    data = X.astype(np.float32), y
    if method == "partial_fit" and kind is SimpleMLPClassifier:
        data = *data, None, np.unique(y)
    with pytest.raises(ValueError, match=r"epsilon must be .* rounds to inf. Decrease"):
        getattr(model, method)(*data)
    model.fit(X, y)


@pytest.mark.parametrize("sizes", [2**62, (2**62,), (2**40, 2**40), 2**63, (10**400,)])
@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
def test_layers_too_large_for_any_array(sizes, solver):
    model = SimpleMLPClassifier(sizes, solver=solver)
    with pytest.raises(ValueError, match=r"\bhidden_layer_sizes\b"):
        model.fit(X, load_iris().target)


def test_layers_too_large_for_the_memory():
    """They need more bytes than a processor can address."""
    message = r"hidden_layer_sizes is too large for 4 inputs: .* allocate 512\. PiB"
    with pytest.raises(MemoryError, match=rf"^{message}.*\. Use smaller layers\.$"):
        SimpleMLPClassifier((2**28, 2**28)).fit(X, load_iris().target)


@pytest.mark.parametrize("engine", ENGINES)
def test_integers_of_one_byte_do_not_overflow(engine):
    """Sums and products of these options are beyond 127, the largest int8."""
    X, y = np.zeros((120, 1)), np.arange(120) % 2

    def train(integer):
        options = {
            "hidden_layer_sizes": (integer(12), integer(12)),
            "batch_size": integer(100),
            "n_iter_no_change": integer(100),
            "max_iter": integer(120),
            "random_state": integer(3),
        }
        with pytest.warns(ConvergenceWarning, match="learned next to nothing"):
            return SimpleMLPClassifier(engine=engine, tol=0.1, **options).fit(X, y)

    expected, trained = train(int), train(np.int8)
    for a, b in zip(expected.coefs_, trained.coefs_, strict=True):
        np.testing.assert_array_equal(a, b)


@KINDS
@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
@pytest.mark.parametrize("installed", [ENGINES, ["numpy"]], ids=["all", "numpy"])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_engine_that_trained_is_named(kind, y, solver, installed, monkeypatch):
    used = []

    def recording(name, function):
        return lambda *args, **options: used.append(name) or function(*args, **options)

    for name, engine in [*network.ENGINES.items()]:
        makers = {
            maker: recording(name, getattr(engine, maker))
            for maker in ("trainer", "make_evaluator")
        }
        monkeypatch.setitem(network.ENGINES, name, engine._replace(**makers))
        if name not in installed:
            monkeypatch.delitem(network.ENGINES, name)
    for option in ["auto", *installed]:
        model = kind((2,), solver=solver, engine=option, max_iter=2)
        assert model.fit(X, y).engine_ == used[-1]
        assert option in ("auto", used[-1])
    assert used[0] == installed[-1]


@KINDS
def test_weights_from_elsewhere_have_no_engine(kind, y):
    assert kind.from_coefs([np.ones((4, 3))]).engine_ is None


WEIGHTS = {
    "one row weighs 300": lambda rng: np.r_[300.0, np.ones(2999)],
    "a hundredth weighs 50": lambda rng: np.r_[np.full(30, 50.0), np.ones(2970)],
    "a long tail": lambda rng: np.exp(2 * rng.standard_normal(3000)),
}


@pytest.mark.parametrize("activation", ["logistic", "tanh", "relu"])
@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS)
def test_heavy_samples_do_not_make_training_diverge(weights, activation):
    rng = np.random.RandomState(0)
    X = rng.standard_normal((6000, 6))
    truth = X[:, 0] + 0.5 * X[:, 1] * X[:, 2]
    y = truth + 0.7 * rng.standard_normal(6000)
    model = SimpleMLPRegressor(activation=activation, random_state=0)
    model.fit(X[:3000], y[:3000], sample_weight=weights(rng))
    assert model.score(X[3000:], truth[3000:]) > 0.75


@pytest.mark.parametrize("n_features", [1, 10, 100])
@pytest.mark.parametrize("spread", ["normal", "skewed"])
def test_networks_without_hidden_layers_are_linear_models(spread, n_features):
    rng = np.random.RandomState(0)
    X = rng.standard_normal((4000, n_features))
    if spread == "skewed":
        X = np.exp(1.2 * X)
    X = StandardScaler().fit_transform(X)
    truth = X @ rng.standard_normal(n_features) / np.sqrt(n_features)
    y = truth + 0.5 * rng.standard_normal(4000)
    labels = (y > np.median(y)).astype(int)
    pairs = (
        (SimpleMLPRegressor((), random_state=0), Ridge(), y),
        (SimpleMLPClassifier((), random_state=0), LogisticRegression(), labels),
    )
    for model, peer, target in pairs:
        ours, theirs = (
            estimator.fit(X[:2000], target[:2000]).score(X[2000:], target[2000:])
            for estimator in (model, peer)
        )
        assert ours > theirs - 0.02


@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("n_rows", [1, 3, 8])
def test_streams_of_a_few_rows_are_learned(n_rows, scale):
    """The first row tells nothing about the scale of y."""
    rng = np.random.RandomState(0)
    X = rng.standard_normal((2000, 8))
    y = scale * (X @ rng.standard_normal(8)) / np.sqrt(8)
    model = SimpleMLPRegressor(random_state=0)
    for first in range(0, 1500, n_rows):
        rows = slice(first, first + n_rows)
        model.partial_fit(X[rows], y[rows])
    assert model.score(X[1500:], y[1500:]) > 0.6


@pytest.mark.parametrize("batch_size", [1, 2, 4])
def test_small_minibatches_learn_as_much_as_large_ones(batch_size):
    rng = np.random.RandomState(0)
    X = rng.standard_normal((2000, 8))
    truth = X[:, 0] * X[:, 1] + X[:, 2]
    y = truth + 0.3 * rng.standard_normal(2000)
    scores = [
        SimpleMLPRegressor(batch_size=size, random_state=0)
        .fit(X[:1000], y[:1000])
        .score(X[1000:], truth[1000:])
        for size in (batch_size, 32)
    ]
    assert scores[0] > scores[1] - 0.05


@pytest.mark.parametrize("n_samples", [33, 65, 97, 98, 129, 161, 225])
@pytest.mark.parametrize(
    "options", [{}, {"activation": "relu"}, {"hidden_layer_sizes": ()}]
)
def test_a_last_minibatch_of_a_row_does_not_make_training_diverge(options, n_samples):
    rng = np.random.RandomState(0)
    X = rng.standard_normal((n_samples, 20))
    y = X[:, :3].sum(axis=1) + rng.standard_normal(n_samples)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = SimpleMLPRegressor(random_state=0, **options).fit(X, y)
    assert model.score(X, y) > 0.3


def test_the_automatic_batch_size_leaves_no_tiny_rest():
    for n_samples in range(1, 2000):
        size = batch_size(SimpleMLPRegressor(), n_samples)
        assert min(n_samples, 20) <= size <= 32
        assert n_samples % size in (0, *range(8, 32))
        if n_samples % 32 in (0, *range(8, 32)):
            assert size == min(32, n_samples)
