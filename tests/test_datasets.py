"""The tutorials' tables and the generators that grow them."""

import numpy as np
import pytest

from sknn_simple import datasets

LOADERS = [name for name in datasets.__all__ if name.startswith("load_")]


@pytest.mark.parametrize("name", LOADERS)
def test_loaders_return_a_bunch(name):
    load = getattr(datasets, name)
    bunch = load()
    assert bunch.data.dtype == np.float64
    assert bunch.data.shape == (len(bunch.target), len(bunch.feature_names))
    assert bunch.data_new.shape[1] == len(bunch.feature_names)
    assert "(20" in bunch.DESCR  # the year of the source
    assert bunch.frame is None
    X, y = load(return_X_y=True)
    np.testing.assert_array_equal(X, bunch.data)
    np.testing.assert_array_equal(y, bunch.target)
    bunch.data[:] = 99
    assert (load().data != 99).all()


@pytest.mark.parametrize("name", LOADERS)
def test_loaders_return_frames(name):
    bunch = getattr(datasets, name)(as_frame=True)
    assert list(bunch.data.columns) == bunch.feature_names
    assert bunch.frame.shape == (len(bunch.target), len(bunch.feature_names) + 1)
    np.testing.assert_array_equal(bunch.frame.iloc[:, -1], bunch.target)


def test_the_rules_that_the_tables_follow():
    X, y = datasets.load_third_input_wins(return_X_y=True)
    np.testing.assert_array_equal(X[:, 2], [1, 0, 1])
    np.testing.assert_array_equal(y, X[:, 2])
    X, y = datasets.load_first_input_wins(return_X_y=True)
    np.testing.assert_array_equal(y, X[:, 0])
    assert datasets.load_soft_targets().target.tolist() == [1, 0.7, 1, 0]
    people = datasets.load_four_people()
    pounds, inches = [133, 160, 152, 120], [65, 72, 70, 60]
    np.testing.assert_array_equal(
        people.data, np.column_stack([pounds, inches]) - [135, 66]
    )
    assert people.target_names[people.target].tolist() == [
        "female",
        "male",
        "male",
        "female",
    ]
    assert people.data_new.tolist() == [[-7, -3], [20, 2]]


@pytest.mark.parametrize("winner", [0, 2])
def test_make_input_wins(winner):
    X, y = datasets.make_input_wins(5000, winner=winner, n_features=4, random_state=0)
    np.testing.assert_array_equal(y, X[:, winner])
    np.testing.assert_allclose(X.mean(axis=0), 0.5, atol=0.03)
    _, noisy = datasets.make_input_wins(
        5000, winner=winner, n_features=4, flip_y=0.4, random_state=0
    )
    assert np.mean(noisy != y) == pytest.approx(0.2, abs=0.02)
    with pytest.raises(ValueError, match="winner must be a column, 0 to 2, got 3"):
        datasets.make_input_wins(winner=3)
    with pytest.raises(ValueError, match="flip_y"):
        datasets.make_input_wins(flip_y=2)


def test_make_people_draws_from_the_documented_distributions():
    X, y = datasets.make_people(40000, random_state=0)
    pounds, inches = X[:, 0] + 135, X[:, 1] + 66
    for sex, weight, height, spread in ((1, 170.8, 63.5, 2.8), (0, 199.8, 69.0, 3.0)):
        of = y == sex
        assert pounds[of].mean() == pytest.approx(weight, abs=1)
        assert pounds[of].std() == pytest.approx(40, abs=1)
        assert inches[of].mean() == pytest.approx(height, abs=0.1)
        assert inches[of].std() == pytest.approx(spread, abs=0.1)
        correlation = np.corrcoef(pounds[of], inches[of])[0, 1]
        assert correlation == pytest.approx(0.5, abs=0.03)
    assert y.mean() == pytest.approx(0.5, abs=0.01)
    again = datasets.make_people(40000, random_state=0)
    np.testing.assert_array_equal(again[0], X)
