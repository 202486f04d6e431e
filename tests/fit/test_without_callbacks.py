"""Where scikit-learn has no callbacks, only setting them fails."""

import importlib.util
import runpy

import pytest
import sklearn
from sklearn.base import BaseEstimator, clone

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple._fit import callback_bridge
from sknn_simple.model_selection import EpochSearchCV


@pytest.fixture
def bridge(monkeypatch):
    """Return the bridge as scikit-learn 1.8 gets it."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    return runpy.run_path(callback_bridge.__file__)


def test_set_callbacks_names_the_version_that_brings_them(bridge):
    class Network(bridge["CallbackSupport"], BaseEstimator):
        """An estimator with callbacks."""

    assert not bridge["HAS_CALLBACKS"]
    message = (
        rf"needs scikit-learn 1\.9 or later.*got scikit-learn {sklearn.__version__}"
    )
    with pytest.raises(ImportError, match=message):
        Network().set_callbacks(object())
    assert isinstance(clone(Network()).set_callbacks(), Network)


@pytest.mark.parametrize(
    "kind", [SimpleMLPClassifier, SimpleMLPRegressor, EpochSearchCV]
)
def test_everything_with_callbacks_uses_the_bridge(kind):
    assert issubclass(kind, callback_bridge.CallbackSupport)


def test_a_fit_and_a_search_pass_through_the_bridge(bridge):
    data = {"X": [[0.0]], "y": [0], "sample_weight": None}

    class Network(bridge["StandIn"], bridge["CallbackSupport"], BaseEstimator):
        """An estimator with callbacks, and a search whose refit is off."""

        refit = False

    fit = bridge["CallbackBridge"](Network(), data, max_iter=3)
    fit.begin_epoch()
    assert fit.end_epoch() is False
    fit.end_training()
    search = bridge["SearchBridge"](Network(), [[0.0]], [0], {})
    with search.trainings(2) as tasks, tasks[1].watched(Network(), 1, [[0.0]], [0], {}):
        assert len(tasks) == 2
    with Network()._in_place_of_self(Network()), search.refit(Network()):
        search.end()
