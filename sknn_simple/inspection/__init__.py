"""Looking into a network."""

from .gradient import GradientCheck, check_gradient

__all__ = ["GradientCheck", "check_gradient"]
