"""Interruption: letting Ctrl-C wait for what must not be done by halves."""

import contextlib
import signal
import threading


@contextlib.contextmanager
def hearing_ctrl_c_later():
    """Let Ctrl-C wait until the end of this block.

    Numba cannot be imported, nor compile anything, in a process where an interruption
    has ended an import or a compilation of it in the middle.
    """
    usual = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(usual):
        yield
        return
    heard = []
    signal.signal(signal.SIGINT, lambda *arguments: heard.append(arguments))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
        if heard:
            usual(*heard[0])
