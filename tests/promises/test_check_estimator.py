"""Promise 11, check_estimator: scikit-learn accepts the estimators.

Both estimators pass all of scikit-learn's checks with every solver and both engines,
without an expected failure. (test_engines.py runs them with the compiled engine.)
"""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

SOLVERS = ("sgd", "adam", "lbfgs")


@pytest.mark.filterwarnings("ignore:Training ended at a loss")
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@parametrize_with_checks(
    [
        kind(solver=solver)
        for kind in (SimpleMLPClassifier, SimpleMLPRegressor)
        for solver in SOLVERS
    ]
)
def test_check_estimator(estimator, check):
    check(estimator)
