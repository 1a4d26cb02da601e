"""Styles and scripts as a server gives them out: compressed, and under names that browsers can keep for good."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MEMORABLE = re.compile(r"\.[0-9a-f]{12}\.(css|js)$")


def test_they_are_hashed_and_compressed(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if name not in ("ANGLER_TESTING", "DEBUG")}
    settings = kept | {"STATIC_ROOT": str(tmp_path), "SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "localhost"}
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = [path for kind in ("css", "js") for path in (tmp_path / kind).rglob(f"*.{kind}")]
    assert len(found) > 15
    assert [path.name.split(".")[0] for path in found if path.suffix == ".css"] == ["angler"]  # one, of all sources
    for path in found:
        assert MEMORABLE.search(path.name), path
        packed = path.with_name(f"{path.name}.gz")
        assert packed.exists() or path.stat().st_size < 500, path
