"""The log of the setup: who changed people, lists and settings, told by the events that have no record page."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.events import phrases
from crm.events.called import Called
from crm.events.events import RETRIED, WORKSPACE_CHANGED
from crm.events.handlers import label_of
from crm.events.models import Event
from crm.fields.custom.selectors import field_of_picklist
from crm.picklists.lists import picklists
from crm.preferences.declared import settings_called
from crm.setup.access import CREATE_LABELS, SCOPE_LABELS, record_labels
from crm.ui.dialect import in_text
from crm.users.models import Membership
from crm.users.selectors import members, roles, teams
from opportunities.events import LAPSED

RIGHTS = {"view": _("see"), "create": _("create"), "edit": _("change"), "delete": _("delete")}


def setup_events() -> QuerySet[Event]:
    """Return what happened to the workspace and its people, the latest first."""
    nightly = Q(name=LAPSED.name, actor=None)  # they stand on their own page
    return (
        Event.objects.filter(record_type__in=("", Membership.type_key))
        .exclude(nightly)
        .select_related("actor")
        .order_by("-at", "-id")
    )


def told(events: list[Event]) -> list[dict[str, Any]]:
    """Return each event with what it was about and what happened, in words."""
    names = {row.pk: str(row) for row in (*members(active_only=False), *teams(), *roles())}
    return [{"event": event, "subject": _subject(event, names), "phrase": _phrase(event)} for event in events]


def _phrase(event: Event) -> str:
    """What happened, with the values of before and after; of a role's table, those rights that differ."""
    if event.was(RETRIED):
        event = copy(event)
        event.data = event.data | {"handler": label_of(str(event.data.get("handler", "")))}
    fields = settings_called() if event.was(WORKSPACE_CHANGED) else {}
    changes = event.changes if isinstance(event.changes, dict) else {}
    match changes.get("access"):
        case [dict() as old, dict() as new]:
            rights, called = _rights(old, new)
            event = copy(event)
            event.changes = {name: pair for name, pair in changes.items() if name != "access"} | rights
            return phrases.phrase(event, fields | called, in_full=True)
    return phrases.phrase(event, fields, in_full=True)


def _rights(old: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Called]]:
    """The rights of two tables of access that differ, as changes, and what they are called."""
    changes, called = {}, {}
    for key, records in record_labels().items():
        for verb, word in RIGHTS.items():
            pair = [(table.get(key) or {}).get(verb, "none") for table in (old, new)]
            if pair[0] != pair[1]:
                name = f"access {key} {verb}"
                changes[name] = pair
                words = CREATE_LABELS if verb == "create" else SCOPE_LABELS
                label = _("the right to %(right)s %(records)s") % {"right": word, "records": in_text(str(records))}
                called[name] = Called(label, words)
    return changes, called


def _subject(event: Event, names: dict[Any, str]) -> str:
    if event.record_id:
        return names.get(event.record_id) or str(event.data.get("name", ""))
    picklist = event.data.get("list", "")
    if picklist in picklists():
        return f"{picklists()[picklist].label}: {event.data.get('label', '')}"
    if field := field_of_picklist(picklist):
        return f"{field.label}: {event.data.get('label', '')}"
    return str(event.data.get("label", ""))
