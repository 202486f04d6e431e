"""A part of each fuzz, in processes of its own: `tests/fuzz.py` has the rest."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from support import ENGINES

FUZZ = Path(__file__).parent / "fuzz.py"
N_CASES = {"loader": 250, "checkpoint": 150, "parameters": 400, "data": 150}


@pytest.mark.skipif(
    importlib.util.find_spec("resource") is None, reason="needs limits of POSIX"
)
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "target",
    [
        *("loader", "parameters", "data"),
        pytest.param("checkpoint", marks=pytest.mark.callbacks),
    ],
)
def test_each_case_ends_in_a_finite_model_or_a_named_error(target, engine):
    command = [sys.executable, str(FUZZ), target, "--cases", str(N_CASES[target])]
    done = subprocess.run(
        [*command, "--engine", engine], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{N_CASES[target]} cases" in done.stdout


def test_a_case_that_ends_its_process_is_a_failure(tmp_path):
    """The judge itself: a target that crashes, one that hangs, and one that lies."""
    crashing = tmp_path / "crashing.py"
    crashing.write_text(
        FUZZ.read_text()
        .replace(
            "TARGETS = {f.__name__",
            "def memory(rng, engine):\n"
            "    case = rng.randint(3)\n"
            "    if case == 0:\n"
            "        os.abort()\n"
            "    raise KeyError('coefs')\n\n\n"
            "TARGETS = {f.__name__",
        )
        .replace("Path(__file__).parents[1]", f"Path({str(FUZZ.parents[1])!r})")
        .replace("Path(__file__).parent)", f"Path({str(FUZZ.parent)!r}))")
    )
    command = [sys.executable, str(crashing), "memory", "--cases", "5"]
    done = subprocess.run(
        [*command, "--engine", "numpy"], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "process ended with status -6" in done.stdout
    assert "KeyError: 'coefs'" in done.stdout
