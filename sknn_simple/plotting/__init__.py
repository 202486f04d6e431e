"""Pictures of networks and of their training, as scikit-learn displays.

`from_estimator` computes and draws a display, `plot` draws it again, and `figure_` and
`ax_` give access to everything in matplotlib. The displays need matplotlib, but only
when they draw.

The colours are those of M. Okabe and K. Ito, "Color Universal Design" (2008), which
colour-blind readers can distinguish. No picture relies on colour alone.

For decision boundaries use `sklearn.inspection.DecisionBoundaryDisplay`.
"""

from .epoch_search import EpochSearchDisplay
from .loss_curve import LossCurveDisplay
from .network import NetworkDisplay
from .step import StepDisplay

__all__ = ["EpochSearchDisplay", "LossCurveDisplay", "NetworkDisplay", "StepDisplay"]
