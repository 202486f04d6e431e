"""The network against numerical derivatives, scipy's losses and by hand."""

import tracemalloc

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import approx_fprime, minimize
from scipy.special import expit, logsumexp, softmax

from sknn_simple.network import (
    ACTIVATIONS,
    INITS,
    LOSSES,
    OUT_ACTIVATIONS,
    SGD,
    Adam,
    Adaptive,
    Constant,
    InvScaling,
    Objective,
    Parameters,
    Patience,
    Samples,
    Trainer,
    TrainingState,
    Workspace,
    backward,
    draw_parameters,
    epochs,
    forward,
    loss_and_gradient,
    predict,
)
from sknn_simple.network.training import DONE, NOT_FINITE, PATIENCE_RAN_OUT
from sknn_simple.network.workspace import add_multiple, aligned_zeros

LOSS_OUTPUTS = [(loss, out) for loss in LOSSES for out in LOSSES[loss].out_activations]
HIDDEN = [(), (4,), (3, 4)]


def make_problem(loss, n_outputs=3, seed=0):
    """Samples that the loss accepts."""
    rng = np.random.RandomState(seed)
    X = rng.standard_normal((7, 3))
    if loss == "softmax_log_loss":
        Y = np.eye(n_outputs)[rng.randint(n_outputs, size=7)]
    elif loss == "binary_log_loss":
        Y = rng.randint(2, size=(7, n_outputs)).astype(float)
    elif loss == "poisson":
        Y = rng.poisson(2, size=(7, n_outputs)).astype(float)
    else:
        Y = rng.uniform(0.1, 0.9, (7, n_outputs))
    return X, Y, rng.randint(0, 4, size=7).astype(float)


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
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("alpha", [0.0, 0.7])
def test_gradient_is_the_losses_derivative(
    loss, out_activation, activation, hidden, weighted, alpha
):
    X, Y, sample_weight = make_problem(loss)
    objective = Objective(loss, activation, out_activation, alpha)
    parameters = draw_parameters((3, *hidden, 3), np.random.RandomState(3), "uniform")
    weights = sample_weight if weighted else None

    def value(flat):
        return loss_and_gradient(parameters.view(flat), X, Y, weights, objective)[0]

    _, gradient = loss_and_gradient(parameters, X, Y, weights, objective)
    numerical = central_difference(value, parameters.flat)
    assert relative_difference(gradient.flat, numerical) < 1e-6


