"""What is collected, how pictures are drawn, and how many examples are tried."""

import os
from importlib.util import find_spec
from shutil import which

import numpy as np
import pytest
import sklearn
from hypothesis import HealthCheck, settings
from packaging.version import Version
from threadpoolctl import threadpool_limits

from sknn_simple._fit.callback_bridge import HAS_CALLBACKS

collect_ignore = []
# pytest imports these to find doctests, and cannot tell modules of one name apart.
collect_ignore_glob = ["tests/*/conftest.py"]
if find_spec("sknn_simple.network.compiled") is None:
    collect_ignore += ["tests/promises/test_engines.py"]

if find_spec("mypy") is None or find_spec("pyright") is None:
    collect_ignore += ["tests/test_typing.py"]

if find_spec("sphinx_gallery") is None or find_spec("pydata_sphinx_theme") is None:
    collect_ignore += ["tests/test_site.py"]
if which("bash") is None:
    collect_ignore += ["tests/test_shell_blocks.py"]
if find_spec("anywidget") is None or find_spec("uvicorn") is None:
    collect_ignore += ["tests/playground/test_server.py"]
    collect_ignore += ["tests/playground/test_widget.py"]
    collect_ignore += ["sknn_simple/playground/server.py"]
    collect_ignore += ["sknn_simple/playground/widget.py"]
if find_spec("ray") is None:
    collect_ignore += ["tests/test_ray.py"]

if not HAS_CALLBACKS:
    collect_ignore += ["sknn_simple/callbacks/checkpoint.py"]  # its doctest


def is_possible(item):
    """Return whether the installed scikit-learn has what a test needs."""
    if item.get_closest_marker("callbacks") and not HAS_CALLBACKS:
        return False
    installed = Version(sklearn.__version__)
    marks = item.iter_markers("scikit_learn")
    return all(installed >= Version(mark.args[0]) for mark in marks)


def pytest_collection_modifyitems(config, items):
    """Leave out tests that need a newer scikit-learn; begin with those of the site."""
    possible = [item for item in items if is_possible(item)]
    config.hook.pytest_deselected(items=list(set(items).difference(possible)))
    # The first tests go to a single worker of pytest-xdist, which builds the site once.
    items[:] = sorted(possible, key=lambda item: "site" not in item.fixturenames)


# The workers of pytest-xdist share the cores: threads of BLAS would only wait.
if "PYTEST_XDIST_WORKER" in os.environ:
    threadpool_limits(1)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # of processes that the tests start

# Pictures are drawn without a screen.
os.environ.setdefault("MPLBACKEND", "Agg")

# The suite tries the same examples each time; `--hypothesis-profile=soak` tries others.
settings.register_profile(
    "suite",
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
settings.register_profile(
    "soak", settings.get_profile("suite"), max_examples=5000, derandomize=False
)
settings.load_profile("suite")


@pytest.fixture(autouse=True)
def seed():
    """Seed NumPy's global source, which estimators without a seed draw from."""
    np.random.seed(0)  # noqa: NPY002
