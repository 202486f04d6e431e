"""Beyond one process: a search by each of joblib's backends; a pass over Parquet.

A pass is measured in a process of its own, which runs this file.
"""

import atexit
import sys
import tempfile
import warnings
from importlib.util import find_spec
from pathlib import Path

import joblib
import numpy as np

N_FEATURES = 50
N_FILES = (4, 16)


def missing():
    """Whether the extra is; says so."""
    names = [n for n in ("dask", "distributed", "pyarrow") if find_spec(n) is None]
    if names:
        print(
            f'  {" and ".join(names)} not installed (pip install "sknn-simple[bench]")'
        )
    return bool(names)


def backends(chosen, quick):
    """One search, by two workers of each kind."""
    if missing():
        return []
    from cases import ENGINES, Agreement, Case, Rival

    from .search import TWO_THREADS, searching, training_on_digits

    start_cluster()
    workers = {
        "1 process": {"n_jobs": 1},
        "threads": TWO_THREADS,
        "loky": {"backend": "loky", "n_jobs": 2},
        "Dask": {"backend": "dask", "n_jobs": 2},
    }
    sizes = {"short fits": 2, "long fits": 4 if quick else 20}
    cases = []
    for case, n_epochs in sizes.items():
        training = training_on_digits(n_epochs, quick)
        rivals, agreements = {}, []
        for engine in (name for name in ENGINES if name in chosen):
            runs = {
                f"{engine}, {name}": searching(training, engine, **options)
                for name, options in workers.items()
            }
            rivals |= {name: Rival(run) for name, run in runs.items()}
            agreements.append(Agreement("scores", runs, tolerance=1e-15))
        cases.append(
            Case(
                "backends",
                case,
                "search",
                rivals,
                repeats=5,
                agreements=agreements,
                note=f"12 fits of {n_epochs} epochs on digits; two workers of a thread "
                "each, and one BLAS thread. The workers are there before.",
            )
        )
    return cases


def start_cluster():
    """Start the workers of Dask; they end with this process."""
    from distributed import Client, LocalCluster

    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    workers = LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address=":0",
        local_directory=folder.name,
    )
    client = Client(workers)
    atexit.register(workers.close)
    atexit.register(client.close)


def parquet(chosen, quick):
    """The memory that a pass takes, by the number of files."""
    if missing():
        return []
    from cases import ENGINES, Case, Rival

    from .memory import peak_is_unknown

    if peak_is_unknown():
        return []
    n_rows = 10_000 if quick else 100_000
    return [
        Case(
            "Parquet",
            f"{n_files} files",
            "a file's samples",
            {
                engine: Rival(lambda e=engine, n=n_files: peak(e, n, n_rows))
                for engine in ENGINES
                if engine in chosen
            },
            repeats=1,
            measure=lambda run: run(),
            is_share=True,
            note=f"float32, {n_rows} rows of {N_FEATURES} features a file, beyond what "
            "was resident after a pass over a small one.",
        )
        for n_files in N_FILES
    ]


def peak(engine, n_files, n_rows):
    """The peak of a pass, in units of a file's samples."""
    from machine import run_python

    return float(run_python(__file__, engine, str(n_files), str(n_rows)))


def write(path, n_rows, seed):
    """A file of samples."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    X = np.random.default_rng(seed).standard_normal((N_FEATURES, n_rows), np.float32)
    columns = {f"x{i}": column for i, column in enumerate(X)}
    pq.write_table(pa.table({**columns, "y": (X[0] > 0).astype(int)}), path)


def pass_over(network, paths):
    """Train on one file after another."""
    import pyarrow.parquet as pq

    for path in paths:
        table = pq.read_table(path)
        columns = [table[f"x{i}"].to_numpy() for i in range(N_FEATURES)]
        network.partial_fit(
            np.column_stack(columns), table["y"].to_numpy(), classes=[0, 1]
        )


def measure(engine, n_files, n_rows):
    """Return the peak of resident memory of a pass, minus the memory before it."""
    from memory import peak_beyond_now

    from sknn_simple import SimpleMLPClassifier

    network = SimpleMLPClassifier((100,), engine=engine, random_state=0)
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.parquet"
        write(small, 1000, 0)
        paths = [Path(folder) / f"{i}.parquet" for i in range(n_files)]
        # In another process, which takes its memory along.
        joblib.Parallel(2)(
            joblib.delayed(write)(path, n_rows, seed) for seed, path in enumerate(paths)
        )
        pass_over(network, [small])
        n_bytes = peak_beyond_now(lambda: pass_over(network, paths))
        return n_bytes / (n_rows * N_FEATURES * 4)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    _, engine, n_files, n_rows = sys.argv
    print(measure(engine, int(n_files), int(n_rows)))