def test_the_judge_of_gradients_objects_to_a_planted_error(monkeypatch):
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
        good._replace(derivative=ACTIVATIONS["tanh"].derivative),
    )
    _, gradient = loss_and_gradient(parameters, X, Y)
    assert relative_difference(gradient.flat, numerical) > 1e-2


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_derivative_from_its_output(name):
    Z = np.linspace(-3, 3, 12).reshape(4, 3)  # 0 is not among them

    def activated(Z):
        A = Z.copy()
        ACTIVATIONS[name].function(A)
        return A

    numerical = (activated(Z + 1e-6) - activated(Z - 1e-6)) / 2e-6
    delta = np.full_like(Z, 2.0)
    ACTIVATIONS[name].derivative(activated(Z), delta)
    np.testing.assert_allclose(delta, 2 * numerical, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_rows", [1, 1000])
def test_logistic_over_the_whole_range(dtype, n_rows):
    values = [-np.inf, -1e30, -800.0, -90.0, -5.0, 0.0, 5.0, 90.0, 800.0, np.inf]
    Z = np.array([values] * n_rows, dtype)
    expected = expit(Z.astype(np.float64))
    with np.errstate(over="ignore"):
        OUT_ACTIVATIONS["logistic"](Z)
    assert Z.dtype == dtype
    np.testing.assert_allclose(Z, expected, rtol=1e-6, atol=1e-37)


def loss_value(loss, raw, Y, weights=None, out_activation=None):
    raw = np.array(raw, float)
    out_activation = out_activation or LOSSES[loss].out_activations[0]
    return LOSSES[loss].function(
        raw, Y, weights, np.empty_like(raw), out_activation, np.empty_like(raw)
    )


def test_log_losses_are_those_of_scipy_far_out():
    raw = np.array([[800.0, -30.0, 2.0], [-900.0, 0.0, 40.0]])
    Y = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    expected = (logsumexp(raw, axis=1) - (raw * Y).sum(axis=1)).sum()
    assert loss_value("softmax_log_loss", raw, Y) == pytest.approx(expected, rel=1e-14)
    expected = (np.logaddexp(0, raw) - raw * Y).sum()
    assert loss_value("binary_log_loss", raw, Y) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(("loss", "out_activation"), LOSS_OUTPUTS)
def test_the_loss_of_the_best_constant(loss, out_activation):
    """No constant raw prediction has a lower loss; the best one has just this."""
    _, Y, weights = make_problem(loss)
    best = LOSSES[loss].of_constant(Y, weights) * weights.sum()

    def value(raw):
        everywhere = np.tile(raw, (7, 1))
        return loss_value(loss, everywhere, Y, weights, out_activation)

    found = minimize(value, np.full(3, 0.3), method="Nelder-Mead", tol=1e-10)
    assert found.fun == pytest.approx(best, rel=1e-6)


@pytest.mark.parametrize(("loss", "out_activation"), LOSS_OUTPUTS)
def test_weights_multiply_each_samples_loss(loss, out_activation):
    _, Y, weights = make_problem(loss)
    raw = np.random.RandomState(1).standard_normal(Y.shape)
    each = [
        loss_value(loss, raw[[i]], Y[[i]], out_activation=out_activation)
        for i in range(7)
    ]
    together = loss_value(loss, raw, Y, weights, out_activation)
    assert together == pytest.approx(np.dot(weights, each), rel=1e-12)


def test_forward_by_hand():
    """The 2-2-1 network of Zhou's tutorial: all weights (0, 1), biases 0."""
    coefs = [np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[0.0], [1.0]])]
    activations = forward(np.array([[2.0, 3.0]]), coefs)
    np.testing.assert_allclose(activations[1], 0.9526, atol=5e-5)
    assert expit(activations[2][0, 0]) == pytest.approx(0.7216325609518421, abs=1e-15)


def test_forward_and_backward_leave_their_inputs_alone():
    X, _, _ = make_problem("squared_error")
    parameters = draw_parameters((3, 4, 3), np.random.RandomState(0))
    activations = forward(X, parameters.coefs, parameters.intercepts)
    before = [array.copy() for array in (*activations, X, parameters.flat)]
    delta = np.ones((7, 3))
    gradient = backward(activations, delta, parameters)
    for array, copy in zip((*activations, X, parameters.flat), before, strict=True):
        np.testing.assert_array_equal(array, copy)
    np.testing.assert_allclose(gradient.intercepts[1], 7.0)
    np.testing.assert_allclose(gradient.coefs[1], activations[1].T @ delta)


def test_workspace_gives_the_same_as_new_arrays():
    X, Y, weights = make_problem("squared_error")
    parameters = draw_parameters((3, 4, 3), np.random.RandomState(0))
    plain = loss_and_gradient(parameters, X, Y, weights)
    reused = loss_and_gradient(
        parameters,
        X,
        Y,
        weights,
        gradient=parameters.zeros_like(),
        workspace=Workspace((3, 4, 3), 7, np.float64),
    )
    assert plain[0] == reused[0]
    np.testing.assert_array_equal(plain[1].flat, reused[1].flat)


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


@pytest.mark.parametrize("init", INITS)
def test_initial_weights_stay_within_their_bounds(init):
    flat = draw_parameters((50, 80, 30), np.random.RandomState(0), init)
    first, last = flat.coefs
    if init == "normal":
        assert first.std() == pytest.approx(1, abs=0.05)
        return
    bounds = {
        "glorot_uniform": (np.sqrt(2 / 130), np.sqrt(2 / 110)),
        "lecun_uniform": (np.sqrt(3 / 50), np.sqrt(3 / 80)),
        "uniform": (1, 1),
    }[init]
    for coef, bound in zip((first, last), bounds, strict=True):
        assert 0.99 * bound < np.abs(coef).max() <= bound
        assert abs(coef.mean()) < 0.05 * bound


def test_lecun_uniform_gives_pre_activations_of_unit_variance():
    rng = np.random.RandomState(0)
    parameters = draw_parameters((200, 300), rng, "lecun_uniform", fit_intercept=False)
    Z = rng.standard_normal((500, 200)) @ parameters.coefs[0]
    assert Z.std() == pytest.approx(1, abs=0.02)


