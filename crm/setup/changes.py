"""The log of the setup: who changed people, lists and settings, told by the events that have no record page."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.events import phrases
from crm.events.models import Event
from crm.fields.custom.selectors import field_of_picklist
from crm.picklists.lists import FORECAST_CATEGORIES, PICKLISTS, STAGE_MEANINGS, TONES
from crm.setup.access import CREATE_LABELS, SCOPE_LABELS, record_labels
from crm.setup.runs import workflow_name
from crm.ui import format as formats
from crm.users.choices import places
from crm.users.selectors import members, roles, teams
from opportunities.services.lapsing import RUN as LAPSING_RUN

FIELD_LABELS: dict[str, Any] = {
    "access": _("access"),
    "card_source": _("source of leads from business cards"),
    "can_export": _("export"),
    "can_import": _("import"),
    "can_set_up": _("setup"),
    "contacts_need_account": _("contacts need an account"),
    "criteria": _("criteria"),
    "currency": _("currency"),
    "description": _("description"),
    "forecast_category": _("forecast category"),
    "guidance": _("guidance"),
    "help": _("help"),
    "is_active": _("active"),
    "is_default": _("default"),
    "is_filterable": _("filter"),
    "label": _("name"),
    "language": _("dates and numbers"),
    "meaning": _("meaning"),
    "name": _("name"),
    "needs": _("what is needed before converting"),
    "order": _("order"),
    "parent": _("part of"),
    "past_customer_months": _("months until a customer is a past customer"),
    "import_files_days": _("days for which imported files are kept"),
    "probability": _("probability"),
    "question": _("question"),
    "required": _("required"),
    "role": _("role"),
    "section": _("section"),
    "team": _("team"),
    "time_zone": _("time zone"),
    "tone": _("colour"),
    "uses_leads": _("use of leads"),
    "weight": _("weight"),
}

WORDS: dict[str, Any] = {
    "access": None,  # a table
    "forecast_category": FORECAST_CATEGORIES,
    "meaning": STAGE_MEANINGS | {key: label for one in PICKLISTS.values() for key, label in one.meanings.items()},
    "section": None,  # the key of a field
    "tone": TONES,
    "language": lambda: dict(places()),
}
VERBS: dict[str, dict[bool, Any]] = {
    "is_active": {False: _("deactivated it"), True: _("activated it again")},
    "is_filterable": {False: _("stopped lists from filtering by it"), True: _("let lists filter by it")},
    "required": {False: _("made it optional"), True: _("made it required")},
}
ACTIVE_PERSON = {False: _("deactivated them"), True: _("activated them again")}
RIGHTS = {"view": _("see"), "create": _("create"), "edit": _("change"), "delete": _("delete")}


class Percents(phrases.Called):
    def told(self, kept: Any) -> str:
        return formats.points(kept)


CALLED = {name: phrases.Called(label, WORDS.get(name, {}), VERBS.get(name, {})) for name, label in FIELD_LABELS.items()}
CALLED_OF_PERSON = CALLED | {"is_active": phrases.Called(FIELD_LABELS["is_active"], verbs=ACTIVE_PERSON)}
CALLED["probability"] = Percents(FIELD_LABELS["probability"])

phrases.register(LAPSING_RUN, _("%(actor)s had past customers looked for"))
phrases.register("workspace.created", _("%(actor)s created the workspace"))
phrases.register("member.invited", _("%(actor)s invited %(email)s"))
phrases.register("member.joined", _("%(actor)s joined"))
phrases.register("member.password_link_made", _("%(actor)s made a link to set a new password"))
phrases.register("member.password_set", _("%(actor)s set a new password by a link from an admin"))
phrases.register("member.imported", _("%(actor)s imported records of this person"))
phrases.register("picklist.choice_created", _("%(actor)s added “%(label)s”"))
phrases.register("picklist.choice_deleted", _("%(actor)s deleted “%(label)s”"))
phrases.register("stage.deleted", _("%(actor)s deleted the stage “%(label)s”"))
phrases.register("custom_field.created", _("%(actor)s added the field “%(label)s”"))
phrases.register("custom_field.made_filterable", _("%(actor)s lets lists filter by “%(label)s”"))
phrases.register("custom_field.deleted", _("%(actor)s deleted the field “%(label)s”, with its values"))
phrases.register("field_map.changed", _("%(actor)s changed where fields of leads go: %(added)s (before: %(removed)s)"))
phrases.register("tag.deleted", _("%(actor)s deleted the tag “%(label)s”"))
phrases.register("workflow.retried", _("%(actor)s tried “%(handler)s” again"))
phrases.register("import.started", _("%(actor)s started the import of “%(file)s”"))
phrases.register("import.cancelled", _("%(actor)s cancelled the import of “%(file)s”"))
phrases.register("view.created", _("%(actor)s saved the view “%(view)s”"))
phrases.register("view.changed", _("%(actor)s changed the view “%(view)s”"))
phrases.register("view.deleted", _("%(actor)s deleted the view “%(view)s”"))


def setup_events() -> QuerySet[Event]:
    """Return what happened to the workspace and its people, the latest first."""
    nightly = Q(name=LAPSING_RUN, actor=None)  # they stand on their own page
    return (
        Event.objects.filter(record_type__in=("", "users"))
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
    if event.name == "workflow.retried":
        event = copy(event)
        event.data = event.data | {"handler": workflow_name(str(event.data.get("handler", "")))}
    changes = event.changes if isinstance(event.changes, dict) else {}
    match changes.get("access"):
        case [dict() as old, dict() as new]:
            rights, called = _rights(old, new)
            event = copy(event)
            event.changes = {name: pair for name, pair in changes.items() if name != "access"} | rights
            return phrases.phrase(event, CALLED | called, in_full=True)
    is_person = event.name.startswith("member.")
    return phrases.phrase(event, CALLED_OF_PERSON if is_person else CALLED, in_full=True)


def _rights(old: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, Any], dict[str, phrases.Called]]:
    """The rights of two tables of access that differ, as changes, and what they are called."""
    changes, called = {}, {}
    for key, records in record_labels().items():
        for verb, word in RIGHTS.items():
            pair = [(table.get(key) or {}).get(verb, "none") for table in (old, new)]
            if pair[0] != pair[1]:
                name = f"access {key} {verb}"
                changes[name] = pair
                words = CREATE_LABELS if verb == "create" else SCOPE_LABELS
                label = _("the right to %(right)s %(records)s") % {"right": word, "records": str(records).lower()}
                called[name] = phrases.Called(label, words)
    return changes, called


def _subject(event: Event, names: dict[Any, str]) -> str:
    if event.record_id:
        return names.get(event.record_id) or str(event.data.get("name", ""))
    picklist = event.data.get("list", "")
    if picklist in PICKLISTS:
        return f"{PICKLISTS[picklist].label}: {event.data.get('label', '')}"
    if field := field_of_picklist(picklist):
        return f"{field.label}: {event.data.get('label', '')}"
    return str(event.data.get("label", ""))
