"""What the workspace has chosen about leads. It stands in ``Tenant.settings``.

``types_off`` (``crm.users.access``): record types that it does without. ``lead_of_contact``: what happens to a new lead
of a person who is a contact already. ``card_source``: the source of leads from business cards, a choice's id.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import events
from crm.events.models import Event
from crm.picklists.models import Choice
from crm.picklists.selectors import choices, default_choice
from crm.tenants.bulk import atomic
from crm.tenants.context import current_tenant
from crm.tenants.workspace_settings import change_setting
from crm.users.access import TYPES_OFF
from crm.users.models import Membership

OF_CONTACT = "lead_of_contact"
CARD_SOURCE = "card_source"


class OfContact(models.TextChoices):
    """What happens to a new lead of somebody who is a contact already."""

    WARN = "warn", gettext_lazy("Warn: it can be made all the same")
    BLOCK = "block", gettext_lazy("Block: it cannot be made, by hand or by import")


def uses_leads() -> bool:
    """Whether the workspace has leads at all."""
    return "leads" not in current_tenant().settings.get(TYPES_OFF, ())


def of_contact() -> OfContact:
    return OfContact(current_tenant().settings.get(OF_CONTACT, OfContact.WARN))


def card_source() -> Choice | None:
    """The source of a lead from a business card; None: the workspace has none for it."""
    chosen = current_tenant().settings.get(CARD_SOURCE)
    found = next((one for one in choices("lead_source") if str(one.pk) == chosen), None)
    return found or default_choice("lead_source")


@atomic
def set_policy(*, actor: Membership, uses: bool, rule: str, source: Choice | None) -> None:
    """Write the three; nothing that is there is lost when leads are switched off, and all is back when on again."""
    before = [uses_leads(), str(of_contact()), str(card_source() or "")]
    off = set(current_tenant().settings.get(TYPES_OFF, ())) - {"leads"}
    change_setting(TYPES_OFF, sorted(off if uses else off | {"leads"}))
    change_setting(OF_CONTACT, str(OfContact(rule)))
    change_setting(CARD_SOURCE, str(source.pk) if source else "")
    after = [uses_leads(), str(of_contact()), str(card_source() or "")]
    names = ("uses_leads", "lead_of_contact", "card_source")
    changes = {name: [old, new] for name, old, new in zip(names, before, after, strict=True) if old != new}
    if changes:
        events.record(name="workspace.changed", record=None, actor=actor, changes=changes)


def choose_card_source(actor: Any) -> None:
    """Let a new workspace's cards have the source that it ships with for them; later renames change nothing."""
    shipped = _("Business card")
    found = next((one for one in choices("lead_source") if one.label == shipped), None)
    if found is not None:
        change_setting(CARD_SOURCE, str(found.pk))


@events.on("picklist.choice_deleted", key="card-source-follows")
def follow_card_source(event: Event) -> str:
    """Let the cards go on with what has replaced their source."""
    replacement = event.data.get("replacement")
    if event.data["id"] != current_tenant().settings.get(CARD_SOURCE) or not replacement:
        return ""
    change_setting(CARD_SOURCE, str(UUID(replacement["id"])))
    return str(_("Leads from business cards have the source %(source)s now.") % {"source": replacement["label"]})
