"""The penalty that alpha='auto' stands for, against sums written out pair by pair."""

import itertools
import math
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.special import expit
from sklearn.datasets import load_diabetes, make_friedman1
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression, Ridge, RidgeCV
from sklearn.metrics import d2_tweedie_score, log_loss, r2_score, roc_auc_score
from sklearn.preprocessing import StandardScaler
from support import diabetes, iris, spectra
from threadpoolctl import threadpool_limits

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple._fit.copies import distinct_rows
from sknn_simple._fit.neighbourhood import Neighbourhood
from sknn_simple._fit.penalty import automatic_penalty
from sknn_simple._targets import CountTargets
from sknn_simple.network import ACTIVATIONS, Samples

ONE = {"n_outputs": 1, "multilabel": False, "are_counts": False}
LABELS = SimpleNamespace(
    are_labels=True, network_loss="binary_log_loss", out_activation="logistic", **ONE
)
NUMBERS = SimpleNamespace(
    are_labels=False, network_loss="squared_error", out_activation="identity", **ONE
)


def problem(task, n_samples=40):
    """Return Samples of three classes or two numbers, with weights that differ."""
    X, y = iris() if task == "classes" else diabetes()
    rows = np.random.RandomState(1).permutation(len(X))[:n_samples]
    X = np.column_stack([X[rows, :4], np.ones(n_samples)])
    Y = np.eye(3)[y[rows]] if task == "classes" else np.c_[y[rows], X[:, 0] ** 2]
    return Samples(X, Y, np.random.RandomState(0).uniform(0.5, 2, n_samples))


def standardised(columns, weight):
    mean = np.average(columns, axis=0, weights=weight)
    variance = np.average((columns - mean) ** 2, axis=0, weights=weight)
    return (columns - mean) / np.where(variance > 0, np.sqrt(variance), 1)


@pytest.mark.parametrize("task", ["classes", "numbers"])
def test_r2_is_that_of_leaving_each_sample_out(task):
    X, Y, w = problem(task)
    n, mean, w = len(X), np.average(Y, axis=0, weights=w), w / w.mean()
    Z = standardised(X, w)[:, :4]
    variance = (w @ (Y - mean) ** 2).sum()

    def r2_at(narrowness):
        errors = 0.0
        for i in range(n):
            distances = ((Z[i] - Z) ** 2).sum(axis=1)
            near = w * np.exp(-narrowness * distances) * (np.arange(n) != i)
            prediction = np.average([*Y, mean], axis=0, weights=[*near, 0.1])
            errors += w[i] * ((Y[i] - prediction) ** 2).sum()
        return 1 - errors / variance

    r2 = Neighbourhood(Samples(X, Y, w)).r2
    assert 0 < r2 == pytest.approx(max(map(r2_at, (2, 8, 32))), abs=1e-9)


def in_fences(Y):
    """Move values to the fences of a box plot: 1.5 boxes away from the box."""
    low, high = np.percentile(Y, [25, 75], axis=0)
    return np.clip(Y, 2.5 * low - 1.5 * high, 2.5 * high - 1.5 * low)


@pytest.mark.parametrize("fenced", [False, True])
def test_noise_is_the_error_of_kernel_ridge_regression(fenced):
    """Of scikit-learn's, fitted without each sample in turn."""
    X, Y, w = problem("numbers")
    mean, w = np.average(Y, axis=0, weights=w), w / w.mean()
    if fenced:
        Y = in_fences(Y)
        mean = np.average(Y, axis=0, weights=w)
    Z, Y = standardised(X, w)[:, :4], Y - mean
    variance = (w @ Y**2).sum()

    def left_out(gamma, Y):
        model, errors = KernelRidge(alpha=0.1, kernel="rbf", gamma=gamma), 0 * Y
        for i in range(len(Z)):
            rest = np.arange(len(Z)) != i
            model.fit(Z[rest], Y[rest], sample_weight=w[rest])
            errors[i] = Y[i] - model.predict(Z[[i]])[0]
        return errors

    def noise_at(gamma):
        errors = left_out(gamma, Y)
        if fenced:
            errors = left_out(gamma, Y - errors + in_fences(errors))
        return (w @ errors**2).sum() / variance

    noise = Neighbourhood(Samples(X, problem("numbers").Y, w), fenced=fenced).noise
    assert 1 > noise == pytest.approx(min(noise_at(0.25), noise_at(2)), rel=1e-3)


def test_the_noise_in_minor_directions_is_that_of_leaving_each_sample_out():
    """The intercept is of all samples, as if the mean were known."""
    X, y = spectra(60, 0)
    w = np.random.RandomState(0).uniform(0.5, 2, 60)
    neighbourhood = Neighbourhood(Samples(X, y[:, None], w))
    Z, w = standardised(X, w), w / w.mean()
    y -= np.average(y, weights=w)

    def left_out(ridge):
        errors = np.empty(60)
        for i in range(60):
            rest = np.arange(60) != i
            model = Ridge(ridge * Z.shape[1])
            model.fit(Z[rest], y[rest], sample_weight=w[rest])
            errors[i] = y[i] - model.predict(Z[[i]])[0]
        return (w @ errors**2) / (w @ y**2)

    least = min(left_out(10.0**-k) for k in range(1, 6))
    assert least < 0.1 < 0.9 < left_out(1)
    assert neighbourhood.noise_in_minor_directions == pytest.approx(least, rel=0.02)
    assert neighbourhood.noise == neighbourhood.noise_in_minor_directions


def test_the_noise_of_ordinary_inputs_is_not_that_of_minor_directions():
    rng = np.random.default_rng(0)
    X, _ = spectra(100, 0)
    for inputs, targets in (iris(), diabetes(), (X, rng.standard_normal(100))):
        samples = Samples(StandardScaler().fit_transform(inputs), targets[:, None])
        assert Neighbourhood(samples).noise_in_minor_directions == 1


@pytest.mark.parametrize("seed", range(2))
def test_minor_constituents_of_spectra_are_learned(seed):
    train, test = slice(150), slice(150, None)
    X, y = spectra(650, seed)
    network = SimpleMLPRegressor(random_state=0).fit(X[train], y[train])
    ridge = RidgeCV(np.logspace(-6, 3, 10)).fit(X[train], y[train])
    assert network.score(X[test], y[test]) > ridge.score(X[test], y[test]) - 0.05
    X, y = spectra(650, seed, height=0.1)
    network, linear = (
        model.fit(X[train], y[train] > 0.5).score(X[test], y[test] > 0.5)
        for model in (SimpleMLPClassifier(random_state=0), LogisticRegression())
    )
    assert network > linear - 0.06


