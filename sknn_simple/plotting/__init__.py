"""Pictures of networks and of their training, as scikit-learn's displays make them.

A display's `from_estimator` computes and draws, its `plot` draws again, and
`figure_` and `ax_` lead on to everything that matplotlib can do. It needs
matplotlib (``pip install "sknn-simple[plot]"``), but not before something is drawn.

Colours are those of M. Okabe and K. Ito, "Color Universal Design" (2008), which
colour-blind people can tell apart; what they tell is also told without colour.

Decision boundaries are scikit-learn's own business:
`sklearn.inspection.DecisionBoundaryDisplay` takes these estimators as any other.
"""

from .epoch_search import EpochSearchDisplay
from .loss_curve import LossCurveDisplay
from .network import NetworkDisplay

__all__ = ["EpochSearchDisplay", "LossCurveDisplay", "NetworkDisplay"]
