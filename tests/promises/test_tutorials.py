"""Promise 12, tutorials: the library prints what the tutorials print.

Every number that five "neural network from scratch" tutorials print comes out to the
printed digit, with their own learning rates. Two conventions differ from the default
loss. The first three sum the gradient over samples: `sum_squared_error`. The others
take the square of the error, not half of it: `mean_squared_error`. With the default
loss, the rate is times the number of samples in a batch, or times two.
"""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.metrics import mean_squared_error
from support import Callback

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.datasets import (
    load_first_input_wins,
    load_four_people,
    load_linear_neuron,
    load_soft_targets,
    load_third_input_wins,
)
from sknn_simple.inspection import explain_step
from sknn_simple.network import Objective, Parameters, forward, loss_and_gradient

# Every option that plain gradient descent needs, besides rate and epochs.
PLAIN_DESCENT = {
    "batch_size": "full",
    "momentum": 0,
    "alpha": 0,
    "average": False,
}
# One row at a time, in the given order.
PER_ROW = PLAIN_DESCENT | {
    "batch_size": 1,
    "shuffle": False,
    "n_iter_no_change": np.inf,
}
# Weights 2 * RandomState(1).random_sample(...) - 1 of neurons without bias.
SEEDED_START = {"init": "uniform", "random_state": 1, "fit_intercept": False}


def classifier(hidden_layer_sizes, loss="sum_squared_error", **params):
    return SimpleMLPClassifier(hidden_layer_sizes, loss=loss, **params)


def regressor(hidden_layer_sizes, loss="sum_squared_error", **params):
    return SimpleMLPRegressor(
        hidden_layer_sizes, loss=loss, out_activation="logistic", **params
    )


def outputs(network, X):
    """Return the activation of the output neuron for each sample."""
    if isinstance(network, SimpleMLPClassifier):
        return network.predict_proba(X)[:, 1]
    return network.predict(X)


# Third input wins, first input wins ----------------------------------------------


@pytest.mark.parametrize("make_network", [classifier, regressor])
@pytest.mark.parametrize(
    ("load", "n_epochs", "published"),
    [
        (load_third_input_wins, 10, 0.65980921),
        (load_third_input_wins, 100, 0.87680541),
        (load_third_input_wins, 10_000, 0.9897704),
        (load_first_input_wins, 15_000, 0.9999584),
    ],
)
@pytest.mark.parametrize("loss", ["sum_squared_error", "squared_error"])
def test_single_neuron(load, n_epochs, published, make_network, loss):
    data = load()
    neuron = make_network(
        (),
        loss=loss,
        learning_rate_init=1 if loss == "sum_squared_error" else len(data.data),
        max_iter=n_epochs,
        **SEEDED_START,
        **PLAIN_DESCENT,
    ).fit(data.data, data.target)
    assert outputs(neuron, data.data_new).round(8).tolist() == [published]
    assert neuron.n_iter_ == n_epochs


# Soft targets --------------------------------------------------------------------