@pytest.mark.parametrize("seed", range(3))
def test_weak_signals_are_not_buried_in_noise(seed):
    """Where linear regression explains a twentieth of the variance."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((3300, 20))
    y = X[:, :8].sum(axis=1) / 8**0.5 + 3 * rng.standard_normal(3300)
    model = SimpleMLPRegressor(random_state=0).fit(X[:300], y[:300])
    ridge = Ridge().fit(X[:300], y[:300])
    assert model.score(X[300:], y[300:]) > max(0, ridge.score(X[300:], y[300:]))


@pytest.mark.parametrize("seed", range(3))
def test_weak_labels_are_not_buried_in_noise(seed):
    """Probabilities are better than shares, and about as good as a linear model's."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((4500, 20))
    y = X[:, :8].sum(axis=1) / 8**0.5 + 3 * rng.standard_normal(4500) > 1.5
    train, test = slice(500), slice(500, None)
    losses = [
        log_loss(y[test], model.fit(X[train], y[train]).predict_proba(X[test]))
        for model in (
            SimpleMLPClassifier(random_state=0),
            LogisticRegression(),
            DummyClassifier(),
        )
    ]
    assert losses[0] < min(losses[1] + 0.005, losses[2])


@pytest.mark.parametrize("seed", range(2))
def test_a_rare_class_in_many_rows_is_not_buried_in_noise(seed):
    """L-BFGS would memorise it, and be worse than a constant."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((14_000, 20))
    logit = 0.7 * X[:, 0] - 0.7 * X[:, 1] + 0.4 * X[:, 2] - 3.1
    y = rng.random(14_000) < 1 / (1 + np.exp(-logit))
    train, test = slice(6000), slice(6000, None)
    network, linear = (
        log_loss(y[test], model.fit(X[train], y[train]).predict_proba(X[test]))
        for model in (
            SimpleMLPClassifier(solver="lbfgs", random_state=0),
            LogisticRegression(),
        )
    )
    assert network < linear + 0.001


@pytest.mark.parametrize("n_copies", [5, 9, 12])
def test_the_order_of_repeated_rows_does_not_matter(n_copies):
    rng = np.random.default_rng(0)
    X = np.repeat(rng.standard_normal((20, 3)), n_copies, axis=0)
    Y = np.repeat(rng.standard_normal(20), n_copies)[:, None]
    Y += 0.1 * rng.standard_normal(Y.shape)
    order = rng.permutation(len(X))
    noise = Neighbourhood(Samples(X, Y)).noise
    other = Neighbourhood(Samples(X[order], Y[order])).noise
    assert noise == pytest.approx(other, rel=0.1)  # the first twins differ


def test_eight_samples_of_a_line_are_no_noise():
    X = np.linspace(-1, 1, 8)[:, None]
    assert Neighbourhood(Samples(X, 2 * X)).noise < 0.2


def test_weights_that_are_almost_0_are_no_weights():
    weight = np.exp(-(np.linspace(0, 27.29, 60) ** 2))
    assert weight[-1] == 5e-324
    X = np.random.default_rng(0).standard_normal((60, 3))
    noise = Neighbourhood(Samples(X, X[:, :1], weight)).noise
    assert 0 <= noise <= 1


@pytest.mark.parametrize("seed", range(3))
def test_sixty_runs_of_little_noise_are_learned(seed):
    """They are far apart, so that plain means of neighbours miss most of a quadric."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (1060, 4))
    linear, quadric = rng.standard_normal(4), rng.standard_normal((4, 4))
    response = X @ linear + np.einsum("ni,ij,nj->n", X, quadric, X)
    X /= X[:60].std(axis=0)
    y = response[:60] + 0.05 * rng.standard_normal(60)
    model = SimpleMLPRegressor(random_state=0).fit(X[:60], y)
    assert model.score(X[60:], response[60:]) > 0.96


def test_targets_that_vary_quickly_are_not_noise():
    rng = np.random.RandomState(0)
    X = rng.uniform(-3, 3, (600, 1))
    slow, quick = (np.sin(rate * X) for rate in (1, 5))
    noise = rng.standard_normal((600, 1))
    r2 = [Neighbourhood(Samples(X, Y, None)).r2 for Y in (slow, quick, noise)]
    assert r2[0] > 0.99
    assert r2[1] > 0.9
    assert r2[2] < 0.05
    model = SimpleMLPRegressor(random_state=0).fit(X[:300], quick[:300, 0])
    assert model.score(X[300:], quick[300:, 0]) > 0.8


@pytest.mark.parametrize("n_outputs", [2, 10, 50])
def test_more_outputs_of_the_same_kind_are_learned_as_well(n_outputs):
    """The loss is a mean over outputs, so that the penalty must fall with them."""
    rng = np.random.RandomState(0)
    X = rng.standard_normal((1500, 20))
    y = np.tanh(X @ rng.standard_normal(20) / 4) * X[:, 0]
    scores = [
        SimpleMLPRegressor(random_state=0).fit(X[:900], Y[:900]).score(X[900:], Y[900:])
        for Y in (y, np.repeat(y[:, None], n_outputs, axis=1))
    ]
    assert scores[1] > scores[0] - 0.1


def test_many_different_outputs_are_learned_by_one_network():
    rng = np.random.RandomState(0)
    X = rng.standard_normal((1900, 20))
    Y = np.tanh(X @ rng.standard_normal((20, 50)) / 4) * X[:, :1]
    model = SimpleMLPRegressor(random_state=0)
    assert model.fit(X[:900], Y[:900]).score(X[900:], Y[900:]) > 0.7


def test_outputs_that_are_summed_leave_the_penalty_as_it_is():
    samples = problem("numbers")
    wide = SimpleNamespace(**vars(NUMBERS) | {"n_outputs": 2})
    summed = SimpleNamespace(**vars(wide) | {"network_loss": "sum_squared_error"})
    alpha = automatic_penalty(NUMBERS, samples).alpha
    assert automatic_penalty(wide, samples).alpha == pytest.approx(alpha / 2)
    assert automatic_penalty(summed, samples).alpha == pytest.approx(alpha)


def test_a_rare_class_that_weighs_more_strengthens_the_penalty():
    """Its few samples decide half of the loss, with all their noise."""
    rng = np.random.RandomState(0)
    X = rng.standard_normal((3000, 6))
    y = (rng.uniform(size=3000) < 0.1 / (1 + np.exp(-2 * X[:, 0]))).astype(int)
    plain, balanced, strong = (
        SimpleMLPClassifier(class_weight=weight, alpha=alpha, random_state=0).fit(
            X[:1500], y[:1500]
        )
        for weight, alpha in ((None, "auto"), ("balanced", "auto"), ("balanced", 1.0))
    )
    shares = np.bincount(y[:1500]) / 1500
    factor = (1 / (4 * shares)).sum()  # mean of 1 / (2 share) over both halves
    assert balanced.alpha_ == pytest.approx(factor * plain.alpha_, rel=0.3)
    areas = [
        roc_auc_score(y[1500:], model.predict_proba(X[1500:])[:, 1])
        for model in (plain, balanced, strong)
    ]
    assert areas[1] > areas[2]
    assert areas[1] > areas[0] - 0.03


