"""Epochs, minibatches and patience, without an estimator."""

import numpy as np
import pytest
from support import ENGINES, iris, make_problem

from sknn_simple import network
from sknn_simple.network import (
    DONE,
    NOT_FINITE,
    PATIENCE_RAN_OUT,
    SGD,
    Constant,
    Objective,
    Parameters,
    Patience,
    Samples,
    Trainer,
    TrainingState,
    draw_parameters,
    epochs,
    loss_and_gradient,
)


def test_patience_is_exact():
    patience = Patience(tol=0.1, n_epochs=2)
    # The loss falls by more than tol, then twice by less.
    assert [patience.runs_out(x) for x in (5, 4, 3.95, 3.87)] == [False] * 3 + [True]
    patience = Patience(tol=0.0, n_epochs=3)
    assert [patience.runs_out(x) for x in (1, 1, 1, 1)] == [False] * 3 + [True]


def test_an_epochs_loss_is_the_mean_over_its_minibatches():
    """With a learning rate of almost 0, minibatches have the loss of the whole."""
    X, Y, weights = make_problem("squared_error")
    weights[:2] = 0  # the first minibatch is skipped
    parameters = draw_parameters((3, 4, 3), np.random.RandomState(0))
    objective = Objective(alpha=0.5)
    expected, _ = loss_and_gradient(parameters, X, Y, weights, objective)
    state = TrainingState(
        parameters.copy(), SGD(), Constant(1e-300), np.random.RandomState(0)
    )
    run = epochs(state, Samples(X, Y, weights), objective, batch_size=2, shuffle=False)
    assert next(run).loss == pytest.approx(expected, rel=1e-14)
    np.testing.assert_array_equal(state.parameters.flat, parameters.flat)
    assert state.t == 7


def train_on(engine, samples, batch_size=2, dtype=np.float64):
    """Train a (3, 2, 1) network for an epoch; return its parameters."""
    parameters = draw_parameters((3, 2, 1), np.random.RandomState(0), dtype=dtype)
    state = TrainingState(parameters, SGD(), Constant(0.1), np.random.RandomState(0))
    train = network.ENGINES[engine].trainer
    train(state, samples, Objective(), batch_size=batch_size).train(1)
    return parameters.flat


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("n_rows", "weight", "batch_size", "message"),
    [
        (4, 1, 0, "batch_size must be an integer of at least 1, got 0"),
        (4, 1, 2.5, "batch_size must be an integer of at least 1, got 2.5"),
        (0, 1, 2, "X must have at least one row, got 0"),
        (4, 0, 2, "The sample weights must not sum to 0"),
    ],
)
def test_all_engines_refuse_with_the_same_words(
    engine, n_rows, weight, batch_size, message
):
    ones = np.ones((n_rows, 4))
    samples = Samples(ones[:, :3], ones[:, :1], weight * ones[:, 0])
    with pytest.raises(ValueError, match=message):
        train_on(engine, samples, batch_size)


@pytest.mark.parametrize("engine", ENGINES)
def test_samples_of_another_dtype_are_converted(engine):
    X = np.array([[0, 1, 2], [2, 0, 1], [1, 1, 0]])
    Y, weights = np.array([[1], [0], [1]]), np.array([1, 2, 1])
    flats = []
    for dtype in (np.float32, np.float64, np.int64):
        samples = Samples(X.astype(dtype), Y.astype(dtype), weights.astype(dtype))
        flats.append(train_on(engine, samples, dtype=np.float32))
        np.testing.assert_array_equal(flats[-1], flats[0])


@pytest.mark.parametrize("engine", ENGINES)
def test_sizes_may_be_integers_of_one_byte(engine):
    """Where they overflowed, the compiled engine wrote beside its buffers."""
    X, y = iris()
    ends = []
    for integer in (int, np.int8):
        sizes = [integer(4), integer(100), integer(3)]
        parameters = draw_parameters(sizes, np.random.RandomState(0))
        rng = np.random.RandomState(0)
        state = TrainingState(parameters, SGD(), Constant(0.1), rng)
        trainer = network.ENGINES[engine].trainer(
            state, Samples(X, np.eye(3)[y]), Objective(), batch_size=integer(100)
        )
        trainer.train(integer(2))
        ends.append(parameters.flat)
    np.testing.assert_array_equal(*ends)


