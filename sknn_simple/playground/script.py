"""Script: a program that repeats a training, to the last bit."""


def script(training):
    """Return the program as text."""
    return ""
