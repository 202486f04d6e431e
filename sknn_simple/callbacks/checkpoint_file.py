"""Checkpoint files: written in one step, with a format line and a checksum.

sknn_simple checkpoint 1        the format and its version, one line
32 bytes                        SHA-256 of the rest
the rest                        a pickled dict
"""

import hashlib
import os
import pickle

MAGIC = b"sknn_simple checkpoint "
VERSION = 1


def check_writable(path):
    """Raise ValueError if the folder does not exist, or `path` is another file."""
    if not path.parent.is_dir():
        raise ValueError(
            f"The path of a Checkpoint must be in a folder that exists, got "
            f"{os.fspath(path)!r}. Create the folder first."
        )
    if not path.exists():
        return
    if path.is_file():
        with path.open("rb") as file:
            if file.read(len(MAGIC)) == MAGIC:
                return
    raise ValueError(
        f"{os.fspath(path)!r} exists and is not a checkpoint of sknn_simple, so it is "
        "not overwritten. Give Checkpoint another path, or remove the file."
    )


def write_checkpoint(path, content):
    """Replace the checkpoint at `path` in one step; a crash leaves a complete file."""
    pickled = pickle.dumps(content, protocol=pickle.HIGHEST_PROTOCOL)
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as file:
        file.write(b"%s%d\n" % (MAGIC, VERSION))
        file.write(hashlib.sha256(pickled).digest())
        file.write(pickled)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    if hasattr(os, "O_DIRECTORY"):  # where folders can be opened: not on Windows
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


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
        return pickle.loads(pickled)
    except Exception as error:
        raise ValueError(f"{name!r} can't be loaded here: {error}") from error
