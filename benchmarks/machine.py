"""What the times depend on: processor, libraries, threads; and fresh processes."""

import importlib.metadata
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from threadpoolctl import threadpool_info

import sknn_simple

LIBRARIES = ("numpy", "scipy", "scikit-learn", "numba", "torch", "skorch")

TWO_FITS = """
import time
import numpy as np
from sknn_simple import SimpleMLPClassifier
X = np.random.RandomState(0).standard_normal((100, 4))
network = SimpleMLPClassifier((4,), max_iter=1, n_iter_no_change=np.inf, engine="numba")
for _ in range(2):
    start = time.perf_counter()
    network.fit(X, X[:, 0] > 0)
    print(time.perf_counter() - start)
"""


def cpu_model():
    """Name of the processor."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def version(library):
    """Its version, or None if it is not installed."""
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return None


def machine():
    """All of it, ready for JSON."""
    versions = {library: version(library) for library in LIBRARIES}
    pools = {
        (pool["user_api"], pool["internal_api"], pool["version"], pool["num_threads"])
        for pool in threadpool_info()
    }
    return {
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "versions": {
            "Python": platform.python_version(),
            "sknn-simple": sknn_simple.__version__,
            **{library: v for library, v in versions.items() if v},
        },
        "threads": [
            {
                "for": use,
                "library": f"{library} {number or ''}".strip(),
                "threads": threads,
            }
            for use, library, number, threads in sorted(pools, key=str)
        ],
    }


def run_python(*arguments, **environment):
    """What a fresh Python prints that imports the same sknn_simple."""
    here = str(Path(sknn_simple.__file__).parents[1])
    process = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": here, **environment},
    )
    if process.returncode:
        raise RuntimeError(process.stderr)
    return process.stdout


def compilation():
    """Seconds of a first fit with nothing compiled, loaded from disk, and after it."""
    with tempfile.TemporaryDirectory() as cache:
        compiling, after = run_python("-c", TWO_FITS, NUMBA_CACHE_DIR=cache).split()
        loading, _ = run_python("-c", TWO_FITS, NUMBA_CACHE_DIR=cache).split()
    return {
        "compiling": float(compiling),
        "loading": float(loading),
        "after": float(after),
    }
