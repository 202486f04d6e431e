"""Promise 6, engines: both engines train the same models.

In float64 they agree to 1e-12 after one epoch for every option, and to 1e-9 after 50
on stable problems; in float32 to 1e-4 after one.
"""

import functools
import itertools
import pickle
import signal
import subprocess
import sys
import time
import warnings
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import StandardScaler
from support import LOSS_OPTIONS, UNSTOPPED, assert_same_weights, weights_of

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple._persistence import to_plain
from sknn_simple.model_selection import EpochSearchCV
from sknn_simple.network import (
    ACTIVATIONS,
    ENGINES,
    INITS,
    LOSSES,
    OUT_ACTIVATIONS,
    SCHEDULES,
    SGD,
    Adam,
    Constant,
    Objective,
    Parameters,
    Samples,
    Trainer,
    TrainingState,
    compiled,
    draw_parameters,
    engines,
    epochs,
    loss_and_gradient,
    predict,
)

X, Y = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)
NUMBERS = X[:, 0] * X[:, 1]
CLASSIFIER = SimpleMLPClassifier((6,), engine="compiled", random_state=7, **UNSTOPPED)
REGRESSOR = SimpleMLPRegressor((6,), engine="compiled", random_state=7, **UNSTOPPED)
BOTH = pytest.mark.parametrize(
    ("estimator", "y"), [(CLASSIFIER, Y), (REGRESSOR, NUMBERS)], ids=["class", "number"]
)

PAIRS = list(itertools.permutations(ACTIVATIONS, 2))


def evaluate(parameters, samples, objective, build):
    """The objective and its gradient by one of the builds."""
    state = TrainingState(parameters, None, None, None)
    batch_size = samples.X.shape[0]
    trainer = compiled.Trainer(
        state, samples, objective, batch_size=batch_size, build=build
    )
    gradient = parameters.zeros_like()
    return trainer.evaluator(gradient.flat)(), gradient


def hidden_activations(name, x, build):
    """The function of many hidden units with a single input.

    The absolute error of a prediction that is too large makes them the derivatives by
    the weights of the output.
    """
    objective = Objective("absolute_error")
    object.__setattr__(objective, "activation", name)  # one that is no option
    network = Parameters.from_arrays([x[None], np.ones((len(x), 1), x.dtype)])
    samples = Samples(np.ones((1, 1), x.dtype), np.full((1, 1), -np.inf, x.dtype))
    _, gradient = evaluate(network, samples, objective, build)
    return gradient.coefs[1].ravel()


BUILDS = pytest.mark.parametrize(
    "build", range(len(compiled.BUILDS)), ids=compiled.BUILDS
)


@BUILDS
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n", [1, 2, 3, 7, 20, 40001])
def test_functions_are_exact_to_a_few_units_in_the_last_place(
    build, dtype, n, monkeypatch
):
    """At every length, since loops end in registers of every size."""
    special = [0.0, -0.0, np.inf, -np.inf, -745.1, -740.0, -708.5, 709.7, 1e-310]
    # An output's function, as that of a hidden unit.
    monkeypatch.setitem(ACTIVATIONS, "exp", OUT_ACTIVATIONS["exp"])
    values = np.linspace(-750, 715, n), np.linspace(-25, 25, n), special, [np.nan]
    for x in map(np.array, values):
        x = x.astype(dtype)
        for function in (np.exp, np.tanh):
            found = hidden_activations(function.__name__, x, build)
            with np.errstate(over="ignore", under="ignore"):
                expected = function(x.astype(np.longdouble)).astype(dtype)
            finite = np.isfinite(expected)
            np.testing.assert_array_equal(found[~finite], expected[~finite])
            error = np.abs(found[finite] - expected[finite])
            assert (error <= 3 * np.spacing(np.abs(expected[finite]))).all()


@pytest.mark.parametrize("n_samples", [2, 3, 4, 5, 64, 65, 1000])
def test_orders_are_those_of_numpy(n_samples):
    """Each step takes a weight towards one target: the last steps show the most."""
    state = TrainingState(
        Parameters((1, 1), fit_intercept=False),
        SGD(),
        Constant(0.001),
        np.random.RandomState(3),
    )
    expected, weight = np.random.RandomState(3), 0.0
    Y = np.arange(1.0, n_samples + 1)[:, None]
    samples = Samples(np.ones((n_samples, 1)), Y)
    trainer = compiled.Trainer(state, samples, Objective(), batch_size=1)
    for _ in range(3):
        trainer.train(1)
        for i in expected.permutation(n_samples):
            weight += 0.001 * (Y[i, 0] - weight)
        assert state.parameters.flat[0] == pytest.approx(weight, rel=1e-12)
    assert state.rng.randint(2**31) == expected.randint(2**31)


def make_targets(loss, rng):
    if loss == "softmax_log_loss":
        return np.eye(3)[rng.randint(3, size=50)]
    if loss == "binary_log_loss":
        return rng.randint(2, size=(50, 3)).astype(float)
    if loss == "poisson":
        return rng.poisson(2, size=(50, 3)).astype(float)
    return rng.uniform(0.1, 0.9, (50, 3))


OPTIMIZERS = [SGD(), SGD(0.9), SGD(0.9, nesterovs_momentum=True), Adam(0.8, 0.9, 1e-6)]