class MeanAbsoluteErrors(Callback):
    """A callback that records the error before every `every`-th epoch.

    Making the fitted estimator that a hook asks for takes as long as an epoch of such
    a small network. So the hook that asks hides behind one that does not, until the
    next error is due.
    """

    def __init__(self, X, y, every):
        self.X, self.y, self.every = X, y, every
        self.errors = {}

    def on_fit_task_begin(self, estimator, context, *, fitted_estimator=None):
        if context.task_name == "epoch":
            errors = self.y - fitted_estimator.predict(self.X)
            self.errors[context.task_id] = np.abs(errors).mean()
            self.on_fit_task_begin = self._ask_for_nothing

    def _ask_for_nothing(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        if context.task_name == "epoch" and (context.task_id + 1) % self.every == 0:
            del self.on_fit_task_begin


@pytest.mark.callbacks
def test_soft_targets():
    X, y = load_soft_targets(return_X_y=True)
    watch = MeanAbsoluteErrors(X, y, every=10_000)
    network = regressor(
        (4,),
        learning_rate_init=1,
        max_iter=99_999,  # The 100000th forward pass comes after 99999 updates.
        **SEEDED_START,
        **PLAIN_DESCENT,
    ).set_callbacks(watch)
    network.fit(X, y)
    printed = {epoch: f"{error:.12g}" for epoch, error in watch.errors.items()}
    assert printed == {
        0: "0.434545246367",
        10_000: "0.00426490134801",
        20_000: "0.00285547679431",
        30_000: "0.00226684843815",
        40_000: "0.00192718684831",
        50_000: "0.00170049171577",
        60_000: "0.00153593455208",
        70_000: "0.00140973826096",
        80_000: "0.00130913223749",
        90_000: "0.00122657710472",
    }
    published = [0.99998867, 0.69999105, 0.99832904, 0.00293799]
    assert network.predict(X).round(8).tolist() == published


# Four people ---------------------------------------------------------------------

TWO_TWO_ONE = [[[0, 0], [1, 1]], [[0], [1]]]
"""Coefs (0, 1) for every neuron of a 2-2-1 network."""


@pytest.mark.parametrize(
    ("coefs", "intercepts", "published"),
    [
        ([[[0], [1]]], [[4]], 0.9990889488055994),
        (TWO_TWO_ONE, [[0, 0], [0]], 0.7216325609518421),
    ],
)
@pytest.mark.parametrize(
    ("kind", "params"),
    [(SimpleMLPClassifier, {}), (SimpleMLPRegressor, {"out_activation": "logistic"})],
)
def test_given_weights(kind, params, coefs, intercepts, published):
    network = kind.from_coefs(coefs, intercepts, **params)
    [output] = outputs(network, [[2, 3]])
    # All 16 printed digits; exp may be rounded differently on another machine.
    np.testing.assert_array_max_ulp(output, published, maxulp=1)


def test_given_weights_hidden_layer():
    coefs = [np.array(coef, dtype=float) for coef in TWO_TWO_ONE]
    _, hidden, _ = forward(np.array([[2.0, 3.0]]), coefs)
    assert hidden.round(4).tolist() == [[0.9526, 0.9526]]


def test_error_of_always_predicting_zero():
    people = load_four_people()
    assert people.target.tolist() == [1, 0, 0, 1]
    always_zero = SimpleMLPRegressor.from_coefs([[[0], [0]]])
    assert mean_squared_error(people.target, always_zero.predict(people.data)) == 0.5


def test_backpropagation_by_hand():
    people = load_four_people()
    assert people.names[0] == "Alice"
    X, Y = people.data[:1], people.target[:1].reshape(1, 1)
    parameters = Parameters([2, 2, 1])
    parameters.flat_coefs[:] = 1
    _, [hidden], [raw_prediction] = forward(X, parameters.coefs, parameters.intercepts)
    output = expit(raw_prediction[0])
    assert hidden.round(4).tolist() == [0.0474, 0.0474]
    assert output.round(3) == 0.524

    loss, gradient = loss_and_gradient(
        parameters, X, Y, objective=Objective(out_activation="logistic")
    )
    assert 2 * loss == pytest.approx((1 - output) ** 2, rel=1e-14)
    assert gradient.coefs[0][0, 0].round(4) == 0.0107

    # The tutorial multiplies three rounded derivatives: 0.0214. Unrounded, they give
    # 0.02147.
    def by_hand(output, digits):
        loss_by_output = round(-2 * (1 - output), digits)
        output_by_hidden = round(output * (1 - output), digits)
        hidden_by_coef = round(X[0, 0] * hidden[0] * (1 - hidden[0]), digits + 1)
        return loss_by_output * output_by_hidden * hidden_by_coef

    assert round(by_hand(0.524, digits=3), 4) == 0.0214
    exactly = by_hand(output, digits=17)
    assert 2 * gradient.coefs[0][0, 0] == pytest.approx(exactly, rel=1e-14)


def test_the_factors_of_the_backpropagation_step():
    """The page shows -0.952 and 0.0214, the latter from rounded factors."""
    people = load_four_people()
    coefs = [np.ones((2, 2)), np.ones((2, 1))]
    network = SimpleMLPClassifier.from_coefs(
        coefs, [np.zeros(2), np.zeros(1)], loss="mean_squared_error", **PER_ROW
    )
    step = explain_step(network, people.data[0], people.target[0])
    hidden, output = step.layers
    error = output.neurons[0].chains[0][0]
    assert error.value == pytest.approx(-0.952, abs=1e-3)
    assert error.formula == "2 * (a_o - y)"
    weight = hidden.neurons[0].weights[0]
    assert weight.derivative == pytest.approx(0.0214, abs=1e-4)
    assert step.loss == pytest.approx((1 - 0.524) ** 2, abs=1e-3)


@pytest.mark.parametrize("random_state", range(10))
def test_four_people(random_state):
    # The tutorial, without a seed, prints 0.951 and 0.039. A plain NumPy loop with 100
    # seeds gave the ranges.
    people = load_four_people()
    assert people.names_new == ["Emily", "Frank"]
    network = classifier(
        (2,),
        loss="mean_squared_error",
        init="normal",
        random_state=random_state,
        learning_rate_init=0.1,
        max_iter=1000,
        **PER_ROW,
    ).fit(people.data, people.target)
    emily, frank = outputs(network, people.data_new)
    assert 0.944 <= emily <= 0.975
    assert 0.034 <= frank <= 0.060
    predicted = people.target_names[network.predict(people.data_new)]
    assert predicted.tolist() == ["female", "male"]
    error = mean_squared_error(people.target, outputs(network, people.data))
    assert 0.0011 <= error <= 0.0027


# One linear neuron ---------------------------------------------------------------


def test_linear_neuron():
    neuron_data = load_linear_neuron()
    X, y = neuron_data.data, neuron_data.target
    neuron = SimpleMLPRegressor(
        (),
        loss="mean_squared_error",
        coefs_init=[[[0.8]]],
        fit_intercept=False,
        normalize_y=False,
        learning_rate_init=0.025,
        max_iter=100,
        **PLAIN_DESCENT,
    ).fit(X, y)
    assert neuron.predict(neuron_data.data_new).round(6).tolist() == [0.004736]
    expected = 0.8 * 0.95 ** np.arange(101)
    np.testing.assert_allclose(neuron.coefs_[0], expected[-1], rtol=1e-13)
    np.testing.assert_allclose(neuron.loss_curve_, expected[:-1] ** 2, rtol=1e-13)


def test_linear_neuron_step_by_step():
    X, y = load_linear_neuron(return_X_y=True)
    neuron = SimpleMLPRegressor.from_coefs(
        [[[0.8]]],
        loss="mean_squared_error",
        normalize_y=False,
        learning_rate_init=0.025,
        **PLAIN_DESCENT,
    )
    steps = []
    for _ in range(100):
        steps += neuron.predict(X).tolist()
        neuron.partial_fit(X, y)
    assert np.round(steps[:3], 3).tolist() == [0.8, 0.76, 0.722]
    np.testing.assert_allclose(steps, 0.8 * 0.95 ** np.arange(100), rtol=1e-13)
    assert neuron.predict(X).round(6).tolist() == [0.004736]


# Nielsen's book ------------------------------------------------------------------


def nielsens_weights(quadratic, coefs, intercepts, X, Y, eta, lmbda, size, epochs):
    """Return the weights after the steps of the book's network2.py, transposed."""
    (w1, w2), (b1, b2) = coefs, intercepts
    decay = 1 - eta * lmbda / len(X)
    for _ in range(epochs):
        for start in range(0, len(X), size):
            x, y = X[start : start + size], Y[start : start + size]
            a1 = 1 / (1 + np.exp(-(x @ w1 + b1)))
            a2 = 1 / (1 + np.exp(-(a1 @ w2 + b2)))
            delta2 = (a2 - y) * (a2 * (1 - a2) if quadratic else 1)
            delta1 = delta2 @ w2.T * a1 * (1 - a1)
            w1 = decay * w1 - eta / size * x.T @ delta1
            w2 = decay * w2 - eta / size * a1.T @ delta2
            b1 = b1 - eta / size * delta1.sum(axis=0)
            b2 = b2 - eta / size * delta2.sum(axis=0)
    return [w1, w2], [b1, b2]


@pytest.mark.parametrize("quadratic", [True, False])
def test_the_options_for_nielsens_book_take_its_steps(quadratic):
    rng = np.random.default_rng(0)
    eta, lmbda, size, epochs = 0.5, 0.7, 5, 3
    X, labels = rng.normal(size=(20, 2)), rng.integers(3, size=20)
    Y = np.eye(3, dtype=int)[labels]
    coefs = [rng.normal(size=(2, 4)), rng.normal(size=(4, 3))]
    intercepts = [rng.normal(size=4), rng.normal(size=3)]
    options = {"loss": "log_loss", "learning_rate_init": eta, "multilabel": True}
    if quadratic:
        options = {"loss": "sum_squared_error", "learning_rate_init": eta / size}
    network = SimpleMLPClassifier.from_coefs(
        coefs,
        intercepts,
        alpha=lmbda,
        batch_size=size,
        max_iter=epochs,
        n_iter_no_change=np.inf,
        momentum=0,
        average=False,
        shuffle=False,
        warm_start=True,
        **options,
    ).fit(X, labels if quadratic else Y)
    expected = nielsens_weights(
        quadratic, coefs, intercepts, X, Y, eta, lmbda, size, epochs
    )
    for ours, theirs in zip(network.coefs_, expected[0], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-13)
    for ours, theirs in zip(network.intercepts_, expected[1], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-13)
