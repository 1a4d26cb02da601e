"""Every kind of run goes on when its worker was killed in the middle: nothing is lost, doubled or stuck."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
OWN_SERVERS = ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL")
RUNS = ("import, dry run", "import", "bulk action", "bulk conversion, dry run", "bulk conversion")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    env = {name: value for name, value in os.environ.items() if name not in OWN_SERVERS}
    command = [sys.executable, "-m", "tests.chaos.runs", str(tmp_path_factory.mktemp("runs") / "var")]
    env["ANGLER_TESTING"] = "1"
    done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, timeout=1200, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(found)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNS)
def test_a_run_survives_its_killed_worker(report: dict[str, Any], run: str) -> None:
    found = report[run]
    assert found["kills"] == 1, "else nothing was shown"
    assert (found["state"], found["problem"]) == ("done", "")
    assert found["done"] == found["total"]
    assert (found["lost"], found["doubled"]) == (0, 0)
