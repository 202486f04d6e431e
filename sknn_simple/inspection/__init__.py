"""Looking into a network: is its gradient right, and what does a step do."""

from .explanation import explain_step
from .gradient import GradientCheck, check_gradient
from .step import StepExplanation

__all__ = ["GradientCheck", "StepExplanation", "check_gradient", "explain_step"]
