"""Everyday use in scikit-learn: pipelines, searches, cross-validation, routing."""

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    LeaveOneOut,
    StratifiedKFold,
    cross_val_predict,
    cross_val_score,
    cross_validate,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.datasets import (
    load_first_input_wins,
    load_four_people,
    load_soft_targets,
    load_third_input_wins,
    make_input_wins,
    make_people,
)

IRIS = load_iris(return_X_y=True)
DIABETES = load_diabetes(return_X_y=True)
EPOCHS = {"n_iter_no_change": np.inf}


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_grid_search_over_rate_and_epochs_in_a_pipeline(n_jobs):
    pipeline = make_pipeline(
        StandardScaler(), SimpleMLPClassifier((10,), random_state=0, **EPOCHS)
    )
    grid = {
        "simplemlpclassifier__learning_rate_init": [0.001, 0.1],
        "simplemlpclassifier__max_iter": [2, 40],
    }
    search = GridSearchCV(pipeline, grid, cv=3, n_jobs=n_jobs).fit(*IRIS)
    assert search.best_params_ == {
        "simplemlpclassifier__learning_rate_init": 0.1,
        "simplemlpclassifier__max_iter": 40,
    }
    assert search.best_score_ > 0.93
    assert search.best_estimator_[-1].n_iter_ == 40
    by_hand = cross_val_score(
        clone(pipeline).set_params(**search.best_params_), *IRIS, cv=3
    )
    assert search.best_score_ == by_hand.mean()


TABLES = [load_third_input_wins, load_first_input_wins, load_four_people]


@pytest.mark.parametrize("load", TABLES)
@pytest.mark.parametrize("loss", ["log_loss", "squared_error"])
@pytest.mark.parametrize("cv", [KFold(3), LeaveOneOut(), StratifiedKFold(2)], ids=str)
@pytest.mark.filterwarnings("ignore:The least populated class")
def test_cross_validation_on_the_tutorials_tables(load, loss, cv):
    """A training fold of 3 or 4 samples may hold one class, which is predicted."""
    X, y = load(return_X_y=True)
    classifier = SimpleMLPClassifier((3,), loss=loss, max_iter=30, random_state=0)
    classifier.set_params(**EPOCHS)
    result = cross_validate(classifier, X, y, cv=cv, return_estimator=True)
    assert set(result["test_score"]) <= {0.0, 0.5, 1.0}
    for model, (train, test) in zip(result["estimator"], cv.split(X, y), strict=True):
        if len(set(y[train])) == 1:
            assert set(model.predict(X[test])) == set(y[train])


@pytest.mark.parametrize("cv", [KFold(2), LeaveOneOut()], ids=str)
def test_cross_validation_on_soft_targets(cv):
    X, y = load_soft_targets(return_X_y=True)
    regressor = SimpleMLPRegressor(
        (4,), out_activation="logistic", random_state=1, max_iter=50, **EPOCHS
    )
    scores = cross_val_score(regressor, X, y, cv=cv, scoring="neg_mean_squared_error")
    assert ((scores >= -1) & (scores <= 0)).all()


@pytest.mark.parametrize(
    ("data", "least"),
    [
        (make_people(300, random_state=0), 0.8),
        (make_input_wins(200, random_state=0), 1.0),
        (make_input_wins(400, winner=2, flip_y=0.2, random_state=0), 0.85),
        (load_breast_cancer(return_X_y=True), 0.95),
    ],
)
@pytest.mark.filterwarnings("ignore:Training stopped at max_iter")
def test_cross_validation_on_larger_sets(data, least):
    model = make_pipeline(
        StandardScaler(), SimpleMLPClassifier((10,), max_iter=50, random_state=0)
    )
    for cv in (KFold(4, shuffle=True, random_state=0), StratifiedKFold(4)):
        assert cross_val_score(model, *data, cv=cv).mean() >= least
    proba = cross_val_predict(model, *data, cv=3, method="predict_proba")
    assert proba.shape == (len(data[1]), 2)


# Polars 2 lacks the protocol by which earlier versions of scikit-learn read names.
POLARS = (
    () if hasattr(pl.DataFrame, "__dataframe__") else pytest.mark.scikit_learn("1.9")
)


