"""Who writes a record must have seen what he writes over."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType
from crm.events.called import shown
from crm.events.models import Event
from crm.events.selectors import last_change
from crm.ground.writes import service
from crm.records.diff import identity
from crm.users.models import Membership


class ConflictError(ValidationError):
    """Somebody else has written what the caller has not seen; keyed by field."""


@service
def write_record(
    record_type: RecordType,
    record: Any,
    *,
    actor: Membership | None,
    values: dict[str, Any],
    seen: Mapping[str, Any] | None = None,
    because: Event | None = None,
) -> Any:
    """Write ``values`` by the type's own service, unless one of them would go over what the caller has not ``seen``.

    ``seen`` has for fields the value, as events keep it, that the caller decided on (of a choice, a person or a record
    the id will do); fields that it does not name are written in any case. Hold the record before.
    """
    refuse_unseen(record_type, record, values, seen or {})
    return record_type.update(record, actor=actor, values=values, because=because)


def refuse_unseen(
    record_type: RecordType,
    record: Any,
    values: Mapping[str, Any],
    seen: Mapping[str, Any],
    hidden: Collection[str] = (),
) -> None:
    """Raise ``ConflictError`` for the fields whose value is neither the one of ``seen`` nor that of ``values``; what
    those that are ``hidden`` from the actor hold by now is not said."""
    errors = {}
    for name in values.keys() & seen.keys():
        spec = record_type.spec(name)
        now = spec.kind.history(spec.value(record))
        if identity(now) not in (identity(seen[name]), identity(spec.kind.history(values[name]))):
            errors[name] = told(record, name, None if name in hidden else shown(now))
    if errors:
        raise ConflictError(errors)


def told(record: Any, name: str, now: str | None) -> str:
    """Say who has made the field ``name`` what it is ``now``, or (None) that somebody has changed it."""
    change = last_change(record, name)
    if now is None:
        words = {"person": change.by} if change is not None else {"person": _("Somebody")}
        return _("%(person)s has changed it meanwhile.") % words
    if change is None:
        return _("Somebody has changed it to “%(now)s” meanwhile.") % {"now": now}
    return _("%(person)s has changed it to “%(now)s” meanwhile.") % {"person": change.by, "now": now}