def test_sgd_with_momentum_by_hand():
    parameters = np.array([1.0])
    sgd = SGD(momentum=0.5)
    sgd.step(parameters, np.array([2.0]), 0.1)  # velocity -0.2
    sgd.step(parameters, np.array([2.0]), 0.1)  # velocity -0.1 - 0.2
    assert parameters[0] == pytest.approx(1 - 0.2 - 0.3)
    parameters = np.array([1.0])
    nesterov = SGD(momentum=0.5, nesterovs_momentum=True)
    nesterov.step(parameters, np.array([2.0]), 0.1)  # 0.5 * -0.2 - 0.2
    assert parameters[0] == pytest.approx(1 - 0.3)


def test_adams_first_step_has_the_size_of_the_rate():
    parameters = np.array([1.0, 1.0])
    Adam().step(parameters, np.array([1e-3, -500.0]), 0.1)
    np.testing.assert_allclose(parameters, [0.9, 1.1], atol=1e-4)


def test_rates_that_no_float_can_hold():
    assert InvScaling(0.1, 200).learning_rate(99) == 0
    assert InvScaling(0.1, 10**300).learning_rates(0, 10, 2).tolist() == [0.1, 0]


@pytest.mark.parametrize("schedule", [Constant(0.1), InvScaling(0.1), Adaptive(0.1)])
def test_rates_of_epochs_on_end_are_those_of_each(schedule):
    expected = [schedule.learning_rate(t) for t in (30, 37, 44)]
    rates = schedule.learning_rates(30, 7, 3)
    assert rates.dtype == np.float64
    assert rates.tolist() == expected


def test_schedules():
    assert Constant(0.1).learning_rate(1000) == 0.1
    assert Constant(0.1).slower() is None
    assert InvScaling(0.1, 0.5).learning_rate(99) == pytest.approx(0.01)
    adaptive = Adaptive(1e-5)
    assert adaptive.slower().learning_rate(0) == pytest.approx(2e-6)
    assert adaptive.slower().slower().slower() is None


def test_patience_is_exact():
    patience = Patience(tol=0.1, n_epochs=2)
    # Falls by more than tol; by less; by less than tol below the best so far.
    assert [patience.runs_out(x) for x in (5, 4, 3.95, 3.87)] == [False] * 3 + [True]
    patience = Patience(tol=0.0, n_epochs=3)
    assert [patience.runs_out(x) for x in (1, 1, 1, 1)] == [False] * 3 + [True]


def test_an_epochs_loss_is_the_mean_over_its_minibatches():
    """At a rate of almost 0, minibatches of any weights give the full loss."""
    X, Y, weights = make_problem("squared_error")
    weights[:2] = 0  # the first minibatch is passed over
    parameters = draw_parameters((3, 4, 3), np.random.RandomState(0))
    objective = Objective(alpha=0.5)
    expected, _ = loss_and_gradient(parameters, X, Y, weights, objective)
    state = TrainingState(
        parameters.copy(), SGD(), Constant(1e-300), np.random.RandomState(0)
    )
    run = epochs(state, Samples(X, Y, weights), objective, batch_size=2, shuffle=False)
    assert next(run).loss == pytest.approx(expected, rel=1e-14)
    np.testing.assert_array_equal(state.parameters.flat, parameters.flat)
    assert state.t == 7


def test_minibatch_steps_add_up_to_the_full_gradient():
    X, Y, weights = make_problem("squared_error")
    weights += 1  # a minibatch of weight zero makes no step, not even by the penalty
    parameters = draw_parameters((3, 4, 3), np.random.RandomState(0))
    _, full = loss_and_gradient(parameters, X, Y, weights, Objective(alpha=0.5))
    rate = 1e-7
    state = TrainingState(
        parameters.copy(), SGD(), Constant(rate), np.random.RandomState(0)
    )
    run = epochs(state, Samples(X, Y, weights), Objective(alpha=0.5), batch_size=1)
    next(run)
    mean_step = (parameters.flat - state.parameters.flat) / rate / 7
    np.testing.assert_allclose(mean_step, full.flat, atol=2e-6)


