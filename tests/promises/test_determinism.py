"""Promise 7, determinism: the same seed gives the same bits.

With the same `random_state`, machine, versions and number of BLAS threads, training and
prediction give the same bits again, in another process and under threads.
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_digits
from support import UNSTOPPED, diabetes, iris, weights_of

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

SCRIPT = """
import sys, numpy as np
from sklearn.datasets import load_digits
from sknn_simple import SimpleMLPClassifier
X, y = load_digits(return_X_y=True)
m = SimpleMLPClassifier((16,), random_state=5, max_iter=3, n_iter_no_change=np.inf)
m.fit(X / 16, y)
sys.stdout.buffer.write(m.predict_proba(X[:50] / 16).tobytes())
"""


def test_the_same_bits_in_another_process_in_threads_and_again():
    X, y = load_digits(return_X_y=True)
    X = X / 16
    estimator = SimpleMLPClassifier(
        (16,), random_state=5, max_iter=3, n_iter_no_change=np.inf
    )
    with ThreadPoolExecutor(4) as pool:
        models = list(pool.map(lambda _: clone(estimator).fit(X, y), range(4)))
    models.append(clone(estimator).fit(X, y))
    models.append(models[-1].fit(X, y))
    first = models[0].predict_proba(X[:50]).tobytes()
    assert {model.predict_proba(X[:50]).tobytes() for model in models} == {first}
    other = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True)
    assert other.returncode == 0, other.stderr.decode()
    assert other.stdout == first


def test_one_model_predicts_the_same_in_many_threads():
    X, y = iris()
    model = SimpleMLPClassifier((20, 20), random_state=0, max_iter=3, **UNSTOPPED)
    expected = model.fit(X, y).predict_proba(X)
    with ThreadPoolExecutor(8) as pool:
        for result in pool.map(lambda _: model.predict_proba(X), range(200)):
            np.testing.assert_array_equal(result, expected)


def test_fits_that_share_a_random_state_differ():
    X, y = diabetes()
    rng = np.random.RandomState(0)
    first = SimpleMLPRegressor((5,), random_state=rng, max_iter=2, **UNSTOPPED)
    second = SimpleMLPRegressor((5,), random_state=rng, max_iter=2, **UNSTOPPED)
    a, b = weights_of(first.fit(X, y)), weights_of(second.fit(X, y))
    assert not np.array_equal(a, b)
