"""What an upper app has is read from what it declares: no room below writes its names down.

A name in a string is a piece of knowledge that no import shows, and so a list of the types of record there were when
somebody wrote it: the next type is missing from it. The names of events are held by ``test_event_names.py``.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from crm import catalogue
from crm.picklists.lists import picklists
from tests.shape.sources import OURS, ROOT, STATIC, TEMPLATES, name_of, text_of

MAY_KNOW = "crm/demo/"  # tells a story of all of them
ABOVE = (MAY_KNOW, "crm/home/", "crm/setup/")  # these import what is below them, as upper apps do
TEXTS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}  # words for people
# Files that hold such a word and mean something else by it, and what.
MEANT_OTHERWISE = {
    "crm/settings.py": "INSTALLED_APPS, the one list of what there is",
    "crm/activities/files/types.py": "an icon",
}
# Of templates: beside the types' own rooms, pages that stand above all apps. A template cannot import.
ROOMS_ABOVE = {"reports", "home", "setup"}


def shipped() -> list[catalogue.RecordType]:
    return [one for one in catalogue.record_types() if Path(inspect.getfile(one.model)).is_relative_to(ROOT)]


def homes() -> dict[str, str]:
    """Each type's key with the folder of the app that declares it."""
    return {one.key: f"{name_of(Path(inspect.getfile(one.model)).parent)}/" for one in shipped()}


def strings_of(tree: ast.AST) -> Iterator[str]:
    """All but words for people and docstrings."""
    if isinstance(tree, ast.Call) and ast.unparse(tree.func).rpartition(".")[2] in TEXTS:
        return
    if isinstance(tree, ast.Constant) and isinstance(tree.value, str):
        yield tree.value
    for child in ast.iter_child_nodes(tree):
        if not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
            yield from strings_of(child)


def keys_in(name: str, code: str) -> list[str]:
    """The keys of types, alone or before a colon (the name of an address), that are another app's than the file's."""
    others = [key for key, home in homes().items() if not name.startswith(home)]
    pattern = re.compile(rf"({'|'.join(others)})(:\w*)?")
    return [text for text in strings_of(ast.parse(code)) if pattern.fullmatch(text)]


def upper_words() -> set[str]:
    """Nouns, lists of choices, and meanings to which a record comes by an action alone."""
    lists = picklists()
    return {one.noun for one in shipped()} | {*lists} | {meaning for one in lists.values() for meaning in one.guarded}


def words_in(code: str) -> list[str]:
    words = upper_words()
    return [text for text in strings_of(ast.parse(code)) if text in words or re.match(r"meaning:\w", text)]


def lower_rooms() -> list[Path]:
    return [
        path
        for path in OURS
        if name_of(path).startswith("crm/")
        and not name_of(path).startswith(ABOVE)
        and name_of(path) not in MEANT_OTHERWISE
    ]


def test_the_key_of_a_type_is_written_in_its_own_app_alone() -> None:
    found = [
        f"{name_of(path)}: {key}"
        for path in OURS
        if name_of(path) not in MEANT_OTHERWISE and not name_of(path).startswith(MAY_KNOW)
        for key in keys_in(name_of(path), text_of(path))
    ]
    assert not found, "take it from the model (Lead.type_key), or from what the type declares (catalogue.record_types)"


def test_no_lower_room_knows_the_words_of_an_upper_one() -> None:
    found = [f"{name_of(path)}: {word}" for path in lower_rooms() for word in words_in(text_of(path))]
    assert len(lower_rooms()) > 300 and not found, "read it from what the type, or its picklists.py, declares"


def test_no_page_of_a_lower_room_and_no_script_knows_a_type() -> None:
    above = ROOMS_ABOVE | homes().keys()
    pages = [path for path in TEMPLATES if path.relative_to(ROOT / "templates").parts[0] not in above]
    scripts = [path for path in STATIC if path.suffix == ".js"]
    keys = re.compile(rf"""["'](?:{"|".join(homes())})(?::\w+)?["']""")
    found = [f"{name_of(path)}: {hit[0]}" for path in [*pages, *scripts] for hit in keys.finditer(text_of(path))]
    assert len(pages) > 100 and not found


def test_what_means_something_else_is_still_there() -> None:
    words = upper_words() | homes().keys()
    for name in MEANT_OTHERWISE:
        assert any(re.match(rf"({'|'.join(words)})\b", text) for text in strings_of(ast.parse(text_of(ROOT / name))))


def test_what_is_looked_for_is_found() -> None:
    assert {one.key for one in shipped()} >= {"leads", "accounts", "contacts", "opportunities"}
    code = 'reverse("leads:list"); may(actor, "view", "accounts"); ngettext("lead", "leads", n)'
    assert keys_in("crm/pages/listing.py", code) == ["leads:list", "accounts"]
    assert keys_in("leads/views.py", code) == ["accounts"]
    words = 'if row.meaning == "converted" or noun == "lead" or spec.kind.picklist == "industry" or "meaning:won": ...'
    assert words_in(words) == ["converted", "lead", "industry", "meaning:won"]
