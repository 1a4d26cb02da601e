"""The sources that tests of the house's shape read."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("crm", "accounts", "contacts", "opportunities", "leads", "reports")

SOURCES = sorted(
    path for app in (*APPS, "tests") for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
)
OURS = [path for path in SOURCES if path.relative_to(ROOT).parts[0] != "tests"]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STATIC = sorted(path for kind in ("css", "js") for path in (ROOT / "static" / kind).rglob(f"*.{kind}"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def text_of(path: Path) -> str:
    return path.read_text()


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(text_of(path))))


def functions_of(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in nodes_of(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def having(pattern: str, paths: list[Path]) -> list[str]:
    """What of these files matches, with its place. All files at once: a test a file took half a minute of every run."""
    return [f"{name_of(path)}: {found[0]}" for path in paths for found in re.finditer(pattern, text_of(path))]
