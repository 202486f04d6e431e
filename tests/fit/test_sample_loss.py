"""Loss and gradient of the last parameters, which advice is based on."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from support import ENGINES

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple._fit import sample_loss
from sknn_simple._fit.session import Mode
from sknn_simple._fit.start import make_session
from sknn_simple.network import loss_and_gradient


def noise(n_samples):
    """Return samples whose targets do not depend on them."""
    rng = np.random.RandomState(0)
    return rng.standard_normal((n_samples, 10)), rng.standard_normal(n_samples)


def some_zeros():
    """Return 20 weights; some slices have a total weight of zero."""
    return np.repeat([0.0, 0.5, 0.0, 2.0], 5)


@pytest.mark.parametrize("loss", ["squared_error", "sum_squared_error", "huber"])
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize("sample_weight", [None, some_zeros()], ids=["equal", "zeros"])
def test_slices_add_up_to_the_objective(monkeypatch, loss, container, sample_weight):
    monkeypatch.setattr(sample_loss, "SLICE_SIZE", 8)  # slices of three rows
    X, y = noise(20)
    model = SimpleMLPRegressor((4,), loss=loss, alpha=1.0, random_state=0)
    session = make_session(model, container(X), y, sample_weight, mode=Mode.NEW)
    measured = sample_loss.SampleLoss(session)
    expected, expected_gradient = loss_and_gradient(
        session.state.parameters,
        *session.samples,
        replace(session.objective, alpha=0.0),
    )
    assert measured.of_last == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(
        measured.gradient.flat, expected_gradient.flat, atol=1e-12
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_a_fit_in_vain_ends_in_bounded_memory(engine):
    """One array of activations of all samples alone would take 80 MB."""
    X, y = noise(10_000)
    model = SimpleMLPRegressor(
        (1000,), alpha=1.0, learning_rate_init=1e-6, max_iter=1, engine=engine
    )
    tracemalloc.start()
    with pytest.warns(ConvergenceWarning, match="about the loss of a constant"):
        model.fit(X, y)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 25e6


def test_a_short_fit_needs_no_copy_of_the_samples():
    """Its warning looks at the inputs and the targets, which take 41 MB."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((100_000, 40)), rng.integers(10, size=100_000)
    model = SimpleMLPClassifier((2,), max_iter=1, random_state=0)
    tracemalloc.start()
    with pytest.warns(ConvergenceWarning, match="max_iter=1"):
        model.fit(X, y)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8e6 + 0.2 * X.nbytes  # the targets take 8 MB as outputs
