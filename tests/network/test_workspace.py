"""Memory that the passes reuse."""

import numpy as np
import pytest
from support import make_problem

from sknn_simple.network import Workspace, draw_parameters, loss_and_gradient
from sknn_simple.network.workspace import add_multiple


def test_workspace_gives_the_same_as_new_arrays():
    X, Y, weights = make_problem("squared_error")
    parameters = draw_parameters((3, 4, 3), np.random.RandomState(0))
    plain = loss_and_gradient(parameters, X, Y, weights)
    reused = loss_and_gradient(
        parameters,
        X,
        Y,
        weights,
        gradient=parameters.zeros_like(),
        workspace=Workspace((3, 4, 3), 7, np.float64),
    )
    assert plain[0] == reused[0]
    np.testing.assert_array_equal(plain[1].flat, reused[1].flat)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("stride", [1, 2])
def test_add_multiple_writes_to_any_vector(dtype, stride):
    vector = np.arange(10, dtype=dtype)[::stride]
    expected = vector + 3 * np.ones(len(vector))
    add_multiple(vector, 3, np.ones(len(vector), dtype))
    np.testing.assert_array_equal(vector, expected)