@pytest.mark.parametrize(
    ("loss", "out_activation"),
    [(loss, out) for loss in LOSSES for out in LOSSES[loss].out_activations],
)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("hidden", [(), (5, 4)], ids=str)
def test_an_epoch_is_that_of_the_numpy_engine(loss, out_activation, activation, hidden):
    """Over every option, in turn with weights, penalty, biases and shuffling."""
    for optimizer, dtype in itertools.product(OPTIMIZERS, [np.float64, np.float32]):
        assert_same_epoch(loss, out_activation, activation, hidden, optimizer, dtype)


def assert_same_epoch(loss, out_activation, activation, hidden, optimizer, dtype):
    rng = np.random.RandomState(0)
    X, Y = rng.standard_normal((50, 6)).astype(dtype), make_targets(loss, rng)
    odd = activation in ("logistic", "relu", "softplus")
    weights = rng.randint(0, 3, 50).astype(dtype) if odd else None
    samples = Samples(X, Y.astype(dtype), weights)
    option = LOSS_OPTIONS.get(loss)
    objective = Objective(
        loss, activation, out_activation, 0.3 if hidden else 0.0, option
    )
    parameters = draw_parameters(
        (6, *hidden, 3), rng, "lecun_uniform", "tanh", fit_intercept=odd, dtype=dtype
    )

    def state():
        return TrainingState(
            parameters.copy(),
            optimizer.copy(),
            Constant(0.01),
            np.random.RandomState(1),
        )

    ours, reference = state(), state()
    options = {"batch_size": 7, "shuffle": bool(hidden)}
    block = compiled.Trainer(ours, samples, objective, **options).train(1)
    epoch = next(epochs(reference, samples, objective, **options))
    exact = 1e-12 if dtype == np.float64 else 1e-4
    assert ours.parameters.flat.dtype == dtype
    np.testing.assert_allclose(
        ours.parameters.flat, reference.parameters.flat, rtol=exact, atol=exact
    )
    assert block.last.loss == pytest.approx(epoch.loss, rel=exact)
    assert block.last.learning_rate == epoch.learning_rate
    assert ours.t == reference.t
    for name, vector in vars(reference.optimizer).items():
        np.testing.assert_allclose(
            np.asarray(vars(ours.optimizer)[name], float),
            np.asarray(vector, float),
            rtol=exact,
            atol=exact,
        )


@pytest.mark.parametrize("activation", PAIRS, ids=str)
@pytest.mark.parametrize("batch_size", [1, 7, 50])
@pytest.mark.parametrize("width", [4, 300])
def test_each_layer_has_its_activation(activation, batch_size, width):
    """In steps per sample, per minibatch, and with products that BLAS computes."""
    rng = np.random.RandomState(0)
    samples = Samples(rng.standard_normal((50, 6)), rng.standard_normal((50, 2)))
    start = draw_parameters((6, width, 5, 2), rng, "lecun_uniform")
    objective = Objective("squared_error", activation)
    flats = []
    for trainer in (compiled.Trainer, Trainer):
        state = TrainingState(
            start.copy(), SGD(0.9), Constant(1e-3), np.random.RandomState(1)
        )
        trainer(state, samples, objective, batch_size=batch_size).train(1)
        flats.append(state.parameters.flat)
    np.testing.assert_allclose(*flats, rtol=1e-12, atol=1e-12)


