"""Lines that training prints, and warnings that it raises."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler
from support import RaiseAtEnd

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

X, Y = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)
IMPATIENT = {
    "alpha": 1e-4,
    "init": "glorot_uniform",
    "learning_rate_init": 0.1,
    "n_iter_no_change": 10,
    "random_state": 0,
}
BASE = SimpleMLPClassifier((5,), max_iter=6, n_iter_no_change=np.inf, random_state=0)


def test_verbose_prints_one_line_per_epoch(capsys):
    clone(BASE).set_params(verbose=True).fit(X, Y)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 7
    assert lines[0].startswith("Epoch 1 of 6: loss = ")
    assert "learning rate = 0.3" in lines[0]
    assert lines[-1] == "Stopped after 6 epochs: max_iter."
    clone(BASE).set_params(
        verbose=1, early_stopping=True, n_iter_no_change=2, tol=9.0, scoring=None
    ).fit(X, Y)
    lines = capsys.readouterr().out.splitlines()
    assert "validation score = " in lines[0]
    assert "validation score did not improve" in lines[-2]
    assert lines[-1] == "Stopped after 3 epochs: patience."
    clone(BASE).fit(X, Y)
    assert capsys.readouterr().out == ""


def test_an_adaptive_rate_decreases_and_is_printed(capsys):
    model = clone(BASE).set_params(
        learning_rate="adaptive",
        learning_rate_init=0.1,
        n_iter_no_change=2,
        tol=9.0,
        max_iter=100,
        verbose=True,
    )
    model.fit(X, Y)
    rates = model.history_["learning_rate"]
    # The first epoch counts as progress; two without any precede each division.
    expected = [0.1] * 3 + [0.1 / 5**k for k in range(1, 9) for _ in range(2)]
    np.testing.assert_allclose(rates, expected[: len(rates)])
    assert rates[-1] <= 1e-6
    assert len(rates) == 3 + 8 * 2
    assert "Setting the learning rate to 0.02." in capsys.readouterr().out


def test_no_convergence_warning_without_patience():
    regressor = SimpleMLPRegressor((5,), max_iter=2)
    with pytest.warns(ConvergenceWarning, match="max_iter=2"):
        regressor.fit(X, Y)
    clone(regressor).set_params(n_iter_no_change=np.inf).fit(X, Y)
    clone(regressor).set_params(n_iter_no_change=np.inf, early_stopping=True).fit(X, Y)


def test_a_loss_far_above_a_constant_prediction_is_warned_of():
    X, y = load_wine(return_X_y=True)
    with pytest.warns(
        ConvergenceWarning, match="far above the loss of a constant prediction"
    ):
        SimpleMLPClassifier(**IMPATIENT).fit(X, y)


def test_warnings_point_at_the_caller():
    X, y = load_wine(return_X_y=True)
    with pytest.warns(ConvergenceWarning) as far_worse:
        SimpleMLPClassifier(**IMPATIENT).fit(X, y)
    with pytest.warns(ConvergenceWarning) as too_short:
        SimpleMLPClassifier(random_state=0, max_iter=1).fit(X, y)
    for record in (far_worse, too_short):
        assert record[0].filename == __file__


@pytest.mark.callbacks
def test_the_warning_of_an_interruption_points_at_the_caller():
    X, y = load_wine(return_X_y=True)
    model = SimpleMLPClassifier(random_state=0)
    model.set_callbacks(RaiseAtEnd(1, KeyboardInterrupt))
    with pytest.warns(UserWarning, match="interrupted") as interrupted:
        model.fit(X, y)
    assert interrupted[0].filename == __file__


def test_automatic_epochs_that_brought_nothing_are_warned_of():
    """Of inputs that say nothing; patience does not run out before."""
    model = SimpleMLPClassifier((2,), n_iter_no_change=10**6, random_state=0)
    with pytest.warns(ConvergenceWarning, match="about the loss of a constant predict"):
        model.fit(np.zeros((64, 1)), np.arange(64) % 2)
    assert model.stop_reason_ == "max_iter"
