"""The parameters of the network: one vector and its views."""

import numpy as np
import pytest

from sknn_simple import SimpleMLPClassifier
from sknn_simple.network import Parameters


def test_parameters_are_views_of_one_vector():
    parameters = Parameters((2, 3, 1))
    parameters.flat[:] = np.arange(13)
    np.testing.assert_array_equal(parameters.coefs[0], [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(parameters.coefs[1], [[6], [7], [8]])
    np.testing.assert_array_equal(parameters.intercepts[0], [9, 10, 11])
    np.testing.assert_array_equal(parameters.intercepts[1], [12])
    np.testing.assert_array_equal(parameters.flat_coefs, np.arange(9))
    parameters.coefs[1][0, 0] = -1
    assert parameters.flat[6] == -1
    assert Parameters((2, 3, 1), fit_intercept=False).flat.shape == (9,)
    rebuilt = Parameters.from_arrays(parameters.coefs, parameters.intercepts)
    np.testing.assert_array_equal(rebuilt.flat, parameters.flat)


def _read_only(n):
    vector = np.zeros(n)
    vector.flags.writeable = False
    return vector


@pytest.mark.parametrize(
    ("flat", "error", "message"),
    [
        (np.zeros(13)[::-1], ValueError, "contiguous"),
        (np.zeros(26)[::2], ValueError, "contiguous"),
        (np.broadcast_to(0.0, 13), ValueError, "writeable"),
        (_read_only(13), ValueError, "writeable"),
        (np.zeros(12), ValueError, r"of shape \(13,\) .*, got shape \(12,\)"),
        (np.zeros((13, 1)), ValueError, r"of shape \(13,\)"),
        (np.zeros(13, int), TypeError, "float64 or float32, got int64"),
        (np.zeros(13, ">f8"), TypeError, "float64 or float32, got >f8"),
        ([0.0] * 13, TypeError, "float64 or float32, got list"),
    ],
)
def test_a_vector_that_loops_cannot_write_to_is_refused(flat, error, message):
    """Compiled loops wrote to its neighbours, or failed."""
    with pytest.raises(error, match=f"flat must be .*{message}"):
        Parameters((2, 3, 1), flat=flat)
    with pytest.raises(error, match=f"flat must be .*{message}"):
        Parameters((2, 3, 1)).view(flat)


@pytest.mark.parametrize(
    "layer_sizes",
    [(4, -3, 30), (0, 1), (3,), (), (2.0, 1), ("2", "1"), (2, None), (2, True)],
)
def test_layer_sizes_are_checked(layer_sizes):
    with pytest.raises(ValueError, match="layer_sizes must hold at least two integers"):
        Parameters(layer_sizes)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8])
def test_products_of_small_integers_do_not_overflow(dtype):
    """100 * 100 is 16 in int8: the compiled engine wrote beside its buffers."""
    parameters = Parameters(np.array([100, 100, 1], dtype))
    assert parameters.flat.size == 100 * 100 + 100 + 101
    assert [type(size) for size in parameters.layer_sizes] == [int] * 3


def test_more_parameters_than_an_array_can_hold():
    with pytest.raises(ValueError, match=r"layer_sizes .* more parameters than"):
        Parameters((2**62, 2))
    with pytest.raises(ValueError, match=r"layer_sizes .* more parameters than"):
        Parameters((10**400, 2))
    network = SimpleMLPClassifier((2**62,))
    with pytest.raises(ValueError, match="hidden_layer_sizes is too large"):
        network.fit([[0.0], [1.0]], [0, 1])
