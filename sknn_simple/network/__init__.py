"""The network, from scratch on NumPy arrays: no scikit-learn, no estimators.

Read `activations`, `losses`, `workspace`, `parameters`, `backprop`, `optimizers`
and `training`, in this order: each uses only those before it.
"""

from .activations import ACTIVATIONS, OUT_ACTIVATIONS
from .backprop import Objective, backward, forward, loss_and_gradient, predict
from .losses import LOSSES
from .optimizers import (
    OPTIMIZERS,
    SCHEDULES,
    SGD,
    Adam,
    Adaptive,
    Constant,
    InvScaling,
    suitable_learning_rate,
)
from .parameters import INITS, Parameters, draw_parameters
from .training import (
    Epoch,
    Patience,
    Samples,
    Trainer,
    TrainingState,
    epochs,
    minimize_lbfgs,
)
from .workspace import Workspace

__all__ = [
    "ACTIVATIONS",
    "INITS",
    "LOSSES",
    "OPTIMIZERS",
    "OUT_ACTIVATIONS",
    "SCHEDULES",
    "SGD",
    "Adam",
    "Adaptive",
    "Constant",
    "Epoch",
    "InvScaling",
    "Objective",
    "Parameters",
    "Patience",
    "Samples",
    "Trainer",
    "TrainingState",
    "Workspace",
    "backward",
    "draw_parameters",
    "epochs",
    "forward",
    "loss_and_gradient",
    "minimize_lbfgs",
    "predict",
    "suitable_learning_rate",
]
