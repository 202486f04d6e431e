"""Callbacks: a fit that survives a kill."""

from .checkpoint import Checkpoint

__all__ = ["Checkpoint"]
