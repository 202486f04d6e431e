"""The penalty that adapts, against its formulas written out here."""

import math

import numpy as np
import pytest
from support import ENGINES, iris

from sknn_simple import SimpleMLPClassifier
from sknn_simple.inspection import explain_step
from sknn_simple.network import ENGINES as IMPLEMENTATIONS
from sknn_simple.network import (
    SGD,
    Constant,
    Objective,
    Samples,
    TrainingState,
    draw_parameters,
    loss_and_gradient,
)

LOSSES = [("softmax_log_loss", "softmax", 3), ("binary_log_loss", "logistic", 2)]


def make_problem(loss, out, n_outputs, n_samples=60):
    """Return samples with weights, an objective that adapts, and a state."""
    rng = np.random.RandomState(0)
    X = rng.standard_normal((n_samples, 5)) * [3, 1, 1, 0.3, 0.0]
    Y = np.eye(n_outputs)[rng.randint(n_outputs, size=n_samples)]
    objective = Objective(loss, "tanh", out, alpha=0.2, adapts=True)
    start = draw_parameters((5, 4, n_outputs), rng)
    return Samples(X, Y, rng.uniform(0.5, 2, n_samples)), objective, start


def own_strengths(start, data_loss, even_odds, total_weight):
    """The strength of each coef's penalty, in units of 1 / W."""
    alpha = min(0.2 * math.sqrt(data_loss / (0.2 * even_odds)), total_weight / 200)
    squares = [sum(w**2 for w in row) for row in start.coefs[0].tolist()]
    mean = sum(squares) / len(squares)
    of_inputs = [alpha * math.sqrt(mean / (q + 0.1 * mean)) for q in squares]
    return np.concatenate(
        [np.repeat(of_inputs, 4), np.full(start.coefs[1].size, alpha)]
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("loss", "out", "n_outputs"), LOSSES)
def test_each_epoch_has_the_penalty_of_the_formulas(engine, loss, out, n_outputs):
    samples, objective, start = make_problem(loss, out, n_outputs)
    state = TrainingState(start.copy(), SGD(), Constant(0.1), np.random.RandomState(0))
    trainer = IMPLEMENTATIONS[engine].trainer(state, samples, objective, batch_size=60)
    total = samples.total_weight
    even_odds = math.log(3) if loss == "softmax_log_loss" else 2 * math.log(2)
    plain = Objective(loss, "tanh", out)
    strengths = np.full(start.flat_coefs.size, 0.2)  # of the first epoch
    for _ in range(4):
        before = state.parameters.copy()
        value, gradient = loss_and_gradient(before, *samples, plain)
        gradient.flat_coefs += strengths / total * before.flat_coefs
        penalty = 0.5 / total * (strengths * before.flat_coefs**2).sum()
        assert trainer.train(1).losses[0] == pytest.approx(value + penalty, rel=1e-12)
        np.testing.assert_allclose(
            state.parameters.flat, before.flat - 0.1 * gradient.flat, rtol=1e-10
        )
        assert state.data_loss == pytest.approx(value, rel=1e-12)
        strengths = own_strengths(state.parameters, value, even_odds, total)


@pytest.mark.parametrize("engine", ENGINES)
def test_few_samples_limit_the_penalty(engine):
    """Otherwise the four rows of XOR could not be learned."""
    samples, objective, start = make_problem(*LOSSES[0], n_samples=6)
    fixed = Objective("softmax_log_loss", "tanh", "softmax", samples.total_weight / 200)
    results = []
    for one in (objective, fixed):
        state = TrainingState(start.copy(), SGD(), Constant(0.1), None)
        state.data_loss = 0.9
        trainer = IMPLEMENTATIONS[engine].trainer(state, samples, one, batch_size=6)
        trainer.train(1)
        results.append(state.parameters.coefs[1])  # which depends on no input's factor
    np.testing.assert_allclose(*results, rtol=1e-10)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_epochs_go_on_where_others_stopped(engine, solver):
    """In calls of partial_fit, in warm starts, and after a pickle."""
    X, y = iris()
    options = {"engine": engine, "solver": solver, "random_state": 0}
    model = SimpleMLPClassifier((5,), n_iter_no_change=np.inf, **options)
    model.set_params(batch_size=40)
    whole = model.set_params(max_iter=6).fit(X, y)
    parts = SimpleMLPClassifier(**model.get_params()).set_params(warm_start=True)
    for max_iter in (1, 2, 3):
        parts.set_params(max_iter=max_iter).fit(X, y)
    streamed = SimpleMLPClassifier(**model.get_params())
    for _ in range(6):
        streamed.partial_fit(X, y, classes=np.unique(y))
    for other in (parts, streamed):
        np.testing.assert_array_equal(other.coefs_[0], whole.coefs_[0])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_single_softmax_output_has_nothing_to_adapt_to(engine):
    samples, objective, start = make_problem("softmax_log_loss", "softmax", 1)
    state = TrainingState(start, SGD(), Constant(0.1), np.random.RandomState(0))
    trainer = IMPLEMENTATIONS[engine].trainer(state, samples, objective, batch_size=60)
    assert np.isfinite(trainer.train(3).losses).all()


def test_only_log_losses_adapt():
    with pytest.raises(ValueError, match="adapts must be False with loss='huber'"):
        Objective("huber", adapts=True)


def test_explain_step_says_that_the_penalty_adapts():
    X, y = iris()
    model = SimpleMLPClassifier((3,), momentum=0.0, average=False, random_state=0)
    model.set_params(batch_size="full")
    model.set_params(max_iter=1, n_iter_no_change=np.inf).fit(X, y)
    assert "alpha='auto'" not in str(explain_step(model, X[:1], y[:1]))
    model.partial_fit(X, y)
    assert "alpha='auto'" in str(explain_step(model, X[:1], y[:1]))
