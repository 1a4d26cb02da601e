"""1,000 wins while the worker is killed 10 times and Redis twice: nothing lost, doubled or half done."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.programs import tell_of


@pytest.mark.slow
def test_wins_survive_a_killed_worker_and_a_killed_redis(tmp_path: Path) -> None:
    report = tell_of("wins", tmp_path, seconds=900)
    assert report["wins"] == 1000
    assert (report["worker_kills"], report["redis_kills"]) == (10, 2)
    assert report["kills_in_the_middle"] >= 8  # else the run has shown nothing
    assert (report["lost"], report["doubled"], report["half"], report["left_in_outbox"]) == (0, 0, 0, 0)