def test_epochs_are_those_of_a_trainer_shuffled_unless_told_otherwise():
    X, Y, _ = make_problem("squared_error")
    samples, flats = Samples(X, Y, None), {}

    def state():
        parameters = draw_parameters((3, 4, 3), np.random.RandomState(0))
        rng = np.random.RandomState(0)
        return TrainingState(parameters, SGD(), Constant(0.1), rng)

    for shuffle in (True, False):
        trained = state()
        Trainer(trained, samples, Objective(), batch_size=2, shuffle=shuffle).train(1)
        flats[shuffle] = trained.parameters.flat
    assert (flats[True] != flats[False]).any()
    for options in ({}, {"shuffle": True}, {"shuffle": False}):
        trained = state()
        next(epochs(trained, samples, Objective(), batch_size=2, **options))
        expected = flats[options.get("shuffle", True)]
        np.testing.assert_array_equal(trained.parameters.flat, expected)
        trained = state()
        Trainer(trained, samples, Objective(), batch_size=2, **options).train(1)
        np.testing.assert_array_equal(trained.parameters.flat, expected)


def test_samples_too_large_for_a_network_give_infinity_without_a_warning():
    assert np.isinf(forward([[1e200]], [[[1e200]]], [[0]])[-1]).all()
    X, coefs = np.array([[1e200]]), [np.array([[1e200]])]
    assert np.isinf(predict(X, coefs, [], "relu"))
    coefs = [np.array([[1e200, 1e200]]), np.array([[1.0], [-1.0]])]
    assert np.isnan(predict(X, coefs, [], "identity"))


def test_softmax_of_rows_of_any_size_is_that_of_scipy():
    rows = np.array([[1000.0, 999.0, 0.0], [-1000.0, -999.0, -2000.0], [0.1, 0.2, 0.3]])
    expected = softmax(rows, axis=1)
    OUT_ACTIVATIONS["softmax"](rows)
    np.testing.assert_allclose(rows, expected, rtol=1e-14)


@pytest.mark.parametrize("optimizer", [SGD(momentum=0.9), Adam()])
def test_what_an_optimizer_keeps_is_of_the_dtype_of_the_parameters(optimizer):
    parameters = np.ones(3, np.float32)
    optimizer.step(parameters, np.ones(3, np.float32), 0.1)
    kept = [part for part in vars(optimizer).values() if isinstance(part, np.ndarray)]
    assert kept
    assert {part.dtype for part in kept} == {np.dtype(np.float32)}


@pytest.mark.parametrize("optimizer", [SGD(momentum=0.9), Adam()])
@pytest.mark.parametrize("n_before", [0, 1, 2])
def test_an_optimizer_goes_back_to_a_snapshot(optimizer, n_before):
    """Of before its first step, too; judged by one that made no further step."""
    expected, parameters = np.zeros(3), np.zeros(3)
    judge, optimizer = optimizer.copy(), optimizer.copy()
    for _ in range(n_before):
        judge.step(expected, np.array([1.0, 2.0, -3.0]), 0.1)
        optimizer.step(parameters, np.array([1.0, 2.0, -3.0]), 0.1)
    snapshot = optimizer.snapshot()
    optimizer.step(parameters.copy(), np.array([5.0, -5.0, 1.0]), 0.1)
    optimizer.restore(snapshot)
    judge.step(expected, np.array([4.0, 1.0, 1.0]), 0.1)
    optimizer.step(parameters, np.array([4.0, 1.0, 1.0]), 0.1)
    np.testing.assert_array_equal(parameters, expected)


def test_copies_of_optimizers_and_schedules_take_other_options():
    adam = Adam(beta_1=0.5).copy(beta_2=0.7)
    assert (adam.beta_1, adam.beta_2) == (0.5, 0.7)
    assert SGD(momentum=0.3).copy(momentum=0.4).momentum == 0.4
    slower = Adaptive(1.1e-6).slower()
    assert slower.learning_rate(0) == pytest.approx(2.2e-7)
    assert slower.slower() is None
    assert Adaptive(1e-6).slower() is None


def test_integers_in_a_sparse_matrix_will_do():
    X, coefs = sparse.csr_matrix([[2, 3], [0, 1]]), [[[1], [-1]]]
    np.testing.assert_array_equal(forward(X, coefs)[-1], [[-1], [-1]])
    _, gradient = loss_and_gradient(Parameters.from_arrays(coefs), X, [[0], [0]])
    np.testing.assert_array_equal(gradient.coefs[0], [[-1], [-2]])


