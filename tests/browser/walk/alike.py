"""What one press stands for in the short walk: what is alike is pressed once.

Lists, boards, views, the panels beside a record and the editors in place are the same for every type of record, and a
setup page for every picklist. The forms that make and change a record are each type's own.
"""

from __future__ import annotations

import re
from functools import cache

from crm.catalogue import record_types

ONE = {one.key: one.noun for one in record_types()}
OWN = re.compile(rf"^({'|'.join(ONE)}):(new|edit)\b")
MOVED = re.compile(r"(?<=\|up\|)\w+|(?<=\|down\|)\w+")  # columns
# What a list shows when its view is saved, or when a filter of it is edited
QUERY = re.compile(r"(views/[^|? ]*/(?:new|state)/|\b\w+/(?=\?(?:[\w.]+,)*edit\b))\?[\w.,]+")
IN_PLACE = re.compile(r"(\w+)(/\*/fields/)(\w+)")


def whatever_is_shown(key: str) -> str:
    """``key`` without what the list shows: also where every single thing is pressed, one way to save a view is one."""
    return QUERY.sub(r"\1", key)


def alike(kind: str, key: str) -> tuple[str, str]:
    """Return ``kind`` and ``key`` without what makes no difference."""
    key = MOVED.sub("~", IN_PLACE.sub(lambda found: f"{found[1]}{found[2]}{_editor(found[1], found[3])}", key))
    key = whatever_is_shown(key)
    if OWN.search(kind):
        return kind, key
    name, *about = kind.split()
    app = name.partition(":")[0]
    words = [word for word in (app, *about) if word in ONE] + [word for word in about if word != "*"]
    words += [ONE[word] for word in words if word in ONE]
    for word in words:
        pattern = re.compile(rf"(?<![\w~]){re.escape(word)}(?![\w~])", re.I)
        kind, key = pattern.sub("~", kind), pattern.sub("~", key)
    return kind, key


def _editor(type_key: str, field: str) -> str:
    return _editors().get((type_key, field), field)


@cache
def _editors() -> dict[tuple[str, str], str]:
    return {(one.key, spec.name): type(spec.kind).__name__ for one in record_types() for spec in one.fields}
