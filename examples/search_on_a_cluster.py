"""A search on a Dask cluster, which goes on when a worker dies.

scikit-learn's searches send their fits wherever joblib says. Here it says: to the
workers of a Dask cluster, which may be on many machines. Needs the extra `distributed`.
"""

# %%
# What is searched
# ----------------
# The folds are made beforehand, so that they can be sent beforehand, like the samples.
# An integer `random_state` makes a fit that is done again the same fit.
import os
import signal
import tempfile

import joblib
import numpy as np
from distributed import Client, LocalCluster
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier
from sknn_simple.model_selection import EpochSearchCV

X, y = load_digits(return_X_y=True)
folds = list(StratifiedKFold(3).split(X, y))
network = SimpleMLPClassifier((20,), n_iter_no_change=np.inf, random_state=0)
search = EpochSearchCV(
    Pipeline([("scale", StandardScaler()), ("mlp", network)]),
    {"mlp__learning_rate_init": [0.01, 0.03, 0.1], "mlp__max_iter": [5, 10, 20]},
    cv=folds,
)


def die_once(path):
    """End the worker that this runs on, unless another has ended here."""
    try:
        os.mkdir(path)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


# %%
# On a cluster
# ------------
# This one is on this machine; `Client("tcp://scheduler:8786")` takes one that is
# running. Its processes import this file, and must not start clusters of their own.
if __name__ == "__main__":
    here = clone(search).fit(X, y)
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            dashboard_address=":0",
            local_directory=folder,
            silence_logs="CRITICAL",  # a death is told of as an error
        ) as cluster,
        Client(cluster) as client,
    ):
        # What is scattered goes to each worker, so that none takes it along into
        # death. Dask would tidy copies up; it is told not to.
        client.amm.stop()
        scattered = [X, y, *(indices for fold in folds for indices in fold)]
        with joblib.parallel_config("dask", scatter=scattered):
            death = client.submit(die_once, os.path.join(folder, "died"))
            search.fit(X, y)
        assert death.result() is None  # was tried again, elsewhere

    # %%
    # Conclusion
    # ----------
    # A worker died, its fits were done by the other, and the result is that of the
    # search in this process.
    for name, column in here.cv_results_.items():
        if not name.endswith("_time"):
            np.testing.assert_array_equal(search.cv_results_[name], column)
    print(f"On the cluster as here: {search.best_params_}, {search.best_score_:.3f}")
