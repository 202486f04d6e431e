"""Resume after a kill: a long training that loses almost nothing
=================================================================

A training process may be killed: the machine restarts, memory runs out, a time limit is
reached. `Checkpoint` saves the whole training every few epochs. `Checkpoint.resume`
runs the remaining epochs and gives the weights of an uninterrupted training.
"""

# %%
# A training that saves itself
# ----------------------------
# This program trains in a process of its own and prints a line per epoch. The network
# uses momentum, a random order of samples in each epoch, and early stopping. All three
# must continue from where they were.
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_digits

from sknn_simple.callbacks import Checkpoint

PROGRAM = """
import sys
import numpy as np
from sklearn.datasets import load_digits
from sknn_simple import SimpleMLPClassifier
from sknn_simple.callbacks import Checkpoint

X, y = load_digits(return_X_y=True)
network = SimpleMLPClassifier(
    (30,),
    early_stopping=True,
    max_iter=30,
    n_iter_no_change=np.inf,
    random_state=0,
    verbose=True,
)
network.set_callbacks(Checkpoint(sys.argv[1], every=5)).fit(X / 16, y)
"""

# %%
# Killed in the middle
# --------------------
# The process is killed when it prints its 23rd epoch.
path = Path(tempfile.mkdtemp()) / "digits.ckpt"
command = [sys.executable, "-u", "-c", PROGRAM, str(path)]
with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
    for n_epochs, _ in enumerate(process.stdout, start=1):
        if n_epochs == 23:
            process.kill()
            print("Killed after epoch 23.")
            break

# %%
# Resumed
# -------
# The file holds the training but not the data. Pass the data again; `resume` checks
# that they are the same. The training continues after the last epoch that was saved.
X, y = load_digits(return_X_y=True)
resumed = Checkpoint.resume(path, X / 16, y)

# %%
# Conclusion
# ----------
# The weights equal those of an uninterrupted training, to the last bit.
network = clone(resumed).set_callbacks().set_params(verbose=False)
network.fit(X / 16, y)
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
