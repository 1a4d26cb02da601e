"""Bringing the keys of phone numbers in line with the workspace's country, by which numbers without a code are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from crm.catalogue import record_types
from crm.catalogue.types import RecordType
from crm.fields.custom.rows import replace_rows
from crm.fields.custom.selectors import custom_fields
from crm.fields.kinds import Phone
from crm.ground.writes import service
from crm.keys.phones import phone_key
from crm.tenants.context import current_tenant
from crm.tenants.models import Tenant
from crm.tenants.regions import ELSEWHERE, phone_region
from crm.tenants.stored import Kind, Maybe, State, Word

BATCH = 1000
AT_WORK = timedelta(minutes=5)  # between two batches a run that goes on lets no more time pass


@dataclass(frozen=True)
class Run:
    """How far the keys are remade for ``region``: up to the record ``after`` of the type with that number."""

    region: str
    number: int
    after: str
    at: datetime


class _RunKind(Kind[Run]):
    def load(self, kept: Any) -> Run:
        after = str(UUID(kept["after"])) if kept["after"] else ""
        return Run(str(kept["region"]), int(kept["number"]), after, datetime.fromisoformat(kept["at"]))

    def dump(self, value: Run) -> dict[str, Any]:
        return {"region": value.region, "number": value.number, "after": value.after, "at": value.at.isoformat()}


READ_AS: State[str] = State("phone_keys_read_as", Word(), ELSEWHERE)  # for which country those that are kept were made
RUN: State[Run | None] = State("phone_keys_run", Maybe(_RunKind()), None)  # while they are remade


def are_stale() -> bool:
    """Whether keys that are kept were made for another country than the settings mean by now: all, or those of a run
    that did not come to its end.
    """
    return RUN.value() is not None or READ_AS.value() != phone_region()


def is_at_work() -> bool:
    """Whether a run went on just now."""
    run = RUN.value()
    return run is not None and run.at > timezone.now() - AT_WORK


@service
def remake_some() -> bool:
    """Remake the keys of some records; return whether there are more.

    Where to go on is kept. A run begins anew when the workspace has moved once more meanwhile.
    """
    # One batch of a workspace at a time, by what it says now
    current_tenant().refresh_from_db(from_queryset=Tenant.objects.select_for_update(no_key=True))
    region, run = phone_region(), RUN.value()
    number, after = (run.number, run.after) if run and run.region == region else (0, "")
    if number >= len(record_types()):
        READ_AS.keep(region)
        RUN.keep(None)
        return False
    last = _remake(record_types()[number], UUID(after) if after else None)
    number, after = (number, str(last)) if last else (number + 1, "")
    RUN.keep(Run(region, number, after, timezone.now()))
    return True


def _remake(record_type: RecordType, after: UUID | None) -> UUID | None:
    keys = {spec.column: spec.kind.key for spec in record_type.fields if isinstance(spec.kind, Phone)}
    own = frozenset(field.key for field in custom_fields(record_type.key, active_only=False) if field.kind == "phone")
    if not keys and not own:
        return None
    rows = record_type.model.all_objects.select_for_update(no_key=True).order_by("pk")
    found: list[Any] = list((rows.filter(pk__gt=after) if after else rows)[:BATCH])
    changed = []
    for record in found:
        new = {key: phone_key(getattr(record, column)) for column, key in keys.items()}
        if any(getattr(record, name) != key for name, key in new.items()):
            vars(record).update(new)
            changed.append(record)
        if own & record.custom.keys():
            replace_rows(record, own & record.custom.keys())
    if changed:
        record_type.model.all_objects.bulk_update(changed, sorted(keys.values()))
    return found[-1].pk if len(found) == BATCH else None
