"""Promise 11, check_estimator: scikit-learn accepts the estimators.

Both estimators pass all of scikit-learn's checks with every solver, without an expected
failure. Where the compiled engine is not installed, they do so on NumPy; CI runs both.
L-BFGS needs a weak penalty. With a stronger one, it takes some 100 iterations in the
check of weights and repeated rows, and these amplify the rounding of the first.
"""

import warnings

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
@pytest.mark.filterwarnings("ignore:Training stopped at max_iter=1000")  # of a check
@parametrize_with_checks(
    [
        kind(**options)
        for kind in (SimpleMLPClassifier, SimpleMLPRegressor)
        for options in OPTIONS
    ]
)
def test_check_estimator(estimator, check):
    # Its class weights of 1000 and 0.0001 leave the loss above that of a constant.
    if "check_class_weight_classifiers" in str(check):
        warnings.filterwarnings("ignore", "Training ended .* far above the loss of a")
    check(estimator)
