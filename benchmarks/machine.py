"""What the times depend on: processor, libraries and threads; and fresh processes."""

import importlib.metadata
import os
import platform
import subprocess
import sys
from pathlib import Path

from threadpoolctl import threadpool_info

import sknn_simple
from sknn_simple.network import ENGINES

LIBRARIES = ("numpy", "scipy", "scikit-learn", "torch", "skorch", "jax")
# What threadpoolctl knows of a library, its instruction set last.
LIBRARY = ("internal_api", "version", "architecture")


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


def instructions():
    """The instruction set that the compiled engine chose, or None without it."""
    if "compiled" not in ENGINES:
        return None
    from sknn_simple.network import compiled

    return compiled.BUILDS[-1]


def machine():
    """Return the machine's description, ready for JSON."""
    versions = {library: version(library) for library in LIBRARIES}
    pools = {
        (
            pool["user_api"],
            " ".join(pool[key] for key in LIBRARY if pool.get(key)),
            pool["num_threads"],
        )
        for pool in threadpool_info()
    }
    return {
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "instructions": instructions(),
        "versions": {
            "Python": platform.python_version(),
            "sknn-simple": sknn_simple.__version__,
            **{library: v for library, v in versions.items() if v},
        },
        "threads": [
            {"for": use, "library": library, "threads": threads}
            for use, library, threads in sorted(pools)
        ],
    }


def run_python(*arguments):
    """Run a fresh Python that imports the same sknn_simple; return its output."""
    here = str(Path(sknn_simple.__file__).parents[1])
    process = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": here},
    )
    if process.returncode:
        raise RuntimeError(process.stderr)
    return process.stdout
