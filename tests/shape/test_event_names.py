"""An event's name stands in one place, the ``events.py`` that declares it; all others use the value.

A name that is written elsewhere is a piece of knowledge that no import shows: a lower room knew the events of the upper
ones so, and a new event fell out of its lists without a word.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from crm.events.types import EventType, event_types
from tests.shape.sources import OURS, ROOT, TEMPLATES, name_of, text_of

DECLARING = {"declare", "EventType", "RecordEvent"}
TYPES = ROOT / "crm/events/types.py"  # makes names of nouns and past participles


def shipped() -> list[EventType]:
    return [one for one in event_types() if not one.name.startswith("test.")]


def names_in(tree: ast.AST) -> Iterator[str]:
    """What in the code is an event's name, or makes one: "lead.converted", f"{noun}.converted", "lead." + …"""
    known = {one.name for one in shipped()}
    parts = {f"{one.name.split('.')[0]}." for one in shipped()} | {f".{one.past}" for one in shipped()}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in known | parts:
            yield node.value


def names_by_file() -> dict[Path, list[str]]:
    return {path: found for path in OURS if (found := list(names_in(ast.parse(text_of(path)))))}


def test_an_event_is_named_where_it_is_declared_and_nowhere_else() -> None:
    found = names_by_file()
    others = [f"{name_of(path)}: {', '.join(said)}" for path, said in found.items() if path.name != "events.py"]
    assert not others, "record, compare and look up by the value of the events.py that declares it"
    declared_in = defaultdict(set)
    for path, said in found.items():
        for name in said:
            declared_in[name].add(name_of(path))
    assert len(declared_in) > 60
    assert not {name: files for name, files in declared_in.items() if len(files) > 1}


def test_only_an_events_file_declares() -> None:
    calls = {
        name_of(path)
        for path in OURS
        for node in ast.walk(ast.parse(text_of(path)))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in DECLARING
    }
    assert len(calls) > 10 and {path for path in calls if Path(path).name != "events.py"} == {name_of(TYPES)}


def test_no_template_names_an_event() -> None:
    names = "|".join(re.escape(one.name) for one in shipped())
    assert not [name_of(path) for path in TEMPLATES if re.search(rf"[\"']({names})[\"']", text_of(path))]


def test_what_is_looked_for_is_found() -> None:
    code = 'a("lead.converted"); b(f"{noun}.created"); c(f"opportunity.{what}"); d(name.endswith(".put_on_list"))'
    assert len(list(names_in(ast.parse(code)))) == 4


def test_every_event_goes_through_what_refuses_the_undeclared() -> None:
    made = {
        name_of(path)
        for path in OURS
        for node in ast.walk(ast.parse(text_of(path)))
        if isinstance(node, ast.Call)
        and re.fullmatch(r"(models\.)?Event(\.objects\.\w*create)?", ast.unparse(node.func))
    }
    assert made == {"crm/events/services.py"}
