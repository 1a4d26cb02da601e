"""The records that events were about, as links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm import catalogue
from crm.events.models import Event

# What the handlers of events do, by their keys, which stay the same for ever
WORKFLOWS: dict[str, Any] = {
    "account-life": _("Customers and past customers"),
    "card-source-follows": _("Source of leads from business cards"),
    "contact-relationship": _("Relationship of contacts"),
    "contact-times": _("Times of first and last contact"),
    "contact-times-undone": _("Times of contact after an undone conversion"),
    "custom-values-get-rows": _("Lists filtered by an own field"),
    "invitation-mail": _("Mail to who was invited"),
    "opportunity-activity": _("Last activity of opportunities"),
    "tell-new-owner": _("Notification to a new owner"),
    "tell-of-undoing": _("Notification of an undone conversion"),
    "tell-seller": _("Notification of a conversion"),
    "tell-task-owner": _("Notification of a task"),
    "views-follow-names": _("Saved views after records were renamed"),
    "views-follow-replacement": _("Saved views after an entry was replaced"),
}


def workflow_name(key: str) -> str:
    """What the handler of the key ``key`` is called; one that is not there any more, by its key in plain letters."""
    return str(WORKFLOWS.get(key) or key.replace("-", " ").capitalize())


def links_of(events: Iterable[Event]) -> dict[UUID, dict[str, Any]]:
    """Return label and address ("" = it is not there any more) of each event's record, by the event's id."""
    types = {one.key: one for one in catalogue.record_types()}
    about = [event for event in events if event.record_type in types and event.record_id]
    ids: dict[str, set[UUID]] = defaultdict(set)
    for event in about:
        if event.record_id:
            ids[event.record_type].add(event.record_id)
    there = {
        (key, record_id)
        for key, wanted in ids.items()
        for record_id in types[key].model.objects.filter(pk__in=wanted).values_list("pk", flat=True)
    }
    return {
        event.pk: {
            "label": types[event.record_type].label,
            "url": catalogue.url(types[event.record_type].model(pk=event.record_id))
            if (event.record_type, event.record_id) in there
            else "",
        }
        for event in about
    }
