"""Callback bridge: how scikit-learn's callbacks hear of epochs."""


class CallbackBridge:
    """Tells scikit-learn's callbacks of each epoch, as a subtask of the fit.

    Parameters
    ----------
    context : sklearn.callback.CallbackContext
        Of the fit.

    **arguments : dict
        Of the hooks: estimator, X, y and metadata as in the fit, and as
        reconstruction_attributes a function that returns the fitted attributes as
        of now.
    """

    def __init__(self, context, **arguments):
        self.context = context
        self.arguments = arguments
        self.epoch = None

    def begin_training(self, monitor, validation, adding):
        """Hand the monitor to callbacks that save training, or go on with a saved one.

        They have a method ``begin_training(monitor, data, adding)``, where `data` are
        the caller's, by name, and `adding` tells `partial_fit` from `fit`.
        """
        X_val, y_val, sample_weight_val = validation
        data = {
            "X": self.arguments["X"],
            "y": self.arguments["y"],
            "sample_weight": (self.arguments["metadata"] or {}).get("sample_weight"),
            "X_val": X_val,
            "y_val": y_val,
            "sample_weight_val": sample_weight_val,
        }
        for callback in self.arguments["estimator"]._skl_callbacks:
            if hasattr(callback, "begin_training"):
                callback.begin_training(monitor, data, adding)

    def begin_epoch(self):
        if self.epoch is None:
            self.epoch = self.context.subcontext(task_name="epoch")
            self.epoch.call_on_fit_task_begin(**self.arguments)

    def end_epoch(self):
        epoch, self.epoch = self.epoch, None
        return epoch.call_on_fit_task_end(**self.arguments)

    def close(self):
        """End an epoch that was begun in vain: L-BFGS found nothing to improve."""
        if self.epoch is not None:
            self.epoch.call_on_fit_task_end(estimator=self.arguments["estimator"])
            self.epoch = None
