"""A search on a Dask cluster that survives the death of a worker
=================================================================

scikit-learn's searches send their fits to the backend of joblib. Here that is a Dask
cluster, whose workers may be on many machines. Needs the extra `distributed`.
"""

# %%
# The search
# ----------
# The folds are made first, so that they can be sent to the workers together with the
# samples. With an integer `random_state`, a fit that runs again gives the same result.
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
    """Kill the worker that runs this, unless one has been killed already."""
    try:
        os.mkdir(path)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


# %%
# On a cluster
# ------------
# This cluster runs on the local machine; `Client("tcp://scheduler:8786")` connects to a
# running one. The workers import this file and must not start clusters of their own,
# hence the condition.
if __name__ == "__main__":
    here = clone(search).fit(X, y)
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            dashboard_address=":0",
            local_directory=folder,
            silence_logs="CRITICAL",  # Dask logs the death as an error
        ) as cluster,
        Client(cluster) as client,
    ):
        # Scattered data are on every worker, so that no death loses them. `amm.stop()`
        # keeps Dask from removing the copies.
        client.amm.stop()
        scattered = [X, y, *(indices for fold in folds for indices in fold)]
        with joblib.parallel_config("dask", scatter=scattered):
            death = client.submit(die_once, os.path.join(folder, "died"))
            search.fit(X, y)
        assert death.result() is None  # it ran again on the other worker

    # A worker died, the other one ran its fits, and the results are those of the search
    # in this process.
    for name, column in here.cv_results_.items():
        if not name.endswith("_time"):
            np.testing.assert_array_equal(search.cv_results_[name], column)
    print(
        f"Same result on the cluster: {search.best_params_}, {search.best_score_:.3f}"
    )
