"""1,000 wins while the worker is killed 10 times and Redis twice: nothing lost, doubled or half done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OWN_SERVERS = ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL")


@pytest.mark.slow
def test_wins_survive_a_killed_worker_and_a_killed_redis(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name not in OWN_SERVERS}
    command = [sys.executable, "-m", "tests.chaos.wins", str(tmp_path / "var")]
    done = subprocess.run(
        command, cwd=ROOT, env=env | {"ANGLER_TESTING": "1"}, stdout=subprocess.PIPE, text=True, timeout=900, check=True
    )
    report = json.loads(done.stdout.splitlines()[-1])
    print(report)
    assert report["wins"] == 1000
    assert (report["worker_kills"], report["redis_kills"]) == (10, 2)
    assert report["kills_in_the_middle"] >= 8  # else the run has shown nothing
    assert (report["lost"], report["doubled"], report["half"], report["left_in_outbox"]) == (0, 0, 0, 0)
