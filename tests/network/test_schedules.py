"""Schedules of the learning rate."""

import numpy as np
import pytest

from sknn_simple.network import SCHEDULES, Adaptive, Constant, InvScaling, Settling


def test_schedules():
    assert Constant(0.1).learning_rate(1000) == 0.1
    assert Constant(0.1).slower() is None
    assert InvScaling(0.1, 0.5).learning_rate(99) == pytest.approx(0.01)
    adaptive = Adaptive(1e-5)
    assert adaptive.slower().learning_rate(0) == pytest.approx(2e-6)
    assert adaptive.slower().slower().slower() is None
    settling = Settling(1e-5)
    assert settling.slower().learning_rate(0) == pytest.approx(5e-7)
    assert settling.slower().slower() is None  # below 1e-6
    settling = Settling(1.0).slower().slower()
    assert settling.learning_rate(0) == pytest.approx(1 / 400)
    assert settling.slower() is None


@pytest.mark.parametrize("kind", SCHEDULES.values())
def test_a_schedule_drops_on_a_plateau_if_it_can_be_slower(kind):
    assert (kind(0.1).slower() is not None) == kind.drops_on_plateau


def test_rates_too_small_for_a_float():
    assert InvScaling(0.1, 200).learning_rate(99) == 0
    assert InvScaling(0.1, 10**300).learning_rates(0, 10, 2).tolist() == [0.1, 0]


@pytest.mark.parametrize(
    "schedule", [Constant(0.1), InvScaling(0.1), Adaptive(0.1), Settling(0.1, 0.05)]
)
def test_rates_of_a_block_are_those_of_its_epochs(schedule):
    expected = [schedule.learning_rate(t) for t in (30, 37, 44)]
    rates = schedule.learning_rates(30, 7, 3)
    assert rates.dtype == np.float64
    assert rates.tolist() == expected
