"""What has become another record stands below that one, or after the others: a converted lead below its contact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm import catalogue
from crm.search.rows import Row, row
from crm.search.selectors import Group
from crm.users.models import Membership


def rows_of(actor: Membership, groups: Sequence[Group]) -> list[list[Row]]:
    """Return the rows of each group: a record that has become another one stands below that, or last and says so."""
    shown = {record.pk for group in groups for record in group.records}
    below: dict[UUID, list[Row]] = defaultdict(list)
    left: list[tuple[Group, list[tuple[Any, str]]]] = []
    for group in groups:
        successors = group.record_type.successors(actor, group.records)
        kept = []
        for record in group.records:
            successor = successors.get(record.pk)
            if successor is not None and successor.pk in shown:
                below[successor.pk].append(row(group.record_type, record))
            else:
                kept.append((record, _became(successor)))
        left.append((group, sorted(kept, key=lambda one: bool(one[1]))))
    return [
        [
            replace(row(group.record_type, record), became=became, former=tuple(below[record.pk]))
            for record, became in kept
        ]
        for group, kept in left
    ]


def _became(successor: Any) -> str:
    if successor is None:
        return ""
    label = catalogue.record_type(successor.type_key).in_text
    return _("now the %(type)s %(name)s") % {"type": label, "name": successor.name}