def test_backward_in_single_precision_without_a_workspace():
    parameters = draw_parameters((3, 4, 2), np.random.RandomState(0), dtype=np.float32)
    X, delta = np.ones((5, 3), np.float32), np.ones((5, 2), np.float32)
    activations = forward(X, parameters.coefs, parameters.intercepts)
    gradient = backward(activations, delta, parameters)
    double = parameters.view(parameters.flat.astype(np.float64))
    activations = forward(X.astype(float), double.coefs, double.intercepts)
    expected = backward(activations, delta.astype(float), double)
    np.testing.assert_allclose(gradient.flat, expected.flat, rtol=1e-5, atol=1e-7)


def test_what_is_finite():
    """A product that overflows is no verdict on its factors."""
    parameters = Parameters((1, 1))
    state = TrainingState(parameters, SGD(), Constant(0.1), np.random.RandomState(0))
    for flat, loss, expected in [
        ([1e200, -1e200], 1.0, True),
        ([1e200, np.inf], 1.0, False),
        ([np.nan, 0.0], 1.0, False),
        ([0.0, 0.0], np.inf, False),
        ([1e200, 0.0], np.nan, False),
    ]:
        parameters.flat[:] = flat
        with np.errstate(over="ignore", invalid="ignore"):
            assert state.is_finite(loss) is expected


def test_how_a_block_of_epochs_ends():
    X, Y, _ = make_problem("squared_error")
    for rate, patience, ending in [
        (0.1, None, DONE),
        (0.1, Patience(0.0, 5), DONE),
        (1e-300, Patience(1e-4, 5), PATIENCE_RAN_OUT),
        (1e300, None, NOT_FINITE),
    ]:
        parameters = draw_parameters((3, 4, 3), np.random.RandomState(0))
        rng = np.random.RandomState(0)
        state = TrainingState(parameters, SGD(), Constant(rate), rng)
        with np.errstate(over="ignore", invalid="ignore"):
            trainer = Trainer(state, Samples(X, Y), Objective(), batch_size=7)
            block = trainer.train(10, patience)
        assert block.ending == ending
        assert (
            len(block.losses) == {DONE: 10, PATIENCE_RAN_OUT: 6, NOT_FINITE: 2}[ending]
        )
        # A full batch has no order to be drawn.
        assert not state.draws
        assert rng.rand() == np.random.RandomState(0).rand()


def test_lists_and_integers_will_do():
    coefs, intercepts = [[[0, 0], [1, 1]], [[0], [1]]], [[0, 0], [0]]
    raw = forward([[2, 3]], coefs, intercepts)[-1]
    assert expit(raw[0, 0]) == pytest.approx(0.7216325609518421, abs=1e-15)
    parameters = Parameters.from_arrays(coefs, intercepts)
    assert parameters.flat.dtype == np.float64
    loss, _ = loss_and_gradient(parameters, [[2, 3]], [[1]])
    assert loss == pytest.approx((raw[0, 0] - 1) ** 2 / 2)


def test_what_an_objective_or_targets_may_be():
    with pytest.raises(ValueError, match=r"loss must be one of .* got 'log_loss'"):
        Objective("log_loss")
    with pytest.raises(ValueError, match=r"activation must be one of .* 'sigmoid'"):
        Objective(activation="sigmoid")
    parameters, one = Parameters((1, 1)), np.ones((1, 1))
    for use in (
        lambda: forward([[1]], [[[1]]], activation="sigmoid"),
        lambda: predict(one, [one], [], "sigmoid"),
        lambda: backward([one, one], one, parameters, "sigmoid"),
    ):
        with pytest.raises(ValueError, match=r"activation must be one of .* 'sigmoid'"):
            use()
    with pytest.raises(ValueError, match=r"init must be one of .* got 'he'"):
        draw_parameters((1, 1), np.random.RandomState(0), "he")
    with pytest.raises(ValueError, match=r"intercepts must be .*\(3,\), \(1,\)"):
        Parameters.from_arrays([np.ones((2, 3)), np.ones((3, 1))], [[1, 2], [3]])
    with pytest.raises(TypeError, match="coefs and intercepts must be lists of arrays"):
        Parameters.from_arrays(None)
    with pytest.raises(ValueError, match=r"out_activation must be .* got 'softmax'"):
        Objective(out_activation="softmax")


