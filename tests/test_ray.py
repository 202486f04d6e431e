"""A Ray cluster, whose object store lends arrays that can't be written to."""

import numpy as np
import pytest
import ray
from sklearn.datasets import load_iris
from support import ENGINES, UNSTOPPED, assert_same_model

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

pytestmark = pytest.mark.integrations
X, Y = load_iris(return_X_y=True)


@pytest.fixture(scope="module", autouse=True)
def cluster():
    """Start a cluster of one worker on this machine."""
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", [SimpleMLPClassifier, SimpleMLPRegressor])
def test_a_model_in_the_object_store_trains_on(kind, engine):
    model = kind((300,), engine=engine, warm_start=True, max_iter=2, random_state=0)
    model.set_params(**UNSTOPPED).fit(X, Y)
    stored, data = ray.put(model), ray.put(X)

    @ray.remote
    def train(model, X):
        return model.fit(X, Y).partial_fit(X, Y)

    borrowed = ray.get(stored)
    assert not ray.get(data).flags.writeable
    theirs = ray.get(train.remote(stored, data))
    here = borrowed.fit(ray.get(data), Y).partial_fit(ray.get(data), Y)
    expected = model.fit(X, Y).partial_fit(X, Y)
    for other in (theirs, here):
        assert_same_model(other, expected)
        np.testing.assert_array_equal(other.predict(X), expected.predict(X))
