"""The workloads by name: functions that make the cases for the chosen rivals.

Each takes the names of the rivals that take part, and whether to be quick.
"""

from . import (
    growth,
    layers,
    lbfgs,
    memory,
    prediction,
    processes,
    search,
    sparse_rows,
    toys,
)

WORKLOADS = {
    "W1": toys.soft_targets,
    "W2": toys.people,
    "W3": search.iris,
    "W4": layers.digits,
    "W5": layers.large,
    "W6": prediction.predict,
    "W7": memory.memory,
    "W8": lbfgs.lbfgs,
    "W9": sparse_rows.sparse_rows,
    "growth": growth.growth,
    "threads": search.threads,
    "backends": processes.backends,
    "Parquet": processes.parquet,
}

TITLES = {
    "W1": "soft targets, 3-4-1, full batch",
    "W2": "four people, 2-2-1, one row at a time, shuffled",
    "W3": "GridSearchCV on iris: scaler, 4-10-3, batches of 16",
    "W4": "digits, 64-100-10, momentum 0.9",
    "W5": "20000 rows, 784-256-10, batches of 200",
    "W6": "predict, 64-100-10",
    "W7": "memory beyond the input, 500000 x 100 float32",
    "W8": "L-BFGS",
    "W9": "sparse rows, 100 hidden units",
    "growth": "how the cost of an epoch grows",
    "threads": "GridSearchCV on digits in one and in two threads",
    "backends": "GridSearchCV on digits by two workers: threads, loky, Dask",
    "Parquet": "memory of a pass over Parquet files",
}
