"""What happens to picklists, pipelines and stages."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from crm.events.types import EventType, declare

_ENTRY = {"list": "the key of the picklist, or the name of the pipeline", "id": "the id", "label": "what it is called"}
_GONE = {"moved": "how many records had it", "replacement": "the entry that has taken its place"}
_MEANING = {"meaning": "what it means, whatever it is called"}


class EntryEvents(NamedTuple):
    created: EventType
    changed: EventType
    deleted: EventType


def _of_entries(start: str, labels: tuple[Any, Any, Any], created: Any = "", deleted: Any = "") -> EntryEvents:
    payload = _ENTRY | _MEANING
    return EntryEvents(
        declare(f"{start}created", labels[0], created, payload=payload),
        declare(f"{start}changed", labels[1], payload=payload),
        declare(f"{start}deleted", labels[2], deleted, payload=payload | _GONE, deletes=True),
    )


CHOICE = _of_entries(
    "picklist.choice_",
    (_("Picklist entry added"), _("Picklist entry changed"), _("Picklist entry deleted")),
    _("%(actor)s added “%(label)s”"),
    _("%(actor)s deleted “%(label)s”"),
)
STAGE = _of_entries(
    "stage.",
    (_("Stage added"), _("Stage changed"), _("Stage deleted")),
    deleted=_("%(actor)s deleted the stage “%(label)s”"),
)
PIPELINE = _of_entries("pipeline.", (_("Pipeline added"), _("Pipeline changed"), _("Pipeline deleted")))
