"""History: one record per epoch."""

import copy

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.preprocessing import StandardScaler
from support import diabetes, iris

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

X, Y = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)
BASE = SimpleMLPClassifier((5,), max_iter=6, n_iter_no_change=np.inf, random_state=0)


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_history_is_a_dict_of_equally_long_lists():
    model = clone(BASE).fit(X, Y)
    assert list(model.history_) == ["loss", "learning_rate"]
    assert model.history_["loss"] == model.loss_curve_
    assert model.history_["learning_rate"] == [0.3] * 6
    assert model.validation_scores_ is None
    assert model.best_validation_score_ is None
    assert model.best_epoch_ is None
    assert model.best_loss_ == min(model.loss_curve_)
    assert model.loss_ == model.loss_curve_[-1]
    model.history_["loss"].append(0)
    assert len(model.loss_curve_) == 6
    lbfgs = clone(BASE).set_params(solver="lbfgs").fit(X, Y)
    assert list(lbfgs.history_) == ["loss"]


def test_the_best_loss_is_not_the_last():
    X, y = diabetes()
    model = SimpleMLPRegressor((5,), random_state=0, batch_size=10, momentum=0.9)
    for rate in (0.05, 0.05, 0.8):
        model.set_params(learning_rate_init=rate).partial_fit(X, y)
    assert model.best_loss_ == min(model.loss_curve_) < model.loss_


def test_the_best_loss_where_lbfgs_finds_nothing_to_improve():
    dead = {"out_activation": "relu", "coefs_init": [-np.ones((3, 1))], "alpha": 0.0}
    model = SimpleMLPRegressor((), solver="lbfgs", fit_intercept=False, **dead)
    model.fit(np.ones((9, 3)), np.arange(9.0))
    assert model.n_iter_ == 0
    assert model.best_loss_ == model.loss_


def test_copies_share_their_history_until_they_train_on():
    """Copying them would take longer with each call."""
    X, y = iris()
    first = SimpleMLPClassifier((3,), random_state=0)
    first.partial_fit(X, y, classes=[0, 1, 2])
    second, losses = copy.copy(first), first.loss_curve_
    columns = first._history.columns
    assert first.partial_fit(X, y)._history.columns is columns
    second.partial_fit(X[::2], y[::2])
    assert second.loss_curve_[:1] == losses == first.loss_curve_[:1]
    assert second.loss_curve_[1] != first.loss_curve_[1]
    assert (len(first.loss_curve_), len(second.loss_curve_)) == (2, 2)
    assert first.best_loss_ == min(first.loss_curve_)
    assert second.best_loss_ == min(second.loss_curve_)
