"""Everything but the tests: lint, format, types, import order, templates, migrations, deployment settings."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from .leash import clear, watch
from .servers import REPOSITORY, ensure_servers, release

DEPLOYMENT = {
    "DEBUG": "False",
    "BASE_URL": "https://angler.example",
    "ALLOWED_HOSTS": "angler.example",
}


def check(var: Path) -> int:
    """Run every check, also after one failed; 1 when any did."""
    ensure_servers(var, durable=False)
    tag = watch(var.resolve())
    try:
        failed = [name for name, command, env in checks() if not _passes(name, command, env)]
    finally:
        release(var)
        clear(tag, None)
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nAll checks passed.")
    return 1 if failed else 0


def checks() -> list[tuple[str, list[str], dict[str, str]]]:
    """Name, command and further environment of each check."""
    bin = Path(sys.executable).parent
    manage = [sys.executable, "manage.py"]
    config = tomllib.loads((REPOSITORY / "pyproject.toml").read_text()).get("tool", {})
    found: list[tuple[str, list[str], dict[str, str]]] = [
        ("lint", [str(bin / "ruff"), "check", "."], {}),
        ("format", [str(bin / "ruff"), "format", "--check", "."], {}),
        ("types", [str(bin / "mypy")], {}),
        ("import order", [str(bin / "lint-imports")], {}),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"], {}),
        ("deployment", [*manage, "check", "--deploy", "--fail-level", "WARNING"], DEPLOYMENT),
    ]
    if "djlint" in config:
        found.append(("templates", [str(bin / "djlint"), "templates", "--lint", "--quiet"], {}))
    return found


def _passes(name: str, command: list[str], env: dict[str, str]) -> bool:
    print(f"── {name}", flush=True)
    return subprocess.run(command, cwd=REPOSITORY, env={**os.environ, **env}, check=False).returncode == 0
