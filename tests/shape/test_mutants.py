"""The list of safeguards (``make mutants``) still names what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.safeguards import SAFEGUARDS, Safeguard

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("safeguard", SAFEGUARDS, ids=lambda one: one.name)
def test_a_safeguard_stands_where_the_list_says(safeguard: Safeguard) -> None:
    without = safeguard.without((REPOSITORY / safeguard.file).read_text())
    compile(without, safeguard.file, "exec")
    paths = [one for one in safeguard.tests.split() if one.startswith("tests/")]
    assert paths and all((REPOSITORY / one).exists() for one in paths)


def test_there_are_enough_of_them_and_each_has_a_name_of_its_own() -> None:
    names = [one.name for one in SAFEGUARDS]
    assert len(names) == len(set(names)) >= 60
