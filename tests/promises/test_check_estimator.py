"""Promise 11, check_estimator: scikit-learn accepts the estimators.

Both estimators pass all of scikit-learn's checks with every solver and both engines,
without an expected failure. (test_engines.py runs them with the compiled engine.)
L-BFGS does so with a weak penalty. With a stronger one, it takes some 100 iterations in
the check of weights and repeated rows, and these amplify the rounding of the first.
"""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

SOLVERS = ({"solver": "sgd"}, {"solver": "adam"}, {"solver": "lbfgs", "alpha": 1e-4})


@pytest.mark.filterwarnings("ignore:Training ended at a loss")
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@parametrize_with_checks(
    [
        kind(**solver)
        for kind in (SimpleMLPClassifier, SimpleMLPRegressor)
        for solver in SOLVERS
    ]
)
def test_check_estimator(estimator, check):
    check(estimator)
