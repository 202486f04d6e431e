"""Checkpoint: a callback that saves a training, to resume it after a crash."""

import copy
import os
import pickle
from collections.abc import Sequence
from numbers import Integral
from pathlib import Path
from typing import Any, Self

from numpy.typing import ArrayLike
from sklearn.utils import check_random_state

from .._base import BaseSimpleMLP, MatrixLike
from .._fit.callback_bridge import without_callbacks
from .._fit.session import Mode, Session
from .._fit.validation import ValidationData
from .._persistence import from_plain, to_plain
from ..classifier import SimpleMLPClassifier
from ..network import OPTIMIZERS
from ..regressor import SimpleMLPRegressor
from .checkpoint_content import check_progress
from .checkpoint_file import (
    check_writable,
    load_estimator,
    read_checkpoint,
    write_checkpoint,
)
from .fingerprints import check_same, fingerprints


class Checkpoint:
    """A callback that saves a training, to resume it after a crash or a kill.

    It writes before the first epoch, after every `every` epochs, and at the end of the
    fit. A checkpoint holds everything that training needs except the data: the
    estimator at the start of the fit, the random state, the weights, the optimizer, the
    learning rate, the patience, the best weights so far under early stopping, and the
    history. The validation split, the scale of the targets and everything else that
    follows from these and the data are computed again.

    A checkpoint replaces the previous one in a single step, so that the file is always
    complete; it keeps the mode and, where allowed, the owner of the file. A new one is
    first written beside it, under a random hidden name that no other file has. If
    several fits share a path, it holds the last checkpoint that any of them wrote.

    `resume` runs the remaining epochs. Its weights equal those of an uninterrupted run
    to the last bit, also after Ctrl-C.

    Set it on a SimpleMLPClassifier or SimpleMLPRegressor, alone or as the last step of
    a Pipeline. Searches and cross-validation refuse it, since their clones would all
    write to the same path.

    Parameters
    ----------
    path : str or os.PathLike
        File to write, in a folder that exists. An older checkpoint is replaced; any
        other file is an error.

    every : int, default=10
        Number of epochs from one checkpoint to the next.

    Raises
    ------
    ValueError
        In `fit`, before training: if the folder of `path` does not exist, `path` is
        another kind of file or cannot be written, the solver is 'lbfgs', whose state
        SciPy does not expose, the estimator is a clone, or one of its parameters cannot
        be pickled. In every `partial_fit`: pickle the estimator between calls instead.

    OSError
        In `fit`, if a checkpoint cannot be written, for instance on a full disk. The
        checkpoint before it stays.

    Notes
    -----
    A checkpoint consists of a line with the format, a checksum, and a pickle. Loading a
    pickle can run any code: only resume files that you trust.

    Other callbacks are not saved. With a Checkpoint, as with any callback, the loop
    trains one epoch at a time.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn.datasets import load_iris
    >>> from sknn_simple import SimpleMLPClassifier
    >>> from sknn_simple.callbacks import Checkpoint
    >>> X, y = load_iris(return_X_y=True)
    >>> path = Path(tempfile.mkdtemp()) / "run.ckpt"
    >>> classifier = SimpleMLPClassifier(
    ...     (5,), max_iter=25, n_iter_no_change=float("inf"), random_state=0
    ... )
    >>> classifier.set_callbacks(Checkpoint(path, every=10)).fit(X, y).n_iter_
    25
    >>> Checkpoint.resume(path, X, y).n_iter_
    25
    """

    def __init__(self, path: str | os.PathLike[str], every: int = 10) -> None:
        if not isinstance(every, Integral) or isinstance(every, bool) or every < 1:
            raise ValueError(f"every must be an integer of at least 1, got {every!r}.")
        self.path = _absolute(path)
        self.every = int(every)
        self._of_clone = False
        self._session = None
        self._saved = None

    def __repr__(self) -> str:
        return f"Checkpoint({str(self.path)!r}, every={self.every})"

    @classmethod
    def resume(
        cls,
        path: str | os.PathLike[str],
        X: MatrixLike,
        y: MatrixLike,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: MatrixLike | None = None,
        y_val: MatrixLike | None = None,
        sample_weight_val: ArrayLike | None = None,
        callbacks: Sequence[Any] = (),
    ) -> SimpleMLPClassifier | SimpleMLPRegressor:
        """Run the remaining epochs of a fit, and keep writing checkpoints.

        Parameters
        ----------
        path : str or os.PathLike
            File of the checkpoint.

        X, y, sample_weight, X_val, y_val, sample_weight_val
            The arguments of `fit`. For the last step of a Pipeline, X is the output
            of the steps before.

        callbacks : sequence of callbacks, default=()
            Callbacks to set besides the Checkpoint. They see the remaining epochs only.

        Returns
        -------
        estimator : SimpleMLPClassifier or SimpleMLPRegressor
            The fitted estimator. A fit that was finished is returned as it was.

        Raises
        ------
        FileNotFoundError
            If there is no file at `path`.

        ValueError
            If the file is not a complete checkpoint, or of a newer version, if the data
            differ from the data of the fit, or as in `fit`.
        """
        path = _absolute(path)
        saved = read_checkpoint(path)
        validation = ValidationData(X_val, y_val, sample_weight_val)
        data = {"X": X, "y": y, "sample_weight": sample_weight, **validation._asdict()}
        check_same(path, saved["data"], fingerprints(data))
        checkpoint = cls(path, saved["every"])
        if saved["fitted"] is not None:
            return saved["fitted"].set_callbacks(checkpoint, *callbacks)
        checkpoint._saved = saved
        estimator = load_estimator(path, saved["estimator"])
        estimator.set_callbacks(checkpoint, *callbacks)
        estimator.fit(**data)
        if saved["unseeded"]:
            estimator.random_state = None
        return estimator

    def for_clone(self) -> Self:
        """Return the Checkpoint of a clone of the estimator, which raises in `fit`."""
        shared = copy.copy(self)
        shared._of_clone = True
        return shared

    def setup(self, estimator: Any, context: Any) -> None:
        """Check that the training can be saved, and keep its initial state."""
        if not isinstance(estimator, BaseSimpleMLP):
            raise ValueError(
                "Checkpoint must be set on a SimpleMLPClassifier or SimpleMLPRegressor "
                f"(in a Pipeline on its last step), got {type(estimator).__name__}."
            )
        if self._of_clone:
            raise ValueError(
                f"Checkpoint({str(self.path)!r}) was set on another estimator, of "
                "which this is a clone. Clones, as searches, cross-validation and "
                "ensembles make them, would all write to one path. Call set_callbacks "
                "on the estimator that is fitted."
            )
        if estimator.solver not in OPTIMIZERS:
            raise ValueError(
                "Checkpoint needs solver='sgd' or 'adam', got "
                f"solver={estimator.solver!r}, whose state can't be saved."
            )
        check_writable(self.path)
        if self._saved is None:
            self._saved = _start_of(estimator) | {"every": self.every}

    def begin_training(self, session: Session, data: dict[str, Any]) -> None:
        """Restore a saved training, and keep the session."""
        if session.mode is Mode.APPEND:
            raise ValueError(
                "Checkpoint works with fit only, got a call of partial_fit. Pickle the "
                "estimator between the calls instead."
            )
        if "progress" in self._saved:
            progress = self._saved.pop("progress")
            try:
                check_progress(progress, session.state, session.max_iter)
            except ValueError as error:
                raise ValueError(
                    f"{os.fspath(self.path)!r} can't be resumed here: {error}"
                ) from error
            session.restore(from_plain(progress))
        else:
            self._saved["data"] = fingerprints(data)
        self._session = session

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Save the training after the previous epoch has finished completely."""
        is_epoch = context.task_name == "epoch"
        if is_epoch and self._session.n_epochs % self.every == 0:
            progress = to_plain(self._session.progress())
            write_checkpoint(
                self.path, self._saved | {"progress": progress, "fitted": None}
            )

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        """Save the fitted estimator after a fit that was not interrupted."""
        if context.task_name == "epoch" or self._session.stop_reason == "interrupted":
            return
        fitted = without_callbacks(estimator)
        if self._saved["unseeded"]:
            fitted.random_state = None
        write_checkpoint(self.path, self._saved | {"fitted": fitted})

    def teardown(self, estimator: Any, context: Any) -> None:
        """Release the training."""
        self._session = self._saved = None


def _start_of(estimator):
    """Return the estimator and its random state, pickled."""
    start = without_callbacks(estimator)
    unseeded = start.random_state is None
    if unseeded:
        # NumPy's global generator is pickled in its current state.
        start.random_state = check_random_state(None)
    try:
        pickled = pickle.dumps(start)
    except MemoryError:  # not the fault of the parameters
        raise
    except Exception as error:
        raise ValueError(
            f"Checkpoint can't save this {type(estimator).__name__}: a parameter of it "
            f"can't be pickled ({error}). Define functions in a module, not as a "
            "lambda or within another function."
        ) from error
    return {"estimator": pickled, "unseeded": unseeded}


def _absolute(path):
    """Return an absolute path, which a later change of folder does not affect."""
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path must be a str or an os.PathLike, got {path!r}.")
    return Path(path).absolute()
