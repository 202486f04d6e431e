"""The penalty with a factor for each input, against formulas written out here."""

import numpy as np
import pytest
from support import ENGINES

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

LOSSES = [
    ("softmax_log_loss", "softmax", 3),
    ("binary_log_loss", "logistic", 1),
    ("squared_error", "identity", 2),
    ("sum_squared_error", "logistic", 2),
]
FACTORS = np.array([0.0, 0.5, 1.0, 3.0, 10.0])


def make_problem(loss, out, n_outputs, n_samples=60):
    """Return samples with weights, objectives with factors and without, and weights."""
    rng = np.random.RandomState(0)
    X = rng.standard_normal((n_samples, 5))
    Y = np.eye(max(2, n_outputs))[rng.randint(n_outputs, size=n_samples), :n_outputs]
    factors = Objective(loss, "tanh", out, alpha=0.2, input_factors=FACTORS)
    start = draw_parameters((5, 4, n_outputs), rng)
    samples = Samples(X, Y, rng.uniform(0.5, 2, n_samples))
    return samples, factors, Objective(loss, "tanh", out), start


def add_penalty(parameters, gradient, divisor):
    """Add the derivative of the penalty, coef by coef, and return the penalty."""
    strengths = np.full(parameters.flat_coefs.size, 0.2 / divisor)
    strengths[:20] *= np.repeat(FACTORS, 4)
    gradient.flat_coefs += strengths * parameters.flat_coefs
    return 0.5 * (strengths * parameters.flat_coefs**2).sum()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("loss", "out", "n_outputs"), LOSSES)
def test_the_objective_has_the_penalty_of_each_input(engine, loss, out, n_outputs):
    samples, objective, plain, start = make_problem(loss, out, n_outputs)
    value, gradient = loss_and_gradient(start, *samples, plain)
    divisor = 1 if loss.startswith("sum") else samples.total_weight
    value += add_penalty(start, gradient, divisor)
    written = np.empty_like(start.flat)
    make_evaluator = IMPLEMENTATIONS[engine].make_evaluator
    evaluate = make_evaluator(start, written, samples, objective)
    assert evaluate() == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(written, gradient.flat, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("batch_size", [60, 7])
@pytest.mark.parametrize(("loss", "out", "n_outputs"), LOSSES[:3])
def test_each_step_has_the_penalty_of_each_input(
    engine, batch_size, loss, out, n_outputs
):
    samples, objective, plain, start = make_problem(loss, out, n_outputs)
    state = TrainingState(start.copy(), SGD(), Constant(0.1), None)
    trainer = IMPLEMENTATIONS[engine].trainer(
        state, samples, objective, batch_size=batch_size, shuffle=False
    )
    trainer.train(1)
    own, total = start.copy(), samples.total_weight
    for begin in range(0, 60, batch_size):
        rows = slice(begin, begin + batch_size)
        batch = Samples(*(part[rows] for part in samples))
        _, gradient = loss_and_gradient(own, *batch, plain)
        # The weights of a minibatch count relative to the mean weight of all samples.
        gradient.flat *= batch.total_weight / (len(batch.X) * total / 60)
        add_penalty(own, gradient, total)
        own.flat -= 0.1 * gradient.flat
    np.testing.assert_allclose(state.parameters.flat, own.flat, rtol=1e-9)


@pytest.mark.parametrize("factors", [[1.0] * 5, -FACTORS, FACTORS * np.nan])
def test_factors_are_an_array_of_finite_numbers(factors):
    with pytest.raises(ValueError, match="input_factors must be an array of finite"):
        Objective(alpha=0.2, input_factors=factors)


@pytest.mark.parametrize("engine", ENGINES)
def test_factors_of_another_number_of_inputs_are_refused(engine):
    samples, objective, _, start = make_problem(*LOSSES[0])
    objective = Objective(*LOSSES[0][:1], "tanh", "softmax", 0.2, None, FACTORS[:4])
    state = TrainingState(start, SGD(), Constant(0.1), None)
    with pytest.raises(ValueError, match="input_factors must be of shape \\(5,\\)"):
        IMPLEMENTATIONS[engine].trainer(state, samples, objective, batch_size=60)
