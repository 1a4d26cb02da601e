"""Tags that go along from one record to others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm.events.models import Event
from crm.records import registry
from crm.records.services import update_record
from crm.tenants.bulk import atomic
from crm.users.models import Membership


@atomic
def copy_tags(
    *, from_record: Any, to_records: Iterable[Any], actor: Membership | None, because: Event | None = None
) -> None:
    """Give ``to_records`` the tags of ``from_record`` beside their own; their histories tell so."""
    names = registry.type_of(from_record).spec("tags").value(from_record)
    for record in to_records if names else ():
        record_type = registry.type_of(record)
        own = record_type.spec("tags").value(record)
        values = {"tags": tuple(dict.fromkeys((*own, *names)))}
        update_record(record_type, record, actor=actor, values=values, because=because)
