"""The parameters of the network: one vector and its views."""

import numpy as np

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
