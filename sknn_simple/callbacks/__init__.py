"""Callbacks: checkpoints of a fit, to resume it after a crash."""

from .checkpoint import Checkpoint

__all__ = ["Checkpoint"]
