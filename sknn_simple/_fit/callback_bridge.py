"""Callback bridge: everything that depends on `sklearn.callback`.

scikit-learn's callbacks see each epoch as a subtask of the fit. Without callbacks no
subtask is made.
"""

from sklearn.callback import CallbackSupportMixin, with_callbacks

__all__ = ["CallbackBridge", "CallbackSupport", "callbacks_of", "with_callbacks"]


def callbacks_of(estimator):
    """Return the callbacks that are set on an estimator."""
    return vars(estimator).get("_skl_callbacks", [])


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


class CallbackBridge:
    """Calls the callbacks of an estimator at the beginning and end of each epoch.

    `data` are the arrays passed to the fit, by the names of its arguments.
    """

    def __init__(self, estimator, data, max_iter):
        self.data = data
        weights = data["sample_weight"]
        self.arguments = {
            "estimator": estimator,
            "X": data["X"],
            "y": data["y"],
            "metadata": None if weights is None else {"sample_weight": weights},
        }
        self.callbacks = callbacks_of(estimator)
        self.epoch = None
        self.attributes = None
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

    @property
    def is_one_of_many(self):
        """Whether the fit is one of several parallel tasks, as in a search."""
        task = self.context
        while task.parent is not None and task.parent.sequential_subtasks:
            task = task.parent
        return task.parent is not None
