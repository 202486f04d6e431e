"""Training on Parquet files that need not fit in memory, and the memory it takes.

Each file is read, turned into rows, passed to `partial_fit`, and forgotten. Needs the
extra `distributed`, for pyarrow.
"""

# %%
# Files of samples
# ----------------
# Each should be a random part of the samples: the network sees one after another. As
# many rows as fit comfortably, five times over.
import tempfile
import tracemalloc
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.preprocessing import StandardScaler

from sknn_simple import SimpleMLPClassifier

N_FILES, N_ROWS, N_FEATURES = 20, 20_000, 10
rng = np.random.RandomState(0)
scale = np.logspace(-2, 2, N_FEATURES)


def samples():
    """Features in units of their own, and whether the first is above the second."""
    X = rng.standard_normal((N_ROWS, N_FEATURES))
    return X * scale, (X[:, 0] > X[:, 1]).astype(int)


def read(path):
    """The rows of a file, and their classes."""
    table = pq.read_table(path)
    features = [table[f"x{i}"].to_numpy() for i in range(N_FEATURES)]
    return np.column_stack(features), table["y"].to_numpy()


folder = tempfile.TemporaryDirectory()
paths = [Path(folder.name) / f"part-{i:02}.parquet" for i in range(N_FILES)]
for path in paths:
    X, y = samples()
    columns = {f"x{i}": column for i, column in enumerate(X.T)} | {"y": y}
    pq.write_table(pa.table(columns), path)
X_test, y_test = samples()

# %%
# A pass to learn the scales, and one to train
# --------------------------------------------
# The first file goes through all of it once, so that what is imported and compiled at
# first use isn't counted.
SimpleMLPClassifier((10,)).partial_fit(*read(paths[0]), classes=[0, 1])
del X, y, columns
tracemalloc.start()  # of NumPy's memory; Arrow tells its own
scaler = StandardScaler()
for path in paths:
    scaler.partial_fit(read(path)[0])
network = SimpleMLPClassifier((10,), random_state=0)
for path in rng.permutation(paths):
    X, y = read(path)
    network.partial_fit(scaler.transform(X), y, classes=[0, 1])
_, peak = tracemalloc.get_traced_memory()
tracemalloc.stop()
peak += pa.default_memory_pool().max_memory()
folder.cleanup()

# %%
# Conclusion
# ----------
# The peak is a few files', however many there are.
accuracy = network.score(scaler.transform(X_test), y_test)
print(f"Samples seen: {network.t_}, accuracy: {accuracy:.3f}")
size = X.nbytes / 1e6
print(f"A file's samples take {size:.1f} MB, all {N_FILES * size:.0f} MB.")
print(f"Peak while training: {peak / X.nbytes:.1f} files' worth.")
assert accuracy > 0.95
assert peak < 8 * X.nbytes
