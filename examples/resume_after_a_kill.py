"""Resume after a kill: a long training that loses almost nothing.

A training process may be killed: the machine restarts, memory runs out, a time limit is
reached. `Checkpoint` saves the whole training every few epochs. `Checkpoint.resume`
runs the remaining epochs and gives the bits of an uninterrupted training.
"""

# %%
# A training that saves itself
# ----------------------------
# This network uses momentum, a random order of samples in each epoch, and early
# stopping. All three must continue from where they were.
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

from sknn_simple import SimpleMLPClassifier
from sknn_simple.callbacks import Checkpoint

X, y = load_digits(return_X_y=True)
X /= 16
training = sys.argv[1:2] == ["--train"]
network = SimpleMLPClassifier(
    (30,), early_stopping=True, max_iter=40, n_iter_no_change=np.inf, random_state=0
)


class Progress:
    """A callback that counts epochs, and prints the count in the second process."""

    n_epochs = 0

    def setup(self, estimator, context):
        """Do nothing."""

    def teardown(self, estimator, context):
        """Do nothing."""

    def on_fit_task_begin(self, estimator, context):
        """Do nothing."""

    def on_fit_task_end(self, estimator, context):
        """Count the epoch; the end of the whole fit is reported here, too."""
        if context.task_name == "epoch":
            self.n_epochs += 1
            if training:
                print(self.n_epochs, flush=True)


if training:
    network.set_callbacks(Checkpoint(sys.argv[2], every=5), Progress()).fit(X, y)
    sys.exit()

# %%
# Killed in the middle
# --------------------
# This script runs itself as a second process, which trains and prints its epochs. It is
# killed when it prints the 23rd.
path = Path(tempfile.mkdtemp()) / "digits.ckpt"
command = [sys.executable, __file__, "--train", str(path)]
with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
    for line in process.stdout:
        if line == "23\n":
            process.kill()
            print("Killed after epoch 23.")
            break

# %%
# Resumed
# -------
# The file holds the training but not the data. Pass the data again; `resume` checks
# that they are the same. `Progress` counts the epochs that were left.
progress = Progress()
resumed = Checkpoint.resume(path, X, y, callbacks=[progress])
print(f"Resumed: {progress.n_epochs} of {resumed.n_iter_} epochs were left to train.")

# %%
# Conclusion
# ----------
# The weights equal those of an uninterrupted training, to the last bit.
network.fit(X, y)
pairs = zip(
    resumed.coefs_ + resumed.intercepts_,
    network.coefs_ + network.intercepts_,
    strict=True,
)
same = all(np.array_equal(one, other) for one, other in pairs)
print(f"Best epoch: {resumed.best_epoch_}, uninterrupted: {network.best_epoch_}")
print(f"Same weights to the last bit: {same}")
print(f"Same loss in every epoch: {resumed.loss_curve_ == network.loss_curve_}")
path.unlink()
path.parent.rmdir()
