"""Checkpoint files: written in one step, with a format line and a checksum.

sknn_simple checkpoint 1        the format and its version, one line
32 bytes                        SHA-256 of the rest
the rest                        a pickled dict
"""

import contextlib
import hashlib
import os
import pickle
import secrets
import stat

from .._base import BaseSimpleMLP
from .._persistence import in_native_order
from .._rules import DAMAGED, explaining, instance_of
from .checkpoint_content import check_content

try:
    import fcntl
except ImportError:  # on Windows, where an open file cannot be moved or removed
    fcntl = None  # type: ignore[assignment]

MAGIC = b"sknn_simple checkpoint "
VERSION = 1


def check_writable(path):
    """Raise ValueError if `path` is another file, or cannot be written.

    Remove what killed writers have left beside it.
    """
    name = os.fspath(path)
    if not path.parent.is_dir():
        raise ValueError(
            f"The path of a Checkpoint must be in a folder that exists, got "
            f"{name!r}. Create the folder first."
        )
    try:
        if _exists(path) and not _is_checkpoint(path):
            raise ValueError(
                f"{name!r} exists and is not a checkpoint of sknn_simple, so it is "
                "not overwritten. Give Checkpoint another path, or remove the file."
            )
        _remove_leftovers(path)
        with _beside(path):
            pass
    except OSError as error:
        raise ValueError(
            f"The path of a Checkpoint must be a file that can be written, got "
            f"{name!r}: {error.strerror}. Give Checkpoint another path."
        ) from error


def _exists(path):
    """Return whether there is a file; a name that is too long is an OSError."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    return True


def _is_checkpoint(path):
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def write_checkpoint(path, content):
    """Replace the checkpoint at `path` in one step; a crash leaves a complete file.

    Of several writers, the last one wins. The file keeps its mode and owner.
    """
    pickled = pickle.dumps(content, protocol=pickle.HIGHEST_PROTOCOL)
    try:
        _replace(path, pickled)
    except OSError as error:
        raise OSError(
            error.errno,
            f"The checkpoint was not written: {error.strerror}. Correct this, then "
            "call Checkpoint.resume, or fit if there is no earlier checkpoint",
            os.fspath(path),
        ) from error


def _replace(path, pickled):
    """Replace the checkpoint at `path` by one that holds these bytes."""
    with _beside(path) as file:
        file.write(b"%s%d\n" % (MAGIC, VERSION))
        file.write(hashlib.sha256(pickled).digest())
        file.write(pickled)
        file.flush()
        os.fsync(file.fileno())
        if fcntl is None:
            file.close()
        os.replace(file.name, path)
    if hasattr(os, "O_DIRECTORY"):  # where folders can be opened: not on Windows
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextlib.contextmanager
def _beside(path):
    """Open a new file in the folder of `path`, and remove it unless it was moved.

    Its name is random and must be new: no other file is overwritten, and no link is
    followed.
    """
    before = path.stat() if path.exists() else None
    file = _new_file(path, 0o666 if before is None else 0o600)
    try:
        with file:
            if before is not None and hasattr(os, "fchown"):  # not on Windows
                with contextlib.suppress(PermissionError):
                    os.fchown(file.fileno(), before.st_uid, before.st_gid)
                os.fchmod(file.fileno(), stat.S_IMODE(before.st_mode))
            yield file
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.remove(file.name)


def _new_file(path, mode):
    """Open a locked file of a random name."""
    while True:
        name = path.with_name(f"{_prefix(path)}{secrets.token_hex(8)}.tmp")
        file = open(name, "xb", opener=lambda name, flags: os.open(name, flags, mode))  # noqa: SIM115
        if fcntl is not None:
            with contextlib.suppress(OSError):  # some file systems have no locks
                fcntl.flock(file, fcntl.LOCK_EX)
        if name.exists():  # `_remove_leftovers` in another process was not faster
            return file
        file.close()


def _prefix(path):
    """Return how temporary names begin; the name of `path` may be too long for it."""
    return f".checkpoint-{hashlib.sha256(os.fsencode(path.name)).hexdigest()[:16]}-"


def _remove_leftovers(path):
    """Remove temporary files that no process has locked: their writers were killed."""
    for leftover in path.parent.glob(f"{_prefix(path)}*.tmp"):
        with contextlib.suppress(OSError), leftover.open("rb") as file:
            if fcntl is None:
                file.close()
            else:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            leftover.unlink()


def read_checkpoint(path):
    """Read the dict in the checkpoint at `path`, unless it is newer or damaged."""
    name = os.fspath(path)
    line, _, rest = path.read_bytes().partition(b"\n")
    version = line.removeprefix(MAGIC)
    if not line.startswith(MAGIC) or not version.isdigit():
        raise ValueError(
            f"{name!r} is not a checkpoint of sknn_simple, or not a whole one."
        )
    if int(version) > VERSION:
        raise ValueError(
            f"{name!r} was written by a newer sknn_simple: it has format "
            f"{int(version)}, and this version reads up to {VERSION}."
        )
    digest, pickled = rest[:32], rest[32:]
    if hashlib.sha256(pickled).digest() != digest:
        raise ValueError(
            f"{name!r} is damaged: its checksum is wrong. The file may have been cut "
            "off or changed."
        )
    try:
        content = in_native_order(pickle.loads(pickled))
        check_content(content)
    except Exception as error:
        raise ValueError(f"{name!r} can't be loaded here: {error}") from error
    return content


def load_estimator(path, pickled):
    """Load the estimator in the checkpoint at `path`."""
    try:
        estimator = pickle.loads(pickled)
        with explaining(DAMAGED):
            instance_of(BaseSimpleMLP).check("estimator", estimator)
    except Exception as error:
        raise ValueError(
            f"The estimator in {os.fspath(path)!r} can't be loaded here: {error}"
        ) from error
    return estimator
