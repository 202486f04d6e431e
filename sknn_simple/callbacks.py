"""Callbacks: a fit that survives a kill."""

import copy
import os
import pickle
from numbers import Integral
from pathlib import Path

from sklearn.utils import check_random_state

from ._base import BaseSimpleMLP
from ._checkpoint_file import check_writable, read_checkpoint, write_checkpoint
from ._fingerprints import check_same, fingerprints
from ._resumption import go_on, progress_of
from .network import OPTIMIZERS

__all__ = ["Checkpoint"]


class Checkpoint:
    """A callback that saves a training, to go on with it after a crash or a kill.

    It writes before the first epoch, after each `every` epochs, and at the end of the
    fit. A checkpoint holds all that training needs but the data: the estimator as the
    fit began, the source of chance, the weights, the optimizer, the learning rate,
    the patience, the best weights so far under early stopping, and the history. What
    follows from these and the data, such as the validation split and the scale of the
    targets, is made again. Checkpoints replace each other in one step, so that
    whatever happens the file is whole; an unfinished one is beside it, at `path` plus
    ``.tmp``.

    `resume` runs the remaining epochs, and gives the weights of a run that was never
    interrupted, to the last bit. It does so after Ctrl-C as well.

    It is set on a SimpleMLPClassifier or SimpleMLPRegressor, alone or as the last step
    of a Pipeline. In a search or in cross-validation, whose clones would all write to
    one path, it is refused.

    Parameters
    ----------
    path : str or os.PathLike
        Where to write, in a folder that exists. A checkpoint that is already there is
        replaced by the new run's, any other file is refused.

    every : int, default=10
        Epochs from one checkpoint to the next.

    Raises
    ------
    ValueError
        By `fit`, before any work: if the folder of `path` does not exist; if another
        file is there; with solver='lbfgs', whose state SciPy does not give away; in a
        clone; if a parameter of the estimator can't be pickled. By `partial_fit`
        always: a pickle of the estimator is a checkpoint there.

    Notes
    -----
    A checkpoint is a pickle, after a line that names its format and a checksum.
    Loading a pickle runs code: only resume files of people whom you trust.

    Other callbacks are not saved. With a Checkpoint, as with any callback, epochs are
    trained one by one.

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

    def __init__(self, path, every=10):
        if not isinstance(every, Integral) or isinstance(every, bool) or every < 1:
            raise ValueError(f"every must be an integer of at least 1, got {every!r}.")
        self.path = _absolute(path)
        self.every = int(every)
        self._of_clone = False
        self._monitor = None
        self._saved = None

    def __repr__(self):
        return f"Checkpoint({str(self.path)!r}, every={self.every})"

    @classmethod
    def resume(
        cls,
        path,
        X,
        y,
        sample_weight=None,
        *,
        X_val=None,
        y_val=None,
        sample_weight_val=None,
        callbacks=(),
    ):
        """Run the remaining epochs of a fit, and go on writing checkpoints.

        Parameters
        ----------
        path : str or os.PathLike
            The checkpoint.

        X, y, sample_weight, X_val, y_val, sample_weight_val
            What `fit` was given. In a Pipeline, the last step's X: what the steps
            before make of that of the Pipeline.

        callbacks : sequence of callbacks, default=()
            To be set besides the Checkpoint. They see the remaining epochs only.

        Returns
        -------
        estimator : SimpleMLPClassifier or SimpleMLPRegressor
            Fitted. If the fit was already finished, as it was then.

        Raises
        ------
        FileNotFoundError
            If there is no file at `path`.

        ValueError
            If it is not a whole checkpoint, or one of a newer version, or if the data
            are not those of the fit; and whatever `fit` raises.
        """
        path = _absolute(path)
        saved = read_checkpoint(path)
        data = {
            "X": X,
            "y": y,
            "sample_weight": sample_weight,
            "X_val": X_val,
            "y_val": y_val,
            "sample_weight_val": sample_weight_val,
        }
        check_same(path, saved["data"], fingerprints(data))
        checkpoint = cls(path, saved["every"])
        if saved["fitted"] is not None:
            return saved["fitted"].set_callbacks(checkpoint, *callbacks)
        checkpoint._saved = saved
        estimator = pickle.loads(saved["estimator"])
        estimator.set_callbacks(checkpoint, *callbacks)
        validation = {name: data[name] for name in list(data)[3:]}
        estimator.fit(X, y, sample_weight, **validation)
        if saved["unseeded"]:
            estimator.random_state = None
        return estimator

    def for_clone(self):
        """The Checkpoint that a clone of the estimator gets: it refuses to work."""
        shared = copy.copy(self)
        shared._of_clone = True
        return shared

    def setup(self, estimator, context):
        """Check before any work that the training can be saved, and keep its start."""
        if not isinstance(estimator, BaseSimpleMLP):
            raise ValueError(
                "Checkpoint must be set on a SimpleMLPClassifier or SimpleMLPRegressor "
                f"(in a Pipeline on its last step), got {type(estimator).__name__}."
            )
        if self._of_clone:
            raise ValueError(
                f"Checkpoint({str(self.path)!r}) was set on another estimator, of "
                "which this is a clone, as searches, cross-validation and ensembles "
                "make them: they would all write to one path. Set it on an estimator "
                "that is fitted itself, by set_callbacks after clone."
            )
        if estimator.solver not in OPTIMIZERS:
            raise ValueError(
                "Checkpoint needs solver='sgd' or 'adam', got "
                f"solver={estimator.solver!r}, whose state can't be saved."
            )
        check_writable(self.path)
        if self._saved is None:
            self._saved = _start_of(estimator) | {"every": self.every}

    def begin_training(self, monitor, data, adding):
        """Take the training to where it was saved, and watch it from there."""
        if adding:
            raise ValueError(
                "Checkpoint is for fit, not for partial_fit, between whose calls the "
                "estimator itself can be pickled."
            )
        if "progress" in self._saved:
            go_on(monitor, self._saved.pop("progress"))
        else:
            self._saved["data"] = fingerprints(data)
        self._monitor = monitor

    def on_fit_task_begin(self, estimator, context):
        """Save the training when the epoch before is done with in every respect."""
        is_epoch = context.task_name == "epoch"
        if is_epoch and self._monitor.n_epochs % self.every == 0:
            progress = progress_of(self._monitor)
            write_checkpoint(
                self.path, self._saved | {"progress": progress, "fitted": None}
            )

    def on_fit_task_end(self, estimator, context):
        """Save the fitted estimator when the fit is done, and was not interrupted."""
        if context.task_name == "epoch" or self._monitor.interrupted:
            return
        fitted = _without_callbacks(estimator)
        if self._saved["unseeded"]:
            fitted.random_state = None
        write_checkpoint(self.path, self._saved | {"fitted": fitted})

    def teardown(self, estimator, context):
        """Forget the training."""
        self._monitor = self._saved = None


def _without_callbacks(estimator):
    """A copy of the estimator without what belongs to a fit that is under way."""
    bare = copy.copy(estimator)
    for name in (
        "_skl_callbacks",
        "_skl_callbacks_to_teardown",
        "_callback_fit_ctx",
        "_parent_callback_ctx",
    ):
        bare.__dict__.pop(name, None)
    return bare


def _start_of(estimator):
    """What a fit begins with: the estimator and its source of chance, pickled now."""
    start = _without_callbacks(estimator)
    unseeded = start.random_state is None
    if unseeded:
        # NumPy's global source: its state of now is pickled.
        start.random_state = check_random_state(None)
    try:
        pickled = pickle.dumps(start)
    except MemoryError:  # tells nothing of the parameters
        raise
    except Exception as error:
        raise ValueError(
            f"Checkpoint can't save this {type(estimator).__name__}: a parameter of it "
            f"can't be pickled ({error}). A function must be defined in a module, not "
            "as a lambda or within another function."
        ) from error
    return {"estimator": pickled, "unseeded": unseeded}


def _absolute(path):
    """The path, so that a change of folder does not matter."""
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path must be a str or an os.PathLike, got {path!r}.")
    return Path(path).absolute()
