"""Data that do not fit in memory: train on chunks with `partial_fit`
=====================================================================

The samples are in a file that is mapped into memory, not loaded. Each call of
`partial_fit` trains for one epoch on the rows of that call.
"""

# %%
# A file of samples
# -----------------
# It is written chunk by chunk, as it is read later. The classes are rings around the
# origin.
import tempfile
from pathlib import Path

import numpy as np

from sknn_simple import SimpleMLPClassifier

N_CHUNKS, CHUNK = 40, 5000


def samples(rng):
    """Return points of the plane and the ring, of three, that contains each."""
    X = rng.standard_normal((CHUNK, 2)).astype(np.float32)
    return X, np.digitize(np.hypot(*X.T), [0.8, 1.4])


with tempfile.TemporaryDirectory() as folder:
    rng = np.random.RandomState(0)
    shape = (N_CHUNKS * CHUNK, 2)
    X = np.memmap(Path(folder) / "X.bin", np.float32, "w+", shape=shape)
    y = np.memmap(Path(folder) / "y.bin", np.int64, "w+", shape=shape[:1])
    chunks = [slice(i * CHUNK, (i + 1) * CHUNK) for i in range(N_CHUNKS)]
    for rows in chunks:
        X[rows], y[rows] = samples(rng)

    # One pass, chunk by chunk. The first call must name all classes, because a chunk
    # may lack some.
    network = SimpleMLPClassifier((20,), alpha=1e-4, random_state=0)
    X_test, y_test = samples(rng)
    scores = []
    for rows in chunks:
        network.partial_fit(X[rows], y[rows], classes=[0, 1, 2])
        scores.append(network.score(X_test, y_test))
    del X, y  # closes the files

# %%
# Conclusion
# ----------
# The network saw every sample once, with one chunk in memory at a time.
for n in (1, 5, 20, N_CHUNKS):
    print(f"after {n:2} chunks: accuracy {scores[n - 1]:.3f}")
assert scores[-1] > 0.95
print(f"Samples seen: {network.t_}, in chunks of {CHUNK}.")
