"""Every command of the Makefile is on the leash, by its text: ``test_leash.py`` ends some of them for real.

Servers are started in one place, which has a watcher first; so whatever starts them ends as those that are ended there.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from crm.local.servers import REPOSITORY

MAKEFILE = (REPOSITORY / "Makefile").read_text()
# What a command runs, and the file that it begins in
PROGRAMS = {
    "-m crm.local": "crm/local/__main__.py",
    "-m tests.mutants": "tests/mutants/__main__.py",
    "-m tests.bench": "tests/bench/__main__.py",
    "manage.py": "manage.py",
}
SOURCES = [REPOSITORY / "manage.py", *(one for part in ("crm", "tests") for one in (REPOSITORY / part).rglob("*.py"))]
STARTS = ("ensure_servers", "ensure_env")


def calls(path: Path, inside: str = "") -> list[str]:
    """The names that are called in the file, or in its function ``inside``, in their order; of ``a.b()`` it is b."""
    tree: ast.AST = ast.parse(path.read_text())
    if inside:
        tree = next(one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name == inside)
    found = [one for one in ast.walk(tree) if isinstance(one, ast.Call)]
    found.sort(key=lambda one: (one.lineno, one.col_offset))
    return [getattr(one.func, "id", getattr(one.func, "attr", "")) for one in found]


def test_the_makefile_runs_no_other_programs() -> None:
    lines = [line.strip().removeprefix("@") for line in MAKEFILE.splitlines() if line.startswith("\t")]
    python = [line.removeprefix("$(PYTHON_IN) ") for line in lines if line.startswith("$(PYTHON_IN) ")]
    begun = [next((one for one in PROGRAMS if line.startswith(one)), line) for line in python]
    assert set(begun) == {*PROGRAMS, "-m tests.shape.sizes"}, "which reads files, and starts nothing"
    others = {line.split()[0] for line in lines if not line.startswith("$(PYTHON_IN) ")}
    assert others == {"awk", "sh"}, "none of them starts servers"


def test_servers_are_started_in_one_place_and_watched_before() -> None:
    servers = REPOSITORY / "crm" / "local" / "servers.py"
    starting = [path for path in SOURCES if "local" in path.parts and path != servers and "ensure" in calls(path)]
    assert starting == [], "PostgreSQL and Redis are started by `_start` alone"
    begun = calls(servers, "ensure_servers")
    assert begun.index("watch") < begun.index("_start")
    assert calls(servers).count("_start") == 1


@pytest.mark.parametrize("file", PROGRAMS.values())
def test_a_command_ends_with_make_and_leaves_its_servers_to_the_leash(file: str) -> None:
    called = calls(REPOSITORY / file)
    assert set(STARTS) & set(called), "the servers come from where they are watched"
    assert {"end_with_make", "ensure_env"} & set(called), "killed together with make, it does not go on alone"


def test_nobody_slips_the_leash() -> None:
    """Without the tag in its environment a process is not found: only the servers, which have their own end."""
    free = {path.name for path in SOURCES if "without_tag" in calls(path)}
    assert free == {"leash.py", "system_user.py"}


def test_a_python_without_the_packages_is_told_which_one_has_them() -> None:
    """Whoever types ``python manage.py`` in a fresh clone; ``-S``: without what is installed."""
    ran = subprocess.run(
        [sys.executable, "-S", "manage.py", "help"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1 and ran.stdout == ""
    assert ran.stderr == "This Python has no Django: run `make env`, then .venv/bin/python manage.py …\n"
