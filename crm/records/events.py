"""What happens to records of every type. Each record app makes its own of them in its ``events.py``."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.events.types import RecordEvent

UNDOES = {"undoes": "the id of the event that this one takes back"}

CREATED = RecordEvent(
    "created",
    _("{noun} created"),
    _("%(actor)s created %(this)s"),
    imported=_("%(actor)s imported %(this)s"),
    icon="sparkles",
    tone="success",
    creates=True,
    of_every_type=True,
)
CHANGED = RecordEvent("changed", _("{noun} changed"), of_every_type=True)
DELETED = RecordEvent(
    "deleted",
    _("{noun} deleted"),
    _("%(actor)s deleted %(this)s"),
    icon="trash-2",
    tone="danger",
    payload={"name": "what it was called"},
    of_every_type=True,
)
RESTORED = RecordEvent(
    "restored",
    _("{noun} brought back"),
    _("%(actor)s brought %(this)s back"),
    icon="sparkles",
    tone="success",
    of_every_type=True,
)
