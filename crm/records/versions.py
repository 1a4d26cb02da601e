"""Who writes a record must have seen what he writes over."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType
from crm.events.called import shown
from crm.events.selectors import last_change
from crm.records.diff import identity


class ConflictError(ValidationError):
    """Somebody else has written what the caller has not seen; keyed by field."""


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
