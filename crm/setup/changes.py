"""The log of the setup: who changed people, lists and settings, told by the events that have no record page."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.events import phrases
from crm.events.models import Event
from crm.picklists.lists import PICKLISTS
from crm.users.selectors import members, roles, teams

FIELD_LABELS = {
    "access": _("access"),
    "can_export": _("export"),
    "can_import": _("import"),
    "can_set_up": _("setup"),
    "criteria": _("criteria"),
    "contacts_need_account": _("contacts need an account"),
    "currency": _("currency"),
    "description": _("description"),
    "forecast_category": _("forecast category"),
    "guidance": _("guidance"),
    "is_active": _("active"),
    "is_default": _("default"),
    "label": _("name"),
    "language": _("language"),
    "meaning": _("meaning"),
    "name": _("name"),
    "needs": _("what is needed before converting"),
    "order": _("order"),
    "parent": _("part of"),
    "past_customer_months": _("months until a customer is a past customer"),
    "probability": _("probability"),
    "question": _("question"),
    "role": _("role"),
    "team": _("team"),
    "time_zone": _("time zone"),
    "tone": _("colour"),
    "unmet": _("what happens when it is missing"),
    "weight": _("weight"),
}

phrases.register("workspace.created", _("%(actor)s created the workspace"))
phrases.register("member.invited", _("%(actor)s invited %(email)s"))
phrases.register("member.joined", _("%(actor)s joined"))
phrases.register("member.imported", _("%(actor)s imported records of this person"))
phrases.register("picklist.choice_created", _("%(actor)s added “%(label)s”"))
phrases.register("picklist.choice_deleted", _("%(actor)s deleted “%(label)s”"))
phrases.register("workflow.retried", _("%(actor)s tried “%(handler)s” again"))
phrases.register("view.created", _("%(actor)s saved the view “%(view)s”"))
phrases.register("view.changed", _("%(actor)s changed the view “%(view)s”"))
phrases.register("view.deleted", _("%(actor)s deleted the view “%(view)s”"))


def setup_events() -> QuerySet[Event]:
    """Return what happened to the workspace and its people, the latest first."""
    return Event.objects.filter(record_type__in=("", "users")).select_related("actor").order_by("-at", "-id")


def told(events: list[Event]) -> list[dict[str, Any]]:
    """Return each event with what it was about and what happened, in words."""
    names = {row.pk: str(row) for row in (*members(active_only=False), *teams(), *roles())}
    return [
        {"event": event, "subject": _subject(event, names), "phrase": phrases.phrase(event, FIELD_LABELS)}
        for event in events
    ]


def _subject(event: Event, names: dict[Any, str]) -> str:
    if event.record_id:
        return names.get(event.record_id) or str(event.data.get("name", ""))
    if event.data.get("list") in PICKLISTS:
        return f"{PICKLISTS[event.data['list']].label}: {event.data.get('label', '')}"
    return str(event.data.get("label", ""))
