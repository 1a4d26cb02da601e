"""Which modules import each other in a circle, wherever in their text they do."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.shape.sources import OURS, ROOT, nodes_of


def circles() -> list[list[str]]:
    """Return the groups of modules in which each imports each, by however many steps.

    An import inside of a function counts, and so does one for type checkers only: who reads one of these modules has
    to read them all.
    """
    modules = {_module(path): path for path in OURS}
    return circles_of({name: _imported(path, modules) - {name} for name, path in modules.items()})


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(path: Path, modules: dict[str, Path]) -> set[str]:
    found: set[str] = set()
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            parts = {f"{node.module}.{one.name}" for one in node.names} & modules.keys()
            found |= parts or {node.module}
    return found & modules.keys()


def circles_of(imports: dict[str, set[str]]) -> list[list[str]]:
    reach = {name: _reached(name, imports) for name in imports}
    found = {tuple(sorted(one for one in reach[name] if name in reach[one])) for name in imports if name in reach[name]}
    return [list(circle) for circle in sorted(found)]


def _reached(name: str, imports: dict[str, set[str]]) -> set[str]:
    """Return all that ``name`` imports by however many steps; itself only if the way leads back to it."""
    found: set[str] = set()
    ahead = [name]
    while ahead:
        new = imports[ahead.pop()] - found
        found |= new
        ahead += new
    return found
