"""Save models of this release, for later releases to load.

Run it once per release: python tests/data/save_models.py

It creates a folder named after the version, with each model as a pickle and as a skops
file. expected.json has its weights and predictions as plain numbers.
"""

import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import skops.io
from sklearn.base import is_classifier
from sklearn.datasets import load_iris

import sknn_simple
from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor


def models():
    """Return two models to be trained, each with its samples and targets."""
    data = load_iris()
    X, y = (data.data[::10] - data.data.mean(axis=0)).round(2), data.target[::10]
    classifier = SimpleMLPClassifier((4,), "tanh", solver="adam", random_state=0)
    regressor = SimpleMLPRegressor((3, 2), learning_rate="adaptive", random_state=0)
    return {
        "classifier": (classifier, X, data.target_names[y].astype(str)),
        "regressor": (regressor, X[:, :3], X[:, 2:] + 5),
    }


def outputs(model, X):
    """Return the probabilities of a classifier, or the predictions of a regressor."""
    return model.predict_proba(X) if is_classifier(model) else model.predict(X)


def save(folder):
    """Train and save the models, with their predictions now and an epoch later."""
    folder.mkdir()  # must be new: saved models never change
    expected = {}
    for name, (model, X, y) in models().items():
        labels = {"classes": np.unique(y)} if is_classifier(model) else {}
        for _ in range(20):
            model.partial_fit(X, y, **labels)
        # Every supported NumPy can read protocol 4.
        (folder / f"{name}.pickle").write_bytes(pickle.dumps(model, protocol=4))
        skops.io.dump(model, folder / f"{name}.skops", compression=zipfile.ZIP_DEFLATED)
        expected[name] = {
            "X": X.tolist(),
            "y": y.tolist(),
            "coefs": [coef.tolist() for coef in model.coefs_],
            "intercepts": [intercept.tolist() for intercept in model.intercepts_],
            "predictions": model.predict(X).tolist(),
            "outputs": outputs(model, X).tolist(),
            "outputs_an_epoch_later": outputs(model.partial_fit(X, y), X).tolist(),
        }
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")


if __name__ == "__main__":
    save(Path(__file__).parent / sknn_simple.__version__)
