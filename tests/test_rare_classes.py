"""Classes of which a minibatch has hardly any sample."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.special import expit
from sklearn.metrics import log_loss
from sklearn.utils.class_weight import compute_sample_weight

from sknn_simple import SimpleMLPClassifier
from sknn_simple._fit.class_shares import correlation_within_classes
from sknn_simple.network import Samples


def rare(seed, n_samples=3000):
    """Return samples with about 1 % positive labels."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_samples, 5))
    return X, rng.random(n_samples) < expit(1.2 * X[:, 0] - X[:, 1] - 6)


def test_probabilities_of_a_rare_class_have_its_share_as_their_mean():
    ratios = []
    for seed in range(6):
        X, y = rare(seed)
        model = SimpleMLPClassifier(random_state=seed).fit(X, y)
        ratios.append(model.predict_proba(X)[:, 1].mean() / y.mean())
    assert np.mean(ratios) == pytest.approx(1, abs=0.1)


def first_rate(X, y, **options):
    model = SimpleMLPClassifier(n_iter_no_change=np.inf, max_iter=1, **options)
    return model.fit(X, y).history_["learning_rate"][0]


def test_the_rate_follows_the_samples_of_other_classes_in_a_minibatch():
    X = np.random.default_rng(0).standard_normal((3200, 3))
    assert first_rate(X, np.arange(3200) < 32) == pytest.approx(0.3 * 0.32)
    assert first_rate(X, np.arange(3200) >= 32) == pytest.approx(0.3 * 0.32)
    assert first_rate(X, np.arange(3200) < 100) == pytest.approx(0.3)
    # Of twenty classes alike, none is rare.
    assert first_rate(X, np.arange(3200) % 20) == pytest.approx(0.3)
    relu = first_rate(X, np.arange(3200) < 32, activation="relu")
    assert relu == pytest.approx(0.02)
    # Without hidden layers, their activation has no effect.
    rates = [
        first_rate(
            np.sign(X), np.arange(3200) < 32, hidden_layer_sizes=(), activation=name
        )
        for name in ("logistic", "relu")
    ]
    assert rates == pytest.approx([0.04, 0.04])
    full = first_rate(X, np.arange(3200) < 32, batch_size="full")
    assert full == pytest.approx(0.3)


def test_weights_that_balance_the_classes_leave_only_the_heavy_samples():
    X, y = rare(0)
    weights = compute_sample_weight("balanced", y)
    share = weights.max() / weights.mean()
    rate = first_rate(np.sign(X), y, class_weight="balanced")
    assert rate == pytest.approx(0.3 / (4 * share / 32))


def test_the_pieces_of_a_stream_have_the_same_rate_whatever_they_hold():
    """Otherwise those with rare samples would count less than the others."""
    X, y = rare(0)
    model = SimpleMLPClassifier()
    for rows in (y, ~y):
        piece = np.r_[np.flatnonzero(rows)[:20], np.flatnonzero(~y)[-300:]]
        model.partial_fit(np.sign(X[piece]), y[piece], classes=[False, True])
    assert model.history_["learning_rate"] == pytest.approx([0.3, 0.3])


def test_the_rate_follows_the_classes_without_a_sample_in_a_minibatch():
    X = np.random.default_rng(0).standard_normal((3200, 3))
    rates = {k: first_rate(X, np.arange(3200) % k) for k in (100, 160, 400)}
    assert rates[100] == pytest.approx(0.3)
    assert rates[160] == pytest.approx(0.3 / (160 / 128) ** 1.5)
    assert rates[400] == pytest.approx(0.15)
    # Most samples are of ten classes.
    few = np.where(np.arange(3200) % 8, np.arange(3200) % 10, np.arange(3200))
    assert first_rate(X, few) == pytest.approx(0.3)
    assert first_rate(X, np.arange(3200) % 200, activation="relu") == 0.02
    assert first_rate(X, np.arange(3200) % 200, batch_size=64) == pytest.approx(0.3)
    # Smaller minibatches have a lower rate for any number of classes.
    assert first_rate(X, np.arange(3200) % 100, batch_size=1) == pytest.approx(0.3 / 32)


def test_hundreds_of_classes_are_learned_from_categories():
    """In 70 % of the rows, the class is one of 20 that an item predicts."""
    rng = np.random.default_rng(0)
    item, noise = rng.integers(300, size=7000), rng.integers(300, size=7000)
    y = 15 * rng.integers(20, size=7000) + item % 15
    y = np.where(rng.random(7000) < 0.3, noise, y)
    X = csr_array((np.ones(7000), (np.arange(7000), item)))
    model = SimpleMLPClassifier((16,), random_state=0).fit(X[:6000], y[:6000])
    P = model.predict_proba(X[6000:])
    loss = log_loss(y[6000:], P, labels=model.classes_)
    assert loss < np.log(300) - 0.5


def test_inputs_that_depend_on_the_class_need_no_lower_rate():
    """Half of the variance of the inputs is between the classes, until shuffled."""
    rng = np.random.default_rng(0)
    y = np.arange(3200) % 400
    X = (rng.standard_normal((400, 5))[y] + rng.standard_normal((3200, 5))) / 2
    assert first_rate(X, y) == pytest.approx(0.3)
    assert first_rate(csr_array(X), y) == pytest.approx(0.3)
    assert first_rate(X, rng.permutation(y)) == pytest.approx(0.15)
    # A single sample of each class tells nothing about the classes.
    with pytest.warns(UserWarning, match="400 classes"):
        assert first_rate(X[:400], y[:400]) == pytest.approx(0.15)


@pytest.mark.parametrize("spread", [0.0, 0.05, 0.3])
def test_the_correlation_within_classes_is_that_of_an_analysis_of_variance(spread):
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(200), 10)
    X = 3 + spread * rng.standard_normal((200, 4))[y] + rng.standard_normal((2000, 4))
    Y = np.eye(200)[y]
    between = 10 * X.reshape(200, 10, 4).mean(axis=1).var(axis=0, ddof=1).sum()
    within = X.reshape(200, 10, 4).var(axis=1, ddof=1).mean(axis=0).sum()
    expected = (between - within) / (between + 9 * within)
    found = correlation_within_classes(Samples(X, Y, None))
    assert found == pytest.approx(expected, abs=0.002)
    weighted = correlation_within_classes(Samples(X, Y, np.full(2000, 3.0)))
    assert weighted == pytest.approx(found)
