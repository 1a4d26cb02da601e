"""The list of safeguards (``make mutants``) still names what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.safeguards import SAFEGUARDS
from tests.mutants.verdicts import Verdict, read_run

REPOSITORY = Path(__file__).resolve().parents[2]


def test_every_safeguard_stands_where_the_list_says() -> None:
    for one in SAFEGUARDS:
        try:
            without = one.without((REPOSITORY / one.file).read_text())
            if one.file.endswith(".py"):
                compile(without, one.file, "exec")
        except (OSError, ValueError, SyntaxError) as error:
            pytest.fail(f"{one.name}: {error}")
        assert one.paths and all((REPOSITORY / path).is_file() for path in one.paths), f"{one.name}: name files"


def test_there_are_enough_of_them_and_each_has_a_name_of_its_own() -> None:
    names = [one.name for one in SAFEGUARDS]
    assert len(names) == len(set(names)) >= 100


@pytest.mark.parametrize(
    ("code", "output", "how", "by"),
    [
        (0, "2 passed", "passed", ""),
        (None, "", "timed out", ""),
        (4, "ERROR: not found: tests/x.py::test_y", "no tests", ""),
        (2, "ERROR tests/x.py - SyntaxError: invalid syntax", "broken", "tests/x.py"),
        (1, "FAILED tests/x.py::test_y[a b] - assert 1 == 2", "assertion", "tests/x.py::test_y[a b]"),
        (1, "FAILED tests/x.py::test_y - Failed: DID NOT RAISE <class 'X'>", "assertion", "tests/x.py::test_y"),
        (1, "FAILED tests/x.py::test_y - django.db.utils.IntegrityError: a", "exception", "tests/x.py::test_y"),
        (1, "FAILED tests/x.py::test_y - NameError: name 'z' is not defined", "broken", "tests/x.py::test_y"),
        (1, "ERROR tests/x.py::test_y - django.db.utils.ProgrammingError: a", "set-up", "tests/x.py::test_y"),
    ],
)
def test_only_a_test_that_failed_has_noticed(code: int | None, output: str, how: str, by: str) -> None:
    """And only if it passes with the safeguard."""
    assert read_run(code, output)[:2] == (how, by)
    for controlled in (True, False, None):
        verdict = Verdict("a safeguard", "", how, by, controlled=controlled)
        assert verdict.noticed == (how in ("assertion", "exception") and controlled is True)
