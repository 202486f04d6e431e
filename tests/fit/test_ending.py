"""The end of a training, read from the learning rates of its epochs."""

import pytest

from sknn_simple._fit.ending import Ending


@pytest.mark.parametrize("stop_reason", ["patience", "max_iter", "callback"])
def test_a_rate_that_has_not_settled_leaves_the_reason_to_the_stop(stop_reason):
    for rates, settles in (([], True), ([0.1, 0.1], True), ([0.1, 0.02], False)):
        ending = Ending.of(rates, stop_reason, settles=settles)
        assert not ending.has_settled
        assert ending.n_at_first_rate == len(rates)
        assert ending.lost_patience == (stop_reason == "patience")
        assert ending.ran_out_of_epochs == (stop_reason == "max_iter")


@pytest.mark.parametrize("stop_reason", ["patience", "max_iter"])
@pytest.mark.parametrize(("settles_after", "in_time"), [(4, True), (3, False)])
def test_a_rate_that_has_settled_ended_by_its_first_drop(
    stop_reason, settles_after, in_time
):
    """Either patience lowered it before it was due, or it was due."""
    rates = [0.1, 0.1, 0.1, 0.005, 0.005]
    ending = Ending.of(rates, stop_reason, settles=True, settles_after=settles_after)
    assert ending.has_settled
    assert ending.n_at_first_rate == 3
    assert ending.lost_patience == in_time
    assert ending.ran_out_of_epochs != in_time