@BUILDS
@pytest.mark.parametrize("name", ["leaky_relu", "softplus"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_activations_over_the_whole_range(build, name, dtype):
    """Many units of a single input, with the objective's slope at each."""
    Z = np.linspace(-750, 750, 1501, dtype=dtype)
    parameters = Parameters.from_arrays([Z[None], np.ones((1501, 1), dtype)])
    samples = Samples(np.ones((1, 1), dtype), np.zeros((1, 1), dtype))
    objective = Objective("squared_error", name)
    loss, gradient = evaluate(parameters, samples, objective, build)
    expected, theirs = loss_and_gradient(parameters, *samples, objective)
    exact = 1e-13 if dtype == np.float64 else 1e-5
    assert loss == pytest.approx(expected, rel=exact)
    np.testing.assert_allclose(gradient.flat, theirs.flat, rtol=exact)


OBJECTIVES = [
    ("squared_error", "tanh", "identity", 0.0),
    ("softmax_log_loss", "logistic", "softmax", 0.3),
    ("binary_log_loss", "relu", "logistic", 0.3),
    ("quantile", "softplus", "tanh", 0.3, 0.2),
    ("huber", "leaky_relu", "softplus", 0.0, 0.3),
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
@pytest.mark.parametrize("options", OBJECTIVES, ids=str)
@pytest.mark.parametrize("batch_size", [1, 7, 50])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_sparse_samples_are_the_same_as_dense_ones(
    optimizer, options, batch_size, dtype
):
    """Compared with the NumPy engine on dense samples."""
    rng = np.random.RandomState(0)
    X = sparse.random(50, 20, 0.1, "csr", dtype, rng)
    Y = make_targets(options[0], rng).astype(dtype)
    start = draw_parameters((20, 5, 3), rng, "lecun_uniform", dtype=dtype)
    flats = []
    for trainer, rows in ((compiled.Trainer, X), (Trainer, X.toarray())):
        state = TrainingState(
            start.copy(), optimizer.copy(), Constant(0.01), np.random.RandomState(1)
        )
        samples = Samples(rows, Y)
        trainer(state, samples, Objective(*options), batch_size=batch_size).train(3)
        flats.append(state.parameters.flat)
    exact = 1e-12 if dtype == np.float64 else 1e-4
    np.testing.assert_allclose(*flats, rtol=exact, atol=exact)


@pytest.mark.parametrize("options", OBJECTIVES, ids=str)
@pytest.mark.parametrize("n_samples", [1, 50, 1500])
@pytest.mark.parametrize("as_sparse", [False, True])
def test_the_objective_and_its_gradient(options, n_samples, as_sparse):
    """In blocks of rows, where there are many."""
    rng = np.random.RandomState(0)
    X = sparse.random(n_samples, 20, 0.3, "csr", None, rng)
    Y = np.resize(make_targets(options[0], rng), (n_samples, 3))
    weights = rng.uniform(size=n_samples)
    parameters = draw_parameters((20, 6, 3), rng, "lecun_uniform")
    objective = Objective(*options)
    samples = Samples(X if as_sparse else X.toarray(), Y, weights)
    gradient = parameters.zeros_like()
    evaluate = compiled.make_evaluator(parameters, gradient.flat, samples, objective)
    loss = evaluate()
    expected = loss_and_gradient(parameters, X.toarray(), Y, weights, objective)
    assert loss == pytest.approx(expected[0], rel=1e-12)
    np.testing.assert_allclose(gradient.flat, expected[1].flat, rtol=0, atol=1e-13)


def test_a_batch_of_many_rows_passes_in_blocks():
    rng = np.random.RandomState(0)
    samples = Samples(rng.standard_normal((1500, 6)), rng.standard_normal((1500, 2)))
    start = draw_parameters((6, 9, 2), rng, "lecun_uniform")
    for optimizer in OPTIMIZERS:
        flats = []
        for trainer in (compiled.Trainer, Trainer):
            rng = np.random.RandomState(1)
            state = TrainingState(start.copy(), optimizer.copy(), Constant(0.1), rng)
            objective = Objective(alpha=0.1)
            trainer(state, samples, objective, batch_size=1100).train(3)
            flats.append(state.parameters.flat)
        np.testing.assert_allclose(*flats, rtol=1e-12, atol=1e-12)


def trainer_of(layer_sizes=(4, 3, 2), samples=None, trainer=compiled.Trainer):
    """A trainer of nine samples in minibatches of four, and its state."""
    state = TrainingState(
        draw_parameters(layer_sizes, np.random.RandomState(0)),
        SGD(0.9),
        Constant(1e-3),
        np.random.RandomState(1),
    )
    if samples is None:
        samples = Samples(np.ones((9, layer_sizes[0])), np.ones((9, layer_sizes[-1])))
    return trainer(state, samples, Objective(), batch_size=4), state


TRAINERS = pytest.mark.parametrize("trainer", [compiled.Trainer, Trainer])


@TRAINERS
def test_memory_that_is_written_is_not_shared(trainer):
    trainer, state = trainer_of(trainer=trainer)
    state.optimizer.velocity = state.parameters.flat
    with pytest.raises(ValueError, match="parameters and velocity must not share"):
        trainer.train(1)
    flat = state.parameters.flat
    state.parameters = state.parameters.view(np.concatenate([flat, flat])[: len(flat)])
    state.optimizer.velocity = None
    trainer.train(1)


@TRAINERS
def test_parameters_do_not_overwrite_samples(trainer):
    memory = np.ones(100)
    samples = Samples(memory[30:66].reshape(9, 4), np.ones((9, 2)))
    trainer, state = trainer_of(samples=samples, trainer=trainer)
    state.parameters = state.parameters.view(memory[50:73])
    with pytest.raises(ValueError, match="X and parameters must not share memory"):
        trainer.train(1)
    assert (samples.X == 1).all()


@pytest.mark.parametrize("begin", [7, 8, 40, 65, 66])
def test_a_gradient_does_not_overwrite_samples(begin):
    """Its 23 numbers may end right before the samples, or begin right after them."""
    memory = np.ones(100)
    samples = Samples(memory[30:66].reshape(9, 4), np.ones((9, 2)))
    trainer, _ = trainer_of(samples=samples)
    gradient = memory[begin : begin + 23]
    if begin in (7, 66):
        trainer.evaluator(gradient)()
        assert (samples.X == 1).all()
        return
    with pytest.raises(ValueError, match="X and gradient must not share memory"):
        trainer.evaluator(gradient)()


def test_a_trainer_evaluates_all_samples_whatever_its_batches():
    """In their own order: nothing is drawn."""
    rng = np.random.RandomState(0)
    samples = Samples(rng.standard_normal((9, 4)), rng.standard_normal((9, 2)))
    trainer, state = trainer_of(samples=samples)
    parameters = state.parameters
    assert state.draws
    expected, judge = loss_and_gradient(parameters, samples.X, samples.Y)
    gradient = parameters.zeros_like()
    assert trainer.evaluator(gradient.flat)() == pytest.approx(expected)
    np.testing.assert_allclose(gradient.flat, judge.flat, rtol=1e-9)
    prediction = predict(samples.X, parameters.coefs, parameters.intercepts, "logistic")
    np.testing.assert_allclose(trainer.predict(parameters.flat), prediction, rtol=1e-9)


def test_whether_a_trainer_draws_is_decided_once():
    trainer, state = trainer_of()
    other, same = trainer_of()
    state.draws = False
    trainer.train(2)
    other.train(2)
    np.testing.assert_array_equal(state.parameters.flat, same.parameters.flat)


def test_the_initial_loss_has_the_same_automatic_penalty():
    model = clone(CLASSIFIER).set_params(alpha="auto", max_iter=0)
    ours, theirs = (
        clone(model).set_params(engine=engine).fit(X, Y)
        for engine in ("compiled", "numpy")
    )
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=1e-12)


def test_too_few_learning_rates_are_refused():
    trainer, state = trainer_of()
    state.schedule.learning_rates = lambda t, n_samples, n_epochs: np.ones(1)
    trainer.train(1)
    with pytest.raises(ValueError, match=r"rates must be of shape \(2,\) .* \(1,\)"):
        trainer.train(2)


@TRAINERS
def test_parameters_that_changed_are_refused(trainer):
    trainer, state = trainer_of(trainer=trainer)
    state.parameters = Parameters((4, 2, 2))
    with pytest.raises(ValueError, match=r"must be of shape \(23,\) .* got \(16,\)"):
        trainer.train(1)
    state.parameters = Parameters((4, 3, 2), np.float32)
    with pytest.raises(ValueError, match="dtype"):
        trainer.train(1)
    read_only = Parameters((4, 3, 2))
    read_only.flat.flags.writeable = False
    state.parameters = read_only
    with pytest.raises(ValueError, match="writeable"):
        trainer.train(1)


@pytest.mark.parametrize(
    ("name", "at", "value"),
    [
        ("indices", 3, 4),
        ("indices", 3, -1),
        ("indptr", 2, 99),
        ("indptr", 0, 1),
        ("indptr", -1, 99),
    ],
)
@TRAINERS
def test_a_damaged_sparse_matrix_is_refused(trainer, name, at, value):
    X = sparse.csr_matrix(np.ones((9, 4)))
    getattr(X, name)[at] = value
    message = "damaged CSR matrix: it must have indices from 0 to 3 and an indptr of 10"
    with pytest.raises(ValueError, match=message):
        trainer_of(samples=Samples(X, np.ones((9, 2))), trainer=trainer)


@TRAINERS
def test_a_sparse_matrix_may_have_spare_memory(trainer):
    """Behind its last row, as after `eliminate_zeros`; it means nothing."""
    X = sparse.csr_matrix(np.eye(9, 4) + 1)
    flats = []
    for spare in (0, 3):
        X.indices = np.append(X.indices, np.full(spare, 99, X.indices.dtype))
        X.data = np.append(X.data, np.ones(spare))
        made, state = trainer_of(samples=Samples(X, np.eye(9, 2)), trainer=trainer)
        made.train(3)
        flats.append(state.parameters.flat)
    np.testing.assert_array_equal(*flats)


def test_an_index_that_32_bits_do_not_hold_is_refused():
    samples = sparse.csr_matrix(X)
    samples.indices = samples.indices.astype(np.int64)
    samples.indices[0] = 2**32 + 1
    with pytest.raises(ValueError, match="indices from 0 to 3"):
        compiled.make_predictor(Parameters((4, 2)), samples, "logistic")


@pytest.mark.parametrize(
    ("name", "kept"), [("indptr", 9), ("indptr", 0), ("indices", 35), ("data", 35)]
)
@TRAINERS
def test_a_shortened_sparse_matrix_is_refused(trainer, name, kept):
    X = sparse.csr_matrix(np.ones((9, 4)))
    setattr(X, name, getattr(X, name)[:kept])
    with pytest.raises(ValueError, match="X is a damaged CSR matrix"):
        trainer_of(samples=Samples(X, np.ones((9, 2))), trainer=trainer)


def numerous_samples(n_samples):
    """Samples that no network fits: those it fits end in subnormal, slow numbers."""
    rng = np.random.RandomState(0)
    return Samples(*(rng.standard_normal((n_samples, width)) for width in (50, 2)))


@pytest.mark.parametrize("n_samples", [100, 200_000])
def test_ctrl_c_is_heard_at_once(n_samples):
    """Within an epoch of a second, and in a long block of short epochs.

    Time is that of the process, in which it does nothing else, even on a busy machine.
    """
    trainer, _ = trainer_of((50, 200, 2), numerous_samples(n_samples))
    late = []

    def interrupt(*arguments):
        late.append(time.process_time())
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGPROF, interrupt)
    try:
        signal.setitimer(signal.ITIMER_PROF, 0.3)
        began = time.process_time()
        with pytest.raises(KeyboardInterrupt):
            trainer.train(10**6)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    assert late[0] - began < 0.4


@pytest.mark.parametrize("n_samples", [100, 20_000])
def test_after_ctrl_c_training_continues_from_the_last_finished_epoch(n_samples):
    X, Y, _ = numerous_samples(n_samples)
    model = SimpleMLPRegressor(
        (200,), alpha=0.1, max_iter=10**6, warm_start=True, random_state=0, **UNSTOPPED
    )
    handler = signal.signal(signal.SIGPROF, signal.default_int_handler)
    try:
        signal.setitimer(signal.ITIMER_PROF, 1.0)
        with pytest.warns(UserWarning, match="interrupted after"):
            model.fit(X, Y)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, handler)
    assert model.stop_reason_ == "interrupted"
    whole = clone(model).set_params(max_iter=model.n_iter_).fit(X, Y)
    assert_same_weights(model, whole)
    assert model.history_ == whole.history_
    # Both continue in the same order of samples.
    model.set_params(max_iter=1).fit(X, Y)
    assert_same_weights(model, whole.set_params(max_iter=1).fit(X, Y))


