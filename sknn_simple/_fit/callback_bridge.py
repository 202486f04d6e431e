"""Callback bridge: everything that depends on `sklearn.callback`.

scikit-learn's callbacks see each epoch as a subtask of the fit. Without callbacks no
subtask is made.

`sklearn.callback` is new and experimental in scikit-learn 1.9. Before 1.9 nothing
watches a fit, and `set_callbacks` raises.
"""

import copy
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec

import sklearn

HAS_CALLBACKS = find_spec("sklearn.callback") is not None


class _UnwatchedTask:
    """Stands in for scikit-learn's callback contexts where there are none."""

    def subcontext(self, **kwargs):
        return self

    def call_on_fit_task_begin(self, **kwargs):
        return self

    def call_on_fit_task_end(self, **kwargs):
        return False

    def propagate_callback_context(self, estimator):
        return nullcontext()


if HAS_CALLBACKS:
    from sklearn.callback import CallbackSupportMixin
else:

    class CallbackSupportMixin:
        """Stand-in for scikit-learn's mixin before 1.9."""

        def set_callbacks(self, *callbacks):
            """Raise an error that names the version of scikit-learn with callbacks.

            Parameters
            ----------
            *callbacks : callback instances
                None of them can be set.

            Returns
            -------
            self : object
                The estimator, if there are no callbacks to set.

            Raises
            ------
            ImportError
                If there are callbacks to set.
            """
            if callbacks:
                raise ImportError(
                    "set_callbacks needs scikit-learn 1.9 or later, which brings "
                    f"sklearn.callback, got scikit-learn {sklearn.__version__}. "
                    'Upgrade with `pip install -U "scikit-learn>=1.9"`, or fit '
                    "without callbacks."
                )
            return self

        def _init_callback_context(self, **kwargs):
            return _UnwatchedTask()


def callbacks_of(estimator):
    """Return the callbacks that are set on an estimator."""
    return vars(estimator).get("_skl_callbacks", [])


def without_callbacks(estimator):
    """Return a copy of the estimator without callbacks and their state in a fit."""
    bare = without_fit_in_progress(estimator)
    vars(bare).pop("_skl_callbacks", None)
    return bare


def without_fit_in_progress(estimator):
    """Return a copy of the estimator without the state of callbacks during a fit."""
    bare = copy.copy(estimator)
    for name in (
        "_skl_callbacks_to_teardown",
        "_callback_fit_ctx",
        "_parent_callback_ctx",
    ):
        vars(bare).pop(name, None)
    return bare


class CallbackSupport(CallbackSupportMixin):
    """The public methods of an estimator with callbacks.

    Clones share callbacks, except those that serve a single estimator: these have a
    method ``for_clone()``, which returns the callback of the clone.
    """

    def __sklearn_clone__(self):
        callbacks = [
            callback.for_clone() if hasattr(callback, "for_clone") else callback
            for callback in callbacks_of(self)
        ]
        return super().__sklearn_clone__().set_callbacks(*callbacks)


class StandIn(CallbackSupportMixin):
    """An estimator whose `fit` fits another one in its place."""

    def _in_place_of_self(self, estimator):
        """Return a context in which callbacks see the fit of `estimator` as this one.

        They would otherwise see a fit around the other.
        """
        task = vars(self).get("_parent_callback_ctx", _UnwatchedTask())
        return task.propagate_callback_context(estimator)


class CallbackBridge:
    """Calls the callbacks of an estimator at the beginning and end of each epoch.

    `data` are the arrays passed to the fit, by the names of its arguments.
    """

    def __init__(self, estimator, data, max_iter):
        self.data = data
        self.arguments = _hook_arguments(
            estimator, data["X"], data["y"], data["sample_weight"]
        )
        self.callbacks = callbacks_of(estimator)
        self.epoch = None
        self.attributes = None
        self.context = _UnwatchedTask()
        if self.callbacks or "_parent_callback_ctx" in vars(estimator):
            self.context = estimator._init_callback_context(max_subtasks=max_iter)
        self.context.call_on_fit_task_begin(**self.arguments)

    def begin_training(self, session):
        """Hand the session to callbacks that save a training, or resume a saved one.

        They have a method ``begin_training(session, data)``.
        """
        self.attributes = session.attributes
        for callback in self.callbacks:
            if hasattr(callback, "begin_training"):
                callback.begin_training(session, self.data)

    def begin_epoch(self):
        """Begin an epoch, unless one has begun."""
        if self.callbacks and self.epoch is None:
            self.epoch = self.context.subcontext(task_name="epoch")
            self.epoch.call_on_fit_task_begin(
                **self.arguments, reconstruction_attributes=self.attributes
            )

    def end_epoch(self):
        """End the epoch; return whether a callback asks to stop."""
        if self.epoch is None:
            return False
        epoch, self.epoch = self.epoch, None
        return epoch.call_on_fit_task_end(
            **self.arguments, reconstruction_attributes=self.attributes
        )

    def abandon_epoch(self):
        """End an epoch in which L-BFGS found no better weights."""
        if self.epoch is not None:
            self.epoch.call_on_fit_task_end(estimator=self.arguments["estimator"])
            self.epoch = None

    def end_training(self):
        """End the fit; the estimator already has its fitted attributes."""
        self.context.call_on_fit_task_end(
            **self.arguments, reconstruction_attributes={}
        )


class SearchBridge:
    """Calls the callbacks of a search, to which each shared training is one task.

    `params` is the metadata passed to its fit.
    """

    def __init__(self, search, X, y, params):
        self.arguments = _hook_arguments(search, X, y, params.get("sample_weight"))
        self.context = search._init_callback_context(
            max_subtasks=1 if search.refit is False else 2
        ).call_on_fit_task_begin(**self.arguments)

    @contextmanager
    def trainings(self, n):
        """Watch `n` trainings, and yield a task for each of them."""
        search = self.arguments["estimator"]
        context = self.context.subcontext(
            task_name="search", max_subtasks=n, sequential_subtasks=False
        ).call_on_fit_task_begin(estimator=search)
        # All of them before the first job is pickled, since each changes its parent.
        yield [
            TrainingTask(
                context.subcontext(task_name="candidate-split-evaluation", task_id=i)
            )
            for i in range(n)
        ]
        context.call_on_fit_task_end(estimator=search)

    @contextmanager
    def refit(self, estimator):
        """Watch the fit of the best candidate."""
        context = self.context.subcontext(task_name="refit-with-best-params")
        with context.propagate_callback_context(estimator):
            context.call_on_fit_task_begin(**self.arguments)
            yield
        context.call_on_fit_task_end(**self.arguments)

    def end(self):
        """End the search, which already has its fitted attributes."""
        self.context.call_on_fit_task_end(**self.arguments)


class TrainingTask:
    """A training of a search, possibly in another process."""

    def __init__(self, context):
        self.context = context

    @contextmanager
    def watched(self, search, estimator, X, y, params):
        """Watch the fit of `estimator`, and end the task also if it fails."""
        arguments = _hook_arguments(search, X, y, params.get("sample_weight"))
        try:
            with self.context.propagate_callback_context(estimator):
                self.context.call_on_fit_task_begin(**arguments)
                yield
        finally:
            self.context.call_on_fit_task_end(**arguments)


def _hook_arguments(estimator, X, y, weights):
    """Return the arguments of the hooks of a fit's task."""
    metadata = None if weights is None else {"sample_weight": weights}
    return {"estimator": estimator, "X": X, "y": y, "metadata": metadata}
