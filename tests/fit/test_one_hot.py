"""One-hot classes are warned of; labels that do not exclude each other are not."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.datasets import make_classification, make_multilabel_classification
from sklearn.model_selection import train_test_split
from support import outcome

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor

NETWORK = SimpleMLPClassifier((10,), max_iter=5, n_iter_no_change=np.inf)
NETWORK.set_params(random_state=0)
X, Y = make_classification(400, 10, n_informative=5, n_classes=4, random_state=0)
ONE_HOT = np.eye(4)[Y]


@pytest.mark.parametrize(
    "kind", [np.asarray, np.int8, np.bool_, pd.DataFrame, sparse.csr_array, list]
)
def test_one_hot_classes_are_warned_of(kind):
    message = outcome(NETWORK, X, kind(ONE_HOT))
    assert message.startswith("y is an indicator matrix, and each row has exactly one")
    assert message.endswith("pass labels, as np.argmax(y, axis=1) returns.")
    assert outcome(NETWORK, X, Y) == ""


def test_labels_predict_better():
    X_train, X_new, y_train, y_new = train_test_split(X, Y, random_state=0)
    one_hot, labels = SimpleMLPClassifier(random_state=0), np.eye(4)[y_train]
    outcome(one_hot, X_train, labels)
    better = SimpleMLPClassifier(random_state=0)
    better.fit(X_train, np.argmax(labels, axis=1))
    assert better.score(X_new, y_new) > one_hot.score(X_new, np.eye(4)[y_new]) + 0.05


def test_several_labels_are_not_warned_of():
    some = make_multilabel_classification(200, n_labels=1, random_state=0)
    assert outcome(NETWORK, *some) == ""
    with_none = ONE_HOT * (np.arange(400) > 0)[:, None]
    assert outcome(NETWORK, X, with_none) == ""
    assert outcome(NETWORK, X[:20], ONE_HOT[:20]) == ""  # by chance


def test_numbers_and_streams_are_not_warned_of():
    regressor = SimpleMLPRegressor((10,), max_iter=5, n_iter_no_change=np.inf)
    assert outcome(regressor, X, ONE_HOT) == ""
    stream = SimpleMLPClassifier((10,), random_state=0)
    stream.partial_fit(X, ONE_HOT, classes=np.arange(4))  # a warning is an error
