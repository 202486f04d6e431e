"""Promise 11, check_estimator: scikit-learn accepts the estimators.

Both estimators pass all of scikit-learn's checks with every solver, without an expected
failure. Where the compiled engine is not installed, they do so on NumPy; CI runs both.
L-BFGS needs a weak penalty. With a stronger one, it takes some 100 iterations in the
check of weights and repeated rows, and these amplify the rounding of the first.
"""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

OPTIONS = (
    {"solver": "sgd"},
    {"solver": "adam"},
    {"solver": "lbfgs", "alpha": 1e-4},
)


@pytest.mark.filterwarnings("ignore:The network has learned next to nothing")
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
# Of a check with class weights of 1000 and 0.0001, after 1000 epochs or 20 in vain.
@pytest.mark.filterwarnings("ignore:Training stopped at max_iter=1000")
@pytest.mark.filterwarnings("ignore:Training ended .* far above the loss of a constant")
@parametrize_with_checks(
    [
        kind(**options)
        for kind in (SimpleMLPClassifier, SimpleMLPRegressor)
        for options in OPTIONS
    ]
)
def test_check_estimator(estimator, check):
    check(estimator)
