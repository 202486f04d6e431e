"""Every shell block of the documentation runs, with stand-ins for slow programs."""

import os
import re
import shutil
import subprocess

import pytest
import stand_ins
from support import ROOT, source_files
from test_docs import MARKDOWN

BLOCK = re.compile(r"^( *)```(.*)\n((?:.*\n)*?)\1```$", re.MULTILINE)


def blocks(page):
    """Return the language and the text of each block of code of a page."""
    for indent, language, text in BLOCK.findall(page.read_text()):
        yield language, re.sub(rf"^{indent}", "", text, flags=re.MULTILINE)


SHELL = [
    pytest.param(text, id=f"{page.relative_to(ROOT)}-{i}")
    for page in MARKDOWN
    for i, (language, text) in enumerate(blocks(page))
    if language == "bash"
]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the files, with stand-ins for programs and for the scripts of CI."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in source_files():
        if not name.endswith(".png"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    # The scripts of CI make environments, and run all tests in them.
    for script in set(folder.glob(".ci/*")) - set(folder.glob(".ci/*.py")):
        subprocess.run(["bash", "-n", script], check=True)
        script.write_text("#!/bin/sh\n")
    stand_ins.make_programs(folder / "stand_ins")
    stand_ins.make_programs(folder / ".venv" / "bin")  # as CONTRIBUTING.md says
    return folder


def run(block, checkout):
    path = f"{checkout / 'stand_ins'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=checkout,
        env=os.environ | {"PATH": path, "PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("block", SHELL)
def test_shell_block(block, checkout):
    process = run(block, checkout)
    assert process.returncode == 0, process.stderr


@pytest.mark.parametrize(
    "block",
    [
        'pip install -e ".[absent]"',
        "python -m venv other && other/bin/python -m pytest tests/absent.py",
        "python -m pytest --hypothesis-profile=absent",
        "python tests/fuzz.py absent",
        "python benchmarks/run.py --absent",
        "python examples/absent.py",
        "python -m absent",
        ".ci/absent",
        "if true; then",
    ],
)
def test_the_judge_finds_commands_that_do_not_work(block, checkout):
    assert run(block, checkout).returncode


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda page: str(page.relative_to(ROOT)))
def test_all_code_is_in_blocks_of_a_known_language(page):
    """`test_docs.py` runs Python and reads JSON, this file runs the shell."""
    languages = {language for language, _ in blocks(page)}
    assert all(
        language in ("python", "bash", "json", "text") or language.startswith("{")
        for language in languages
    )
    text = BLOCK.sub("", page.read_text())
    assert not re.findall(r"^[^ -].*\n\n(    .*)", text, re.MULTILINE)
