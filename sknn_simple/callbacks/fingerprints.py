"""Fingerprints: hashes that show whether data have changed."""

import hashlib
import os

import numpy as np
from scipy.sparse import issparse


def fingerprints(data):
    """Return the kind and the hash of each of the named arrays, frames or lists."""
    return {name: _fingerprint(value) for name, value in data.items()}


def _fingerprint(data):
    if data is None:
        return "None", ""
    digest = hashlib.sha256(repr(list(getattr(data, "columns", ()))).encode())
    if issparse(data):
        data = data.tocsr()
        parts = data.data, data.indices.astype(np.int64), data.indptr.astype(np.int64)
        kind = "sparse "
    else:
        data = np.asarray(data)
        parts, kind = (data,), ""
    for part in parts:
        # Numbers of more than 64 bits have padding bytes of any value.
        n_bytes = part.dtype.itemsize // (2 if part.dtype.kind == "c" else 1)
        if part.dtype.kind in "SU" or (part.dtype.kind in "biufc" and n_bytes <= 8):
            digest.update(np.ascontiguousarray(part).view(np.uint8))
        else:
            digest.update(repr(part.tolist()).encode())
    return f"{kind}{data.dtype} of shape {data.shape}", digest.hexdigest()


def check_same(path, before, now):
    """Raise ValueError, by name, if data differ from the data of the saved fit."""
    for name, (kind, digest) in now.items():
        kind_before, digest_before = before[name]
        if (kind, digest) != (kind_before, digest_before):
            raise ValueError(
                f"{name} must be the same as in the fit saved in {os.fspath(path)!r}, "
                f"{kind_before}, got "
                f"{kind if kind != kind_before else 'other values or names'}."
            )
