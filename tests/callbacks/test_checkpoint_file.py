"""The file of a Checkpoint: whole after any kill, and refused if it does not fit."""

import json
import os
import pickle
import random
import shutil
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.preprocessing import StandardScaler
from support import (
    assert_resumes,
    assert_same_estimator,
    cut_fit,
    in_other_byte_order,
    saved_epochs,
)

import sknn_simple
from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.callbacks import Checkpoint, checkpoint_file
from sknn_simple.callbacks.checkpoint_file import read_checkpoint, write_checkpoint
from sknn_simple.callbacks.fingerprints import fingerprints

pytestmark = pytest.mark.callbacks

X, Y = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)
X_REAL, Y_REAL = (array[:120] for array in load_diabetes(return_X_y=True))
CLASSIFIER = SimpleMLPClassifier(
    (5,), max_iter=14, n_iter_no_change=np.inf, random_state=0
)
REGRESSOR = SimpleMLPRegressor(
    (5,), max_iter=14, n_iter_no_change=np.inf, random_state=0
)
SERVER = """
import json, os, signal, sys, time
import numpy as np
from sklearn.datasets import load_iris
import sknn_simple
from sknn_simple import SimpleMLPClassifier
from sknn_simple.callbacks import Checkpoint

X, y = load_iris(return_X_y=True)
model = SimpleMLPClassifier(
    (5,), engine="numpy", solver="adam", early_stopping=True, max_iter=24,
    n_iter_no_change=np.inf, random_state=0,
)
for line in sys.stdin:
    path, seconds = json.loads(line)
    pid = os.fork()
    if pid == 0:
        if os.path.exists(path):
            Checkpoint.resume(path, X, y)
        else:
            model.set_callbacks(Checkpoint(path, every=2)).fit(X, y)
        os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)  # until waited for, an ended process takes it
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills processes that were forked")
def test_twenty_kills_at_random_moments(tmp_path):
    raw = load_iris().data
    whole = SimpleMLPClassifier(
        (5,),
        engine="numpy",
        solver="adam",
        early_stopping=True,
        max_iter=24,
        n_iter_no_change=np.inf,
        random_state=0,
    ).fit(raw, Y)
    path, copy = tmp_path / "run.ckpt", tmp_path / "copy.ckpt"
    chance, found = random.Random(0), set()
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        cwd=Path(sknn_simple.__file__).parents[1],
    )
    with server:

        def run(seconds):
            """Return whether a run, killed after so many seconds, came to its end."""
            server.stdin.write(json.dumps([str(path), seconds]).encode() + b"\n")
            return int(server.stdout.readline()) == 0

        for _ in range(2):  # the first run also imports
            path.unlink(missing_ok=True)
            began = time.perf_counter()
            assert run(None)
            duration = time.perf_counter() - began
        n_kills = 0
        # On a busy machine twenty kills may all find the same epoch.
        while n_kills < 20 or (len(found - {None, 0}) < 2 and n_kills < 200):
            if path.exists() and saved_epochs(path) is None:
                path.unlink()
            killed = not run(chance.uniform(0, duration / 2))
            n_kills += killed
            if path.exists():  # unless it was killed before the first epoch
                shutil.copy(path, copy)
                found.add(saved_epochs(copy))
                assert_same_estimator(Checkpoint.resume(copy, raw, Y), whole)
        server.stdin.close()
    assert len(found - {None, 0}) > 1


def test_a_file_that_is_cut_off_anywhere(tmp_path):
    path = tmp_path / "run.ckpt"
    cut_fit(CLASSIFIER, path, 5, X, Y)
    whole = path.read_bytes()
    lengths = {*range(70), *range(70, len(whole), 97), len(whole) - 1}
    for length in lengths:
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"not a whole one|damaged") as caught:
            Checkpoint.resume(path, X, Y)
        assert str(path) in str(caught.value)
    for position in (60, len(whole) // 2, len(whole) - 1):
        path.write_bytes(
            whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :]
        )
        with pytest.raises(ValueError, match="is damaged: its checksum is wrong"):
            Checkpoint.resume(path, X, Y)


def test_files_that_are_not_checkpoints(tmp_path):
    path = tmp_path / "run.ckpt"
    with pytest.raises(FileNotFoundError):
        Checkpoint.resume(path, X, Y)
    class_of_a_pickle = pickle.dumps(CLASSIFIER)
    for content in (b"", b"\n", b"my thesis", class_of_a_pickle):
        path.write_bytes(content)
        with pytest.raises(
            ValueError, match="not a checkpoint of sknn_simple, or not a"
        ):
            Checkpoint.resume(path, X, Y)
        with pytest.raises(ValueError, match=r"is not a checkpoint .* not overwritten"):
            clone(CLASSIFIER).set_callbacks(Checkpoint(path)).fit(X, Y)
        assert path.read_bytes() == content
    cut_fit(CLASSIFIER, tmp_path / "newer.ckpt", 1, X, Y)
    newer = (tmp_path / "newer.ckpt").read_bytes().replace(b" 1\n", b" 2\n", 1)
    path.write_bytes(newer)
    with pytest.raises(ValueError, match="newer sknn_simple: it has format 2"):
        Checkpoint.resume(path, X, Y)


@pytest.mark.parametrize("finished", [False, True])
def test_other_data_are_refused_by_name(tmp_path, finished):
    path, weights = tmp_path / "run.ckpt", np.ones(150)
    if finished:
        clone(CLASSIFIER).set_callbacks(Checkpoint(path)).fit(X, Y, weights)
    else:
        cut_fit(CLASSIFIER, path, 5, X, Y, weights)
    before = path.read_bytes()
    changed = X.copy()
    changed[77, 2] += 1e-12
    for data, message in [
        ((X[:-1], Y, weights), r"X must .*\(150, 4\), got float64 of shape \(149, 4\)"),
        ((X.astype(np.float32), Y, weights), "X must .* got float32"),
        ((sparse.csr_array(X), Y, weights), "X must .* got sparse"),
        ((changed, Y, weights), "X must .* other values"),
        ((X, Y[::-1], weights), "y must .* other values"),
        ((X, Y, 2 * weights), "sample_weight must .* other values"),
        ((X, Y), "sample_weight must .* got None"),
    ]:
        with pytest.raises(ValueError, match=message) as caught:
            Checkpoint.resume(path, *data)
        assert str(path) in str(caught.value)
    assert path.read_bytes() == before
    # The same numbers in another container or memory order are the same data.
    resumed = Checkpoint.resume(path, np.asfortranarray(X), Y.tolist(), list(weights))
    assert resumed.n_iter_ == 14


def test_names_of_features_and_objects_are_data(tmp_path):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, columns=list("abcd"))
    labels = pd.Series(np.array(["a", "b", "c"], dtype=object)[Y])
    path = tmp_path / "run.ckpt"
    _, resumed = assert_resumes(CLASSIFIER, path, 5, frame, labels)
    assert resumed.feature_names_in_.tolist() == list("abcd")
    with pytest.raises(ValueError, match=r"X must .* other values or names"):
        Checkpoint.resume(path, frame.rename(columns={"a": "e"}), labels)
    with pytest.raises(ValueError, match=r"y must .* other values"):
        Checkpoint.resume(path, frame, labels[::-1])


@pytest.mark.skipif(np.longdouble(1).nbytes == 8, reason="no longer than a double")
def test_padding_bytes_are_no_data():
    """A longdouble has 10 bytes in 16, and its complex numbers twice as many."""
    for dtype in (np.longdouble, np.clongdouble):
        clean = np.ones((3, 2), dtype)
        padded = clean.copy()
        bytes_of_numbers = padded.view(np.uint8).reshape(-1, 16)
        bytes_of_numbers[:, 10:] = 7
        assert (padded == clean).all()
        assert fingerprints({"X": padded}) == fingerprints({"X": clean})
        padded[0, 0] += np.finfo(dtype).eps
        assert fingerprints({"X": padded}) != fingerprints({"X": clean})


def test_the_file_is_synced_before_it_replaces_another(tmp_path, monkeypatch):
    """A crash of the machine then leaves either the old file or the new one."""
    calls = []
    replace = os.replace
    monkeypatch.setattr(os, "fsync", lambda file: calls.append("fsync"))
    monkeypatch.setattr(
        os, "replace", lambda *names: calls.append("replace") or replace(*names)
    )
    model = clone(CLASSIFIER).set_callbacks(Checkpoint(tmp_path / "run.ckpt", 100))
    model.fit(X, Y)
    folder = ["fsync"] if hasattr(os, "O_DIRECTORY") else []
    assert calls == 2 * ["fsync", "replace", *folder]


def fit_with_checkpoint(path):
    return clone(CLASSIFIER).set_callbacks(Checkpoint(path, every=3)).fit(X, Y)


def test_no_other_file_is_touched(tmp_path):
    """Earlier versions wrote to the path plus ".tmp"."""
    path, other = tmp_path / "run.ckpt", tmp_path / "run.ckpt.tmp"
    other.write_text("my thesis")
    fit_with_checkpoint(path)
    assert other.read_text() == "my thesis"
    assert sorted(tmp_path.iterdir()) == [path, other]


@pytest.mark.skipif(not hasattr(os, "fchmod"), reason="modes of POSIX")
def test_a_planted_link_is_not_followed(tmp_path, monkeypatch):
    path, thesis = tmp_path / "run.ckpt", tmp_path / "thesis"
    thesis.write_text("my thesis")
    monkeypatch.setattr(checkpoint_file.secrets, "token_hex", lambda n: "guessed")
    (tmp_path / f"{checkpoint_file._prefix(path)}guessed.tmp").symlink_to(thesis)
    monkeypatch.setattr(checkpoint_file, "_remove_leftovers", lambda path: None)
    with pytest.raises(ValueError, match=r"must be a file that can be written.*exists"):
        fit_with_checkpoint(path)
    assert thesis.read_text() == "my thesis"


@pytest.mark.skipif(not hasattr(os, "fchmod"), reason="modes of POSIX")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666])
def test_the_mode_of_the_file_is_kept(tmp_path, mode):
    path = tmp_path / "run.ckpt"
    cut_fit(CLASSIFIER, path, 4, X, Y)
    os.chmod(path, mode)
    Checkpoint.resume(path, X, Y)
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away"
)
def test_the_owner_of_the_file_is_kept(tmp_path):
    path = tmp_path / "run.ckpt"
    cut_fit(CLASSIFIER, path, 4, X, Y)
    os.chown(path, 12345, 54321)
    Checkpoint.resume(path, X, Y)
    assert read_checkpoint(path)["fitted"] is not None
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 54321)


@pytest.mark.skipif(not hasattr(os, "fchmod"), reason="modes of POSIX")
def test_a_new_file_has_the_usual_mode(tmp_path):
    (tmp_path / "usual").touch()
    fit_with_checkpoint(tmp_path / "run.ckpt")
    usual = (tmp_path / "usual").stat().st_mode
    assert (tmp_path / "run.ckpt").stat().st_mode == usual


def test_several_writers_leave_the_last_whole_checkpoint(tmp_path):
    """One of them failed when another had moved the file that both wrote to."""
    path, errors = tmp_path / "run.ckpt", []
    content = read_checkpoint(_finished(tmp_path / "whole.ckpt"))

    def write_often(every):
        try:
            for _ in range(50):
                checkpoint_file.check_writable(path)
                write_checkpoint(path, content | {"every": every})
        except Exception as error:
            errors.append(error)

    writers = [threading.Thread(target=write_often, args=[n]) for n in (1, 2, 3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert not errors
    assert read_checkpoint(path)["every"] in (1, 2, 3)
    assert {file.name for file in tmp_path.iterdir()} == {"run.ckpt", "whole.ckpt"}


def _finished(path):
    fit_with_checkpoint(path)
    return path


def test_a_failure_leaves_no_temporary_file(tmp_path, monkeypatch):
    path = _finished(tmp_path / "run.ckpt")
    before = path.read_bytes()

    def full(file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    message = r"No space left .* call Checkpoint\.resume, or fit .*run\.ckpt"
    with pytest.raises(OSError, match=message) as caught:
        fit_with_checkpoint(path)
    assert (caught.value.errno, caught.value.filename) == (28, str(path))
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == before


@pytest.mark.skipif(checkpoint_file.fcntl is None, reason="needs locks of POSIX")
def test_the_next_fit_removes_what_a_killed_writer_left(tmp_path):
    """But no file that a writer still has open."""
    path = tmp_path / "run.ckpt"
    left, open_file = (checkpoint_file._new_file(path, 0o600) for _ in range(2))
    left.close()
    with open_file:
        fit_with_checkpoint(path)
        assert set(tmp_path.iterdir()) == {path, Path(open_file.name)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"estimator": "text"}, "estimator must be bytes"),
        ({"estimator": None}, "estimator must be bytes"),
        ({"every": 0}, "every must be an integer from 1"),
        ({"data": {}}, "data must be the fingerprints"),
        ({"fitted": 5}, "fitted must be BaseSimpleMLP"),
        ({"unseeded": "no"}, "unseeded must be bool"),
        ({"progress": []}, "progress must be dict"),
    ],
)
def test_a_valid_checksum_around_other_content(tmp_path, change, message):
    path = tmp_path / "run.ckpt"
    cut_fit(CLASSIFIER, path, 5, X, Y)
    content = read_checkpoint(path)
    write_checkpoint(path, content | change)
    with pytest.raises(ValueError, match=f"run.ckpt' can't be loaded here.*{message}"):
        Checkpoint.resume(path, X, Y)
    for missing in change:
        write_checkpoint(path, {n: v for n, v in content.items() if n != missing})
        with pytest.raises(ValueError, match=f"can't be loaded.*{missing} is missing"):
            Checkpoint.resume(path, X, Y)


@pytest.mark.parametrize("content", [None, 5, [], {}, "text", CLASSIFIER])
def test_a_valid_checksum_around_something_else(tmp_path, content):
    path = tmp_path / "run.ckpt"
    write_checkpoint(path, content)
    with pytest.raises(ValueError, match=r"run.ckpt' can't be loaded here: .*damaged"):
        Checkpoint.resume(path, X, Y)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("n_epochs", -1),
        ("n_epochs", 15),
        ("state", None),
        ("state.parameters.flat", np.zeros(3)),
        ("state.parameters.layer_sizes", (4, -5, 3)),
        ("state.optimizer", {"kind": "adam"}),
        ("state.optimizer.velocity", np.zeros(3)),
        ("state.schedule", {"kind": "adaptive", "learning_rate_init": 1, "factor": 1}),
        ("state.draws", False),
        ("state.average", np.zeros(3)),
        ("rng", {"bit_generator": "PCG64"}),
        ("rng", None),
        ("patience", {}),
        ("patience.count", -1),
        ("best_epoch", 3),
        ("history.loss", [1.0]),
        ("history.loss", [1.0] * 4),
        ("first_loss", "low"),
    ],
)
def test_progress_that_does_not_fit_is_refused(tmp_path, path, value):
    file = tmp_path / "run.ckpt"
    cut_fit(CLASSIFIER, file, 5, X, Y)
    content = read_checkpoint(file)
    *parts, key = ["progress", *path.split(".")]
    part = content
    for name in parts:
        part = part[name]
    part[key] = value
    write_checkpoint(file, content)
    with pytest.raises(ValueError, match=f"can't be resumed here.*{key}"):
        Checkpoint.resume(file, X, Y)


def test_a_best_epoch_that_is_still_ahead_is_refused(tmp_path):
    file = tmp_path / "run.ckpt"
    cut_fit(clone(CLASSIFIER).set_params(early_stopping=True), file, 5, X, Y)
    content = read_checkpoint(file)
    n_epochs = content["progress"]["n_epochs"]
    content["progress"]["best_epoch"] = n_epochs + 1
    write_checkpoint(file, content)
    with pytest.raises(ValueError, match=f"best_epoch must be .* from 1 to {n_epochs}"):
        Checkpoint.resume(file, X, Y)


@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_a_checkpoint_of_a_machine_of_the_other_byte_order(tmp_path, solver):
    path = tmp_path / "run.ckpt"
    model = clone(CLASSIFIER).set_params(early_stopping=True, solver=solver)
    cut_fit(model, path, 5, X, Y)
    content = in_other_byte_order(read_checkpoint(path))
    assert not content["progress"]["state"]["parameters"]["flat"].dtype.isnative
    write_checkpoint(path, content)
    assert_same_estimator(Checkpoint.resume(path, X, Y), model.fit(X, Y))


@pytest.mark.parametrize("name", ["n" * 256, "folder", "in a/folder"])
def test_a_path_that_cannot_be_written_is_refused_before_training(tmp_path, name):
    (tmp_path / "folder").mkdir()
    model = clone(CLASSIFIER).set_callbacks(Checkpoint(tmp_path / name))
    message = r"must be a file that can be written|not a checkpoint|must be in a folder"
    with pytest.raises(ValueError, match=message):
        model.fit(X, Y)
    assert not hasattr(model, "coefs_")


def test_the_longest_name(tmp_path):
    longest = tmp_path / ("n" * 250)
    _, resumed = assert_resumes(CLASSIFIER, longest, 5, X, Y)
    assert resumed.n_iter_ == 14


@pytest.mark.parametrize("kind", [np.random.MT19937, np.random.PCG64])
def test_every_bit_generator_of_a_random_state_resumes(tmp_path, kind):
    model = clone(CLASSIFIER)
    model.random_state = np.random.RandomState(kind(3))
    assert_resumes(model, tmp_path / "run.ckpt", 5, X, Y)
