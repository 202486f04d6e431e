"""Arrays beside a page that nothing may touch: reading or writing there kills."""

import ctypes
import mmap

import numpy as np

PAGE = mmap.PAGESIZE
LIBC = ctypes.CDLL(None, use_errno=True)
NO_ACCESS = 0


def guarded(array, at_end):
    """Return a copy of an array that begins after, or ends before, such a page."""
    array = np.ascontiguousarray(array)
    n_pages = -(-max(array.nbytes, 1) // PAGE)
    memory = mmap.mmap(-1, (n_pages + 2) * PAGE)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    for page in (0, n_pages + 1):
        start = ctypes.c_void_p(address + page * PAGE)
        if LIBC.mprotect(start, ctypes.c_size_t(PAGE), NO_ACCESS):
            raise OSError(ctypes.get_errno(), "mprotect failed")
    offset = (n_pages + 1) * PAGE - array.nbytes if at_end else PAGE
    copy = np.frombuffer(memory, array.dtype, array.size, offset).reshape(array.shape)
    copy[...] = array
    return copy
