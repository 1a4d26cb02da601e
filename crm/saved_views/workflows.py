"""What follows by itself: a saved view that filters by a deleted choice or stage goes on with its replacement."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm import events
from crm.events.models import Event
from crm.picklists.events import CHOICE, STAGE
from crm.queries.condition import replaced_in_json
from crm.saved_views.models import SavedView


@events.on(
    CHOICE.deleted,
    STAGE.deleted,
    key="views-follow-replacement",
    label=_("Saved views after an entry was replaced"),
)
def follow_replacement(event: Event) -> str:
    """Put the replacement into every filter that names what was deleted; without one, take the value out."""
    gone, replacement = event.data["id"], event.data.get("replacement")
    changed = 0
    for view in SavedView.objects.select_for_update().order_by("id"):
        filters = view.state.get("filters", [])
        kept = replaced_in_json(filters, gone, replacement["id"] if replacement else None)
        if kept != filters:
            view.state = {**view.state, "filters": kept}
            view.save(update_fields=["state"])
            changed += 1
    if not changed:
        return ""
    return ngettext("%(count)d saved view follows", "%(count)d saved views follow", changed) % {"count": changed}