@pytest.mark.parametrize("task", ["classes", "numbers"])
def test_relevance_is_correlation_and_difference_between_neighbours(task):
    X, Y, w = problem(task)
    (n, p), n_outputs, W = X.shape, Y.shape[1], len(X)
    w = w / w.mean()
    Z, T = standardised(X, w), standardised(Y, w)
    correlations = [
        sum(np.average(Z[:, h] * T[:, k], weights=w) ** 2 for k in range(n_outputs))
        for h in range(p)
    ]
    correlated = np.maximum(np.array(correlations) - n_outputs / W, 0) + 1 / W
    pairs, weights, differing = [], [], []
    for i in range(n):
        for j in range(i):
            pairs.append((Z[i] - Z[j]) ** 2)
            weights.append(w[i] * w[j] * math.exp(-pairs[-1].sum()))  # 4 / p is 1
            differing.append(weights[-1] * ((Y[i] - Y[j]) ** 2).sum())
    usual = np.average(pairs, axis=0, weights=weights)
    excess = np.average(pairs, axis=0, weights=differing)[:4] / usual[:4] - 1
    excess = np.append(np.maximum(excess, 0), 0)  # the last input is constant
    np.testing.assert_allclose(
        Neighbourhood(Samples(X, Y, w)).relevance(),
        (correlated / correlated.mean() + excess / excess.mean()) / 2,
        rtol=1e-9,
    )


@pytest.mark.parametrize("seed", range(3))
def test_useful_inputs_are_penalised_less_than_others(seed):
    """Even if nothing is correlated: a square, or the sign of a product."""
    X, y = make_friedman1(500, 10, random_state=seed)
    factors = automatic_penalty(NUMBERS, Samples(X, y[:, None])).input_factors
    assert factors[:5].max() < factors[5:].min()
    X = np.random.RandomState(seed).standard_normal((500, 4))
    Y = (X[:, :1] * X[:, 1:2] > 0).astype(float)
    factors = automatic_penalty(LABELS, Samples(X, Y)).input_factors
    assert factors[:2].max() < factors[2:].min()


@pytest.mark.parametrize(("targets", "of_noise"), [(LABELS, 1.2), (NUMBERS, 0.9)])
def test_alpha_is_high_for_noise_and_low_where_neighbours_agree(targets, of_noise):
    rng = np.random.RandomState(0)
    X = rng.standard_normal((1000, 9))
    noise = rng.randint(2, size=(1000, 1)).astype(float)
    penalty = automatic_penalty(targets, Samples(X, noise))
    # By chance, neighbours at some distance explain a little.
    assert 0.95 * of_noise * 3 < penalty.alpha <= of_noise * 3
    signal = (X[:, :1] > 0).astype(float)
    assert automatic_penalty(targets, Samples(X, signal)).alpha < of_noise * 1.5


def test_few_samples_limit_the_penalty():
    """Otherwise the four rows of XOR could not be learned."""
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]])
    Y = (X.sum(axis=1, keepdims=True) == 1).astype(float)
    penalty = automatic_penalty(LABELS, Samples(X, Y))
    assert penalty.alpha == pytest.approx(4 / 200 * 4 / 40 * 1.08)
    np.testing.assert_allclose(penalty.input_factors, 0.5 * 10 / 11)


@pytest.mark.parametrize("rule", [np.all, np.any])
@pytest.mark.parametrize("n_inputs", [1, 2, 3])
def test_a_neuron_learns_a_gate(n_inputs, rule):
    X = np.array(list(itertools.product([0, 1], repeat=n_inputs)))
    y = rule(X, axis=1)
    for solver in ("sgd", "lbfgs"):
        neuron = SimpleMLPClassifier((), solver=solver, random_state=0)
        assert neuron.fit(X, y).score(X, y) == 1


@pytest.mark.parametrize("n_samples", [3, 4, 9])
def test_a_line_meets_a_few_points(n_samples):
    x = np.linspace(-1.5, 1.5, n_samples)
    y = 2 * x + 1 + 0.1 * np.cos(9 * x)
    model = SimpleMLPRegressor((), random_state=0).fit(x[:, None], y)
    slope, intercept = np.polyfit(x, y, 1)
    assert model.coefs_[0].item() == pytest.approx(slope, rel=0.01)
    assert model.intercepts_[0].item() == pytest.approx(intercept, rel=0.01)


@pytest.mark.parametrize(
    ("shares", "equivalent"),
    [((0.5,), 1.0), ((0.1,), 0.36), ((0.01,), 0.04), ((1 / 3,) * 3, 8 / 9)],
)
def test_rare_labels_lower_the_limit(shares, equivalent):
    """It is that of as many samples of two equal classes as tell as much."""
    X = np.random.RandomState(0).standard_normal((1500, 10))
    Y = np.zeros((1500, len(shares)))
    first = 0
    for label, share in enumerate(shares):
        Y[first : first + round(share * 1500), label] = 1
        first += round(share * 1500)
    samples = Samples(X, Y)
    alpha = automatic_penalty(LABELS, samples).alpha
    limit = equivalent * 1500 / 200 * Neighbourhood(samples).n_inputs / 3
    enough = max(equivalent, min(1, equivalent * 1500 / 1300))
    weak = 1 + 2 * enough**2  # nothing predicts these labels
    assert alpha == pytest.approx(weak * min(limit, 0.4 * math.sqrt(10)), rel=0.05)


@pytest.mark.parametrize("seed", [0, 1])
def test_many_classes_of_documents_are_learned(seed):
    rng = np.random.RandomState(seed)
    topics = rng.dirichlet(np.full(1500, 0.05), 30)
    y = rng.randint(30, size=1400)
    counts = [rng.multinomial(40, 0.5 * topics[k] + 0.5 / 1500) for k in y]
    X = TfidfTransformer().fit_transform(csr_array(counts))
    model = SimpleMLPClassifier(random_state=seed).fit(X[:1000], y[:1000])
    judge = LogisticRegression().fit(X[:1000], y[:1000])
    assert model.score(X[1000:], y[1000:]) > judge.score(X[1000:], y[1000:]) - 0.02


def test_sigmoid_outputs_with_squared_error_take_a_tenth():
    samples = Samples(*problem("classes")[:2])
    squared = SimpleNamespace(**vars(LABELS) | {"network_loss": "squared_error"})
    tenth = automatic_penalty(squared, samples).alpha
    assert automatic_penalty(LABELS, samples).alpha == pytest.approx(10 * tenth)


def standardised_by(column, samples):
    """Return the deviation by which a column is divided when it is standardised."""
    return StandardScaler().fit(column[:, None], None, samples.sample_weight).scale_[0]