@pytest.mark.parametrize("as_frame", ["pandas", pytest.param("polars", marks=POLARS)])
def test_frames_bring_feature_names(as_frame):
    X, y = IRIS
    names = ["a", "b", "c", "d"]
    if as_frame == "pandas":
        frame, labels = pd.DataFrame(X, columns=names), pd.Series(y)
    else:
        frame, labels = pl.DataFrame(X, schema=names), pl.Series(y)
    classifier = SimpleMLPClassifier((5,), max_iter=5, random_state=0, **EPOCHS)
    plain = clone(classifier).fit(X, y)
    model = clone(classifier).fit(frame, labels)
    assert model.feature_names_in_.tolist() == names
    np.testing.assert_array_equal(model.predict(frame), plain.predict(X))
    with pytest.warns(UserWarning, match="valid feature names"):
        model.predict(X)
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(
            frame.rename(dict(zip(names, "abdc", strict=True)))
            if as_frame == "polars"
            else frame.rename(columns=dict(zip(names, "abdc", strict=True)))
        )


@pytest.mark.parametrize("scoring", [None, "accuracy", "loss"])
def test_early_stopping_on_frames_does_not_warn_of_names(scoring):
    X, y = IRIS
    frame = pd.DataFrame(X, columns=list("abcd"))
    model = SimpleMLPClassifier(
        (5,), max_iter=5, early_stopping=True, scoring=scoring, **EPOCHS
    )
    model.fit(frame, y)
    model.fit(frame, y, X_val=frame, y_val=y)
    assert model.feature_names_in_.tolist() == list("abcd")


def test_metadata_is_routed():
    X, y = IRIS
    weights = np.random.RandomState(0).uniform(0, 1, 150)
    classifier = SimpleMLPClassifier((5,), max_iter=5, random_state=0, **EPOCHS)
    with sklearn.config_context(enable_metadata_routing=True):
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        routed = make_pipeline(
            scaler,
            clone(classifier).set_fit_request(sample_weight=True),
        ).fit(X, y, sample_weight=weights)
        validated = make_pipeline(
            scaler,
            clone(classifier)
            .set_params(early_stopping=True)
            .set_fit_request(X_val=True, y_val=True, sample_weight_val=True),
            transform_input=["X_val"],
        ).fit(
            X[:100], y[:100], X_val=X[:90], y_val=y[:90], sample_weight_val=weights[:90]
        )
        search = GridSearchCV(
            clone(classifier)
            .set_fit_request(sample_weight=True)
            .set_score_request(sample_weight=True),
            {"alpha": [0.1]},
            cv=2,
        ).fit(X, y, sample_weight=weights)
        assert search.best_score_ > 0
    by_hand = clone(classifier).fit(
        StandardScaler().fit_transform(X), y, sample_weight=weights
    )
    np.testing.assert_array_equal(routed[-1].coefs_[0], by_hand.coefs_[0])
    scaled = StandardScaler().fit(X[:100])
    by_hand = clone(classifier).set_params(early_stopping=True)
    by_hand.fit(
        scaled.transform(X[:100]),
        y[:100],
        X_val=scaled.transform(X[:90]),
        y_val=y[:90],
        sample_weight_val=weights[:90],
    )
    assert validated[-1].validation_scores_ == by_hand.validation_scores_


def test_html_and_text_representation():
    model = SimpleMLPClassifier((5,), max_iter=7)
    assert repr(model) == "SimpleMLPClassifier(hidden_layer_sizes=(5,), max_iter=7)"
    html = clone(model).set_params(**EPOCHS).fit(*IRIS)._repr_html_()
    assert "SimpleMLPClassifier" in html
    assert "max_iter" in html


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_parallel_backends_give_the_same_scores(backend):
    classifier = SimpleMLPClassifier((5,), max_iter=5, random_state=0, **EPOCHS)
    alone = cross_val_score(classifier, *IRIS, cv=4)
    with joblib.parallel_config(backend, n_jobs=2):
        np.testing.assert_array_equal(cross_val_score(classifier, *IRIS, cv=4), alone)
