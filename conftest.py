"""What can't be collected where an extra is not installed."""

import os
from importlib.util import find_spec

collect_ignore = []
if find_spec("numba") is None:
    collect_ignore += ["sknn_simple/network/compiled.py", "tests/test_compiled.py"]

# Pictures are drawn without a screen.
os.environ.setdefault("MPLBACKEND", "Agg")