@st.composite
def estimators_and_samples(draw):
    """Any estimator that trains with sgd or adam, and samples for it."""
    n_samples = draw(st.integers(2, 40))
    rng = np.random.RandomState(draw(st.integers(0, 2**16)))
    X = rng.standard_normal((n_samples, draw(st.integers(1, 6))))
    sizes = tuple(draw(st.lists(st.integers(1, 9), max_size=3)))
    name = st.sampled_from(list(ACTIVATIONS))
    options = {
        "hidden_layer_sizes": sizes,
        "activation": draw(name | st.tuples(*[name] * len(sizes))),
        "solver": draw(st.sampled_from(["sgd", "adam"])),
        "alpha": draw(st.sampled_from([0.0, 1e-4, 0.5])),
        "batch_size": draw(st.sampled_from(["auto", 1, 3, 7, 40])),
        "learning_rate": draw(st.sampled_from(list(SCHEDULES))),
        "learning_rate_init": draw(st.sampled_from(["auto", 1e-3])),
        "shuffle": draw(st.booleans()),
        "momentum": draw(st.sampled_from([0.0, 0.5, 0.9])),
        "nesterovs_momentum": draw(st.booleans()),
        "beta_1": draw(st.sampled_from([0.0, 0.9])),
        "beta_2": draw(st.sampled_from([0.9, 0.999])),
        "fit_intercept": draw(st.booleans()),
        "init": draw(st.sampled_from(list(INITS))),
        "random_state": draw(st.integers(0, 99)),
    }
    weights = rng.randint(0, 3, n_samples).astype(float)
    weights[0] = 1
    weights = draw(st.sampled_from([None, weights]))
    dtype = draw(st.sampled_from([np.float64, np.float32]))
    n_outputs = draw(st.integers(1, 3))
    if draw(st.booleans()):
        estimator = SimpleMLPClassifier(
            **options, loss=draw(st.sampled_from(["log_loss", "squared_error"]))
        )
        y = rng.randint(0, n_outputs + 1, n_samples)
        if draw(st.booleans()):
            y = rng.randint(0, 2, (n_samples, n_outputs + 1))
    else:
        losses = [name for name, loss in LOSSES.items() if not loss.for_labels]
        estimator = SimpleMLPRegressor(**options, loss=draw(st.sampled_from(losses)))
        y = rng.randint(1, 9, (n_samples, n_outputs)) / 10
        y = y[:, 0] if n_outputs == 1 else y
        if estimator.loss != "poisson":
            outs = list(ACTIVATIONS)
            estimator.set_params(
                out_activation=draw(st.sampled_from(outs)),
                huber_threshold=draw(st.sampled_from([0.1, 1.0])),
            )
        if estimator.loss == "quantile":
            estimator.set_params(quantile=draw(st.sampled_from([0.1, 0.5])))
    return estimator, X.astype(dtype), y, weights


