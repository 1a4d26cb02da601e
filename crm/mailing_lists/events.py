"""What happens to mailing lists, and to the people on them: each type of person makes its own of those."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.events.called import IS_ACTIVE, NAME, Called
from crm.events.types import EventType, Named, RecordEvent, declare

LIST = {"id": "the id of the list", "label": "what it is called"}
CREATED = declare(
    "mailing_list.created", _("Mailing list created"), _("%(actor)s made the mailing list “%(label)s”"), payload=LIST
)
CHANGED = declare(
    "mailing_list.changed",
    _("Mailing list changed"),
    payload=LIST,
    called={"name": NAME, "description": Called(_("description")), "is_active": IS_ACTIVE},
)
DELETED = declare(
    "mailing_list.deleted",
    _("Mailing list deleted"),
    _("%(actor)s deleted the mailing list “%(label)s”"),
    payload=LIST,
    deletes=True,
)

_FACTS: dict[str, Any] = {"icon": "mails", "payload": {"list": "the mailing list"}}
PUT_ON_LIST = RecordEvent(
    "put_on_list", _("{noun} put on a mailing list"), _("%(actor)s put %(this)s on the list “%(list)s”"), **_FACTS
)
TAKEN_OFF_LIST = RecordEvent(
    "taken_off_list",
    _("{noun} taken off a mailing list"),
    _("%(actor)s took %(this)s off the list “%(list)s”"),
    **_FACTS,
)


def list_events(record_type: Named) -> tuple[EventType, EventType]:
    """Return what the log says of a record that goes on a list and leaves it."""
    return PUT_ON_LIST.of(record_type), TAKEN_OFF_LIST.of(record_type)
