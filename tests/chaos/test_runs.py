"""Every kind of run goes on when its worker was killed in the middle: nothing is lost, doubled or stuck."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chaos.programs import tell_of

RUNS = (
    "import, dry run",
    "import",
    "bulk action",
    "undo, looked at",
    "undo",
    "bulk conversion, dry run",
    "bulk conversion",
)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return tell_of("runs", tmp_path_factory.mktemp("runs"), seconds=1200)


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNS)
def test_a_run_survives_its_killed_worker(report: dict[str, Any], run: str) -> None:
    found = report[run]
    assert found["kills"] == 1, "else nothing was shown"
    assert (found["state"], found["problem"]) == ("done", "")
    assert found["done"] == found["total"]
    assert (found["lost"], found["doubled"]) == (0, 0)
