"""A component takes its arguments by contract; what is included says what it reads of the page around it."""

from __future__ import annotations

import re
from pathlib import Path

from django.template import engines
from jinja2 import meta, nodes

from crm import catalogue
from tests.shape.sources import ROOT, TEMPLATES, name_of, text_of

ENV = engines["jinja"].env  # type: ignore[attr-defined]
FOLDER = ROOT / "templates"
COMPONENTS = {path.stem: path for path in TEMPLATES if path.parent.name == "components"}


def tree_of(path: Path) -> nodes.Template:
    return ENV.parse(text_of(path))


def macro_of(path: Path) -> nodes.Macro:
    [macro] = [node for node in tree_of(path).body if isinstance(node, nodes.Macro)]
    return macro


def said_of(path: Path) -> str:
    """The comment that the file begins with."""
    found = re.match(r"\{#-?(.*?)-?#\}", text_of(path), re.DOTALL)
    return found[1] if found else ""


def read_by(path: Path) -> set[str]:
    """The names that it takes of whatever is around it."""
    return meta.find_undeclared_variables(tree_of(path)) - ENV.globals.keys()


def wrongly_called(path: Path) -> list[str]:
    """The calls of components that do not fit their signature."""
    wrong = []
    for call in tree_of(path).find_all(nodes.Call):
        if not (isinstance(call.node, nodes.Getattr) and getattr(call.node.node, "name", "") == "ui"):
            continue
        if call.node.attr not in COMPONENTS:
            wrong.append(f"{name_of(path)}:{call.lineno}: there is no {call.node.attr}")
            continue
        macro = macro_of(COMPONENTS[call.node.attr])
        takes = [argument.name for argument in macro.args]
        needs = set(takes[: len(takes) - len(macro.defaults)])
        given = [*takes[: len(call.args)], *(keyword.key for keyword in call.kwargs)]
        if len(call.args) > len(takes) or len(given) > len(set(given)) or not needs <= set(given) <= set(takes):
            wrong.append(f"{name_of(path)}:{call.lineno}: {call.node.attr} takes {', '.join(takes)}")
    return wrong


def included() -> set[Path]:
    """What pages include: by its name, as a panel of a record, as a card of a board."""
    names = {
        node.template.value
        for path in TEMPLATES
        for node in tree_of(path).find_all(nodes.Include)
        if isinstance(node.template, nodes.Const)
    }
    for record_type in catalogue.record_types():
        names |= {panel.template for panel in catalogue.all_panels(record_type)}
        names |= {record_type.board.card} if record_type.board else set()
    return {FOLDER / name for name in names if (FOLDER / name).exists()}  # the others are Django's widgets


def test_a_component_is_one_macro_that_says_what_each_argument_is() -> None:
    assert len(COMPONENTS) > 80
    for name, path in COMPONENTS.items():
        assert macro_of(path).name == name, f"{name_of(path)} is drawn as ui.{name}"
        for argument in macro_of(path).args:
            pattern = rf"^\s*(\w+, )*{argument.name}(, \w+)*: "
            assert re.search(pattern, said_of(path), re.MULTILINE), f"{name_of(path)}: what is {argument.name}?"


def test_a_component_reads_nothing_that_it_was_not_given() -> None:
    assert {name: read_by(path) for name, path in COMPONENTS.items() if read_by(path)} == {}


def test_components_are_called_as_they_say_and_each_is_drawn() -> None:
    assert [line for path in TEMPLATES for line in wrongly_called(path)] == []
    drawn = {name for path in TEMPLATES for name in re.findall(r"\bui\.(\w+)\(", text_of(path))}
    assert set(COMPONENTS) - drawn == set()


def test_what_is_included_says_what_it_reads() -> None:
    assert 20 < len(included()) < 40
    for path in included():
        found = re.search(r"Reads: ([\w, ]+)\.", said_of(path))
        assert found, f"{name_of(path)} does not say what it reads"
        assert set(found[1].split(", ")) == read_by(path), name_of(path)
