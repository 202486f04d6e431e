"""Train on Parquet files that need not fit in memory, and measure the memory
=============================================================================

Each file is read, converted to rows, passed to `partial_fit` and released. Needs the
extra `distributed`, for pyarrow.
"""

# %%
# Files of samples
# ----------------
# Each file should be a random part of the samples, because the network sees one after
# the other. Choose the number of rows so that several files fit in memory: training
# takes the memory of a few.
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
    """Return features in different units, and whether the first exceeds the second."""
    X = rng.standard_normal((N_ROWS, N_FEATURES))
    return X * scale, (X[:, 0] > X[:, 1]).astype(int)


def read(path):
    """Return the rows of a file and their classes."""
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
# One pass to learn the scales, one to train
# -------------------------------------------
# A first fit outside the measurement imports and compiles everything, so that this is
# not counted.
SimpleMLPClassifier((10,), alpha=1e-4).partial_fit(*read(paths[0]), classes=[0, 1])
del X, y, columns
tracemalloc.start()  # counts NumPy's memory; Arrow counts its own
scaler = StandardScaler()
for path in paths:
    scaler.partial_fit(read(path)[0])
network = SimpleMLPClassifier((10,), alpha=1e-4, random_state=0)
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
# The peak is the size of a few files, however many there are.
accuracy = network.score(scaler.transform(X_test), y_test)
print(f"Samples seen: {network.t_}, accuracy: {accuracy:.3f}")
size = X.nbytes / 1e6
print(f"The samples take {size:.1f} MB per file, {N_FILES * size:.0f} MB in all.")
print(f"Peak memory of training: the samples of {peak / X.nbytes:.1f} files.")
assert accuracy > 0.95
assert peak < 8 * X.nbytes