@pytest.mark.parametrize("out_activation", sorted(ACTIVATIONS))
def test_only_outputs_that_are_not_scaled_take_the_variance_into_account(
    out_activation,
):
    samples = Samples(*problem("numbers")[:2])
    other = SimpleNamespace(**vars(NUMBERS) | {"out_activation": out_activation})
    deviations = [standardised_by(column, samples) for column in samples.Y.T]
    factor = 1
    if out_activation in ("logistic", "tanh", "softplus"):
        # Large output coefs feel the penalty more.
        factor = np.mean(np.square(deviations) / np.maximum(1, deviations))
    alpha = automatic_penalty(NUMBERS, samples).alpha
    assert automatic_penalty(other, samples).alpha == pytest.approx(factor * alpha)


@pytest.mark.parametrize("out_activation", ["softplus", "relu", "leaky_relu", "tanh"])
def test_outputs_of_full_slope_do_not_memorise_noise(out_activation):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((2200, 8))
    noise = rng.standard_normal(2200)
    y = 0.8 * X[:, 0] - 0.4 * X[:, 1] + 0.3 * X[:, 2] * X[:, 3] + noise
    y = np.tanh(y) if out_activation == "tanh" else np.maximum(0, 6 + y)
    model = SimpleMLPRegressor(out_activation=out_activation, random_state=0)
    scores = [
        fitted.fit(X[:200], y[:200]).score(X[200:], y[200:])
        for fitted in (model, Ridge())
    ]
    assert scores[0] > scores[1] - 0.03


@pytest.mark.parametrize("n_samples", [100, 2000])
def test_sparse_and_single_precision_samples_have_the_same_penalty(n_samples):
    rng = np.random.RandomState(0)
    X = rng.randint(3, size=(n_samples, 20)).astype(float)
    Y = (X[:, :1] + rng.standard_normal((n_samples, 1)) > 1).astype(float)
    alpha, factors = automatic_penalty(LABELS, Samples(X, Y))
    for other, rtol in ((csr_array(X), 1e-12), (X.astype(np.float32), 1e-6)):
        penalty = automatic_penalty(LABELS, Samples(other, Y))
        assert penalty.alpha == pytest.approx(alpha, rel=rtol)
        np.testing.assert_allclose(penalty.input_factors, factors, rtol=rtol)


@pytest.mark.parametrize(
    "X",
    [
        np.ones((30, 3)),
        np.arange(30.0)[:, None] * [1e306, 1e-300, 1],
        np.eye(30) * 1e300,
        np.zeros((1, 3)),
    ],
)
@pytest.mark.parametrize("largest", [1e-300, 0.0, 1.0, 1e300])
def test_the_penalty_of_extreme_samples_is_finite_and_positive(X, largest):
    Y = np.arange(float(len(X)))[:, None] * largest
    alpha, factors = automatic_penalty(NUMBERS, Samples(X, Y))
    assert 0 < alpha < np.inf
    assert ((factors > 0) & (factors <= 10)).all()


@pytest.mark.parametrize("n_rare", range(1, 6))
def test_rare_values_leave_no_rounding_errors(n_rare):
    """No neighbours differ in such an input. The order of the rows, and whether equal
    ones are repeated or weigh more, must not matter.
    """
    rng = np.random.RandomState(n_rare)
    X = np.column_stack([rng.standard_normal((150, 10)), np.arange(150) < n_rare])
    Y = (X[:, :1] + rng.standard_normal((150, 1)) > 0).astype(float)
    order, counts = rng.permutation(150), rng.randint(1, 4, 150)
    whole = automatic_penalty(LABELS, Samples(X, Y))
    shuffled = automatic_penalty(LABELS, Samples(X[order], Y[order]))
    np.testing.assert_allclose(shuffled.input_factors, whole.input_factors, rtol=1e-7)
    weighted = automatic_penalty(LABELS, Samples(X, Y, counts.astype(float)))
    X, Y = (np.repeat(part, counts, axis=0) for part in (X, Y))
    repeated = automatic_penalty(LABELS, Samples(X, Y))
    assert weighted.alpha == pytest.approx(repeated.alpha, rel=1e-9)
    np.testing.assert_allclose(
        weighted.input_factors, repeated.input_factors, rtol=1e-7
    )


def test_a_class_too_rare_to_be_drawn_is_not_taken_for_no_noise():
    X = np.random.RandomState(0).standard_normal((50_000, 4))
    Y = np.zeros((50_000, 1))
    Y[:3] = 1
    samples = Samples(X, Y)
    alpha = automatic_penalty(LABELS, samples).alpha
    # They tell no more than 40 samples.
    limit = 40 / 200 * Neighbourhood(samples).n_inputs / 3
    weak = 1 + 2 * (40 / 1300) ** 2
    assert alpha == pytest.approx(weak * limit, rel=1e-4)
    Y[:2000] = 1  # enough to tell that the signal is weak
    alpha = automatic_penalty(LABELS, Samples(X, Y)).alpha
    assert alpha == pytest.approx(3 * 0.4 * 2, rel=0.06)


def test_the_number_of_threads_does_not_matter():
    """It changes the last bits of products of this size."""
    X, y = load_diabetes(return_X_y=True)
    samples = Samples(X, y[:, None])
    penalties = []
    for n_threads in (1, 2):
        with threadpool_limits(n_threads):
            penalties.append(automatic_penalty(NUMBERS, samples))
    assert penalties[0].alpha == penalties[1].alpha
    np.testing.assert_array_equal(
        penalties[0].input_factors, penalties[1].input_factors
    )


@pytest.mark.parametrize("n_features", [8300, 8500])
def test_the_relevance_of_many_inputs_is_judged(n_features):
    """A few more columns of noise must not spoil the model."""
    rng = np.random.default_rng(0)
    y = np.arange(120) % 2
    X = rng.standard_normal((120, n_features))
    X[:, :20] += 0.9 * y[:, None]
    model = SimpleMLPClassifier((20,), random_state=0).fit(X[:80], y[:80])
    assert model.score(X[80:], y[80:]) > 0.85


@pytest.mark.parametrize("seed", [0, 1])
def test_word_counts_that_a_line_separates_are_learned(seed):
    """Their deviations are small, and neighbours say nothing: the limit decides."""
    rng = np.random.RandomState(seed)
    frequency = 1 / np.arange(1, 2001) ** 0.9
    counts = rng.multinomial(80, frequency / frequency.sum(), 1200)
    X = TfidfTransformer().fit_transform(csr_array(counts))
    score = counts @ (rng.standard_normal(2000) * (rng.rand(2000) < 0.3))
    y = score > np.median(score)
    model = SimpleMLPClassifier(random_state=seed).fit(X[:800], y[:800])
    judge = LogisticRegression().fit(X[:800], y[:800])
    assert model.score(X[800:], y[800:]) > judge.score(X[800:], y[800:]) - 0.02


