"""The tutorials' tables and the generators that grow them."""

import inspect
import pickle
import sys

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


@pytest.mark.parametrize("name", LOADERS)
def test_loaders_are_documented_functions(name):
    load = getattr(datasets, name)
    bunch = load()
    assert inspect.isfunction(load)
    assert pickle.loads(pickle.dumps(load)) is load
    assert list(inspect.signature(load).parameters) == ["return_X_y", "as_frame"]
    assert load.__doc__.startswith("Load ")
    for documented in (*bunch, *inspect.signature(load).parameters):
        assert documented in load.__doc__
    for array in (bunch.data, bunch.target, bunch.data_new):
        assert f"ndarray of shape {array.shape}" in load.__doc__
    title, underline, *text = bunch.DESCR.splitlines()
    assert f"load_{title.lower().replace(' ', '_')}" == name
    assert underline == "-" * len(title)
    assert text[0] in load.__doc__


def test_frames_need_pandas(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"as_frame=True needs .* pip install pandas"):
        datasets.load_four_people(as_frame=True)
    assert datasets.load_four_people().frame is None


def test_frames_are_labelled():
    people = datasets.load_four_people(as_frame=True)
    assert people.frame.columns.tolist() == ["weight", "height", "female"]
    assert people.frame.index.tolist() == people.target.index.tolist() == people.names
    assert people.data_new.index.tolist() == people.names_new
    X, y = datasets.load_four_people(return_X_y=True, as_frame=True)
    assert X.equals(people.data)
    assert y.equals(people.target)
    assert y.name == "female"


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


@pytest.mark.parametrize("make", [datasets.make_input_wins, datasets.make_people])
@pytest.mark.parametrize("n_samples", [0, -1, 2.5, "3", None])
def test_generators_need_samples(make, n_samples):
    with pytest.raises(ValueError, match="n_samples must be an integer of at least 1"):
        make(n_samples)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_features", 0),
        ("n_features", 1.5),
        ("winner", -1),
        ("winner", 0.5),
        ("flip_y", -0.1),
        ("flip_y", float("nan")),
        ("flip_y", "0.1"),
        ("random_state", "seed"),
    ],
)
def test_make_input_wins_checks_its_parameters(name, value):
    with pytest.raises(ValueError, match=f"{name}|{value}"):
        datasets.make_input_wins(**{name: value})


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
