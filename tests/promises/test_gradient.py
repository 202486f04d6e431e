"""Promise 1, gradient: what descent follows is the derivative of the loss.

Analytic and numerical gradients agree to 1e-6, for every activation, loss, output
activation, depth, penalty and weighting of the samples. The loss that an estimator
reports and the gradient that it follows belong to the same function.
"""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from sklearn.datasets import load_iris
from support import LOSS_OPTIONS, LOSS_OUTPUTS, make_problem

from sknn_simple import SimpleMLPRegressor
from sknn_simple.network import (
    ACTIVATIONS,
    Objective,
    draw_parameters,
    loss_and_gradient,
)

HIDDEN = [(), (4,), (3, 4)]


PAIRS = list(itertools.permutations(ACTIVATIONS, 2))


def relative_difference(analytic, numerical):
    scale = max(np.abs(analytic).max(), np.abs(numerical).max())
    return np.abs(analytic - numerical).max() / scale


def central_difference(function, at, step=1e-5):
    """Numerical gradient, by differences accurate to fourth order."""
    gradient = np.empty_like(at)
    for i in range(len(at)):
        move = np.zeros_like(at)
        move[i] = step
        near = function(at + move) - function(at - move)
        far = function(at + 2 * move) - function(at - 2 * move)
        gradient[i] = (8 * near - far) / (12 * step)
    return gradient


@pytest.mark.parametrize(("loss", "out_activation"), LOSS_OUTPUTS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_analytic_and_numerical_gradients_agree(
    loss, out_activation, activation, hidden
):
    option = LOSS_OPTIONS.get(loss)
    assert_gradients_agree(
        Objective(loss, activation, out_activation, loss_option=option), hidden
    )


@pytest.mark.parametrize("activation", PAIRS, ids=str)
def test_gradients_agree_where_each_layer_has_its_activation(activation):
    assert_gradients_agree(Objective("squared_error", activation), (3, 4))


def assert_gradients_agree(objective, hidden):
    """Alone, and with weights of the samples and a penalty."""
    assert_gradient_agrees(objective, hidden, weighted=False)
    assert_gradient_agrees(replace(objective, alpha=0.7), hidden, weighted=True)


def assert_gradient_agrees(objective, hidden, weighted):
    X, Y, sample_weight = make_problem(objective.loss)
    parameters = draw_parameters((3, *hidden, 3), np.random.RandomState(3), "uniform")
    weights = sample_weight if weighted else None

    def value(flat):
        return loss_and_gradient(parameters.view(flat), X, Y, weights, objective)[0]

    _, gradient = loss_and_gradient(parameters, X, Y, weights, objective)
    numerical = central_difference(value, parameters.flat)
    assert relative_difference(gradient.flat, numerical) < 1e-6


def test_a_planted_error_in_a_derivative_is_found(monkeypatch):
    X, Y, _ = make_problem("squared_error")
    parameters = draw_parameters((3, 4, 3), np.random.RandomState(0))
    numerical = approx_fprime(
        parameters.flat,
        lambda flat: loss_and_gradient(parameters.view(flat), X, Y)[0],
    )
    good = ACTIVATIONS["logistic"]
    monkeypatch.setitem(
        ACTIVATIONS,
        "logistic",
        replace(good, derivative=ACTIVATIONS["tanh"].derivative),
    )
    _, gradient = loss_and_gradient(parameters, X, Y)
    assert relative_difference(gradient.flat, numerical) > 1e-2


def test_reported_loss_and_gradient_belong_together():
    """A small full-batch step lowers the loss by rate * ||gradient||**2."""
    X = load_iris().data
    y, rate = X[:, :3] @ np.ones((3, 3)), 1e-6
    model = SimpleMLPRegressor(
        (5,),
        learning_rate_init=rate,
        momentum=0.0,
        average=False,
        batch_size=150,
        normalize_y=False,
    )
    model.partial_fit(X, y)
    before = [part.copy() for part in (*model.coefs_, *model.intercepts_)]
    model.partial_fit(X, y)
    after = (*model.coefs_, *model.intercepts_)
    gradient = [(b - a) / rate for b, a in zip(before, after, strict=True)]
    # The loss of an epoch is taken before its step.
    _, loss, next_loss = model.partial_fit(X, y).loss_curve_
    squared_norm = sum(np.sum(part**2) for part in gradient)
    assert (loss - next_loss) / rate == pytest.approx(squared_norm, rel=1e-4)