def test_outliers_do_not_count_for_a_robust_loss():
    rng = np.random.RandomState(0)
    X = rng.standard_normal((400, 3))
    Y = X[:, :1] + 0.1 * rng.standard_normal((400, 1))
    outliers = Y + 100 * (np.arange(400) % 100 == 0)[:, None]
    for loss in ("absolute_error", "quantile", "huber"):
        targets = SimpleNamespace(**vars(NUMBERS) | {"network_loss": loss})
        clean = automatic_penalty(targets, Samples(X, Y)).alpha
        assert automatic_penalty(targets, Samples(X, outliers)).alpha < 2 * clean
    assert automatic_penalty(NUMBERS, Samples(X, outliers)).alpha > 3 * clean


@pytest.mark.parametrize("loss", ["absolute_error", "quantile", "huber"])
def test_robust_losses_learn_in_spite_of_outliers(loss):
    rng = np.random.RandomState(1)
    X = rng.standard_normal((1500, 4))
    truth = np.sin(2 * X[:, 0]) + X[:, 1]
    y = truth + 0.3 * rng.standard_normal(1500)
    y += 50 * rng.choice([-1, 1], 1500) * (rng.rand(1500) < 0.01)
    model = SimpleMLPRegressor(loss=loss, random_state=0).fit(X[:1000], y[:1000])
    assert r2_score(truth[1000:], model.predict(X[1000:])) > 0.9


def test_scattered_counts_have_a_stronger_penalty():
    """Poisson's counts of mean m vary by m. What varies more is noise, or a signal."""
    rng = np.random.RandomState(0)
    X = rng.standard_normal((500, 3))
    alphas = []
    for shape in (np.inf, 1.0, 0.1):
        mean = 5.0 if shape == np.inf else 5.0 * rng.gamma(shape, 1 / shape, (500, 1))
        Y = rng.poisson(mean, (500, 1)) / 5.0
        counts = CountTargets(1, squeeze=False, is_scaled=True)
        counts.scale = [5.0]
        alphas.append(automatic_penalty(counts, Samples(X, Y)).alpha)
        unexplained = Y.var() / Y.mean() - Y.mean()
        expected = math.sqrt(3) * (1 + max(1 / 5, unexplained))
        assert alphas[-1] == pytest.approx(expected, rel=0.05)
    assert alphas[2] > 3 * alphas[0]


@pytest.mark.parametrize("unit", [1e-320, 1e-21, 1 / 60, 1, 1e3, 1e300])
def test_the_unit_of_amounts_does_not_matter(unit):
    amounts = CountTargets(1, squeeze=False, is_scaled=True)
    X, Y, _ = problem("numbers")
    samples = Samples(X, 1 + Y / (10 * Y.max()))
    alphas = []
    for amounts.scale in ([2.0], [unit]):
        alphas.append(automatic_penalty(amounts, samples).alpha)
    assert alphas[1] == pytest.approx(alphas[0])