@pytest.mark.parametrize("engine", set(ENGINES) & {"compiled"})
def test_the_compiled_engine_checks_attributes_that_a_caller_changed(engine):
    parameters = Parameters([2, 3, 1])
    parameters.layer_sizes = (2, 1000, 1)
    state = TrainingState(parameters, SGD(), Constant(0.1), None)
    samples = Samples(np.ones((3, 2)), np.ones((3, 1)))
    with pytest.raises(ValueError, match=r"flat must be .* of shape \(4001,\)"):
        network.ENGINES[engine].trainer(state, samples, Objective(), batch_size=1)


def test_minibatch_steps_add_up_to_the_full_gradient():
    X, Y, weights = make_problem("squared_error")
    weights += 1  # a minibatch of weight zero makes no step at all
    parameters = draw_parameters((3, 4, 3), np.random.RandomState(0))
    _, full = loss_and_gradient(parameters, X, Y, weights, Objective(alpha=0.5))
    rate = 1e-7
    state = TrainingState(
        parameters.copy(), SGD(), Constant(rate), np.random.RandomState(0)
    )
    run = epochs(state, Samples(X, Y, weights), Objective(alpha=0.5), batch_size=1)
    next(run)
    mean_step = (parameters.flat - state.parameters.flat) / rate / 7
    np.testing.assert_allclose(mean_step, full.flat, atol=2e-6)


def test_epochs_equal_a_trainers_and_are_shuffled_by_default():
    X, Y, _ = make_problem("squared_error")
    samples, flats = Samples(X, Y, None), {}

    def state():
        parameters = draw_parameters((3, 4, 3), np.random.RandomState(0))
        rng = np.random.RandomState(0)
        return TrainingState(parameters, SGD(), Constant(0.1), rng)

    for shuffle in (True, False):
        trained = state()
        Trainer(trained, samples, Objective(), batch_size=2, shuffle=shuffle).train(1)
        flats[shuffle] = trained.parameters.flat
    assert (flats[True] != flats[False]).any()
    for options in ({}, {"shuffle": True}, {"shuffle": False}):
        trained = state()
        next(epochs(trained, samples, Objective(), batch_size=2, **options))
        expected = flats[options.get("shuffle", True)]
        np.testing.assert_array_equal(trained.parameters.flat, expected)
        trained = state()
        Trainer(trained, samples, Objective(), batch_size=2, **options).train(1)
        np.testing.assert_array_equal(trained.parameters.flat, expected)


def test_a_state_is_finite_if_all_its_numbers_are():
    """Even if products of them overflow."""
    parameters = Parameters((1, 1))
    state = TrainingState(parameters, SGD(), Constant(0.1), np.random.RandomState(0))
    for flat, loss, expected in [
        ([1e200, -1e200], 1.0, True),
        ([1e200, np.inf], 1.0, False),
        ([np.nan, 0.0], 1.0, False),
        ([0.0, 0.0], np.inf, False),
        ([1e200, 0.0], np.nan, False),
    ]:
        parameters.flat[:] = flat
        with np.errstate(over="ignore", invalid="ignore"):
            assert state.is_finite(loss) is expected


@pytest.mark.parametrize("vector", [np.zeros(3), np.zeros(15, np.float32)])
def test_vectors_of_an_optimizer_that_do_not_fit(vector):
    state = TrainingState(
        Parameters((4, 3)), SGD(0.9, velocity=vector), Constant(0.1), None
    )
    samples = Samples(np.ones((9, 4)), np.ones((9, 3)))
    trainer = Trainer(state, samples, Objective(), batch_size=9)
    with pytest.raises(
        ValueError, match=r"velocity must be of shape .* and dtype float64"
    ):
        trainer.train(1)


def test_how_a_block_of_epochs_ends():
    X, Y, _ = make_problem("squared_error")
    for rate, patience, ending in [
        (0.1, None, DONE),
        (0.1, Patience(0.0, 5), DONE),
        (1e-300, Patience(1e-4, 5), PATIENCE_RAN_OUT),
        (1e300, None, NOT_FINITE),
    ]:
        parameters = draw_parameters((3, 4, 3), np.random.RandomState(0))
        rng = np.random.RandomState(0)
        state = TrainingState(parameters, SGD(), Constant(rate), rng)
        with np.errstate(over="ignore", invalid="ignore"):
            trainer = Trainer(state, Samples(X, Y), Objective(), batch_size=7)
            block = trainer.train(10, patience)
        assert block.ending == ending
        assert (
            len(block.losses) == {DONE: 10, PATIENCE_RAN_OUT: 6, NOT_FINITE: 2}[ending]
        )
        # A full batch needs no order.
        assert not state.draws
        assert rng.rand() == np.random.RandomState(0).rand()
