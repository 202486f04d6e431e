"""scikit-learn's own checks of an estimator, for every solver."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

SOLVERS = ("sgd", "adam", "lbfgs")


@pytest.mark.filterwarnings("ignore:Training stopped at max_iter")
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@parametrize_with_checks(
    [
        kind(solver=solver)
        for kind in (SimpleMLPClassifier, SimpleMLPRegressor)
        for solver in SOLVERS
    ]
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)
