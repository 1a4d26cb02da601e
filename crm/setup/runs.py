"""The record that an event was about, as a link."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from crm.events.models import Event
from crm.records import registry


def record_link(event: Event) -> dict[str, Any] | None:
    """Return label and address of the event's record; None when it is not about a record that has a page."""
    for record_type in registry.record_types():
        if record_type.key == event.record_type and event.record_id:
            url = reverse(f"{record_type.key}:record", kwargs={"record_id": event.record_id})
            return {"label": record_type.label, "url": url}
    return None