def test_rates_are_learned_alike_in_every_unit_of_time():
    """Rates weighted by the time of observation have the deviance of their counts."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((3000, 4))
    hours = rng.uniform(0.5, 2, 3000)
    log_mean = 0.6 * np.sin(2 * X[:, 0]) + 0.5 * X[:, 1] - 0.3 * X[:, 2] ** 2
    counts = rng.poisson(1.5 * np.exp(log_mean) * hours)
    scores = []
    for time in (hours, 60 * hours, 3600 * hours):
        rate, model = counts / time, SimpleMLPRegressor(loss="poisson", random_state=0)
        model.fit(X[:1000], rate[:1000], sample_weight=time[:1000])
        new = rate[1000:], model.predict(X[1000:])
        scores.append(d2_tweedie_score(*new, power=1, sample_weight=time[1000:]))
    assert max(scores) - min(scores) < 0.01
    assert min(scores) > 0.45


def test_repeated_measurements_are_not_taken_for_no_noise():
    """Three samples each share a target; those of other targets say what is noise."""
    rng = np.random.RandomState(0)
    X = np.repeat(rng.standard_normal((60, 3)), 3, axis=0)
    X += 0.01 * rng.standard_normal(X.shape)
    Y = np.repeat(rng.standard_normal((60, 1)), 3, axis=0)
    assert Neighbourhood(Samples(X, Y)).r2 > 0.9
    alpha = automatic_penalty(NUMBERS, Samples(X, Y)).alpha
    assert alpha > 0.9 * 0.3 * 3


@pytest.mark.parametrize("jitter", [0, 0.03])
def test_twins_do_not_hide_the_noise(jitter):
    """Each subject is measured twice; what it adds to y is noise for others."""
    rng = np.random.default_rng(0)
    subjects, new = rng.standard_normal((150, 5)), rng.standard_normal((1000, 5))

    def truth(X):
        return 1.5 * X[:, 0] + np.sin(2 * X[:, 1]) + 0.5 * X[:, 2] * X[:, 0]

    own = truth(subjects) + 0.7 * rng.standard_normal(150)
    X = np.repeat(subjects, 2, axis=0) + jitter * rng.standard_normal((300, 5))
    y = np.repeat(own, 2) + 0.1 * rng.standard_normal(300)
    model = SimpleMLPRegressor(random_state=0).fit(X, y)
    assert model.score(new, truth(new)) > 0.85


@pytest.mark.parametrize("activation", ["logistic", "tanh"])
def test_numbers_without_noise_are_hardly_penalised(activation):
    x = np.random.RandomState(0).uniform(-1, 1, (1300, 1))
    y = np.sin(10 * x[:, 0])
    x /= x.std()
    model = SimpleMLPRegressor(activation=activation, random_state=0).fit(
        x[:300], y[:300]
    )
    assert model.score(x[300:], y[300:]) > 0.995


def curve(n_cycles, n_samples, noise, seed):
    """Return noisy samples of a sine of variance 1 - noise, and new clean ones."""
    rng = np.random.default_rng(seed)
    x = np.concatenate([rng.uniform(0, 1, n_samples), np.linspace(0, 1, 1000)])
    y = np.sqrt(2 * (1 - noise)) * np.sin(2 * np.pi * n_cycles * x)
    y[:n_samples] += np.sqrt(noise) * rng.standard_normal(n_samples)
    X = (x - 0.5)[:, None] * 12**0.5
    return (X[:n_samples], y[:n_samples]), (X[n_samples:], y[n_samples:])


@pytest.mark.parametrize("noise", [0.01, 0.1, 0.5])
@pytest.mark.parametrize("n_samples", [100, 200, 500, 2000])
@pytest.mark.parametrize("n_cycles", [1, 4, 8])
def test_the_noise_of_curves_is_right_within_a_factor(n_cycles, n_samples, noise):
    """However fast they are: along one input, the nearest samples tell."""
    estimates = []
    for seed in range(8):
        (X, y), _ = curve(n_cycles, n_samples, noise, seed)
        estimates.append(Neighbourhood(Samples(X, y[:, None])).noise)
    # Without noise, 12 random samples per cycle leave gaps that look like 0.01.
    gaps = 0.03 if n_samples / n_cycles < 20 else 0
    assert noise / 1.5 < np.mean(estimates) < 1.5 * noise + gaps


@pytest.mark.parametrize("n_samples", [50, 200, 1000])
@pytest.mark.parametrize("n_inputs", [1, 2, 5])
def test_pure_noise_is_no_curve(n_inputs, n_samples):
    rng = np.random.default_rng(0)
    X, Y = (rng.standard_normal((n_samples, size)) for size in (n_inputs, 1))
    assert Neighbourhood(Samples(X, Y)).noise > 0.9


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_fast_curves_are_learned():
    (X, y), new = curve(8, 300, 0.01, 0)
    scores = [
        SimpleMLPRegressor(
            (30,), "tanh", solver="lbfgs", max_iter=3000, random_state=seed
        )
        .fit(X, y)
        .score(*new)
        for seed in range(5)
    ]
    assert np.median(scores) > 0.95


def test_a_fast_curve_in_one_of_two_regimes_is_not_noise():
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 1, 600)
    X = np.column_stack([x, x > 0.5])
    Y = (np.sin(40 * x) * (x > 0.5) + 0.1 * rng.standard_normal(600))[:, None]
    noise = Neighbourhood(Samples(X, Y)).noise
    assert 0.01 / Y.var() / 1.5 < noise < 1.5 * 0.01 / Y.var()


def test_tanh_takes_about_the_penalty_of_the_same_function_of_sigmoids():
    """For noise. With twice the coefs, its sigmoids predict the same."""
    rng = np.random.RandomState(0)
    X = rng.standard_normal((2000, 4))
    Y = rng.randint(2, size=(2000, 1)).astype(float)
    coefs = rng.standard_normal((4, 3)), rng.standard_normal((3, 1))
    first, second = rng.standard_normal(3), rng.standard_normal(1)
    network = SimpleMLPRegressor.from_coefs(coefs, [first, second], activation="tanh")
    twin = SimpleMLPRegressor.from_coefs(
        [2 * coef for coef in coefs], [2 * first, second - coefs[1].sum(axis=0)]
    )
    np.testing.assert_allclose(twin.predict(X), network.predict(X))
    for targets, factors in ((LABELS, (4, 8)), (NUMBERS, (5, 5))):
        sigmoids = automatic_penalty(targets, Samples(X, Y)).alpha
        for n_layers, factor in enumerate(factors, 1):
            names = ["tanh"] * n_layers
            tanh = automatic_penalty(targets, Samples(X, Y), names).alpha
            assert tanh == pytest.approx(factor * sigmoids, rel=0.1)


def test_a_few_samples_limit_the_penalty_of_all_activations():
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]])
    samples = Samples(X, (X.sum(axis=1, keepdims=True) == 1).astype(float))
    alpha = automatic_penalty(LABELS, samples).alpha
    for activations in (["relu"], ["tanh", "tanh"], ["logistic", "tanh"]):
        assert automatic_penalty(LABELS, samples, activations).alpha == alpha


STEEP = [((100,), "tanh"), ((100,), "relu"), ((50, 50), "tanh"), ((50, 50), "relu")]


@pytest.mark.parametrize("network", STEEP)
def test_steep_units_do_not_memorise_noisy_numbers(network):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((3300, 10))
    y = X[:, 0] - X[:, 1] + 0.5 * X[:, 2] + 1.5 * rng.standard_normal(3300)
    model, judge = SimpleMLPRegressor(*network, random_state=0), Ridge()
    scores = [m.fit(X[:300], y[:300]).score(X[300:], y[300:]) for m in (model, judge)]
    assert scores[0] > scores[1] - 0.05


@pytest.mark.parametrize("network", STEEP)
def test_steep_units_do_not_memorise_noisy_labels(network):
    rng = np.random.default_rng(0)
    (X, y), (X_new, y_new) = (logistic_samples(rng, n, 0) for n in (400, 3000))
    losses = [
        log_loss(y_new, model.fit(X, y).predict_proba(X_new))
        for model in (
            SimpleMLPClassifier(*network, random_state=0),
            LogisticRegression(),
        )
    ]
    assert losses[0] < losses[1] + 0.03


@pytest.mark.parametrize("weights", [(1, 1), (1, 5), (2, 2)])
def test_whole_numbers_are_no_special_weights(weights):
    X, Y, _ = problem("classes")
    w = np.where(Y[:, 0] == 1, *weights).astype(float)
    alpha, factors = automatic_penalty(LABELS, Samples(X, Y, w))
    near = automatic_penalty(LABELS, Samples(X, Y, w + 1e-6 * Y[:, 1]))
    assert near.alpha == pytest.approx(alpha, rel=1e-5)
    np.testing.assert_allclose(near.input_factors, factors, rtol=1e-5)
    scaled = automatic_penalty(LABELS, Samples(X, Y, w / 3000))
    assert scaled.alpha == pytest.approx(alpha / 3000)
    np.testing.assert_allclose(scaled.input_factors, factors)


def test_copies_of_samples_are_no_evidence():
    X, Y, w = problem("classes")
    alpha, factors = automatic_penalty(LABELS, Samples(X, Y, w))
    twice = Samples(*(np.repeat(part, 2, axis=0) for part in (X, Y, w)))
    doubled = automatic_penalty(LABELS, twice)
    assert doubled.alpha == pytest.approx(2 * alpha)
    np.testing.assert_allclose(doubled.input_factors, factors)


def as_dense(X):
    return X


@pytest.mark.parametrize("kind", [as_dense, np.float32, csr_array])
@pytest.mark.parametrize("n_samples", [300, 2000])
def test_copies_are_weights(n_samples, kind):
    rng = np.random.RandomState(0)
    X = rng.randint(-4, 5, size=(n_samples, 8)) / 4
    Y = (X[:, :1] + rng.standard_normal((n_samples, 1)) > 0).astype(float)
    counts = rng.randint(1, 6, n_samples)
    weighted = automatic_penalty(LABELS, Samples(kind(X), Y, counts.astype(float)))
    X, Y = np.repeat(X, counts, axis=0), np.repeat(Y, counts, axis=0)
    X[::2] *= np.where(X[::2] == 0, -1, 1)  # -0.0 is 0
    repeated = automatic_penalty(LABELS, Samples(kind(X), Y))
    assert repeated.alpha == pytest.approx(weighted.alpha, rel=1e-6)
    np.testing.assert_allclose(
        repeated.input_factors, weighted.input_factors, rtol=1e-6
    )


def test_distinct_rows_are_those_of_a_dict():
    """Of columns of halves and huge numbers, with rows of no weight."""
    rng = np.random.RandomState(0)
    X = rng.randint(-2, 3, size=(3000, 5)) * [0.5, 1, 1e300, 1e-300, 1]
    Y, weight = X[:, 4:], rng.randint(3, size=3000).astype(float)
    totals = {}
    for x, w in zip(X, weight, strict=True):
        if w > 0:
            totals[tuple(x)] = totals.get(tuple(x), 0) + w
    for inputs in (X, csr_array(X)):
        rows, weights = distinct_rows(Samples(inputs, Y, weight))
        found = dict(zip(map(tuple, X[rows]), weights, strict=True))
        assert found == totals


def test_a_frequency_table_is_the_table_of_its_samples():
    """As of answers to a few stimuli, which are 300 in all."""
    rng = np.random.RandomState(0)
    stimuli = np.repeat(rng.standard_normal((30, 2)), 2, axis=0)
    answers = np.tile([[0.0], [1.0]], (30, 1))
    n_yes = rng.binomial(10, expit(2 * stimuli[::2, 0]))
    counts = np.column_stack([10 - n_yes, n_yes]).ravel()
    every = np.repeat(np.arange(60), counts)
    samples = Samples(stimuli[every], answers[every], None)
    expected = automatic_penalty(LABELS, samples)
    for kind in (np.asarray, csr_array):
        table = Samples(kind(stimuli), answers, counts.astype(float))
        penalty = automatic_penalty(LABELS, table)
        assert penalty.alpha == pytest.approx(expected.alpha, rel=1e-6)
        np.testing.assert_allclose(
            penalty.input_factors, expected.input_factors, rtol=1e-6
        )


def test_copies_with_a_few_other_labels_are_no_frequency_table():
    """Without weights or with, 50 copies of each input count as one."""
    rng = np.random.RandomState(0)
    X = np.repeat(rng.standard_normal((30, 3)), 50, axis=0)
    Y = np.repeat((rng.rand(30, 1) < 0.5).astype(float), 50, axis=0)
    Y[25::50] = 1 - Y[25::50]
    for weight in (None, np.full(1500, 3.0)):
        neighbourhood = Neighbourhood(Samples(X, Y, weight), by_class=True)
        assert neighbourhood.n_distinct == 60


def test_the_weights_of_a_survey_are_no_counts():
    """Whole numbers, but only some inputs are equal, and their labels differ."""
    X, Y, _ = problem("classes")
    X[:18:2], Y[:18:2] = X[1:18:2], np.roll(Y[1:18:2], 1, axis=1)
    w = np.random.RandomState(0).randint(200, 800, len(X)).astype(float)
    alpha = automatic_penalty(LABELS, Samples(X, Y, w)).alpha
    scaled = automatic_penalty(LABELS, Samples(X, Y, w / 7)).alpha
    assert scaled == pytest.approx(alpha / 7)


def test_a_few_copies_may_have_other_labels():
    """Of many, on the other hand, no row is a copy."""
    rng = np.random.RandomState(0)
    X = np.repeat(rng.standard_normal((800, 6)), 4, axis=0)
    Y = np.repeat((rng.rand(800, 1) < 0.4).astype(float), 4, axis=0)
    few, many = Y.copy(), Y.copy()
    few[3:160:4] = 1 - few[3:160:4]
    many[3::4] = 1 - many[3::4]
    n_distinct = [
        Neighbourhood(Samples(X, labels)).n_distinct for labels in (few, many)
    ]
    assert n_distinct == [800 + 40, 3200]
    alphas = [
        automatic_penalty(LABELS, Samples(X, labels)).alpha for labels in (Y, few)
    ]
    assert alphas[1] == pytest.approx(alphas[0], rel=0.2)


def logistic_samples(rng, n_samples, intercept):
    """Return samples whose labels follow a logistic regression on two of 20 inputs."""
    X = rng.standard_normal((n_samples, 20))
    p = 1 / (1 + np.exp(-(X[:, 0] - X[:, 1] + intercept)))
    return X, rng.random(n_samples) < p


@pytest.mark.parametrize("seed", range(2))
def test_four_copies_of_a_table_are_not_memorised(seed):
    rng = np.random.default_rng(seed)
    (X, y), (X_new, y_new) = (logistic_samples(rng, n, -1) for n in (700, 5000))
    model, judge = SimpleMLPClassifier(random_state=seed), LogisticRegression()
    model.fit(np.repeat(X, 4, axis=0), np.repeat(y, 4))
    losses = [
        log_loss(y_new, fitted.predict_proba(X_new))
        for fitted in (model, judge.fit(X, y))
    ]
    assert losses[0] < losses[1] + 0.02


@pytest.mark.parametrize("seed", range(2))
def test_copies_of_a_minority_are_not_memorised(seed):
    rng = np.random.default_rng(seed)
    (X, y), (X_new, y_new) = (logistic_samples(rng, n, -3.5) for n in (1500, 10_000))
    rows = np.r_[np.flatnonzero(~y), np.tile(np.flatnonzero(y), (~y).sum() // y.sum())]
    aucs = [
        roc_auc_score(y_new, model.fit(X[rows], y[rows]).predict_proba(X_new)[:, 1])
        for model in (SimpleMLPClassifier(random_state=seed), LogisticRegression())
    ]
    assert aucs[0] > aucs[1] - 0.02


@pytest.mark.parametrize("class_weights", [(1, 8), (8, 1), (0.5, 3, 40, 1)])
def test_weights_of_classes_count_as_the_noise_of_the_gradient(class_weights):
    """The gradient with respect to the intercepts, where these predict the shares."""
    n = len(class_weights)
    code = np.random.RandomState(0).permutation(np.repeat(range(n), range(20, 20 + n)))
    Y = np.eye(n)[code]
    weight = np.array(class_weights)[code].astype(float)
    shares = np.average(Y, axis=0, weights=weight)
    noise = weight**2 @ ((Y - shares) ** 2).sum(axis=1)
    expected = noise / (weight.sum() * (shares * (1 - shares)).sum())
    samples = Samples(np.arange(len(Y))[:, None] * 1.0, Y, weight)
    found = Neighbourhood(samples, by_class=True).mean_weight
    assert found == pytest.approx(expected, rel=1e-12)


def test_weights_that_make_up_for_samples_left_out_do_not_bury_the_signal():
    """Of the common class, 2 % is kept: by far the largest weights."""
    ratios = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        (X, y), (X_new, y_new) = (logistic_samples(rng, n, -4) for n in (6000, 10_000))
        rows = y | (rng.random(len(y)) < 0.02)
        weight = np.where(y, 1.0, 50.0)[rows]
        model = SimpleMLPClassifier(random_state=seed).fit(X[rows], y[rows], weight)
        judge = LogisticRegression().fit(X[rows], y[rows], weight)
        losses = [log_loss(y_new, m.predict_proba(X_new)) for m in (model, judge)]
        ratios.append(losses[0] / losses[1])
    assert np.mean(ratios) < 0.92


def test_equal_samples_of_coarse_inputs_are_evidence():
    """If 3 of 4 equal inputs have the same label, the variance is 3 / 16 of 1 / 4."""
    n = 400
    X = np.repeat([0.0, 1.0], n // 2)[:, None]
    Y = np.concatenate([np.arange(n // 2) % 4 == 0, np.arange(n // 2) % 4 > 0])
    r2 = Neighbourhood(Samples(X, Y[:, None].astype(float))).r2
    assert r2 == pytest.approx(1 - (3 / 16) / (1 / 4), abs=0.02)


def test_samples_of_no_weight_do_not_count():
    X, Y, w = problem("classes")
    w = np.where(np.arange(40) % 2, w, 0)
    alpha, factors = automatic_penalty(LABELS, Samples(X, Y, w))
    kept = Samples(X[1::2], Y[1::2], w[1::2])
    assert automatic_penalty(LABELS, kept).alpha == pytest.approx(alpha)
    np.testing.assert_allclose(automatic_penalty(LABELS, kept).input_factors, factors)


@pytest.mark.parametrize("alpha", ["auto", "3*auto", 0.7])
def test_alpha_is_the_strength_of_the_penalty_in_the_loss(alpha):
    """With a single input, whose relevance is 1, 'auto' has the factor 1 / 1.1."""
    X = np.linspace(-2, 2, 60)[:, None]
    y = np.random.RandomState(0).uniform(-1, 1, 60) < np.sin(2 * X[:, 0])
    model = SimpleMLPClassifier((5,), solver="lbfgs", alpha=alpha, random_state=0)
    model.fit(X, y)
    factor = 1.0 if alpha == 0.7 else 1 / 1.1
    first, second = ((coef**2).sum() for coef in model.coefs_)
    penalty = model.alpha_ * (factor * first + second) / (2 * len(X))
    assert model.loss_ == pytest.approx(log_loss(y, model.predict_proba(X)) + penalty)
    assert penalty > 0.01
    network = SimpleMLPClassifier.from_coefs(model.coefs_, model.intercepts_)
    assert network.alpha_ is None
    network.alpha = alpha
    assert network.partial_fit(X, y * 1, classes=[0, 1]).alpha_ == model.alpha_


@pytest.mark.parametrize(("n", "p"), [(60, 60), (100, 100)])
def test_tables_with_as_many_inputs_as_samples(n, p):
    rng = np.random.RandomState(0)
    X = rng.standard_normal((n + 1000, p))
    y = X[:, :5].sum(axis=1) + rng.standard_normal(n + 1000)
    labels = (y > 0).astype(int)
    linear = SimpleMLPClassifier((), random_state=0), LogisticRegression()
    losses = [
        log_loss(labels[n:], model.fit(X[:n], labels[:n]).predict_proba(X[n:]))
        for model in linear
    ]
    assert losses[0] < losses[1]
    for hidden in ((), (100,)):
        model = SimpleMLPRegressor(hidden, random_state=0).fit(X[:n], y[:n])
        assert model.score(X[n:], y[n:]) > 0.2


def test_the_limit_of_a_small_table_grows_with_the_inputs():
    rng = np.random.RandomState(3)
    for p, limit in ((6, 0.25 * 6 / 3), (12, 0.25 * 12 / 3)):
        X = StandardScaler().fit_transform(rng.standard_normal((50, p)))
        samples = Samples(X, np.arange(50.0)[:, None] % 2)
        neighbourhood = Neighbourhood(samples)
        weak = 1 + math.exp(-100 * (1 - neighbourhood.noise))
        alpha = automatic_penalty(LABELS, samples).alpha
        independent = neighbourhood.n_inputs / p
        assert alpha == pytest.approx(limit * weak * independent)
        unlimited = automatic_penalty(NUMBERS, samples, activations=()).alpha
        assert unlimited > 0.25 * p


def test_inputs_that_vary_together_count_as_fewer():
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((500, 40)), np.zeros((500, 1))
    assert Neighbourhood(Samples(X, Y)).n_inputs == pytest.approx(40, rel=0.1)
    same = np.repeat(X[:, :1], 40, axis=1)
    n_inputs = Neighbourhood(Samples(same, Y)).n_inputs
    assert n_inputs == pytest.approx(math.sqrt(40), rel=0.1)
    indicators = (rng.random((500, 40)) < 0.5).astype(float)
    n_inputs = Neighbourhood(Samples(indicators, Y)).n_inputs
    assert n_inputs == pytest.approx(40 * 0.25, rel=0.1)
    # Corners of a simplex, whose distances are all the same, have a dimension each.
    n_inputs = Neighbourhood(Samples(np.eye(4), np.zeros((4, 1)))).n_inputs
    assert n_inputs == pytest.approx(0.75)


def test_the_limit_of_wide_tables_grows_with_the_inputs():
    """More inputs than samples may predict the noise of any numbers."""
    rng = np.random.default_rng(0)
    for p in (20, 100, 600):
        samples = Samples(rng.standard_normal((150, p)), rng.standard_normal((150, 1)))
        n_inputs = Neighbourhood(samples).n_inputs
        assert n_inputs == pytest.approx(p, rel=0.1)
        alpha = automatic_penalty(NUMBERS, samples).alpha
        assert alpha == pytest.approx(max(150 / 60, n_inputs / 15))


@pytest.mark.parametrize("seed", range(4))
def test_the_weight_of_a_class_too_rare_to_be_drawn_counts(seed):
    rng = np.random.RandomState(seed)
    X, Y = rng.standard_normal((5000, 4)), np.zeros((5000, 1))
    Y[rng.permutation(5000)[:10]] = 1
    weight = np.where(Y[:, 0] == 1, 250.0, 5000 / 9980)  # as class_weight="balanced"
    neighbourhood = Neighbourhood(Samples(X, Y, weight), by_class=True)
    # Both classes have half of the weight.
    assert neighbourhood.mean_weight == pytest.approx((250 + 5000 / 9980) / 2)


def test_a_panel_with_an_indicator_per_unit_is_learned():
    """Much better than by a linear model, judged by the function without noise."""
    rng = np.random.default_rng(0)
    unit = np.tile(np.arange(40), 40)
    x = rng.normal(size=(1600, 4))
    truth = 1.2 * rng.normal(size=40)[unit] + np.cos(1.5 * x[:, 0]) + 0.5 * x[:, 1]
    y = truth + rng.normal(size=1600)
    X = np.column_stack([x, np.eye(40)[unit]])
    network = SimpleMLPRegressor(random_state=0).fit(X[:800], y[:800])
    linear = RidgeCV(np.logspace(-2, 3, 10)).fit(X[:800], y[:800])
    ours, theirs = (m.score(X[800:], truth[800:]) for m in (network, linear))
    assert ours > 0.87
    assert ours > theirs + 0.1
