"""Other displays draw the networks, and matplotlib is optional."""

import builtins
import subprocess
import sys

import numpy as np
import pytest
from pictures import X, Y, classifier
from sklearn.inspection import DecisionBoundaryDisplay

from sknn_simple.plotting import (
    EpochSearchDisplay,
    LossCurveDisplay,
    NetworkDisplay,
    StepDisplay,
)


def test_decision_boundary_display():
    pair = X[:, 2:]
    network = classifier(max_iter=50).fit(pair, Y)
    display = DecisionBoundaryDisplay.from_estimator(
        network, pair, response_method="predict", grid_resolution=20
    )
    points = np.column_stack([display.xx0.ravel(), display.xx1.ravel()])
    np.testing.assert_array_equal(display.response.ravel(), network.predict(points))
    binary = classifier().fit(pair, Y == 2)
    display = DecisionBoundaryDisplay.from_estimator(
        binary, pair, response_method="predict_proba", grid_resolution=20
    )
    expected = binary.predict_proba(points)[:, 1]
    np.testing.assert_array_equal(display.response.ravel(), expected)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: LossCurveDisplay.from_estimator(None),
        lambda: NetworkDisplay.from_estimator(None),
        lambda: StepDisplay.from_estimator(None, None, None),
        lambda: EpochSearchDisplay.from_estimator(None),
        lambda: LossCurveDisplay(histories=[]).plot(),
        lambda: NetworkDisplay(coefs=[]).plot(),
        lambda: StepDisplay(step=None).plot(),
        lambda: EpochSearchDisplay(epochs=[], test_scores=[]).plot(),
    ],
)
def test_without_matplotlib_the_error_names_the_extra(draw, monkeypatch):
    real_import = builtins.__import__

    def no_matplotlib(name, *args, **kwargs):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", no_matplotlib)
    with pytest.raises(ImportError, match="Display needs matplotlib: pip install "):
        draw()


def test_importing_the_displays_does_not_import_matplotlib():
    code = "import sys, sknn_simple.plotting; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