@pytest.mark.filterwarnings("ignore:The network has learned next to nothing")
@pytest.mark.filterwarnings("ignore:Training ended after")
@given(estimators_and_samples())
def test_engines_agree_over_all_options(problem):
    """After an epoch, and after 50 if a start moved by an ulp changes nothing much."""
    estimator, X, y, sample_weight = problem
    estimator = clone(estimator).set_params(**UNSTOPPED, max_iter=1)

    def fitted(engine, start=None, **options):
        model = clone(estimator).set_params(engine=engine, **options)
        if start is not None:
            model.set_params(coefs_init=start)
        return model.fit(X, y, sample_weight)

    exact = 1e-12 if X.dtype == np.float64 else 1e-4
    reference = fitted("numpy")
    np.testing.assert_allclose(
        weights_of(fitted("compiled")), weights_of(reference), rtol=exact, atol=exact
    )
    if X.dtype == np.float32:
        return
    start, moved = reference.coefs_, [np.nextafter(c, 9) for c in reference.coefs_]
    try:
        expected = weights_of(fitted("numpy", start, max_iter=50))
        nearby = weights_of(fitted("numpy", moved, max_iter=50))
    except ValueError:  # it diverges
        return
    if np.abs(expected - nearby).max() <= 1e-12:
        found = weights_of(fitted("compiled", start, max_iter=50))
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("width", [10, 400])
def test_large_products_are_the_same(width):
    """Below a size products are loops, above it BLAS."""
    X, y = load_digits(return_X_y=True)
    options = {"max_iter": 2, "random_state": 0, "batch_size": 100, **UNSTOPPED}
    ours = SimpleMLPClassifier((width,), engine="compiled", **options).fit(X / 16, y)
    theirs = SimpleMLPClassifier((width,), engine="numpy", **options).fit(X / 16, y)
    np.testing.assert_allclose(weights_of(ours), weights_of(theirs), atol=1e-11)


def outcome(model, X, y):
    """Return the weights after a fit, or the beginning of its error."""
    try:
        return weights_of(model.fit(X, y))
    except ValueError as error:
        return str(error).partition(":")[0]


@pytest.mark.parametrize("solver", ["sgd", "adam"])
@pytest.mark.parametrize("kind", [SimpleMLPClassifier, SimpleMLPRegressor])
@pytest.mark.parametrize("scale", [1e305, 3e307, 1.79e308])
def test_samples_near_the_end_of_the_floating_range(kind, solver, scale):
    """Sums of such samples overflow in one order of the terms, but not in another."""
    outcomes = set()
    for seed in range(20):
        rng = np.random.RandomState(seed)
        X, y = scale * np.sign(rng.standard_normal((20, 10))), rng.randint(2, size=20)
        options = {"solver": solver, "activation": ("logistic", "relu")[seed % 2]}
        model = kind((3,), max_iter=2, random_state=seed, **UNSTOPPED, **options)
        found = outcome(model.set_params(engine="compiled"), X, y)
        expected = outcome(model.set_params(engine="numpy"), X, y)
        if isinstance(expected, str):
            assert found == expected
        else:
            np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
        outcomes.add(expected if isinstance(expected, str) else "trained")
    assert ("trained" in outcomes) == (scale < 1.79e308)


