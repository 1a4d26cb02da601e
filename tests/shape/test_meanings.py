"""What a choice means is said by the name that its list gives it (``<app>/picklists.py``), so that a slip is noticed.

A meaning in a string is right or wrong only when somebody comes by: ``meaning_of(lead) == "unqualfied"`` never is.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from crm.picklists.lists import picklists
from crm.picklists.models import Meaning
from tests.shape.sources import OURS, name_of, text_of

ASKS = {"choice_meaning", "ids_meaning", "stage_ids_meaning", "meaning"}  # functions that are told a meaning
IS_ONE = re.compile(r"(.*\.)?meaning(_of\w*\(.*\))?")


def meanings() -> set[str]:
    return {*Meaning.values, *(meaning for one in picklists().values() for meaning in one.meanings)}


def bare_in(code: str) -> Iterator[str]:
    """Strings that are compared with a meaning, asked for as one, or filtered by."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(IS_ONE.fullmatch(ast.unparse(side)) for side in sides):
                yield from _strings(sides)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ASKS:
            yield from (text for text in _strings(node.args) if text in meanings())
        elif isinstance(node, ast.keyword) and re.fullmatch(r"(.*__)?meaning(__in)?", node.arg or ""):
            yield from _strings([node.value])
        elif isinstance(node, ast.Constant) and re.fullmatch(r"meaning:\w+", str(node.value)):
            yield node.value


def _strings(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        parts = node.elts if isinstance(node, ast.Tuple | ast.Set | ast.List) else [node]
        yield from (one.value for one in parts if isinstance(one, ast.Constant) and isinstance(one.value, str))


def test_no_meaning_is_a_bare_string() -> None:
    found = [f"{name_of(path)}: {text}" for path in OURS for text in bare_in(text_of(path)) if text]
    assert not found, "take it from the list's own names: LeadStatus.QUALIFIED (leads/picklists.py)"


def test_what_is_looked_for_is_found() -> None:
    code = (
        'meaning_of(lead) == "slip"; status.meaning not in ("new", "working"); ids_meaning("lead_status", "converted");'
        '("status", "is", ("meaning:open",)); leads.filter(status__meaning="won");'
        'meaning == Meaning.OPEN; kind.meaning == other.meaning; name == "open"'
    )
    assert set(bare_in(code)) == {"slip", "new", "working", "converted", "meaning:open", "won"}