def as_floats(array):
    return None if array is None else np.array(array, float)


@pytest.mark.parametrize(
    ("X", "Y", "weights", "message"),
    [
        ([[1], [2]], [1, 2], None, r"Y must be of shape \(2, 1\) .* got \(2,\)"),
        ([[1], [2]], [[1]], None, r"Y must be of shape \(2, 1\) .* got \(1, 1\)"),
        ([[1], [2]], [[1, 2]] * 2, None, r"Y must be of shape \(2, 1\) .* \(2, 2\)"),
        ([[1, 2]], [[1]], None, r"^X must be of shape \(1, 1\) .* got \(1, 2\)"),
        ([[1]], [[1]], [1, 2], r"sample_weight must be of shape \(1,\) .* got \(2,\)"),
        ([[1]], [[1]], [0], "weights of the samples must not add up to 0"),
    ],
)
def test_shapes_that_do_not_fit(X, Y, weights, message):
    parameters = Parameters((1, 1))
    with pytest.raises(ValueError, match=message):
        loss_and_gradient(parameters, X, Y, weights)
    if weights == [0]:
        return  # which a Trainer passes over
    state = TrainingState(parameters, SGD(), Constant(0.1), np.random.RandomState(0))
    samples = Samples(*map(as_floats, (X, Y, weights)))
    with pytest.raises(ValueError, match=message):
        Trainer(state, samples, Objective(), batch_size=1)


def test_samples_of_another_dtype_than_the_parameters():
    X, Y, weights = make_problem("squared_error")
    single = draw_parameters((3, 4, 3), np.random.RandomState(0), dtype=np.float32)
    _, gradient = loss_and_gradient(single, X, Y, weights)
    double = single.view(single.flat.astype(np.float64))
    _, expected = loss_and_gradient(double, X, Y, weights)
    assert gradient.flat.dtype == np.float32
    np.testing.assert_allclose(gradient.flat, expected.flat, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("hidden", [(), (40,), (5, 60000)], ids=str)
@pytest.mark.parametrize("n_samples", [1, 3277, 3278, 7000])
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_matrix])
def test_predict_is_the_last_of_forward_in_bounded_memory(hidden, n_samples, container):
    """At the ends of blocks, too: 65536 numbers of the widest layer and a row."""
    if hidden == (5, 60000):
        n_samples = n_samples % 9
    rng = np.random.RandomState(0)
    X = container(rng.standard_normal((n_samples, 2)))
    widths = (2, *hidden, 20)
    parameters = draw_parameters(widths, rng, "lecun_uniform")
    network = parameters.coefs, parameters.intercepts
    tracemalloc.start()
    raw_prediction = predict(X, *network, "logistic")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_allclose(
        raw_prediction, forward(X, *network, "logistic")[-1], rtol=1e-12, atol=1e-12
    )
    assert peak < raw_prediction.nbytes + 2.5 * 8 * (65536 + max(widths))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("stride", [1, 2])
def test_add_multiple_writes_to_any_vector(dtype, stride):
    vector = np.arange(10, dtype=dtype)[::stride]
    expected = vector + 3 * np.ones(len(vector))
    add_multiple(vector, 3, np.ones(len(vector), dtype))
    np.testing.assert_array_equal(vector, expected)


def test_arrays_begin_on_cache_lines_each_at_another_place_of_a_page():
    places = [aligned_zeros((3, 5), np.float32).ctypes.data % 4096 for _ in range(64)]
    assert sorted(places) == list(range(0, 4096, 64))


def test_predict_takes_other_dtypes_and_no_samples():
    rng = np.random.RandomState(0)
    parameters = draw_parameters((2, 3, 1), rng, "lecun_uniform", dtype=np.float32)
    network = parameters.coefs, parameters.intercepts
    X = rng.standard_normal((5, 2))
    np.testing.assert_array_equal(
        predict(X, *network, "tanh"), forward(X, *network, "tanh")[-1]
    )
    assert predict(X[:0], *network, "tanh").shape == (0, 1)
    coefs = [coef.astype(np.float64) for coef in parameters.coefs]
    assert predict(X.astype(np.float32), coefs, [], "tanh").dtype == np.float64