@BOTH
@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_fifty_epochs_agree(estimator, y, solver):
    estimator = clone(estimator).set_params(solver=solver, max_iter=50)
    ours = clone(estimator).fit(X, y)
    theirs = clone(estimator).set_params(engine="numpy").fit(X, y)
    np.testing.assert_allclose(weights_of(ours), weights_of(theirs), atol=1e-9)
    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-9)
    assert ours.history_["learning_rate"] == theirs.history_["learning_rate"]
    assert (ours.t_, ours.n_iter_) == (theirs.t_, theirs.n_iter_)


CONTINUED = [
    {"momentum": 0.0},
    {"learning_rate": "invscaling"},
    {"learning_rate": "adaptive", "n_iter_no_change": 2, "tol": 0.1},
    {"solver": "adam"},
]


@BOTH
@pytest.mark.parametrize("options", CONTINUED, ids=str)
@pytest.mark.filterwarnings("ignore:Training stopped at max_iter")
def test_partial_fits_and_warm_starts_are_one_fit(estimator, y, options):
    estimator = clone(estimator).set_params(max_iter=8, batch_size=16, **options)
    whole = clone(estimator).fit(X, y)
    parts = clone(estimator)
    for k in range(8):
        first = {"classes": np.unique(y)} if k == 0 and y is Y else {}
        parts.partial_fit(X, y, **first)
        parts = pickle.loads(pickle.dumps(parts))
    warm = clone(estimator).set_params(max_iter=5, warm_start=True).fit(X, y)
    warm.set_params(max_iter=3).fit(X, y)
    for other in (parts, warm):
        np.testing.assert_array_equal(weights_of(other), weights_of(whole))
    assert parts.history_ == whole.history_


@BOTH
def test_one_engine_goes_on_with_a_model_of_the_other(estimator, y):
    whole = clone(estimator).set_params(max_iter=6, engine="numpy").fit(X, y)
    mixed = clone(estimator).set_params(max_iter=2, warm_start=True)
    for engine in ("compiled", "numpy", "compiled"):
        mixed.set_params(engine=engine).fit(X, y)
    np.testing.assert_allclose(weights_of(mixed), weights_of(whole), atol=1e-11)


@pytest.mark.parametrize(
    ("n_features", "velocity", "message"),
    [
        (4, np.zeros(3), r"velocity must be of shape \(51,\) .* got \(3,\)"),
        (4, np.zeros(51, np.float32), r"velocity must be .* float64, .* float32"),
        (3, np.zeros(51), r"X must be of shape \(150, 4\) .* got \(150, 3\)"),
    ],
)
def test_a_file_with_shapes_that_do_not_fit_is_refused(n_features, velocity, message):
    """Where NumPy would raise, compiled loops would read beyond the arrays."""
    model = clone(CLASSIFIER).partial_fit(X, Y, classes=np.unique(Y))
    model._continuation.state.optimizer.velocity = velocity
    model.n_features_in_ = n_features
    with pytest.raises(ValueError, match=r"can't be saved|coefs_ must be"):
        pickle.dumps(model)
    state = to_plain(vars(model)) | {"_format": 1}
    with pytest.raises(ValueError, match="damaged"):
        SimpleMLPClassifier().__setstate__(state)
    with pytest.raises(ValueError, match=message):
        model.partial_fit(X[:, :n_features], Y)


@pytest.mark.parametrize("rows", [(150, 149, 150), (150, 150, 149), (149, 150, 150)])
def test_samples_of_different_numbers_of_rows_are_refused(rows):
    n, n_outputs, n_weights = rows
    samples = Samples(X[:n], np.ones((n_outputs, 1)), np.ones(n_weights))
    state = TrainingState(
        Parameters((4, 1)), SGD(), Constant(0.1), np.random.RandomState(0)
    )
    with pytest.raises(ValueError, match="must be of shape"):
        compiled.Trainer(state, samples, Objective(), batch_size=32)


@BOTH
@pytest.mark.parametrize("tol", [1e-3, 0.05])
def test_patience_ends_in_the_same_epoch(estimator, y, tol):
    """Within a block, and with orders left over that a warm start then draws."""
    options = {"tol": tol, "n_iter_no_change": 3, "warm_start": True, "batch_size": 20}
    ours = clone(estimator).set_params(**options).fit(X, y)
    theirs = clone(estimator).set_params(engine="numpy", **options).fit(X, y)
    assert 3 < ours.n_iter_ == theirs.n_iter_ < 200
    assert ours.best_loss_ == pytest.approx(theirs.best_loss_, rel=1e-9)
    for model in (ours, theirs):
        model.set_params(max_iter=2, n_iter_no_change=np.inf).fit(X, y)
    np.testing.assert_allclose(weights_of(ours), weights_of(theirs), atol=1e-9)


class Observer:
    """A callback that raises or stops at the end of an epoch."""

    def __init__(self, epoch=None, error=None):
        self.epoch, self.error, self.losses = epoch, error, []

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        if context.task_name == "epoch":
            self.losses.append(fitted_estimator.loss_)
            if context.task_id == self.epoch and self.error is not None:
                raise self.error
            return context.task_id == self.epoch
        return None


