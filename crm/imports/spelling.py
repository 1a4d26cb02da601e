"""Names that are another writing of the name of the record that they are found by."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from crm.imports.existing import Match
from crm.records.natural import NAMES
from crm.tenants.text import sort_key


def keep_spelling(values: dict[str, Any], match: Match) -> list[str]:
    """Take from ``values`` a name that the record has in other letters, and say so: Müller is no new name for Muller.

    Who gives the record's id renames it.
    """
    if match.record is None or match.is_by_id:
        return []
    there = {name: getattr(match.record, name, "") for name in NAMES if isinstance(values.get(name), str)}
    other = [name for name, text in there.items() if text != values[name] and sort_key(text) == sort_key(values[name])]
    remarks = [
        _("Taken for “%(known)s”, which is spelt differently from “%(name)s”. Its name was not changed.")
        % {"known": there[name], "name": values[name]}
        for name in other
    ]
    for name in other:
        del values[name]
    return remarks
