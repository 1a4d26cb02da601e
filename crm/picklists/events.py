"""What happens to picklists, pipelines and stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from crm.events.called import IS_ACTIVE, IS_DEFAULT, NAME, ORDER, Called
from crm.events.types import EventType, declare
from crm.picklists.lists import TONES, picklists
from crm.picklists.stages import FORECAST_CATEGORIES, STAGE_MEANINGS
from crm.ui import format as formats

_ENTRY = {"list": "the key of the picklist, or the name of the pipeline", "id": "the id", "label": "what it is called"}
_GONE = {"moved": "how many records had it", "replacement": "the entry that has taken its place"}
_MEANING = {"meaning": "what it means, whatever it is called"}


class EntryEvents(NamedTuple):
    created: EventType
    changed: EventType
    deleted: EventType


class _Percents(Called):
    def told(self, kept: Any) -> str:
        return formats.points(kept)


_ALL = {"is_active": IS_ACTIVE, "order": ORDER}


def _meanings() -> dict[str, Any]:
    return {key: label for one in picklists().values() for key, label in one.meanings.items()}


_CHOICE = {
    "label": NAME,
    "meaning": Called(_("meaning"), _meanings),
    "tone": Called(_("colour"), TONES),
    "is_default": IS_DEFAULT,
}
_STAGE = {
    "label": NAME,
    "meaning": Called(_("meaning"), STAGE_MEANINGS),
    "probability": _Percents(_("probability")),
    "forecast_category": Called(_("forecast category"), FORECAST_CATEGORIES),
    "guidance": Called(_("guidance")),
}
_PIPELINE = {"name": NAME, "is_default": IS_DEFAULT}


def _of_entries(
    start: str,
    labels: tuple[Any, Any, Any],
    created: Any = "",
    deleted: Any = "",
    *,
    called: Mapping[str, Called],
) -> EntryEvents:
    payload = _ENTRY | _MEANING
    return EntryEvents(
        declare(f"{start}created", labels[0], created, payload=payload),
        declare(f"{start}changed", labels[1], payload=payload, called={**called, **_ALL}),
        declare(f"{start}deleted", labels[2], deleted, payload=payload | _GONE, deletes=True),
    )


CHOICE = _of_entries(
    "picklist.choice_",
    (_("Picklist entry added"), _("Picklist entry changed"), _("Picklist entry deleted")),
    _("%(actor)s added “%(label)s”"),
    _("%(actor)s deleted “%(label)s”"),
    called=_CHOICE,
)
STAGE = _of_entries(
    "stage.",
    (_("Stage added"), _("Stage changed"), _("Stage deleted")),
    deleted=_("%(actor)s deleted the stage “%(label)s”"),
    called=_STAGE,
)
PIPELINE = _of_entries(
    "pipeline.", (_("Pipeline added"), _("Pipeline changed"), _("Pipeline deleted")), called=_PIPELINE
)