@pytest.mark.callbacks
@BOTH
def test_who_looks_on_changes_nothing(estimator, y, capsys):
    model = clone(estimator).set_params(max_iter=6).fit(X, y)
    observer = Observer()
    watched = clone(estimator).set_params(max_iter=6).set_callbacks(observer).fit(X, y)
    verbose = clone(estimator).set_params(max_iter=6, verbose=True).fit(X, y)
    assert observer.losses == model.loss_curve_
    for other in (watched, verbose):
        np.testing.assert_array_equal(weights_of(other), weights_of(model))
    *epochs, end = capsys.readouterr().out.splitlines()
    assert len(epochs) == 6
    assert end == "Stopped after 6 epochs: max_iter."
    stopped = clone(estimator).set_callbacks(Observer(epoch=2)).fit(X, y)
    assert stopped.n_iter_ == 3


@pytest.mark.parametrize("scoring", ["loss", None])
@pytest.mark.parametrize(
    ("estimator", "y"),
    [
        (CLASSIFIER, Y),
        (clone(CLASSIFIER).set_params(loss="squared_error"), Y),
        (REGRESSOR, NUMBERS),
    ],
    ids=["class", "sigmoid", "number"],
)
def test_early_stopping_is_that_of_the_numpy_engine(estimator, y, scoring):
    options = {"early_stopping": True, "n_iter_no_change": 5, "tol": 1e-4}
    options["scoring"] = scoring
    ours = clone(estimator).set_params(**options).fit(X, y)
    theirs = clone(estimator).set_params(engine="numpy", **options).fit(X, y)
    assert ours.best_epoch_ == theirs.best_epoch_
    np.testing.assert_allclose(ours.validation_scores_, theirs.validation_scores_)
    np.testing.assert_allclose(weights_of(ours), weights_of(theirs), atol=1e-9)


@pytest.mark.callbacks
@BOTH
def test_a_fit_that_fails_leaves_everything_as_it_was(estimator, y):
    model = clone(estimator).set_params(max_iter=3, warm_start=True).fit(X, y)
    model.set_callbacks(Observer(1, RuntimeError("boom")))
    before = dict(model.__dict__)
    kept = model._continuation.state.parameters.flat.copy()
    with pytest.raises(RuntimeError, match="boom"):
        model.fit(X, y)
    with pytest.raises(ValueError, match=r"diverged in epoch \d.*1e\+200"):
        model.set_callbacks().set_params(learning_rate_init=1e200).fit(X, y)
    model.set_params(learning_rate_init="auto").set_callbacks(*before["_skl_callbacks"])
    assert model.__dict__ == before
    np.testing.assert_array_equal(model._continuation.state.parameters.flat, kept)


@pytest.mark.callbacks
@BOTH
def test_ctrl_c_keeps_the_last_finished_epoch(estimator, y):
    model = clone(estimator).set_params(max_iter=9, warm_start=True, batch_size=20)
    three = clone(model).set_params(max_iter=3).fit(X, y)
    model.set_callbacks(Observer(2, KeyboardInterrupt()))
    with pytest.warns(UserWarning, match="interrupted after 3 epochs"):
        model.fit(X, y)
    for other in (model.set_callbacks(), three):
        other.set_params(max_iter=2).fit(X, y)
    np.testing.assert_array_equal(weights_of(model), weights_of(three))


SCRIPT = """
import sys
from sklearn.datasets import load_diabetes
from sknn_simple import SimpleMLPRegressor
X, y = load_diabetes(return_X_y=True)
m = SimpleMLPRegressor((16,), engine="compiled", random_state=5, max_iter=30,
                       n_iter_no_change=float("inf")).fit(X, y)
sys.stdout.buffer.write(m.predict(X).tobytes())
"""


def test_same_bits_in_another_process():
    X, y = load_diabetes(return_X_y=True)
    model = SimpleMLPRegressor(
        (16,), engine="compiled", random_state=5, max_iter=30, **UNSTOPPED
    ).fit(X, y)
    other = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True)
    assert other.returncode == 0, other.stderr.decode()
    assert other.stdout == model.predict(X).tobytes()


@pytest.mark.parametrize("as_sparse", [False, True])
def test_lbfgs_takes_the_same_path_on_both_engines(as_sparse):
    rows = sparse.csr_matrix(X) if as_sparse else X
    options = {"solver": "lbfgs", "max_iter": 5}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        ours = clone(REGRESSOR).set_params(**options).fit(rows, NUMBERS)
        theirs = clone(REGRESSOR).set_params(engine="numpy", **options).fit(X, NUMBERS)
    np.testing.assert_allclose(weights_of(ours), weights_of(theirs), rtol=1e-9)


def test_read_only_samples():
    samples = X.copy()
    samples.flags.writeable = False
    ours = clone(REGRESSOR).set_params(max_iter=3).fit(samples, NUMBERS)
    theirs = clone(REGRESSOR).set_params(max_iter=3).fit(X, NUMBERS)
    np.testing.assert_array_equal(weights_of(ours), weights_of(theirs))


@pytest.mark.parametrize("rows", [X, sparse.csr_matrix(X)], ids=["dense", "sparse"])
def test_auto_is_the_compiled_engine(rows):
    auto = clone(REGRESSOR).set_params(engine="auto", max_iter=3)
    np.testing.assert_array_equal(
        weights_of(clone(auto).fit(rows, NUMBERS)),
        weights_of(clone(auto).set_params(engine="compiled").fit(rows, NUMBERS)),
    )


