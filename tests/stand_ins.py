"""Stand-ins for the programs that the shell blocks of the documentation call.

Each checks its arguments in place of what the program would download, compile or do for
hours. `test_shell_blocks.py` runs the blocks with them.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

PROGRAMS = {
    "python": "does what is quick, and checks the rest",
    "python3": "the same",
    "pip": "would download and compile: checks what it should install",
    "pre-commit": "would change the hooks of the repository: checks the configuration",
    "mutmut": "would run for hours: checks that the files to mutate exist",
}
"""What stands in for each program, and why."""


def make_programs(folder):
    """Make all stand-ins in a folder, as a virtual environment has them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PROGRAMS:
        path = folder / name
        path.write_text(
            f'#!/bin/sh\nexec "{sys.executable}" "{__file__}" {name} "$@"\n'
        )
        path.chmod(0o755)


def project():
    return tomllib.loads(Path("pyproject.toml").read_text())


def python(*args):
    """Run code, examples and the help of other scripts; check other modules."""
    match args:
        case "-m", "venv", folder:
            make_programs(Path(folder) / "bin")
        case "-m", "pip", *rest:
            pip(*rest)
        case "-m", "pytest", *rest:
            pytest(*rest)
        case "-m", "sphinx", "-W", source, _:  # test_site.py builds the site
            assert (Path(source) / "conf.py").exists()
        case "-c", _:
            run(*args)
        case script, *rest if script.startswith("examples/"):
            run(script, *rest)
        case "-m", module, *rest:
            check_options(["-m", module], rest)
        case script, *rest:
            check_options([script], rest)


def check_options(program, args):
    """Check that the help of a program knows the options and choices."""
    words = re.findall(r"[\w-]+", help_of(program))
    assert {arg for arg in args if re.match("--|[a-z]+$", arg)} <= {*words}


def help_of(program):
    """Return the help of a program, which is called once in each checkout."""
    known = Path("_".join(program).replace("/", "_") + ".help")
    if not known.exists():
        known.write_text(run(*program, "--help"))
    return known.read_text()


def run(*args):
    command = [sys.executable, *args]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def pip(action, *requirements):
    """Check that the package and its extras exist; `mutmut` is no part of it."""
    assert action == "install"
    extras = project()["project"]["optional-dependencies"]
    for requirement in requirements:
        if requirement in ("-q", "-e", "mutmut", "sknn_simple-*.whl"):
            continue
        path, named = re.fullmatch(r"(.)(?:\[(\w+)\])?", requirement).groups()
        assert path == "."
        assert named is None or named in extras, named


def pytest(*args):
    """Check that the tests exist and that pytest knows the options."""
    options = [arg for arg in args if arg.startswith("-")]
    after = [args[i + 1] for i, arg in enumerate(args) if arg == "-n"]
    tests = [arg for arg in args if arg not in (*options, *after)]
    assert all(Path(test).exists() for test in tests), tests
    others = [option for option in options if option != "-n"]
    run("-m", "pytest", "--collect-only", *others, "tests/test_datasets.py")


def main(program, *args):
    match program:
        case "python" | "python3":
            python(*args)
        case "pip":
            pip(*args)
        case "pre-commit":
            assert args == ("install",)
            assert Path(".pre-commit-config.yaml").exists()
        case "mutmut":
            assert args in (("run",), ("results",))
            paths = project()["tool"]["mutmut"]["only_mutate"]
            assert all(list(Path().glob(path)) for path in paths)


if __name__ == "__main__":
    main(*sys.argv[1:])
