"""A part of each fuzz, in processes of its own: `tests/fuzz.py` has the rest."""

import importlib.util
import sys
from pathlib import Path

import pytest
from support import ENGINES

FUZZ = Path(__file__).parent / "fuzz.py"
N_CASES = {
    "loader": 80,
    "checkpoint": 50,
    "parameters": 140,
    "data": 50,
    "memory": 200,
}
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("resource") is None, reason="needs limits of POSIX"
)


@pytest.fixture
def run(capsys, monkeypatch):
    """A function that runs cases: it returns the number of failures and the output."""
    monkeypatch.setattr(sys, "path", sys.path[:])  # to which the script adds folders

    def run(script, target, n_cases, engine="numpy"):
        spec = importlib.util.spec_from_file_location(script.stem, script)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        arguments = [target, "--cases", str(n_cases), "--engine", engine]
        return module.main(arguments), capsys.readouterr().out

    return run


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "target",
    [
        *("loader", "parameters", "data", "memory"),
        pytest.param("checkpoint", marks=pytest.mark.callbacks),
    ],
)
def test_each_case_ends_in_a_finite_model_or_a_named_error(run, target, engine):
    n_failed, output = run(FUZZ, target, N_CASES[target], engine)
    assert n_failed == 0, output
    assert f"{N_CASES[target]} cases" in output


@pytest.mark.parametrize(
    ("target", "body", "failure"),
    [
        ("data", "os.abort()", "case 0: process ended with status -6"),
        ("data", "signal.pause()", "case 0: process ended with status -14"),
        ("data", "raise KeyError('coefs')", "case 1: KeyError: 'coefs'"),
        ("data", "refused(lambda: int('a'), 'X')", "case 1: CaseError: names no cause"),
        ("memory", "DATA.append(bytes(2000))", "memory has grown by"),
    ],
)
def test_a_case_that_ends_otherwise_is_a_failure(run, tmp_path, target, body, failure):
    """The judge itself: targets that crash, hang, lie and leak."""
    planted = f"DATA = []\n\n\ndef {target}(rng, engine):\n    {body}\n\n\nTARGETS ="
    script = tmp_path / "planted.py"
    script.write_text(
        FUZZ.read_text()
        .replace("TARGETS =", planted)
        .replace("SECONDS = 20", "SECONDS = 1")
        .replace("Path(__file__).parents[1]", f"Path({str(FUZZ.parents[1])!r})")
        .replace("Path(__file__).parent)", f"Path({str(FUZZ.parent)!r}))")
    )
    n_failed, output = run(script, target, 40 if target == "memory" else 2)
    assert n_failed
    assert failure in output
