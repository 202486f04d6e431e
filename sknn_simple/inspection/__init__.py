"""Inspection of a network: its derivatives, a training step, and common problems."""

from .diagnosis import Diagnosis, diagnose
from .explanation import explain_step
from .finding import Finding
from .gradient import GradientCheck, check_gradient
from .input_derivatives import input_gradient
from .step import StepExplanation

__all__ = [
    "Diagnosis",
    "Finding",
    "GradientCheck",
    "StepExplanation",
    "check_gradient",
    "diagnose",
    "explain_step",
    "input_gradient",
]
