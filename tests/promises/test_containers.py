"""Promise 5, containers: the same numbers give the same model.

Sparse samples, CSR or CSC, give the same training as dense ones. Samples of float32 are
trained on in float32 throughout, and give a model of float32 that predicts float32.
"""

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from support import BOTH, SOLVERS, STOCHASTIC, UNSTOPPED, diabetes, weights_of

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.network import OPTIMIZERS


@BOTH
@SOLVERS
@pytest.mark.parametrize("kind", ["csr_matrix", "csc_matrix", "csr_array", "csc_array"])
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_sparse_equals_dense(estimator, data, solver, kind):
    X, y = data
    X = np.where(np.abs(X) > 0.8, X, 0.0)
    estimator = clone(estimator).set_params(solver=solver, max_iter=10)
    dense = clone(estimator).fit(X, y)
    from_sparse = clone(estimator).fit(getattr(sparse, kind)(X), y)
    np.testing.assert_allclose(
        weights_of(from_sparse), weights_of(dense), rtol=1e-7, atol=1e-9
    )
    np.testing.assert_allclose(
        from_sparse.predict(getattr(sparse, kind)(X)), dense.predict(X), atol=1e-7
    )


@BOTH
@pytest.mark.parametrize("kind", ["csr_array", "csc_array"])
@pytest.mark.parametrize(
    ("name", "at", "value"),
    [("indices", 3, 10**8), ("indices", 3, -4), ("indptr", 2, 10**8)],
)
def test_damaged_indices_are_refused(estimator, data, kind, name, at, value):
    """They would lead scikit-learn, SciPy and the engines out of memory."""
    X, y = data
    fitted = clone(estimator).fit(sparse.csr_array(X), y)
    damaged = getattr(sparse, kind)(X)
    getattr(damaged, name)[at] = value
    for read in (lambda X: clone(estimator).fit(X, y), fitted.predict):
        with pytest.raises(ValueError, match=f"damaged {kind[:3].upper()} matrix"):
            read(damaged)


def _in_ones(counts):
    """Return CSR that stores each count as so many ones."""
    columns = [np.repeat(np.arange(counts.shape[1]), row) for row in counts]
    indices, indptr = np.concatenate(columns), np.cumsum([0, *map(len, columns)])
    return sparse.csr_array((np.ones(len(indices)), indices, indptr), counts.shape)


@pytest.mark.parametrize("kind", [SimpleMLPClassifier, SimpleMLPRegressor])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_entries_stored_in_parts_equal_their_sums(kind):
    """Also for the automatic rate, which depends on the size of the inputs."""
    counts = np.random.RandomState(0).poisson(0.8, (200, 12))
    y = (counts[:, 0] > counts[:, 1]).astype(int)
    parts = 3 * _in_ones(counts)
    n_stored = parts.nnz
    estimator = kind(random_state=0)
    judge = clone(estimator).fit(3.0 * counts, y)
    fitted = estimator.fit(parts, y)
    assert fitted.history_["learning_rate"] == judge.history_["learning_rate"]
    np.testing.assert_allclose(
        weights_of(fitted), weights_of(judge), rtol=1e-7, atol=1e-9
    )
    assert parts.nnz == n_stored  # the caller's matrix is not changed


@SOLVERS
@pytest.mark.parametrize("y_dtype", [np.float32, np.float64, np.int64])
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_float32_stays_float32(solver, y_dtype):
    X, y = diabetes()
    X, y = X.astype(np.float32), np.round(10 * y).astype(y_dtype)
    weights = np.ones(100)
    regressor = SimpleMLPRegressor((5,), solver=solver, max_iter=5, **UNSTOPPED)
    regressor.fit(X, y, sample_weight=weights)
    classifier = SimpleMLPClassifier((5,), solver=solver, max_iter=5, **UNSTOPPED)
    classifier.fit(X, y > 0, sample_weight=weights)
    for estimator in (regressor, classifier):
        for part in (*estimator.coefs_, *estimator.intercepts_):
            assert part.dtype == np.float32
    assert regressor.predict(X).dtype == np.float32
    assert classifier.predict_proba(X).dtype == np.float32
    assert classifier.predict_log_proba(X).dtype == np.float32
    assert classifier.decision_function(X).dtype == np.float32


@STOCHASTIC
def test_float32_trains_in_float32(solver, monkeypatch):
    seen = set()
    step = OPTIMIZERS[solver].step

    def spy(self, parameters, gradient, learning_rate):
        seen.update({parameters.dtype, gradient.dtype})
        step(self, parameters, gradient, learning_rate)

    monkeypatch.setattr(OPTIMIZERS[solver], "step", spy)
    X, y = diabetes()
    SimpleMLPRegressor(
        (5,), solver=solver, max_iter=2, engine="numpy", **UNSTOPPED
    ).fit(X.astype(np.float32), y, sample_weight=np.ones(100))
    assert seen == {np.dtype(np.float32)}


def test_float32_model_continues_in_float32():
    X, y = diabetes()
    regressor = SimpleMLPRegressor((5,)).partial_fit(X.astype(np.float32), y)
    assert regressor.partial_fit(X, y).coefs_[0].dtype == np.float32
