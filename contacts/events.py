"""What happens to contacts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.events.types import Noun
from crm.mailing_lists.events import list_events
from crm.records import events as records

CONTACT = Noun("contacts", "contact", _("Contact"))
CREATED = records.CREATED.of(CONTACT)
CHANGED = records.CHANGED.of(
    CONTACT,
    payload=records.UNDOES | {"cause_before": "the id of the event that was the reason for the relationship of before"},
)
DELETED = records.DELETED.of(CONTACT)
RESTORED = records.RESTORED.of(CONTACT)
PUT_ON_LIST, TAKEN_OFF_LIST = list_events(CONTACT)
