"""Fingerprints of data: whether they are what they were, without keeping them."""

import hashlib
import os

import numpy as np
from scipy.sparse import issparse


def fingerprints(data):
    """What kind of array each is, and a hash of what it holds.

    Parameters
    ----------
    data : dict
        Arrays, sparse matrices, data frames, lists or None, by name.

    Returns
    -------
    fingerprints : dict of (str, str)
    """
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
        if part.dtype.kind in "biufcSU":
            digest.update(np.ascontiguousarray(part).view(np.uint8))
        else:
            digest.update(repr(part.tolist()).encode())
    return f"{kind}{data.dtype} of shape {data.shape}", digest.hexdigest()


def check_same(path, before, now):
    """Refuse, by name, what differs from the data of the fit that was saved."""
    for name, (kind, digest) in now.items():
        kind_before, digest_before = before[name]
        if kind != kind_before:
            raise ValueError(
                f"{name} must be what the fit saved in {os.fspath(path)!r} was given, "
                f"{kind_before}, got {kind}."
            )
        if digest != digest_before:
            raise ValueError(
                f"{name} must be what the fit saved in {os.fspath(path)!r} was given: "
                f"{kind} as well, but with other values or names."
            )
