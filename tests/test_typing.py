"""Type checkers accept a user's correct code, and reject wrong code.

The package is checked as an installed one: its own errors are not reported.
"""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "tests" / "data" / "user_script.py"

# As a user of --strict configures it: scikit-learn and SciPy ship no types.
MYPY_CONFIGURATION = """\
[mypy]
strict = true
[mypy-sknn_simple.*]
follow_imports = silent
[mypy-sklearn.*,scipy.*]
ignore_missing_imports = true
"""

# Each line marked "wrong" is an error, and no other line is.
WRONG_SCRIPT = """\
from sknn_simple import SimpleMLPClassifier, SimpleMLPRegressor
from sknn_simple.callbacks import Checkpoint
from sknn_simple.datasets import load_four_people, make_people
from sknn_simple.network import Objective, Parameters, Patience, predict
from sknn_simple.playground import Playground, serve

model = SimpleMLPClassifier(activation="relu", batch_size="auto", random_state=0)
SimpleMLPClassifier(activation="sigmoid")  # wrong
SimpleMLPClassifier(batch_size="all")  # wrong
SimpleMLPClassifier(max_iter=2.5)  # wrong
SimpleMLPClassifier(lr=0.1)  # wrong
SimpleMLPClassifier(10, "relu", "log_loss")  # wrong
SimpleMLPRegressor(loss="log_loss")  # wrong
SimpleMLPRegressor(class_weight="balanced")  # wrong
model.coefs_.shape  # wrong
model.best_epoch_ + 1  # wrong
model.fit([[1.0]])  # wrong
model.partial_fit([[1.0]])  # wrong
model.loss_curve_.mean()  # wrong
model.predict()  # wrong
SimpleMLPClassifier.from_coefs(0.5)  # wrong
load_four_people(True)  # wrong
load_four_people(return_X_y=True).data  # wrong
make_people("100")  # wrong
serve(port="8765")  # wrong
serve(None, None, "plateau")  # wrong
Playground(lesson=1)  # wrong
Checkpoint.resume(1, [[1.0]], [0])  # wrong
Objective(activation=1)  # wrong
Parameters("2, 3")  # wrong
Parameters([2, 3]).view([0.0])  # wrong
Patience(0.0, 10).runs_out("low")  # wrong
predict([[1.0]], [], [])  # wrong
"""


def check(tool, script, directory):
    """Return the exit status of a type checker, and its report."""
    (directory / "mypy.ini").write_text(MYPY_CONFIGURATION)
    (directory / "pyrightconfig.json").write_text(f'{{"extraPaths": ["{ROOT}"]}}')
    arguments = {
        "mypy": ["--config-file", "mypy.ini", "--cache-dir", ".cache"],
        "pyright": ["--pythonpath", sys.executable],
    }
    process = subprocess.run(
        [sys.executable, "-m", tool, *arguments[tool], str(script)],
        cwd=directory,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    return process.returncode, process.stdout + process.stderr


@pytest.mark.parametrize("tool", ["mypy", "pyright"])
def test_correct_code_is_accepted(tool, tmp_path):
    returncode, report = check(tool, SCRIPT, tmp_path)
    assert returncode == 0, report


@pytest.mark.parametrize("tool", ["mypy", "pyright"])
def test_wrong_code_is_rejected(tool, tmp_path):
    script = tmp_path / "wrong.py"
    script.write_text(WRONG_SCRIPT)
    _, report = check(tool, script, tmp_path)
    found = re.findall(r"wrong\.py:(\d+)(?=.* error:)", report)
    lines = enumerate(WRONG_SCRIPT.splitlines(), start=1)
    wrong = {number for number, line in lines if line.endswith("# wrong")}
    assert {int(number) for number in found} == wrong, report


def test_correct_code_runs(capsys):
    runpy.run_path(str(SCRIPT), run_name="__main__")
    assert "Alice" in capsys.readouterr().out
