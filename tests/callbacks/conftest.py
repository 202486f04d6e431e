"""Tests of callbacks do not wait for the disk."""

import os

import pytest


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch):
    """Skip fsync: it survives a crash of the machine, not of the process."""
    monkeypatch.setattr(os, "fsync", lambda file: None)
