"""What a person asks through takes the type as they see it: on no page stands what their role hides from them."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.shape.sources import OURS, name_of, text_of

WHOLE = {"record_type", "find_type"}  # of the catalogue: types with all fields


def asked_through() -> list[Path]:
    """The modules of pages and forms; who sets up the workspace sees everything."""
    shown = [path for path in OURS if name_of(path).endswith(("views.py", "forms.py"))]
    return [path for path in shown if "setup" not in name_of(path)]


def whole_types(code: str) -> list[str]:
    """The types that the code takes whole: declared ones, and what the catalogue has."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".record"):
            found += [one.name for one in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in WHOLE:
            found.append(ast.unparse(node))
    return found


def test_no_page_and_no_form_takes_a_whole_type() -> None:
    assert len(asked_through()) > 25
    assert whole_types("from leads.record import LEAD\nfind_type(key)") == ["LEAD", "find_type(key)"]
    found = {name_of(path): types for path in asked_through() if (types := whole_types(text_of(path)))}
    assert not found, found
