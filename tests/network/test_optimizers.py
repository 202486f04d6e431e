"""Steps of the optimizers by hand, and their copies and snapshots."""

import numpy as np
import pytest

from sknn_simple.network import SGD, Adam, Adaptive


def test_sgd_with_momentum_by_hand():
    parameters = np.array([1.0])
    sgd = SGD(momentum=0.5)
    sgd.step(parameters, np.array([2.0]), 0.1)  # velocity -0.2
    sgd.step(parameters, np.array([2.0]), 0.1)  # velocity -0.1 - 0.2
    assert parameters[0] == pytest.approx(1 - 0.2 - 0.3)
    parameters = np.array([1.0])
    nesterov = SGD(momentum=0.5, nesterovs_momentum=True)
    nesterov.step(parameters, np.array([2.0]), 0.1)  # 0.5 * -0.2 - 0.2
    assert parameters[0] == pytest.approx(1 - 0.3)


def test_adams_first_step_has_the_size_of_the_rate():
    parameters = np.array([1.0, 1.0])
    Adam().step(parameters, np.array([1e-3, -500.0]), 0.1)
    np.testing.assert_allclose(parameters, [0.9, 1.1], atol=1e-4)


@pytest.mark.parametrize("optimizer", [SGD(momentum=0.9), Adam()])
def test_an_optimizers_state_has_the_dtype_of_the_parameters(optimizer):
    parameters = np.ones(3, np.float32)
    optimizer.step(parameters, np.ones(3, np.float32), 0.1)
    kept = [part for part in vars(optimizer).values() if isinstance(part, np.ndarray)]
    assert kept
    assert {part.dtype for part in kept} == {np.dtype(np.float32)}


@pytest.mark.parametrize("optimizer", [SGD(momentum=0.9), Adam()])
@pytest.mark.parametrize("n_before", [0, 1, 2])
def test_an_optimizer_is_restored_from_a_snapshot(optimizer, n_before):
    """Also from one taken before its first step. The judge made no further step."""
    expected, parameters = np.zeros(3), np.zeros(3)
    judge, optimizer = optimizer.copy(), optimizer.copy()
    for _ in range(n_before):
        judge.step(expected, np.array([1.0, 2.0, -3.0]), 0.1)
        optimizer.step(parameters, np.array([1.0, 2.0, -3.0]), 0.1)
    snapshot = optimizer.snapshot()
    optimizer.step(parameters.copy(), np.array([5.0, -5.0, 1.0]), 0.1)
    optimizer.restore(snapshot)
    judge.step(expected, np.array([4.0, 1.0, 1.0]), 0.1)
    optimizer.step(parameters, np.array([4.0, 1.0, 1.0]), 0.1)
    np.testing.assert_array_equal(parameters, expected)


@pytest.mark.parametrize("optimizer", [SGD(momentum=0.9), Adam()])
def test_an_optimizer_may_be_restored_from_a_snapshot_twice(optimizer):
    optimizer.step(np.zeros(3), np.array([1.0, 2.0, -3.0]), 0.1)
    snapshot, moved = optimizer.snapshot(), []
    for _ in range(2):
        optimizer.restore(snapshot)
        parameters = np.zeros(3)
        optimizer.step(parameters, np.array([4.0, 1.0, 1.0]), 0.1)
        moved.append(parameters)
    np.testing.assert_array_equal(*moved)


def test_copies_of_optimizers_take_other_options():
    adam = Adam(beta_1=0.5).copy(beta_2=0.7)
    assert (adam.beta_1, adam.beta_2) == (0.5, 0.7)
    assert SGD(momentum=0.3).copy(momentum=0.4).momentum == 0.4
    slower = Adaptive(1.1e-6).slower()
    assert slower.learning_rate(0) == pytest.approx(2.2e-7)
    assert slower.slower() is None
    assert Adaptive(1e-6).slower() is None
