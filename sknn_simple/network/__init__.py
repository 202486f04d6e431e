"""The network, from scratch on NumPy arrays: no scikit-learn, no estimators.

Read `activations`, `baselines`, `losses`, `parameters`, `objective`,
`initial_weights`, `workspace`, `forward_pass`, `backprop`, `checks`, `gradient`,
`optimizers`, `schedules`, `minibatches`, `state`, `blocks`, `training` and `lbfgs`, in
this order: each uses only the ones before it.
"""

from .activations import (
    ACTIVATIONS,
    OUT_ACTIVATIONS,
    Activation,
    layer_activations,
)
from .backprop import backward
from .blocks import DONE, NOT_FINITE, PATIENCE_RAN_OUT, Block, Epoch
from .engines import ENGINES, WHY_NOT_COMPILED, Engine
from .forward_pass import forward, predict
from .gradient import loss_and_gradient
from .initial_weights import INITS, draw_parameters
from .lbfgs import minimize_lbfgs
from .losses import LOSSES, Loss
from .minibatches import Samples
from .objective import Objective, loss_and_delta
from .optimizers import OPTIMIZERS, SGD, Adam
from .parameters import Parameters
from .schedules import (
    SCHEDULES,
    Adaptive,
    Constant,
    InvScaling,
    Settling,
    suitable_learning_rate,
)
from .state import Patience, TrainingState, all_finite
from .training import Trainer, epochs
from .workspace import Workspace

__all__ = [
    "ACTIVATIONS",
    "DONE",
    "ENGINES",
    "INITS",
    "LOSSES",
    "NOT_FINITE",
    "OPTIMIZERS",
    "OUT_ACTIVATIONS",
    "PATIENCE_RAN_OUT",
    "SCHEDULES",
    "SGD",
    "WHY_NOT_COMPILED",
    "Activation",
    "Adam",
    "Adaptive",
    "Block",
    "Constant",
    "Engine",
    "Epoch",
    "InvScaling",
    "Loss",
    "Objective",
    "Parameters",
    "Patience",
    "Samples",
    "Settling",
    "Trainer",
    "TrainingState",
    "Workspace",
    "all_finite",
    "backward",
    "draw_parameters",
    "epochs",
    "forward",
    "layer_activations",
    "loss_and_delta",
    "loss_and_gradient",
    "minimize_lbfgs",
    "predict",
    "suitable_learning_rate",
]
