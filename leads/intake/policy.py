"""What follows from what the workspace has chosen about leads (``leads/settings.py``)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from crm import events
from crm.events.models import Event
from crm.picklists.events import CHOICE
from crm.picklists.models import Choice
from crm.picklists.selectors import choices
from leads.settings import CARD_SOURCE, source_or_default


def card_source() -> Choice | None:
    """The source of a lead from a business card; None: the workspace has none for it."""
    return source_or_default(CARD_SOURCE.value())


def choose_card_source(actor: Any) -> None:
    """Let a new workspace's cards have the source that it ships with for them; later renames change nothing."""
    shipped = _("Business card")
    found = next((one for one in choices("lead_source") if one.label == shipped), None)
    if found is not None:
        CARD_SOURCE.keep(found.pk)


@events.on(CHOICE.deleted, key="card-source-follows", label=_lazy("Source of leads from business cards"))
def follow_card_source(event: Event) -> str:
    """Let the cards go on with what has replaced their source."""
    replacement = event.data.get("replacement")
    if UUID(event.data["id"]) != CARD_SOURCE.value() or not replacement:
        return ""
    CARD_SOURCE.keep(UUID(replacement["id"]))
    return str(_("Leads from business cards have the source %(source)s now.") % {"source": replacement["label"]})