@pytest.mark.parametrize("n_samples", [8_000, 100_000])
def test_float32_sums_over_many_samples_keep_their_digits(n_samples):
    """One by one, they would lose three of them."""
    X = np.full((n_samples, 1), 0.5, np.float32)
    y = np.full(n_samples, 0.3)
    y[0] = 7
    model = SimpleMLPRegressor(
        (), batch_size=n_samples, normalize_y=False, momentum=0.0, max_iter=1
    ).set_params(learning_rate_init=1.0, random_state=0, alpha=0.0, **UNSTOPPED)
    found = weights_of(clone(model).set_params(engine="compiled").fit(X, y))
    expected = weights_of(
        clone(model).set_params(engine="numpy").fit(X.astype(float), y)
    )
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_the_trainer_takes_what_the_other_takes():
    """Other dtypes than that of the parameters, in any byte order and layout."""
    rng = np.random.RandomState(0)
    X, Y = rng.standard_normal((9, 4)), rng.standard_normal((9, 2))
    start = draw_parameters((4, 3, 2), rng, "lecun_uniform")
    flats = []
    for trainer, samples in [
        (Trainer, Samples(X.astype(np.float32).astype(float), Y)),
        (compiled.Trainer, Samples(np.asfortranarray(X, np.float32), Y.astype(">f8"))),
    ]:
        rng = np.random.RandomState(1)
        state = TrainingState(start.copy(), SGD(), Constant(0.1), rng)
        trainer(state, samples, Objective(), batch_size=4).train(2)
        flats.append(state.parameters.flat)
    np.testing.assert_allclose(*flats, rtol=1e-12)


@pytest.mark.parametrize("averages", [False, True])
def test_both_engines_count_the_epochs_in_the_average(averages):
    samples = Samples(X, NUMBERS[:, None])
    for trainer in (Trainer, compiled.Trainer):
        parameters = Parameters((4, 1))
        state = TrainingState(parameters, SGD(), Constant(0.01), None)
        state.average = parameters.flat.copy() if averages else None
        trainer(state, samples, Objective(), batch_size=150).train(3)
        assert state.n_averaged == 3 * averages


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_predictions_are_those_of_the_numpy_engine(activation, container, dtype):
    """Of few samples, and of many, which the loops predict; with and without biases."""
    rng = np.random.RandomState(0)
    X = rng.standard_normal((engines.MANY // 8, 5)).astype(dtype)
    network = draw_parameters((5, 7, 6, 2), rng, activation=activation, dtype=dtype)
    for n_samples, intercepts in (
        (3, network.intercepts),
        (len(X), []),
        (len(X), None),
    ):
        part = container(X[:n_samples])
        of_network = network.intercepts if intercepts is None else intercepts
        found, expected = (
            engine.predict(part, network.coefs, of_network, activation)
            for engine in (ENGINES["compiled"], ENGINES["numpy"])
        )
        assert found.dtype == expected.dtype == dtype
        exact = 100 * np.finfo(dtype).eps
        np.testing.assert_allclose(found, expected, rtol=exact, atol=exact)


def test_predictors_follow_the_parameters():
    rng = np.random.RandomState(0)
    start = draw_parameters((X.shape[1], 4, 2), rng)
    of_numpy, ours = (
        engine.make_predictor(start, X, "tanh") for engine in ENGINES.values()
    )
    for flat in (start.flat, rng.standard_normal(start.flat.size)):
        np.testing.assert_allclose(ours(flat), of_numpy(flat), rtol=1e-12)


def test_a_model_of_a_machine_with_the_compiled_engine_predicts(monkeypatch):
    model = clone(REGRESSOR).set_params(engine="compiled", max_iter=3).fit(X, NUMBERS)
    many = np.tile(X, (engines.MANY // len(X), 1))
    expected = model.predict(many)
    monkeypatch.delitem(ENGINES, "compiled")
    np.testing.assert_allclose(model.predict(many), expected)


def test_without_the_compiled_engine(monkeypatch):
    """The error names a next step; "auto" does without."""
    monkeypatch.delitem(ENGINES, "compiled")
    with pytest.raises(ImportError, match=r"was not built.*compiler.*'numpy'"):
        clone(REGRESSOR).fit(X, NUMBERS)
    auto = clone(REGRESSOR).set_params(engine="auto", max_iter=3)
    on_numpy = clone(auto).set_params(engine="numpy")
    np.testing.assert_array_equal(
        weights_of(auto.fit(X, NUMBERS)), weights_of(on_numpy.fit(X, NUMBERS))
    )


def test_codes_are_those_of_the_loops(monkeypatch):
    """A function that only the NumPy engine knows is refused, not mistaken."""
    known = {"loss": LOSSES, "activation": ACTIVATIONS, "out_activation": ACTIVATIONS}
    samples = Samples(np.ones((9, 4)), np.ones((9, 2)))
    state = TrainingState(Parameters((4, 3, 2)), SGD(), Constant(0.1), None)
    for name, registry in known.items():
        entry = next(iter(registry.values()))
        new = replace(entry, function=functools.partial(entry.function))
        monkeypatch.setitem(registry, "new", new)
        objective = SimpleNamespace(**vars(Objective()) | {name: "new"})
        with pytest.raises(ValueError, match="engine='numpy'"):
            compiled.Trainer(state, samples, objective)


@BOTH
@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_blocks_of_epochs_end_where_a_search_looks(estimator, y, solver):
    grid = {"max_iter": [1, 7, 50, 51], "learning_rate": ["constant", "invscaling"]}
    model = clone(estimator).set_params(solver=solver, batch_size=16)
    results = [
        kind(model, grid, cv=2, refit=False, scoring=last_loss).fit(X, y).cv_results_
        for kind in (GridSearchCV, EpochSearchCV)
    ]
    for name in ("split0_test_score", "split1_test_score"):
        np.testing.assert_array_equal(results[0][name], results[1][name])


def last_loss(estimator, X, y):
    return estimator.loss_ + weights_of(estimator).sum()
