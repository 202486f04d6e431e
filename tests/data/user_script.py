"""A user's script, which type checkers accept."""

from typing import assert_type

import numpy as np
from scipy import sparse
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.callbacks import Checkpoint
from sknn_simple.datasets import load_four_people, make_input_wins, make_people
from sknn_simple.network import (
    SGD,
    Block,
    Constant,
    Objective,
    Parameters,
    Samples,
    Trainer,
    TrainingState,
    draw_parameters,
    forward,
    loss_and_gradient,
    predict,
)


def main() -> None:
    """Train, search and convert models."""
    X, y = make_people(60, random_state=0)
    model = SimpleMLPClassifier(
        (4, 3), learning_rate_init=0.1, max_iter=3, n_iter_no_change=float("inf")
    )
    pipeline = Pipeline([("scale", StandardScaler()), ("mlp", model)])
    search = GridSearchCV(pipeline, {"mlp__alpha": [0.0, 0.1]}, cv=2).fit(X, y)
    best: SimpleMLPClassifier = search.best_estimator_["mlp"]
    shape: tuple[int, ...] = best.coefs_[0].shape
    lowest: float = min(best.loss_curve_)
    print(shape, lowest, best.n_iter_, best.classes_.tolist(), best.history_["loss"])

    assert_type(model.fit(X, y), SimpleMLPClassifier)
    assert_type(model.partial_fit(X, y), SimpleMLPClassifier)
    assert_type(model.loss_curve_, list[float])
    assert_type(model.coefs_, list[np.ndarray])
    assert_type(model.best_epoch_, int | None)
    assert_type(model.predict_proba(sparse.csr_array(X)), np.ndarray)
    assert_type(model.score(X, y, sample_weight=np.ones(60)), float)

    stream = SimpleMLPRegressor(5, random_state=np.random.RandomState(0), alpha=0)
    for rows in np.array_split(np.arange(60), 3):
        stream.partial_fit(X[rows], y[rows].astype(float))
    print(stream.t_, stream.predict([[1.0, 2.0]]).tolist(), stream.loss_)

    neuron = SimpleMLPClassifier.from_coefs([[[0], [1]]], [[4]], classes=["no", "yes"])
    assert_type(neuron, SimpleMLPClassifier)
    print(neuron.predict([[2, 3]]), neuron.to_sklearn().predict([[2, 3]]))

    people = load_four_people(as_frame=True)
    X, y = load_four_people(return_X_y=True)
    weights = {0: 1, 1: 2.5}
    balanced = SimpleMLPClassifier(solver="adam", class_weight=weights, batch_size=2)
    print(
        balanced.set_params(n_iter_no_change=np.inf).fit(X, y).score(X, y), people.names
    )
    assert_type(make_input_wins(5, winner=2)[1], np.ndarray)
    use_the_network(X, np.asarray(y, float)[:, None])
    print(Checkpoint("run.ckpt", every=5))


def use_the_network(X: np.ndarray, Y: np.ndarray) -> None:
    """Train a network without an estimator."""
    rng = np.random.RandomState(0)
    parameters = draw_parameters((X.shape[1], 3, 1), rng, activation=("tanh",))
    objective = Objective(activation=("tanh",), alpha=0.1)
    loss, gradient = loss_and_gradient(parameters, X, Y, objective=objective)
    assert_type(loss, float)
    assert_type(gradient, Parameters)
    state = TrainingState(parameters, SGD(), Constant(0.1), rng)
    trainer = Trainer(state, Samples(X, Y), objective, batch_size=2)
    assert_type(trainer.train(3), Block)
    network = parameters.coefs, parameters.intercepts, "tanh"
    assert_type(predict(X, *network), np.ndarray)
    print(forward(X, *network)[-1].shape, state.model.copy().flat.sum())


def resume(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Resume a training."""
    return Checkpoint.resume("run.ckpt", X, y, X_val=X, y_val=y).predict(X)


if __name__ == "__main__":
    main()
