"""A multi-layer perceptron from scratch, for scikit-learn users."""

from .classifier import SimpleMLPClassifier
from .regressor import SimpleMLPRegressor

__version__ = "0.1.0"

__all__ = ["SimpleMLPClassifier", "SimpleMLPRegressor"]
