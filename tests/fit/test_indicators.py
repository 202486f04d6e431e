"""The automatic penalty on indicators of categories, and on words of documents."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.preprocessing import OneHotEncoder

from sknn_simple import SimpleMLPClassifier
from sknn_simple._fit.neighbourhood import Neighbourhood
from sknn_simple.network import Samples


def scale(X):
    X = np.asarray(X, dtype=float)
    return Neighbourhood(Samples(X, X[:, :1])).scale_of_indicators()


def categories(rng, n_levels, n_samples):
    """Return a one-hot column for each category of columns of codes."""
    codes = [rng.integers(n, size=n_samples) for n in n_levels]
    return OneHotEncoder(sparse_output=False).fit_transform(np.column_stack(codes))


def documents(rng, n_documents, n_words, n_topics):
    """Return word counts and topics."""
    topics = rng.dirichlet(np.full(n_words, 0.05), n_topics)
    y = rng.integers(n_topics, size=n_documents)
    mixed = 0.3 * topics[y] + 0.7 * topics.mean(axis=0)
    return rng.multinomial(40, mixed), y


def test_indicators_of_categories_have_their_own_deviations():
    X = categories(np.random.default_rng(0), (30, 50), 400)
    assert scale(X) == pytest.approx(X.std(axis=0).mean())
    # With one level less per category, as with drop="first".
    assert scale(X[:, np.r_[1:30, 31:80]]) == pytest.approx(0.16, abs=0.02)


def test_coins_do_not_hide_categories():
    rng = np.random.default_rng(0)
    X = np.column_stack([categories(rng, (60,), 400), rng.integers(2, size=(400, 9))])
    assert scale(X) == pytest.approx(X.std(axis=0).mean(), rel=0.1)


def tfidf(counts):
    return TfidfTransformer().fit_transform(csr_array(counts))


@pytest.mark.parametrize("kind", [np.sign, np.asarray, lambda c: tfidf(c).toarray()])
def test_words_of_documents_are_no_categories(kind):
    counts, _ = documents(np.random.default_rng(0), 400, 100, 5)
    assert scale(kind(counts)) > 0.8


@pytest.mark.parametrize("seed", range(2))
def test_more_documents_than_words_are_learned(seed):
    counts, y = documents(np.random.default_rng(seed), 2000, 500, 20)
    X = tfidf(counts)
    model = SimpleMLPClassifier((30,), random_state=seed).fit(X[:1000], y[:1000])
    judge = LogisticRegression().fit(X[:1000], y[:1000])
    assert model.score(X[1000:], y[1000:]) > judge.score(X[1000:], y[1000:]) - 0.02


@pytest.mark.parametrize("seed", range(2))
def test_more_categories_than_samples_are_not_memorised(seed):
    """Not worse than a constant prediction: each category has two samples."""
    rng = np.random.default_rng(seed)
    X = categories(rng, (300, 250), 3000)
    logits = X @ rng.normal(size=X.shape[1]) - 1
    y = rng.random(3000) < 1 / (1 + np.exp(-logits))
    losses = [
        log_loss(y[500:], model.fit(X[:500], y[:500]).predict_proba(X[500:]))
        for model in (SimpleMLPClassifier(random_state=seed), DummyClassifier())
    ]
    assert losses[0] < losses[1]
