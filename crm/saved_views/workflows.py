"""What follows by itself: a saved view that filters by a deleted choice or stage goes on with its replacement."""

from __future__ import annotations

from typing import Any

from django.utils.translation import ngettext

from crm import events
from crm.events.models import Event
from crm.saved_views.models import SavedView


@events.on("picklist.choice_deleted", "stage.deleted", key="views-follow-replacement")
def follow_replacement(event: Event) -> str:
    """Put the replacement into every filter that names what was deleted; without one, take the value out."""
    gone, replacement = event.data["id"], event.data.get("replacement")
    changed = 0
    for view in SavedView.objects.select_for_update().order_by("id"):
        filters = view.state.get("filters", [])
        kept = _replaced(filters, gone, replacement["id"] if replacement else None)
        if kept != filters:
            view.state = {**view.state, "filters": kept}
            view.save(update_fields=["state"])
            changed += 1
    if not changed:
        return ""
    return ngettext("%(count)d saved view follows", "%(count)d saved views follow", changed) % {"count": changed}


def _replaced(filters: list[Any], gone: str, replacement: str | None) -> list[Any]:
    kept = []
    for name, operator, values in filters:
        follow = dict.fromkeys(replacement if value == gone else value for value in values)
        left = [value for value in follow if value is not None]
        if left or not values:
            kept.append([name, operator, left])
    return kept
